import { BENEFIT_LEVELS, HOSPITAL_LEVELS, PERSON_TYPES_OF } from '@yiditong/codes';
import {
  compareRates,
  formatRate,
  multiplyRates,
  parseRate,
  subtractRates,
  WHOLE_RATE,
  ZERO_RATE,
  type Rate,
} from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choose, holds } from './choice.js';
import { problemOf } from './index.js';
import type { ModelCase } from './mentioned.js';
import type { PolicyDocument } from './policy-document.js';
import { adjustRatio } from './ratio.js';
import { documentOf, read, type Json } from './spec-policies.js';

const ruled = (...adjustments: Json[]): Json => documentOf(undefined, { adjustments });
const less = (points: string, when: Json): Json => ({ when, mode: 'POINTS_LESS', points });
const more = (points: string, when: Json): Json => ({ when, mode: 'POINTS_MORE', points });
const paidFirst = (ratio: unknown, ...adjustments: Json[]): Json =>
  documentOf({ firstSelfPay: { ratio } }, { adjustments });
const problem = (document: Json): string | null => problemOf(read(document));

const REFERRED = { benefitLevels: ['REFERRAL'] };
const excused = (when: Json): Json => ({
  when: { ...REFERRED, ...when },
  mode: 'POINTS_MORE',
  points: '0%',
  exception: '省级备案',
});

describe('care away from home is refused', () => {
  it.each<[string, Json, string]>([
    [
      'behind two tags',
      ruled(less('50%', { ...REFERRED, personTags: ['低保'], hospitalTags: ['省属'] })),
      'for REFERRAL 50% less than at home (ACTIVE, PRIMARY, REFERRAL, 低保, 省属), where 通知 二(六) allows 10%',
    ],
    [
      'behind all that a condition may say',
      ruled(
        less('50%', {
          benefitLevels: ['OTHER_TEMPORARY'],
          personTypes: ['RETIREE'],
          hospitalLevels: ['TERTIARY'],
          age: { from: 60, upTo: 69 },
          personTags: ['低保', '特困'],
          hospitalTags: ['省属'],
          settledBy: 'DIRECT',
          places: ['OTHER_PROVINCE'],
          diseaseCodes: ['M01'],
          visitNumber: { from: 2 },
          itemClasses: ['B'],
          itemKinds: ['CONSUMABLE'],
          unitPrice: { from: '500.01' },
        }),
      ),
      'for OTHER_TEMPORARY 50% less than at home (RETIREE, TERTIARY, OTHER_TEMPORARY, aged 60, 低保, 省属, DIRECT, OTHER_PROVINCE, M01, visit 2, class B, CONSUMABLE, at 500.01), where 通知 二(六) allows 20%',
    ],
    [
      'by two rules together, each behind a condition of its own',
      ruled(less('30%', { personTags: ['低保'], ...REFERRED }), less('30%', { age: { from: 60 }, ...REFERRED })),
      'for REFERRAL 60% less than at home (ACTIVE, PRIMARY, REFERRAL, aged 60, 低保), where 通知 二(六) allows 10%',
    ],
    [
      'by a rule that gives more at home alone',
      ruled(more('11%', { places: ['HOME_AREA'], personTags: ['低保'] }), less('10%', REFERRED)),
      'for LOCAL 11% less than at home (ACTIVE, PRIMARY, LOCAL, 低保, OTHER_PROVINCE), where 通知 二(五) allows 0%',
    ],
    [
      'by a rule by age at home alone, at the age when it is most',
      ruled({
        when: { places: ['HOME_AREA'] },
        mode: 'POINTS_BY_AGE',
        fromAge: 60,
        everyYears: 30,
        points: '3%',
      }),
      'for LOCAL 9% less than at home (ACTIVE, PRIMARY, LOCAL, aged 120, OTHER_PROVINCE), where 通知 二(五) allows 0%',
    ],
    [
      'for who lives there and is paid less than at home',
      ruled(less('0.01%', { benefitLevels: ['LOCAL'], places: ['OTHER_PROVINCE'] })),
      'for LOCAL 0.01% less than at home (ACTIVE, PRIMARY, LOCAL, OTHER_PROVINCE), where 通知 二(五) allows 0%',
    ],
    [
      'by what is paid first',
      paidFirst([{ when: REFERRED, is: '40%' }]),
      'for REFERRAL 32% less than at home with the first self-pay (ACTIVE, PRIMARY, REFERRAL), where 通知 二(六) allows 10%',
    ],
    [
      'by what is paid first and points together',
      paidFirst([{ when: { ...REFERRED, personTags: ['低保'] }, is: '5%' }], less('8%', REFERRED)),
      'for REFERRAL 11.6% less than at home with the first self-pay (ACTIVE, PRIMARY, REFERRAL, 低保), where 通知 二(六) allows 10%',
    ],
    [
      'by the ratio itself, whatever of it everybody pays first',
      paidFirst('50%', less('11%', REFERRED)),
      'for REFERRAL 11% less than at home (ACTIVE, PRIMARY, REFERRAL), where 通知 二(六) allows 10%',
    ],
    [
      'for those whom an exception isn’t for',
      ruled(less('30%', REFERRED), excused({ personTags: ['低保'] }), excused({ age: { from: 60 } })),
      'for REFERRAL 30% less than at home (ACTIVE, PRIMARY, REFERRAL, aged 59), where 通知 二(六) allows 10%',
    ],
    [
      'by an exception that holds at home alone',
      ruled(less('30%', REFERRED), { ...excused({}), when: { places: ['HOME_AREA'] } }),
      'for REFERRAL 30% less than at home (ACTIVE, PRIMARY, REFERRAL, OTHER_PROVINCE), where 通知 二(六) allows 10%',
    ],
    [
      'by what an adjustment says of some',
      ruled({
        when: REFERRED,
        mode: 'ABSOLUTE',
        ratio: [{ when: { personTags: ['低保'] }, is: '60%' }, { is: '75%' }],
      }),
      'for REFERRAL 20% less than at home (ACTIVE, PRIMARY, REFERRAL, 低保), where 通知 二(六) allows 10%',
    ],
  ])('%s', (_, document, sentence) => expect(problem(document)).toBe(`visits.INPATIENT.bands.0: ${sentence}`));

  it.each(['低保', '特困'])('for whichever of those who are paid alike loses more later: %s', (tag) => {
    const alike = ['低保', '特困'].map((each) => ({ when: { ...REFERRED, personTags: [each] }, is: '75%' }));
    const bands = [{ upTo: null, ratio: [...alike, { is: '80%' }] }];
    const adjustments = [less('6%', { ...REFERRED, personTags: [tag] })];
    expect(problem(documentOf({ bands }, { adjustments }))).toMatch(/for REFERRAL 11% less than at home/);
  });

  it('in the band and kind of visit where it is', () => {
    const { INPATIENT } = documentOf()['visits'] as { INPATIENT: Json };
    const bands = [
      { upTo: '1000', ratio: '80%' },
      { upTo: null, ratio: [{ when: REFERRED, is: '60%' }, { is: '80%' }] },
    ];
    expect(problem(documentOf({}, { visits: { INPATIENT, CHRONIC: { ...INPATIENT, bands } } }))).toMatch(
      /^visits\.CHRONIC\.bands\.1: for REFERRAL 20% less/,
    );
  });
});

describe('care away from home is taken', () => {
  it.each<[string, Json]>([
    ['where it is paid as at home', ruled(less('50%', { personTags: ['低保'], hospitalTags: ['省属'] }))],
    [
      'with points that never meet',
      ruled(less('10%', { ...REFERRED, age: { upTo: 59 } }), less('10%', { ...REFERRED, age: { from: 60 } })),
    ],
    ['with points that another rule gives back', ruled(less('30%', REFERRED), more('20%', REFERRED))],
    ['with the ten points, paid first', paidFirst([{ when: REFERRED, is: '12.5%' }])],
    ['with what everybody pays first', paidFirst('40%')],
    ['where somebody at home pays more first', paidFirst([{ when: { places: ['HOME_AREA'] }, is: '40%' }])],
    [
      'with fewer points by exception for just those',
      ruled(less('50%', { ...REFERRED, personTags: ['低保'] }), excused({ personTags: ['低保'] })),
    ],
    [
      'with fewer points by two exceptions',
      ruled(less('50%', REFERRED), excused({ age: { upTo: 59 } }), excused({ age: { from: 60 } })),
    ],
    ['with fewer points for a first self-pay, by exception', paidFirst([{ when: REFERRED, is: '40%' }], excused({}))],
    ['by hand, whatever it is', ruled(less('50%', { settledBy: 'MANUAL' }))],
    ['in the home province, whatever it is', ruled(less('50%', { places: ['HOME_PROVINCE'] }))],
    ['with a note in a condition', ruled(less('10%', { ...REFERRED, note: '见附件' }))],
  ])('%s', (_, document) => expect(problem(document)).toBeNull());
});

/** A condition each that says nothing of the others. */
const apart = (count: number, tags: 'personTags' | 'hospitalTags' = 'personTags'): Json[] =>
  Array.from({ length: count }, (_, index) => ({ ...REFERRED, [tags]: [`${tags}${index}`] }));

/** So much that to combine all of it would be 100,000 cases and more. */
const MUCH: Json[] = [
  { personTags: ['学生', '特困', '低保边缘'] },
  { hospitalTags: ['省属', '中医医院', '社区'] },
  { age: { from: 18, upTo: 59 } },
  { diseaseCodes: ['M01', 'M02', 'M03'] },
  { visitNumber: { from: 2, upTo: 3 } },
  { itemKinds: ['CONSUMABLE', 'WESTERN_DRUG'] },
  { unitPrice: { from: '500', upTo: '1000' } },
];

describe('however much is asked, all of it is combined', () => {
  it('so that who has one thing and lacks another is found', () => {
    const rules = [
      less('10%', REFERRED),
      less('5%', { ...REFERRED, personTags: ['低保'] }),
      ...MUCH.map((when) => less('1%', when)),
    ];
    expect(problem(ruled(...rules, more('5%', REFERRED)))).toBeNull();
    expect(problem(ruled(...rules, more('5%', { ...REFERRED, age: { upTo: 59 } })))).toMatch(
      /REFERRAL 15% less .*aged 60, 低保, /,
    );
  });

  it('so that points that add up are found', () => {
    const rules = apart(40).map((when) => less('0.25%', when));
    expect(problem(ruled(...rules))).toBeNull();
    expect(problem(ruled(...rules, less('0.25%', { ...REFERRED, age: { from: 60 } })))).toMatch(
      /REFERRAL 10\.25% less .*aged 60, personTags0, .*personTags39\)/,
    );
  });

  it('and of a choice of many cases each is tried', () => {
    const cases = apart(40).map((when, index) => ({ when: { ...when, hospitalTags: [`h${index}`] }, is: '70%' }));
    const bands = (last: string): Json[] => [
      { upTo: null, ratio: [...cases, { when: { ...REFERRED, age: { from: 60 } }, is: last }, { is: '80%' }] },
    ];
    expect(problem(documentOf({ bands: bands('70%') }))).toBeNull();
    expect(problem(documentOf({ bands: bands('69%') }))).toMatch(/REFERRAL 11% less .*aged 60\)/);
  });

  it('but what can’t be combined is refused', () => {
    // Whoever has which of the tags matters to the end, as the last rule asks about each of them.
    const tags = Array.from({ length: 14 }, (_, index) => `甲${index}`);
    const cases = tags.map((tag, index) => ({ when: { ...REFERRED, personTags: [tag] }, is: `${71 + index}%` }));
    const last = tags.map((tag) => more('0.1%', { ...REFERRED, personTags: [tag], hospitalTags: ['省属'] }));
    const bands = [{ upTo: null, ratio: [...cases, { is: '80%' }] }];
    expect(problem(documentOf({ bands }, { adjustments: [...last, ...last] }))).toBe(
      'visits.INPATIENT.bands.0: too many conditions together to compare with care at home',
    );
  });
});

/** Everything that the conditions below may ask, and then somebody else. */
const PEOPLE: readonly ModelCase[] = PERSON_TYPES_OF.EMPLOYEE.flatMap((personType) =>
  HOSPITAL_LEVELS.flatMap((hospitalLevel) =>
    (['A', 'B'] as const).flatMap((itemClass) =>
      [17, 40, 69, 70].flatMap((age) =>
        [[], ['低保'], ['特困'], ['低保', '特困']].flatMap((personTags) =>
          [[], ['省属']].flatMap((hospitalTags) =>
            [null, 'M01', 'M0123'].flatMap((diseaseCode) =>
              [1, 2].map((visitNumber) => ({
                visitKind: 'INPATIENT' as const,
                personType,
                hospitalLevel,
                itemClass,
                age,
                personTags,
                hospitalTags,
                diseaseCode,
                visitNumber,
                benefitLevel: 'LOCAL' as const,
                settledBy: 'DIRECT' as const,
                place: 'HOME_AREA' as const,
                itemKind: null,
                unitPriceFen: null,
              })),
            ),
          ),
        ),
      ),
    ),
  ),
);
const ALLOWED = { LOCAL: '0%', REFERRAL: '10%', EMERGENCY: '10%', OTHER_TEMPORARY: '20%' };

/** By trying everybody at every level: the first level where too much is lost, and the most that is lost there. */
function byHand(policy: PolicyDocument): string | null {
  const { firstSelfPay = null, bands = [] } = policy.visits.INPATIENT ?? {};
  const ratiosOf = (of: ModelCase): readonly [ratio: Rate, inAll: Rate] => {
    const first = (firstSelfPay && choose(firstSelfPay.ratio, of, of)) ?? ZERO_RATE;
    const band = bands[0] && choose(bands[0].ratio, of, of);
    const { ratio } = adjustRatio(band ?? ZERO_RATE, policy.adjustments, of, of);
    return [ratio, multiplyRates(subtractRates(WHOLE_RATE, first), ratio)];
  };
  const home = PEOPLE.map(ratiosOf);
  for (const benefitLevel of BENEFIT_LEVELS) {
    let most = parseRate(ALLOWED[benefitLevel]) ?? ZERO_RATE;
    let found = false;
    PEOPLE.forEach((person, index) => {
      const away: ModelCase = { ...person, benefitLevel, place: 'OTHER_PROVINCE' };
      if (policy.adjustments.some(({ exception, when }) => exception !== undefined && holds(when, away, away))) return;
      ratiosOf(away).forEach((rate, which) => {
        const lost = subtractRates(home[index]?.[which] ?? ZERO_RATE, rate);
        if (compareRates(lost, most) <= 0) return;
        most = lost;
        found = true;
      });
    });
    if (found) return `for ${benefitLevel} ${formatRate(most)} less`;
  }
  return null;
}

const some = <T>(...values: T[]): fc.Arbitrary<T[]> => fc.subarray(values, { minLength: 1 });
const FACETS = {
  benefitLevels: some(...BENEFIT_LEVELS),
  places: some('OTHER_PROVINCE', 'HOME_AREA'),
  settledBy: fc.constantFrom('DIRECT', 'MANUAL'),
  personTypes: some(...PERSON_TYPES_OF.EMPLOYEE),
  hospitalLevels: some(...HOSPITAL_LEVELS),
  itemClasses: some('A', 'B'),
  age: fc.constantFrom({ from: 60 }, { upTo: 17 }, { from: 18, upTo: 59 }, { from: 70 }),
  personTags: some('低保', '特困'),
  hospitalTags: fc.constant(['省属']),
  diseaseCodes: some('M01', 'M0123'),
  visitNumber: fc.constantFrom({ from: 2 }, { upTo: 1 }),
};
/** Up to three of those. */
const anyWhen: fc.Arbitrary<Json> = fc
  .shuffledSubarray(Object.entries<fc.Arbitrary<unknown>>(FACETS), { maxLength: 3 })
  .chain((facets) => fc.record(Object.fromEntries(facets)));
const anyPoints = fc.constantFrom('0%', '1%', '4%', '5%', '6%', '10%', '50%');
const anyRatio = fc.constantFrom('40%', '70%', '72%', '80%', '90%');
const anyChoice = (of: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    of,
    fc.record({ PRIMARY: of, SECONDARY: of, TERTIARY: of }).map((byLevel) => ({ byLevel })),
    fc.record({ ACTIVE: of, RETIREE: of }).map((byPerson) => ({ byPerson })),
    fc
      .tuple(fc.array(fc.record({ when: anyWhen, is: of }), { minLength: 1, maxLength: 2 }), of)
      .map(([cases, last]) => [...cases, { is: last }]),
  );
const exception = fc.oneof(
  { arbitrary: fc.constant({}), weight: 6 },
  { arbitrary: fc.constant({ exception: '省级备案' }), weight: 1 },
);
const anyAdjustment = fc
  .tuple(
    anyWhen,
    exception,
    fc.oneof(
      { arbitrary: anyPoints.map((points) => ({ mode: 'POINTS_LESS', points })), weight: 4 },
      anyPoints.map((points) => ({ mode: 'POINTS_MORE', points })),
      fc.constantFrom('0.9', '0.95', '1.2').map((factor) => ({ mode: 'FACTOR', factor })),
      fc.constantFrom('0.3', '1.2').map((factor) => ({ mode: 'SELF_PAY_FACTOR', factor })),
      fc.constant({ mode: 'POINTS_BY_AGE', fromAge: 60, everyYears: 100, points: '2%' }),
      fc
        .tuple(fc.constantFrom('ABSOLUTE', 'FLOOR', 'CEILING'), anyChoice(anyRatio))
        .map(([mode, ratio]) => ({ mode, ratio })),
    ),
  )
  .map(([of, excuse, how]) => ({ when: of, ...excuse, ...how }));
const anyDocument = fc
  .record({
    ratio: anyChoice(anyRatio),
    first: fc.option(anyChoice(fc.constantFrom('0%', '5%', '12.5%', '20%'))),
    adjustments: fc.array(anyAdjustment, { maxLength: 4 }),
  })
  .map(({ ratio, first, adjustments }) =>
    documentOf({ bands: [{ upTo: null, ratio }], firstSelfPay: first && { ratio: first } }, { adjustments }),
  );

it('is refused just where trying everybody finds somebody who loses too much, and by as much', () => {
  let [taken, refused] = [0, 0];
  fc.assert(
    fc.property(anyDocument, (document) => {
      const policy = read(document);
      const [found, expected] = [problemOf(policy), byHand(policy)];
      if (expected === null) taken += 1;
      else refused += 1;
      // What nobody reaches loses nobody anything, and is refused after that.
      const isTaken = found === null || found.endsWith(': holds for nobody');
      expect(isTaken ? null : /for \S+ \S+ less/.exec(found)?.[0]).toBe(expected);
    }),
    { numRuns: 100 },
  );
  expect(taken).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
});
