import { clearedFundCodec, encodeInstant, insuranceCodec } from '@yiditong/chassis';
import { isCalendarDate, PROVINCES, Rejection } from '@yiditong/codes';
import type { clearingV1 } from '@yiditong/contracts';
import { validate as isUuid } from 'uuid';
import type { ClearingCount, ClearingLine } from './month.store.js';
import type { MonthReport, ProvinceReport } from './month.service.js';
import { payeeOf, payerOf, type TimedNotice } from './notice.service.js';
import type { PaymentFacts } from './notice.store.js';

const LONGEST_TEXT = 100;

/** Rejects with REQUEST_MALFORMED. */
export function decodeMonth({ clearingMonth }: { readonly clearingMonth: string }): string {
  if (!isCalendarDate(`${clearingMonth}-01`)) throw malformed('clearing_month is not a month');
  return clearingMonth;
}

/** Month and province. Rejects with REQUEST_MALFORMED. */
export function decodeScope(request: { readonly clearingMonth: string; readonly province: string }): [string, string] {
  if (!PROVINCES.some(({ code }) => code === request.province)) throw malformed('province is not a province');
  return [decodeMonth(request), request.province];
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeNoticeId({ noticeId }: { readonly noticeId: string }): string {
  if (!isUuid(noticeId)) throw malformed('notice_id is not a UUID');
  return noticeId;
}

/** Rejects with REQUEST_MALFORMED. */
export function decodePayment({ bank, bankSerial, paidOn }: clearingV1.RecordPaymentRequest): PaymentFacts {
  for (const [name, text] of Object.entries({ bank, bank_serial: bankSerial }))
    if (!/\S/.test(text) || text.length > LONGEST_TEXT || /\p{Cc}/u.test(text))
      throw malformed(`${name}: 1 to ${LONGEST_TEXT} characters, none of them a control character`);
  return { bank, bankSerial, paidOn: decodeDate(paidOn, 'paid_on') };
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeDate(date: string, name: string): string {
  if (!isCalendarDate(date)) throw malformed(`${name} is not a date`);
  return date;
}

export function encodeMonth({ days, dates, ...month }: MonthReport): clearingV1.ClearingMonth {
  return {
    clearingMonth: month.clearingMonth,
    generatedAt: encodeInstant(month.generatedAt),
    noticedAt: month.noticedAt ? encodeInstant(month.noticedAt) : undefined,
    cycleCount: days.count,
    firstDate: days.first ?? '',
    lastDate: days.last ?? '',
    refusedDates: [...month.refusedDates],
    confirmedBy: dates.confirmedBy,
    noticedBy: dates.noticedBy,
    submittedBy: dates.submittedBy,
    paidBy: dates.paidBy,
    reportedBy: dates.reportedBy,
  };
}

export function encodeProvince({ region, confirmedAt, ...amounts }: ProvinceReport): clearingV1.ProvinceClearing {
  return { province: region, ...amounts, confirmedAt: confirmedAt ? encodeInstant(confirmedAt) : undefined };
}

export function encodeLine({ insurance, fund, ...line }: ClearingLine): clearingV1.ClearingLine {
  return { ...line, insurance: insuranceCodec.encode(insurance), fund: clearedFundCodec.encode(fund) };
}

export function encodeCount({ insurance, ...count }: ClearingCount): clearingV1.ClearingCount {
  return { ...count, insurance: insuranceCodec.encode(insurance) };
}

export function encodeNotice(notice: TimedNotice): clearingV1.Notice {
  const { noticeId, isReturn, amountFen, daysLate, payment } = notice;
  return {
    noticeId,
    payer: payerOf(notice),
    payee: payeeOf(notice),
    isReturn,
    amountFen,
    payment: payment === null ? undefined : { ...payment, arrivedOn: payment.arrivedOn ?? '' },
    daysLate,
  };
}

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
