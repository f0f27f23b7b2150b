import { formatYuan } from '@yiditong/money';
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
type Line = readonly [rule: string, base: string, rate: string, result: string];
/** The lines of further funds: rule, base, rate, result. */
const lines = (layers: Json[], of: Partial<Claim> = {}, before: Accumulators = {}, change: Json = {}): Line[] =>
  explain(result(layers, of, before, change).steps)
    .filter(({ rule }) => /^(CRITICAL_ILLNESS|LARGE_SUM|OTHER)/.test(rule))
    .map(({ rule, baseFen, rate, resultFen }) => [rule, formatYuan(baseFen), rate, formatYuan(resultFen)]);
const twoBands = [
  { upTo: '1000', ratio: '50%' },
  { upTo: null, ratio: '60%' },
];

describe('the lines of a further fund', () => {
  it('are what it counts, and what it pays of that', () =>
    expect(lines([layer()])).toEqual([
      ['CRITICAL_ILLNESS_COUNTED', '2800.00', '', '2800.00'],
      ['CRITICAL_ILLNESS', '2800.00', '50%', '1400.00'],
    ]));

  it('take off the deductible where it isn’t counted', () => {
    expect(lines([layer({ countsDeductible: false })])).toEqual([
      ['CRITICAL_ILLNESS_COUNTED', '2800.00', '', '1800.00'],
      ['CRITICAL_ILLNESS', '1800.00', '50%', '900.00'],
    ]);
    const counted = result([layer({ countsDeductible: false })]).steps.find(
      ({ rule }) => rule === 'CRITICAL_ILLNESS_COUNTED',
    );
    expect(counted?.figureFen).toBe(yuan('1000'));
  });

  it('count nothing where no more than the deductible is unpaid', () =>
    expect(
      lines([layer(), layer({ fund: 'OTHER', countsDeductible: false, base: 'SELF_PAY' })], { split: split('1000') }),
    ).toEqual([
      ['CRITICAL_ILLNESS_COUNTED', '1000.00', '', '1000.00'],
      ['CRITICAL_ILLNESS', '1000.00', '50%', '500.00'],
    ]));

  it('take off the threshold', () =>
    expect(lines([layer({ threshold: '800' })])).toEqual([
      ['CRITICAL_ILLNESS_COUNTED', '2800.00', '', '2800.00'],
      ['CRITICAL_ILLNESS_THRESHOLD', '2800.00', '', '2000.00'],
      ['CRITICAL_ILLNESS', '2000.00', '50%', '1000.00'],
    ]));

  it('are one a band', () =>
    expect(lines([layer({ bands: twoBands, threshold: '300.01' })])).toEqual([
      ['CRITICAL_ILLNESS_COUNTED', '2800.00', '', '2800.00'],
      ['CRITICAL_ILLNESS_THRESHOLD', '2800.00', '', '2499.99'],
      ['CRITICAL_ILLNESS', '1000.00', '50%', '500.00'],
      // 1,499.99 × 60 % is 899.994.
      ['CRITICAL_ILLNESS', '1499.99', '60%', '899.99'],
    ]));

  it('sum to the payment, which is rounded once', () => {
    const bands = [
      { upTo: '33.34', ratio: '1/3' },
      { upTo: '66.69', ratio: '1/3' },
      { upTo: null, ratio: '0%' },
    ];
    // 11.11333 is 11.11, and with 11.11666 more it is 22.23.
    expect(lines([layer({ bands })])).toEqual([
      ['CRITICAL_ILLNESS_COUNTED', '2800.00', '', '2800.00'],
      ['CRITICAL_ILLNESS', '33.34', '1/3', '11.11'],
      ['CRITICAL_ILLNESS', '33.35', '1/3', '11.12'],
      ['CRITICAL_ILLNESS', '2733.31', '0%', '0.00'],
    ]);
  });

  it('add what the year counted before, and take off what of it was settled', () => {
    const yearly = layer({ base: 'YEAR_SELF_PAY', threshold: '2000', bands: twoBands });
    expect(lines([yearly], {}, { CRITICAL_ILLNESS_BASE: yuan('2600') })).toEqual([
      ['CRITICAL_ILLNESS_COUNTED', '2800.00', '', '2800.00'],
      ['CRITICAL_ILLNESS_YEAR', '2800.00', '', '5400.00'],
      ['CRITICAL_ILLNESS_THRESHOLD', '5400.00', '', '3400.00'],
      ['CRITICAL_ILLNESS_EARLIER', '3400.00', '', '2800.00'],
      ['CRITICAL_ILLNESS', '400.00', '50%', '200.00'],
      ['CRITICAL_ILLNESS', '2400.00', '60%', '1440.00'],
    ]);
  });

  it('take off nothing where the year was still below the threshold', () => {
    const yearly = layer({ base: 'YEAR_SELF_PAY', threshold: '2000' });
    expect(lines([yearly], {}, { CRITICAL_ILLNESS_BASE: yuan('2000') })).toEqual([
      ['CRITICAL_ILLNESS_COUNTED', '2800.00', '', '2800.00'],
      ['CRITICAL_ILLNESS_YEAR', '2800.00', '', '4800.00'],
      ['CRITICAL_ILLNESS_THRESHOLD', '4800.00', '', '2800.00'],
      ['CRITICAL_ILLNESS', '2800.00', '50%', '1400.00'],
    ]);
  });

  it('have no year where each bill is by itself', () =>
    expect(lines([layer()], {}, { CRITICAL_ILLNESS_BASE: yuan('2000') })).toHaveLength(2));

  it('round a bill of the year by what was due before it', () => {
    // A third of 0.02 is 0.01, of 0.03 is 0.01: one fen more is due nothing.
    const yearly = layer({ base: 'YEAR_SELF_PAY', bands: [{ upTo: null, ratio: '1/3' }] });
    const at = (earlier: string): Line | undefined =>
      lines([yearly], { split: split('0.01') }, { CRITICAL_ILLNESS_BASE: yuan(earlier) }).at(-1);
    expect([at('0'), at('0.01'), at('0.02')]).toEqual([
      undefined,
      ['CRITICAL_ILLNESS', '0.01', '1/3', '0.01'],
      undefined,
    ]);
  });

  it('end with the limit where it is reached, with what was due before it', () => {
    const before = { CRITICAL_ILLNESS_PAID: yuan('700') };
    expect(lines([layer({ yearlyMost: '1000' })], {}, before)).toEqual([
      ['CRITICAL_ILLNESS_COUNTED', '2800.00', '', '2800.00'],
      ['CRITICAL_ILLNESS', '2800.00', '50%', '1400.00'],
      ['CRITICAL_ILLNESS_CAP', '1400.00', '', '300.00'],
    ]);
    expect(lines([layer({ yearlyMost: '2100' })], {}, before)).toHaveLength(2);
    expect(lines([layer({ yearlyMost: '700' })], {}, before).at(-1)).toEqual([
      'CRITICAL_ILLNESS_CAP',
      '1400.00',
      '',
      '0.00',
    ]);
  });

  it('say by what figure, and from where', () => {
    const yearly = layer({ base: 'YEAR_SELF_PAY', threshold: '100', yearlyMost: '50', source: '大病办法' });
    const { steps } = result([yearly], {}, { CRITICAL_ILLNESS_BASE: yuan('350') });
    const said = steps.filter(({ rule }) => rule.startsWith('CRITICAL_ILLNESS'));
    expect(said.map(({ figureFen }) => figureFen)).toEqual([
      null,
      yuan('350'),
      yuan('100'),
      yuan('250'),
      null,
      yuan('50'),
    ]);
    expect(new Set(said.map(({ source }) => source))).toEqual(new Set(['大病办法']));
  });

  it('are not there where nothing is due', () => {
    expect(lines([layer({ threshold: '2800' })])).toEqual([]);
    expect(lines([layer({ when: { personTypes: ['RETIREE'] } })])).toEqual([]);
    expect(lines([layer({ bands: [{ upTo: null, ratio: '0%' }] })])).toEqual([]);
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
  it('say what of the bill lies above the limit of the fund before, and what that fund would have paid of it', () => {
    // 9,000 at 80 % are 7,200; 4,000 of them are left of the year: 3,200 short, which stand for 4,000.
    const onFund = { poolingCap: { period: 'YEAR', on: 'FUND', most: '4000' } };
    const bands = [
      { upTo: '1000', ratio: '80%' },
      { upTo: null, ratio: '90%' },
    ];
    const layers = [above('LARGE_SUM', { bands, threshold: '500', yearlyMost: '635' }), above('OTHER')];
    expect(lines(layers, {}, {}, onFund)).toEqual([
      ['LARGE_SUM_COUNTED', '3200.00', '125%', '4000.00'],
      ['LARGE_SUM_THRESHOLD', '4000.00', '', '3500.00'],
      ['LARGE_SUM', '1000.00', '80%', '800.00'],
      ['LARGE_SUM', '2500.00', '90%', '2250.00'],
      ['LARGE_SUM_CAP', '3050.00', '', '635.00'],
      // 2,415 of 3,050 short: 4,000 × 2,415 / 3,050.
      ['OTHER_COUNTED', '2415.00', '80/61', '3167.21'],
      ['OTHER', '3167.21', '90%', '2850.49'],
    ]);
    expect(lines([above('OTHER')], {}, {}, capped)).toEqual([
      ['OTHER_COUNTED', '5000.00', '100%', '5000.00'],
      ['OTHER', '5000.00', '90%', '4500.00'],
    ]);
  });
  it('pay on the exact amount above a cap, of which a line shows the nearest fen', () => {
    // 0.01 short at 90 % stands for ten ninths of a fen, of which 46 % is more than half a fen.
    const cut = { poolingCap: { period: 'YEAR', on: 'FUND', most: '8999.99' } };
    const stayAt = (layers: Json[]): Line[] =>
      explain(
        paid(
          claim({ split: split('11000') }),
          read(documentOf({ bands: [{ upTo: null, ratio: '90%' }] }, { layers, ...cut })),
        ).steps,
      )
        .filter(({ rule }) => rule.startsWith('OTHER'))
        .map(({ rule, baseFen, rate, resultFen }) => [rule, formatYuan(baseFen), rate, formatYuan(resultFen)]);
    expect(stayAt([above('OTHER', { bands: [{ upTo: null, ratio: '46%' }] })])).toEqual([
      ['OTHER_COUNTED', '0.01', '10/9', '0.01'],
      ['OTHER', '0.01', '46%', '0.01'],
    ]);
    expect(stayAt([above('OTHER', { bands: [{ upTo: null, ratio: '44%' }] })])).toEqual([]);
  });
  it('pay no more than is unpaid, and say so', () => {
    // 5,000 above the cap, of 6,000 in all that are unpaid once the first has paid 3,000.
    const layers = [layer(), above('OTHER', { bands: [{ upTo: null, ratio: '100%' }] })];
    expect(lines(layers, {}, {}, capped)).toEqual([
      ['CRITICAL_ILLNESS_COUNTED', '6800.00', '', '6800.00'],
      ['CRITICAL_ILLNESS', '6800.00', '50%', '3400.00'],
      ['OTHER_COUNTED', '5000.00', '100%', '5000.00'],
      ['OTHER', '5000.00', '100%', '5000.00'],
      ['OTHER_UNPAID', '5000.00', '', '3400.00'],
    ]);
    const limited = [layer(), above('OTHER', { bands: [{ upTo: null, ratio: '100%' }], yearlyMost: '4000' })];
    expect(lines(limited, {}, {}, capped).slice(-2)).toEqual([
      ['OTHER_CAP', '5000.00', '', '4000.00'],
      ['OTHER_UNPAID', '4000.00', '', '3400.00'],
    ]);
    expect(result(limited, {}, {}, capped).funds.at(-1)).toMatchObject({ fund: 'OTHER', amountFen: yuan('3400') });
  });
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
    const whole = explain(paid(of, policy).steps).map(({ rule, source, baseFen, rate, resultFen }) => [
      rule,
      source,
      baseFen,
      rate,
      resultFen,
    ]);
    expect(whole).toEqual([
      ['IN_SCOPE', '通知二(一) 就医地目录', yuan('10100'), '', yuan('10000')],
      ['FIRST_SELF_PAY', '自付办法', yuan('10000'), '10%', yuan('1000')],
      ['DEDUCTIBLE', 'test', yuan('9000'), '', yuan('1000')],
      ['POOLING_RATIO', 'test', yuan('8000'), '80%', yuan('6400')],
      ['HOSPITAL_PART', '就医地医院', yuan('3700'), '', yuan('50')],
      ['PERSONAL', '通知二(一)', yuan('10100'), '', yuan('3650')],
      ['ACCOUNT', '账户办法', yuan('3600'), '', yuan('500')],
      ['MUTUAL_AID', '账户办法', yuan('3100'), '', yuan('300')],
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
