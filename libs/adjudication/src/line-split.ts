import type { ItemClass } from '@yiditong/codes';
import { fen, rate, roundToFen, share, subtractFen, sumFen, ZERO_FEN, type Fen, type Rate } from '@yiditong/money';

/** The four parts of an amount (费用四分). They sum to the whole. */
export type FeeSplit = {
  readonly fullSelfPayFen: Fen;
  readonly overCeilingFen: Fen;
  readonly firstSelfPayFen: Fen;
  readonly inScopeFen: Fen;
};

/** A fee line. Quantities are ten-thousandths, prices millionths of a yuan, as the wire's 16,4 and 16,6. */
export type ChargedLine = { readonly quantityE4: bigint; readonly unitPriceMicroYuan: bigint; readonly amountFen: Fen };

/** What the treating place's catalogue says of an item at the fee's own time. */
export type CoverageRule = {
  readonly itemClass: ItemClass;
  readonly firstSelfPay: Rate;
  /** Ceiling of the unit price in millionths of a yuan, or null for none. */
  readonly ceilingMicroYuan: bigint | null;
};

/** Hospitals round prices of six decimals; a line may differ from price × quantity by one fen. */
const LINE_TOLERANCE_FEN = 1n;

/** Whether the line's amount is its price times its quantity. */
export function lineAmountHolds(line: ChargedLine): boolean {
  const difference = line.amountFen - priceTimesQuantity(line.unitPriceMicroYuan, line.quantityE4);
  return (difference < 0n ? -difference : difference) <= LINE_TOLERANCE_FEN;
}

/**
 * Splits a line by the treating place's rule (就医地目录, 通知 二(一)). Class C and unlisted items are
 * full self-pay. The amount over the ceiling and the first self-pay are rounded half up per line; what is
 * in scope is found by subtraction.
 */
export function classifyLine(line: ChargedLine, rule: CoverageRule | null): FeeSplit {
  if (!rule || rule.itemClass === 'C') return { ...NOTHING, fullSelfPayFen: line.amountFen };
  const overCeilingFen = overCeiling(line, rule.ceilingMicroYuan);
  const withinCeiling = subtractFen(line.amountFen, overCeilingFen);
  const firstSelfPayFen = share(withinCeiling, rule.firstSelfPay);
  return { ...NOTHING, overCeilingFen, firstSelfPayFen, inScopeFen: subtractFen(withinCeiling, firstSelfPayFen) };
}

/** Adds splits part by part. */
export function sumSplits(splits: readonly FeeSplit[]): FeeSplit {
  return {
    fullSelfPayFen: sumFen(splits.map((s) => s.fullSelfPayFen)),
    overCeilingFen: sumFen(splits.map((s) => s.overCeilingFen)),
    firstSelfPayFen: sumFen(splits.map((s) => s.firstSelfPayFen)),
    inScopeFen: sumFen(splits.map((s) => s.inScopeFen)),
  };
}

export function splitTotal(split: FeeSplit): Fen {
  return sumFen([split.fullSelfPayFen, split.overCeilingFen, split.firstSelfPayFen, split.inScopeFen]);
}

const NOTHING: FeeSplit = {
  fullSelfPayFen: ZERO_FEN,
  overCeilingFen: ZERO_FEN,
  firstSelfPayFen: ZERO_FEN,
  inScopeFen: ZERO_FEN,
};

function overCeiling(line: ChargedLine, ceiling: bigint | null): Fen {
  if (ceiling === null || line.unitPriceMicroYuan <= ceiling) return ZERO_FEN;
  const excess = priceTimesQuantity(line.unitPriceMicroYuan - ceiling, line.quantityE4);
  return excess > line.amountFen ? line.amountFen : excess;
}

function priceTimesQuantity(priceMicroYuan: bigint, quantityE4: bigint): Fen {
  // 10^-6 yuan × 10^-4 units = 10^-10 yuan = 10^-8 fen
  return roundToFen(rate(fen(priceMicroYuan * quantityE4), 100_000_000n));
}
