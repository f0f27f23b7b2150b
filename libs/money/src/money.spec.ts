import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRates,
  allocate,
  compareRates,
  fen,
  formatRate,
  formatYuan,
  magnitude,
  maxFen,
  minFen,
  multiplyRates,
  negateFen,
  parseDecimal,
  parseRate,
  parseYuan,
  rate,
  rateOfBps,
  roundToFen,
  share,
  shareExactly,
  subtractFen,
  subtractRates,
  sumFen,
  type Fen,
  type Rate,
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
    ['99999999999999.99', 9_999_999_999_999_999n],
  ])('read %s', (text, expected) => expect(parseYuan(text)).toBe(expected));

  it.each(['', '1.234', '1e3', ' 1', '1 ', '.5', '5.', '--5', '+5', 'NaN', '１', '100000000000000'])(
    'refuse %j',
    (text) => expect(parseYuan(text)).toBeNull(),
  );

  it.each([
    [0n, '0.00'],
    [1n, '0.01'],
    [-1n, '-0.01'],
    [-50n, '-0.50'],
    [123_456n, '1234.56'],
  ])('of %s fen are written %s', (value, text) => expect(formatYuan(fen(value))).toBe(text));

  it.each([
    [[3n], 3n, 3n],
    [[3n, -1n, 2n], -1n, 3n],
    [[-1n, 2n, 3n], -1n, 3n],
    [[3n, 2n, -1n], -1n, 3n],
  ])('of %s have a least and a most', (values, least, most) => {
    const [first, ...others] = values.map(fen) as [Fen, ...Fen[]];
    expect([minFen(first, ...others), maxFen(first, ...others)]).toEqual([least, most]);
  });

  it.each([
    [-3n, 3n],
    [0n, 0n],
    [3n, 3n],
  ])('of %s fen are %s without the sign', (value, expected) => expect(magnitude(value)).toBe(expected));

  it('are subtracted one after another', () => expect(subtractFen(fen(10n), fen(3n), fen(9n))).toBe(-2n));
});

describe('decimals', () => {
  it.each<[string, number, bigint | null]>([
    ['2', 4, 20_000n],
    ['16.26', 6, 16_260_000n],
    ['0.0001', 4, 1n],
    ['0.00001', 4, null],
    ['999999999999.5', 1, 9_999_999_999_995n],
    ['1000000000000', 1, null],
    ['1.', 4, null],
    ['1x', 4, null],
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
    ['12/48', '25%'],
    ['12/90', '2/15'],
    ['0%', '0%'],
    ['0.5%', '0.5%'],
    ['10.0503%', '10.0503%'],
    ['1.00001%', '100001/10000000'],
    ['123456789.123456789', '123456789123456789/1000000000'],
    ['123456789/987654321', '13717421/109739369'],
    ['1', '100%'],
    ['150%', '150%'],
  ])('read %s and write it as %s', (text, written) => expect(formatRate(parseRate(text) ?? rate(-1n))).toBe(written));

  it.each([
    '',
    '-5%',
    '1/0',
    '80 %',
    'abc',
    'x80%',
    '80%x',
    '8.%',
    '.8',
    'x4/5',
    '4/5x',
    '4/5%',
    '4/',
    '/5',
    '4//5',
    '1000000000',
    '1000000000/3',
    '1/1000000000',
    '0.1234567891',
  ])('refuse %j', (text) => expect(parseRate(text)).toBeNull());

  it.each([
    [6n, 4n, 3n, 2n],
    [-6n, 4n, -3n, 2n],
    [6n, -4n, -3n, 2n],
    [-6n, -4n, 3n, 2n],
    [0n, -7n, 0n, 1n],
    [7n, undefined, 7n, 1n],
  ])('are in lowest terms above a positive denominator: %s / %s is %s / %s', (of, by, numerator, denominator) =>
    expect(rate(of, by)).toEqual({ numerator, denominator }),
  );

  it('are made of basis points', () => expect(rateOfBps(8_550)).toEqual(rate(171n, 200n)));

  it('have a denominator', () =>
    expect(() => rate(1n, 0n)).toThrow(new RangeError('a rate needs a denominator other than zero')));

  it.each([
    ['1/2', '1/3', '5/6', '1/6', '1/6'],
    ['2/3', '1/6', '5/6', '1/2', '1/9'],
    ['3/4', '3/4', '3/2', '0/1', '9/16'],
    ['5/6', '0/1', '5/6', '5/6', '0/1'],
  ])('%s and %s make %s together, differ by %s, and multiply to %s', (one, other, ...expected) => {
    const [a, b] = [one, other].map((text) => parseRate(text) ?? rate(0n)) as [Rate, Rate];
    const found = [addRates(a, b), subtractRates(a, b), multiplyRates(a, b)];
    expect(found.map(({ numerator, denominator }) => `${numerator}/${denominator}`)).toEqual(expected);
  });

  it.each([
    ['1/3', '1/2', -1],
    ['1/2', '1/3', 1],
    ['2/5', '3/5', -1],
    ['2/4', '50%', 0],
    ['0', '1/9', -1],
  ])('%s compared with %s: %i', (one, other, expected) => {
    const [a, b] = [one, other].map((text) => parseRate(text) ?? rate(-1n)) as [Rate, Rate];
    expect(compareRates(a, b)).toBe(expected);
  });
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
    [-1n, '1/2', -1n],
    [0n, '85%', 0n],
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
  it.each([
    ['in proportion', 100n, [1n, 3n], [25n, 75n]],
    ['the left-over fen to the largest remainder', 10n, [1n, 4n, 2n], [1n, 6n, 3n]],
    ['one left-over fen to one part', 11n, [3n, 5n, 5n], [3n, 4n, 4n]],
    ['ties to the earlier part', 2n, [1n, 1n, 1n], [1n, 1n, 0n]],
    ['ties to the earlier part after larger remainders', 9n, [2n, 2n, 3n], [3n, 2n, 4n]],
    ['nothing to a weight of nothing', 7n, [0n, 2n, 0n], [0n, 7n, 0n]],
    ['a negative amount as its opposite', -10n, [1n, 4n, 2n], [-1n, -6n, -3n]],
    ['nothing', 0n, [1n, 1n], [0n, 0n]],
  ])('gives %s', (_, total, to, expected) => expect(allocate(fen(total), to)).toEqual(expected));

  it.each([[[]], [[0n]], [[0n, 0n]], [[-1n, 3n]], [[-1n]], [[-1n, -2n]]])('refuses the weights [%s]', (wrong) =>
    expect(() => allocate(fen(10n), wrong)).toThrow(new RangeError('weights must be non-negative and not all zero')),
  );

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
