import { decodeInstant, insuranceCodec, required } from '@yiditong/chassis';
import { INSURANCES, placeName } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { INSURANCE_NAMES } from '../catalogue/catalogue-names.js';
import { bilingual } from '../filing/filing-names.js';
import { businessDate, instant, region, uuid } from '../http/fields.js';
import { decodeEffect, policyEffect } from './policy-effect.dto.js';

export const policyDocument = z.record(z.string(), z.unknown()).describe('待遇政策文件，见 docs/policy-format.md');

export const policiesQuery = z.strictObject({
  region: region.optional(),
  onDate: businessDate.optional().describe('该日有效的政策 / in force on this day'),
  after: uuid.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const comparisonQuery = z.strictObject({ with: uuid.describe('与之比较的政策 / the policy to compare with') });
const publishedPolicy = z.object({
  policyId: uuid,
  region,
  area: bilingual.describe('统筹区'),
  insurance: z.enum(INSURANCES),
  insuranceName: bilingual,
  title: z.string(),
  validFrom: businessDate,
  validTo: businessDate.nullable().describe('文件写明的最后一日；未写明为 null / the last day that the document names'),
  supersededFrom: businessDate
    .nullable()
    .describe(
      '下一版本的首日，本版本到前一日为止；没有下一版本为 null / the next version’s first day, which ends this one',
    ),
  source: z.string().describe('依据'),
  trust: z.string().describe('可信程度：A 正式文件、B 门户解读、C 汇编或机器整理、D 演示假定'),
  publishedAt: instant,
  digest: z.string().describe('变更内容的 SHA-256'),
});
export const publishedPoliciesAnswer = z.object({ policies: z.array(publishedPolicy), nextAfter: uuid.nullable() });
export const publishedPolicyAnswer = publishedPolicy.extend({ document: policyDocument });
export const policyChange = z.object({
  standingPolicyId: uuid.nullable().describe('与之比较的政策；没有时为空'),
  parts: z.array(z.string()).describe('有变化的部分 / parts that differ'),
  effects: z
    .array(policyEffect)
    .describe(
      '对模型案例的影响，差额由大到小，至多 200 条 / model cases that come out otherwise, greatest difference first',
    ),
});
export type PoliciesQuery = z.infer<typeof policiesQuery>;
export type ComparisonQuery = z.infer<typeof comparisonQuery>;
type PublishedPolicy = z.infer<typeof publishedPolicy>;
export type PublishedPoliciesAnswer = z.infer<typeof publishedPoliciesAnswer>;
export type PublishedPolicyAnswer = z.infer<typeof publishedPolicyAnswer>;
export type PolicyChangeAnswer = z.infer<typeof policyChange>;

export function encodePoliciesQuery(query: PoliciesQuery): benefitV1.ListPoliciesRequest {
  return {
    region: query.region ?? '',
    onDate: query.onDate ?? '',
    after: query.after ?? '',
    limit: query.limit,
  };
}

export function decodePolicies(wire: benefitV1.ListPoliciesResponse): PublishedPoliciesAnswer {
  return { policies: wire.policies.map(decodePublished), nextAfter: wire.nextAfter || null };
}

export function decodePolicy({ policy, policyJson }: benefitV1.GetPolicyResponse): PublishedPolicyAnswer {
  return { ...decodePublished(policy), document: parseDocument(policyJson) };
}

/** The document as its maker sent it. */
export function parseDocument(policyJson: string): Record<string, unknown> {
  return JSON.parse(policyJson) as Record<string, unknown>;
}

function decodePublished(wire: benefitV1.PolicyVersion | null | undefined): PublishedPolicy {
  const policy = required(wire, 'policy');
  const { policyId, region: area, title, validFrom, validTo, supersededFrom, source, trust, digest } = policy;
  const insurance = insuranceCodec.decode(policy.insurance);
  return {
    policyId,
    region: area,
    area: placeName(area),
    insurance,
    insuranceName: INSURANCE_NAMES[insurance],
    title,
    validFrom,
    validTo: validTo || null,
    supersededFrom: supersededFrom || null,
    source,
    trust,
    publishedAt: decodeInstant(policy.publishedAt, 'published_at').toISOString(),
    digest,
  };
}

export function decodePolicyChange(wire: benefitV1.PolicyChange | null | undefined): PolicyChangeAnswer {
  const { standingPolicyId, parts, effects } = required(wire, 'change');
  return { standingPolicyId: standingPolicyId || null, parts, effects: effects.map(decodeEffect) };
}
