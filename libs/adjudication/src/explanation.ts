import { formatRate, formatYuan, ZERO_FEN, type Fen, type Rate } from '@yiditong/money';
import { deductibleWords, isDeductibleRule, type DeductibleRuleName } from './deductible-explanation.js';
import type { FeeSplit } from './line-split.js';
import { isLayerRule, layerWords, type LayerRule } from './layer-explanation.js';
import { LIMIT_NAMES, limitWords } from './limit-explanation.js';

/** What the lines of every bill are of, but its deductible and further funds, in the order of calculation. */
export const BILL_RULES = [
  'CROSS_YEAR',
  'IN_SCOPE',
  'FIRST_SELF_PAY',
  'POOLING_RATIO',
  'POOLING_CAP',
  'HOSPITAL_PART',
  'PERSONAL',
  'ACCOUNT',
  'MUTUAL_AID',
] as const;
export type StepRule = (typeof BILL_RULES)[number] | DeductibleRuleName | LayerRule;

/** The same said in both languages. */
export type Words = { readonly zh: string; readonly en: string };

/** One line of the explanation, in the order of calculation. What a person reads of it is made when somebody reads it. */
export type Step = {
  readonly rule: StepRule;
  readonly source: string;
  readonly baseFen: Fen;
  readonly rate: Rate | null;
  readonly resultFen: Fen;
  /** The standard, threshold or limit that the rule compared with, or what it adds or takes off. Of a limit, what it is before earlier bills. */
  readonly figureFen: Fen | null;
  /**
   * Of a deductible, that it is counted over a period; of the person’s part, that the hospital bears some. Words say how a ratio came about,
   * what a share is of, which visit of the year it is, or what a limit is called; of what is in scope it is the whole split.
   */
  readonly remark: boolean | Words | FeeSplit;
};

export type Steps = Step[];

export function addStep(
  steps: Steps,
  rule: StepRule,
  source: string,
  baseFen: Fen,
  rate: Rate | null,
  resultFen: Fen,
  figureFen: Fen | null = null,
  remark: Step['remark'] = false,
): void {
  steps.push({ rule, source, baseFen, rate, resultFen, figureFen, remark });
}

/** Rule, source, base, rate, result, and the sentence for the person. */
export type ExplainedStep = {
  readonly rule: string;
  readonly source: string;
  readonly baseFen: Fen;
  readonly rate: string;
  readonly resultFen: Fen;
  readonly textZh: string;
  readonly textEn: string;
};

export function explain(steps: readonly Step[]): ExplainedStep[] {
  return steps.map((step) => {
    const { rule, source, baseFen, resultFen } = step;
    const rate = step.rate === null ? '' : percentOf(step.rate);
    const { zh, en } = wordsOf(step, rate);
    return {
      rule,
      source,
      baseFen,
      rate,
      resultFen,
      textZh: zh,
      textEn: en,
    };
  });
}

/** A policy’s rates are the same objects with every bill, and to write one costs as much as a line. */
const percents = new WeakMap<Rate, string>();

function percentOf(rate: Rate): string {
  const found = percents.get(rate);
  if (found !== undefined) return found;
  const percent = formatRate(rate);
  percents.set(rate, percent);
  return percent;
}

const FIXED: Readonly<
  Record<
    Exclude<
      StepRule,
      'IN_SCOPE' | 'CROSS_YEAR' | 'PERSONAL' | DeductibleRuleName | 'POOLING_RATIO' | 'POOLING_CAP' | LayerRule
    >,
    Words
  >
> = {
  FIRST_SELF_PAY: { zh: '参保地规定的个人先行自付', en: 'What the home area has the person pay first' },
  HOSPITAL_PART: { zh: '医院负担', en: 'What the hospital bears' },
  ACCOUNT: { zh: '个人账户支付', en: 'The personal account pays' },
  MUTUAL_AID: { zh: '家庭共济账户支付', en: 'Relatives’ accounts pay' },
};

function wordsOf(step: Step, rate: string): Words {
  const { rule, resultFen, figureFen, remark } = step;
  const said = typeof remark === 'object' && 'zh' in remark ? remark : null;
  if (isLayerRule(rule)) return layerWords(rule, step, rate);
  if (isDeductibleRule(rule)) return deductibleWords(rule, step, rate, said);
  switch (rule) {
    case 'POOLING_RATIO':
      return said ?? { zh: '统筹基金支付', en: 'The pooling fund pays' };
    case 'POOLING_CAP':
      return limitWords(said ?? LIMIT_NAMES.FUND.YEAR, figureFen ?? resultFen, resultFen);
    case 'PERSONAL':
      return {
        zh: `个人负担 = 费用总额 − 基金支付合计${remark ? ' − 医院负担' : ''}`,
        en: `The person’s part is the bill less what funds pay${remark ? ' and the hospital bears' : ''}`,
      };
    case 'CROSS_YEAR':
      return {
        zh: `跨年度住院，按住院天数归入 ${said?.zh ?? ''} 待遇年度的部分`,
        en: `The part of the stay that its nights give to the benefit year ${said?.en ?? ''}`,
      };
    case 'IN_SCOPE':
      return scopeWords(typeof remark === 'object' && 'inScopeFen' in remark ? remark : null);
    case 'FIRST_SELF_PAY':
    case 'HOSPITAL_PART':
    case 'ACCOUNT':
    case 'MUTUAL_AID':
      return FIXED[rule];
  }
}

/** What of the bill is out of scope, and why. */
function scopeWords(split: FeeSplit | null): Words {
  const { fullSelfPayFen = ZERO_FEN, overCeilingFen = ZERO_FEN, firstSelfPayFen = ZERO_FEN } = split ?? {};
  const out = (
    [
      ['全自费', 'outside the catalogue', fullSelfPayFen],
      ['超限价', 'above price caps', overCeilingFen],
      ['先行自付', 'paid first', firstSelfPayFen],
    ] as const
  ).filter(([, , amountFen]) => amountFen > 0n);
  if (out.length === 0) return { zh: '费用总额均在政策范围内', en: 'All of the bill is in scope' };
  const zh = out.map(([name, , amountFen]) => `${name} ${formatYuan(amountFen)} 元`).join('、');
  const en = out.map(([, name, amountFen]) => `${formatYuan(amountFen)} yuan ${name}`).join(', ');
  return { zh: `费用总额扣除${zh}后为政策范围内费用`, en: `The bill less ${en} is in scope` };
}
