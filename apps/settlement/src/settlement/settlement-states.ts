import { Rejection } from '@yiditong/codes';
import type { SettlementState } from './settlement.entity.js';

export const SETTLEMENT_STATES = [
  'SETTLED',
  'REVERSING',
  'REVERSED',
  'CANCELLING',
  'RESTORING',
  'CANCELLED',
  'REINSTATING',
] as const satisfies readonly SettlementState[];

/**
 * What happens to a settlement. CANCEL, REVERSE and REINSTATE are a hospital's messages, committed to here before the home province
 * is told; CANCELLED, REVERSED and REINSTATED follow its acknowledgement. GIVE_UP commits to undo a cancellation that comes to nothing, and
 * RESTORE follows; KEEP ends an undoing that the home province refused for good.
 */
export const SETTLEMENT_EVENTS = [
  'CANCEL',
  'CANCELLED',
  'GIVE_UP',
  'RESTORE',
  'REVERSE',
  'REVERSED',
  'REINSTATE',
  'REINSTATED',
  'KEEP',
] as const;
export type SettlementEvent = (typeof SETTLEMENT_EVENTS)[number];

type RefusalReason = 'SETTLEMENT_BUSY' | 'SETTLEMENT_CANCELLED' | 'SETTLEMENT_REVERSED';

/** The next state; STAYS where the event finds its work done or nothing to do; a refusal; or NEVER, which only a fault of ours can bring about. */
export type Move = SettlementState | 'STAYS' | 'NEVER' | { readonly refused: RefusalReason };

const BUSY = { refused: 'SETTLEMENT_BUSY' } as const;
const CANCELLED = { refused: 'SETTLEMENT_CANCELLED' } as const;
const REVERSED = { refused: 'SETTLEMENT_REVERSED' } as const;

/** But for CANCEL and REVERSE, all are asked only for the cancellation that the settlement names; the caller sees to it. */
const MOVES: Readonly<Record<SettlementState, Readonly<Record<SettlementEvent, Move>>>> = {
  SETTLED: {
    CANCEL: 'CANCELLING',
    CANCELLED: 'NEVER',
    GIVE_UP: 'NEVER',
    RESTORE: 'STAYS',
    REVERSE: 'REVERSING',
    REVERSED: 'NEVER',
    REINSTATE: 'STAYS',
    REINSTATED: 'STAYS',
    KEEP: 'STAYS',
  },
  REVERSING: {
    CANCEL: REVERSED,
    CANCELLED: 'NEVER',
    GIVE_UP: 'NEVER',
    RESTORE: 'STAYS',
    REVERSE: 'STAYS',
    REVERSED: 'REVERSED',
    REINSTATE: REVERSED,
    REINSTATED: 'NEVER',
    KEEP: 'SETTLED',
  },
  REVERSED: {
    CANCEL: REVERSED,
    CANCELLED: 'NEVER',
    GIVE_UP: 'NEVER',
    RESTORE: 'STAYS',
    REVERSE: 'STAYS',
    REVERSED: 'STAYS',
    REINSTATE: REVERSED,
    REINSTATED: 'NEVER',
    KEEP: 'NEVER',
  },
  CANCELLING: {
    CANCEL: BUSY,
    CANCELLED: 'CANCELLED',
    GIVE_UP: 'RESTORING',
    RESTORE: 'NEVER',
    REVERSE: BUSY,
    REVERSED: 'NEVER',
    REINSTATE: BUSY,
    REINSTATED: 'NEVER',
    KEEP: 'NEVER',
  },
  RESTORING: {
    CANCEL: BUSY,
    // The home province can't take the cancellation back.
    CANCELLED: 'CANCELLED',
    GIVE_UP: 'STAYS',
    RESTORE: 'SETTLED',
    REVERSE: BUSY,
    REVERSED: 'NEVER',
    REINSTATE: BUSY,
    REINSTATED: 'NEVER',
    KEEP: 'NEVER',
  },
  CANCELLED: {
    CANCEL: CANCELLED,
    CANCELLED: 'STAYS',
    GIVE_UP: 'NEVER',
    RESTORE: 'NEVER',
    REVERSE: CANCELLED,
    REVERSED: 'NEVER',
    REINSTATE: 'REINSTATING',
    REINSTATED: 'NEVER',
    KEEP: 'STAYS',
  },
  REINSTATING: {
    CANCEL: BUSY,
    CANCELLED: 'NEVER',
    GIVE_UP: 'NEVER',
    RESTORE: 'NEVER',
    REVERSE: BUSY,
    REVERSED: 'NEVER',
    REINSTATE: 'STAYS',
    REINSTATED: 'SETTLED',
    KEEP: 'CANCELLED',
  },
};

export function moveOf(state: SettlementState, event: SettlementEvent): Move {
  return MOVES[state][event];
}

/** The state after an event. Rejects with the refusal; `busyUntil` is when what keeps the settlement busy is decided at the latest. */
export function nextState(state: SettlementState, event: SettlementEvent, busyUntil: string): SettlementState {
  const move = moveOf(state, event);
  if (move === 'STAYS') return state;
  if (move === 'NEVER') throw new Error(`a settlement can't meet ${event} while ${state}`);
  if (typeof move === 'string') return move;
  throw new Rejection(move.refused, move.refused === 'SETTLEMENT_BUSY' ? { until: busyUntil } : {});
}
