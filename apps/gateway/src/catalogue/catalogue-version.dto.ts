import { decodeInstant, itemKindCodec, versionOriginCodec } from '@yiditong/chassis';
import { ITEM_KIND_NAMES, ITEM_KINDS, placeName, VERSION_ORIGINS } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { bilingual } from '../filing/filing-names.js';
import { businessDate, instant, uuid } from '../http/fields.js';
import { scopeName, VERSION_ORIGIN_NAMES } from './catalogue-names.js';
import { scope } from './comparison.dto.js';
import { onDay } from './national-item.dto.js';

export const versionsQuery = z.strictObject({
  province: scope,
  beforeSequence: z.coerce.number().int().min(1).optional().describe('上一页最后的序号；首页不填'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const coverageQuery = z.strictObject({ on: onDay });
const version = z.object({
  province: z.string(),
  provinceName: bilingual,
  versionId: uuid,
  sequence: z.int().describe('版本序号，自 1 起；13xx 下载的 ver'),
  effectiveFrom: businessDate,
  publishedAt: instant,
  entryCount: z.int().describe('自此生效的全部条目数'),
  added: z.int().describe('新增'),
  changed: z.int().describe('变更'),
  withdrawn: z.int().describe('停用'),
  origin: z.enum(VERSION_ORIGINS),
  originName: bilingual,
  proposalId: uuid,
  digest: z.string().describe('提交内容的 SHA-256'),
});
export const versionsAnswer = z.object({ versions: z.array(version).describe('自新至旧 / newest first') });
const coverage = z.object({
  province: z.string(),
  provinceName: bilingual,
  versionId: uuid.nullable().describe('当日在用版本；没有目录则为空，其余为零'),
  entries: z.int().describe('条目数'),
  kinds: z.array(
    z.object({
      kind: z.enum(ITEM_KINDS),
      kindName: bilingual,
      entries: z.int().describe('本省条目数'),
      national: z.int().describe('国家目录项目数'),
    }),
  ),
  shared: z.int().describe('至少另有一省列入的条目数'),
  classDeviates: z.int().describe('其中甲乙类与多数省份不同的'),
  shareDeviates: z.int().describe('其中先行自付与多数省份不同的'),
  mappedItems: z.int().describe('已对照的院内项目'),
  unmappedItems: z.int().describe('未对照的院内项目'),
  openConflicts: z.int().describe('未办结的冲突'),
});
export const coverageAnswer = z.object({
  on: businessDate,
  nationalVersionId: uuid.nullable(),
  provinces: z.array(coverage).describe('全部 32 个统筹主体 / all 32, by code'),
});
export type VersionsQuery = z.infer<typeof versionsQuery>;
export type CoverageQuery = z.infer<typeof coverageQuery>;
export type VersionAnswer = z.infer<typeof version>;
export type VersionsAnswer = z.infer<typeof versionsAnswer>;
export type CoverageAnswer = z.infer<typeof coverageAnswer>;

export function decodeVersion(wire: catalogueV1.CatalogueVersion): VersionAnswer {
  const origin = versionOriginCodec.decode(wire.origin);
  return {
    province: wire.province,
    provinceName: scopeName(wire.province),
    versionId: wire.versionId,
    sequence: wire.sequence,
    effectiveFrom: wire.effectiveFrom,
    publishedAt: decodeInstant(wire.publishedAt, 'published_at').toISOString(),
    entryCount: wire.entryCount,
    added: wire.added,
    changed: wire.changed,
    withdrawn: wire.withdrawn,
    origin,
    originName: VERSION_ORIGIN_NAMES[origin],
    proposalId: wire.proposalId,
    digest: wire.digest,
  };
}

export function decodeCoverage(wire: catalogueV1.GetCoverageResponse, on: string): CoverageAnswer {
  return {
    on,
    nationalVersionId: wire.nationalVersionId || null,
    provinces: wire.provinces.map(({ kinds, versionId, province, ...counts }) => ({
      province,
      provinceName: placeName(province),
      versionId: versionId || null,
      entries: counts.entries,
      kinds: kinds.map(decodeKind),
      shared: counts.shared,
      classDeviates: counts.classDeviates,
      shareDeviates: counts.shareDeviates,
      mappedItems: counts.mappedItems,
      unmappedItems: counts.unmappedItems,
      openConflicts: counts.openConflicts,
    })),
  };
}

function decodeKind(wire: catalogueV1.KindCoverage): CoverageAnswer['provinces'][number]['kinds'][number] {
  const kind = itemKindCodec.decode(wire.kind);
  return { kind, kindName: ITEM_KIND_NAMES[kind], entries: wire.entries, national: wire.national };
}
