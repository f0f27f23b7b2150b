import { fen } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import type { When } from './choice.js';
import { mentionedIn, type Mentioned } from './mentioned.js';
import type { RatioAdjustment } from './policy.js';

const when = (condition: object): When => condition;
const NOTHING: Mentioned = {
  ages: [],
  personTags: [],
  hospitalTags: [],
  settledBy: [],
  places: [],
  diseaseCodes: [],
  visitNumbers: [],
  itemClasses: [],
  itemKinds: [],
  unitPrices: [],
};
const byAge = (fromAge: number, everyYears: number): RatioAdjustment =>
  ({ mode: 'POINTS_BY_AGE', fromAge, everyYears }) as unknown as RatioAdjustment;

describe('what conditions mention', () => {
  it('is nothing where there are none, and nothing that every claim says', () => {
    expect(mentionedIn([])).toEqual(NOTHING);
    expect(mentionedIn([when({ personTypes: ['RETIREE'], hospitalLevels: ['TERTIARY'] })])).toEqual(NOTHING);
  });

  it.each<[what: string, condition: object, expected: Partial<Mentioned>]>([
    ['an age from which', { age: { from: 60 } }, { ages: [59, 60] }],
    ['an age up to which', { age: { upTo: 17 } }, { ages: [17, 18] }],
    ['both', { age: { from: 60, upTo: 69 } }, { ages: [59, 60, 69, 70] }],
    ['the first year of life, before which there is none', { age: { from: 0 } }, { ages: [0] }],
    ['a visit from which', { visitNumber: { from: 2 } }, { visitNumbers: [1, 2] }],
    ['the first visit, before which there is none', { visitNumber: { upTo: 1 } }, { visitNumbers: [1, 2] }],
    ['every visit', { visitNumber: { from: 1 } }, { visitNumbers: [1] }],
    ['a price from which', { unitPrice: { from: fen(200_00n) } }, { unitPrices: [fen(199_99n), fen(200_00n)] }],
    ['a price up to which', { unitPrice: { upTo: fen(200_00n) } }, { unitPrices: [fen(200_00n), fen(200_01n)] }],
    ['any price, below which there is none', { unitPrice: { from: fen(0n) } }, { unitPrices: [fen(0n)] }],
    ['a price that must be known', { unitPrice: {} }, { unitPrices: [fen(0n)] }],
    ['a class', { itemClasses: ['B'] }, { itemClasses: ['B'] }],
    ['a person’s tag', { personTags: ['低保'] }, { personTags: ['低保'] }],
    ['a hospital’s tag', { hospitalTags: ['社区'] }, { hospitalTags: ['社区'] }],
    ['how it is settled, whichever way', { settledBy: ['MANUAL'] }, { settledBy: ['DIRECT', 'MANUAL'] }],
    ['a place, whichever', { places: ['HOME_AREA'] }, { places: ['OTHER_PROVINCE', 'HOME_PROVINCE', 'HOME_AREA'] }],
    ['a disease', { diseaseCodes: ['M03900'] }, { diseaseCodes: ['M03900'] }],
    ['a kind of item', { itemKinds: ['CONSUMABLE'] }, { itemKinds: ['CONSUMABLE'] }],
  ])('%s', (_, condition, expected) => expect(mentionedIn([when(condition)])).toEqual({ ...NOTHING, ...expected }));

  it('is said once each, ages in their order', () => {
    const found = mentionedIn([
      when({ age: { from: 60 }, personTags: ['低保'] }),
      when({ age: { upTo: 17 }, personTags: ['低保', '特困'] }),
      when({ age: { from: 60 } }),
    ]);
    expect(found).toEqual({ ...NOTHING, ages: [17, 18, 59, 60], personTags: ['低保', '特困'] });
  });

  it('has the first two steps of an adjustment by age, and no age that nobody reaches', () => {
    expect(mentionedIn([], [byAge(40, 10)]).ages).toEqual([39, 40, 50]);
    expect(mentionedIn([], [byAge(80, 10)]).ages).toEqual([79, 80, 90]);
    expect(mentionedIn([], [byAge(81, 10)]).ages).toEqual([80, 81]);
    expect(
      mentionedIn([], [{ mode: 'POINTS', fromAge: 40, everyYears: 10 } as unknown as RatioAdjustment]).ages,
    ).toEqual([]);
  });
});
