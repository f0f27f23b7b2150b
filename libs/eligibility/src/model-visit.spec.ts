import { describe, expect, it } from 'vitest';
import { FOUNDING_RULES } from './founding-rules.js';
import { coverOfModelVisit, type ModelVisit } from './model-visit.js';
import type { FilingRule } from './rules.js';

/** 苏浙, by the referral standard. */
const AGREED: FilingRule = {
  owner: '000000',
  source: 'spec',
  validFrom: '2026-01-01',
  validTo: null,
  content: {
    kind: 'AGREEMENT',
    name: '苏浙',
    parties: ['320000', '330000'],
    effect: 'DEEMED_FILED',
    benefitLevel: 'REFERRAL',
  },
};
const RULES = [...FOUNDING_RULES, AGREED];

function coverOf(change: Partial<ModelVisit>): string {
  const visit: ModelVisit = {
    insuredRegion: '610100',
    treatingRegion: '310115',
    on: '2026-06-30',
    visitKind: 'INPATIENT',
    diseaseCode: null,
    category: null,
    ...change,
  };
  const cover = coverOfModelVisit(visit, RULES);
  return cover.covered ? `${cover.benefitLevel} ${cover.basis ?? 'BY_HAND'}` : cover.reason;
}

describe('how a model visit is covered', () => {
  it.each([
    ['by the filing’s level', { category: 'LONG_TERM_WORKER' }, 'LOCAL FILED'],
    ['by the filing’s level', { category: 'RETIREE_RESETTLED' }, 'LOCAL FILED'],
    ['by the filing’s level', { category: 'LONG_TERM_RESIDENT' }, 'LOCAL FILED'],
    ['by the filing’s level', { category: 'REFERRAL' }, 'REFERRAL FILED'],
    ['by the filing’s level', { category: 'OTHER_TEMPORARY' }, 'OTHER_TEMPORARY FILED'],
    ['an emergency is deemed filed', { category: 'EMERGENCY' }, 'EMERGENCY EMERGENCY_DEEMED_FILED'],
    ['by hand where nothing is filed', {}, 'OTHER_TEMPORARY BY_HAND'],
    ['not at home', { treatingRegion: '610200', category: 'REFERRAL' }, 'NOT_CROSS_PROVINCE'],
    ['Corps and region are two', { insuredRegion: '660100', treatingRegion: '650102' }, 'OTHER_TEMPORARY BY_HAND'],
  ] satisfies [string, Partial<ModelVisit>, string][])('%s: %j is %s', (_, change, expected) =>
    expect(coverOf(change)).toBe(expected),
  );

  it.each([
    ['deems unfiled care filed', null, 'REFERRAL AGREEMENT_DEEMED_FILED'],
    ['lifts another temporary stay', 'OTHER_TEMPORARY', 'REFERRAL AGREEMENT_DEEMED_FILED'],
    ['gives way to a filing of the same level', 'REFERRAL', 'REFERRAL FILED'],
    ['gives way to a better filing', 'LONG_TERM_WORKER', 'LOCAL FILED'],
    ['beats an emergency', 'EMERGENCY', 'REFERRAL AGREEMENT_DEEMED_FILED'],
  ] as const)('an agreement %s', (_, category, expected) => {
    expect(coverOf({ insuredRegion: '320500', treatingRegion: '330421', category })).toBe(expected);
  });

  it('no agreement counts before its first day', () => {
    const places = { insuredRegion: '131000', treatingRegion: '110101' };
    expect(coverOf({ ...places, on: '2023-04-01' })).toBe('LOCAL AGREEMENT_DEEMED_FILED');
    expect(coverOf({ ...places, on: '2023-03-31' })).toBe('OTHER_TEMPORARY BY_HAND');
  });

  it.each([
    ['an opened disease', { diseaseCode: 'M03900', category: 'REFERRAL' }, 'REFERRAL FILED'],
    ['a disease that is not opened', { diseaseCode: 'M10000', category: 'REFERRAL' }, 'DISEASE_NOT_OPENED'],
    ['one that is not opened, by hand', { diseaseCode: 'M10000' }, 'OTHER_TEMPORARY BY_HAND'],
    ['one that isn’t said', { category: 'REFERRAL' }, 'REFERRAL FILED'],
    ['one not opened yet', { diseaseCode: 'M05300', category: 'REFERRAL', on: '2020-01-01' }, 'DISEASE_NOT_OPENED'],
  ] satisfies [string, Partial<ModelVisit>, string][])('%s: %j is %s', (_, change, expected) =>
    expect(coverOf({ visitKind: 'CHRONIC', ...change })).toBe(expected),
  );
});
