import type { Tx } from '@yiditong/chassis';
import { CLEARED_FUNDS, type ClearedFund } from '@yiditong/codes';
import type { CellKey, FundNet, JournalEntry, Posting, RegionNet, StatedObligation } from '@yiditong/ledger';
import { fen, type Fen } from '@yiditong/money';

type ObligationRow = Omit<StatedObligation, 'funds' | 'leafIndex' | 'leafHash'> & {
  readonly funds: Record<string, string>;
  readonly leafIndex: string;
  readonly leafHash: Buffer;
};

type EntryRow = Omit<JournalEntry, 'postings' | 'businessDate'> & {
  readonly postings: readonly PostingRow[] | null;
  readonly leafIndex: string;
};
type PostingRow = Omit<Posting, 'amountFen'> & { readonly amount: string };

const STATED = `obligation_id AS "obligationId", settlement_id AS "settlementId", operation_id AS "operationId", kind, visit_kind AS "visitKind",
  cost_month AS "costMonth",
  leaf_hash AS "leafHash", leaf_index AS "leafIndex",
  (SELECT coalesce(jsonb_object_agg(fund, posting.amount_fen::text), '{}') FROM posting
   WHERE posting.treating_province = obligation.treating_province AND posting.obligation_id = obligation.obligation_id) AS funds`;

/** A cell's obligations in the order of its tree, from a place on. */
export async function obligationsOfCell(
  tx: Tx,
  businessDate: string,
  { treatingProvince, insuredProvince, insurance }: CellKey,
  { from, limit }: { readonly from: number; readonly limit: number },
): Promise<StatedObligation[]> {
  const rows: ObligationRow[] = await tx.query(
    `SELECT ${STATED} FROM obligation
     WHERE business_date = $1 AND treating_province = $2 AND insured_province = $3 AND insurance = $4 AND leaf_index >= $5
     ORDER BY leaf_index LIMIT $6`,
    [businessDate, treatingProvince, insuredProvince, insurance, from, limit],
  );
  return withoutGaps(rows, from).map(statedOf);
}

/** What was booked of a cell's obligations, in the order of its tree, from a place on. */
export async function entriesOfCell(
  tx: Tx,
  businessDate: string,
  { treatingProvince, insuredProvince, insurance }: CellKey,
  { from, limit }: { readonly from: number; readonly limit: number },
): Promise<JournalEntry[]> {
  const rows: EntryRow[] = await tx.query(
    `SELECT obligation_id AS "obligationId", settlement_id AS "settlementId", kind, leaf_index AS "leafIndex",
       (SELECT jsonb_agg(jsonb_build_object('fund', fund, 'debitAccount', debit_account, 'creditAccount', credit_account,
                'amount', posting.amount_fen::text) ORDER BY fund)
        FROM posting WHERE posting.treating_province = obligation.treating_province AND posting.obligation_id = obligation.obligation_id) AS postings
     FROM obligation
     WHERE business_date = $1 AND treating_province = $2 AND insured_province = $3 AND insurance = $4 AND leaf_index >= $5
     ORDER BY leaf_index LIMIT $6`,
    [businessDate, treatingProvince, insuredProvince, insurance, from, limit],
  );
  return withoutGaps(rows, from).map(({ obligationId, settlementId, kind, postings }) => ({
    obligationId,
    settlementId,
    kind,
    businessDate,
    postings: (postings ?? []).map(({ amount: text, ...posting }) => ({ ...posting, amountFen: amount(text) })),
  }));
}

/** All leaves of a cell's tree, in order. */
export async function leafHashesOfCell(tx: Tx, businessDate: string, key: CellKey): Promise<Uint8Array[]> {
  const rows: { leafHash: Buffer }[] = await tx.query(
    `SELECT leaf_hash AS "leafHash" FROM obligation
     WHERE business_date = $1 AND treating_province = $2 AND insured_province = $3 AND insurance = $4 ORDER BY leaf_index`,
    [businessDate, key.treatingProvince, key.insuredProvince, key.insurance],
  );
  return rows.map(({ leafHash }) => leafHash);
}

/** An obligation of the cycle that the province is a party to, with its cell; null where there is none. */
export async function findStated(
  tx: Tx,
  businessDate: string,
  province: string,
  obligationId: string,
): Promise<{ readonly key: CellKey; readonly obligation: StatedObligation } | null> {
  const rows: (ObligationRow & CellKey)[] = await tx.query(
    `SELECT ${STATED}, treating_province AS "treatingProvince", insured_province AS "insuredProvince", insurance FROM obligation
     WHERE obligation_id = $1 AND business_date = $2 AND $3 IN (treating_province, insured_province)
       AND treating_province IN (SELECT treating_province FROM position WHERE business_date = $2 AND $3 IN (treating_province, insured_province))`,
    [obligationId, businessDate, province],
  );
  const [row] = rows;
  return row ? { key: row, obligation: statedOf(row) } : null;
}

/** The nets that a closed cycle was sealed with. */
export async function netsOfCycle(
  tx: Tx,
  businessDate: string,
): Promise<{ readonly regionNets: RegionNet[]; readonly fundNets: FundNet[] }> {
  const regions: Record<'region' | 'payable' | 'receivable' | 'payables' | 'receivables', string>[] = await tx.query(
    `SELECT region, payable_fen::text AS payable, receivable_fen::text AS receivable, payable_count::text AS payables,
            receivable_count::text AS receivables FROM net_position WHERE business_date = $1`,
    [businessDate],
  );
  const funds: (Pick<FundNet, 'region' | 'insurance' | 'fund'> & Record<'payable' | 'receivable', string>)[] =
    await tx.query(
      `SELECT region, insurance, fund, payable_fen::text AS payable, receivable_fen::text AS receivable
     FROM fund_net_position WHERE business_date = $1`,
      [businessDate],
    );
  return {
    regionNets: regions.map(({ region, payable, receivable, payables, receivables }) => ({
      region,
      payableFen: amount(payable),
      receivableFen: amount(receivable),
      payableCount: BigInt(payables),
      receivableCount: BigInt(receivables),
    })),
    fundNets: funds.map(({ payable, receivable, ...key }) => ({
      ...key,
      payableFen: amount(payable),
      receivableFen: amount(receivable),
    })),
  };
}

/** A statement with a hole is given to nobody. */
function withoutGaps<Row extends { readonly leafIndex: string }>(rows: readonly Row[], from: number): readonly Row[] {
  if (rows.every(({ leafIndex }, at) => leafIndex === String(from + at))) return rows;
  throw new Error(`an obligation is missing behind place ${from} of its cell`);
}

function statedOf({ funds, leafIndex, ...row }: ObligationRow): StatedObligation {
  const paid = CLEARED_FUNDS.filter((fund: ClearedFund) => fund in funds);
  return {
    ...row,
    leafIndex: Number(leafIndex),
    funds: paid.map((fund) => ({ fund, amountFen: amount(funds[fund] ?? '') })),
  };
}

function amount(text: string): Fen {
  return fen(BigInt(text));
}
