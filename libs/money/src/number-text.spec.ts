import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberText, parseExactly, readDecimal } from './number-text.js';

const AMOUNT = { digits: 16, scale: 2, negative: false };

describe('a number in JSON', () => {
  it.each(['0', '0.07', '90071992547409.93', '9007199254740993', '1.10', '-0', '1e5', '1E-3'])(
    '%s is kept as it is written',
    (written) => {
      expect(parseExactly(`{"a":[${written}]}`)).toEqual({ a: [new NumberText(written)] });
    },
  );
  it('inside a text is a text', () => expect(parseExactly('{"a":"1.10"}')).toEqual({ a: '1.10' }));
  it('that is none is no JSON', () => expect(() => parseExactly('{"a":01}')).toThrow(SyntaxError));
});

describe('a decimal of 16,2', () => {
  it.each([
    ['0', 0n],
    ['0.07', 7n],
    ['1.1', 110n],
    ['1.10', 110n],
    ['90071992547409.93', 9007199254740993n],
    ['99999999999999.99', 9999999999999999n],
  ])('%s is %d', (written, value) => expect(readDecimal(written, AMOUNT)).toBe(value));

  it.each([
    '',
    ' 1',
    '1.',
    '.5',
    '1.100',
    '1.005',
    '007',
    '1e2',
    '1E2',
    '+1',
    '-1',
    '-0.01',
    '1,000.00',
    '0x10',
    '１',
    '100000000000000',
    '9007199254740993',
    'NaN',
    'Infinity',
  ])('%s is none', (written) => expect(readDecimal(written, AMOUNT)).toBeNull());

  it('may have a minus where the form has one', () => {
    expect(readDecimal('-12.3', { ...AMOUNT, negative: true })).toBe(-1230n);
  });

  it('is every integer of hundredths again', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 9_999_999_999_999_999n }), (value) => {
        const digits = value.toString().padStart(3, '0');
        expect(readDecimal(`${digits.slice(0, -2)}.${digits.slice(-2)}`, AMOUNT)).toBe(value);
      }),
    );
  });
});
