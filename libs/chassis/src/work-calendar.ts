import chineseDays from 'chinese-days';
import { nextDay } from './clock.js';

// It is CommonJS whose names Node can't find out before it runs: importing them by name works in specs only.
const { getDayDetail, isWorkday } = chineseDays;

/** Whether the State Council's holiday notice for that year is known here; where it isn't, weekends alone count as off. */
export function isYearKnown(year: string): boolean {
  return getDayDetail(`${year}-10-01`).name.includes('国庆节');
}

/** Whether offices work on a business date, with holidays and the make-up days for them (调休). */
export function isWorkingDay(businessDate: string): boolean {
  return isWorkday(businessDate);
}

/** The business date that lies so many working days after another: a term of two working days that begins on a Friday ends on Tuesday. */
export function workingDaysAfter(businessDate: string, days: number): string {
  let date = businessDate;
  for (let left = days; left > 0; left -= isWorkingDay(date) ? 1 : 0) date = nextDay(date);
  return date;
}
