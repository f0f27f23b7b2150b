import { describe, expect, it } from 'vitest';
import { answersOf, InMemoryMatching, qualityOf } from './in-memory-matching.js';
import { loadLabelledSet } from './labelled-set.js';
import { generateHospitalList } from './hospital-generator.js';
import { generateItems } from './national-generator.js';

const PRECISION = 0.99;
const RECALL = 0.97;

describe('the hand-made list', () => {
  const { items, rows } = loadLabelledSet();
  const matching = new InMemoryMatching(items);
  const quality = qualityOf(rows, answersOf(matching, rows));

  it('has enough rows of each sort, all about items that there are', () => {
    const codes = new Set(items.map(({ nationalCode }) => nationalCode));
    expect(codes.size).toBe(items.length);
    expect(rows.every(({ acceptable }) => acceptable.every((code) => codes.has(code)))).toBe(true);
    expect(rows.filter(({ acceptable }) => acceptable.length === 1).length).toBeGreaterThanOrEqual(150);
    expect(rows.filter(({ acceptable }) => acceptable.length === 0).length).toBeGreaterThanOrEqual(40);
  });

  it('is mapped without error', () => {
    expect(quality.wrong).toEqual([]);
    expect(quality.right).toBe(quality.mapped);
  });

  it('is mapped for the greater part', () => {
    expect(quality.mapped / rows.length).toBeGreaterThan(0.6);
  });

  it('has the right item among the first five where there is one', () => {
    expect(quality.among / quality.known, quality.missed.join(' ')).toBeGreaterThanOrEqual(RECALL);
  });

  it('is never mapped where its words fit several items or none', () => {
    const answers = answersOf(matching, rows);
    const mapped = rows.filter(({ acceptable }, at) => acceptable.length !== 1 && answers[at]?.mappedTo !== null);
    expect(mapped).toEqual([]);
  });
});

describe('generated lists that the rules were not adjusted to', () => {
  it.each([71, 72])('are mapped as they should be, seed %i', (seed) => {
    const items = generateItems(seed, 3_000);
    const rows = generateHospitalList(seed + 1, items, 400);
    const quality = qualityOf(rows, answersOf(new InMemoryMatching(items), rows));
    expect(quality.mapped).toBeGreaterThan(rows.length / 2);
    expect(quality.right / quality.mapped, quality.wrong.join(' ')).toBeGreaterThanOrEqual(PRECISION);
    expect(quality.among / quality.known, quality.missed.join(' ')).toBeGreaterThanOrEqual(RECALL);
  });
});
