import { isAccumulatorKind } from '@yiditong/adjudication';
import {
  filingCategoryCodec,
  hospitalLevelCodec,
  insuranceCodec,
  personTypeCodec,
  visitKindCodec,
} from '@yiditong/chassis';
import {
  FILING_CATEGORIES,
  HOSPITAL_LEVELS,
  INSURANCES,
  PERSON_TYPES,
  PERSON_TYPES_OF,
  VISIT_KINDS,
} from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { divideToFen, MAX_BILL_FEN } from '@yiditong/money';
import { z } from 'zod';
import { PRICE_SCALE } from '../catalogue/entry.dto.js';
import { nationalCode } from '../catalogue/national-item.dto.js';
import { amountFen, businessDate, decimal, region, scaled, tags } from '../http/fields.js';

const QUANTITY_SCALE = 4;
const MAX_LINES = 200;
const MAX_ALTERNATIVES = 8;
const MAX_TOTALS = 100;
/** Millionths of a yuan times ten-thousandths of a unit. */
const PRODUCT_OF_FEN = 100_000_000n;

/** No number of a person's is a name that policies use, and none is asked for. */
const names = tags.refine((all) => all.every((tag) => !/\d{5}/.test(tag)), {
  error: '标签不能含证件号码或电话 / a tag holds no number of a person’s',
});

const home = z
  .strictObject({
    insuredRegion: region.describe('参保地（统筹区）区划'),
    insurance: z.enum(INSURANCES).describe('险种'),
    personType: z.enum(PERSON_TYPES).describe('人员类别'),
    age: z.int().min(0).max(150).nullable().default(null).describe('年龄，周岁；不填则不适用按年龄的规定'),
    tags: names.describe('政策区分人员所用的名称，如 低保、公务员 What policies ask about a person'),
    earlierThisYear: z
      .record(
        z
          .string()
          .refine(
            (name): boolean => isAccumulatorKind(name),
            '年度累计的名称，见术语表 / the name of a total, see the glossary',
          ),
        amountFen,
      )
      .refine((totals) => Object.keys(totals).length <= MAX_TOTALS, {
        error: `最多 ${MAX_TOTALS} 项 / at most ${MAX_TOTALS} totals`,
      })
      .default({})
      .describe(
        '本待遇年度此前的累计，分；次数类（_VISITS）为次数，如 {"INPATIENT_VISITS":"1"} What was booked before in this benefit year',
      ),
  })
  .refine(({ insurance, personType }) => PERSON_TYPES_OF[insurance].includes(personType), {
    path: ['personType'],
    error: '人员类别与险种不符 / goes with no such insurance',
  });

const split = z.strictObject({
  fullSelfPayFen: amountFen.default('0').describe('全自费'),
  overCeilingFen: amountFen.default('0').describe('超限价自费'),
  firstSelfPayFen: amountFen.default('0').describe('先行自付'),
  inScopeFen: amountFen.describe('符合政策范围'),
});

const basketLine = z.strictObject({
  nationalCode,
  quantity: decimal(QUANTITY_SCALE)
    .refine((text) => scaled(text, QUANTITY_SCALE) > 0n, '数量须大于零 / must be more than nothing')
    .describe('数量，最多 4 位小数'),
  unitPriceYuan: decimal(PRICE_SCALE).describe('单价，元'),
  amountFen: amountFen.optional().describe('金额；不填为单价乘数量 / unset for price times quantity'),
  approved: z.boolean().default(false).describe('医院审批标志：限制使用条件已满足'),
});

const givenBill = z.strictObject({
  totalFen: amountFen.optional().describe('总金额，全部按政策范围内计算 / an amount, all of it in scope'),
  split: split.optional().describe('已经四分的金额 / an amount as it is divided'),
  basket: z
    .array(basketLine)
    .min(1)
    .max(MAX_LINES, `最多 ${MAX_LINES} 行 / at most ${MAX_LINES} lines`)
    .optional()
    .describe('项目清单，按各就医地目录划分 / things, divided by each place’s catalogue'),
});
type Bill = z.infer<typeof givenBill>;
const bill = givenBill
  .refine((given) => Object.values(given).filter((part) => part !== undefined).length === 1, {
    error: '填 totalFen、split、basket 之一 / exactly one of totalFen, split and basket',
  })
  .refine((given) => isBillable(given), {
    error: `总额须为 1 至 ${MAX_BILL_FEN} 分 / the whole must be 1 to ${MAX_BILL_FEN} fen`,
  });

const alternative = z
  .strictObject({
    treatingRegion: region.describe('就医地区划'),
    hospitalLevel: z.enum(HOSPITAL_LEVELS).describe('医院等级'),
    visitKind: z.enum(VISIT_KINDS).describe('就医类别'),
    filingCategory: z
      .enum(FILING_CATEGORIES)
      .nullable()
      .describe(
        '备案类别；null 为不备案，先垫付再手工报销 / null where nothing is filed: paid whole, and claimed by hand',
      ),
    diseaseCode: z
      .string()
      .regex(/^M\d{5}$/, '病种编码为 M 加五位数字 / M and five digits')
      .nullable()
      .default(null)
      .describe('门诊慢特病种编码，可不填'),
    hospitalTags: names.describe('政策区分医院所用的名称，如 中医医院、省属 What policies ask about a hospital'),
  })
  .refine(({ visitKind, diseaseCode }) => diseaseCode === null || visitKind === 'CHRONIC', {
    path: ['diseaseCode'],
    error: '仅门诊慢特病填写 / goes with a chronic visit only',
  });

export const estimateBody = z.strictObject({
  home: home.describe('参保情况，不需要任何个人身份信息 / how the person is insured; nothing that says who he is'),
  onDate: businessDate
    .refine((date) => date >= '2000-01-01' && date < '2100-01-01', '2000 至 2099 年 / of the years 2000 to 2099')
    .optional()
    .describe('出院或就诊日期；不填为今日，有项目清单时不得晚于今日'),
  bill,
  alternatives: z
    .array(alternative)
    .min(1)
    .max(MAX_ALTERNATIVES, `最多比较 ${MAX_ALTERNATIVES} 项 / at most ${MAX_ALTERNATIVES} alternatives`)
    .describe('比较哪些就医地、医院等级和备案类别'),
});
export type EstimateBody = z.infer<typeof estimateBody>;

export function encodeEstimate(
  { home: of, bill: given, alternatives }: EstimateBody,
  on: string,
): settlementV1.EstimateRequest {
  return {
    person: {
      insuredRegion: of.insuredRegion,
      insurance: insuranceCodec.encode(of.insurance),
      personType: personTypeCodec.encode(of.personType),
      age: of.age ?? undefined,
      tags: of.tags,
      totals: Object.entries(of.earlierThisYear).map(([kind, value]) => ({ kind, value: BigInt(value) })),
    },
    onDate: on,
    basket: (given.basket ?? []).map(encodeBasketLine),
    split: encodeSplit(given),
    alternatives: alternatives.map((one) => ({
      treatingRegion: one.treatingRegion,
      visitKind: visitKindCodec.encode(one.visitKind),
      hospitalLevel: hospitalLevelCodec.encode(one.hospitalLevel),
      filingCategory: filingCategoryCodec.encodeOptional(one.filingCategory),
      diseaseCode: one.diseaseCode ?? '',
      hospitalTags: one.hospitalTags,
    })),
  };
}

function encodeBasketLine(line: z.infer<typeof basketLine>): settlementV1.BasketLine {
  return {
    nationalCode: line.nationalCode,
    quantityE4: scaled(line.quantity, QUANTITY_SCALE),
    unitPriceMicroYuan: scaled(line.unitPriceYuan, PRICE_SCALE),
    amountFen: amountOf(line),
    approved: line.approved,
  };
}

function encodeSplit({ totalFen, split: parts }: Bill): settlementV1.EstimateRequest['split'] {
  if (totalFen !== undefined)
    return { fullSelfPayFen: 0n, overCeilingFen: 0n, firstSelfPayFen: 0n, inScopeFen: BigInt(totalFen) };
  return (
    parts && {
      fullSelfPayFen: BigInt(parts.fullSelfPayFen),
      overCeilingFen: BigInt(parts.overCeilingFen),
      firstSelfPayFen: BigInt(parts.firstSelfPayFen),
      inScopeFen: BigInt(parts.inScopeFen),
    }
  );
}

function amountOf({ amountFen: said, quantity, unitPriceYuan }: z.infer<typeof basketLine>): bigint {
  return said === undefined
    ? divideToFen(scaled(unitPriceYuan, PRICE_SCALE) * scaled(quantity, QUANTITY_SCALE), PRODUCT_OF_FEN)
    : BigInt(said);
}

/** Whether what is given comes to an amount that a bill may have. What can't be read yet is refused where it stands. */
function isBillable(given: Bill): boolean {
  const amounts = amountsIn(given);
  if (amounts.length === 0 || !amounts.every((text) => amountFen.safeParse(text).success)) return true;
  const total = amounts.reduce((sum, text) => sum + BigInt(text), 0n);
  return total > 0n && total <= MAX_BILL_FEN;
}

function amountsIn({ totalFen, split: parts, basket }: Bill): string[] {
  if (totalFen !== undefined) return [totalFen];
  if (parts !== undefined) return [parts.fullSelfPayFen, parts.overCeilingFen, parts.firstSelfPayFen, parts.inScopeFen];
  return (basket ?? []).map((line) => line.amountFen ?? String(amountOf(line)));
}
