import { formatYuan, maxFen, subtractFen, ZERO_FEN } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import {
  classifyLine,
  problemOf,
  splitTotal,
  sumSplits,
  type Accumulators,
  type Claim,
  type CoverageRule,
  type FeeSplit,
} from './index.js';
import { claim, documentOf, paid, read, split, yuan, type Json } from './spec-policies.js';

/** A line as the treating place's catalogue splits it: of class A, or of class B with so many basis points of first self-pay. */
function line(amount: string, firstSelfPayBps = 0): FeeSplit {
  const rule: CoverageRule = {
    itemClass: firstSelfPayBps === 0 ? 'A' : 'B',
    shares: firstSelfPayBps === 0 ? [] : [{ insurance: null, personType: null, bps: firstSelfPayBps }],
    caps: [],
    overCapRule: null,
    restriction: null,
  };
  const charged = { amountFen: yuan(amount), unitPriceMicroYuan: yuan(amount) * 10_000n, quantityE4: 10_000n };
  const context = { insurance: null, personType: null, hospitalLevel: null, visitKind: null, approved: false };
  return classifyLine(charged, rule, context).split;
}

const once = (standard: unknown): Json => ({ basis: standard === '0' ? 'NONE' : 'PER_VISIT', standard });
/** One deductible a visit and one ratio, for whatever kind of visit. */
function flat(deductible: unknown, ratio: unknown, change: Json = {}): Json {
  const rule = { deductible: once(deductible), bands: [{ upTo: null, ratio }], bandsFrom: 'AFTER_DEDUCTIBLE' };
  return documentOf(undefined, { visits: { INPATIENT: rule, OUTPATIENT: rule, CHRONIC: rule }, ...change });
}
const employees = (ratios: Json, deductibles: unknown): Json => flat(deductibles, { byPerson: ratios });
const layerOf = (fund: string, threshold: string, ratio: string, change: Json = {}): Json => ({
  fund,
  base: 'SELF_PAY',
  countsDeductible: true,
  threshold,
  bands: [{ upTo: null, ratio }],
  ...change,
});
const whole = (inScope: string, change: Partial<Claim> = {}): Partial<Claim> => ({ split: split(inScope), ...change });
const RESIDENT: Partial<Claim> = { personType: 'RESIDENT' };
const OUTPATIENT: Partial<Claim> = { visitKind: 'OUTPATIENT' };

/** A claim as a policy's own example, with the answer that a page gives. */
function exampleOf(of: Partial<Claim>, fund: string, personal: string): Json {
  const { visitKind = 'INPATIENT', personType = 'ACTIVE', hospitalLevel = 'TERTIARY', split: parts } = of;
  const { fullSelfPayFen, overCeilingFen, firstSelfPayFen, inScopeFen } = parts ?? split('0');
  const claimed = { visitKind, personType, hospitalLevel, endedOn: '2026-03-15' };
  return {
    name: 'of a page',
    claim: {
      ...claimed,
      inScope: formatYuan(inScopeFen),
      fullSelfPay: formatYuan(fullSelfPayFen),
      overCeiling: formatYuan(overCeilingFen),
      firstSelfPay: formatYuan(firstSelfPayFen),
    },
    expect: { fund, personal },
  };
}

type Case = {
  /** Of the published case; several bills of one page have the same. */
  readonly id: string;
  readonly of: string;
  readonly policy: Json;
  readonly claim: Partial<Claim>;
  readonly before?: Accumulators;
  readonly funds: Readonly<Record<string, string>>;
  readonly personal: string;
};

type Part = readonly [
  left: string,
  threshold: string,
  bands: readonly (readonly [string | null, string])[],
  pays: string,
];
/** What a commercial supplement (惠民保) pays of each part that was left to the person: each part as a bill of its own. */
function supplement(id: string, of: string, parts: readonly Part[]): Case[] {
  return parts.map(([left, threshold, bands, pays], at) => ({
    id,
    of: `${of}, part ${at + 1}`,
    policy: flat('0', '0%', {
      insurance: 'RESIDENT',
      layers: [layerOf('OTHER', threshold, '0%', { bands: bands.map(([upTo, ratio]) => ({ upTo, ratio })) })],
    }),
    claim: whole(left, RESIDENT),
    funds: { OTHER: pays },
    personal: String(Number(left) - Number(pays)),
  }));
}

/** 80 % to 10,000, 85 % to 30,000, then 90 %, from the first fen on; the fund pays 60,000 a year. */
const segmented = (deductible: string): Json =>
  documentOf(
    {
      deductible: once(deductible),
      bands: [
        { upTo: '10000', ratio: '80%' },
        { upTo: '30000', ratio: '85%' },
        { upTo: null, ratio: '90%' },
      ],
      bandsFrom: 'ZERO',
    },
    { insurance: 'RESIDENT', poolingCap: { period: 'YEAR', on: 'FUND', most: '60000' } },
  );
const atLevels = employees(
  { ACTIVE: { byLevel: { PRIMARY: '90%', SECONDARY: '85%', TERTIARY: '80%' } }, RETIREE: '85%' },
  { byLevel: { PRIMARY: '200', SECONDARY: '500', TERTIARY: '800' } },
);
const retiredMore = employees({ ACTIVE: '85%', RETIREE: '90%' }, '800');

const CASES: readonly Case[] = [
  {
    // The insurance administration's own answer; 48.888 and, of the second line, 3.177 are rounded half up.
    id: 'langfang-beijing-opsp-2022',
    of: '廊坊 → 北京 2022, retired, chronic outpatient: jingyanla.com/a/13/04041Q52512023.html',
    policy: flat('0', '80%'),
    claim: {
      visitKind: 'CHRONIC',
      personType: 'RETIREE',
      split: sumSplits([line('32.52'), line('31.77', 1_000)]),
    },
    funds: { POOLING: '48.89' },
    personal: '15.40',
  },
  {
    // Medical aid twice: 70 % of the 15,210 left, then 60 % of what is still left above 3,000.
    id: 'yubei-chongqing-2023',
    of: '重庆渝北 2023, resident near the poverty line, level 2: ybq.gov.cn t20231030_12491196',
    policy: flat('300', '70%', {
      insurance: 'RESIDENT',
      layers: [layerOf('MEDICAL_AID', '0', '70%'), layerOf('MEDICAL_AID', '3000', '60%')],
    }),
    claim: { ...RESIDENT, hospitalLevel: 'SECONDARY', split: split('50000', '2000') },
    funds: { POOLING: '34790', MEDICAL_AID: '11584.80' },
    personal: '5625.20',
  },
  {
    id: 'guangzhou-resident-2022',
    of: '广州 2022, resident, level 3, with critical illness: gz.bendibao.com/gzsi/2022624/si317816.shtml',
    policy: flat('500', '70%', {
      insurance: 'RESIDENT',
      layers: [layerOf('CRITICAL_ILLNESS', '18000', '60%', { base: 'YEAR_SELF_PAY' })],
    }),
    claim: { ...RESIDENT, split: split('99800', '100', '0', '100') },
    funds: { POOLING: '69510', CRITICAL_ILLNESS: '7374' },
    personal: '23116',
  },
  {
    id: 'lanzhou-active-op-2023',
    of: '兰州 2023, active, outpatient, level 2: shebaodata.com/zhishi/yiliao/331285_2.html',
    policy: flat('200', '60%'),
    claim: { ...OUTPATIENT, hospitalLevel: 'SECONDARY', split: split('1700', '300') },
    funds: { POOLING: '900' },
    personal: '1100',
  },
  {
    id: 'dalian-class-a',
    of: '大连, a drug of class A: readke.com/c/3220117.html',
    policy: flat('0', '80%'),
    claim: { split: line('10') },
    funds: { POOLING: '8' },
    personal: '2',
  },
  {
    id: 'dalian-class-b',
    of: '大连, a drug of class B, 10 % first: readke.com/c/3220117.html',
    policy: flat('0', '80%'),
    claim: { split: line('10', 1_000) },
    funds: { POOLING: '7.20' },
    personal: '2.80',
  },
  {
    // 5 % of a yearly wage of 8,084; 75 % and 0.2 points for each of 40 years: 29,595.80 × 83 % is 24,564.514.
    id: 'chengdu-employee-2012-a',
    of: '成都 2012, aged 40, level 1: xiangrikui.com/shehuibaoxian/chaxun/20121204/281311_1.html',
    policy: flat('404.20', '75%', {
      adjustments: [{ mode: 'POINTS_BY_AGE', fromAge: 1, everyYears: 1, points: '0.2%' }],
    }),
    claim: whole('30000', { age: 40, hospitalLevel: 'PRIMARY' }),
    funds: { POOLING: '24564.51' },
    personal: '5435.49',
  },
  {
    id: 'ziyang-crit-a',
    of: '资阳, critical illness alone, 50 % of 42,000: xuexi.huize.com/study/detail-253442.html',
    policy: flat('0', '0%', { insurance: 'RESIDENT', layers: [layerOf('CRITICAL_ILLNESS', '0', '50%')] }),
    claim: whole('42000', RESIDENT),
    funds: { CRITICAL_ILLNESS: '21000' },
    personal: '21000',
  },
  {
    id: 'changsha-nrcms-second-a',
    of: '长沙, second payment alone, 50 % above 20,000: yes29.com/detail-c0171e59b4a6f661.html',
    policy: flat('0', '0%', { insurance: 'RESIDENT', layers: [layerOf('CRITICAL_ILLNESS', '20000', '50%')] }),
    claim: whole('30000', RESIDENT),
    funds: { CRITICAL_ILLNESS: '5000' },
    personal: '25000',
  },
  ...(
    [
      ['normal', '400', ['7680', '2320'], ['24680', '5320'], ['35320', '64680']],
      ['low', '200', ['7840', '2160'], ['24840', '5160'], ['35160', '64840']],
    ] as const
  ).flatMap(([who, deductible, first, second, left]): Case[] => {
    const of = `no place, resident, level 3, bands with ${deductible} first: yzwku.com/doc/356336.html`;
    const policy = segmented(deductible);
    const stays: readonly (readonly [string, string, Accumulators, readonly [string, string]])[] = [
      ['to 10,000', '10000', {}, first],
      ['to 30,000', '30000', {}, second],
      ['what is left of the year’s 60,000 then', '100000', { POOLING_PAID: yuan(second[0]) }, left],
    ];
    return stays.map(([which, inScope, before, [pooling, personal]]) => ({
      id: `resident-segment-1st-${who}`,
      of: `${of}, ${which}`,
      policy,
      claim: whole(inScope, RESIDENT),
      before,
      funds: { POOLING: pooling },
      personal,
    }));
  }),
  ...supplement('weifang-hmb', '潍坊 惠民保: jingyanla.com/a/13/100OA3052022.html', [
    [
      '200000',
      '18000',
      [
        ['82000', '65%'],
        [null, '80%'],
      ],
      '133300',
    ],
    ['67000', '20000', [[null, '60%']], '28200'],
    ['264000', '10000', [[null, '80%']], '203200'],
  ]),
  ...supplement('mianyang-hmb', '绵阳 惠民保: yzzsnet.com/news/184582.html', [
    // Half of 30,000 counts beside 20,000.
    ['35000', '15000', [[null, '70%']], '14000'],
    ['70000', '20000', [[null, '40%']], '20000'],
    ['100000', '0', [[null, '70%']], '70000'],
  ]),
  // The page names neither threshold nor ratio; one of each gives all three of its sums.
  ...supplement('tianjin-hmb-2022', '天津 惠民保 2022: surgenepal.com/zhishi/12-499094', [
    ['60000', '20000', [[null, '70%']], '28000'],
    ['120000', '20000', [[null, '70%']], '70000'],
    ['40000', '20000', [[null, '70%']], '14000'],
  ]),
  {
    id: 'guangzhou-old-a',
    of: '广州, former rules, employee: laweer.com/question/a38d9384fdcbf.html',
    policy: flat('2000', '80%'),
    claim: whole('5000'),
    funds: { POOLING: '2400' },
    personal: '2600',
  },
  {
    id: 'generic-emp-5000-l3',
    of: 'no place, employee, level 3: m.jiusongjiankang.com/health/news/5171240.html',
    policy: atLevels,
    claim: whole('5000'),
    funds: { POOLING: '3360' },
    personal: '1640',
  },
  {
    id: 'generic-emp-5000-l3',
    of: 'no place, employee, level 2: m.jiusongjiankang.com/health/news/5171240.html',
    policy: atLevels,
    claim: whole('5000', { hospitalLevel: 'SECONDARY' }),
    funds: { POOLING: '3825' },
    personal: '1175',
  },
  {
    id: 'generic-emp-5000-l3',
    of: 'no place, employee, level 1: m.jiusongjiankang.com/health/news/5171240.html',
    policy: atLevels,
    claim: whole('5000', { hospitalLevel: 'PRIMARY' }),
    funds: { POOLING: '4320' },
    personal: '680',
  },
  {
    id: 'generic-emp-5000-l3',
    of: 'no place, retired, level 3: m.jiusongjiankang.com/health/news/5171240.html',
    policy: atLevels,
    claim: whole('5000', { personType: 'RETIREE' }),
    funds: { POOLING: '3570' },
    personal: '1430',
  },
  {
    id: 'generic-20000',
    of: 'no place, employee: m.jiusongjiankang.com/health/news/7343267.html',
    policy: flat('1000', '80%'),
    claim: whole('20000'),
    funds: { POOLING: '15200' },
    personal: '4800',
  },
  {
    id: 'generic-8000',
    of: 'no place, active: hzbdd.com, page 419944',
    policy: retiredMore,
    claim: whole('8000'),
    funds: { POOLING: '6120' },
    personal: '1880',
  },
  {
    id: 'generic-8000',
    of: 'no place, retired: hzbdd.com, page 419944',
    policy: retiredMore,
    claim: whole('8000', { personType: 'RETIREE' }),
    funds: { POOLING: '6480' },
    personal: '1520',
  },
  {
    id: 'generic-op-300',
    of: 'no place, employee, outpatient: m.jiusongjiankang.com/health/news/6200511.html',
    policy: flat('200', '65%'),
    claim: whole('300', OUTPATIENT),
    funds: { POOLING: '65' },
    personal: '235',
  },
  {
    id: 'generic-5000-50',
    of: 'no place, employee: m.jiusongjiankang.com/health/news/6200511.html',
    policy: flat('500', '50%'),
    claim: whole('5000'),
    funds: { POOLING: '2250' },
    personal: '2750',
  },
  {
    id: 'generic-cancer-5000',
    of: 'no place, a drug of class B, 20 % first: m.jiusongjiankang.com/health/news/6090447.html',
    policy: flat('0', '80%'),
    claim: { split: line('5000', 2_000) },
    funds: { POOLING: '3200' },
    personal: '1800',
  },
  {
    id: 'generic-county-5000',
    of: 'no place, resident, county hospital: m.jiusongjiankang.com/health/news/5898589.html',
    policy: flat('500', '70%', { insurance: 'RESIDENT' }),
    claim: whole('5000', { ...RESIDENT, hospitalLevel: 'SECONDARY' }),
    funds: { POOLING: '3150' },
    personal: '1850',
  },
  {
    // The page takes no points off, though it says elsewhere that a filed stay has ten fewer.
    id: 'yanan-cross-30000',
    of: '延安 → another province, resident, level 3: m.jiusongjiankang.com/health/news/4654224.html',
    policy: flat('1100', '80%', { insurance: 'RESIDENT' }),
    claim: whole('30000', RESIDENT),
    funds: { POOLING: '23120' },
    personal: '6880',
  },
  {
    // 27.275 and 518.225 can't both be rounded up: what is in scope is what the first self-pay leaves.
    id: 'classB-545.5',
    of: 'no place, a drug of class B for 545.50, 5 % first: m.jiusongjiankang.com/health/news/5701821.html',
    policy: flat('0', '50%'),
    claim: { split: line('545.50', 500) },
    funds: { POOLING: '259.11' },
    personal: '286.39',
  },
];

describe('published cases', () => {
  it.each(CASES)('$of', ({ policy, claim: of, before, funds, personal }) => {
    const result = paid(claim(of), read(policy), before);
    const expected = Object.entries(funds).map(([fund, amount]) => ({ fund, amountFen: yuan(amount) }));
    expect([result.funds.map(({ fund, amountFen }) => ({ fund, amountFen })), result.personalFen]).toEqual([
      expected,
      yuan(personal),
    ]);
  });

  it('of 64.29, 61.11 are in scope, and of 545.50 are 518.22', () => {
    const splits = [sumSplits([line('32.52'), line('31.77', 1_000)]), line('545.50', 500)];
    expect(splits.map((of) => [splitTotal(of), of.firstSelfPayFen, of.inScopeFen])).toEqual([
      [yuan('64.29'), yuan('3.18'), yuan('61.11')],
      [yuan('545.50'), yuan('27.28'), yuan('518.22')],
    ]);
  });
});

type Negative = readonly [
  id: string,
  of: string,
  policy: Json,
  claim: Partial<Claim>,
  correct: string,
  claimed: string,
];
const NEGATIVES: readonly Negative[] = [
  [
    'neg-quzhou-a',
    '衢州, resident, without the deductible: 24qzars.icu/874259312.html',
    flat('200', '55%'),
    whole('1000'),
    '440',
    '550',
  ],
  [
    'neg-hangzhou-zhang',
    '杭州, retired, by a wrong sum: m.jiusongjiankang.com/health/news/5069166.html',
    flat('800', '86%'),
    { personType: 'RETIREE', split: split('9000', '1000') },
    '7052',
    '7544',
  ],
  [
    'neg-emp2000-650-90',
    'no place, employee, 90 % of 1,350: m.jiusongjiankang.com/health/news/4566311.html',
    flat('650', '90%'),
    whole('2000'),
    '1215',
    '1170',
  ],
  [
    'neg-40000-83.5',
    'no place, employee, 83.5 % of 38,700: m.jiusongjiankang.com/health/news/4302526.html',
    flat('1300', '83.5%'),
    whole('40000'),
    '32314.50',
    '32345',
  ],
  [
    'neg-op200',
    'no place, resident, outpatient, without the deductible: m.jiusongjiankang.com/health/news/5826789.html',
    flat('100', '60%'),
    whole('200', OUTPATIENT),
    '60',
    '120',
  ],
  [
    'neg-hzbdd-10000-l2',
    'no place, employee, level 2, with a second band of a bill that ends in the first: hzbdd.com/6193',
    flat('400', '85%'),
    whole('10000', { hospitalLevel: 'SECONDARY' }),
    '8160',
    '8900',
  ],
  // Of these the pages say what they did wrong, and no figures: what comes of that with some.
  [
    'neg-shanghai-100k',
    '上海, 15,000 for a deductible of 1,500: m.jiusongjiankang.com/health/news/6107365.html',
    flat('1500', '85%'),
    whole('100000'),
    '83725',
    '72250',
  ],
  [
    'neg-meihekou',
    '梅河口, segments of a 10,000 yuan bill that sum to 16,000',
    documentOf({
      bands: [
        { upTo: '7000', ratio: '100%' },
        { upTo: '13000', ratio: '100%' },
        { upTo: null, ratio: '100%' },
      ],
      deductible: { basis: 'NONE', standard: '0' },
    }),
    whole('10000'),
    '10000',
    '16000',
  ],
  [
    'neg-1m-employee',
    'no place, a million without any cap: m.jiusongjiankang.com/health/news/5722929.html',
    documentOf({}, { poolingCap: { period: 'YEAR', on: 'FUND', most: '400000' } }),
    whole('1000000'),
    '400000',
    '799200',
  ],
  ['neg-dezhou', '德州, the deductible taken off after the ratio', flat('800', '60%'), whole('10000'), '5520', '5200'],
];

describe('pages that miscalculate', () => {
  it.each(NEGATIVES)(
    '%s is refused as a policy’s example, and what is right is taken: %s',
    (_id, _of, policy, of, ...answers) => {
      const [correct, claimed] = answers;
      const { fundTotalFen, totalFen } = paid(claim(of), read(policy));
      expect(fundTotalFen).toBe(yuan(correct));
      const judged = (fund: string): string | null =>
        problemOf(
          read({
            ...policy,
            examples: [exampleOf(of, fund, formatYuan(maxFen(ZERO_FEN, subtractFen(totalFen, yuan(fund)))))],
          }),
        );
      expect(judged(correct)).toBeNull();
      expect(judged(claimed)).toBe(
        `examples.0 of a page: fund should be ${formatYuan(yuan(claimed))} but is ${formatYuan(yuan(correct))}`,
      );
    },
  );
});

/** Of the collection of published cases: what it is, and by which table above it is shown. */
const COLLECTED: Readonly<Record<string, readonly string[]>> = {
  oracle: [
    'langfang-beijing-opsp-2022',
    'yubei-chongqing-2023',
    'guangzhou-resident-2022',
    'lanzhou-active-op-2023',
    'chengdu-employee-2012-a',
    'resident-segment-1st-normal',
    'resident-segment-1st-low',
    'guangzhou-old-a',
    'generic-emp-5000-l3',
    'generic-20000',
    'generic-8000',
    'generic-op-300',
    'generic-5000-50',
    'generic-cancer-5000',
    'generic-county-5000',
    'yanan-cross-30000',
  ],
  component: [
    'dalian-class-a',
    'dalian-class-b',
    'ziyang-crit-a',
    'changsha-nrcms-second-a',
    'weifang-hmb',
    'zhenjiang-hmb-2022',
    'mianyang-hmb',
    'tianjin-hmb-2022',
  ],
  rounding: ['classB-545.5'],
  negative: [
    'neg-quzhou-a',
    'neg-hangzhou-zhang',
    'neg-emp2000-650-90',
    'neg-40000-83.5',
    'neg-op200',
    'neg-shanghai-100k',
    'neg-meihekou',
    'neg-chengdu-cross-op',
    'neg-1m-employee',
    'neg-dezhou',
    'neg-hzbdd-10000-l2',
    'neg-laoli-30000',
  ],
};
/** What is left out, and why nothing could be computed. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'zhenjiang-hmb-2022': 'says what is paid of each part, and neither threshold nor ratio; no one pair gives all three',
  'neg-chengdu-cross-op': 'adds up amounts for an outpatient visit and names no parameter',
  'neg-laoli-30000': 'an anecdote without the parts of the bill, of which the page has no address',
};

describe('the collection of published cases', () => {
  it('is shown whole, each once, but for what names a reason', () => {
    const shown = [...new Set([...CASES.map(({ id }) => id), ...NEGATIVES.map(([id]) => id)])];
    const all = Object.values(COLLECTED).flat();
    expect(new Set(all).size).toBe(all.length);
    expect([...shown, ...Object.keys(LEFT_OUT)].sort()).toEqual([...all].sort());
    expect(NEGATIVES.map(([id]) => id).filter((id) => !COLLECTED['negative']?.includes(id))).toEqual([]);
  });
});
