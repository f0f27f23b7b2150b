import { decodeInstant, decodeRejection } from '@yiditong/chassis';
import { Rejection, type Reason } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { validate as isUuid } from 'uuid';
import { checkAddsUp, decodeAdjudication, type Decided } from '../settlement/adjudication.codec.js';
import { isUnanswered } from './province-line.js';

const MAX_LATER = 1_000;
const MAX_PARAM = 200;

/** What the contract lets a home province refuse with. Anything else is an answer that nobody can take. */
const REFUSALS: ReadonlySet<Reason> = new Set<Reason>([
  'PERSON_UNKNOWN',
  'INSURANCE_INACTIVE',
  'INSURED_REGION_MISMATCH',
  'REGION_UNKNOWN',
  'POLICY_NOT_FOUND',
  'VISIT_KIND_NOT_COVERED',
  'SETTLEMENT_REVERSED',
  'IDEMPOTENCY_KEY_REUSED',
  'REQUEST_MALFORMED',
  'ADJUDICATION_NOT_FOUND',
  'ADJUDICATION_CANCELLED',
  'CANCELLATION_REVERSED',
  'ACCOUNT_REFUND_SPENT',
]);

/** Rejects with the home province's own reason, or HOME_ANSWER_UNUSABLE. */
export function readAdjudicated(
  answer: benefitV1.AdjudicateResponse,
  claim: benefitV1.Claim,
  isForeign: boolean,
): Decided {
  const [first] = answer.answers;
  if (answer.answers.length !== 1 || !first) throw unusable('one answer');
  if (first.rejection && first.adjudication) throw unusable('adjudication or rejection');
  if (first.rejection) {
    const rejection = decodeRejection(first.rejection);
    throw isForeign ? foreignRefusal(rejection) : rejection;
  }
  return decodeAdjudication(first.adjudication, claim);
}

/** Rejects with HOME_ANSWER_UNUSABLE. What is taken back is the settlement that was asked for, and adds up. */
export function readCancelled(
  answer: benefitV1.CancelResponse,
  asked: benefitV1.CancelRequest,
): benefitV1.CancelResponse {
  checkAddsUp(answer.adjudication, asked.settlementId);
  checkLater(answer.laterSettlementIds);
  try {
    decodeInstant(answer.cancelledAt, 'cancelled_at');
  } catch {
    throw unusable('cancelled_at');
  }
  return answer;
}

/** Rejects with HOME_ANSWER_UNUSABLE. */
export function readReversed(answer: benefitV1.ReverseResponse): benefitV1.ReverseResponse {
  checkLater(answer.laterSettlementIds);
  return answer;
}

/** Rejects with HOME_ANSWER_UNUSABLE. */
export function readState(
  answer: benefitV1.QueryAdjudicationResponse,
  asked: benefitV1.QueryAdjudicationRequest,
): benefitV1.QueryAdjudicationResponse {
  const { state, adjudication, cancellationId } = answer;
  if (state === 'ADJUDICATION_STATE_UNSPECIFIED' || !state.startsWith('ADJUDICATION_STATE_')) throw unusable('state');
  if (state === 'ADJUDICATION_STATE_ADJUDICATED' || adjudication) checkAddsUp(adjudication, asked.settlementId);
  if (state === 'ADJUDICATION_STATE_CANCELLED' && !isUuid(cancellationId)) throw unusable('cancellation_id');
  return answer;
}

/**
 * A refusal of another's program as this system passes it on: of the contract's reasons, with parameters that are codes or short words
 * and no number of a person; SERVICE_UNAVAILABLE where it says that there is none; HOME_ANSWER_UNUSABLE where it is neither.
 */
export function foreignRefusal(rejection: Rejection): Rejection {
  const { reason, params } = rejection;
  if (isUnanswered(rejection)) return new Rejection('SERVICE_UNAVAILABLE', { service: 'home province' });
  if (!REFUSALS.has(reason)) return unusable('rejection.reason');
  const passed = Object.entries(params).filter(([, value]) => isHarmless(value));
  return new Rejection(reason, Object.fromEntries(passed.slice(0, 5)));
}

/** What another's program sends as a parameter need not even be a text. */
function isHarmless(text: unknown): boolean {
  return (
    typeof text === 'string' && text.length <= MAX_PARAM && /^[\w .:,=<>+()-]*$/.test(text) && !/\d{11}/.test(text)
  );
}

function checkLater(ids: readonly string[]): void {
  if (ids.length > MAX_LATER || !ids.every((id) => isUuid(id))) throw unusable('later_settlement_ids');
}

function unusable(problem: string): Rejection {
  return new Rejection('HOME_ANSWER_UNUSABLE', { problem });
}
