import {
  addRates,
  fen,
  maxFen,
  minFen,
  rate,
  shareExactly,
  subtractFen,
  ZERO_FEN,
  ZERO_RATE,
  type Fen,
  type Rate,
} from '@yiditong/money';

/** A slice of an amount and the ratio that it is paid at. */
export type Slice = { readonly amountFen: Fen; readonly ratio: Rate };

/** One band: amounts up to `upToFen` (null: all the rest) are paid at `ratio`. */
export type RatioBand = { readonly upToFen: Fen | null; readonly ratio: Rate };

/** Cuts the amount between two points of a scale into the slices of the bands it crosses. */
export function sliceByBands(fromFen: Fen, toFen: Fen, bands: readonly RatioBand[]): Slice[] {
  const slices: Slice[] = [];
  let lower = ZERO_FEN;
  for (const band of bands) {
    const upper = band.upToFen ?? toFen;
    const begin = maxFen(lower, fromFen);
    const end = minFen(upper, toFen);
    if (end > begin) slices.push({ amountFen: subtractFen(end, begin), ratio: band.ratio });
    lower = maxFen(lower, upper);
  }
  return slices;
}

/** The exact payment over all slices, to be rounded once. */
export function payExactly(slices: readonly Slice[]): Rate {
  return slices.reduce((sum, slice) => addRates(sum, shareExactly(slice.amountFen, slice.ratio)), ZERO_RATE);
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
