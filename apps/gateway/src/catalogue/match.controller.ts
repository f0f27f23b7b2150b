import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { matchStateCodec, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { catalogueV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import { OWNER_ACCESS, ownerOf, ownerQuery, type OwnerQuery } from './item-owner.js';
import {
  decodeMatch,
  decodeMatches,
  matchAnswer,
  matchDecisionBody,
  matchesAnswer,
  matchesQuery,
  rowNumber,
  type MatchAnswer,
  type MatchDecisionBody,
  type MatchesAnswer,
  type MatchesQuery,
} from './match.dto.js';

/** What the rows of a list were matched with and why, and what a clerk says of those that no rule could decide. */
@ApiTags('目录对照 Own items')
@Controller('v1/item-lists/:listId/matches')
export class MatchController {
  constructor(
    @Inject(TARGETS.harmonization.token) private readonly lists: RpcClient<catalogueV1.HarmonizationServiceClient>,
  ) {}

  @Endpoint({
    method: 'GET',
    path: '',
    access: OWNER_ACCESS,
    summary: '清单各行的对照结果、候选和依据 The rows of a list with what was proposed for each, and why',
    answer: matchesAnswer,
  })
  async list(
    @CurrentActor() actor: Actor,
    @Param('listId', { schema: uuid }) listId: string,
    @Query({ schema: matchesQuery }) { institutionCode, state, afterRow = 0, limit }: MatchesQuery,
  ): Promise<MatchesAnswer> {
    const request = {
      ...ownerOf(actor, institutionCode),
      listId,
      state: matchStateCodec.encodeOptional(state ?? null),
      afterRow,
      limit,
    };
    return decodeMatches(await this.lists.call('listMatches', request, actor));
  }

  @Endpoint({
    method: 'POST',
    path: ':rowNumber/decision',
    access: OWNER_ACCESS,
    summary: '人工对照：是哪个国家项目，或都不是 A clerk says which national item a row is, or that it is none',
    answer: matchAnswer,
    keyed: true,
  })
  async decide(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('listId', { schema: uuid }) listId: string,
    @Param('rowNumber', { schema: rowNumber }) row: number,
    @Query({ schema: ownerQuery }) { institutionCode }: OwnerQuery,
    @Body({ schema: matchDecisionBody }) { nationalCode, remark }: MatchDecisionBody,
  ): Promise<MatchAnswer> {
    const request = {
      requestId,
      ...ownerOf(actor, institutionCode),
      listId,
      rowNumber: row,
      nationalCode: nationalCode ?? '',
      remark,
    };
    return decodeMatch((await this.lists.call('decideMatch', request, actor)).match);
  }
}
