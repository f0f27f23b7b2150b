import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accumulated,
  addDeltas,
  addTo,
  isAccumulatorKind,
  negateDeltas,
  type Accumulators,
  type Deltas,
} from './accumulators.js';

const kind = fc.constantFrom(
  'POOLING_PAID' as const,
  'INPATIENT_VISITS' as const,
  'OUTPATIENT_POOLING@2026-03' as const,
);
const totals: fc.Arbitrary<Accumulators> = fc.dictionary(kind, fc.bigInt({ min: -9n, max: 9n }));

describe('a person’s totals', () => {
  it('are nothing where nothing is said', () =>
    expect([accumulated({}, 'POOLING_PAID'), accumulated({ POOLING_PAID: 7n }, 'POOLING_PAID')]).toEqual([0n, 7n]));

  it.each<[string, Accumulators, Accumulators, Accumulators]>([
    ['add up kind by kind', { POOLING_PAID: 5n }, { POOLING_PAID: 3n }, { POOLING_PAID: 8n }],
    [
      'keep what nothing is added to',
      { POOLING_PAID: 5n },
      { MEDICAL_AID_PAID: 3n },
      { MEDICAL_AID_PAID: 3n, POOLING_PAID: 5n },
    ],
    [
      'leave out what has come to nothing',
      { POOLING_PAID: 5n, MEDICAL_AID_PAID: 1n },
      { POOLING_PAID: -5n },
      { MEDICAL_AID_PAID: 1n },
    ],
    ['leave out what never was anything', { POOLING_PAID: 0n }, { MEDICAL_AID_PAID: 0n }, {}],
  ])('%s', (_, before, deltas, after) => expect(addDeltas(before, deltas)).toEqual(after));

  it('are written in one order, whichever they came in', () => {
    const one = addDeltas({ POOLING_PAID: 1n, INPATIENT_VISITS: 1n }, { INPATIENT_POOLING: 1n });
    const other = addDeltas({ INPATIENT_POOLING: 1n }, { INPATIENT_VISITS: 1n, POOLING_PAID: 1n });
    expect(Object.keys(one)).toEqual(['INPATIENT_POOLING', 'INPATIENT_VISITS', 'POOLING_PAID']);
    expect(Object.keys(other)).toEqual(Object.keys(one));
  });

  it('are as before when the same is added and taken back', () => {
    fc.assert(
      fc.property(totals, totals, (before, deltas) => {
        const after = addDeltas(addDeltas(before, deltas), negateDeltas(deltas));
        expect(after).toEqual(addDeltas(before, {}));
      }),
    );
  });

  it('are the same in whichever order visits are added', () => {
    fc.assert(
      fc.property(totals, totals, totals, (before, one, other) => {
        expect(addDeltas(addDeltas(before, one), other)).toEqual(addDeltas(addDeltas(before, other), one));
      }),
    );
  });

  it('of one adjudication are put together without writing nothing down', () => {
    const deltas: Deltas = {};
    addTo(deltas, 'POOLING_PAID', 5n);
    addTo(deltas, 'POOLING_PAID', 3n);
    addTo(deltas, 'MEDICAL_AID_PAID', 0n);
    expect(deltas).toStrictEqual({ POOLING_PAID: 8n });
  });
});

describe('the name of a total', () => {
  it.each([
    'INPATIENT_VISITS',
    'CHRONIC_SCALE',
    'POOLING_PAID',
    'POOLING_EXPENSE',
    'LARGE_SUM_PAID',
    'OTHER_BASE',
    'OUTPATIENT_POOLING@2026-03',
    'OUTPATIENT_DEDUCTIBLE@2026Q1',
    'INPATIENT_DEDUCTIBLE@H11010800001',
    'CHRONIC_POOLING@M03900/2026-03',
  ])('may be %s', (text) => expect(isAccumulatorKind(text)).toBe(true));

  it.each([
    '',
    'POOLING',
    'POOLING_BASE',
    'pooling_paid',
    'POOLING_PAID@',
    'POOLING_PAID@a b',
    'POOLING_PAID@a@b',
    'VISITS',
    '@2026-03',
  ])('is not %j', (text) => expect(isAccumulatorKind(text)).toBe(false));
});
