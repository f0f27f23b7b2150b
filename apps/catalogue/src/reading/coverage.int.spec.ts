import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { CoverageService, type ProvinceCoverage } from './coverage.service.js';
import { HeavyReadingService } from './heavy-reading.service.js';
import { ASPIRIN, BED, entry, item, METFORMIN, PublishedDesk, shared, STENT, VISIT } from './published-desk.js';

const BEIJING = '110000';
const TIANJIN = '120000';
const SHAANXI = '610000';
const HOSPITAL = 'H11010500001';

let db: TestDatabase;
let desk: PublishedDesk;
let coverage: CoverageService;

beforeAll(async () => {
  db = await createTestDatabase('catalogue', migrations);
  desk = new PublishedDesk(db.superuserUrl);
  coverage = new CoverageService(new HeavyReadingService(db.database));
});
beforeEach(() => desk.clear());
afterAll(() => db.drop());

async function covered(province: string, on = '2026-03-01'): Promise<ProvinceCoverage> {
  const { provinces } = await coverage.cover(on);
  const found = provinces.find((each) => each.province === province);
  if (!found || found.versionId === null) throw new Error(`${province} has no catalogue`);
  return found;
}

describe('coverage', () => {
  it('names all 32 provinces by code, and of those without a catalogue nothing else', async () => {
    const { provinces, nationalVersionId } = await coverage.cover('2026-03-01');
    expect(provinces).toHaveLength(32);
    expect(provinces[0]).toEqual({ province: BEIJING, versionId: null });
    expect(nationalVersionId).toBeNull();
  });

  it('counts what is in force on the day, by kind, beside the national catalogue', async () => {
    await desk.publishItems('2026-01-01', [
      item(METFORMIN, '盐酸二甲双胍片'),
      item(ASPIRIN, '阿司匹林肠溶片', { endsOn: '2026-01-31' }),
      item(BED, '床位费'),
      item(VISIT, '诊查费'),
    ]);
    const national = await desk.publishItems('2026-02-01', [{ ...item(VISIT, '诊查费'), withdrawn: true }]);
    await desk.publish(BEIJING, '2026-01-01', [entry(METFORMIN), entry(ASPIRIN, { endsOn: '2026-02-28' }), entry(BED)]);
    const second = await desk.publish(BEIJING, '2026-02-01', [entry(STENT), { ...entry(BED), withdrawn: true }]);
    await desk.publish(BEIJING, '2026-04-01', [entry(VISIT)]);
    const found = await covered(BEIJING);
    expect(found).toMatchObject({ versionId: second.versionId, entries: 2 });
    expect(found.kinds.filter(({ entries, national: all }) => entries > 0 || all > 0)).toEqual([
      { kind: 'WESTERN_DRUG', entries: 1, national: 1 },
      { kind: 'SERVICE', entries: 0, national: 1 },
      { kind: 'CONSUMABLE', entries: 1, national: 0 },
    ]);
    expect((await coverage.cover('2026-03-01')).nationalVersionId).toBe(national.versionId);
    expect(await covered(BEIJING, '2026-01-31')).toMatchObject({ entries: 3 });
  });

  it('finds who says otherwise than most, and nobody where as many say either', async () => {
    const shares = [
      { insurance: null, personType: null, bps: 1000 },
      { insurance: 'EMPLOYEE', personType: 'RETIREE', bps: 500 },
    ] as const;
    await desk.publish(BEIJING, '2026-01-01', [
      entry(BED), // A: as most.
      shared(METFORMIN, 1000, { shares }),
      shared(ASPIRIN, 1000), // One of two ways, each said once.
      entry(STENT), // Only here.
    ]);
    await desk.publish(TIANJIN, '2026-01-01', [
      entry(BED),
      shared(METFORMIN, 1000, { shares: [...shares].reverse() }),
      shared(ASPIRIN, 2000),
    ]);
    await desk.publish(SHAANXI, '2026-01-01', [
      shared(BED, 500), // Another class than most; its share is the only one of class B.
      shared(METFORMIN, 2000), // Another share than most.
      entry(VISIT), // Only here.
    ]);
    const figures = async (province: string): Promise<number[]> => {
      const { shared: known, classDeviates, shareDeviates } = await covered(province);
      return [known, classDeviates, shareDeviates];
    };
    expect(await figures(BEIJING)).toEqual([3, 0, 0]);
    expect(await figures(TIANJIN)).toEqual([3, 0, 0]);
    expect(await figures(SHAANXI)).toEqual([2, 1, 1]);
  });

  it('counts own items by whether a mapping is in force, and conflicts that nobody resolved', async () => {
    await desk.publish(BEIJING, '2026-01-01', [entry(BED)]);
    await map('A', 1, '2026-01-01', BED);
    await map('B', 1, '2026-01-01', BED);
    await map('B', 2, '2026-02-01', null); // To nothing by now.
    await map('C', 1, '2026-04-01', BED); // Not yet.
    await list('MATCHED', ['A', 'B', 'C', 'D']);
    await list('MATCHED', ['D']); // Again: one item still.
    await list('FAULTY', ['E']); // Of which nothing was taken.
    for (const state of ['OPEN', 'ASSIGNED', 'ACCEPTED', 'GONE']) await conflict(state);
    expect(await covered(BEIJING)).toMatchObject({ mappedItems: 1, unmappedItems: 3, openConflicts: 2 });
    expect(await covered(BEIJING, '2026-01-31')).toMatchObject({ mappedItems: 2, unmappedItems: 2 });
    expect(await covered(BEIJING, '2026-04-01')).toMatchObject({ mappedItems: 2, unmappedItems: 2 });
  });
});

async function map(
  itemCode: string,
  revision: number,
  effectiveFrom: string,
  nationalCode: string | null,
): Promise<void> {
  await desk.run(
    `INSERT INTO item_mapping (province, institution_code, item_code, effective_from, revision, item_name, national_code, decider_kind,
       decided_by, decided_at, score_bps, evidence, remark)
     VALUES ($1, $2, $3, $4, $5, '某项目', $6, 'CLERK', 'clerk', now(), 10000, '[]', '')`,
    [BEIJING, HOSPITAL, itemCode, effectiveFrom, revision, nationalCode],
  );
}

async function list(state: string, itemCodes: readonly string[]): Promise<void> {
  const listId = randomUUID();
  await desk.run(
    `INSERT INTO item_list (province, institution_code, list_id, effective_from, state, opened_by, opened_at, updated_at)
     VALUES ($1, $2, $3, '2026-01-01', $4, 'clerk', now(), now())`,
    [BEIJING, HOSPITAL, listId, state],
  );
  await desk.run(
    `INSERT INTO item_list_row (province, institution_code, list_id, row_number, item_code, item, state)
     SELECT $1, $2, $3, row_number, item_code, '{}', 'QUEUED' FROM unnest($4::text[]) WITH ORDINALITY AS row(item_code, row_number)`,
    [BEIJING, HOSPITAL, listId, itemCodes],
  );
}

async function conflict(state: string): Promise<void> {
  await desk.run(
    `INSERT INTO catalogue_conflict (province, conflict_id, kind, state, institution_code, item_code, national_code, finding, found_at,
       last_seen_at)
     VALUES ($1, $2, 'ONE_TO_MANY', $3, $4, $3, '', '{}', now(), now())`,
    [BEIJING, randomUUID(), state, HOSPITAL],
  );
}
