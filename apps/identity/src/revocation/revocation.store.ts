import type { RevocationReason, Role } from '@yiditong/codes';
import type { Tx } from '@yiditong/chassis';

/** A row of `revocation`: of one token, or of all that a subject was issued up to an instant. */
export type Revocation = {
  readonly region: string;
  readonly revocationId: string;
  readonly role: Role;
  readonly subject: string | null;
  readonly tokenId: string | null;
  readonly issuedUntil: Date | null;
  /** From here on no credential that it means can be alive. */
  readonly forgottenAt: Date;
  readonly reason: RevocationReason;
  readonly revokedAt: Date;
};

const COLUMNS = `region, revocation_id AS "revocationId", role, subject, token_id AS "tokenId", issued_until AS "issuedUntil",
  forgotten_at AS "forgottenAt", reason, revoked_at AS "revokedAt"`;

export async function insertRevocation(tx: Tx, row: Revocation): Promise<void> {
  await tx.query(
    `INSERT INTO revocation (region, revocation_id, role, subject, token_id, issued_until, forgotten_at, reason, revoked_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      row.region,
      row.revocationId,
      row.role,
      row.subject,
      row.tokenId,
      row.issuedUntil,
      row.forgottenAt,
      row.reason,
      row.revokedAt,
    ],
  );
}

/**
 * Those that still matter, recorded by a transaction from `after` on. The next position is the oldest transaction that is
 * still open now: one that commits later is seen next time, though others after it were seen already.
 */
export async function revocationsSince(
  tx: Tx,
  after: string | null,
  now: Date,
): Promise<{ readonly revocations: Revocation[]; readonly next: string }> {
  // The position first: what commits between the two statements is then seen by the second, and again next time.
  const [position]: { next: string }[] = await tx.query('SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS next');
  const revocations: Revocation[] = await tx.query(
    `SELECT ${COLUMNS} FROM revocation WHERE forgotten_at > $1 AND ($2::text IS NULL OR recorded_in >= $2::text::xid8)`,
    [now, after],
  );
  return { revocations, next: position?.next ?? '' };
}
