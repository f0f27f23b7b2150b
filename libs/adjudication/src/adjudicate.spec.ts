import fc from 'fast-check';
import { fen } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { addDeltas, adjudicate, explain, type Accumulators, type Claim } from './index.js';
import { residentOf, WEINAN, XIAN, XIAN_DOCUMENT } from './spec-cities.js';
import { claim, documentOf, paid, paidBy, read, split, yuan } from './spec-policies.js';

describe('adjudication of the 30,000.00 yuan bill, 27,500.00 in scope', () => {
  const bill = split('27500', '1000', '500', '1000');

  it.each<[string, Partial<Claim>, Accumulators, string, string]>([
    ['a long-term resident', {}, {}, '21040.00', '8960.00'],
    ['a referral', { benefitLevel: 'REFERRAL' }, {}, '18410.00', '11590.00'],
    ['an emergency', { benefitLevel: 'EMERGENCY' }, {}, '18410.00', '11590.00'],
    ['another temporary stay', { benefitLevel: 'OTHER_TEMPORARY' }, {}, '15780.00', '14220.00'],
    ['a retiree', { personType: 'RETIREE' }, {}, '22355.00', '7645.00'],
    ['a second admission', {}, { INPATIENT_VISITS: 1n }, '21232.00', '8768.00'],
    ['a fifth admission', {}, { INPATIENT_VISITS: 4n }, '21232.00', '8768.00'],
  ])('pays %s', (_, change, before, pooling, personal) => {
    const result = paid(claim({ split: bill, ...change }), XIAN, before);
    expect([paidBy('POOLING', result), result.personalFen]).toEqual([yuan(pooling), yuan(personal)]);
  });

  it('by a factor instead of points', () => {
    const factor = { when: { benefitLevels: ['OTHER_TEMPORARY'] }, mode: 'FACTOR', factor: '0.8' };
    const policy = read({ ...XIAN_DOCUMENT, adjustments: [factor] });
    const result = paid(claim({ split: bill, benefitLevel: 'OTHER_TEMPORARY' }), policy);
    expect(paidBy('POOLING', result)).toBe(yuan('16832'));
  });

  it('explains each step by the rule that it comes from', () => {
    const { steps } = paid(claim({ split: bill, benefitLevel: 'REFERRAL' }), XIAN);
    expect(explain(steps).map(({ rule, rate, resultFen }) => [rule, rate, resultFen])).toEqual([
      ['IN_SCOPE', '', yuan('27500')],
      ['DEDUCTIBLE', '', yuan('1200')],
      ['POOLING_RATIO', '70%', yuan('18410')],
      ['PERSONAL', '', yuan('11590')],
    ]);
  });
});

describe('caps', () => {
  it('hands what lies above the pooling cap to the large-sum fund, counted on the base', () => {
    const result = paid(claim({ split: split('11200') }), XIAN, { POOLING_PAID: yuan('395000') });
    expect([paidBy('POOLING', result), paidBy('LARGE_SUM', result), result.personalFen]).toEqual([
      yuan('5000'),
      yuan('3375'),
      yuan('2825'),
    ]);
  });
  it('pays nothing above the large-sum cap', () => {
    const before = { POOLING_PAID: yuan('400000'), LARGE_SUM_PAID: yuan('99000') };
    expect(paid(claim({ split: split('101200') }), XIAN, before).fundTotalFen).toBe(yuan('1000'));
  });
  it('pays nothing above the outpatient cap, and no large-sum either', () => {
    const visit = claim({ visitKind: 'OUTPATIENT', split: split('5000') });
    const result = paid(visit, XIAN, { OUTPATIENT_POOLING: yuan('1900') });
    expect(result.funds).toEqual([
      { fund: 'POOLING', amountFen: yuan('100'), baseFen: yuan('4800'), limitFen: yuan('100') },
    ]);
  });
});

describe('the yearly deductible', () => {
  it.each([
    ['150', '100', '50', '25'],
    ['200', '100', '0', '50'],
    ['0', '100', '100', '0'],
  ])('after %s used, a bill of %s pays %s more of it', (used, bill, deductible, pooling) => {
    const visit = claim({ visitKind: 'OUTPATIENT', split: split(bill) });
    const result = paid(visit, XIAN, { OUTPATIENT_DEDUCTIBLE: yuan(used) });
    expect([result.deductibleFen, paidBy('POOLING', result)]).toEqual([yuan(deductible), yuan(pooling)]);
  });
});

describe('critical illness', () => {
  it('pays the published 广州 example of 2022: personal 23,116.00 of 100,000.00 yuan', () => {
    const guangzhou = residentOf('500', '70%', {
      countsDeductible: true,
      threshold: '18000',
      bands: [{ upTo: null, ratio: '60%' }],
    });
    const result = paid(claim({ personType: 'RESIDENT', split: split('99800', '100', '0', '100') }), guangzhou);
    expect([paidBy('POOLING', result), paidBy('CRITICAL_ILLNESS', result), result.personalFen]).toEqual([
      yuan('69510'),
      yuan('7374'),
      yuan('23116'),
    ]);
  });
  it('pays the 渭南 vector', () => {
    const result = paid(claim({ personType: 'RESIDENT', split: split('120000') }), WEINAN);
    expect([paidBy('POOLING', result), paidBy('CRITICAL_ILLNESS', result)]).toEqual([yuan('77350'), yuan('20155')]);
  });
  it('pays the year’s total alike however the year is divided into stays', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 200_000n, max: 5_000_000n }), { minLength: 1, maxLength: 8 }), (bills) => {
        let totals: Accumulators = {};
        for (const bill of bills) {
          const of = claim({ personType: 'RESIDENT', split: { ...split('0'), inScopeFen: fen(bill) } });
          totals = addDeltas(totals, paid(of, WEINAN, totals).deltas);
        }
        const above = (totals.CRITICAL_ILLNESS_BASE ?? 0n) - yuan('10000');
        const first = above < yuan('20000') ? above : yuan('20000');
        const due = above <= 0n ? 0n : (first * 60n + (above - first) * 70n + 50n) / 100n;
        expect(totals.CRITICAL_ILLNESS_PAID ?? 0n).toBe(due < yuan('300000') ? due : yuan('300000'));
      }),
    );
  });
});

describe('bands that count from zero, with the deductible inside the first', () => {
  const banded = read(
    documentOf(
      {
        deductible: { basis: 'PER_VISIT', standard: '400' },
        bandsFrom: 'ZERO',
        bands: [
          { upTo: '10000', ratio: '80%' },
          { upTo: '30000', ratio: '85%' },
          { upTo: null, ratio: '90%' },
        ],
      },
      { poolingCap: { period: 'YEAR', on: 'FUND', most: '60000' } },
    ),
  );
  it.each([
    ['10000', '7680'],
    ['30000', '24680'],
    ['400', '0'],
    ['200000', '60000'],
  ])('of %s in scope pay %s', (inScope, pooling) =>
    expect(paidBy('POOLING', paid(claim({ split: split(inScope) }), banded))).toBe(yuan(pooling)),
  );
});

describe('what the policy doesn’t say', () => {
  it('of a kind of visit: not settled directly', () =>
    expect(adjudicate(claim({ visitKind: 'CHRONIC' }), XIAN, {})).toEqual({
      ok: false,
      reason: 'VISIT_KIND_NOT_COVERED',
    }));
  it.each([
    ['the pooling fund’s ratio', documentOf({ bands: [{ upTo: null, ratio: { byLevel: { PRIMARY: '80%' } } }] })],
    [
      'another fund’s ratio',
      documentOf(undefined, {
        layers: [
          {
            fund: 'MEDICAL_AID',
            base: 'SELF_PAY',
            countsDeductible: true,
            bands: [{ upTo: null, ratio: { byLevel: { PRIMARY: '80%' } } }],
          },
        ],
      }),
    ],
  ])('of %s: incomplete', (_, document) =>
    expect(adjudicate(claim(), read(document), {})).toEqual({ ok: false, reason: 'POLICY_INCOMPLETE' }),
  );
});
