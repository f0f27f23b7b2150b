import { encodeInstant, encodeRejection, listStateCodec, uuidField, type Actor } from '@yiditong/chassis';
import { isInstitutionCode, isReason, provinceOf, Rejection, SHEET_BATCH_MAX } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { version } from 'uuid';
import { malformed, provinceField } from '../reading/reading-fields.js';
import {
  processedOf,
  type ItemList,
  type ListKey,
  type Owner,
  type RowError,
  type SentRow,
  type Upload,
} from './list.entity.js';
import type { ErrorPosition } from './list.store.js';

const FIRST_ROW = 2;
const LAST_ROW = 2_147_483_647;
const UPLOAD_VERSION = 7;
const POSITION = /^(\d{1,10}):([A-Z]{0,3}\d{0,10}):([A-Z_]{1,64})$/;

type WireOwner = { readonly province: string; readonly institutionCode: string };

/**
 * Whose items are meant: an institution's of the caller's province, or where it is empty the province's own. Rejects with
 * REQUEST_MALFORMED, REGION_UNKNOWN or NOT_PERMITTED.
 */
export function decodeOwner(actor: Actor, { province, institutionCode }: WireOwner): Owner {
  if (provinceField(province) !== actor.region) throw new Rejection('NOT_PERMITTED');
  if (institutionCode === '') return { province, institutionCode };
  if (!isInstitutionCode(institutionCode)) throw malformed('institution_code is not one of an institution');
  if (provinceOf(institutionCode.slice(1, 7)) !== province) throw new Rejection('NOT_PERMITTED');
  return { province, institutionCode };
}

/** As decodeOwner. */
export function decodeListKey(actor: Actor, wire: WireOwner & { readonly listId: string }): ListKey {
  return { ...decodeOwner(actor, wire), listId: uuidField(wire.listId, 'list_id') };
}

/** As decodeOwner, and rejects with REQUEST_MALFORMED unless the upload is a UUID of version 7, by which the later of two is known. */
export function decodeUpload(
  actor: Actor,
  wire: WireOwner & { readonly listId: string; readonly uploadId: string },
): Upload {
  const uploadId = uuidField(wire.uploadId, 'upload_id');
  if (version(uploadId) !== UPLOAD_VERSION) throw malformed(`upload_id is not of version ${UPLOAD_VERSION}`);
  return { ...decodeListKey(actor, wire), uploadId };
}

/** Rejects with REQUEST_MALFORMED unless it is 1 to 1,000 different rows below the header. */
export function decodeRows(wire: readonly catalogueV1.SheetRow[]): readonly SentRow[] {
  if (wire.length < 1 || wire.length > SHEET_BATCH_MAX) throw malformed(`rows are not 1 to ${SHEET_BATCH_MAX}`);
  if (new Set(wire.map(({ rowNumber }) => rowNumber)).size !== wire.length)
    throw malformed('a row_number is there twice');
  if (wire.some(({ rowNumber }) => rowNumber < FIRST_ROW || rowNumber > LAST_ROW))
    throw malformed(`a row_number is below ${FIRST_ROW}`);
  return wire;
}

/** How many rows were sent. Rejects with SPREADSHEET_UNREADABLE where the file has none. */
export function decodeRowCount(rows: number): number {
  if (rows < 1)
    throw new Rejection('SPREADSHEET_UNREADABLE', { problem: '表头以下没有数据行 no rows below the header' });
  return rows;
}

/** Rejects with REQUEST_MALFORMED. */
export function requestIdField(requestId: string): string {
  if (!/^[\x21-\x7e]{8,64}$/.test(requestId)) throw malformed('request_id is not 8 to 64 characters');
  return requestId;
}

/** Null for the beginning. Rejects with REQUEST_MALFORMED. */
export function decodePosition(after: string): ErrorPosition | null {
  if (after === '') return null;
  const [, row = '', cell = '', reason = ''] = POSITION.exec(after) ?? [];
  if (!isReason(reason) || Number(row) > LAST_ROW) throw malformed('after is not what next_after said');
  return { rowNumber: Number(row), cell, reason };
}

/** A page that isn't full is the last one. */
export function encodeErrors(errors: readonly RowError[], limit: number): catalogueV1.ListListErrorsResponse {
  const last = errors.at(-1);
  const more = last && errors.length === limit;
  return { errors: errors.map(encodeError), nextAfter: more ? `${last.rowNumber}:${last.cell}:${last.reason}` : '' };
}

export function encodeLists(lists: readonly ItemList[], limit: number): catalogueV1.ListListsResponse {
  const last = lists.at(-1);
  return { lists: lists.map(encodeList), nextAfter: last && lists.length === limit ? last.listId : '' };
}

export function encodeList(list: ItemList): catalogueV1.ItemList {
  return {
    listId: list.listId,
    province: list.province,
    institutionCode: list.institutionCode,
    effectiveFrom: list.effectiveFrom,
    state: listStateCodec.encode(list.state),
    rows: list.rows,
    faultyRows: list.faultyRows,
    processed: processedOf(list),
    mapped: list.mapped,
    queued: list.queued,
    refused: list.refused,
    unchanged: list.unchanged,
    openedAt: encodeInstant(list.openedAt),
    updatedAt: encodeInstant(list.updatedAt),
  };
}

function encodeError({ rowNumber, cell, columnName, reason, params }: RowError): catalogueV1.RowFinding {
  return { rowNumber, cell, column: columnName, warning: false, rejection: encodeRejection({ reason, params }) };
}
