import type { Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import type { OperationIntent } from './settlement.entity.js';

/** What a message asks for, keyed by the institution that sent it. */
export type MessageClaim = {
  readonly institutionCode: string;
  readonly messageId: string;
  readonly treatingProvince: string;
  readonly bodyHash: Buffer;
  readonly receivedAt: Date;
  readonly deadlineAt: Date;
};

/** What is claimed: an operation with an id of its own, about one person. */
export type ClaimedOperation = Pick<OperationIntent, 'kind' | 'settlementId' | 'personId' | 'insuredRegion'> &
  Partial<Pick<OperationIntent, 'originalSettlementId' | 'remainderId'>>;

type Received = {
  readonly bodyHash: Buffer | null;
  readonly originalMessageId: string | null;
  readonly answer: string | null;
};
type MessageRow = Received &
  Pick<OperationIntent, 'institutionCode' | 'messageId' | 'treatingProvince' | 'deadlineAt' | 'concluded'>;

/** A row of `settlement_request`: an operation; a reversal of one; or a message that never came and is barred. */
export type RequestRow =
  | (Received & OperationIntent)
  | (MessageRow & { readonly kind: 'REVERSE'; readonly reversalId: string })
  | (MessageRow & { readonly kind: 'BARRED' });

/** The longest between two tries of the worker. */
const MAX_WAIT_SECONDS = 30;

const COLUMNS = `institution_code AS "institutionCode", message_id AS "messageId", treating_province AS "treatingProvince", kind,
  body_hash AS "bodyHash", settlement_id AS "settlementId", person_id AS "personId", insured_region AS "insuredRegion",
  original_settlement_id AS "originalSettlementId", remainder_id AS "remainderId", original_message_id AS "originalMessageId",
  reversal_id AS "reversalId", deadline_at AS "deadlineAt", concluded_at IS NOT NULL AS concluded, answer`;

export async function findRequest(tx: Tx, institutionCode: string, messageId: string): Promise<RequestRow | null> {
  const rows: RequestRow[] = await tx.query(
    `SELECT ${COLUMNS} FROM settlement_request WHERE institution_code = $1 AND message_id = $2`,
    [institutionCode, messageId],
  );
  return rows[0] ?? null;
}

/**
 * Claims a message id for an operation, once for ever. A repeat with the same body gets the first claim back. Rejects with
 * IDEMPOTENCY_KEY_REUSED, or where a reversal came before its original with SETTLEMENT_REVERSED or CANCELLATION_REVERSED.
 */
export async function claimOperation(tx: Tx, claim: MessageClaim, of: ClaimedOperation): Promise<OperationIntent> {
  await tx.query(
    `INSERT INTO settlement_request (institution_code, message_id, treating_province, kind, body_hash, settlement_id, person_id,
       insured_region, original_settlement_id, remainder_id, received_at, deadline_at, due_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
     ON CONFLICT (institution_code, message_id, treating_province) DO UPDATE SET repeated = true
       WHERE settlement_request.concluded_at IS NULL AND NOT settlement_request.repeated`,
    [
      claim.institutionCode,
      claim.messageId,
      claim.treatingProvince,
      of.kind,
      claim.bodyHash,
      of.settlementId,
      of.personId,
      of.insuredRegion,
      of.originalSettlementId ?? null,
      of.remainderId ?? null,
      claim.receivedAt,
      claim.deadlineAt,
    ],
  );
  const row = await findRequest(tx, claim.institutionCode, claim.messageId);
  if (row?.kind === 'BARRED')
    throw new Rejection(of.kind === 'CANCEL' || of.kind === 'REFUND' ? 'CANCELLATION_REVERSED' : 'SETTLEMENT_REVERSED');
  return sameMessage(row, of.kind, claim);
}

/** Claims a message id for a reversal. A repeat that was concluded brings its answer. Rejects with IDEMPOTENCY_KEY_REUSED. */
export async function claimReverse(
  tx: Tx,
  claim: MessageClaim,
  originalMessageId: string,
): Promise<{ readonly answer: string | null; readonly reversalId: string }> {
  const original = await findRequest(tx, claim.institutionCode, originalMessageId);
  await tx.query(
    `INSERT INTO settlement_request (institution_code, message_id, treating_province, kind, body_hash, original_message_id, reversal_id,
       insured_region, received_at, deadline_at, due_at)
     VALUES ($1, $2, $3, 'REVERSE', $4, $5, $6, $7, $8, $9, $9) ON CONFLICT DO NOTHING`,
    [
      claim.institutionCode,
      claim.messageId,
      claim.treatingProvince,
      claim.bodyHash,
      originalMessageId,
      uuidv7(),
      original && 'insuredRegion' in original ? original.insuredRegion : null,
      claim.receivedAt,
      claim.deadlineAt,
    ],
  );
  const row = sameMessage(await findRequest(tx, claim.institutionCode, claim.messageId), 'REVERSE', claim);
  return { answer: row.answer, reversalId: row.reversalId };
}

/** Bars a message id that never came; one that came stays what it is. */
export async function barUnlessReceived(tx: Tx, claim: MessageClaim, messageId: string): Promise<RequestRow> {
  await tx.query(
    `INSERT INTO settlement_request (institution_code, message_id, treating_province, kind, received_at, deadline_at, due_at, concluded_at)
     VALUES ($1, $2, $3, 'BARRED', $4, $4, $4, $4) ON CONFLICT DO NOTHING`,
    [claim.institutionCode, messageId, claim.treatingProvince, claim.receivedAt],
  );
  const row = await findRequest(tx, claim.institutionCode, messageId);
  if (!row) throw new Error('a message that was just barred is not there');
  return row;
}

/** Marks that nothing is left to do for a message; or that only where no other copy of it may have begun something. */
export async function concludeRequest(
  tx: Tx,
  of: { readonly institutionCode: string; readonly messageId: string },
  at: Date,
  answer: string | null = null,
  when: 'ALWAYS' | 'UNLESS_REPEATED' = 'ALWAYS',
): Promise<void> {
  await tx.query(
    `UPDATE settlement_request SET concluded_at = $3, answer = $4
     WHERE institution_code = $1 AND message_id = $2 AND concluded_at IS NULL AND NOT (repeated AND $5)`,
    [of.institutionCode, of.messageId, at, answer, when === 'UNLESS_REPEATED'],
  );
}

/** First two digits of the home provinces that messages are overdue of; empty for reversals whose original never came. */
export async function provincesOverdue(tx: Tx, now: Date): Promise<string[]> {
  const rows: { province: string }[] = await tx.query(
    `SELECT DISTINCT left(coalesce(insured_region, ''), 2) AS province FROM settlement_request
     WHERE concluded_at IS NULL AND due_at <= $1`,
    [now],
  );
  return rows.map(({ province }) => province);
}

/** Messages of one home province whose time has passed without a conclusion, as long ago first. */
export async function overdueRequests(tx: Tx, province: string, now: Date, limit: number): Promise<RequestRow[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM settlement_request
     WHERE concluded_at IS NULL AND left(coalesce(insured_region, ''), 2) = $1 AND due_at <= $2
     ORDER BY due_at, message_id LIMIT $3`,
    [province, now, limit],
  );
}

/** A try that failed gives way to the others: each waits longer than the one before. */
export async function postponeRequest(
  tx: Tx,
  of: { readonly institutionCode: string; readonly messageId: string },
  now: Date,
): Promise<void> {
  await tx.query(
    `UPDATE settlement_request SET tries = tries + 1, due_at = $3::timestamptz + least(power(2, least(tries, 10)), $4) * interval '1 second'
     WHERE institution_code = $1 AND message_id = $2 AND concluded_at IS NULL`,
    [of.institutionCode, of.messageId, now, MAX_WAIT_SECONDS],
  );
}

function sameMessage<K extends RequestRow['kind']>(
  row: RequestRow | null,
  kind: K,
  claim: MessageClaim,
): RequestRow & { readonly kind: K } {
  if (row?.kind !== kind || !row.bodyHash?.equals(claim.bodyHash)) throw new Rejection('IDEMPOTENCY_KEY_REUSED');
  return row as RequestRow & { readonly kind: K };
}
