import { clearedFundCodec, encodeInstant, insuranceCodec } from '@yiditong/chassis';
import type { clearingV1 } from '@yiditong/contracts';
import type { NoticePart } from '@yiditong/ledger';
import { validate as isUuid } from 'uuid';
import { dateField, malformed, monthField, provinceField } from '../fields.js';
import type { ClearingCount, ClearingLine } from './month.store.js';
import type { MonthReport } from './month-report.js';
import type { ProvinceReport } from './month.service.js';
import type { TimedNotice } from './notice.service.js';
import { payeeOf, payerOf, type PaymentFacts } from './notice.store.js';

const LONGEST_TEXT = 100;

/** Rejects with REQUEST_MALFORMED. */
export function decodeMonth({ clearingMonth }: { readonly clearingMonth: string }): string {
  return monthField(clearingMonth, 'clearing_month');
}

/** Month and province. Rejects with REQUEST_MALFORMED. */
export function decodeScope(request: { readonly clearingMonth: string; readonly province: string }): [string, string] {
  return [decodeMonth(request), provinceField(request.province, 'province')];
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
  return { bank, bankSerial, paidOn: dateField(paidOn, 'paid_on') };
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

export function encodePart({ insurance, fund, amountFen }: NoticePart): clearingV1.NoticePart {
  return { insurance: insuranceCodec.encode(insurance), fund: clearedFundCodec.encode(fund), amountFen };
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
