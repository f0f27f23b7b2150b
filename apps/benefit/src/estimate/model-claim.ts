import {
  accumulated,
  adjudicateStay,
  askedBy,
  holds,
  TOTALS_OF,
  whensOf,
  type Accumulators,
  type Asked,
  type Claim,
  type Policy,
  type StayAdjudication,
} from '@yiditong/adjudication';
import { Rejection } from '@yiditong/codes';

/** What a policy may have rules about and an asker may leave out. */
export type UnsaidFact = 'AGE' | 'PERSON_TAGS' | 'HOSPITAL_TAGS' | 'DISEASE' | 'ITEMS';

/** Applies a policy to a claim of nobody's. */
export function decideModelClaim(claim: Claim, policy: Policy, totals: Accumulators): StayAdjudication | Rejection {
  if (claim.settledBy === 'MANUAL' && !statesManualClaims(claim, policy, totals))
    return new Rejection('MANUAL_CLAIM_NOT_STATED');
  const result = adjudicateStay(claim, policy, () => totals);
  return result.ok ? result.adjudication : new Rejection(result.reason);
}

/**
 * Whether the policy has a rule for claims by hand (手工报销) of such a person and visit. Where it has none, what it says of paying at the
 * counter would be no more than a guess.
 */
export function statesManualClaims(claim: Claim, policy: Policy, totals: Accumulators): boolean {
  const visitNumber = Number(accumulated(totals, TOTALS_OF[claim.visitKind].VISITS)) + 1;
  // A rule for some parts of a bill is a rule for the claim.
  const ofAnyPart = { itemClasses: undefined, itemKinds: undefined, unitPrice: undefined };
  return whensOf(ofVisit(policy, claim)).some(
    (when) => when.settledBy === 'MANUAL' && holds({ ...when, ...ofAnyPart }, { ...claim, visitNumber }),
  );
}

/** What the policy asks about such a visit and the claim doesn't say: no rule that depends on it took hold. */
export function unsaidOf(claim: Claim, policy: Policy): UnsaidFact[] {
  const asked = askedBy(ofVisit(policy, claim));
  return UNSAID.filter(([, isUnsaid]) => isUnsaid(claim, asked)).map(([fact]) => fact);
}

const UNSAID: readonly (readonly [UnsaidFact, (claim: Claim, asked: Asked) => boolean])[] = [
  ['AGE', ({ age }, asked) => asked.age && age === null],
  ['PERSON_TAGS', ({ personTags }, asked) => asked.personTags && personTags.length === 0],
  ['HOSPITAL_TAGS', ({ hospitalTags }, asked) => asked.hospitalTags && hospitalTags.length === 0],
  [
    'DISEASE',
    ({ visitKind, diseaseCode }, asked) => asked.diseaseCodes && visitKind === 'CHRONIC' && diseaseCode === null,
  ],
  [
    'ITEMS',
    ({ parts, split }, { itemClasses, itemKinds, unitPrice }) =>
      (itemClasses || itemKinds || unitPrice) && parts.length === 0 && split.inScopeFen > 0n,
  ],
];

/** The policy without its rules for other kinds of visit. */
function ofVisit(policy: Policy, { visitKind }: Claim): Policy {
  const rule = policy.visits[visitKind];
  return { ...policy, visits: rule === undefined ? {} : { [visitKind]: rule } };
}
