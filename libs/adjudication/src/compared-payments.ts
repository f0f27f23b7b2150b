import { PERSON_TYPES_OF } from '@yiditong/codes';
import { fen, ZERO_FEN, type Fen } from '@yiditong/money';
import { addDeltas, addTo, TOTALS_OF, type Accumulators, type Deltas } from './accumulators.js';
import { benefitYearOf } from './benefit-year.js';
import type { Circumstances, PartCircumstances } from './choice.js';
import type { Account, Claim } from './claim.js';
import type { FeeSplit } from './line-split.js';
import type { Policy } from './policy.js';
import { capKind } from './pooling.js';
import { adjudicateStay } from './stay.js';

/** A bill of a model person. All of what is in scope is of one item class, kind and unit price. */
export type ModelBill = Omit<Circumstances, 'visitNumber'> &
  PartCircumstances &
  FeeSplit & {
    /** Business dates of admission and discharge. Null where nothing depends on them. */
    readonly startedOn: string | null;
    readonly endedOn: string | null;
    /** So many visits like it came before, each with the same bill and paid by the same version. */
    readonly earlierVisits: number;
    /** When they were, and what the pooling fund had paid earlier was paid. Null for the day of this one. */
    readonly earlierOn: string | null;
    /** Whether that was at another hospital and for another disease. */
    readonly earlierElsewhere: boolean;
    /** What the pooling fund had paid earlier in the year, beside those visits. */
    readonly paidEarlierFen: Fen;
    /** The balances of personal accounts that may be used; null where none is. */
    readonly account: Account | null;
  };

/** What all funds pay, and what the person's own and relatives' accounts do. */
export type Paid = { readonly fundFen: Fen; readonly accountFen: Fen };

/** A day in the middle of a quarter and of most years: nothing of a bill without dates depends on when it is. */
export const ON_DATE = '2026-06-15';
const ELSEWHERE = 'ELSEWHERE';
/** So many earlier visits are paid one after another; more of them only count as visits. */
export const MOST_PAID_VISITS = 12;

/** What a version pays of a bill; null where it doesn't settle it. */
export function payBill(policy: Policy, bill: ModelBill): Paid | null {
  if (!PERSON_TYPES_OF[policy.insurance].includes(bill.personType)) return null;
  const result = adjudicateStay(claimOf(bill), policy, totalsBefore(policy, bill));
  if (!result.ok) return null;
  const { fundTotalFen, accountFen, mutualAidFen } = result.adjudication;
  return { fundFen: fundTotalFen, accountFen: fen(accountFen + mutualAidFen) };
}

function claimOf(bill: ModelBill): Claim {
  const { fullSelfPayFen, overCeilingFen, firstSelfPayFen, inScopeFen } = bill;
  const { itemClass, itemKind, unitPriceFen, startedOn, endedOn } = bill;
  return {
    visitKind: bill.visitKind,
    personType: bill.personType,
    age: bill.age,
    personTags: bill.personTags,
    hospitalLevel: bill.hospitalLevel,
    hospitalTags: bill.hospitalTags,
    benefitLevel: bill.benefitLevel,
    settledBy: bill.settledBy,
    place: bill.place,
    diseaseCode: bill.diseaseCode,
    split: { fullSelfPayFen, overCeilingFen, firstSelfPayFen, inScopeFen },
    parts: [{ itemClass, itemKind, unitPriceFen, inScopeFen }],
    institutionCode: '',
    startedOn: startedOn ?? ON_DATE,
    endedOn: endedOn ?? ON_DATE,
    account: bill.account,
    hospitalPartFen: ZERO_FEN,
    stayDeductibleFen: null,
  };
}

/** The person's totals of each year once all that came earlier is settled. */
function totalsBefore(policy: Policy, bill: ModelBill): (benefitYear: number) => Accumulators {
  const earlier = earlierClaimOf(bill);
  const totals = new Map([[benefitYearOf(policy.benefitYear, earlier.endedOn), totalsOnce(policy, earlier, bill)]]);
  const totalsOf = (benefitYear: number): Accumulators => totals.get(benefitYear) ?? {};
  for (let visits = 0; visits < Math.min(bill.earlierVisits, MOST_PAID_VISITS); visits += 1) {
    const result = adjudicateStay(earlier, policy, totalsOf);
    if (!result.ok) break;
    for (const { benefitYear, deltas } of result.adjudication.years)
      totals.set(benefitYear, addDeltas(totalsOf(benefitYear), deltas));
  }
  return totalsOf;
}

function earlierClaimOf(bill: ModelBill): Claim {
  const earlierOn = bill.earlierOn ?? bill.startedOn ?? ON_DATE;
  const claim = { ...claimOf(bill), startedOn: earlierOn, endedOn: earlierOn };
  return bill.earlierElsewhere ? { ...claim, institutionCode: ELSEWHERE, diseaseCode: ELSEWHERE } : claim;
}

/** The person's totals once the pooling fund has paid so much, all of it for visits of this kind, and visits have been too many to pay each. */
function totalsOnce(policy: Policy, claim: Claim, { paidEarlierFen, earlierVisits }: ModelBill): Accumulators {
  const { POOLING, EXPENSE, VISITS } = TOTALS_OF[claim.visitKind];
  const totals: Deltas = {};
  addTo(totals, VISITS, BigInt(Math.max(0, earlierVisits - MOST_PAID_VISITS)));
  if (paidEarlierFen === ZERO_FEN) return totals;
  for (const kind of [POOLING, EXPENSE, 'POOLING_PAID', 'POOLING_EXPENSE'] as const) totals[kind] = paidEarlierFen;
  for (const cap of policy.visits[claim.visitKind]?.caps ?? []) {
    const kind = capKind(cap, claim.visitKind, claim);
    if (kind !== null) totals[kind] = paidEarlierFen;
  }
  return totals;
}
