import { NATION, placesOf, PROVINCES } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import { covers, destinationFor, FOUNDING_RULES, isFilingDestination, type FilingRule } from './index.js';

const BEFORE_LINKAGE = '2024-09-04';
const LINKED = '2024-09-05';
const TODAY = '2026-11-22';

describe('a filing may name', () => {
  it.each([
    ['310000', TODAY, true],
    ['460000', TODAY, true],
    ['540000', TODAY, true],
    ['660000', TODAY, true],
    ['310000', '2022-12-31', false],
    ['410000', TODAY, false],
    ['650000', TODAY, false],
    ['410100', TODAY, true],
    ['410102', TODAY, false],
    ['411900', TODAY, false],
    ['460100', TODAY, true],
    ['469002', TODAY, true],
    ['429004', TODAY, true],
    ['429000', TODAY, false],
    ['659001', TODAY, true],
    ['310115', TODAY, false],
    ['139900', LINKED, true],
    ['139900', BEFORE_LINKAGE, false],
    ['319900', TODAY, false],
    ['660100', TODAY, true],
    ['660101', TODAY, false],
    ['999900', TODAY, false],
    ['', TODAY, false],
    ['41010', TODAY, false],
  ])('%j on %s: %s', (region, on, valid) => expect(isFilingDestination(FOUNDING_RULES, on, region)).toBe(valid));
});

describe('a filing to', () => {
  it.each([
    ['310000', '310115', TODAY, true],
    ['310000', '310115', '2022-12-31', false],
    ['310000', '310000', '2022-12-31', true],
    ['460000', '469002', TODAY, true],
    ['540000', '542500', TODAY, true],
    ['410100', '410100', TODAY, true],
    ['410100', '410102', TODAY, true],
    ['410100', '410199', TODAY, true],
    ['410100', '410299', TODAY, false],
    ['410000', '410100', TODAY, false],
    ['429004', '429004', TODAY, true],
    ['429004', '429005', TODAY, false],
    ['660000', '660100', TODAY, true],
    ['660000', '659001', TODAY, false],
    ['660000', '650100', TODAY, false],
    ['650100', '660100', TODAY, false],
    ['130100', '139900', LINKED, true],
    ['130100', '139900', BEFORE_LINKAGE, false],
    ['130100', '139901', LINKED, true],
    ['139900', '130100', LINKED, true],
    ['139900', '130102', LINKED, true],
    ['139900', '130102', BEFORE_LINKAGE, false],
    ['139900', '139900', BEFORE_LINKAGE, true],
    ['139900', '130200', LINKED, false],
    ['130200', '139900', LINKED, false],
    ['460000', '469900', TODAY, true],
    ['460100', '469900', LINKED, true],
    ['130100', '149900', LINKED, false],
  ])('%s opens %s on %s: %s', (destination, place, on, opens) =>
    expect(covers(FOUNDING_RULES, on, destination, place)).toBe(opens),
  );
});

describe('a filing for care in', () => {
  it.each([
    ['310115', TODAY, '310000'],
    ['310000', TODAY, '310000'],
    ['469002', TODAY, '460000'],
    ['469002', '2022-12-31', '469002'],
    ['460105', '2022-12-31', '460100'],
    ['310115', '2022-12-31', null],
    ['410102', TODAY, '410100'],
    ['410199', TODAY, '410100'],
    ['410100', TODAY, '410100'],
    ['410000', TODAY, null],
    ['429004', TODAY, '429004'],
    ['429099', TODAY, null],
    ['139900', LINKED, '139900'],
    ['139901', LINKED, '139900'],
    ['139900', BEFORE_LINKAGE, null],
    ['660100', TODAY, '660000'],
    ['659001', TODAY, '659001'],
    ['990100', TODAY, null],
    ['', TODAY, null],
  ])('%j on %s names %s', (place, on, expected) => expect(destinationFor(FOUNDING_RULES, on, place)).toBe(expected));

  it('any place of the country names a destination that may be named and opens the place', () => {
    for (const { code } of PROVINCES.flatMap((province) => placesOf(province.code))) {
      const destination = destinationFor(FOUNDING_RULES, TODAY, code);
      expect(destination !== null && isFilingDestination(FOUNDING_RULES, TODAY, destination)).toBe(true);
      expect(covers(FOUNDING_RULES, TODAY, destination ?? '', code)).toBe(true);
    }
  });
});

it('a province that pools at its own level needs a rule and no release', () => {
  const pooled: FilingRule = {
    owner: NATION,
    source: 'a test',
    validFrom: '2027-01-01',
    validTo: '2027-12-31',
    content: { kind: 'WHOLE_PROVINCE', region: '530000' },
  };
  const rules = [...FOUNDING_RULES, pooled];
  const found = ['2026-12-31', '2027-01-01', '2027-12-31', '2028-01-01'].map((on) => [
    isFilingDestination(rules, on, '530000'),
    covers(rules, on, '530000', '532901'),
    destinationFor(rules, on, '532901'),
  ]);
  expect(found).toEqual([
    [false, false, '532900'],
    [true, true, '530000'],
    [true, true, '530000'],
    [false, false, '532900'],
  ]);
});
