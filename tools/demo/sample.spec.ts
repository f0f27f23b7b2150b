import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  findProvince,
  HOSPITAL_LEVELS,
  isInstitutionCode,
  isNationalItemCode,
  ITEM_KINDS,
  itemKindOf,
  LIST_COLUMNS,
  provinceOf,
} from '@yiditong/codes';
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

/** The files' rows by column; no cell of theirs has a comma in it. */
function rowsOf(csv: string): Readonly<Record<string, string>>[] {
  const [header = [], ...rows] = csv
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return rows.map((cells) => Object.fromEntries(header.map((name, at) => [name, cells[at] ?? ''])));
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

  it('has every code that it uses among the nation’s items, which say what is real', () => {
    const items = rowsOf(sample.nationalItems.csv);
    const codes = new Set(items.map((item) => item['国家编码'] ?? ''));
    const used = [
      ...sample.catalogues.flatMap(({ entries }) => entries),
      ...sample.prices.items,
      ...sample.prices.unlisted,
    ].map(({ nationalCode }) => nationalCode);
    expect(used.filter((code) => !codes.has(code))).toEqual([]);
    expect(codes.size).toBe(items.length);
    expect(items.filter((item) => !isNationalItemCode(item['国家编码'] ?? ''))).toEqual([]);
    expect(new Set(items.map((item) => item['数据来源']))).toEqual(new Set(['公布', '合成']));
    expect(items.filter((item) => item['数据来源'] === '公布').length).toBeGreaterThan(400);
    expect(new Set(items.map((item) => itemKindOf(item['国家编码'] ?? '')))).toEqual(new Set(ITEM_KINDS));
  });

  it('says of every national item where its code and name come from, and of nothing built that it was published', () => {
    const sources = new Map(
      rowsOf(readFileSync(join(import.meta.dirname, 'data', 'national-item-sources.csv'), 'utf8')).map(
        ({ national_code: code = '', source = '' }) => [code, source],
      ),
    );
    const built = new Set(['合成', '演示目录']);
    for (const item of rowsOf(sample.nationalItems.csv)) {
      const source = sources.get(item['国家编码'] ?? '');
      expect(source, item['国家编码']).toBeDefined();
      expect(built.has(source ?? ''), item['国家编码']).toBe(item['数据来源'] === '合成');
    }
  });

  it('lists a hospital’s own items under the template’s columns, each under a code of its own', () => {
    for (const { institutionCode, csv } of sample.itemLists) {
      expect(sample.institutions.some((one) => one.institutionCode === institutionCode && one.networked)).toBe(true);
      const items = rowsOf(csv);
      expect(Object.keys(items[0] ?? {})).toEqual(LIST_COLUMNS.map(({ zh }) => zh));
      expect(new Set(items.map((item) => item['院内编码'])).size).toBe(items.length);
    }
    expect(sample.itemLists).not.toEqual([]);
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
