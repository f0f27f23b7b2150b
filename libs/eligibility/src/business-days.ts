import { daysSince1970 } from '@yiditong/codes';
import type { Instant } from './facts.js';

const DAY_MILLIS = 86_400_000;
/** China keeps UTC+8 all year. */
const SHANGHAI_OFFSET_MILLIS = 8 * 3_600_000;

/** The first instant that no longer belongs to a business date in Asia/Shanghai. */
export function endOfDay(date: string): Instant {
  return (daysSince1970(date) + 1) * DAY_MILLIS - SHANGHAI_OFFSET_MILLIS;
}
