import { describe, expect, it } from 'vitest';
import { problemOf, readPolicy } from './index.js';
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
      'only a divided stay has its deductible each year',
      documentOf(undefined, {
        benefitYear: { startsOn: '01-01', crossYear: 'WHOLE', crossYearDeductible: 'EACH_YEAR' },
      }),
      /^benefitYear\.crossYearDeductible: only where a stay is divided BY_NIGHTS/,
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

/** 80 % for whoever each `when` holds, and nothing said of anybody else. */
const onlyFor = (...whens: Json[]): Json => banded([null, whens.map((when) => ({ when, is: '80%' }))]);
const nested = (outer: Json, ...inner: Json[]): Json =>
  banded([null, [{ when: outer, is: inner.map((when) => ({ when, is: '80%' })) }, { is: '80%' }]]);
const lessFor = (when: Json, points = '11%'): Json =>
  documentOf(undefined, {
    adjustments: [{ when: { benefitLevels: ['REFERRAL'], ...when }, mode: 'POINTS_LESS', points }],
  });

describe('a ratio by what only some have', () => {
  it.each<[string, Json]>([
    ['the ages meet', onlyFor({ age: { upTo: 59 } }, { age: { from: 60 } })],
    ['three ages meet', onlyFor({ age: { upTo: 17 } }, { age: { from: 18, upTo: 59 } }, { age: { from: 60 } })],
    ['visits meet', onlyFor({ visitNumber: { upTo: 2 } }, { visitNumber: { from: 3 } })],
    ['both ways to settle are said', onlyFor({ settledBy: 'DIRECT' }, { settledBy: 'MANUAL' })],
    ['all places are said', onlyFor({ places: ['HOME_AREA', 'HOME_PROVINCE'] }, { places: ['OTHER_PROVINCE'] })],
    ['others have one too', banded([null, [{ when: { personTags: ['低保'] }, is: '90%' }, { is: '80%' }]])],
    ['a tag’s own ages meet', nested({ personTags: ['低保'] }, { age: { upTo: 59 } }, { age: { from: 60 } })],
    [
      'it is a layer only for those',
      documentOf(undefined, { layers: [{ ...layer('MEDICAL_AID'), when: { personTags: ['低保'] } }] }),
    ],
  ])('is taken where %s', (_, document) => expect(problemOf(read(document))).toBeNull());

  it.each<[string, Json, RegExp]>([
    ['a year between two ages has none', onlyFor({ age: { upTo: 58 } }, { age: { from: 60 } }), /LOCAL, aged 59$/],
    ['the youngest have none', onlyFor({ age: { from: 18 } }), /aged 17$/],
    ['the oldest have none', onlyFor({ age: { upTo: 79 } }), /aged 80$/],
    ['a later visit has none', onlyFor({ visitNumber: { upTo: 2 } }), /visit 3$/],
    ['who has no tag has none', onlyFor({ personTags: ['低保'] }), /missing for ACTIVE, PRIMARY, LOCAL$/],
    [
      'who has a tag has none',
      nested({ personTags: ['低保'] }, { hospitalLevels: ['PRIMARY'] }),
      /SECONDARY, LOCAL, 低保$/,
    ],
    [
      'only both together have none',
      nested({ personTags: ['低保'] }, { age: { from: 60 } }, { visitNumber: { upTo: 1 } }),
      /aged 59, 低保, visit 2$/,
    ],
    [
      'only who has two tags has none',
      banded([
        null,
        [
          {
            when: { personTags: ['低保'] },
            is: [{ when: { personTags: ['学生'] }, is: [{ when: { age: { from: 60 } }, is: '80%' }] }, { is: '80%' }],
          },
          { is: '80%' },
        ],
      ]),
      /aged 59, 低保, 学生$/,
    ],
    ['a hospital without a tag has none', onlyFor({ hospitalTags: ['中医医院'] }), /missing/],
    ['a claim by hand has none', onlyFor({ settledBy: 'DIRECT' }), /MANUAL$/],
    ['a place has none', onlyFor({ places: ['OTHER_PROVINCE', 'HOME_AREA'] }), /HOME_PROVINCE$/],
    ['another disease has none', onlyFor({ diseaseCodes: ['M01'] }), /missing/],
    ['a disease has none', nested({ diseaseCodes: ['M01'] }, { age: { from: 60 } }), /aged 59, M01$/],
    ['other items have none', onlyFor({ itemKinds: ['CONSUMABLE'] }), /missing/],
    ['a dearer item has none', nested({ itemKinds: ['CONSUMABLE'] }, { unitPrice: { upTo: '5000' } }), /CONSUMABLE$/],
    [
      'whoever has none of forty things has none',
      onlyFor(...Array.from({ length: 39 }, (_, index) => ({ personTags: [`甲${index}`] })), { age: { from: 60 } }),
      /ACTIVE, PRIMARY, LOCAL, aged 59$/,
    ],
    [
      'there is too much to combine',
      banded([
        null,
        Array.from({ length: 14 }, (_, index) => ({
          when: { personTags: [`甲${index}`], hospitalTags: [`乙${index}`] },
          is: Array.from({ length: 14 }, (__, other) => ({ when: { personTags: [`甲${other}`] }, is: '80%' })),
        })),
      ]),
      /^visits\.INPATIENT\.bands\.0: too many conditions together to find who has no ratio$/,
    ],
    [
      'a layer’s band has none for those of whom it pays',
      documentOf(undefined, {
        layers: [
          {
            ...layer('OTHER', [
              { upTo: '100', ratio: '60%' },
              { upTo: null, ratio: [{ when: { age: { from: 60 } }, is: '60%' }] },
            ]),
            when: { personTags: ['低保'] },
          },
        ],
      }),
      /^layers\.0\.bands: a ratio is missing for ACTIVE, PRIMARY, LOCAL, aged 59, 低保$/,
    ],
    [
      'a layer’s age has none',
      documentOf(undefined, {
        layers: [layer('OTHER', [{ upTo: null, ratio: [{ when: { age: { from: 60 } }, is: '60%' }] }])],
      }),
      /^layers\.0\.bands: a ratio is missing for ACTIVE, PRIMARY, LOCAL, aged 59$/,
    ],
  ])('is refused where %s', (_, document, problem) => expect(problemOf(read(document))).toMatch(problem));
});

describe('the points that care away from home may lose', () => {
  it.each<[string, Json]>([
    ['a claim by hand', lessFor({ settledBy: 'MANUAL' })],
    ['the home province', lessFor({ places: ['HOME_PROVINCE'] })],
  ])('aren’t counted in %s', (_, document) => expect(problemOf(read(document))).toBeNull());

  it.each<[string, Json, RegExp]>([
    ['direct settlement', lessFor({ settledBy: 'DIRECT' }), /REFERRAL 11% less/],
    ['another province', lessFor({ places: ['OTHER_PROVINCE'] }), /REFERRAL 11% less/],
    ['those of an age', lessFor({ age: { from: 60 } }), /REFERRAL 11% less .*aged 60/],
    ['those under an age', lessFor({ age: { upTo: 17 } }), /REFERRAL 11% less .*aged 17/],
    ['those with a tag', lessFor({ personTags: ['低保'] }), /REFERRAL 11% less .*低保/],
    ['hospitals with a tag', lessFor({ hospitalTags: ['省属'] }), /REFERRAL 11% less .*省属/],
    ['a disease', lessFor({ diseaseCodes: ['M01'] }), /REFERRAL 11% less .*M01/],
    ['a later visit', lessFor({ visitNumber: { from: 3 } }), /REFERRAL 11% less .*visit 3/],
    ['one kind of item', lessFor({ itemKinds: ['CONSUMABLE'] }), /REFERRAL 11% less .*CONSUMABLE/],
    ['dear items', lessFor({ unitPrice: { from: '5000.01' } }), /REFERRAL 11% less .*at 5000\.01/],
    [
      'everybody in another province, whatever the level',
      documentOf(undefined, {
        adjustments: [{ when: { places: ['OTHER_PROVINCE'] }, mode: 'POINTS_LESS', points: '11%' }],
      }),
      /LOCAL 11% less .* 通知 二\(五\) allows 0%/,
    ],
    [
      'those whom an exception isn’t for',
      documentOf(undefined, {
        adjustments: [
          { when: { benefitLevels: ['REFERRAL'] }, mode: 'POINTS_LESS', points: '11%' },
          {
            when: { benefitLevels: ['REFERRAL'], personTags: ['低保'] },
            mode: 'POINTS_MORE',
            points: '1%',
            exception: '省级备案',
          },
        ],
      }),
      /REFERRAL 11% less/,
    ],
  ])('are counted for %s', (_, document, problem) => expect(problemOf(read(document))).toMatch(problem));
});

describe('a policy is refused', () => {
  const byClass = (is: unknown) => [{ when: { itemClasses: ['B'] }, is }, { is: '100' }];
  const above = {
    fund: 'LARGE_SUM',
    base: 'ABOVE_POOLING_CAP',
    countsDeductible: true,
    bands: [{ upTo: null, ratio: '90%' }],
  };
  const cap = { period: 'YEAR', on: 'FUND', most: '400000' };

  it.each<[string, Json, RegExp]>([
    [
      'a deductible by class',
      documentOf({ deductible: { basis: 'PER_VISIT', standard: byClass('1') } }),
      /^visits\.INPATIENT\.deductible: itemClasses/,
    ],
    [
      'a deductible changed by price',
      documentOf({
        deductible: {
          basis: 'PER_VISIT',
          standard: '1',
          adjustments: [{ when: { unitPrice: { from: '5' } }, mode: 'FACTOR', factor: '0.5' }],
        },
      }),
      /^visits\.INPATIENT\.deductible: itemClasses/,
    ],
    [
      'a cap by class',
      documentOf({ caps: [{ ...cap, most: byClass('1') }] }),
      /^visits\.INPATIENT\.caps\.0: itemClasses/,
    ],
    [
      'a pooling cap by class',
      documentOf({}, { poolingCap: { ...cap, most: byClass('1') } }),
      /^poolingCap: itemClasses/,
    ],
    [
      'a layer by kind of item',
      documentOf({}, { poolingCap: cap, layers: [{ ...above, when: { itemKinds: ['CONSUMABLE'] } }] }),
      /^layers\.0: itemClasses/,
    ],
    [
      'a layer above a cap that there isn’t',
      documentOf({}, { layers: [above] }),
      /^layers\.0\.base: there is no poolingCap/,
    ],
  ])('for %s', (_, document, problem) => expect(problemOf(read(document))).toMatch(problem));

  it.each<[string, Json, string]>([
    ['an age', { age: { from: 60, upTo: 59 } }, 'adjustments.0.when.age: from is above upTo'],
    ['a visit', { visitNumber: { from: 3, upTo: 2 } }, 'adjustments.0.when.visitNumber: from is above upTo'],
    ['a price', { unitPrice: { from: '0.02', upTo: '0.01' } }, 'adjustments.0.when.unitPrice: from is above upTo'],
  ])('for %s from above its end, and taken where both are one', (_, when, problem) => {
    const of = (condition: Json): unknown =>
      readPolicy(documentOf({}, { adjustments: [{ when: condition, mode: 'POINTS_MORE', points: '1%' }] }));
    expect(of(when)).toEqual({ problem });
    const same = Object.fromEntries(
      Object.entries(when).map(([name, range]) => [
        name,
        { from: (range as Json)['upTo'], upTo: (range as Json)['upTo'] },
      ]),
    );
    expect(of(same)).toHaveProperty('policy');
  });

  it('for a share of the bill with least above most', () => {
    const share = { shareOf: 'BILL', ratio: '20%', least: '900', most: '899.99' };
    expect(readPolicy(documentOf({ deductible: { basis: 'PER_VISIT', standard: share } }))).toEqual({
      problem: expect.stringContaining('least is above most') as string,
    });
  });

  it('for an amount of a thousand million', () => {
    const of = (most: string): unknown => readPolicy(documentOf({}, { poolingCap: { ...cap, most } }));
    expect(of('999999999.99')).toHaveProperty('policy');
    expect(of('1000000000')).toEqual({ problem: expect.stringContaining('below a thousand million') as string });
  });

  it.each<[string, Json, RegExp]>([
    ['before it', { endedOn: '2021-12-31' }, /claim\.endedOn 2021-12-31 is outside of the policy’s 2022-01-01 to …/],
    [
      'of somebody insured otherwise',
      { personType: 'RESIDENT' },
      /claim\.personType RESIDENT is none of EMPLOYEE: ACTIVE, RETIREE/,
    ],
  ])('for an example %s', (_, change, problem) => {
    const claim = {
      visitKind: 'INPATIENT',
      personType: 'ACTIVE',
      hospitalLevel: 'TERTIARY',
      endedOn: '2026-01-01',
      inScope: '1',
      ...change,
    };
    const examples = [{ name: '一', claim, expect: { fund: '0', personal: '1' } }];
    expect(problemOf(read(documentOf({}, { examples })))).toMatch(problem);
  });
});
