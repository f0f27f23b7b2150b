import {
  compareRates,
  fen,
  formatYuan,
  maxFen,
  minFen,
  rate,
  subtractFen,
  subtractRates,
  sumFen,
  ZERO_FEN,
  ZERO_RATE,
  type Fen,
  type Rate,
} from '@yiditong/money';
import { accumulated, type AccumulatorKind, type Accumulators } from './accumulators.js';
import { baseConsumedBy, payOn, payUpToEach, sliceByBands, type Slice } from './bands.js';
import { choose, type Circumstances } from './choice.js';
import type { Claim } from './claim.js';
import type { Explanation } from './explanation.js';
import type { PayablePart } from './parts.js';
import { keyOf } from './periods.js';
import type { Cap, Policy, VisitRule } from './policy.js';
import { bandsFor, type PoolingBand } from './pooling-bands.js';

/** What the pooling fund pays, what of its base lies above its yearly cap, exactly, and on how much it paid. */
export type PoolingPayment = { readonly paidFen: Fen; readonly aboveCap: Rate; readonly expenseFen: Fen };

type PoolingSlice = Slice & Omit<PoolingBand, 'upToFen'>;

/** 统筹基金: by bands and adjusted ratios, within its caps. Rounded once. Null where the policy has no ratio for these circumstances. */
export function payFromPooling(
  claim: Claim,
  of: Circumstances,
  policy: Policy,
  rule: VisitRule,
  parts: readonly PayablePart[],
  deductibleFen: Fen,
  before: Accumulators,
  explanation: Explanation,
): PoolingPayment | null {
  const all = slicesOf(of, policy, rule, parts, deductibleFen, before);
  if (all === null) return null;
  const limits = [
    ...rule.caps.map((cap) => limitOf(cap, of.visitKind, claim, of, before)),
    ...(policy.poolingCap ? [limitOf(policy.poolingCap, 'ALL', claim, of, before)] : []),
  ].filter((limit) => limit !== null);

  const baseFen = sumFen(all.map(({ amountFen }) => amountFen));
  const expenseFen = minFen(baseFen, ...limits.filter(({ cap }) => cap.on === 'EXPENSE').map(({ leftFen }) => leftFen));
  const slices = firstOf(all, expenseFen);
  const dueFen = explainSlices(slices, explanation);
  const onFund = limits.filter(({ cap }) => cap.on === 'FUND');
  const visitFen = minFen(dueFen, ...onFund.filter(({ isPoolingCap }) => !isPoolingCap).map(({ leftFen }) => leftFen));
  const paidFen = minFen(visitFen, ...onFund.filter(({ isPoolingCap }) => isPoolingCap).map(({ leftFen }) => leftFen));

  for (const { cap, leftFen } of limits) {
    const [asked, given] = cap.on === 'FUND' ? [dueFen, paidFen] : [baseFen, expenseFen];
    if (given < asked && given === leftFen) {
      const text = `已达最高支付限额，本次最多 ${formatYuan(leftFen)} 元`;
      explanation.add('POOLING_CAP', cap.source, asked, null, given, text);
    }
  }
  return { paidFen, expenseFen, aboveCap: aboveCapOf(limits, all, slices, paidFen, visitFen) };
}

/** Rounds the payment on all slices once. Each line of the explanation is what its slice adds to that, so that the lines sum to it. */
function explainSlices(slices: readonly PoolingSlice[], explanation: Explanation): Fen {
  let dueFen = ZERO_FEN;
  const upToEach = payUpToEach(slices);
  for (const [index, { amountFen, ratio, source, textZh }] of slices.entries()) {
    const upToHere = upToEach[index] ?? dueFen;
    explanation.add('POOLING_RATIO', source, amountFen, ratio, subtractFen(upToHere, dueFen), textZh);
    dueFen = upToHere;
  }
  return dueFen;
}

/**
 * What the kind of visit would have been paid on but for the pooling fund's own yearly cap, which alone hands on: what a visit's own caps
 * leave unpaid nobody else pays.
 */
function aboveCapOf(
  limits: readonly Limit[],
  all: readonly Slice[],
  slices: readonly Slice[],
  paidFen: Fen,
  visitFen: Fen,
): Rate {
  const own = limits.find(({ isPoolingCap }) => isPoolingCap);
  if (own?.cap.on === 'FUND')
    return paidFen < visitFen ? subtractRates(baseOf(visitFen, slices), baseOf(paidFen, slices)) : ZERO_RATE;
  const base = (of: readonly Slice[]): Fen => sumFen(of.map(({ amountFen }) => amountFen));
  const allowed = limits.filter(({ cap, isPoolingCap }) => cap.on === 'EXPENSE' && !isPoolingCap);
  const visitBaseFen = minFen(base(all), ...allowed.map(({ leftFen }) => leftFen));
  return own?.cap.on === 'EXPENSE' ? rate(subtractFen(visitBaseFen, base(slices))) : ZERO_RATE;
}

/** What of the slices a payment uses up, exactly: all, where it pays all of them, which rounding may make a little less. */
function baseOf(paymentFen: Fen, slices: readonly Slice[]): Rate {
  return paymentFen === payOn(slices)
    ? rate(sumFen(slices.map(({ amountFen }) => amountFen)))
    : baseConsumedBy(paymentFen, slices);
}

/** The deductible is taken from the first parts; the bands count from where the rule says. */
function slicesOf(
  of: Circumstances,
  policy: Policy,
  rule: VisitRule,
  parts: readonly PayablePart[],
  deductibleFen: Fen,
  before: Accumulators,
): PoolingSlice[] | null {
  const slices: PoolingSlice[] = [];
  const earlier = rule.bandsOver === 'YEAR' ? fen(accumulated(before, `${of.visitKind}_SCALE`)) : ZERO_FEN;
  let position = earlier;
  let deductibleLeft = deductibleFen;
  for (const { payableFen, ...part } of parts) {
    const deducted = minFen(deductibleLeft, payableFen);
    deductibleLeft = subtractFen(deductibleLeft, deducted);
    if (rule.bandsFrom === 'ZERO') position = fen(position + deducted);
    const end = fen(position + payableFen - deducted);
    const bands = bandsFor(of, part, policy, rule);
    if (bands === null) return null;
    for (const { amountFen, band } of sliceByBands(position, end, bands)) append(slices, { ...band, amountFen });
    position = end;
  }
  return slices;
}

/** Slices that differ in nothing are one. */
function append(slices: PoolingSlice[], next: PoolingSlice): void {
  const last = slices.at(-1);
  const isAlike =
    last && compareRates(last.ratio, next.ratio) === 0 && last.source === next.source && last.textZh === next.textZh;
  if (isAlike) slices[slices.length - 1] = { ...last, amountFen: fen(last.amountFen + next.amountFen) };
  else slices.push(next);
}

/** The first slices, up to an amount. */
function firstOf(slices: readonly PoolingSlice[], upToFen: Fen): PoolingSlice[] {
  let left = upToFen;
  const first: PoolingSlice[] = [];
  for (const slice of slices) {
    const amountFen = minFen(left, slice.amountFen);
    left = subtractFen(left, amountFen);
    if (amountFen > 0n) first.push({ ...slice, amountFen });
  }
  return first;
}

type Limit = { readonly cap: Cap; readonly leftFen: Fen; readonly isPoolingCap: boolean };

function limitOf(
  cap: Cap,
  scope: Claim['visitKind'] | 'ALL',
  claim: Claim,
  of: Circumstances,
  before: Accumulators,
): Limit | null {
  const most = choose(cap.most, of);
  if (most === null) return null;
  const kind = capKind(cap, scope, claim);
  const used = kind === null ? ZERO_FEN : fen(accumulated(before, kind));
  return { cap, leftFen: maxFen(ZERO_FEN, subtractFen(most, used)), isPoolingCap: scope === 'ALL' };
}

/** The total that a cap is counted by; null where each visit has its own. */
export function capKind(cap: Cap, scope: Claim['visitKind'] | 'ALL', claim: Claim): AccumulatorKind | null {
  if (cap.period === 'VISIT') return null;
  if (scope === 'ALL') return keyOf(cap.on === 'FUND' ? 'POOLING_PAID' : 'POOLING_EXPENSE', cap.period, claim.endedOn);
  const kind = `${scope}_${cap.on === 'FUND' ? 'POOLING' : 'EXPENSE'}` as const;
  const key = keyOf(kind, cap.period, claim.endedOn);
  return cap.perDisease ? `${kind}@${[claim.diseaseCode ?? '', key.split('@')[1]].filter(Boolean).join('/')}` : key;
}
