import { groupBy, type Tx } from '@yiditong/chassis';
import { fen, type Fen } from '@yiditong/money';
import type { BilateralPosition, CycleSeal, NetPosition, TrialDay } from '@yiditong/ledger';

export type CountedPosition = BilateralPosition & { readonly obligationCount: bigint };

/** Gross per directed pair as the caller's tenancy lets it be seen, largest first. */
export async function bilateralOf(tx: Tx, businessDate: string): Promise<CountedPosition[]> {
  const rows: { payer: string; payee: string; gross: string; count: string }[] = await tx.query(
    `SELECT insured_province AS payer, treating_province AS payee, sum(amount_fen)::text AS gross, sum(obligation_count)::text AS count
     FROM position WHERE business_date = $1 GROUP BY 1, 2 ORDER BY sum(amount_fen) DESC, 1, 2`,
    [businessDate],
  );
  return rows.map((row) => ({
    payer: row.payer,
    payee: row.payee,
    grossFen: fen(BigInt(row.gross)),
    obligationCount: BigInt(row.count),
  }));
}

/** The same of every closed cycle between two dates, both included, by date. A day of which nothing is owed has no pairs. */
export async function bilateralOfEach(tx: Tx, fromDate: string, toDate: string): Promise<TrialDay[]> {
  const rows: { date: string; payer: string | null; payee: string | null; gross: string | null }[] = await tx.query(
    `SELECT business_date::text AS date, insured_province AS payer, treating_province AS payee, sum(position.amount_fen)::text AS gross
     FROM cycle LEFT JOIN position USING (business_date)
     WHERE business_date BETWEEN $1 AND $2 AND state = 'CLOSED' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    [fromDate, toDate],
  );
  return [...groupBy(rows, ({ date }) => date)].map(([businessDate, pairs]) => ({
    businessDate,
    positions: pairs.flatMap(({ payer, payee, gross }) =>
      payer === null || payee === null || gross === null ? [] : [{ payer, payee, grossFen: fen(BigInt(gross)) }],
    ),
  }));
}

/** Keeps the nets of a closed cycle, which nothing may change any more. */
export async function insertNets(
  tx: Tx,
  businessDate: string,
  { regionNets, fundNets }: Pick<CycleSeal, 'regionNets' | 'fundNets'>,
): Promise<void> {
  await tx.query(
    `INSERT INTO net_position (business_date, region, payable_fen, receivable_fen, net_fen, payable_count, receivable_count)
     SELECT $1, region, payable_fen, receivable_fen, receivable_fen - payable_fen, payable_count, receivable_count
     FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
       AS net(region, payable_fen, receivable_fen, payable_count, receivable_count)`,
    [
      businessDate,
      regionNets.map((net) => net.region),
      regionNets.map((net) => String(net.payableFen)),
      regionNets.map((net) => String(net.receivableFen)),
      regionNets.map((net) => String(net.payableCount)),
      regionNets.map((net) => String(net.receivableCount)),
    ],
  );
  await tx.query(
    `INSERT INTO fund_net_position (business_date, region, insurance, fund, payable_fen, receivable_fen)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])`,
    [
      businessDate,
      fundNets.map((net) => net.region),
      fundNets.map((net) => net.insurance),
      fundNets.map((net) => net.fund),
      fundNets.map((net) => String(net.payableFen)),
      fundNets.map((net) => String(net.receivableFen)),
    ],
  );
}

export async function netPositionsOf(tx: Tx, businessDate: string): Promise<NetPosition[]> {
  const rows: { region: string; payable: string; receivable: string; net: string }[] = await tx.query(
    `SELECT region, payable_fen::text AS payable, receivable_fen::text AS receivable, net_fen::text AS net
     FROM net_position WHERE business_date = $1 ORDER BY region`,
    [businessDate],
  );
  const amount = (text: string): Fen => fen(BigInt(text));
  return rows.map((row) => ({
    region: row.region,
    payableFen: amount(row.payable),
    receivableFen: amount(row.receivable),
    netFen: amount(row.net),
  }));
}
