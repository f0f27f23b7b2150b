import { freeze, thaw, type Tx } from '@yiditong/chassis';
import type { Outcome } from './settlement.entity.js';

export type OutcomeKey = { readonly personId: string; readonly settlementId: string };
export type OutcomeParties = { readonly insuredProvince: string; readonly treatingProvince: string };

export async function findOutcome(tx: Tx, key: OutcomeKey): Promise<Outcome | null> {
  const rows: { outcome: Outcome['outcome']; answer: string }[] = await tx.query(
    'SELECT outcome, answer FROM settlement_outcome WHERE person_id = $1 AND settlement_id = $2',
    [key.personId, key.settlementId],
  );
  const [row] = rows;
  return row ? ({ outcome: row.outcome, answer: thaw(row.answer) } as Outcome) : null;
}

/**
 * Decides a settlement id, unless somebody did before; then that outcome stands and comes back. Of two at once, the
 * loser waits for the winner's commit: settling, refusing and giving up can't all happen to one id.
 */
export async function decideOutcome(
  tx: Tx,
  key: OutcomeKey & OutcomeParties,
  outcome: Outcome,
  decidedAt: Date,
): Promise<Outcome | null> {
  const inserted: unknown[] = await tx.query(
    `INSERT INTO settlement_outcome (person_id, settlement_id, insured_province, treating_province, outcome, answer, decided_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING 1`,
    [
      key.personId,
      key.settlementId,
      key.insuredProvince,
      key.treatingProvince,
      outcome.outcome,
      freeze(outcome.answer),
      decidedAt,
    ],
  );
  return inserted.length > 0 ? null : findOutcome(tx, key);
}
