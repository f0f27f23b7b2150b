import type { BenefitYear } from './policy.js';

/** The benefit year that a business date (YYYY-MM-DD) lies in, by the calendar year in which it began. */
export function benefitYearOf({ startsOn }: BenefitYear, onDate: string): number {
  const year = Number(onDate.slice(0, 4));
  return onDate.slice(5) < startsOn ? year - 1 : year;
}
