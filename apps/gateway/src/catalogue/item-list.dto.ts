import { decodeInstant, listStateCodec, required } from '@yiditong/chassis';
import { LIST_STATE_NAMES, LIST_STATES } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { bilingual } from '../filing/filing-names.js';
import { businessDate, instant, uuid } from '../http/fields.js';
import { ownerQuery } from './item-owner.js';
import { findingsQuery } from './row-finding.dto.js';

export const listBody = z.strictObject({
  institutionCode: ownerQuery.shape.institutionCode,
  effectiveFrom: businessDate.describe('对照的首个业务日期 / first business date of its mappings'),
});
export const listsQuery = ownerQuery.extend({
  after: uuid.optional().describe('上一页的 nextAfter；首页不填'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const listErrorsQuery = ownerQuery.extend(findingsQuery.shape);
export const listAnswer = z.object({
  listId: uuid,
  province: z.string(),
  institutionCode: z.string().nullable().describe('空为本省自己的项目'),
  effectiveFrom: businessDate,
  state: z
    .enum(LIST_STATES)
    .describe('待上传 OPEN、对照中 MATCHING、已对照 MATCHED、有错误 FAULTY（整个清单未采用）、已放弃 DISCARDED'),
  stateName: bilingual,
  rows: z.int().describe('已收行数'),
  faultyRows: z.int().describe('有错误的行数'),
  processed: z.int().describe('对照进度：已处理的行数'),
  mapped: z.int().describe('自动对照'),
  queued: z.int().describe('待人工'),
  refused: z.int().describe('未能对照'),
  unchanged: z.int().describe('沿用已有对照'),
  openedAt: instant,
  updatedAt: instant,
});
export const listsAnswer = z.object({ lists: z.array(listAnswer), nextAfter: uuid.nullable() });
export type ListBody = z.infer<typeof listBody>;
export type ListsQuery = z.infer<typeof listsQuery>;
export type ListErrorsQuery = z.infer<typeof listErrorsQuery>;
export type ListAnswer = z.infer<typeof listAnswer>;
export type ListsAnswer = z.infer<typeof listsAnswer>;

export function decodeList(wire: catalogueV1.ItemList | null | undefined): ListAnswer {
  const list = required(wire, 'list');
  const state = listStateCodec.decode(list.state);
  return {
    listId: list.listId,
    province: list.province,
    institutionCode: list.institutionCode || null,
    effectiveFrom: list.effectiveFrom,
    state,
    stateName: LIST_STATE_NAMES[state],
    rows: list.rows,
    faultyRows: list.faultyRows,
    processed: list.processed,
    mapped: list.mapped,
    queued: list.queued,
    refused: list.refused,
    unchanged: list.unchanged,
    openedAt: decodeInstant(list.openedAt, 'opened_at').toISOString(),
    updatedAt: decodeInstant(list.updatedAt, 'updated_at').toISOString(),
  };
}

export function decodeLists({ lists, nextAfter }: catalogueV1.ListListsResponse): ListsAnswer {
  return { lists: lists.map(decodeList), nextAfter: nextAfter || null };
}
