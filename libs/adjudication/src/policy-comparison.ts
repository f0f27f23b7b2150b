import {
  BENEFIT_LEVELS,
  HOSPITAL_LEVELS,
  PERSON_TYPES_OF,
  VISIT_KINDS,
  type BenefitLevel,
  type HospitalLevel,
  type PersonType,
  type VisitKind,
} from '@yiditong/codes';
import { magnitude, subtractFen, ZERO_FEN, type Fen } from '@yiditong/money';
import { TOTALS_OF, type Accumulators, type Deltas } from './accumulators.js';
import { whensOf } from './asked.js';
import type { Claim } from './claim.js';
import { amountsToCompare, earlierToCompare } from './compared-amounts.js';
import { mentionedIn } from './mentioned.js';
import type { PolicyDocument } from './policy-document.js';
import type { Policy } from './policy.js';
import { capKind } from './pooling.js';
import { adjudicateStay } from './stay.js';

/** A model case that two versions pay otherwise. */
export type PolicyEffect = {
  readonly visitKind: VisitKind;
  readonly personType: PersonType;
  /** Null where neither version has a rule by age. */
  readonly age: number | null;
  /** One that a version has a rule for; null for a person without. */
  readonly personTag: string | null;
  readonly hospitalLevel: HospitalLevel;
  readonly benefitLevel: BenefitLevel;
  readonly inScopeFen: Fen;
  /** What the pooling fund had paid earlier in the year. */
  readonly paidEarlierFen: Fen;
  /** What all funds pay; null where it isn't settled directly. */
  readonly fundBeforeFen: Fen | null;
  readonly fundAfterFen: Fen | null;
};

/** So many are told at most: who reads them decides, and the rest differ less. */
const MOST_EFFECTS = 200;
/** So many ages, and so many tags, are tried at most. */
const MOST_OF_EACH = 8;

/**
 * What a version changes for whom, in comparison with another or with none: model cases of direct settlement in another province, of
 * which the one that differs most is told for each kind of visit, person, hospital level and benefit level, greatest difference first.
 * Cases aren't all cases: a change of what none of them asks about, such as hospitals' tags, shows among the differing parts alone.
 */
export function compareVersions(before: PolicyDocument | null, after: PolicyDocument): PolicyEffect[] {
  const [ours, theirs] = [before && versionOf(before), versionOf(after)];
  const versions = ours === null ? [theirs] : [ours, theirs];
  const effects = VISIT_KINDS.filter((kind) => versions.some(({ visits }) => visits[kind])).flatMap((kind) =>
    groupsOf(versions).flatMap((group) => greatest(ours, theirs, kind, group)),
  );
  return effects
    .toSorted((one, other) => compareBigints(differenceOf(other), differenceOf(one)))
    .slice(0, MOST_EFFECTS);
}

/** One object for all cases, by which the engine knows what it has found out about a policy. */
type Version = Policy & PolicyDocument;

function versionOf(document: PolicyDocument): Version {
  return { ...document, policyId: '' };
}

type Group = Pick<PolicyEffect, 'personType' | 'age' | 'personTag' | 'hospitalLevel' | 'benefitLevel'>;

/** Everybody, then those of each age and those with each tag that a version mentions, one at a time. */
function groupsOf(versions: readonly Version[]): Group[] {
  const mentioned = versions.map((version) => mentionedIn(whensOf(version), version.adjustments));
  const ages = mostTelling(mentioned.map((each) => each.ages)).toSorted((one, other) => one - other);
  const personTags = mostTelling(mentioned.map((each) => each.personTags));
  const [age = null, ...otherAges] = ages;
  const people: readonly Pick<Group, 'age' | 'personTag'>[] = [
    { age, personTag: null },
    ...otherAges.map((other) => ({ age: other, personTag: null })),
    ...personTags.map((personTag) => ({ age, personTag })),
  ];
  const personTypes = new Set(versions.flatMap(({ insurance }) => PERSON_TYPES_OF[insurance]));
  return [...personTypes].flatMap((personType) =>
    people.flatMap((person) =>
      HOSPITAL_LEVELS.flatMap((hospitalLevel) =>
        BENEFIT_LEVELS.map((benefitLevel) => ({ personType, ...person, hospitalLevel, benefitLevel })),
      ),
    ),
  );
}

/** What only one version mentions comes first, and is kept where there is too much; the order of the versions changes nothing. */
function mostTelling<T>(ofVersions: readonly (readonly T[])[]): readonly T[] {
  const all = [...new Set(ofVersions.flat())].toSorted((one, other) => (one < other ? -1 : 1));
  const isShared = (value: T): boolean => ofVersions.every((values) => values.includes(value));
  return [...all.filter((value) => !isShared(value)), ...all.filter(isShared)].slice(0, MOST_OF_EACH);
}

/** Of all amounts, the case that differs most; none where none does. */
function greatest(before: Version | null, after: Version, visitKind: VisitKind, group: Group): PolicyEffect[] {
  let found: PolicyEffect | null = null;
  for (const paidEarlierFen of earlierToCompare(before, after, visitKind))
    for (const inScopeFen of amountsToCompare(before, after, visitKind)) {
      const claim = claimOf(visitKind, group, inScopeFen);
      const fundBeforeFen = before && fundOf(before, claim, paidEarlierFen);
      const fundAfterFen = fundOf(after, claim, paidEarlierFen);
      if (fundBeforeFen === fundAfterFen) continue;
      const effect = { visitKind, ...group, inScopeFen, paidEarlierFen, fundBeforeFen, fundAfterFen };
      if (found === null || differenceOf(effect) > differenceOf(found)) found = effect;
    }
  return found === null ? [] : [found];
}

function differenceOf({ fundBeforeFen, fundAfterFen }: PolicyEffect): bigint {
  return magnitude(subtractFen(fundAfterFen ?? ZERO_FEN, fundBeforeFen ?? ZERO_FEN));
}

function compareBigints(one: bigint, other: bigint): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** A date in no month, quarter or year of its own: nothing of a model case depends on when it is. */
const ON_DATE = '2026-06-15';

function claimOf(visitKind: VisitKind, { age, personTag, ...group }: Group, inScopeFen: Fen): Claim {
  return {
    ...group,
    visitKind,
    age,
    personTags: personTag === null ? [] : [personTag],
    hospitalTags: [],
    settledBy: 'DIRECT',
    place: 'OTHER_PROVINCE',
    diseaseCode: null,
    split: { fullSelfPayFen: ZERO_FEN, overCeilingFen: ZERO_FEN, firstSelfPayFen: ZERO_FEN, inScopeFen },
    parts: [{ itemClass: 'A', itemKind: null, unitPriceFen: null, inScopeFen }],
    institutionCode: '',
    startedOn: ON_DATE,
    endedOn: ON_DATE,
    account: null,
    hospitalPartFen: ZERO_FEN,
    stayDeductibleFen: null,
  };
}

/** What all funds pay, or null where the policy doesn't settle it. */
function fundOf(policy: Policy, claim: Claim, paidEarlierFen: Fen): Fen | null {
  if (!PERSON_TYPES_OF[policy.insurance].includes(claim.personType)) return null;
  const totals = totalsAfter(policy, claim, paidEarlierFen);
  const result = adjudicateStay(claim, policy, () => totals);
  return result.ok ? result.adjudication.fundTotalFen : null;
}

/** The person's totals once the pooling fund has paid so much, all of it for visits of this kind. */
function totalsAfter(policy: Policy, claim: Claim, paidFen: Fen): Accumulators {
  const totals: Deltas = {};
  if (paidFen === ZERO_FEN) return totals;
  const { POOLING, EXPENSE } = TOTALS_OF[claim.visitKind];
  for (const kind of [POOLING, EXPENSE, 'POOLING_PAID', 'POOLING_EXPENSE'] as const) totals[kind] = paidFen;
  for (const cap of policy.visits[claim.visitKind]?.caps ?? []) {
    const kind = capKind(cap, claim.visitKind, claim);
    if (kind !== null) totals[kind] = paidFen;
  }
  return totals;
}
