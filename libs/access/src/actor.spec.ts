import { describe, expect, it } from 'vitest';
import { actorProblem, areaPrefix, ownsRegion, type Actor } from './actor.js';

const person = '01890a5d-ac96-774b-bcce-b302099a8057';
const WHOLE: readonly Actor[] = [
  { role: 'insured', region: '130000', subject: 'p', person },
  { role: 'hospital', region: '110000', subject: 'h', institution: 'H11010500001' },
  { role: 'bureau', region: '130000', subject: 'c', rank: 'clerk' },
  { role: 'bureau', region: '130000', subject: 'c', rank: 'supervisor', area: '131000' },
  { role: 'operator', region: '000000', subject: 'o', rank: 'supervisor' },
  { role: 'service', region: '000000', subject: 'clearing' },
  { role: 'service', region: '660000', subject: 'settlement' },
];

describe('an actor', () => {
  it.each(WHOLE)('is whole as $role of $region', (actor) => expect(actorProblem(actor)).toBeNull());

  it.each<[string, Actor]>([
    ['a person of the nation', { role: 'insured', region: '000000', subject: 'p', person }],
    ['a person who is nobody', { role: 'insured', region: '130000', subject: 'p' }],
    ['a hospital that is none', { role: 'hospital', region: '110000', subject: 'h' }],
    [
      'a hospital of another province',
      { role: 'hospital', region: '120000', subject: 'h', institution: 'H11010500001' },
    ],
    [
      'a hospital that is a person too',
      { role: 'hospital', region: '110000', subject: 'h', institution: 'H11010500001', person },
    ],
    [
      'a hospital with a rank',
      { role: 'hospital', region: '110000', subject: 'h', institution: 'H11010500001', rank: 'clerk' },
    ],
    ['a bureau without a rank', { role: 'bureau', region: '130000', subject: 'b' }],
    ['a bureau of the nation', { role: 'bureau', region: '000000', subject: 'b', rank: 'clerk' }],
    ['a bureau of a prefecture as its tenant', { role: 'bureau', region: '131000', subject: 'b', rank: 'clerk' }],
    ['a bureau of no province', { role: 'bureau', region: '990000', subject: 'b', rank: 'clerk' }],
    [
      'a bureau with another province’s area',
      { role: 'bureau', region: '130000', subject: 'b', rank: 'clerk', area: '110100' },
    ],
    [
      'a bureau whose area is its province',
      { role: 'bureau', region: '130000', subject: 'b', rank: 'clerk', area: '130000' },
    ],
    ['an operator of a province', { role: 'operator', region: '130000', subject: 'o', rank: 'clerk' }],
    ['a service with a person', { role: 'service', region: '130000', subject: 's', person }],
  ])('is never %s', (_what, actor) => expect(actorProblem(actor)).not.toBeNull());
});

describe('an area', () => {
  it.each([
    [undefined, ''],
    ['131000', '1310'],
    ['131002', '131002'],
  ])('%s is told by the digits %j', (area, prefix) => expect(areaPrefix(area)).toBe(prefix));

  it('is owned with everything in it, and nothing beside it', () => {
    const langfang: Actor = { role: 'bureau', region: '130000', subject: 'b', rank: 'clerk', area: '131000' };
    expect(
      ['131000', '131002', '130100', '130000', '110000', 'x'].map((region) => ownsRegion(langfang, region)),
    ).toEqual([true, true, false, false, false, false]);
  });
});
