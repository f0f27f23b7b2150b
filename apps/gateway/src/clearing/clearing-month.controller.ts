import { Body, Controller, Inject, Param, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE, RECORD } from '@yiditong/access';
import { decodeInstant, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { clearingV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { month, region, uuid } from '../http/fields.js';
import {
  arrivalBody,
  clearingMonthAnswer,
  confirmationAnswer,
  decodeClearingMonth,
  decodeNotice,
  decodeProvince,
  decodeTables,
  issuedAnswer,
  monthReportAnswer,
  noticeAnswer,
  noticesAnswer,
  paymentBody,
  csvQuery,
  tableFileQuery,
  tablesAnswer,
  tablesOf,
  type ArrivalBody,
  type ClearingMonthAnswer,
  type ConfirmationAnswer,
  type CsvQuery,
  type IssuedAnswer,
  type MonthReportAnswer,
  type NoticeAnswer,
  type NoticesAnswer,
  type PaymentBody,
  type TableFileQuery,
  type TablesAnswer,
} from './clearing-month.dto.js';
import { CLEARING_TABLE_TYPES, type ClearingTableFormat } from './clearing-table-files.js';
import { ClearingTablePrinter } from './clearing-table-printer.js';

/** Monthly clearing (月度清算). What is put here is known by its address, so that a repeat changes nothing. */
@ApiTags('清算 Clearing')
@Controller('v1/clearing-months/:month')
export class ClearingMonthController {
  constructor(
    @Inject(TARGETS.clearingMonth.token) private readonly months: RpcClient<clearingV1.ClearingMonthServiceClient>,
    private readonly printer: ClearingTablePrinter,
  ) {}

  @Endpoint({
    method: 'PUT',
    path: '',
    access: { operator: ANYONE },
    summary:
      '生成当月清算表（平时由系统在 21 日生成） Generate a month’s tables, which the system does itself on the 21st',
    answer: clearingMonthAnswer,
  })
  async generate(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) clearingMonth: string,
  ): Promise<ClearingMonthAnswer> {
    return decodeClearingMonth((await this.months.call('generateMonth', { clearingMonth }, actor)).month);
  }

  @Endpoint({
    method: 'GET',
    path: '',
    access: { operator: RECORD, bureau: RECORD, provincial: true },
    summary: '查询当月清算进度、期限与各省应付应收 Where a month’s clearing stands, and each province’s sums',
    answer: monthReportAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) clearingMonth: string,
  ): Promise<MonthReportAnswer> {
    const answer = await this.months.call('getMonth', { clearingMonth }, actor);
    return { ...decodeClearingMonth(answer.month), provinces: answer.provinces.map(decodeProvince) };
  }

  @Endpoint({
    method: 'GET',
    path: 'tables/:province',
    access: { operator: ANYONE, bureau: 'province', provincial: true },
    summary: '本省清算表明细（附件 14-1 至 14-7） What a province’s tables are made of',
    answer: tablesAnswer,
  })
  async tables(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) clearingMonth: string,
    @Param('province', { schema: region }) province: string,
  ): Promise<TablesAnswer> {
    return decodeTables(await this.months.call('readTables', { clearingMonth, province }, actor));
  }

  @Endpoint({
    method: 'GET',
    path: 'tables/:province/tables.csv',
    access: { operator: ANYONE, bureau: 'province', provincial: true },
    summary: '一张清算表或通知书（CSV） One table or notice as CSV',
    produces: [CLEARING_TABLE_TYPES.csv],
  })
  async csv(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) clearingMonth: string,
    @Param('province', { schema: region }) province: string,
    @Query({ schema: csvQuery }) query: CsvQuery,
  ): Promise<StreamableFile> {
    return this.file(actor, clearingMonth, province, 'csv', query);
  }

  @Endpoint({
    method: 'GET',
    path: 'tables/:province/tables.xlsx',
    access: { operator: ANYONE, bureau: 'province', provincial: true },
    summary: '清算表与通知书（XLSX，每表一页） Tables and notices as a workbook',
    produces: [CLEARING_TABLE_TYPES.xlsx],
  })
  async xlsx(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) clearingMonth: string,
    @Param('province', { schema: region }) province: string,
    @Query({ schema: tableFileQuery }) query: TableFileQuery,
  ): Promise<StreamableFile> {
    return this.file(actor, clearingMonth, province, 'xlsx', query);
  }

  @Endpoint({
    method: 'GET',
    path: 'tables/:province/tables.pdf',
    access: { operator: ANYONE, bureau: 'province', provincial: true },
    summary: '清算表与通知书（PDF，A4 可打印） Tables and notices to print on A4',
    produces: [CLEARING_TABLE_TYPES.pdf],
  })
  async pdf(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) clearingMonth: string,
    @Param('province', { schema: region }) province: string,
    @Query({ schema: tableFileQuery }) query: TableFileQuery,
  ): Promise<StreamableFile> {
    return this.file(actor, clearingMonth, province, 'pdf', query);
  }

  @Endpoint({
    method: 'PUT',
    path: 'tables/:province/confirmation',
    access: { bureau: 'province', provincial: true, supervisor: true },
    summary: '确认本省清算表（25 日前） Confirm the own province’s tables, by the 25th',
    answer: confirmationAnswer,
  })
  async confirm(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) clearingMonth: string,
    @Param('province', { schema: region }) province: string,
  ): Promise<ConfirmationAnswer> {
    const { confirmedAt } = await this.months.call('confirmTables', { clearingMonth, province }, actor);
    return { confirmedAt: decodeInstant(confirmedAt, 'confirmed_at').toISOString() };
  }

  @Endpoint({
    method: 'PUT',
    path: 'notices',
    access: { operator: ANYONE, supervisor: true },
    summary: '签发付款、收款通知书（附件 15、16） Issue the month’s payment and receipt notices',
    answer: issuedAnswer,
  })
  async issue(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) clearingMonth: string,
  ): Promise<IssuedAnswer> {
    const answer = await this.months.call('issueNotices', { clearingMonth }, actor);
    return { ...decodeClearingMonth(answer.month), noticeCount: answer.noticeCount };
  }

  @Endpoint({
    method: 'GET',
    path: 'notices/:province',
    access: { operator: ANYONE, bureau: 'province', provincial: true },
    summary: '本省付款、收款通知书及到账情况 A province’s notices, and what became of them',
    answer: noticesAnswer,
  })
  async notices(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) clearingMonth: string,
    @Param('province', { schema: region }) province: string,
  ): Promise<NoticesAnswer> {
    const { notices } = await this.months.call('listNotices', { clearingMonth, province }, actor);
    return { notices: notices.map(decodeNotice) };
  }

  @Endpoint({
    method: 'PUT',
    path: 'notices/:province/:noticeId/payment',
    access: { bureau: 'province', provincial: true },
    summary: '付款省登记付款：银行、流水号、日期 What identifies the payment, from who pays',
    answer: noticeAnswer,
  })
  async pay(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) clearingMonth: string,
    @Param('province', { schema: region }) province: string,
    @Param('noticeId', { schema: uuid }) noticeId: string,
    @Body({ schema: paymentBody }) body: PaymentBody,
  ): Promise<NoticeAnswer> {
    const request = { clearingMonth, province, noticeId, ...body };
    return decodeNotice((await this.months.call('recordPayment', request, actor)).notice);
  }

  @Endpoint({
    method: 'PUT',
    path: 'notices/:province/:noticeId/arrival',
    access: { bureau: 'province', provincial: true },
    summary: '收款省登记到账 That a payment has arrived, from who is paid',
    answer: noticeAnswer,
  })
  async arrive(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) clearingMonth: string,
    @Param('province', { schema: region }) province: string,
    @Param('noticeId', { schema: uuid }) noticeId: string,
    @Body({ schema: arrivalBody }) { arrivedOn }: ArrivalBody,
  ): Promise<NoticeAnswer> {
    const request = { clearingMonth, province, noticeId, arrivedOn };
    return decodeNotice((await this.months.call('recordArrival', request, actor)).notice);
  }

  private async file(
    actor: Actor,
    clearingMonth: string,
    province: string,
    format: ClearingTableFormat,
    { table, lang: language }: TableFileQuery,
  ): Promise<StreamableFile> {
    const of = { clearingMonth, province };
    const [generated, read] = [
      await this.months.call('getMonth', { clearingMonth }, actor),
      await this.months.call('readTables', of, actor),
    ];
    const tables = tablesOf(decodeClearingMonth(generated.month), province, decodeTables(read), table);
    const name = `clearing-${clearingMonth}-${province}${table ? `-${table}` : ''}`;
    return this.printer.file({ tables, format, language }, name);
  }
}
