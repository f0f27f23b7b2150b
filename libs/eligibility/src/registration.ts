import {
  addMonths,
  dayBefore,
  FILING_CATEGORIES,
  MATERIAL_NAMES,
  provinceOf,
  type BenefitLevel,
  type FilingCategory,
  type FilingSource,
  type MaterialKind,
} from '@yiditong/codes';
import { agreementFor } from './agreements.js';
import { BENEFIT_LEVEL_OF, isLongTerm, rankOf } from './categories.js';
import { destinationFor, isFilingDestination } from './destinations.js';
import type { Refusal } from './lifecycle.js';
import { policyOf, type AgreementRule, type FilingRule, type ProvincePolicyRule } from './rules.js';

export type MaterialsOf = {
  /** Any one of these is enough; none where the form and the credential are. */
  readonly anyOf: readonly MaterialKind[];
  /** 承诺制: 个人承诺书 (附件2) stands in for the papers, which are then owed. */
  readonly pledgePossible: boolean;
};

/** 规程第八条: what each category hands in besides the form and the credential. */
export const MATERIALS: Readonly<Record<FilingCategory, MaterialsOf>> = {
  RETIREE_RESETTLED: { anyOf: ['HOUSEHOLD_REGISTER'], pledgePossible: true },
  LONG_TERM_RESIDENT: { anyOf: ['RESIDENCE_PROOF'], pledgePossible: true },
  LONG_TERM_WORKER: {
    anyOf: ['DISPATCH_CERTIFICATE', 'EMPLOYER_CERTIFICATE', 'EMPLOYMENT_CONTRACT'],
    pledgePossible: true,
  },
  REFERRAL: { anyOf: ['REFERRAL_CERTIFICATE'], pledgePossible: false },
  EMERGENCY: { anyOf: [], pledgePossible: false },
  OTHER_TEMPORARY: { anyOf: [], pledgePossible: false },
};

/** Which papers are still missing, of which any one is enough; empty where nothing is. */
export function owedOf(category: FilingCategory, materials: readonly MaterialKind[]): readonly MaterialKind[] {
  const { anyOf } = MATERIALS[category];
  return anyOf.some((kind) => materials.includes(kind)) ? [] : anyOf;
}

export type Submission = {
  readonly category: FilingCategory;
  readonly materials: readonly MaterialKind[];
  readonly pledged: boolean;
  readonly source: FilingSource;
};

/**
 * What becomes of a filing that is handed in (规程第八条、第九条). It is in force at once with a pledge, where nothing is owed by its
 * category, or where a bureau has the papers before it; papers handed in online or by an institution are reviewed first.
 * A pledge where the category owes nothing is of no effect.
 */
export function outcomeOfSubmission(submission: Submission): 'ACTIVE' | 'SUBMITTED' | Refusal {
  const { category, materials, pledged, source } = submission;
  if (category === 'EMERGENCY') return { reason: 'FILING_EMERGENCY_NOT_REGISTRABLE', params: {} };
  const { anyOf, pledgePossible } = MATERIALS[category];
  if (anyOf.length === 0 || (pledged && pledgePossible)) return 'ACTIVE';
  const owed = owedOf(category, materials);
  if (owed.length === 0) return source === 'BUREAU' || source === 'IMPORT' ? 'ACTIVE' : 'SUBMITTED';
  if (pledged) return { reason: 'FILING_PLEDGE_NOT_POSSIBLE', params: {} };
  return { reason: 'FILING_MATERIALS_MISSING', params: { anyOf: owed.map(nameOf).join('、') } };
}

function nameOf(kind: MaterialKind): string {
  const { zh, en } = MATERIAL_NAMES[kind];
  return `${zh} ${en}`;
}

export type Proposal = {
  readonly insuredRegion: string;
  readonly category: FilingCategory;
  readonly destinationRegion: string;
  /** Business dates. */
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly today: string;
};

/**
 * Why a filing can't be registered, or null. In this order: category (规程第八条), destination (规程第十一条), same province, an
 * agreement that makes it needless, period (规程第十条, 通知二(三)).
 */
export function refusalOfProposal(proposal: Proposal, rules: readonly FilingRule[]): Refusal | null {
  const { insuredRegion, category, destinationRegion, validFrom } = proposal;
  if (category === 'EMERGENCY') return { reason: 'FILING_EMERGENCY_NOT_REGISTRABLE', params: {} };
  if (!isFilingDestination(rules, validFrom, destinationRegion))
    return { reason: 'FILING_DESTINATION_INVALID', params: { region: destinationRegion } };
  if (provinceOf(destinationRegion) === provinceOf(insuredRegion))
    return { reason: 'FILING_SAME_PROVINCE', params: {} };
  const agreement = agreementInstead(proposal, rules);
  if (agreement) return { reason: 'FILING_NOT_NEEDED', params: { agreement: agreement.name } };
  const { temporaryMonths } = policyOf(rules, provinceOf(insuredRegion), validFrom);
  return periodHolds(proposal, temporaryMonths)
    ? null
    : { reason: 'FILING_PERIOD_INVALID', params: { months: String(temporaryMonths) } };
}

/** A long-term resident may file all the same: the filing gives benefits at home too (通知二(五)), which an agreement doesn't. */
function agreementInstead(proposal: Proposal, rules: readonly FilingRule[]): AgreementRule | null {
  const { insuredRegion, category, destinationRegion, validFrom, validTo } = proposal;
  if (isLongTerm(category)) return null;
  const found = agreementFor(rules, validFrom, insuredRegion, destinationRegion);
  // An agreement that ends before the filing would, or pays less, leaves something to file for.
  const last = agreementFor(rules, validTo ?? validFrom, insuredRegion, destinationRegion);
  const enough = [found, last].every(
    (agreement) => agreement && rankOf(agreement.benefitLevel) <= rankOf(BENEFIT_LEVEL_OF[category]),
  );
  return enough ? found : null;
}

function periodHolds({ category, validFrom, validTo, today }: Proposal, temporaryMonths: number): boolean {
  const withinAYear = addMonths(today, -12) <= validFrom && validFrom <= addMonths(today, 12);
  if (!withinAYear) return false;
  if (isLongTerm(category)) return validTo === null;
  return validTo !== null && validTo >= lastDayOf(validFrom, temporaryMonths);
}

/** The last day of so many whole months: both the first and the last day count, so six from 1 December end on 31 May. */
function lastDayOf(validFrom: string, months: number): string {
  return dayBefore(addMonths(validFrom, months));
}

/**
 * The last business date on which a long-term filing can't be changed or cancelled, or null (规程第十条, 通知二(三)). It counts from the
 * first day of validity, or from the day on which the filing takes effect where that is later.
 */
export function lockedUntilOf(category: FilingCategory, from: string, policy: ProvincePolicyRule): string | null {
  if (!isLongTerm(category) || policy.lockInMonths <= 0) return null;
  return lastDayOf(from, policy.lockInMonths);
}

export type Wish = {
  readonly insuredRegion: string;
  /** Any division. */
  readonly treatingPlace: string;
  /** The day of admission, or today; a business date. */
  readonly validFrom: string;
  readonly today: string;
};

/** A way to file. */
export type FilingOption = MaterialsOf & {
  readonly category: FilingCategory;
  /** It takes effect at once, without a pledge. */
  readonly immediate: boolean;
  /** The shortest last day of a temporary filing; null for a long-term one. */
  readonly earliestValidTo: string | null;
  /** The last day of the lock-in, or null. */
  readonly lockedUntil: string | null;
  readonly benefitLevel: BenefitLevel;
  readonly article: string;
};

/** The categories that could be filed for care at a place, best benefit first among those of art. 7; empty where none could. */
export function filingOptions(wish: Wish, rules: readonly FilingRule[]): FilingOption[] {
  const { insuredRegion, treatingPlace, validFrom, today } = wish;
  const destinationRegion = destinationFor(rules, validFrom, treatingPlace);
  if (destinationRegion === null) return [];
  const policy = policyOf(rules, provinceOf(insuredRegion), validFrom);
  // Nobody gets round the lock-in by beginning in the past: it runs from when the filing takes effect.
  const from = validFrom > today ? validFrom : today;
  const lockedUntil = (category: FilingCategory): string | null =>
    lockedUntilOf(category, from, policyOf(rules, provinceOf(insuredRegion), from));
  return FILING_CATEGORIES.flatMap((category) => {
    const validTo = isLongTerm(category) ? null : lastDayOf(validFrom, policy.temporaryMonths);
    const refusal = refusalOfProposal({ insuredRegion, category, destinationRegion, validFrom, validTo, today }, rules);
    return refusal ? [] : [optionOf(category, validTo, lockedUntil(category))];
  });
}

function optionOf(category: FilingCategory, earliestValidTo: string | null, lockedUntil: string | null): FilingOption {
  return {
    ...MATERIALS[category],
    category,
    immediate: MATERIALS[category].anyOf.length === 0,
    earliestValidTo,
    lockedUntil,
    benefitLevel: BENEFIT_LEVEL_OF[category],
    article: isLongTerm(category) ? '通知二(五)' : '通知二(六)',
  };
}
