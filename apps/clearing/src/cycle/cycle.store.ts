import type { Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { ControlTotals, SealedObligation } from '@yiditong/ledger';
import { fen } from '@yiditong/money';
import type { Cycle, CycleState } from './cycle.entity.js';

type CycleRow = Omit<Cycle, 'obligationCount' | 'amountFen'> & {
  readonly obligationCount: string;
  readonly amountFen: string;
};

/** Keeps the cycle from being verified until this transaction ends, opening it on first use. Rejects with CYCLE_CLOSED. */
export async function holdCycle(tx: Tx, businessDate: string): Promise<void> {
  await openCycle(tx, businessDate);
  const rows: unknown[] = await tx.query(
    "SELECT 1 FROM cycle WHERE business_date = $1 AND state IN ('OPEN', 'SEALING', 'SEALED') FOR SHARE",
    [businessDate],
  );
  if (rows.length === 0) throw new Rejection('CYCLE_CLOSED', { date: businessDate });
}

export async function openCycle(tx: Tx, businessDate: string): Promise<void> {
  await tx.query("INSERT INTO cycle (business_date, state) VALUES ($1, 'OPEN') ON CONFLICT DO NOTHING", [businessDate]);
}

export async function findCycle(tx: Tx, businessDate: string): Promise<Cycle | null> {
  const rows: CycleRow[] = await tx.query(
    `SELECT to_char(business_date, 'YYYY-MM-DD') AS "businessDate", state, obligation_count AS "obligationCount", amount_fen AS "amountFen",
            merkle_root AS "merkleRoot", closed_at AS "closedAt" FROM cycle WHERE business_date = $1`,
    [businessDate],
  );
  const [row] = rows;
  return row ? { ...row, obligationCount: BigInt(row.obligationCount), amountFen: fen(BigInt(row.amountFen)) } : null;
}

/** Answers whether this was the first request. */
export async function requestClose(tx: Tx, businessDate: string, at: Date): Promise<boolean> {
  const [requested]: [unknown[]] = await tx.query(
    'UPDATE cycle SET close_requested_at = $2 WHERE business_date = $1 AND close_requested_at IS NULL RETURNING 1',
    [businessDate, at],
  );
  return requested.length > 0;
}

/** Cycles whose close was asked for and isn't done: what the worker is woken for, whether or not a job survived. */
export async function unfinishedCloses(tx: Tx): Promise<string[]> {
  const rows: { businessDate: string }[] = await tx.query(
    `SELECT to_char(business_date, 'YYYY-MM-DD') AS "businessDate" FROM cycle
     WHERE close_requested_at IS NOT NULL AND state <> 'CLOSED' ORDER BY business_date`,
  );
  return rows.map((row) => row.businessDate);
}

/** Takes one step. Answers false where another worker took it before: then nothing is written. */
export async function advanceCycle(
  tx: Tx,
  businessDate: string,
  from: CycleState,
  to: CycleState,
  at: Date,
): Promise<boolean> {
  const rows: unknown[] = (
    await tx.query(
      `UPDATE cycle SET state = $3, closed_at = CASE WHEN $3 = 'CLOSED' THEN $4::timestamptz END
       WHERE business_date = $1 AND state = $2 RETURNING 1`,
      [businessDate, from, to, at],
    )
  )[0];
  return rows.length > 0;
}

export async function saveControlTotals(tx: Tx, businessDate: string, totals: ControlTotals): Promise<void> {
  await tx.query('UPDATE cycle SET obligation_count = $2, amount_fen = $3, merkle_root = $4 WHERE business_date = $1', [
    businessDate,
    String(totals.obligationCount),
    String(totals.amountFen),
    totals.merkleRoot,
  ]);
}

/** The cycle's obligations as booked here, in id order. */
export async function obligationsOfCycle(tx: Tx, businessDate: string): Promise<SealedObligation[]> {
  const rows: { amountFen: string; leafHash: Buffer }[] = await tx.query(
    'SELECT amount_fen AS "amountFen", leaf_hash AS "leafHash" FROM obligation WHERE business_date = $1 ORDER BY obligation_id',
    [businessDate],
  );
  return rows.map(({ amountFen, leafHash }) => ({ amountFen: fen(BigInt(amountFen)), leafHash }));
}
