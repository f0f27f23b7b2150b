import { randomUUID } from 'node:crypto';
import { Clock, type Actor, type Database, type RpcClient } from '@yiditong/chassis';
import { IMPORT_COLUMNS, type ImportColumnName } from '@yiditong/codes';
import type { benefitV1, settlementV1 } from '@yiditong/contracts';
import type { RuleContent } from '@yiditong/eligibility';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { FactService } from '../fact/fact.service.js';
import { RuleService } from '../rule/rule.service.js';
import { ImportApplyService } from './import-apply.service.js';
import { ImportCheckService } from './import-check.service.js';
import { ImportWorkService } from './import-work.service.js';
import { ImportService } from './import.service.js';
import type { ImportFile, RowError, SentRow, Upload } from './import.entity.js';

export const SHAANXI: Actor = { role: 'bureau', region: '610000', subject: 'shaanxi-01', rank: 'clerk' };
export const COLLEAGUE: Actor = { role: 'bureau', region: '610000', subject: 'shaanxi-02', rank: 'supervisor' };
export const XIAN: Actor = { role: 'bureau', region: '610000', subject: 'xian-01', rank: 'clerk', area: '610100' };
export const BAOJI: Actor = { role: 'bureau', region: '610000', subject: 'baoji-01', rank: 'clerk', area: '610300' };
export const SICHUAN: Actor = { role: 'bureau', region: '510000', subject: 'sichuan-01', rank: 'clerk' };
export const LEASE_MS = 60_000;
export const TITLES = IMPORT_COLUMNS.map(({ zh }) => zh);
const NOW = new Date('2026-03-01T02:00:00Z');
const BATCH = 1_000;

export type Cells = Partial<Record<ImportColumnName, string>>;

/** A clock that moves on when it is told to, and stops the process, as it were, at the next look at it but so many. */
class BreakingClock extends Clock {
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

/** What specs ask for imports: everything on one database, under a home province that knows nobody. */
export class ImportDesk {
  readonly clock = new BreakingClock();
  readonly facts: FactService;
  readonly imports: ImportService;
  readonly work: ImportWorkService;

  constructor(private readonly db: { readonly database: Database; readonly superuserUrl: string }) {
    const { database } = db;
    const stranger = { call: async () => ({ persons: [] }) };
    const rules = new RuleService(database, this.clock);
    this.facts = new FactService(
      database,
      this.clock,
      stranger as unknown as RpcClient<benefitV1.BenefitServiceClient>,
      stranger as unknown as RpcClient<settlementV1.InstitutionServiceClient>,
    );
    const checks = new ImportCheckService(database, this.clock, this.facts, rules);
    this.work = new ImportWorkService(
      database,
      this.clock,
      checks,
      new ImportApplyService(database, this.clock, rules),
    );
    this.imports = new ImportService(database, this.clock, rules, this.work);
  }

  async insured(count: number, insuredRegion = '610100', active = true): Promise<string[]> {
    const personIds = Array.from({ length: count }, () => randomUUID());
    const changedAt = new Date('2025-01-01T00:00:00Z');
    await this.facts.recordInsurance(
      personIds.map((personId) => ({ personId, province: '610000', insuredRegion, active, changedAt })),
    );
    return personIds;
  }

  /** Somebody's insurance as it is since February: ended, or in another area. */
  async changeInsurance(personId: string, insuredRegion: string, active: boolean): Promise<void> {
    const changedAt = new Date('2026-02-01T00:00:00Z');
    await this.facts.recordInsurance([{ personId, province: '610000', insuredRegion, active, changedAt }]);
  }

  async opened(actor = SHAANXI, region = '610000'): Promise<Upload> {
    const { importId } = await this.imports.open(actor, randomUUID(), region);
    return { importId, uploadId: uuidv7() };
  }

  /** Opens an import and sends its rows. */
  async sent(rows: readonly SentRow[], actor = SHAANXI, region = '610000'): Promise<Upload> {
    const upload = await this.opened(actor, region);
    await this.stageAll(actor, upload, rows);
    return upload;
  }

  async stageAll(actor: Actor, upload: Upload, rows: readonly SentRow[]): Promise<void> {
    for (let from = 0; from < rows.length; from += BATCH)
      await this.imports.stage(actor, upload, TITLES, rows.slice(from, from + BATCH));
  }

  /** Has everything checked that was sent. */
  async checked(rows: readonly SentRow[], actor = SHAANXI, region = '610000'): Promise<ImportFile> {
    const upload = await this.sent(rows, actor, region);
    await this.imports.complete(actor, upload, rows.length);
    await this.work.workOff();
    return this.imports.get(actor, upload.importId);
  }

  /** Has everything applied that was sent. */
  async applied(rows: readonly SentRow[], actor = SHAANXI, region = '610000'): Promise<ImportFile> {
    const { importId } = await this.checked(rows, actor, region);
    return this.apply(importId, actor);
  }

  async apply(importId: string, actor = SHAANXI): Promise<ImportFile> {
    await this.imports.apply(actor, importId);
    await this.work.workOff();
    return this.imports.get(actor, importId);
  }

  async errorsOf(importId: string): Promise<RowError[]> {
    return this.imports.errors(SHAANXI, importId, null, 1_000);
  }

  async told(importId: string): Promise<string[]> {
    return (await this.errorsOf(importId)).map(({ cell, reason }) => `${cell} ${reason}`);
  }

  /** How many filings and versions an import has made, as seen from outside. */
  async made(importId: string): Promise<string> {
    const [counts] = await this.ask<{ counts: string }>(
      `SELECT (SELECT count(*) FROM filing WHERE import_id = $1) || '/' || (SELECT count(*) FROM filing_version WHERE import_id = $1) AS counts`,
      [importId],
    );
    return counts?.counts ?? '';
  }

  async staged(importId: string): Promise<number> {
    const rows = await this.ask(
      'SELECT FROM filing_import_row WHERE import_id = $1 UNION ALL SELECT FROM filing_import_error WHERE import_id = $1',
      [importId],
    );
    return rows.length;
  }

  /** As if it had been published long ago; a clock that has moved on has the rules read again. */
  async publish(owner: string, content: RuleContent, from = '2026-02-01', to: string | null = null): Promise<void> {
    await this.ask(
      `INSERT INTO filing_rule (rule_id, owner, kind, subject, content, source, valid_from, valid_to, recorded_at)
       VALUES ($1, $2, $3, 'spec', $4, 'spec', $5, $6, now())`,
      [randomUUID(), owner, content.kind, JSON.stringify(content), from, to],
    );
    this.clock.pass(LEASE_MS);
  }

  async withdrawRules(): Promise<void> {
    await this.ask("DELETE FROM filing_rule WHERE source = 'spec'");
    this.clock.pass(LEASE_MS);
  }

  private async ask<T extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.db.superuserUrl });
    await client.connect();
    try {
      return (await client.query<T>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }
}

/** A row that is in order for whoever is insured in Shaanxi, but for what is said. */
export function row(rowNumber: number, personId: string, change: Cells = {}): SentRow {
  const cells: Record<ImportColumnName, string> = {
    person_id: personId,
    category: '其他跨省临时外出就医人员',
    destination_region: '310000',
    valid_from: '2026-03-01',
    valid_to: '2026-09-30',
    materials: '',
    pledged: '',
    ...change,
  };
  return { rowNumber, cells: IMPORT_COLUMNS.map(({ name }) => cells[name]) };
}
