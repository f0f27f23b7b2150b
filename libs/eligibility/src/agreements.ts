import { destinationCovers, provinceOf } from '@yiditong/codes';
import { rankOf } from './categories.js';
import { rulesInForce, type AgreementRule, type FilingRule } from './rules.js';

/**
 * The regional agreement under which care of a person insured in one division counts as filed in another (视同备案), or needs no
 * filing (免备案), on a business date; null where there is none (医保发〔2024〕21号). Each division has to lie in the area of some
 * party, and the two in different provinces. Of several agreements the one with the best benefit level, then the first by name.
 */
export function agreementFor(
  rules: readonly FilingRule[],
  on: string,
  insuredRegion: string,
  treatingRegion: string,
): AgreementRule | null {
  if (provinceOf(insuredRegion) === provinceOf(treatingRegion)) return null;
  const found = rulesInForce(rules, 'AGREEMENT', on).filter(
    ({ parties }) => isParty(parties, insuredRegion) && isParty(parties, treatingRegion),
  );
  return found.toSorted(byBenefit)[0] ?? null;
}

function isParty(parties: readonly string[], region: string): boolean {
  return parties.some((party) => destinationCovers(party, region));
}

function byBenefit(one: AgreementRule, other: AgreementRule): number {
  const levels = rankOf(one.benefitLevel) - rankOf(other.benefitLevel);
  return levels === 0 ? compareText(one.name, other.name) : levels;
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
