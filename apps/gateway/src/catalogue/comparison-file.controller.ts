import { Controller, Inject, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE } from '@yiditong/access';
import { Clock, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import { placeName } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { pagedFile } from '../spreadsheet/paged-rows.js';
import type { SheetFormat } from '../spreadsheet/sheet-row.js';
import { CSV_TYPE, XLSX_TYPE } from '../spreadsheet/uploaded-sheet.js';
import { comparisonRows, comparisonTitles, type Sides } from './comparison-sheet.js';
import {
  decodeComparison,
  provincePairQuery,
  versionPairQuery,
  type ComparisonAnswer,
  type ProvincePairQuery,
  type VersionPairQuery,
} from './comparison.dto.js';

const ACCESS = { hospital: ANYONE, bureau: ANYONE, operator: ANYONE } as const;
const DIFFERENCES_A_PAGE = 1_000;
const DEADLINE_MS = 30_000;

/** Comparisons as files to read and to send on: a row for each difference, before and after side by side. */
@ApiTags('目录版本与比较 Published catalogues')
@Controller('v1/catalogues')
export class ComparisonFileController {
  constructor(
    @Inject(TARGETS.catalogueVersion.token)
    private readonly versions: RpcClient<catalogueV1.CatalogueVersionServiceClient>,
    private readonly clock: Clock,
  ) {}

  @Endpoint({
    method: 'GET',
    path: 'versions/comparison.csv',
    access: ACCESS,
    summary: '下载两个版本的差异（CSV） All that differs between two versions as CSV',
    produces: [CSV_TYPE],
  })
  versionsCsv(
    @CurrentActor() actor: Actor,
    @Query({ schema: versionPairQuery }) query: VersionPairQuery,
  ): Promise<StreamableFile> {
    return this.versionsFile(actor, query, 'csv');
  }

  @Endpoint({
    method: 'GET',
    path: 'versions/comparison.xlsx',
    access: ACCESS,
    summary: '下载两个版本的差异（XLSX） All that differs between two versions as XLSX',
    produces: [XLSX_TYPE],
  })
  versionsXlsx(
    @CurrentActor() actor: Actor,
    @Query({ schema: versionPairQuery }) query: VersionPairQuery,
  ): Promise<StreamableFile> {
    return this.versionsFile(actor, query, 'xlsx');
  }

  @Endpoint({
    method: 'GET',
    path: 'comparison.csv',
    access: ACCESS,
    summary: '下载两省目录的差异（CSV） All that differs between two provinces as CSV',
    produces: [CSV_TYPE],
  })
  provincesCsv(
    @CurrentActor() actor: Actor,
    @Query({ schema: provincePairQuery }) query: ProvincePairQuery,
  ): Promise<StreamableFile> {
    return this.provincesFile(actor, query, 'csv');
  }

  @Endpoint({
    method: 'GET',
    path: 'comparison.xlsx',
    access: ACCESS,
    summary: '下载两省目录的差异（XLSX） All that differs between two provinces as XLSX',
    produces: [XLSX_TYPE],
  })
  provincesXlsx(
    @CurrentActor() actor: Actor,
    @Query({ schema: provincePairQuery }) query: ProvincePairQuery,
  ): Promise<StreamableFile> {
    return this.provincesFile(actor, query, 'xlsx');
  }

  private versionsFile(actor: Actor, query: VersionPairQuery, format: SheetFormat): Promise<StreamableFile> {
    const { province, first: firstVersionId, second: secondVersionId } = query;
    const pair = { province, firstVersionId, secondVersionId, limit: DIFFERENCES_A_PAGE };
    return comparisonFile(
      async (after) =>
        decodeComparison(await this.versions.call('compareVersions', { ...pair, after }, actor, DEADLINE_MS)),
      { first: '变更前', second: '变更后' },
      { name: `catalogue-changes-${province}`, format },
    );
  }

  private provincesFile(actor: Actor, query: ProvincePairQuery, format: SheetFormat): Promise<StreamableFile> {
    const { first: firstProvince, second: secondProvince, on = this.clock.businessDate() } = query;
    const pair = { firstProvince, secondProvince, on, limit: DIFFERENCES_A_PAGE };
    return comparisonFile(
      async (after) =>
        decodeComparison(await this.versions.call('compareProvinces', { ...pair, after }, actor, DEADLINE_MS)),
      { first: placeName(firstProvince).zh, second: placeName(secondProvince).zh },
      { name: `catalogue-comparison-${firstProvince}-${secondProvince}-${on}`, format },
    );
  }
}

function comparisonFile(
  comparedAfter: (after: string) => Promise<ComparisonAnswer>,
  sides: Sides,
  file: { readonly name: string; readonly format: SheetFormat },
): Promise<StreamableFile> {
  const pageAfter = async (after: string) => {
    const { differences, nextAfter } = await comparedAfter(after);
    return { rows: differences.flatMap((one) => comparisonRows(one, sides)), nextAfter: nextAfter ?? '' };
  };
  return pagedFile(pageAfter, comparisonTitles(sides), file);
}
