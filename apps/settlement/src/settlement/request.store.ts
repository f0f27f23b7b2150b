import { Rejection } from '@yiditong/codes';
import type { Tx } from '@yiditong/chassis';
import type { SettleIntent } from './settlement.entity.js';

/** What a message asks for, keyed by the institution that sent it. */
export type MessageClaim = {
  readonly institutionCode: string;
  readonly messageId: string;
  readonly treatingProvince: string;
  readonly bodyHash: Buffer;
  readonly receivedAt: Date;
  readonly deadlineAt: Date;
};

type RequestRow = SettleIntent & {
  readonly kind: 'SETTLE' | 'REVERSE' | 'BARRED';
  readonly bodyHash: Buffer | null;
  readonly originalMessageId: string | null;
  readonly answer: string | null;
};

const COLUMNS = `institution_code AS "institutionCode", message_id AS "messageId", treating_province AS "treatingProvince", kind,
  body_hash AS "bodyHash", settlement_id AS "settlementId", person_id AS "personId", insured_region AS "insuredRegion",
  original_message_id AS "originalMessageId", deadline_at AS "deadlineAt", concluded_at IS NOT NULL AS concluded, answer`;

export async function findRequest(tx: Tx, institutionCode: string, messageId: string): Promise<RequestRow | null> {
  const rows: RequestRow[] = await tx.query(
    `SELECT ${COLUMNS} FROM settlement_request WHERE institution_code = $1 AND message_id = $2`,
    [institutionCode, messageId],
  );
  return rows[0] ?? null;
}

/**
 * Claims a message id for a settlement, once for ever. A repeat with the same body gets the first claim back. Rejects
 * with IDEMPOTENCY_KEY_REUSED, or SETTLEMENT_REVERSED where a reversal came before its original.
 */
export async function claimSettle(
  tx: Tx,
  claim: MessageClaim,
  of: { readonly settlementId: string; readonly personId: string; readonly insuredRegion: string },
): Promise<SettleIntent> {
  await tx.query(
    `INSERT INTO settlement_request
       (institution_code, message_id, treating_province, kind, body_hash, settlement_id, person_id, insured_region, received_at, deadline_at)
     VALUES ($1, $2, $3, 'SETTLE', $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
    [
      claim.institutionCode,
      claim.messageId,
      claim.treatingProvince,
      claim.bodyHash,
      of.settlementId,
      of.personId,
      of.insuredRegion,
      claim.receivedAt,
      claim.deadlineAt,
    ],
  );
  const row = await findRequest(tx, claim.institutionCode, claim.messageId);
  if (row?.kind === 'BARRED') throw new Rejection('SETTLEMENT_REVERSED');
  return sameMessage(row, 'SETTLE', claim);
}

/** Claims a message id for a reversal. A repeat that was concluded brings its answer. Rejects with IDEMPOTENCY_KEY_REUSED. */
export async function claimReverse(
  tx: Tx,
  claim: MessageClaim,
  originalMessageId: string,
): Promise<{ readonly answer: string | null }> {
  await tx.query(
    `INSERT INTO settlement_request
       (institution_code, message_id, treating_province, kind, body_hash, original_message_id, received_at, deadline_at)
     VALUES ($1, $2, $3, 'REVERSE', $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [
      claim.institutionCode,
      claim.messageId,
      claim.treatingProvince,
      claim.bodyHash,
      originalMessageId,
      claim.receivedAt,
      claim.deadlineAt,
    ],
  );
  return sameMessage(await findRequest(tx, claim.institutionCode, claim.messageId), 'REVERSE', claim);
}

/** Bars a message id that never came; one that came stays what it is. */
export async function barUnlessReceived(tx: Tx, claim: MessageClaim, messageId: string): Promise<RequestRow> {
  await tx.query(
    `INSERT INTO settlement_request (institution_code, message_id, treating_province, kind, received_at, deadline_at, concluded_at)
     VALUES ($1, $2, $3, 'BARRED', $4, $4, $4) ON CONFLICT DO NOTHING`,
    [claim.institutionCode, messageId, claim.treatingProvince, claim.receivedAt],
  );
  const row = await findRequest(tx, claim.institutionCode, messageId);
  if (!row) throw new Error('a message that was just barred is not there');
  return row;
}

/** Marks that nothing is left to do for a message. */
export async function concludeRequest(
  tx: Tx,
  of: { readonly institutionCode: string; readonly messageId: string },
  at: Date,
  answer: string | null = null,
): Promise<void> {
  await tx.query(
    `UPDATE settlement_request SET concluded_at = $3, answer = $4
     WHERE institution_code = $1 AND message_id = $2 AND concluded_at IS NULL`,
    [of.institutionCode, of.messageId, at, answer],
  );
}

/** Messages whose deadline has passed without a conclusion, oldest first. */
export async function overdueRequests(tx: Tx, now: Date, limit: number): Promise<RequestRow[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM settlement_request WHERE concluded_at IS NULL AND deadline_at <= $1 ORDER BY deadline_at LIMIT $2`,
    [now, limit],
  );
}

function sameMessage(row: RequestRow | null, kind: RequestRow['kind'], claim: MessageClaim): RequestRow {
  if (row?.kind !== kind || !row.bodyHash?.equals(claim.bodyHash)) throw new Rejection('IDEMPOTENCY_KEY_REUSED');
  return row;
}
