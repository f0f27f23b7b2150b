import {
  destinationCovers,
  LONG_TERM_CATEGORIES,
  provinceOf,
  type BenefitLevel,
  type EligibilityBasis,
  type FilingCategory,
  type Reason,
} from '@yiditong/codes';

/** A filing as far as eligibility depends on it. Dates are business dates, YYYY-MM-DD. */
export type FiledStay = {
  readonly filingId: string;
  readonly category: FilingCategory;
  readonly destinationRegion: string;
  readonly validFrom: string;
  /** The last day, or null for an open-ended filing. */
  readonly validTo: string | null;
};

/** A visit to be judged. The filings are those recorded at the time of asking, which covers late filing before discharge (补办, 通知 二(四)). */
export type Visit = {
  readonly insuredRegion: string;
  readonly treatingRegion: string;
  readonly emergency: boolean;
  /** The business date of admission or visit; discharge does not matter (art. 12). */
  readonly admittedOn: string;
  readonly filings: readonly FiledStay[];
};

export type Eligibility =
  | {
      readonly covered: true;
      readonly category: FilingCategory;
      readonly benefitLevel: BenefitLevel;
      readonly basis: EligibilityBasis;
      readonly filingId: string | null;
      readonly article: string;
    }
  | { readonly covered: false; readonly reason: Reason };

/** Regions whose care is deemed filed among themselves, at the local standard, from a date on. */
const AGREEMENTS = [{ name: '京津冀', provinces: ['110000', '120000', '130000'], from: '2023-04-01' }] as const;

const LEVEL_BY_CATEGORY: Record<FilingCategory, BenefitLevel> = {
  RETIREE_RESETTLED: 'LOCAL',
  LONG_TERM_RESIDENT: 'LOCAL',
  LONG_TERM_WORKER: 'LOCAL',
  REFERRAL: 'REFERRAL',
  EMERGENCY: 'EMERGENCY',
  OTHER_TEMPORARY: 'OTHER_TEMPORARY',
};

/**
 * Decides one visit. Where several grounds hold, the one best for the person decides: a long-term
 * filing, a regional agreement, a referral, an emergency (art. 34 deems filed only who has not filed),
 * and last another temporary stay.
 */
export function decideEligibility(visit: Visit): Eligibility {
  if (provinceOf(visit.insuredRegion) === provinceOf(visit.treatingRegion))
    return { covered: false, reason: 'NOT_CROSS_PROVINCE' };
  const inForce = visit.filings.filter((filing) => isInForce(filing, visit));

  const longTerm = inForce.find((filing) => LONG_TERM_CATEGORIES.includes(filing.category));
  if (longTerm) return filed(longTerm, '通知二(五)');

  if (agreementHolds(visit)) {
    return {
      covered: true,
      category: inForce[0]?.category ?? 'OTHER_TEMPORARY',
      benefitLevel: 'LOCAL',
      basis: 'AGREEMENT_DEEMED_FILED',
      filingId: null,
      article: '医保发〔2024〕21号',
    };
  }

  const referral = inForce.find((filing) => filing.category === 'REFERRAL');
  if (referral) return filed(referral, '通知二(六)');

  if (visit.emergency) {
    return {
      covered: true,
      category: 'EMERGENCY',
      benefitLevel: 'EMERGENCY',
      basis: 'EMERGENCY_DEEMED_FILED',
      filingId: null,
      article: '规程第三十四条',
    };
  }

  const temporary = inForce[0];
  return temporary ? filed(temporary, '通知二(六)') : { covered: false, reason: 'FILING_REQUIRED' };
}

function isInForce(filing: FiledStay, visit: Visit): boolean {
  const begun = filing.validFrom <= visit.admittedOn;
  const notEnded = filing.validTo === null || visit.admittedOn <= filing.validTo;
  return begun && notEnded && destinationCovers(filing.destinationRegion, visit.treatingRegion);
}

function filed(filing: FiledStay, article: string): Eligibility {
  return {
    covered: true,
    category: filing.category,
    benefitLevel: LEVEL_BY_CATEGORY[filing.category],
    basis: 'FILED',
    filingId: filing.filingId,
    article,
  };
}

function agreementHolds(visit: Visit): boolean {
  const parties = [provinceOf(visit.insuredRegion), provinceOf(visit.treatingRegion)];
  return AGREEMENTS.some(
    ({ provinces, from }) =>
      visit.admittedOn >= from && parties.every((party) => (provinces as readonly string[]).includes(party)),
  );
}
