import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyHash, freeze, thaw } from './exact-json.js';

const key = fc.string().filter((text) => text !== '~bigint' && text !== '__proto__');
const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.boolean(),
    fc.integer(),
    fc.constant(null),
    fc.bigInt(),
    fc.array(tie('any')),
    fc.dictionary(key, tie('any')),
  ),
})).any;

describe('exact JSON', () => {
  it('brings every value back as it was, bigint beyond 2^53 included', () => {
    fc.assert(
      fc.property(value, (original) => {
        expect(thaw(freeze(original))).toEqual(original);
      }),
    );
  });

  it('gives equal values equal text, whatever the order of their keys', () => {
    fc.assert(
      fc.property(fc.dictionary(key, value), (original) => {
        const turned = Object.fromEntries(Object.entries(original).reverse());
        expect(freeze(turned)).toBe(freeze(original));
      }),
    );
  });

  it('tells an amount from its text, and any change of a body from the body', () => {
    expect(bodyHash({ amountFen: 1n })).not.toEqual(bodyHash({ amountFen: '1' }));
    expect(bodyHash({ at: new Date('2026-11-22T00:00:00Z') })).not.toEqual(
      bodyHash({ at: new Date('2026-11-22T00:00:01Z') }),
    );
  });

  it('takes an absent member for an undefined one', () => {
    expect(freeze({ a: undefined, b: 1 })).toBe(freeze({ b: 1 }));
  });
});
