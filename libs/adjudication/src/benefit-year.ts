import { daysSince1970 } from '@yiditong/codes';
import type { BenefitYear } from './policy.js';

/** The benefit year that a business date (YYYY-MM-DD) lies in, by the calendar year in which it began. */
export function benefitYearOf({ startsOn }: Pick<BenefitYear, 'startsOn'>, onDate: string): number {
  const year = Number(onDate.slice(0, 4));
  return onDate.slice(5) < startsOn ? year - 1 : year;
}

/** The first day of a benefit year. */
export function firstDayOf({ startsOn }: Pick<BenefitYear, 'startsOn'>, benefitYear: number): string {
  return `${benefitYear}-${startsOn}`;
}

/** The nights between two business dates: none within a day. */
export function nightsBetween(from: string, to: string): number {
  return daysSince1970(to) - daysSince1970(from);
}
