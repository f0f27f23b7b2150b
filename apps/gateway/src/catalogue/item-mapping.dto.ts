import { deciderKindCodec, decodeInstant, required } from '@yiditong/chassis';
import { DECIDER_KINDS } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { bilingual } from '../filing/filing-names.js';
import { businessDate, instant, uuid } from '../http/fields.js';
import { DECIDER_NAMES } from './catalogue-names.js';
import { ownerQuery } from './item-owner.js';
import { decodeEvidence, evidenceAnswer, remarkText } from './match.dto.js';
import { nationalCode, onDay } from './national-item.dto.js';

/** An owner's own code, which may hold any characters but those that no text has. */
const itemCode = z
  .string()
  .min(1)
  .max(60)
  .regex(/^\P{Cc}+$/u, 'text without control characters')
  .describe('院内编码');

export const mappingsQuery = ownerQuery.extend({
  on: onDay,
  after: itemCode.optional().describe('上一页的 nextAfter；首页不填'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
export const mappingHistoryQuery = ownerQuery.extend({ itemCode });
export const revisionBody = z.strictObject({
  itemCode,
  nationalCode: nationalCode.nullable().describe('改为对应哪个国家编码；空为不对应任何项目 / null: to nothing'),
  effectiveFrom: businessDate.describe('首个业务日期，当日或以后；此前的费用仍按原对照'),
  remark: remarkText.min(1).describe('修订原因'),
});
export const mappingAnswer = z.object({
  institutionCode: z.string().nullable().describe('空为本省自己的项目'),
  itemCode: z.string(),
  itemName: z.string(),
  nationalCode: z.string().nullable().describe('空为不对应任何项目'),
  effectiveFrom: businessDate,
  effectiveTo: businessDate.nullable(),
  deciderKind: z.enum(DECIDER_KINDS).describe('规则 RULE、人工 CLERK'),
  deciderName: bilingual,
  decidedBy: z.string().describe('对照规则的版本，或经办账号'),
  decidedAt: instant,
  scoreBps: z.int().nullable().describe('得分，万分之一；人工选定未经推荐的项目时为空'),
  evidence: evidenceAnswer,
  remark: z.string().nullable(),
  listId: uuid.nullable().describe('来自哪个清单；单独修订的为空'),
});
export const mappingsAnswer = z.object({ mappings: z.array(mappingAnswer), nextAfter: z.string().nullable() });
export const mappingHistoryAnswer = z.object({ mappings: z.array(mappingAnswer).describe('自新至旧 / newest first') });
export type MappingsQuery = z.infer<typeof mappingsQuery>;
export type MappingHistoryQuery = z.infer<typeof mappingHistoryQuery>;
export type RevisionBody = z.infer<typeof revisionBody>;
export type MappingAnswer = z.infer<typeof mappingAnswer>;
export type MappingsAnswer = z.infer<typeof mappingsAnswer>;
export type MappingHistoryAnswer = z.infer<typeof mappingHistoryAnswer>;

export function decodeMapping(wire: catalogueV1.Mapping | null | undefined): MappingAnswer {
  const mapping = required(wire, 'mapping');
  const deciderKind = deciderKindCodec.decode(mapping.deciderKind);
  return {
    institutionCode: mapping.institutionCode || null,
    itemCode: mapping.itemCode,
    itemName: mapping.itemName,
    nationalCode: mapping.nationalCode || null,
    effectiveFrom: mapping.effectiveFrom,
    effectiveTo: mapping.effectiveTo || null,
    deciderKind,
    deciderName: DECIDER_NAMES[deciderKind],
    decidedBy: mapping.decidedBy,
    decidedAt: decodeInstant(mapping.decidedAt, 'decided_at').toISOString(),
    scoreBps: mapping.scoreBps === 0 ? null : mapping.scoreBps,
    evidence: decodeEvidence(mapping.evidence),
    remark: mapping.remark || null,
    listId: mapping.listId || null,
  };
}
