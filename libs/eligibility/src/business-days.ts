import { addMonths } from '@yiditong/codes';
import type { Instant } from './facts.js';

const DAY_MILLIS = 86_400_000;
/** China keeps UTC+8 all year. */
const SHANGHAI_OFFSET_MILLIS = 8 * 3_600_000;

/** The business date before one, YYYY-MM-DD. */
export function dayBefore(date: string): string {
  const day = Number(date.slice(8));
  if (day > 1) return `${date.slice(0, 8)}${String(day - 1).padStart(2, '0')}`;
  // A month back from a 31st is that month's last day.
  return addMonths(`${date.slice(0, 8)}31`, -1);
}

/** The first instant that no longer belongs to a business date in Asia/Shanghai. */
export function endOfDay(date: string): Instant {
  return (daysSince1970(date) + 1) * DAY_MILLIS - SHANGHAI_OFFSET_MILLIS;
}

/** Counts years from March, so that the leap day is the last of its year. */
function daysSince1970(date: string): number {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const marchYear = month <= 2 ? year - 1 : year;
  const monthFromMarch = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return 365 * marchYear + leapDays + dayOfYear - 719_468;
}
