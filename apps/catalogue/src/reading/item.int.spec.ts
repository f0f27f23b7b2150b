import { createTestDatabase, FixedClock, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { ItemService, type SearchQuestion } from './item.service.js';
import { BED, entry, item, METFORMIN, PublishedDesk, shared, VISIT } from './published-desk.js';

const BEIJING = '110000';
const SHAANXI = '610000';
const SLOW = 'XA10BAE078A003010100001';
const AMOXICILLIN = 'XJ01CAA040E001010100001';
const CLAVULANATE = 'XJ01CRA043A001010100001';
const CEFTAZIDIME = 'XJ01DDT055B001010100001';
const ENDED = 'XA10BAE078A001010100002';
const TODAY = new Date('2026-03-01T04:00:00Z');

let db: TestDatabase;
let items: ItemService;

beforeAll(async () => {
  db = await createTestDatabase('catalogue', migrations);
  const desk = new PublishedDesk(db.superuserUrl);
  items = new ItemService(db.database, new FixedClock(TODAY));
  await desk.publishItems('2026-01-01', [
    item(METFORMIN, '盐酸二甲双胍片'),
    item(ENDED, '盐酸二甲双胍片', { endsOn: '2026-01-31' }),
    item(SLOW, '盐酸二甲双胍缓释片'),
    item(AMOXICILLIN, '阿莫西林胶囊'),
    item(CLAVULANATE, '阿莫西林克拉维酸钾片'),
    item(CEFTAZIDIME, '注射用头孢他啶'),
    item(BED, '普通病房床位费'),
    item(VISIT, '住院诊查费'),
  ]);
  await desk.publishItems('2026-02-01', [
    { ...item(VISIT, '住院诊查费'), withdrawn: true },
    item(BED, '普通病房床位费', { unit: '日' }),
  ]);
  await desk.publishItems('2026-04-01', [item(BED, '病房床位费')]);
  await desk.publish(BEIJING, '2026-01-01', [shared(METFORMIN, 1000), entry(BED)]);
  await desk.publish(SHAANXI, '2026-01-01', [entry(METFORMIN, { endsOn: '2026-02-28' }), entry(BED)]);
  await desk.publish(SHAANXI, '2026-02-01', [shared(BED, 500)]);
});
afterAll(() => db.drop());

async function found(text: string, change: Partial<SearchQuestion> = {}): Promise<string[]> {
  const all = await items.search({ text, kind: null, on: null, limit: 50, ...change });
  return all.map(({ item: { nationalCode } }) => nationalCode);
}

describe('items are found', () => {
  it('by the beginning of a code, in force on the day', async () => {
    expect(await found('XA10B')).toEqual([METFORMIN, SLOW]);
    expect(await found('xj01')).toEqual([AMOXICILLIN, CLAVULANATE, CEFTAZIDIME]);
    expect(await found('XA10B', { on: '2026-01-31' })).toEqual([METFORMIN, ENDED, SLOW]);
    expect(await found('XA10B', { on: '2025-12-31' })).toEqual([]);
  });

  it('by the whole code, which is certain', async () => {
    const [only, ...others] = await items.search({ text: BED, kind: null, on: null, limit: 50 });
    expect(only).toMatchObject({ scoreBps: 10_000, item: { unit: '日', effectiveFrom: '2026-02-01' } });
    expect(others).toEqual([]);
  });

  it('by the same name, which is certain, and after it by those alike', async () => {
    const all = await items.search({ text: '盐酸二甲双胍片', kind: null, on: null, limit: 50 });
    expect(all.map(({ item: { nationalCode } }) => nationalCode)).toEqual([METFORMIN, SLOW]);
    expect(all[0]?.scoreBps).toBe(10_000);
    expect(all[1]?.scoreBps).toBeLessThan(10_000);
  });

  it.each([
    ['阿莫克拉维酸', CLAVULANATE],
    ['头孢他啶', CEFTAZIDIME],
    ['阿莫西林', AMOXICILLIN],
    ['二甲双胍缓释', SLOW],
    ['床位费', BED],
    ['阿莫西林膠囊', AMOXICILLIN],
  ])('by the abbreviation or other spelling %s', async (text, code) => expect((await found(text))[0]).toBe(code));

  it('of one kind only where one is asked for', async () => {
    expect(await found('床位', { kind: 'SERVICE' })).toEqual([BED]);
    expect(await found('床位', { kind: 'WESTERN_DRUG' })).toEqual([]);
  });

  it('no more than are asked for, and none by what no name has', async () => {
    expect(await found('XJ01', { limit: 2 })).toEqual([AMOXICILLIN, CLAVULANATE]);
    expect(await found('量子')).toEqual([]);
    expect(await found("%_'; --")).toEqual([]);
  });

  it('under the name that they have on the day, withdrawn ones not at all', async () => {
    expect(await found('住院诊查费')).toEqual([]);
    expect(await found('住院诊查费', { on: '2026-01-31' })).toEqual([VISIT]);
    const [later] = await items.search({ text: '病房床位费', kind: null, on: '2026-04-01', limit: 1 });
    expect(later).toMatchObject({ scoreBps: 10_000, item: { nationalCode: BED, name: '病房床位费' } });
  });
});

describe('an item', () => {
  it('is read with all its versions, and what provinces say of it on a day', async () => {
    const story = await items.get(BED, null);
    expect(story.item).toMatchObject({ sequence: 2, unit: '日' });
    expect(story.versions.map(({ sequence, name }) => [sequence, name])).toEqual([
      [3, '病房床位费'],
      [2, '普通病房床位费'],
      [1, '普通病房床位费'],
    ]);
    expect(story.entries.map(({ province, itemClass, sequence }) => [province, itemClass, sequence])).toEqual([
      [BEIJING, 'A', 1],
      [SHAANXI, 'B', 2],
    ]);
    expect((await items.get(METFORMIN, null)).entries.map(({ province }) => province)).toEqual([BEIJING]);
  });

  it('that is withdrawn, has ended or begins later is not in force, but its versions are there', async () => {
    const withdrawn = await items.get(VISIT, null);
    expect(withdrawn.item).toBeNull();
    expect(withdrawn.versions.map((version) => version.withdrawn)).toEqual([true, false]);
    expect((await items.get(ENDED, null)).item).toBeNull();
    expect((await items.get(ENDED, '2026-01-31')).item).not.toBeNull();
    expect((await items.get(ENDED, '2025-12-31')).item).toBeNull();
  });

  it('that there never was is refused', async () => {
    const unknown = items.get('001109000010001', null);
    await expect(unknown).rejects.toMatchObject({
      reason: 'NATIONAL_ITEM_NOT_FOUND',
      params: { code: '001109000010001' },
    });
  });
});
