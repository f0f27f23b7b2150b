import type { Choice, When } from './choice.js';
import type { DeductibleRule, Layer, Policy, VisitRule } from './policy.js';

/** What a policy's rules ask about, beyond what every claim says in a word: nothing else needs to be told apart, or looked up. */
export type Asked = {
  readonly [
    fact in
      | 'age'
      | 'personTags'
      | 'hospitalTags'
      | 'diseaseCodes'
      | 'visitNumber'
      | 'itemClasses'
      | 'itemKinds'
      | 'unitPrice'
  ]: boolean;
};

const known = new WeakMap<object, Asked>();

/** Found out once for a policy, which never changes. */
export function askedBy(policy: Omit<Policy, 'policyId'>): Asked {
  const found = known.get(policy);
  if (found !== undefined) return found;
  const whens = whensOf(policy);
  const isAsked = (fact: keyof When): boolean => whens.some((when) => when[fact] !== undefined);
  const asked: Asked = {
    age: isAsked('age') || policy.adjustments.some(({ mode }) => mode === 'POINTS_BY_AGE'),
    personTags: isAsked('personTags'),
    hospitalTags: isAsked('hospitalTags'),
    diseaseCodes: isAsked('diseaseCodes'),
    visitNumber: isAsked('visitNumber'),
    itemClasses: isAsked('itemClasses'),
    itemKinds: isAsked('itemKinds'),
    unitPrice: isAsked('unitPrice'),
  };
  known.set(policy, asked);
  return asked;
}

/** Whether the person's age or tags must be known, which are sealed where they are kept. */
export function dependsOnPerson(policy: Omit<Policy, 'policyId'>): boolean {
  const { age, personTags } = askedBy(policy);
  return age || personTags;
}

/** Every condition in a policy. */
export function whensOf({ visits, adjustments, poolingCap, layers }: Omit<Policy, 'policyId'>): When[] {
  return [
    ...Object.values(visits).flatMap(whensOfVisit),
    ...adjustments.flatMap((each) => [each.when, ...('ratio' in each ? whensIn(each.ratio) : [])]),
    ...whensIn(poolingCap?.most),
    ...layers.flatMap(whensOfLayer),
  ];
}

export function whensOfLayer({ when, threshold, bands, yearlyMost }: Layer): When[] {
  return [when, ...whensIn(threshold), ...bands.flatMap(({ ratio }) => whensIn(ratio)), ...whensIn(yearlyMost)];
}

export function whensOfDeductible({ standard, adjustments, yearlyMost }: DeductibleRule): When[] {
  return [
    ...whensIn(standard),
    ...adjustments.flatMap((each) => [each.when, ...('least' in each ? whensIn(each.least) : [])]),
    ...whensIn(yearlyMost),
  ];
}

function whensOfVisit({ firstSelfPay, deductible, bands, caps }: VisitRule): When[] {
  return [
    ...whensIn(firstSelfPay?.ratio),
    ...whensOfDeductible(deductible),
    ...bands.flatMap(({ ratio }) => whensIn(ratio)),
    ...caps.flatMap(({ most }) => whensIn(most)),
  ];
}

/** Every condition in a choice. */
export function whensIn(choice: Choice<unknown> | null | undefined): When[] {
  switch (choice?.kind) {
    case undefined:
    case 'VALUE':
      return [];
    case 'BY_LEVEL':
    case 'BY_PERSON':
      return Object.values(choice.of).flatMap(whensIn);
    case 'CASES':
      return choice.cases.flatMap(({ when, is }) => [when, ...whensIn(is)]);
  }
}
