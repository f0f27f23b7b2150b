import { fen } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { choose, holds, type Choice, type Circumstances, type PartCircumstances, type When } from './choice.js';

const WHO: Circumstances = {
  visitKind: 'INPATIENT',
  personType: 'RETIREE',
  age: 70,
  personTags: ['低保', '军人'],
  hospitalLevel: 'SECONDARY',
  hospitalTags: ['中医医院'],
  benefitLevel: 'REFERRAL',
  settledBy: 'DIRECT',
  place: 'OTHER_PROVINCE',
  diseaseCode: 'M01600',
  visitNumber: 2,
};
const PART: PartCircumstances = { itemClass: 'B', itemKind: 'CONSUMABLE', unitPriceFen: fen(10_000n) };

describe('a condition', () => {
  it.each<[string, When, When]>([
    ['the kind of visit', { visitKinds: ['OUTPATIENT', 'INPATIENT'] }, { visitKinds: ['OUTPATIENT'] }],
    ['the kind of person', { personTypes: ['ACTIVE', 'RETIREE'] }, { personTypes: ['ACTIVE'] }],
    ['what else is known of the person', { personTags: ['特困', '低保'] }, { personTags: ['特困'] }],
    ['the hospital’s level', { hospitalLevels: ['PRIMARY', 'SECONDARY'] }, { hospitalLevels: ['PRIMARY'] }],
    ['what else is known of the hospital', { hospitalTags: ['省属', '中医医院'] }, { hospitalTags: ['省属'] }],
    ['the kind of filing', { benefitLevels: ['LOCAL', 'REFERRAL'] }, { benefitLevels: ['LOCAL'] }],
    ['where it is settled', { settledBy: 'DIRECT' }, { settledBy: 'MANUAL' }],
    ['where the hospital lies', { places: ['HOME_AREA', 'OTHER_PROVINCE'] }, { places: ['HOME_AREA'] }],
    ['the disease', { diseaseCodes: ['M02', 'M016'] }, { diseaseCodes: ['M02', '01600'] }],
    ['the item’s class', { itemClasses: ['A', 'B'] }, { itemClasses: ['A'] }],
    ['the item’s kind', { itemKinds: ['WESTERN_DRUG', 'CONSUMABLE'] }, { itemKinds: ['WESTERN_DRUG'] }],
    ['the age', { age: { from: 60 } }, { age: { from: 80 } }],
    ['which visit of the year it is', { visitNumber: { upTo: 2 } }, { visitNumber: { upTo: 1 } }],
    ['the price', { unitPrice: { upTo: fen(10_000n) } }, { unitPrice: { upTo: fen(9_999n) } }],
  ])('may be on %s', (_, met, unmet) =>
    expect([holds(met, WHO, PART), holds(unmet, WHO, PART)]).toEqual([true, false]),
  );

  it.each<[string, When, Partial<Circumstances>]>([
    ['the age', { age: { upTo: 150 } }, { age: null }],
    ['the disease', { diseaseCodes: [''] }, { diseaseCode: null }],
    ['anything else of the person', { personTags: ['低保'] }, { personTags: [] }],
  ])('does not hold where nobody knows %s', (_, when, unknown) =>
    expect([holds(when, WHO), holds(when, { ...WHO, ...unknown })]).toEqual([true, false]),
  );

  it.each<[string, When]>([
    ['class', { itemClasses: ['A', 'B', 'C'] }],
    ['kind', { itemKinds: ['CONSUMABLE'] }],
    ['price', { unitPrice: { from: fen(0n) } }],
  ])('on an item’s %s does not hold of a bill as a whole, nor of a part that nobody knows it of', (_, when) => {
    const unknown: PartCircumstances = { itemClass: null, itemKind: null, unitPriceFen: null };
    expect([holds(when, WHO, PART), holds(when, WHO), holds(when, WHO, null), holds(when, WHO, unknown)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it.each([
    [{ from: 60, upTo: 70 }, [59, 60, 70, 71], [false, true, true, false]],
    [{ from: 60 }, [59, 60, 71], [false, true, true]],
    [{ upTo: 70 }, [0, 70, 71], [true, true, false]],
    [{}, [0, 150], [true, true]],
  ])('on ages %j includes both ends: %j', (age, ages, expected) =>
    expect(ages.map((each) => holds({ age }, { ...WHO, age: each }))).toEqual(expected),
  );

  it('that says several things holds only if all of them do', () => {
    const both: When = { personTypes: ['RETIREE'], hospitalLevels: ['SECONDARY'] };
    expect(
      [both, { ...both, personTypes: ['ACTIVE' as const] }, { ...both, visitNumber: { from: 3 } }].map((when) =>
        holds(when, WHO),
      ),
    ).toEqual([true, false, false]);
  });

  it('that says nothing always holds', () => expect(holds({}, WHO)).toBe(true));

  it('on one of no values never holds', () => expect(holds({ personTypes: [] }, WHO)).toBe(false));
});

describe('a figure', () => {
  const value = (text: string): Choice<string> => ({ kind: 'VALUE', value: text });
  const byLevel: Choice<string> = { kind: 'BY_LEVEL', of: { PRIMARY: value('first'), SECONDARY: value('second') } };
  const byPerson: Choice<string> = { kind: 'BY_PERSON', of: { RETIREE: byLevel, ACTIVE: value('active') } };
  const cases: Choice<string> = {
    kind: 'CASES',
    cases: [
      { when: { itemClasses: ['B'] }, is: value('of class B') },
      { when: { age: { from: 65 } }, is: value('old') },
      { when: { age: { from: 60 } }, is: value('oldish') },
    ],
  };

  it.each<[string, Choice<string>, Partial<Circumstances>, string | null]>([
    ['is itself', value('one'), {}, 'one'],
    ['is the level’s', byLevel, {}, 'second'],
    ['is nothing where nothing is said of the level', byLevel, { hospitalLevel: 'TERTIARY' }, null],
    ['is the person’s', byPerson, { personType: 'ACTIVE' }, 'active'],
    ['is nothing where nothing is said of the person', byPerson, { personType: 'MINOR' }, null],
    ['is the level’s of the person’s', byPerson, { hospitalLevel: 'PRIMARY' }, 'first'],
    ['is that of the first case that holds', cases, {}, 'old'],
    ['is that of a later case where the first doesn’t hold', cases, { age: 60 }, 'oldish'],
    ['is nothing where no case holds', cases, { age: 59 }, null],
  ])('%s', (_, choice, change, expected) => expect(choose(choice, { ...WHO, ...change })).toBe(expected));

  it('may depend on the part of the bill, however deep the case lies', () => {
    const nested: Choice<string> = {
      kind: 'BY_LEVEL',
      of: { SECONDARY: { kind: 'BY_PERSON', of: { RETIREE: cases } } },
    };
    expect([choose(nested, WHO, PART), choose(nested, WHO)]).toEqual(['of class B', 'old']);
  });
});
