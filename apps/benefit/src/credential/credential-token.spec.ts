import { PROVINCES } from '@yiditong/codes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeToken, homeProvinceOf } from './credential-token.js';

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });
const province = fc.constantFrom(...PROVINCES.map(({ code }) => code));
const tokens = fc.tuple(province, secret).map(([code, bytes]) => composeToken(code, bytes));
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('');

describe('a token', () => {
  it('says which province issued it, and fits the 50 characters of the national interface', () => {
    fc.assert(
      fc.property(province, secret, (code, bytes) => {
        const token = composeToken(code, bytes);
        expect(token).toMatch(/^EC\d{2}[\w-]{46}$/);
        expect(homeProvinceOf(token)).toBe(code);
      }),
    );
  });

  it('holds the whole secret: two that differ in one bit are two tokens', () => {
    fc.assert(
      fc.property(secret, fc.nat(31), fc.nat(7), (bytes, index, bit) => {
        const other = Uint8Array.from(bytes, (byte, at) => (at === index ? byte ^ (1 << bit) : byte));
        expect(composeToken('610000', other)).not.toBe(composeToken('610000', bytes));
      }),
    );
  });

  it('stays what it was, or every one that is under way would be refused by the next version', () => {
    expect(composeToken('610000', new Uint8Array(32))).toMatchInlineSnapshot(
      `"EC61AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAALZT"`,
    );
    expect(
      composeToken(
        '110000',
        Uint8Array.from({ length: 32 }, (_, index) => 8 * index),
      ),
    ).toMatchInlineSnapshot(`"EC11AAgQGCAoMDhASFBYYGhweICIkJigqLC4wMjQ2ODo8PggKt"`);
  });

  it('is not made of a shorter secret', () => {
    expect(() => composeToken('610000', new Uint8Array(31))).toThrow(RangeError);
  });
});

describe('a token is refused before anything is looked up', () => {
  it('with any one character changed, wherever and to whatever', () => {
    fc.assert(
      fc.property(
        tokens,
        fc.nat(49),
        fc.oneof(
          fc.constantFrom(...DIGITS),
          fc.nat(0xffff).map((code) => String.fromCharCode(code)),
        ),
        (token, at, wrong) => {
          fc.pre(wrong !== token.charAt(at));
          expect(homeProvinceOf(token.slice(0, at) + wrong + token.slice(at + 1))).toBeNull();
        },
      ),
      { numRuns: 500 },
    );
  });

  it('with any one character changed to any other that a token may hold, all of them', () => {
    const token = composeToken(
      '440000',
      Uint8Array.from({ length: 32 }, (_, index) => 255 - 7 * index),
    );
    for (let at = 0; at < token.length; at++)
      for (const wrong of DIGITS.filter((digit) => digit !== token.charAt(at)))
        expect(homeProvinceOf(token.slice(0, at) + wrong + token.slice(at + 1)), `${wrong} at ${at}`).toBeNull();
  });

  it('with two neighbours swapped', () => {
    fc.assert(
      fc.property(tokens, fc.nat(48), (token, at) => {
        const [left, right] = [token.charAt(at), token.charAt(at + 1)];
        fc.pre(left !== right);
        expect(homeProvinceOf(token.slice(0, at) + right + left + token.slice(at + 2))).toBeNull();
      }),
    );
  });

  it('with a character too many or too few', () => {
    fc.assert(
      fc.property(tokens, fc.nat(50), fc.constantFrom(...DIGITS), (token, at, extra) => {
        expect(homeProvinceOf(token.slice(0, at) + extra + token.slice(at))).toBeNull();
        expect(homeProvinceOf(token.slice(0, at) + token.slice(at + 1) + (at === 50 ? extra : ''))).toBeNull();
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['a blank', ' '],
    ['an ID number', '11010519491231002X'],
    ['a payment code', '134567890123456789'],
    ['an address', 'https://example.invalid/ec'],
    ['a JSON web token', 'eyJhbGciOiJub25lIn0.e30.'],
    ['a line break behind it', `${composeToken('610000', new Uint8Array(32))}\n`],
    ['small letters in front', composeToken('610000', new Uint8Array(32)).replace('EC', 'ec')],
    ['full-width letters', 'ＥＣ61'.padEnd(50, 'A')],
    ['a province that there is not', composeToken('990000', new Uint8Array(32))],
    ['the nation', composeToken('000000', new Uint8Array(32))],
    ['a text as long as a book', 'A'.repeat(1_000_000)],
  ])('that is %s', (_, text) => expect(homeProvinceOf(text)).toBeNull());

  it('that is any other text', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...DIGITS), maxLength: 49 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(homeProvinceOf(text)).toBeNull();
      }),
    );
  });
});
