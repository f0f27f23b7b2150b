import {
  BENEFIT_LEVELS,
  HOSPITAL_LEVELS,
  isCodeText,
  ITEM_CLASSES,
  ITEM_KINDS,
  PERSON_TYPES,
  VISIT_KINDS,
} from '@yiditong/codes';
import { share, subtractFen, ZERO_FEN, type Fen, type Rate } from '@yiditong/money';
import { z } from 'zod';
import { isAccumulatorKind, type AccumulatorKind, type Accumulators } from './accumulators.js';
import { PLACES, SETTLED_BY } from './choice.js';
import type { Claim } from './claim.js';
import { sumSplits, type FeeSplit } from './line-split.js';
import { amount, businessDate, problemIn, ratio, said } from './written-values.js';

/** A line as the treating place's catalogue has it: what of its amount is above a price cap, and the share paid first. Class C is paid by the person. */
const line = said({
  name: z.string().optional(),
  itemClass: z.enum(ITEM_CLASSES),
  itemKind: z.enum(ITEM_KINDS).nullable().default(null),
  unitPrice: amount.nullable().default(null),
  amount,
  overCeiling: amount.prefault('0').describe('What is above the price cap 超限价'),
  firstSelfPay: ratio.prefault('0').describe('The share paid first 先行自付比例'),
});

/** Totals are counted by it. */
const code = z.string().refine(isCodeText, 'a code of at most 20 letters, digits, dots and lines');

/** A bill's four parts, or its lines, of which they are made. */
const presented = said({
  visitKind: z.enum(VISIT_KINDS).describe('就诊类别'),
  personType: z.enum(PERSON_TYPES).describe('人员类别'),
  age: z.int().min(0).max(150).nullable().default(null).describe('Whole years 年龄'),
  personTags: z.array(z.string().min(1)).default([]).describe('人员标识'),
  hospitalLevel: z.enum(HOSPITAL_LEVELS).describe('医院等级'),
  hospitalTags: z.array(z.string().min(1)).default([]).describe('机构标识'),
  benefitLevel: z.enum(BENEFIT_LEVELS).default('LOCAL').describe('待遇类别'),
  settledBy: z.enum(SETTLED_BY).default('DIRECT').describe('直接结算或手工报销'),
  place: z.enum(PLACES).default('OTHER_PROVINCE').describe('就医地范围'),
  diseaseCode: code.nullable().default(null).describe('病种编码'),
  institutionCode: code.or(z.literal('')).default('').describe('医药机构编码'),
  startedOn: businessDate.optional().describe('Admission; the day of discharge where it is not said 入院日期'),
  endedOn: businessDate.describe('Discharge, or the visit 出院或就诊日期'),
  hospitalPart: amount.prefault('0').describe('What the hospital bears 医院负担'),
  stayDeductible: amount
    .nullable()
    .default(null)
    .describe('What earlier parts of the stay paid of its deductible, of a later part 中途结算前段已付起付线'),
  account: said({
    balance: amount.describe('个人账户余额'),
    mutualAid: amount.prefault('0').describe('家庭共济账户余额'),
  })
    .nullable()
    .default(null),
  inScope: amount.optional().describe('Either this or lines 政策范围内费用'),
  fullSelfPay: amount.prefault('0').describe('全自费'),
  overCeiling: amount.prefault('0').describe('超限价'),
  firstSelfPay: amount.prefault('0').describe('先行自付'),
  lines: z.array(line).min(1).optional().describe('Either these or inScope 费用明细'),
})
  .refine(({ inScope, lines }) => (inScope === undefined) !== (lines === undefined), 'either inScope or lines')
  .refine(({ startedOn, endedOn }) => startedOn === undefined || startedOn <= endedOn, 'startedOn is after endedOn')
  .refine(
    ({ lines = [] }) => lines.every((each) => each.overCeiling <= each.amount),
    'a line has more above the cap than in all',
  );
type Presented = z.infer<typeof presented>;

export const claim = presented.transform(claimOf);

/** Totals are fen, and counts of visits counts, as an adjudication's deltas are. */
export const accumulators = z
  .object({ note: z.string().optional() })
  .catchall(z.string().regex(/^\d{1,15}$/, 'a whole number, in fen'))
  .superRefine(({ note: _note, ...totals }, context) => {
    for (const kind of Object.keys(totals).filter((name) => !isAccumulatorKind(name)))
      context.addIssue({ code: 'custom', path: [kind], message: 'not the name of a total' });
  })
  .transform(({ note: _note, ...totals }): Accumulators =>
    Object.fromEntries(Object.entries(totals).map(([kind, value]) => [kind as AccumulatorKind, BigInt(value)])),
  )
  .describe('Totals of the year before it by name, in fen; visits are counted 年度累计，单位分');

export type ClaimReading =
  | { readonly claim: Claim; readonly accumulators: Accumulators }
  | { readonly problem: string };

/** Reads a claim and the person's totals before it, or says what is wrong with the first place that is. */
export function readClaim(claimDocument: unknown, accumulatorDocument: unknown): ClaimReading {
  const result = z
    .object({ claim, accumulators: accumulators.default({}) })
    .safeParse({ claim: claimDocument, accumulators: accumulatorDocument });
  return result.success ? result.data : { problem: problemIn(result.error.issues, 'claim') };
}

function claimOf({ lines, account, fullSelfPay, overCeiling, firstSelfPay, ...of }: Presented): Claim {
  const { inScope, startedOn, hospitalPart, stayDeductible, note: _, ...circumstances } = of;
  const whole = { fullSelfPayFen: fullSelfPay, overCeilingFen: overCeiling, firstSelfPayFen: firstSelfPay };
  const splits = (lines ?? []).map(splitOf);
  return {
    ...circumstances,
    startedOn: startedOn ?? of.endedOn,
    hospitalPartFen: hospitalPart,
    stayDeductibleFen: stayDeductible,
    split: lines
      ? sumSplits([...splits, { ...whole, inScopeFen: ZERO_FEN }])
      : { ...whole, inScopeFen: inScope ?? ZERO_FEN },
    parts: (lines ?? []).map(({ itemClass, itemKind, unitPrice }, index) => ({
      itemClass,
      itemKind,
      unitPriceFen: unitPrice,
      inScopeFen: splits[index]?.inScopeFen ?? ZERO_FEN,
    })),
    account: account && { balanceFen: account.balance, mutualAidFen: account.mutualAid },
  };
}

/** Each line is rounded by itself (费用四分), and what is in scope found by subtraction. */
function splitOf(of: {
  readonly itemClass: string;
  readonly amount: Fen;
  readonly overCeiling: Fen;
  readonly firstSelfPay: Rate;
}): FeeSplit {
  const none = { fullSelfPayFen: ZERO_FEN, overCeilingFen: ZERO_FEN, firstSelfPayFen: ZERO_FEN, inScopeFen: ZERO_FEN };
  if (of.itemClass === 'C') return { ...none, fullSelfPayFen: of.amount };
  const payable = subtractFen(of.amount, of.overCeiling);
  const firstSelfPayFen = share(payable, of.firstSelfPay);
  return {
    ...none,
    overCeilingFen: of.overCeiling,
    firstSelfPayFen,
    inScopeFen: subtractFen(payable, firstSelfPayFen),
  };
}
