import { fen } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  inOrderOfExpense,
  priceBasket,
  type BasketContext,
  type BasketLine,
  type Catalogue,
  type ProvincePrice,
} from './basket.js';
import { ASPIRIN, BED, entry, METFORMIN, shared, VISIT } from './published-desk.js';
import type { StandingEntry } from './standing.store.js';

const ANYBODY: BasketContext = { insurance: null, personType: null, hospitalLevel: null, visitKind: null };

function line(nationalCode: string, quantityE4: bigint, unitPriceMicroYuan: bigint): BasketLine {
  return { nationalCode, quantityE4, unitPriceMicroYuan, approved: false };
}

function catalogue(
  entries: readonly Omit<StandingEntry, keyof typeof SAID>[],
  items: string[] | null = null,
): Catalogue {
  return {
    entries: new Map(entries.map((each) => [each.nationalCode, { ...each, ...SAID }])),
    items: items && new Map(items.map((code) => [code, { chargeCategory: '05' }])),
  };
}
const SAID = { province: '110000', sequence: 1, effectiveFrom: '2026-01-01', versionId: 'v1' };

describe('a basket', () => {
  it('costs price times quantity, half a fen up, and the patient all but what is in scope', () => {
    const lines = [line(METFORMIN, 25_000n, 10_002_000n), line(BED, 10_000n, 80_005_000n)];
    const priced = priceBasket(lines, catalogue([shared(METFORMIN, 1000), entry(BED)]), ANYBODY);
    // 2.5 × 10.002 = 25.005 → 25.01, of which a tenth 2.501 → 2.50; 80.005 → 80.01.
    expect(priced.totalFen).toBe(2501n + 8001n);
    expect(priced.ownExpenseFen).toBe(250n);
    expect(priced.split).toEqual({
      fullSelfPayFen: 0n,
      overCeilingFen: 0n,
      firstSelfPayFen: 250n,
      inScopeFen: 2251n + 8001n,
    });
  });

  it('names for each line, in its order, the rule that split it', () => {
    const restriction = { needsApproval: true, text: '', minimumLevel: null, visitKinds: [], insurances: [] };
    const asked = [VISIT, METFORMIN, ASPIRIN, BED].map((code) => line(code, 10_000n, 1_000_000n));
    const found = catalogue(
      [shared(METFORMIN, 1000, { restriction }), entry(VISIT, { itemClass: 'C' }), entry(BED)],
      [VISIT, METFORMIN, ASPIRIN],
    );
    const { lines } = priceBasket(asked, found, ANYBODY);
    expect(lines.map(({ classified }) => classified.rule)).toEqual([
      'CLASS_C',
      'RESTRICTED',
      'UNLISTED',
      'NO_NATIONAL_ITEM',
    ]);
    expect(lines.map(({ chargeCategory }) => chargeCategory)).toEqual(['09', '09', '05', '14']);
    const approved = asked.map((each) => ({ ...each, approved: true }));
    expect(priceBasket(approved, found, ANYBODY).lines[1]?.classified.rule).toBe('ENTRY');
  });

  it('asks no national item where the nation has no catalogue', () => {
    const { lines } = priceBasket([line(BED, 10_000n, 1_000_000n)], catalogue([entry(BED)], null), ANYBODY);
    expect(lines[0]?.classified.rule).toBe('ENTRY');
  });

  it('loses no fen between what is paid by whom', () => {
    const amount = fc.bigInt({ min: 1n, max: 10_000_000n });
    const asked = fc.array(fc.tuple(fc.constantFrom(METFORMIN, BED, ASPIRIN), amount, amount), { minLength: 1 });
    fc.assert(
      fc.property(asked, fc.integer({ min: 1, max: 10_000 }), (lines, bps) => {
        const found = catalogue([shared(METFORMIN, bps), entry(BED)]);
        const { totalFen, split, ownExpenseFen } = priceBasket(
          lines.map(([code, quantity, price]) => line(code, quantity, price)),
          found,
          ANYBODY,
        );
        const exact = lines.reduce(
          (sum, [, quantity, price]) => sum + (quantity * price * 2n + 10n ** 8n) / (2n * 10n ** 8n),
          0n,
        );
        return totalFen === exact && ownExpenseFen + split.inScopeFen === totalFen;
      }),
    );
  });
});

describe('provinces', () => {
  const priced = (province: string, ownExpense: bigint): ProvincePrice => ({
    province,
    versionId: 'v1',
    sequence: 1,
    basket: { ...priceBasket([], catalogue([]), ANYBODY), ownExpenseFen: fen(ownExpense) },
  });

  it('stand from the least own expense to the most, equal ones by code, those without a catalogue last', () => {
    const prices = [
      { province: '650000', versionId: null },
      priced('610000', 300n),
      { province: '120000', versionId: null },
      priced('440000', 200n),
      priced('110000', 300n),
    ];
    const order = inOrderOfExpense(prices).map(({ province }) => province);
    expect(order).toEqual(['440000', '110000', '610000', '120000', '650000']);
  });
});
