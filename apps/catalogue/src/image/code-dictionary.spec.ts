import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodeDictionary } from './code-dictionary.js';

describe('a dictionary of codes', () => {
  it('gives each code one number, and the code back for it', () => {
    const code = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => text.length <= 64);
    fc.assert(
      fc.property(fc.array(code), fc.array(code), (some, others) => {
        const dictionary = new CodeDictionary();
        const ids = new Map(some.map((text) => [text, dictionary.intern(text)]));
        expect(new Set(ids.values()).size).toBe(ids.size);
        for (const [text, id] of ids) {
          expect(dictionary.find(text)).toBe(id);
          expect(dictionary.intern(text)).toBe(id);
          expect(dictionary.codeOf(id)).toBe(text);
        }
        for (const text of others) expect(dictionary.find(text)).toBe(ids.get(text) ?? -1);
      }),
    );
  });

  it('goes on over the end of a page and of every segment', () => {
    const dictionary = new CodeDictionary();
    const codeAt = (n: number): string => `XA01ABA001A00201${String(n).padStart(7, '0')}`;
    const numbers = Array.from({ length: 120_000 }, (_, n) => n);
    const ids = numbers.map((n) => dictionary.intern(codeAt(n)));
    expect(
      numbers.filter((n) => dictionary.find(codeAt(n)) !== ids[n] || dictionary.codeOf(ids[n] ?? -1) !== codeAt(n)),
    ).toEqual([]);
    expect(dictionary.find(codeAt(120_000))).toBe(-1);
  });

  it('knows nothing that is too long for a code', () => {
    const dictionary = new CodeDictionary();
    expect(dictionary.find('9'.repeat(65))).toBe(-1);
    expect(() => dictionary.intern('9'.repeat(65))).toThrow(RangeError);
  });
});
