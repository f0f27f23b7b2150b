import type { Policy } from '@yiditong/adjudication';
import { encodeProposal, insuranceCodec } from '@yiditong/chassis';
import {
  BENEFIT_LEVELS,
  findProvince,
  HOSPITAL_LEVELS,
  INSURANCES,
  isCalendarDate,
  PERSON_TYPES,
  Rejection,
  VISIT_KINDS,
} from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { compareRates, fen, parseRate, WHOLE_RATE, ZERO_RATE } from '@yiditong/money';
import { z } from 'zod';
import type { PolicyProposal } from './policy.service.js';

/** The JSON form of a policy: amounts are decimal strings of fen, ratios "85%", "0.9" or "4/5". docs/benefit-policy.md explains it. */
const amountFen = z
  .string()
  .regex(/^\d{1,13}$/, 'an amount in fen')
  .transform((text) => fen(BigInt(text)));
const ratio = z.string().transform((text, context) => {
  const rate = parseRate(text);
  if (rate && compareRates(rate, WHOLE_RATE) <= 0) return rate;
  context.addIssue({ code: 'custom', message: 'a ratio from 0 to 1, such as "85%" or "4/5"' });
  return ZERO_RATE;
});
const businessDate = z.string().refine(isCalendarDate, 'a date, YYYY-MM-DD');
const sourced = { source: z.string().min(1), trust: z.enum(['A', 'B', 'C', 'D']) };
const byLevel = <T extends z.ZodType>(value: T) => z.partialRecord(z.enum(HOSPITAL_LEVELS), value);
const byPerson = <T extends z.ZodType>(value: T) => z.partialRecord(z.enum(PERSON_TYPES), value);

const deductible = z.strictObject({
  ...sourced,
  basis: z.enum(['NONE', 'PER_VISIT', 'PER_YEAR']),
  standardFen: byPerson(byLevel(amountFen)),
  repeat: z.discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('NONE') }),
    z.strictObject({ mode: z.literal('FACTORS'), factors: z.array(ratio).min(1) }),
    z.strictObject({ mode: z.literal('STEP_DOWN'), stepFen: amountFen, floorFen: amountFen }),
  ]),
});
const visitRule = z.strictObject({
  deductible,
  bands: z.array(z.strictObject({ ...sourced, upToFen: amountFen.nullable(), ratio: byPerson(byLevel(ratio)) })).min(1),
  bandsFrom: z.enum(['ZERO', 'AFTER_DEDUCTIBLE']),
  cap: z.strictObject({ ...sourced, annualFen: byPerson(amountFen) }).nullable(),
});
const adjustment = z.discriminatedUnion('mode', [
  z.strictObject({ ...sourced, mode: z.literal('NONE') }),
  z.strictObject({ ...sourced, mode: z.literal('POINTS'), points: ratio }),
  z.strictObject({ ...sourced, mode: z.literal('FACTOR'), factor: ratio }),
  z.strictObject({ ...sourced, mode: z.literal('ABSOLUTE'), ratio, deductibleFen: amountFen.nullable() }),
]);
const awayLevels = BENEFIT_LEVELS.filter((level) => level !== 'LOCAL');

const policySchema = z.strictObject({
  region: z.string().refine((region) => findProvince(region) !== null, 'a division code'),
  insurance: z.enum(INSURANCES),
  title: z.string().min(1),
  validFrom: businessDate,
  validTo: businessDate.nullable(),
  visits: z.partialRecord(z.enum(VISIT_KINDS), visitRule),
  poolingCap: z.strictObject({ ...sourced, annualFen: amountFen }).nullable(),
  largeSum: z.strictObject({ ...sourced, ratio, annualFen: amountFen.nullable() }).nullable(),
  criticalIllness: z
    .strictObject({
      ...sourced,
      thresholdFen: amountFen,
      countsDeductible: z.boolean(),
      bands: z.array(z.strictObject({ upToFen: amountFen.nullable(), ratio })).min(1),
      annualFen: amountFen.nullable(),
    })
    .nullable(),
  adjustments: z.record(z.enum(awayLevels), adjustment),
});

export type PolicyDocument = Omit<Policy, 'policyId'>;

/** Reads a policy document. Rejects with POLICY_INVALID, which names the first place that is wrong. */
export function decodePolicy(text: string): PolicyDocument {
  const result = policySchema.safeParse(parseJson(text));
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new Rejection('POLICY_INVALID', {
      problem: `${issue?.path.join('.') || 'document'}: ${issue?.message ?? 'not a policy'}`,
    });
  }
  return result.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Rejection('POLICY_INVALID', { problem: 'not JSON' });
  }
}

export function encodePolicyProposal(proposal: PolicyProposal): benefitV1.PolicyProposal {
  const { scope, summary, outcome } = proposal;
  const { insurance, title, validFrom, validTo } = summary;
  return {
    proposal: encodeProposal(proposal),
    region: scope,
    insurance: insuranceCodec.encode(insurance),
    title,
    validFrom,
    validTo: validTo ?? '',
    policyId: outcome?.policyId ?? '',
  };
}
