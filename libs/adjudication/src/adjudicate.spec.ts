import fc from 'fast-check';
import { fen, parseRate, parseYuan, sumFen, ZERO_FEN, ZERO_RATE, type Fen, type Rate } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import {
  addDeltas,
  adjudicate,
  negateDeltas,
  splitTotal,
  type Adjudication,
  type Accumulators,
  type Claim,
  type FeeSplit,
  type Policy,
} from './index.js';

const yuan = (text: string): Fen => parseYuan(text) ?? ZERO_FEN;
const percent = (text: string): Rate => parseRate(text) ?? ZERO_RATE;
const sourced = { source: 'test', trust: 'A' as const };

/** 西安职工 as a public collection of city parameters gives it: level 3, deductible 1200, 80 %, cap 400,000, large-sum 90 %. */
const XIAN: Policy = {
  policyId: 'xian',
  region: '610100',
  insurance: 'EMPLOYEE',
  title: '西安职工',
  validFrom: '2022-01-01',
  validTo: null,
  visits: {
    INPATIENT: {
      deductible: {
        ...sourced,
        basis: 'PER_VISIT',
        standardFen: { ACTIVE: { TERTIARY: yuan('1200') }, RETIREE: { TERTIARY: yuan('1200') } },
        repeat: { mode: 'FACTORS', factors: [percent('1'), percent('0.8')] },
      },
      bands: [
        {
          ...sourced,
          upToFen: null,
          ratio: { ACTIVE: { TERTIARY: percent('80%') }, RETIREE: { TERTIARY: percent('85%') } },
        },
      ],
      bandsFrom: 'AFTER_DEDUCTIBLE',
      cap: null,
    },
    OUTPATIENT: {
      deductible: {
        ...sourced,
        basis: 'PER_YEAR',
        standardFen: { ACTIVE: { TERTIARY: yuan('200') } },
        repeat: { mode: 'NONE' },
      },
      bands: [{ ...sourced, upToFen: null, ratio: { ACTIVE: { TERTIARY: percent('50%') } } }],
      bandsFrom: 'AFTER_DEDUCTIBLE',
      cap: { ...sourced, annualFen: { ACTIVE: yuan('2000') } },
    },
  },
  poolingCap: { ...sourced, annualFen: yuan('400000') },
  largeSum: { ...sourced, ratio: percent('90%'), annualFen: yuan('100000') },
  criticalIllness: null,
  adjustments: {
    REFERRAL: { ...sourced, mode: 'POINTS', points: percent('10%') },
    EMERGENCY: { ...sourced, mode: 'POINTS', points: percent('10%') },
    OTHER_TEMPORARY: { ...sourced, mode: 'POINTS', points: percent('20%') },
  },
};

const split = (inScope: string, fullSelfPay = '0', overCeiling = '0', firstSelfPay = '0'): FeeSplit => ({
  fullSelfPayFen: yuan(fullSelfPay),
  overCeilingFen: yuan(overCeiling),
  firstSelfPayFen: yuan(firstSelfPay),
  inScopeFen: yuan(inScope),
});
const claim = (change: Partial<Claim> = {}): Claim => ({
  visitKind: 'INPATIENT',
  personType: 'ACTIVE',
  hospitalLevel: 'TERTIARY',
  benefitLevel: 'LOCAL',
  split: split('27500', '1000', '500', '1000'),
  ...change,
});
function paid(of: Claim, policy: Policy = XIAN, before: Accumulators = {}): Adjudication {
  const result = adjudicate(of, policy, before);
  if (!result.ok) throw new Error(result.reason);
  return result.adjudication;
}
const fund = (adjudication: Adjudication, name: string): Fen =>
  adjudication.funds.find((f) => f.fund === name)?.amountFen ?? ZERO_FEN;

describe('adjudication of the 30,000.00 yuan bill, 27,500.00 in scope', () => {
  it.each<[string, Partial<Claim>, Accumulators, string, string]>([
    ['a long-term resident', {}, {}, '21040.00', '8960.00'],
    ['a referral', { benefitLevel: 'REFERRAL' }, {}, '18410.00', '11590.00'],
    ['an emergency', { benefitLevel: 'EMERGENCY' }, {}, '18410.00', '11590.00'],
    ['another temporary stay', { benefitLevel: 'OTHER_TEMPORARY' }, {}, '15780.00', '14220.00'],
    ['a retiree', { personType: 'RETIREE' }, {}, '22355.00', '7645.00'],
    ['a second admission', {}, { INPATIENT_VISITS: 1n }, '21232.00', '8768.00'],
    ['a fifth admission', {}, { INPATIENT_VISITS: 4n }, '21232.00', '8768.00'],
  ])('pays %s', (_, change, before, pooling, personal) => {
    const result = paid(claim(change), XIAN, before);
    expect([fund(result, 'POOLING'), result.personalFen]).toEqual([yuan(pooling), yuan(personal)]);
  });

  it('by a factor instead of points', () => {
    const factor: Policy = {
      ...XIAN,
      adjustments: { ...XIAN.adjustments, OTHER_TEMPORARY: { ...sourced, mode: 'FACTOR', factor: percent('0.8') } },
    };
    expect(fund(paid(claim({ benefitLevel: 'OTHER_TEMPORARY' }), factor), 'POOLING')).toBe(yuan('16832'));
  });
});

describe('caps', () => {
  it('hands what lies above the pooling cap to the large-sum fund, counted on the base', () => {
    const result = paid(claim({ split: split('11200') }), XIAN, { POOLING_PAID: yuan('395000') });
    expect([fund(result, 'POOLING'), fund(result, 'LARGE_SUM'), result.personalFen]).toEqual([
      yuan('5000'),
      yuan('3375'),
      yuan('2825'),
    ]);
  });
  it('pays nothing above the large-sum cap', () => {
    const result = paid(claim({ split: split('101200') }), XIAN, {
      POOLING_PAID: yuan('400000'),
      LARGE_SUM_PAID: yuan('99000'),
    });
    expect(result.fundTotalFen).toBe(yuan('1000'));
  });
  it('pays nothing above the outpatient cap, and no large-sum either', () => {
    const result = paid(claim({ visitKind: 'OUTPATIENT', split: split('5000') }), XIAN, {
      OUTPATIENT_POOLING: yuan('1900'),
    });
    expect(result.funds).toEqual([{ fund: 'POOLING', amountFen: yuan('100') }]);
  });
});

describe('the yearly deductible', () => {
  it.each([
    ['150', '100', '50', '25'],
    ['200', '100', '0', '50'],
    ['0', '100', '100', '0'],
  ])('after %s used, a bill of %s pays %s more of it', (used, bill, deductible, pooling) => {
    const result = paid(claim({ visitKind: 'OUTPATIENT', split: split(bill) }), XIAN, {
      OUTPATIENT_DEDUCTIBLE: yuan(used),
    });
    expect([result.deductibleFen, fund(result, 'POOLING')]).toEqual([yuan(deductible), yuan(pooling)]);
  });
});

describe('critical illness', () => {
  const resident = (deductible: string, ratio: string, rule: Policy['criticalIllness']): Policy => ({
    ...XIAN,
    insurance: 'RESIDENT',
    visits: {
      INPATIENT: {
        deductible: {
          ...sourced,
          basis: 'PER_VISIT',
          standardFen: { RESIDENT: { TERTIARY: yuan(deductible) } },
          repeat: { mode: 'NONE' },
        },
        bands: [{ ...sourced, upToFen: null, ratio: { RESIDENT: { TERTIARY: percent(ratio) } } }],
        bandsFrom: 'AFTER_DEDUCTIBLE',
        cap: null,
      },
    },
    poolingCap: null,
    largeSum: null,
    criticalIllness: rule,
  });
  // A published 广州 example of 2022: 100,000 yuan, pooling 69,510.00, critical illness 7,374.00, personal 23,116.00.
  const guangzhou = resident('500', '70%', {
    ...sourced,
    thresholdFen: yuan('18000'),
    countsDeductible: true,
    bands: [{ upToFen: null, ratio: percent('60%') }],
    annualFen: null,
  });
  // 渭南: threshold 10,000 without the deductible; 60 % to 20,000 above it, then 70 %.
  const weinan = resident('1000', '65%', {
    ...sourced,
    thresholdFen: yuan('10000'),
    countsDeductible: false,
    bands: [
      { upToFen: yuan('20000'), ratio: percent('60%') },
      { upToFen: null, ratio: percent('70%') },
    ],
    annualFen: yuan('300000'),
  });

  it('pays the published 广州 example', () => {
    const result = paid(claim({ personType: 'RESIDENT', split: split('99800', '100', '0', '100') }), guangzhou);
    expect([fund(result, 'POOLING'), fund(result, 'CRITICAL_ILLNESS'), result.personalFen]).toEqual([
      yuan('69510'),
      yuan('7374'),
      yuan('23116'),
    ]);
  });
  it('pays the 渭南 vector', () => {
    const result = paid(claim({ personType: 'RESIDENT', split: split('120000') }), weinan);
    expect([fund(result, 'POOLING'), fund(result, 'CRITICAL_ILLNESS')]).toEqual([yuan('77350'), yuan('20155')]);
  });
  it('pays the year’s total alike however the year is divided into stays', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 200_000n, max: 5_000_000n }), { minLength: 1, maxLength: 8 }), (bills) => {
        let totals: Accumulators = {};
        for (const bill of bills) {
          const result = paid(
            claim({ personType: 'RESIDENT', split: { ...split('0'), inScopeFen: fen(bill) } }),
            weinan,
            totals,
          );
          totals = addDeltas(totals, result.deltas);
        }
        const above = (totals.CRITICAL_ILLNESS_BASE ?? 0n) - yuan('10000');
        const first = above < yuan('20000') ? above : yuan('20000');
        const due = above <= 0n ? 0n : (first * 60n + (above - first) * 70n + 50n) / 100n;
        expect(totals.CRITICAL_ILLNESS_PAID ?? 0n).toBe(due < yuan('300000') ? due : yuan('300000'));
      }),
    );
  });
});

describe('bands that count from zero, with the deductible inside the first', () => {
  const banded: Policy = {
    ...XIAN,
    poolingCap: { ...sourced, annualFen: yuan('60000') },
    largeSum: null,
    visits: {
      INPATIENT: {
        deductible: {
          ...sourced,
          basis: 'PER_VISIT',
          standardFen: { ACTIVE: { TERTIARY: yuan('400') } },
          repeat: { mode: 'NONE' },
        },
        bandsFrom: 'ZERO',
        cap: null,
        bands: [
          ['10000', '80%'],
          ['30000', '85%'],
          [null, '90%'],
        ].map(([upTo, ratio]) => ({
          ...sourced,
          upToFen: upTo ? yuan(upTo) : null,
          ratio: { ACTIVE: { TERTIARY: percent(ratio ?? '0') } },
        })),
      },
    },
  };
  it.each([
    ['10000', '7680'],
    ['30000', '24680'],
    ['400', '0'],
    ['200000', '60000'],
  ])('of %s in scope pay %s', (inScope, pooling) =>
    expect(fund(paid(claim({ split: split(inScope) }), banded), 'POOLING')).toBe(yuan(pooling)),
  );
});

describe('every adjudication', () => {
  const part = fc.bigInt({ min: 0n, max: 10n ** 8n }).map(fen);
  const anyClaim = fc.record({
    visitKind: fc.constantFrom('INPATIENT' as const, 'OUTPATIENT' as const),
    personType: fc.constantFrom('ACTIVE' as const, 'RETIREE' as const),
    hospitalLevel: fc.constantFrom('PRIMARY' as const, 'TERTIARY' as const),
    benefitLevel: fc.constantFrom(
      'LOCAL' as const,
      'REFERRAL' as const,
      'EMERGENCY' as const,
      'OTHER_TEMPORARY' as const,
    ),
    split: fc.record({ fullSelfPayFen: part, overCeilingFen: part, firstSelfPayFen: part, inScopeFen: part }),
  });
  const anyBefore = fc.record({
    INPATIENT_VISITS: fc.bigInt({ min: 0n, max: 5n }),
    OUTPATIENT_DEDUCTIBLE: fc.bigInt({ min: 0n, max: 20_000n }),
    OUTPATIENT_POOLING: fc.bigInt({ min: 0n, max: 200_000n }),
    POOLING_PAID: fc.bigInt({ min: 0n, max: 40_000_000n }),
  });

  it('divides the bill without creating or losing a fen, and no part is negative', () => {
    fc.assert(
      fc.property(anyClaim, anyBefore, (of, before) => {
        const result = paid(of, XIAN, before);
        const parts = [...result.funds.map((f) => f.amountFen), result.personalFen];
        return (
          sumFen(parts) === splitTotal(of.split) &&
          parts.every((p) => p >= 0n) &&
          result.fundTotalFen <= of.split.inScopeFen - result.deductibleFen
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('is undone exactly by taking its deltas back', () => {
    fc.assert(
      fc.property(anyClaim, anyBefore, (of, before) => {
        const { deltas } = paid(of, XIAN, before);
        expect(addDeltas(addDeltas(before, deltas), negateDeltas(deltas))).toEqual(addDeltas(before, {}));
      }),
    );
  });
});
