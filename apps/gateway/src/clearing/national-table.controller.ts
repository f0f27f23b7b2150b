import { Controller, Inject, Param, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { clearingV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { month } from '../http/fields.js';
import { CLEARING_TABLE_TYPES, type ClearingTableFormat } from './clearing-table-files.js';
import { ClearingTablePrinter } from './clearing-table-printer.js';
import {
  decodeNationalTable,
  nationalFileQuery,
  nationalTableAnswer,
  nationalTableOf,
  type NationalFileQuery,
  type NationalTableAnswer,
} from './national-table.dto.js';

const ACCESS = { operator: ANYONE } as const;

/** The whole country's table of a month (附件 14), beside the provinces' own. */
@ApiTags('清算 Clearing')
@Controller('v1/clearing-months/:month')
export class NationalTableController {
  constructor(
    @Inject(TARGETS.clearingMonth.token) private readonly months: RpcClient<clearingV1.ClearingMonthServiceClient>,
    private readonly printer: ClearingTablePrinter,
  ) {}

  @Endpoint({
    method: 'GET',
    path: 'tables',
    access: ACCESS,
    summary: '全国清算表（附件 14）与各省之间的数额 The nation’s table, and what each pair comes to',
    answer: nationalTableAnswer,
  })
  async table(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) clearingMonth: string,
  ): Promise<NationalTableAnswer> {
    return decodeNationalTable(await this.months.call('readNationalTable', { clearingMonth }, actor));
  }

  @Endpoint({
    method: 'GET',
    path: 'tables.csv',
    access: ACCESS,
    summary: '全国清算表（CSV） The nation’s table as CSV',
    produces: [CLEARING_TABLE_TYPES.csv],
  })
  async csv(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) clearingMonth: string,
    @Query({ schema: nationalFileQuery }) query: NationalFileQuery,
  ): Promise<StreamableFile> {
    return this.file(actor, clearingMonth, 'csv', query);
  }

  @Endpoint({
    method: 'GET',
    path: 'tables.xlsx',
    access: ACCESS,
    summary: '全国清算表（XLSX） The nation’s table as a workbook',
    produces: [CLEARING_TABLE_TYPES.xlsx],
  })
  async xlsx(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) clearingMonth: string,
    @Query({ schema: nationalFileQuery }) query: NationalFileQuery,
  ): Promise<StreamableFile> {
    return this.file(actor, clearingMonth, 'xlsx', query);
  }

  @Endpoint({
    method: 'GET',
    path: 'tables.pdf',
    access: ACCESS,
    summary: '全国清算表（PDF，A4 可打印） The nation’s table to print on A4',
    produces: [CLEARING_TABLE_TYPES.pdf],
  })
  async pdf(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) clearingMonth: string,
    @Query({ schema: nationalFileQuery }) query: NationalFileQuery,
  ): Promise<StreamableFile> {
    return this.file(actor, clearingMonth, 'pdf', query);
  }

  private async file(
    actor: Actor,
    clearingMonth: string,
    format: ClearingTableFormat,
    { lang: language }: NationalFileQuery,
  ): Promise<StreamableFile> {
    const table = nationalTableOf(await this.months.call('readNationalTable', { clearingMonth }, actor));
    return this.printer.file({ tables: [table], format, language }, `clearing-${clearingMonth}`);
  }
}
