import { Body, Controller, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { catalogueV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import {
  decodeMapping,
  mappingAnswer,
  mappingHistoryAnswer,
  mappingHistoryQuery,
  mappingsAnswer,
  mappingsQuery,
  revisionBody,
  type MappingAnswer,
  type MappingHistoryAnswer,
  type MappingHistoryQuery,
  type MappingsAnswer,
  type MappingsQuery,
  type RevisionBody,
} from './item-mapping.dto.js';
import { OWNER_ACCESS, ownerOf, ownerQuery, type OwnerQuery } from './item-owner.js';

/** Which national item an own item is, and since when. Nothing is ever deleted: a revision counts from a day on. */
@ApiTags('目录对照 Own items')
@Controller('v1/item-mappings')
export class ItemMappingController {
  constructor(
    @Inject(TARGETS.harmonization.token) private readonly lists: RpcClient<catalogueV1.HarmonizationServiceClient>,
  ) {}

  @Endpoint({
    method: 'GET',
    path: '',
    access: OWNER_ACCESS,
    summary: '列出某日有效的对照 An owner’s mappings in force on a day, by item code',
    answer: mappingsAnswer,
  })
  async list(
    @CurrentActor() actor: Actor,
    @Query({ schema: mappingsQuery }) { institutionCode, on = '', after = '', limit }: MappingsQuery,
  ): Promise<MappingsAnswer> {
    const request = { ...ownerOf(actor, institutionCode), on, after, limit, decidedAfter: undefined };
    const { mappings, nextAfter } = await this.lists.call('listMappings', request, actor);
    return { mappings: mappings.map(decodeMapping), nextAfter: nextAfter || null };
  }

  @Endpoint({
    method: 'GET',
    path: 'history',
    access: OWNER_ACCESS,
    summary: '一个项目的全部对照记录 All that was ever said of an item, newest first',
    answer: mappingHistoryAnswer,
  })
  async history(
    @CurrentActor() actor: Actor,
    @Query({ schema: mappingHistoryQuery }) { institutionCode, itemCode }: MappingHistoryQuery,
  ): Promise<MappingHistoryAnswer> {
    const request = { ...ownerOf(actor, institutionCode), itemCode };
    const { mappings } = await this.lists.call('getMappingHistory', request, actor);
    return { mappings: mappings.map(decodeMapping) };
  }

  @Endpoint({
    method: 'POST',
    path: 'revisions',
    access: OWNER_ACCESS,
    summary: '自某日起修订对照，此前的不变 Map an item otherwise from a day on, or to nothing',
    answer: mappingAnswer,
    status: 201,
    keyed: true,
  })
  async revise(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Query({ schema: ownerQuery }) { institutionCode }: OwnerQuery,
    @Body({ schema: revisionBody }) body: RevisionBody,
  ): Promise<MappingAnswer> {
    const request = {
      requestId,
      ...ownerOf(actor, institutionCode),
      ...body,
      nationalCode: body.nationalCode ?? '',
    };
    return decodeMapping((await this.lists.call('reviseMapping', request, actor)).mapping);
  }
}
