import { Rejection } from '@yiditong/codes';
import type { SettlementState } from './settlement.entity.js';

export const SETTLEMENT_STATES = [
  'SETTLED',
  'REVERSING',
  'REVERSED',
  'CANCELLING',
  'CANCELLED',
  'REINSTATING',
] as const satisfies readonly SettlementState[];

/**
 * What happens to a settlement. CANCEL, REVERSE and REINSTATE are a hospital's messages, committed to here before the home province
 * is told; CANCELLED, REVERSED and REINSTATED follow its acknowledgement; RESTORE ends a cancellation that came to nothing.
 */
export const SETTLEMENT_EVENTS = [
  'CANCEL',
  'CANCELLED',
  'RESTORE',
  'REVERSE',
  'REVERSED',
  'REINSTATE',
  'REINSTATED',
] as const;
export type SettlementEvent = (typeof SETTLEMENT_EVENTS)[number];

type RefusalReason = 'SETTLEMENT_BUSY' | 'SETTLEMENT_CANCELLED' | 'SETTLEMENT_REVERSED';

/** The next state; STAYS where the event finds its work done or nothing to do; a refusal; or NEVER, which only a fault of ours can bring about. */
export type Move = SettlementState | 'STAYS' | 'NEVER' | { readonly refused: RefusalReason };

const BUSY = { refused: 'SETTLEMENT_BUSY' } as const;
const CANCELLED = { refused: 'SETTLEMENT_CANCELLED' } as const;
const REVERSED = { refused: 'SETTLEMENT_REVERSED' } as const;

/** CANCELLED, RESTORE, REINSTATE and REINSTATED are asked only for the cancellation that the settlement names; the caller sees to it. */
const MOVES: Readonly<Record<SettlementState, Readonly<Record<SettlementEvent, Move>>>> = {
  SETTLED: {
    CANCEL: 'CANCELLING',
    CANCELLED: 'NEVER',
    RESTORE: 'STAYS',
    REVERSE: 'REVERSING',
    REVERSED: 'NEVER',
    REINSTATE: 'STAYS',
    REINSTATED: 'STAYS',
  },
  REVERSING: {
    CANCEL: REVERSED,
    CANCELLED: 'NEVER',
    RESTORE: 'STAYS',
    REVERSE: 'STAYS',
    REVERSED: 'REVERSED',
    REINSTATE: REVERSED,
    REINSTATED: 'NEVER',
  },
  REVERSED: {
    CANCEL: REVERSED,
    CANCELLED: 'NEVER',
    RESTORE: 'STAYS',
    REVERSE: 'STAYS',
    REVERSED: 'STAYS',
    REINSTATE: REVERSED,
    REINSTATED: 'NEVER',
  },
  CANCELLING: {
    CANCEL: BUSY,
    CANCELLED: 'CANCELLED',
    RESTORE: 'SETTLED',
    REVERSE: BUSY,
    REVERSED: 'NEVER',
    REINSTATE: BUSY,
    REINSTATED: 'NEVER',
  },
  CANCELLED: {
    CANCEL: CANCELLED,
    CANCELLED: 'STAYS',
    RESTORE: 'NEVER',
    REVERSE: CANCELLED,
    REVERSED: 'NEVER',
    REINSTATE: 'REINSTATING',
    REINSTATED: 'NEVER',
  },
  REINSTATING: {
    CANCEL: BUSY,
    CANCELLED: 'NEVER',
    RESTORE: 'NEVER',
    REVERSE: BUSY,
    REVERSED: 'NEVER',
    REINSTATE: 'STAYS',
    REINSTATED: 'SETTLED',
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
