import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  decideOnce,
  type Actor,
  type AuditEntry,
  type AuditFacts,
  type Tx,
} from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { ConfirmedRow, MonthConfirmation, MonthExtract, MonthRow, Span } from './ledger.entity.js';
import { confirmationOf, digestOfMonth, isOver, monthRows, refusalOfConfirmation, spanOfMonth } from './month.js';
import { extractedRows, findExtract, insertExtract, type MonthOf } from './month-extract.store.js';
import { entriesOf, insertConfirmation, withdrawConfirmation } from './month.store.js';

export type MonthPage = { readonly rows: readonly MonthRow[]; readonly total: number; readonly digest: string };
export type Receipt = { readonly confirmed: number; readonly disputed: number; readonly digest: string };

type Extract = Pick<MonthExtract, 'totalRows' | 'digest'>;
type Message = { readonly institutionCode: string; readonly messageId: string; readonly month: string };

/**
 * 异地清分: a hospital takes over what a month came to and says whether it agrees. A month is extracted once, when it is first asked for
 * after its end: rows, numbers and digest are the same for ever, and a page costs what it has and not what the month has.
 */
@Injectable()
export class MonthService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** 3260, from a row number on. Rejects with MONTH_NOT_OVER. */
  async list(
    actor: Actor,
    institutionCode: string,
    month: string,
    page: { readonly startRow: number; readonly limit: number },
  ): Promise<MonthPage> {
    const span = this.spanOf(month);
    return this.database.transaction(actor, async (tx) => {
      const { totalRows, digest } = await this.extract(tx, actor, { institutionCode, month }, span);
      const rows = await extractedRows(tx, { institutionCode, month }, page);
      const facts = { institutionCode, first: page.startRow, count: rows.length };
      await appendAudit(tx, actor, recordOf(actor, 'LIST_SETTLEMENTS', month, facts));
      return { rows, total: totalRows, digest };
    });
  }

  /**
   * 3261, once per message: every row of the month, as it was given out. Rejects with MONTH_NOT_OVER, MONTH_DIFFERS, MONTH_INCOMPLETE or
   * MONTH_CONFIRMED, after which the message may be sent again.
   */
  async confirm(actor: Actor, message: Message, confirmed: readonly ConfirmedRow[]): Promise<Receipt> {
    const { institutionCode, month } = message;
    const span = this.spanOf(month);
    return this.once(actor, message, { confirmed }, async (tx) => {
      const { digest: monthDigest } = await this.extract(tx, actor, message, span);
      const rows = await extractedRows(tx, message, { startRow: 1, limit: null });
      const refusal = refusalOfConfirmation(rows, confirmed);
      if (refusal) throw new Rejection(refusal.reason, refusal.params);
      const of = { ...message, treatingProvince: actor.region, monthDigest, confirmedAt: this.clock.now() };
      const confirmation = confirmationOf(of, confirmed);
      await insertConfirmation(tx, confirmation);
      const receipt = receiptOf(confirmation);
      const facts = { institutionCode, messageId: message.messageId, ...receipt };
      await appendAudit(tx, actor, recordOf(actor, 'CONFIRM_MONTH', month, facts));
      return receipt;
    });
  }

  /** 3262, once per message. Rejects with MONTH_NOT_CONFIRMED. */
  async withdraw(actor: Actor, message: Message, originalMessageId: string): Promise<void> {
    const { institutionCode, messageId, month } = message;
    await this.once(actor, message, { originalMessageId }, async (tx) => {
      const withdrawn = await withdrawConfirmation(tx, { ...message, originalMessageId, at: this.clock.now() });
      if (!withdrawn) throw new Rejection('MONTH_NOT_CONFIRMED');
      const facts = { institutionCode, messageId, originalMessageId };
      await appendAudit(tx, actor, recordOf(actor, 'WITHDRAW_MONTH', month, facts));
      return {};
    });
  }

  /** Of two at once the loser waits for the winner's. A month without rows is not kept: there is nothing to number. */
  private async extract(tx: Tx, actor: Actor, of: MonthOf, span: Span): Promise<Extract> {
    const kept = await findExtract(tx, of);
    if (kept) return kept;
    const { institutionCode, month } = of;
    const rows = monthRows(await entriesOf(tx, institutionCode, span));
    const [totalRows, digest] = [rows.length, digestOfMonth(rows)];
    if (totalRows === 0) return { totalRows, digest };
    const made = { institutionCode, month, treatingProvince: actor.region, totalRows, digest };
    if (await insertExtract(tx, { ...made, extractedAt: this.clock.now() }, rows)) return made;
    const first = await findExtract(tx, of);
    if (!first) throw new Error('a month that was just extracted is not there');
    return first;
  }

  private spanOf(month: string): Span {
    const span = spanOfMonth(month);
    if (!isOver(span, this.clock.now())) throw new Rejection('MONTH_NOT_OVER');
    return span;
  }

  private once<T>(actor: Actor, message: Message, said: object, decide: (tx: Tx) => Promise<T>): Promise<T> {
    const { institutionCode, messageId, month } = message;
    const write = { scope: institutionCode, region: actor.region, key: messageId, body: { month, ...said } };
    return this.database.transaction(actor, (tx) => decideOnce(tx, write, () => decide(tx)));
  }
}

function receiptOf({ confirmed, disputedIds, digest }: MonthConfirmation): Receipt {
  return { confirmed, disputed: disputedIds.length, digest };
}

function recordOf({ region }: Actor, action: AuditEntry['action'], month: string, after: AuditFacts): AuditEntry {
  return { province: region, action, objectType: 'month', objectId: month, after };
}
