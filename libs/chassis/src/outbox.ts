import { context, propagation } from '@opentelemetry/api';
import { v7 as uuidv7 } from 'uuid';
import { tenancySql, type Tx } from './database.js';
import { freeze, thaw } from './exact-json.js';

/** A fact on its way to another service, written in the transaction that made it true. */
export type OutboxMessage<T> = {
  readonly scope: string;
  readonly region: string;
  readonly topic: string;
  readonly payload: T;
};

/** A message as the relay reads it. */
export type PendingMessage<T> = {
  readonly id: string;
  readonly scope: string;
  readonly payload: T;
  readonly traceparent: string;
};

/** For a service's first migration. */
export const OUTBOX_TABLE = `
  CREATE TABLE outbox (
    scope text NOT NULL,
    id uuid NOT NULL,
    region char(6) NOT NULL,
    topic text NOT NULL,
    payload text NOT NULL,
    traceparent text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    refusals int NOT NULL DEFAULT 0,
    last_refusal text,
    not_before timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT outbox_pk PRIMARY KEY (scope, id, region)
  );
  CREATE INDEX outbox_order ON outbox (topic, id);
  ${tenancySql('outbox', 'region')}`;

/** Appends messages with the current trace, so that their delivery continues it. */
export async function appendOutbox<T>(tx: Tx, ...messages: readonly OutboxMessage<T>[]): Promise<void> {
  if (messages.length === 0) return;
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  await tx.query(
    `INSERT INTO outbox (scope, id, region, topic, payload, traceparent)
     SELECT *, $6::text FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[])`,
    [
      messages.map(({ scope }) => scope),
      messages.map(() => uuidv7()),
      messages.map(({ region }) => region),
      messages.map(({ topic }) => topic),
      messages.map(({ payload }) => freeze(payload)),
      carrier.traceparent ?? '',
    ],
  );
}

/** The oldest messages that are due. Reads what is there rather than what follows a position: a position would skip a row that commits late. */
export async function pendingMessages<T>(tx: Tx, topic: string, limit: number): Promise<PendingMessage<T>[]> {
  const rows: { id: string; scope: string; payload: string; traceparent: string }[] = await tx.query(
    'SELECT id, scope, payload, traceparent FROM outbox WHERE topic = $1 AND not_before <= now() ORDER BY id LIMIT $2',
    [topic, limit],
  );
  return rows.map((row) => ({ ...row, payload: thaw<T>(row.payload) }));
}

export async function removeDelivered(tx: Tx, messages: readonly { scope: string; id: string }[]): Promise<void> {
  await tx.query(
    'DELETE FROM outbox USING unnest($1::text[], $2::uuid[]) AS done(scope, id) WHERE outbox.scope = done.scope AND outbox.id = done.id',
    [messages.map(({ scope }) => scope), messages.map(({ id }) => id)],
  );
}

/** Sets a refused message aside for a while, visibly, so that it doesn't block those behind it. */
export async function setAside(tx: Tx, message: { scope: string; id: string }, reason: string): Promise<void> {
  await tx.query(
    `UPDATE outbox SET refusals = refusals + 1, last_refusal = $3, not_before = now() + least(refusals + 1, 60) * interval '1 second'
     WHERE scope = $1 AND id = $2`,
    [message.scope, message.id, reason],
  );
}
