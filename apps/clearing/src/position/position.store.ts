import type { Tx } from '@yiditong/chassis';
import { PROVINCES } from '@yiditong/codes';
import { fen, ZERO_FEN, type Fen } from '@yiditong/money';
import { netPositions, type BilateralPosition, type NetPosition } from '@yiditong/ledger';

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

/** Whether the matrix is exactly what counting the cycle's obligations anew gives, and what its postings sum to. */
export async function recountMatches(tx: Tx, businessDate: string): Promise<boolean> {
  const differences: unknown[] = await tx.query(
    `WITH counted AS (
       SELECT treating_province, insured_province, insurance, sum(amount_fen) AS amount, count(*) AS count
       FROM obligation WHERE business_date = $1 GROUP BY 1, 2, 3
     ), posted AS (
       SELECT o.treating_province, o.insured_province, o.insurance, sum(p.amount_fen) AS amount
       FROM obligation o JOIN posting p ON p.treating_province = o.treating_province AND p.obligation_id = o.obligation_id
       WHERE o.business_date = $1 GROUP BY 1, 2, 3
     ), kept AS (
       SELECT treating_province, insured_province, insurance, amount_fen AS amount, obligation_count AS count
       FROM position WHERE business_date = $1
     )
     SELECT 1 FROM counted FULL JOIN kept USING (treating_province, insured_province, insurance)
       LEFT JOIN posted USING (treating_province, insured_province, insurance)
     WHERE counted.amount IS DISTINCT FROM kept.amount OR counted.count IS DISTINCT FROM kept.count
       OR coalesce(posted.amount, 0) IS DISTINCT FROM counted.amount
     LIMIT 1`,
    [businessDate],
  );
  return differences.length === 0;
}

/** Nets the verified matrix and keeps a row for each of the 32 parties, which nothing may change any more. */
export async function netTheCycle(tx: Tx, businessDate: string): Promise<void> {
  const moved = new Map(
    netPositions(await bilateralOf(tx, businessDate)).map((position) => [position.region, position]),
  );
  const positions = PROVINCES.map(
    ({ code }) => moved.get(code) ?? { region: code, payableFen: ZERO_FEN, receivableFen: ZERO_FEN, netFen: ZERO_FEN },
  );
  await tx.query(
    `INSERT INTO net_position (business_date, region, payable_fen, receivable_fen, net_fen)
     SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[])`,
    [
      businessDate,
      positions.map((position) => position.region),
      positions.map((position) => String(position.payableFen)),
      positions.map((position) => String(position.receivableFen)),
      positions.map((position) => String(position.netFen)),
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
