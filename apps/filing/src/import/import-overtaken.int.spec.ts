import { randomUUID } from 'node:crypto';
import type { Actor } from '@yiditong/chassis';
import { addMonths } from '@yiditong/codes';
import {
  auditFaults,
  createTestDatabase,
  PATIENCE,
  queryAs,
  rowCounts,
  waitingForLocks,
  type TestDatabase,
} from '@yiditong/testing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { COLLEAGUE, ImportDesk, LEASE_MS, row, SHAANXI, XIAN } from './import-desk.js';

const DAY_MS = 24 * 60 * 60_000;

let db: TestDatabase;
let desk: ImportDesk;
beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  desk = new ImportDesk(db);
});
beforeEach(() => desk.clock.pass(60 * LEASE_MS));
afterAll(() => db.drop());

/** Has an import applied up to where it waits for a decision that is under way, does something, and lets both go on. */
async function whileDeciding(something: () => Promise<void>): Promise<void> {
  const decider = new pg.Client({ connectionString: db.superuserUrl });
  await decider.connect();
  await decider.query("BEGIN; SELECT pg_advisory_xact_lock_shared(hashtextextended('import:610000', 0))");
  await whileWaiting(decider, something, 'COMMIT');
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
  await whileWaiting(other, something, ending);
}

async function whileWaiting(
  other: pg.Client,
  something: () => Promise<void>,
  ending: 'COMMIT' | 'ROLLBACK',
): Promise<void> {
  const working = desk.work.workOff();
  await expect.poll(async () => waitingForLocks(db), PATIENCE).toBe(1);
  await something();
  await other.query(ending);
  await other.end();
  await working;
}

describe('applying', () => {
  it('gives way to who filed while it was under way, whole, and says where', async () => {
    const [one = '', two = ''] = await desk.insured(2);
    const file = await desk.checked([row(2, one), row(3, two)]);
    await desk.imports.apply(SHAANXI, file.importId);
    let before: Awaited<ReturnType<typeof rowCounts>> = {};
    await whileFiling(two, async () => void (before = await rowCounts(db)), 'COMMIT');
    expect(await desk.imports.get(SHAANXI, file.importId)).toMatchObject({
      state: 'FAULTY',
      faultyRows: 1,
      appliedAt: null,
    });
    expect(await desk.told(file.importId)).toEqual(['C3 FILING_OVERLAPS']);
    expect(await rowCounts(db)).toEqual({
      ...before,
      filing: (before['filing'] ?? 0) + 1,
      filing_import_error: (before['filing_import_error'] ?? 0) + 1,
    });
  });

  it('gives way to an insurance that has ended since the check', async () => {
    const [one = '', two = ''] = await desk.insured(2);
    const file = await desk.checked([row(2, one), row(3, two)]);
    await desk.changeInsurance(one, '610100', false);
    await desk.imports.apply(SHAANXI, file.importId);
    await desk.work.workOff();
    expect(await desk.made(file.importId)).toBe('0/0');
    expect(await desk.imports.get(SHAANXI, file.importId)).toMatchObject({ state: 'FAULTY' });
    expect(await desk.told(file.importId)).toEqual(['A2 INSURANCE_INACTIVE']);
  });

  it('holds the province alone for its last steps, and takes the instant at which its rows become true after that', async () => {
    const [one = ''] = await desk.insured(1);
    const file = await desk.checked([row(2, one)]);
    await desk.imports.apply(SHAANXI, file.importId);
    const later = new Date(desk.clock.now().getTime() + 5_000);
    await whileDeciding(async () => desk.clock.pass(5_000));
    expect(await desk.imports.get(SHAANXI, file.importId)).toMatchObject({ state: 'APPLIED', appliedAt: later });
  });

  it('gives way to an insurance that ends while the rows are being filed', async () => {
    const [one = '', two = ''] = await desk.insured(2);
    const file = await desk.checked([row(2, one), row(3, two)]);
    await desk.imports.apply(SHAANXI, file.importId);
    await whileFiling(one, async () => desk.changeInsurance(two, '610300', false));
    expect(await desk.made(file.importId)).toBe('0/0');
    expect(await desk.told(file.importId)).toEqual(['A3 INSURANCE_INACTIVE']);
  });

  it('is not overtaken by an insurance that ends while its rows become true: the filing ends with it', async () => {
    const [one = '', two = ''] = await desk.insured(2);
    const file = await desk.checked([row(2, one), row(3, two)]);
    await desk.imports.apply(SHAANXI, file.importId);
    let recording: Promise<void> = Promise.resolve();
    await whileDeciding(async () => {
      recording = desk.changeInsurance(two, '610300', false);
      await expect.poll(async () => waitingForLocks(db), PATIENCE).toBe(2);
    });
    await recording;
    expect(await desk.made(file.importId)).toBe('2/3');
    const states = await queryAs(db.superuserUrl, 'SELECT state FROM filing WHERE person_id = $1', [two]);
    expect(states).toEqual([{ state: 'INVALIDATED' }]);
  });

  it.each<[string, Actor, string]>([
    ['an area, whose bureau may file nothing elsewhere', XIAN, '610100'],
    ['an area that its province imports for', SHAANXI, '610100'],
  ])('gives way to who has moved away from %s', async (_, actor, region) => {
    const [one = '', two = ''] = await desk.insured(2);
    const { importId } = await desk.checked([row(2, one), row(3, two)], actor, region);
    await desk.changeInsurance(two, '610300', true);
    expect(await desk.apply(importId, actor)).toMatchObject({ state: 'FAULTY', faultyRows: 1 });
    expect(await desk.told(importId)).toEqual(['A3 INSURED_REGION_MISMATCH']);
    expect(await desk.made(importId)).toBe('0/0');
  });

  it('files who has moved within the province where he is insured by now', async () => {
    const [one = ''] = await desk.insured(1);
    const { importId } = await desk.checked([row(2, one)]);
    await desk.changeInsurance(one, '610300', true);
    expect(await desk.apply(importId)).toMatchObject({ state: 'APPLIED' });
    const filed = await queryAs(db.superuserUrl, 'SELECT insured_region FROM filing WHERE import_id = $1', [importId]);
    expect(filed).toEqual([{ insured_region: '610300' }]);
  });

  it('on a later day than the check goes on once all has been checked again', async () => {
    const [one = ''] = await desk.insured(1);
    const { importId, checkedOn } = await desk.checked([row(2, one)]);
    desk.clock.pass(DAY_MS);
    const applied = await desk.apply(importId, COLLEAGUE);
    expect(applied).toMatchObject({ state: 'APPLIED', appliedBy: COLLEAGUE, checkedOn: desk.clock.businessDate() });
    expect(checkedOn).not.toBe(applied.checkedOn);
    expect(await desk.made(importId)).toBe('1/1');
  });

  it('on a later day than the check gives way to rules that hold no longer', async () => {
    const [one = '', two = ''] = await desk.insured(2);
    const edge = addMonths(desk.clock.businessDate(), -12);
    const file = await desk.checked([row(2, one), row(3, two, { valid_from: edge })]);
    expect(file).toMatchObject({ state: 'READY' });
    desk.clock.pass(DAY_MS);
    expect(await desk.apply(file.importId)).toMatchObject({ state: 'FAULTY', faultyRows: 1 });
    expect(await desk.told(file.importId)).toEqual(['D3 FILING_PERIOD_INVALID']);
    expect(await desk.made(file.importId)).toBe('0/0');
  });

  it('on a later day than the check gives way to a policy that was published since', async () => {
    const [one = ''] = await desk.insured(1);
    const file = await desk.checked([row(2, one, { valid_from: '2026-03-01', valid_to: '2026-10-01' })]);
    await desk.publish('610000', { kind: 'PROVINCE_POLICY', lockInMonths: 0, temporaryMonths: 12 });
    desk.clock.pass(DAY_MS);
    expect(await desk.apply(file.importId)).toMatchObject({ state: 'FAULTY' });
    expect(await desk.told(file.importId)).toEqual(['E2 FILING_PERIOD_INVALID']);
    await desk.withdrawRules();
  });

  it('that midnight overtakes is checked again, for its lock-in runs from the day on which it takes effect', async () => {
    const [one = ''] = await desk.insured(1);
    const long = { category: 'LONG_TERM_RESIDENT', valid_to: '', materials: '居住证明' };
    const { importId } = await desk.checked([row(2, one, long)]);
    await desk.imports.apply(SHAANXI, importId);
    await whileDeciding(async () => desk.clock.pass(DAY_MS));
    expect(await desk.imports.get(SHAANXI, importId)).toMatchObject({
      state: 'APPLIED',
      checkedOn: desk.clock.businessDate(),
    });
    expect(await desk.made(importId)).toBe('1/1');
  });
});

it('leaves sound audit chains', async () => expect(await auditFaults(db)).toEqual([]));
