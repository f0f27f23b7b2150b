import {
  BENEFIT_LEVELS,
  FILING_CATEGORIES,
  FUNDS,
  HOSPITAL_LEVELS,
  ITEM_CLASSES,
  LINE_RULES,
  VISIT_KINDS,
} from '@yiditong/codes';
import { z } from 'zod';
import { bilingual } from '../filing/filing-names.js';
import { answerFen, businessDate, uuid } from '../http/fields.js';

/** Why it is settled directly. */
export const BASES = ['FILED', 'EMERGENCY_DEEMED_FILED', 'AGREEMENT_DEEMED_FILED'] as const;

const split = z.object({
  fullSelfPayFen: answerFen.describe('全自费，分'),
  overCeilingFen: answerFen.describe('超限价，分'),
  firstSelfPayFen: answerFen.describe('先行自付，分'),
  inScopeFen: answerFen.describe('政策范围内，分'),
});
const line = z.object({
  nationalCode: z.string(),
  itemClass: z.enum(ITEM_CLASSES),
  itemClassName: bilingual,
  rule: z.enum(LINE_RULES),
  ruleName: bilingual,
  split,
});
const step = z.object({
  rule: z.string(),
  source: z.string(),
  baseFen: answerFen,
  rate: z.string(),
  resultFen: answerFen,
  text: bilingual,
});
const result = z.object({
  totalFen: answerFen.describe('费用总额'),
  split,
  deductibleFen: answerFen.describe('起付线内由个人负担的'),
  funds: z.array(z.object({ fund: z.enum(FUNDS), fundName: bilingual, amountFen: answerFen })),
  fundTotalFen: answerFen.describe('基金支付总额'),
  personalFen: answerFen.describe('个人最终负担 / what the person bears in the end'),
  cashAtCounterFen: answerFen.describe('就医时须付的现金；手工报销的为全部费用 / what is paid at the counter'),
  expectedBackFen: answerFen.describe(
    '预计手工报销回的；直接结算的为零 / what a claim by hand should bring back later',
  ),
  lines: z.array(line).describe('各项目在就医地目录的划分；没有项目清单为空'),
  why: z.array(step).describe('计算过程 / step by step'),
});
const policy = z.object({
  policyId: uuid,
  title: z.string(),
  source: z.string().describe('来源'),
  trust: z.string().describe('可信度：A 官方文本、B 官方门户或解读、C 汇编未核对、D 演示假定'),
  trustName: bilingual,
  validFrom: businessDate,
  validTo: businessDate.nullable(),
});
const estimated = z.object({
  treatingRegion: z.string(),
  treatingPlace: bilingual,
  hospitalLevel: z.enum(HOSPITAL_LEVELS),
  hospitalLevelName: bilingual,
  visitKind: z.enum(VISIT_KINDS),
  visitKindName: bilingual,
  filingCategory: z.enum(FILING_CATEGORIES).nullable(),
  filingCategoryName: bilingual.nullable(),
  direct: z.boolean().describe('是否直接结算；否为先垫付再手工报销，或不能结算'),
  basis: z.enum(BASES).nullable().describe('直接结算的依据：已备案、急诊视同备案、区域合作视同备案'),
  benefitLevel: z.enum(BENEFIT_LEVELS).nullable().describe('按何待遇标准'),
  result: result.nullable().describe('不能估算则为空，原因见 refusal'),
  refusal: z.object({ reason: z.string(), messages: bilingual }).nullable(),
  policy: policy.nullable().describe('所用的待遇政策；C、D 类不能作为依据'),
  notApplied: z
    .array(bilingual)
    .describe('政策有规定而未给出、因而未适用的 / rules left out for want of what they ask'),
});
export const estimateAnswer = z.object({
  onDate: businessDate,
  insuredPlace: bilingual,
  assumptions: z.array(bilingual).describe('估算的前提'),
  alternatives: z.array(estimated).describe('与所问同序'),
  comparison: z.object({
    cheapest: z.int().nullable().describe('个人负担最少的是第几项，从 0 起；都不能估算则为空'),
    differences: z.array(
      z.object({
        toFirstFen: answerFen.nullable().describe('个人负担比第一项多'),
        toCheapestFen: answerFen.nullable().describe('个人负担比最少的一项多'),
      }),
    ),
    filingFirst: z
      .array(
        z.object({
          unfiled: z.int().describe('不备案的是第几项'),
          filed: z.int().describe('备案的是第几项'),
          savesFen: answerFen.nullable().describe('先备案个人少负担；政策没有写明则为空 / null where it is not stated'),
          text: bilingual,
        }),
      )
      .describe('同一就医地、等级、类别，先备案能省多少'),
  }),
});
export type EstimateAnswer = z.infer<typeof estimateAnswer>;
export type Estimated = z.infer<typeof estimated>;
export type EstimatedResult = z.infer<typeof result>;
export type EstimatedPolicy = z.infer<typeof policy>;
