import { encodeInstant, itemClassCodec, uuidField } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import { validate as isUuid } from 'uuid';
import type { Expected } from '../reversal/reversal.service.js';
import type { AskedRefund } from './refund.service.js';
import { encodeSettlement } from './settlement.codec.js';
import type { OperationKind, SettledLine } from './settlement.entity.js';
import type { ShownWithdrawal } from './withdrawal-message.service.js';

const MAX_LINES = 5_000;
const MAX_REASON = 200;

/** Rejects with SETTLEMENT_NOT_FOUND or REQUEST_MALFORMED. */
export function decodeCancel({ settlementId, reason }: Pick<settlementV1.CancelRequest, 'settlementId' | 'reason'>) {
  return { settlementId: settlementIdOf(settlementId), reason: reasonOf(reason) };
}

/** Rejects with SETTLEMENT_NOT_FOUND or REQUEST_MALFORMED. Whether the lines can be taken back is judged later. */
export function decodeRefund(request: settlementV1.RefundRequest): AskedRefund {
  const { institutionCode, messageId, lines } = request;
  if (lines.length === 0 || lines.length > MAX_LINES) throw malformed(`lines must be 1 to ${MAX_LINES}`);
  return {
    institutionCode,
    messageId,
    settlementId: settlementIdOf(request.settlementId),
    lines: lines.map((line) => ({ ...line, amountFen: fen(line.amountFen) })),
    reason: reasonOf(request.reason),
  };
}

const ORIGINAL_KINDS: Readonly<Record<string, readonly OperationKind[] | null>> = {
  ORIGINAL_KIND_UNSPECIFIED: null,
  ORIGINAL_KIND_SETTLEMENT: ['SETTLE'],
  ORIGINAL_KIND_WITHDRAWAL: ['CANCEL', 'REFUND'],
  ORIGINAL_KIND_VISIT: ['VISIT'],
};

/** Rejects with REQUEST_MALFORMED. */
export function decodeExpected({ personId, originalKind }: settlementV1.ReverseRequest): Expected {
  const kinds = ORIGINAL_KINDS[originalKind];
  if (kinds === undefined) throw malformed('original_kind is none that is known');
  return { personId: personId === '' ? null : uuidField(personId, 'person_id'), kinds };
}

/** An id that can't be one is that of no settlement. */
function settlementIdOf(text: string): string {
  if (!isUuid(text)) throw new Rejection('SETTLEMENT_NOT_FOUND');
  return text.toLowerCase();
}

function reasonOf(text: string): string {
  const reason = text.trim();
  if (reason === '' || Array.from(reason).length > MAX_REASON || /\p{Cc}/u.test(reason))
    throw malformed(`reason must be 1 to ${MAX_REASON} characters`);
  // It stands in the audit trail, where no number of a person or a telephone belongs.
  if (/\d{11}/.test(reason)) throw malformed('reason must not hold a number of 11 digits or more');
  return reason;
}

export function encodeCancellation(cancellation: ShownWithdrawal['cancellation']): settlementV1.Cancellation {
  const { cancellationId, messageId, settlement, laterSettlementIds, cancelledAt } = cancellation;
  return {
    cancellationId,
    messageId,
    settlement: encodeSettlement(settlement),
    laterSettlementIds: [...laterSettlementIds],
    cancelledAt: encodeInstant(new Date(cancelledAt)),
  };
}

export function encodeSettledLine(settled: SettledLine): settlementV1.SettledLine {
  const {
    itemClass,
    chargeCategory,
    catalogueRule,
    catalogueSequence,
    split,
    occurredAt,
    feeSerial: _,
    ...line
  } = settled;
  return {
    line: { ...line, occurredAt: encodeInstant(occurredAt) },
    itemClass: itemClassCodec.encode(itemClass),
    chargeCategory,
    rule: catalogueRule,
    catalogueSequence,
    split,
  };
}

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
