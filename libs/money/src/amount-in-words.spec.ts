import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountInWords } from './amount-in-words.js';
import { MAX_BILL_FEN, parseYuan } from './fen.js';

const DIGITS = '零壹贰叁肆伍陆柒捌玖';
const UNITS: Readonly<Record<string, bigint>> = { 拾: 10n, 佰: 100n, 仟: 1_000n };

/** Reads words digit by digit, and knows nothing of how they were written. */
function read(words: string): bigint {
  let [fen, group, below, digit] = [0n, 0n, 0n, 0n];
  const close = (scale: bigint): void => {
    fen += (group + digit) * scale;
    [group, digit] = [0n, 0n];
  };
  for (const character of words.replace(/^负/, '')) {
    if (DIGITS.includes(character)) digit = BigInt(DIGITS.indexOf(character));
    else if (character in UNITS) [group, digit] = [group + digit * (UNITS[character] ?? 0n), 0n];
    else if (character === '亿') close(10_000_000_000n);
    else if (character === '万') close(1_000_000n);
    else if (character === '元') close(100n);
    else if (character === '角') [below, digit] = [below + digit * 10n, 0n];
    else if (character === '分') [below, digit] = [below + digit, 0n];
  }
  return words.startsWith('负') ? -(fen + below) : fen + below;
}

describe('an amount in words', () => {
  it.each([
    ['0.00', '零元整'],
    ['0.01', '壹分'],
    ['0.10', '壹角整'],
    ['0.53', '伍角叁分'],
    ['1.00', '壹元整'],
    ['10.00', '壹拾元整'],
    ['15.40', '壹拾伍元肆角整'],
    ['100.05', '壹佰元零伍分'],
    ['101.00', '壹佰零壹元整'],
    ['110.20', '壹佰壹拾元贰角整'],
    ['325.04', '叁佰贰拾伍元零肆分'],
    ['1001.00', '壹仟零壹元整'],
    ['1010.00', '壹仟零壹拾元整'],
    ['1409.50', '壹仟肆佰零玖元伍角整'],
    ['1680.32', '壹仟陆佰捌拾元叁角贰分'],
    ['6007.14', '陆仟零柒元壹角肆分'],
    ['10000.00', '壹万元整'],
    ['10001.00', '壹万零壹元整'],
    ['10100.00', '壹万零壹佰元整'],
    ['11000.00', '壹万壹仟元整'],
    ['16409.02', '壹万陆仟肆佰零玖元零贰分'],
    ['100000.00', '壹拾万元整'],
    ['100100.10', '壹拾万零壹佰元壹角整'],
    ['107000.53', '壹拾万柒仟元伍角叁分'],
    ['1050000.00', '壹佰零伍万元整'],
    ['12345678.90', '壹仟贰佰叁拾肆万伍仟陆佰柒拾捌元玖角整'],
    ['100000000.00', '壹亿元整'],
    ['100000001.01', '壹亿零壹元零壹分'],
    ['100001234.00', '壹亿零壹仟贰佰叁拾肆元整'],
    ['100010000.00', '壹亿零壹万元整'],
    ['1010001000.00', '壹拾亿壹仟万壹仟元整'],
    ['1000000000.00', '壹拾亿元整'],
    ['10101010101.11', '壹佰零壹亿零壹佰零壹万零壹佰零壹元壹角壹分'],
    ['99999999999.99', '玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分'],
    ['100000000000.00', '壹仟亿元整'],
    ['-48.89', '负肆拾捌元捌角玖分'],
  ])('of %s yuan is %s', (yuan, words) => expect(amountInWords(parseYuan(yuan) ?? -1n)).toBe(words));

  const amounts = fc.oneof(
    fc.bigInt({ min: 0n, max: MAX_BILL_FEN }),
    // Mostly zeros, which is where the rules are.
    fc
      .array(fc.constantFrom('0', '0', '0', '1', '5'), { minLength: 1, maxLength: 13 })
      .map((digits) => BigInt(digits.join(''))),
  );

  it('says the amount: whoever reads it has it to the fen', () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        expect(read(amountInWords(amount))).toBe(amount);
      }),
      { numRuns: 20_000 },
    );
  });

  it('has no zero twice, none before a unit, and ends in 整 or 分', () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        expect(amountInWords(amount)).toMatch(/^(零元整|(?!零)(?!.*零[零万亿元角整])[^整]*[整分])$/);
      }),
      { numRuns: 20_000 },
    );
  });

  it('stops where a bill does', () => expect(() => amountInWords(MAX_BILL_FEN + 1n)).toThrow(RangeError));
});
