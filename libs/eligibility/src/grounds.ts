import type { BenefitLevel, EligibilityBasis, FilingCategory } from '@yiditong/codes';
import { agreementFor } from './agreements.js';
import { BENEFIT_LEVEL_OF, isLongTerm, rankOf } from './categories.js';
import { endOfDay } from './business-days.js';
import { covers } from './destinations.js';
import type { Question } from './facts.js';
import type { AgreementRule, FilingRule } from './rules.js';
import type { FilingWindow } from './standing.js';

/** Why a visit is covered, in the order in which a ground is looked at; docs for callers give each in words. */
export const ELIGIBILITY_REASON_CODES = [
  'TWO_WAY_AT_HOME',
  'LATE_FILING',
  'ADMITTED_IN_WINDOW',
  'ONWARD_REFERRAL',
  'FILED',
  'AGREEMENT',
  'EXEMPT_ZONE',
  'EMERGENCY',
] as const;
export type EligibilityReasonCode = (typeof ELIGIBILITY_REASON_CODES)[number];

/** As what a visit is covered. */
export type Covered = {
  readonly covered: true;
  readonly category: FilingCategory;
  readonly benefitLevel: BenefitLevel;
  readonly basis: EligibilityBasis;
  /** The filing that it rests on and the version whose contents count; null where care is deemed filed. */
  readonly filingId: string | null;
  readonly filingVersion: number | null;
  readonly article: string;
  readonly reasonCode: EligibilityReasonCode;
};

/**
 * The ground that decides a visit in another province, or null where there is none. The one rule where several hold: the best benefit
 * level for the person; then a filing before what is deemed filed; then the narrower destination; then the later begin of validity;
 * then the greater id, so that no two are alike.
 */
export function bestGround(
  question: Question,
  held: readonly FilingWindow[],
  rules: readonly FilingRule[],
): Covered | null {
  const { admittedOn, insuredRegion, treatingRegion, emergency } = question;
  const filing = held
    .filter(({ destinationRegion }) => covers(rules, admittedOn, destinationRegion, treatingRegion))
    .toSorted((one, other) => byPreference(one, other, treatingRegion))[0];
  const agreement = agreementFor(rules, admittedOn, insuredRegion, treatingRegion);
  const grounds = [
    filing && filed(filing, held, question),
    agreement && deemedByAgreement(agreement, filing?.category ?? 'OTHER_TEMPORARY'),
    emergency && EMERGENCY,
  ];
  let best: Covered | null = null;
  for (const ground of grounds) {
    // Strictly better: of two grounds alike the earlier one stands.
    if (ground && (!best || rankOf(ground.benefitLevel) < rankOf(best.benefitLevel))) best = ground;
  }
  return best;
}

const EMERGENCY: Covered = {
  covered: true,
  category: 'EMERGENCY',
  benefitLevel: 'EMERGENCY',
  basis: 'EMERGENCY_DEEMED_FILED',
  filingId: null,
  filingVersion: null,
  article: '规程第三十四条',
  reasonCode: 'EMERGENCY',
};

function deemedByAgreement({ benefitLevel, effect }: AgreementRule, category: FilingCategory): Covered {
  return {
    covered: true,
    category,
    benefitLevel,
    basis: 'AGREEMENT_DEEMED_FILED',
    filingId: null,
    filingVersion: null,
    article: '医保发〔2024〕21号',
    reasonCode: effect === 'EXEMPT' ? 'EXEMPT_ZONE' : 'AGREEMENT',
  };
}

function filed(window: FilingWindow, held: readonly FilingWindow[], question: Question): Covered {
  const { category, filingId, version } = window;
  const benefitLevel = BENEFIT_LEVEL_OF[category];
  const found = { covered: true, category, benefitLevel, basis: 'FILED', filingId, filingVersion: version } as const;
  return { ...found, ...whyFiled(window, held, question) };
}

/** First what the cover itself depends on, then what the benefit level does. */
function whyFiled(
  window: FilingWindow,
  held: readonly FilingWindow[],
  { admittedAt, asOf }: Question,
): Pick<Covered, 'reasonCode' | 'article'> {
  if (window.firstActiveAt > admittedAt) return { reasonCode: 'LATE_FILING', article: '通知二(四)' };
  const expired = window.validTo !== null && endOfDay(window.validTo) <= asOf;
  if (expired || window.until !== null) return { reasonCode: 'ADMITTED_IN_WINDOW', article: '规程第十二条' };
  // A long-term filing that covered the place would have won, so the one held is to another place.
  if (window.category === 'REFERRAL' && held.some(({ category }) => isLongTerm(category)))
    return { reasonCode: 'ONWARD_REFERRAL', article: '通知二(五)' };
  return { reasonCode: 'FILED', article: isLongTerm(window.category) ? '通知二(五)' : '通知二(六)' };
}

function byPreference(one: FilingWindow, other: FilingWindow, place: string): number {
  const levels = rankOf(BENEFIT_LEVEL_OF[one.category]) - rankOf(BENEFIT_LEVEL_OF[other.category]);
  if (levels !== 0) return levels;
  const widths = widthOf(one.destinationRegion, place) - widthOf(other.destinationRegion, place);
  return widths === 0 ? laterFirst(one, other) : widths;
}

/** The place itself, its prefecture or a linked place, the whole province. */
function widthOf(destination: string, place: string): number {
  if (destination === place) return 0;
  return destination.endsWith('0000') ? 2 : 1;
}

/** The later begin of validity first, then the greater id. */
export function laterFirst(one: FilingWindow, other: FilingWindow): number {
  if (one.validFrom !== other.validFrom) return one.validFrom > other.validFrom ? -1 : 1;
  if (one.filingId === other.filingId) return other.version - one.version;
  return one.filingId > other.filingId ? -1 : 1;
}
