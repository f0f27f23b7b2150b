import { itemKindCodec, itemOriginCodec, required } from '@yiditong/chassis';
import { ITEM_KIND_NAMES, ITEM_KINDS, ITEM_ORIGINS, nationalCodeProblem, placeName } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { bilingual } from '../filing/filing-names.js';
import { businessDate, uuid } from '../http/fields.js';
import { yuanText } from './amounts.js';
import { chargeCategoryName, ORIGIN_NAMES } from './catalogue-names.js';
import { decodeEntry, entryAnswer } from './entry.dto.js';

/** As nobody misspells it unnoticed: the message names the segment that is wrong. */
export const nationalCode = z
  .string()
  .max(40)
  .superRefine((code, context) => {
    const problem = nationalCodeProblem(code);
    if (problem !== null) context.addIssue({ code: 'custom', message: `${problem.zh} ${problem.en}` });
  })
  .describe('国家编码：药品 23、中成药 20、饮片 10、制剂 16、服务 15、耗材 20 或 27 位');
export const onDay = businessDate.optional().describe('业务日期；不填为今日 / unset for today');

export const itemsQuery = z.strictObject({
  text: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .describe('编码、编码的开头，或名称中的字词 / a code, its beginning, or words of a name'),
  kind: z.enum(ITEM_KINDS).optional().describe('目录类别'),
  on: onDay,
  limit: z.coerce.number().int().min(1).max(50).default(20),
});
export const itemQuery = z.strictObject({ on: onDay });
export const itemAnswer = z.object({
  nationalCode: z.string(),
  kind: z.enum(ITEM_KINDS),
  kindName: bilingual,
  name: z.string(),
  dosageForm: z.string().nullable().describe('剂型'),
  specification: z.string().nullable().describe('规格'),
  pack: z.string().nullable().describe('包装规格'),
  unit: z.string().nullable().describe('计价单位'),
  manufacturer: z.string().nullable().describe('生产企业'),
  approvalNumber: z.string().nullable().describe('批准文号'),
  chargeCategory: z.string().nullable().describe('医疗收费项目类别 01–14'),
  chargeCategoryName: bilingual.nullable(),
  referencePriceYuan: z.string().nullable().describe('参考价，元'),
  origin: z.enum(ITEM_ORIGINS).describe('数据来源：公布 PUBLISHED、模拟 SYNTHETIC'),
  originName: bilingual,
  effectiveFrom: businessDate.nullable(),
  endsOn: businessDate.nullable(),
});
export const itemsAnswer = z.object({
  items: z.array(itemAnswer.extend({ scoreBps: z.int().describe('相似度，万分之一；编码或名称相同为 10000') })),
});
export const itemDetailAnswer = z.object({
  item: itemAnswer.nullable().describe('所问日期的内容；当日未生效为空 / null where not in force on that day'),
  versions: z
    .array(
      z.object({
        sequence: z.int().describe('国家目录版本序号'),
        effectiveFrom: businessDate,
        item: itemAnswer.nullable().describe('空为该版本停用 / null where the version withdrew it'),
      }),
    )
    .describe('自新至旧 / newest first'),
  entries: z
    .array(z.object({ province: z.string(), provinceName: bilingual, versionId: uuid, entry: entryAnswer }))
    .describe('各省目录当日的条目 / what provinces say of it on that day'),
});
export type ItemsQuery = z.infer<typeof itemsQuery>;
export type ItemQuery = z.infer<typeof itemQuery>;
export type ItemAnswer = z.infer<typeof itemAnswer>;
export type ItemsAnswer = z.infer<typeof itemsAnswer>;
export type ItemDetailAnswer = z.infer<typeof itemDetailAnswer>;

export function encodeItemSearch({ text, kind, on = '', limit }: ItemsQuery): catalogueV1.SearchItemsRequest {
  return { text, kind: itemKindCodec.encodeOptional(kind ?? null), on, limit };
}

export function decodeItem(wire: catalogueV1.NationalItem): ItemAnswer {
  const kind = itemKindCodec.decode(wire.kind);
  const origin = itemOriginCodec.decode(wire.origin);
  return {
    nationalCode: wire.nationalCode,
    kind,
    kindName: ITEM_KIND_NAMES[kind],
    name: wire.name,
    dosageForm: wire.dosageForm || null,
    specification: wire.specification || null,
    pack: wire.pack || null,
    unit: wire.unit || null,
    manufacturer: wire.manufacturer || null,
    approvalNumber: wire.approvalNumber || null,
    chargeCategory: wire.chargeCategory || null,
    chargeCategoryName: chargeCategoryName(wire.chargeCategory),
    referencePriceYuan: wire.referencePriceMicroYuan === 0n ? null : yuanText(wire.referencePriceMicroYuan),
    origin,
    originName: ORIGIN_NAMES[origin],
    effectiveFrom: wire.effectiveFrom || null,
    endsOn: wire.endsOn || null,
  };
}

export function decodeItems({ items }: catalogueV1.SearchItemsResponse): ItemsAnswer {
  return { items: items.map(({ item, scoreBps }) => ({ ...decodeItem(required(item, 'item')), scoreBps })) };
}

export function decodeItemDetail(wire: catalogueV1.GetItemResponse): ItemDetailAnswer {
  return {
    item: wire.item ? decodeItem(wire.item) : null,
    versions: wire.versions.map(({ sequence, effectiveFrom, item }) => ({
      sequence,
      effectiveFrom,
      item: item ? decodeItem(item) : null,
    })),
    entries: wire.entries.map(({ province, versionId, entry }) => ({
      province,
      provinceName: placeName(province),
      versionId,
      entry: decodeEntry(required(entry, 'entry')),
    })),
  };
}
