import { randomUUID } from 'node:crypto';
import type { Actor, RpcClient } from '@yiditong/chassis';
import { IMPORT_COLUMNS, NATION, type ImportColumnName } from '@yiditong/codes';
import type { benefitV1, settlementV1 } from '@yiditong/contracts';
import { lockedUntilOf, type RuleContent } from '@yiditong/eligibility';
import {
  atOnce,
  auditFaults,
  auditTrail,
  createTestDatabase,
  endOf,
  FixedClock,
  PATIENCE,
  queryAs,
  rowCounts,
  waitingForLocks,
  type TestDatabase,
} from '@yiditong/testing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FactService } from '../fact/fact.service.js';
import { migrations } from '../migrations/index.js';
import { RuleService } from '../rule/rule.service.js';
import { ImportApplyService } from './import-apply.service.js';
import { ImportCheckService } from './import-check.service.js';
import { ImportWorkService } from './import-work.service.js';
import { ImportService } from './import.service.js';
import type { ImportFile, RowError, SentRow } from './import.entity.js';

const SHAANXI: Actor = { role: 'bureau', region: '610000', subject: 'shaanxi-01', rank: 'clerk' };
const COLLEAGUE: Actor = { role: 'bureau', region: '610000', subject: 'shaanxi-02', rank: 'supervisor' };
const XIAN: Actor = { role: 'bureau', region: '610000', subject: 'xian-01', rank: 'clerk', area: '610100' };
const BAOJI: Actor = { role: 'bureau', region: '610000', subject: 'baoji-01', rank: 'clerk', area: '610300' };
const SICHUAN: Actor = { role: 'bureau', region: '510000', subject: 'sichuan-01', rank: 'clerk' };
const NOW = new Date('2026-03-01T02:00:00Z');
const LEASE_MS = 60_000;
const TITLES = IMPORT_COLUMNS.map(({ zh }) => zh);

type Cells = Partial<Record<ImportColumnName, string>>;

/** A clock that stops the process, as it were, at the next look at it but so many. */
class BreakingClock extends FixedClock {
  private looks = Number.POSITIVE_INFINITY;

  breakAfter(looks: number): void {
    this.looks = looks;
  }

  override now(): Date {
    this.looks -= 1;
    if (this.looks >= 0) return super.now();
    this.looks = Number.POSITIVE_INFINITY;
    throw new Error('the power went out');
  }
}

let db: TestDatabase;
let clock: BreakingClock;
let facts: FactService;
let imports: ImportService;
let applications: ImportApplyService;
let work: ImportWorkService;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  clock = new BreakingClock(NOW);
  facts = new FactService(
    db.database,
    clock,
    stranger(),
    stranger() as unknown as RpcClient<settlementV1.InstitutionServiceClient>,
  );
  const rules = new RuleService(db.database, clock);
  applications = new ImportApplyService(db.database, clock, rules);
  work = new ImportWorkService(
    db.database,
    clock,
    new ImportCheckService(db.database, clock, facts, rules),
    applications,
  );
  imports = new ImportService(db.database, clock, rules, work);
});
beforeEach(() => clock.moveTo(new Date(clock.now().getTime() + 60 * LEASE_MS)));
afterAll(() => db.drop());

/** A home province that knows nobody. */
function stranger(): RpcClient<benefitV1.BenefitServiceClient> {
  return { call: async () => ({ persons: [] }) } as unknown as RpcClient<benefitV1.BenefitServiceClient>;
}

async function insured(count: number, insuredRegion = '610100', active = true): Promise<string[]> {
  const personIds = Array.from({ length: count }, () => randomUUID());
  const changedAt = new Date('2025-01-01T00:00:00Z');
  await facts.recordInsurance(
    personIds.map((personId) => ({ personId, province: '610000', insuredRegion, active, changedAt })),
  );
  return personIds;
}

function row(rowNumber: number, personId: string, change: Cells = {}): SentRow {
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

/** Opens an import and sends its rows, a thousand at a time. */
async function send(rows: readonly SentRow[], actor = SHAANXI, region = '610000'): Promise<string> {
  const { importId } = await imports.open(actor, randomUUID(), region);
  for (let from = 0; from < rows.length; from += 1_000)
    await imports.stage(actor, importId, TITLES, rows.slice(from, from + 1_000));
  return importId;
}

/** Has everything checked that was sent. */
async function checked(rows: readonly SentRow[], actor = SHAANXI, region = '610000'): Promise<ImportFile> {
  const importId = await send(rows, actor, region);
  await imports.complete(actor, importId, rows.length);
  await work.workOff();
  return imports.get(actor, importId);
}

async function errorsOf(importId: string): Promise<RowError[]> {
  return imports.errors(SHAANXI, importId, null, 1_000);
}

async function told(importId: string): Promise<string[]> {
  return (await errorsOf(importId)).map(({ cell, reason }) => `${cell} ${reason}`);
}

/** How many filings and versions an import has made, as seen from outside. */
async function made(importId: string): Promise<string> {
  const [counts] = await queryAs<{ counts: string }>(
    db.superuserUrl,
    `SELECT (SELECT count(*) FROM filing WHERE import_id = $1) || '/' || (SELECT count(*) FROM filing_version WHERE import_id = $1) AS counts`,
    [importId],
  );
  return counts?.counts ?? '';
}

async function staged(importId: string): Promise<number> {
  const rows = await queryAs(
    db.superuserUrl,
    'SELECT FROM filing_import_row WHERE import_id = $1 UNION ALL SELECT FROM filing_import_error WHERE import_id = $1',
    [importId],
  );
  return rows.length;
}

/** As if it had been published long ago; a clock that has moved on has the rules read again. */
async function publish(owner: string, content: RuleContent): Promise<void> {
  await queryAs(
    db.superuserUrl,
    `INSERT INTO filing_rule (rule_id, owner, kind, subject, content, source, valid_from, valid_to, recorded_at)
     VALUES ($1, $2, $3, 'spec', $4, 'spec', '2026-02-01', NULL, now())`,
    [randomUUID(), owner, content.kind, JSON.stringify(content)],
  );
  clock.moveTo(new Date(clock.now().getTime() + LEASE_MS));
}

async function withdrawRules(): Promise<void> {
  await queryAs(db.superuserUrl, "DELETE FROM filing_rule WHERE source = 'spec'");
  clock.moveTo(new Date(clock.now().getTime() + LEASE_MS));
}

/** Has an import applied up to where it waits for a decision that is under way, does something, and lets both go on. */
async function whileDeciding(something: () => Promise<void>): Promise<void> {
  const decider = new pg.Client({ connectionString: db.superuserUrl });
  await decider.connect();
  await decider.query("BEGIN; SELECT pg_advisory_xact_lock_shared(hashtextextended('import:610000', 0))");
  const working = work.workOff();
  await expect.poll(async () => waitingForLocks(db), PATIENCE).toBe(1);
  await something();
  await decider.query('COMMIT');
  await decider.end();
  await working;
}

/** Has an import applied up to where it waits for somebody who files for one of its rows, does something, and lets both go on. */
async function whileFiling(
  personId: string,
  something: () => Promise<void>,
  ending: 'COMMIT' | 'ROLLBACK' = 'ROLLBACK',
): Promise<void> {
  const other = new pg.Client({ connectionString: db.superuserUrl });
  await other.connect();
  await other.query('BEGIN');
  await other.query(
    `INSERT INTO filing (person_id, filing_id, insured_province, insured_region, category, destination_region, valid_from, valid_to,
       state, version, source, materials, pledged, owed, reason, created_at, updated_at)
     VALUES ($1, $2, '610000', '610100', 'REFERRAL', '310000', '2026-09-01', '2027-03-01', 'ACTIVE', 1, 'BUREAU', '[]', false, '{}', '', now(), now())`,
    [personId, randomUUID()],
  );
  const working = work.workOff();
  await expect.poll(async () => waitingForLocks(db), PATIENCE).toBe(1);
  await something();
  await other.query(ending);
  await other.end();
  await working;
}

/** That somebody is not insured there any more. */
function endedFor(personId: string) {
  const changedAt = new Date('2026-02-01T00:00:00Z');
  return { personId, province: '610000', insuredRegion: '610300', active: false, changedAt };
}

describe('an import', () => {
  it('with something wrong in every column names each cell, and applies nothing', async () => {
    const [person = ''] = await insured(1);
    const wrong: Cells = {
      person_id: '11010519491231002X',
      category: 'x',
      destination_region: 'x',
      valid_from: 'x',
      valid_to: 'x',
      materials: 'x',
      pledged: 'x',
    };
    const before = await rowCounts(db);
    const file = await checked([
      row(2, person),
      row(3, person, wrong),
      row(7, person, { destination_region: '410000' }),
    ]);
    expect(file).toMatchObject({ state: 'FAULTY', rows: 3, faultyRows: 2 });
    const errors = await errorsOf(file.importId);
    expect(errors.map(({ cell }) => cell)).toEqual(['A3', 'B3', 'C3', 'D3', 'E3', 'F3', 'G3', 'C7']);
    expect(errors.map(({ columnName }) => columnName)).toEqual([...TITLES, '就医地区划']);
    expect(JSON.stringify(errors)).not.toMatch(/\d{17}/);
    await expect(imports.apply(SHAANXI, file.importId)).rejects.toMatchObject({
      reason: 'IMPORT_HAS_ERRORS',
      params: { rows: '2' },
    });
    await work.workOff();
    expect(await rowCounts(db)).toEqual({
      ...before,
      filing_import: (before['filing_import'] ?? 0) + 1,
      filing_import_row: (before['filing_import_row'] ?? 0) + 1,
      filing_import_error: (before['filing_import_error'] ?? 0) + 8,
      idempotency: (before['idempotency'] ?? 0) + 1,
      audit_record: (before['audit_record'] ?? 0) + 1,
    });
  });

  it('is checked against itself and against what is recorded', async () => {
    const [one = '', two = '', three = '', filed = '', before = ''] = await insured(5);
    const [elsewhere = ''] = await insured(1, '610300');
    const [ended = ''] = await insured(1, '610100', false);
    const first = await checked([row(2, filed), row(3, before)]);
    await imports.apply(SHAANXI, first.importId);
    await work.workOff();
    const file = await checked(
      [
        row(2, one),
        row(3, two, { valid_from: '2026-05-01', valid_to: '2026-12-01' }),
        row(4, one),
        row(5, two, { valid_from: '2026-04-01', valid_to: '2026-11-01' }),
        row(6, two, { destination_region: '110000' }),
        row(7, one, { valid_from: '2026-10-01', valid_to: '2027-04-01' }),
        row(8, filed, { valid_from: '2026-09-30', valid_to: '2027-04-01' }),
        row(9, before, { valid_from: '2026-10-01', valid_to: '2027-04-01' }),
        row(10, randomUUID()),
        row(11, elsewhere),
        row(12, ended),
        row(13, three, { category: 'LONG_TERM_RESIDENT', valid_to: '', pledged: '是' }),
        row(14, three, { valid_from: '2027-01-01', valid_to: '2027-08-01' }),
      ],
      XIAN,
      '610100',
    );
    expect(file).toMatchObject({ state: 'FAULTY', rows: 13, faultyRows: 7 });
    expect(await told(file.importId)).toEqual([
      'C3 IMPORT_ROW_DUPLICATE',
      'C4 IMPORT_ROW_DUPLICATE',
      'C8 FILING_OVERLAPS',
      'A10 PERSON_UNKNOWN',
      'A11 INSURED_REGION_MISMATCH',
      'A12 INSURANCE_INACTIVE',
      'C14 IMPORT_ROW_DUPLICATE',
    ]);
    const rows = (await errorsOf(file.importId)).flatMap(({ params }) => params['row'] ?? []);
    expect(rows).toEqual(['5', '2', '13']);
  });

  it('of a province judges each person by where he is insured', async () => {
    const [ofXian = ''] = await insured(1, '610100');
    const [ofBaoji = ''] = await insured(1, '610300');
    const parties = ['610100', '310000'];
    await publish(NATION, { kind: 'AGREEMENT', name: '试点', parties, effect: 'EXEMPT', benefitLevel: 'LOCAL' });
    const file = await checked([row(2, ofXian), row(3, ofBaoji)]);
    await withdrawRules();
    expect(file).toMatchObject({ state: 'FAULTY', rows: 2, faultyRows: 1 });
    expect(await errorsOf(file.importId)).toEqual([
      {
        rowNumber: 2,
        cell: 'C2',
        columnName: '就医地区划',
        reason: 'FILING_NOT_NEEDED',
        params: { agreement: '试点' },
      },
    ]);
  });

  it('takes rows that are sent again once, and only under one header', async () => {
    const [one = '', two = ''] = await insured(2);
    const importId = await send([row(2, one), row(3, two, { category: 'x' })]);
    const again = await imports.stage(SHAANXI, importId, TITLES, [
      row(2, one),
      row(3, two, { category: 'x' }),
      row(4, two),
    ]);
    expect(again).toMatchObject({ state: 'OPEN', rows: 3, faultyRows: 1 });
    expect(await staged(importId)).toBe(3);
    const otherwise = imports.stage(SHAANXI, importId, TITLES.toReversed(), [row(5, two)]);
    await expect(otherwise).rejects.toMatchObject({ reason: 'SPREADSHEET_HEADER_INVALID' });
    const personal = imports.stage(SHAANXI, importId, [...TITLES, '身份证号'], [row(5, two)]);
    await expect(personal).rejects.toMatchObject({ reason: 'SPREADSHEET_HEADER_INVALID' });
    await expect(imports.complete(SHAANXI, importId, 4)).rejects.toMatchObject({
      reason: 'IMPORT_INCOMPLETE',
      params: { expected: '4', received: '3' },
    });
    expect(await imports.complete(SHAANXI, importId, 3)).toMatchObject({ state: 'CHECKING' });
    expect(await imports.complete(SHAANXI, importId, 3)).toMatchObject({ state: 'CHECKING' });
    const late = imports.stage(SHAANXI, importId, TITLES, [row(5, two)]);
    await expect(late).rejects.toMatchObject({ reason: 'IMPORT_STATE_CONFLICT' });
    await work.workOff();
  });

  it('counts right when batches of the same rows arrive at once', async () => {
    const persons = await insured(50);
    const importId = await send([]);
    const rows = persons.map((person, index) => row(index + 2, person, index % 5 === 0 ? { category: 'x' } : {}));
    await atOnce(6, async () => imports.stage(SHAANXI, importId, TITLES, rows));
    expect(await imports.get(SHAANXI, importId)).toMatchObject({ rows: 50, faultyRows: 10 });
    expect(await staged(importId)).toBe(50);
  });

  it('takes no more than 100,000 rows', async () => {
    const importId = await send([row(2, (await insured(1))[0] ?? '')]);
    await queryAs(db.superuserUrl, 'UPDATE filing_import SET rows = 99999 WHERE import_id = $1', [importId]);
    const two = [row(3, randomUUID()), row(4, randomUUID())];
    await expect(imports.stage(SHAANXI, importId, TITLES, two)).rejects.toMatchObject({
      reason: 'IMPORT_TOO_LARGE',
      params: { limit: '100000' },
    });
    expect(await imports.stage(SHAANXI, importId, TITLES, two.slice(1))).toMatchObject({ rows: 100_000 });
  });

  it('is opened once for a request that is repeated', async () => {
    const { importId } = await imports.open(XIAN, 'request-1', '610100');
    expect(await imports.open(XIAN, 'request-1', '610100')).toMatchObject({ importId, rows: 0, state: 'OPEN' });
    expect((await auditTrail(db, importId)).map(({ action, actor }) => [action, actor])).toEqual([
      ['OPEN_IMPORT', XIAN],
    ]);
  });

  it('lists its errors page by page', async () => {
    const importId = await send(Array.from({ length: 30 }, (_, index) => row(index + 2, 'x', { category: 'x' })));
    const all = await errorsOf(importId);
    expect(all).toHaveLength(60);
    const paged: RowError[] = [];
    for (let page = await imports.errors(SHAANXI, importId, null, 7); page.length > 0;) {
      paged.push(...page);
      page = await imports.errors(SHAANXI, importId, page.at(-1) ?? null, 7);
    }
    expect(paged).toEqual(all);
  });
});

describe('applying', () => {
  it('makes all rows true at once, told in one event and one record', async () => {
    const persons = await insured(3_000);
    const file = await checked(persons.map((person, index) => row(index + 2, person)));
    expect(file).toMatchObject({ state: 'READY', rows: 3_000, faultyRows: 0 });
    const before = await rowCounts(db);
    await imports.apply(COLLEAGUE, file.importId);
    expect(await made(file.importId)).toBe('0/0');
    const seen = new Set<string>();
    const reader = setInterval(() => void made(file.importId).then((counts) => seen.add(counts)), 5);
    await work.workOff();
    clearInterval(reader);
    seen.add(await made(file.importId));
    expect([...seen]).toEqual(['0/0', '3000/3000']);

    const applied = await imports.get(SHAANXI, file.importId);
    expect(applied).toMatchObject({ state: 'APPLIED', appliedAt: clock.now(), appliedBy: COLLEAGUE });
    expect(await staged(file.importId)).toBe(0);
    const trail = await auditTrail(db, file.importId);
    expect(trail.map(({ action, actor, after }) => [action, actor, after])).toEqual([
      ['OPEN_IMPORT', SHAANXI, { insuredRegion: '610000' }],
      [
        'APPLY_IMPORT',
        COLLEAGUE,
        { insuredRegion: '610000', rows: 3_000, digest: expect.stringMatching(/^[\da-f]{64}$/) },
      ],
    ]);
    expect(await rowCounts(db)).toEqual({
      ...before,
      filing: (before['filing'] ?? 0) + 3_000,
      filing_version: (before['filing_version'] ?? 0) + 3_000,
      filing_event: (before['filing_event'] ?? 0) + 1,
      audit_record: (before['audit_record'] ?? 0) + 1,
      filing_import_row: (before['filing_import_row'] ?? 0) - 3_000,
    });
    const events = await queryAs(
      db.superuserUrl,
      "SELECT person_id, content::json AS content FROM filing_event WHERE type = 'import.apply' AND content LIKE '%' || $1 || '%'",
      [file.importId],
    );
    expect(events).toEqual([{ person_id: null, content: { importId: file.importId, rows: 3_000 } }]);
  });

  it('records what each row says', async () => {
    const [one = '', two = '', three = ''] = await insured(3, '610300');
    const file = await checked([
      row(2, one, { category: 'LONG_TERM_WORKER', valid_to: '', materials: '工作合同、居住证明', pledged: '是' }),
      row(3, two, { category: 'RETIREE_RESETTLED', valid_to: '', pledged: 'y' }),
      row(4, three, { category: 'REFERRAL', materials: 'REFERRAL_CERTIFICATE' }),
    ]);
    await imports.apply(SHAANXI, file.importId);
    await work.workOff();
    const filings = await queryAs<object>(
      db.superuserUrl,
      `SELECT f.person_id, f.insured_region, f.category, f.destination_region, f.valid_from::text, f.valid_to::text, f.state, f.version,
         f.source, f.materials, f.pledged, f.owed, f.locked_until, f.review_due_on, f.institution_code, f.reason,
         v.event, v.actor_role, v.actor_subject, to_jsonb(v) @> (to_jsonb(f) - '{created_at,updated_at,area_digits,destination_digits}'::text[]) AS same,
         uuid_extract_version(f.filing_id) AS uuid
       FROM filing f JOIN filing_version v USING (person_id, filing_id, version) WHERE f.import_id = $1
       ORDER BY array_position($2::uuid[], f.person_id)`,
      [file.importId, [one, two, three]],
    );
    const shared = {
      insured_region: '610300',
      destination_region: '310000',
      valid_from: '2026-03-01',
      state: 'ACTIVE',
      version: 1,
      source: 'IMPORT',
      locked_until: null,
      review_due_on: null,
      institution_code: null,
      reason: '',
      event: 'ACCEPT',
      actor_role: 'bureau',
      actor_subject: 'shaanxi-01',
      same: true,
      uuid: 7,
    };
    expect(filings).toEqual([
      {
        ...shared,
        person_id: one,
        category: 'LONG_TERM_WORKER',
        valid_to: null,
        materials: '[{"digest":"","kind":"EMPLOYMENT_CONTRACT"},{"digest":"","kind":"RESIDENCE_PROOF"}]',
        pledged: true,
        owed: [],
      },
      {
        ...shared,
        person_id: two,
        category: 'RETIREE_RESETTLED',
        valid_to: null,
        materials: '[]',
        pledged: true,
        owed: ['HOUSEHOLD_REGISTER'],
      },
      {
        ...shared,
        person_id: three,
        category: 'REFERRAL',
        valid_to: '2026-09-30',
        materials: '[{"digest":"","kind":"REFERRAL_CERTIFICATE"}]',
        pledged: false,
        owed: [],
      },
    ]);
  });

  it('locks long-term filings in until the same day as any other way of filing does', async () => {
    const days = [
      '2026-02-28',
      '2026-03-01',
      '2026-03-30',
      '2026-03-31',
      '2026-08-29',
      '2026-08-30',
      '2026-08-31',
      '2026-12-31',
    ];
    for (const lockInMonths of [1, 6]) {
      const policy = { kind: 'PROVINCE_POLICY', lockInMonths, temporaryMonths: 6 } as const;
      await publish('610000', policy);
      const persons = await insured(days.length);
      const long = { category: 'LONG_TERM_RESIDENT', valid_to: '', materials: '居住证明' };
      const file = await checked(
        persons.map((person, index) => row(index + 2, person, { ...long, valid_from: days[index] ?? '' })),
      );
      await imports.apply(SHAANXI, file.importId);
      await work.workOff();
      const locked = await queryAs<{ from: string; until: string }>(
        db.superuserUrl,
        'SELECT valid_from::text AS from, locked_until::text AS until FROM filing WHERE import_id = $1 ORDER BY valid_from',
        [file.importId],
      );
      expect(locked).toEqual(days.map((from) => ({ from, until: lockedUntilOf('LONG_TERM_RESIDENT', from, policy) })));
      await withdrawRules();
    }
  });

  it('gives way to who filed while it was under way, whole, and says where', async () => {
    const [one = '', two = ''] = await insured(2);
    const file = await checked([row(2, one), row(3, two)]);
    await imports.apply(SHAANXI, file.importId);
    let before: Awaited<ReturnType<typeof rowCounts>> = {};
    await whileFiling(two, async () => void (before = await rowCounts(db)), 'COMMIT');
    expect(await imports.get(SHAANXI, file.importId)).toMatchObject({
      state: 'FAULTY',
      faultyRows: 1,
      appliedAt: null,
    });
    expect(await told(file.importId)).toEqual(['C3 FILING_OVERLAPS']);
    expect(await rowCounts(db)).toEqual({
      ...before,
      filing: (before['filing'] ?? 0) + 1,
      filing_import_error: (before['filing_import_error'] ?? 0) + 1,
    });
  });

  it('gives way to an insurance that has ended since the check', async () => {
    const [one = '', two = ''] = await insured(2);
    const file = await checked([row(2, one), row(3, two)]);
    await facts.recordInsurance([
      {
        personId: one,
        province: '610000',
        insuredRegion: '610100',
        active: false,
        changedAt: new Date('2026-02-01T00:00:00Z'),
      },
    ]);
    await imports.apply(SHAANXI, file.importId);
    await work.workOff();
    expect(await made(file.importId)).toBe('0/0');
    expect(await imports.get(SHAANXI, file.importId)).toMatchObject({ state: 'FAULTY' });
    expect(await told(file.importId)).toEqual(['A2 INSURANCE_INACTIVE']);
  });

  it('holds the province alone for its last steps, and takes the instant at which its rows become true after that', async () => {
    const [one = ''] = await insured(1);
    const file = await checked([row(2, one)]);
    await imports.apply(SHAANXI, file.importId);
    const later = new Date(clock.now().getTime() + 5_000);
    await whileDeciding(async () => clock.moveTo(later));
    expect(await imports.get(SHAANXI, file.importId)).toMatchObject({ state: 'APPLIED', appliedAt: later });
  });

  it('gives way to an insurance that ends while the rows are being filed', async () => {
    const [one = '', two = ''] = await insured(2);
    const file = await checked([row(2, one), row(3, two)]);
    await imports.apply(SHAANXI, file.importId);
    await whileFiling(one, async () => facts.recordInsurance([endedFor(two)]));
    expect(await made(file.importId)).toBe('0/0');
    expect(await told(file.importId)).toEqual(['A3 INSURANCE_INACTIVE']);
  });

  it('is not overtaken by an insurance that ends while its rows become true: the filing ends with it', async () => {
    const [one = '', two = ''] = await insured(2);
    const file = await checked([row(2, one), row(3, two)]);
    await imports.apply(SHAANXI, file.importId);
    let recording: Promise<void> = Promise.resolve();
    await whileDeciding(async () => {
      recording = facts.recordInsurance([endedFor(two)]);
      await expect.poll(async () => waitingForLocks(db), PATIENCE).toBe(2);
    });
    await recording;
    expect(await made(file.importId)).toBe('2/3');
    const states = await queryAs(db.superuserUrl, 'SELECT state FROM filing WHERE person_id = $1', [two]);
    expect(states).toEqual([{ state: 'INVALIDATED' }]);
  });

  it('that stopped in the middle has applied nothing, and begins again', async () => {
    const persons = await insured(20);
    const file = await checked(persons.map((person, index) => row(index + 2, person)));
    await imports.apply(SHAANXI, file.importId);
    const before = await rowCounts(db);
    // Before it takes the rows, and after all of them are there but for the instant at which they become true.
    for (const looks of [2, 3]) {
      clock.breakAfter(looks);
      await work.workOff();
      expect(await rowCounts(db)).toEqual(before);
      expect(await imports.get(SHAANXI, file.importId)).toMatchObject({ state: 'APPLYING', appliedAt: null });
      // Somebody has taken it, as far as others can see.
      await work.workOff();
      expect(await made(file.importId)).toBe('0/0');
      clock.moveTo(new Date(clock.now().getTime() + LEASE_MS));
    }
    await work.workOff();
    expect(await made(file.importId)).toBe('20/20');
    expect((await auditTrail(db, file.importId)).map(({ action }) => action)).toEqual(['OPEN_IMPORT', 'APPLY_IMPORT']);
  });

  it('is done once by several at a time', async () => {
    const persons = await insured(60);
    const ready = await Promise.all(
      [0, 20, 40].map((from) => send(persons.slice(from, from + 20).map((person, index) => row(index + 2, person)))),
    );
    for (const importId of ready) await imports.complete(SHAANXI, importId, 20);
    await atOnce(4, async () => work.workOff());
    await Promise.all(ready.map((importId) => imports.apply(SHAANXI, importId)));
    await atOnce(4, async () => work.workOff());
    for (const importId of ready) {
      expect(await made(importId)).toBe('20/20');
      expect(await imports.apply(SHAANXI, importId)).toMatchObject({ state: 'APPLIED' });
      const trail = await auditTrail(db, importId);
      expect(trail.map(({ action }) => action)).toEqual(['OPEN_IMPORT', 'APPLY_IMPORT']);
    }
  });
});

describe('discarding', () => {
  it('removes rows and errors, and can’t be done to what is applied', async () => {
    const [one = '', two = ''] = await insured(2);
    const faulty = await checked([row(2, one, { category: 'x' }), row(3, two)]);
    expect(await imports.discard(SHAANXI, faulty.importId)).toMatchObject({ state: 'DISCARDED' });
    await work.workOff();
    expect(await staged(faulty.importId)).toBe(0);
    expect(await imports.discard(SHAANXI, faulty.importId)).toMatchObject({ state: 'DISCARDED' });
    const trail = await auditTrail(db, faulty.importId);
    expect(trail.map(({ action }) => action)).toEqual(['OPEN_IMPORT', 'DISCARD_IMPORT']);

    const good = await checked([row(2, one)]);
    await imports.apply(SHAANXI, good.importId);
    await expect(imports.discard(SHAANXI, good.importId)).rejects.toMatchObject({ reason: 'IMPORT_STATE_CONFLICT' });
    await work.workOff();
    await expect(imports.discard(SHAANXI, good.importId)).rejects.toMatchObject({ reason: 'IMPORT_STATE_CONFLICT' });
    await expect(imports.apply(SHAANXI, faulty.importId)).rejects.toMatchObject({ reason: 'IMPORT_STATE_CONFLICT' });
  });
});

describe('an import of somebody else', () => {
  it('is not there', async () => {
    const [one = ''] = await insured(1);
    const ofProvince = (await checked([row(2, one)])).importId;
    const ofXian = (await checked([row(2, one)], XIAN, '610100')).importId;
    const touch = (actor: Actor, importId: string): Promise<string[]> =>
      Promise.all([
        endOf(imports.get(actor, importId), 'seen'),
        endOf(imports.errors(actor, importId, null, 10), 'seen'),
        endOf(imports.stage(actor, importId, TITLES, [row(9, one)]), 'staged'),
        endOf(imports.complete(actor, importId, 1), 'completed'),
        endOf(imports.apply(actor, importId), 'applied'),
        endOf(imports.discard(actor, importId), 'discarded'),
      ]);
    const missing = Array.from({ length: 6 }, () => 'IMPORT_NOT_FOUND');
    const before = await rowCounts(db);
    expect(await touch(XIAN, ofProvince)).toEqual(missing);
    expect(await touch(BAOJI, ofXian)).toEqual(missing);
    expect(await touch(SICHUAN, ofXian)).toEqual(missing);
    expect(await touch(SHAANXI, randomUUID())).toEqual(missing);
    expect(await rowCounts(db)).toEqual(before);
    expect(await imports.get(SHAANXI, ofXian)).toMatchObject({ state: 'READY' });
  });
});

it('leaves sound audit chains', async () => expect(await auditFaults(db)).toEqual([]));
