import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  choose,
  problemOf,
  readPolicy,
  type Circumstances,
  type PolicyDocument,
  type Sourced,
  type VisitRule,
} from '@yiditong/adjudication';
import {
  BENEFIT_LEVELS,
  findPlace,
  findProvince,
  HOSPITAL_LEVELS,
  isInstitutionCode,
  isNationalItemCode,
  ITEM_KINDS,
  itemKindOf,
  LIST_COLUMNS,
  PERSON_TYPES,
  PERSON_TYPES_OF,
  provinceOf,
  type VisitKind,
} from '@yiditong/codes';
import { compareRates, parseRate, rate } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { isOfTheDay } from './day-policies.js';
import { loadSample, type SamplePolicy } from './sample.js';

const sample = loadSample();

/** Of a policy’s text what the reader has no need to hand on. */
type ShippedDocument = {
  readonly validFrom: string;
  readonly trust: string;
  readonly source: string;
  readonly examples?: readonly {
    readonly name: string;
    readonly claim: { readonly settledBy?: string };
    readonly accumulators?: object;
    readonly expect: { readonly fund: string; readonly personal: string };
  }[];
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const AMOUNTS = ['standard', 'upTo', 'most', 'least', 'amount', 'threshold', 'yearlyMost'];
const RATES = ['ratio', 'points', 'factor', 'factors'];
/** Below these stands a figure of what is above them. */
const CHOICES: ReadonlySet<string> = new Set(['byLevel', 'byPerson', 'is', ...HOSPITAL_LEVELS, ...PERSON_TYPES]);

/** Whatever stands in a document, and under which name. */
function leavesOf(value: Json, name = ''): (readonly [string, Exclude<Json, object>])[] {
  if (Array.isArray(value)) return value.flatMap((each) => leavesOf(each, name));
  if (value === null || typeof value !== 'object') return [[name, value]];
  return Object.entries(value).flatMap(([key, each]) => leavesOf(each, CHOICES.has(key) ? name : key));
}

function isAmount(value: unknown): boolean {
  return typeof value === 'string' && /^\d+(\.\d{1,2})?$/.test(value);
}

/** Throws what is wrong with a document. */
function read({ documentJson, region, insurance }: SamplePolicy): PolicyDocument {
  const reading = readPolicy(JSON.parse(documentJson));
  if ('problem' in reading) throw new Error(`${region} ${insurance}: ${reading.problem}`);
  return reading.policy;
}

/** Every rule of a policy, each of which holds a figure. */
function rulesOf({ visits, adjustments, poolingCap, layers, account }: PolicyDocument): Sourced[] {
  const ofVisits = Object.values(visits).flatMap(({ firstSelfPay, deductible, bands, caps }) => [
    firstSelfPay,
    deductible,
    ...bands,
    ...caps,
  ]);
  return [...ofVisits, ...adjustments, poolingCap, ...layers, account].filter((rule) => rule !== null);
}

/** Every person of an insurance at every hospital, whatever his benefit level. */
function circumstancesOf({ insurance }: PolicyDocument, visitKind: VisitKind): Circumstances[] {
  const unknown = { age: null, personTags: [], hospitalTags: [], diseaseCode: null } as const;
  const known = { visitKind, settledBy: 'DIRECT', place: 'OTHER_PROVINCE', visitNumber: 1 } as const;
  return PERSON_TYPES_OF[insurance].flatMap((personType) =>
    HOSPITAL_LEVELS.flatMap((hospitalLevel) =>
      BENEFIT_LEVELS.map((benefitLevel) => ({ ...known, ...unknown, personType, hospitalLevel, benefitLevel })),
    ),
  );
}

/** The files' rows by column; no cell of theirs has a comma in it. */
function rowsOf(csv: string): Readonly<Record<string, string>>[] {
  const [header = [], ...rows] = csv
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return rows.map((cells) => Object.fromEntries(header.map((name, at) => [name, cells[at] ?? ''])));
}

/** A policy’s line in docs/shipped-policies.md. Where the whole is assumed, its inpatient ratios tell where it comes from. */
function rowOf(shipped: SamplePolicy): string {
  const { region, insurance, visitKinds } = shipped;
  const { validFrom, source, trust } = JSON.parse(shipped.documentJson) as ShippedDocument;
  const policy = read(shipped);
  const marks = [...new Set(rulesOf(policy).map((rule) => rule.trust))].toSorted().join(' ');
  const kinds = visitKinds.map((kind) => VISIT_NAMES[kind]).join('、');
  const from = trust === 'D' ? policy.visits.INPATIENT?.bands[0]?.source : source;
  return `| ${findPlace(region)?.nameZh} | ${region} | ${insurance} | ${validFrom.slice(0, 4)} | ${kinds} | ${marks} | ${from} |`;
}

const VISIT_NAMES: Readonly<Record<VisitKind, string>> = { INPATIENT: '住院', OUTPATIENT: '门诊', CHRONIC: '慢特病' };

describe('the sample', () => {
  it.each(sample.policies)('gives the source and a mark of trust with every figure of $region $insurance', (policy) => {
    const rules = rulesOf(read(policy));
    expect(rules.length).toBeGreaterThanOrEqual(isOfTheDay(policy) ? 8 : 4);
    for (const { source, trust } of rules) {
      expect(source.length).toBeGreaterThan(3);
      expect(['A', 'B', 'C', 'D']).toContain(trust);
    }
  });

  it.each(sample.policies)('writes amounts of $region $insurance in yuan and rates as exact texts', (policy) => {
    const leaves = leavesOf(JSON.parse(policy.documentJson) as Json);
    const [amounts, rates] = [AMOUNTS, RATES].map((names) => leaves.filter(([name]) => names.includes(name)));
    for (const [name, amount] of amounts ?? [])
      expect(amount, name).toSatisfy(name === 'upTo' ? (text) => text === null || isAmount(text) : isAmount);
    for (const [name, text] of rates ?? [])
      expect(typeof text === 'string' && parseRate(text) !== null, name).toBe(true);
    expect([amounts?.length, rates?.length]).not.toContain(0);
  });

  it.each(sample.policies)(
    'knows a ratio and a deductible of $region $insurance for every person type and hospital level',
    (sampled) => {
      const policy = read(sampled);
      for (const [visitKind, { deductible, bands }] of Object.entries(policy.visits) as [VisitKind, VisitRule][]) {
        expect(bands.at(-1)?.upToFen).toBeNull();
        for (const of of circumstancesOf(policy, visitKind)) {
          expect(choose(deductible.standard, of)).not.toBeNull();
          for (const { ratio } of bands) expect(choose(ratio, of)).not.toBeNull();
        }
      }
    },
  );

  it.each(sample.policies)('keeps points of $region $insurance within the limits of the notice of 2022', (sampled) => {
    const policy = read(sampled);
    expect(problemOf(policy)).toBeNull();
    const limits = { LOCAL: 0n, REFERRAL: 10n, EMERGENCY: 10n, OTHER_TEMPORARY: 20n };
    for (const adjustment of policy.adjustments) {
      // Of claims by hand the notice says nothing.
      if (adjustment.mode !== 'POINTS_LESS' || adjustment.when.settledBy === 'MANUAL') continue;
      for (const level of adjustment.when.benefitLevels ?? BENEFIT_LEVELS)
        expect(compareRates(adjustment.points, rate(limits[level], 100n))).toBeLessThanOrEqual(0);
    }
  });

  it('covers enough pooling areas, and leaves chronic visits out of some', () => {
    expect(new Set(sample.policies.map(({ region }) => region)).size).toBeGreaterThanOrEqual(34);
    const ofTheDay = sample.policies.filter(isOfTheDay);
    expect(new Set(ofTheDay.map(({ region }) => region)).size).toBeGreaterThanOrEqual(14);
    expect(
      ofTheDay.every(({ visitKinds }) => visitKinds.includes('INPATIENT') && visitKinds.includes('OUTPATIENT')),
    ).toBe(true);
    expect(ofTheDay.some(({ visitKinds }) => !visitKinds.includes('CHRONIC'))).toBe(true);
    for (const { visitKinds, region } of sample.policies) expect(visitKinds, region).toContain('INPATIENT');
  });

  it.each(sample.policies)('tries the policy of $region $insurance by examples that differ', ({ documentJson }) => {
    const { examples = [] } = JSON.parse(documentJson) as ShippedDocument;
    expect(examples.length).toBeGreaterThanOrEqual(2);
    expect(new Set(examples.map(({ name }) => name)).size).toBe(examples.length);
    expect(new Set(examples.map(({ claim, accumulators }) => JSON.stringify([claim, accumulators]))).size).toBe(
      examples.length,
    );
    for (const { expect: expected } of examples)
      expect(isAmount(expected.fund) && isAmount(expected.personal)).toBe(true);
  });

  it('tries claims by hand wherever a policy says something of them', () => {
    for (const { documentJson, region, insurance } of sample.policies) {
      const { examples = [], ...rules } = JSON.parse(documentJson) as ShippedDocument;
      const says = JSON.stringify(rules).includes('"settledBy":"MANUAL"');
      expect(
        examples.some(({ claim }) => claim.settledBy === 'MANUAL'),
        `${region} ${insurance}`,
      ).toBe(says);
    }
  });

  it('is listed in the documents as it is', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/shipped-policies.md'), 'utf8');
    const rows = page.split('\n').filter((line) => /^\| .* \| \d{6} \|/.test(line));
    expect(rows).toEqual(sample.policies.map(rowOf));
    const areasOf = (policies: readonly SamplePolicy[]): number => new Set(policies.map(({ region }) => region)).size;
    expect(page).toContain(`${sample.policies.length} policies of ${areasOf(sample.policies)} pooling areas`);
    expect(page).toContain(`insured in ${areasOf(sample.policies.filter(isOfTheDay))} of the areas`);
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
