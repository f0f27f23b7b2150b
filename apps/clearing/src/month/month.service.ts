import { Injectable } from '@nestjs/common';
import { Clock, Database, nationalActor, type Actor, type Tx } from '@yiditong/chassis';
import { addMonths, NATION, Rejection } from '@yiditong/codes';
import type { PairTotal, ProvinceClearing } from '@yiditong/ledger';
import { ZERO_FEN } from '@yiditong/money';
import { datesOf, earliestDay, existing, figuresOf, recordStep, report, type MonthReport } from './month-report.js';
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
  type ClearingCount,
  type ClearingLine,
} from './month.store.js';

const ACTOR = nationalActor('monthly-clearing');

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
        const days = await clearedDays(tx, clearingMonth);
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

  /** What the nation's table is made of. Rejects with CLEARING_MONTH_NOT_FOUND. */
  async nationalTable(
    actor: Actor,
    clearingMonth: string,
  ): Promise<{ readonly month: MonthReport; readonly pairs: readonly PairTotal[] }> {
    return this.database.transaction(actor, async (tx) => {
      const month = await report(tx, clearingMonth);
      return { month, pairs: (await figuresOf(tx, clearingMonth)).pairs };
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

/** A province that neither pays nor is paid has figures too: nothing. */
function ownOf(region: string, provinces: readonly ProvinceClearing[]): ProvinceClearing {
  return provinces.find((one) => one.region === region) ?? { region, payableFen: ZERO_FEN, receivableFen: ZERO_FEN };
}

function generatedOn(clearingMonth: string): string {
  return datesOf(clearingMonth).generatedOn;
}

/** Closed days that a month's tables may have and no others do. */
async function acceptable(tx: Tx, clearingMonth: string): Promise<string[]> {
  return (await uncleared(tx, `${clearingMonth}-01`)).filter((date) => date >= earliestDay(clearingMonth));
}
