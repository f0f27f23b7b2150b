import { provinceOf, Rejection } from '@yiditong/codes';
import type { Tx } from '@yiditong/chassis';
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
  | (MessageRow & { readonly kind: 'REVERSE' })
  | (MessageRow & { readonly kind: 'BARRED' });

const COLUMNS = `institution_code AS "institutionCode", message_id AS "messageId", treating_province AS "treatingProvince", kind,
  body_hash AS "bodyHash", settlement_id AS "settlementId", person_id AS "personId", insured_region AS "insuredRegion",
  original_settlement_id AS "originalSettlementId", remainder_id AS "remainderId", original_message_id AS "originalMessageId",
  deadline_at AS "deadlineAt", concluded_at IS NOT NULL AS concluded, answer`;

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
       insured_region, original_settlement_id, remainder_id, received_at, deadline_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
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

/** A message that is overdue, and the province whose answer it waits for; null where a reversal's original never came. */
export type Overdue = { readonly request: RequestRow; readonly insuredProvince: string | null };

/**
 * Messages whose deadline has passed without a conclusion, oldest first: so many of each insured province, lest those of one that can't be
 * reached crowd out all others. A reversal counts to the province of its original.
 */
export async function overdueRequests(tx: Tx, now: Date, perProvince: number): Promise<Overdue[]> {
  const rows: (RequestRow & { region: string | null })[] = await tx.query(
    `SELECT ${COLUMNS}, region FROM (
       SELECT r.*, coalesce(r.insured_region, o.insured_region) AS region,
         row_number() OVER (PARTITION BY left(coalesce(r.insured_region, o.insured_region), 2) ORDER BY r.deadline_at, r.message_id) AS place
       FROM settlement_request r
       LEFT JOIN settlement_request o ON o.institution_code = r.institution_code AND o.message_id = r.original_message_id
       WHERE r.concluded_at IS NULL AND r.deadline_at <= $1) AS overdue
     WHERE place <= $2 ORDER BY deadline_at, message_id`,
    [now, perProvince],
  );
  return rows.map(({ region, ...request }) => ({
    request,
    insuredProvince: region === null ? null : provinceOf(region),
  }));
}

function sameMessage<K extends RequestRow['kind']>(
  row: RequestRow | null,
  kind: K,
  claim: MessageClaim,
): RequestRow & { readonly kind: K } {
  if (row?.kind !== kind || !row.bodyHash?.equals(claim.bodyHash)) throw new Rejection('IDEMPOTENCY_KEY_REUSED');
  return row as RequestRow & { readonly kind: K };
}
