import { fen, magnitude, type Fen } from './fen.js';

/** An exact fraction. The denominator is positive; the fraction is in lowest terms. */
export type Rate = { readonly numerator: bigint; readonly denominator: bigint };

/** Fails on a zero denominator, which is a programming error. */
export function rate(numerator: bigint, denominator = 1n): Rate {
  if (denominator < 0n) return rate(-numerator, -denominator);
  if (denominator === 0n) throw new RangeError('a rate needs a denominator other than zero');
  const divisor = gcd(magnitude(numerator), denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

export const ZERO_RATE = rate(0n);
export const WHOLE_RATE = rate(1n);

export function rateOfBps(basisPoints: number): Rate {
  return rate(BigInt(basisPoints), 10_000n);
}

/** Reads "85%", "96.1%", "0.9", "4/5" or "1"; null where the text is none of them. */
export function parseRate(text: string): Rate | null {
  if (/^\d{1,9}\/[1-9]\d{0,8}$/.test(text)) {
    const [numerator = 0n, denominator] = text.split('/').map((term) => BigInt(term));
    return rate(numerator, denominator);
  }
  const match = /^(\d{1,9})(?:\.(\d{1,9}))?(%)?$/.exec(text);
  if (!match) return null;
  const [, whole, decimals = '', percent] = match;
  const scale = 10n ** BigInt(decimals.length) * (percent ? 100n : 1n);
  return rate(BigInt(`${whole}${decimals}`), scale);
}

/** "85%" or "96.1%" where the rate has a finite percentage of at most four decimals, else "2/3". */
export function formatRate(value: Rate): string {
  const scaled = value.numerator * 1_000_000n;
  if (scaled % value.denominator !== 0n) return `${value.numerator}/${value.denominator}`;
  const millionths = (scaled / value.denominator).toString().padStart(5, '0');
  const decimals = millionths.slice(-4).replace(/0+$/, '');
  return `${millionths.slice(0, -4)}${decimals ? `.${decimals}` : ''}%`;
}

export function addRates(a: Rate, b: Rate): Rate {
  return rate(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function subtractRates(a: Rate, b: Rate): Rate {
  return addRates(a, { numerator: -b.numerator, denominator: b.denominator });
}

export function multiplyRates(a: Rate, b: Rate): Rate {
  return rate(a.numerator * b.numerator, a.denominator * b.denominator);
}

export function compareRates(a: Rate, b: Rate): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** An exact share of an amount, in fen, not rounded yet. */
export function shareExactly(amount: Fen, of: Rate): Rate {
  return rate(amount * of.numerator, of.denominator);
}

/**
 * The one rounding rule: half up to the fen, away from zero on negatives, so that a reversal is the
 * exact negation. Where an amount is divided in two, round one side and subtract for the other.
 */
export function roundToFen(exact: Rate): Fen {
  return divideToFen(exact.numerator, exact.denominator);
}

/** A quotient rounded by the one rule. Its terms needn't be the lowest, which cost more to find than the division. The divisor is positive. */
export function divideToFen(dividend: bigint, divisor: bigint): Fen {
  const rounded = (magnitude(dividend) * 2n + divisor) / (divisor * 2n);
  return fen(dividend < 0n ? -rounded : rounded);
}

/** A share of an amount, rounded by the one rule. */
export function share(amount: Fen, of: Rate): Fen {
  return divideToFen(amount * of.numerator, of.denominator);
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
