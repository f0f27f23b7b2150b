import { PERSON_TYPES_OF, type VisitKind } from '@yiditong/codes';
import { ZERO_FEN, type Fen, type Rate } from '@yiditong/money';
import { whensIn, whensOfDeductible, whensOfLayer } from './asked.js';
import { awayRatioProblem } from './away-ratio.js';
import { caseOf, everyCase, groupsOf, questionOf, spaceOf } from './case-sets.js';
import { choose, holds, type Choice, type When } from './choice.js';
import { mentionedIn, nameOf } from './mentioned.js';
import type { PolicyDocument } from './policy-document.js';
import { exampleProblem } from './policy-examples.js';
import type { DeductibleRule, Layer, VisitRule } from './policy.js';
import { unreachedProblem } from './unreached.js';

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
  for (const [path, whens] of figuresOf(policy))
    if (whens.some(({ itemClasses, itemKinds, unitPrice }) => itemClasses ?? itemKinds ?? unitPrice))
      return `${path}: itemClasses, itemKinds and unitPrice are of ratios of visits only`;
  const idle = Object.entries(policy.visits).find(([, { deductible }]) => isIdle(deductible));
  if (idle)
    return `visits.${idle[0]}.deductible: basis NONE asks for nothing, so nothing else may be said but a standard of 0`;
  for (const [index, layer] of policy.layers.entries()) {
    if (layer.base === 'ABOVE_POOLING_CAP' && policy.poolingCap === null)
      return `layers.${index}.base: there is no poolingCap to lie above`;
    const problem = limitProblem(`layers.${index}.bands`, layer.bands) ?? layerProblem(policy, layer, index);
    if (problem !== null) return problem;
  }
  return unreachedProblem(policy) ?? exampleProblem(policy);
}

/** Whether a deductible that isn't one says what it would be. */
function isIdle({ basis, standard, adjustments, yearlyMost }: DeductibleRule): boolean {
  if (basis !== 'NONE') return false;
  const isNothing = standard.kind === 'VALUE' && standard.value.kind === 'AMOUNT' && standard.value.fen === ZERO_FEN;
  return !isNothing || adjustments.length > 0 || yearlyMost !== null;
}

/** What is decided of a bill as a whole, whatever its parts are: by its place, with all of its conditions. */
function figuresOf({ visits, poolingCap, layers }: PolicyDocument): (readonly [string, readonly When[]])[] {
  return [
    ...(Object.entries(visits) as [VisitKind, VisitRule][]).flatMap(([kind, { deductible, caps }]) => [
      [`visits.${kind}.deductible`, whensOfDeductible(deductible)] as const,
      ...caps.map(({ most }, index) => [`visits.${kind}.caps.${index}`, whensIn(most)] as const),
    ]),
    ['poolingCap', whensIn(poolingCap?.most)],
    ...layers.map((layer, index) => [`layers.${index}`, whensOfLayer(layer)] as const),
  ];
}

function limitProblem(path: string, bands: readonly { readonly upToFen: Fen | null }[]): string | null {
  if (bands.at(-1)?.upToFen !== null) return `${path}: the last band must be open-ended`;
  const limits = bands.slice(0, -1).map(({ upToFen }) => upToFen);
  const rising = limits.every((limit, index) => limit !== null && limit > (limits[index - 1] ?? ZERO_FEN));
  return rising ? null : `${path}: limits must rise`;
}

/** Everybody has a ratio in every band, and care away from home isn't paid further below it than the articles allow. */
function ratioProblem(policy: PolicyDocument, kind: VisitKind, rule: VisitRule): string | null {
  for (const [index, { ratio }] of rule.bands.entries()) {
    const problem = lackProblem(policy, kind, ratio) ?? awayRatioProblem(policy, kind, rule, ratio);
    if (problem !== null) return `visits.${kind}.bands.${index}: ${problem}`;
  }
  return null;
}

/** Everybody whom a layer pays for has a ratio in each of its bands. */
function layerProblem(policy: PolicyDocument, { when, bands }: Layer, index: number): string | null {
  for (const kind of Object.keys(policy.visits) as VisitKind[])
    for (const { ratio } of bands) {
      const problem = lackProblem(policy, kind, { kind: 'CASES', cases: [{ when, is: ratio }] }, when);
      if (problem !== null) return `layers.${index}.bands: ${problem}`;
    }
  return null;
}

/** Whoever the condition holds for has a ratio: all that is mentioned is combined. */
function lackProblem(
  { insurance }: PolicyDocument,
  kind: VisitKind,
  ratio: Choice<Rate>,
  of: When = {},
): string | null {
  const mentioned = mentionedIn(whensIn(ratio));
  const space = spaceOf(kind, PERSON_TYPES_OF[insurance], mentioned);
  const groups = groupsOf([everyCase(space)], questionOf(ratio, space), 0n);
  if (groups === null) return 'too many conditions together to find who has no ratio';
  const lacking = groups
    .map(([set = []]) => caseOf(set, space))
    .find((each) => holds(of, each, each) && choose(ratio, each, each) === null);
  return lacking ? `a ratio is missing for ${nameOf(lacking, mentioned)}` : null;
}
