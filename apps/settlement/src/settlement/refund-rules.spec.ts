import { fen } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { restOf } from './refund-rules.js';

/** 1: two at 16.26; 2: one at 10.00; 3: one for nothing. */
const LINES = [
  { lineNumber: 1, quantityE4: 20_000n, unitPriceMicroYuan: 16_260_000n, amountFen: fen(3_252n) },
  { lineNumber: 2, quantityE4: 10_000n, unitPriceMicroYuan: 10_000_000n, amountFen: fen(1_000n) },
  { lineNumber: 3, quantityE4: 10_000n, unitPriceMicroYuan: 0n, amountFen: fen(0n) },
];
const back = (lineNumber: number, quantityE4: bigint, amount: bigint) => ({
  lineNumber,
  quantityE4,
  amountFen: fen(amount),
});

describe('what remains after a refund', () => {
  it('is each line less what was taken of it, in order, without those that are gone', () => {
    const rest = restOf(LINES, [back(2, 10_000n, 1_000n), back(1, 10_000n, 1_626n)]);
    expect(rest).toEqual({
      lines: [{ ...LINES[0], quantityE4: 10_000n, amountFen: 1_626n }, LINES[2]],
      totalFen: 1_626n,
    });
  });

  it('is nothing where all that cost something is taken back', () => {
    expect(restOf(LINES, [back(1, 20_000n, 3_252n), back(2, 10_000n, 1_000n)])).toEqual({ lines: [], totalFen: 0n });
  });

  it.each([
    ['no line of the bill', back(9, 10_000n, 1_000n)],
    ['nothing of its quantity', back(2, 0n, 1_000n)],
    ['nothing of its amount', back(2, 10_000n, 0n)],
    ['less than nothing', back(2, -10_000n, -1_000n)],
    ['more than it cost', back(2, 10_000n, 1_001n)],
    ['more than there was', back(2, 10_001n, 1_000n)],
    ['its amount and leaves some quantity', back(1, 10_000n, 3_252n)],
    ['its quantity and leaves some amount', back(1, 20_000n, 3_251n)],
    ['so that price times quantity is two fen off', back(1, 10_000n, 1_628n)],
    ['of a line that cost nothing', back(3, 10_000n, 1n)],
  ])('can’t be: %s', (_, taken) =>
    expect(restOf(LINES, [taken])).toEqual({
      refused: { reason: 'REFUND_LINE_INVALID', params: { line: String(taken.lineNumber) } },
    }),
  );

  it('can’t be where a line is named twice', () =>
    expect(restOf(LINES, [back(1, 10_000n, 1_626n), back(1, 10_000n, 1_626n)])).toMatchObject({
      refused: { params: { line: '1' } },
    }));

  it('and what was taken back sum to what was charged', () => {
    const lines = fc.array(fc.tuple(fc.bigInt(1n, 99n), fc.bigInt(1n, 10_000n), fc.bigInt(0n, 99n)), { minLength: 1 });
    fc.assert(
      fc.property(lines, (drawn) => {
        const bill = drawn.map(([count, price], index) => ({
          lineNumber: index + 1,
          quantityE4: count * 10_000n,
          unitPriceMicroYuan: price * 10_000n,
          amountFen: fen(count * price),
        }));
        const taken = bill.flatMap(({ lineNumber, quantityE4, unitPriceMicroYuan }, index) => {
          const most = quantityE4 / 10_000n;
          const count = (drawn[index]?.[2] ?? 0n) % (most + 1n);
          return count === 0n ? [] : [back(lineNumber, count * 10_000n, (count * unitPriceMicroYuan) / 10_000n)];
        });
        const rest = restOf(bill, taken);
        const sum = (all: readonly { amountFen: bigint }[]) =>
          all.reduce((total, { amountFen }) => total + amountFen, 0n);
        return 'totalFen' in rest && rest.totalFen + sum(taken) === sum(bill) && sum(rest.lines) === rest.totalFen;
      }),
    );
  });
});
