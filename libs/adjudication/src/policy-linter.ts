import { BENEFIT_LEVELS, HOSPITAL_LEVELS, ITEM_CLASSES, PERSON_TYPES_OF, type VisitKind } from '@yiditong/codes';
import {
  compareRates,
  formatRate,
  parseRate,
  subtractRates,
  ZERO_FEN,
  ZERO_RATE,
  type Fen,
  type Rate,
} from '@yiditong/money';
import { choose, holds, type Circumstances, type PartCircumstances } from './choice.js';
import type { PolicyDocument } from './policy-document.js';
import type { Layer, VisitRule } from './policy.js';
import { adjustRatio } from './ratio.js';

/** 通知 二(六): how many points the ratio may lie below that of the same hospital level at home. */
const MOST_POINTS = [
  ['REFERRAL', '10%'],
  ['EMERGENCY', '10%'],
  ['OTHER_TEMPORARY', '20%'],
] as const;

/** What is wrong with a policy's content, or null: the sentence names the place and the rule or article. */
export function problemOf(policy: PolicyDocument): string | null {
  if (policy.validTo !== null && policy.validTo < policy.validFrom) return 'validTo: before validFrom';
  if (policy.benefitYear.crossYear === 'BY_NIGHTS') return 'benefitYear.crossYear: BY_NIGHTS can’t be computed yet';
  if (!policy.visits.INPATIENT) return 'visits: INPATIENT is missing';
  for (const [kind, rule] of Object.entries(policy.visits) as [VisitKind, VisitRule][]) {
    const problem = limitProblem(`visits.${kind}.bands`, rule.bands) ?? ratioProblem(policy, kind, rule);
    if (problem !== null) return problem;
  }
  const yearly = policy.layers.filter(({ base }) => base === 'YEAR_SELF_PAY').map(({ fund }) => fund);
  if (new Set(yearly).size < yearly.length) return 'layers: a fund has more than one layer of the whole year';
  for (const [index, layer] of policy.layers.entries()) {
    const problem = limitProblem(`layers.${index}.bands`, layer.bands) ?? layerProblem(policy, layer, index);
    if (problem !== null) return problem;
  }
  return null;
}

function limitProblem(path: string, bands: readonly { readonly upToFen: Fen | null }[]): string | null {
  if (bands.at(-1)?.upToFen !== null) return `${path}: the last band must be open-ended`;
  const limits = bands.slice(0, -1).map(({ upToFen }) => upToFen);
  const rising = limits.every((limit, index) => limit !== null && limit > (limits[index - 1] ?? ZERO_FEN));
  return rising ? null : `${path}: limits must rise`;
}

/** Every person at every hospital has a ratio in every band, and care away from home isn't paid further below it than the article allows. */
function ratioProblem(policy: PolicyDocument, kind: VisitKind, rule: VisitRule): string | null {
  for (const [index, band] of rule.bands.entries()) {
    const path = `visits.${kind}.bands.${index}`;
    for (const [of, part] of circumstancesOf(policy, kind)) {
      const ratioAt = (benefitLevel: Circumstances['benefitLevel']): Rate | null => {
        const there = { ...of, benefitLevel };
        const ratio = choose(band.ratio, there, part);
        return ratio && adjustRatio(ratio, policy.adjustments, there, part).ratio;
      };
      const [who, local] = [`${of.personType}, ${of.hospitalLevel}`, ratioAt('LOCAL')];
      if (local === null || BENEFIT_LEVELS.some((level) => ratioAt(level) === null))
        return `${path}: a ratio is missing for ${who}`;
      for (const [level, points] of MOST_POINTS) {
        const less = subtractRates(local, ratioAt(level) ?? ZERO_RATE);
        if (!isException(policy, level) && compareRates(less, parseRate(points) ?? ZERO_RATE) > 0)
          return `${path}: for ${level} ${formatRate(less)} less than at home (${who}), where 通知 二(六) allows ${points}`;
      }
    }
  }
  return null;
}

/** Everybody whom a layer pays for has a ratio in each of its bands. */
function layerProblem(policy: PolicyDocument, layer: Layer, index: number): string | null {
  const kinds = Object.keys(policy.visits) as VisitKind[];
  const lacking = kinds
    .flatMap((kind) => circumstancesOf(policy, kind))
    .flatMap(([of]) => BENEFIT_LEVELS.map((benefitLevel) => ({ ...of, benefitLevel })))
    .find((of) => holds(layer.when, of) && layer.bands.some(({ ratio }) => choose(ratio, of) === null));
  return lacking
    ? `layers.${index}.bands: a ratio is missing for ${lacking.personType}, ${lacking.hospitalLevel}`
    : null;
}

/** An exception says why in its note, and which text allows it in its source. */
function isException({ adjustments }: PolicyDocument, level: Circumstances['benefitLevel']): boolean {
  return adjustments.some(({ when, exception }) => exception && (when.benefitLevels?.includes(level) ?? true));
}

function circumstancesOf(
  { insurance }: PolicyDocument,
  visitKind: VisitKind,
): (readonly [Circumstances, PartCircumstances])[] {
  return PERSON_TYPES_OF[insurance].flatMap((personType) =>
    HOSPITAL_LEVELS.flatMap((hospitalLevel) =>
      ITEM_CLASSES.slice(0, 2).map((itemClass) => {
        const known = { visitKind, personType, hospitalLevel, benefitLevel: 'LOCAL', place: 'OTHER_PROVINCE' } as const;
        const unknown = { age: null, personTags: [], hospitalTags: [], diseaseCode: null } as const;
        return [
          { ...known, ...unknown, settledBy: 'DIRECT', visitNumber: 1 },
          { itemClass, itemKind: null, unitPriceFen: null },
        ] as const;
      }),
    ),
  );
}
