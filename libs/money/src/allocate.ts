import { fen, magnitude, type Fen } from './fen.js';

/**
 * Divides an amount in proportion to weights without loss: each part is within one fen of its exact
 * share, and the parts sum to the whole. Left-over fen go to the largest remainders, ties to the
 * earlier part. Weights are not negative and not all zero; anything else is a programming error.
 */
export function allocate(total: Fen, weights: readonly bigint[]): Fen[] {
  const sum = weights.reduce((a, b) => a + b, 0n);
  if (sum <= 0n || weights.some((weight) => weight < 0n))
    throw new RangeError('weights must be non-negative and not all zero');
  const whole = magnitude(total);
  const parts = weights.map((weight) => (whole * weight) / sum);
  const remainders = weights.map((weight, index) => ({ index, remainder: (whole * weight) % sum }));
  // Sorting is stable, so that ties stay in the order of the parts.
  remainders.sort((a, b) => (a.remainder > b.remainder ? -1 : a.remainder < b.remainder ? 1 : 0));
  let left = whole - parts.reduce((a, b) => a + b, 0n);
  for (const { index } of remainders) {
    if (left === 0n) break;
    parts[index] = (parts[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return parts.map((part) => fen(total < 0n ? -part : part));
}
