import type { Fund } from '@yiditong/codes';
import {
  addRates,
  compareRates,
  fen,
  maxFen,
  minFen,
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
import { payOn, sliceByBands, type RatioBand } from './bands.js';
import { choose, holds, type Circumstances } from './choice.js';
import type { FundPaid } from './claim.js';
import { addStep, type Steps } from './explanation.js';
import type { Layer } from './policy.js';

/** What a bill has left unpaid so far. */
export type Unpaid = {
  /** In scope, the deductible included. */
  readonly selfPayFen: Fen;
  readonly deductibleFen: Fen;
  /** What lies above the pooling cap, exactly. */
  readonly aboveCap: Rate;
};

export type LayerPayment = { readonly paid: FundPaid; readonly unpaid: Unpaid };

/** The names of a fund's own totals. */
type LayerTotals = { readonly paid: AccumulatorKind; readonly base: AccumulatorKind };
const LAYER_TOTALS: Readonly<Record<Exclude<Fund, 'POOLING'>, LayerTotals>> = {
  LARGE_SUM: { paid: 'LARGE_SUM_PAID', base: 'LARGE_SUM_BASE' },
  CRITICAL_ILLNESS: { paid: 'CRITICAL_ILLNESS_PAID', base: 'CRITICAL_ILLNESS_BASE' },
  CIVIL_SERVANT: { paid: 'CIVIL_SERVANT_PAID', base: 'CIVIL_SERVANT_BASE' },
  EMPLOYER_SUPPLEMENT: { paid: 'EMPLOYER_SUPPLEMENT_PAID', base: 'EMPLOYER_SUPPLEMENT_BASE' },
  MEDICAL_AID: { paid: 'MEDICAL_AID_PAID', base: 'MEDICAL_AID_BASE' },
  OTHER: { paid: 'OTHER_PAID', base: 'OTHER_BASE' },
};

/**
 * What one fund pays of what is left, which goes into the year's totals too. `NOTHING` where it isn't for these circumstances, null where
 * the policy has no ratio for them.
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
  const { fund } = layer;
  const totals = LAYER_TOTALS[fund];
  const thresholdFen = choose(layer.threshold, of) ?? ZERO_FEN;
  const counted = layer.countsDeductible ? unpaid.selfPayFen : subtractFen(unpaid.selfPayFen, unpaid.deductibleFen);
  const selfPayFen = maxFen(ZERO_FEN, counted);
  const due = dueOf(layer, bands, thresholdFen, selfPayFen, unpaid.aboveCap, fen(accumulated(before, totals.base)));
  const most = layer.yearlyMost && choose(layer.yearlyMost, of);
  // What the fund paid in the year, and in another layer of this bill.
  const paidSoFar = fen(accumulated(before, totals.paid) + (deltas[totals.paid] ?? 0n));
  const limitFen = most === null ? null : maxFen(ZERO_FEN, subtractFen(most, paidSoFar));
  const paidFen = minFen(due.fen, limitFen ?? due.fen, unpaid.selfPayFen);
  if (layer.base === 'YEAR_SELF_PAY') addTo(deltas, totals.base, selfPayFen);
  if (due.fen === ZERO_FEN) return 'NOTHING';

  addTo(deltas, totals.paid, paidFen);
  const [only] = bands;
  const ratio = bands.length === 1 && only ? only.ratio : null;
  const figureFen = thresholdFen > 0n ? thresholdFen : null;
  addStep(steps, fund, layer.source, due.baseFen, ratio, paidFen, figureFen, paidFen < due.fen);
  return {
    paid: { fund, amountFen: paidFen, baseFen: due.baseFen, limitFen },
    unpaid: {
      selfPayFen: subtractFen(unpaid.selfPayFen, paidFen),
      deductibleFen: unpaid.deductibleFen,
      aboveCap: layer.base === 'ABOVE_POOLING_CAP' ? leftAbove(unpaid.aboveCap, paidFen, due.fen) : unpaid.aboveCap,
    },
  };
}

type Due = { readonly fen: Fen; readonly baseFen: Fen };
const NO_DUE: Due = { fen: ZERO_FEN, baseFen: ZERO_FEN };

/**
 * The yearly kind is paid what the year's total is due after this bill, less what was due before it, so that the order of bills changes
 * nothing.
 */
function dueOf(
  { base }: Layer,
  bands: readonly RatioBand[],
  thresholdFen: Fen,
  selfPayFen: Fen,
  aboveCap: Rate,
  earlierFen: Fen,
): Due {
  const dueUpTo = (totalFen: Fen): Fen =>
    totalFen <= thresholdFen ? ZERO_FEN : payOn(sliceByBands(ZERO_FEN, subtractFen(totalFen, thresholdFen), bands));
  switch (base) {
    case 'ABOVE_POOLING_CAP': {
      if (aboveCap.numerator === 0n) return NO_DUE;
      const above = subtractRates(aboveCap, rate(thresholdFen));
      return compareRates(above, ZERO_RATE) > 0
        ? { fen: roundToFen(payOnExact(above, bands)), baseFen: roundToFen(aboveCap) }
        : NO_DUE;
    }
    case 'SELF_PAY':
      return { fen: dueUpTo(selfPayFen), baseFen: selfPayFen };
    case 'YEAR_SELF_PAY':
      return {
        fen: subtractFen(dueUpTo(fen(earlierFen + selfPayFen)), dueUpTo(earlierFen)),
        baseFen: selfPayFen,
      };
  }
}

/** The exact payment on an exact amount. */
function payOnExact(amount: Rate, bands: readonly RatioBand[]): Rate {
  let lower = ZERO_RATE;
  let paid = ZERO_RATE;
  for (const { upToFen, ratio } of bands) {
    const upper = upToFen === null || compareRates(amount, rate(upToFen)) < 0 ? amount : rate(upToFen);
    if (compareRates(upper, lower) > 0) paid = addRates(paid, multiplyRates(subtractRates(upper, lower), ratio));
    lower = upper;
  }
  return paid;
}

/** A layer that reached its own limit leaves to the next what it paid nothing of, in proportion. */
function leftAbove(aboveCap: Rate, paidFen: Fen, dueFen: Fen): Rate {
  return paidFen >= dueFen || dueFen === ZERO_FEN ? ZERO_RATE : multiplyRates(aboveCap, rate(dueFen - paidFen, dueFen));
}

/** Of layers that pay everybody alike. */
const constant = new WeakMap<Layer, readonly RatioBand[]>();

function bandsOf(layer: Layer, of: Circumstances): readonly RatioBand[] | null {
  const found = constant.get(layer);
  if (found !== undefined) return found;
  const bands: RatioBand[] = [];
  for (const { upToFen, ratio } of layer.bands) {
    const chosen = choose(ratio, of);
    if (chosen === null) return null;
    bands.push({ upToFen, ratio: chosen });
  }
  if (layer.bands.every(({ ratio }) => ratio.kind === 'VALUE')) constant.set(layer, bands);
  return bands;
}
