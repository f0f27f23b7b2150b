import { Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, decideOnce, type Actor, type Tx } from '@yiditong/chassis';
import {
  DRAFT_ROWS_MAX,
  DRAFT_STATE_NAMES,
  FINDINGS_MAX,
  Rejection,
  type DraftForm,
  type DraftState,
} from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import {
  findingsAfter,
  hasMoreFindings,
  insertFindings,
  insertRows,
  removeFindings,
  removeRows,
  rowsThere,
  type FindingPosition,
} from './draft-rows.store.js';
import { DraftWorkService } from './draft-work.service.js';
import {
  beginUpload,
  countRows,
  getDraft,
  insertDraft,
  lockDraft,
  sameHeader,
  stepDraft,
  type Step,
} from './draft.store.js';
import type { Draft, DraftKey, Finding, SentRow, Upload } from './draft.entity.js';
import { requireNotTooLate } from './effective.js';
import { readSheet } from './sheet-batch.js';

/** Of what an earlier upload left, so that no transaction takes long. */
const REMOVED_AT_A_TIME = 5_000;

type Sheet = Awaited<ReturnType<typeof readSheet>>;

export type NewDraft = { readonly province: string; readonly form: DraftForm; readonly effectiveFrom: string };

/** Drafts of catalogues: opened, filled row by row, and checked as a whole. What becomes of one then is a proposal's matter. */
@Injectable()
export class DraftService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly work: DraftWorkService,
  ) {}

  /** Rejects with CATALOGUE_EFFECTIVE_TOO_LATE or IDEMPOTENCY_KEY_REUSED. */
  async open(actor: Actor, requestId: string, opened: NewDraft): Promise<Draft> {
    const { province, form, effectiveFrom } = opened;
    requireOwn(actor, province);
    const write = { scope: province, region: province, key: requestId, body: { form, effectiveFrom } };
    return this.database.transaction(actor, async (tx) => {
      const draftId = await decideOnce(tx, write, async () => {
        const now = this.clock.now();
        requireNotTooLate(effectiveFrom, now);
        const draft = newDraft(opened, actor.subject, now);
        await insertDraft(tx, draft);
        const record = {
          province,
          action: 'OPEN_DRAFT',
          objectType: 'catalogue_draft',
          objectId: draft.draftId,
        } as const;
        await appendAudit(tx, actor, { ...record, after: { form, effectiveFrom } });
        return draft.draftId;
      });
      return getDraft(tx, { province, draftId });
    });
  }

  /**
   * Keeps what rows say, or what is wrong with them. Rows that the upload has sent before stay as they are; those of an earlier upload
   * are removed, and an earlier one is refused, so that no draft is ever made of two files.
   */
  async stage(actor: Actor, upload: Upload, titles: readonly string[], sent: readonly SentRow[]): Promise<Draft> {
    requireOwn(actor, upload.province);
    const sheet = await readSheet(upload.province, titles, sent);
    for (;;) {
      const staged = await this.database.transaction(actor, async (tx) => {
        const draft = await this.lockForUpload(tx, upload);
        return draft && this.keep(tx, draft, upload, sheet, sent);
      });
      if (staged) return staged;
    }
  }

  /** Rejects with DRAFT_INCOMPLETE where another number of rows has come. The same once more changes nothing. */
  async complete(actor: Actor, upload: Upload, expected: number): Promise<Draft> {
    requireOwn(actor, upload.province);
    const completed = await this.database.transaction(actor, async (tx) => {
      const draft = await lockDraft(tx, upload);
      if (!['OPEN', 'CHECKING', 'READY', 'FAULTY'].includes(draft.state)) throw conflict(draft);
      if (draft.uploadId !== null && draft.uploadId !== upload.uploadId)
        throw draft.state === 'OPEN' ? overtaken() : conflict(draft);
      if (draft.rows !== expected)
        throw new Rejection('DRAFT_INCOMPLETE', { expected: String(expected), received: String(draft.rows) });
      await stepDraft(tx, upload, ['OPEN'], this.toBackground('CHECKING'));
      return getDraft(tx, upload);
    });
    this.work.nudge();
    return completed;
  }

  /** Gives it up; its rows are removed in the background. Rejects with DRAFT_STATE_CONFLICT. */
  async discard(actor: Actor, key: DraftKey): Promise<Draft> {
    requireOwn(actor, key.province);
    const draft = await this.database.transaction(actor, async (tx) => {
      const stepped = await stepDraft(tx, key, ['OPEN', 'READY', 'FAULTY'], this.toBackground('DISCARDED'));
      const after = await getDraft(tx, key);
      if (!stepped && after.state !== 'DISCARDED') throw conflict(after);
      const { province, draftId: objectId, rows, faultyRows } = after;
      const record = { province, action: 'DISCARD_DRAFT', objectType: 'catalogue_draft', objectId } as const;
      if (stepped) await appendAudit(tx, actor, { ...record, after: { rows, faultyRows } });
      return after;
    });
    this.work.nudge();
    return draft;
  }

  async get(actor: Actor, key: DraftKey): Promise<Draft> {
    requireOwn(actor, key.province);
    return this.database.transaction(actor, (tx) => getDraft(tx, key));
  }

  /** The findings after a position, by row and cell. */
  async findings(actor: Actor, key: DraftKey, after: FindingPosition | null, limit: number): Promise<Finding[]> {
    requireOwn(actor, key.province);
    return this.database.transaction(actor, async (tx) => {
      await getDraft(tx, key);
      return findingsAfter(tx, key, after ?? { rowNumber: 0, cell: '', reason: '' }, limit);
    });
  }

  private async keep(tx: Tx, draft: Draft, upload: Upload, sheet: Sheet, sent: readonly SentRow[]): Promise<Draft> {
    const { header, batch } = sheet;
    if (draft.header !== null && !sameHeader(draft.header, header))
      throw new Rejection('SPREADSHEET_HEADER_INVALID', {
        problem: '与该草稿先前各行的表头不同 it differs from that of the rows before',
      });
    const there = await rowsThere(
      tx,
      upload,
      sent.map(({ rowNumber }) => rowNumber),
    );
    const isNew = (row: { readonly rowNumber: number }): boolean => !there.has(row.rowNumber);
    const added = sent.filter(isNew).length;
    if (draft.rows + added > DRAFT_ROWS_MAX) throw new Rejection('DRAFT_TOO_LARGE', { limit: String(DRAFT_ROWS_MAX) });
    const [rows, findings] = [batch.rows.filter(isNew), batch.findings.filter(isNew)];
    await insertRows(tx, upload, rows);
    await insertFindings(tx, upload, findings);
    if (findings.length > 0 && (await hasMoreFindings(tx, upload, FINDINGS_MAX)))
      throw new Rejection('UPLOAD_TOO_MANY_ERRORS', { limit: String(FINDINGS_MAX) });
    const warnings = findings.filter(({ warning }) => warning).length;
    const counts = { rows: added, faultyRows: added - rows.length, warnings };
    await countRows(tx, upload, counts, header, this.clock.now());
    return getDraft(tx, upload);
  }

  /**
   * The draft with the rows of this upload and no others; null while rows of an earlier one are being removed, of which none counts.
   * Rejects with DRAFT_STATE_CONFLICT where a newer one has begun.
   */
  private async lockForUpload(tx: Tx, upload: Upload): Promise<Draft | null> {
    const draft = await lockDraft(tx, upload);
    if (draft.state !== 'OPEN') throw conflict(draft);
    if (draft.uploadId === upload.uploadId) return draft;
    if (draft.uploadId !== null && draft.uploadId > upload.uploadId) throw overtaken();
    const rows = await removeRows(tx, upload, REMOVED_AT_A_TIME);
    const isClear = rows + (await removeFindings(tx, upload, REMOVED_AT_A_TIME)) === 0;
    await beginUpload(tx, upload, isClear ? upload.uploadId : null);
    return isClear ? getDraft(tx, upload) : null;
  }

  private toBackground(state: DraftState): Step {
    const now = this.clock.now();
    return { state, updatedAt: now, dueAt: now };
  }
}

/** A scope keeps its own catalogue and no other's. Rejects with NOT_PERMITTED. */
export function requireOwn(actor: Actor, province: string): void {
  if (province !== actor.region) throw new Rejection('NOT_PERMITTED');
}

export function conflict({ state }: Pick<Draft, 'state'>): Rejection {
  const { zh, en } = DRAFT_STATE_NAMES[state];
  return new Rejection('DRAFT_STATE_CONFLICT', { state: `${zh} ${en}` });
}

/** A draft of nothing yet. */
export function newDraft({ province, form, effectiveFrom }: NewDraft, openedBy: string, openedAt: Date): Draft {
  const counts = { rows: 0, faultyRows: 0, warnings: 0, checkedRows: 0 };
  const nothing = {
    uploadId: null,
    header: null,
    checkedAgainst: null,
    change: null,
    rowsDigest: null,
    proposalId: null,
  };
  return {
    ...counts,
    ...nothing,
    province,
    draftId: uuidv7(),
    form,
    effectiveFrom,
    state: 'OPEN',
    openedBy,
    openedAt,
    updatedAt: openedAt,
  };
}

function overtaken(): Rejection {
  return new Rejection('DRAFT_STATE_CONFLICT', {
    state: '正在接收另一次上传的文件 Receiving the file of another upload',
  });
}
