import { compareRates, rate } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import type { Circumstances, Claim, ClaimPart, PartCircumstances } from './index.js';
import { bandsFor } from './pooling-bands.js';
import { claim, documentOf, paid, read, split, stay, yuan, type Json } from './spec-policies.js';

type Facet = { readonly [of in keyof Claim]?: Claim[of] } & { readonly part?: Partial<ClaimPart> };
/** In one claim each: what a condition says, and who meets it. */
type Value = { readonly when: Json; readonly of: Facet };

const values = (field: keyof Claim, condition: string, of: readonly string[]): Value[] =>
  of.map((value) => ({ when: { [condition]: condition === 'settledBy' ? value : [value] }, of: { [field]: value } }));

/** What every claim says. */
const PLAIN: readonly (readonly Value[])[] = [
  values('visitKind', 'visitKinds', ['INPATIENT', 'OUTPATIENT', 'CHRONIC']),
  values('personType', 'personTypes', ['ACTIVE', 'RETIREE']),
  values('hospitalLevel', 'hospitalLevels', ['PRIMARY', 'SECONDARY', 'TERTIARY']),
  values('benefitLevel', 'benefitLevels', ['LOCAL', 'REFERRAL', 'EMERGENCY', 'OTHER_TEMPORARY']),
  values('place', 'places', ['HOME_AREA', 'HOME_PROVINCE', 'OTHER_PROVINCE']),
  values('settledBy', 'settledBy', ['DIRECT', 'MANUAL']),
  [
    { when: { itemClasses: ['A'] }, of: { part: { itemClass: 'A' } } },
    { when: { itemClasses: ['B'] }, of: { part: { itemClass: 'B' } } },
  ],
];

/** What only some policies ask. */
const RARE: readonly (readonly Value[])[] = [
  [
    { when: { age: { upTo: 59 } }, of: { age: 59 } },
    { when: { age: { from: 60 } }, of: { age: 60 } },
  ],
  [
    { when: {}, of: {} },
    { when: { personTags: ['低保'] }, of: { personTags: ['低保'] } },
  ],
  [
    { when: {}, of: {} },
    { when: { hospitalTags: ['低保'] }, of: { hospitalTags: ['低保'] } },
  ],
  [
    { when: { diseaseCodes: ['M039'] }, of: { diseaseCode: 'M03900' } },
    { when: { diseaseCodes: ['M016'] }, of: { diseaseCode: 'M01600' } },
  ],
  [
    { when: { itemKinds: ['CONSUMABLE'] }, of: { part: { itemKind: 'CONSUMABLE' } } },
    { when: { itemKinds: ['SERVICE'] }, of: { part: { itemKind: 'SERVICE' } } },
  ],
  [
    { when: { unitPrice: { upTo: '10' } }, of: { part: { unitPriceFen: yuan('10') } } },
    { when: { unitPrice: { from: '10.01' } }, of: { part: { unitPriceFen: yuan('10.01') } } },
  ],
];

/** Each facet takes off points of its own, so that no two sets of circumstances have the same ratio. */
function policyAsking(facets: readonly (readonly Value[])[]): Json {
  const rule = stay({ deductible: { basis: 'NONE', standard: '0' }, bands: [{ upTo: null, ratio: '100%' }] });
  const adjustments = facets.flatMap((of, place) =>
    of.map(({ when }, at) => ({ when, mode: 'POINTS_LESS', points: `${at * 4 ** place}/999999` })),
  );
  return documentOf(undefined, { visits: { INPATIENT: rule, OUTPATIENT: rule, CHRONIC: rule }, adjustments });
}

/** All that can be chosen, one value of each facet, with what is taken off. */
function combinations(facets: readonly (readonly Value[])[]): { readonly of: Facet; readonly less: number }[] {
  return facets.reduce<{ readonly of: Facet; readonly less: number }[]>(
    (sets, values_, place) =>
      sets.flatMap(({ of, less }) =>
        values_.map((value, at) => ({
          of: { ...of, ...value.of, part: { ...of.part, ...value.of.part } },
          less: less + at * 4 ** place,
        })),
      ),
    [{ of: {}, less: 0 }],
  );
}

function ratioOf({ part, ...of }: Facet, policy: ReturnType<typeof read>, visits = 0n): number {
  const whole = { itemClass: null, itemKind: null, unitPriceFen: null, inScopeFen: yuan('100'), ...part };
  const asked = claim({ ...(of as Partial<Claim>), split: split('100'), parts: [whole] });
  const { steps } = paid(asked, policy, visits === 0n ? {} : { INPATIENT_VISITS: visits });
  const ratio = steps.find(({ rule }) => rule === 'POOLING_RATIO')?.rate ?? rate(0n);
  for (let less = 0; less < 4 ** 8; less++)
    if (compareRates(ratio, rate(999_999n - BigInt(less), 999_999n)) === 0) return less;
  throw new Error('another ratio');
}

describe('what a ratio came to once', () => {
  it.each([
    ['what every claim says', PLAIN],
    ['what only some policies ask', RARE],
  ])('is not taken for other circumstances: %s', (_, facets) => {
    const policy = read(policyAsking(facets));
    const sets = combinations(facets);
    expect(sets.map(({ of }) => ratioOf(of, policy))).toEqual(sets.map(({ less }) => less));
    // A second time from memory.
    expect(sets.map(({ of }) => ratioOf(of, policy))).toEqual(sets.map(({ less }) => less));
  });

  it('is not taken for another visit of the year', () => {
    const third = { when: { visitNumber: { from: 3 } }, mode: 'POINTS_LESS', points: '3/999999' };
    const policy = read({ ...policyAsking([]), adjustments: [third] });
    expect([0n, 1n, 2n, 3n, 0n].map((visits) => ratioOf({}, policy, visits))).toEqual([0, 0, 3, 3, 0]);
  });

  it('is the same whatever tags no rule mentions, and in whatever order they come', () => {
    const policy = read(policyAsking(RARE));
    const of = (personTags: string[]) => ratioOf({ personTags, age: 60 }, policy);
    expect([['低保', '学生'], ['学生', '低保'], ['低保'], ['学生'], []].map(of)).toEqual([5, 5, 5, 1, 1]);
  });

  it('is not taken for another policy', () => {
    const [one, other] = [
      read(policyAsking([])),
      read({ ...policyAsking(RARE), adjustments: [{ mode: 'POINTS_LESS', points: '7/999999' }] }),
    ];
    expect([ratioOf({}, one), ratioOf({}, other), ratioOf({}, one)]).toEqual([0, 7, 0]);
  });

  it('is forgotten where there would be too many', () => {
    const old = { when: { diseaseCodes: ['M00001'] }, mode: 'POINTS_LESS', points: '5/999999' };
    const policy = read({ ...policyAsking([]), adjustments: [old] });
    const code = (at: number): string => `M${String(at).padStart(5, '0')}`;
    for (let at = 0; at < 10_050; at++) paid(claim({ diseaseCode: code(at) }), policy);
    expect([1, 2, 10_049].map((at) => ratioOf({ diseaseCode: code(at) }, policy))).toEqual([5, 0, 0]);
  });
});

describe('bands are found again, not made anew', () => {
  const circumstances: Circumstances = { ...claim(), visitNumber: 1 };
  const part = { itemClass: null, itemKind: null, unitPriceFen: null };
  const made = (when: Json, of: Partial<Circumstances>[], ofPart: Partial<PartCircumstances>[] = []): unknown[] => {
    const policy = read(documentOf(undefined, { adjustments: [{ when, mode: 'POINTS_MORE', points: '1%' }] }));
    const rule = policy.visits.INPATIENT;
    if (!rule) throw new Error('no rule');
    return [...of.map((each) => [each, {}] as const), ...ofPart.map((each) => [{}, each] as const)].map(
      ([each, change]) => bandsFor({ ...circumstances, ...each }, { ...part, ...change }, policy, rule),
    );
  };

  it.each<[string, Json, Partial<Circumstances>[]]>([
    ['what the policy doesn’t ask', {}, [{}, { age: 70, diseaseCode: 'M03900', visitNumber: 3, personTags: ['低保'] }]],
    [
      'tags that no rule mentions',
      { personTags: ['低保'] },
      [{}, { personTags: ['特困'] }, { personTags: ['残疾', '特困'] }],
    ],
    [
      'the same tags in another order',
      { hospitalTags: ['省属', '中医'] },
      [{ hospitalTags: ['省属', '中医'] }, { hospitalTags: ['中医', '民营', '省属'] }],
    ],
    ['another age, where tags are asked', { personTags: ['低保'] }, [{ age: 1 }, { age: 2, visitNumber: 2 }]],
  ])('by %s', (_name, when, of) => {
    const [first, ...others] = made(when, of);
    for (const other of others) expect(other).toBe(first);
  });

  it('of parts that the policy doesn’t tell apart', () => {
    const [first, other] = made({ age: { from: 60 } }, [], [{ itemKind: 'SERVICE' }, { unitPriceFen: yuan('7') }]);
    expect(other).toBe(first);
  });

  it('as long as there aren’t too many', () => {
    const codes = Array.from({ length: 10_000 }, (_name, at) => ({ diseaseCode: `M${String(at).padStart(5, '0')}` }));
    const [first] = codes;
    const of = (...asked: Partial<Circumstances>[]): unknown[] => made({ diseaseCodes: ['M0'] }, asked);
    const [one, ...others] = of(...codes, ...(first ? [first] : []));
    expect(others.at(-1)).toBe(one);
    const [forgotten, ...all] = of(...codes, { diseaseCode: 'M99999' }, ...(first ? [first, first] : []));
    expect(all.at(-1)).not.toBe(forgotten);
    expect(all.at(-1)).toBe(all.at(-2));
  });

  it('but not of circumstances that it does', () => {
    const found = made({ age: { from: 60 } }, [{ age: 59 }, { age: 60 }, { age: 61 }]);
    expect(new Set(found).size).toBe(3);
  });
});
