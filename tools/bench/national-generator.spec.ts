import { itemKindOf, nationalCodeProblem } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import { generateHospitalList } from './hospital-generator.js';
import { generateItems } from './national-generator.js';

describe('generated national items', () => {
  const items = generateItems(5, 2_000);

  it('are as many as were asked for, each code once', () => {
    expect(items).toHaveLength(2_000);
    expect(new Set(items.map(({ nationalCode }) => nationalCode)).size).toBe(2_000);
  });

  it('have well-formed codes of their kind', () => {
    expect(
      items.map(({ nationalCode }) => nationalCodeProblem(nationalCode)).filter((problem) => problem !== null),
    ).toEqual([]);
    expect(items.every(({ nationalCode, kind }) => itemKindOf(nationalCode) === kind)).toBe(true);
  });

  it('are the same for the same seed, and others for another', () => {
    expect(generateItems(5, 100)).toEqual(items.slice(0, 100));
    expect(generateItems(6, 100)).not.toEqual(items.slice(0, 100));
  });

  it('have a name and a price each, and products a maker and an approval number', () => {
    for (const { kind, name, referencePriceMicroYuan, manufacturer, approvalNumber } of items) {
      expect(name).not.toBe('');
      expect(referencePriceMicroYuan ?? 0n).toBeGreaterThan(0n);
      const isProduct = kind !== 'SERVICE' && kind !== 'HERBAL_PIECES';
      expect([manufacturer !== '', approvalNumber !== '']).toEqual([isProduct, isProduct]);
    }
  });
});

describe('generated hospital lists', () => {
  const items = generateItems(5, 2_000);
  const rows = generateHospitalList(9, items, 1_000);

  it('are the same for the same seed', () => {
    expect(generateHospitalList(9, items, 1_000)).toEqual(rows);
  });

  it('have rows that are one item, rows that fit several, and rows that are nothing', () => {
    const count = (wanted: (fitting: number) => boolean): number =>
      rows.filter(({ acceptable }) => wanted(acceptable.length)).length;
    expect(count((fitting) => fitting === 1)).toBeGreaterThan(600);
    expect(count((fitting) => fitting > 1)).toBeGreaterThan(5);
    expect(count((fitting) => fitting === 0)).toBeGreaterThan(80);
  });

  it('write most names otherwise than the national catalogue', () => {
    const names = new Set(items.map(({ name }) => name));
    expect(rows.filter(({ own }) => !names.has(own.name)).length).toBeGreaterThan(250);
  });
});
