import type { Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { CellTotals, CycleHead, Seal } from '@yiditong/ledger';
import { fen, sumFen } from '@yiditong/money';
import type { Cycle, CycleState } from './cycle.entity.js';

type CycleRow = Pick<Cycle, 'businessDate' | 'state' | 'closedAt'> & {
  readonly obligationCount: string;
  readonly amountFen: string;
  readonly seal: (Omit<Seal, 'sequence'> & { readonly sequence: string }) | null;
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
            closed_at AS "closedAt",
            CASE WHEN state = 'CLOSED' THEN jsonb_build_object('sequence', sequence::text, 'previousRoot', previous_root, 'root', merkle_root,
              'treeSize', tree_size, 'signatures', signatures) END AS seal
     FROM cycle WHERE business_date = $1`,
    [businessDate],
  );
  const [row] = rows;
  if (!row) return null;
  return {
    ...row,
    obligationCount: BigInt(row.obligationCount),
    amountFen: fen(BigInt(row.amountFen)),
    seal: row.seal && { ...row.seal, sequence: BigInt(row.seal.sequence) },
  };
}

/** Answers whether this was the first request. */
export async function requestClose(tx: Tx, businessDate: string, at: Date): Promise<boolean> {
  const [requested]: [unknown[]] = await tx.query(
    'UPDATE cycle SET close_requested_at = $2 WHERE business_date = $1 AND close_requested_at IS NULL RETURNING 1',
    [businessDate, at],
  );
  return requested.length > 0;
}

/** Cycles whose close was asked for and that nobody was told of yet: what the worker is woken for, whether or not a job survived. */
export async function unfinishedCloses(tx: Tx): Promise<string[]> {
  const rows: { businessDate: string }[] = await tx.query(
    `SELECT to_char(business_date, 'YYYY-MM-DD') AS "businessDate" FROM cycle
     WHERE close_requested_at IS NOT NULL AND told_at IS NULL ORDER BY business_date`,
  );
  return rows.map((row) => row.businessDate);
}

/** Takes one step but the last. Answers false where another worker took it before: then nothing is written. */
export async function advanceCycle(tx: Tx, businessDate: string, from: CycleState, to: CycleState): Promise<boolean> {
  const [advanced]: [unknown[]] = await tx.query(
    'UPDATE cycle SET state = $3 WHERE business_date = $1 AND state = $2 RETURNING 1',
    [businessDate, from, to],
  );
  return advanced.length > 0;
}

/** What settlement counted in all. */
export async function saveTotals(tx: Tx, businessDate: string, cells: readonly CellTotals[]): Promise<void> {
  const count = cells.reduce((sum, { obligationCount }) => sum + obligationCount, 0n);
  const amountFen = sumFen(cells.map((cell) => cell.amountFen));
  await tx.query('UPDATE cycle SET obligation_count = $2, amount_fen = $3 WHERE business_date = $1', [
    businessDate,
    String(count),
    String(amountFen),
  ]);
}

/** The last step, with what the cycle is known by from then on. Answers false where another worker took it before: then nothing is written. */
export async function closeCycle(tx: Tx, businessDate: string, seal: Seal, at: Date): Promise<boolean> {
  const { sequence, previousRoot, root, treeSize, signatures } = seal;
  const [closed]: [unknown[]] = await tx.query(
    `UPDATE cycle SET state = 'CLOSED', closed_at = $2, sequence = $3, previous_root = $4, merkle_root = $5, tree_size = $6, signatures = $7
     WHERE business_date = $1 AND state = 'VERIFIED' RETURNING 1`,
    [businessDate, at, String(sequence), previousRoot, root, treeSize, JSON.stringify(signatures)],
  );
  return closed.length > 0;
}

/** Answers false where it was told of before, or isn't closed. */
export async function markTold(tx: Tx, businessDate: string, at: Date): Promise<boolean> {
  const [told]: [unknown[]] = await tx.query(
    "UPDATE cycle SET told_at = $2 WHERE business_date = $1 AND state = 'CLOSED' AND told_at IS NULL RETURNING 1",
    [businessDate, at],
  );
  return told.length > 0;
}

/** Locks the end of the chain until this transaction ends, so that cycles are linked one after another. */
export async function lockChain(tx: Tx): Promise<CycleHead> {
  const rows: { sequence: string; root: string }[] = await tx.query(
    "SELECT sequence, merkle_root AS root FROM chain_head WHERE chain = 'cycle' FOR UPDATE",
  );
  const [head] = rows;
  if (!head) throw new Error('the chain of cycles has no head');
  return { sequence: BigInt(head.sequence), root: head.root };
}

export async function moveChain(tx: Tx, { sequence, root }: CycleHead): Promise<void> {
  await tx.query("UPDATE chain_head SET sequence = $1, merkle_root = $2 WHERE chain = 'cycle'", [
    String(sequence),
    root,
  ]);
}
