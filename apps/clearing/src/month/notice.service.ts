import { Injectable } from '@nestjs/common';
import { businessDateOf, Clock, Database, type Actor, type Tx } from '@yiditong/chassis';
import { daysSince1970, NATION, Rejection } from '@yiditong/codes';
import { noticeParts, type MonthlyClearing, type NoticePart } from '@yiditong/ledger';
import { fen, magnitude } from '@yiditong/money';
import { v7 as uuidv7 } from 'uuid';
import { confirmationsOf, type ClearingMonth } from './month.store.js';
import { datesOf, existing, figuresOf, recordStep, report, type MonthReport } from './month-report.js';
import {
  countNotices,
  findNotice,
  insertNotices,
  lockNotice,
  markNoticed,
  payeeOf,
  payerOf,
  readNotices,
  saveArrival,
  savePayment,
  type Notice,
  type PaymentFacts,
} from './notice.store.js';

/** A notice and how many days after the last one to pay it was paid, or is unpaid today; 0 in time. */
export type TimedNotice = Notice & { readonly daysLate: number };

/** A notice with the month that it is of, and what it is the sum of. */
export type DividedNotice = {
  readonly month: MonthReport;
  readonly notice: TimedNotice;
  readonly parts: readonly NoticePart[];
};

/** Payment and receipt notices (附件 15, 16): issued once, paid by the one province, received by the other. */
@Injectable()
export class NoticeService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Issues all of a month, once for ever. Before the last day to confirm is over, all provinces that pay or are paid must have. Rejects with
   * CLEARING_MONTH_NOT_FOUND or TABLES_NOT_CONFIRMED.
   */
  async issue(
    actor: Actor,
    clearingMonth: string,
  ): Promise<{ readonly month: MonthReport; readonly noticeCount: number }> {
    return this.database.transaction(actor, async (tx) => {
      const { noticedAt } = await existing(tx, clearingMonth);
      const figures = await figuresOf(tx, clearingMonth);
      if (noticedAt === null) await this.refuseUnconfirmed(tx, clearingMonth, figures);
      if (await markNoticed(tx, clearingMonth, this.clock.now())) {
        const notices = noticesIn(figures);
        await insertNotices(tx, clearingMonth, notices);
        await recordStep(tx, actor, 'ISSUE_CLEARING_NOTICES', clearingMonth, NATION, { noticeCount: notices.length });
      }
      return { month: await report(tx, clearingMonth), noticeCount: await countNotices(tx, clearingMonth) };
    });
  }

  /** A province's, those that it pays first. Rejects with CLEARING_MONTH_NOT_FOUND. */
  async list(actor: Actor, clearingMonth: string, province: string): Promise<TimedNotice[]> {
    return this.database.transaction(actor, async (tx) => {
      await existing(tx, clearingMonth);
      const notices = await readNotices(tx, clearingMonth, province);
      const counterparty = (one: Notice): string => (payerOf(one) === province ? payeeOf(one) : payerOf(one));
      const order = (one: Notice): string =>
        `${payerOf(one) === province ? 0 : 1} ${one.isReturn ? 1 : 0} ${counterparty(one)}`;
      return notices
        .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
        .map((notice) => this.timed(clearingMonth, notice));
    });
  }

  /** Rejects with CLEARING_MONTH_NOT_FOUND or NOTICE_NOT_FOUND. */
  async get(actor: Actor, clearingMonth: string, noticeId: string): Promise<DividedNotice> {
    return this.database.transaction(actor, async (tx) => {
      const month = await report(tx, clearingMonth);
      const notice = await findNotice(tx, clearingMonth, noticeId);
      if (!notice) throw new Rejection('NOTICE_NOT_FOUND', { id: noticeId });
      const { insuredProvince, treatingProvince } = notice;
      const { pairs } = await figuresOf(tx, clearingMonth, insuredProvince);
      const pair = pairs.find(({ payer, payee }) => payer === insuredProvince && payee === treatingProvince);
      if (!pair) throw new Error(`notice ${noticeId} of ${clearingMonth} is of a pair without figures`);
      return { month, notice: this.timed(clearingMonth, notice), parts: noticeParts(pair) };
    });
  }

  /** Rejects with NOTICE_NOT_FOUND, PAYMENT_DATE_WRONG or PAYMENT_ARRIVED; what was said already changes nothing. */
  async pay(
    actor: Actor,
    clearingMonth: string,
    province: string,
    noticeId: string,
    facts: PaymentFacts,
  ): Promise<TimedNotice> {
    return this.database.transaction(actor, async (tx) => {
      const [month, notice] = await this.held(tx, clearingMonth, noticeId, (one) => payerOf(one) === province);
      const known = notice.payment;
      if (known !== null && SAME_FACTS.every((name) => known[name] === facts[name]))
        return this.timed(clearingMonth, notice);
      if (known !== null && known.arrivedOn !== null) throw new Rejection('PAYMENT_ARRIVED', { date: known.arrivedOn });
      this.refuseDate(facts.paidOn, businessDateOf(month.noticedAt ?? month.generatedAt));
      await savePayment(tx, clearingMonth, notice, facts);
      await recordStep(tx, actor, 'RECORD_CLEARING_PAYMENT', clearingMonth, province, { noticeId, ...facts });
      return this.timed(clearingMonth, { ...notice, payment: { ...facts, arrivedOn: null } });
    });
  }

  /** Rejects with NOTICE_NOT_FOUND, PAYMENT_NOT_FOUND, PAYMENT_DATE_WRONG or PAYMENT_ARRIVED. */
  async arrive(
    actor: Actor,
    clearingMonth: string,
    province: string,
    noticeId: string,
    arrivedOn: string,
  ): Promise<TimedNotice> {
    return this.database.transaction(actor, async (tx) => {
      const [, notice] = await this.held(tx, clearingMonth, noticeId, (one) => payeeOf(one) === province);
      const { payment } = notice;
      if (payment === null) throw new Rejection('PAYMENT_NOT_FOUND');
      if (payment.arrivedOn === arrivedOn) return this.timed(clearingMonth, notice);
      if (payment.arrivedOn !== null) throw new Rejection('PAYMENT_ARRIVED', { date: payment.arrivedOn });
      this.refuseDate(arrivedOn, payment.paidOn);
      await saveArrival(tx, clearingMonth, notice, arrivedOn);
      await recordStep(tx, actor, 'RECORD_CLEARING_ARRIVAL', clearingMonth, province, { noticeId, arrivedOn });
      return this.timed(clearingMonth, { ...notice, payment: { ...payment, arrivedOn } });
    });
  }

  private async held(
    tx: Tx,
    clearingMonth: string,
    noticeId: string,
    isTheirs: (notice: Notice) => boolean,
  ): Promise<[ClearingMonth, Notice]> {
    const month = await existing(tx, clearingMonth);
    const notice = await lockNotice(tx, clearingMonth, noticeId);
    if (!notice || !isTheirs(notice)) throw new Rejection('NOTICE_NOT_FOUND', { id: noticeId });
    return [month, notice];
  }

  private async refuseUnconfirmed(tx: Tx, clearingMonth: string, { provinces }: MonthlyClearing): Promise<void> {
    const { confirmedBy } = datesOf(clearingMonth);
    if (this.clock.businessDate() > confirmedBy) return;
    const confirmed = new Set((await confirmationsOf(tx, clearingMonth)).map(({ region }) => region));
    const missing = provinces.map(({ region }) => region).filter((region) => !confirmed.has(region));
    if (missing.length > 0)
      throw new Rejection('TABLES_NOT_CONFIRMED', { provinces: missing.join(', '), date: confirmedBy });
  }

  private refuseDate(date: string, from: string): void {
    const until = this.clock.businessDate();
    if (date < from || date > until) throw new Rejection('PAYMENT_DATE_WRONG', { date, from, until });
  }

  private timed(clearingMonth: string, notice: Notice): TimedNotice {
    const paidOn = notice.payment?.paidOn ?? this.clock.businessDate();
    const days = daysSince1970(paidOn) - daysSince1970(datesOf(clearingMonth).paidBy);
    return { ...notice, daysLate: Math.max(days, 0) };
  }
}

const SAME_FACTS = ['bank', 'bankSerial', 'paidOn'] as const;

/** One for each pair that doesn't come to nothing. */
function noticesIn({ pairs }: MonthlyClearing): Omit<Notice, 'payment'>[] {
  return pairs
    .filter(({ totalFen }) => totalFen !== 0n)
    .map(({ payer, payee, totalFen }) => ({
      noticeId: uuidv7(),
      insuredProvince: payer,
      treatingProvince: payee,
      isReturn: totalFen < 0n,
      amountFen: fen(magnitude(totalFen)),
    }));
}
