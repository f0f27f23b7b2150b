import { Controller, Param, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE } from '@yiditong/access';
import type { Actor } from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { pagedFile, TXT_TYPE } from '../spreadsheet/paged-rows.js';
import { CSV_TYPE, XLSX_TYPE } from '../spreadsheet/uploaded-sheet.js';
import {
  downloadAnswer,
  downloadFileQuery,
  downloadQuery,
  infno,
  type DownloadAnswer,
  type DownloadFileQuery,
  type DownloadQuery,
  type Infno,
} from './catalogue-download.dto.js';
import { CatalogueDownloadService, downloadOf, provinceAsked } from './catalogue-download.service.js';
import { recordOf, versionName } from './national-download.codec.js';

const ACCESS = { hospital: ANYONE, bureau: ANYONE, operator: ANYONE } as const;
const ITEMS_A_PAGE = 1_000;

/** 目录下载: what changed since the version that a hospital has, in the fields of the national 13xx transactions. */
@ApiTags('目录下载 Catalogue downloads')
@Controller('v1/catalogue-downloads')
export class CatalogueDownloadController {
  constructor(private readonly downloads: CatalogueDownloadService) {}

  @Endpoint({
    method: 'GET',
    path: ':infno',
    access: ACCESS,
    summary: '按版本增量下载目录（13xx 字段），分页 What changed since a version, in pages',
    answer: downloadAnswer,
  })
  async page(
    @CurrentActor() actor: Actor,
    @Param('infno', { schema: infno }) number: Infno,
    @Query({ schema: downloadQuery }) query: DownloadQuery,
  ): Promise<DownloadAnswer> {
    const { ver, upTo = 0, after = '', limit } = query;
    const download = downloadOf(number);
    const province = provinceAsked(actor, download, query.province);
    const page = await this.downloads.pageOf(actor, download, { province, since: ver, upTo, after, limit });
    return {
      infno: number,
      name: { zh: download.zh, en: download.en },
      ver,
      upTo: page.upTo,
      verName: versionName(province, page.upTo),
      total: page.total,
      data: page.rows.map((row) => recordOf(download.fields, row)),
      nextAfter: page.nextAfter || null,
    };
  }

  /** The version that the file goes to is in its name. */
  @Endpoint({
    method: 'GET',
    path: ':infno/file',
    access: ACCESS,
    summary: '按版本增量下载目录（13xx 字段），整个文件 What changed since a version, as a file',
    produces: [TXT_TYPE, CSV_TYPE, XLSX_TYPE],
  })
  async file(
    @CurrentActor() actor: Actor,
    @Param('infno', { schema: infno }) number: Infno,
    @Query({ schema: downloadFileQuery }) { ver, province: named, format }: DownloadFileQuery,
  ): Promise<StreamableFile> {
    const download = downloadOf(number);
    const province = provinceAsked(actor, download, named);
    const asked = { province, since: ver, upTo: 0, limit: ITEMS_A_PAGE };
    const first = await this.downloads.pageOf(actor, download, { ...asked, after: '' });
    const whose = province === NATION ? '' : `-${province}`;
    return pagedFile(
      (after) => (after === '' ? Promise.resolve(first) : this.downloads.pageOf(actor, download, { ...asked, after })),
      download.fields.map(({ name }) => name),
      { name: `${number}${whose}-v${ver}-v${first.upTo}`, format },
    );
  }
}
