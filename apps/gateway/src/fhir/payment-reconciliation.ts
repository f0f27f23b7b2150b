import { clearedFundCodec, decodeInstant, insuranceCodec, required } from '@yiditong/chassis';
import { placeName, Rejection, type ClearedFund, type Insurance } from '@yiditong/codes';
import type { clearingV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import { z } from 'zod';
import { FUND_NAMES } from '../estimate/estimate-words.js';
import { month, uuid } from '../http/fields.js';
import { INSURANCE_WORDS } from '../slip/slip-words.js';
import { money } from './claim.js';
import { coding, identified, IDENTIFIERS, SYSTEMS } from './code-systems.js';
import type { FhirElement, FhirResource } from './fhir-json.js';

const MONTH_LENGTH = 'YYYY-MM'.length;

/** Of a PaymentReconciliation: a clearing month, a dot, and the id of a notice of that month. */
export const paymentId = z
  .string()
  .max(64)
  .refine((id) => {
    const { clearingMonth, noticeId } = noticeIn(id);
    return id[MONTH_LENGTH] === '.' && month.safeParse(clearingMonth).success && uuid.safeParse(noticeId).success;
  }, 'a month and the UUID of a notice, YYYY-MM.UUID')
  .describe('清算月份.通知书编号 / clearing month and notice');

export function noticeIn(id: string): clearingV1.GetNoticeRequest {
  return { clearingMonth: id.slice(0, MONTH_LENGTH), noticeId: id.slice(MONTH_LENGTH + 1) };
}

/**
 * A transfer between two provinces and what it is the sum of: the notice of a clearing month, once who pays has recorded the payment.
 * Rejects with NOTICE_UNPAID before.
 */
export function paymentReconciliationOf(sent: clearingV1.GetNoticeResponse): FhirResource {
  const { clearingMonth, noticedAt, firstDate, lastDate } = required(sent.month, 'month');
  const notice = required(sent.notice, 'notice');
  const { noticeId, payer, payee, payment } = notice;
  if (!payment) throw new Rejection('NOTICE_UNPAID', { id: noticeId });
  return {
    resourceType: 'PaymentReconciliation',
    id: `${clearingMonth}.${noticeId}`,
    language: 'zh-CN',
    identifier: [{ system: IDENTIFIERS.notice, value: noticeId }],
    status: 'active',
    // The days whose settlements it pays.
    period: { start: firstDate, end: lastDate },
    created: decodeInstant(noticedAt, 'noticed_at').toISOString(),
    paymentIssuer: province(payer),
    outcome: 'complete',
    disposition: payment.arrivedOn === '' ? '已付款，未登记到账' : `已付款，${payment.arrivedOn} 到账`,
    paymentDate: payment.paidOn,
    paymentAmount: money(fen(notice.amountFen)),
    paymentIdentifier: {
      system: IDENTIFIERS.bankSerial,
      value: payment.bankSerial,
      assigner: { display: payment.bank },
    },
    detail: sent.parts.map((part) => ({
      type: typeOf(part, notice),
      date: payment.paidOn,
      payee: province(payee),
      amount: money(fen(part.amountFen)),
    })),
    processNote: notesOf(notice),
  };
}

/** A return takes back what was paid before. */
function typeOf(part: clearingV1.NoticePart, { isReturn }: clearingV1.Notice): FhirElement {
  const [insurance, fund] = [insuranceCodec.decode(part.insurance), clearedFundCodec.decode(part.fund)];
  return {
    coding: [
      coding(SYSTEMS.paymentPart, isReturn ? 'adjustment' : 'payment'),
      coding(SYSTEMS.clearedFund, `${insurance}-${fund}`, nameOf(insurance, fund)),
    ],
  };
}

function nameOf(insurance: Insurance, fund: ClearedFund): string {
  const of = fund === 'PERSONAL_ACCOUNT' ? '个人账户' : FUND_NAMES[fund].zh;
  return `${INSURANCE_WORDS[insurance].zh} ${of}`;
}

function notesOf({ isReturn, daysLate }: clearingV1.Notice): FhirElement[] {
  return [...(isReturn ? ['就医省退回参保省'] : []), ...(daysLate > 0 ? [`逾期 ${daysLate} 天付款`] : [])].map(
    (text) => ({ type: 'print', text }),
  );
}

function province(code: string): FhirElement {
  return identified('Organization', IDENTIFIERS.division, code, placeName(code).zh);
}
