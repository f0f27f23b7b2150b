import { addMonths } from './code-formats.js';

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
  return 365 * marchYear + leapDays + dayOfYear - 719_468;
}
