import { FUNDS, type Fund } from '@yiditong/codes';
import { z } from 'zod';
import { amountChoice, ratioChoice, standardChoice, whenever } from './choice-document.js';
import { amount, factor, ratio, said } from './written-values.js';

/** The document's own source and trust stand for those that a rule doesn't say. */
export const sourced = {
  source: z.string().min(1).describe('The text that it comes from, in a sentence 依据'),
  trust: z
    .enum(['A', 'B', 'C', 'D'])
    .describe(
      'How far it may be relied on: A official text, B portal, C collected, D assumed 可信程度：A 正式文件、B 门户解读、C 汇编或机器整理、D 演示假定',
    ),
};

const deductibleAdjustment = z.discriminatedUnion('mode', [
  said({ when: whenever, mode: z.literal('FACTOR').describe('Times a factor 乘以系数'), factor }),
  said({ when: whenever, mode: z.literal('LESS').describe('Less an amount 减少金额'), amount }).transform(
    ({ amount: fen, ...rest }) => ({ ...rest, fen }),
  ),
  said({
    when: whenever,
    mode: z.literal('FACTORS_BY_VISIT').describe('One factor a visit of the year; the last one stays 按年内次数的系数'),
    factors: z.array(factor).min(1),
  }),
  said({
    when: whenever,
    mode: z.literal('LESS_BY_VISIT').describe('So much less for each earlier visit 每多一次减少的金额'),
    amount,
  }).transform(({ amount: fen, ...rest }) => ({ ...rest, fen })),
  said({
    when: whenever,
    mode: z.literal('SHARE_LESS_BY_VISIT').describe('Such a share less for each earlier visit 每多一次降低的比例'),
    ratio,
  }),
  said({
    when: whenever,
    mode: z.literal('FLOOR').describe('Not below; what is below from the start stays 不低于'),
    least: amountChoice,
  }),
]);

const deductible = said({
  ...sourced,
  basis: z
    .enum([
      'NONE',
      'PER_VISIT',
      'PER_YEAR',
      'PER_HOSPITAL_AND_YEAR',
      'PER_DISEASE_AND_YEAR',
      'PER_QUARTER',
      'PER_MONTH',
    ])
    .describe('What it is paid once of 计算周期：不设、每次、每年、每院每年、每病种每年、每季、每月'),
  standard: standardChoice,
  adjustments: z.array(deductibleAdjustment).default([]).describe('Applied one after another 依次调整'),
  yearlyMost: amountChoice.nullable().default(null).describe('What a person pays of it in a year at most 年度累计上限'),
}).describe('The deductible 起付标准');

const capFields = {
  ...sourced,
  on: z.enum(['FUND', 'EXPENSE']).describe('Of what the fund pays, or of what it pays on 按基金支付或按费用计'),
  most: amountChoice,
};
const cap = said({
  ...capFields,
  period: z.enum(['VISIT', 'MONTH', 'QUARTER', 'YEAR']).describe('每次、每月、每季、每年'),
  perDisease: z.boolean().default(false).describe('Counted for each chronic disease by itself 按病种分别计算'),
});
export const poolingCap = said({ ...capFields, period: z.literal('YEAR').describe('每年') }).transform((read) => ({
  ...read,
  perDisease: false,
}));

const upTo = {
  upTo: amount.nullable().describe('Where the band ends, in yuan; null for the last one 本段上限，最后一段为 null'),
};
export const visitRule = said({
  firstSelfPay: said({ ...sourced, ratio: ratioChoice })
    .nullable()
    .default(null)
    .describe('What the person pays of each part of the bill before anything else 参保地先行自付'),
  deductible,
  bands: z
    .array(
      said({ ...sourced, ...upTo, ratio: ratioChoice }).transform(({ upTo: upToFen, ...rest }) => ({
        ...rest,
        upToFen,
      })),
    )
    .min(1)
    .describe('Payment ratios up to an amount, ascending 分段支付比例'),
  bandsFrom: z
    .enum(['ZERO', 'AFTER_DEDUCTIBLE'])
    .describe('Where bands begin to count: at the first fen in scope, or after the deductible 分段起算点'),
  bandsOver: z
    .enum(['VISIT', 'YEAR'])
    .default('VISIT')
    .describe('What bands count: this visit, or the year’s together 按次或按年累计分段'),
  caps: z.array(cap).default([]).describe('Limits of this kind of visit 最高支付限额'),
});

const changed = {
  ...sourced,
  when: whenever,
  exception: z
    .string()
    .min(1)
    .optional()
    .describe('By what filed decision the ratio may lie further below than 通知 二(六) allows 例外依据'),
};
export const adjustment = z
  .discriminatedUnion('mode', [
    said({ ...changed, mode: z.literal('POINTS_LESS').describe('Percentage points less 降低百分点'), points: ratio }),
    said({ ...changed, mode: z.literal('POINTS_MORE').describe('Percentage points more 提高百分点'), points: ratio }),
    said({ ...changed, mode: z.literal('FACTOR').describe('The ratio times a factor 支付比例乘以系数'), factor }),
    said({
      ...changed,
      mode: z.literal('SELF_PAY_FACTOR').describe('What the person pays times a factor 个人负担乘以系数'),
      factor,
    }),
    said({
      ...changed,
      mode: z
        .literal('POINTS_BY_AGE')
        .describe('Points more from an age on, and again each so many years 按年龄递增百分点'),
      fromAge: z.int().min(0),
      everyYears: z.int().min(1),
      points: ratio,
    }),
    said({ ...changed, mode: z.literal('ABSOLUTE').describe('This ratio 固定比例'), ratio: ratioChoice }),
    said({ ...changed, mode: z.literal('FLOOR').describe('Not below 保底比例'), ratio: ratioChoice }),
    said({ ...changed, mode: z.literal('CEILING').describe('Not above 最高比例'), ratio: ratioChoice }),
  ])
  .describe('What changes the ratio of every band 支付比例调整');

const layerFunds = FUNDS.filter((fund): fund is Exclude<Fund, 'POOLING'> => fund !== 'POOLING');
export const layer = said({
  ...sourced,
  fund: z
    .enum(layerFunds)
    .describe('职工大额、居民大病、公务员补助、企业补充、医疗救助、其他 in the order of the names'),
  when: whenever,
  base: z
    .enum(['ABOVE_POOLING_CAP', 'SELF_PAY', 'YEAR_SELF_PAY'])
    .describe('Of what: above the pooling cap, unpaid of this bill, or unpaid of the year’s 支付基数'),
  countsDeductible: z.boolean().describe('Whether the deductible counts to what is unpaid 起付线是否计入'),
  threshold: amountChoice.prefault('0').describe('What it pays nothing of 起付标准'),
  bands: z
    .array(said({ ...upTo, ratio: ratioChoice }).transform(({ upTo: upToFen, ...rest }) => ({ ...rest, upToFen })))
    .min(1)
    .describe('Payment ratios, counted from the threshold 自起付标准起分段'),
  yearlyMost: amountChoice.nullable().default(null).describe('What it pays in a year at most 年度最高支付限额'),
});

export const account = said({
  ...sourced,
  pays: z
    .array(z.enum(['IN_SCOPE', 'FIRST_SELF_PAY', 'OVER_CEILING', 'FULL_SELF_PAY']))
    .min(1)
    .describe('Which parts of what the person pays 可支付的个人负担：政策范围内、先行自付、超限价、全自费'),
  mutualAid: z.boolean().describe('Whether relatives’ accounts pay what the own doesn’t 家庭共济'),
});
