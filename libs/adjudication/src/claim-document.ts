import {
  BENEFIT_LEVELS,
  HOSPITAL_LEVELS,
  isCalendarDate,
  ITEM_CLASSES,
  ITEM_KINDS,
  PERSON_TYPES,
  VISIT_KINDS,
} from '@yiditong/codes';
import { share, subtractFen, ZERO_FEN, ZERO_RATE, type Fen, type Rate } from '@yiditong/money';
import { z } from 'zod';
import type { AccumulatorKind, Accumulators } from './accumulators.js';
import { PLACES, SETTLED_BY } from './choice.js';
import type { Claim } from './claim.js';
import { sumSplits, type FeeSplit } from './line-split.js';
import { amount, deepest, ratio, said } from './policy-document.js';

/** A line as the treating place's catalogue has it: what of its amount is above a price cap, and the share paid first. Class C is paid by the person. */
const line = said({
  name: z.string().optional(),
  itemClass: z.enum(ITEM_CLASSES),
  itemKind: z.enum(ITEM_KINDS).nullable().default(null),
  unitPrice: amount.nullable().default(null),
  amount,
  overCeiling: amount.default(ZERO_FEN),
  firstSelfPay: ratio.default(ZERO_RATE),
});

/** A bill's four parts, or its lines, of which they are made. */
const claim = said({
  visitKind: z.enum(VISIT_KINDS),
  personType: z.enum(PERSON_TYPES),
  age: z.int().min(0).max(150).nullable().default(null),
  personTags: z.array(z.string().min(1)).default([]),
  hospitalLevel: z.enum(HOSPITAL_LEVELS),
  hospitalTags: z.array(z.string().min(1)).default([]),
  benefitLevel: z.enum(BENEFIT_LEVELS).default('LOCAL'),
  settledBy: z.enum(SETTLED_BY).default('DIRECT'),
  place: z.enum(PLACES).default('OTHER_PROVINCE'),
  diseaseCode: z.string().min(1).nullable().default(null),
  institutionCode: z.string().default(''),
  endedOn: z.string().refine(isCalendarDate, 'a date, YYYY-MM-DD'),
  account: said({ balance: amount, mutualAid: amount.default(ZERO_FEN) })
    .nullable()
    .default(null),
  inScope: amount.optional(),
  fullSelfPay: amount.default(ZERO_FEN),
  overCeiling: amount.default(ZERO_FEN),
  firstSelfPay: amount.default(ZERO_FEN),
  lines: z.array(line).min(1).optional(),
})
  .refine(({ inScope, lines }) => (inScope === undefined) !== (lines === undefined), 'either inScope or lines')
  .refine(
    ({ lines = [] }) => lines.every((each) => each.overCeiling <= each.amount),
    'a line has more above the cap than in all',
  );

/** Totals are fen, and counts of visits counts, as an adjudication's deltas are. */
const accumulators = z
  .record(
    z.string().regex(/^[A-Z_]+(@[\w/]+)?$/, 'the name of a total'),
    z.string().regex(/^\d{1,15}$/, 'a whole number, in fen'),
  )
  .transform((totals): Accumulators =>
    Object.fromEntries(Object.entries(totals).map(([kind, value]) => [kind as AccumulatorKind, BigInt(value)])),
  );

export type ClaimReading =
  | { readonly claim: Claim; readonly accumulators: Accumulators }
  | { readonly problem: string };

/** Reads a claim and the person's totals before it, or says what is wrong with the first place that is. */
export function readClaim(claimDocument: unknown, accumulatorDocument: unknown): ClaimReading {
  const result = z
    .object({ claim, accumulators: accumulators.default({}) })
    .safeParse({ claim: claimDocument, accumulators: accumulatorDocument });
  if (!result.success) {
    const { path, message } = deepest(result.error.issues);
    return { problem: `${path.join('.') || 'claim'}: ${message}` };
  }
  const { lines, inScope, account, fullSelfPay, overCeiling, firstSelfPay, ...of } = result.data.claim;
  const whole = { fullSelfPayFen: fullSelfPay, overCeilingFen: overCeiling, firstSelfPayFen: firstSelfPay };
  const splits = (lines ?? []).map(splitOf);
  return {
    accumulators: result.data.accumulators,
    claim: {
      ...of,
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
    },
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
