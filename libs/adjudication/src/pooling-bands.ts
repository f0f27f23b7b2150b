import { BENEFIT_LEVELS, HOSPITAL_LEVELS, ITEM_CLASSES, PERSON_TYPES, VISIT_KINDS } from '@yiditong/codes';
import { formatRate } from '@yiditong/money';
import { askedBy, whensOf, type Asked } from './asked.js';
import type { RatioBand } from './bands.js';
import { chooseFigure, PLACES, type Circumstances, type PartCircumstances } from './choice.js';
import type { Words } from './explanation.js';
import type { Policy, VisitRule } from './policy.js';
import { adjustRatio } from './ratio.js';

export type PoolingBand = RatioBand & { readonly source: string; readonly words: Words };

type Known = {
  readonly asked: Asked;
  /** Those that a rule mentions: others tell nothing apart. */
  readonly tags: ReadonlySet<string>;
  readonly bands: Map<number | string, readonly PoolingBand[] | null>;
};

/** What a policy's ratios come to in the circumstances that have been met, which is asked for with every claim. */
const knownPolicies = new WeakMap<Policy, Known>();
/** Circumstances can be as many as hospitals and persons are various. */
const KNOWN_AT_MOST = 10_000;

/** The bands of a kind of visit as they are paid in these circumstances; null where the policy has no ratio for them. */
export function bandsFor(
  of: Circumstances,
  part: PartCircumstances,
  policy: Policy,
  rule: VisitRule,
): readonly PoolingBand[] | null {
  const known = knownOf(policy);
  const { bands } = known;
  const key = keyFor(of, part, known);
  const found = bands.get(key);
  if (found !== undefined) return found;
  if (bands.size >= KNOWN_AT_MOST) bands.clear();
  const made = makeBands(of, part, policy, rule);
  bands.set(key, made);
  return made;
}

function knownOf(policy: Policy): Known {
  const found = knownPolicies.get(policy);
  if (found !== undefined) return found;
  const tags = whensOf(policy).flatMap((when) => [...(when.personTags ?? []), ...(when.hospitalTags ?? [])]);
  const empty: Known = { asked: askedBy(policy), tags: new Set(tags), bands: new Map() };
  knownPolicies.set(policy, empty);
  return empty;
}

/** A number for what every claim says, to which a policy that asks for more adds it: putting texts together is what costs here. */
function keyFor(of: Circumstances, part: PartCircumstances, { asked, tags }: Known): number | string {
  let key = VISIT_KINDS.indexOf(of.visitKind);
  key = key * PERSON_TYPES.length + PERSON_TYPES.indexOf(of.personType);
  key = key * HOSPITAL_LEVELS.length + HOSPITAL_LEVELS.indexOf(of.hospitalLevel);
  key = key * BENEFIT_LEVELS.length + BENEFIT_LEVELS.indexOf(of.benefitLevel);
  key = key * PLACES.length + PLACES.indexOf(of.place);
  key = key * 2 + (of.settledBy === 'DIRECT' ? 0 : 1);
  key = key * (ITEM_CLASSES.length + 1) + (part.itemClass === null ? 0 : ITEM_CLASSES.indexOf(part.itemClass) + 1);
  const { age, personTags, hospitalTags, diseaseCodes, visitNumber, itemKinds, unitPrice } = asked;
  if (!(age || personTags || hospitalTags || diseaseCodes || visitNumber || itemKinds || unitPrice)) return key;
  const asking = [
    age ? of.age : '',
    diseaseCodes ? of.diseaseCode : '',
    visitNumber ? of.visitNumber : '',
    itemKinds ? part.itemKind : '',
    unitPrice ? part.unitPriceFen : '',
  ].join(' ');
  const mentioned = (held: readonly string[]): string[] => held.filter((tag) => tags.has(tag)).toSorted();
  const told = JSON.stringify([
    personTags ? mentioned(of.personTags) : [],
    hospitalTags ? mentioned(of.hospitalTags) : [],
  ]);
  return `${key} ${asking} ${told}`;
}

/** Null where the policy has no ratio for these circumstances. */
function makeBands(of: Circumstances, part: PartCircumstances, policy: Policy, rule: VisitRule): PoolingBand[] | null {
  const bands: PoolingBand[] = [];
  for (const { upToFen, ratio, source } of rule.bands) {
    const chosen = chooseFigure(ratio, of, part);
    if (chosen === null) return null;
    const adjusted = adjustRatio(chosen.value, policy.adjustments, of, part);
    const sources = [...new Set([chosen.source ?? source, ...adjusted.sources])].join('；');
    const percent = formatRate(adjusted.ratio);
    const words = {
      zh: `统筹基金按 ${percent} 支付${adjusted.words.zh}`,
      en: `The pooling fund pays ${percent}${adjusted.words.en}`,
    };
    bands.push({ upToFen, ratio: adjusted.ratio, source: sources, words });
  }
  return bands;
}
