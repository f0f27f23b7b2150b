import { BENEFIT_LEVELS, LONG_TERM_CATEGORIES, type BenefitLevel, type FilingCategory } from '@yiditong/codes';

/** 跨省异地长期居住人员: the first three categories of 规程第七条. */
export function isLongTerm(category: FilingCategory): boolean {
  return LONG_TERM_CATEGORIES.includes(category);
}

/** The standard that each category is paid by: 通知二(五) for long-term residents, 通知二(六) for temporary stays, 规程第三十四条. */
export const BENEFIT_LEVEL_OF: Readonly<Record<FilingCategory, BenefitLevel>> = {
  RETIREE_RESETTLED: 'LOCAL',
  LONG_TERM_RESIDENT: 'LOCAL',
  LONG_TERM_WORKER: 'LOCAL',
  REFERRAL: 'REFERRAL',
  EMERGENCY: 'EMERGENCY',
  OTHER_TEMPORARY: 'OTHER_TEMPORARY',
};

/**
 * How good a level is for the person: 0 is the best. 通知二(六) lets referral and emergency fall by up to 10 points and other stays
 * by up to 20; between referral and emergency, referral is held the better, for a province may tighten only the other.
 */
export function rankOf(level: BenefitLevel): number {
  return BENEFIT_LEVELS.indexOf(level);
}
