import {
  provinceOf,
  type BenefitLevel,
  type EligibilityBasis,
  type FilingCategory,
  type VisitKind,
} from '@yiditong/codes';
import { agreementFor } from './agreements.js';
import { BENEFIT_LEVEL_OF, rankOf } from './categories.js';
import { diseaseClassOf, uncovered, type Uncovered } from './prerequisites.js';
import { rulesInForce, type FilingRule } from './rules.js';

/** A visit of nobody in particular: what somebody would do who asks what it would cost. */
export type ModelVisit = {
  readonly insuredRegion: string;
  readonly treatingRegion: string;
  /** A business date. */
  readonly on: string;
  readonly visitKind: VisitKind;
  /** 门慢特病种; null where it isn't said. */
  readonly diseaseCode: string | null;
  /** As what it would be filed; EMERGENCY is deemed filed; null where nothing would be. */
  readonly category: FilingCategory | null;
};

/** By which standard such a visit is paid. Without a basis it is not settled directly: the person pays all of it and claims by hand. */
export type ModelCover = {
  readonly covered: true;
  readonly benefitLevel: BenefitLevel;
  readonly basis: Exclude<EligibilityBasis, 'TWO_WAY_AT_HOME'> | null;
};

/** What an unfiled stay is paid as, where the home area pays a claim by hand at all (通知二(六)). */
const UNFILED: ModelCover = { covered: true, benefitLevel: 'OTHER_TEMPORARY', basis: null };

/**
 * How a visit would be covered if all were as the asker says: of his filing, an agreement between the two places and an emergency the
 * best level for the person, as a real visit is decided. Says nothing of whether he is insured or may file so.
 */
export function coverOfModelVisit(visit: ModelVisit, rules: readonly FilingRule[]): ModelCover | Uncovered {
  const { insuredRegion, treatingRegion, on, category } = visit;
  if (provinceOf(insuredRegion) === provinceOf(treatingRegion)) return uncovered('NOT_CROSS_PROVINCE', '规程第二条');
  const agreement = agreementFor(rules, on, insuredRegion, treatingRegion);
  const grounds: (ModelCover | null)[] = [
    filed(category),
    agreement && { covered: true, benefitLevel: agreement.benefitLevel, basis: 'AGREEMENT_DEEMED_FILED' },
    category === 'EMERGENCY' ? { covered: true, benefitLevel: 'EMERGENCY', basis: 'EMERGENCY_DEEMED_FILED' } : null,
  ];
  let best: ModelCover | null = null;
  for (const ground of grounds)
    if (ground && (!best || rankOf(ground.benefitLevel) < rankOf(best.benefitLevel))) best = ground;
  if (best === null) return UNFILED;
  return isOpened(visit, rules) ? best : uncovered('DISEASE_NOT_OPENED', '医保办发〔2024〕19号');
}

function filed(category: FilingCategory | null): ModelCover | null {
  if (category === null || category === 'EMERGENCY') return null;
  return { covered: true, benefitLevel: BENEFIT_LEVEL_OF[category], basis: 'FILED' };
}

/** Whether the disease is opened for direct settlement; one that isn't said may be. */
function isOpened({ visitKind, diseaseCode, on }: ModelVisit, rules: readonly FilingRule[]): boolean {
  if (visitKind !== 'CHRONIC' || diseaseCode === null) return true;
  const diseaseClass = diseaseClassOf(diseaseCode);
  return rulesInForce(rules, 'OPENED_DISEASE', on).some((rule) => rule.class === diseaseClass);
}
