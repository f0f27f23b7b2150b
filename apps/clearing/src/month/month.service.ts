import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  nationalActor,
  workingDaysAfter,
  type Actor,
  type AuditAction,
  type Tx,
} from '@yiditong/chassis';
import { addMonths, NATION, Rejection } from '@yiditong/codes';
import {
  acceptsCostMonth,
  CLEARING_CALENDAR,
  clearingDates,
  monthlyClearing,
  type ClearingDates,
  type MonthlyClearing,
  type ProvinceClearing,
} from '@yiditong/ledger';
import { ZERO_FEN } from '@yiditong/money';
import {
  clearedDays,
  confirmationsOf,
  findMonth,
  insertConfirmation,
  insertLines,
  insertMonth,
  readCounts,
  readLines,
  takeDays,
  uncleared,
  type ClearedDays,
  type ClearingCount,
  type ClearingLine,
  type ClearingMonth,
} from './month.store.js';

const ACTOR = nationalActor('monthly-clearing');

/** A month's clearing and where it stands. */
export type MonthReport = ClearingMonth & {
  readonly days: ClearedDays;
  /** Closed days that no tables may have any more. */
  readonly refusedDates: readonly string[];
  readonly dates: ClearingDates;
};
export type ProvinceReport = ProvinceClearing & { readonly confirmedAt: Date | null };

/**
 * Monthly clearing (月度清算): on the 21st the tables are generated, once, from the closed days that no earlier tables have; by the 25th each
 * province confirms its own. docs/monthly-clearing.md tells the story.
 */
@Injectable()
export class MonthService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** What is due by now: this month's tables from the 21st on, and last month's where nobody was there then to generate them. */
  async generateDue(): Promise<void> {
    const today = this.clock.businessDate();
    const [thisMonth, lastMonth] = [today.slice(0, 7), addMonths(today, -1).slice(0, 7)];
    const missed = await this.database.transaction(
      ACTOR,
      async (tx) => (await acceptable(tx, lastMonth)).length > 0 && (await findMonth(tx, lastMonth)) === null,
    );
    if (missed) await this.generate(ACTOR, lastMonth);
    if (today >= generatedOn(thisMonth)) await this.generate(ACTOR, thisMonth);
  }

  /**
   * Generates this month's tables, or last month's; what is generated stays. Rejects with CLEARING_MONTH_TOO_EARLY, or CLEARING_MONTH_NOT_FOUND for
   * an older month that never was.
   */
  async generate(actor: Actor, clearingMonth: string): Promise<MonthReport> {
    const date = generatedOn(clearingMonth);
    const isLate = clearingMonth < addMonths(this.clock.businessDate(), -1).slice(0, 7);
    if (this.clock.businessDate() < date)
      throw new Rejection('CLEARING_MONTH_TOO_EARLY', { month: clearingMonth, date });
    return this.database.transaction(actor, async (tx) => {
      if (!isLate && (await insertMonth(tx, clearingMonth, this.clock.now()))) {
        await takeDays(tx, clearingMonth, earliestDay(clearingMonth));
        await insertLines(tx, clearingMonth);
        const { days } = await report(tx, clearingMonth);
        await recordStep(tx, actor, 'GENERATE_CLEARING_MONTH', clearingMonth, NATION, { ...days });
      }
      return report(tx, clearingMonth);
    });
  }

  /** The provinces that the caller sees: the nation all that pay or are paid, a bureau its own. Rejects with CLEARING_MONTH_NOT_FOUND. */
  async get(
    actor: Actor,
    clearingMonth: string,
  ): Promise<{ readonly month: MonthReport; readonly provinces: readonly ProvinceReport[] }> {
    return this.database.transaction(actor, async (tx) => {
      const month = await report(tx, clearingMonth);
      const { provinces } = await figuresOf(tx, clearingMonth);
      const confirmed = new Map((await confirmationsOf(tx, clearingMonth)).map((one) => [one.region, one.confirmedAt]));
      const seen = actor.role === 'bureau' ? [ownOf(actor.region, provinces)] : provinces;
      return { month, provinces: seen.map((one) => ({ ...one, confirmedAt: confirmed.get(one.region) ?? null })) };
    });
  }

  /** What a province's tables are made of. Rejects with CLEARING_MONTH_NOT_FOUND. */
  async tables(
    actor: Actor,
    clearingMonth: string,
    province: string,
  ): Promise<{ readonly lines: readonly ClearingLine[]; readonly counts: readonly ClearingCount[] }> {
    return this.database.transaction(actor, async (tx) => {
      await existing(tx, clearingMonth);
      const lines = await readLines(tx, clearingMonth, province);
      return { lines, counts: await readCounts(tx, clearingMonth, province) };
    });
  }

  /** When the province confirmed its tables: now, or what it said first. Rejects with CLEARING_MONTH_NOT_FOUND. */
  async confirm(actor: Actor, clearingMonth: string, province: string): Promise<Date> {
    return this.database.transaction(actor, async (tx) => {
      await existing(tx, clearingMonth);
      if (await insertConfirmation(tx, clearingMonth, province, this.clock.now()))
        await recordStep(tx, actor, 'CONFIRM_CLEARING_TABLES', clearingMonth, province);
      const own = (await confirmationsOf(tx, clearingMonth)).find(({ region }) => region === province);
      if (!own) throw new Error(`the confirmation of ${clearingMonth} by ${province} is gone`);
      return own.confirmedAt;
    });
  }
}

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

/** All that the caller sees of a month. */
export async function figuresOf(tx: Tx, clearingMonth: string): Promise<MonthlyClearing> {
  const lines = await readLines(tx, clearingMonth, null);
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

/** A province that neither pays nor is paid has figures too: nothing. */
function ownOf(region: string, provinces: readonly ProvinceClearing[]): ProvinceClearing {
  return provinces.find((one) => one.region === region) ?? { region, payableFen: ZERO_FEN, receivableFen: ZERO_FEN };
}

function generatedOn(clearingMonth: string): string {
  return datesOf(clearingMonth).generatedOn;
}

/** The first day that a month's tables may have: of the last month before that isn't too late (规程 art. 50). */
function earliestDay(clearingMonth: string): string {
  const months = Array.from({ length: CLEARING_CALENDAR.declared.mostMonthsLate + 1 }, (_, back) =>
    addMonths(`${clearingMonth}-01`, -1 - back),
  ).filter((first) => acceptsCostMonth(first.slice(0, 7), clearingMonth).outcome === 'ACCEPTED');
  return months.at(-1) ?? `${clearingMonth}-01`;
}

/** Closed days that a month's tables may have and no others do. */
async function acceptable(tx: Tx, clearingMonth: string): Promise<string[]> {
  return (await uncleared(tx, `${clearingMonth}-01`)).filter((date) => date >= earliestDay(clearingMonth));
}
