import { Controller, Inject, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Clock, encodeInstant, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { catalogueV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { pagedFile, TXT_TYPE } from '../spreadsheet/paged-rows.js';
import { CSV_TYPE, XLSX_TYPE } from '../spreadsheet/uploaded-sheet.js';
import {
  mappingDownloadAnswer,
  mappingDownloadFileQuery,
  mappingDownloadQuery,
  type MappingDownloadAnswer,
  type MappingDownloadFileQuery,
  type MappingDownloadQuery,
} from './catalogue-download.dto.js';
import { OWNER_ACCESS, ownerOf } from './item-owner.js';
import { MAPPING_DOWNLOAD, recordOf } from './national-download.codec.js';

const MAPPINGS_A_PAGE = 1_000;
const DEADLINE_MS = 30_000;

/** 1317: an institution's own mappings, which are nobody else's to read. They have no versions: what is new is told by its time. */
@ApiTags('目录下载 Catalogue downloads')
@Controller('v1/catalogue-downloads/1317')
export class MappingDownloadController {
  constructor(
    @Inject(TARGETS.harmonization.token) private readonly lists: RpcClient<catalogueV1.HarmonizationServiceClient>,
    private readonly clock: Clock,
  ) {}

  @Endpoint({
    method: 'GET',
    path: '',
    access: OWNER_ACCESS,
    summary: '下载医药机构目录匹配（1317 字段），分页 An institution’s mappings in force on a day, in pages',
    answer: mappingDownloadAnswer,
  })
  async page(
    @CurrentActor() actor: Actor,
    @Query({ schema: mappingDownloadQuery }) query: MappingDownloadQuery,
  ): Promise<MappingDownloadAnswer> {
    const { after = '', limit } = query;
    const { rows, nextAfter } = await this.pageOf(actor, { ...this.askedOf(actor, query), after, limit });
    const { zh, en, fields } = MAPPING_DOWNLOAD;
    return {
      infno: '1317',
      name: { zh, en },
      data: rows.map((row) => recordOf(fields, row)),
      nextAfter: nextAfter || null,
    };
  }

  @Endpoint({
    method: 'GET',
    path: 'file',
    access: OWNER_ACCESS,
    summary: '下载医药机构目录匹配（1317 字段），整个文件 An institution’s mappings in force on a day, as a file',
    produces: [TXT_TYPE, CSV_TYPE, XLSX_TYPE],
  })
  file(
    @CurrentActor() actor: Actor,
    @Query({ schema: mappingDownloadFileQuery }) query: MappingDownloadFileQuery,
  ): Promise<StreamableFile> {
    const asked = { ...this.askedOf(actor, query), limit: MAPPINGS_A_PAGE };
    return pagedFile(
      (after) => this.pageOf(actor, { ...asked, after }),
      MAPPING_DOWNLOAD.fields.map(({ name }) => name),
      { name: `1317-${asked.institutionCode || asked.province}-${asked.on}`, format: query.format },
    );
  }

  /** The day is settled at once: pages that are asked for around midnight are of the same one. */
  private askedOf(actor: Actor, query: Pick<MappingDownloadQuery, 'institutionCode' | 'on' | 'updatedAfter'>) {
    const { institutionCode, on = this.clock.businessDate(), updatedAfter } = query;
    return {
      ...ownerOf(actor, institutionCode),
      on,
      decidedAfter: updatedAfter === undefined ? undefined : encodeInstant(new Date(updatedAfter)),
    };
  }

  private async pageOf(
    actor: Actor,
    request: catalogueV1.ListMappingsRequest,
  ): Promise<{ readonly rows: readonly (readonly string[])[]; readonly nextAfter: string }> {
    const { mappings, nextAfter } = await this.lists.call('listMappings', request, actor, DEADLINE_MS);
    return { rows: mappings.map((mapping) => MAPPING_DOWNLOAD.rowOf(mapping, request.province)), nextAfter };
  }
}
