import { describe, expect, it } from 'vitest';
import { askedBy, dependsOnPerson, whensOf, type Asked } from './index.js';
import { documentOf, read, stay, type Json } from './spec-policies.js';

const asked = (document: Json): string[] =>
  Object.entries(askedBy(read(document)))
    .filter(([, isAsked]) => isAsked)
    .map(([fact]) => fact);
const on = (when: Json, otherwise = '1'): Json[] => [{ when, is: '0' }, { is: otherwise }];

describe('what a policy asks about', () => {
  it('is nothing beyond what every claim says, where its rules say nothing of it', () =>
    expect(
      asked(
        documentOf(undefined, { adjustments: [{ when: { personTypes: ['RETIREE'] }, mode: 'FACTOR', factor: '0.9' }] }),
      ),
    ).toEqual([]));

  const facts: [keyof Asked, Json][] = [
    ['age', { age: { from: 60 } }],
    ['personTags', { personTags: ['低保'] }],
    ['hospitalTags', { hospitalTags: ['省属'] }],
    ['diseaseCodes', { diseaseCodes: ['M039'] }],
    ['visitNumber', { visitNumber: { from: 2 } }],
    ['itemClasses', { itemClasses: ['A'] }],
    ['itemKinds', { itemKinds: ['CONSUMABLE'] }],
    ['unitPrice', { unitPrice: { upTo: '5000' } }],
  ];
  it.each(facts)('is %s where a ratio depends on it', (fact, when) =>
    expect(asked(documentOf({ bands: [{ upTo: null, ratio: on(when) }] }))).toEqual([fact]),
  );

  const layer = (change: Json): Json => ({
    layers: [
      { fund: 'OTHER', base: 'SELF_PAY', countsDeductible: true, bands: [{ upTo: null, ratio: '50%' }], ...change },
    ],
  });
  const old = { age: { from: 60 } };
  const places: [string, Json][] = [
    ['the first self-pay', documentOf({ firstSelfPay: { ratio: on(old) } })],
    ['the deductible', documentOf({ deductible: { basis: 'PER_VISIT', standard: on(old) } })],
    [
      'what a year asks for at most',
      documentOf({ deductible: { basis: 'PER_VISIT', standard: '1', yearlyMost: on(old) } }),
    ],
    [
      'a change of the deductible',
      documentOf({
        deductible: { basis: 'PER_VISIT', standard: '1', adjustments: [{ when: old, mode: 'LESS', amount: '1' }] },
      }),
    ],
    [
      'its floor',
      documentOf({
        deductible: { basis: 'PER_VISIT', standard: '1', adjustments: [{ mode: 'FLOOR', least: on(old) }] },
      }),
    ],
    ['a visit’s cap', documentOf({ caps: [{ period: 'YEAR', on: 'FUND', most: on(old) }] })],
    ['the pooling cap', documentOf(undefined, { poolingCap: { period: 'YEAR', on: 'FUND', most: on(old) } })],
    ['when a ratio changes', documentOf(undefined, { adjustments: [{ when: old, mode: 'FACTOR', factor: '1' }] })],
    ['what it becomes', documentOf(undefined, { adjustments: [{ mode: 'ABSOLUTE', ratio: on(old) }] })],
    [
      'points for age',
      documentOf(undefined, { adjustments: [{ mode: 'POINTS_BY_AGE', fromAge: 50, everyYears: 10, points: '2%' }] }),
    ],
    ['whom another fund pays', documentOf(undefined, layer({ when: old }))],
    ['its threshold', documentOf(undefined, layer({ threshold: on(old) }))],
    ['its ratio', documentOf(undefined, layer({ bands: [{ upTo: null, ratio: on(old) }] }))],
    ['its limit', documentOf(undefined, layer({ yearlyMost: on(old) }))],
    [
      'a figure by hospital and person',
      documentOf({ bands: [{ upTo: null, ratio: { byLevel: { TERTIARY: { byPerson: { ACTIVE: on(old) } } } } }] }),
    ],
    [
      'a case within a case',
      documentOf({ bands: [{ upTo: null, ratio: [{ when: { places: ['HOME_AREA'] }, is: on(old) }, { is: '1' }] }] }),
    ],
    [
      'another kind of visit',
      documentOf(undefined, {
        visits: { INPATIENT: stay(), CHRONIC: stay({ bands: [{ upTo: null, ratio: on(old) }] }) },
      }),
    ],
  ];
  it.each(places)('is age where %s depends on it, and then the person’s record is needed', (_, document) => {
    expect(asked(document)).toEqual(['age']);
    expect(dependsOnPerson(read(document))).toBe(true);
  });

  it('is the person’s tags too', () =>
    expect(dependsOnPerson(read(documentOf({ bands: [{ upTo: null, ratio: on({ personTags: ['低保'] }) }] })))).toBe(
      true,
    ));

  it('is not the person where only the hospital matters', () =>
    expect(dependsOnPerson(read(documentOf({ bands: [{ upTo: null, ratio: on({ hospitalTags: ['省属'] }) }] })))).toBe(
      false,
    ));

  it('is found out once', () => {
    const policy = read(documentOf());
    expect(askedBy(policy)).toBe(askedBy(policy));
    expect(whensOf(policy)).toEqual([]);
  });
});
