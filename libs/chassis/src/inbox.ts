import { tenancySql, type Tx } from './database.js';

/** For the first migration of a service that consumes messages. */
export const INBOX_TABLE = `
  CREATE TABLE inbox (
    scope text NOT NULL,
    message_id uuid NOT NULL,
    region char(6) NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT inbox_pk PRIMARY KEY (scope, message_id, region)
  );
  ${tenancySql('inbox', 'region')}`;

/**
 * Claims messages in the transaction of their effect and returns the ids that are new, so that a message
 * delivered twice takes effect once. All belong to one scope, which is their distribution key.
 */
export async function acceptNew(
  tx: Tx,
  scope: string,
  region: string,
  messageIds: readonly string[],
): Promise<ReadonlySet<string>> {
  // In id order, so that two deliveries of overlapping batches wait for each other instead of deadlocking.
  const rows: { message_id: string }[] = await tx.query(
    `INSERT INTO inbox (scope, message_id, region)
     SELECT $1, id, $2 FROM unnest($3::uuid[]) AS id ORDER BY id
     ON CONFLICT DO NOTHING RETURNING message_id`,
    [scope, region, messageIds],
  );
  return new Set(rows.map((row) => row.message_id));
}
