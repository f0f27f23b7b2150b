import {
  appendAudit,
  type Actor,
  type AuditAction,
  type AuditEntry,
  type AuditFacts,
  type Tx,
} from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { OperationIntent } from '../settlement/settlement.entity.js';
import { netsProblem } from './fee-netting.js';
import { removeFees, standingFees } from './fee.store.js';
import type { VisitState } from './visit-states.js';
import { lockVisit, updateVisitState, visitOpenedBy, visitStep, type VisitKey } from './visit-row.store.js';
import type { Visit } from './visit.entity.js';

/** What a reversal knows of the operation that it undoes. */
type Operation = Pick<OperationIntent, 'personId' | 'settlementId' | 'institutionCode' | 'treatingProvince'>;

/**
 * 冲正 of a change that was made: an admission is cancelled, an upload taken out. What was changed of a visit, and what was taken out, is
 * corrected by a change instead. Does nothing the second time. Rejects with VISIT_HAS_FEES, VISIT_SETTLED, FEE_SETTLED,
 * FEE_REFUND_INVALID or VISIT_CHANGE_FINAL.
 */
export async function undoVisitOperation(tx: Tx, actor: Actor, intent: Operation): Promise<void> {
  const opened = await visitOpenedBy(tx, intent.personId, intent.settlementId);
  if (opened) return undoOpening(tx, actor, intent, opened);
  const of = await visitOfUpload(tx, intent);
  if (!of) throw new Rejection('VISIT_CHANGE_FINAL');
  const { visit } = await lockVisit(tx, of);
  const fees = await standingFees(tx, visit);
  const added = await addedBy(tx, intent);
  const undone = fees.filter(({ feeId }) => added.has(feeId));
  if (undone.length === 0) return;
  const settled = undone.findIndex(({ settlementId }) => settlementId !== null);
  if (settled >= 0) throw new Rejection('FEE_SETTLED', { index: String(settled + 1) });
  visitStep(visit, 'REMOVE_FEES');
  const left = netsProblem(fees.filter(({ feeId }) => !added.has(feeId)));
  if (left !== null) throw new Rejection('FEE_REFUND_INVALID', { index: '1' });
  await removeFees(
    tx,
    visit.personId,
    undone.map(({ feeId }) => feeId),
    intent.settlementId,
  );
  await appendAudit(tx, actor, undoneRecord(intent, visit, 'REMOVE_FEES', { count: undone.length }));
}

async function undoOpening(tx: Tx, actor: Actor, intent: Operation, key: VisitKey): Promise<void> {
  if ((await lockVisit(tx, key)).visit.state === 'CANCELLED') return;
  const { visit, state } = await cancellable(tx, key);
  await updateVisitState(tx, visit, state);
  await appendAudit(tx, actor, undoneRecord(intent, visit, 'CANCEL_VISIT', { state }));
}

/** As the hospital's own cancellation or removal is recorded, but that a reversal did it. */
function undoneRecord(intent: Operation, visit: Visit, action: AuditAction, after: AuditFacts): AuditEntry {
  const { treatingProvince: province, personId, institutionCode } = intent;
  return {
    province,
    action,
    objectType: 'visit',
    objectId: visit.visitId,
    after: { personId, institutionCode, reversed: true, ...after },
  };
}

/** Whether {@link undoVisitOperation} did its work, or nothing is left of the operation anyway. */
export async function visitOperationUndone(
  tx: Tx,
  intent: Pick<Operation, 'personId' | 'settlementId'>,
): Promise<boolean> {
  const opened = await visitOpenedBy(tx, intent.personId, intent.settlementId);
  if (opened) return opened.state === 'CANCELLED';
  const rows: { added: number; standing: number }[] = await tx.query(
    `SELECT count(*)::int AS added, (count(*) FILTER (WHERE removed_by IS NULL))::int AS standing
     FROM visit_fee WHERE person_id = $1 AND added_by = $2`,
    [intent.personId, intent.settlementId],
  );
  const [{ added, standing } = { added: 0, standing: 0 }] = rows;
  return added > 0 && standing === 0;
}

/** Whether {@link undoVisitOperation} did its work, under its lock. */
export async function isVisitOperationBegun(tx: Tx, intent: Operation): Promise<boolean> {
  const opened = await visitOpenedBy(tx, intent.personId, intent.settlementId);
  const of = opened ?? (await visitOfUpload(tx, intent));
  if (!of) return false;
  await lockVisit(tx, of);
  return visitOperationUndone(tx, intent);
}

/** The locked visit and where cancelling takes it. Rejects with VISIT_HAS_FEES, VISIT_SETTLED or VISIT_CANCELLED. */
export async function cancellable(tx: Tx, key: VisitKey): Promise<{ visit: Visit; state: VisitState }> {
  const { visit } = await lockVisit(tx, key);
  const state = visitStep(visit, 'CANCEL');
  if ((await standingFees(tx, visit)).length > 0) throw new Rejection('VISIT_HAS_FEES');
  return { visit, state };
}

async function visitOfUpload(tx: Tx, { personId, settlementId }: Operation): Promise<VisitKey | null> {
  const rows: VisitKey[] = await tx.query(
    `SELECT person_id AS "personId", visit_id AS "visitId" FROM visit_fee WHERE person_id = $1 AND added_by = $2 LIMIT 1`,
    [personId, settlementId],
  );
  return rows[0] ?? null;
}

async function addedBy(tx: Tx, { personId, settlementId }: Operation): Promise<Set<string>> {
  const rows: { fee_id: string }[] = await tx.query(
    'SELECT fee_id FROM visit_fee WHERE person_id = $1 AND added_by = $2',
    [personId, settlementId],
  );
  return new Set(rows.map((row) => row.fee_id));
}
