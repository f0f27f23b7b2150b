import { auditFaults, auditTrail, createTestDatabase, queryAs, rowCounts, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lockMappingsOf } from '../mapping/mapping.store.js';
import { migrations } from '../migrations/index.js';
import {
  BUREAU,
  CLERK_A,
  HarmonizationDesk,
  LEASE_MS,
  OF_A,
  OF_PROVINCE,
  row,
  TODAY,
  type Item,
} from './harmonization-desk.js';

const METFORMIN = 'XA10BAE041A001010100001';
const METFORMIN_OTHER_MAKER = 'XA10BAE041A001010100002';
const AMOXICILLIN = 'XJ01CAA040E001010100003';
const LIUWEI = 'ZA09FAL0162010100004';
const ENDED = 'XC08CAA002A001010100005';
const CARE = '001102000010000';

const ITEMS: readonly Item[] = [
  {
    code: METFORMIN,
    name: '盐酸二甲双胍片',
    form: '片剂',
    spec: '0.5g',
    pack: '20片/盒',
    maker: '甲制药有限公司',
    approval: '国药准字H20020001',
  },
  {
    code: METFORMIN_OTHER_MAKER,
    name: '盐酸二甲双胍片',
    form: '片剂',
    spec: '0.5g',
    pack: '20片/盒',
    maker: '乙制药有限公司',
    approval: '国药准字H20020002',
  },
  {
    code: AMOXICILLIN,
    name: '阿莫西林胶囊',
    form: '胶囊剂',
    spec: '0.25g',
    pack: '24粒/盒',
    maker: '丙制药有限公司',
    approval: '国药准字H20020003',
  },
  {
    code: LIUWEI,
    name: '六味地黄丸',
    form: '丸剂',
    spec: '9g',
    pack: '10丸/盒',
    maker: '丁制药有限公司',
    approval: '国药准字Z20020004',
  },
  {
    code: ENDED,
    name: '硝苯地平片',
    form: '片剂',
    spec: '10mg',
    pack: '100片/瓶',
    maker: '戊制药有限公司',
    endsOn: '2026-01-31',
  },
  { code: CARE, name: '住院诊查费', unit: '日' },
];
const OF_MAKER = {
  kind: '西药',
  dosage_form: '片剂',
  specification: '0.5g',
  pack: '20片/盒',
  manufacturer: '甲制药有限公司',
};

const DAY_MS = 86_400_000;
let db: TestDatabase;
let desk: HarmonizationDesk;
beforeAll(async () => {
  db = await createTestDatabase('catalogue', migrations);
  desk = new HarmonizationDesk(db);
  await desk.publishItems(ITEMS);
});
beforeEach(async () => {
  desk.clock.pass(1_000);
  await queryAs(
    db.superuserUrl,
    'TRUNCATE item_list, item_list_row, item_list_error, idempotency, item_mapping, catalogue_conflict, conflict_scan',
  );
});
afterAll(() => db.drop());

/** As another who is mapping the hospital's items meanwhile. */
async function whileLocked(work: () => Promise<{ readonly ended: Promise<void> }>): Promise<void> {
  const { ended } = await db.database.transaction(BUREAU, async (tx) => {
    await lockMappingsOf(tx, OF_A);
    return work();
  });
  await ended;
}

async function lockAwaited(): Promise<void> {
  const waiting = `SELECT FROM pg_locks JOIN pg_database d ON d.oid = database
    WHERE d.datname = current_database() AND locktype = 'advisory' AND NOT granted`;
  await expect.poll(() => queryAs(db.superuserUrl, waiting), { timeout: 10_000 }).toHaveLength(1);
}

describe('a row', () => {
  it('that names a national code is mapped to it, by its own code too', async () => {
    const list = await desk.matched([
      row(2, 'YP1', '二甲双胍片', { ...OF_MAKER, national_code: METFORMIN.toLowerCase() }),
      row(3, AMOXICILLIN, '阿莫西林胶囊', { kind: '西药', specification: '0.25g' }),
    ]);
    expect(list).toMatchObject({ state: 'MATCHED', rows: 2, mapped: 2 });
    expect(await desk.ends(list)).toEqual([`2 MAPPED ${METFORMIN}`, `3 MAPPED ${AMOXICILLIN}`]);
    const [mapping] = await desk.mappings.history(CLERK_A, OF_A, 'YP1');
    expect(mapping).toMatchObject({
      nationalCode: METFORMIN,
      deciderKind: 'RULE',
      decidedBy: 'match-1',
      effectiveFrom: TODAY,
      effectiveTo: null,
      listId: list.listId,
      itemName: '二甲双胍片',
    });
    expect(mapping?.scoreBps).toBeGreaterThan(0);
    expect(mapping?.evidence.map(({ feature }) => feature)).toContain('CODE');
  });

  it('of the same name in traditional characters, or with a brand, is the item of its maker', async () => {
    const list = await desk.matched([
      row(2, 'YP1', '鹽酸二甲雙胍片', OF_MAKER),
      row(3, 'YP2', '盐酸二甲双胍片（格华止）', { ...OF_MAKER, manufacturer: '乙制药有限公司' }),
      row(4, 'YP3', '阿莫西林胶囊', {
        kind: '西药',
        dosage_form: '胶囊',
        specification: '0.25g',
        pack: '24粒/盒',
        manufacturer: '丙制药有限公司',
      }),
    ]);
    expect(await desk.ends(list)).toEqual([
      `2 MAPPED ${METFORMIN}`,
      `3 MAPPED ${METFORMIN_OTHER_MAKER}`,
      `4 MAPPED ${AMOXICILLIN}`,
    ]);
  });

  it('that may be one of two waits for a clerk, with both and why', async () => {
    const list = await desk.matched([row(2, 'YP1', '盐酸二甲双胍片', { kind: '西药', specification: '0.5g' })]);
    expect(list).toMatchObject({ queued: 1, mapped: 0 });
    const { rows, items } = await desk.matches.list(CLERK_A, list, { state: 'QUEUED', afterRow: 0, limit: 10 });
    const codes = rows[0]?.candidates.map(({ nationalCode }) => nationalCode) ?? [];
    expect(codes.toSorted().slice(0, 2)).toEqual([METFORMIN, METFORMIN_OTHER_MAKER]);
    expect(rows[0]?.candidates[0]?.evidence[0]).toMatchObject({ zh: expect.any(String), en: expect.any(String) });
    expect(items.get(METFORMIN)).toMatchObject({ manufacturer: '甲制药有限公司' });
    expect(await desk.mappedOn(TODAY)).toEqual([]);
  });

  it('that is like nothing is refused, and what has ended is nothing', async () => {
    const list = await desk.matched([
      row(2, 'X1', '停车费', { kind: '医疗服务项目' }),
      row(3, 'X2', '硝苯地平片', {
        kind: '西药',
        specification: '10mg',
        pack: '100片/瓶',
        manufacturer: '戊制药有限公司',
      }),
    ]);
    expect(list).toMatchObject({ state: 'MATCHED', mapped: 0 });
    const { rows } = await desk.matches.list(CLERK_A, list, { state: null, afterRow: 0, limit: 10 });
    expect(rows.map(({ state }) => state)).toEqual(['REFUSED', 'REFUSED']);
    expect(JSON.stringify(rows)).not.toContain(ENDED);
  });
});

describe('a list', () => {
  it('of which a row is faulty names each cell, and takes nothing', async () => {
    const before = await rowCounts(db);
    const list = await desk.matched([
      row(2, 'YP1', '盐酸二甲双胍片', OF_MAKER),
      row(3, '', '', { kind: '零食', price_yuan: '二十', national_code: 'XA10BAE041A00101010000' }),
      row(4, 'YP4', '六味地黄丸'),
      row(6, 'YP4', '六味地黄丸'),
      row(7, 'YP5', '六味地黄丸'),
      row(8, 'YP5', '六味地黄丸', { price_yuan: '12' }),
    ]);
    expect(list).toMatchObject({ state: 'FAULTY', rows: 6, faultyRows: 3, mapped: 0 });
    expect(await desk.told(list)).toEqual([
      'A3 ROW_VALUE_MISSING',
      'B3 ROW_VALUE_MISSING',
      'C3 ROW_VALUE_INVALID',
      'J3 ROW_VALUE_INVALID',
      'K3 NATIONAL_CODE_INVALID',
      'A6 ROW_REPEATS',
      'A8 ROW_CONTRADICTS',
    ]);
    const errors = await desk.lists.errors(CLERK_A, list, null, 100);
    expect(errors.slice(-2).map(({ params }) => params['row'])).toEqual(['4', '7']);
    expect(JSON.stringify(errors)).not.toMatch(/零食|二十/);
    expect(await rowCounts(db)).toMatchObject({ item_mapping: before['item_mapping'] ?? 0 });
  });

  it('that says several codes of an item leaves all its rows to a clerk, whose word on one is for all', async () => {
    const list = await desk.matched([
      row(2, 'YP1', '盐酸二甲双胍片', { ...OF_MAKER, national_code: METFORMIN }),
      row(3, 'YP1', '盐酸二甲双胍片', { ...OF_MAKER, national_code: METFORMIN_OTHER_MAKER }),
    ]);
    expect(list).toMatchObject({ state: 'MATCHED', queued: 2 });
    await desk.conflicts.workOff();
    expect(await desk.conflictsOf('ONE_TO_MANY')).toMatchObject([
      { itemCode: 'YP1', state: 'OPEN', finding: { codes: [METFORMIN, METFORMIN_OTHER_MAKER] } },
    ]);
    await desk.matches.decide(BUREAU, 'request-many', list, { rowNumber: 3, nationalCode: METFORMIN, remark: '' });
    expect(await desk.ends(list)).toEqual([`2 CONFIRMED ${METFORMIN}`, `3 CONFIRMED ${METFORMIN}`]);
    expect(await desk.lists.get(CLERK_A, list)).toMatchObject({ queued: 0, mapped: 2 });
    await desk.conflicts.scan('610000');
    expect(await desk.conflictsOf('ONE_TO_MANY')).toMatchObject([{ state: 'GONE' }]);
  });

  it('that comes again leaves what stands as it is, and records a new price', async () => {
    const rows = [
      row(2, 'YP1', '盐酸二甲双胍片', { ...OF_MAKER, price_yuan: '23.5' }),
      row(3, 'YP2', '阿莫西林胶囊', {
        kind: '西药',
        specification: '0.25g',
        pack: '24粒/盒',
        manufacturer: '丙制药有限公司',
      }),
    ];
    await desk.matched(rows);
    const before = await rowCounts(db);
    const again = await desk.matched(rows);
    expect(again).toMatchObject({ state: 'MATCHED', unchanged: 2, mapped: 0 });
    expect(await rowCounts(db)).toMatchObject({ item_mapping: before['item_mapping'] });
    const dearer = await desk.matched([row(2, 'YP1', '盐酸二甲双胍片', { ...OF_MAKER, price_yuan: '24' })]);
    expect(await desk.ends(dearer)).toEqual([`2 UNCHANGED ${METFORMIN}`]);
    const prices = await queryAs(
      db.superuserUrl,
      `SELECT revision, price_micro_yuan AS price, decider_kind AS kind FROM item_mapping WHERE item_code = 'YP1' ORDER BY revision`,
    );
    expect(prices).toEqual([
      { revision: 1, price: '23500000', kind: 'RULE' },
      { revision: 2, price: '24000000', kind: 'RULE' },
    ]);
  });

  it('says nothing against a clerk, and counts for days from today on where an item is mapped already', async () => {
    await desk.mappings.revise(CLERK_A, 'request-word', OF_A, {
      itemCode: 'YP1',
      nationalCode: METFORMIN_OTHER_MAKER,
      effectiveFrom: '2026-01-15',
      remark: '以批件为准',
    });
    const claim = row(2, 'YP1', '盐酸二甲双胍片', { ...OF_MAKER, national_code: METFORMIN });
    const list = await desk.matched(
      [claim, row(3, 'YP9', '六味地黄丸', { national_code: LIUWEI })],
      CLERK_A,
      OF_A,
      '2026-02-01',
    );
    expect(await desk.ends(list)).toEqual(['2 QUEUED', `3 MAPPED ${LIUWEI}`]);
    expect(await desk.mappedOn('2026-02-01')).toEqual([`YP1 ${METFORMIN_OTHER_MAKER}`, `YP9 ${LIUWEI}`]);
    await desk.conflicts.scan('610000');
    expect(await desk.conflictsOf('ONE_TO_MANY')).toMatchObject([{ itemCode: 'YP1', state: 'OPEN' }]);
    await desk.matches.decide(CLERK_A, 'request-claim', list, { rowNumber: 2, nationalCode: METFORMIN, remark: '' });
    expect(await desk.mappedOn('2026-02-28')).toContain(`YP1 ${METFORMIN_OTHER_MAKER}`);
    expect(await desk.mappedOn(TODAY)).toContain(`YP1 ${METFORMIN}`);
  });

  it('is judged anew where an own code is used for another maker’s, and never against a clerk', async () => {
    const rows = [row(2, 'YP1', '盐酸二甲双胍片', OF_MAKER), row(3, 'YP2', '盐酸二甲双胍片', OF_MAKER)];
    expect(await desk.ends(await desk.matched(rows))).toEqual([`2 MAPPED ${METFORMIN}`, `3 MAPPED ${METFORMIN}`]);
    const word = { nationalCode: METFORMIN, effectiveFrom: TODAY, remark: '' };
    await desk.mappings.revise(CLERK_A, 'request-by-name', OF_A, { itemCode: 'YP2', ...word });
    const OF_OTHER = { ...OF_MAKER, manufacturer: '乙制药有限公司' };
    const reused = await desk.matched([
      row(2, 'YP1', '盐酸二甲双胍片', OF_OTHER),
      row(3, 'YP2', '盐酸二甲双胍片', { ...OF_OTHER, price_yuan: '9' }),
    ]);
    // What a clerk said without a list is of whatever has the name; from then on it is of what the list describes.
    expect(await desk.ends(reused)).toEqual([`2 MAPPED ${METFORMIN_OTHER_MAKER}`, `3 UNCHANGED ${METFORMIN}`]);
    const back = await desk.matched([
      row(2, 'YP1', '盐酸二甲双胍片', { ...OF_OTHER, unit: '盒' }),
      row(3, 'YP2', '盐酸二甲双胍片', { ...OF_OTHER, approval_number: '国药准字H20020002' }),
    ]);
    expect(await desk.ends(back)).toEqual([`2 UNCHANGED ${METFORMIN_OTHER_MAKER}`, '3 QUEUED']);
  });

  it('is judged by the catalogue of the day from which each mapping counts', async () => {
    const NIFEDIPINE = { kind: '西药', specification: '10mg', pack: '100片/瓶', manufacturer: '戊制药有限公司' };
    const rows = [row(2, 'YP1', '硝苯地平片', NIFEDIPINE), row(3, 'YP2', '硝苯地平片', NIFEDIPINE)];
    const word = { itemCode: 'YP2', nationalCode: null, effectiveFrom: '2026-01-10', remark: '' };
    await desk.mappings.revise(CLERK_A, 'request-none', OF_A, word);
    await queryAs(db.superuserUrl, `UPDATE item_mapping SET item_name = '心痛定', decider_kind = 'RULE'`);
    const list = await desk.matched(rows, CLERK_A, OF_A, '2026-01-15');
    expect(await desk.ends(list)).toEqual([`2 MAPPED ${ENDED}`, '3 REFUSED']);
  });

  it('is written as of the day on which it is, where midnight passed while it was judged', async () => {
    await desk.matched([row(2, 'YP1', '盐酸二甲双胍片', OF_MAKER)]);
    const upload = await desk.sent([row(2, 'YP1', '阿莫西林胶囊', { national_code: AMOXICILLIN })]);
    await desk.lists.complete(CLERK_A, upload, 1);
    await whileLocked(async () => {
      const working = desk.work.workOff();
      await lockAwaited();
      desk.clock.pass(DAY_MS);
      return { ended: working };
    });
    desk.clock.pass(-DAY_MS);
    const [mapping] = await desk.mappings.history(CLERK_A, OF_A, 'YP1');
    expect(mapping).toMatchObject({ nationalCode: AMOXICILLIN, effectiveFrom: '2026-03-02', revision: 2 });
    expect(mapping?.decidedAt.toISOString().slice(0, 10)).toBe('2026-03-02');
  });

  it('that was given up takes no clerk’s word', async () => {
    const list = await desk.matched([row(2, 'YP1', '盐酸二甲双胍片', { kind: '西药', specification: '0.5g' })]);
    await queryAs(db.superuserUrl, `UPDATE item_list SET state = 'DISCARDED'`);
    const word = { rowNumber: 2, nationalCode: METFORMIN, remark: '' };
    const decided = desk.matches.decide(CLERK_A, 'request-late', list, word);
    await expect(decided).rejects.toMatchObject({ reason: 'ITEM_LIST_STATE_CONFLICT' });
    expect(await desk.mappedOn(TODAY)).toEqual([]);
  });

  it('goes on where the one who matched it has died, and matches no row twice', async () => {
    const rows = Array.from({ length: 650 }, (_, index) =>
      row(index + 2, `C${index}`, '住院诊查费', { kind: '医疗服务项目', unit: '日' }),
    );
    const upload = await desk.sent(rows, BUREAU, OF_PROVINCE);
    await desk.lists.complete(BUREAU, upload, rows.length);
    // It dies in its second batch, after it has taken the list, done the first and locked what it would write.
    desk.clock.breakAfter(4);
    await desk.work.workOff();
    desk.clock.breakAfter(Number.POSITIVE_INFINITY);
    expect(await desk.lists.get(BUREAU, upload)).toMatchObject({ state: 'MATCHING', mapped: 100 });
    const other = desk.worker();
    await other.workOff();
    expect(await desk.lists.get(BUREAU, upload)).toMatchObject({ state: 'MATCHING', mapped: 100 });
    desk.clock.pass(LEASE_MS + 1);
    await other.workOff();
    expect(await desk.lists.get(BUREAU, upload)).toMatchObject({ state: 'MATCHED', mapped: 650 });
    const [count] = await queryAs(
      db.superuserUrl,
      'SELECT count(*)::int AS all, max(revision) AS last FROM item_mapping',
    );
    expect(count).toEqual({ all: 650, last: 1 });
    expect((await auditTrail(db, upload.listId)).map(({ action }) => action)).toEqual(['OPEN_LIST', 'MATCH_LIST']);
  });

  it('is matched once, whole, by several who work at once', async () => {
    const rows = Array.from({ length: 700 }, (_, index) =>
      row(index + 2, `D${index}`, '住院诊查费', { kind: '医疗服务项目' }),
    );
    const upload = await desk.sent(rows, BUREAU, OF_PROVINCE);
    await desk.lists.complete(BUREAU, upload, rows.length);
    await Promise.all([desk.work.workOff(), desk.worker().workOff(), desk.worker().workOff()]);
    const list = await desk.lists.get(BUREAU, upload);
    expect(list.mapped + list.queued).toBe(700);
    expect(list.state).toBe('MATCHED');
  });

  it('of 20,000 rows is matched, with progress', { timeout: 300_000 }, async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) =>
      row(index + 2, `E${index}`, ['盐酸二甲双胍片', '阿莫西林胶囊', '六味地黄丸', '住院诊查费'][index % 4] ?? '', {
        specification: ['0.5g', '0.25g', '9g', ''][index % 4] ?? '',
        manufacturer: ['甲制药有限公司', '丙制药有限公司', '丁制药有限公司', ''][index % 4] ?? '',
      }),
    );
    const upload = await desk.sent(rows, BUREAU, OF_PROVINCE);
    await desk.lists.complete(BUREAU, upload, rows.length);
    await desk.work.workOff();
    const list = await desk.lists.get(BUREAU, upload);
    expect(list).toMatchObject({ state: 'MATCHED', rows: 20_000, refused: 0 });
    expect(list.mapped + list.queued).toBe(20_000);
  });

  it('leaves sound audit chains', async () => expect(await auditFaults(db)).toEqual([]));
});
