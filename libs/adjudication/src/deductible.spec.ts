import { describe, expect, it } from 'vitest';
import type { Accumulators } from './accumulators.js';
import type { Claim } from './claim.js';
import { deductibleKind } from './deductible.js';
import type { DeductibleRule } from './policy.js';
import { claim, documentOf, paid, read, split, yuan, type Json } from './spec-policies.js';

/** What a stay of the whole bill, 20,000 yuan of which 10,000 are in scope, pays by a rule before any fund does. */
function deductibleOf(deductible: Json, of: Partial<Claim> = {}, before: Accumulators = {}) {
  const policy = read(documentOf({ deductible: { basis: 'PER_VISIT', standard: '1000', ...deductible } }));
  return paid(claim({ split: split('10000', '10000'), ...of }), policy, before);
}

describe('the deductible', () => {
  it.each<[string, Json, Partial<Claim>, string]>([
    ['is the standard', {}, {}, '1000'],
    ['is no more than what it is paid of', {}, { split: split('600') }, '600'],
    ['is nothing where there is none', { basis: 'NONE' }, {}, '0'],
    ['is nothing where nothing is said of the hospital', { standard: { byLevel: { PRIMARY: '300' } } }, {}, '0'],
    ['is a share of the bill', { standard: { shareOf: 'BILL', ratio: '7%' } }, {}, '1400'],
    ['is a share of what is in scope', { standard: { shareOf: 'IN_SCOPE', ratio: '7%' } }, {}, '700'],
    ['is a share, but at least', { standard: { shareOf: 'BILL', ratio: '7%', least: '1500' } }, {}, '1500'],
    ['is a share, but at most', { standard: { shareOf: 'BILL', ratio: '7%', most: '1300' } }, {}, '1300'],
    [
      'is a share between its bounds',
      { standard: { shareOf: 'BILL', ratio: '7%', least: '1300', most: '1500' } },
      {},
      '1400',
    ],
  ])('%s', (_, rule, of, expected) => expect(deductibleOf(rule, of).deductibleFen).toBe(yuan(expected)));

  it.each<[string, Json[], string[]]>([
    ['multiplied', [{ mode: 'FACTOR', factor: '2.5' }], ['2500', '2500', '2500', '2500']],
    ['less an amount', [{ mode: 'LESS', amount: '300' }], ['700', '700', '700', '700']],
    ['less more than there is', [{ mode: 'LESS', amount: '1300' }], ['0', '0', '0', '0']],
    [
      'by visit, the last factor for all later ones',
      [{ mode: 'FACTORS_BY_VISIT', factors: ['1', '0.8', '0.5'] }],
      ['1000', '800', '500', '500'],
    ],
    ['less for each visit', [{ mode: 'LESS_BY_VISIT', amount: '400' }], ['1000', '600', '200', '0']],
    ['a share less for each visit', [{ mode: 'SHARE_LESS_BY_VISIT', ratio: '40%' }], ['1000', '600', '200', '0']],
    [
      'not below a floor',
      [
        { mode: 'LESS_BY_VISIT', amount: '400' },
        { mode: 'FLOOR', least: '500' },
      ],
      ['1000', '600', '500', '500'],
    ],
    [
      'not below a floor that the standard itself is below',
      [
        { mode: 'LESS_BY_VISIT', amount: '400' },
        { mode: 'FLOOR', least: '1200' },
      ],
      ['1000', '1000', '1000', '1000'],
    ],
    [
      'not below a floor for others',
      [
        { mode: 'LESS_BY_VISIT', amount: '400' },
        { mode: 'FLOOR', least: { byLevel: { PRIMARY: '500' } } },
      ],
      ['1000', '600', '200', '0'],
    ],
    [
      'one after another',
      [
        { mode: 'FACTOR', factor: '0.5' },
        { mode: 'LESS', amount: '100' },
      ],
      ['400', '400', '400', '400'],
    ],
    [
      'in their order',
      [
        { mode: 'LESS', amount: '100' },
        { mode: 'FACTOR', factor: '0.5' },
      ],
      ['450', '450', '450', '450'],
    ],
    [
      'for others',
      [{ when: { personTypes: ['RETIREE'] }, mode: 'FACTOR', factor: '0.5' }],
      ['1000', '1000', '1000', '1000'],
    ],
  ])('is adjusted %s, on the first four visits', (_, adjustments, expected) => {
    const visits = [0n, 1n, 2n, 3n].map((INPATIENT_VISITS) => deductibleOf({ adjustments }, {}, { INPATIENT_VISITS }));
    expect(visits.map(({ deductibleFen }) => deductibleFen)).toEqual(expected.map(yuan));
  });

  it.each<[string, Json, Accumulators, string]>([
    ['again on each visit', {}, { INPATIENT_DEDUCTIBLE: yuan('900') }, '1000'],
    ['once a year', { basis: 'PER_YEAR' }, { INPATIENT_DEDUCTIBLE: yuan('900') }, '100'],
    ['no more in a year in which it is paid', { basis: 'PER_YEAR' }, { INPATIENT_DEDUCTIBLE: yuan('1000') }, '0'],
    ['nothing back where more was paid', { basis: 'PER_YEAR' }, { INPATIENT_DEDUCTIBLE: yuan('1100') }, '0'],
    ['up to what a year asks for', { yearlyMost: '1500' }, { INPATIENT_DEDUCTIBLE: yuan('900') }, '600'],
    ['whole where a year asks for more', { yearlyMost: '2500' }, { INPATIENT_DEDUCTIBLE: yuan('900') }, '1000'],
    [
      'without a yearly most that is for others',
      { yearlyMost: { byLevel: { PRIMARY: '1' } } },
      { INPATIENT_DEDUCTIBLE: yuan('900') },
      '1000',
    ],
  ])('is paid %s', (_, rule, before, expected) =>
    expect(deductibleOf(rule, {}, before).deductibleFen).toBe(yuan(expected)),
  );

  it.each<[DeductibleRule['basis'], Partial<Claim>, string | null]>([
    ['NONE', {}, null],
    ['PER_VISIT', {}, null],
    ['PER_YEAR', {}, 'INPATIENT_DEDUCTIBLE'],
    ['PER_HOSPITAL_AND_YEAR', {}, 'INPATIENT_DEDUCTIBLE@H11010800001'],
    ['PER_DISEASE_AND_YEAR', { diseaseCode: 'M01600' }, 'INPATIENT_DEDUCTIBLE@M01600'],
    ['PER_DISEASE_AND_YEAR', { diseaseCode: null }, 'INPATIENT_DEDUCTIBLE@'],
    ['PER_QUARTER', { endedOn: '2026-03-31' }, 'INPATIENT_DEDUCTIBLE@2026Q1'],
    ['PER_QUARTER', { endedOn: '2026-04-01' }, 'INPATIENT_DEDUCTIBLE@2026Q2'],
    ['PER_MONTH', { visitKind: 'OUTPATIENT' }, 'OUTPATIENT_DEDUCTIBLE@2026-03'],
  ])('%s of %j is counted by %s', (basis, of, expected) => {
    const { visits } = read(documentOf({ deductible: { basis, standard: '1000' } }));
    const rule = visits.INPATIENT?.deductible;
    expect(rule && deductibleKind(claim(of), rule)).toBe(expected);
  });

  it.each<[string, Json, object[]]>([
    [
      'of each visit',
      {},
      [{ baseFen: yuan('10000'), figureFen: yuan('1000'), resultFen: yuan('1000'), remark: false }],
    ],
    [
      'of a year',
      { basis: 'PER_YEAR' },
      [{ baseFen: yuan('10000'), figureFen: yuan('1000'), resultFen: yuan('100'), remark: true }],
    ],
    ['that isn’t one', { basis: 'NONE' }, []],
    ['of nothing', { standard: '0' }, [{ figureFen: yuan('0'), resultFen: yuan('0') }]],
    ['that is others’', { standard: { byLevel: { PRIMARY: '1' } } }, []],
  ])('%s is explained by its standard and what is paid of it', (_, rule, expected) => {
    const { steps } = deductibleOf(rule, {}, { INPATIENT_DEDUCTIBLE: yuan('900') });
    expect(steps.filter((step) => step.rule === 'DEDUCTIBLE')).toMatchObject(expected);
  });
});
