import { formatYuan } from '@yiditong/money';
import type { Step, Words } from './explanation.js';
import { limitWords } from './limit-explanation.js';

/**
 * How a deductible comes about, a line for each change of it and in this order: the standard itself where it isn't the whole story, with
 * what it is at least and at most where it is a share; what changes it, in the policy's order; what the period, the stay and the year have
 * paid of it. DEDUCTIBLE is what the person pays of it this time.
 */
export const DEDUCTIBLE_RULES = [
  'DEDUCTIBLE_STANDARD',
  'DEDUCTIBLE_LEAST',
  'DEDUCTIBLE_MOST',
  'DEDUCTIBLE_FACTOR',
  'DEDUCTIBLE_LESS',
  'DEDUCTIBLE_FLOOR',
  'DEDUCTIBLE_EARLIER',
  'DEDUCTIBLE_OF_STAY',
  'DEDUCTIBLE_STAY_MOST',
  'DEDUCTIBLE_YEAR_MOST',
  'DEDUCTIBLE',
] as const;
export type DeductibleRuleName = (typeof DEDUCTIBLE_RULES)[number];

/** What a share is of. */
export const SHARE_OF = {
  BILL: { zh: '费用总额', en: 'the bill' },
  IN_SCOPE: { zh: '政策范围内费用', en: 'what is in scope' },
} as const satisfies Readonly<Record<string, Words>>;
/** A stay that goes on into another benefit year counts from its beginning. */
export const SHARE_SO_FAR_OF = {
  BILL: { zh: '本次住院至此的费用总额', en: 'the stay’s bill so far' },
  IN_SCOPE: { zh: '本次住院至此的政策范围内费用', en: 'what is in scope of the stay so far' },
} as const satisfies Readonly<Record<string, Words>>;

/** Whose place in the year decides about it. */
export function ofVisit(visitNumber: number): Words {
  return { zh: `年度内第 ${visitNumber} 次，`, en: ` at visit ${visitNumber} of the year` };
}

const NOTHING: Words = { zh: '', en: '' };
const STAY_MOST: Words = { zh: '本次住院起付标准累计上限', en: 'The most that a stay asks for' };
const YEAR_MOST: Words = { zh: '年度起付标准累计上限', en: 'The most that a year asks for' };

/** What a line of a deductible says, given its rate as a text and the words that it carries. */
export function deductibleWords(rule: DeductibleRuleName, step: Step, percent: string, words: Words | null): Words {
  const { rate, resultFen, figureFen, remark } = step;
  const figure = figureFen === null ? '' : formatYuan(figureFen);
  const said = words ?? NOTHING;
  switch (rule) {
    case 'DEDUCTIBLE_STANDARD':
      return rate === null
        ? { zh: `起付标准 ${figure} 元`, en: `The deductible is ${figure} yuan` }
        : { zh: `起付标准为${said.zh}的 ${percent}`, en: `The deductible is ${percent} of ${said.en}` };
    case 'DEDUCTIBLE_LEAST':
      return { zh: `起付标准最低 ${figure} 元`, en: `The deductible is at least ${figure} yuan` };
    case 'DEDUCTIBLE_MOST':
      return { zh: `起付标准最高 ${figure} 元`, en: `The deductible is at most ${figure} yuan` };
    case 'DEDUCTIBLE_FACTOR':
      return { zh: `${said.zh}起付标准乘以 ${percent}`, en: `The deductible is multiplied by ${percent}${said.en}` };
    case 'DEDUCTIBLE_LESS':
      return { zh: `${said.zh}起付标准降低 ${figure} 元`, en: `The deductible is lowered by ${figure} yuan${said.en}` };
    case 'DEDUCTIBLE_FLOOR':
      return { zh: `降低后起付标准不低于 ${figure} 元`, en: `It is not lowered below ${figure} yuan` };
    case 'DEDUCTIBLE_EARLIER':
      return {
        zh: `减去本期此前已负担的起付标准 ${figure} 元`,
        en: `Earlier bills of the period paid ${figure} yuan of it`,
      };
    case 'DEDUCTIBLE_OF_STAY':
      return {
        zh: `减去本次住院此前已负担的起付标准 ${figure} 元`,
        en: `Earlier parts of the stay paid ${figure} yuan of it`,
      };
    case 'DEDUCTIBLE_STAY_MOST':
      return limitWords(STAY_MOST, figureFen ?? resultFen, resultFen);
    case 'DEDUCTIBLE_YEAR_MOST':
      return limitWords(YEAR_MOST, figureFen ?? resultFen, resultFen);
    case 'DEDUCTIBLE':
      return {
        zh: `起付标准 ${figure} 元${remark === true ? '（按期累计）' : ''}，本次由个人负担 ${formatYuan(resultFen)} 元`,
        en: `Of the deductible of ${figure} yuan${remark === true ? ', counted over the period,' : ''} the person pays ${formatYuan(resultFen)} yuan this time`,
      };
  }
}

const RULES: ReadonlySet<string> = new Set(DEDUCTIBLE_RULES);

export function isDeductibleRule(rule: string): rule is DeductibleRuleName {
  return RULES.has(rule);
}
