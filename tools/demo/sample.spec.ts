import { findProvince, HOSPITAL_LEVELS, isInstitutionCode, isNationalItemCode, provinceOf } from '@yiditong/codes';
import { parseRate } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { loadSample } from './sample.js';

const sample = loadSample();

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Every object that holds a figure of its own, and where it stands. */
function figureBlocks(value: Json, path: string): { path: string; block: { [key: string]: Json } }[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => figureBlocks(each, `${path}[${index}]`));
  if (value === null || typeof value !== 'object') return [];
  const figures = ['standardFen', 'upToFen', 'annualFen', 'thresholdFen', 'points', 'factor', 'ratio', 'mode'];
  const own = figures.some((key) => key in value) && !/\.repeat$|criticalIllness\.bands/.test(path);
  const parts = Object.entries(value).flatMap(([key, each]) =>
    key === 'ratio' || key === 'annualFen' ? [] : figureBlocks(each, `${path}.${key}`),
  );
  return [...(own ? [{ path, block: value }] : []), ...parts];
}

describe('the sample', () => {
  it('gives the source and a mark of trust with every figure of every policy', () => {
    for (const { documentJson, region, insurance } of sample.policies) {
      const blocks = figureBlocks(JSON.parse(documentJson) as Json, `${region} ${insurance}`);
      expect(blocks.length).toBeGreaterThanOrEqual(8);
      for (const { path, block } of blocks) {
        expect(typeof block['source'] === 'string' && block['source'].length > 3, path).toBe(true);
        expect(['A', 'B', 'C', 'D'], path).toContain(block['trust']);
      }
    }
  });

  it('writes amounts as whole fen and rates as exact texts', () => {
    for (const { documentJson } of sample.policies) {
      for (const [, key = '', text = ''] of documentJson.matchAll(
        /"(\w*Fen|PRIMARY|SECONDARY|TERTIARY|ratio|points|factor)": "([^"]*)"/g,
      )) {
        expect(key.endsWith('Fen') ? /^\d+$/.test(text) : parseRate(text) !== null || /^\d+$/.test(text)).toBe(true);
      }
    }
  });

  it('knows a ratio and a deductible for every person type and hospital level', () => {
    for (const { documentJson, insurance } of sample.policies) {
      type Table = Record<string, Record<string, string> | undefined>;
      type Visit = { deductible: { standardFen: Table }; bands: { ratio: Table; upToFen: string | null }[] };
      const { visits } = JSON.parse(documentJson) as { visits: Record<string, Visit> };
      for (const { deductible, bands } of Object.values(visits)) {
        expect(bands.at(-1)?.upToFen).toBeNull();
        for (const personType of insurance === 'EMPLOYEE' ? ['ACTIVE', 'RETIREE'] : ['RESIDENT', 'MINOR']) {
          for (const table of [deductible.standardFen, ...bands.map(({ ratio }) => ratio)]) {
            expect(Object.keys(table[personType] ?? {})).toEqual([...HOSPITAL_LEVELS]);
          }
        }
      }
    }
  });

  it('keeps points within the limits of the notice of 2022', () => {
    const limits = { REFERRAL: 10, EMERGENCY: 10, OTHER_TEMPORARY: 20 };
    for (const { documentJson } of sample.policies) {
      const { adjustments } = JSON.parse(documentJson) as {
        adjustments: Record<keyof typeof limits, { mode: string; points?: string }>;
      };
      for (const [level, limit] of Object.entries(limits) as [keyof typeof limits, number][]) {
        const { mode, points } = adjustments[level];
        expect(mode !== 'POINTS' || Number(points?.replace('%', '')) <= limit).toBe(true);
      }
    }
  });

  it('covers enough pooling areas, and leaves chronic visits out of some', () => {
    expect(new Set(sample.policies.map(({ region }) => region)).size).toBeGreaterThanOrEqual(14);
    expect(
      sample.policies.every(({ visitKinds }) => visitKinds.includes('INPATIENT') && visitKinds.includes('OUTPATIENT')),
    ).toBe(true);
    expect(sample.policies.some(({ visitKinds }) => !visitKinds.includes('CHRONIC'))).toBe(true);
  });

  it('lists well-formed, sourced and priced items in every catalogue', () => {
    expect(sample.catalogues.length).toBeGreaterThanOrEqual(8);
    const priced = new Set(sample.prices.items.map(({ nationalCode }) => nationalCode));
    for (const { entries, province } of sample.catalogues) {
      expect(entries.length).toBeGreaterThanOrEqual(30);
      expect(new Set(entries.map(({ nationalCode }) => nationalCode)).size).toBe(entries.length);
      expect(sample.institutions.some(({ region, networked }) => networked && provinceOf(region) === province)).toBe(
        true,
      );
      for (const { nationalCode, itemClass, firstSelfPayBps, chargeCategory, ceilingYuan, source, trust } of entries) {
        expect(
          isNationalItemCode(nationalCode) && priced.has(nationalCode) && source.length > 3 && 'ABCD'.includes(trust),
        ).toBe(true);
        expect(itemClass === 'A' ? firstSelfPayBps === 0 : firstSelfPayBps > 0 && firstSelfPayBps <= 10_000).toBe(true);
        expect(chargeCategory).toMatch(/^(0[1-9]|1[0-4])$/);
        expect(ceilingYuan === null || /^\d+\.\d{6}$/.test(ceilingYuan)).toBe(true);
      }
    }
  });

  it('names institutions under codes of their divisions, one of them not networked', () => {
    for (const { institutionCode, region } of sample.institutions) {
      expect(
        isInstitutionCode(institutionCode) && institutionCode.slice(1, 7) === region && findProvince(region) !== null,
      ).toBe(true);
    }
    expect(new Set(sample.institutions.map(({ institutionCode }) => institutionCode)).size).toBe(
      sample.institutions.length,
    );
    expect(sample.institutions.length).toBeGreaterThanOrEqual(40);
    expect(sample.institutions.filter(({ networked }) => !networked)).toHaveLength(1);
  });
});
