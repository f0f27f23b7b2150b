import { addMonths } from './code-formats.js';

/** From 1 March of the year 0. */
const DAYS_BEFORE_1970 = 719_468;
const DAYS_IN_400_YEARS = 146_097;

/** The day before one, YYYY-MM-DD. */
export function dayBefore(date: string): string {
  const day = Number(date.slice(8));
  if (day > 1) return `${date.slice(0, 8)}${String(day - 1).padStart(2, '0')}`;
  // A month back from a 31st is that month's last day.
  return addMonths(`${date.slice(0, 8)}31`, -1);
}

/** Days of the Gregorian calendar. Counts years from March, so that the leap day is the last of its year. */
export function daysSince1970(date: string): number {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const marchYear = month <= 2 ? year - 1 : year;
  const monthFromMarch = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return 365 * marchYear + leapDays + dayOfYear - DAYS_BEFORE_1970;
}

/** The date, YYYY-MM-DD, that many days after another, or before it where days is negative. */
export function addDays(date: string, days: number): string {
  const day = daysSince1970(date) + days + DAYS_BEFORE_1970;
  const cycle = Math.floor(day / DAYS_IN_400_YEARS);
  const ofCycle = day - cycle * DAYS_IN_400_YEARS;
  // Each fourth year is a day longer, save the hundredth, save the four hundredth.
  const leapDays = Math.floor(ofCycle / 1460) - Math.floor(ofCycle / 36_524) + Math.floor(ofCycle / 146_096);
  const year = Math.floor((ofCycle - leapDays) / 365);
  const ofYear = ofCycle - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const monthFromMarch = Math.floor((5 * ofYear + 2) / 153);
  const marchFirst = `${String(cycle * 400 + year).padStart(4, '0')}-03-01`;
  const dayOfMonth = ofYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  return `${addMonths(marchFirst, monthFromMarch).slice(0, 8)}${String(dayOfMonth).padStart(2, '0')}`;
}
