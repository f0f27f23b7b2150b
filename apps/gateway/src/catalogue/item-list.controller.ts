import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import { LIST_STATE_NAMES, Rejection, type ListState } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { v7 as uuidv7 } from 'uuid';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import { stageInBatches } from '../spreadsheet/staged-rows.js';
import { describeUpload } from '../spreadsheet/upload-routes.js';
import { CSV_TYPE, UploadedSheet, uploadedRows, XLSX_TYPE, type Sheet } from '../spreadsheet/uploaded-sheet.js';
import {
  decodeList,
  decodeLists,
  listAnswer,
  listBody,
  listsAnswer,
  listsQuery,
  type ListAnswer,
  type ListBody,
  type ListsAnswer,
  type ListsQuery,
} from './item-list.dto.js';
import { OWNER_ACCESS, ownerOf, ownerQuery, type OwnerQuery } from './item-owner.js';

/** A batch is written, a whole list counted. */
const DEADLINE_MS = 30_000;

/** 目录对照清单: a hospital or a bureau opens one, uploads its own items, and has them matched with national items. */
@ApiTags('目录对照 Own items')
@Controller('v1/item-lists')
export class ItemListController {
  constructor(
    @Inject(TARGETS.harmonization.token) private readonly lists: RpcClient<catalogueV1.HarmonizationServiceClient>,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '',
    access: OWNER_ACCESS,
    summary: '新建目录对照清单 Open a list of own items',
    answer: listAnswer,
    status: 201,
    keyed: true,
  })
  async open(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: listBody }) { institutionCode, effectiveFrom }: ListBody,
  ): Promise<ListAnswer> {
    const request = { requestId, ...ownerOf(actor, institutionCode), effectiveFrom };
    return decodeList((await this.lists.call('openList', request, actor)).list);
  }

  @Endpoint({
    method: 'GET',
    path: '',
    access: OWNER_ACCESS,
    summary: '列出对照清单；经办机构不填机构则为本省全部 An owner’s lists, newest first',
    answer: listsAnswer,
  })
  async list(
    @CurrentActor() actor: Actor,
    @Query({ schema: listsQuery }) { institutionCode, after = '', limit }: ListsQuery,
  ): Promise<ListsAnswer> {
    const request = { ...ownerOf(actor, institutionCode), after, limit };
    return decodeLists(await this.lists.call('listLists', request, actor));
  }

  /** Without an Idempotency-Key: until the matching begins a file replaces whatever came of one before it, itself included; then it is refused. */
  @ApiConsumes(CSV_TYPE, XLSX_TYPE)
  @ApiBody({
    schema: { type: 'string', format: 'binary' },
    description: describeUpload('/v1/item-lists/:listId/file'),
  })
  @Endpoint({
    method: 'PUT',
    path: ':listId/file',
    access: OWNER_ACCESS,
    summary: '上传 CSV 或 XLSX 文件，随后对照 Upload the file, whose items are then matched',
    answer: listAnswer,
    status: 202,
  })
  async upload(
    @CurrentActor() actor: Actor,
    @Param('listId', { schema: uuid }) listId: string,
    @Query({ schema: ownerQuery }) { institutionCode }: OwnerQuery,
    @UploadedSheet() sheet: Sheet,
  ): Promise<ListAnswer> {
    const target = { ...ownerOf(actor, institutionCode), listId };
    const { state } = decodeList((await this.lists.call('getList', target, actor)).list);
    // Before the file is read; the service asks again for every batch.
    if (state !== 'OPEN') throw conflict(state);
    // By it the service tells this file from another that comes at the same time, or came before and broke off.
    const upload = { ...target, uploadId: uuidv7() };
    const rows = await stageInBatches(uploadedRows(sheet), (batch) =>
      this.lists.call('stageListRows', { ...upload, ...batch }, actor, DEADLINE_MS),
    );
    return decodeList((await this.lists.call('completeList', { ...upload, rows }, actor, DEADLINE_MS)).list);
  }

  @Endpoint({
    method: 'GET',
    path: ':listId',
    access: OWNER_ACCESS,
    summary: '查询清单对照进度 How far a list is',
    answer: listAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('listId', { schema: uuid }) listId: string,
    @Query({ schema: ownerQuery }) { institutionCode }: OwnerQuery,
  ): Promise<ListAnswer> {
    const request = { ...ownerOf(actor, institutionCode), listId };
    return decodeList((await this.lists.call('getList', request, actor)).list);
  }

  @Endpoint({
    method: 'POST',
    path: ':listId/discard',
    access: OWNER_ACCESS,
    summary: '放弃尚未对照的清单 Give up a list that isn’t matched yet',
    answer: listAnswer,
  })
  async discard(
    @CurrentActor() actor: Actor,
    @Param('listId', { schema: uuid }) listId: string,
    @Query({ schema: ownerQuery }) { institutionCode }: OwnerQuery,
  ): Promise<ListAnswer> {
    const request = { ...ownerOf(actor, institutionCode), listId };
    return decodeList((await this.lists.call('discardList', request, actor, DEADLINE_MS)).list);
  }
}

function conflict(state: ListState): Rejection {
  const { zh, en } = LIST_STATE_NAMES[state];
  return new Rejection('ITEM_LIST_STATE_CONFLICT', { state: `${zh} ${en}` });
}
