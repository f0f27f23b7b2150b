import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RECORD } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import { decodeFiling, filingAnswer, type FilingAnswer } from './filing.dto.js';
import {
  encodeReview,
  encodeSearch,
  filingPageAnswer,
  reviewBody,
  reviewsAnswer,
  reviewsQuery,
  searchQuery,
  type FilingPageAnswer,
  type ReviewBody,
  type ReviewsAnswer,
  type ReviewsQuery,
  type SearchQuery,
} from './filing-review.dto.js';

/** What the insured place's agency does about filings. */
@ApiTags('备案经办 Filing at the bureau')
@Controller('v1')
export class FilingReviewController {
  constructor(@Inject(TARGETS.filing.token) private readonly filing: RpcClient<filingV1.FilingServiceClient>) {}

  @Endpoint({
    method: 'GET',
    path: 'filings',
    access: { bureau: 'insured_region' },
    summary: '按条件查询本地参保人的备案 Search the filings of a division',
    answer: filingPageAnswer,
  })
  async search(
    @CurrentActor() actor: Actor,
    @Query({ schema: searchQuery }) { after = '', limit, ...filters }: SearchQuery,
  ): Promise<FilingPageAnswer> {
    const page = await this.filing.call('searchFilings', encodeSearch(filters, after, limit), actor);
    return { filings: page.filings.map(decodeFiling), nextAfter: page.nextAfter || null };
  }

  @Endpoint({
    method: 'GET',
    path: 'filing-reviews',
    access: { bureau: 'insured_region' },
    summary: '待审核备案，时限近的在前 Filings that wait for review, those due first at the top',
    answer: reviewsAnswer,
  })
  async reviews(
    @CurrentActor() actor: Actor,
    @Query({ schema: reviewsQuery }) { insuredRegion, overdueOnly, after = '', limit }: ReviewsQuery,
  ): Promise<ReviewsAnswer> {
    const request = { insuredRegion, overdueOnly: overdueOnly === 'true', after, limit };
    const { filings, nextAfter, waiting, overdue } = await this.filing.call('listReviews', request, actor);
    return { filings: filings.map(decodeFiling), nextAfter: nextAfter || null, waiting, overdue };
  }

  @Endpoint({
    method: 'POST',
    path: 'persons/:personId/filings/:filingId/review',
    access: { bureau: RECORD },
    summary: '审核备案：通过、退回补正或不予通过 Accept, return or reject a filing',
    answer: filingAnswer,
    keyed: true,
  })
  async review(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('filingId', { schema: uuid }) filingId: string,
    @Body({ schema: reviewBody }) body: ReviewBody,
  ): Promise<FilingAnswer> {
    const request = encodeReview({ requestId, personId, filingId }, body);
    return decodeFiling((await this.filing.call('reviewFiling', request, actor)).filing);
  }
}
