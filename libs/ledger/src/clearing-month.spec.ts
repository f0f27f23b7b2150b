import { addMonths, daysSince1970 } from '@yiditong/codes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acceptsCostMonth,
  CLEARING_CALENDAR,
  clearingDates,
  nextClearing,
  type ClearingCalendar,
} from './clearing-month.js';
import { increaseDeadline } from './prepayment.js';

/** The State Council's notice for 2026: days off on weekdays, and weekend days worked for them. */
const OFF = [
  '2026-01-01',
  '2026-01-02',
  ...['16', '17', '18', '19', '20', '23'].map((day) => `2026-02-${day}`),
  '2026-04-06',
  '2026-05-01',
  '2026-05-04',
  '2026-05-05',
  '2026-06-19',
  '2026-09-25',
  ...['01', '02', '05', '06', '07'].map((day) => `2026-10-${day}`),
];
const WORKED = ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'];

function isWorkingDay(date: string): boolean {
  // The 1st of January 1970 was a Thursday.
  const weekday = (daysSince1970(date) + 4) % 7;
  return WORKED.includes(date) || (weekday !== 0 && weekday !== 6 && !OFF.includes(date));
}

function addWorkingDays(date: string, days: number): string {
  let day = date;
  for (let left = days; left > 0; left -= isWorkingDay(day) ? 1 : 0)
    day = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
  return day;
}

const month = fc
  .tuple(fc.integer({ min: 2023, max: 2040 }), fc.integer({ min: 1, max: 12 }))
  .map(([year, of]) => `${year}-${String(of).padStart(2, '0')}`);
const after = (of: string, months: number): string => addMonths(`${of}-01`, months).slice(0, 7);

describe('the dates of a cost month', () => {
  it('are those of the regulation for October 2026', () =>
    expect(clearingDates('2026-10', addWorkingDays)).toEqual({
      costMonth: '2026-10',
      reconciledBy: '2026-11-03',
      confirmedByInstitutionsBy: '2026-11-20',
      declaredBy: '2026-11-20',
      generatedOn: '2026-11-21',
      confirmedBy: '2026-11-25',
      noticedBy: '2026-11-30',
      submittedBy: '2026-12-07',
      paidBy: '2026-12-21',
      reportedBy: '2026-12-28',
      sharedInProvinceBy: '2026-12-07',
      nextGeneratedOn: '2026-12-21',
      latestGeneratedOn: '2027-01-21',
      yearClosedBy: '2027-03-31',
    }));

  it.each([
    // Spring Festival lies between the notice and the payment.
    ['2025-12', '2026-01-31', '2026-02-06', '2026-02-27', '2026-03-05', '2026-02-06'],
    // The month of the notice ends in February.
    ['2026-01', '2026-02-28', '2026-03-06', '2026-03-20', '2026-03-27', '2026-03-06'],
    // National Day with its make-up Saturday, the 10th.
    ['2026-08', '2026-09-30', '2026-10-13', '2026-10-27', '2026-11-03', '2026-10-13'],
  ])('of %s follow holidays and make-up days', (costMonth, ...expected) => {
    const dates = clearingDates(costMonth, addWorkingDays);
    const { noticedBy, submittedBy, paidBy, reportedBy, sharedInProvinceBy } = dates;
    expect([noticedBy, submittedBy, paidBy, reportedBy, sharedInProvinceBy]).toEqual(expected);
  });

  it('end in a leap year’s February on the 29th', () =>
    expect(clearingDates('2028-01', addWorkingDays).noticedBy).toBe('2028-02-29'));

  it('come in the order of the steps, and the year of a cost is closed after its last tables', () => {
    fc.assert(
      fc.property(month, (costMonth) => {
        const d = clearingDates(costMonth, addWorkingDays);
        const steps = [
          d.reconciledBy,
          d.declaredBy,
          d.generatedOn,
          d.confirmedBy,
          d.noticedBy,
          d.submittedBy,
          d.paidBy,
          d.reportedBy,
        ];
        expect(steps.toSorted()).toEqual(steps);
        expect([d.latestGeneratedOn, d.yearClosedBy].toSorted()).toEqual([d.latestGeneratedOn, d.yearClosedBy]);
      }),
    );
  });

  it('follow another calendar where one is given', () => {
    const calendar: ClearingCalendar = {
      ...CLEARING_CALENDAR,
      generated: { ...CLEARING_CALENDAR.generated, day: 11 },
      paid: { ...CLEARING_CALENDAR.paid, workingDays: 3 },
    };
    expect(clearingDates('2026-10', addWorkingDays, calendar)).toMatchObject({
      generatedOn: '2026-11-11',
      nextGeneratedOn: '2026-12-11',
      latestGeneratedOn: '2027-01-11',
      paidBy: '2026-12-10',
    });
  });

  it.each(['2026-13', '12026-10', '2026-00', '2026-1', '2026-10-01', '0000-10', ''])('there are none of %j', (wrong) =>
    expect(() => clearingDates(wrong, addWorkingDays)).toThrow(`${wrong} is not a month`),
  );
});

describe('the next clearing', () => {
  it.each([
    ['2026-11-20', '2026-11-21'],
    ['2026-11-21', '2026-12-21'],
    ['2026-11-25', '2026-12-21'],
    ['2026-12-31', '2027-01-21'],
  ])('after %s is on %s', (date, next) => expect(nextClearing(date)).toBe(next));

  it('is what an emergency increase is to be paid before', () =>
    expect(
      increaseDeadline(
        { signedOn: '2026-11-25', noticedOn: '2026-12-01', reviewedOn: null },
        addWorkingDays,
        nextClearing,
      ),
    ).toEqual({
      applyBy: '2026-11-30',
      submitBy: '2026-12-08',
      payBy: '2026-12-22',
      feedbackBy: '2026-12-29',
      nextClearingOn: '2026-12-21',
    }));
});

describe('tables of a month', () => {
  it.each([
    ['2026-10', '2026-10', 'COST_MONTH_TOO_EARLY'],
    ['2026-10', '2026-11', 0],
    ['2026-10', '2026-12', 1],
    ['2026-10', '2027-01', 2],
    ['2026-10', '2027-02', 'COST_MONTH_TOO_LATE'],
    ['2026-10', '2027-03', 'COST_MONTH_TOO_LATE'],
    ['2026-10', '2027-04', 'COST_YEAR_CLOSED'],
    ['2026-12', '2027-01', 0],
    ['2026-12', '2027-03', 2],
    ['2026-12', '2027-04', 'COST_YEAR_CLOSED'],
    ['2027-01', '2027-04', 2],
  ])('of costs of %s, generated in %s: %s', (costMonth, clearingMonth, expected) => {
    const answer = acceptsCostMonth(costMonth, clearingMonth);
    expect(answer.outcome === 'ACCEPTED' ? answer.monthsLate : answer.reason).toBe(expected);
  });

  it('that refuse costs say from when to when they come', () =>
    expect(acceptsCostMonth('2026-10', '2027-02')).toEqual({
      outcome: 'REFUSED',
      reason: 'COST_MONTH_TOO_LATE',
      firstGeneratedOn: '2026-11-21',
      lastGeneratedOn: '2027-01-21',
    }));

  it('include each cost month three times in a row, and the last of these is the latest of its dates', () => {
    fc.assert(
      fc.property(month, (costMonth) => {
        const run = [0, 1, 2, 3, 4].map((months) => acceptsCostMonth(costMonth, after(costMonth, months)).outcome);
        expect(run).toEqual(['REFUSED', 'ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'REFUSED']);
        expect(clearingDates(costMonth, addWorkingDays).latestGeneratedOn).toBe(`${after(costMonth, 3)}-21`);
      }),
    );
  });

  it.each([
    // With ten months of delay, the year's end decides; with tables on the last of a month, those of March are still in time.
    [21, '2027-03-21'],
    [31, '2027-03-31'],
  ])('are closed with the year where more delay is allowed: on day %i until %s', (day, last) => {
    const calendar: ClearingCalendar = {
      ...CLEARING_CALENDAR,
      declared: { ...CLEARING_CALENDAR.declared, mostMonthsLate: 10 },
      generated: { ...CLEARING_CALENDAR.generated, day },
    };
    expect(clearingDates('2026-10', addWorkingDays, calendar).latestGeneratedOn).toBe(last);
    expect(acceptsCostMonth('2026-10', '2027-03', calendar)).toEqual({ outcome: 'ACCEPTED', monthsLate: 4 });
    expect(acceptsCostMonth('2026-10', '2027-04', calendar)).toMatchObject({
      reason: 'COST_YEAR_CLOSED',
      lastGeneratedOn: last,
    });
  });

  it('are of months', () => {
    expect(() => acceptsCostMonth('2026-10-01', '2026-11')).toThrow(RangeError);
    expect(() => acceptsCostMonth('2026-10', '2026-11-21')).toThrow(RangeError);
  });
});
