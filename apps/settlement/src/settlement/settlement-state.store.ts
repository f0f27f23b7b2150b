import type { Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { Settlement } from './settlement.entity.js';
import { isPlaceTaken } from './visit-place.store.js';
import { nextState, type SettlementEvent } from './settlement-states.js';

/** What is written down with a state. */
export type StateFacts = Partial<
  Pick<
    Settlement,
    | 'reversalBusinessDate'
    | 'cancellationId'
    | 'cancellationMessageId'
    | 'cancellationBusinessDate'
    | 'cancelledAt'
    | 'laterSettlementIds'
    | 'reinstatedAt'
    | 'reinstatementId'
  >
>;

export const NOT_CANCELLED = {
  cancellationId: null,
  cancellationMessageId: null,
  cancellationBusinessDate: null,
  cancelledAt: null,
  laterSettlementIds: [],
} as const satisfies StateFacts;

/**
 * The only place that changes a state: by the table, of a settlement that this transaction has locked. Where the event finds nothing to do it writes
 * nothing. Rejects as the table says, or with CANCELLATION_SUPERSEDED where the visit was settled anew.
 */
export async function advance(
  tx: Tx,
  settlement: Settlement,
  event: SettlementEvent,
  busyUntil: Date,
  facts: StateFacts = {},
): Promise<Settlement> {
  const state = nextState(settlement.state, event, busyUntil.toISOString());
  if (state === settlement.state) return settlement;
  const next = { ...settlement, ...facts, state };
  try {
    const [moved]: [unknown[]] = await tx.query(
      `UPDATE settlement SET state = $4, reversal_business_date = $5, cancellation_id = $6, cancellation_message_id = $7,
         cancellation_business_date = $8, cancelled_at = $9, later_settlement_ids = $10, reinstated_at = $11,
         reinstatement_id = $12
       WHERE person_id = $1 AND settlement_id = $2 AND state = $3 RETURNING 1`,
      [
        next.personId,
        next.settlementId,
        settlement.state,
        state,
        next.reversalBusinessDate,
        next.cancellationId,
        next.cancellationMessageId,
        next.cancellationBusinessDate,
        next.cancelledAt,
        next.laterSettlementIds,
        next.reinstatedAt,
        next.reinstatementId,
      ],
    );
    if (moved.length === 0) throw new Error('a settlement was moved without its lock');
  } catch (error) {
    throw isPlaceTaken(error) ? new Rejection('CANCELLATION_SUPERSEDED') : error;
  }
  return next;
}
