import { formatYuan } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { sizesToCompare, valuesIn } from './compared-amounts.js';
import { documentOf, read, stay, yuan, type Json } from './spec-policies.js';

const sizes = (before: Json | null, after: Json, kind: 'INPATIENT' | 'OUTPATIENT' = 'INPATIENT') =>
  sizesToCompare(before && read(before), read(after), kind).map(
    ({ inScopeFen, paidEarlierFen }) => [inScopeFen, paidEarlierFen] as const,
  );
/** The bills in whole yuan to whom nothing was paid before, beyond the ordinary ones. */
const bills = (before: Json | null, after: Json): number[] =>
  sizes(before, after)
    .filter(([, paid]) => paid === 0n)
    .map(([amount]) => Number(formatYuan(amount)))
    .filter((amount) => ![2_000, 10_000, 50_000, 200_000].includes(amount));
/** What was paid before, in yuan, and on how large a bill it is looked at. */
const earlier = (before: Json | null, after: Json): string[] =>
  sizes(before, after)
    .filter(([, paid]) => paid > 0n)
    .map(([amount, paid]) => `${formatYuan(paid)} on ${formatYuan(amount)}`);

const banded = (...limits: string[]): Json => ({
  bands: [...limits, null].map((upTo) => ({ upTo, ratio: '80%' })),
});
const NONE = { deductible: { basis: 'NONE', standard: '0' } };
const layered = (change: Json = {}): Json => ({
  layers: [
    { fund: 'OTHER', base: 'SELF_PAY', countsDeductible: true, bands: [{ upTo: null, ratio: '50%' }], ...change },
  ],
});

describe('bills that versions are compared by', () => {
  it('are the ordinary ones, ascending, and one past the deductible', () => {
    expect(sizes(null, documentOf(NONE))).toEqual(['2000', '10000', '50000', '200000'].map((each) => [yuan(each), 0n]));
    expect(bills(null, documentOf())).toEqual([]);
    expect(bills(null, documentOf({ deductible: { basis: 'PER_VISIT', standard: '3000' } }))).toEqual([6_000]);
    const dearest = {
      basis: 'PER_VISIT',
      standard: { byLevel: { PRIMARY: '100', TERTIARY: '4000', SECONDARY: '300' } },
    };
    expect(bills(null, documentOf({ deductible: dearest }))).toEqual([8_000]);
  });

  it('are past the bounds of a share', () => {
    const share = (most: string | null): Json =>
      documentOf({
        deductible: { basis: 'PER_VISIT', standard: { shareOf: 'BILL', ratio: '20%', least: '3000', most } },
      });
    expect([bills(null, share(null)), bills(null, share('7000'))]).toEqual([[6_000], [14_000]]);
  });

  it('are past each band, threshold and limit with the deductible, as much as funds need to get there', () => {
    expect(bills(null, documentOf(banded('300', '7000')))).toEqual([1_300, 8_000]);
    expect(bills(null, documentOf(NONE, layered({ threshold: '600' })))).toEqual([12_000]);
    expect(bills(null, documentOf({}, layered({ threshold: '600' })))).toEqual([32_000]);
    expect(
      bills(
        null,
        documentOf(
          NONE,
          layered({
            bands: [
              { upTo: '30', ratio: '50%' },
              { upTo: null, ratio: '60%' },
            ],
          }),
        ),
      ),
    ).toEqual([600]);
    expect(bills(null, documentOf(NONE, layered({ yearlyMost: '3000' })))).toEqual([6_000]);
    const cap = (period: string): Json => ({ ...NONE, caps: [{ on: 'FUND', period, most: '3000' }] });
    expect([bills(null, documentOf(cap('VISIT'))), bills(null, documentOf(cap('YEAR')))]).toEqual([[6_000], []]);
    const pooling = { poolingCap: { on: 'FUND', period: 'YEAR', most: '3000' } };
    expect(bills(null, documentOf(NONE, pooling))).toEqual([]);
    expect(bills(null, documentOf(NONE, { ...pooling, ...layered() }))).toEqual([12_000]);
  });

  it('show first what only one version has, and ten at most', () => {
    const limits = Array.from({ length: 9 }, (_, at) => String(300 + at));
    const of = (...ours: string[]): Json => documentOf({ ...NONE, ...banded(...ours) });
    expect(bills(of(...limits), of(...limits))).toEqual([300, 301, 302, 303, 304, 305]);
    expect(bills(of(...limits), of(...limits.slice(0, 7)))).toEqual([300, 301, 302, 303, 307, 308]);
    expect(bills(of('300'), of('400'))).toEqual([300, 400]);
    expect(bills(null, of('300', '400'))).toEqual([300, 400]);
  });

  it('take a figure of each kind in turn', () => {
    const limits = Array.from({ length: 9 }, (_, at) => String(300 + at));
    const many = documentOf(
      { ...NONE, ...banded(...limits), caps: [{ on: 'FUND', period: 'VISIT', most: '3000' }] },
      layered({ threshold: '600' }),
    );
    expect(bills(null, many)).toEqual([300, 301, 302, 303, 6_000, 12_000]);
  });

  it('are the ordinary ones of a kind of visit that only one settles', () =>
    expect(
      sizes(documentOf(), documentOf({}, { visits: { INPATIENT: stay(), OUTPATIENT: stay(NONE) } }), 'OUTPATIENT'),
    ).toEqual(['2000', '10000', '50000', '200000'].map((each) => [yuan(each), 0n])));
});

describe('what was paid before', () => {
  const capped = (most: unknown, change: Json = {}, year: Json = {}): Json =>
    documentOf({ ...NONE, caps: [{ on: 'FUND', period: 'YEAR', most, ...change }] }, year);

  it('is nearly all that a cap lets pay which versions have otherwise, looked at on the largest bill', () => {
    expect(earlier(capped('3000'), capped('5000'))).toEqual(['2900.00 on 200000.00', '4900.00 on 200000.00']);
    expect(earlier(capped('3000'), capped('3000'))).toEqual([]);
    expect(earlier(capped('3000'), documentOf(NONE))).toEqual(['2900.00 on 200000.00']);
    expect(earlier(null, capped('3000'))).toEqual([]);
  });

  it('is nothing where the cap is hardly more, or of a visit', () => {
    expect(earlier(capped('100'), capped('100.01'))).toEqual(['0.01 on 200000.00']);
    expect(earlier(capped('3000', { period: 'VISIT' }), capped('5000', { period: 'VISIT' }))).toEqual([]);
  });

  it.each<[string, Json, Json]>([
    ['period', { period: 'MONTH' }, {}],
    ['count', { on: 'EXPENSE' }, {}],
    ['disease', { perDisease: true }, {}],
    ['year', {}, { benefitYear: { startsOn: '07-01', crossYear: 'WHOLE' } }],
  ])('is looked at where the same cap is counted by another %s', (_, change, year) =>
    expect(earlier(capped('3000'), capped('3000', change, year))).toEqual(['2900.00 on 200000.00']),
  );

  it('tells the cap over all kinds of visit from one’s own', () =>
    expect(
      earlier(capped('3000'), documentOf(NONE, { poolingCap: { on: 'FUND', period: 'YEAR', most: '3000' } })),
    ).toEqual(['2900.00 on 200000.00']));

  it('is of three caps at most', () =>
    expect(
      earlier(capped({ byLevel: { PRIMARY: '1000', SECONDARY: '2000', TERTIARY: '3000' } }), capped('4000')),
    ).toEqual(['900.00', '1900.00', '2900.00'].map((paid) => `${paid} on 200000.00`)));
});

it('a choice may come to all figures in it', () => {
  const { poolingCap } = read(
    documentOf(
      {},
      {
        poolingCap: {
          on: 'FUND',
          period: 'YEAR',
          most: [
            { when: { age: { from: 60 } }, is: { byLevel: { PRIMARY: '1', TERTIARY: '2' } } },
            { is: { byPerson: { ACTIVE: '3', RETIREE: '4' } } },
          ],
        },
      },
    ),
  );
  expect(poolingCap && valuesIn(poolingCap.most)).toEqual(['1', '2', '3', '4'].map(yuan));
});
