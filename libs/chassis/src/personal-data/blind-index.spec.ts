import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blindIndex, keyedBodyHash, normalisedIdNumber } from './blind-index.js';

const KEY = Buffer.alloc(32, 7);
const OTHER_KEY = Buffer.alloc(32, 8);

describe('SM3 of this Node', () => {
  it('is the standard’s (GB/T 32905, first example)', () => {
    expect(createHash('sm3').update('abc').digest('hex')).toBe(
      '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
    );
  });
});

describe('an ID number is indexed alike', () => {
  it.each([
    ['as it stands on the card', '11010519491231002X'],
    ['with a small x', '11010519491231002x'],
    ['in full-width digits', '１１０１０５１９４９１２３１００２Ｘ'],
    ['with a small full-width x', '11010519491231002ｘ'],
    ['with blanks around it', ' \t11010519491231002X\n'],
    ['with full-width blanks around it', '　11010519491231002X　'],
  ])('%s', (_, written) => expect(normalisedIdNumber(written)).toBe('11010519491231002X'));

  it('but not as another number: nothing within it is dropped', () => {
    expect(normalisedIdNumber('110105 19491231002X')).toBe('110105 19491231002X');
    expect(normalisedIdNumber('011010519491231002X')).toBe('011010519491231002X');
  });

  it('however often it is normalised, and whatever the text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = normalisedIdNumber(text);
        expect(normalisedIdNumber(once)).toBe(once);
      }),
    );
  });
});

describe('a blind index', () => {
  it('is the same for the same, and another for another number, kind or key', () => {
    const index = blindIndex(KEY, 'id-number', '11010519491231002X');
    expect(blindIndex(KEY, 'id-number', '11010519491231002X')).toEqual(index);
    expect(blindIndex(KEY, 'id-number', '110105194912310011')).not.toEqual(index);
    expect(blindIndex(KEY, 'phone', '11010519491231002X')).not.toEqual(index);
    expect(blindIndex(OTHER_KEY, 'id-number', '11010519491231002X')).not.toEqual(index);
  });

  it('stays what it was, or nobody would be found any more', () => {
    expect(blindIndex(KEY, 'id-number', '11010519491231002X').toString('hex')).toMatchInlineSnapshot(
      `"ff3e0671a3d56fa178956beab5220371960ca54d2985b73224098356999ecb2a"`,
    );
  });
});

describe('a keyed body hash', () => {
  it('does not mind the order of fields, and minds everything else', () => {
    const body = { name: '张三', totalFen: 5n, at: new Date(0) };
    const hash = keyedBodyHash(KEY, body);
    expect(keyedBodyHash(KEY, { at: new Date(0), totalFen: 5n, name: '张三' })).toEqual(hash);
    expect(keyedBodyHash(KEY, { ...body, name: '张四' })).not.toEqual(hash);
    expect(keyedBodyHash(OTHER_KEY, body)).not.toEqual(hash);
  });
});
