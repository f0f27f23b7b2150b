import { describe, expect, it } from 'vitest';
import { decodePolicy } from './policy.codec.js';
import { problemOf } from './policy-rules.js';

const sourced = { source: 'test', trust: 'D' };
const levels = (ratio: string) => ({ PRIMARY: ratio, SECONDARY: ratio, TERTIARY: ratio });
const band = (upToFen: string | null, ratio = '80%') => ({
  ...sourced,
  upToFen,
  ratio: { ACTIVE: levels(ratio), RETIREE: levels(ratio) },
});
const document = (bands: unknown = [band(null)], change: Record<string, unknown> = {}) => ({
  region: '610100',
  insurance: 'EMPLOYEE',
  title: 'test',
  validFrom: '2026-01-01',
  validTo: null,
  visits: {
    INPATIENT: {
      deductible: { ...sourced, basis: 'NONE', standardFen: {}, repeat: { mode: 'NONE' } },
      bands,
      bandsFrom: 'ZERO',
      cap: null,
    },
  },
  poolingCap: null,
  largeSum: null,
  criticalIllness: null,
  adjustments: {
    REFERRAL: { ...sourced, mode: 'POINTS', points: '10%' },
    EMERGENCY: { ...sourced, mode: 'NONE' },
    OTHER_TEMPORARY: { ...sourced, mode: 'POINTS', points: '20%' },
  },
  ...change,
});
const judge = (value: unknown): string | null => problemOf(decodePolicy(JSON.stringify(value)));

describe('a policy document', () => {
  it('is taken when whole', () => expect(judge(document())).toBeNull());
  it.each<[string, unknown, RegExp]>([
    ['bands must rise', document([band('200'), band('100'), band(null)]), /limits must rise/],
    ['the last band is open', document([band('200')]), /open-ended/],
    [
      'each person and level has a ratio',
      document([{ ...band(null), ratio: { ACTIVE: levels('80%') } }]),
      /a ratio is missing/,
    ],
    [
      'a referral falls by at most ten points',
      document(undefined, {
        adjustments: { ...document().adjustments, REFERRAL: { ...sourced, mode: 'POINTS', points: '11%' } },
      }),
      /REFERRAL/,
    ],
    ['it ends after it begins', document(undefined, { validTo: '2025-12-31' }), /before validFrom/],
  ])('refused: %s', (_, value, problem) => expect(judge(value)).toMatch(problem));

  it.each<[string, unknown, RegExp]>([
    ['an unknown field', document(undefined, { surprise: 1 }), /surprise/],
    ['a ratio above one', document([band(null, '120%')]), /ratio/],
    [
      'an amount that is a number',
      document(undefined, { poolingCap: { ...sourced, annualFen: 100 } }),
      /poolingCap.annualFen/,
    ],
    [
      'a figure without a source',
      document(undefined, { poolingCap: { annualFen: '100', trust: 'A' } }),
      /poolingCap.source/,
    ],
  ])('unreadable: %s', (_, value, problem) => expect(() => judge(value)).toThrow(problem));
});
