import { rate } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { ofVisit, SHARE_OF } from './deductible-explanation.js';
import { explain, fundProcess, poolingRatioE4, type Adjudication, type Claim, type ExplainedStep } from './index.js';
import { addStep, type Step, type StepRule, type Steps } from './explanation.js';
import { LIMIT_NAMES } from './limit-explanation.js';
import { XIAN, XIAN_DOCUMENT } from './spec-cities.js';
import { claim, paid, read, split, yuan } from './spec-policies.js';

const step = (rule: StepRule, change: Partial<Step> = {}): Step => ({
  rule,
  source: 'test',
  baseFen: yuan('100'),
  rate: null,
  resultFen: yuan('40'),
  figureFen: null,
  remark: false,
  ...change,
});

describe('what a step says', () => {
  const rows: [StepRule, Partial<Step>, string, string][] = [
    [
      'IN_SCOPE',
      { remark: split('40', '30', '20', '10') },
      '费用总额扣除全自费 30.00 元、超限价 20.00 元、先行自付 10.00 元后为政策范围内费用',
      'The bill less 30.00 yuan outside the catalogue, 20.00 yuan above price caps, 10.00 yuan paid first is in scope',
    ],
    [
      'IN_SCOPE',
      { remark: split('80', '0', '20') },
      '费用总额扣除超限价 20.00 元后为政策范围内费用',
      'The bill less 20.00 yuan above price caps is in scope',
    ],
    ['IN_SCOPE', { remark: split('100') }, '费用总额均在政策范围内', 'All of the bill is in scope'],
    ['FIRST_SELF_PAY', {}, '参保地规定的个人先行自付', 'What the home area has the person pay first'],
    [
      'DEDUCTIBLE',
      { figureFen: yuan('1200') },
      '起付标准 1200.00 元，本次由个人负担 40.00 元',
      'Of the deductible of 1200.00 yuan the person pays 40.00 yuan this time',
    ],
    [
      'DEDUCTIBLE',
      { figureFen: yuan('200'), remark: true },
      '起付标准 200.00 元（按期累计），本次由个人负担 40.00 元',
      'Of the deductible of 200.00 yuan, counted over the period, the person pays 40.00 yuan this time',
    ],
    ['POOLING_RATIO', { remark: { zh: '说明', en: 'words' } }, '说明', 'words'],
    ['POOLING_RATIO', {}, '统筹基金支付', 'The pooling fund pays'],
    [
      'POOLING_CAP',
      { figureFen: yuan('40'), remark: LIMIT_NAMES.FUND.VISIT },
      '每次最高支付限额 40.00 元',
      'The limit of a visit is 40.00 yuan',
    ],
    [
      'POOLING_CAP',
      { figureFen: yuan('100'), remark: LIMIT_NAMES.EXPENSE.MONTH },
      '每月可支付的费用限额 100.00 元，此前已用 60.00 元，本次最多 40.00 元',
      'The limit of a month on costs is 100.00 yuan, of which earlier bills used 60.00 yuan: at most 40.00 yuan this time',
    ],
    [
      'POOLING_CAP',
      { figureFen: yuan('100'), resultFen: yuan('0'), remark: LIMIT_NAMES.FUND.YEAR },
      '年度最高支付限额 100.00 元，此前已用完',
      'The limit of a year is 100.00 yuan, which earlier bills used up',
    ],
    ['POOLING_CAP', { figureFen: yuan('40') }, '年度最高支付限额 40.00 元', 'The limit of a year is 40.00 yuan'],
    ['DEDUCTIBLE_STANDARD', { figureFen: yuan('40') }, '起付标准 40.00 元', 'The deductible is 40.00 yuan'],
    [
      'DEDUCTIBLE_STANDARD',
      { rate: rate(1n, 5n), remark: SHARE_OF.BILL },
      '起付标准为费用总额的 20%',
      'The deductible is 20% of the bill',
    ],
    ['DEDUCTIBLE_LEAST', { figureFen: yuan('40') }, '起付标准最低 40.00 元', 'The deductible is at least 40.00 yuan'],
    ['DEDUCTIBLE_MOST', { figureFen: yuan('40') }, '起付标准最高 40.00 元', 'The deductible is at most 40.00 yuan'],
    ['DEDUCTIBLE_FACTOR', { rate: rate(5n, 2n) }, '起付标准乘以 250%', 'The deductible is multiplied by 250%'],
    [
      'DEDUCTIBLE_FACTOR',
      { rate: rate(1n, 2n), remark: ofVisit(3) },
      '年度内第 3 次，起付标准乘以 50%',
      'The deductible is multiplied by 50% at visit 3 of the year',
    ],
    [
      'DEDUCTIBLE_LESS',
      { figureFen: yuan('60'), remark: ofVisit(2) },
      '年度内第 2 次，起付标准降低 60.00 元',
      'The deductible is lowered by 60.00 yuan at visit 2 of the year',
    ],
    [
      'DEDUCTIBLE_FLOOR',
      { figureFen: yuan('40') },
      '降低后起付标准不低于 40.00 元',
      'It is not lowered below 40.00 yuan',
    ],
    [
      'DEDUCTIBLE_EARLIER',
      { figureFen: yuan('60') },
      '减去本期此前已负担的起付标准 60.00 元',
      'Earlier bills of the period paid 60.00 yuan of it',
    ],
    [
      'DEDUCTIBLE_OF_STAY',
      { figureFen: yuan('60') },
      '减去本次住院此前已负担的起付标准 60.00 元',
      'Earlier parts of the stay paid 60.00 yuan of it',
    ],
    [
      'DEDUCTIBLE_STAY_MOST',
      { figureFen: yuan('100') },
      '本次住院起付标准累计上限 100.00 元，此前已用 60.00 元，本次最多 40.00 元',
      'The most that a stay asks for is 100.00 yuan, of which earlier bills used 60.00 yuan: at most 40.00 yuan this time',
    ],
    [
      'DEDUCTIBLE_YEAR_MOST',
      { figureFen: yuan('100'), resultFen: yuan('0') },
      '年度起付标准累计上限 100.00 元，此前已用完',
      'The most that a year asks for is 100.00 yuan, which earlier bills used up',
    ],
    [
      'CROSS_YEAR',
      { remark: { zh: '2026', en: '2026' } },
      '跨年度住院，按住院天数归入 2026 待遇年度的部分',
      'The part of the stay that its nights give to the benefit year 2026',
    ],
    ['LARGE_SUM', { rate: rate(9n, 10n) }, '职工大额医疗费用补助按 90% 支付', 'The large-sum subsidy pays 90%'],
    ['CRITICAL_ILLNESS', { rate: rate(2n, 3n) }, '大病保险按 2/3 支付', 'Critical-illness insurance pays 2/3'],
    ['CIVIL_SERVANT', { rate: rate(1n) }, '公务员医疗补助按 100% 支付', 'The civil servants’ subsidy pays 100%'],
    [
      'EMPLOYER_SUPPLEMENT',
      { rate: rate(1n, 2n) },
      '企业补充医疗保险按 50% 支付',
      'The employer’s supplementary insurance pays 50%',
    ],
    ['MEDICAL_AID', { rate: rate(0n) }, '医疗救助按 0% 支付', 'Medical aid pays 0%'],
    ['OTHER', { rate: rate(1n, 8n) }, '其他基金按 12.5% 支付', 'Another fund pays 12.5%'],
    [
      'MEDICAL_AID_COUNTED',
      {},
      '医疗救助计入政策范围内尚未支付的费用',
      'Medical aid counts what is in scope and still unpaid',
    ],
    [
      'MEDICAL_AID_COUNTED',
      { figureFen: yuan('60') },
      '医疗救助计入政策范围内尚未支付的费用，起付标准 60.00 元除外',
      'Medical aid counts what is in scope and still unpaid, less the deductible of 60.00 yuan',
    ],
    [
      'LARGE_SUM_COUNTED',
      { rate: rate(5n, 4n) },
      '职工大额医疗费用补助计入超过前面基金最高支付限额的费用，由因限额少付的 100.00 元按支付比例折算',
      'The large-sum subsidy counts what lies above the limit of a fund before it, of which that fund would have paid 100.00 yuan',
    ],
    [
      'LARGE_SUM_COUNTED',
      { rate: rate(1n) },
      '职工大额医疗费用补助计入超过前面基金最高支付限额的费用',
      'The large-sum subsidy counts what lies above the limit of a fund before it',
    ],
    [
      'CRITICAL_ILLNESS_YEAR',
      { figureFen: yuan('7') },
      '大病保险加上本年度此前各次计入的 7.00 元',
      'Critical-illness insurance adds 7.00 yuan that earlier bills of the year counted',
    ],
    [
      'CIVIL_SERVANT_THRESHOLD',
      { figureFen: yuan('60') },
      '公务员医疗补助只支付超过起付标准 60.00 元的部分',
      'The civil servants’ subsidy pays on what exceeds its threshold of 60.00 yuan',
    ],
    [
      'OTHER_EARLIER',
      { figureFen: yuan('60') },
      '其他基金减去此前各次已结算的 60.00 元',
      'Another fund takes off 60.00 yuan that were settled with earlier bills',
    ],
    [
      'EMPLOYER_SUPPLEMENT_CAP',
      { figureFen: yuan('100') },
      '企业补充医疗保险年度最高支付限额 100.00 元，此前已用 60.00 元，本次最多 40.00 元',
      'The employer’s supplementary insurance: the limit of a year is 100.00 yuan, of which earlier bills used 60.00 yuan: at most 40.00 yuan this time',
    ],
    [
      'LARGE_SUM_UNPAID',
      { figureFen: yuan('40') },
      '职工大额医疗费用补助最多支付尚未支付的 40.00 元',
      'The large-sum subsidy pays no more than the 40.00 yuan that are still unpaid',
    ],
    ['HOSPITAL_PART', {}, '医院负担', 'What the hospital bears'],
    ['PERSONAL', {}, '个人负担 = 费用总额 − 基金支付合计', 'The person’s part is the bill less what funds pay'],
    [
      'PERSONAL',
      { remark: true },
      '个人负担 = 费用总额 − 基金支付合计 − 医院负担',
      'The person’s part is the bill less what funds pay and the hospital bears',
    ],
    ['ACCOUNT', {}, '个人账户支付', 'The personal account pays'],
    ['MUTUAL_AID', {}, '家庭共济账户支付', 'Relatives’ accounts pay'],
  ];
  it.each(rows.map(([rule, change, zh, en]) => [rule, zh, en, change] as const))(
    'of %s is %s',
    (rule, textZh, textEn, change) =>
      expect(explain([step(rule, change)])).toMatchObject([{ rule, source: 'test', textZh, textEn }]),
  );

  it('has the rate as a text, and none where the rule has none', () =>
    expect(explain([step('PERSONAL'), step('POOLING_RATIO', { rate: rate(2n, 3n) })]).map((each) => each.rate)).toEqual(
      ['', '2/3'],
    ));

  it('says in both languages how a ratio came about', () => {
    const policy = read({
      ...XIAN_DOCUMENT,
      adjustments: [
        { when: { benefitLevels: ['REFERRAL'] }, mode: 'POINTS_LESS', points: '10%' },
        { when: { personTypes: ['RETIREE'] }, mode: 'SELF_PAY_FACTOR', factor: '0.8' },
      ],
    });
    const of = claim({ split: split('27500'), benefitLevel: 'REFERRAL', personType: 'RETIREE' });
    expect(lineOf(paid(of, policy), 'POOLING_RATIO')).toMatchObject({
      rate: '80%',
      textZh: '统筹基金按 80% 支付（85%，降低 10 个百分点为 75%，个人负担比例乘以 80%为 80%）',
      textEn: 'The pooling fund pays 80% (85%, lowered by 10 points to 75%, the person’s share times 80% to 80%)',
    });
    expect(lineOf(paid(claim(), policy), 'POOLING_RATIO')).toMatchObject({
      textZh: '统筹基金按 80% 支付',
      textEn: 'The pooling fund pays 80%',
    });
  });
});

function lineOf({ steps }: Adjudication, rule: StepRule): ExplainedStep | undefined {
  return explain(steps).find((each) => each.rule === rule);
}

describe('what the hospital bears', () => {
  const bill = (hospitalPart: string): Claim => claim({ split: split('10000'), hospitalPartFen: yuan(hospitalPart) });

  it('is taken off the person’s part', () => {
    const result = paid(bill('505.01'), XIAN);
    expect([result.fundTotalFen, result.hospitalPartFen, result.personalFen, result.cashFen]).toEqual(
      ['7040', '505.01', '2454.99', '2454.99'].map(yuan),
    );
    expect(lineOf(result, 'HOSPITAL_PART')).toMatchObject({ baseFen: yuan('2960'), resultFen: yuan('505.01') });
  });

  it('is never more than that', () => {
    const result = paid(bill('9999'), XIAN);
    expect([result.hospitalPartFen, result.personalFen]).toEqual([yuan('2960'), yuan('0')]);
  });

  it('is no line where it is nothing', () => expect(lineOf(paid(bill('0'), XIAN), 'HOSPITAL_PART')).toBeUndefined());

  it('leaves accounts no more to pay than the person has left', () => {
    const account = { pays: ['IN_SCOPE'], mutualAid: true };
    const of = { ...bill('2000'), account: { balanceFen: yuan('700'), mutualAidFen: yuan('900') } };
    expect(paid(of, read({ ...XIAN_DOCUMENT, account }))).toMatchObject({
      personalFen: yuan('960'),
      accountFen: yuan('700'),
      mutualAidFen: yuan('260'),
      cashFen: yuan('0'),
      accountBalanceFen: yuan('0'),
    });
  });
});

describe('the national message', () => {
  it('has how a fund’s payment came about, a line a step', () => {
    const { steps } = paid(claim({ split: split('11200') }), XIAN, { POOLING_PAID: yuan('395000') });
    expect(fundProcess(steps, 'POOLING')).toBe(
      '统筹基金按 80% 支付：10000.00 × 80% → 8000.00\n年度最高支付限额 400000.00 元，此前已用 395000.00 元，本次最多 5000.00 元：8000.00 → 5000.00',
    );
    expect(fundProcess(steps, 'LARGE_SUM').split('\n')).toEqual([
      '职工大额医疗费用补助计入超过前面基金最高支付限额的费用，由因限额少付的 3000.00 元按支付比例折算：3000.00 × 125% → 3750.00',
      '职工大额医疗费用补助按 90% 支付：3750.00 × 90% → 3375.00',
    ]);
    expect(fundProcess(steps, 'MEDICAL_AID')).toBe('');
  });

  it.each([
    ['27500', 8_000],
    ['1200', 0],
    ['1200.01', 10_000],
    ['1203.33', 7_988],
  ])('has of %s in scope what the pooling fund paid above the deductible, in ten-thousandths: %i', (inScope, ratio) =>
    expect(poolingRatioE4(paid(claim({ split: split(inScope) }), XIAN))).toBe(ratio),
  );

  it('has what each fund paid, of what, and what it could have paid', () =>
    expect(paid(claim({ split: split('11200') }), XIAN, { POOLING_PAID: yuan('395000') }).funds).toEqual([
      { fund: 'POOLING', amountFen: yuan('5000'), baseFen: yuan('10000'), limitFen: yuan('5000') },
      { fund: 'LARGE_SUM', amountFen: yuan('3375'), baseFen: yuan('3750'), limitFen: yuan('100000') },
    ]));
});

it('writes steps down in order', () => {
  const steps: Steps = [];
  addStep(steps, 'PERSONAL', 'test', yuan('100'), null, yuan('40'));
  addStep(steps, 'ACCOUNT', 'test', yuan('40'), rate(1n), yuan('40'), yuan('7'), true);
  expect(steps).toEqual([
    step('PERSONAL'),
    step('ACCOUNT', { baseFen: yuan('40'), rate: rate(1n), figureFen: yuan('7'), remark: true }),
  ]);
});
