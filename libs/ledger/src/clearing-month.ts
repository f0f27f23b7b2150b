import { addMonths } from '@yiditong/codes';

/** A day of a month, counted from the cost month; the last one where a month has no such day. */
export type MonthTerm = { readonly article: number; readonly monthsAfter: number; readonly day: number };

/** Working days from the day after another step. */
export type WorkingDayTerm = { readonly article: number; readonly workingDays: number };

/** When each step of a month's clearing is due, with the article of the 规程 that says so. */
export type ClearingCalendar = {
  /** The insured province has reconciled all settlements of the month. */
  readonly reconciled: MonthTerm;
  /** The treating agencies have confirmed the costs with their institutions. */
  readonly confirmedByInstitutions: MonthTerm;
  /** The treating province has declared the costs. Also how many months it may be late. */
  readonly declared: MonthTerm & { readonly mostMonthsLate: number };
  /** The tables (附件 14) are generated, whatever day of the week it is. */
  readonly generated: MonthTerm;
  /** Every province has confirmed its tables. */
  readonly confirmed: MonthTerm;
  /** Payment and receipt notices (附件 15, 16) are out. */
  readonly noticed: MonthTerm;
  /** To the payer's finance department, from the notice. */
  readonly submitted: WorkingDayTerm;
  /** From the department's review. */
  readonly paid: WorkingDayTerm;
  /** Arrival reported, from the payment. */
  readonly reported: WorkingDayTerm;
  /** Collected from and paid out to the pooling areas, from the notice. */
  readonly sharedInProvince: WorkingDayTerm;
  /** The last month of the following year in which costs of a year are cleared. */
  readonly yearClosed: { readonly article: number; readonly month: number };
};

export const CLEARING_CALENDAR: ClearingCalendar = {
  reconciled: { article: 38, monthsAfter: 1, day: 3 },
  confirmedByInstitutions: { article: 40, monthsAfter: 1, day: 20 },
  declared: { article: 50, monthsAfter: 1, day: 20, mostMonthsLate: 2 },
  generated: { article: 46, monthsAfter: 1, day: 21 },
  confirmed: { article: 46, monthsAfter: 1, day: 25 },
  noticed: { article: 47, monthsAfter: 1, day: 31 },
  submitted: { article: 48, workingDays: 5 },
  paid: { article: 48, workingDays: 10 },
  reported: { article: 48, workingDays: 5 },
  sharedInProvince: { article: 49, workingDays: 5 },
  yearClosed: { article: 50, month: 3 },
};

/** Until when each step of a cost month is due, YYYY-MM-DD; the day itself is in time. Steps are those of {@link ClearingCalendar}. */
export type ClearingDates = {
  /** YYYY-MM. */
  readonly costMonth: string;
  readonly reconciledBy: string;
  readonly confirmedByInstitutionsBy: string;
  readonly declaredBy: string;
  readonly generatedOn: string;
  readonly confirmedBy: string;
  readonly noticedBy: string;
  readonly submittedBy: string;
  readonly paidBy: string;
  readonly reportedBy: string;
  readonly sharedInProvinceBy: string;
  /** In principle the money is there before the next tables are generated (art. 48). That may be earlier than the last day to pay. */
  readonly nextGeneratedOn: string;
  /** The last tables that may still include a cost of the month (art. 50). */
  readonly latestGeneratedOn: string;
  readonly yearClosedBy: string;
};

/**
 * The dates of a cost month. Terms in working days begin on the day after the step before: each is counted from the last day of that step,
 * and a review by the finance department (art. 48) is taken to end on the day of the submission, as it has no term of its own. Throws a
 * RangeError where the month is none.
 */
export function clearingDates(
  costMonth: string,
  addWorkingDays: (date: string, days: number) => string,
  calendar: ClearingCalendar = CLEARING_CALENDAR,
): ClearingDates {
  refuseOther(costMonth);
  const noticedBy = dayOf(costMonth, calendar.noticed);
  const submittedBy = addWorkingDays(noticedBy, calendar.submitted.workingDays);
  const paidBy = addWorkingDays(submittedBy, calendar.paid.workingDays);
  return {
    costMonth,
    reconciledBy: dayOf(costMonth, calendar.reconciled),
    confirmedByInstitutionsBy: dayOf(costMonth, calendar.confirmedByInstitutions),
    declaredBy: dayOf(costMonth, calendar.declared),
    generatedOn: dayOf(costMonth, calendar.generated),
    confirmedBy: dayOf(costMonth, calendar.confirmed),
    noticedBy,
    submittedBy,
    paidBy,
    reportedBy: addWorkingDays(paidBy, calendar.reported.workingDays),
    sharedInProvinceBy: addWorkingDays(noticedBy, calendar.sharedInProvince.workingDays),
    nextGeneratedOn: dayOf(addMonths(`${costMonth}-01`, 1), calendar.generated),
    latestGeneratedOn: latestGenerated(costMonth, calendar),
    yearClosedBy: yearClosed(costMonth, calendar),
  };
}

/** The first day after a date (YYYY-MM-DD) on which tables are generated. */
export function nextClearing(date: string, calendar: ClearingCalendar = CLEARING_CALENDAR): string {
  const ofMonth = dayOf(date, { ...calendar.generated, monthsAfter: 0 });
  return ofMonth > date ? ofMonth : dayOf(date, { ...calendar.generated, monthsAfter: 1 });
}

export type CostMonthAnswer =
  /** 0 where it comes in the first tables that it can be in. */
  | { readonly outcome: 'ACCEPTED'; readonly monthsLate: number }
  | {
      readonly outcome: 'REFUSED';
      /** Not declared yet; its year is closed; more than the months that a cost may be late. In this order. */
      readonly reason: 'COST_MONTH_TOO_EARLY' | 'COST_YEAR_CLOSED' | 'COST_MONTH_TOO_LATE';
      /** The first and the last day on which tables with this cost month are generated. */
      readonly firstGeneratedOn: string;
      readonly lastGeneratedOn: string;
    };

/**
 * Whether the tables that are generated in a month may include costs of another, both YYYY-MM: from the month after on, at most two months
 * late, and in any case by the end of March of the following year (规程 art. 50). A refund or deduction stays a matter of the month of the cost
 * that it corrects, but ask for it by the month in which it is made: refunds go on after clearing and into other years (art. 42). Throws a
 * RangeError where a month is none.
 */
export function acceptsCostMonth(
  costMonth: string,
  clearingMonth: string,
  calendar: ClearingCalendar = CLEARING_CALENDAR,
): CostMonthAnswer {
  refuseOther(costMonth);
  refuseOther(clearingMonth);
  const generatedOn = dayOf(clearingMonth, { ...calendar.generated, monthsAfter: 0 });
  const firstGeneratedOn = dayOf(costMonth, calendar.generated);
  const lastGeneratedOn = latestGenerated(costMonth, calendar);
  const refused = (reason: Extract<CostMonthAnswer, { outcome: 'REFUSED' }>['reason']): CostMonthAnswer => ({
    outcome: 'REFUSED',
    reason,
    firstGeneratedOn,
    lastGeneratedOn,
  });
  if (generatedOn < firstGeneratedOn) return refused('COST_MONTH_TOO_EARLY');
  if (generatedOn > yearClosed(costMonth, calendar)) return refused('COST_YEAR_CLOSED');
  if (generatedOn > lastGeneratedOn) return refused('COST_MONTH_TOO_LATE');
  return { outcome: 'ACCEPTED', monthsLate: monthIndex(generatedOn) - monthIndex(firstGeneratedOn) };
}

function latestGenerated(costMonth: string, calendar: ClearingCalendar): string {
  const { generated, declared } = calendar;
  const latest = dayOf(costMonth, { ...generated, monthsAfter: generated.monthsAfter + declared.mostMonthsLate });
  const closed = yearClosed(costMonth, calendar);
  return latest <= closed ? latest : dayOf(closed, { ...generated, monthsAfter: 0 });
}

function yearClosed(costMonth: string, { yearClosed: { month } }: ClearingCalendar): string {
  return addMonths(`${costMonth.slice(0, 4)}-01-31`, 11 + month);
}

/** `month` is any text that begins with YYYY-MM. */
function dayOf(month: string, { monthsAfter, day }: Pick<MonthTerm, 'monthsAfter' | 'day'>): string {
  const first = addMonths(`${month.slice(0, 7)}-01`, monthsAfter);
  return addMonths(`${first.slice(0, 8)}${String(day).padStart(2, '0')}`, 0);
}

function monthIndex(date: string): number {
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7));
}

function refuseOther(month: string): void {
  if (!/^(?!0000)\d{4}-(?:0[1-9]|1[0-2])$/.test(month)) throw new RangeError(`${month} is not a month`);
}
