import type { RevocationReason } from '@yiditong/codes';
import type { Tx } from '@yiditong/chassis';
import type { InstitutionKey, KeyName, NewKey } from './key.entity.js';

const COLUMNS = `province, institution_code AS "institutionCode", key_id AS "keyId", region, public_key AS "publicKey",
  to_char(valid_from, 'YYYY-MM-DD') AS "validFrom", to_char(valid_to, 'YYYY-MM-DD') AS "validTo",
  registered_at AS "registeredAt", revoked_at AS "revokedAt", revocation_reason AS "revocationReason"`;

/** Makes others that change this institution's keys wait until the transaction ends. */
export async function lockKeys(tx: Tx, institutionCode: string): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('institution_key ' || $1, 0))", [institutionCode]);
}

/** Whether it was entered; not so where its id or its public key is taken. */
export async function insertKey(tx: Tx, key: NewKey, registeredAt: Date): Promise<boolean> {
  const entered: unknown[] = await tx.query(
    `INSERT INTO institution_key (province, institution_code, key_id, region, public_key, valid_from, valid_to, registered_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING 1`,
    [key.province, key.institutionCode, key.keyId, key.region, key.publicKey, key.validFrom, key.validTo, registeredAt],
  );
  return entered.length === 1;
}

export async function findKey(tx: Tx, { province, institutionCode, keyId }: KeyName): Promise<InstitutionKey | null> {
  const rows: InstitutionKey[] = await tx.query(
    `SELECT ${COLUMNS} FROM institution_key WHERE province = $1 AND institution_code = $2 AND key_id = $3`,
    [province, institutionCode, keyId],
  );
  return rows[0] ?? null;
}

/** Newest first. */
export async function keysOf(tx: Tx, province: string, institutionCode: string): Promise<InstitutionKey[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM institution_key WHERE province = $1 AND institution_code = $2 ORDER BY registered_at DESC, key_id`,
    [province, institutionCode],
  );
}

/** Ends a key that was not ended before. */
export async function endKey(tx: Tx, key: KeyName, reason: RevocationReason, revokedAt: Date): Promise<void> {
  await tx.query(
    `UPDATE institution_key SET revoked_at = $4, revocation_reason = $5
     WHERE province = $1 AND institution_code = $2 AND key_id = $3 AND revoked_at IS NULL`,
    [key.province, key.institutionCode, key.keyId, revokedAt, reason],
  );
}
