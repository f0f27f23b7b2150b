import {
  addRates,
  divideToFen,
  fen,
  rate,
  shareExactly,
  ZERO_FEN,
  ZERO_RATE,
  type Fen,
  type Rate,
} from '@yiditong/money';

/** A slice of an amount and the ratio that it is paid at. */
export type Slice = { readonly amountFen: Fen; readonly ratio: Rate };

/** One band: amounts up to `upToFen` (null: all the rest) are paid at `ratio`. */
export type RatioBand = { readonly upToFen: Fen | null; readonly ratio: Rate };

/** Cuts the amount between two points of a scale into the slices of the bands that it crosses. */
export function sliceByBands<B extends RatioBand>(
  fromFen: Fen,
  toFen: Fen,
  bands: readonly B[],
): (Slice & { readonly band: B })[] {
  const slices: (Slice & { readonly band: B })[] = [];
  let lower = ZERO_FEN;
  for (const band of bands) {
    const upper = band.upToFen ?? toFen;
    const begin = lower > fromFen ? lower : fromFen;
    const end = upper < toFen ? upper : toFen;
    if (end > begin) slices.push({ amountFen: fen(end - begin), ratio: band.ratio, band });
    if (upper > lower) lower = upper;
  }
  return slices;
}

/**
 * What is paid on the slices up to each, rounded. The sums are exact, over a common denominator that isn't the least: to find that costs
 * more than everything else here.
 */
export function payUpToEach(slices: readonly Slice[]): Fen[] {
  let [paid, denominator] = [0n, 1n];
  return slices.map(({ amountFen, ratio }) => {
    if (ratio.denominator !== denominator) {
      paid *= ratio.denominator;
      const part = amountFen * ratio.numerator * denominator;
      denominator *= ratio.denominator;
      paid += part;
    } else {
      paid += amountFen * ratio.numerator;
    }
    return divideToFen(paid, denominator);
  });
}

/** What is paid on all slices, rounded once. */
export function payOn(slices: readonly Slice[]): Fen {
  return payUpToEach(slices).at(-1) ?? ZERO_FEN;
}

/**
 * How much of the slices, from the first on, a limited payment uses up, exactly. A payment that pays all
 * of them uses all of them.
 */
export function baseConsumedBy(paymentFen: Fen, slices: readonly Slice[]): Rate {
  let left = rate(paymentFen);
  let consumed = ZERO_RATE;
  for (const slice of slices) {
    const full = shareExactly(slice.amountFen, slice.ratio);
    const covers = left.numerator * full.denominator >= full.numerator * left.denominator;
    if (!covers)
      return addRates(
        consumed,
        rate(left.numerator * slice.ratio.denominator, left.denominator * slice.ratio.numerator),
      );
    consumed = addRates(consumed, rate(fen(slice.amountFen)));
    left = addRates(left, { numerator: -full.numerator, denominator: full.denominator });
  }
  return consumed;
}
