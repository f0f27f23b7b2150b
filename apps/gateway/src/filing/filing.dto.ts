import {
  decodeInstant,
  filingCategoryCodec,
  filingEventCodec,
  filingSourceCodec,
  filingStateCodec,
  materialKindCodec,
  required,
} from '@yiditong/chassis';
import { FILING_CATEGORIES, FILING_EVENTS, FILING_SOURCES, FILING_STATES, MATERIAL_KINDS } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { businessDate, instant, region, uuid } from '../http/fields.js';
import { institutionCode } from '../identity/identity.dto.js';
import { bilingual, materialNames, named, namesOfFiling } from './filing-names.js';

const MAX_MATERIALS = 10;

/** Why somebody does something, as he says it. What looks like a number of a person is refused by the service. */
export const freeText = z
  .string()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'text without control characters')
  .default('')
  .describe('说明，不得含个人信息 / why, without personal data');

const material = z.strictObject({
  kind: z.enum(MATERIAL_KINDS).describe('材料类别'),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits')
    .describe('材料扫描件的 SHA-256 / of the scanned paper'),
});
export const materials = z.array(material).max(MAX_MATERIALS).describe('备案材料');
export const forPersonId = uuid.optional().describe('代办亲属时，亲属的人员编号 / the family member acted for');
export const pledged = z
  .boolean()
  .default(false)
  .describe(
    '已签署个人承诺书（filing-options 中 pledge 的全文），材料后补 / the text given as `pledge` with the options is signed',
  );
export const familyQuery = z.strictObject({ forPersonId });

export const registerFilingBody = z.strictObject({
  personId: uuid.describe('人员编号；本人办理时为本人'),
  forPersonId,
  insuredRegion: region.optional().describe('参保地（统筹区）；经办机构和医院办理时必填，本人办理可不填'),
  institutionCode: institutionCode.optional().describe('医院代办时，本院编码 / the hospital’s own, where it files'),
  category: z.enum(FILING_CATEGORIES).describe('备案类别'),
  destinationRegion: region.describe('备案就医地'),
  validFrom: businessDate,
  validTo: businessDate.nullable().default(null).describe('临时备案的截止日；长期备案为空'),
  materials: materials.default([]),
  pledged,
  draft: z.boolean().default(false).describe('仅保存草稿，由本人提交 / only prepared, for the person to submit'),
  reason: freeText,
});
export type FamilyQuery = z.infer<typeof familyQuery>;
export type RegisterFilingBody = z.infer<typeof registerFilingBody>;

export const filingAnswer = z.object({
  filingId: uuid,
  personId: uuid,
  insuredRegion: region,
  category: z.enum(FILING_CATEGORIES),
  destinationRegion: region,
  ...namesOfFiling,
  validFrom: businessDate,
  validTo: businessDate.nullable(),
  createdAt: instant,
  state: z.enum(FILING_STATES),
  version: z.int(),
  source: z.enum(FILING_SOURCES),
  materials: z.array(z.object({ kind: z.enum(MATERIAL_KINDS), digest: z.string() })),
  materialNames: z.array(bilingual).describe('已交材料的名称 / of the materials, in their order'),
  pledged: z.boolean(),
  owed: z.array(z.enum(MATERIAL_KINDS)).describe('承诺后补的材料，任选其一 / any one is still owed'),
  owedNames: z.array(bilingual).describe('待补材料的名称 / of what is owed, in its order'),
  lockedUntil: businessDate.nullable().describe('此日（含）前不能变更或取消'),
  reviewDueOn: businessDate.nullable().describe('审核时限 / last working day for the review'),
  reviewOverdue: z.boolean(),
  updatedAt: instant,
  reason: z.string().nullable(),
});
export const filingsAnswer = z.object({ filings: z.array(filingAnswer) });
export const filingHistoryAnswer = z.object({
  versions: z.array(
    z.object({
      filing: filingAnswer,
      event: z.enum(FILING_EVENTS),
      actorRole: z.string(),
      actorSubject: z.string(),
      reason: z.string().nullable(),
      recordedAt: instant,
    }),
  ),
});
export type FilingAnswer = z.infer<typeof filingAnswer>;
export type FilingHistoryAnswer = z.infer<typeof filingHistoryAnswer>;

export function encodeRegistration(requestId: string, body: RegisterFilingBody): filingV1.RegisterFilingRequest {
  return {
    ...body,
    requestId,
    forPersonId: body.forPersonId ?? '',
    insuredRegion: body.insuredRegion ?? '',
    institutionCode: body.institutionCode ?? '',
    category: filingCategoryCodec.encode(body.category),
    validTo: body.validTo ?? '',
    materials: encodeMaterials(body.materials),
  };
}

export function encodeMaterials(papers: z.infer<typeof materials>): filingV1.Material[] {
  return papers.map(({ kind, digest }) => ({ kind: materialKindCodec.encode(kind), digest }));
}

export function decodeFiling(wire: filingV1.Filing | null | undefined): FilingAnswer {
  const filing = required(wire, 'filing');
  const materialsOf = filing.materials.map(({ kind, digest }) => ({ kind: materialKindCodec.decode(kind), digest }));
  const owed = filing.owed.map(materialKindCodec.decode);
  return named({
    filingId: filing.filingId,
    personId: filing.personId,
    insuredRegion: filing.insuredRegion,
    category: filingCategoryCodec.decode(filing.category),
    destinationRegion: filing.destinationRegion,
    validFrom: filing.validFrom,
    validTo: filing.validTo || null,
    createdAt: decodeInstant(filing.createdAt, 'created_at').toISOString(),
    state: filingStateCodec.decode(filing.state),
    version: filing.version,
    source: filingSourceCodec.decode(filing.source),
    materials: materialsOf,
    materialNames: materialNames(materialsOf.map(({ kind }) => kind)),
    pledged: filing.pledged,
    owed,
    owedNames: materialNames(owed),
    lockedUntil: filing.lockedUntil || null,
    reviewDueOn: filing.reviewDueOn || null,
    reviewOverdue: filing.reviewOverdue,
    updatedAt: decodeInstant(filing.updatedAt, 'updated_at').toISOString(),
    reason: filing.reason || null,
  });
}

export function decodeHistory(wire: filingV1.GetFilingHistoryResponse): FilingHistoryAnswer {
  return {
    versions: wire.versions.map(({ filing, event, actorRole, actorSubject, reason, recordedAt }) => ({
      filing: decodeFiling(filing),
      event: filingEventCodec.decode(event),
      actorRole,
      actorSubject,
      reason: reason || null,
      recordedAt: decodeInstant(recordedAt, 'recorded_at').toISOString(),
    })),
  };
}
