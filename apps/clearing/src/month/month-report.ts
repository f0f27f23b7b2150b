import { appendAudit, workingDaysAfter, type Actor, type AuditAction, type Tx } from '@yiditong/chassis';
import { addMonths, Rejection } from '@yiditong/codes';
import {
  acceptsCostMonth,
  CLEARING_CALENDAR,
  clearingDates,
  monthlyClearing,
  type ClearingDates,
  type MonthlyClearing,
} from '@yiditong/ledger';
import { clearedDays, findMonth, readLines, uncleared, type ClearedDays, type ClearingMonth } from './month.store.js';

/** A month's clearing and where it stands. */
export type MonthReport = ClearingMonth & {
  readonly days: ClearedDays;
  /** Closed days that no tables may have any more. */
  readonly refusedDates: readonly string[];
  readonly dates: ClearingDates;
};

/** Rejects with CLEARING_MONTH_NOT_FOUND. */
export async function existing(tx: Tx, clearingMonth: string): Promise<ClearingMonth> {
  const month = await findMonth(tx, clearingMonth);
  if (!month) throw new Rejection('CLEARING_MONTH_NOT_FOUND', { month: clearingMonth });
  return month;
}

/** Rejects with CLEARING_MONTH_NOT_FOUND. */
export async function report(tx: Tx, clearingMonth: string): Promise<MonthReport> {
  const month = await existing(tx, clearingMonth);
  const waiting = await uncleared(tx, `${clearingMonth}-01`);
  return {
    ...month,
    days: await clearedDays(tx, clearingMonth),
    refusedDates: waiting.filter((date) => date < earliestDay(clearingMonth)),
    dates: datesOf(clearingMonth),
  };
}

/** All that the caller sees of a month, or of it what a province is a party to. */
export async function figuresOf(
  tx: Tx,
  clearingMonth: string,
  province: string | null = null,
): Promise<MonthlyClearing> {
  const lines = await readLines(tx, clearingMonth, province);
  return monthlyClearing(lines.map((line) => ({ ...line, kind: 'COST' })));
}

/** Until when each step is due. The tables of a month are, above all, of the costs of the month before. */
export function datesOf(clearingMonth: string): ClearingDates {
  return clearingDates(addMonths(`${clearingMonth}-01`, -1).slice(0, 7), workingDaysAfter);
}

export async function recordStep(
  tx: Tx,
  actor: Actor,
  action: AuditAction,
  clearingMonth: string,
  province: string,
  after: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await appendAudit(tx, actor, { province, action, objectType: 'clearing_month', objectId: clearingMonth, after });
}

/** The first day that a month's tables may have: of the last month before that isn't too late (规程 art. 50). */
export function earliestDay(clearingMonth: string): string {
  const months = Array.from({ length: CLEARING_CALENDAR.declared.mostMonthsLate + 1 }, (_, back) =>
    addMonths(`${clearingMonth}-01`, -1 - back),
  ).filter((first) => acceptsCostMonth(first.slice(0, 7), clearingMonth).outcome === 'ACCEPTED');
  return months.at(-1) ?? `${clearingMonth}-01`;
}
