import { describe, expect, it } from 'vitest';
import {
  codePrefixOf,
  likeliestFirst,
  likeliestNames,
  prefixScore,
  soughtNames,
  type AlikeName,
  type Found,
} from './item-search.js';
import { ASPIRIN, BED, item, METFORMIN, VISIT } from './published-desk.js';

describe('a text', () => {
  it.each([
    ['XA10B', 'XA10B'],
    [' xa10b ', 'XA10B'],
    ['0011', '0011'],
    [METFORMIN, METFORMIN],
    ['X', null],
    ['CT', 'CT'],
    ['B超', null],
    ['BED', null],
    ['阿莫西林', null],
    ['XA10-B', null],
    ['X'.repeat(28), null],
  ])('%j begins a code: %s', (text, prefix) => expect(codePrefixOf(text)).toBe(prefix));
});

describe('what is found', () => {
  const found = (code: string, scoreBps: number): Found => ({
    item: { ...item(code, '某项目'), province: '000000', sequence: 1, effectiveFrom: '2026-01-01' },
    scoreBps,
  });

  it('stands once by its best score, the likeliest first, equals by code', () => {
    const all = [found(VISIT, 5000), found(METFORMIN, 7000), found(BED, 7000), found(VISIT, 9000), found(BED, 100)];
    const order = likeliestFirst(all, 10).map(({ item: { nationalCode }, scoreBps }) => [nationalCode, scoreBps]);
    expect(order).toEqual([
      [VISIT, 9000],
      [BED, 7000],
      [METFORMIN, 7000],
    ]);
    expect(likeliestFirst([...all, found(ASPIRIN, 6999)], 3)).toHaveLength(3);
  });

  it('is certain by the whole code only', () => {
    expect(prefixScore(METFORMIN, METFORMIN)).toBe(10_000);
    expect(prefixScore(METFORMIN.slice(0, -1), METFORMIN)).toBe(9565);
  });
});

describe('a name', () => {
  const alike = (name: string, coreBps: number): AlikeName => ({
    kind: 'WESTERN_DRUG',
    coreName: '二甲双胍',
    name,
    coreBps,
  });

  it('is sought by what is left of it, which is another with each kind', () => {
    const sought = soughtNames('盐酸二甲双胍片', ['WESTERN_DRUG', 'CONSUMABLE']);
    expect(sought.map(({ kind, coreName }) => [kind, coreName])).toEqual([
      ['WESTERN_DRUG', '二甲双胍'],
      ['CONSUMABLE', '盐酸二甲双胍片'],
    ]);
    expect(soughtNames('（）', ['SERVICE'])).toEqual([]);
  });

  it('is certain where it is the same in any spelling, and otherwise less the less of it is alike', () => {
    const names = [alike('盐酸二甲双胍缓释片', 10_000), alike('盐酸二甲双胍片', 10_000), alike('苯乙双胍片', 4_000)];
    const scored = likeliestNames('盐酸二甲双胍　片', names, 10);
    expect(scored.map(({ name }) => name)).toEqual(['盐酸二甲双胍片', '盐酸二甲双胍缓释片', '苯乙双胍片']);
    expect(scored.map(({ scoreBps }) => scoreBps === 10_000)).toEqual([true, false, false]);
    expect(likeliestNames('二甲双胍缓释', names, 1).map(({ name }) => name)).toEqual(['盐酸二甲双胍缓释片']);
  });
});
