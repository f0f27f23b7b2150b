import { Rejection } from '@yiditong/codes';
import type { Tx } from '@yiditong/chassis';
import { decideOutcome, findOutcome, type OutcomeParties } from './outcome.store.js';
import type { OperationIntent, Outcome, Settlement } from './settlement.entity.js';
import { lockSettlement } from './settlement.store.js';

/** An intent that takes a settlement back. */
export type WithdrawalIntent = OperationIntent & { readonly originalSettlementId: string };

export function isWithdrawal(intent: OperationIntent): intent is WithdrawalIntent {
  return intent.originalSettlementId !== null;
}

/** Whether it is this operation that takes, or took, the settlement back. */
export function isOwn(settlement: Settlement, intent: Pick<WithdrawalIntent, 'settlementId'>): boolean {
  return settlement.cancellationId === intent.settlementId;
}

/** The settlement that is taken back, locked. */
export async function lockOriginal(tx: Tx, intent: WithdrawalIntent): Promise<Settlement> {
  const settlement = await lockSettlement(tx, intent.personId, intent.originalSettlementId);
  if (!settlement) throw new Rejection('SETTLEMENT_NOT_FOUND');
  return settlement;
}

/**
 * Decides an operation that has not begun, unless it was decided before; the outcome that stands comes back. One that has begun isn't decided
 * here, for the home province may have done its part: the settlement comes back, locked.
 */
export async function decideUnlessBegun(
  tx: Tx,
  intent: WithdrawalIntent,
  parties: OutcomeParties,
  outcome: Outcome,
  now: Date,
): Promise<{ readonly decided: Outcome } | { readonly begun: Settlement }> {
  const settlement = await lockOriginal(tx, intent);
  const known = await findOutcome(tx, intent);
  if (known) return { decided: known };
  if (isOwn(settlement, intent)) return { begun: settlement };
  return { decided: (await decideOutcome(tx, { ...intent, ...parties }, outcome, now)) ?? outcome };
}
