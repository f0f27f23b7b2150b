import type { Tx } from '@yiditong/chassis';
import type { DeliveryState } from '@yiditong/codes';
import type { DeliveryKey, DeliveryRow, EventRow, LeasedDelivery } from './notification.entity.js';

/** A webhook, and how many of its deliveries may be begun. */
export type Places = Omit<DeliveryKey, 'sequence'> & { readonly places: number };

type Stored<T> = Omit<T, 'sequence'> & { readonly sequence: string };

/**
 * Makes deliveries of events that webhooks have not come to, so many of each webhook at most, and answers how many. A webhook that
 * another worker is at is left to it. Events become visible in the order of their sequence, so none before the head is missing.
 */
export async function makeDeliveries(tx: Tx, now: Date, mostOfEach: number): Promise<number> {
  const rows: { count: string }[] = await tx.query(
    `WITH behind AS (
       SELECT webhook.province, webhook.webhook_id, webhook.sequence AS after,
         least(head.sequence, webhook.sequence + $2) AS up_to
       FROM webhook JOIN filing_event_head AS head USING (province)
       WHERE webhook.removed_at IS NULL AND head.sequence > webhook.sequence
       FOR UPDATE OF webhook SKIP LOCKED
     ), moved AS (
       UPDATE webhook SET sequence = behind.up_to FROM behind
       WHERE webhook.province = behind.province AND webhook.webhook_id = behind.webhook_id
     ), made AS (
       INSERT INTO webhook_delivery (province, webhook_id, sequence, state, next_attempt_at)
       SELECT province, webhook_id, sequence, 'PENDING', $1
       FROM behind, generate_series(behind.after + 1, behind.up_to) AS sequence
       RETURNING 1
     )
     SELECT count(*) FROM made`,
    [now, mostOfEach],
  );
  return Number(rows[0]?.count);
}

/** Webhooks with a delivery that is due. */
export async function dueWebhooks(tx: Tx, now: Date): Promise<Omit<DeliveryKey, 'sequence'>[]> {
  return tx.query(
    `SELECT province, webhook_id AS "webhookId" FROM webhook
     WHERE removed_at IS NULL AND EXISTS (SELECT FROM webhook_delivery AS delivery
       WHERE delivery.province = webhook.province AND delivery.webhook_id = webhook.webhook_id
         AND delivery.state = 'PENDING' AND delivery.next_attempt_at <= $1)
     ORDER BY province, webhook_id`,
    [now],
  );
}

/**
 * Takes due deliveries for oneself until the lease ends, and counts the attempt: who dies after this line has had it. Those that
 * another worker is at are left to it.
 */
export async function leaseDeliveries(
  tx: Tx,
  from: readonly Places[],
  now: Date,
  until: Date,
): Promise<LeasedDelivery[]> {
  type Row = Stored<EventRow> & { readonly webhookId: string; readonly attempt: number; readonly url: string };
  const rows: Row[] = await tx.query(
    `WITH due AS (
       SELECT delivery.* FROM unnest($1::text[], $2::uuid[], $3::int[]) AS wanted (province, webhook_id, places),
         LATERAL (
           SELECT province, webhook_id, sequence FROM webhook_delivery
           WHERE province = wanted.province AND webhook_id = wanted.webhook_id AND state = 'PENDING' AND next_attempt_at <= $4
           ORDER BY next_attempt_at, sequence LIMIT wanted.places FOR UPDATE SKIP LOCKED
         ) AS delivery
     ), leased AS (
       UPDATE webhook_delivery AS delivery SET next_attempt_at = $5, attempts = attempts + 1 FROM due
       WHERE delivery.province = due.province AND delivery.webhook_id = due.webhook_id AND delivery.sequence = due.sequence
       RETURNING delivery.province, delivery.webhook_id, delivery.sequence, delivery.attempts
     )
     SELECT event.province, event.sequence, event.event_id AS "eventId", event.type, event.person_id AS "personId",
       event.insured_region AS "insuredRegion", event.content, event.recorded_at AS "recordedAt",
       leased.webhook_id AS "webhookId", leased.attempts AS attempt, webhook.url
     FROM leased
     JOIN webhook USING (province, webhook_id)
     JOIN filing_event AS event ON event.province = leased.province AND event.sequence = leased.sequence
     WHERE webhook.removed_at IS NULL
     ORDER BY event.sequence`,
    [
      from.map(({ province }) => province),
      from.map(({ webhookId }) => webhookId),
      from.map(({ places }) => places),
      now,
      until,
    ],
  );
  return rows.map(({ webhookId, attempt, url, ...row }) => {
    const event = { ...row, sequence: BigInt(row.sequence) };
    return { province: event.province, webhookId, sequence: event.sequence, attempt, url, event };
  });
}

/** That it arrived, which is true whatever else became of it meanwhile. */
export async function recordDelivered(tx: Tx, key: DeliveryKey, status: number, deliveredAt: Date): Promise<void> {
  await tx.query(
    `UPDATE webhook_delivery SET state = 'DELIVERED', last_status = $4, last_problem = '', delivered_at = $5
     WHERE province = $1 AND webhook_id = $2 AND sequence = $3 AND state <> 'DELIVERED'`,
    [...valuesOf(key), status, deliveredAt],
  );
}

export type Failure = {
  /** Null where there was no answer. */
  readonly status: number | null;
  readonly problem: string;
  /** Null where it is given up. */
  readonly nextAttemptAt: Date | null;
};

/** That an attempt failed; of one whose lease ended meanwhile, and which somebody else began again, nothing. */
export async function recordFailure(
  tx: Tx,
  delivery: DeliveryKey & { readonly attempt: number },
  { status, problem, nextAttemptAt }: Failure,
): Promise<void> {
  await tx.query(
    `UPDATE webhook_delivery SET state = CASE WHEN $7::timestamptz IS NULL THEN 'FAILED' ELSE 'PENDING' END,
       next_attempt_at = coalesce($7, next_attempt_at), last_status = $5, last_problem = $6
     WHERE province = $1 AND webhook_id = $2 AND sequence = $3 AND state = 'PENDING' AND attempts = $4`,
    [...valuesOf(delivery), delivery.attempt, status, problem, nextAttemptAt],
  );
}

/** Begins one from the beginning that was given up. */
export async function beginAgain(tx: Tx, key: DeliveryKey, now: Date): Promise<void> {
  await tx.query(
    `UPDATE webhook_delivery SET state = 'PENDING', attempts = 0, next_attempt_at = $4
     WHERE province = $1 AND webhook_id = $2 AND sequence = $3 AND state = 'FAILED'`,
    [...valuesOf(key), now],
  );
}

const SELECT = `SELECT province, webhook_id AS "webhookId", sequence, event_id AS "eventId", state, attempts,
    next_attempt_at AS "nextAttemptAt", last_status AS "lastStatus", last_problem AS "lastProblem", delivered_at AS "deliveredAt"
  FROM webhook_delivery JOIN filing_event USING (province, sequence)`;

/** A webhook's delivery of an event, and nobody else changes it until the commit. */
export async function lockDelivery(
  tx: Tx,
  { province, webhookId }: Omit<DeliveryKey, 'sequence'>,
  eventId: string,
): Promise<DeliveryRow | null> {
  const rows: Stored<DeliveryRow>[] = await tx.query(
    `${SELECT} WHERE province = $1 AND webhook_id = $2 AND event_id = $3 FOR UPDATE OF webhook_delivery`,
    [province, webhookId, eventId],
  );
  return rows.map(rowOf)[0] ?? null;
}

export type DeliveryQuestion = {
  /** Null for any. */
  readonly state: DeliveryState | null;
  /** Below this sequence; null from the newest. */
  readonly before: bigint | null;
  readonly limit: number;
};

/** Newest first. */
export async function deliveriesOf(
  tx: Tx,
  { province, webhookId }: Omit<DeliveryKey, 'sequence'>,
  { state, before, limit }: DeliveryQuestion,
): Promise<DeliveryRow[]> {
  const rows: Stored<DeliveryRow>[] = await tx.query(
    `${SELECT}
     WHERE province = $1 AND webhook_id = $2 AND ($3::text IS NULL OR state = $3) AND ($4::bigint IS NULL OR sequence < $4)
     ORDER BY sequence DESC LIMIT $5`,
    [province, webhookId, state, before?.toString() ?? null, limit],
  );
  return rows.map(rowOf);
}

function valuesOf({ province, webhookId, sequence }: DeliveryKey): string[] {
  return [province, webhookId, sequence.toString()];
}

function rowOf(row: Stored<DeliveryRow>): DeliveryRow {
  return { ...row, sequence: BigInt(row.sequence) };
}
