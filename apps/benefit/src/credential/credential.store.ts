import { freeze, thaw, type Tx } from '@yiditong/chassis';
import type { Credential, CredentialAnswer, CredentialUse, NewCredential } from './credential.entity.js';

type CredentialKey = Pick<Credential, 'personId' | 'credentialId' | 'province'>;

export async function insertCredential(tx: Tx, credential: NewCredential): Promise<void> {
  await tx.query(
    `INSERT INTO e_credential (person_id, credential_id, province, token_hash, issued_for, issued_at, expires_at, kept_until)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      credential.personId,
      credential.credentialId,
      credential.province,
      credential.tokenHash,
      credential.issuedFor,
      credential.issuedAt,
      credential.expiresAt,
      credential.keptUntil,
    ],
  );
}

/** When the person's latest were issued, newest first. To be called under the person's row lock. */
export async function latestIssues(
  tx: Tx,
  personId: string,
  province: string,
  after: Date,
  limit: number,
): Promise<Date[]> {
  const rows: { issuedAt: Date }[] = await tx.query(
    `SELECT issued_at AS "issuedAt" FROM e_credential
     WHERE person_id = $1 AND province = $2 AND issued_at > $3 ORDER BY issued_at DESC LIMIT $4`,
    [personId, province, after, limit],
  );
  return rows.map(({ issuedAt }) => issuedAt);
}

/** Ends what the person was issued before and nobody used. Waits for a decoding that is under way, and leaves it its use. */
export async function withdrawUnused(tx: Tx, personId: string, province: string, at: Date): Promise<void> {
  await tx.query(
    `UPDATE e_credential SET withdrawn_at = $3
     WHERE person_id = $1 AND province = $2 AND used_at IS NULL AND withdrawn_at IS NULL`,
    [personId, province, at],
  );
}

/** Whose token has this hash. Finds without locking: a lock names the person, by whom rows are distributed. */
export async function findByTokenHash(tx: Tx, province: string, tokenHash: Buffer): Promise<CredentialKey | null> {
  const rows: CredentialKey[] = await tx.query(
    `SELECT person_id AS "personId", credential_id AS "credentialId", province
     FROM e_credential WHERE token_hash = $1 AND province = $2`,
    [tokenHash, province],
  );
  return rows[0] ?? null;
}

type CredentialRow = Omit<Credential, 'use'> & {
  readonly usedBy: string | null;
  readonly usedAt: Date | null;
  readonly usedForVisit: string | null;
  readonly standsUntil: Date | null;
  readonly answer: string | null;
};

/** Locks one credential, so that of several presentations at the same instant one is first. */
export async function lockCredential(tx: Tx, key: CredentialKey): Promise<Credential | null> {
  const rows: CredentialRow[] = await tx.query(
    `SELECT person_id AS "personId", credential_id AS "credentialId", province, issued_for AS "issuedFor",
       expires_at AS "expiresAt", withdrawn_at AS "withdrawnAt", used_by AS "usedBy", used_at AS "usedAt",
       used_for_visit AS "usedForVisit", stands_until AS "standsUntil", answer
     FROM e_credential WHERE person_id = $1 AND credential_id = $2 AND province = $3 FOR UPDATE`,
    [key.personId, key.credentialId, key.province],
  );
  const [row] = rows;
  if (!row) return null;
  const { usedBy, usedAt, usedForVisit, standsUntil, answer, ...credential } = row;
  return { ...credential, use: useOf({ usedBy, usedAt, usedForVisit, standsUntil, answer }) };
}

export async function recordUse(tx: Tx, key: CredentialKey, use: CredentialUse, keptUntil: Date): Promise<void> {
  await tx.query(
    `UPDATE e_credential SET used_by = $4, used_for_visit = $5, used_at = $6, stands_until = $7, answer = $8, kept_until = $9
     WHERE person_id = $1 AND credential_id = $2 AND province = $3`,
    [
      key.personId,
      key.credentialId,
      key.province,
      use.institutionCode,
      use.visitNumber,
      use.usedAt,
      use.standsUntil,
      freeze(use.answer),
      keptUntil,
    ],
  );
}

/** Removes what is kept no longer, so many rows at most, and says how many there were. */
export async function removeOutdated(tx: Tx, now: Date, limit: number): Promise<number> {
  const outdated: CredentialKey[] = await tx.query(
    `SELECT person_id AS "personId", credential_id AS "credentialId", province
     FROM e_credential WHERE kept_until < $1 ORDER BY kept_until LIMIT $2`,
    [now, limit],
  );
  if (outdated.length === 0) return 0;
  await tx.query(
    `DELETE FROM e_credential USING unnest($1::uuid[], $2::uuid[], $3::text[]) AS outdated(person_id, credential_id, province)
     WHERE e_credential.person_id = outdated.person_id AND e_credential.credential_id = outdated.credential_id
       AND e_credential.province = outdated.province`,
    [
      outdated.map(({ personId }) => personId),
      outdated.map(({ credentialId }) => credentialId),
      outdated.map(({ province }) => province),
    ],
  );
  return outdated.length;
}

/** The five stand together or not at all, which a constraint sees to. */
function useOf(row: Omit<CredentialRow, keyof Credential>): CredentialUse | null {
  const { usedBy, usedAt, usedForVisit, standsUntil, answer } = row;
  if (usedBy === null || usedAt === null || usedForVisit === null || standsUntil === null || answer === null)
    return null;
  return {
    institutionCode: usedBy,
    visitNumber: usedForVisit,
    usedAt,
    standsUntil,
    answer: thaw<CredentialAnswer>(answer),
  };
}
