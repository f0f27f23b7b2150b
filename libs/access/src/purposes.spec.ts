import { describe, expect, it } from 'vitest';
import type { Actor } from './actor.js';
import { isPurpose, PURPOSES, refusalOfPurpose, shownFor, type Purpose, type Shown } from './purposes.js';

const PERSON = '0198e9a0-0000-7000-8000-00000000000a';
const SUBJECT = { personId: PERSON, insuredRegion: '610100' };

const ACTORS = {
  self: { role: 'insured', region: '610000', subject: 'i', person: PERSON },
  selfInCapitals: { role: 'insured', region: '610000', subject: 'i', person: PERSON.toUpperCase() },
  another: { role: 'insured', region: '610000', subject: 'i', person: '0198e9a0-0000-7000-8000-00000000000b' },
  clerk: { role: 'bureau', region: '610000', subject: 'b', rank: 'clerk' },
  supervisor: { role: 'bureau', region: '610000', subject: 'b', rank: 'supervisor' },
  areaSupervisor: { role: 'bureau', region: '610000', subject: 'b', rank: 'supervisor', area: '610100' },
  otherAreaSupervisor: { role: 'bureau', region: '610000', subject: 'b', rank: 'supervisor', area: '610200' },
  foreignSupervisor: { role: 'bureau', region: '110000', subject: 'b', rank: 'supervisor' },
  hospital: { role: 'hospital', region: '110000', subject: 'h', institution: 'H11010500001' },
  operator: { role: 'operator', region: '000000', subject: 'o', rank: 'supervisor' },
  service: { role: 'service', region: '000000', subject: 's' },
} as const satisfies Record<string, Actor>;

const ALL: Shown = { name: 'clear', idNumber: 'clear', phone: 'clear' };
const NAME: Shown = { name: 'clear', idNumber: 'masked', phone: 'masked' };
const NONE: Shown = { name: 'masked', idNumber: 'masked', phone: 'masked' };

/** Who sees anything in clear, and what. Whoever isn't here sees nothing, for any purpose. */
const SEES: readonly (readonly [actor: keyof typeof ACTORS, purpose: Purpose, shown: Shown])[] = [
  ['self', 'OWN_RECORD', ALL],
  ['selfInCapitals', 'OWN_RECORD', ALL],
  ['supervisor', 'CASE_REVIEW', ALL],
  ['areaSupervisor', 'CASE_REVIEW', ALL],
  ['hospital', 'POINT_OF_CARE', NAME],
];

describe('of a person’s detail', () => {
  const actors = Object.keys(ACTORS) as (keyof typeof ACTORS)[];
  const cases = actors.flatMap((actor) => [null, ...PURPOSES].map((purpose) => [actor, purpose] as const));
  it.each(cases)('%s for the purpose %s sees what it needs and no more', (actor, purpose) => {
    const expected = SEES.find(([who, why]) => who === actor && why === purpose)?.[2] ?? NONE;
    expect(shownFor(purpose, ACTORS[actor], SUBJECT)).toEqual(expected);
  });
});

describe('a purpose', () => {
  it.each<[keyof typeof ACTORS, Purpose, string | null]>([
    ['self', 'OWN_RECORD', null],
    ['another', 'OWN_RECORD', null],
    ['self', 'CASE_REVIEW', 'PURPOSE_NOT_PERMITTED'],
    ['self', 'POINT_OF_CARE', 'PURPOSE_NOT_PERMITTED'],
    ['clerk', 'CASE_REVIEW', 'SUPERVISOR_REQUIRED'],
    ['clerk', 'OWN_RECORD', 'PURPOSE_NOT_PERMITTED'],
    ['supervisor', 'CASE_REVIEW', null],
    ['foreignSupervisor', 'CASE_REVIEW', null],
    ['supervisor', 'POINT_OF_CARE', 'PURPOSE_NOT_PERMITTED'],
    ['hospital', 'POINT_OF_CARE', null],
    ['hospital', 'CASE_REVIEW', 'PURPOSE_NOT_PERMITTED'],
    ['operator', 'CASE_REVIEW', 'PURPOSE_NOT_PERMITTED'],
    ['operator', 'OWN_RECORD', 'PURPOSE_NOT_PERMITTED'],
    ['service', 'POINT_OF_CARE', 'PURPOSE_NOT_PERMITTED'],
  ])('of %s, %s: %s', (actor, purpose, reason) => expect(refusalOfPurpose(purpose, ACTORS[actor])).toBe(reason));

  it('is one of three words', () => {
    expect(PURPOSES.every(isPurpose)).toBe(true);
    for (const text of ['', 'curiosity', 'case-review', 'OWN_RECORD ', 'toString']) expect(isPurpose(text)).toBe(false);
  });
});
