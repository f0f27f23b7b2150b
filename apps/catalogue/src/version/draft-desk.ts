import { randomUUID } from 'node:crypto';
import { Clock, type Actor, type Database } from '@yiditong/chassis';
import {
  ENTRY_COLUMNS,
  ITEM_COLUMNS,
  NATION,
  type DraftForm,
  type EntryColumnName,
  type ItemColumnName,
} from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import { CatalogueProposalService } from '../catalogue/catalogue-proposal.service.js';
import type { CatalogueEntryRow } from '../catalogue/catalogue.entity.js';
import type { CatalogueProposal } from '../catalogue/version-proposal.js';
import type { AfterPublicationService } from './after-publication.service.js';
import { DraftCheckService } from './draft-check.service.js';
import { DraftWorkService } from './draft-work.service.js';
import { DraftService } from './draft.service.js';
import { PublicationService } from './publication.service.js';
import { SubmissionService } from './submission.service.js';
import type { Draft, SentRow, Upload } from './draft.entity.js';

export const CLERK: Actor = { role: 'bureau', region: '110000', subject: 'clerk', rank: 'clerk' };
export const SUPERVISOR: Actor = { ...CLERK, subject: 'supervisor', rank: 'supervisor' };
export const SHAANXI: Actor = { ...SUPERVISOR, region: '610000', subject: 'shaanxi' };
export const OPERATOR: Actor = { role: 'operator', region: NATION, subject: 'operator-1', rank: 'supervisor' };
export const APPROVE = { decision: 'APPROVE', remark: '' } as const;
export const REJECT = { decision: 'REJECT', remark: '限价有误' } as const;
export const LEASE_MS = 60_000;
export const ENTRY_TITLES = ENTRY_COLUMNS.map(({ zh }) => zh);
export const ITEM_TITLES = ITEM_COLUMNS.map(({ zh }) => zh);
const BATCH = 1_000;

/** A clock that is moved by hand, and stops the process, as it were, at the next look at it but so many. */
class BreakingClock extends Clock {
  private instant = new Date('2026-01-01T02:00:00Z');
  private looks = Number.POSITIVE_INFINITY;

  breakAfter(looks: number): void {
    this.looks = looks;
  }

  moveTo(instant: string): void {
    this.instant = new Date(instant);
  }

  pass(ms: number): void {
    this.instant = new Date(this.instant.getTime() + ms);
  }

  override now(): Date {
    this.looks -= 1;
    if (this.looks >= 0) return this.instant;
    this.looks = Number.POSITIVE_INFINITY;
    throw new Error('the power went out');
  }
}

/** What specs ask for catalogues that come about: everything on one database. */
export class DraftDesk {
  readonly clock = new BreakingClock();
  readonly work: DraftWorkService;
  readonly drafts: DraftService;
  readonly submissions: SubmissionService;
  readonly proposals: CatalogueProposalService;
  /** How many publications were told of. */
  told = 0;

  constructor(readonly database: Database) {
    this.work = new DraftWorkService(database, this.clock, new DraftCheckService(database, this.clock));
    this.drafts = new DraftService(database, this.clock, this.work);
    this.submissions = new SubmissionService(database, this.clock, this.work);
    const after = { published: () => (this.told += 1) } as unknown as AfterPublicationService;
    const publications = new PublicationService(this.clock);
    this.proposals = new CatalogueProposalService(database, this.clock, publications, this.work, after);
  }

  async opened(form: DraftForm, effectiveFrom: string, actor = CLERK): Promise<Upload> {
    const opened = { province: actor.region, form, effectiveFrom };
    const { province, draftId } = await this.drafts.open(actor, randomUUID(), opened);
    return { province, draftId, uploadId: uuidv7() };
  }

  async stageAll(actor: Actor, upload: Upload, rows: readonly SentRow[]): Promise<void> {
    const titles = upload.province === NATION ? ITEM_TITLES : ENTRY_TITLES;
    for (let from = 0; from < rows.length; from += BATCH)
      await this.drafts.stage(actor, upload, titles, rows.slice(from, from + BATCH));
  }

  /** Opens a draft, sends its rows, and has them checked. */
  async checked(form: DraftForm, effectiveFrom: string, rows: readonly SentRow[], actor = CLERK): Promise<Draft> {
    const upload = await this.opened(form, effectiveFrom, actor);
    await this.stageAll(actor, upload, rows);
    await this.drafts.complete(actor, upload, rows.length);
    await this.work.workOff();
    return this.drafts.get(actor, upload);
  }

  submit(draft: Pick<Draft, 'province' | 'draftId'>, actor = CLERK): Promise<CatalogueProposal> {
    return this.submissions.submit(actor, randomUUID(), draft);
  }

  rollBack(versionId: string, effectiveFrom: string, actor = CLERK): Promise<CatalogueProposal> {
    return this.submissions.rollBack(actor, randomUUID(), { province: actor.region, versionId, effectiveFrom });
  }

  message(effectiveFrom: string, entries: readonly CatalogueEntryRow[], actor = CLERK): Promise<CatalogueProposal> {
    return this.proposals.propose(actor, randomUUID(), { province: actor.region, effectiveFrom, entries });
  }

  /** As another than who proposed it. */
  approve({ id, province }: CatalogueProposal): Promise<CatalogueProposal> {
    return this.proposals.decide(
      { ...(province === NATION ? OPERATOR : SUPERVISOR), region: province, subject: 'checker' },
      province,
      id,
      APPROVE,
    );
  }

  /** All the way from a sheet to a version, whose id it answers. */
  async published(form: DraftForm, effectiveFrom: string, rows: readonly SentRow[], actor = CLERK): Promise<string> {
    const proposal = await this.submit(await this.checked(form, effectiveFrom, rows, actor), actor);
    return (await this.approve(proposal)).outcome?.versionId ?? '';
  }

  /** What is wrong with a draft or may be, such as `C2 ROW_VALUE_INVALID`; warnings end with a question mark. */
  async findingsOf(draft: Draft, actor = CLERK): Promise<string[]> {
    const findings = await this.drafts.findings(actor, draft, null, 1_000);
    return findings.map(({ cell, reason, warning }) => `${cell} ${reason}${warning ? '?' : ''}`);
  }
}

/** An item of a national format, of its own number. */
export function serviceCode(number: number): string {
  return `00${String(number).padStart(9, '0')}0000`;
}

/** A row that is in order, but for what is said. */
export function entryRow(
  rowNumber: number,
  code: string,
  change: Partial<Record<EntryColumnName, string>> = {},
): SentRow {
  const usual = {
    national_code: code,
    name: `项目${code}`,
    item_class: '乙',
    first_self_pay: '10%',
    charge_category: '05',
  };
  const cells: Partial<Record<EntryColumnName, string>> = { ...usual, ...change };
  return { rowNumber, cells: ENTRY_COLUMNS.map(({ name }) => cells[name] ?? '') };
}

export function itemRow(
  rowNumber: number,
  code: string,
  change: Partial<Record<ItemColumnName, string>> = {},
): SentRow {
  const cells: Partial<Record<ItemColumnName, string>> = {
    national_code: code,
    name: '住院诊查费',
    unit: '日',
    ...change,
  };
  return { rowNumber, cells: ITEM_COLUMNS.map(({ name }) => cells[name] ?? '') };
}

/** An entry as a message has it, in order but for what is said. */
export function entry(nationalCode: string, change: Partial<CatalogueEntryRow> = {}): CatalogueEntryRow {
  return {
    nationalCode,
    provincialCode: '',
    name: '某项目',
    itemClass: 'B',
    chargeCategory: '09',
    shares: [{ insurance: null, personType: null, bps: 1000 }],
    caps: [],
    overCapRule: null,
    restriction: null,
    endsOn: null,
    ...change,
  };
}
