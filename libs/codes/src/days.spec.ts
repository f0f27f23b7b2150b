import { describe, expect, it } from 'vitest';
import { addDays, dayBefore, daysSince1970 } from './index.js';

describe('the day before', () => {
  it.each([
    ['2026-03-15', '2026-03-14'],
    ['2026-03-01', '2026-02-28'],
    ['2028-03-01', '2028-02-29'],
    ['2027-01-01', '2026-12-31'],
    ['2026-05-01', '2026-04-30'],
  ])('%s is %s', (date, before) => expect(dayBefore(date)).toBe(before));
});

describe('days', () => {
  it.each([
    ['1970-01-01', 0],
    ['1970-02-28', 58],
    ['2000-03-01', 11_017],
    ['2026-11-22', 20_779],
    ['1969-12-31', -1],
  ])('from 1970 to %s are %i', (date, days) => expect(daysSince1970(date)).toBe(days));
});

describe('a date and days', () => {
  it.each([
    ['2026-01-05', -10, '2025-12-26'],
    ['2024-02-28', 1, '2024-02-29'],
    ['2100-02-28', 1, '2100-03-01'],
    ['2000-02-28', 2, '2000-03-01'],
    ['2026-11-22', 0, '2026-11-22'],
  ])('%s and %i are %s', (date, days, later) => expect(addDays(date, days)).toBe(later));

  it('are the next day, for four hundred years', () => {
    let date = '1999-12-31';
    for (let days = 1; days <= 146_097; days += 1) {
      const next = addDays('1999-12-31', days);
      expect(dayBefore(next)).toBe(date);
      date = next;
    }
  });
});
