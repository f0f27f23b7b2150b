import {
  addMonths,
  isFilingDestination,
  LONG_TERM_CATEGORIES,
  provinceOf,
  type FilingCategory,
  type Reason,
} from '@yiditong/codes';

/** 通知 二(三): a temporary filing lasts at least six months in principle. */
const TEMPORARY_MONTHS = 6;

type Proposal = {
  readonly insuredRegion: string;
  readonly category: FilingCategory;
  readonly destinationRegion: string;
  readonly validFrom: string;
  readonly validTo: string | null;
};

/** Why a filing can't be registered, or null. Checked in this order: category (art. 8), destination (art. 11), period (art. 10). */
export function refusalOf(proposal: Proposal): Reason | null {
  if (proposal.category === 'EMERGENCY') return 'FILING_EMERGENCY_NOT_REGISTRABLE';
  if (!isFilingDestination(proposal.destinationRegion)) return 'FILING_DESTINATION_INVALID';
  if (provinceOf(proposal.destinationRegion) === provinceOf(proposal.insuredRegion)) return 'FILING_SAME_PROVINCE';
  const longTerm = LONG_TERM_CATEGORIES.includes(proposal.category);
  if (longTerm) return proposal.validTo === null ? null : 'FILING_PERIOD_INVALID';
  const lastsLongEnough =
    proposal.validTo !== null && proposal.validTo >= addMonths(proposal.validFrom, TEMPORARY_MONTHS);
  return lastsLongEnough ? null : 'FILING_PERIOD_INVALID';
}
