import fc from 'fast-check';
import { fen, sumFen, type Fen } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import {
  addDeltas,
  adjudicate,
  negateDeltas,
  splitTotal,
  type Accumulators,
  type Claim,
  type ClaimPart,
  type FeeSplit,
} from './index.js';
import { claim, documentOf, paid, paidBy, read, split, yuan } from './spec-policies.js';

const AWAY = [
  { when: { benefitLevels: ['REFERRAL', 'EMERGENCY'] }, mode: 'POINTS_LESS', points: '10%' },
  { when: { benefitLevels: ['OTHER_TEMPORARY'] }, mode: 'POINTS_LESS', points: '20%' },
];
const OUTPATIENT = {
  deductible: { basis: 'PER_YEAR', standard: { byPerson: { ACTIVE: '200' } } },
  bands: [{ upTo: null, ratio: { byPerson: { ACTIVE: '50%', RETIREE: '60%' } } }],
  bandsFrom: 'AFTER_DEDUCTIBLE',
  caps: [{ period: 'YEAR', on: 'FUND', most: { byPerson: { ACTIVE: '2000' } } }],
};
/** 西安职工 as a public collection of city parameters gives it: level 3, deductible 1200, 80 %, cap 400,000, large-sum 90 %. */
const XIAN_INPATIENT = {
  deductible: {
    basis: 'PER_VISIT',
    standard: '1200',
    adjustments: [{ mode: 'FACTORS_BY_VISIT', factors: ['1', '0.8'] }],
  },
  bands: [{ upTo: null, ratio: { byPerson: { ACTIVE: '80%', RETIREE: '85%' } } }],
  bandsFrom: 'AFTER_DEDUCTIBLE',
};
const XIAN_DOCUMENT = documentOf(undefined, {
  visits: { INPATIENT: XIAN_INPATIENT, OUTPATIENT },
  adjustments: AWAY,
  poolingCap: { period: 'YEAR', on: 'FUND', most: '400000' },
  layers: [
    {
      fund: 'LARGE_SUM',
      base: 'ABOVE_POOLING_CAP',
      countsDeductible: true,
      bands: [{ upTo: null, ratio: '90%' }],
      yearlyMost: '100000',
    },
  ],
});
const XIAN = read(XIAN_DOCUMENT);

describe('adjudication of the 30,000.00 yuan bill, 27,500.00 in scope', () => {
  const bill = split('27500', '1000', '500', '1000');

  it.each<[string, Partial<Claim>, Accumulators, string, string]>([
    ['a long-term resident', {}, {}, '21040.00', '8960.00'],
    ['a referral', { benefitLevel: 'REFERRAL' }, {}, '18410.00', '11590.00'],
    ['an emergency', { benefitLevel: 'EMERGENCY' }, {}, '18410.00', '11590.00'],
    ['another temporary stay', { benefitLevel: 'OTHER_TEMPORARY' }, {}, '15780.00', '14220.00'],
    ['a retiree', { personType: 'RETIREE' }, {}, '22355.00', '7645.00'],
    ['a second admission', {}, { INPATIENT_VISITS: 1n }, '21232.00', '8768.00'],
    ['a fifth admission', {}, { INPATIENT_VISITS: 4n }, '21232.00', '8768.00'],
  ])('pays %s', (_, change, before, pooling, personal) => {
    const result = paid(claim({ split: bill, ...change }), XIAN, before);
    expect([paidBy('POOLING', result), result.personalFen]).toEqual([yuan(pooling), yuan(personal)]);
  });

  it('by a factor instead of points', () => {
    const factor = { when: { benefitLevels: ['OTHER_TEMPORARY'] }, mode: 'FACTOR', factor: '0.8' };
    const policy = read({ ...XIAN_DOCUMENT, adjustments: [factor] });
    const result = paid(claim({ split: bill, benefitLevel: 'OTHER_TEMPORARY' }), policy);
    expect(paidBy('POOLING', result)).toBe(yuan('16832'));
  });

  it('explains each step by the rule that it comes from', () => {
    const { explanation } = paid(claim({ split: bill, benefitLevel: 'REFERRAL' }), XIAN);
    expect(explanation.map(({ rule, rate, resultFen }) => [rule, rate, resultFen])).toEqual([
      ['IN_SCOPE', '', yuan('27500')],
      ['DEDUCTIBLE', '', yuan('1200')],
      ['POOLING_RATIO', '70%', yuan('18410')],
      ['PERSONAL', '', yuan('11590')],
    ]);
  });
});

describe('caps', () => {
  it('hands what lies above the pooling cap to the large-sum fund, counted on the base', () => {
    const result = paid(claim({ split: split('11200') }), XIAN, { POOLING_PAID: yuan('395000') });
    expect([paidBy('POOLING', result), paidBy('LARGE_SUM', result), result.personalFen]).toEqual([
      yuan('5000'),
      yuan('3375'),
      yuan('2825'),
    ]);
  });
  it('pays nothing above the large-sum cap', () => {
    const before = { POOLING_PAID: yuan('400000'), LARGE_SUM_PAID: yuan('99000') };
    expect(paid(claim({ split: split('101200') }), XIAN, before).fundTotalFen).toBe(yuan('1000'));
  });
  it('pays nothing above the outpatient cap, and no large-sum either', () => {
    const visit = claim({ visitKind: 'OUTPATIENT', split: split('5000') });
    const result = paid(visit, XIAN, { OUTPATIENT_POOLING: yuan('1900') });
    expect(result.funds).toEqual([{ fund: 'POOLING', amountFen: yuan('100') }]);
  });
});

describe('the yearly deductible', () => {
  it.each([
    ['150', '100', '50', '25'],
    ['200', '100', '0', '50'],
    ['0', '100', '100', '0'],
  ])('after %s used, a bill of %s pays %s more of it', (used, bill, deductible, pooling) => {
    const visit = claim({ visitKind: 'OUTPATIENT', split: split(bill) });
    const result = paid(visit, XIAN, { OUTPATIENT_DEDUCTIBLE: yuan(used) });
    expect([result.deductibleFen, paidBy('POOLING', result)]).toEqual([yuan(deductible), yuan(pooling)]);
  });
});

const residentOf = (deductible: string, ratio: string, layer: object) =>
  read(
    documentOf(
      { deductible: { basis: 'PER_VISIT', standard: deductible }, bands: [{ upTo: null, ratio }] },
      {
        insurance: 'RESIDENT',
        layers: [{ fund: 'CRITICAL_ILLNESS', base: 'YEAR_SELF_PAY', ...layer }],
      },
    ),
  );
// 渭南: threshold 10,000 without the deductible; 60 % to 20,000 above it, then 70 %.
const WEINAN = residentOf('1000', '65%', {
  countsDeductible: false,
  threshold: '10000',
  bands: [
    { upTo: '20000', ratio: '60%' },
    { upTo: null, ratio: '70%' },
  ],
  yearlyMost: '300000',
});

describe('critical illness', () => {
  it('pays the published 广州 example of 2022: personal 23,116.00 of 100,000.00 yuan', () => {
    const guangzhou = residentOf('500', '70%', {
      countsDeductible: true,
      threshold: '18000',
      bands: [{ upTo: null, ratio: '60%' }],
    });
    const result = paid(claim({ personType: 'RESIDENT', split: split('99800', '100', '0', '100') }), guangzhou);
    expect([paidBy('POOLING', result), paidBy('CRITICAL_ILLNESS', result), result.personalFen]).toEqual([
      yuan('69510'),
      yuan('7374'),
      yuan('23116'),
    ]);
  });
  it('pays the 渭南 vector', () => {
    const result = paid(claim({ personType: 'RESIDENT', split: split('120000') }), WEINAN);
    expect([paidBy('POOLING', result), paidBy('CRITICAL_ILLNESS', result)]).toEqual([yuan('77350'), yuan('20155')]);
  });
  it('pays the year’s total alike however the year is divided into stays', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 200_000n, max: 5_000_000n }), { minLength: 1, maxLength: 8 }), (bills) => {
        let totals: Accumulators = {};
        for (const bill of bills) {
          const of = claim({ personType: 'RESIDENT', split: { ...split('0'), inScopeFen: fen(bill) } });
          totals = addDeltas(totals, paid(of, WEINAN, totals).deltas);
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
  const banded = read(
    documentOf(
      {
        deductible: { basis: 'PER_VISIT', standard: '400' },
        bandsFrom: 'ZERO',
        bands: [
          { upTo: '10000', ratio: '80%' },
          { upTo: '30000', ratio: '85%' },
          { upTo: null, ratio: '90%' },
        ],
      },
      { poolingCap: { period: 'YEAR', on: 'FUND', most: '60000' } },
    ),
  );
  it.each([
    ['10000', '7680'],
    ['30000', '24680'],
    ['400', '0'],
    ['200000', '60000'],
  ])('of %s in scope pay %s', (inScope, pooling) =>
    expect(paidBy('POOLING', paid(claim({ split: split(inScope) }), banded))).toBe(yuan(pooling)),
  );
});

describe('what the policy doesn’t say', () => {
  it('of a kind of visit: not settled directly', () =>
    expect(adjudicate(claim({ visitKind: 'CHRONIC' }), XIAN, {})).toEqual({
      ok: false,
      reason: 'VISIT_KIND_NOT_COVERED',
    }));
  it.each([
    ['the pooling fund’s ratio', documentOf({ bands: [{ upTo: null, ratio: { byLevel: { PRIMARY: '80%' } } }] })],
    [
      'another fund’s ratio',
      documentOf(undefined, {
        layers: [
          {
            fund: 'MEDICAL_AID',
            base: 'SELF_PAY',
            countsDeductible: true,
            bands: [{ upTo: null, ratio: { byLevel: { PRIMARY: '80%' } } }],
          },
        ],
      }),
    ],
  ])('of %s: incomplete', (_, document) =>
    expect(adjudicate(claim(), read(document), {})).toEqual({ ok: false, reason: 'POLICY_INCOMPLETE' }),
  );
});

/** As much as a policy may ask: parts told apart, all funds in a row, caps of every period, accounts. */
const MANIFOLD = read(
  documentOf(undefined, {
    visits: {
      INPATIENT: {
        firstSelfPay: { ratio: [{ when: { itemClasses: ['B'] }, is: '7%' }] },
        deductible: {
          basis: 'PER_VISIT',
          standard: { shareOf: 'BILL', ratio: '20%', least: '2000', most: '10000' },
          adjustments: [{ mode: 'SHARE_LESS_BY_VISIT', ratio: '15%' }],
          yearlyMost: '15000',
        },
        bands: [
          { upTo: '30000', ratio: [{ when: { itemKinds: ['CONSUMABLE'] }, is: '70%' }, { is: '75%' }] },
          { upTo: null, ratio: [{ when: { itemKinds: ['CONSUMABLE'] }, is: '80%' }, { is: '85%' }] },
        ],
        bandsFrom: 'ZERO',
        bandsOver: 'YEAR',
        caps: [{ period: 'QUARTER', on: 'EXPENSE', most: '600000' }],
      },
      OUTPATIENT: {
        ...OUTPATIENT,
        caps: [
          { period: 'VISIT', on: 'FUND', most: '500' },
          { period: 'MONTH', on: 'FUND', most: '1500' },
        ],
      },
    },
    adjustments: [...AWAY, { when: { personTypes: ['RETIREE'] }, mode: 'SELF_PAY_FACTOR', factor: '0.7' }],
    poolingCap: { period: 'YEAR', on: 'FUND', most: '400000' },
    layers: [
      {
        fund: 'LARGE_SUM',
        base: 'ABOVE_POOLING_CAP',
        countsDeductible: true,
        bands: [{ upTo: null, ratio: '90%' }],
        yearlyMost: '100000',
      },
      {
        fund: 'CRITICAL_ILLNESS',
        base: 'YEAR_SELF_PAY',
        countsDeductible: false,
        threshold: '10000',
        bands: [
          { upTo: '20000', ratio: '60%' },
          { upTo: null, ratio: '70%' },
        ],
        yearlyMost: '300000',
      },
      { fund: 'MEDICAL_AID', base: 'SELF_PAY', countsDeductible: true, bands: [{ upTo: null, ratio: '33%' }] },
    ],
    account: { pays: ['IN_SCOPE', 'FIRST_SELF_PAY', 'OVER_CEILING'], mutualAid: true },
  }),
);

describe('every adjudication', () => {
  const amount = fc.bigInt({ min: 0n, max: 10n ** 8n }).map(fen);
  const part = fc.record({
    itemClass: fc.constantFrom('A' as const, 'B' as const, null),
    itemKind: fc.constantFrom('WESTERN_DRUG' as const, 'CONSUMABLE' as const, null),
    unitPriceFen: fc.option(fc.bigInt({ min: 0n, max: 3_000_000n }).map(fen)),
    inScopeFen: fc.bigInt({ min: 0n, max: 5n * 10n ** 7n }).map(fen),
  });
  const withParts = (parts: readonly ClaimPart[], rest: FeeSplit): Pick<Claim, 'parts' | 'split'> => ({
    parts,
    split: parts.length === 0 ? rest : { ...rest, inScopeFen: sumFen(parts.map(({ inScopeFen }) => inScopeFen)) },
  });
  const anyClaim = fc
    .record({
      visitKind: fc.constantFrom('INPATIENT' as const, 'OUTPATIENT' as const),
      personType: fc.constantFrom('ACTIVE' as const, 'RETIREE' as const),
      hospitalLevel: fc.constantFrom('PRIMARY' as const, 'TERTIARY' as const),
      benefitLevel: fc.constantFrom(
        'LOCAL' as const,
        'REFERRAL' as const,
        'EMERGENCY' as const,
        'OTHER_TEMPORARY' as const,
      ),
      account: fc.option(fc.record({ balanceFen: amount, mutualAidFen: amount })),
      split: fc.record({ fullSelfPayFen: amount, overCeilingFen: amount, firstSelfPayFen: amount, inScopeFen: amount }),
      parts: fc.array(part, { maxLength: 5 }),
    })
    .map(({ parts, split: rest, ...of }) => claim({ ...of, ...withParts(parts, rest) }));
  const anyBefore = fc.record({
    INPATIENT_VISITS: fc.bigInt({ min: 0n, max: 9n }),
    INPATIENT_DEDUCTIBLE: fc.bigInt({ min: 0n, max: 1_600_000n }),
    INPATIENT_SCALE: fc.bigInt({ min: 0n, max: 6_000_000n }),
    'INPATIENT_EXPENSE@2026Q1': fc.bigInt({ min: 0n, max: 70_000_000n }),
    OUTPATIENT_DEDUCTIBLE: fc.bigInt({ min: 0n, max: 20_000n }),
    OUTPATIENT_POOLING: fc.bigInt({ min: 0n, max: 200_000n }),
    'OUTPATIENT_POOLING@2026-03': fc.bigInt({ min: 0n, max: 160_000n }),
    POOLING_PAID: fc.bigInt({ min: 0n, max: 40_000_000n }),
    LARGE_SUM_PAID: fc.bigInt({ min: 0n, max: 10_000_000n }),
    CRITICAL_ILLNESS_BASE: fc.bigInt({ min: 0n, max: 5_000_000n }),
  });
  const anyPolicy = fc.constantFrom(XIAN, MANIFOLD, WEINAN);
  const inpatientIn = (of: Claim, policy: typeof XIAN): Claim =>
    policy === WEINAN ? { ...of, visitKind: 'INPATIENT' } : of;

  it('divides the bill without creating or losing a fen, and no part is negative', () => {
    fc.assert(
      fc.property(anyClaim, anyBefore, anyPolicy, (any, before, policy) => {
        const of = inpatientIn(any, policy);
        const result = paid(of, policy, before);
        const shares = [...result.funds.map((f) => f.amountFen), result.personalFen];
        const pockets = [result.accountFen, result.mutualAidFen, result.cashFen];
        expect(sumFen(shares)).toBe(splitTotal(of.split));
        expect(sumFen(pockets)).toBe(result.personalFen);
        expect([...shares, ...pockets, result.deductibleFen].every((each) => each >= 0n)).toBe(true);
        expect(result.fundTotalFen).toBe(sumFen(result.funds.map((f) => f.amountFen)));
        expect(result.fundTotalFen <= of.split.inScopeFen).toBe(true);
        expect(result.accountFen <= (of.account?.balanceFen ?? 0n)).toBe(true);
        expect(result.mutualAidFen <= (of.account?.mutualAidFen ?? 0n)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves the deductible to the person where only pooling and large-sum funds pay', () => {
    fc.assert(
      fc.property(anyClaim, anyBefore, (of, before) => {
        const result = paid(of, XIAN, before);
        return result.fundTotalFen <= of.split.inScopeFen - result.deductibleFen;
      }),
      { numRuns: 2_000 },
    );
  });

  it('pays no less on a larger bill', () => {
    fc.assert(
      fc.property(anyClaim, anyBefore, anyPolicy, fc.nat(10_000_000), (any, before, policy, more) => {
        const of = inpatientIn(any, policy);
        const larger = fen(of.split.inScopeFen + BigInt(more));
        const whole = (inScopeFen: Fen): Claim => ({ ...of, parts: [], split: { ...of.split, inScopeFen } });
        const [less, greater] = [of.split.inScopeFen, larger].map((each) => paid(whole(each), policy, before));
        expect(greater && less && greater.fundTotalFen >= less.fundTotalFen).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same of the same', () => {
    fc.assert(
      fc.property(anyClaim, anyBefore, anyPolicy, (any, before, policy) => {
        const of = inpatientIn(any, policy);
        expect(adjudicate(structuredClone(of), policy, { ...before })).toEqual(adjudicate(of, policy, before));
      }),
    );
  });

  it('doesn’t change by how the bill is cut into parts and in which order they come', () => {
    const cut = (parts: readonly ClaimPart[]): ClaimPart[] =>
      parts.flatMap((whole) => {
        const half = fen(whole.inScopeFen / 3n);
        return [
          { ...whole, inScopeFen: half },
          { ...whole, inScopeFen: fen(whole.inScopeFen - half) },
        ];
      });
    fc.assert(
      fc.property(
        anyClaim.filter(({ parts }) => parts.length > 0),
        anyBefore,
        fc.infiniteStream(fc.nat()),
        (of, before, order) => {
          const ranks = cut(of.parts).map((each) => [order.next().value, each] as const);
          const parts = ranks.toSorted(([one], [other]) => one - other).map(([, each]) => each);
          expect(paid({ ...of, parts }, MANIFOLD, before)).toEqual(paid(of, MANIFOLD, before));
        },
      ),
    );
  });

  it('is undone exactly by taking its deltas back', () => {
    fc.assert(
      fc.property(anyClaim, anyBefore, anyPolicy, (any, before, policy) => {
        const { deltas } = paid(inpatientIn(any, policy), policy, before);
        expect(addDeltas(addDeltas(before, deltas), negateDeltas(deltas))).toEqual(addDeltas(before, {}));
      }),
    );
  });

  it('adds to the year exactly what it paid', () => {
    fc.assert(
      fc.property(anyClaim, anyBefore, anyPolicy, (any, before, policy) => {
        const result = paid(inpatientIn(any, policy), policy, before);
        const {
          POOLING_PAID = 0n,
          LARGE_SUM_PAID = 0n,
          CRITICAL_ILLNESS_PAID = 0n,
          MEDICAL_AID_PAID = 0n,
        } = result.deltas;
        const added = POOLING_PAID + LARGE_SUM_PAID + CRITICAL_ILLNESS_PAID + MEDICAL_AID_PAID;
        expect([added, POOLING_PAID]).toEqual([result.fundTotalFen, paidBy('POOLING', result)]);
      }),
    );
  });
});
