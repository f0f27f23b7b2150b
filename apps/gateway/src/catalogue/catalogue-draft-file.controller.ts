import { Controller, Inject, Param, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE, OWN } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import { ENTRY_COLUMNS, ITEM_COLUMNS, NATION } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import { pagedFile } from '../spreadsheet/paged-rows.js';
import type { SheetFormat } from '../spreadsheet/sheet-row.js';
import { CSV_TYPE, XLSX_TYPE } from '../spreadsheet/uploaded-sheet.js';
import {
  decodeFindings,
  FINDING_TITLES,
  findingCells,
  findingsAnswer,
  findingsQuery,
  type FindingsAnswer,
  type FindingsQuery,
} from './row-finding.dto.js';
import { template } from './template.js';

const FINDINGS_A_PAGE = 1_000;
const ACCESS = { bureau: OWN, operator: OWN, provincial: true } as const;
/** A province's entries for its bureau, national items for the operator. */
const OF_CALLER = { bureau: ANYONE, operator: ANYONE } as const;

/** What is wrong with a draft, and what a file looks like that isn't. */
@ApiTags('目录草稿 Catalogue drafts')
@Controller('v1/catalogue-drafts')
export class CatalogueDraftFileController {
  constructor(
    @Inject(TARGETS.catalogueDraft.token) private readonly drafts: RpcClient<catalogueV1.CatalogueDraftServiceClient>,
  ) {}

  @Endpoint({
    method: 'GET',
    path: ':draftId/findings',
    access: ACCESS,
    summary: '草稿的错误和提醒，指明单元格 What is wrong with a draft, by row and column',
    answer: findingsAnswer,
  })
  async findings(
    @CurrentActor() actor: Actor,
    @Param('draftId', { schema: uuid }) draftId: string,
    @Query({ schema: findingsQuery }) { after = '', limit }: FindingsQuery,
  ): Promise<FindingsAnswer> {
    return this.pageOf(actor, { draftId, after, limit });
  }

  @Endpoint({
    method: 'GET',
    path: ':draftId/findings.csv',
    access: ACCESS,
    summary: '下载草稿的全部错误和提醒 All that is wrong with a draft as a file',
    produces: [CSV_TYPE],
  })
  async findingsFile(
    @CurrentActor() actor: Actor,
    @Param('draftId', { schema: uuid }) draftId: string,
  ): Promise<StreamableFile> {
    const pageAfter = async (after: string) => {
      const { findings, nextAfter } = await this.pageOf(actor, { draftId, after, limit: FINDINGS_A_PAGE });
      return { rows: findings.map(findingCells), nextAfter: nextAfter ?? '' };
    };
    return pagedFile(pageAfter, FINDING_TITLES, { name: `draft-findings-${draftId}`, format: 'csv' });
  }

  @Endpoint({
    method: 'GET',
    path: 'template.csv',
    access: OF_CALLER,
    summary: '下载目录模板（CSV）：本省条目，或国家目录项目 The own catalogue’s template as CSV',
    produces: [CSV_TYPE],
  })
  csvTemplate(@CurrentActor() actor: Actor): Promise<StreamableFile> {
    return templateOf(actor, 'csv');
  }

  @Endpoint({
    method: 'GET',
    path: 'template.xlsx',
    access: OF_CALLER,
    summary: '下载目录模板（XLSX）：本省条目，或国家目录项目 The own catalogue’s template as XLSX',
    produces: [XLSX_TYPE],
  })
  xlsxTemplate(@CurrentActor() actor: Actor): Promise<StreamableFile> {
    return templateOf(actor, 'xlsx');
  }

  private async pageOf(
    actor: Actor,
    page: Omit<catalogueV1.ListDraftFindingsRequest, 'province'>,
  ): Promise<FindingsAnswer> {
    const request = { province: actor.region, ...page };
    const { findings, nextAfter } = await this.drafts.call('listDraftFindings', request, actor);
    return decodeFindings(findings, nextAfter);
  }
}

function templateOf(actor: Actor, format: SheetFormat): Promise<StreamableFile> {
  return actor.region === NATION
    ? template(ITEM_COLUMNS, { name: 'national-items-template', format })
    : template(ENTRY_COLUMNS, { name: 'catalogue-template', format });
}
