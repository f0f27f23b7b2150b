import { readFileSync } from 'node:fs';
import {
  BENEFIT_LEVELS,
  HOSPITAL_LEVELS,
  isCalendarDate,
  ITEM_CLASSES,
  ITEM_KINDS,
  VISIT_KINDS,
} from '@yiditong/codes';
import { parseYuan, ZERO_FEN } from '@yiditong/money';
import { z } from 'zod';

/** Yuan as a text, not negative. */
const amount = z.string().transform((text, context) => {
  const parsed = parseYuan(text);
  if (parsed !== null && parsed >= 0n) return parsed;
  context.addIssue({ code: 'custom', message: `${text} is no amount in yuan, such as "1200" or "0.50"` });
  return z.NEVER;
});
const region = z.string().regex(/^\d{6}$/, 'a division of six digits');
const date = z.string().refine(isCalendarDate, 'a date, YYYY-MM-DD');

const person = z.strictObject({ personId: z.uuid(), insuredRegion: region, note: z.string().optional() });

/** A bill as the treating place would present it. */
const claim = z.strictObject({
  visitKind: z.enum(VISIT_KINDS),
  hospitalLevel: z.enum(HOSPITAL_LEVELS),
  benefitLevel: z.enum(BENEFIT_LEVELS).default('LOCAL'),
  treatingRegion: region,
  institutionCode: z.string().min(1),
  hospitalTags: z.array(z.string().min(1)).default([]),
  diseaseCode: z.string().default(''),
  /** The day of the visit, unless it began earlier. */
  startedOn: date.optional(),
  endedOn: date,
  inScope: amount,
  fullSelfPay: amount.default(ZERO_FEN),
  overCeiling: amount.default(ZERO_FEN),
  firstSelfPay: amount.default(ZERO_FEN),
  hospitalPart: amount.default(ZERO_FEN),
  useAccount: z.boolean().default(false),
  parts: z
    .array(
      z.strictObject({
        itemClass: z.enum(ITEM_CLASSES).optional(),
        itemKind: z.enum(ITEM_KINDS).optional(),
        unitPrice: amount.optional(),
        inScope: amount,
      }),
    )
    .default([]),
});

/** What must come of a bill. Funds that aren't named must pay nothing. */
const expectation = z.strictObject({
  fund: amount,
  personal: amount,
  deductible: amount.optional(),
  funds: z.record(z.string(), amount).optional(),
});

const cases = z.strictObject({
  note: z.string().optional(),
  persons: z
    .record(z.string(), person)
    .refine(
      (persons) => 'insured' in persons && 'inactive' in persons,
      'there must be an insured and an inactive person',
    ),
  /** Another pooling area of the same province, where the insured person isn't insured. */
  otherRegion: region,
  /** A bill of the insured person of which a second in the same benefit year is decided otherwise than the first. */
  accumulating: claim,
  /** A bill of the insured person, and what is in scope of it, from little to much: whoever is billed more pays no less. */
  growing: z.strictObject({ claim, inScope: z.array(amount).min(2) }),
  /** Visits one after another, each with what must come of it; all are undone afterwards. */
  examples: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        note: z.string().optional(),
        person: z.string(),
        visits: z.array(z.strictObject({ claim, expect: expectation })).min(1),
      }),
    )
    .min(1),
});

export type Cases = z.infer<typeof cases>;
export type CasePerson = z.infer<typeof person>;
export type CaseClaim = z.infer<typeof claim>;
export type CaseExpectation = z.infer<typeof expectation>;

/** Reads a file of cases. Throws what is wrong with it, by its place. */
export function loadCases(file: string): Cases {
  const result = cases.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!result.success) throw new Error(`${file}\n${z.prettifyError(result.error)}`);
  const unknown = result.data.examples.find((example) => !(example.person in result.data.persons));
  if (unknown) throw new Error(`${file}: examples: ${unknown.name}: no person ${unknown.person}`);
  return result.data;
}

/** Throws where the file has no such person, which reading it has ruled out. */
export function personOf({ persons }: Cases, name: string): CasePerson {
  const found = persons[name];
  if (!found) throw new Error(`no person ${name}`);
  return found;
}
