import {
  compareRates,
  fen,
  maxFen,
  minFen,
  rate,
  subtractFen,
  subtractRates,
  ZERO_FEN,
  ZERO_RATE,
  type Fen,
  type Rate,
} from '@yiditong/money';
import { accumulated, TOTALS_OF, type AccumulatorKind, type Accumulators } from './accumulators.js';
import { baseConsumedBy, payOn, payUpToEach, sliceByBands, type Slice } from './bands.js';
import { chooseFigure, type Circumstances } from './choice.js';
import type { Claim } from './claim.js';
import { addStep, type Steps } from './explanation.js';
import { LIMIT_NAMES } from './limit-explanation.js';
import type { PayablePart } from './parts.js';
import { keyOf } from './periods.js';
import type { Cap, Policy, VisitRule } from './policy.js';
import { bandsFor, type PoolingBand } from './pooling-bands.js';

/** What a fund's limit kept it from paying, and what of its base that stands for, exactly. Both nothing, or neither. */
export type AboveCap = { readonly shortFen: Fen; readonly exact: Rate };
const NOTHING_ABOVE: AboveCap = { shortFen: ZERO_FEN, exact: ZERO_RATE };

/** What the pooling fund pays, on how much, what it could have paid at most (null where nothing limits it), and what its yearly cap cuts off. */
export type PoolingPayment = {
  readonly paidFen: Fen;
  readonly expenseFen: Fen;
  readonly limitFen: Fen | null;
  readonly aboveCap: AboveCap;
};

type PoolingSlice = Slice & { readonly band: PoolingBand };

/** 统筹基金: by bands and adjusted ratios, within its caps. Rounded once. Null where the policy has no ratio for these circumstances. */
export function payFromPooling(
  claim: Claim,
  of: Circumstances,
  policy: Policy,
  rule: VisitRule,
  parts: readonly PayablePart[],
  deductibleFen: Fen,
  before: Accumulators,
  steps: Steps,
): PoolingPayment | null {
  const all = slicesOf(of, policy, rule, parts, deductibleFen, before);
  if (all === null) return null;
  const limits = limitsOf(claim, of, policy, rule, before);

  const baseFen = totalOf(all);
  const expenseFen = within(baseFen, limits, 'EXPENSE');
  explainLimits(limits, 'EXPENSE', baseFen, expenseFen, steps);
  const slices = expenseFen === baseFen ? all : firstOf(all, expenseFen);
  const dueFen = explainSlices(slices, steps);
  const visitFen = within(dueFen, limits, 'FUND', 'VISIT_CAPS');
  const paidFen = within(dueFen, limits, 'FUND');
  explainLimits(limits, 'FUND', dueFen, paidFen, steps);

  let limitFen: Fen | null = null;
  for (const { cap, leftFen } of limits)
    if (cap.on === 'FUND' && (limitFen === null || leftFen < limitFen)) limitFen = leftFen;
  return { paidFen, expenseFen, limitFen, aboveCap: aboveCapOf(limits, baseFen, slices, paidFen, visitFen) };
}

/** A line for each limit that is why no more is given. */
function explainLimits(limits: readonly Limit[], on: Cap['on'], askedFen: Fen, givenFen: Fen, steps: Steps): void {
  if (givenFen === askedFen) return;
  for (const { cap, source, mostFen, leftFen } of limits)
    if (cap.on === on && leftFen === givenFen)
      addStep(steps, 'POOLING_CAP', source, askedFen, null, givenFen, mostFen, LIMIT_NAMES[on][cap.period]);
}

/** Rounds the payment on all slices once. Each line of the explanation is what its slice adds to that, so that the lines sum to it. */
function explainSlices(slices: readonly PoolingSlice[], steps: Steps): Fen {
  let dueFen = ZERO_FEN;
  const upToEach = payUpToEach(slices);
  slices.forEach(({ amountFen, ratio, band }, index) => {
    const upToHere = upToEach[index] ?? dueFen;
    addStep(steps, 'POOLING_RATIO', band.source, amountFen, ratio, fen(upToHere - dueFen), null, band.words);
    dueFen = upToHere;
  });
  return dueFen;
}

/**
 * What the kind of visit would have been paid on but for the pooling fund's own yearly cap, which alone hands on: what a visit's own caps
 * leave unpaid nobody else pays.
 */
function aboveCapOf(
  limits: readonly Limit[],
  allFen: Fen,
  slices: readonly Slice[],
  paidFen: Fen,
  visitFen: Fen,
): AboveCap {
  const own = limits.find(({ isPoolingCap }) => isPoolingCap);
  if (own?.cap.on === 'FUND' && paidFen < visitFen) {
    const exact = subtractRates(baseOf(visitFen, slices), baseOf(paidFen, slices));
    return { shortFen: subtractFen(visitFen, paidFen), exact };
  }
  if (own?.cap.on !== 'EXPENSE') return NOTHING_ABOVE;
  const shortFen = subtractFen(within(allFen, limits, 'EXPENSE', 'VISIT_CAPS'), totalOf(slices));
  return { shortFen, exact: rate(shortFen) };
}

/** What of the slices a payment uses up, exactly: all, where it pays all of them, which rounding may make a little less. */
function baseOf(paymentFen: Fen, slices: readonly Slice[]): Rate {
  return paymentFen === payOn(slices) ? rate(totalOf(slices)) : baseConsumedBy(paymentFen, slices);
}

function totalOf(slices: readonly Slice[]): Fen {
  let total = 0n;
  for (const { amountFen } of slices) total += amountFen;
  return fen(total);
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
  let position = rule.bandsOver === 'YEAR' ? accumulated(before, TOTALS_OF[of.visitKind].SCALE) : 0n;
  let deductibleLeft = deductibleFen;
  for (const part of parts) {
    const deducted = deductibleLeft < part.payableFen ? deductibleLeft : part.payableFen;
    deductibleLeft = fen(deductibleLeft - deducted);
    if (rule.bandsFrom === 'ZERO') position += deducted;
    const end = position + part.payableFen - deducted;
    const bands = bandsFor(of, part, policy, rule);
    if (bands === null) return null;
    for (const slice of sliceByBands(fen(position), fen(end), bands)) append(slices, slice);
    position = end;
  }
  return slices;
}

/** Slices that differ in nothing are one. */
function append(slices: PoolingSlice[], next: PoolingSlice): void {
  const last = slices.at(-1);
  const isAlike =
    last &&
    compareRates(last.ratio, next.ratio) === 0 &&
    last.band.source === next.band.source &&
    last.band.words.zh === next.band.words.zh;
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

type Limit = {
  readonly cap: Cap;
  readonly source: string;
  readonly mostFen: Fen;
  /** What earlier bills leave of it. */
  readonly leftFen: Fen;
  readonly isPoolingCap: boolean;
};

/** The visit's own caps and the pooling fund's, as far as they say something of these circumstances. */
function limitsOf(
  claim: Claim,
  of: Circumstances,
  policy: Policy,
  rule: VisitRule,
  before: Accumulators,
): readonly Limit[] {
  const limits: Limit[] = [];
  const add = (cap: Cap, isPoolingCap: boolean): void => {
    const most = chooseFigure(cap.most, of);
    if (most === null) return;
    const { value: mostFen, source = cap.source } = most;
    const kind = capKind(cap, isPoolingCap ? 'ALL' : of.visitKind, claim);
    const usedFen = kind === null ? ZERO_FEN : fen(accumulated(before, kind));
    limits.push({ cap, source, mostFen, leftFen: maxFen(ZERO_FEN, subtractFen(mostFen, usedFen)), isPoolingCap });
  };
  for (const cap of rule.caps) add(cap, false);
  if (policy.poolingCap !== null) add(policy.poolingCap, true);
  return limits;
}

/** What of an amount the limits on it let through: all of them, or only the visit's own. */
function within(amountFen: Fen, limits: readonly Limit[], on: Cap['on'], which: 'ALL' | 'VISIT_CAPS' = 'ALL'): Fen {
  let least = amountFen;
  for (const { cap, leftFen, isPoolingCap } of limits)
    if (cap.on === on && leftFen < least && !(isPoolingCap && which === 'VISIT_CAPS')) least = leftFen;
  return least;
}

/** The total that a cap is counted by; null where each visit has its own. */
export function capKind(cap: Cap, scope: Claim['visitKind'] | 'ALL', claim: Claim): AccumulatorKind | null {
  if (cap.period === 'VISIT') return null;
  if (scope === 'ALL') return keyOf(cap.on === 'FUND' ? 'POOLING_PAID' : 'POOLING_EXPENSE', cap.period, claim.endedOn);
  const kind = TOTALS_OF[scope][cap.on === 'FUND' ? 'POOLING' : 'EXPENSE'];
  const key = keyOf(kind, cap.period, claim.endedOn);
  return cap.perDisease ? `${kind}@${[claim.diseaseCode ?? '', key.split('@')[1]].filter(Boolean).join('/')}` : key;
}
