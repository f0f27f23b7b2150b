import { itemClassCodec, required } from '@yiditong/chassis';
import { ITEM_CLASSES } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { businessDate, decimal, name, scaled, uuid } from '../http/fields.js';
import { decodeProposal, proposalAnswer } from './proposal.dto.js';

const PRICE_SCALE = 6;

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
export const catalogueProposalAnswer = proposalAnswer.extend({
  effectiveFrom: businessDate,
  entryCount: z.int(),
  versionId: uuid.nullable().describe('通过后发布的目录版本'),
});
export const catalogueProposalDetailAnswer = catalogueProposalAnswer.extend({
  change: z
    .object({
      standingVersionId: uuid.nullable(),
      added: z.int(),
      changed: z.int(),
      unchanged: z.int(),
      removed: z.int(),
    })
    .describe('与生效日期前在用版本相比 / against the version in force until the effective date'),
});
export const catalogueProposalsAnswer = z.object({
  proposals: z.array(catalogueProposalAnswer),
  nextAfter: uuid.nullable(),
});
export type CatalogueBody = z.infer<typeof catalogueBody>;
export type CatalogueProposalAnswer = z.infer<typeof catalogueProposalAnswer>;
export type CatalogueProposalDetailAnswer = z.infer<typeof catalogueProposalDetailAnswer>;
export type CatalogueProposalsAnswer = z.infer<typeof catalogueProposalsAnswer>;

export function encodeEntries(body: CatalogueBody): catalogueV1.CatalogueEntry[] {
  return body.entries.map(({ ceilingYuan, ...entry }) => ({
    ...entry,
    itemClass: itemClassCodec.encode(entry.itemClass),
    ceilingMicroYuan: ceilingYuan === null ? 0n : scaled(ceilingYuan, PRICE_SCALE),
  }));
}

export function decodeCatalogueProposal(
  wire: catalogueV1.CatalogueProposal | null | undefined,
): CatalogueProposalAnswer {
  const { proposal, effectiveFrom, entryCount, versionId } = required(wire, 'proposal');
  return { ...decodeProposal(proposal), effectiveFrom, entryCount, versionId: versionId || null };
}

export function decodeCatalogueChange(
  wire: catalogueV1.CatalogueChange | null | undefined,
): CatalogueProposalDetailAnswer['change'] {
  const { standingVersionId, ...counts } = required(wire, 'change');
  return { ...counts, standingVersionId: standingVersionId || null };
}
