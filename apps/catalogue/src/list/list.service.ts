import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, decideOnce, type Actor, type AuditAction, type Tx } from '@yiditong/chassis';
import {
  FINDINGS_MAX,
  LIST_COLUMNS,
  LIST_ROWS_MAX,
  LIST_STATE_NAMES,
  readSheetHeader,
  Rejection,
} from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import { ListWorkService } from '../matching/list-work.service.js';
import { requireNotTooLate } from '../version/effective.js';
import { readListRow } from './list-row.js';
import {
  beginUpload,
  countRows,
  errorsAfter,
  getList,
  insertList,
  listsBefore,
  lockList,
  stepList,
  type ErrorPosition,
} from './list.store.js';
import {
  scopeOf,
  type ItemList,
  type ListHeader,
  type ListKey,
  type ListRow,
  type Owner,
  type RowError,
  type SentRow,
  type Upload,
} from './list.entity.js';
import { hasMoreErrors, insertErrors, insertRows, removeErrors, removeUndecided, rowsThere } from './staging.store.js';

const ROWS_A_TURN = 100;
/** Of what an earlier upload left, so that no transaction takes long. */
const REMOVED_AT_A_TIME = 5_000;

/** The rows of a batch that could be read, and what is wrong with the others. */
type Batch = {
  readonly rowNumbers: readonly number[];
  readonly rows: readonly ListRow[];
  readonly errors: readonly RowError[];
};

/** An owner's lists of own items: opened, filled row by row, and matched in the background as a whole or not at all. */
@Injectable()
export class ListService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly work: ListWorkService,
  ) {}

  /** Rejects with CATALOGUE_EFFECTIVE_TOO_LATE or IDEMPOTENCY_KEY_REUSED. */
  async open(actor: Actor, requestId: string, owner: Owner, effectiveFrom: string): Promise<ItemList> {
    const body = { ...owner, effectiveFrom };
    const write = { scope: scopeOf(owner), region: owner.province, key: requestId, body };
    return this.database.transaction(actor, async (tx) => {
      const listId = await decideOnce(tx, write, async () => {
        const now = this.clock.now();
        requireNotTooLate(effectiveFrom, now);
        const list = newList(owner, effectiveFrom, actor.subject, now);
        await insertList(tx, list);
        await appendAudit(tx, actor, { ...recordOf(list, 'OPEN_LIST'), after: body });
        return list.listId;
      });
      return getList(tx, { ...owner, listId });
    });
  }

  /**
   * Keeps what rows say, or what is wrong with them. Rows that the upload has sent before stay as they are; those of an earlier upload
   * are removed, and an earlier one is refused, so that no list is ever made of two files.
   */
  async stage(actor: Actor, upload: Upload, titles: readonly string[], sent: readonly SentRow[]): Promise<ItemList> {
    const header = readSheetHeader(LIST_COLUMNS, titles);
    if ('problem' in header) throw new Rejection('SPREADSHEET_HEADER_INVALID', header);
    const batch = await readRows(header, sent);
    for (;;) {
      const staged = await this.database.transaction(actor, async (tx) => {
        const list = await this.lockForUpload(tx, upload);
        return list && this.keep(tx, list, upload, header, batch);
      });
      if (staged) return staged;
    }
  }

  /** Rejects with ITEM_LIST_INCOMPLETE where another number of rows has come. The same once more changes nothing. */
  async complete(actor: Actor, upload: Upload, expected: number): Promise<ItemList> {
    const completed = await this.database.transaction(actor, async (tx) => {
      const list = await lockList(tx, upload);
      if (list.state === 'DISCARDED') throw stateConflict(list);
      if (list.uploadId !== null && list.uploadId !== upload.uploadId)
        throw list.state === 'OPEN' ? overtaken() : stateConflict(list);
      if (list.rows !== expected)
        throw new Rejection('ITEM_LIST_INCOMPLETE', { expected: String(expected), received: String(list.rows) });
      const now = this.clock.now();
      await stepList(tx, upload, ['OPEN'], { state: 'MATCHING', updatedAt: now, dueAt: now });
      return getList(tx, upload);
    });
    this.work.nudge();
    return completed;
  }

  /** Gives it up; what was not decided of it is removed in the background. Rejects with ITEM_LIST_STATE_CONFLICT. */
  async discard(actor: Actor, key: ListKey): Promise<ItemList> {
    const list = await this.database.transaction(actor, async (tx) => {
      const now = this.clock.now();
      const step = { state: 'DISCARDED', updatedAt: now, dueAt: now } as const;
      const stepped = await stepList(tx, key, ['OPEN', 'FAULTY', 'MATCHING'], step);
      const after = await getList(tx, key);
      if (!stepped && after.state !== 'DISCARDED') throw stateConflict(after);
      const { rows, faultyRows } = after;
      if (stepped) await appendAudit(tx, actor, { ...recordOf(after, 'DISCARD_LIST'), after: { rows, faultyRows } });
      return after;
    });
    this.work.nudge();
    return list;
  }

  async get(actor: Actor, key: ListKey): Promise<ItemList> {
    return this.database.transaction(actor, (tx) => getList(tx, key));
  }

  /** Newest first; of all owners in the province where no institution is named. */
  async list(actor: Actor, owner: Owner, before: string | null, limit: number): Promise<ItemList[]> {
    return this.database.transaction(actor, (tx) => listsBefore(tx, owner, before, limit));
  }

  /** The errors after a position, by row and cell. */
  async errors(actor: Actor, key: ListKey, after: ErrorPosition | null, limit: number): Promise<RowError[]> {
    return this.database.transaction(actor, async (tx) => {
      await getList(tx, key);
      return errorsAfter(tx, key, after ?? { rowNumber: 0, cell: '', reason: '' }, limit);
    });
  }

  private async keep(tx: Tx, list: ItemList, upload: Upload, header: ListHeader, batch: Batch): Promise<ItemList> {
    requireSameHeader(list, header);
    const there = await rowsThere(tx, upload, batch.rowNumbers);
    const isNew = (row: { readonly rowNumber: number }): boolean => !there.has(row.rowNumber);
    const added = batch.rowNumbers.length - there.size;
    if (list.rows + added > LIST_ROWS_MAX) throw new Rejection('ITEM_LIST_TOO_LARGE', { limit: String(LIST_ROWS_MAX) });
    const [rows, errors] = [batch.rows.filter(isNew), batch.errors.filter(isNew)];
    await insertRows(tx, upload, rows);
    await insertErrors(tx, upload, errors);
    if (errors.length > 0 && (await hasMoreErrors(tx, upload, FINDINGS_MAX)))
      throw new Rejection('UPLOAD_TOO_MANY_ERRORS', { limit: String(FINDINGS_MAX) });
    await countRows(tx, upload, { rows: added, faultyRows: added - rows.length }, header, this.clock.now());
    return getList(tx, upload);
  }

  /**
   * The list with the rows of this upload and no others; null while rows of an earlier one are being removed, of which none counts.
   * Rejects with ITEM_LIST_STATE_CONFLICT where a newer one has begun.
   */
  private async lockForUpload(tx: Tx, upload: Upload): Promise<ItemList | null> {
    const list = await lockList(tx, upload);
    if (list.state !== 'OPEN') throw stateConflict(list);
    if (list.uploadId === upload.uploadId) return list;
    if (list.uploadId !== null && list.uploadId > upload.uploadId) throw overtaken();
    const rows = await removeUndecided(tx, upload, REMOVED_AT_A_TIME);
    const isClear = rows + (await removeErrors(tx, upload, REMOVED_AT_A_TIME)) === 0;
    await beginUpload(tx, upload, isClear ? upload.uploadId : null);
    return isClear ? getList(tx, upload) : null;
  }
}

function newList(owner: Owner, effectiveFrom: string, openedBy: string, openedAt: Date): ItemList {
  const counts = { rows: 0, faultyRows: 0, mapped: 0, queued: 0, refused: 0, unchanged: 0 };
  const nothing = { uploadId: null, header: null };
  const opened = { openedBy, openedAt, updatedAt: openedAt };
  return { ...owner, ...counts, ...nothing, ...opened, listId: uuidv7(), effectiveFrom, state: 'OPEN' };
}

/** Lets others have their turn in between: a bill at a hospital's window must not wait for a file. */
async function readRows(header: ListHeader, sent: readonly SentRow[]): Promise<Batch> {
  const rowNumbers = sent.map(({ rowNumber }) => rowNumber);
  const batch = { rowNumbers, rows: [] as ListRow[], errors: [] as RowError[] };
  for (const [index, one] of sent.entries()) {
    if (index % ROWS_A_TURN === ROWS_A_TURN - 1) await nextTurn();
    const read = readListRow(header, one);
    if ('row' in read) batch.rows.push(read.row);
    else batch.errors.push(...read.errors);
  }
  return batch;
}

/** The rows of a file stand under one header, by which their errors are told. */
function requireSameHeader(list: ItemList, header: ListHeader): void {
  if (list.header === null || placesIn(list.header) === placesIn(header)) return;
  const problem = '与本清单先前各行的表头不同 it differs from that of the rows before';
  throw new Rejection('SPREADSHEET_HEADER_INVALID', { problem });
}

function placesIn({ columns, width }: ListHeader): string {
  const places = Object.entries(columns).map(([name, index]) => `${name}=${index}`);
  return [width, ...places.toSorted()].join();
}

export function stateConflict({ state }: ItemList): Rejection {
  const { zh, en } = LIST_STATE_NAMES[state];
  return new Rejection('ITEM_LIST_STATE_CONFLICT', { state: `${zh} ${en}` });
}

function overtaken(): Rejection {
  const state = '正在接收另一次上传的文件 Receiving the file of another upload';
  return new Rejection('ITEM_LIST_STATE_CONFLICT', { state });
}

function recordOf(
  { province, listId }: ListKey,
  action: AuditAction,
): { province: string; action: AuditAction; objectType: string; objectId: string } {
  return { province, action, objectType: 'item_list', objectId: listId };
}
