import { NATION } from '@yiditong/codes';
import { createTestDatabase, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CatalogueEntryRow } from '../catalogue/catalogue.entity.js';
import { migrations } from '../migrations/index.js';
import { ComparisonService, type Differences, type VersionPair } from './comparison.service.js';
import { differingFields, ENTRY_FIELDS } from './difference.js';
import { HeavyReadingService } from './heavy-reading.service.js';
import {
  ASPIRIN,
  BED,
  entry,
  item,
  METFORMIN,
  PublishedDesk,
  serviceCode,
  shared,
  STENT,
  VISIT,
} from './published-desk.js';

const BEIJING = '110000';
const SHAANXI = '610000';
const ALL = { after: '', limit: 1000 };

let db: TestDatabase;
let desk: PublishedDesk;
let comparisons: ComparisonService;

beforeAll(async () => {
  db = await createTestDatabase('catalogue', migrations);
  desk = new PublishedDesk(db.superuserUrl);
  comparisons = new ComparisonService(db.database, new HeavyReadingService(db.database));
});
beforeEach(() => desk.clear());
afterAll(() => db.drop());

function inBrief({ differences }: Differences): [string, string[], string][] {
  return differences.map(({ nationalCode, fields, first, second }) => [
    nationalCode,
    [...fields],
    first ? (second ? 'both' : 'first') : 'second',
  ]);
}

describe('two versions of a province', () => {
  async function twoVersions(): Promise<VersionPair> {
    const first = await desk.publish(BEIJING, '2026-01-01', [
      entry(BED),
      shared(METFORMIN, 1000),
      shared(ASPIRIN, 500, { name: '阿司匹林' }),
      entry(VISIT),
    ]);
    const second = await desk.publish(BEIJING, '2026-02-01', [
      shared(METFORMIN, 1500, { chargeCategory: null }),
      entry(STENT),
      { ...entry(VISIT), withdrawn: true },
    ]);
    return { scope: BEIJING, firstId: first.versionId, secondId: second.versionId };
  }

  it('differ by what the later one added, changed and withdrew', async () => {
    const found = await comparisons.compareVersions(await twoVersions(), ALL);
    expect(found.totals).toEqual({ onlyFirst: 1, onlySecond: 1, different: 1, same: 2 });
    expect(inBrief(found)).toEqual([
      [VISIT, [], 'first'],
      [STENT, [], 'second'],
      [METFORMIN, ['shares', 'charge_category'], 'both'],
    ]);
  });

  it('differ the other way round by the same', async () => {
    const { firstId, secondId, ...pair } = await twoVersions();
    const found = await comparisons.compareVersions({ ...pair, firstId: secondId, secondId: firstId }, ALL);
    expect(found.totals).toEqual({ onlyFirst: 1, onlySecond: 1, different: 1, same: 2 });
    expect(inBrief(found).map(([code, , side]) => [code, side])).toEqual([
      [VISIT, 'second'],
      [STENT, 'first'],
      [METFORMIN, 'both'],
    ]);
  });

  it('don’t see what a third says', async () => {
    const pair = await twoVersions();
    await desk.publish(BEIJING, '2026-03-01', [entry(BED, { itemClass: 'C' })]);
    const { totals } = await comparisons.compareVersions(pair, ALL);
    expect(totals).toEqual({ onlyFirst: 1, onlySecond: 1, different: 1, same: 2 });
  });

  it('are refused where one is of another catalogue', async () => {
    const pair = await twoVersions();
    const other = comparisons.compareVersions({ ...pair, scope: SHAANXI }, ALL);
    await expect(other).rejects.toMatchObject({ reason: 'CATALOGUE_VERSION_NOT_FOUND' });
  });
});

describe('two versions of the national catalogue', () => {
  it('differ by their items', async () => {
    const first = await desk.publishItems('2026-01-01', [
      item(METFORMIN, '盐酸二甲双胍片'),
      item(BED, '普通病房床位费'),
    ]);
    const second = await desk.publishItems('2026-02-01', [
      item(METFORMIN, '盐酸二甲双胍片', { pack: '20片/盒', endsOn: '2026-12-31' }),
    ]);
    const pair = { scope: NATION, firstId: first.versionId, secondId: second.versionId };
    const found = await comparisons.compareVersions(pair, ALL);
    expect(found.totals).toEqual({ onlyFirst: 0, onlySecond: 0, different: 1, same: 1 });
    expect(inBrief(found)).toEqual([[METFORMIN, ['pack', 'ends_on'], 'both']]);
    expect(found.differences[0]).toMatchObject({ of: 'ITEM', second: { effectiveFrom: '2026-02-01' } });
  });
});

describe('two provinces', () => {
  it('are compared as of a day, without what has ended, is withdrawn or begins later', async () => {
    const first = await desk.publish(BEIJING, '2026-01-01', [
      entry(BED, { provincialCode: 'BJ-1' }),
      entry(METFORMIN, { endsOn: '2026-01-31' }),
      shared(ASPIRIN, 1000),
    ]);
    await desk.publish(BEIJING, '2026-03-01', [{ ...entry(BED), withdrawn: true }]);
    const second = await desk.publish(SHAANXI, '2026-01-01', [
      entry(BED, { provincialCode: 'SN-1' }),
      entry(METFORMIN),
      shared(ASPIRIN, 2000),
    ]);
    const asked = { first: BEIJING, second: SHAANXI };
    const february = await comparisons.compareProvinces({ ...asked, on: '2026-02-28' }, ALL);
    expect(february.totals).toEqual({ onlyFirst: 0, onlySecond: 1, different: 1, same: 1 });
    expect(february).toMatchObject({ firstVersionId: first.versionId, secondVersionId: second.versionId });
    const january = await comparisons.compareProvinces({ ...asked, on: '2026-01-31' }, ALL);
    expect(january.totals).toEqual({ onlyFirst: 0, onlySecond: 0, different: 2, same: 1 });
    const march = await comparisons.compareProvinces({ ...asked, on: '2026-03-01' }, ALL);
    expect(march.totals).toEqual({ onlyFirst: 0, onlySecond: 2, different: 1, same: 0 });
  });

  it('are refused where one has no catalogue by then', async () => {
    await desk.publish(BEIJING, '2026-01-01', [entry(BED)]);
    await desk.publish(SHAANXI, '2026-02-01', [entry(BED)]);
    const early = comparisons.compareProvinces({ first: BEIJING, second: SHAANXI, on: '2026-01-31' }, ALL);
    await expect(early).rejects.toMatchObject({ reason: 'CATALOGUE_NOT_PUBLISHED', params: { region: SHAANXI } });
  });

  it('are compared page by page without repeating or losing a code, the first page with the totals of all', async () => {
    const codes = Array.from({ length: 95 }, (_, n) => serviceCode(n));
    const odd = (_: string, n: number): boolean => n % 2 === 1;
    await desk.publish(
      BEIJING,
      '2026-01-01',
      codes.filter(odd).map((code) => entry(code)),
    );
    await desk.publish(
      SHAANXI,
      '2026-01-01',
      codes.map((code, n) => entry(code, { itemClass: n % 5 === 0 ? 'C' : 'A' })),
    );
    const seen: string[] = [];
    for (let after: string | null = ''; after !== null;) {
      const pair = { first: BEIJING, second: SHAANXI, on: '2026-01-01' };
      const page: Differences = await comparisons.compareProvinces(pair, { after, limit: 10 });
      expect(page.totals).toEqual(after === '' ? { onlyFirst: 0, onlySecond: 48, different: 9, same: 38 } : null);
      seen.push(...page.differences.map(({ nationalCode }) => nationalCode));
      after = page.nextAfter;
    }
    const expected = codes.filter((code, n) => !odd(code, n) || n % 5 === 0);
    expect(seen).toEqual(expected);
  });
});

describe('what the database finds different', () => {
  const TENTH = { insurance: null, personType: null, bps: 1000 } as const;
  const RETIRED = { insurance: 'EMPLOYEE', personType: 'RETIREE', bps: 500 } as const;
  const CAP = { hospitalLevel: null, microYuan: 50_000_000n } as const;
  const TERTIARY = { hospitalLevel: 'TERTIARY', microYuan: 60_000_000n } as const;
  const RULE = { needsApproval: true, text: '限', minimumLevel: null, visitKinds: [], insurances: [] } as const;
  const VARIANTS: readonly Partial<CatalogueEntryRow>[] = [
    {},
    { itemClass: 'C' },
    { itemClass: 'B', shares: [TENTH] },
    { itemClass: 'B', shares: [TENTH, RETIRED] },
    { itemClass: 'B', shares: [RETIRED, TENTH] },
    { itemClass: 'B', shares: [TENTH, { ...RETIRED, insurance: null }] },
    { caps: [CAP, TERTIARY], overCapRule: 'EXCESS' },
    { caps: [TERTIARY, CAP], overCapRule: 'EXCESS' },
    { caps: [CAP], overCapRule: 'WHOLE' },
    { restriction: RULE },
    { restriction: { ...RULE, visitKinds: ['INPATIENT', 'CHRONIC'] } },
    { restriction: { ...RULE, visitKinds: ['CHRONIC', 'INPATIENT'] } },
    { restriction: { ...RULE, visitKinds: ['CHRONIC'] } },
    { restriction: { ...RULE, minimumLevel: 'SECONDARY' } },
    { chargeCategory: null },
    { name: '某项' },
    { provincialCode: 'BJ-1' },
    { endsOn: '2026-12-31' },
  ];

  it('is what the rules find different, whatever stands beside what', async () => {
    const pairs = VARIANTS.flatMap((first) => VARIANTS.map((second) => [first, second] as const));
    const side = (which: 0 | 1): CatalogueEntryRow[] =>
      pairs.map((pair, n) => entry(serviceCode(n), { provincialCode: 'P', ...pair[which] }));
    const first = await desk.publish(BEIJING, '2026-01-01', side(0));
    const second = await desk.publish(BEIJING, '2026-02-01', side(1));
    const pair = { scope: BEIJING, firstId: first.versionId, secondId: second.versionId };
    const found = await comparisons.compareVersions(pair, ALL);
    const [before, after] = [side(0), side(1)];
    const expected = before.filter((one, n) => {
      const other = after[n];
      return other !== undefined && differingFields(one, other, ENTRY_FIELDS).length > 0;
    });
    expect(found.differences.map(({ nationalCode }) => nationalCode)).toEqual(
      expected.map(({ nationalCode }) => nationalCode),
    );
    expect(found.differences.filter(({ fields }) => fields.length === 0)).toEqual([]);
    expect(found.totals).toMatchObject({ different: expected.length, same: pairs.length - expected.length });
    // Of 18 variants, three come in two orders: each is the same as itself, and those pairs as each other.
    expect(found.totals?.same).toBe(18 + 6);
  });
});

describe('a catalogue’s versions', () => {
  it('are listed newest first, from where a page ended', async () => {
    await desk.publish(BEIJING, '2026-01-01', []);
    await desk.publish(BEIJING, '2026-02-01', []);
    await desk.publish(BEIJING, '2026-02-01', []);
    await desk.publish(SHAANXI, '2026-01-01', []);
    const page = await comparisons.versions(BEIJING, null, 2);
    expect(page.map(({ sequence, effectiveFrom }) => [sequence, effectiveFrom])).toEqual([
      [3, '2026-02-01'],
      [2, '2026-02-01'],
    ]);
    const rest = await comparisons.versions(BEIJING, 2, 2);
    expect(rest.map(({ sequence }) => sequence)).toEqual([1]);
  });
});
