import type { Tx } from '@yiditong/chassis';

/** A message whose signature was verified. */
export type SignedMessage = {
  readonly province: string;
  readonly institutionCode: string;
  readonly keyId: string;
  /** SHA-256 of all of it. */
  readonly digest: Buffer;
  readonly sentAt: Date;
};

/** Whether the message is new. Of two at once the second waits for the first, and is not. */
export async function rememberMessage(tx: Tx, message: SignedMessage, forgottenAt: Date): Promise<boolean> {
  const remembered: unknown[] = await tx.query(
    `INSERT INTO admitted_message (province, institution_code, message_digest, key_id, sent_at, forgotten_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING 1`,
    [message.province, message.institutionCode, message.digest, message.keyId, message.sentAt, forgottenAt],
  );
  return remembered.length === 1;
}

/** Removes messages that are too old to come again, and says how many: the caller goes on until there are none. */
export async function forgetMessages(tx: Tx, now: Date, limit: number): Promise<number> {
  const [, removed]: [unknown[], number] = await tx.query(
    `DELETE FROM admitted_message WHERE (province, institution_code, message_digest) IN
       (SELECT province, institution_code, message_digest FROM admitted_message WHERE forgotten_at < $1
        ORDER BY forgotten_at LIMIT $2)`,
    [now, limit],
  );
  return removed;
}
