import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, encodeInstant } from '@yiditong/chassis';
import { clearingV1 } from '@yiditong/contracts';
import {
  decodeMonth,
  decodeNoticeId,
  decodePayment,
  decodeScope,
  encodeCount,
  encodeLine,
  encodeMonth,
  encodeNotice,
  encodePart,
  encodeProvince,
} from './month.codec.js';
import { dateField } from '../fields.js';
import { MonthService } from './month.service.js';
import { NoticeService } from './notice.service.js';

@Controller()
@clearingV1.ClearingMonthServiceControllerMethods()
export class MonthController implements clearingV1.ClearingMonthServiceController {
  constructor(
    private readonly months: MonthService,
    private readonly notices: NoticeService,
  ) {}

  async generateMonth(
    request: clearingV1.GenerateMonthRequest,
    metadata: Metadata,
  ): Promise<clearingV1.GenerateMonthResponse> {
    return { month: encodeMonth(await this.months.generate(actorOf(metadata), decodeMonth(request))) };
  }

  async getMonth(request: clearingV1.GetMonthRequest, metadata: Metadata): Promise<clearingV1.GetMonthResponse> {
    const { month, provinces } = await this.months.get(actorOf(metadata), decodeMonth(request));
    return { month: encodeMonth(month), provinces: provinces.map(encodeProvince) };
  }

  async readTables(request: clearingV1.ReadTablesRequest, metadata: Metadata): Promise<clearingV1.ReadTablesResponse> {
    const { lines, counts } = await this.months.tables(actorOf(metadata), ...decodeScope(request));
    return { lines: lines.map(encodeLine), counts: counts.map(encodeCount) };
  }

  async readNationalTable(
    request: clearingV1.ReadNationalTableRequest,
    metadata: Metadata,
  ): Promise<clearingV1.ReadNationalTableResponse> {
    const { month, pairs } = await this.months.nationalTable(actorOf(metadata), decodeMonth(request));
    return {
      month: encodeMonth(month),
      pairs: pairs.map(({ payer, payee, totalFen }) => ({ payer, payee, totalFen })),
    };
  }

  async confirmTables(
    request: clearingV1.ConfirmTablesRequest,
    metadata: Metadata,
  ): Promise<clearingV1.ConfirmTablesResponse> {
    return { confirmedAt: encodeInstant(await this.months.confirm(actorOf(metadata), ...decodeScope(request))) };
  }

  async issueNotices(
    request: clearingV1.IssueNoticesRequest,
    metadata: Metadata,
  ): Promise<clearingV1.IssueNoticesResponse> {
    const { month, noticeCount } = await this.notices.issue(actorOf(metadata), decodeMonth(request));
    return { month: encodeMonth(month), noticeCount };
  }

  async listNotices(
    request: clearingV1.ListNoticesRequest,
    metadata: Metadata,
  ): Promise<clearingV1.ListNoticesResponse> {
    const notices = await this.notices.list(actorOf(metadata), ...decodeScope(request));
    return { notices: notices.map(encodeNotice) };
  }

  async getNotice(request: clearingV1.GetNoticeRequest, metadata: Metadata): Promise<clearingV1.GetNoticeResponse> {
    const [clearingMonth, noticeId] = [decodeMonth(request), decodeNoticeId(request)];
    const { month, notice, parts } = await this.notices.get(actorOf(metadata), clearingMonth, noticeId);
    return { month: encodeMonth(month), notice: encodeNotice(notice), parts: parts.map(encodePart) };
  }

  async recordPayment(
    request: clearingV1.RecordPaymentRequest,
    metadata: Metadata,
  ): Promise<clearingV1.RecordPaymentResponse> {
    const [month, province] = decodeScope(request);
    const [noticeId, facts] = [decodeNoticeId(request), decodePayment(request)];
    return { notice: encodeNotice(await this.notices.pay(actorOf(metadata), month, province, noticeId, facts)) };
  }

  async recordArrival(
    request: clearingV1.RecordArrivalRequest,
    metadata: Metadata,
  ): Promise<clearingV1.RecordArrivalResponse> {
    const [month, province] = decodeScope(request);
    const [noticeId, arrivedOn] = [decodeNoticeId(request), dateField(request.arrivedOn, 'arrived_on')];
    return { notice: encodeNotice(await this.notices.arrive(actorOf(metadata), month, province, noticeId, arrivedOn)) };
  }
}
