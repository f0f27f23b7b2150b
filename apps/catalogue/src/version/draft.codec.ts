import { draftFormCodec, draftStateCodec, encodeInstant, encodeRejection, uuidField } from '@yiditong/chassis';
import { isReason, Rejection, SHEET_BATCH_MAX } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { version } from 'uuid';
import { dayField, malformed, scopeField } from '../reading/reading-fields.js';
import type { FindingPosition } from './draft-rows.store.js';
import type { NewDraft } from './draft.service.js';
import type { Draft, DraftKey, Finding, SentRow, Upload } from './draft.entity.js';
import type { Rollback } from './submission.service.js';

const FIRST_ROW = 2;
const LAST_ROW = 2_147_483_647;
const UPLOAD_VERSION = 7;
const CELLS_MAX = 64;
const CELL_MAX = 4_000;
const POSITION = /^(\d{1,10}):([A-Z]{0,3}\d{0,10}):([A-Z_]{1,64})$/;

/** Rejects with REQUEST_MALFORMED. */
export function requestIdField(requestId: string): string {
  if (!/^[\x21-\x7e]{8,64}$/.test(requestId)) throw malformed('request_id is not 8 to 64 characters');
  return requestId;
}

export function decodeNewDraft(wire: catalogueV1.OpenDraftRequest): NewDraft {
  return {
    province: scopeField(wire.province),
    form: draftFormCodec.decode(wire.form),
    effectiveFrom: dayField(wire.effectiveFrom, 'effective_from'),
  };
}

export function decodeRollback(wire: catalogueV1.ProposeRollbackRequest): Rollback {
  return {
    province: scopeField(wire.province),
    versionId: uuidField(wire.versionId, 'version_id'),
    effectiveFrom: dayField(wire.effectiveFrom, 'effective_from'),
  };
}

export function decodeDraftKey(wire: { readonly province: string; readonly draftId: string }): DraftKey {
  return { province: scopeField(wire.province), draftId: uuidField(wire.draftId, 'draft_id') };
}

/** Rejects with REQUEST_MALFORMED unless the upload is a UUID of version 7, by which the later of two is known. */
export function decodeUpload(wire: Parameters<typeof decodeDraftKey>[0] & { readonly uploadId: string }): Upload {
  const uploadId = uuidField(wire.uploadId, 'upload_id');
  if (version(uploadId) !== UPLOAD_VERSION) throw malformed(`upload_id is not of version ${UPLOAD_VERSION}`);
  return { ...decodeDraftKey(wire), uploadId };
}

/** Rejects with REQUEST_MALFORMED unless it is 1 to 1,000 different rows below the header. */
export function decodeRows(wire: readonly catalogueV1.SheetRow[]): readonly SentRow[] {
  if (wire.length < 1 || wire.length > SHEET_BATCH_MAX) throw malformed(`rows are not 1 to ${SHEET_BATCH_MAX}`);
  const numbers = new Set(wire.map(({ rowNumber }) => rowNumber));
  if (numbers.size !== wire.length) throw malformed('a row_number is there twice');
  if (wire.some(({ rowNumber }) => rowNumber < FIRST_ROW || rowNumber > LAST_ROW))
    throw malformed(`a row_number is below ${FIRST_ROW}`);
  if (wire.some(({ cells }) => cells.length > CELLS_MAX || cells.some(({ length }) => length > CELL_MAX)))
    throw malformed(`a row has more than ${CELLS_MAX} cells, or a cell more than ${CELL_MAX} characters`);
  return wire;
}

/** How many rows were sent. Rejects with SPREADSHEET_UNREADABLE where the file has none. */
export function decodeRowCount(rows: number): number {
  if (rows < 1)
    throw new Rejection('SPREADSHEET_UNREADABLE', { problem: '表头以下没有数据行 no rows below the header' });
  return rows;
}

/** Null for the beginning. Rejects with REQUEST_MALFORMED. */
export function decodePosition(after: string): FindingPosition | null {
  if (after === '') return null;
  const [, row = '', cell = '', reason = ''] = POSITION.exec(after) ?? [];
  if (!isReason(reason) || Number(row) > LAST_ROW) throw malformed('after is not what next_after said');
  return { rowNumber: Number(row), cell, reason };
}

export function encodeDraft(draft: Draft): catalogueV1.Draft {
  return {
    draftId: draft.draftId,
    province: draft.province,
    form: draftFormCodec.encode(draft.form),
    effectiveFrom: draft.effectiveFrom,
    state: draftStateCodec.encode(draft.state),
    rows: draft.rows,
    faultyRows: draft.faultyRows,
    warnings: draft.warnings,
    checkedRows: draft.checkedRows,
    openedAt: encodeInstant(draft.openedAt),
    updatedAt: encodeInstant(draft.updatedAt),
    proposalId: draft.proposalId ?? '',
  };
}

/** A page that isn't full is the last one. */
export function encodeFindings(findings: readonly Finding[], limit: number): catalogueV1.ListDraftFindingsResponse {
  const last = findings.at(-1);
  const more = last && findings.length === limit;
  return {
    findings: findings.map(({ rowNumber, cell, columnName, warning, reason, params }) => ({
      rowNumber,
      cell,
      column: columnName,
      warning,
      rejection: encodeRejection(new Rejection(reason, params)),
    })),
    nextAfter: more ? `${last.rowNumber}:${last.cell}:${last.reason}` : '',
  };
}
