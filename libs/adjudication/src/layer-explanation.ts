import type { Fund } from '@yiditong/codes';
import { compareRates, formatYuan, WHOLE_RATE, type Fen, type Rate } from '@yiditong/money';
import type { Step, Words } from './explanation.js';
import { limitWords } from './limit-explanation.js';

export type LayerFund = Exclude<Fund, 'POOLING'>;

/**
 * What the lines of a further fund but its payments say: what it counts of this bill, what it counted in the year before, what it takes
 * off as its threshold and as settled with earlier bills, its own limit, and that no more is unpaid. In this order.
 */
type Line = 'COUNTED' | 'YEAR' | 'THRESHOLD' | 'EARLIER' | 'CAP' | 'UNPAID';

/**
 * A fund's own name is the rule of its payments, one for each band that the amount crosses. A layer pays their sum, or what the limits after
 * them leave of it.
 */
export type LayerRule = LayerFund | `${LayerFund}_${Line}`;

/** The rules of a fund, made once: to put a name together costs more than to calculate. */
export const LAYER_RULES = {
  LARGE_SUM: rulesOf('LARGE_SUM'),
  CRITICAL_ILLNESS: rulesOf('CRITICAL_ILLNESS'),
  CIVIL_SERVANT: rulesOf('CIVIL_SERVANT'),
  EMPLOYER_SUPPLEMENT: rulesOf('EMPLOYER_SUPPLEMENT'),
  MEDICAL_AID: rulesOf('MEDICAL_AID'),
  OTHER: rulesOf('OTHER'),
} as const satisfies Readonly<Record<LayerFund, Readonly<Record<Line, LayerRule>>>>;

function rulesOf<F extends LayerFund>(fund: F) {
  return {
    COUNTED: `${fund}_COUNTED`,
    YEAR: `${fund}_YEAR`,
    THRESHOLD: `${fund}_THRESHOLD`,
    EARLIER: `${fund}_EARLIER`,
    CAP: `${fund}_CAP`,
    UNPAID: `${fund}_UNPAID`,
  } as const;
}

const FUND_NAMES: Readonly<Record<LayerFund, Words>> = {
  LARGE_SUM: { zh: '职工大额医疗费用补助', en: 'The large-sum subsidy' },
  CRITICAL_ILLNESS: { zh: '大病保险', en: 'Critical-illness insurance' },
  CIVIL_SERVANT: { zh: '公务员医疗补助', en: 'The civil servants’ subsidy' },
  EMPLOYER_SUPPLEMENT: { zh: '企业补充医疗保险', en: 'The employer’s supplementary insurance' },
  MEDICAL_AID: { zh: '医疗救助', en: 'Medical aid' },
  OTHER: { zh: '其他基金', en: 'Another fund' },
};

type Spoken = { readonly name: Words; readonly line: Line | 'PAYMENT' };
const SPOKEN = Object.fromEntries(
  Object.entries(LAYER_RULES).flatMap(([fund, rules]) => {
    const name = FUND_NAMES[fund as LayerFund];
    const others = Object.entries(rules).map(([line, rule]) => [rule, { name, line }]);
    return [[fund, { name, line: 'PAYMENT' }], ...others];
  }),
) as Readonly<Record<LayerRule, Spoken>>;

export function isLayerRule(rule: string): rule is LayerRule {
  return Object.hasOwn(SPOKEN, rule);
}

/** What a line of a further fund says, given its rate as a text. */
export function layerWords(rule: LayerRule, { baseFen, rate, resultFen, figureFen }: Step, percent: string): Words {
  const { name, line } = SPOKEN[rule];
  const figure = figureFen === null ? null : formatYuan(figureFen);
  switch (line) {
    case 'PAYMENT':
      return { zh: `${name.zh}按 ${percent} 支付`, en: `${name.en} pays ${percent}` };
    case 'COUNTED':
      return rate === null ? ofUnpaid(name, figure) : aboveCap(name, baseFen, rate);
    case 'YEAR':
      return {
        zh: `${name.zh}加上本年度此前各次计入的 ${figure} 元`,
        en: `${name.en} adds ${figure} yuan that earlier bills of the year counted`,
      };
    case 'THRESHOLD':
      return {
        zh: `${name.zh}只支付超过起付标准 ${figure} 元的部分`,
        en: `${name.en} pays on what exceeds its threshold of ${figure} yuan`,
      };
    case 'EARLIER':
      return {
        zh: `${name.zh}减去此前各次已结算的 ${figure} 元`,
        en: `${name.en} takes off ${figure} yuan that were settled with earlier bills`,
      };
    case 'CAP': {
      const limit = { zh: `${name.zh}年度最高支付限额`, en: `${name.en}: the limit of a year` };
      return limitWords(limit, figureFen ?? resultFen, resultFen);
    }
    case 'UNPAID':
      return {
        zh: `${name.zh}最多支付尚未支付的 ${figure} 元`,
        en: `${name.en} pays no more than the ${figure} yuan that are still unpaid`,
      };
  }
}

function ofUnpaid(name: Words, deductible: string | null): Words {
  return deductible === null
    ? { zh: `${name.zh}计入政策范围内尚未支付的费用`, en: `${name.en} counts what is in scope and still unpaid` }
    : {
        zh: `${name.zh}计入政策范围内尚未支付的费用，起付标准 ${deductible} 元除外`,
        en: `${name.en} counts what is in scope and still unpaid, less the deductible of ${deductible} yuan`,
      };
}

/** What a limit kept a fund from paying stands for more than itself, but where the fund would have paid all of it. */
function aboveCap(name: Words, shortFen: Fen, converted: Rate): Words {
  const zh = `${name.zh}计入超过前面基金最高支付限额的费用`;
  const en = `${name.en} counts what lies above the limit of a fund before it`;
  if (compareRates(converted, WHOLE_RATE) === 0) return { zh, en };
  const short = formatYuan(shortFen);
  return {
    zh: `${zh}，由因限额少付的 ${short} 元按支付比例折算`,
    en: `${en}, of which that fund would have paid ${short} yuan`,
  };
}
