import { encodeInstant, uuidField } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import type { Books } from './books.js';
import { readIdentity } from './claim.js';
import { bytesOf, messageOf } from './messages.js';

/**
 * Undoes an adjudication (冲正), or bars an id that never came, in the caller's transaction. Later adjudications stand as they were
 * decided and are named. A cancelled one is undone already, and won't stand again when its cancellation is undone.
 */
export function reverse(books: Books, request: benefitV1.ReverseRequest): benefitV1.ReverseResponse {
  const { settlementId, personId } = readIdentity(request);
  const entry = books.find(settlementId);
  if (entry !== null && entry.personId !== personId) throw new Rejection('IDEMPOTENCY_KEY_REUSED');
  if (entry === null) books.add({ settlementId, personId, state: 'BARRED', claim: null, answer: null });
  if (entry?.state === 'REFUSED') books.setState(settlementId, 'BARRED');
  if (entry?.state === 'ADJUDICATED') books.setState(settlementId, 'REVERSED');
  if (entry?.state === 'CANCELLED') books.setState(settlementId, 'CANCELLED_AND_REVERSED');
  const hadAdjudication = entry !== null && entry.state !== 'REFUSED' && entry.state !== 'BARRED';
  return { hadAdjudication, laterSettlementIds: books.laterThan(settlementId) };
}

/**
 * Undoes a cancellation (冲正撤销), so that the adjudication stands again, or bars an id that never came, in the caller's transaction. What
 * was decided meanwhile stands as it is and is named; what a refund in part settled anew is undone before. Here nothing can refuse it, so
 * that the reversal's id need not be kept.
 */
export function reverseCancellation(books: Books, request: benefitV1.ReverseRequest): benefitV1.ReverseResponse {
  const { settlementId, personId } = readIdentity(request);
  const cancellationId = uuidField(request.cancellationId, 'cancellation_id');
  const first = books.findCancellation(cancellationId);
  const entry = books.find(settlementId);
  if ((first !== null && first.settlementId !== settlementId) || (entry !== null && entry.personId !== personId))
    throw new Rejection('IDEMPOTENCY_KEY_REUSED');
  if (request.remainderSettlementId !== '') reverse(books, { ...request, settlementId: request.remainderSettlementId });
  if (first === null) books.addCancellation(cancellationId, { settlementId, state: 'BARRED', answer: null });
  if (first?.state === 'CANCELLED') {
    books.undoCancellation(cancellationId);
    books.setState(settlementId, entry?.state === 'CANCELLED_AND_REVERSED' ? 'REVERSED' : 'ADJUDICATED');
  }
  const hadAdjudication = first !== null && first.state !== 'BARRED';
  return { hadAdjudication, laterSettlementIds: hadAdjudication ? books.decidedMeanwhile(cancellationId) : [] };
}

/**
 * Takes an adjudication back because the settlement was cancelled (撤销结算), once per cancellation id, in the caller's transaction. The
 * first answer is kept, with its time and with what stood then.
 */
export function cancel(books: Books, request: benefitV1.CancelRequest, now: Date): benefitV1.CancelResponse {
  const { settlementId, personId } = readIdentity(request);
  const cancellationId = uuidField(request.cancellationId, 'cancellation_id');
  const first = books.findCancellation(cancellationId);
  if (first !== null && first.settlementId !== settlementId) throw new Rejection('IDEMPOTENCY_KEY_REUSED');
  if (first !== null && (first.state !== 'CANCELLED' || first.answer === null))
    throw new Rejection('CANCELLATION_REVERSED');
  if (first?.answer) return messageOf('CancelResponse', first.answer);
  const entry = books.find(settlementId);
  if (entry === null || entry.personId !== personId || entry.answer === null || entry.state === 'REFUSED')
    throw new Rejection(entry?.state === 'BARRED' ? 'SETTLEMENT_REVERSED' : 'ADJUDICATION_NOT_FOUND');
  if (entry.state === 'CANCELLED' || entry.state === 'CANCELLED_AND_REVERSED')
    throw new Rejection('ADJUDICATION_CANCELLED');
  if (entry.state !== 'ADJUDICATED') throw new Rejection('SETTLEMENT_REVERSED');
  const answer = {
    adjudication: messageOf('AdjudicateAnswer', entry.answer).adjudication,
    laterSettlementIds: books.laterThan(settlementId),
    cancelledAt: encodeInstant(now),
  };
  books.setState(settlementId, 'CANCELLED');
  const kept = bytesOf('CancelResponse', answer);
  books.addCancellation(cancellationId, { settlementId, state: 'CANCELLED', answer: kept });
  return answer;
}
