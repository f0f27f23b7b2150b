import { decodeInstant, itemKindCodec, matchStateCodec, required } from '@yiditong/chassis';
import { ITEM_KIND_NAMES, ITEM_KINDS, MATCH_STATES } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { bilingual } from '../filing/filing-names.js';
import { instant } from '../http/fields.js';
import { yuanText } from './amounts.js';
import { MATCH_STATE_NAMES } from './catalogue-names.js';
import { ownerQuery } from './item-owner.js';
import { decodeItem, itemAnswer, nationalCode } from './national-item.dto.js';

const MAX_ROW = 1_048_576;
const MAX_REMARK = 500;

export const rowNumber = z.coerce.number().int().min(2).max(MAX_ROW).describe('表格中的行号');
/** PostgreSQL can't store a NUL. */
export const remarkText = z
  .string()
  .max(MAX_REMARK)
  .regex(/^\P{Cc}*$/u, 'text without control characters');

export const matchesQuery = ownerQuery.extend({
  state: z.enum(MATCH_STATES).optional().describe('对照状态，如待人工 QUEUED'),
  afterRow: z.coerce.number().int().min(1).optional().describe('上一页的 nextAfterRow；首页不填'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const matchDecisionBody = z.strictObject({
  nationalCode: nationalCode.nullable().describe('对应的国家编码；空为没有对应的国家项目 / null: it is none'),
  remark: remarkText.default(''),
});
export const evidenceAnswer = z.array(
  z.object({
    feature: z.string().describe('CODE、NAME、TRIGRAM、FORM、STRENGTH、PACK、MANUFACTURER、APPROVAL、STRUCTURE、PRICE'),
    weightBps: z.int().describe('加分或减分，万分之一'),
    zh: z.string(),
    en: z.string(),
  }),
);
const ownItem = z.object({
  itemCode: z.string().describe('院内编码'),
  name: z.string(),
  kind: z.enum(ITEM_KINDS).nullable(),
  kindName: bilingual.nullable(),
  dosageForm: z.string().nullable(),
  specification: z.string().nullable(),
  pack: z.string().nullable(),
  unit: z.string().nullable(),
  manufacturer: z.string().nullable(),
  approvalNumber: z.string().nullable(),
  priceYuan: z.string().nullable().describe('单价，元'),
  claimedNationalCode: z.string().nullable().describe('清单中自填的国家编码'),
});
export const matchAnswer = z.object({
  rowNumber: z.int(),
  item: ownItem,
  state: z
    .enum(MATCH_STATES)
    .describe(
      '待对照 WAITING、自动对照 MAPPED、待人工 QUEUED、未能对照 REFUSED、人工对照 CONFIRMED、无对应项目 NONE、沿用 UNCHANGED',
    ),
  stateName: bilingual,
  nationalCode: z.string().nullable(),
  candidates: z
    .array(z.object({ item: itemAnswer, scoreBps: z.int().describe('得分，万分之一'), evidence: evidenceAnswer }))
    .describe('候选国家项目，最佳在前，至多五个 / best first, at most five'),
  decidedBy: z.string().nullable().describe('对照规则的版本，或经办账号'),
  decidedAt: instant.nullable(),
  remark: z.string().nullable(),
});
export const matchesAnswer = z.object({ matches: z.array(matchAnswer), nextAfterRow: z.int().nullable() });
export type MatchesQuery = z.infer<typeof matchesQuery>;
export type MatchDecisionBody = z.infer<typeof matchDecisionBody>;
export type MatchAnswer = z.infer<typeof matchAnswer>;
export type MatchesAnswer = z.infer<typeof matchesAnswer>;
export type EvidenceAnswer = z.infer<typeof evidenceAnswer>;

export function decodeMatches({ matches, nextAfterRow }: catalogueV1.ListMatchesResponse): MatchesAnswer {
  return { matches: matches.map(decodeMatch), nextAfterRow: nextAfterRow === 0 ? null : nextAfterRow };
}

export function decodeMatch(wire: catalogueV1.Match | null | undefined): MatchAnswer {
  const match = required(wire, 'match');
  const state = matchStateCodec.decode(match.state);
  return {
    rowNumber: match.rowNumber,
    item: decodeOwnItem(required(match.item, 'item')),
    state,
    stateName: MATCH_STATE_NAMES[state],
    nationalCode: match.nationalCode || null,
    candidates: match.candidates.map(({ item, scoreBps, evidence }) => ({
      item: decodeItem(required(item, 'item')),
      scoreBps,
      evidence: decodeEvidence(evidence),
    })),
    decidedBy: match.decidedBy || null,
    decidedAt: match.decidedAt ? decodeInstant(match.decidedAt, 'decided_at').toISOString() : null,
    remark: match.remark || null,
  };
}

export function decodeEvidence(wire: readonly catalogueV1.MatchEvidence[]): EvidenceAnswer {
  return wire.map(({ feature, weightBps, textZh, textEn }) => ({ feature, weightBps, zh: textZh, en: textEn }));
}

function decodeOwnItem(wire: catalogueV1.OwnItem): MatchAnswer['item'] {
  const kind = itemKindCodec.decodeOptional(wire.kind);
  return {
    itemCode: wire.itemCode,
    name: wire.name,
    kind,
    kindName: kind === null ? null : ITEM_KIND_NAMES[kind],
    dosageForm: wire.dosageForm || null,
    specification: wire.specification || null,
    pack: wire.pack || null,
    unit: wire.unit || null,
    manufacturer: wire.manufacturer || null,
    approvalNumber: wire.approvalNumber || null,
    priceYuan: wire.priceMicroYuan === 0n ? null : yuanText(wire.priceMicroYuan),
    claimedNationalCode: wire.claimedNationalCode || null,
  };
}
