import { Rejection } from '@yiditong/codes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkedReason } from './reason-text.js';

describe('a free text', () => {
  it.each([
    ['is kept without the blanks around it', '  随子女居住 ', '随子女居住'],
    ['may be empty', ' ', ''],
    ['may have 200 characters', '居'.repeat(200), '居'.repeat(200)],
    ['may have a telephone number and a date', '13800138000, 2026-03-01', '13800138000, 2026-03-01'],
  ])('%s', (_, text, kept) => expect(checkedReason(text)).toBe(kept));

  it.each([
    ['has 201 characters', 'a'.repeat(201)],
    ['has a line break inside', 'one\ntwo'],
    ['has a NUL, which the database would refuse', 'a\u0000b'],
    ['has an ID number', '证件 11010519491231002X'],
    ['has an old ID number of 15 digits', '110105491231002'],
    ['has an ID number in groups', '110105 19491231 002X'],
    ['has an ID number in full-width digits', '１１０１０５１９４９１２３１００２X'],
  ])('that %s is refused', (_, text) => expect(() => checkedReason(text)).toThrow(Rejection));

  it('is kept or refused, and never a fault', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 250 }), (text) => {
        try {
          return checkedReason(text).length <= text.length;
        } catch (error) {
          return error instanceof Rejection && error.reason === 'REQUEST_MALFORMED';
        }
      }),
    );
  });
});
