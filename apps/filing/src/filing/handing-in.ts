import { workingDaysAfter } from '@yiditong/chassis';
import { provinceOf, Rejection, type FilingCategory } from '@yiditong/codes';
import {
  covers,
  lockedUntilOf,
  MATERIALS,
  outcomeOfSubmission,
  owedOf,
  policyOf,
  refusalOfProposal,
  type FilingRule,
} from '@yiditong/eligibility';
import type { FilingRow, Material } from './filing.entity.js';

/** 规程第九条: what is filed online is done within two working days. */
export const REVIEW_DAYS = 2;

/** The rules, and the business date on which they are asked. */
export type Terms = { readonly rules: readonly FilingRule[]; readonly today: string };

/** Rejects with the reason why a filing can't be made as it is proposed. */
export function requireProposable(filing: FilingRow, { rules, today }: Terms): void {
  const refusal = refusalOfProposal({ ...filing, today }, rules);
  if (refusal) throw new Rejection(refusal.reason, refusal.params);
  const bedside = filing.institutionCode?.slice(1, 7);
  if (bedside !== undefined && !covers(rules, filing.validFrom, filing.destinationRegion, bedside))
    throw new Rejection('FILING_DESTINATION_INVALID', { region: filing.destinationRegion });
}

export type HandedIn = { readonly event: 'SUBMIT' | 'ACCEPT'; readonly changes: Partial<FilingRow> };

/**
 * What becomes of a filing that is handed in with the papers and the pledge that it has: in force at once, or waiting for its
 * review (规程第八条、第九条). Rejects with the reason why it can't be handed in.
 */
export function handIn(filing: FilingRow, terms: Terms): HandedIn {
  requireProposable(filing, terms);
  const kinds = filing.materials.map(({ kind }) => kind);
  const outcome = outcomeOfSubmission({ ...filing, materials: kinds });
  if (outcome === 'SUBMITTED')
    return { event: 'SUBMIT', changes: { reviewDueOn: workingDaysAfter(terms.today, REVIEW_DAYS), pledged: false } };
  if (outcome !== 'ACTIVE') throw new Rejection(outcome.reason, outcome.params);
  const pledged = mayPledge(filing.category) && filing.pledged;
  const owed = pledged ? owedOf(filing.category, kinds) : [];
  return { event: 'ACCEPT', changes: { ...inForce(filing, terms), pledged, owed } };
}

/** What a filing has from the moment on in which it takes effect. Nobody gets round the lock-in by beginning in the past. */
export function inForce(filing: FilingRow, { rules, today }: Terms): Pick<FilingRow, 'lockedUntil'> {
  const { category, validFrom, insuredRegion } = filing;
  const from = validFrom > today ? validFrom : today;
  return { lockedUntil: lockedUntilOf(category, from, policyOf(rules, provinceOf(insuredRegion), from)) };
}

export function mayPledge(category: FilingCategory): boolean {
  return MATERIALS[category].pledgePossible;
}

/** What was handed in before and now, each paper once. */
export function merged(before: readonly Material[], now: readonly Material[]): readonly Material[] {
  const added = now.filter(
    ({ kind, digest }) => !before.some((paper) => paper.kind === kind && paper.digest === digest),
  );
  return [...before, ...added];
}
