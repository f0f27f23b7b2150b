import { randomUUID } from 'node:crypto';
import { NATION } from '@yiditong/codes';
import {
  atOnce,
  auditFaults,
  auditTrail,
  createTestDatabase,
  endOf,
  queryAs,
  rowCounts,
  type TestDatabase,
} from '@yiditong/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { ImportDesk, LEASE_MS, row, SHAANXI, TITLES, XIAN, type Cells } from './import-desk.js';
import type { ImportFile, RowError, Upload } from './import.entity.js';

let db: TestDatabase;
let desk: ImportDesk;
beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  desk = new ImportDesk(db);
});
beforeEach(() => desk.clock.pass(60 * LEASE_MS));
afterAll(() => db.drop());

describe('an import', () => {
  it('with something wrong in every column names each cell, and applies nothing', async () => {
    const [person = ''] = await desk.insured(1);
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
    const file = await desk.checked([
      row(2, person),
      row(3, person, wrong),
      row(7, person, { destination_region: '410000' }),
    ]);
    expect(file).toMatchObject({ state: 'FAULTY', rows: 3, faultyRows: 2 });
    const errors = await desk.errorsOf(file.importId);
    expect(errors.map(({ cell }) => cell)).toEqual(['A3', 'B3', 'C3', 'D3', 'E3', 'F3', 'G3', 'C7']);
    expect(errors.map(({ columnName }) => columnName)).toEqual([...TITLES, '就医地区划']);
    expect(JSON.stringify(errors)).not.toMatch(/\d{17}/);
    await expect(desk.imports.apply(SHAANXI, file.importId)).rejects.toMatchObject({
      reason: 'IMPORT_HAS_ERRORS',
      params: { rows: '2' },
    });
    await desk.work.workOff();
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
    const [one = '', two = '', three = '', filed = '', before = ''] = await desk.insured(5);
    const [elsewhere = ''] = await desk.insured(1, '610300');
    const [ended = ''] = await desk.insured(1, '610100', false);
    const first = await desk.checked([row(2, filed), row(3, before)]);
    await desk.imports.apply(SHAANXI, first.importId);
    await desk.work.workOff();
    const file = await desk.checked(
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
    expect(await desk.told(file.importId)).toEqual([
      'C3 IMPORT_ROW_DUPLICATE',
      'C4 IMPORT_ROW_DUPLICATE',
      'C8 FILING_OVERLAPS',
      'A10 PERSON_UNKNOWN',
      'A11 INSURED_REGION_MISMATCH',
      'A12 INSURANCE_INACTIVE',
      'C14 IMPORT_ROW_DUPLICATE',
    ]);
    const rows = (await desk.errorsOf(file.importId)).flatMap(({ params }) => params['row'] ?? []);
    expect(rows).toEqual(['5', '2', '13']);
  });

  it('of a province judges each person by where he is insured', async () => {
    const [ofXian = ''] = await desk.insured(1, '610100');
    const [ofBaoji = ''] = await desk.insured(1, '610300');
    const parties = ['610100', '310000'];
    await desk.publish(NATION, { kind: 'AGREEMENT', name: '试点', parties, effect: 'EXEMPT', benefitLevel: 'LOCAL' });
    const file = await desk.checked([row(2, ofXian), row(3, ofBaoji)]);
    await desk.withdrawRules();
    expect(file).toMatchObject({ state: 'FAULTY', rows: 2, faultyRows: 1 });
    expect(await desk.errorsOf(file.importId)).toEqual([
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
    const [one = '', two = ''] = await desk.insured(2);
    const upload = await desk.sent([row(2, one), row(3, two, { category: 'x' })]);
    const again = await desk.imports.stage(SHAANXI, upload, TITLES, [
      row(2, one),
      row(3, two, { category: 'x' }),
      row(4, two),
    ]);
    expect(again).toMatchObject({ state: 'OPEN', rows: 3, faultyRows: 1 });
    expect(await desk.staged(upload.importId)).toBe(3);
    const otherwise = desk.imports.stage(SHAANXI, upload, TITLES.toReversed(), [row(5, two)]);
    await expect(otherwise).rejects.toMatchObject({ reason: 'SPREADSHEET_HEADER_INVALID' });
    const personal = desk.imports.stage(SHAANXI, upload, [...TITLES, '身份证号'], [row(5, two)]);
    await expect(personal).rejects.toMatchObject({ reason: 'SPREADSHEET_HEADER_INVALID' });
    await expect(desk.imports.complete(SHAANXI, upload, 4)).rejects.toMatchObject({
      reason: 'IMPORT_INCOMPLETE',
      params: { expected: '4', received: '3' },
    });
    expect(await desk.imports.complete(SHAANXI, upload, 3)).toMatchObject({ state: 'CHECKING' });
    expect(await desk.imports.complete(SHAANXI, upload, 3)).toMatchObject({ state: 'CHECKING' });
    const late = desk.imports.stage(SHAANXI, upload, TITLES, [row(5, two)]);
    await expect(late).rejects.toMatchObject({ reason: 'IMPORT_STATE_CONFLICT' });
    await desk.work.workOff();
  });

  it('counts right when batches of the same rows arrive at once', async () => {
    const persons = await desk.insured(50);
    const upload = await desk.sent([]);
    const rows = persons.map((person, index) => row(index + 2, person, index % 5 === 0 ? { category: 'x' } : {}));
    await atOnce(6, async () => desk.imports.stage(SHAANXI, upload, TITLES, rows));
    expect(await desk.imports.get(SHAANXI, upload.importId)).toMatchObject({ rows: 50, faultyRows: 10 });
    expect(await desk.staged(upload.importId)).toBe(50);
  });

  it('takes no more than 100,000 rows', async () => {
    const upload = await desk.sent([row(2, (await desk.insured(1))[0] ?? '')]);
    await queryAs(db.superuserUrl, 'UPDATE filing_import SET rows = 99999 WHERE import_id = $1', [upload.importId]);
    const two = [row(3, randomUUID()), row(4, randomUUID())];
    await expect(desk.imports.stage(SHAANXI, upload, TITLES, two)).rejects.toMatchObject({
      reason: 'IMPORT_TOO_LARGE',
      params: { limit: '100000' },
    });
    expect(await desk.imports.stage(SHAANXI, upload, TITLES, two.slice(1))).toMatchObject({ rows: 100_000 });
  });

  it('is made of one file: a newer upload replaces what an older one left, whatever its rows say', async () => {
    const persons = await desk.insured(6);
    const [first, second] = [persons.slice(0, 4), persons.slice(3)];
    const half = await desk.sent([
      ...first.map((person, index) => row(index + 2, person, { destination_region: '110000' })),
      row(9, 'x', { category: 'x' }),
    ]);
    const whole = { ...half, uploadId: uuidv7() };
    // Of another file the columns stand elsewhere.
    const turned = second.map((person, index) => ({
      ...row(index + 2, person),
      cells: row(2, person).cells.toReversed(),
    }));
    expect(await desk.imports.stage(SHAANXI, whole, TITLES.toReversed(), turned)).toMatchObject({
      rows: 3,
      faultyRows: 0,
      uploadId: whole.uploadId,
    });
    const refused = [
      desk.imports.stage(SHAANXI, half, TITLES, [row(2, first[0] ?? '')]),
      desk.imports.complete(SHAANXI, half, 5),
      desk.imports.complete(SHAANXI, { ...half, uploadId: uuidv7() }, 3),
    ];
    expect(await Promise.all(refused.map(async (ending) => endOf(ending, 'done')))).toEqual(
      refused.map(() => 'IMPORT_STATE_CONFLICT'),
    );
    await desk.imports.complete(SHAANXI, whole, 3);
    expect(await desk.imports.complete(SHAANXI, whole, 3)).toMatchObject({ state: 'CHECKING' });
    await desk.work.workOff();
    expect(await desk.imports.get(SHAANXI, whole.importId)).toMatchObject({ state: 'READY', checkedRows: 3 });
    await desk.apply(whole.importId);
    const filed = await queryAs<{ person: string; region: string }>(
      db.superuserUrl,
      'SELECT person_id AS person, destination_region AS region FROM filing WHERE import_id = $1',
      [whole.importId],
    );
    expect(filed.map(({ person }) => person).toSorted()).toEqual(second.toSorted());
    expect(filed.map(({ region }) => region)).toEqual(second.map(() => '310000'));
  });

  it('is the newer one’s, whole, when two are uploaded at once', async () => {
    const persons = await desk.insured(40);
    const older = await desk.opened();
    const newer = { ...older, uploadId: uuidv7() };
    const uploading = async (upload: Upload, destination: string, until?: Promise<unknown>): Promise<ImportFile> => {
      for (const [index, person] of persons.entries())
        await desk.imports.stage(SHAANXI, upload, TITLES, [
          row(index + 2, person, { destination_region: destination }),
        ]);
      await until;
      return desk.imports.complete(SHAANXI, upload, persons.length);
    };
    const winning = uploading(newer, '310000');
    const ends = await Promise.all([
      endOf(uploading(older, '110000', winning), 'completed'),
      endOf(winning, 'completed'),
    ]);
    expect(ends).toEqual(['IMPORT_STATE_CONFLICT', 'completed']);
    const staged = await queryAs(
      db.superuserUrl,
      'SELECT destination_region AS region, count(*)::int AS rows FROM filing_import_row WHERE import_id = $1 GROUP BY 1',
      [older.importId],
    );
    expect(staged).toEqual([{ region: '310000', rows: persons.length }]);
    await desk.work.workOff();
  });

  it('of which nothing has come is not complete', async () => {
    await expect(desk.imports.complete(SHAANXI, await desk.opened(), 2)).rejects.toMatchObject({
      reason: 'IMPORT_INCOMPLETE',
      params: { expected: '2', received: '0' },
    });
  });

  it('is opened once for a request that is repeated', async () => {
    const { importId } = await desk.imports.open(XIAN, 'request-1', '610100');
    expect(await desk.imports.open(XIAN, 'request-1', '610100')).toMatchObject({ importId, rows: 0, state: 'OPEN' });
    expect((await auditTrail(db, importId)).map(({ action, actor }) => [action, actor])).toEqual([
      ['OPEN_IMPORT', XIAN],
    ]);
  });

  it('lists its errors page by page', async () => {
    const { importId } = await desk.sent(
      Array.from({ length: 30 }, (_, index) => row(index + 2, 'x', { category: 'x' })),
    );
    const all = await desk.errorsOf(importId);
    expect(all).toHaveLength(60);
    const paged: RowError[] = [];
    for (let page = await desk.imports.errors(SHAANXI, importId, null, 7); page.length > 0;) {
      paged.push(...page);
      page = await desk.imports.errors(SHAANXI, importId, page.at(-1) ?? null, 7);
    }
    expect(paged).toEqual(all);
  });
});

it('leaves sound audit chains', async () => expect(await auditFaults(db)).toEqual([]));
