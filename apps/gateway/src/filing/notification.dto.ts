import { decodeInstant, deliveryStateCodec, required } from '@yiditong/chassis';
import { DELIVERY_STATES } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { instant, uuid } from '../http/fields.js';

export const webhookBody = z.strictObject({
  url: z.string().min(1).max(500).describe('https 通知地址，不含账号 / https, without an account'),
});
export const webhookAnswer = z.object({
  webhookId: uuid,
  province: z.string(),
  url: z.string(),
  createdAt: instant,
  pending: z.int().describe('待投递 / events that wait'),
  failed: z.int().describe('已放弃 / deliveries that were given up'),
});
export const webhooksAnswer = z.object({ webhooks: z.array(webhookAnswer) });
export const removedAnswer = z.object({ webhookId: uuid });
export const deliveriesQuery = z.strictObject({
  state: z.enum(DELIVERY_STATES).optional().describe('投递状态'),
  after: z
    .string()
    .regex(/^[\w:.|~=-]{1,200}$/, 'what the page before said in nextAfter')
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const deliveryAnswer = z.object({
  deliveryId: uuid,
  sequence: z.string(),
  state: z.enum(DELIVERY_STATES),
  attempts: z.int(),
  lastStatus: z.int().nullable().describe('最近一次的 HTTP 状态；无应答为空'),
  lastProblem: z.string().nullable(),
  nextAttemptAt: instant.nullable(),
  deliveredAt: instant.nullable(),
});
export const deliveriesAnswer = z.object({ deliveries: z.array(deliveryAnswer), nextAfter: z.string().nullable() });
export const keySetAnswer = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });
export type WebhookBody = z.infer<typeof webhookBody>;
export type WebhookAnswer = z.infer<typeof webhookAnswer>;
export type DeliveriesQuery = z.infer<typeof deliveriesQuery>;
export type DeliveryAnswer = z.infer<typeof deliveryAnswer>;
export type DeliveriesAnswer = z.infer<typeof deliveriesAnswer>;
export type KeySetAnswer = z.infer<typeof keySetAnswer>;

export function decodeWebhook(wire: filingV1.Webhook | null | undefined): WebhookAnswer {
  const webhook = required(wire, 'webhook');
  return { ...webhook, createdAt: decodeInstant(webhook.createdAt, 'created_at').toISOString() };
}

export function encodeDeliveries(
  province: string,
  webhookId: string,
  { state, after, limit }: DeliveriesQuery,
): filingV1.ListDeliveriesRequest {
  return {
    province,
    webhookId,
    state: state === undefined ? 'DELIVERY_STATE_UNSPECIFIED' : deliveryStateCodec.encode(state),
    after: after ?? '',
    limit,
  };
}

export function decodeDelivery(wire: filingV1.Delivery | null | undefined): DeliveryAnswer {
  const { deliveryId, sequence, state, attempts, lastStatus, lastProblem, nextAttemptAt, deliveredAt } = required(
    wire,
    'delivery',
  );
  return {
    deliveryId,
    sequence: String(sequence),
    state: deliveryStateCodec.decode(state),
    attempts,
    lastStatus: lastStatus || null,
    lastProblem: lastProblem || null,
    nextAttemptAt: nextAttemptAt ? decodeInstant(nextAttemptAt, 'next_attempt_at').toISOString() : null,
    deliveredAt: deliveredAt ? decodeInstant(deliveredAt, 'delivered_at').toISOString() : null,
  };
}
