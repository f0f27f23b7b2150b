import {
  addRates,
  compareRates,
  fen,
  formatYuan,
  maxFen,
  minFen,
  multiplyRates,
  rate,
  roundToFen,
  subtractFen,
  subtractRates,
  sumFen,
  ZERO_FEN,
  ZERO_RATE,
  type Fen,
  type Rate,
} from '@yiditong/money';
import { accumulated, type AccumulatorKind, type Accumulators } from './accumulators.js';
import { payOn, sliceByBands, type RatioBand } from './bands.js';
import { choose, holds, type Circumstances } from './choice.js';
import type { Explanation } from './explanation.js';
import type { Layer } from './policy.js';

/** What a bill has left unpaid so far. */
export type Unpaid = {
  /** In scope, the deductible included. */
  readonly selfPayFen: Fen;
  readonly deductibleFen: Fen;
  /** What lies above the pooling cap, exactly. */
  readonly aboveCap: Rate;
};

export type LayerPayment = {
  readonly paidFen: Fen;
  readonly unpaid: Unpaid;
  readonly deltas: Partial<Record<AccumulatorKind, bigint>>;
};

/** What one fund pays of what is left. Null where the policy has no ratio for these circumstances. */
export function payFromLayer(
  layer: Layer,
  of: Circumstances,
  unpaid: Unpaid,
  before: Accumulators,
  explanation: Explanation,
): LayerPayment | null {
  const nothing: LayerPayment = { paidFen: ZERO_FEN, unpaid, deltas: {} };
  if (!holds(layer.when, of)) return nothing;
  const bands = bandsOf(layer, of);
  if (bands === null) return null;
  const thresholdFen = choose(layer.threshold, of) ?? ZERO_FEN;
  const counted = layer.countsDeductible ? unpaid.selfPayFen : subtractFen(unpaid.selfPayFen, unpaid.deductibleFen);
  const selfPayFen = maxFen(ZERO_FEN, counted);
  const due = dueOf(layer, bands, thresholdFen, selfPayFen, unpaid.aboveCap, before);
  const most = layer.yearlyMost && choose(layer.yearlyMost, of);
  const leftFen =
    most === null ? due.fen : maxFen(ZERO_FEN, subtractFen(most, fen(accumulated(before, `${layer.fund}_PAID`))));
  const paidFen = minFen(due.fen, leftFen, unpaid.selfPayFen);
  if (due.fen > 0n) {
    const [only] = bands;
    const text = `${NAMES[layer.fund]}${thresholdFen > 0n ? `对超过 ${formatYuan(thresholdFen)} 元的部分` : ''}支付${paidFen < due.fen ? '，已达最高支付限额' : ''}`;
    explanation.add(
      layer.fund,
      layer.source,
      due.baseFen,
      bands.length === 1 && only ? only.ratio : null,
      paidFen,
      text,
    );
  }
  const deltas = {
    [`${layer.fund}_PAID`]: paidFen,
    ...(layer.base === 'YEAR_SELF_PAY' ? { [`${layer.fund}_BASE`]: selfPayFen } : {}),
  };
  const aboveCap = layer.base === 'ABOVE_POOLING_CAP' ? leftAbove(unpaid.aboveCap, paidFen, due.fen) : unpaid.aboveCap;
  return { paidFen, unpaid: { ...unpaid, selfPayFen: subtractFen(unpaid.selfPayFen, paidFen), aboveCap }, deltas };
}

const NAMES: Readonly<Record<Layer['fund'], string>> = {
  LARGE_SUM: '职工大额医疗费用补助',
  CRITICAL_ILLNESS: '大病保险',
  CIVIL_SERVANT: '公务员医疗补助',
  EMPLOYER_SUPPLEMENT: '企业补充医疗保险',
  MEDICAL_AID: '医疗救助',
  OTHER: '其他基金',
};

type Due = { readonly fen: Fen; readonly baseFen: Fen };

/**
 * The yearly kind is paid what the year's total is due after this bill, less what was due before it, so that the order of bills changes
 * nothing.
 */
function dueOf(
  { base, fund }: Layer,
  bands: readonly RatioBand[],
  thresholdFen: Fen,
  selfPayFen: Fen,
  aboveCap: Rate,
  before: Accumulators,
): Due {
  const dueUpTo = (totalFen: Fen): Fen =>
    payOn(sliceByBands(ZERO_FEN, maxFen(ZERO_FEN, subtractFen(totalFen, thresholdFen)), bands));
  switch (base) {
    case 'ABOVE_POOLING_CAP': {
      const above = subtractRates(aboveCap, rate(thresholdFen));
      return compareRates(above, ZERO_RATE) > 0
        ? { fen: roundToFen(payOnExact(above, bands)), baseFen: roundToFen(aboveCap) }
        : { fen: ZERO_FEN, baseFen: ZERO_FEN };
    }
    case 'SELF_PAY':
      return { fen: dueUpTo(selfPayFen), baseFen: selfPayFen };
    case 'YEAR_SELF_PAY': {
      const earlier = fen(accumulated(before, `${fund}_BASE`));
      return { fen: subtractFen(dueUpTo(sumFen([earlier, selfPayFen])), dueUpTo(earlier)), baseFen: selfPayFen };
    }
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

function bandsOf(layer: Layer, of: Circumstances): RatioBand[] | null {
  const bands: RatioBand[] = [];
  for (const { upToFen, ratio } of layer.bands) {
    const chosen = choose(ratio, of);
    if (chosen === null) return null;
    bands.push({ upToFen, ratio: chosen });
  }
  return bands;
}
