import { describe, expect, it } from 'vitest';
import { benefitYearOf, firstDayOf, nightsBetween } from './benefit-year.js';

describe('the benefit year', () => {
  it.each([
    ['01-01', '2026-01-01', 2026],
    ['01-01', '2026-12-31', 2026],
    ['07-01', '2026-06-30', 2025],
    ['07-01', '2026-07-01', 2026],
    ['07-01', '2027-01-01', 2026],
  ])('that begins on %s has %s in %i', (startsOn, onDate, year) =>
    expect(benefitYearOf({ startsOn }, onDate)).toBe(year),
  );

  it('begins on its first day, and the one before ends on the day before', () => {
    const of = { startsOn: '07-01' };
    expect([firstDayOf(of, 2026), benefitYearOf(of, firstDayOf(of, 2026))]).toEqual(['2026-07-01', 2026]);
  });
});

describe('the nights between two days', () => {
  it.each([
    ['2026-03-15', '2026-03-15', 0],
    ['2026-03-15', '2026-03-16', 1],
    ['2025-12-31', '2026-01-01', 1],
    ['2025-12-20', '2026-01-11', 22],
    ['2026-01-01', '2027-01-01', 365],
    ['2024-01-01', '2025-01-01', 366],
    ['2024-02-28', '2024-03-01', 2],
    ['2026-02-28', '2026-03-01', 1],
    ['2000-02-28', '2000-03-01', 2],
    ['2100-02-28', '2100-03-01', 1],
    ['2026-03-16', '2026-03-15', -1],
  ])('%s and %s are %i', (from, to, nights) => expect(nightsBetween(from, to)).toBe(nights));

  it('are as many as each month has days', () => {
    const months = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12'];
    const firstDays = [...months.map((month) => `2026-${month}-01`), '2027-01-01'];
    const lengths = firstDays.slice(1).map((next, index) => nightsBetween(firstDays[index] ?? '', next));
    expect(lengths).toEqual([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
  });
});
