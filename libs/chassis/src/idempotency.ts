import { Rejection } from '@yiditong/codes';
import { tenancySql, type Tx } from './database.js';
import { bodyHash, freeze, thaw } from './exact-json.js';

/** What makes a write the same write: the scope is the distribution key, such as a person. */
export type WriteKey = {
  readonly scope: string;
  readonly region: string;
  readonly key: string;
  readonly body: unknown;
};

/** For a service's first migration. */
export const IDEMPOTENCY_TABLE = `
  CREATE TABLE idempotency (
    scope text NOT NULL,
    region char(6) NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    answer text,
    answered_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_pk PRIMARY KEY (scope, region, key)
  );
  ${tenancySql('idempotency', 'region')}`;

/**
 * The write path's first step: decides once per key, for ever, in the caller's transaction. A later call
 * with the same body gets the first answer, byte for byte; another body is rejected with
 * IDEMPOTENCY_KEY_REUSED. Of two at once, the loser waits for the winner's commit. A decision that throws
 * leaves nothing, so that the key can be tried again.
 */
export async function decideOnce<T>(tx: Tx, write: WriteKey, decide: () => Promise<T>): Promise<T> {
  const hash = bodyHash(write.body);
  const identity = [write.scope, write.region, write.key];
  const claimed: unknown[] = await tx.query(
    'INSERT INTO idempotency (scope, region, key, body_hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1',
    [...identity, hash],
  );
  if (claimed.length === 0) return firstAnswer(tx, identity, hash);
  const answer = freeze(await decide());
  await tx.query('UPDATE idempotency SET answer = $4 WHERE scope = $1 AND region = $2 AND key = $3', [
    ...identity,
    answer,
  ]);
  return thaw(answer);
}

async function firstAnswer<T>(tx: Tx, identity: readonly string[], hash: Buffer): Promise<T> {
  const rows: { body_hash: Buffer; answer: string }[] = await tx.query(
    'SELECT body_hash, answer FROM idempotency WHERE scope = $1 AND region = $2 AND key = $3',
    [...identity],
  );
  const [first] = rows;
  if (!first || !first.body_hash.equals(hash)) throw new Rejection('IDEMPOTENCY_KEY_REUSED');
  return thaw(first.answer);
}
