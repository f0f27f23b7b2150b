import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDeeperThan } from './json-body.js';

/** Lists and objects within one another, counted where they can't be mistaken: in the value. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('the depth of a JSON text', () => {
  it('is the depth of its value, whatever its texts hold', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary', depthSize: 'large' }), fc.nat(8), (value, limit) => {
        for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)])
          expect(isDeeperThan(limit, text)).toBe(depthOf(value) > limit);
      }),
    );
  });

  it.each<[string, boolean]>([
    ['[[]]', false],
    ['[[[]]]', true],
    [String.raw`["[[[\"[[[\\", "\\", [1]]`, false],
    [String.raw`["\\", [[1]]]`, true],
    ['"[[[', false],
    [']]]]{{{', false],
    ['[[]', false],
    ['', false],
  ])('%s is more than two deep: %s', (text, deeper) => {
    expect(isDeeperThan(2, text)).toBe(deeper);
  });
});
