import { FILING_STATES, type FilingEvent, type FilingState, type Reason, type ReasonParams } from '@yiditong/codes';

/** Why something can't be done, as it is given to the caller. Parameters never hold personal data. */
export type Refusal = { readonly reason: Reason; readonly params: ReasonParams };

type Transitions = Readonly<Partial<Record<FilingEvent, FilingState>>>;

/**
 * 规程第八条: what is prepared or returned may be handed in, take effect on signing (承诺制), or be taken back. It ends with the
 * insurance, as what is in force does.
 */
const PREPARED: Transitions = { SUBMIT: 'SUBMITTED', ACCEPT: 'ACTIVE', CANCEL: 'CANCELLED', INVALIDATE: 'INVALIDATED' };
const ENDED: Transitions = {};

/**
 * Every transition there is. What is not listed is refused. A filing that is not in force yet ends with the insurance too: nobody
 * could hand it in or accept it any more, and one under review would stand in the way of a new one until somebody took it back.
 */
const TRANSITIONS: Readonly<Record<FilingState | 'NONE', Transitions>> = {
  NONE: { DRAFT: 'DRAFT', SUBMIT: 'SUBMITTED', ACCEPT: 'ACTIVE' },
  DRAFT: PREPARED,
  SUBMITTED: {
    ACCEPT: 'ACTIVE',
    RETURN: 'RETURNED',
    REJECT: 'REJECTED',
    CANCEL: 'CANCELLED',
    INVALIDATE: 'INVALIDATED',
  },
  RETURNED: PREPARED,
  REJECTED: ENDED,
  ACTIVE: { CHANGE: 'ACTIVE', SUPPLY: 'ACTIVE', CANCEL: 'CANCELLED', EXPIRE: 'EXPIRED', INVALIDATE: 'INVALIDATED' },
  CANCELLED: ENDED,
  EXPIRED: ENDED,
  INVALIDATED: ENDED,
};

/** The state that an event leads to, from null where there is no filing yet; null where the event is not allowed. */
export function nextState(state: FilingState | null, event: FilingEvent): FilingState | null {
  return TRANSITIONS[state ?? 'NONE'][event] ?? null;
}

/** The states in which a filing has not ended: those that the end of the insurance ends. */
export const OPEN_STATES: readonly FilingState[] = FILING_STATES.filter((state) => nextState(state, 'INVALIDATE'));

export type Undoing = {
  /** The last day of the lock-in, or null where there is none (see lockedUntilOf). */
  readonly lockedUntil: string | null;
  /** A business date. */
  readonly today: string;
  /** 参保状态 has changed: the insurance ended or moved, which the lock-in does not hold back. */
  readonly insuranceChanged: boolean;
};

/** Why a filing in force can't be changed or cancelled today: FILING_LOCKED_IN, or null (规程第十条, 通知二(三)). */
export function refusalOfUndoing({ lockedUntil, today, insuranceChanged }: Undoing): Refusal | null {
  if (insuranceChanged || lockedUntil === null || today > lockedUntil) return null;
  return { reason: 'FILING_LOCKED_IN', params: { until: lockedUntil } };
}
