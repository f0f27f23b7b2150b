import type { FilingEvent, FilingState, Reason, ReasonParams } from '@yiditong/codes';

/** Why something can't be done, as it is given to the caller. Parameters never hold personal data. */
export type Refusal = { readonly reason: Reason; readonly params: ReasonParams };

type Transitions = Readonly<Partial<Record<FilingEvent, FilingState>>>;

/** 规程第八条: what is prepared or returned may be handed in, take effect on signing (承诺制), or be taken back. */
const PREPARED: Transitions = { SUBMIT: 'SUBMITTED', ACCEPT: 'ACTIVE', CANCEL: 'CANCELLED' };
const ENDED: Transitions = {};

/** Every transition there is. What is not listed is refused. */
const TRANSITIONS: Readonly<Record<FilingState | 'NONE', Transitions>> = {
  NONE: { DRAFT: 'DRAFT', SUBMIT: 'SUBMITTED', ACCEPT: 'ACTIVE' },
  DRAFT: PREPARED,
  SUBMITTED: { ACCEPT: 'ACTIVE', RETURN: 'RETURNED', REJECT: 'REJECTED', CANCEL: 'CANCELLED' },
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
