import { z } from 'zod';
import { bilingual } from '../filing/filing-names.js';
import { instant } from '../http/fields.js';
import { province } from './comparison.dto.js';
import { ownerQuery } from './item-owner.js';
import { mappingsQuery } from './item-mapping.dto.js';
import {
  ENTRY_DOWNLOADS,
  ITEM_DOWNLOADS,
  MAPPING_DOWNLOAD,
  type EntryDownload,
  type ItemDownload,
} from './national-download.codec.js';

const DOWNLOADS: Readonly<Record<string, ItemDownload | EntryDownload>> = { ...ITEM_DOWNLOADS, ...ENTRY_DOWNLOADS };
const INFNOS = [
  ...(Object.keys(ITEM_DOWNLOADS) as (keyof typeof ITEM_DOWNLOADS)[]),
  ...(Object.keys(ENTRY_DOWNLOADS) as (keyof typeof ENTRY_DOWNLOADS)[]),
] as const;

export const infno = z
  .enum(INFNOS)
  .describe(
    `交易编号：${INFNOS.map((number) => `${number} ${DOWNLOADS[number]?.zh ?? ''}`).join('、')}；1317 另见其接口`,
  );
export type Infno = z.infer<typeof infno>;

const ver = z.coerce
  .number()
  .int()
  .min(0)
  .default(0)
  .describe('已有的版本号，只取其后的变化；0 为全部 / the version that the caller has');
const whose = province.optional().describe('参保机构医保区划（省份）；1312 以上适用，不填为本省');
const format = z.enum(['txt', 'csv', 'xlsx']).default('txt').describe('txt 为制表符分隔、无表头的 UTF-8 文本');

export const downloadQuery = z.strictObject({
  ver,
  upTo: z.coerce.number().int().min(1).optional().describe('取到哪个版本为止；不填为最新'),
  province: whose,
  after: z
    .string()
    .regex(/^\d+~\d+~[\x21-\x7e]*$/, 'what the page before said in nextAfter')
    .max(300)
    .optional()
    .describe(
      '上一页的 nextAfter；首页不填。翻页期间发布的版本不混入 / a version that is published meanwhile is not in it',
    ),
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
});
export const downloadFileQuery = z.strictObject({ ver, province: whose, format });
export const mappingDownloadQuery = mappingsQuery.extend({
  updatedAfter: instant.optional().describe('只取此后对照的（updt_time）/ only those decided after'),
});
export const mappingDownloadFileQuery = ownerQuery.extend({
  on: mappingDownloadQuery.shape.on,
  updatedAfter: mappingDownloadQuery.shape.updatedAfter,
  format,
});

/** The fields of each transaction, for the documentation: what is written there is what the codec writes. */
function rowSchema(title: string, fields: readonly { readonly name: string; readonly zh: string }[]): z.ZodType {
  return z
    .object(Object.fromEntries(fields.map(({ name, zh }) => [name, z.string().nullable().describe(zh)])))
    .describe(title);
}

const row = z.union(
  INFNOS.map((number) => rowSchema(`${number} ${DOWNLOADS[number]?.zh ?? ''}`, DOWNLOADS[number]?.fields ?? [])),
);

export const downloadAnswer = z.object({
  infno: z.string(),
  name: bilingual,
  ver: z.int().describe('已有的版本号'),
  upTo: z.int().describe('取到的版本号：下次以它为 ver / the next download’s ver'),
  verName: z.string().describe('取到的版本的名称'),
  total: z
    .int()
    .describe('本次下载涉及的项目数；限价、先自付比例一项可有数行 / items, of which each may have several rows'),
  data: z.array(row).describe('同一编码以 ver 最大且 begndate 不晚于费用日期的各行为准；vali_flag 0 为自该日停用'),
  nextAfter: z.string().nullable(),
});
export const mappingDownloadAnswer = z.object({
  infno: z.string(),
  name: bilingual,
  data: z.array(rowSchema('1317 医药机构目录匹配', MAPPING_DOWNLOAD.fields)),
  nextAfter: z.string().nullable(),
});
export type DownloadQuery = z.infer<typeof downloadQuery>;
export type DownloadFileQuery = z.infer<typeof downloadFileQuery>;
export type MappingDownloadQuery = z.infer<typeof mappingDownloadQuery>;
export type MappingDownloadFileQuery = z.infer<typeof mappingDownloadFileQuery>;
export type DownloadAnswer = z.infer<typeof downloadAnswer>;
export type MappingDownloadAnswer = z.infer<typeof mappingDownloadAnswer>;
