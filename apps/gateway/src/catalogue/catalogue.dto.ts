import { required, versionOriginCodec } from '@yiditong/chassis';
import { VERSION_ORIGINS } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { bilingual } from '../filing/filing-names.js';
import { businessDate, uuid } from '../http/fields.js';
import { decodeProposal, proposalAnswer } from '../reference/proposal.dto.js';
import { VERSION_ORIGIN_NAMES } from './catalogue-names.js';
import { encodeEntry, entryBody } from './entry.dto.js';

export const effectiveFrom = businessDate.describe('生效日：首个业务日期，次日或以后 / first business date');

export const catalogueBody = z.strictObject({
  effectiveFrom,
  entries: z.array(entryBody).min(1).max(200_000).describe('全部条目；更长的请用目录草稿 / all of them'),
});
export const rollbackBody = z.strictObject({
  versionId: uuid.describe('恢复为哪个版本的内容 / whose content is to stand again'),
  effectiveFrom,
});
export const catalogueProposalAnswer = proposalAnswer.extend({
  effectiveFrom: businessDate,
  entryCount: z.int(),
  versionId: uuid.nullable().describe('通过后发布的目录版本'),
  origin: z.enum(VERSION_ORIGINS).describe('整批提交 MESSAGE、草稿 DRAFT、回退 ROLLBACK'),
  originName: bilingual,
  originId: uuid.nullable().describe('草稿编号，或被恢复的版本编号'),
});
/** What would differ from the version that is in force until the effective date. */
export const changeAnswer = z
  .object({
    standingVersionId: uuid.nullable(),
    added: z.int().describe('新增'),
    changed: z.int().describe('变更'),
    unchanged: z.int().describe('不变'),
    removed: z.int().describe('停用'),
  })
  .describe('与生效日期前在用版本相比 / against the version in force until the effective date');
export const catalogueProposalDetailAnswer = catalogueProposalAnswer.extend({ change: changeAnswer });
export const catalogueProposalsAnswer = z.object({
  proposals: z.array(catalogueProposalAnswer),
  nextAfter: uuid.nullable(),
});
export type CatalogueBody = z.infer<typeof catalogueBody>;
export type RollbackBody = z.infer<typeof rollbackBody>;
export type CatalogueProposalAnswer = z.infer<typeof catalogueProposalAnswer>;
export type CatalogueProposalDetailAnswer = z.infer<typeof catalogueProposalDetailAnswer>;
export type CatalogueProposalsAnswer = z.infer<typeof catalogueProposalsAnswer>;

export function encodeEntries(body: CatalogueBody): catalogueV1.CatalogueEntry[] {
  return body.entries.map(encodeEntry);
}

export function decodeCatalogueProposal(
  wire: catalogueV1.CatalogueProposal | null | undefined,
): CatalogueProposalAnswer {
  const { proposal, versionId, originId, ...said } = required(wire, 'proposal');
  const origin = versionOriginCodec.decode(said.origin);
  return {
    ...decodeProposal(proposal),
    effectiveFrom: said.effectiveFrom,
    entryCount: said.entryCount,
    versionId: versionId || null,
    origin,
    originName: VERSION_ORIGIN_NAMES[origin],
    originId: originId || null,
  };
}

export function decodeCatalogueChange(
  wire: catalogueV1.CatalogueChange | null | undefined,
): CatalogueProposalDetailAnswer['change'] {
  const { standingVersionId, ...counts } = required(wire, 'change');
  return { ...counts, standingVersionId: standingVersionId || null };
}
