import type { Tx } from '@yiditong/chassis';
import type { CellKey, CellTotals } from '@yiditong/ledger';
import { fen } from '@yiditong/money';

/**
 * The cycle that a record made in this transaction belongs to. The share lock holds its seal back until this transaction
 * ends. Two cycles are open while one is being sealed; new work takes the newer. Where the only cycle seen was
 * sealed meanwhile the row is skipped, and a second look sees its successor.
 */
export async function holdOpenCycle(tx: Tx): Promise<string> {
  for (let look = 0; look < 2; look++) {
    const rows: { businessDate: string }[] = await tx.query(
      `SELECT to_char(business_date, 'YYYY-MM-DD') AS "businessDate" FROM cycle WHERE state = 'OPEN' ORDER BY business_date DESC LIMIT 1 FOR SHARE`,
    );
    if (rows[0]) return rows[0].businessDate;
  }
  throw new Error('no cycle is open');
}

export async function openCycles(tx: Tx): Promise<string[]> {
  const rows: { businessDate: string }[] = await tx.query(
    `SELECT to_char(business_date, 'YYYY-MM-DD') AS "businessDate" FROM cycle WHERE state = 'OPEN' ORDER BY business_date`,
  );
  return rows.map((row) => row.businessDate);
}

/** Opens a cycle unless it was opened before; answers whether it did. */
export async function openCycle(tx: Tx, businessDate: string, at: Date): Promise<boolean> {
  const opened: unknown[] = await tx.query(
    "INSERT INTO cycle (business_date, state, opened_at) VALUES ($1, 'OPEN', $2) ON CONFLICT DO NOTHING RETURNING 1",
    [businessDate, at],
  );
  return opened.length > 0;
}

/** The first cycle after a date, or null. */
export async function cycleAfter(tx: Tx, businessDate: string): Promise<string | null> {
  const rows: { businessDate: string }[] = await tx.query(
    `SELECT to_char(business_date, 'YYYY-MM-DD') AS "businessDate" FROM cycle WHERE business_date > $1 ORDER BY business_date LIMIT 1`,
    [businessDate],
  );
  return rows[0]?.businessDate ?? null;
}

/** Waits for the transactions that hold the cycle. Sealing it again changes nothing; answers whether this did. */
export async function sealCycle(tx: Tx, businessDate: string, at: Date): Promise<boolean> {
  const [sealed]: [unknown[]] = await tx.query(
    "UPDATE cycle SET state = 'SEALED', sealed_at = $2 WHERE business_date = $1 AND state = 'OPEN' RETURNING 1",
    [businessDate, at],
  );
  return sealed.length > 0;
}

/** The cycle's obligations, counted anew. */
export async function cellTotals(tx: Tx, businessDate: string): Promise<CellTotals[]> {
  const rows: (CellKey & { count: string; amount: string; digest: string })[] = await tx.query(
    `SELECT insured_province AS "insuredProvince", treating_province AS "treatingProvince", insurance,
            count(*)::text AS count, sum(amount_fen)::text AS amount, sum(leaf_digest)::text AS digest
     FROM obligation WHERE business_date = $1 GROUP BY 1, 2, 3`,
    [businessDate],
  );
  return rows.map(({ count, amount, digest, ...key }) => ({
    ...key,
    obligationCount: BigInt(count),
    amountFen: fen(BigInt(amount)),
    digestSum: BigInt(digest),
  }));
}
