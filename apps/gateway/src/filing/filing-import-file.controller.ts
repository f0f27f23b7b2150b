import { Controller, Inject, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE, RECORD } from '@yiditong/access';
import { Clock, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import { addMonths, IMPORT_COLUMNS } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import type { SheetFormat } from '../spreadsheet/sheet-row.js';
import {
  decodeImportErrors,
  importErrorsAnswer,
  importErrorsQuery,
  type ImportErrorsAnswer,
  type ImportErrorsQuery,
} from './filing-import.dto.js';
import { pagedFile } from '../spreadsheet/paged-rows.js';
import { CSV_TYPE, XLSX_TYPE } from '../spreadsheet/uploaded-sheet.js';

const ERRORS_A_PAGE = 1_000;
/** As long as any province asks of a temporary filing. */
const EXAMPLE_MONTHS = 12;
const ERROR_TITLES = ['行号', '单元格', '列', '原因码', '说明', 'Explanation'];

/** What is wrong with an import, and what a file looks like that isn't. */
@ApiTags('批量导入 Bulk import')
@Controller('v1/filing-imports')
export class FilingImportFileController {
  constructor(
    @Inject(TARGETS.filingImport.token)
    private readonly imports: RpcClient<filingV1.FilingImportServiceClient>,
    private readonly clock: Clock,
  ) {}

  @Endpoint({
    method: 'GET',
    path: ':importId/errors',
    access: { bureau: RECORD },
    summary: '导入错误清单，指明单元格 What is wrong, by row and column',
    answer: importErrorsAnswer,
  })
  async errors(
    @CurrentActor() actor: Actor,
    @Param('importId', { schema: uuid }) importId: string,
    @Query({ schema: importErrorsQuery }) { after = '', limit }: ImportErrorsQuery,
  ): Promise<ImportErrorsAnswer> {
    return decodeImportErrors(await this.imports.call('listImportErrors', { importId, after, limit }, actor));
  }

  @Endpoint({
    method: 'GET',
    path: ':importId/errors.csv',
    access: { bureau: RECORD },
    summary: '下载全部导入错误 All errors of an import as a file',
    produces: [CSV_TYPE],
  })
  async errorFile(
    @CurrentActor() actor: Actor,
    @Param('importId', { schema: uuid }) importId: string,
  ): Promise<StreamableFile> {
    const pageAfter = async (after: string) => {
      const request = { importId, after, limit: ERRORS_A_PAGE };
      const { errors, nextAfter } = decodeImportErrors(await this.imports.call('listImportErrors', request, actor));
      const rows = errors.map(({ rowNumber, cell, column, reason, zh, en }) => [
        String(rowNumber),
        cell ?? '',
        column ?? '',
        reason,
        zh,
        en,
      ]);
      return { rows, nextAfter: nextAfter ?? '' };
    };
    return pagedFile(pageAfter, ERROR_TITLES, { name: `import-errors-${importId}`, format: 'csv' });
  }

  @Endpoint({
    method: 'GET',
    path: 'template.csv',
    access: { bureau: ANYONE },
    summary: '下载导入模板（CSV） The template as CSV',
    produces: [CSV_TYPE],
  })
  csvTemplate(): Promise<StreamableFile> {
    return template('csv', this.clock.businessDate());
  }

  @Endpoint({
    method: 'GET',
    path: 'template.xlsx',
    access: { bureau: ANYONE },
    summary: '下载导入模板（XLSX） The template as XLSX',
    produces: [XLSX_TYPE],
  })
  xlsxTemplate(): Promise<StreamableFile> {
    return template('xlsx', this.clock.businessDate());
  }
}

/** The header and one line to be written over, which is wrong in nothing but whom it names: its period begins today. */
function template(format: SheetFormat, today: string): Promise<StreamableFile> {
  const dates: Readonly<Record<string, string>> = { valid_from: today, valid_to: addMonths(today, EXAMPLE_MONTHS) };
  const example = IMPORT_COLUMNS.map((column) => dates[column.name] ?? column.example);
  return pagedFile(
    () => Promise.resolve({ rows: [example], nextAfter: '' }),
    IMPORT_COLUMNS.map(({ zh }) => zh),
    { name: 'filing-import-template', format },
  );
}
