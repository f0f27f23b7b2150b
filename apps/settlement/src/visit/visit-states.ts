import type { Reason } from '@yiditong/codes';

export const VISIT_STATES = ['OPEN', 'ENDED', 'SETTLED', 'CANCELLED'] as const;
export type VisitState = (typeof VISIT_STATES)[number];

/**
 * What happens to a visit. SETTLE leaves something unsettled or lets a stay go on; SETTLE_TO_END doesn't. FREE is what the cancellation
 * of one of its settlements does.
 */
export const VISIT_EVENTS = [
  'CHANGE',
  'END',
  'REOPEN',
  'CANCEL',
  'ADD_FEES',
  'REMOVE_FEES',
  'SETTLE',
  'SETTLE_TO_END',
  'FREE',
] as const;
export type VisitEvent = (typeof VISIT_EVENTS)[number];

/** What of a visit decides beside its state. */
export type VisitFacts = { readonly isStay: boolean; readonly hasEnd: boolean };

export type Step = { readonly to: VisitState } | { readonly reason: Reason };

type Row = Readonly<Record<VisitEvent, Step>>;

/** Where a visit goes, or why it can't. Fees and settlements that stand in the way are the caller's to look at. */
export function stepOf(state: VisitState, event: VisitEvent, { isStay, hasEnd }: VisitFacts): Step {
  const unsettled: Step = { to: hasEnd ? 'ENDED' : 'OPEN' };
  switch (state) {
    case 'OPEN':
      return { ...going(state), REOPEN: { reason: 'VISIT_NOT_DISCHARGED' } as const }[event];
    case 'ENDED':
      return { ...going(state), REOPEN: { to: 'OPEN' } as const }[event];
    case 'SETTLED':
      // Other batches of an outpatient visit may come after all so far are settled; a stay is over.
      return { ...over('VISIT_SETTLED'), ...(isStay ? {} : { ADD_FEES: unsettled }), FREE: unsettled }[event];
    case 'CANCELLED':
      return over('VISIT_CANCELLED')[event];
  }
}

function going(state: 'OPEN' | 'ENDED'): Row {
  const stay: Step = { to: state };
  return {
    CHANGE: stay,
    END: { to: 'ENDED' },
    REOPEN: stay,
    CANCEL: { to: 'CANCELLED' },
    ADD_FEES: stay,
    REMOVE_FEES: stay,
    SETTLE: stay,
    SETTLE_TO_END: { to: 'SETTLED' },
    FREE: stay,
  };
}

function over(reason: 'VISIT_SETTLED' | 'VISIT_CANCELLED'): Row {
  const refused: Step = { reason };
  return {
    CHANGE: refused,
    END: refused,
    REOPEN: refused,
    CANCEL: refused,
    ADD_FEES: refused,
    REMOVE_FEES: refused,
    SETTLE: refused,
    SETTLE_TO_END: refused,
    FREE: refused,
  };
}
