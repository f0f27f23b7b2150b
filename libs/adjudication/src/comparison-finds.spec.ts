import fc from 'fast-check';
import { expect, it } from 'vitest';
import { adjudicateStay, compareVersions, type Accumulators, type Claim, type PolicyEffect } from './index.js';
import { claim, documentOf, read, split, yuan, type Json } from './spec-policies.js';

// Up to three ratio adjustments with up to two conditions each, and one rule of each other sort, of which one is changed. What more
// conditions than that make of each other, `compareVersions` may miss: it tries each figure's own, and each two figures' together. It may
// also miss what depends on an earlier visit that was unlike this one, as half of a year's deductible paid by it.

const percent = (least: number, most: number): fc.Arbitrary<string> =>
  fc.integer({ min: least, max: most }).map((points) => `${points}%`);
const amount = (...amounts: string[]): fc.Arbitrary<string> => fc.constantFrom(...amounts);

const condition = fc.constantFrom<Json>(
  { personTags: ['低保'] },
  { personTags: ['特困', '孤儿'] },
  { hospitalTags: ['中医医院'] },
  { settledBy: 'MANUAL' },
  { places: ['HOME_AREA'] },
  { diseaseCodes: ['M01'] },
  { visitNumber: { from: 2 } },
  { age: { from: 60 } },
  { personTypes: ['RETIREE'] },
  { hospitalLevels: ['TERTIARY'] },
  { benefitLevels: ['REFERRAL', 'EMERGENCY'] },
);
const when = fc.array(condition, { maxLength: 2 }).map((all): Json => Object.assign({}, ...all) as Json);

const adjustment = fc.oneof(
  fc.record({ when, mode: fc.constantFrom('POINTS_MORE', 'POINTS_LESS'), points: percent(0, 30) }),
  fc.record({ when, mode: fc.constant('SELF_PAY_FACTOR'), factor: amount('0.3', '0.5', '0.9') }),
  fc.record({ when, mode: fc.constantFrom('ABSOLUTE', 'FLOOR', 'CEILING'), ratio: percent(30, 95) }),
);
const part = fc.constantFrom<Json>(
  { itemClasses: ['B'] },
  { itemKinds: ['CONSUMABLE'] },
  { itemKinds: ['CONSUMABLE'], unitPrice: { from: '5000.01' } },
  { itemClasses: ['B'], unitPrice: { upTo: '200' } },
);
const repeated = fc.oneof(
  fc.record({ when, mode: fc.constant('SHARE_LESS_BY_VISIT'), ratio: percent(5, 60) }),
  fc.record({ when, mode: fc.constant('FACTORS_BY_VISIT'), factors: fc.constantFrom(['1', '1/2'], ['1', '1/2', '0']) }),
  fc.record({ when, mode: fc.constant('LESS'), amount: amount('100', '200') }),
);
const standard = amount('300', '500', '1000', '1300');
const rules = fc.record({
  adjustments: fc.tuple(adjustment, adjustment, adjustment),
  firstSelfPay: fc.record({ part, ratio: percent(0, 40) }),
  deductible: fc.oneof(
    fc.record({ basis: fc.constant('PER_VISIT'), standard, adjustments: fc.tuple(repeated) }),
    fc.record({ basis: fc.constant('PER_YEAR'), standard }),
  ),
  poolingCap: amount('100000', '300000', '400000'),
  layer: fc.record({ when, threshold: amount('10000', '14000'), ratio: percent(40, 80) }),
  benefitYear: fc.record({
    startsOn: fc.constantFrom('01-01', '07-01'),
    crossYear: fc.constantFrom('WHOLE', 'BY_NIGHTS'),
  }),
  account: fc.record({
    pays: fc.subarray(['IN_SCOPE', 'FIRST_SELF_PAY', 'OVER_CEILING', 'FULL_SELF_PAY'], { minLength: 1 }),
    mutualAid: fc.boolean(),
  }),
});
type Rules = typeof rules extends fc.Arbitrary<infer T> ? T : never;

function policyOf({ adjustments, firstSelfPay, deductible, poolingCap, layer, benefitYear, account }: Rules): Json {
  return documentOf(
    {
      firstSelfPay: { ratio: [{ when: firstSelfPay.part, is: firstSelfPay.ratio }, { is: '0' }] },
      deductible,
      bands: [
        { upTo: '30000', ratio: '70%' },
        { upTo: null, ratio: '80%' },
      ],
    },
    {
      adjustments,
      poolingCap: { period: 'YEAR', on: 'FUND', most: poolingCap },
      layers: [
        {
          fund: 'CRITICAL_ILLNESS',
          when: layer.when,
          base: 'SELF_PAY',
          countsDeductible: true,
          threshold: layer.threshold,
          bands: [{ upTo: null, ratio: layer.ratio }],
        },
      ],
      benefitYear,
      account,
    },
  );
}

/** One rule of the first taken from the other. */
const changed = fc
  .tuple(
    rules,
    rules,
    fc.constantFrom<keyof Rules>(
      'firstSelfPay',
      'deductible',
      'poolingCap',
      'layer',
      'benefitYear',
      'account',
      'adjustments',
    ),
    fc.nat(2),
  )
  .map(([one, other, name, at]): [Rules, Rules] => {
    const [first, second, third] = one.adjustments.map((each, index) =>
      index === at ? other.adjustments[index] : each,
    ) as Rules['adjustments'];
    return [
      one,
      name === 'adjustments' ? { ...one, adjustments: [first, second, third] } : { ...one, [name]: other[name] },
    ];
  });

type Asked = { readonly claim: Claim; readonly totals: Accumulators };
const days = fc.constantFrom(['2026-06-15', '2026-06-15'], ['2026-06-25', '2026-07-05'], ['2025-12-28', '2026-01-03']);
const asked: fc.Arbitrary<Asked> = fc
  .record({
    personType: fc.constantFrom('ACTIVE' as const, 'RETIREE' as const),
    age: fc.constantFrom(30, 59, 60, 75),
    personTags: fc.subarray(['低保', '特困', '孤儿']),
    hospitalLevel: fc.constantFrom('PRIMARY' as const, 'TERTIARY' as const),
    hospitalTags: fc.subarray(['中医医院']),
    benefitLevel: fc.constantFrom('LOCAL' as const, 'REFERRAL' as const, 'OTHER_TEMPORARY' as const),
    settledBy: fc.constantFrom('DIRECT' as const, 'MANUAL' as const),
    place: fc.constantFrom('HOME_AREA' as const, 'OTHER_PROVINCE' as const),
    diseaseCode: fc.constantFrom(null, 'M01'),
    itemClass: fc.constantFrom('A' as const, 'B' as const),
    itemKind: fc.constantFrom(null, 'CONSUMABLE' as const),
    price: amount('100', '9000'),
    inScope: amount('1500', '20000', '80000', '200000'),
    outside: amount('0', '300'),
    account: fc.constantFrom(null, { balanceFen: yuan('500'), mutualAidFen: yuan('900000') }),
    days,
    visits: fc.bigInt({ min: 0n, max: 3n }),
    paid: amount('0', '95000', '299000'),
  })
  .map(
    ({
      itemClass,
      itemKind,
      price,
      inScope,
      outside,
      days: [startedOn = '', endedOn = ''],
      visits,
      paid,
      ...rest
    }) => ({
      claim: claim({
        ...rest,
        startedOn,
        endedOn,
        split: split(inScope, outside, outside, outside),
        parts: [{ itemClass, itemKind, unitPriceFen: yuan(price), inScopeFen: yuan(inScope) }],
      }),
      totals: {
        INPATIENT_VISITS: visits,
        INPATIENT_DEDUCTIBLE: visits * yuan('200'),
        INPATIENT_POOLING: yuan(paid),
        POOLING_PAID: yuan(paid),
      },
    }),
  );

function paidOf(rulesOf: Rules, { claim: of, totals }: Asked): string {
  const result = adjudicateStay(of, read(policyOf(rulesOf)), (year) => (year === 2026 ? totals : {}));
  if (!result.ok) return result.reason;
  return [result.adjudication.fundTotalFen, result.adjudication.cashFen].join();
}

const compared = (one: Rules, other: Rules): PolicyEffect[] =>
  compareVersions(read(policyOf(one)), read(policyOf(other)));

it('wherever one changed rule makes any of many claims be paid otherwise, an effect is told', () => {
  let asMany = 0;
  fc.assert(
    fc.property(changed, fc.array(asked, { minLength: 40, maxLength: 40 }), ([one, other], claims) => {
      const differs = claims.some((each) => paidOf(one, each) !== paidOf(other, each));
      if (differs) asMany += 1;
      expect(compared(one, other).length).toBeGreaterThanOrEqual(differs ? 1 : 0);
    }),
    // The same cases in each run: of 436 changes that mattered none was missed, but cases aren't all cases.
    { numRuns: 20, seed: 20_261_123, endOnFailure: true },
  );
  expect(asMany).toBeGreaterThan(5);
}, 120_000);

it('whichever of two versions comes first, the same effects are told; and none of a version and itself', () => {
  fc.assert(
    fc.property(changed, ([one, other]) => {
      const turned = compared(other, one).map((effect) => ({
        ...effect,
        fundBeforeFen: effect.fundAfterFen,
        fundAfterFen: effect.fundBeforeFen,
        accountBeforeFen: effect.accountAfterFen,
        accountAfterFen: effect.accountBeforeFen,
      }));
      expect(turned).toEqual(compared(one, other));
      expect(compared(one, one)).toEqual([]);
    }),
    { numRuns: 8 },
  );
}, 120_000);
