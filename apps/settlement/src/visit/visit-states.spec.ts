import { describe, expect, it } from 'vitest';
import { stepOf, VISIT_EVENTS, VISIT_STATES, type VisitEvent, type VisitState } from './visit-states.js';

const UNENDED = { isStay: false, hasEnd: false };

/** What each event comes to in each state: of an ordinary visit without an end, unless a column says otherwise. */
const TABLE: Record<VisitEvent, Record<VisitState, string>> = {
  CHANGE: { OPEN: 'OPEN', ENDED: 'ENDED', SETTLED: 'VISIT_SETTLED', CANCELLED: 'VISIT_CANCELLED' },
  END: { OPEN: 'ENDED', ENDED: 'ENDED', SETTLED: 'VISIT_SETTLED', CANCELLED: 'VISIT_CANCELLED' },
  REOPEN: { OPEN: 'VISIT_NOT_DISCHARGED', ENDED: 'OPEN', SETTLED: 'VISIT_SETTLED', CANCELLED: 'VISIT_CANCELLED' },
  CANCEL: { OPEN: 'CANCELLED', ENDED: 'CANCELLED', SETTLED: 'VISIT_SETTLED', CANCELLED: 'VISIT_CANCELLED' },
  ADD_FEES: { OPEN: 'OPEN', ENDED: 'ENDED', SETTLED: 'OPEN', CANCELLED: 'VISIT_CANCELLED' },
  REMOVE_FEES: { OPEN: 'OPEN', ENDED: 'ENDED', SETTLED: 'VISIT_SETTLED', CANCELLED: 'VISIT_CANCELLED' },
  SETTLE: { OPEN: 'OPEN', ENDED: 'ENDED', SETTLED: 'VISIT_SETTLED', CANCELLED: 'VISIT_CANCELLED' },
  SETTLE_TO_END: { OPEN: 'SETTLED', ENDED: 'SETTLED', SETTLED: 'VISIT_SETTLED', CANCELLED: 'VISIT_CANCELLED' },
  FREE: { OPEN: 'OPEN', ENDED: 'ENDED', SETTLED: 'OPEN', CANCELLED: 'VISIT_CANCELLED' },
};

describe('a visit', () => {
  it.each(VISIT_EVENTS.flatMap((event) => VISIT_STATES.map((state) => [event, state, TABLE[event][state]] as const)))(
    'to which %s happens while it is %s comes to %s',
    (event, state, expected) => {
      const step = stepOf(state, event, UNENDED);
      expect('to' in step ? step.to : step.reason).toBe(expected);
    },
  );

  it('that had ended is ended again where its settlement is taken back, and a stay that is settled takes no fees', () => {
    expect(stepOf('SETTLED', 'FREE', { isStay: true, hasEnd: true })).toEqual({ to: 'ENDED' });
    expect(stepOf('SETTLED', 'ADD_FEES', { isStay: false, hasEnd: true })).toEqual({ to: 'ENDED' });
    expect(stepOf('SETTLED', 'ADD_FEES', { isStay: true, hasEnd: true })).toEqual({ reason: 'VISIT_SETTLED' });
  });
});
