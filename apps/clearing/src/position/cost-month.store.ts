import type { Tx } from '@yiditong/chassis';
import type { Insurance } from '@yiditong/codes';
import { fen, type Fen } from '@yiditong/money';

export type CostMonthPosition = {
  /** Whose fund pays. */
  readonly payer: string;
  readonly payee: string;
  readonly insurance: Insurance;
  readonly obligationCount: bigint;
  readonly amountFen: Fen;
};

const SUMS =
  'insured_province, treating_province, insurance, count(*) AS count, sum(amount_fen) AS amount FROM obligation o';
const BY_PAIR = 'GROUP BY insured_province, treating_province, insurance';
/** Of the month that is asked for, or of another though in one of its cycles. */
const OF_MONTH = "to_date($1, 'YYYY-MM')";
const AFTER_MONTH = "(to_date($1, 'YYYY-MM') + interval '1 month')";

/**
 * What a month's costs come to, as recorded by an instant, by pair and insurance. A cycle that was closed by then counts by its matrix,
 * so that no month is read row by row: all of it was recorded before. Then what corrected other months is taken out of it, and what later
 * cycles corrected of this one put in; both are few. Of a cycle that wasn't closed by then, each row says when it was recorded.
 */
export async function costMonthPositions(tx: Tx, costMonth: string, asOf: Date): Promise<CostMonthPosition[]> {
  const rows: { payer: string; payee: string; insurance: Insurance; count: string; amount: string }[] = await tx.query(
    `WITH closed AS MATERIALIZED (
       SELECT business_date FROM cycle WHERE business_date >= ${OF_MONTH} AND business_date < ${AFTER_MONTH} AND closed_at <= $2),
     part AS (
       SELECT insured_province, treating_province, insurance, obligation_count AS count, amount_fen AS amount
       FROM position WHERE business_date IN (SELECT business_date FROM closed)
       UNION ALL
       SELECT insured_province, treating_province, insurance, -count, -amount FROM (
         SELECT ${SUMS} WHERE kind <> 'SETTLEMENT' AND cost_month <> $1 AND business_date IN (SELECT business_date FROM closed) ${BY_PAIR}) AS elsewhere
       UNION ALL
       SELECT ${SUMS} WHERE business_date >= ${OF_MONTH} AND business_date < ${AFTER_MONTH} AND cost_month = $1 AND recorded_at <= $2
         AND business_date NOT IN (SELECT business_date FROM closed) ${BY_PAIR}
       UNION ALL
       SELECT ${SUMS} WHERE kind <> 'SETTLEMENT' AND cost_month = $1 AND business_date >= ${AFTER_MONTH} AND recorded_at <= $2 ${BY_PAIR})
     SELECT insured_province AS payer, treating_province AS payee, insurance, sum(count)::text AS count, sum(amount)::text AS amount
     FROM part GROUP BY 1, 2, 3 HAVING sum(count) <> 0 ORDER BY 1, 2, 3`,
    [costMonth, asOf],
  );
  return rows.map(({ count, amount, ...pair }) => ({
    ...pair,
    obligationCount: BigInt(count),
    amountFen: fen(BigInt(amount)),
  }));
}
