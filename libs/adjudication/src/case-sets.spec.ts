import { fen } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { whensIn } from './asked.js';
import { alike, caseOf, everyCase, groupsOf, MOST_SETS, questionOf, spaceOf, type CaseSpace } from './case-sets.js';
import type { Choice, When } from './choice.js';
import { mentionedIn, type ModelCase } from './mentioned.js';

const asked = (...whens: When[]): Choice<unknown> => ({
  kind: 'CASES',
  cases: whens.map((when) => ({ when, is: { kind: 'VALUE', value: null } })),
});
const spaceFor = (choice: Choice<unknown>, fixed: Partial<ModelCase> = {}): CaseSpace =>
  spaceOf('INPATIENT', ['ACTIVE', 'RETIREE'], mentionedIn(whensIn(choice)), fixed);
/** For each group, in their order, the most ordinary case of each of its sets. */
const told = (choice: Choice<unknown>, fixed: Partial<ModelCase> = {}): ModelCase[][] | undefined => {
  const space = spaceFor(choice, fixed);
  return groupsOf([everyCase(space)], questionOf(choice, space), -1n)?.map((sets) =>
    sets.map((set) => caseOf(set, space)),
  );
};

const ORDINARY: ModelCase = {
  visitKind: 'INPATIENT',
  personType: 'ACTIVE',
  age: 0,
  personTags: [],
  hospitalLevel: 'PRIMARY',
  hospitalTags: [],
  benefitLevel: 'LOCAL',
  settledBy: 'DIRECT',
  place: 'OTHER_PROVINCE',
  diseaseCode: null,
  visitNumber: 1,
  itemClass: 'A',
  itemKind: null,
  unitPriceFen: null,
};

describe('cases', () => {
  it('are one set where nothing tells them apart', () => expect(told(asked())).toEqual([[ORDINARY]]));

  it.each<[what: string, when: When, inside: Partial<ModelCase>, outside?: Partial<ModelCase>]>([
    ['a person type', { personTypes: ['RETIREE'] }, { personType: 'RETIREE' }],
    ['a hospital level', { hospitalLevels: ['SECONDARY'] }, { hospitalLevel: 'SECONDARY' }],
    ['a benefit level', { benefitLevels: ['EMERGENCY'] }, { benefitLevel: 'EMERGENCY' }],
    ['a class', { itemClasses: ['B'] }, { itemClass: 'B' }],
    ['a way of settling', { settledBy: 'MANUAL' }, { settledBy: 'MANUAL' }],
    ['a place', { places: ['HOME_AREA'] }, { place: 'HOME_AREA' }],
    ['an age', { age: { from: 60 } }, { age: 60 }, { age: 59 }],
    ['a visit', { visitNumber: { from: 2 } }, { visitNumber: 2 }],
    ['a disease', { diseaseCodes: ['M01'] }, { diseaseCode: 'M01' }],
    ['a kind of item', { itemKinds: ['CONSUMABLE'] }, { itemKind: 'CONSUMABLE' }],
    ['a price', { unitPrice: { from: fen(500n) } }, { unitPriceFen: fen(500n) }],
    ['any price', { unitPrice: {} }, { unitPriceFen: fen(0n) }],
    ['a person’s tag', { personTags: ['低保'] }, { personTags: ['低保'] }],
    ['a hospital’s tag', { hospitalTags: ['省属'] }, { hospitalTags: ['省属'] }],
  ])('are told apart by %s', (_, when, inside, outside = {}) =>
    expect(told(asked(when))).toEqual([[{ ...ORDINARY, ...outside }], [{ ...ORDINARY, ...inside }]]),
  );

  it.each<[string, When]>([
    ['nothing', {}],
    ['what all have', { personTypes: ['ACTIVE', 'RETIREE'], age: {}, visitNumber: { from: 1 } }],
    ['what isn’t said', { personTags: undefined, age: undefined }],
    ['a note', { note: '见附件' } as When],
  ])('are all inside where a condition asks %s', (_, when) => expect(told(asked(when))).toHaveLength(1));

  it.each<[string, When]>([
    ['what is impossible', { age: { from: 70, upTo: 60 }, personTags: ['低保'] }],
    ['class C, of which nothing is in scope', { itemClasses: ['C'] }],
    ['another kind of visit', { visitKinds: ['CHRONIC'] }],
  ])('are all outside where it asks %s', (_, when) => expect(told(asked(when))).toHaveLength(1));

  it('are told apart before and after what is impossible', () => {
    const impossible = { age: { from: 70, upTo: 60 } };
    expect(told(asked({ personTags: ['低保'] }, impossible, { personTags: ['特困'] }))).toHaveLength(3);
  });

  it('need one tag of several, and all that a condition says', () => {
    const groups = told(asked({ personTags: ['低保', '特困'], age: { from: 60 } }));
    expect(groups?.map((sets) => sets.map(({ age, personTags }) => [age, ...personTags]))).toEqual([
      [[59], [60]],
      [
        [60, '低保'],
        [60, '特困'],
      ],
    ]);
  });

  it('belong to the first case that holds, at any depth, and to one level or person of a table', () => {
    const deep: Choice<unknown> = {
      kind: 'CASES',
      cases: [
        { when: { age: { from: 60 } }, is: asked({ personTags: ['低保'] }) },
        {
          when: { personTags: ['低保'] },
          is: { kind: 'BY_PERSON', of: { RETIREE: { kind: 'BY_LEVEL', of: { TERTIARY: asked() } } } },
        },
      ],
    };
    expect(
      told(deep)?.map(([first]) => [first?.age, first?.personTags.length, first?.personType, first?.hospitalLevel]),
    ).toEqual([
      [59, 0, 'ACTIVE', 'PRIMARY'],
      [60, 0, 'ACTIVE', 'PRIMARY'],
      [60, 1, 'ACTIVE', 'PRIMARY'],
      [59, 1, 'ACTIVE', 'PRIMARY'],
      [59, 1, 'RETIREE', 'PRIMARY'],
      [59, 1, 'RETIREE', 'TERTIARY'],
    ]);
  });

  it('have what is fixed, whatever else they are', () => {
    const choice = asked({ places: ['HOME_AREA'], personTags: ['低保'] });
    const place = (of: 'HOME_AREA' | 'HOME_PROVINCE') => told(choice, { place: of })?.map(([first]) => first?.place);
    expect(place('HOME_AREA')).toEqual(['HOME_AREA', 'HOME_AREA']);
    expect(place('HOME_PROVINCE')).toEqual(['HOME_PROVINCE']);
  });
});

describe('what a question asks', () => {
  const bitsOf = (choice: Choice<unknown>, fixed: Partial<ModelCase> = {}): string[] => {
    const space = spaceFor(choice, fixed);
    const { asks } = questionOf(choice, space);
    return space.facts.map(({ name }) => name).filter((_, fact) => (asks >> BigInt(fact)) & 1n);
  };

  it('is each fact that a condition within it tells apart', () => {
    const inner = asked({ hospitalTags: ['省属'] });
    const choice: Choice<unknown> = { kind: 'CASES', cases: [{ when: { age: { from: 60 } }, is: inner }] };
    expect(bitsOf(choice)).toEqual(['age', 'hospitalTags 省属']);
  });

  it('is nothing that holds for all or for nobody', () => {
    expect(bitsOf(asked({ places: ['HOME_AREA'], age: { from: 60 } }), { place: 'OTHER_PROVINCE' })).toEqual([]);
    expect(bitsOf(asked({ places: ['HOME_AREA'], age: { from: 60 } }), { place: 'HOME_AREA' })).toEqual(['age']);
  });
});

describe('sets', () => {
  const tags = Array.from({ length: 13 }, (_, index) => `甲${index}`);
  const pairs = asked(...tags.map((tag) => ({ personTags: [tag], hospitalTags: [`乙${tag}`] })));
  const space = spaceFor(pairs);
  const groups = (live: bigint) => groupsOf([everyCase(space)], questionOf(pairs, space), live);

  it('that nothing asks about any more are one', () => {
    expect(groups(0n)?.map(({ length }) => length)).toEqual(Array.from({ length: 14 }, () => 1));
  });

  it('are told of no further where there are too many', () => {
    expect(MOST_SETS).toBeLessThan(2 ** 13);
    expect(groups(-1n)).toBeNull();
    const outer: Choice<unknown> = { kind: 'CASES', cases: [{ when: {}, is: pairs }] };
    expect(groupsOf([everyCase(space)], questionOf(outer, space), -1n)).toBeNull();
  });

  it('differ by the facts that are asked, and the first of those alike stays', () => {
    const sets = [
      [1n, 1n],
      [1n, 2n],
      [2n, 1n],
    ];
    expect(alike(sets, 0b11n)).toEqual(sets);
    expect(alike(sets, 0b01n)).toEqual([
      [1n, 1n],
      [2n, 1n],
    ]);
    expect(alike(sets, 0b10n)).toEqual([
      [1n, 1n],
      [1n, 2n],
    ]);
    expect(alike(sets, 0n)).toEqual([[1n, 1n]]);
  });
});
