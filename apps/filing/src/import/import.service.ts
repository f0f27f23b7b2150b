import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import {
  allowLongStatements,
  appendAudit,
  businessDateOf,
  Clock,
  Database,
  decideOnce,
  type Actor,
  type AuditAction,
  type AuditEntry,
  type Tx,
} from '@yiditong/chassis';
import { IMPORT_ROWS_MAX, IMPORT_STATE_NAMES, provinceOf, Rejection, type ImportState } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import { RuleService } from '../rule/rule.service.js';
import { readHeader, type ImportHeader } from './import-header.js';
import { errorsOfProposal, readRow, type RowContext } from './import-row.js';
import { ImportWorkService } from './import-work.service.js';
import {
  beginUpload,
  countRows,
  errorsAfter,
  getImport,
  insertImport,
  lockImport,
  stepImport,
  type ErrorPosition,
  type Step,
} from './import.store.js';
import type { ImportFile, RowError, SentRow, StagedRow, Upload } from './import.entity.js';
import { insertErrors, insertRows, removeStaged, rowsThere } from './staging.store.js';

const ROWS_A_TURN = 100;

/** The rows of a batch that could be read, and what is wrong with the others. */
type Batch = { readonly rows: readonly StagedRow[]; readonly errors: readonly RowError[] };

/** Bulk imports of filings: opened, filled row by row, checked as a whole, and applied as a whole or not at all. */
@Injectable()
export class ImportService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly rules: RuleService,
    private readonly work: ImportWorkService,
  ) {}

  /** Rejects with IDEMPOTENCY_KEY_REUSED. */
  async open(actor: Actor, requestId: string, insuredRegion: string): Promise<ImportFile> {
    const province = provinceOf(insuredRegion);
    const write = { scope: insuredRegion, region: province, key: requestId, body: { insuredRegion } };
    return this.database.transaction(actor, async (tx) => {
      const importId = await decideOnce(tx, write, async () => {
        const file = newImport(insuredRegion, actor, this.clock.now());
        await insertImport(tx, file);
        await appendAudit(tx, actor, { ...recordOf(file, 'OPEN_IMPORT'), after: { insuredRegion } });
        return file.importId;
      });
      return getImport(tx, importId);
    });
  }

  /**
   * Keeps what rows say, or what is wrong with them. Rows that the upload has sent before stay as they are; those of an earlier upload
   * are removed, and an earlier one is refused, so that no import is ever made of two files.
   */
  async stage(actor: Actor, upload: Upload, titles: readonly string[], sent: readonly SentRow[]): Promise<ImportFile> {
    const header = readHeader(titles);
    if ('problem' in header) throw new Rejection('SPREADSHEET_HEADER_INVALID', header);
    const rules = await this.rules.all();
    const { importId } = upload;
    const { insuredRegion } = await this.get(actor, importId);
    const context = { insuredRegion, today: businessDateOf(this.clock.now()), rules };
    const { rows, errors } = await readRows(header, sent, context);
    return this.database.transaction(actor, async (tx) => {
      const file = await this.lockForUpload(tx, upload);
      requireSameHeader(file, header);
      const there = await rowsThere(tx, importId, sent.map(rowNumberOf));
      const isNew = (row: { readonly rowNumber: number }): boolean => !there.has(row.rowNumber);
      const added = sent.filter(isNew).length;
      if (file.rows + added > IMPORT_ROWS_MAX)
        throw new Rejection('IMPORT_TOO_LARGE', { limit: String(IMPORT_ROWS_MAX) });
      const good = rows.filter(isNew);
      await insertRows(tx, file, good);
      await insertErrors(tx, file, errors.filter(isNew));
      await countRows(tx, importId, { rows: added, faultyRows: added - good.length }, header, this.clock.now());
      return getImport(tx, importId);
    });
  }

  /** Rejects with IMPORT_INCOMPLETE where another number of rows has come. The same once more changes nothing. */
  async complete(actor: Actor, { importId, uploadId }: Upload, expected: number): Promise<ImportFile> {
    const completed = await this.database.transaction(actor, async (tx) => {
      const file = await lockImport(tx, importId);
      if (!['OPEN', 'CHECKING', 'READY', 'FAULTY'].includes(file.state)) throw conflict(file);
      if (file.uploadId !== null && file.uploadId !== uploadId)
        throw file.state === 'OPEN' ? overtaken() : conflict(file);
      if (file.rows !== expected)
        throw new Rejection('IMPORT_INCOMPLETE', { expected: String(expected), received: String(file.rows) });
      await stepImport(tx, importId, ['OPEN'], this.toBackground('CHECKING'));
      return getImport(tx, importId);
    });
    this.work.nudge();
    return completed;
  }

  /** Has it applied in the background. Rejects with IMPORT_HAS_ERRORS or IMPORT_STATE_CONFLICT. */
  async apply(actor: Actor, importId: string): Promise<ImportFile> {
    const file = await this.database.transaction(actor, async (tx) => {
      const stepped = await stepImport(tx, importId, ['READY'], { ...this.toBackground('APPLYING'), appliedBy: actor });
      const after = await getImport(tx, importId);
      if (stepped || isUnderWay(after)) return after;
      throw after.state === 'FAULTY'
        ? new Rejection('IMPORT_HAS_ERRORS', { rows: String(after.faultyRows) })
        : conflict(after);
    });
    this.work.nudge();
    return file;
  }

  /** Gives it up; its rows are removed in the background. Rejects with IMPORT_STATE_CONFLICT. */
  async discard(actor: Actor, importId: string): Promise<ImportFile> {
    const file = await this.database.transaction(actor, async (tx) => {
      const stepped = await stepImport(tx, importId, ['OPEN', 'READY', 'FAULTY'], this.toBackground('DISCARDED'));
      const after = await getImport(tx, importId);
      if (!stepped && after.state !== 'DISCARDED') throw conflict(after);
      const { rows, faultyRows } = after;
      if (stepped) await appendAudit(tx, actor, { ...recordOf(after, 'DISCARD_IMPORT'), after: { rows, faultyRows } });
      return after;
    });
    this.work.nudge();
    return file;
  }

  async get(actor: Actor, importId: string): Promise<ImportFile> {
    return this.database.transaction(actor, (tx) => getImport(tx, importId));
  }

  /** The errors after a position, by row and cell. */
  async errors(actor: Actor, importId: string, after: ErrorPosition | null, limit: number): Promise<RowError[]> {
    return this.database.transaction(actor, async (tx) => {
      await getImport(tx, importId);
      return errorsAfter(tx, importId, after ?? { rowNumber: 0, cell: '', reason: '' }, limit);
    });
  }

  /** The import with the rows of this upload and no others. Rejects with IMPORT_STATE_CONFLICT where a newer one has begun. */
  private async lockForUpload(tx: Tx, upload: Upload): Promise<ImportFile> {
    const file = await lockImport(tx, upload.importId);
    if (file.state !== 'OPEN') throw conflict(file);
    if (file.uploadId === upload.uploadId) return file;
    if (file.uploadId !== null && file.uploadId > upload.uploadId) throw overtaken();
    await allowLongStatements(tx);
    await removeStaged(tx, upload.importId);
    await beginUpload(tx, upload);
    return getImport(tx, upload.importId);
  }

  private toBackground(state: ImportState): Step {
    const now = this.clock.now();
    return { state, updatedAt: now, dueAt: now };
  }
}

function newImport(insuredRegion: string, actor: Actor, openedAt: Date): ImportFile {
  const province = provinceOf(insuredRegion);
  const counts = { rows: 0, faultyRows: 0, checkedRows: 0 };
  const nothing = { uploadId: null, checkedOn: null, header: null, appliedBy: null, appliedAt: null };
  return {
    ...counts,
    ...nothing,
    state: 'OPEN',
    importId: uuidv7(),
    province,
    insuredRegion,
    openedBy: actor,
    openedAt,
    updatedAt: openedAt,
  };
}

/** Lets others have their turn in between: a decision at a hospital's window must not wait for a file. */
async function readRows(header: ImportHeader, sent: readonly SentRow[], context: RowContext): Promise<Batch> {
  const batch = { rows: [] as StagedRow[], errors: [] as RowError[] };
  for (const [index, one] of sent.entries()) {
    if (index % ROWS_A_TURN === ROWS_A_TURN - 1) await nextTurn();
    const read = readRow(header, one);
    const errors = 'row' in read ? errorsOfProposal(header, read.row, context) : read.errors;
    if ('row' in read && errors.length === 0) batch.rows.push(read.row);
    batch.errors.push(...errors);
  }
  return batch;
}

function rowNumberOf({ rowNumber }: SentRow): number {
  return rowNumber;
}

/** The rows of a file stand under one header, by which their errors are told. */
function requireSameHeader(file: ImportFile, header: ImportHeader): void {
  if (file.header === null || sameHeader(file.header, header)) return;
  const problem = '与本次导入先前各行的表头不同 it differs from that of the rows before';
  throw new Rejection('SPREADSHEET_HEADER_INVALID', { problem });
}

function sameHeader(one: ImportHeader, other: ImportHeader): boolean {
  const places = ({ columns, width }: ImportHeader): string =>
    [
      width,
      ...Object.entries(columns)
        .map(([name, index]) => `${name}=${index}`)
        .toSorted(),
    ].join();
  return places(one) === places(other);
}

/** It is being applied, was, or is being checked again for that. */
function isUnderWay({ state, appliedBy }: ImportFile): boolean {
  return state === 'APPLYING' || state === 'APPLIED' || (state === 'CHECKING' && appliedBy !== null);
}

function conflict({ state }: ImportFile): Rejection {
  const { zh, en } = IMPORT_STATE_NAMES[state];
  return new Rejection('IMPORT_STATE_CONFLICT', { state: `${zh} ${en}` });
}

function overtaken(): Rejection {
  return new Rejection('IMPORT_STATE_CONFLICT', {
    state: '正在接收另一次上传的文件 Receiving the file of another upload',
  });
}

function recordOf({ province, importId }: ImportFile, action: AuditAction): AuditEntry {
  return { province, action, objectType: 'import', objectId: importId };
}
