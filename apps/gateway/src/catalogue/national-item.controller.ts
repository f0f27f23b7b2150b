import { Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { catalogueV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import {
  decodeItemDetail,
  decodeItems,
  encodeItemSearch,
  itemDetailAnswer,
  itemQuery,
  itemsAnswer,
  itemsQuery,
  nationalCode,
  type ItemDetailAnswer,
  type ItemQuery,
  type ItemsAnswer,
  type ItemsQuery,
} from './national-item.dto.js';

const ACCESS = { hospital: ANYONE, bureau: ANYONE, operator: ANYONE } as const;
const DEADLINE_MS = 10_000;

/** The national catalogue: what there is, and what became of it. */
@ApiTags('国家目录 National items')
@Controller('v1/national-items')
export class NationalItemController {
  constructor(
    @Inject(TARGETS.catalogueItem.token) private readonly items: RpcClient<catalogueV1.CatalogueItemServiceClient>,
  ) {}

  @Endpoint({
    method: 'GET',
    path: '',
    access: ACCESS,
    summary: '按编码或名称查询国家目录 Search the national catalogue by code or by name, the likeliest first',
    answer: itemsAnswer,
  })
  async search(@CurrentActor() actor: Actor, @Query({ schema: itemsQuery }) query: ItemsQuery): Promise<ItemsAnswer> {
    return decodeItems(await this.items.call('searchItems', encodeItemSearch(query), actor, DEADLINE_MS));
  }

  @Endpoint({
    method: 'GET',
    path: ':nationalCode',
    access: ACCESS,
    summary: '查询国家目录项目、历次版本和各省条目 An item, all its versions, and what provinces say of it',
    answer: itemDetailAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('nationalCode', { schema: nationalCode }) code: string,
    @Query({ schema: itemQuery }) { on = '' }: ItemQuery,
  ): Promise<ItemDetailAnswer> {
    return decodeItemDetail(await this.items.call('getItem', { nationalCode: code, on }, actor, DEADLINE_MS));
  }
}
