import {
  addRates,
  compareRates,
  fen,
  maxFen,
  multiplyRates,
  rate,
  roundToFen,
  subtractFen,
  subtractRates,
  ZERO_FEN,
  ZERO_RATE,
  type Fen,
  type Rate,
} from '@yiditong/money';
import { accumulated, addTo, type AccumulatorKind, type Accumulators, type Deltas } from './accumulators.js';
import { payUpToEach, sliceByBands, type RatioBand, type Slice } from './bands.js';
import { choose, chooseFigure, holds, type Circumstances, type Figure } from './choice.js';
import type { FundPaid } from './claim.js';
import { addStep, type Steps } from './explanation.js';
import { LAYER_RULES, type LayerFund } from './layer-explanation.js';
import type { Layer } from './policy.js';
import type { AboveCap } from './pooling.js';

/** What a bill has left unpaid so far. */
export type Unpaid = {
  /** In scope, the deductible included. */
  readonly selfPayFen: Fen;
  readonly deductibleFen: Fen;
  readonly aboveCap: AboveCap;
};

export type LayerPayment = { readonly paid: FundPaid; readonly unpaid: Unpaid };

/** The names of a fund's own totals. */
type LayerTotals = { readonly paid: AccumulatorKind; readonly base: AccumulatorKind };
const LAYER_TOTALS: Readonly<Record<LayerFund, LayerTotals>> = {
  LARGE_SUM: { paid: 'LARGE_SUM_PAID', base: 'LARGE_SUM_BASE' },
  CRITICAL_ILLNESS: { paid: 'CRITICAL_ILLNESS_PAID', base: 'CRITICAL_ILLNESS_BASE' },
  CIVIL_SERVANT: { paid: 'CIVIL_SERVANT_PAID', base: 'CIVIL_SERVANT_BASE' },
  EMPLOYER_SUPPLEMENT: { paid: 'EMPLOYER_SUPPLEMENT_PAID', base: 'EMPLOYER_SUPPLEMENT_BASE' },
  MEDICAL_AID: { paid: 'MEDICAL_AID_PAID', base: 'MEDICAL_AID_BASE' },
  OTHER: { paid: 'OTHER_PAID', base: 'OTHER_BASE' },
};

/**
 * What one fund pays of what is left, which goes into the year's totals too. `NOTHING` where it isn't for these circumstances or nothing is
 * due, null where the policy has no ratio for them.
 */
export function payFromLayer(
  layer: Layer,
  of: Circumstances,
  unpaid: Unpaid,
  before: Accumulators,
  deltas: Deltas,
  steps: Steps,
): LayerPayment | 'NOTHING' | null {
  if (!holds(layer.when, of)) return 'NOTHING';
  const bands = bandsOf(layer, of);
  if (bands === null) return null;
  const { fund, base } = layer;
  const totals = LAYER_TOTALS[fund];
  const counted = countedBy(layer, of, unpaid, base === 'YEAR_SELF_PAY' ? accumulated(before, totals.base) : 0n);
  if (base === 'YEAR_SELF_PAY') addTo(deltas, totals.base, counted.fen);
  if (counted.toFen === counted.fromFen) return 'NOTHING';
  const slices =
    base === 'ABOVE_POOLING_CAP'
      ? payAbove(bands, counted, unpaid.aboveCap.exact)
      : payBetween(bands, counted.fromFen, counted.toFen);
  const dueFen = totalPaid(slices);
  if (dueFen === ZERO_FEN) return 'NOTHING';

  explainCounted(steps, layer, of, unpaid, counted);
  for (const { amountFen, ratio, paidFen, source } of slices) addStep(steps, fund, source, amountFen, ratio, paidFen);
  const most = layer.yearlyMost && chooseFigure(layer.yearlyMost, of);
  // What the fund paid in the year, and in another layer of this bill.
  const paidSoFar = fen(accumulated(before, totals.paid) + (deltas[totals.paid] ?? 0n));
  const limitFen = most === null ? null : maxFen(ZERO_FEN, subtractFen(most.value, paidSoFar));
  const paidFen = limit(steps, layer, dueFen, most, limitFen, unpaid.selfPayFen);
  addTo(deltas, totals.paid, paidFen);
  return {
    paid: { fund, amountFen: paidFen, baseFen: counted.fen, limitFen },
    unpaid: {
      selfPayFen: subtractFen(unpaid.selfPayFen, paidFen),
      deductibleFen: unpaid.deductibleFen,
      aboveCap: base === 'ABOVE_POOLING_CAP' ? leftAbove(unpaid.aboveCap, paidFen, dueFen) : unpaid.aboveCap,
    },
  };
}

/** What a fund counts, in fen, and between which points above its threshold this bill lies on the scale of its bands. */
type Counted = {
  readonly fen: Fen;
  readonly earlierFen: Fen;
  readonly thresholdFen: Fen;
  readonly fromFen: Fen;
  readonly toFen: Fen;
};

function countedBy(layer: Layer, of: Circumstances, unpaid: Unpaid, earlier: bigint): Counted {
  const { selfPayFen, deductibleFen, aboveCap } = unpaid;
  const ofSelfPay = layer.countsDeductible ? selfPayFen : notBelowZero(selfPayFen - deductibleFen);
  const countedFen = layer.base === 'ABOVE_POOLING_CAP' ? roundToFen(aboveCap.exact) : ofSelfPay;
  const thresholdFen = choose(layer.threshold, of) ?? ZERO_FEN;
  return {
    fen: countedFen,
    earlierFen: fen(earlier),
    thresholdFen,
    fromFen: notBelowZero(earlier - thresholdFen),
    toFen: notBelowZero(earlier + countedFen - thresholdFen),
  };
}

type LayerBand = RatioBand & { readonly source: string };
type PaidSlice = Slice & { readonly paidFen: Fen; readonly source: string };

/**
 * What the year's total is due after this bill, less what was due before it, so that the order of bills changes nothing. Both are rounded
 * once; each slice's line is what it adds to that.
 */
function payBetween(bands: readonly LayerBand[], fromFen: Fen, toFen: Fen): PaidSlice[] {
  const earlier = sliceByBands(ZERO_FEN, fromFen, bands);
  const slices = sliceByBands(fromFen, toFen, bands);
  const upToEach = payUpToEach([...earlier, ...slices]);
  let upToHere = upToEach[earlier.length - 1] ?? ZERO_FEN;
  return slices.map(({ amountFen, ratio, band: { source } }, index) => {
    const paidBefore = upToHere;
    upToHere = upToEach[earlier.length + index] ?? paidBefore;
    return { amountFen, ratio, paidFen: fen(upToHere - paidBefore), source };
  });
}

/**
 * The payment on an exact amount, rounded once. Only the last slice may be no whole fen, so that each line is what it adds to the rounded
 * payment on those after it: it stays within a fen of the slice that is shown.
 */
function payAbove(bands: readonly LayerBand[], { toFen, thresholdFen }: Counted, exact: Rate): PaidSlice[] {
  const slices = sliceByBands(ZERO_FEN, toFen, bands);
  const above = subtractRates(exact, rate(thresholdFen));
  let beginFen = toFen;
  let dueAfter = ZERO_FEN;
  const paid = slices.toReversed().map(({ amountFen, ratio, band: { source } }) => {
    beginFen = subtractFen(beginFen, amountFen);
    const paidAfter = dueAfter;
    dueAfter = roundToFen(payExactly(bands, rate(beginFen), above));
    return { amountFen, ratio, paidFen: subtractFen(dueAfter, paidAfter), source };
  });
  return paid.toReversed();
}

/** The exact payment between two points of the scale. */
function payExactly(bands: readonly RatioBand[], from: Rate, to: Rate): Rate {
  let lower = from;
  let paid = ZERO_RATE;
  for (const { upToFen, ratio } of bands) {
    const upper = upToFen === null || compareRates(to, rate(upToFen)) < 0 ? to : rate(upToFen);
    if (compareRates(upper, lower) <= 0) continue;
    paid = addRates(paid, multiplyRates(subtractRates(upper, lower), ratio));
    lower = upper;
  }
  return paid;
}

/** How the amount that the bands divide comes about, a line for each change of it. */
function explainCounted(steps: Steps, layer: Layer, of: Circumstances, unpaid: Unpaid, counted: Counted): void {
  const { fund, source, base } = layer;
  const rules = LAYER_RULES[fund];
  const { earlierFen, thresholdFen, fromFen, toFen } = counted;
  const totalFen = fen(earlierFen + counted.fen);
  if (base === 'ABOVE_POOLING_CAP') {
    const { shortFen, exact } = unpaid.aboveCap;
    addStep(steps, rules.COUNTED, source, shortFen, multiplyRates(exact, rate(1n, shortFen)), counted.fen);
  } else {
    const exceptFen = subtractFen(unpaid.selfPayFen, counted.fen);
    addStep(steps, rules.COUNTED, source, unpaid.selfPayFen, null, counted.fen, exceptFen > 0n ? exceptFen : null);
  }
  if (earlierFen > 0n) addStep(steps, rules.YEAR, source, counted.fen, null, totalFen, earlierFen);
  if (thresholdFen > 0n) {
    const ofThreshold = chooseFigure(layer.threshold, of)?.source ?? source;
    addStep(steps, rules.THRESHOLD, ofThreshold, totalFen, null, toFen, thresholdFen);
  }
  if (fromFen > 0n) addStep(steps, rules.EARLIER, source, toFen, null, subtractFen(toFen, fromFen), fromFen);
}

/** What of its due a fund pays: no more than its limit lets it, and than is left unpaid. */
function limit(
  steps: Steps,
  { fund, source }: Layer,
  dueFen: Fen,
  most: Figure<Fen> | null,
  limitFen: Fen | null,
  unpaidFen: Fen,
): Fen {
  const rules = LAYER_RULES[fund];
  let paidFen = dueFen;
  if (most !== null && limitFen !== null && limitFen < paidFen) {
    addStep(steps, rules.CAP, most.source ?? source, paidFen, null, limitFen, most.value);
    paidFen = limitFen;
  }
  if (unpaidFen < paidFen) {
    addStep(steps, rules.UNPAID, source, paidFen, null, unpaidFen, unpaidFen);
    paidFen = unpaidFen;
  }
  return paidFen;
}

/** A layer that reached its own limit leaves to the next what it paid nothing of, in proportion. */
function leftAbove({ exact }: AboveCap, paidFen: Fen, dueFen: Fen): AboveCap {
  const shortFen = subtractFen(dueFen, paidFen);
  return { shortFen, exact: multiplyRates(exact, rate(shortFen, dueFen)) };
}

function totalPaid(slices: readonly PaidSlice[]): Fen {
  let total = 0n;
  for (const { paidFen } of slices) total += paidFen;
  return fen(total);
}

function notBelowZero(amount: bigint): Fen {
  return maxFen(ZERO_FEN, fen(amount));
}

/** Of layers that pay everybody alike. */
const constant = new WeakMap<Layer, readonly LayerBand[]>();

function bandsOf(layer: Layer, of: Circumstances): readonly LayerBand[] | null {
  const found = constant.get(layer);
  if (found !== undefined) return found;
  const bands: LayerBand[] = [];
  for (const { upToFen, ratio, source = layer.source } of layer.bands) {
    const chosen = chooseFigure(ratio, of);
    if (chosen === null) return null;
    bands.push({ upToFen, ratio: chosen.value, source: chosen.source ?? source });
  }
  if (layer.bands.every(({ ratio }) => ratio.kind === 'VALUE')) constant.set(layer, bands);
  return bands;
}
