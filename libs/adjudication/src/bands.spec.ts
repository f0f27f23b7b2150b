import { fen, maxFen, minFen, parseRate, rate, sumFen, ZERO_RATE, type Rate } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseConsumedBy, payOn, payUpToEach, sliceByBands, type RatioBand, type Slice } from './bands.js';

const ratioOf = (text: string): Rate => parseRate(text) ?? ZERO_RATE;
const slicesOf = (...slices: readonly (readonly [amount: bigint, ratio: string])[]): Slice[] =>
  slices.map(([amount, ratio]) => ({ amountFen: fen(amount), ratio: ratioOf(ratio) }));

describe('an amount on a scale', () => {
  const BANDS: RatioBand[] = [
    { upToFen: fen(100n), ratio: ratioOf('80%') },
    { upToFen: fen(300n), ratio: ratioOf('85%') },
    { upToFen: null, ratio: ratioOf('90%') },
  ];

  it.each<[string, bigint, bigint, [bigint, number][]]>([
    ['within the first band', 0n, 60n, [[60n, 0]]],
    ['up to the end of the first', 0n, 100n, [[100n, 0]]],
    ['from the end of the first', 100n, 101n, [[1n, 1]]],
    [
      'across all',
      40n,
      450n,
      [
        [60n, 0],
        [200n, 1],
        [150n, 2],
      ],
    ],
    ['above all', 300n, 450n, [[150n, 2]]],
    ['of nothing', 200n, 200n, []],
    ['of nothing at the end of a band', 100n, 100n, []],
  ])('is cut by the bands: %s', (_, from, to, expected) => {
    const slices = sliceByBands(fen(from), fen(to), BANDS);
    expect(slices.map(({ amountFen, band }) => [amountFen, BANDS.indexOf(band)])).toEqual(expected);
    expect(slices.every(({ ratio, band }) => ratio === band.ratio)).toBe(true);
  });

  it('is in one slice only where a band ends below the one before it', () => {
    const mixedUp = [
      { upToFen: fen(100n), ratio: ratioOf('80%') },
      { upToFen: fen(50n), ratio: ratioOf('85%') },
      { upToFen: null, ratio: ratioOf('90%') },
    ];
    expect(sliceByBands(fen(0n), fen(200n), mixedUp).map(({ amountFen }) => amountFen)).toEqual([100n, 100n]);
  });
});

describe('what is paid on slices', () => {
  it.each<[string, Slice[], bigint[]]>([
    ['of one ratio', slicesOf([101n, '50%'], [1n, '50%']), [51n, 51n]],
    ['of several', slicesOf([1n, '1/3'], [1n, '1/6'], [1n, '1/2']), [0n, 1n, 1n]],
    ['that change and change back', slicesOf([10n, '1/3'], [10n, '1/2'], [10n, '1/3']), [3n, 8n, 12n]],
    ['of which one pays nothing', slicesOf([10n, '0%'], [10n, '80%']), [0n, 8n]],
    ['of none', [], []],
  ])('is exact up to each, and rounded only then: %s', (_, slices, expected) => {
    expect(payUpToEach(slices)).toEqual(expected);
    expect(payOn(slices)).toBe(expected.at(-1) ?? 0n);
  });
});

describe('what a limited payment uses up', () => {
  const TWO = slicesOf([1_000n, '80%'], [1_000n, '90%']);

  it.each<[string, bigint, Slice[], Rate]>([
    ['nothing, if it is none', 0n, TWO, ZERO_RATE],
    ['a part of the first slice', 400n, TWO, rate(500n)],
    ['the first slice', 800n, TWO, rate(1_000n)],
    ['a part of the second', 1_250n, TWO, rate(1_500n)],
    ['parts of a fen', 801n, TWO, rate(9_010n, 9n)],
    ['all', 1_700n, TWO, rate(2_000n)],
    ['all, if it is more than is paid on them', 5_000n, TWO, rate(2_000n)],
    ['what nothing is paid on, on the way', 80n, slicesOf([500n, '0%'], [1_000n, '80%']), rate(600n)],
    ['what nothing is paid on, even if it is none', 0n, slicesOf([500n, '0%'], [1_000n, '80%']), rate(500n)],
    ['a part of thirds', 100n, slicesOf([90n, '1/3'], [300n, '2/3']), rate(195n)],
    ['what is left after parts of a fen', 100n, slicesOf([100n, '1/3'], [300n, '2/3']), rate(200n)],
    ['nothing of nothing', 100n, [], ZERO_RATE],
  ])('is %s', (_, payment, slices, expected) => expect(baseConsumedBy(fen(payment), slices)).toEqual(expected));

  it('is what that is paid on, wherever the payment ends', () => {
    // Of whole yuan, a share in per cent is whole fen.
    const amount = fc.bigInt({ min: 1n, max: 10_000n }).map((yuan) => fen(yuan * 100n));
    const ratio = fc.bigInt({ min: 1n, max: 100n }).map((percent) => rate(percent, 100n));
    const slices = fc.array(fc.record({ amountFen: amount, ratio }), { maxLength: 5 });
    fc.assert(
      fc.property(slices, amount, amount, ratio, (whole, one, other, last) => {
        const [less, more] = [minFen(one, other), maxFen(one, other)];
        const limited = payOn([...whole, { amountFen: less, ratio: last }]);
        const base = sumFen([...whole.map(({ amountFen }) => amountFen), less]);
        expect(baseConsumedBy(limited, [...whole, { amountFen: more, ratio: last }])).toEqual(rate(base));
      }),
    );
  });
});
