import type { Fund, Reason } from '@yiditong/codes';
import { minFen, subtractFen, sumFen, ZERO_FEN, type Fen } from '@yiditong/money';
import { accumulated, accumulatorEntries, type AccumulatorKind, type Accumulators } from './accumulators.js';
import type { Circumstances } from './choice.js';
import type { Adjudication, Claim } from './claim.js';
import { applyDeductible, deductibleKind } from './deductible.js';
import { Explanation } from './explanation.js';
import { payFromLayer, type Unpaid } from './layers.js';
import { splitTotal } from './line-split.js';
import { payableTotal, takeFirstSelfPay } from './parts.js';
import type { AccountRule, Policy, VisitRule } from './policy.js';
import { capKind, payFromPooling, type PoolingPayment } from './pooling.js';

export type AdjudicationResult =
  | { readonly ok: true; readonly adjudication: Adjudication }
  | { readonly ok: false; readonly reason: Reason };

type Deltas = Partial<Record<AccumulatorKind, bigint>>;
type Payments = readonly { readonly fund: Fund; readonly amountFen: Fen }[];

/**
 * Applies the home province's policy (参保地政策) to one claim, in the order of payment: first self-pay, deductible, pooling fund by
 * bands and within its caps, then every other fund in the policy's order; what is left is personal, of which accounts pay before
 * cash. Each fund is rounded once; what remains is found by subtraction.
 */
export function adjudicate(claim: Claim, policy: Policy, before: Accumulators): AdjudicationResult {
  const rule = policy.visits[claim.visitKind];
  if (!rule) return { ok: false, reason: 'VISIT_KIND_NOT_COVERED' };
  const visitNumber = Number(accumulated(before, `${claim.visitKind}_VISITS`)) + 1;
  const of: Circumstances = { ...claim, visitNumber };

  const explanation = new Explanation();
  const totalFen = splitTotal(claim.split);
  explanation.add(
    'IN_SCOPE',
    '通知二(一) 就医地目录',
    totalFen,
    null,
    claim.split.inScopeFen,
    '费用总额扣除全自费、超限价和先行自付后为政策范围内费用',
  );
  const parts = takeFirstSelfPay(claim, of, rule.firstSelfPay, explanation);
  const payableFen = payableTotal(parts);
  const deductibleFen = applyDeductible(claim, of, rule.deductible, payableFen, before, explanation);
  const pooling = payFromPooling(claim, of, policy, rule, parts, deductibleFen, before, explanation);
  if (pooling === null) return { ok: false, reason: 'POLICY_INCOMPLETE' };

  const payments = new Map<Fund, Fen>([['POOLING', pooling.paidFen]]);
  const deltas: Deltas = visitDeltas(claim, policy, rule, payableFen, deductibleFen, pooling);
  let unpaid: Unpaid = {
    selfPayFen: subtractFen(payableFen, pooling.paidFen),
    deductibleFen,
    aboveCap: pooling.aboveCap,
  };
  for (const layer of policy.layers) {
    const payment = payFromLayer(layer, of, unpaid, before, explanation);
    if (payment === null) return { ok: false, reason: 'POLICY_INCOMPLETE' };
    unpaid = payment.unpaid;
    payments.set(layer.fund, sumFen([payments.get(layer.fund) ?? ZERO_FEN, payment.paidFen]));
    for (const [kind, value] of accumulatorEntries(payment.deltas)) deltas[kind] = (deltas[kind] ?? 0n) + value;
  }

  const funds: Payments = [...payments]
    .map(([fund, amountFen]) => ({ fund, amountFen }))
    .filter(({ amountFen }) => amountFen > 0n);
  const fundTotalFen = sumFen(funds.map(({ amountFen }) => amountFen));
  const personalFen = subtractFen(totalFen, fundTotalFen);
  explanation.add('PERSONAL', '通知二(一)', totalFen, null, personalFen, '个人负担 = 费用总额 − 基金支付合计');
  const firstSelfPayFen = subtractFen(claim.split.inScopeFen, payableFen);
  return {
    ok: true,
    adjudication: {
      totalFen,
      split: claim.split,
      deductibleFen,
      funds,
      fundTotalFen,
      personalFen,
      ...payFromAccounts(claim, policy.account, personalFen, unpaid.selfPayFen, firstSelfPayFen, explanation),
      deltas: Object.fromEntries(Object.entries(deltas).filter(([, value]) => value !== 0n)),
      explanation: explanation.steps,
    },
  };
}

/** What the visit adds to the year's totals: those of every visit, and those that the policy counts by. */
function visitDeltas(
  claim: Claim,
  policy: Policy,
  rule: VisitRule,
  payableFen: Fen,
  deductibleFen: Fen,
  { paidFen, expenseFen }: PoolingPayment,
): Deltas {
  const kind = claim.visitKind;
  const deductible = deductibleKind(claim, rule.deductible);
  const capped = (kinds: readonly (AccumulatorKind | null)[], on: 'FUND' | 'EXPENSE'): Deltas =>
    Object.fromEntries(
      kinds.filter((each) => each !== null).map((each) => [each, on === 'FUND' ? paidFen : expenseFen]),
    );
  const keysOf = (on: 'FUND' | 'EXPENSE'): (AccumulatorKind | null)[] => [
    ...rule.caps.filter((cap) => cap.on === on).map((cap) => capKind(cap, kind, claim)),
    ...(policy.poolingCap?.on === on ? [capKind(policy.poolingCap, 'ALL', claim)] : []),
  ];
  return {
    [`${kind}_VISITS`]: 1n,
    [`${kind}_DEDUCTIBLE`]: deductibleFen,
    ...(deductible === null ? {} : { [deductible]: deductibleFen }),
    ...(rule.bandsOver === 'YEAR'
      ? { [`${kind}_SCALE`]: rule.bandsFrom === 'ZERO' ? payableFen : subtractFen(payableFen, deductibleFen) }
      : {}),
    [`${kind}_POOLING`]: paidFen,
    POOLING_PAID: paidFen,
    ...capped(keysOf('FUND'), 'FUND'),
    ...capped(keysOf('EXPENSE'), 'EXPENSE'),
  };
}

/** 个人账户 first, then relatives' (家庭共济), then cash. */
function payFromAccounts(
  { account, split }: Claim,
  rule: AccountRule | null,
  personalFen: Fen,
  inScopeFen: Fen,
  firstSelfPayFen: Fen,
  explanation: Explanation,
): Pick<Adjudication, 'accountFen' | 'mutualAidFen' | 'cashFen'> {
  if (rule === null || account === null) return { accountFen: ZERO_FEN, mutualAidFen: ZERO_FEN, cashFen: personalFen };
  const payable: Readonly<Record<AccountRule['pays'][number], Fen>> = {
    IN_SCOPE: inScopeFen,
    FIRST_SELF_PAY: sumFen([split.firstSelfPayFen, firstSelfPayFen]),
    OVER_CEILING: split.overCeilingFen,
    FULL_SELF_PAY: split.fullSelfPayFen,
  };
  const askedFen = sumFen([...new Set(rule.pays)].map((part) => payable[part]));
  const accountFen = minFen(askedFen, account.balanceFen);
  const mutualAidFen = rule.mutualAid ? minFen(subtractFen(askedFen, accountFen), account.mutualAidFen) : ZERO_FEN;
  if (accountFen > 0n) explanation.add('ACCOUNT', rule.source, askedFen, null, accountFen, '个人账户支付');
  if (mutualAidFen > 0n) explanation.add('MUTUAL_AID', rule.source, askedFen, null, mutualAidFen, '家庭共济账户支付');
  return { accountFen, mutualAidFen, cashFen: subtractFen(personalFen, accountFen, mutualAidFen) };
}
