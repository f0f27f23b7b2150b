import { describe, expect, it } from 'vitest';
import { explain, type Accumulators, type Claim } from './index.js';
import { claim, documentOf, paid, read, split, yuan, type Json } from './spec-policies.js';

const layer = (change: Json = {}): Json => ({
  fund: 'CRITICAL_ILLNESS',
  base: 'SELF_PAY',
  countsDeductible: true,
  bands: [{ upTo: null, ratio: '50%' }],
  ...change,
});
/** 10,000 in scope, less 1,000, at 80 %: 2,800 are left to the person. */
const result = (layers: Json[], of: Partial<Claim> = {}, before: Accumulators = {}, change: Json = {}) =>
  paid(claim(of), read(documentOf({}, { layers, ...change })), before);
const line = (layers: Json[], of: Partial<Claim> = {}, before: Accumulators = {}) =>
  explain(result(layers, of, before).steps).find(({ rule }) => rule === 'CRITICAL_ILLNESS');

describe('the line of a further fund', () => {
  it('has the ratio where there is one, and the threshold where there is one', () =>
    expect(line([layer({ threshold: '800' })])).toMatchObject({
      baseFen: yuan('2800'),
      rate: '50%',
      resultFen: yuan('1000'),
      textZh: '大病保险对超过 800.00 元的部分支付',
    }));
  it('has no ratio where there are several', () =>
    expect(
      line([
        layer({
          bands: [
            { upTo: '1000', ratio: '50%' },
            { upTo: null, ratio: '60%' },
          ],
        }),
      ]),
    ).toMatchObject({ rate: '', resultFen: yuan('1580'), textZh: '大病保险支付' }));
  it('says that the limit is reached', () =>
    expect(line([layer({ yearlyMost: '1000' })], {}, { CRITICAL_ILLNESS_PAID: yuan('700') })).toMatchObject({
      resultFen: yuan('300'),
      textZh: '大病保险支付，已达最高支付限额',
    }));
  it('is not there where nothing is due', () => {
    expect(line([layer({ threshold: '2800' })])).toBeUndefined();
    expect(line([layer({ when: { personTypes: ['RETIREE'] } })])).toBeUndefined();
  });
});

describe('what a further fund adds to the year', () => {
  const funds = [
    'LARGE_SUM',
    'CRITICAL_ILLNESS',
    'CIVIL_SERVANT',
    'EMPLOYER_SUPPLEMENT',
    'MEDICAL_AID',
    'OTHER',
  ] as const;

  it.each(funds)('%s: what it paid, and what it counted where it counts the year', (fund) => {
    const { deltas } = result([layer({ fund, base: 'YEAR_SELF_PAY' })]);
    expect(deltas).toMatchObject({ [`${fund}_PAID`]: yuan('1400'), [`${fund}_BASE`]: yuan('2800') });
    expect(result([layer({ fund })]).deltas).not.toHaveProperty(`${fund}_BASE`);
  });

  it.each(funds)('%s: its totals decide what it pays next', (fund) => {
    const before = { [`${fund}_BASE`]: yuan('900'), [`${fund}_PAID`]: yuan('100') };
    const yearly = layer({ fund, base: 'YEAR_SELF_PAY', threshold: '1000', yearlyMost: '1200' });
    expect(result([yearly], {}, before).funds[1]).toEqual({
      fund,
      amountFen: yuan('1100'),
      baseFen: yuan('2800'),
      limitFen: yuan('1100'),
    });
  });

  it('is what it counted even while nothing is due', () =>
    expect(result([layer({ base: 'YEAR_SELF_PAY', threshold: '9000' })]).deltas).toMatchObject({
      CRITICAL_ILLNESS_BASE: yuan('2800'),
    }));
});

describe('several layers', () => {
  const above = (fund: string, change: Json = {}): Json =>
    layer({ fund, base: 'ABOVE_POOLING_CAP', bands: [{ upTo: null, ratio: '90%' }], ...change });
  const capped = { poolingCap: { period: 'YEAR', on: 'EXPENSE', most: '4000' } };

  it('hand on in proportion what one paid nothing of', () => {
    // 5,000 above the cap: 4,500 due, 900 paid; four fifths go on.
    const layers = [above('LARGE_SUM', { yearlyMost: '900' }), above('OTHER')];
    expect(result(layers, {}, {}, capped).funds.slice(1)).toMatchObject([
      { fund: 'LARGE_SUM', amountFen: yuan('900'), baseFen: yuan('5000') },
      { fund: 'OTHER', amountFen: yuan('3600'), baseFen: yuan('4000') },
    ]);
  });
  it('hand on nothing of what was paid in full', () =>
    expect(result([above('LARGE_SUM'), above('OTHER')], {}, {}, capped).funds.map(({ fund }) => fund)).toEqual([
      'POOLING',
      'LARGE_SUM',
    ]));
  it('hand on all where one’s threshold was not reached', () =>
    expect(
      result([above('LARGE_SUM', { threshold: '5000' }), above('OTHER')], {}, {}, capped).funds.slice(1),
    ).toMatchObject([{ fund: 'OTHER', amountFen: yuan('4500') }]));
  it('of one fund share its yearly limit and are named once', () => {
    const { funds, deltas } = result([layer({ yearlyMost: '1500' }), layer({ yearlyMost: '1500' })]);
    expect(funds[1]).toEqual({
      fund: 'CRITICAL_ILLNESS',
      amountFen: yuan('1500'),
      baseFen: yuan('2800'),
      limitFen: yuan('100'),
    });
    expect(deltas.CRITICAL_ILLNESS_PAID).toBe(yuan('1500'));
  });
});

describe('a ratio by person or hospital', () => {
  const bands = [
    { upTo: '1000', ratio: '10%' },
    { upTo: null, ratio: { byPerson: { ACTIVE: '50%', RETIREE: '70%' } } },
  ];
  it('is found anew for each, although the first band is everybody’s', () => {
    const policy = read(documentOf({}, { layers: [layer({ bands })] }));
    const of = (personType: 'ACTIVE' | 'RETIREE') => paid(claim({ personType }), policy).funds[1]?.amountFen;
    expect([of('ACTIVE'), of('RETIREE'), of('ACTIVE')]).toEqual([yuan('1000'), yuan('1360'), yuan('1000')]);
  });
});

describe('the explanation of a whole bill', () => {
  it('says each line with its source', () => {
    const account = { pays: ['IN_SCOPE', 'FIRST_SELF_PAY'], mutualAid: true, source: '账户办法' };
    const policy = read(documentOf({ firstSelfPay: { ratio: '10%', source: '自付办法' } }, { account, layers: [] }));
    const of = claim({
      split: split('10000', '100'),
      account: { balanceFen: yuan('500'), mutualAidFen: yuan('300') },
      hospitalPartFen: yuan('50'),
    });
    const lines = explain(paid(of, policy).steps).map(({ rule, source, baseFen, rate, resultFen }) => [
      rule,
      source,
      baseFen,
      rate,
      resultFen,
    ]);
    expect(lines).toEqual([
      ['IN_SCOPE', '通知二(一) 就医地目录', yuan('10100'), '', yuan('10000')],
      ['FIRST_SELF_PAY', '自付办法', yuan('10000'), '10%', yuan('1000')],
      ['DEDUCTIBLE', 'test', yuan('9000'), '', yuan('1000')],
      ['POOLING_RATIO', 'test', yuan('8000'), '80%', yuan('6400')],
      ['HOSPITAL_PART', '就医地医院', yuan('3700'), '', yuan('50')],
      ['PERSONAL', '通知二(一)', yuan('10100'), '', yuan('3650')],
      ['ACCOUNT', '账户办法', yuan('3600'), '', yuan('500')],
      ['MUTUAL_AID', '账户办法', yuan('3600'), '', yuan('300')],
    ]);
    expect(explain(paid(of, policy).steps)[5]?.textZh).toContain('医院负担');
    expect(
      explain(paid({ ...of, hospitalPartFen: yuan('0') }, policy).steps).find(({ rule }) => rule === 'PERSONAL')
        ?.textZh,
    ).not.toContain('医院负担');
  });

  it('has no line for accounts that pay nothing', () => {
    const policy = read(documentOf({}, { account: { pays: ['IN_SCOPE'], mutualAid: true } }));
    const rules = (balance: string, mutualAid: string): string[] =>
      paid(claim({ account: { balanceFen: yuan(balance), mutualAidFen: yuan(mutualAid) } }), policy).steps.map(
        ({ rule }) => rule,
      );
    expect(rules('0', '5')).not.toContain('ACCOUNT');
    expect(rules('5', '0')).not.toContain('MUTUAL_AID');
    expect(rules('5', '5').slice(-2)).toEqual(['ACCOUNT', 'MUTUAL_AID']);
  });
});

describe('what a visit adds to the year', () => {
  it.each<[string, Json, Json, Accumulators]>([
    ['where each visit has its own deductible', {}, {}, {}],
    [
      'where the deductible is the hospital’s',
      { deductible: { basis: 'PER_HOSPITAL_AND_YEAR', standard: '1000' } },
      {},
      { 'INPATIENT_DEDUCTIBLE@H11010800001': yuan('1000') },
    ],
    [
      'where bands count the year from zero',
      { bandsOver: 'YEAR', bandsFrom: 'ZERO' },
      {},
      { INPATIENT_SCALE: yuan('10000') },
    ],
    ['where bands count the year after the deductible', { bandsOver: 'YEAR' }, {}, { INPATIENT_SCALE: yuan('9000') }],
    [
      'where several caps count one month',
      {
        caps: [
          { period: 'MONTH', on: 'FUND', most: '9000' },
          { period: 'MONTH', on: 'FUND', most: '8000' },
          { period: 'QUARTER', on: 'EXPENSE', most: '8500' },
          { period: 'YEAR', on: 'FUND', most: '9999' },
        ],
      },
      {},
      {
        INPATIENT_POOLING: yuan('6800'),
        POOLING_PAID: yuan('6800'),
        'INPATIENT_POOLING@2026-03': yuan('6800'),
        'INPATIENT_EXPENSE@2026Q1': yuan('8500'),
      },
    ],
    [
      'where the pooling cap counts expenses',
      {},
      { poolingCap: { period: 'YEAR', on: 'EXPENSE', most: '8000' } },
      { INPATIENT_POOLING: yuan('6400'), POOLING_PAID: yuan('6400'), POOLING_EXPENSE: yuan('8000') },
    ],
    ['where the pooling cap counts payments', {}, { poolingCap: { period: 'YEAR', on: 'FUND', most: '99999' } }, {}],
  ])('%s', (_, inpatient, change, more) =>
    expect(paid(claim(), read(documentOf(inpatient, change))).deltas).toEqual({
      INPATIENT_VISITS: 1n,
      INPATIENT_DEDUCTIBLE: yuan('1000'),
      INPATIENT_POOLING: yuan('7200'),
      POOLING_PAID: yuan('7200'),
      ...more,
    }),
  );
});
