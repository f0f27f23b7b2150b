import { BENEFIT_LEVELS, findPlace, findProvince, NATION, Rejection, type RuleKind } from '@yiditong/codes';
import type { RuleContent } from '@yiditong/eligibility';
import { z } from 'zod';

const wholeProvince = z.string().refine((code) => findProvince(code)?.code === code, 'is no province');
const division = z.string().refine((code) => findProvince(code) !== null, 'is no division');
/** 省本级 has a code like a prefecture's and is no place of its own. */
const linkable = z.string().refine((code) => findPlace(code) !== null || /^\d\d9900$/.test(code), 'is no place');

const name = z.string().regex(/^\P{Cc}{2,50}$/u, 'is 2 to 50 characters');

const FORMS = {
  WHOLE_PROVINCE: z.strictObject({ region: wholeProvince }),
  LINKED_PLACES: z
    .strictObject({ regions: z.tuple([linkable, linkable]) })
    .refine(({ regions: [one, other] }) => one !== other && one.slice(0, 2) === other.slice(0, 2), {
      error: 'regions are two places of one province',
    }),
  AGREEMENT: z
    .strictObject({
      name,
      parties: z.array(division).min(2).max(50),
      effect: z.enum(['DEEMED_FILED', 'EXEMPT']),
      benefitLevel: z.enum(BENEFIT_LEVELS),
    })
    .refine(({ parties }) => new Set(parties.map((party) => party.slice(0, 2))).size > 1, {
      error: 'parties are of two provinces at least',
    }),
  OPENED_DISEASE: z.strictObject({ class: z.string().regex(/^M\d{3}$/), nameZh: name }),
  PROVINCE_POLICY: z.strictObject({
    lockInMonths: z.int().min(0).max(6),
    temporaryMonths: z.int().min(6).max(60),
  }),
} satisfies Record<RuleKind, z.ZodType>;

/**
 * What a rule says, from the JSON of whoever enters it. Lock-in is at most 6 months (规程第十条), a temporary filing lasts at least 6
 * (通知二(三)). Rejects with FILING_RULE_INVALID.
 */
export function readRuleContent(owner: string, kind: RuleKind, json: string): RuleContent {
  if ((kind === 'PROVINCE_POLICY') === (owner === NATION))
    throw invalid(`${kind} is a rule of ${owner === NATION ? 'a province' : 'the nation'}`);
  const read = FORMS[kind].safeParse(parsed(json));
  if (!read.success)
    throw invalid(read.error.issues.map(({ path, message }) => [...path, message].join(' ')).join('; '));
  return { kind, ...read.data } as RuleContent;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw invalid('content is no JSON');
  }
}

export function invalid(problem: string): Rejection {
  return new Rejection('FILING_RULE_INVALID', { problem });
}
