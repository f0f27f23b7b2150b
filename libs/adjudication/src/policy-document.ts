import {
  BENEFIT_LEVELS,
  findProvince,
  FUNDS,
  HOSPITAL_LEVELS,
  INSURANCES,
  isCalendarDate,
  ITEM_CLASSES,
  ITEM_KINDS,
  PERSON_TYPES,
  VISIT_KINDS,
  type Fund,
} from '@yiditong/codes';
import {
  compareRates,
  parseRate,
  parseYuan,
  WHOLE_RATE,
  ZERO_FEN,
  ZERO_RATE,
  type Fen,
  type Rate,
} from '@yiditong/money';
import { z } from 'zod';
import { PLACES, SETTLED_BY, type Choice } from './choice.js';
import type { Policy, Standard } from './policy.js';

/** Amounts are yuan, "1200" or "0.50"; ratios "85%", "0.9" or "4/5". docs/policy-format.md explains the whole. */
export const amount = z
  .string()
  .regex(/^\d{1,13}(\.\d{1,2})?$/, 'an amount in yuan, such as "1200" or "0.50"')
  .transform((text): Fen => parseYuan(text) ?? ZERO_FEN);
const RATIO = 'a ratio from 0 to 1, such as "85%" or "4/5"';
export const ratio = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,6})?%$|^[01](\.\d{1,6})?$|^\d{1,6}\/[1-9]\d{0,5}$/, RATIO)
  .transform((text, context): Rate => {
    const rate = parseRate(text);
    if (rate && compareRates(rate, WHOLE_RATE) <= 0) return rate;
    context.addIssue({ code: 'custom', message: RATIO });
    return ZERO_RATE;
  });
/** A multiple may be above one: 沈阳's deductible away from home is 2.5 times its own. */
const factor = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,6})?%?$|^\d{1,6}\/[1-9]\d{0,5}$/, 'a factor, such as "0.9", "2.5" or "1/2"')
  .transform((text): Rate => parseRate(text) ?? ZERO_RATE);
const businessDate = z.string().refine(isCalendarDate, 'a date, YYYY-MM-DD');

/** Whatever is said may carry a note, which changes nothing. */
export function said<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject({ ...shape, note: z.string().optional() });
}

/** The document's own source and trust stand for those that a rule doesn't say. */
const sourced = { source: z.string().min(1), trust: z.enum(['A', 'B', 'C', 'D']) };

const years = said({ from: z.int().min(0).optional(), upTo: z.int().min(0).optional() });
const when = said({
  visitKinds: z.array(z.enum(VISIT_KINDS)).min(1).optional(),
  personTypes: z.array(z.enum(PERSON_TYPES)).min(1).optional(),
  age: years.optional(),
  personTags: z.array(z.string().min(1)).min(1).optional(),
  hospitalLevels: z.array(z.enum(HOSPITAL_LEVELS)).min(1).optional(),
  hospitalTags: z.array(z.string().min(1)).min(1).optional(),
  benefitLevels: z.array(z.enum(BENEFIT_LEVELS)).min(1).optional(),
  settledBy: z.enum(SETTLED_BY).optional(),
  places: z.array(z.enum(PLACES)).min(1).optional(),
  diseaseCodes: z.array(z.string().min(1)).min(1).optional(),
  visitNumber: said({ from: z.int().min(1).optional(), upTo: z.int().min(1).optional() }).optional(),
  itemClasses: z.array(z.enum(ITEM_CLASSES)).min(1).optional(),
  itemKinds: z.array(z.enum(ITEM_KINDS)).min(1).optional(),
  unitPrice: said({ from: amount.optional(), upTo: amount.optional() }).optional(),
});

/** The figure itself, or one by hospital level, by person type, or by the first case that holds, each of which may be divided again. */
type ChoiceText = string | { [key: string]: unknown } | readonly unknown[];
function choice<T>(value: z.ZodType<T>): z.ZodType<Choice<T>, ChoiceText> {
  const any: z.ZodType<Choice<T>, ChoiceText> = z.lazy(() =>
    z.union([
      value.transform((chosen): Choice<T> => ({ kind: 'VALUE', value: chosen })),
      said({ byLevel: z.partialRecord(z.enum(HOSPITAL_LEVELS), any) }).transform(({ byLevel }): Choice<T> => ({
        kind: 'BY_LEVEL',
        of: byLevel,
      })),
      said({ byPerson: z.partialRecord(z.enum(PERSON_TYPES), any) }).transform(({ byPerson }): Choice<T> => ({
        kind: 'BY_PERSON',
        of: byPerson,
      })),
      z
        .array(said({ when: when.default({}), is: any }))
        .min(1)
        .transform((cases): Choice<T> => ({ kind: 'CASES', cases })),
    ]),
  ) as unknown as z.ZodType<Choice<T>, ChoiceText>;
  return any;
}

const standard: z.ZodType<Standard> = z.union([
  amount.transform((fen): Standard => ({ kind: 'AMOUNT', fen })),
  said({
    shareOf: z.enum(['BILL', 'IN_SCOPE']),
    ratio,
    least: amount.default(ZERO_FEN),
    most: amount.nullable().default(null),
  }).transform(({ shareOf, ratio: of, least, most }): Standard => ({
    kind: 'SHARE',
    of: shareOf,
    ratio: of,
    leastFen: least,
    mostFen: most,
  })),
]);

const deductibleAdjustment = z.discriminatedUnion('mode', [
  said({ when: when.default({}), mode: z.literal('FACTOR'), factor }),
  said({ when: when.default({}), mode: z.literal('LESS'), amount }).transform(({ amount: fen, ...rest }) => ({
    ...rest,
    fen,
  })),
  said({ when: when.default({}), mode: z.literal('FACTORS_BY_VISIT'), factors: z.array(factor).min(1) }),
  said({ when: when.default({}), mode: z.literal('LESS_BY_VISIT'), amount }).transform(({ amount: fen, ...rest }) => ({
    ...rest,
    fen,
  })),
  said({ when: when.default({}), mode: z.literal('SHARE_LESS_BY_VISIT'), ratio }),
  said({ when: when.default({}), mode: z.literal('FLOOR'), least: choice(amount) }),
]);

const capFields = { ...sourced, on: z.enum(['FUND', 'EXPENSE']), most: choice(amount) };
const cap = said({
  ...capFields,
  period: z.enum(['VISIT', 'MONTH', 'QUARTER', 'YEAR']),
  perDisease: z.boolean().default(false),
});
const poolingCap = said({ ...capFields, period: z.literal('YEAR') }).transform((read) => ({
  ...read,
  perDisease: false,
}));

const upTo = { upTo: amount.nullable() };
const visitRule = said({
  firstSelfPay: said({ ...sourced, ratio: choice(ratio) })
    .nullable()
    .default(null),
  deductible: said({
    ...sourced,
    basis: z.enum([
      'NONE',
      'PER_VISIT',
      'PER_YEAR',
      'PER_HOSPITAL_AND_YEAR',
      'PER_DISEASE_AND_YEAR',
      'PER_QUARTER',
      'PER_MONTH',
    ]),
    standard: choice(standard),
    adjustments: z.array(deductibleAdjustment).default([]),
    yearlyMost: choice(amount).nullable().default(null),
  }),
  bands: z
    .array(
      said({ ...sourced, ...upTo, ratio: choice(ratio) }).transform(({ upTo: upToFen, ...rest }) => ({
        ...rest,
        upToFen,
      })),
    )
    .min(1),
  bandsFrom: z.enum(['ZERO', 'AFTER_DEDUCTIBLE']),
  bandsOver: z.enum(['VISIT', 'YEAR']).default('VISIT'),
  caps: z.array(cap).default([]),
});

const changed = { ...sourced, when: when.default({}), exception: z.string().min(1).optional() };
const adjustment = z.discriminatedUnion('mode', [
  said({ ...changed, mode: z.literal('POINTS_LESS'), points: ratio }),
  said({ ...changed, mode: z.literal('POINTS_MORE'), points: ratio }),
  said({ ...changed, mode: z.literal('FACTOR'), factor }),
  said({ ...changed, mode: z.literal('SELF_PAY_FACTOR'), factor }),
  said({
    ...changed,
    mode: z.literal('POINTS_BY_AGE'),
    fromAge: z.int().min(0),
    everyYears: z.int().min(1),
    points: ratio,
  }),
  said({ ...changed, mode: z.literal('ABSOLUTE'), ratio: choice(ratio) }),
  said({ ...changed, mode: z.literal('FLOOR'), ratio: choice(ratio) }),
  said({ ...changed, mode: z.literal('CEILING'), ratio: choice(ratio) }),
]);

const layerFunds = FUNDS.filter((fund): fund is Exclude<Fund, 'POOLING'> => fund !== 'POOLING');
const layer = said({
  ...sourced,
  fund: z.enum(layerFunds),
  when: when.default({}),
  base: z.enum(['ABOVE_POOLING_CAP', 'SELF_PAY', 'YEAR_SELF_PAY']),
  countsDeductible: z.boolean(),
  threshold: choice(amount).default({ kind: 'VALUE', value: ZERO_FEN }),
  bands: z
    .array(said({ ...upTo, ratio: choice(ratio) }).transform(({ upTo: upToFen, ...rest }) => ({ ...rest, upToFen })))
    .min(1),
  yearlyMost: choice(amount).nullable().default(null),
});

const policy = said({
  $schema: z.string().optional(),
  region: z.string().refine((region) => findProvince(region) !== null, 'a division code'),
  insurance: z.enum(INSURANCES),
  title: z.string().min(1),
  ...sourced,
  validFrom: businessDate,
  validTo: businessDate.nullable(),
  benefitYear: said({
    startsOn: z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$/, 'a month and a day, MM-DD'),
    crossYear: z.enum(['WHOLE', 'BY_NIGHTS']),
  }).default({ startsOn: '01-01', crossYear: 'WHOLE' }),
  visits: z.partialRecord(z.enum(VISIT_KINDS), visitRule),
  adjustments: z.array(adjustment),
  poolingCap: poolingCap.nullable().default(null),
  layers: z.array(layer).default([]),
  account: said({
    ...sourced,
    pays: z.array(z.enum(['IN_SCOPE', 'FIRST_SELF_PAY', 'OVER_CEILING', 'FULL_SELF_PAY'])).min(1),
    mutualAid: z.boolean(),
  })
    .nullable()
    .default(null),
});

export type PolicyDocument = Omit<Policy, 'policyId'>;
export type PolicyReading = { readonly policy: PolicyDocument } | { readonly problem: string };

/** Reads a policy, or says what is wrong with the first place that is. */
export function readPolicy(document: unknown): PolicyReading {
  const result = policy.safeParse(inherit(document));
  if (result.success) return { policy: result.data };
  const { path, message } = deepest(result.error.issues);
  return { problem: `${path.join('.') || 'document'}: ${message}` };
}

type Issue = { readonly code?: string | undefined; readonly path: readonly PropertyKey[]; readonly message: string };

/** The complaint that helps: of what may be written in several ways, the one about the way that was meant, which got furthest. */
export function deepest([issue]: readonly Issue[]): Issue {
  if (issue === undefined) return { path: [], message: 'not readable' };
  const ways = 'errors' in issue ? (issue.errors as readonly (readonly Issue[])[]) : [];
  const meant = ways
    .filter((issues) => issues.length > 0)
    .map(deepest)
    .toSorted(
      (a, b) => b.path.length - a.path.length || Number(a.code === 'invalid_type') - Number(b.code === 'invalid_type'),
    )[0];
  return meant === undefined ? issue : { ...meant, path: [...issue.path, ...meant.path] };
}

/** For editors, and for those who check a policy before they send it. */
export function policyJsonSchema(): object {
  return z.toJSONSchema(policy, { io: 'input', unrepresentable: 'any' });
}

type Fields = { readonly [key: string]: unknown };

/** Gives every rule the document's source and trust where it says none of its own. */
function inherit(document: unknown): unknown {
  if (!isFields(document)) return document;
  const { source, trust } = document;
  const give = (rule: unknown): unknown => (isFields(rule) ? { source, trust, ...rule } : rule);
  const giveAll = (rules: unknown): unknown => (Array.isArray(rules) ? rules.map(give) : rules);
  const giveVisit = (visit: unknown): unknown =>
    isFields(visit) ? change(visit, { firstSelfPay: give, deductible: give, bands: giveAll, caps: giveAll }) : visit;
  return change(document, {
    visits: (visits) =>
      isFields(visits)
        ? Object.fromEntries(Object.entries(visits).map(([kind, visit]) => [kind, giveVisit(visit)]))
        : visits,
    adjustments: giveAll,
    poolingCap: give,
    layers: giveAll,
    account: give,
  });
}

function change(fields: Fields, by: Readonly<Record<string, (value: unknown) => unknown>>): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, Object.hasOwn(by, name) ? by[name]?.(value) : value]),
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
