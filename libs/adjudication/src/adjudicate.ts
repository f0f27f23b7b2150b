import type { Fund, Reason } from '@yiditong/codes';
import { fen, minFen, subtractFen, sumFen, ZERO_FEN, type Fen } from '@yiditong/money';
import {
  addTo,
  TOTALS_OF,
  visitNumberIn,
  type AccumulatorKind,
  type Accumulators,
  type Deltas,
} from './accumulators.js';
import { askedBy } from './asked.js';
import type { Circumstances } from './choice.js';
import type { Adjudication, Claim, FundPaid } from './claim.js';
import { applyDeductible, deductibleKind, type EarlierPart } from './deductible.js';
import { addStep, type Steps } from './explanation.js';
import { payFromLayer, type Unpaid } from './layers.js';
import { splitTotal } from './line-split.js';
import { partsOf, payableTotal, takeFirstSelfPay } from './parts.js';
import type { AccountRule, Policy, VisitRule } from './policy.js';
import { capKind, payFromPooling, type PoolingPayment } from './pooling.js';

export type AdjudicationResult =
  /** What is payable is what is in scope, less what the home area has the person pay first. */
  | { readonly ok: true; readonly adjudication: Adjudication; readonly payableFen: Fen }
  | { readonly ok: false; readonly reason: Reason };

/**
 * Applies the home province's policy (参保地政策) to one claim, in the order of payment: first self-pay, deductible, pooling fund by
 * bands and within its caps, then every other fund in the policy's order; what is left is personal, less what the hospital bears, and
 * of it accounts pay before cash. Each fund is rounded once; what remains is found by subtraction.
 */
export function adjudicate(
  claim: Claim,
  policy: Policy,
  before: Accumulators,
  earlier: EarlierPart | null = null,
): AdjudicationResult {
  const rule = policy.visits[claim.visitKind];
  if (!rule) return { ok: false, reason: 'VISIT_KIND_NOT_COVERED' };
  const isAdmission = earlier === null && claim.stayDeductibleFen === null;
  const of = circumstancesOf(claim, earlier?.visitNumber ?? visitNumberIn(before, claim.visitKind, !isAdmission));
  const { split } = claim;
  const totalFen = splitTotal(split);

  const steps: Steps = [];
  addStep(steps, 'IN_SCOPE', '通知二(一) 就医地目录', totalFen, null, split.inScopeFen, null, split);
  const parts = takeFirstSelfPay(partsOf(claim, askedBy(policy)), of, rule.firstSelfPay, steps);
  const payableFen = payableTotal(parts);
  const deductibleFen = applyDeductible(claim, of, rule.deductible, payableFen, before, earlier, steps);
  const pooling = payFromPooling(claim, of, policy, rule, parts, deductibleFen, before, steps);
  if (pooling === null) return { ok: false, reason: 'POLICY_INCOMPLETE' };

  const deltas: Deltas = {};
  if (isAdmission) addTo(deltas, TOTALS_OF[claim.visitKind].VISITS, 1n);
  addVisit(deltas, claim, policy, rule, payableFen, deductibleFen, pooling);
  const { paidFen, expenseFen, limitFen, aboveCap } = pooling;
  const funds: FundPaid[] = [];
  addPaid(funds, { fund: 'POOLING', amountFen: paidFen, baseFen: expenseFen, limitFen });
  let unpaid: Unpaid = { selfPayFen: subtractFen(payableFen, paidFen), deductibleFen, aboveCap };
  for (const layer of policy.layers) {
    const payment = payFromLayer(layer, of, unpaid, before, deltas, steps);
    if (payment === null) return { ok: false, reason: 'POLICY_INCOMPLETE' };
    if (payment === 'NOTHING') continue;
    unpaid = payment.unpaid;
    addPaid(funds, payment.paid);
  }

  const fundTotalFen = totalPaid(funds);
  const unpaidFen = subtractFen(totalFen, fundTotalFen);
  const hospitalPartFen = minFen(claim.hospitalPartFen, unpaidFen);
  if (hospitalPartFen > 0n) addStep(steps, 'HOSPITAL_PART', '就医地医院', unpaidFen, null, hospitalPartFen);
  const personalFen = subtractFen(unpaidFen, hospitalPartFen);
  addStep(steps, 'PERSONAL', '通知二(一)', totalFen, null, personalFen, null, hospitalPartFen > 0n);
  const paid = payFromAccounts(claim, policy.account, personalFen, unpaid.selfPayFen, payableFen, steps);
  const { accountFen, mutualAidFen, cashFen, accountBalanceFen } = paid;
  return {
    ok: true,
    payableFen,
    adjudication: {
      totalFen,
      split,
      deductibleFen,
      funds,
      fundTotalFen,
      personalFen,
      hospitalPartFen,
      accountFen,
      mutualAidFen,
      cashFen,
      accountBalanceFen,
      deltas,
      steps,
    },
  };
}

/** Written out, because to copy the claim and add to it costs as much as all arithmetic. */
function circumstancesOf(claim: Claim, visitNumber: number): Circumstances {
  return {
    visitKind: claim.visitKind,
    personType: claim.personType,
    age: claim.age,
    personTags: claim.personTags,
    hospitalLevel: claim.hospitalLevel,
    hospitalTags: claim.hospitalTags,
    benefitLevel: claim.benefitLevel,
    settledBy: claim.settledBy,
    place: claim.place,
    diseaseCode: claim.diseaseCode,
    visitNumber,
  };
}

/** What the visit adds to the year's totals: those of every visit, and those that the policy counts by. */
function addVisit(
  deltas: Deltas,
  claim: Claim,
  policy: Policy,
  rule: VisitRule,
  payableFen: Fen,
  deductibleFen: Fen,
  { paidFen, expenseFen }: PoolingPayment,
): void {
  const { visitKind } = claim;
  const totals = TOTALS_OF[visitKind];
  const counted: AccumulatorKind[] = [totals.DEDUCTIBLE, totals.POOLING, 'POOLING_PAID'];
  addTo(deltas, totals.DEDUCTIBLE, deductibleFen);
  addTo(deltas, totals.POOLING, paidFen);
  addTo(deltas, 'POOLING_PAID', paidFen);
  // Several caps may be counted by the same total, and the year's own are counted already.
  const addOnce = (kind: AccumulatorKind | null, valueFen: Fen): void => {
    if (kind === null || counted.includes(kind)) return;
    counted.push(kind);
    addTo(deltas, kind, valueFen);
  };
  addOnce(deductibleKind(claim, rule.deductible), deductibleFen);
  if (rule.bandsOver === 'YEAR')
    addTo(deltas, totals.SCALE, rule.bandsFrom === 'ZERO' ? payableFen : subtractFen(payableFen, deductibleFen));
  for (const cap of rule.caps) addOnce(capKind(cap, visitKind, claim), cap.on === 'FUND' ? paidFen : expenseFen);
  const { poolingCap } = policy;
  if (poolingCap) addOnce(capKind(poolingCap, 'ALL', claim), poolingCap.on === 'FUND' ? paidFen : expenseFen);
}

/** A fund that pays in several layers is named once. */
function addPaid(funds: FundPaid[], paid: FundPaid): void {
  if (paid.amountFen === 0n) return;
  for (const [at, before] of funds.entries())
    if (before.fund === paid.fund) {
      funds[at] = { ...paid, amountFen: fen(before.amountFen + paid.amountFen), baseFen: before.baseFen };
      return;
    }
  funds.push(paid);
}

function totalPaid(funds: readonly { readonly fund: Fund; readonly amountFen: Fen }[]): Fen {
  let total = 0n;
  for (const { amountFen } of funds) total += amountFen;
  return fen(total);
}

/** 个人账户 first, then relatives' (家庭共济), then cash. */
function payFromAccounts(
  { account, split }: Claim,
  rule: AccountRule | null,
  personalFen: Fen,
  inScopeFen: Fen,
  payableFen: Fen,
  steps: Steps,
): Pick<Adjudication, 'accountFen' | 'mutualAidFen' | 'cashFen' | 'accountBalanceFen'> {
  if (account === null)
    return { accountFen: ZERO_FEN, mutualAidFen: ZERO_FEN, cashFen: personalFen, accountBalanceFen: null };
  const payable: Readonly<Record<AccountRule['pays'][number], Fen>> = {
    IN_SCOPE: inScopeFen,
    FIRST_SELF_PAY: fen(split.firstSelfPayFen + split.inScopeFen - payableFen),
    OVER_CEILING: split.overCeilingFen,
    FULL_SELF_PAY: split.fullSelfPayFen,
  };
  // The hospital's part may have left less than all that accounts could pay.
  const askedFen = minFen(personalFen, sumFen([...new Set(rule?.pays)].map((part) => payable[part])));
  const accountFen = minFen(askedFen, account.balanceFen);
  const mutualAidFen = rule?.mutualAid ? minFen(subtractFen(askedFen, accountFen), account.mutualAidFen) : ZERO_FEN;
  const source = rule?.source ?? '';
  if (accountFen > 0n) addStep(steps, 'ACCOUNT', source, askedFen, null, accountFen);
  if (mutualAidFen > 0n) addStep(steps, 'MUTUAL_AID', source, subtractFen(askedFen, accountFen), null, mutualAidFen);
  const cashFen = subtractFen(personalFen, accountFen, mutualAidFen);
  return { accountFen, mutualAidFen, cashFen, accountBalanceFen: subtractFen(account.balanceFen, accountFen) };
}
