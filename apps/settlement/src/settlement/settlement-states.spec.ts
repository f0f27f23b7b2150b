import { Rejection } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import { moveOf, nextState, SETTLEMENT_EVENTS, SETTLEMENT_STATES, type SettlementEvent } from './settlement-states.js';
import type { SettlementState } from './settlement.entity.js';

const UNTIL = '2026-03-01T04:01:00.000Z';
/** All pairs: a row a state, a column an event in the order of SETTLEMENT_EVENTS. `·` stays, `!` never. */
const TABLE: Record<SettlementState, string> = {
  //            CANCEL     CANCELLED GIVE_UP   RESTORE REVERSE   REVERSED REINSTATE   REINSTATED KEEP
  SETTLED: '    CANCELLING !         !         ·       REVERSING !        ·           ·          ·',
  REVERSING: '  =REVERSED  !         !         ·       ·         REVERSED =REVERSED   !          SETTLED',
  REVERSED: '   =REVERSED  !         !         ·       ·         ·        =REVERSED   !          !',
  CANCELLING: ' =BUSY      CANCELLED RESTORING !       =BUSY     !        =BUSY       !          !',
  RESTORING: '  =BUSY      CANCELLED ·         SETTLED =BUSY     !        =BUSY       !          !',
  CANCELLED: '  =CANCELLED ·         !         !       =CANCELLED !       REINSTATING !          ·',
  REINSTATING: '=BUSY      !         !         !       =BUSY     !        ·           SETTLED    CANCELLED',
};
const pairs = SETTLEMENT_STATES.flatMap((state) => {
  const cells = TABLE[state].trim().split(/\s+/);
  return SETTLEMENT_EVENTS.map((event, at): [SettlementState, SettlementEvent, string] => [
    state,
    event,
    cells[at] ?? 'missing',
  ]);
});

function end(state: SettlementState, event: SettlementEvent): string {
  try {
    const next = nextState(state, event, UNTIL);
    return next === state ? '·' : next;
  } catch (error) {
    return error instanceof Rejection ? error.reason.replace('SETTLEMENT_', '=') : '!';
  }
}

describe('a settlement', () => {
  it.each(pairs)('that is %s meets %s: %s', (state, event, expected) => expect(end(state, event)).toBe(expected));

  it('has a row for every state and a column for every event', () => {
    expect(pairs.filter(([, , cell]) => cell === 'missing')).toEqual([]);
    expect(pairs).toHaveLength(7 * 9);
  });

  it('that is busy says until when', () => {
    expect(() => nextState('CANCELLING', 'REVERSE', UNTIL)).toThrow(
      expect.objectContaining({ params: { until: UNTIL } }),
    );
  });

  it('can come to every state from SETTLED, and never leaves REVERSED', () => {
    const reached = new Set<SettlementState>(['SETTLED']);
    for (const state of reached)
      for (const event of SETTLEMENT_EVENTS) {
        const move = moveOf(state, event);
        if (typeof move === 'string' && move !== 'STAYS' && move !== 'NEVER') reached.add(move);
      }
    expect([...reached].sort()).toEqual([...SETTLEMENT_STATES].sort());
    expect(SETTLEMENT_EVENTS.map((event) => end('REVERSED', event)).filter((to) => !/^[·!=]/.test(to))).toEqual([]);
  });
});
