import {
  atOnce,
  auditFaults,
  auditTrail,
  createTestDatabase,
  endOf,
  queryAs,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  BUREAU,
  CLERK_A,
  CLERK_B,
  COLLEAGUE,
  HarmonizationDesk,
  HOSPITAL_A,
  OF_A,
  OF_B,
  OF_PROVINCE,
  row,
  SICHUAN,
  TODAY,
} from '../matching/harmonization-desk.js';
import { migrations } from '../migrations/index.js';

const ONE = 'XA10BAE041A001010100001';
const OTHER = 'XA10BAE041A001010100002';
const GONE = 'XA10BAE041A001010100003';

let db: TestDatabase;
let desk: HarmonizationDesk;
let requests = 0;
const requestId = (): string => `request-${++requests}`;
beforeAll(async () => {
  db = await createTestDatabase('catalogue', migrations);
  desk = new HarmonizationDesk(db);
  await desk.publishItems([
    { code: ONE, name: '盐酸二甲双胍片', spec: '0.5g', maker: '甲制药有限公司' },
    { code: OTHER, name: '盐酸二甲双胍片', spec: '0.5g', maker: '乙制药有限公司' },
    { code: GONE, name: '盐酸苯乙双胍片', endsOn: '2026-02-28' },
  ]);
});
beforeEach(async () => {
  await queryAs(db.superuserUrl, 'TRUNCATE item_list, item_list_row, item_list_error, item_mapping');
});
afterAll(() => db.drop());

const said = (nationalCode: string | null, effectiveFrom: string) => ({
  itemCode: 'YP1',
  nationalCode,
  effectiveFrom,
  remark: '经核对',
});

describe('a mapping', () => {
  it('is revised from a day on, and stays what it was for the days before', async () => {
    await desk.mappings.revise(CLERK_A, requestId(), OF_A, said(ONE, '2026-01-01'));
    await desk.mappings.revise(CLERK_A, requestId(), OF_A, said(OTHER, '2026-04-01'));
    await desk.mappings.revise(BUREAU, requestId(), OF_A, said(null, '2026-06-01'));
    expect(
      await Promise.all(['2025-12-31', '2026-03-31', '2026-04-01', '2026-06-01'].map((day) => desk.mappedOn(day))),
    ).toEqual([[], [`YP1 ${ONE}`], [`YP1 ${OTHER}`], ['YP1']]);
    const history = await desk.mappings.history(CLERK_A, OF_A, 'YP1');
    expect(history.map(({ effectiveFrom, effectiveTo, decidedBy }) => [effectiveFrom, effectiveTo, decidedBy])).toEqual(
      [
        ['2026-06-01', null, 'shaanxi-01'],
        ['2026-04-01', '2026-05-31', 'a-01'],
        ['2026-01-01', '2026-03-31', 'a-01'],
      ],
    );
    // What is said later for an earlier day takes the place of all that was to come.
    await desk.mappings.revise(CLERK_A, requestId(), OF_A, said(ONE, TODAY));
    expect(await desk.mappedOn('2026-07-01')).toEqual([`YP1 ${ONE}`]);
  });

  it('is never changed for days that are over', async () => {
    await desk.mappings.revise(CLERK_A, requestId(), OF_A, said(ONE, '2026-01-01'));
    await expect(desk.mappings.revise(CLERK_A, requestId(), OF_A, said(OTHER, '2026-02-28'))).rejects.toMatchObject({
      reason: 'MAPPING_EFFECTIVE_TOO_EARLY',
      params: { earliest: TODAY },
    });
    for (const code of [GONE, 'XA10BAE041A001010199999'])
      await expect(desk.mappings.revise(CLERK_A, requestId(), OF_A, said(code, TODAY))).rejects.toMatchObject({
        reason: 'NATIONAL_ITEM_NOT_FOUND',
        params: { code },
      });
  });

  it('is revised once for a request that is repeated, and each revision counts when many come at once', async () => {
    const request = requestId();
    const first = await desk.mappings.revise(CLERK_A, request, OF_A, said(ONE, TODAY));
    expect(await desk.mappings.revise(CLERK_A, request, OF_A, said(ONE, TODAY))).toEqual(first);
    await expect(desk.mappings.revise(CLERK_A, request, OF_A, said(OTHER, TODAY))).rejects.toMatchObject({
      reason: 'IDEMPOTENCY_KEY_REUSED',
    });
    await atOnce(6, (index) => desk.mappings.revise(CLERK_A, requestId(), OF_A, said(index % 2 ? ONE : OTHER, TODAY)));
    const history = await desk.mappings.history(CLERK_A, OF_A, 'YP1');
    expect(history.map(({ revision }) => revision)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    const trail = await auditTrail(db, `${HOSPITAL_A}/YP1`);
    expect(trail.at(-1)).toMatchObject({ action: 'REVISE_MAPPING', before: { revision: 6 }, after: { revision: 7 } });
  });

  it('is listed page by page, and by when it was decided', async () => {
    for (const itemCode of ['YP1', 'YP2', 'YP3'])
      await desk.mappings.revise(CLERK_A, requestId(), OF_A, { ...said(ONE, TODAY), itemCode });
    const since = desk.clock.now();
    desk.clock.pass(1_000);
    await desk.mappings.revise(CLERK_A, requestId(), OF_A, { ...said(OTHER, TODAY), itemCode: 'YP2' });
    const page = { on: null, after: 'YP1', limit: 1, decidedAfter: null };
    expect(await desk.mappings.list(CLERK_A, OF_A, page)).toMatchObject([{ itemCode: 'YP2', nationalCode: OTHER }]);
    const changed = await desk.mappings.list(CLERK_A, OF_A, { on: null, after: '', limit: 10, decidedAfter: since });
    expect(changed.map(({ itemCode }) => itemCode)).toEqual(['YP2']);
  });

  it('is for no day more than a year ahead', async () => {
    const revise = (day: string) => desk.mappings.revise(CLERK_A, requestId(), OF_A, said(null, day));
    await expect(revise('2027-03-03')).rejects.toMatchObject({
      reason: 'CATALOGUE_EFFECTIVE_TOO_LATE',
      params: { latest: '2027-03-02' },
    });
    expect(await revise('2027-03-02')).toMatchObject({ effectiveFrom: '2027-03-02' });
  });

  it('is told to who asks since the day before it took effect, however long ago it was decided', async () => {
    for (const [code, day] of [
      [ONE, TODAY],
      [OTHER, '2026-03-02'],
    ] as const)
      await desk.mappings.revise(CLERK_A, requestId(), OF_A, said(code, day));
    const toldSince = async (since: string) => {
      const page = { on: '2026-03-02', after: '', limit: 10, decidedAfter: new Date(since) };
      return (await desk.mappings.list(CLERK_A, OF_A, page)).map(({ nationalCode }) => nationalCode);
    };
    expect(await toldSince('2026-03-01T15:59:59Z')).toEqual([OTHER]);
    expect(await toldSince('2026-03-01T16:00:00Z')).toEqual([]);
  });
});

describe('a mapping that is taken back', () => {
  const taken = { itemCode: 'YP1', nationalCode: ONE, remark: '对照有误' };

  it('is in force until yesterday, and the item is nothing until what was to come', async () => {
    await desk.mappings.revise(CLERK_A, requestId(), OF_A, said(ONE, '2026-01-01'));
    await desk.mappings.revise(CLERK_A, requestId(), OF_A, said(OTHER, '2026-06-01'));
    const made = await desk.mappings.withdraw(CLERK_A, requestId(), OF_A, taken);
    expect(made).toMatchObject([
      { nationalCode: null, effectiveFrom: TODAY, effectiveTo: '2026-05-31', remark: '对照有误', decidedBy: 'a-01' },
      { nationalCode: OTHER, effectiveFrom: '2026-06-01', effectiveTo: null },
    ]);
    const days = ['2026-02-28', TODAY, '2026-05-31', '2026-06-01'];
    expect(await Promise.all(days.map((day) => desk.mappedOn(day)))).toEqual([
      [`YP1 ${ONE}`],
      ['YP1'],
      ['YP1'],
      [`YP1 ${OTHER}`],
    ]);
    const trail = (await auditTrail(db, `${HOSPITAL_A}/YP1`)).slice(-2);
    expect(trail.map(({ action, after }) => [action, after])).toEqual([
      ['REVISE_MAPPING', { nationalCode: null, revision: 3, effectiveFrom: TODAY }],
      ['REVISE_MAPPING', { nationalCode: OTHER, revision: 4, effectiveFrom: '2026-06-01' }],
    ]);
  });

  it('is taken back once for a request that is repeated, also on a later day', async () => {
    await desk.mappings.revise(CLERK_A, requestId(), OF_A, said(ONE, TODAY));
    const request = requestId();
    const answers = await atOnce(3, () => desk.mappings.withdraw(CLERK_A, request, OF_A, taken));
    desk.clock.pass(36 * 3_600_000);
    answers.push(await desk.mappings.withdraw(CLERK_A, request, OF_A, taken));
    desk.clock.pass(-36 * 3_600_000);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await desk.mappings.history(CLERK_A, OF_A, 'YP1')).toHaveLength(2);
    await expect(
      desk.mappings.withdraw(CLERK_A, request, OF_A, { ...taken, nationalCode: OTHER }),
    ).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('is not there a second time, nor to the neighbour, whose own stays', async () => {
    await desk.mappings.revise(CLERK_A, requestId(), OF_A, said(ONE, TODAY));
    await desk.mappings.revise(CLERK_B, requestId(), OF_B, { ...said(ONE, TODAY), itemCode: 'YP2' });
    const missing = { reason: 'MAPPING_NOT_FOUND' };
    await expect(desk.mappings.withdraw(CLERK_B, requestId(), OF_B, taken)).rejects.toMatchObject(missing);
    await expect(desk.mappings.withdraw(CLERK_B, requestId(), OF_A, taken)).rejects.toMatchObject(missing);
    await desk.mappings.withdraw(CLERK_A, requestId(), OF_A, taken);
    await expect(desk.mappings.withdraw(CLERK_A, requestId(), OF_A, taken)).rejects.toMatchObject(missing);
    expect(await desk.mappedOn(TODAY, CLERK_B, OF_B)).toEqual([`YP2 ${ONE}`]);
  });
});

describe('a queued row', () => {
  const queued = async () => desk.matched([row(2, 'YP1', '盐酸二甲双胍片', { kind: '西药', price_yuan: '20' })]);

  it('is decided by one of two clerks who come at once, and by nobody afterwards', async () => {
    const list = await queued();
    expect(list).toMatchObject({ queued: 1 });
    const deciding = (actor: typeof BUREAU, nationalCode: string) =>
      endOf(
        desk.matches.decide(actor, requestId(), list, { rowNumber: 2, nationalCode, remark: '按厂家' }),
        nationalCode,
      );
    const ends = await Promise.all([deciding(BUREAU, ONE), deciding(COLLEAGUE, OTHER)]);
    const chosen = ends.find((end) => end !== 'MATCH_DECIDED');
    expect([ONE, OTHER]).toContain(chosen);
    expect(ends).toContain('MATCH_DECIDED');
    expect(await desk.mappedOn(TODAY)).toEqual([`YP1 ${chosen}`]);
    expect(await desk.lists.get(CLERK_A, list)).toMatchObject({ queued: 0, mapped: 1 });
    const [mapping] = await desk.mappings.history(CLERK_A, OF_A, 'YP1');
    expect(mapping).toMatchObject({ deciderKind: 'CLERK', listId: list.listId, remark: '按厂家' });
    expect(mapping?.scoreBps).toBeGreaterThan(0);
    expect((await auditTrail(db, list.listId)).map(({ action }) => action)).toEqual([
      'OPEN_LIST',
      'MATCH_LIST',
      'DECIDE_MATCH',
    ]);
  });

  it('is no national item where a clerk says so, which stands when the list comes again', async () => {
    const list = await queued();
    const request = requestId();
    const decide = () =>
      desk.matches.decide(CLERK_A, request, list, { rowNumber: 2, nationalCode: null, remark: '院内自用' });
    const { rows } = await decide();
    expect(rows).toMatchObject([{ state: 'NONE', nationalCode: null, decidedBy: 'a-01', remark: '院内自用' }]);
    expect((await decide()).rows).toEqual(rows);
    expect(await desk.mappedOn(TODAY)).toEqual(['YP1']);
    const again = await queued();
    expect(await desk.ends(again)).toEqual(['2 UNCHANGED']);
  });

  it('is decided by nobody for what there is not', async () => {
    const list = await queued();
    const decide = (rowNumber: number, nationalCode: string) =>
      desk.matches.decide(CLERK_A, requestId(), list, { rowNumber, nationalCode, remark: '' });
    await expect(decide(3, ONE)).rejects.toMatchObject({ reason: 'MATCH_NOT_FOUND' });
    await expect(decide(2, GONE)).rejects.toMatchObject({ reason: 'NATIONAL_ITEM_NOT_FOUND' });
  });
});

describe('what a clerk says of a row counts by the nation’s catalogue', () => {
  const refused = async (from: string) => desk.matched([row(2, 'YP1', '停车费')], CLERK_A, OF_A, from);

  it('of the list’s day where the item was never mapped', async () => {
    const list = await refused('2026-02-15');
    await desk.matches.decide(CLERK_A, requestId(), list, { rowNumber: 2, nationalCode: GONE, remark: '' });
    expect(await desk.mappedOn('2026-02-15')).toEqual([`YP1 ${GONE}`]);
  });

  it('of today where it was, from when on the mapping counts', async () => {
    const list = await refused('2026-02-15');
    await desk.mappings.revise(CLERK_A, requestId(), OF_A, said(ONE, '2026-04-01'));
    const decide = (nationalCode: string) =>
      desk.matches.decide(CLERK_A, requestId(), list, { rowNumber: 2, nationalCode, remark: '' });
    await expect(decide(GONE)).rejects.toMatchObject({ reason: 'NATIONAL_ITEM_NOT_FOUND' });
    await decide(OTHER);
    expect(await desk.mappedOn(TODAY)).toEqual([`YP1 ${OTHER}`]);
  });
});

describe('a list and its mappings', () => {
  it('are the hospital’s own and its bureau’s, and nobody else’s', async () => {
    const list = await desk.matched([
      row(2, 'YP1', '盐酸二甲双胍片', {
        manufacturer: '甲制药有限公司',
        specification: '0.5g',
        kind: '西药',
        national_code: ONE,
      }),
    ]);
    expect(await desk.mappedOn(TODAY, BUREAU)).toEqual([`YP1 ${ONE}`]);
    expect((await desk.lists.list(BUREAU, OF_PROVINCE, null, 10)).map(({ listId }) => listId)).toEqual([list.listId]);
    for (const stranger of [CLERK_B, SICHUAN]) {
      await expect(desk.lists.get(stranger, list)).rejects.toMatchObject({ reason: 'ITEM_LIST_NOT_FOUND' });
      const page = { state: null, afterRow: 0, limit: 10 };
      await expect(desk.matches.list(stranger, list, page)).rejects.toMatchObject({ reason: 'ITEM_LIST_NOT_FOUND' });
      expect(await desk.mappedOn(TODAY, stranger)).toEqual([]);
      expect(await desk.lists.list(stranger, OF_PROVINCE, null, 10)).toEqual([]);
    }
    await expect(desk.lists.open(CLERK_B, requestId(), OF_A, TODAY)).rejects.toThrow(/row-level security/);
    expect(await desk.mappedOn(TODAY, CLERK_B, OF_B)).toEqual([]);
  });
});

it('leaves sound audit chains', async () => expect(await auditFaults(db)).toEqual([]));
