import { filingCategoryCodec, filingStateCodec, reviewDecisionCodec } from '@yiditong/chassis';
import { FILING_CATEGORIES, FILING_STATES, REVIEW_DECISIONS } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { businessDate, region, uuid } from '../http/fields.js';
import { filingAnswer, freeText } from './filing.dto.js';

/** Where a page ended, as the page before said; what it holds is the service's business. */
const after = z
  .string()
  .regex(/^[\w:.|~=-]{1,200}$/, 'what the page before said in nextAfter')
  .optional()
  .describe('上一页的 nextAfter / of the page before');
/** What a query has for a choice. */
export const flag = z.enum(['true', 'false']).default('false');

const filters = {
  insuredRegion: region.describe('参保地：本省、本统筹区或其中一部分'),
  state: z.enum(FILING_STATES).optional().describe('备案状态'),
  category: z.enum(FILING_CATEGORIES).optional().describe('备案类别'),
  destinationRegion: region.optional().describe('备案就医地：地市或整个省份'),
  validOn: businessDate.optional().describe('在此业务日期有效 / in force on this date'),
  personId: uuid.optional(),
  owing: flag.describe('只看承诺材料未补齐的 / only those that still owe papers'),
  importId: uuid.optional().describe('某次批量导入的 / of a bulk import'),
};
export const exportQuery = z.strictObject(filters);
export const searchQuery = exportQuery.extend({
  after,
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
export const reviewsQuery = z.strictObject({
  insuredRegion: region.describe('参保地'),
  overdueOnly: flag.describe('只看超时的 / only overdue ones'),
  after,
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const reviewBody = z
  .strictObject({
    decision: z.enum(REVIEW_DECISIONS).describe('通过 ACCEPT、退回补正 RETURN、不予通过 REJECT'),
    reason: freeText,
  })
  .refine(({ decision, reason }) => decision === 'ACCEPT' || reason.trim() !== '', {
    path: ['reason'],
    message: 'returning or rejecting says why',
  });
export const filingPageAnswer = z.object({ filings: z.array(filingAnswer), nextAfter: z.string().nullable() });
export const reviewsAnswer = filingPageAnswer.extend({
  waiting: z.int().describe('全部待审核 / all that wait'),
  overdue: z.int().describe('其中超时的 / of these overdue'),
});
export type ExportQuery = z.infer<typeof exportQuery>;
export type SearchQuery = z.infer<typeof searchQuery>;
export type ReviewsQuery = z.infer<typeof reviewsQuery>;
export type ReviewBody = z.infer<typeof reviewBody>;
export type FilingPageAnswer = z.infer<typeof filingPageAnswer>;
export type ReviewsAnswer = z.infer<typeof reviewsAnswer>;

export function encodeSearch(query: ExportQuery, page: string, limit: number): filingV1.SearchFilingsRequest {
  const { insuredRegion, state, category, destinationRegion, validOn, personId, owing, importId } = query;
  return {
    insuredRegion,
    state: state === undefined ? 'FILING_STATE_UNSPECIFIED' : filingStateCodec.encode(state),
    category: category === undefined ? 'FILING_CATEGORY_UNSPECIFIED' : filingCategoryCodec.encode(category),
    destinationRegion: destinationRegion ?? '',
    validOn: validOn ?? '',
    personId: personId ?? '',
    owing: owing === 'true',
    after: page,
    limit,
    importId: importId ?? '',
  };
}

export function encodeReview(
  target: { readonly requestId: string; readonly personId: string; readonly filingId: string },
  { decision, reason }: ReviewBody,
): filingV1.ReviewFilingRequest {
  return { ...target, decision: reviewDecisionCodec.encode(decision), reason };
}
