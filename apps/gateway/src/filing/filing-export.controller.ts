import { Controller, Inject, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import type { SheetFormat } from '../spreadsheet/sheet-row.js';
import { decodeFiling } from './filing.dto.js';
import { encodeSearch, exportQuery, type ExportQuery } from './filing-review.dto.js';
import { FILING_TITLES, filingCells } from './filing-sheet.js';
import { pagedFile } from '../spreadsheet/paged-rows.js';
import { CSV_TYPE, XLSX_TYPE } from '../spreadsheet/uploaded-sheet.js';

const FILINGS_A_PAGE = 1_000;
const DEADLINE_MS = 15_000;
const ACCESS = { bureau: 'insured_region' } as const;

/** All that a search finds, as a file. */
@ApiTags('备案经办 Filing at the bureau')
@Controller('v1/filings')
export class FilingExportController {
  constructor(@Inject(TARGETS.filing.token) private readonly filing: RpcClient<filingV1.FilingServiceClient>) {}

  @Endpoint({
    method: 'GET',
    path: 'export.csv',
    access: ACCESS,
    summary: '导出备案（CSV） Export what a search finds as CSV',
    produces: [CSV_TYPE],
  })
  csv(@CurrentActor() actor: Actor, @Query({ schema: exportQuery }) query: ExportQuery): Promise<StreamableFile> {
    return this.export(actor, query, 'csv');
  }

  @Endpoint({
    method: 'GET',
    path: 'export.xlsx',
    access: ACCESS,
    summary: '导出备案（XLSX） Export what a search finds as XLSX',
    produces: [XLSX_TYPE],
  })
  xlsx(@CurrentActor() actor: Actor, @Query({ schema: exportQuery }) query: ExportQuery): Promise<StreamableFile> {
    return this.export(actor, query, 'xlsx');
  }

  private export(actor: Actor, query: ExportQuery, format: SheetFormat): Promise<StreamableFile> {
    const pageAfter = async (after: string) => {
      const request = encodeSearch(query, after, FILINGS_A_PAGE);
      const { filings, nextAfter } = await this.filing.call('searchFilings', request, actor, DEADLINE_MS);
      return { rows: filings.map((filing) => filingCells(decodeFiling(filing))), nextAfter };
    };
    return pagedFile(pageAfter, FILING_TITLES, { name: `filings-${query.insuredRegion}`, format });
  }
}
