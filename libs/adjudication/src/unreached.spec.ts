import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyCase, questionOf, spaceOf, unreachedIn } from './case-sets.js';
import { whensIn } from './asked.js';
import { choose, type Choice, type When } from './choice.js';
import { problemOf } from './index.js';
import { mentionedIn, type ModelCase } from './mentioned.js';
import { documentOf, read, stay, type Json } from './spec-policies.js';

const problem = (inpatient: Json, change: Json = {}): string | null => problemOf(read(documentOf(inpatient, change)));
const ratio = (...cases: readonly (readonly [Json, unknown])[]): Json => ({
  bands: [{ upTo: null, ratio: cases.map(([when, is]) => ({ when, is })) }],
});
const ALL: Json = {};
const OLD = { age: { from: 60 } };

describe('a policy says nothing that holds for nobody', () => {
  it.each<[string, Json, Json]>([
    ['cases that differ', ratio([OLD, '90%'], [{ personTypes: ['RETIREE'] }, '85%'], [ALL, '80%']), {}],
    ['a case of which some is left', ratio([OLD, '90%'], [{ age: { from: 50 } }, '85%'], [ALL, '80%']), {}],
    [
      'a table behind a case that takes one of its rows',
      ratio(
        [{ hospitalLevels: ['PRIMARY'] }, '90%'],
        [ALL, { byLevel: { PRIMARY: '1%', SECONDARY: '80%', TERTIARY: '80%' } }],
      ),
      {},
    ],
    [
      'an adjustment for one of two kinds of visit',
      {},
      {
        visits: { INPATIENT: stay(), CHRONIC: stay() },
        adjustments: [{ when: { visitKinds: ['CHRONIC'] }, mode: 'POINTS_MORE', points: '1%' }],
      },
    ],
    ['no deductible', { deductible: { basis: 'NONE', standard: '0' } }, {}],
  ])('takes %s', (_, inpatient, change) => expect(problem(inpatient, change)).toBeNull());

  it.each<[string, string, Json, Json]>([
    ['a case behind one that always holds', 'visits.INPATIENT.bands.0.ratio.1', ratio([ALL, '80%'], [OLD, '90%']), {}],
    [
      'a case that two before it share',
      'visits.INPATIENT.bands.0.ratio.2',
      ratio([{ age: { upTo: 59 } }, '80%'], [OLD, '85%'], [{ personTypes: ['RETIREE'] }, '90%']),
      {},
    ],
    [
      'a case behind a shorter beginning of its disease',
      'visits.INPATIENT.bands.0.ratio.1',
      ratio([{ diseaseCodes: ['M03'] }, '85%'], [{ diseaseCodes: ['M039'] }, '90%'], [ALL, '80%']),
      {},
    ],
    [
      'a case that those around it contradict',
      'visits.INPATIENT.bands.0.ratio.0.1',
      ratio([OLD, [{ when: { age: { from: 55 } }, is: '90%' }, { is: '85%' }]], [ALL, '80%']),
      {},
    ],
    [
      'a case of another kind of visit',
      'visits.INPATIENT.deductible.standard.0',
      {
        deductible: {
          basis: 'PER_VISIT',
          standard: [{ when: { visitKinds: ['OUTPATIENT'] }, is: '1' }, { is: '1000' }],
        },
      },
      {},
    ],
    [
      'a floor of a deductible',
      'visits.INPATIENT.deductible.adjustments.0.1',
      {
        deductible: {
          basis: 'PER_VISIT',
          standard: '1000',
          adjustments: [{ mode: 'FLOOR', least: [{ is: '100' }, { when: OLD, is: '50' }] }],
        },
      },
      {},
    ],
    [
      'an adjustment of a kind of visit that isn’t settled',
      'adjustments.1',
      {},
      {
        adjustments: [
          { when: OLD, mode: 'POINTS_MORE', points: '1%' },
          { when: { visitKinds: ['CHRONIC'] }, mode: 'POINTS_MORE', points: '1%' },
        ],
      },
    ],
    [
      'an adjustment’s own ratio that its condition contradicts',
      'adjustments.0.0',
      {},
      {
        adjustments: [{ when: OLD, mode: 'FLOOR', ratio: [{ when: { age: { upTo: 18 } }, is: '90%' }, { is: '80%' }] }],
      },
    ],
    [
      'a cap',
      'poolingCap.most.1',
      {},
      { poolingCap: { on: 'FUND', period: 'YEAR', most: [{ is: '100' }, { when: OLD, is: '200' }] } },
    ],
    [
      'a layer’s limit',
      'layers.0.yearlyMost.0',
      {},
      {
        layers: [
          {
            fund: 'OTHER',
            base: 'SELF_PAY',
            countsDeductible: true,
            when: { personTypes: ['RETIREE'] },
            bands: [{ upTo: null, ratio: '50%' }],
            yearlyMost: [{ when: { personTypes: ['ACTIVE'] }, is: '100' }, { is: '200' }],
          },
        ],
      },
    ],
    [
      'a row for whom the insurance doesn’t have',
      'visits.INPATIENT.bands.0.ratio.byPerson.RESIDENT',
      { bands: [{ upTo: null, ratio: { byPerson: { ACTIVE: '80%', RETIREE: '85%', RESIDENT: '60%' } } }] },
      {},
    ],
  ])('refuses %s', (_, place, inpatient, change) =>
    expect(problem(inpatient, change)).toBe(`${place}: holds for nobody`),
  );

  it('refuses a kind of person that the insurance doesn’t have, though others are named with it', () =>
    expect(problem(ratio([{ personTypes: ['RETIREE', 'MINOR'] }, '90%'], [ALL, '80%']))).toBe(
      'personTypes: MINOR is nobody of EMPLOYEE insurance',
    ));

  it.each<[string, Json]>([
    ['a standard', { standard: '1000' }],
    ['a standard for some', { standard: [{ when: OLD, is: '100' }, { is: '0' }] }],
    ['an adjustment', { standard: '0', adjustments: [{ mode: 'FACTOR', factor: '0.5' }] }],
    ['a yearly most', { standard: '0', yearlyMost: '100' }],
  ])('refuses %s of a deductible that isn’t one', (_, deductible) =>
    expect(problem({ deductible: { basis: 'NONE', ...deductible } })).toMatch(
      /^visits\.INPATIENT\.deductible: basis NONE/,
    ),
  );
});

const LEVELS = ['PRIMARY', 'SECONDARY', 'TERTIARY'] as const;
const PEOPLE: readonly ModelCase[] = (['ACTIVE', 'RETIREE'] as const).flatMap((personType) =>
  LEVELS.flatMap((hospitalLevel) =>
    [17, 59, 60, 69, 70].flatMap((age) =>
      [[], ['低保'], ['特困'], ['低保', '特困']].flatMap((personTags) =>
        [null, 'M01', 'M0123'].map((diseaseCode) => ({
          visitKind: 'INPATIENT' as const,
          personType,
          age,
          personTags,
          hospitalLevel,
          hospitalTags: [],
          benefitLevel: 'LOCAL' as const,
          settledBy: 'DIRECT' as const,
          place: 'OTHER_PROVINCE' as const,
          diseaseCode,
          visitNumber: 1,
          itemClass: 'A' as const,
          itemKind: null,
          unitPriceFen: null,
        })),
      ),
    ),
  ),
);

const some = <T>(...values: T[]): fc.Arbitrary<T[]> => fc.subarray(values, { minLength: 1 });
const FACETS = {
  personTypes: some('ACTIVE', 'RETIREE'),
  hospitalLevels: some(...LEVELS),
  age: fc.constantFrom({ from: 60 }, { upTo: 59 }, { from: 60, upTo: 69 }, { from: 70 }),
  personTags: some('低保', '特困'),
  diseaseCodes: some('M01', 'M0123'),
};
const anyWhen: fc.Arbitrary<When> = fc
  .shuffledSubarray(Object.entries<fc.Arbitrary<unknown>>(FACETS), { maxLength: 2 })
  .chain((facets) => fc.record(Object.fromEntries(facets)) as fc.Arbitrary<When>);
type Tree = readonly { readonly when: When; readonly is: Tree | null }[];
const { tree } = fc.letrec<{ tree: Tree; leaf: null }>((tie) => ({
  leaf: fc.constant(null),
  tree: fc.array(fc.record({ when: anyWhen, is: fc.oneof({ maxDepth: 2 }, tie('leaf'), tie('tree')) }), {
    minLength: 1,
    maxLength: 4,
  }),
}));

/** Each figure is its own place. */
function choiceOf(cases: Tree, at: string): Choice<string> {
  return {
    kind: 'CASES',
    cases: cases.map(({ when, is }, index) => {
      const place = at === '' ? String(index) : `${at}.${index}`;
      return {
        when,
        is: is === null ? { kind: 'VALUE', value: place } : choiceOf([...is, { when: {}, is: null }], place),
      };
    }),
  };
}

it('what nobody reaches is just what trying everybody doesn’t', () => {
  let found = 0;
  fc.assert(
    fc.property(tree, (cases) => {
      const choice = choiceOf(cases, '');
      const space = spaceOf('INPATIENT', ['ACTIVE', 'RETIREE'], mentionedIn(whensIn(choice)));
      const unreached = unreachedIn([everyCase(space)], questionOf(choice, space));
      const reached = new Set(PEOPLE.map((of) => choose(choice, of, of)));
      for (const place of leavesOf(choice)) {
        const isUnreached = unreached?.some((outer) => `${place}.`.startsWith(`${outer}.`));
        expect([place, isUnreached]).toEqual([place, !reached.has(place)]);
      }
      found += unreached?.length ?? 0;
    }),
    { numRuns: 500 },
  );
  expect(found).toBeGreaterThan(100);
});

function leavesOf(choice: Choice<string>): string[] {
  if (choice.kind === 'VALUE') return [choice.value];
  return choice.kind === 'CASES' ? choice.cases.flatMap(({ is }) => leavesOf(is)) : [];
}
