import { PERSON_TYPES_OF, type VisitKind } from '@yiditong/codes';
import { whensIn, whensOf } from './asked.js';
import { everyCase, questionOf, spaceOf, unreachedIn } from './case-sets.js';
import type { Choice, When } from './choice.js';
import { mentionedIn } from './mentioned.js';
import type { PolicyDocument } from './policy-document.js';
import type { DeductibleRule, Layer, RatioAdjustment, VisitRule } from './policy.js';

/** Something that depends on conditions: by its place in the document, for whom it is, and what it may come to. */
type Part = readonly [path: string, when: When, choice: Choice<unknown>];

const ALWAYS: When = {};
const ONE: Choice<unknown> = { kind: 'VALUE', value: null };

/**
 * The first place that nobody ever reaches, or null: a case behind one that always holds, a condition that contradicts itself or those
 * around it, a kind of person that the insurance doesn't have. Whoever wrote it meant somebody. Exact, as all conditions are combined.
 */
export function unreachedProblem(policy: PolicyDocument): string | null {
  const { insurance, visits } = policy;
  const strange = whensOf(policy).flatMap(({ personTypes = [] }) => personTypes);
  const stranger = strange.find((type) => !PERSON_TYPES_OF[insurance].includes(type));
  if (stranger !== undefined) return `personTypes: ${stranger} is nobody of ${insurance} insurance`;
  const kinds = Object.keys(visits) as VisitKind[];
  for (const [kind, rule] of Object.entries(visits) as [VisitKind, VisitRule][]) {
    const problem = problemIn(policy, partsOfVisit(`visits.${kind}`, rule), [kind]);
    if (problem !== null) return problem;
  }
  return problemIn(policy, partsOfAll(policy), kinds);
}

/** What is the same for several kinds of visit must be reached in one of them. */
function problemIn({ insurance }: PolicyDocument, parts: readonly Part[], kinds: readonly VisitKind[]): string | null {
  for (const [path, when, is] of parts) {
    const choice: Choice<unknown> = { kind: 'CASES', cases: [{ when, is }] };
    const mentioned = mentionedIn(whensIn(choice));
    const found = kinds.map((kind) => {
      const space = spaceOf(kind, PERSON_TYPES_OF[insurance], mentioned);
      return unreachedIn([everyCase(space)], questionOf(choice, space));
    });
    if (found.includes(null)) return `${path}: too many conditions together to find whom it is for`;
    const places = found.map((each) => each ?? []);
    const isUnreached = (place: string): boolean =>
      places.every((each) => each.some((outer) => `${place}.`.startsWith(`${outer}.`)));
    const [place] = places.flat().filter(isUnreached);
    if (place !== undefined) return `${path}${place.slice(1)}: holds for nobody`;
  }
  return null;
}

function partsOfAll({ adjustments, poolingCap, layers }: PolicyDocument): Part[] {
  return [
    ...adjustments.map((each, at): Part => [`adjustments.${at}`, each.when, ratioOf(each)]),
    ...(poolingCap ? [['poolingCap.most', ALWAYS, poolingCap.most] as const] : []),
    ...layers.flatMap((layer, at) => partsOfLayer(`layers.${at}`, layer)),
  ];
}

function ratioOf(adjustment: RatioAdjustment): Choice<unknown> {
  return 'ratio' in adjustment ? adjustment.ratio : ONE;
}

function partsOfLayer(path: string, { when, threshold, bands, yearlyMost }: Layer): Part[] {
  return [
    [`${path}.threshold`, when, threshold],
    ...bands.map(({ ratio }, at): Part => [`${path}.bands.${at}.ratio`, when, ratio]),
    [`${path}.yearlyMost`, when, yearlyMost ?? ONE],
  ];
}

function partsOfVisit(path: string, { firstSelfPay, deductible, bands, caps }: VisitRule): Part[] {
  return [
    ...(firstSelfPay ? [[`${path}.firstSelfPay.ratio`, ALWAYS, firstSelfPay.ratio] as const] : []),
    ...partsOfDeductible(`${path}.deductible`, deductible),
    ...bands.map(({ ratio }, at): Part => [`${path}.bands.${at}.ratio`, ALWAYS, ratio]),
    ...caps.map(({ most }, at): Part => [`${path}.caps.${at}.most`, ALWAYS, most]),
  ];
}

function partsOfDeductible(path: string, { standard, adjustments, yearlyMost }: DeductibleRule): Part[] {
  return [
    [`${path}.standard`, ALWAYS, standard],
    ...adjustments.map((each, at): Part => [
      `${path}.adjustments.${at}`,
      each.when,
      'least' in each ? each.least : ONE,
    ]),
    [`${path}.yearlyMost`, ALWAYS, yearlyMost ?? ONE],
  ];
}
