import { PERSON_TYPES_OF, type BenefitLevel, type VisitKind } from '@yiditong/codes';
import {
  compareRates,
  formatRate,
  formatYuan,
  parseRate,
  subtractRates,
  ZERO_FEN,
  ZERO_RATE,
  type Fen,
  type Rate,
} from '@yiditong/money';
import { whensIn } from './asked.js';
import { choose, holds, type Choice } from './choice.js';
import { casesOf, mentionedIn, type Mentioned, type ModelCase } from './mentioned.js';
import type { PolicyDocument } from './policy-document.js';
import { exampleProblem } from './policy-examples.js';
import type { Layer, VisitRule } from './policy.js';
import { adjustRatio } from './ratio.js';

/** 通知 二(六): how many points the ratio may lie below that of the same hospital level at home. */
const MOST_POINTS: Readonly<Record<BenefitLevel, string | null>> = {
  LOCAL: null,
  REFERRAL: '10%',
  EMERGENCY: '10%',
  OTHER_TEMPORARY: '20%',
};

/** What is wrong with a policy's content, or null: the sentence names the place and the rule or article. */
export function problemOf(policy: PolicyDocument): string | null {
  if (policy.validTo !== null && policy.validTo < policy.validFrom) return 'validTo: before validFrom';
  const { crossYear, crossYearDeductible } = policy.benefitYear;
  if (crossYear === 'WHOLE' && crossYearDeductible !== 'ONCE')
    return 'benefitYear.crossYearDeductible: only where a stay is divided BY_NIGHTS';
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
  return exampleProblem(policy);
}

function limitProblem(path: string, bands: readonly { readonly upToFen: Fen | null }[]): string | null {
  if (bands.at(-1)?.upToFen !== null) return `${path}: the last band must be open-ended`;
  const limits = bands.slice(0, -1).map(({ upToFen }) => upToFen);
  const rising = limits.every((limit, index) => limit !== null && limit > (limits[index - 1] ?? ZERO_FEN));
  return rising ? null : `${path}: limits must rise`;
}

/** Everybody has a ratio in every band, and care away from home isn't paid further below it than the article allows. */
function ratioProblem(policy: PolicyDocument, kind: VisitKind, rule: VisitRule): string | null {
  const persons = PERSON_TYPES_OF[policy.insurance];
  for (const [index, { ratio }] of rule.bands.entries()) {
    const path = `visits.${kind}.bands.${index}`;
    const mentioned = mentionedIn(whensIn(ratio));
    const lacking = casesOf(kind, persons, mentioned, 'COMBINED').find((each) => choose(ratio, each, each) === null);
    if (lacking) return `${path}: a ratio is missing for ${nameOf(lacking, mentioned)}`;
    const problem = articleProblem(policy, kind, ratio);
    if (problem !== null) return `${path}: ${problem}`;
  }
  return null;
}

/** Of direct settlement in another province alone: of a claim by hand the article says nothing. */
function articleProblem(policy: PolicyDocument, kind: VisitKind, ratio: Choice<Rate>): string | null {
  const { adjustments, insurance } = policy;
  const changing = adjustments.flatMap((each) => [each.when, ...('ratio' in each ? whensIn(each.ratio) : [])]);
  const mentioned = mentionedIn([...whensIn(ratio), ...changing], adjustments);
  const paidIn = (each: ModelCase): Rate =>
    adjustRatio(choose(ratio, each, each) ?? ZERO_RATE, adjustments, each, each).ratio;
  for (const away of casesOf(kind, PERSON_TYPES_OF[insurance], mentioned, 'ONE_BY_ONE')) {
    const points = MOST_POINTS[away.benefitLevel];
    if (points === null || away.settledBy !== 'DIRECT' || away.place !== 'OTHER_PROVINCE') continue;
    const less = subtractRates(paidIn({ ...away, benefitLevel: 'LOCAL', place: 'HOME_AREA' }), paidIn(away));
    if (compareRates(less, parseRate(points) ?? ZERO_RATE) <= 0 || isException(policy, away)) continue;
    const who = nameOf(away, mentioned);
    return `for ${away.benefitLevel} ${formatRate(less)} less than at home (${who}), where 通知 二(六) allows ${points}`;
  }
  return null;
}

/** Everybody whom a layer pays for has a ratio in each of its bands. */
function layerProblem({ visits, insurance }: PolicyDocument, { when, bands }: Layer, index: number): string | null {
  const mentioned = mentionedIn([when, ...bands.flatMap(({ ratio }) => whensIn(ratio))]);
  const lacking = (Object.keys(visits) as VisitKind[])
    .flatMap((kind) => casesOf(kind, PERSON_TYPES_OF[insurance], mentioned, 'COMBINED'))
    .find((each) => holds(when, each) && bands.some(({ ratio }) => choose(ratio, each) === null));
  return lacking ? `layers.${index}.bands: a ratio is missing for ${nameOf(lacking, mentioned)}` : null;
}

/** An exception says why in its note, and which text allows it in its source. */
function isException({ adjustments }: PolicyDocument, of: ModelCase): boolean {
  return adjustments.some(({ when, exception }) => exception !== undefined && holds(when, of, of));
}

/** Who it is, by what tells him apart in this place. */
function nameOf(of: ModelCase, mentioned: Mentioned): string {
  const { personType, hospitalLevel, benefitLevel, age, personTags, hospitalTags, settledBy, place } = of;
  const { diseaseCode, visitNumber, itemKind, unitPriceFen } = of;
  return [
    personType,
    hospitalLevel,
    benefitLevel,
    ...(age === null ? [] : [`aged ${age}`]),
    ...personTags,
    ...hospitalTags,
    ...(mentioned.settledBy.length > 0 ? [settledBy] : []),
    ...(mentioned.places.length > 0 ? [place] : []),
    ...(diseaseCode === null ? [] : [diseaseCode]),
    ...(mentioned.visitNumbers.length > 0 ? [`visit ${visitNumber}`] : []),
    ...(itemKind === null ? [] : [itemKind]),
    ...(unitPriceFen === null ? [] : [`at ${formatYuan(unitPriceFen)}`]),
  ].join(', ');
}
