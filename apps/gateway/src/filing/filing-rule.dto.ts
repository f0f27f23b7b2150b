import { decodeInstant, required, ruleKindCodec } from '@yiditong/chassis';
import { BENEFIT_LEVELS, RULE_KINDS } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { businessDate, instant, name, region, uuid } from '../http/fields.js';

/** By kind; which form goes with which kind, and what it may say, the service decides. */
const content = z
  .union([
    z.strictObject({ region }).describe('整省备案 WHOLE_PROVINCE'),
    z.strictObject({ regions: z.array(region).length(2) }).describe('互通地区 LINKED_PLACES'),
    z
      .strictObject({
        name: z.string().min(2).max(50),
        parties: z.array(region).min(2).max(50),
        effect: z.enum(['DEEMED_FILED', 'EXEMPT']),
        benefitLevel: z.enum(BENEFIT_LEVELS),
      })
      .describe('区域合作 AGREEMENT'),
    z
      .strictObject({ class: z.string().regex(/^M\d{3}$/, 'M and three digits'), nameZh: z.string().min(2).max(50) })
      .describe('开通病种 OPENED_DISEASE'),
    z.strictObject({ lockInMonths: z.int(), temporaryMonths: z.int() }).describe('本省政策 PROVINCE_POLICY'),
  ])
  .describe('规则内容，随类别而定 / by kind');

export const rulesQuery = z.strictObject({ kind: z.enum(RULE_KINDS).optional().describe('规则类别') });
export const ruleBody = z.strictObject({
  kind: z.enum(RULE_KINDS).describe('规则类别'),
  content,
  source: name.describe('政策依据 / the document that says so'),
  validFrom: businessDate.describe('生效日，次日或以后 / tomorrow or later'),
  validTo: businessDate.nullable().default(null),
});
export const ruleEndBody = z.strictObject({ validTo: businessDate.describe('新的最后一日，当日或以后') });
export const ruleAnswer = z.object({
  ruleId: uuid,
  owner: z.string().describe('省份；000000 为全国'),
  kind: z.enum(RULE_KINDS),
  content: z.record(z.string(), z.unknown()),
  source: z.string(),
  validFrom: businessDate,
  validTo: businessDate.nullable(),
  recordedAt: instant,
});
export const rulesAnswer = z.object({ rules: z.array(ruleAnswer) });
export type RulesQuery = z.infer<typeof rulesQuery>;
export type RuleBody = z.infer<typeof ruleBody>;
export type RuleEndBody = z.infer<typeof ruleEndBody>;
export type RuleAnswer = z.infer<typeof ruleAnswer>;

export function encodeRule(requestId: string, owner: string, body: RuleBody): filingV1.PublishRuleRequest {
  return {
    ...body,
    requestId,
    owner,
    kind: ruleKindCodec.encode(body.kind),
    content: JSON.stringify(body.content),
    validTo: body.validTo ?? '',
  };
}

export function encodeKind(kind: RulesQuery['kind']): filingV1.RuleKind {
  return kind === undefined ? 'RULE_KIND_UNSPECIFIED' : ruleKindCodec.encode(kind);
}

export function decodeRule(wire: filingV1.Rule | null | undefined): RuleAnswer {
  const rule = required(wire, 'rule');
  return {
    ...rule,
    kind: ruleKindCodec.decode(rule.kind),
    content: ruleAnswer.shape.content.parse(JSON.parse(rule.content)),
    validTo: rule.validTo || null,
    recordedAt: decodeInstant(rule.recordedAt, 'recorded_at').toISOString(),
  };
}
