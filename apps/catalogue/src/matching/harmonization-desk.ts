import { randomUUID } from 'node:crypto';
import { Clock, type Actor, type Database } from '@yiditong/chassis';
import {
  itemKindOf,
  LIST_COLUMNS,
  NATION,
  type ConflictKind,
  type ItemKind,
  type ListColumnName,
} from '@yiditong/codes';
import { coreNameOf, trigramKey } from '@yiditong/harmonization';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { ConflictReviewService } from '../conflict/conflict-review.service.js';
import type { ConflictRow } from '../conflict/conflict.entity.js';
import { ConflictService } from '../conflict/conflict.service.js';
import { ListService } from '../list/list.service.js';
import type { ItemList, Owner, RowError, SentRow, Upload } from '../list/list.entity.js';
import { MappingService } from '../mapping/mapping.service.js';
import { CandidateService } from './candidate.service.js';
import { ListWorkService } from './list-work.service.js';
import { MatchService } from './match.service.js';
import { MatchingService } from './matching.service.js';
import { NationalItemService } from './national-item.service.js';

export const HOSPITAL_A = 'H61010100001';
export const HOSPITAL_B = 'H61010100002';
export const BUREAU: Actor = { role: 'bureau', region: '610000', subject: 'shaanxi-01', rank: 'clerk' };
export const COLLEAGUE: Actor = { role: 'bureau', region: '610000', subject: 'shaanxi-02', rank: 'clerk' };
export const CLERK_A: Actor = { role: 'hospital', region: '610000', subject: 'a-01', institution: HOSPITAL_A };
export const CLERK_B: Actor = { role: 'hospital', region: '610000', subject: 'b-01', institution: HOSPITAL_B };
export const SICHUAN: Actor = { role: 'bureau', region: '510000', subject: 'sichuan-01', rank: 'clerk' };
export const OF_A: Owner = { province: '610000', institutionCode: HOSPITAL_A };
export const OF_B: Owner = { province: '610000', institutionCode: HOSPITAL_B };
export const OF_PROVINCE: Owner = { province: '610000', institutionCode: '' };
export const TITLES = LIST_COLUMNS.map(({ zh }) => zh);
export const LEASE_MS = 120_000;
export const TODAY = '2026-03-01';
const NOW = new Date('2026-03-01T02:00:00Z');
const BATCH = 1_000;

export type Cells = Partial<Record<ListColumnName, string>>;
export type Item = { readonly code: string; readonly name: string } & Partial<
  Record<'form' | 'spec' | 'pack' | 'unit' | 'maker' | 'approval' | 'category' | 'endsOn', string>
>;
export type Entry = { readonly code: string } & Partial<{
  name: string;
  provincialCode: string;
  itemClass: string;
  category: string | null;
  bps: number;
  caps: readonly { hospitalLevel: string | null; microYuan: string }[];
  endsOn: string;
}>;

/** A clock that moves on when it is told to, and stops the process, as it were, at the next look at it but so many. */
export class BreakingClock extends Clock {
  private instant = NOW;
  private looks = Number.POSITIVE_INFINITY;

  breakAfter(looks: number): void {
    this.looks = looks;
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

/** What specs ask for lists: everything on one database. */
export class HarmonizationDesk {
  readonly clock = new BreakingClock();
  readonly conflicts: ConflictService;
  readonly review: ConflictReviewService;
  readonly work: ListWorkService;
  readonly lists: ListService;
  readonly matches: MatchService;
  readonly mappings: MappingService;
  private sequence = 0;

  constructor(private readonly db: { readonly database: Database; readonly superuserUrl: string }) {
    const { database } = db;
    const nationalItems = new NationalItemService(database);
    this.conflicts = new ConflictService(database, this.clock);
    this.review = new ConflictReviewService(database, this.clock);
    this.work = this.worker();
    this.lists = new ListService(database, this.clock, this.work);
    this.matches = new MatchService(database, this.clock, nationalItems);
    this.mappings = new MappingService(database, this.clock, nationalItems);
  }

  /** One more that works in the background, as in another process. */
  worker(): ListWorkService {
    const { database } = this.db;
    const candidates = new CandidateService(new NationalItemService(database));
    return new ListWorkService(
      database,
      this.clock,
      new MatchingService(database, this.clock, candidates),
      this.conflicts,
    );
  }

  /** As if the nation had published them. */
  async publishItems(items: readonly Item[], from = '2026-01-01', withdrawn = false): Promise<void> {
    const sequence = await this.version(NATION, from);
    const rows = items.map((item) => ({
      ...item,
      kind: kindOf(item.code),
      core: coreNameOf(item.name, kindOf(item.code)),
    }));
    await this.ask(
      `INSERT INTO national_item (province, national_code, sequence, effective_from, withdrawn, kind, name, dosage_form, specification,
         pack, unit, manufacturer, approval_number, charge_category, origin, core_name, ends_on)
       SELECT $1, i->>'code', $2, $3, $4, i->>'kind', i->>'name', coalesce(i->>'form', ''), coalesce(i->>'spec', ''),
         coalesce(i->>'pack', ''), coalesce(i->>'unit', ''), coalesce(i->>'maker', ''), coalesce(i->>'approval', ''), i->>'category',
         'SYNTHETIC', i->>'core', (i->>'endsOn')::date FROM jsonb_array_elements($5::jsonb) AS i`,
      [NATION, sequence, from, withdrawn, JSON.stringify(rows)],
    );
    await this.ask(
      `INSERT INTO national_name SELECT $1, kind, core, key FROM unnest($2::text[], $3::text[], $4::text[]) AS n (kind, core, key) ON CONFLICT DO NOTHING`,
      [NATION, rows.map(({ kind }) => kind), rows.map(({ core }) => core), rows.map(({ core }) => trigramKey(core))],
    );
  }

  /** As if a province had published them. */
  async publishEntries(
    province: string,
    entries: readonly Entry[],
    from = '2026-01-01',
    withdrawn = false,
  ): Promise<void> {
    const sequence = await this.version(province, from);
    const rows = entries.map(({ bps, caps = [], itemClass = 'B', ...entry }) => ({
      name: entry.code,
      provincialCode: '',
      category: '09',
      kind: kindOf(entry.code),
      ...entry,
      itemClass,
      shares: itemClass === 'B' ? [{ insurance: null, personType: null, bps: bps ?? 1000 }] : [],
      caps,
      rule: caps.length > 0 ? 'EXCESS' : null,
    }));
    await this.ask(
      `INSERT INTO catalogue_entry (province, national_code, sequence, effective_from, withdrawn, kind, provincial_code, name, item_class,
         charge_category, shares, caps, over_cap_rule, ends_on)
       SELECT $1, e->>'code', $2, $3, $4, e->>'kind', e->>'provincialCode', e->>'name', e->>'itemClass', e->>'category',
         e->'shares', e->'caps', e->>'rule', (e->>'endsOn')::date FROM jsonb_array_elements($5::jsonb) AS e`,
      [province, sequence, from, withdrawn, JSON.stringify(rows)],
    );
  }

  async opened(actor: Actor, owner: Owner, effectiveFrom = TODAY): Promise<Upload> {
    const { listId } = await this.lists.open(actor, randomUUID(), owner, effectiveFrom);
    return { ...owner, listId, uploadId: uuidv7() };
  }

  /** Opens a list and sends its rows. */
  async sent(rows: readonly SentRow[], actor = CLERK_A, owner = OF_A, effectiveFrom = TODAY): Promise<Upload> {
    const upload = await this.opened(actor, owner, effectiveFrom);
    for (let from = 0; from < rows.length; from += BATCH)
      await this.lists.stage(actor, upload, TITLES, rows.slice(from, from + BATCH));
    return upload;
  }

  /** Has everything matched that was sent. */
  async matched(rows: readonly SentRow[], actor = CLERK_A, owner = OF_A, effectiveFrom = TODAY): Promise<ItemList> {
    const upload = await this.sent(rows, actor, owner, effectiveFrom);
    await this.lists.complete(actor, upload, rows.length);
    await this.work.workOff();
    return this.lists.get(actor, upload);
  }

  /** How each row of a list ended, such as "2 MAPPED XA…", by row. */
  async ends(list: ItemList, actor = CLERK_A): Promise<string[]> {
    const { rows } = await this.matches.list(actor, list, { state: null, afterRow: 0, limit: 200 });
    return rows.map((ended) => [ended.rowNumber, ended.state, ended.nationalCode ?? ''].join(' ').trim());
  }

  async told(list: ItemList, actor = CLERK_A): Promise<string[]> {
    const errors: RowError[] = await this.lists.errors(actor, list, null, 1_000);
    return errors.map(({ cell, reason }) => `${cell} ${reason}`);
  }

  /** What an owner's items are mapped to on a day, such as "YP1 XA…". */
  async mappedOn(on: string, actor = CLERK_A, owner = OF_A): Promise<string[]> {
    const page = { on, after: '', limit: 1_000, decidedAfter: null };
    const mappings = await this.mappings.list(actor, owner, page);
    return mappings.map(({ itemCode, nationalCode }) => `${itemCode} ${nationalCode ?? ''}`.trim());
  }

  /** Conflicts of a kind that are there, or were, newest first. */
  async conflictsOf(kind: ConflictKind): Promise<ConflictRow[]> {
    return this.review.list(BUREAU, { kind, state: null, institutionCode: '', before: null, limit: 200 });
  }

  async ask<T extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.db.superuserUrl });
    await client.connect();
    try {
      return (await client.query<T>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  private async version(province: string, from: string): Promise<number> {
    this.sequence += 1;
    await this.ask(
      `INSERT INTO catalogue_version (province, version_id, sequence, effective_from, entry_count, added, changed, withdrawn, origin,
         published_at, proposal_id, digest) VALUES ($1, $2, $3, $4, 1, 1, 0, 0, 'MESSAGE', now(), $5, repeat('5e', 32))`,
      [province, uuidv7(), this.sequence, from, randomUUID()],
    );
    return this.sequence;
  }
}

/** A row that says what is said, and nothing else. */
export function row(rowNumber: number, itemCode: string, name: string, more: Cells = {}): SentRow {
  const cells: Cells = { item_code: itemCode, name, ...more };
  return { rowNumber, cells: LIST_COLUMNS.map((column) => cells[column.name] ?? '') };
}

function kindOf(code: string): ItemKind {
  const kind = itemKindOf(code);
  if (kind === null) throw new RangeError('not a national code');
  return kind;
}
