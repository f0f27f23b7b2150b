import { REASONS, Rejection, type Reason } from '@yiditong/codes';

/** Reasons that say that nothing was sent: the same message can be repeated, and they say when. */
const NOT_SENT: ReadonlySet<Reason> = new Set(['HOME_PROVINCE_DOWN', 'HOME_PROVINCE_UNREACHABLE', 'SERVICE_BUSY']);

/**
 * The reason that a message is refused for ever for. Throws what is none: a fault as it is, what was never sent as it is, and OUTCOME_UNKNOWN where
 * nobody knows what happened at the other side. That nothing was sent says nothing of what an earlier attempt at the message sent (`begun`).
 */
export function finalRefusal(error: unknown, deadlineAt: Date, begun: boolean): Rejection {
  if (!(error instanceof Rejection)) throw error;
  const notSent = NOT_SENT.has(error.reason);
  if (notSent && !begun) throw error;
  if (notSent || isUnanswered(error.reason))
    throw new Rejection('OUTCOME_UNKNOWN', { until: deadlineAt.toISOString() });
  return error;
}

/** Reasons that say nothing of what happened at the other side. */
export function isUnanswered(reason: Reason): boolean {
  return REASONS[reason].rpc === 'UNAVAILABLE' || REASONS[reason].rpc === 'INTERNAL';
}
