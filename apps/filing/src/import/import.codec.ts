import { encodeInstant, encodeRejection, importStateCodec, uuidField } from '@yiditong/chassis';
import { IMPORT_BATCH_MAX, isReason, Rejection } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { version } from 'uuid';
import { malformed } from '../filing/fields.js';
import type { ErrorPosition } from './import.store.js';
import type { ImportFile, RowError, SentRow, Upload } from './import.entity.js';

const FIRST_ROW = 2;
const LAST_ROW = 2_147_483_647;
const UPLOAD_VERSION = 7;
const POSITION = /^(\d{1,10}):([A-Z]{0,3}\d{0,10}):([A-Z_]{1,64})$/;

/** Rejects with REQUEST_MALFORMED unless it is 1 to 1,000 different rows below the header. */
export function decodeRows(wire: readonly filingV1.ImportRow[]): readonly SentRow[] {
  if (wire.length < 1 || wire.length > IMPORT_BATCH_MAX) throw malformed(`rows are not 1 to ${IMPORT_BATCH_MAX}`);
  const numbers = new Set(wire.map(({ rowNumber }) => rowNumber));
  if (numbers.size !== wire.length) throw malformed('a row_number is there twice');
  if (wire.some(({ rowNumber }) => rowNumber < FIRST_ROW || rowNumber > LAST_ROW))
    throw malformed(`a row_number is below ${FIRST_ROW}`);
  return wire;
}

/** Rejects with REQUEST_MALFORMED unless the upload is a UUID of version 7, by which the later of two is known. */
export function decodeUpload(wire: { readonly importId: string; readonly uploadId: string }): Upload {
  const uploadId = uuidField(wire.uploadId, 'upload_id');
  if (version(uploadId) !== UPLOAD_VERSION) throw malformed(`upload_id is not of version ${UPLOAD_VERSION}`);
  return { importId: uuidField(wire.importId, 'import_id'), uploadId };
}

/** How many rows were sent. Rejects with REQUEST_MALFORMED. */
export function decodeRowCount(rows: number): number {
  if (rows < 1) throw malformed('rows is not 1 or more');
  return rows;
}

/** Null for the beginning. Rejects with REQUEST_MALFORMED. */
export function decodePosition(after: string): ErrorPosition | null {
  if (after === '') return null;
  const [, row = '', cell = '', reason = ''] = POSITION.exec(after) ?? [];
  if (!isReason(reason) || Number(row) > LAST_ROW) throw malformed('after is not what next_after said');
  return { rowNumber: Number(row), cell, reason };
}

/** A page that isn't full is the last one. */
export function encodeErrors(errors: readonly RowError[], limit: number): filingV1.ListImportErrorsResponse {
  const last = errors.at(-1);
  const more = last && errors.length === limit;
  return { errors: errors.map(encodeError), nextAfter: more ? `${last.rowNumber}:${last.cell}:${last.reason}` : '' };
}

export function encodeImport(file: ImportFile): filingV1.FilingImport {
  return {
    importId: file.importId,
    insuredRegion: file.insuredRegion,
    state: importStateCodec.encode(file.state),
    rows: file.rows,
    faultyRows: file.faultyRows,
    checkedRows: file.checkedRows,
    openedAt: encodeInstant(file.openedAt),
    updatedAt: encodeInstant(file.updatedAt),
    appliedAt: file.appliedAt === null ? undefined : encodeInstant(file.appliedAt),
  };
}

function encodeError({ rowNumber, cell, columnName, reason, params }: RowError): filingV1.ImportError {
  return { rowNumber, cell, column: columnName, rejection: encodeRejection(new Rejection(reason, params)) };
}
