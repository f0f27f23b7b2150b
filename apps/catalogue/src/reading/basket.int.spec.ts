import { createTestDatabase, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { BasketService, type BasketQuestion } from './basket.service.js';
import { HeavyReadingService } from './heavy-reading.service.js';
import { ASPIRIN, BED, entry, item, METFORMIN, PublishedDesk, shared, VISIT } from './published-desk.js';

const BEIJING = '110000';
const SHAANXI = '610000';
const TIBET = '540000';

let db: TestDatabase;
let desk: PublishedDesk;
let baskets: BasketService;

beforeAll(async () => {
  db = await createTestDatabase('catalogue', migrations);
  desk = new PublishedDesk(db.superuserUrl);
  baskets = new BasketService(new HeavyReadingService(db.database));
});
beforeEach(() => desk.clear());
afterAll(() => db.drop());

const LINES = [
  // 3 × 33.335 = 100.005 yuan; 2 × 88 = 176; 1 × 12.5.
  { nationalCode: METFORMIN, quantityE4: 30_000n, unitPriceMicroYuan: 33_335_000n, approved: false },
  { nationalCode: BED, quantityE4: 20_000n, unitPriceMicroYuan: 88_000_000n, approved: false },
  { nationalCode: VISIT, quantityE4: 10_000n, unitPriceMicroYuan: 12_500_000n, approved: false },
];

function asked(change: Partial<BasketQuestion> = {}): BasketQuestion {
  const context = { insurance: null, personType: null, hospitalLevel: 'TERTIARY', visitKind: 'INPATIENT' } as const;
  return { provinces: [TIBET, BEIJING, SHAANXI], on: '2026-03-01', context, lines: LINES, ...change };
}

/** Beijing caps the bed at tertiary hospitals; Shaanxi has no entry for the visit, and another share from March on. */
async function publishBoth(): Promise<void> {
  const caps = [
    { hospitalLevel: null, microYuan: 50_000_000n },
    { hospitalLevel: 'TERTIARY', microYuan: 80_000_000n },
  ] as const;
  await desk.publish(BEIJING, '2026-01-01', [
    shared(METFORMIN, 1000),
    entry(BED, { caps, overCapRule: 'EXCESS' }),
    entry(VISIT),
  ]);
  await desk.publish(SHAANXI, '2026-01-01', [shared(METFORMIN, 1000), entry(BED)]);
  await desk.publish(SHAANXI, '2026-03-01', [shared(METFORMIN, 500)]);
}

describe('a basket in two provinces', () => {
  it('costs to the fen what each one’s catalogue of the day says, the cheaper first', async () => {
    await publishBoth();
    const prices = await baskets.price(asked());
    const figures = prices.map((price) =>
      price.versionId === null ? [price.province] : [price.province, price.basket.totalFen, price.basket.ownExpenseFen],
    );
    // Shaanxi: 5 % of 100.01 = 5.0005 → 5.00, and the visit's 12.50. Beijing: 10 % = 10.00, and 2 × 8 above the cap.
    expect(figures).toEqual([
      [SHAANXI, 10_001n + 17_600n + 1_250n, 500n + 1_250n],
      [BEIJING, 28_851n, 1_000n + 1_600n],
      [TIBET],
    ]);
  });

  it('costs what was said then on an earlier day', async () => {
    await publishBoth();
    const [shaanxi] = await baskets.price(asked({ provinces: [SHAANXI], on: '2026-02-28' }));
    expect(shaanxi).toMatchObject({ basket: { ownExpenseFen: 1_000n + 1_250n } });
  });

  it('is asked of all that have a catalogue where none is named', async () => {
    await publishBoth();
    const prices = await baskets.price(asked({ provinces: null }));
    expect(prices.map(({ province }) => province)).toEqual([SHAANXI, BEIJING]);
    expect(await baskets.price(asked({ provinces: null, on: '2025-12-31' }))).toEqual([]);
  });

  it('names the version that an entry is from', async () => {
    await desk.publish(BEIJING, '2026-01-01', [entry(BED)]);
    const second = await desk.publish(BEIJING, '2026-02-01', [shared(METFORMIN, 1000)]);
    const [price] = await baskets.price(asked({ provinces: [BEIJING] }));
    if (!price || price.versionId === null) throw new Error('there is a catalogue');
    expect(price.versionId).toBe(second.versionId);
    expect(price.basket.lines.map(({ entry: found }) => found?.sequence ?? null)).toEqual([2, 1, null]);
  });
});

describe('national items', () => {
  const rulesOf = async (on: string): Promise<unknown[]> => {
    const [price] = await baskets.price(asked({ provinces: [BEIJING], on }));
    return price && price.versionId !== null ? price.basket.lines.map(({ classified }) => classified.rule) : [];
  };

  it('are asked from the day on that the nation has a catalogue', async () => {
    await publishBoth();
    await desk.publishItems('2026-02-01', [
      item(METFORMIN, '盐酸二甲双胍片', { endsOn: '2026-02-28' }),
      item(BED, '床位费'),
      item(ASPIRIN, '阿司匹林肠溶片'),
    ]);
    await desk.publishItems('2026-03-15', [{ ...item(BED, '床位费'), withdrawn: true }]);
    expect(await rulesOf('2026-01-31')).toEqual(['ENTRY', 'ENTRY', 'ENTRY']);
    expect(await rulesOf('2026-02-28')).toEqual(['ENTRY', 'ENTRY', 'NO_NATIONAL_ITEM']);
    expect(await rulesOf('2026-03-01')).toEqual(['NO_NATIONAL_ITEM', 'ENTRY', 'NO_NATIONAL_ITEM']);
    expect(await rulesOf('2026-03-15')).toEqual(['NO_NATIONAL_ITEM', 'NO_NATIONAL_ITEM', 'NO_NATIONAL_ITEM']);
  });
});
