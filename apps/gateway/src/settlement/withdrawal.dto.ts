import { decodeInstant, required } from '@yiditong/chassis';
import type { settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { amountFen, decimal, instant, messageId, scaled, uuid } from '../http/fields.js';
import { decodeSettlement, QUANTITY_SCALE, settlementAnswer } from './settlement.dto.js';

const reason = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'text without control characters')
  .describe('原因，不含个人信息 / without personal data');
export const cancelBody = z.strictObject({ messageId, reason });
export const refundBody = z.strictObject({
  messageId,
  lines: z
    .array(
      z.strictObject({
        lineNumber: z.int().min(1).max(5_000),
        quantity: decimal(QUANTITY_SCALE).describe('退费数量'),
        amountFen: amountFen.describe('退费金额'),
      }),
    )
    .min(1)
    .max(5_000),
  reason,
});
export type CancelBody = z.infer<typeof cancelBody>;
export type RefundBody = z.infer<typeof refundBody>;

export const cancellationAnswer = z.object({
  cancellationId: uuid,
  messageId,
  settlement: settlementAnswer,
  laterSettlementIds: z
    .array(uuid)
    .describe('此后依其计算、仍然有效的结算 / later settlements that counted on it and stand'),
  cancelledAt: instant,
});
export const refundAnswer = z.object({
  cancellation: cancellationAnswer,
  remainder: settlementAnswer.nullable().describe('剩余部分的新结算；全部退费时为空'),
});
export type CancellationAnswer = z.infer<typeof cancellationAnswer>;
export type RefundAnswer = z.infer<typeof refundAnswer>;

export function encodeRefundLines(lines: RefundBody['lines']): settlementV1.RefundLine[] {
  return lines.map(({ lineNumber, quantity, amountFen: takenFen }) => ({
    lineNumber,
    quantityE4: scaled(quantity, QUANTITY_SCALE),
    amountFen: BigInt(takenFen),
  }));
}

export function decodeCancellation(wire: settlementV1.Cancellation): CancellationAnswer {
  return {
    cancellationId: wire.cancellationId,
    messageId: wire.messageId,
    settlement: decodeSettlement(required(wire.settlement, 'settlement')),
    laterSettlementIds: wire.laterSettlementIds,
    cancelledAt: decodeInstant(wire.cancelledAt, 'cancelled_at').toISOString(),
  };
}
