import type { Tx } from '@yiditong/chassis';
import type { ClearedFund } from '@yiditong/codes';
import { fundBetween, type CellKey, type CellTotals } from '@yiditong/ledger';
import { fen, type Fen } from '@yiditong/money';

/** What a fund owes of a cell. */
export type CountedFund = CellKey & { readonly fund: ClearedFund; readonly amountFen: Fen };

const CELL = 'insured_province AS "insuredProvince", treating_province AS "treatingProvince", insurance';

type CountedRow = CellKey & { readonly count: string; readonly amount: string; readonly digest: string };

/** What settlement counted of the cycle. */
export async function controlTotalsOf(tx: Tx, businessDate: string): Promise<CellTotals[]> {
  const rows: CountedRow[] = await tx.query(
    `SELECT ${CELL}, obligation_count::text AS count, amount_fen::text AS amount, digest_sum::text AS digest
     FROM control_total WHERE business_date = $1`,
    [businessDate],
  );
  return rows.map(countedCell);
}

export async function saveControlTotals(tx: Tx, businessDate: string, cells: readonly CellTotals[]): Promise<void> {
  await tx.query(
    `INSERT INTO control_total (business_date, insured_province, treating_province, insurance, obligation_count, amount_fen, digest_sum)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::numeric[])`,
    [
      businessDate,
      cells.map((cell) => cell.insuredProvince),
      cells.map((cell) => cell.treatingProvince),
      cells.map((cell) => cell.insurance),
      cells.map((cell) => String(cell.obligationCount)),
      cells.map((cell) => String(cell.amountFen)),
      cells.map((cell) => String(cell.digestSum)),
    ],
  );
}

/** The cycle's obligations counted anew, from nothing but the rows themselves. */
export async function countObligations(tx: Tx, businessDate: string): Promise<CellTotals[]> {
  const rows: CountedRow[] = await tx.query(
    `SELECT ${CELL}, count(*)::text AS count, sum(amount_fen)::text AS amount, sum(leaf_digest)::text AS digest
     FROM obligation WHERE business_date = $1 GROUP BY insured_province, treating_province, insurance`,
    [businessDate],
  );
  return rows.map(countedCell);
}

/**
 * What the cycle's postings sum to, by the accounts that they moved it between: those name the cell and the fund, and are two values to
 * group by instead of four.
 */
export async function countPostings(tx: Tx, businessDate: string): Promise<CountedFund[]> {
  const rows: { debit: string; credit: string; amount: string }[] = await tx.query(
    `SELECT debit_account AS debit, credit_account AS credit, sum(amount_fen)::text AS amount
     FROM posting WHERE business_date = $1 GROUP BY debit_account, credit_account`,
    [businessDate],
  );
  return rows.map(({ debit, credit, amount }) => ({ ...fundBetween(debit, credit), amountFen: fen(BigInt(amount)) }));
}

function countedCell({ count, amount, digest, ...key }: CountedRow): CellTotals {
  return { ...key, obligationCount: BigInt(count), amountFen: fen(BigInt(amount)), digestSum: BigInt(digest) };
}
