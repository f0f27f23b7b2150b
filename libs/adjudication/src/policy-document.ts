import { findProvince, INSURANCES, VISIT_KINDS } from '@yiditong/codes';
import { z } from 'zod';
import { example, type PolicyExample } from './example-document.js';
import type { Policy } from './policy.js';
import { account, adjustment, layer, poolingCap, sourced, visitRule } from './rule-document.js';
import { businessDate, problemIn, said, saidOfEach } from './written-values.js';

const benefitYear = said({
  startsOn: z
    .string()
    .regex(/^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$/, 'a month and a day, MM-DD')
    .describe('The first day, MM-DD 年度起始日'),
  crossYear: z
    .enum(['WHOLE', 'BY_NIGHTS'])
    .describe('A stay over its end: whole in the year of discharge, or divided by nights 跨年度住院'),
  crossYearDeductible: z
    .enum(['ONCE', 'EACH_YEAR'])
    .default('ONCE')
    .describe('Of a divided stay: one deductible, or one in each year 跨年度住院起付标准'),
});

const policy = said({
  $schema: z.string().optional().describe('Where an editor finds this schema'),
  region: z
    .string()
    .regex(/^\d{6}$/, 'a division code')
    .refine((region) => findProvince(region) !== null, 'a division code')
    .describe('The pooling area’s division code 统筹区'),
  insurance: z.enum(INSURANCES).describe('职工、居民'),
  title: z.string().min(1).describe('名称'),
  ...sourced,
  validFrom: businessDate.describe('The first day 生效日期'),
  validTo: businessDate.nullable().describe('The last day; null while open 失效日期'),
  benefitYear: benefitYear
    .default({ startsOn: '01-01', crossYear: 'WHOLE', crossYearDeductible: 'ONCE' })
    .describe('The benefit year 待遇年度'),
  visits: saidOfEach(VISIT_KINDS, visitRule)
    .transform(({ of }) => of)
    .describe('Inpatient (required), outpatient and chronic outpatient visits 住院、普通门诊、门诊慢特病'),
  adjustments: z.array(adjustment).describe('Applied one after another 依次调整支付比例'),
  poolingCap: poolingCap
    .nullable()
    .default(null)
    .describe('Yearly limit over all kinds of visit; what lies above goes on to layers 统筹基金年度最高支付限额'),
  layers: z.array(layer).default([]).describe('Who else pays, in this order 其他基金'),
  account: account.nullable().default(null).describe('What personal accounts may pay 个人账户'),
  examples: z
    .array(example)
    .default([])
    .describe('Worked cases that must come out as they say, or the policy is refused 算例'),
});

/** A policy as it is written: with the worked examples that it must keep, which no claim depends on. */
export type PolicyDocument = Omit<Policy, 'policyId'> & { readonly examples: readonly PolicyExample[] };
export type PolicyReading = { readonly policy: PolicyDocument } | { readonly problem: string };

/** Reads a policy, or says what is wrong with the first place that is. */
export function readPolicy(document: unknown): PolicyReading {
  if (isDeeperThan(MOST_LEVELS, document)) return { problem: `document: nested deeper than ${MOST_LEVELS} levels` };
  const result = policy.safeParse(inherit(document));
  if (result.success) return { policy: result.data };
  return { problem: problemIn(result.error.issues, 'document') };
}

/** For editors, and for those who check a policy before they send it. */
export function policyJsonSchema(): object {
  return z.toJSONSchema(policy, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === policy) Object.assign(jsonSchema, { title: '待遇政策 Benefit policy' });
      else if (jsonSchema.properties?.['trust'] && jsonSchema.required)
        jsonSchema.required = jsonSchema.required.filter((name) => !Object.hasOwn(sourced, name));
    },
  });
}

/** So deep is none that means something; the reading itself goes down level by level. */
const MOST_LEVELS = 100;

function isDeeperThan(most: number, document: unknown): boolean {
  let level: unknown[] = [document];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
  return false;
}

type Fields = { readonly [key: string]: unknown };

/** Gives every rule the source and trust of what it lies in, up to the document, where it says none of its own. */
function inherit(document: unknown): unknown {
  if (!isFields(document)) return document;
  const { give, giveAll } = givesOf(document);
  return change(document, {
    visits: (visits) =>
      isFields(visits)
        ? Object.fromEntries(
            Object.entries(visits).map(([kind, visit]) => [kind, inheritVisit(visit, { ...document, ...visits })]),
          )
        : visits,
    adjustments: giveAll,
    poolingCap: give,
    layers: giveAll,
    account: give,
  });
}

function inheritVisit(visit: unknown, outer: Fields): unknown {
  if (!isFields(visit)) return visit;
  const { give, giveAll } = givesOf({ ...outer, ...visit });
  return change(visit, { firstSelfPay: give, deductible: give, bands: giveAll, caps: giveAll });
}

function givesOf({ source, trust }: Fields) {
  const give = (rule: unknown): unknown => (isFields(rule) ? { source, trust, ...rule } : rule);
  const giveAll = (rules: unknown): unknown => (Array.isArray(rules) ? rules.map(give) : rules);
  return { give, giveAll };
}

function change(fields: Fields, by: Readonly<Record<string, (value: unknown) => unknown>>): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, Object.hasOwn(by, name) ? by[name]?.(value) : value]),
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
