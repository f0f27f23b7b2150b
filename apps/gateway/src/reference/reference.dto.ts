import { hospitalLevelCodec, itemClassCodec } from '@yiditong/chassis';
import { HOSPITAL_LEVELS, ITEM_CLASSES } from '@yiditong/codes';
import type { catalogueV1, settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { businessDate, decimal, name, region, scaled, uuid } from '../http/fields.js';

const PRICE_SCALE = 6;

export const institutionsBody = z.strictObject({
  institutions: z
    .array(
      z.strictObject({
        institutionCode: z.string().length(12).describe('定点医药机构编码'),
        name,
        region,
        level: z.enum(HOSPITAL_LEVELS),
        networked: z.boolean().describe('是否跨省联网'),
      }),
    )
    .min(1)
    .max(1_000),
});
export const catalogueBody = z.strictObject({
  effectiveFrom: businessDate,
  entries: z
    .array(
      z.strictObject({
        nationalCode: z.string().min(10).max(27),
        name,
        itemClass: z.enum(ITEM_CLASSES).describe('甲 A、乙 B、丙 C'),
        firstSelfPayBps: z.int().min(0).max(10_000).describe('先行自付比例，万分之一'),
        ceilingYuan: decimal(PRICE_SCALE).nullable().default(null).describe('限价，元'),
        chargeCategory: z.string().length(2).describe('医疗收费项目类别 01–14'),
      }),
    )
    .min(1)
    .max(200_000),
});
export const policyBody = z.strictObject({
  document: z.record(z.string(), z.unknown()).describe('待遇政策文件，见 docs/benefit-policy.md'),
});
export const registeredAnswer = z.object({ registered: z.int() });
export const catalogueAnswer = z.object({ versionId: uuid, entryCount: z.int() });
export const policyAnswer = z.object({ policyId: uuid });
export type InstitutionsBody = z.infer<typeof institutionsBody>;
export type CatalogueBody = z.infer<typeof catalogueBody>;
export type PolicyBody = z.infer<typeof policyBody>;

export function encodeInstitutions(body: InstitutionsBody): settlementV1.Institution[] {
  return body.institutions.map((institution) => ({
    ...institution,
    level: hospitalLevelCodec.encode(institution.level),
  }));
}

export function encodeEntries(body: CatalogueBody): catalogueV1.CatalogueEntry[] {
  return body.entries.map(({ ceilingYuan, ...entry }) => ({
    ...entry,
    itemClass: itemClassCodec.encode(entry.itemClass),
    ceilingMicroYuan: ceilingYuan === null ? 0n : scaled(ceilingYuan, PRICE_SCALE),
  }));
}
