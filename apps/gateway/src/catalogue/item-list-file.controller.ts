import { Controller, Inject, Param, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import { LIST_COLUMNS } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import { pagedFile } from '../spreadsheet/paged-rows.js';
import { CSV_TYPE, XLSX_TYPE } from '../spreadsheet/uploaded-sheet.js';
import { listErrorsQuery, type ListErrorsQuery } from './item-list.dto.js';
import { OWNER_ACCESS, ownerOf, ownerQuery, type OwnerQuery } from './item-owner.js';
import {
  decodeFindings,
  FINDING_TITLES,
  findingCells,
  findingsAnswer,
  type FindingsAnswer,
} from './row-finding.dto.js';
import { template } from './template.js';

const ERRORS_A_PAGE = 1_000;
const ANY_OWNER = { hospital: ANYONE, bureau: ANYONE } as const;
const TEMPLATE = 'item-list-template';

/** What is wrong with a list, and what a file looks like that isn't. */
@ApiTags('目录对照 Own items')
@Controller('v1/item-lists')
export class ItemListFileController {
  constructor(
    @Inject(TARGETS.harmonization.token) private readonly lists: RpcClient<catalogueV1.HarmonizationServiceClient>,
  ) {}

  @Endpoint({
    method: 'GET',
    path: ':listId/errors',
    access: OWNER_ACCESS,
    summary: '清单错误，指明单元格 What is wrong with a list, by row and column',
    answer: findingsAnswer,
  })
  async errors(
    @CurrentActor() actor: Actor,
    @Param('listId', { schema: uuid }) listId: string,
    @Query({ schema: listErrorsQuery }) { institutionCode, after = '', limit }: ListErrorsQuery,
  ): Promise<FindingsAnswer> {
    return this.pageOf(actor, { ...ownerOf(actor, institutionCode), listId, after, limit });
  }

  @Endpoint({
    method: 'GET',
    path: ':listId/errors.csv',
    access: OWNER_ACCESS,
    summary: '下载清单的全部错误 All errors of a list as a file',
    produces: [CSV_TYPE],
  })
  async errorFile(
    @CurrentActor() actor: Actor,
    @Param('listId', { schema: uuid }) listId: string,
    @Query({ schema: ownerQuery }) { institutionCode }: OwnerQuery,
  ): Promise<StreamableFile> {
    const target = { ...ownerOf(actor, institutionCode), listId };
    const pageAfter = async (after: string) => {
      const { findings, nextAfter } = await this.pageOf(actor, { ...target, after, limit: ERRORS_A_PAGE });
      return { rows: findings.map(findingCells), nextAfter: nextAfter ?? '' };
    };
    return pagedFile(pageAfter, FINDING_TITLES, { name: `item-list-errors-${listId}`, format: 'csv' });
  }

  @Endpoint({
    method: 'GET',
    path: 'template.csv',
    access: ANY_OWNER,
    summary: '下载对照清单模板（CSV） The template as CSV',
    produces: [CSV_TYPE],
  })
  csvTemplate(): Promise<StreamableFile> {
    return template(LIST_COLUMNS, { name: TEMPLATE, format: 'csv' });
  }

  @Endpoint({
    method: 'GET',
    path: 'template.xlsx',
    access: ANY_OWNER,
    summary: '下载对照清单模板（XLSX） The template as XLSX',
    produces: [XLSX_TYPE],
  })
  xlsxTemplate(): Promise<StreamableFile> {
    return template(LIST_COLUMNS, { name: TEMPLATE, format: 'xlsx' });
  }

  private async pageOf(actor: Actor, request: catalogueV1.ListListErrorsRequest): Promise<FindingsAnswer> {
    const { errors, nextAfter } = await this.lists.call('listListErrors', request, actor);
    return decodeFindings(errors, nextAfter);
  }
}
