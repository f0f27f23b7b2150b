import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRates,
  allocate,
  fen,
  formatRate,
  formatYuan,
  negateFen,
  parseDecimal,
  parseRate,
  parseYuan,
  rate,
  roundToFen,
  share,
  shareExactly,
  subtractFen,
  sumFen,
} from './index.js';

const amount = fc.bigInt({ min: -(10n ** 13n), max: 10n ** 13n }).map(fen);
const fraction = fc
  .tuple(fc.bigInt({ min: 0n, max: 10_000n }), fc.bigInt({ min: 1n, max: 10_000n }))
  .map(([n, d]) => rate(n, d));

describe('amounts', () => {
  it('are written and read in yuan without loss', () => {
    fc.assert(fc.property(amount, (value) => parseYuan(formatYuan(value)) === value));
  });

  it.each([
    ['48.89', 4889n],
    ['0.5', 50n],
    ['-3.07', -307n],
    ['15', 1500n],
  ])('read %s', (text, expected) => expect(parseYuan(text)).toBe(expected));

  it.each(['', '1.234', '1e3', ' 1', '.5', 'NaN', '１'])('refuse %j', (text) => expect(parseYuan(text)).toBeNull());
});

describe('decimals', () => {
  it.each<[string, number, bigint | null]>([
    ['2', 4, 20_000n],
    ['16.26', 6, 16_260_000n],
    ['0.0001', 4, 1n],
    ['0.00001', 4, null],
    ['-1', 4, null],
    ['', 4, null],
    ['1e3', 4, null],
  ])('%j at scale %i', (text, scale, expected) => expect(parseDecimal(text, scale)).toBe(expected));
});

describe('rates', () => {
  it.each([
    ['85%', '85%'],
    ['96.1%', '96.1%'],
    ['0.9', '90%'],
    ['4/5', '80%'],
    ['2/3', '2/3'],
    ['0%', '0%'],
  ])('read %s and write it as %s', (text, written) => expect(formatRate(parseRate(text) ?? rate(-1n))).toBe(written));

  it.each(['', '-5%', '1/0', '80 %', 'abc'])('refuse %j', (text) => expect(parseRate(text)).toBeNull());
});

describe('rounding', () => {
  it.each([
    // [fen, rate, expected]: the two roundings of the published case, and the half that trips pages up
    [3177n, '10%', 318n],
    [6111n, '80%', 4889n],
    [54550n, '5%', 2728n],
    [-54550n, '5%', -2728n],
    [1n, '1/2', 1n],
    [1n, '49%', 0n],
  ])('%s fen × %s is %s fen', (base, text, expected) =>
    expect(share(fen(base), parseRate(text) ?? rate(0n))).toBe(expected),
  );

  it('negates exactly', () => {
    fc.assert(fc.property(amount, fraction, (base, of) => share(negateFen(base), of) === -share(base, of)));
  });

  it('is never half a fen away from the exact share', () => {
    fc.assert(
      fc.property(amount, fraction, (base, of) => {
        const exact = shareExactly(base, of);
        const off = addRates(exact, rate(-roundToFen(exact)));
        return 2n * (off.numerator < 0n ? -off.numerator : off.numerator) <= off.denominator;
      }),
    );
  });

  it('leaves parts that sum to the whole when the other side is subtracted', () => {
    fc.assert(
      fc.property(
        amount,
        fraction,
        (base, of) => sumFen([share(base, of), subtractFen(base, share(base, of))]) === base,
      ),
    );
  });
});

describe('allocation', () => {
  const weights = fc
    .array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 30 })
    .filter((w) => w.some((x) => x > 0n));

  it('sums to the whole', () => {
    fc.assert(fc.property(amount, weights, (total, w) => sumFen(allocate(total, w)) === total));
  });

  it('keeps each part within one fen of its exact share', () => {
    fc.assert(
      fc.property(amount, weights, (total, w) => {
        const sum = w.reduce((a, b) => a + b, 0n);
        return allocate(total, w).every((part, i) => {
          const distance = part * sum - total * (w[i] ?? 0n);
          return (distance < 0n ? -distance : distance) < sum;
        });
      }),
    );
  });
});
