import type { Tx } from '@yiditong/chassis';
import type { ClearedFund, Insurance } from '@yiditong/codes';
import { fen, type Fen } from '@yiditong/money';

export type ClearingMonth = {
  /** YYYY-MM, when its tables are generated. */
  readonly clearingMonth: string;
  readonly generatedAt: Date;
  readonly noticedAt: Date | null;
};

/** The closed days that a month's tables have. */
export type ClearedDays = { readonly count: number; readonly first: string | null; readonly last: string | null };

/** What an insured province (payer) owes a treating province (payee) by fund and cost month. */
export type ClearingLine = {
  readonly payer: string;
  readonly payee: string;
  readonly insurance: Insurance;
  readonly fund: ClearedFund;
  readonly costMonth: string;
  readonly amountFen: Fen;
};

/** 人次: settlements less those taken back. */
export type ClearingCount = Pick<ClearingLine, 'payer' | 'payee' | 'insurance'> & { readonly settlementCount: bigint };

export type Confirmation = { readonly region: string; readonly confirmedAt: Date };

/** Answers whether this is the first to generate the month; another one at it is waited for. */
export async function insertMonth(tx: Tx, clearingMonth: string, at: Date): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    'INSERT INTO clearing_month (clearing_month, generated_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1',
    [clearingMonth, at],
  );
  return rows.length > 0;
}

export async function findMonth(tx: Tx, clearingMonth: string): Promise<ClearingMonth | null> {
  const rows: ClearingMonth[] = await tx.query(
    `SELECT clearing_month AS "clearingMonth", generated_at AS "generatedAt", noticed_at AS "noticedAt"
     FROM clearing_month WHERE clearing_month = $1`,
    [clearingMonth],
  );
  return rows[0] ?? null;
}

/** Puts every closed day from one date to before the month into its tables, save what other tables have. */
export async function takeDays(tx: Tx, clearingMonth: string, from: string): Promise<void> {
  await tx.query(
    `UPDATE cycle SET clearing_month = $1
     WHERE state = 'CLOSED' AND clearing_month IS NULL AND business_date >= $2 AND business_date < to_date($1, 'YYYY-MM')`,
    [clearingMonth, from],
  );
}

export async function clearedDays(tx: Tx, clearingMonth: string): Promise<ClearedDays> {
  const rows: ClearedDays[] = await tx.query(
    `SELECT count(*)::int AS count, min(business_date)::text AS first, max(business_date)::text AS last
     FROM cycle WHERE clearing_month = $1`,
    [clearingMonth],
  );
  return rows[0] ?? { count: 0, first: null, last: null };
}

/** Closed days before a date that are in no tables. */
export async function uncleared(tx: Tx, before: string): Promise<string[]> {
  const rows: { date: string }[] = await tx.query(
    `SELECT business_date::text AS date FROM cycle
     WHERE state = 'CLOSED' AND clearing_month IS NULL AND business_date < $1 ORDER BY business_date`,
    [before],
  );
  return rows.map(({ date }) => date);
}

/**
 * Sums the month's days, once. Each day counts by its matrix, so that no month is read row by row; what it corrects of other months is taken
 * out of its own month and put into theirs.
 */
export async function insertLines(tx: Tx, clearingMonth: string): Promise<void> {
  await tx.query(
    `WITH taken AS MATERIALIZED (SELECT business_date, to_char(business_date, 'YYYY-MM') AS own_month FROM cycle WHERE clearing_month = $1),
     correction AS MATERIALIZED (
       SELECT o.treating_province, o.insured_province, o.insurance, p.fund, t.own_month, o.cost_month, p.amount_fen
       FROM taken t JOIN obligation o ON o.business_date = t.business_date AND o.kind <> 'SETTLEMENT' AND o.cost_month <> t.own_month
       JOIN posting p ON p.treating_province = o.treating_province AND p.obligation_id = o.obligation_id AND p.insured_province = o.insured_province),
     part AS (
       SELECT f.treating_province, f.insured_province, f.insurance, f.fund, t.own_month AS cost_month, f.amount_fen
       FROM taken t JOIN fund_position f ON f.business_date = t.business_date
       UNION ALL SELECT treating_province, insured_province, insurance, fund, own_month, -amount_fen FROM correction
       UNION ALL SELECT treating_province, insured_province, insurance, fund, cost_month, amount_fen FROM correction)
     INSERT INTO clearing_line (treating_province, clearing_month, insured_province, insurance, fund, cost_month, amount_fen)
     SELECT treating_province, $1, insured_province, insurance, fund, cost_month, sum(amount_fen) FROM part GROUP BY 1, 3, 4, 5, 6`,
    [clearingMonth],
  );
  await tx.query(
    `WITH taken AS MATERIALIZED (SELECT business_date FROM cycle WHERE clearing_month = $1),
     part AS (
       SELECT treating_province, insured_province, insurance, obligation_count AS count FROM position JOIN taken USING (business_date)
       UNION ALL
       SELECT treating_province, insured_province, insurance, -2 FROM obligation JOIN taken USING (business_date) WHERE kind IN ('REVERSAL', 'REFUND'))
     INSERT INTO clearing_count (treating_province, clearing_month, insured_province, insurance, settlement_count)
     SELECT treating_province, $1, insured_province, insurance, sum(count) FROM part GROUP BY 1, 3, 4`,
    [clearingMonth],
  );
}

const OF_PROVINCE = '($2::text IS NULL OR $2 IN (insured_province, treating_province))';

/** Of a province, or of all that the caller sees; by pair, insurance, fund and month. */
export async function readLines(tx: Tx, clearingMonth: string, province: string | null): Promise<ClearingLine[]> {
  const rows: (Omit<ClearingLine, 'amountFen'> & { readonly amountFen: string })[] = await tx.query(
    `SELECT insured_province AS payer, treating_province AS payee, insurance, fund, cost_month AS "costMonth", amount_fen AS "amountFen"
     FROM clearing_line WHERE clearing_month = $1 AND ${OF_PROVINCE} ORDER BY 1, 2, 3, 4, 5`,
    [clearingMonth, province],
  );
  return rows.map((row) => ({ ...row, amountFen: fen(BigInt(row.amountFen)) }));
}

export async function readCounts(tx: Tx, clearingMonth: string, province: string): Promise<ClearingCount[]> {
  const rows: (Omit<ClearingCount, 'settlementCount'> & { readonly settlementCount: string })[] = await tx.query(
    `SELECT insured_province AS payer, treating_province AS payee, insurance, settlement_count AS "settlementCount"
     FROM clearing_count WHERE clearing_month = $1 AND ${OF_PROVINCE} ORDER BY 1, 2, 3`,
    [clearingMonth, province],
  );
  return rows.map((row) => ({ ...row, settlementCount: BigInt(row.settlementCount) }));
}

/** Answers whether this was the first confirmation. */
export async function insertConfirmation(tx: Tx, clearingMonth: string, region: string, at: Date): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `INSERT INTO clearing_confirmation (region, clearing_month, confirmed_at) VALUES ($1, $2, $3)
     ON CONFLICT DO NOTHING RETURNING 1`,
    [region, clearingMonth, at],
  );
  return rows.length > 0;
}

export async function confirmationsOf(tx: Tx, clearingMonth: string): Promise<Confirmation[]> {
  return tx.query(
    `SELECT region, confirmed_at AS "confirmedAt" FROM clearing_confirmation WHERE clearing_month = $1 ORDER BY region`,
    [clearingMonth],
  );
}
