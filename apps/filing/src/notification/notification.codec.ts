import { deliveryStateCodec, encodeInstant, uuidField } from '@yiditong/chassis';
import { findProvince, Rejection } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import type { DeliveryQuestion } from './delivery.store.js';
import { FROM_NOW_ON, type FeedPage, type FeedQuestion } from './event-feed.service.js';
import type { DeliveryRow, EventRow, WebhookStanding } from './notification.entity.js';

const MOST_EVENTS = 500;
const MOST_DELIVERIES = 200;
/** As many digits as any sequence will ever have, and as PostgreSQL's bigint surely holds. */
const SEQUENCE = /^[1-9]\d{0,17}$/;

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeProvince(province: string): string {
  if (findProvince(province)?.code !== province) throw new Rejection('REGION_UNKNOWN', { region: province });
  return province;
}

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeWebhookName(wire: { readonly province: string; readonly webhookId: string }) {
  return { province: decodeProvince(wire.province), webhookId: uuidField(wire.webhookId, 'webhook_id') };
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeDeliveryQuestion({ state, after, limit }: filingV1.ListDeliveriesRequest): DeliveryQuestion {
  return {
    state: state === 'DELIVERY_STATE_UNSPECIFIED' ? null : deliveryStateCodec.decode(state),
    before: after === '' ? null : sequenceOf(after),
    limit: limitOf(limit, MOST_DELIVERIES),
  };
}

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeFeedQuestion(wire: filingV1.ListEventsRequest): FeedQuestion {
  if (wire.after < FROM_NOW_ON) throw new Rejection('REQUEST_MALFORMED', { problem: 'after is less than -1' });
  if (wire.insuredRegion !== '' && !findProvince(wire.insuredRegion))
    throw new Rejection('REGION_UNKNOWN', { region: wire.insuredRegion });
  return {
    personId: wire.personId === '' ? '' : uuidField(wire.personId, 'person_id'),
    forPersonId: wire.forPersonId === '' ? '' : uuidField(wire.forPersonId, 'for_person_id'),
    insuredRegion: wire.insuredRegion,
    after: wire.after,
    limit: limitOf(wire.limit, MOST_EVENTS),
  };
}

export function encodeWebhook({
  webhookId,
  province,
  url,
  createdAt,
  pending,
  failed,
}: WebhookStanding): filingV1.Webhook {
  return { webhookId, province, url, createdAt: encodeInstant(createdAt), pending, failed };
}

export function encodeDelivery(row: DeliveryRow): filingV1.Delivery {
  return {
    deliveryId: row.eventId,
    sequence: row.sequence,
    state: deliveryStateCodec.encode(row.state),
    attempts: row.attempts,
    lastStatus: row.lastStatus ?? 0,
    lastProblem: row.lastProblem,
    nextAttemptAt: row.state === 'PENDING' ? encodeInstant(row.nextAttemptAt) : undefined,
    deliveredAt: row.deliveredAt ? encodeInstant(row.deliveredAt) : undefined,
  };
}

export function encodeDeliveries(rows: readonly DeliveryRow[], limit: number): filingV1.ListDeliveriesResponse {
  const nextAfter = rows.length < limit ? '' : (rows.at(-1)?.sequence.toString() ?? '');
  return { deliveries: rows.map(encodeDelivery), nextAfter };
}

export function encodeFeedPage({ events, nextAfter }: FeedPage): filingV1.ListEventsResponse {
  return { events: events.map(encodeEvent), nextAfter };
}

function encodeEvent(row: EventRow): filingV1.FilingEventRecord {
  return { ...row, personId: row.personId ?? '', recordedAt: encodeInstant(row.recordedAt) };
}

function sequenceOf(text: string): bigint {
  if (!SEQUENCE.test(text)) throw new Rejection('REQUEST_MALFORMED', { problem: 'after is not what a page said' });
  return BigInt(text);
}

function limitOf(limit: number, most: number): number {
  if (limit < 1 || limit > most) throw new Rejection('REQUEST_MALFORMED', { problem: `limit is not 1 to ${most}` });
  return limit;
}
