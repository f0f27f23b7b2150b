import { randomUUID } from 'node:crypto';
import type { Actor } from '@yiditong/chassis';
import { auditFaults, auditTrail, createTestDatabase, FixedClock, queryAs, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import type { Registration } from './filing.codec.js';
import type { FilingRow } from './filing.entity.js';
import { BUREAU, FilingDesk, paper, self } from './filing-desk.js';
import type { FilingFilter } from './search.store.js';

const NOW = new Date('2026-03-02T02:00:00Z');
const EVERYTHING: FilingFilter = {
  insuredRegion: '610000',
  state: null,
  category: null,
  destinationRegion: null,
  validOn: null,
  personId: null,
  owing: false,
  importId: null,
};

let db: TestDatabase;
let desk: FilingDesk;
let clock: FixedClock;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  clock = new FixedClock(NOW);
  desk = new FilingDesk(db.database, clock);
});
beforeEach(async () => {
  await queryAs(db.superuserUrl, 'TRUNCATE filing, filing_version');
  clock.moveTo(NOW);
});
afterAll(() => db.drop());

async function search(filter: Partial<FilingFilter>, actor: Actor = BUREAU): Promise<string[]> {
  const page = await desk.reading.search(actor, { filter: { ...EVERYTHING, ...filter }, after: null, limit: 100 });
  return page.filings.map(({ filingId }) => filingId);
}

/** All that a search finds, page by page, with something done between each two. */
async function pages(limit: number, between: () => Promise<unknown> = () => Promise.resolve()): Promise<string[][]> {
  const found: string[][] = [];
  for (let after: string | null = null; ;) {
    const page = await desk.reading.search(BUREAU, { filter: EVERYTHING, after, limit });
    found.push(page.filings.map(({ filingId }) => filingId));
    if (page.nextAfter === null) return found;
    after = page.nextAfter;
    await between();
  }
}

const registerAt = async (region: string, change: Partial<Registration> = {}): Promise<FilingRow> => {
  const personId = desk.person(region);
  // Ids are made in the order of time.
  clock.moveTo(new Date(clock.now().getTime() + 1_000));
  return desk.register(personId, { insuredRegion: region, pledged: true, ...change });
};

describe('a search', () => {
  it('finds by each question alone, and by all of them together', async () => {
    const { personId, filingId: active } = await registerAt('610100');
    const [temporary, waiting, inBaoji] = [
      await registerAt('610100', { category: 'OTHER_TEMPORARY', destinationRegion: '320100', pledged: false }),
      await registerAt('610102', {
        destinationRegion: '310000',
        pledged: false,
        materials: [paper('RESIDENCE_PROOF')],
      }),
      await registerAt('610300', { destinationRegion: '320500' }),
    ].map(({ filingId }) => filingId);
    expect(await search({})).toEqual([inBaoji, waiting, temporary, active]);
    expect(await search({ insuredRegion: '610100' })).toEqual([waiting, temporary, active]);
    expect(await search({ insuredRegion: '610102' })).toEqual([waiting]);
    expect(await search({ state: 'SUBMITTED' })).toEqual([waiting]);
    expect(await search({ category: 'OTHER_TEMPORARY' })).toEqual([temporary]);
    expect(await search({ destinationRegion: '320000' })).toEqual([inBaoji, temporary]);
    expect(await search({ destinationRegion: '320100' })).toEqual([temporary]);
    expect(await search({ personId })).toEqual([active]);
    expect(await search({ owing: true })).toEqual([inBaoji, active]);
    expect(await search({ importId: randomUUID() })).toEqual([]);
    expect(await search({ validOn: '2026-03-01' })).toEqual([inBaoji, temporary, active]);
    expect(await search({ validOn: '2026-09-30' })).toEqual([inBaoji, temporary, active]);
    expect(await search({ validOn: '2026-10-01' })).toEqual([inBaoji, active]);
    expect(await search({ validOn: '2026-02-28' })).toEqual([]);
    const all = {
      state: 'ACTIVE',
      category: 'LONG_TERM_RESIDENT',
      destinationRegion: '110000',
      validOn: '2026-03-05',
    } as const;
    expect(await search({ ...all, personId, owing: true, insuredRegion: '610100' })).toEqual([active]);
  });

  it('finds what was filed a year late on the days before', async () => {
    const { filingId } = await registerAt('610100', { validFrom: '2025-03-02' });
    expect(await search({ validOn: '2025-03-02' })).toEqual([filingId]);
    expect(await search({ validOn: '2025-03-01' })).toEqual([]);
    expect(await search({ validOn: '1900-01-01' })).toEqual([]);
    expect(await search({ validOn: '2999-12-31' })).toEqual([filingId]);
  });

  it('shows a bureau its own place only, and another is not its to ask for', async () => {
    const inXian = await registerAt('610100');
    await registerAt('610300');
    const xian: Actor = { ...BUREAU, area: '610100' };
    expect(await search({ insuredRegion: '610100' }, xian)).toEqual([inXian.filingId]);
    for (const [actor, insuredRegion] of [
      [xian, '610000'],
      [xian, '610300'],
      [{ ...BUREAU, region: '420000' }, '610000'],
      [self(inXian.personId), '610000'],
    ] as const)
      await expect(search({ insuredRegion }, actor)).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
  });

  it('is complete page by page, newest first, while others file', async () => {
    const before: string[] = [];
    for (let filed = 0; filed < 23; filed++) before.unshift((await registerAt('610100')).filingId);
    const found = await pages(5, () => registerAt('610100'));
    expect(found.flat()).toEqual(before);
    expect(found.map(({ length }) => length)).toEqual([5, 5, 5, 5, 3]);
    // What came meanwhile is at the top of the next search.
    expect((await pages(100)).flat().slice(-before.length)).toEqual(before);
  });

  it('ends with an empty page where the last one was full', async () => {
    for (let filed = 0; filed < 4; filed++) await registerAt('610100');
    expect((await pages(2)).map(({ length }) => length)).toEqual([2, 2, 0]);
  });

  it('leaves one record a page: what was asked, and what was shown', async () => {
    const { filingId } = await registerAt('610100', { category: 'OTHER_TEMPORARY', pledged: false });
    const asked = { insuredRegion: '610900', category: 'OTHER_TEMPORARY' } as const;
    await search(asked);
    await search({ category: 'OTHER_TEMPORARY' });
    const [empty] = await auditTrail(db, '610900');
    expect(empty).toMatchObject({ action: 'SEARCH_FILINGS', after: { ...asked, count: 0, first: null, last: null } });
    const shown = (await auditTrail(db, '610000')).at(-1);
    expect(shown?.after).toMatchObject({ category: 'OTHER_TEMPORARY', count: 1, first: filingId, last: filingId });
  });
});

describe('the queue of reviews', () => {
  const submitAt = async (at: string, region = '610100'): Promise<FilingRow> => {
    clock.moveTo(new Date(at));
    return registerAt(region, { pledged: false, materials: [paper('RESIDENCE_PROOF')] });
  };
  const queue = (change: Partial<Parameters<typeof desk.reading.reviews>[1]> = {}, actor = BUREAU) =>
    desk.reading.reviews(actor, { insuredRegion: '610000', overdueOnly: false, after: null, limit: 100, ...change });

  it('has what is due first at the top, and counts what waits and what is late', async () => {
    const friday = await submitAt('2026-03-06T02:00:00Z');
    const monday = await submitAt('2026-03-02T02:00:00Z', '610300');
    const decided = await submitAt('2026-03-02T02:00:00Z');
    await desk.review(decided, 'ACCEPT');
    clock.moveTo(new Date('2026-03-04T15:59:59Z'));
    expect(await queue()).toMatchObject({ filings: [monday, friday], waiting: 2, overdue: 0, nextAfter: null });
    clock.moveTo(new Date('2026-03-04T16:00:00Z'));
    expect(await queue({ overdueOnly: true })).toMatchObject({ filings: [monday], waiting: 2, overdue: 1 });
    expect(await queue({ insuredRegion: '610100', overdueOnly: true })).toMatchObject({
      filings: [],
      waiting: 1,
      overdue: 0,
    });
    expect(await queue({ insuredRegion: '610300' }, { ...BUREAU, area: '610300' })).toMatchObject({
      filings: [monday],
    });
    const elsewhere = queue({ insuredRegion: '610000' }, { ...BUREAU, area: '610300' });
    await expect(elsewhere).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
  });

  it('is complete page by page, also of those due on one day', async () => {
    const submitted: string[] = [];
    for (let filed = 0; filed < 7; filed++) submitted.push((await submitAt('2026-03-02T02:00:00Z')).filingId);
    const found: string[] = [];
    for (let page = await queue({ limit: 3 }); ; page = await queue({ limit: 3, after: page.nextAfter })) {
      found.push(...page.filings.map(({ filingId }) => filingId));
      expect(page.waiting).toBe(7);
      if (page.nextAfter === null) break;
    }
    expect(found).toEqual(submitted.toSorted());
  });

  it('leaves a record of each look', async () => {
    await queue({ insuredRegion: '610800', overdueOnly: true });
    const [look] = await auditTrail(db, '610800');
    expect(look).toMatchObject({
      action: 'SEARCH_FILINGS',
      after: { state: 'SUBMITTED', overdueOnly: true, count: 0 },
    });
  });
});

it('the audit trail of all this is sound', async () => expect(await auditFaults(db)).toEqual([]));
