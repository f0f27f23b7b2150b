import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { likenessBps, trigramKey, trigramSimilarityBps } from './trigrams.js';

describe('trigram keys', () => {
  it('are letters and digits that pg_trgm takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(trigramKey(text)).toMatch(/^[0-9a-z]*$/u);
      }),
    );
  });

  it('spell Chinese characters with three each, and letters and digits as themselves', () => {
    expect(trigramKey('阿B1')).toBe('tofb1');
    expect(trigramKey('β')).toBe('0qa');
  });

  it('tell names of Chinese characters apart', () => {
    const character = fc.integer({ min: 0x4e00, max: 0x9fff }).map((point) => String.fromCodePoint(point));
    const name = fc.array(character, { maxLength: 12 }).map((characters) => characters.join(''));
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(trigramKey(one) === trigramKey(other)).toBe(one === other);
      }),
      { examples: [['阿莫西林', '阿莫西淋']] },
    );
  });

  it('are as alike as pg_trgm says', () => {
    // SELECT similarity('word', 'words') → 0.571429.
    expect(trigramSimilarityBps('word', 'words')).toBe(5_714);
    expect(trigramSimilarityBps('word', 'word')).toBe(10_000);
    expect(trigramSimilarityBps('word', '')).toBe(0);
  });
});

describe('likeness', () => {
  it('is symmetric and lies between nothing and all', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (one, other) => {
        const likeness = likenessBps(one, other);
        expect(likeness).toBe(likenessBps(other, one));
        expect(likeness >= 0 && likeness <= 10_000).toBe(true);
      }),
    );
  });
});
