import { describe, expect, it } from 'vitest';
import { problemOf } from './index.js';
import { documentOf, read, type Json } from './spec-policies.js';

const banded = (...bands: (readonly [upTo: string | null, ratio: unknown])[]): Json =>
  documentOf({ bands: bands.map(([upTo, ratio]) => ({ upTo, ratio })) });
const adjusted = (benefitLevels: string[] | null, change: Json, inpatient: Json = {}): Json =>
  documentOf(inpatient, { adjustments: [{ ...(benefitLevels ? { when: { benefitLevels } } : {}), ...change }] });
const pointsLess = (benefitLevel: string, points: string): Json =>
  adjusted([benefitLevel], { mode: 'POINTS_LESS', points });
const layer = (fund: string, bands: Json[] = [{ upTo: null, ratio: '60%' }]): Json => ({
  fund,
  base: 'YEAR_SELF_PAY',
  countsDeductible: true,
  bands,
});

describe('a policy’s content', () => {
  it.each<[string, Json]>([
    ['whole', documentOf()],
    ['on one day', documentOf(undefined, { validTo: '2022-01-01' })],
    ['with ten points less for a referral', pointsLess('REFERRAL', '10%')],
    ['with ten points less for an emergency', pointsLess('EMERGENCY', '10%')],
    ['with twenty points less for another stay', pointsLess('OTHER_TEMPORARY', '20%')],
    // 80 % × 0.9 is eight points less, × 0.8 sixteen.
    ['with a factor within the points', adjusted(['REFERRAL'], { mode: 'FACTOR', factor: '0.9' })],
    [
      'with more than allowed, by exception',
      adjusted(['REFERRAL'], { mode: 'ABSOLUTE', ratio: '40%', exception: '省级备案' }),
    ],
    [
      'with an exception for whoever it is',
      adjusted(null, { mode: 'POINTS_LESS', points: '5%', exception: '省级备案' }),
    ],
    [
      'with ratios for each class of item',
      banded([
        null,
        [
          { when: { itemClasses: ['A'] }, is: '85%' },
          { when: { itemClasses: ['B'] }, is: '75%' },
        ],
      ]),
    ],
    [
      'with two layers of one fund, one of them of the year',
      documentOf(undefined, { layers: [layer('MEDICAL_AID'), { ...layer('MEDICAL_AID'), base: 'SELF_PAY' }] }),
    ],
  ])('is taken when %s', (_, document) => expect(problemOf(read(document))).toBeNull());

  it.each<[string, Json, RegExp]>([
    [
      'bands must rise',
      banded(['200', '80%'], ['100', '80%'], [null, '80%']),
      /^visits\.INPATIENT\.bands: limits must rise/,
    ],
    ['bands don’t stand still', banded(['200', '80%'], ['200', '80%'], [null, '80%']), /limits must rise/],
    ['no band but the last is open', banded([null, '80%'], ['200', '80%'], [null, '80%']), /limits must rise/],
    ['the last band is open', banded(['200', '80%']), /open-ended/],
    ['each person has a ratio', banded([null, { byPerson: { ACTIVE: '80%' } }]), /a ratio is missing for RETIREE/],
    [
      'each hospital level has one',
      banded([null, { byLevel: { TERTIARY: '80%' } }]),
      /a ratio is missing for ACTIVE, PRIMARY/,
    ],
    [
      'each hospital level has one in each layer',
      documentOf(undefined, { layers: [layer('OTHER', [{ upTo: null, ratio: { byLevel: { TERTIARY: '60%' } } }])] }),
      /^layers\.0\.bands: a ratio is missing for ACTIVE, PRIMARY/,
    ],
    [
      'a year is not divided by nights',
      documentOf(undefined, { benefitYear: { startsOn: '01-01', crossYear: 'BY_NIGHTS' } }),
      /BY_NIGHTS/,
    ],
    [
      'each class of item has one',
      banded([null, [{ when: { itemClasses: ['A'] }, is: '80%' }]]),
      /^visits\.INPATIENT\.bands\.0: a ratio is missing/,
    ],
    [
      'each benefit level has one',
      banded([null, [{ when: { benefitLevels: ['LOCAL', 'REFERRAL'] }, is: '80%' }]]),
      /a ratio is missing/,
    ],
    [
      'a referral falls by at most ten points',
      pointsLess('REFERRAL', '11%'),
      /REFERRAL 11% less .* 通知 二\(六\) allows 10%/,
    ],
    ['so does an emergency', pointsLess('EMERGENCY', '11%'), /EMERGENCY 11% less/],
    [
      'another stay falls by at most twenty',
      pointsLess('OTHER_TEMPORARY', '21%'),
      /OTHER_TEMPORARY 21% less .* allows 20%/,
    ],
    ['by whatever it falls', adjusted(['REFERRAL'], { mode: 'FACTOR', factor: '0.85' }), /REFERRAL 12% less/],
    [
      'or in its bands',
      banded([null, [{ when: { benefitLevels: ['EMERGENCY'] }, is: '60%' }, { is: '80%' }]]),
      /EMERGENCY 20% less/,
    ],
    [
      'an exception for one level is none for another',
      documentOf(undefined, {
        adjustments: [
          { when: { benefitLevels: ['OTHER_TEMPORARY'] }, mode: 'POINTS_LESS', points: '30%', exception: '省级备案' },
          { when: { benefitLevels: ['REFERRAL'] }, mode: 'POINTS_LESS', points: '11%' },
        ],
      }),
      /REFERRAL 11% less/,
    ],
    ['it ends after it begins', documentOf(undefined, { validTo: '2021-12-31' }), /before validFrom/],
    ['it covers stays', documentOf(undefined, { visits: {} }), /INPATIENT is missing/],
    [
      'a fund counts the year once',
      documentOf(undefined, { layers: [layer('CRITICAL_ILLNESS'), layer('CRITICAL_ILLNESS')] }),
      /more than one layer of the whole year/,
    ],
    [
      'other funds’ bands rise too',
      documentOf(undefined, {
        layers: [
          layer('CRITICAL_ILLNESS', [
            { upTo: '200', ratio: '60%' },
            { upTo: '100', ratio: '60%' },
            { upTo: null, ratio: '60%' },
          ]),
        ],
      }),
      /^layers\.0\.bands: limits must rise/,
    ],
  ])('is refused: %s', (_, document, problem) => expect(problemOf(read(document))).toMatch(problem));
});
