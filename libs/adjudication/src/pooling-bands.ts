import { formatRate } from '@yiditong/money';
import type { RatioBand } from './bands.js';
import { choose, type Circumstances, type PartCircumstances } from './choice.js';
import type { Policy, VisitRule } from './policy.js';
import { adjustRatio } from './ratio.js';

export type PoolingBand = RatioBand & { readonly source: string; readonly textZh: string };

type BandsBy = Map<string, PoolingBand[] | null>;

/** What a policy's ratios come to in the circumstances that have been met, which is asked for with every claim. */
const known = new WeakMap<Policy, BandsBy>();
/** Circumstances can be as many as hospitals and persons are various. */
const KNOWN_AT_MOST = 10_000;

/** The bands of a kind of visit as they are paid in these circumstances; null where the policy has no ratio for them. */
export function bandsFor(
  of: Circumstances,
  part: PartCircumstances,
  policy: Policy,
  rule: VisitRule,
): PoolingBand[] | null {
  const {
    visitKind,
    personType,
    age,
    personTags,
    hospitalLevel,
    hospitalTags,
    benefitLevel,
    settledBy,
    place,
    diseaseCode,
  } = of;
  const whole = `${visitKind} ${personType} ${age} ${hospitalLevel} ${benefitLevel} ${settledBy} ${place} ${diseaseCode} ${of.visitNumber}`;
  const tags = personTags.length + hospitalTags.length === 0 ? '' : JSON.stringify([personTags, hospitalTags]);
  const key = `${whole} ${part.itemClass} ${part.itemKind} ${part.unitPriceFen} ${tags}`;
  const bands: BandsBy = known.get(policy) ?? new Map();
  if (bands.size === 0) known.set(policy, bands);
  const found = bands.get(key);
  if (found !== undefined) return found;
  if (bands.size >= KNOWN_AT_MOST) bands.clear();
  const made = makeBands(of, part, policy, rule);
  bands.set(key, made);
  return made;
}

/** Null where the policy has no ratio for these circumstances. */
function makeBands(of: Circumstances, part: PartCircumstances, policy: Policy, rule: VisitRule): PoolingBand[] | null {
  const bands: PoolingBand[] = [];
  for (const { upToFen, ratio, source } of rule.bands) {
    const chosen = choose(ratio, of, part);
    if (chosen === null) return null;
    const adjusted = adjustRatio(chosen, policy.adjustments, of, part);
    const sources = [...new Set([source, ...adjusted.sources])].join('；');
    const textZh = `统筹基金按 ${formatRate(adjusted.ratio)} 支付${adjusted.textZh}`;
    bands.push({ upToFen, ratio: adjusted.ratio, source: sources, textZh });
  }
  return bands;
}
