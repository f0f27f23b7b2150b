import { describe, expect, it } from 'vitest';
import { businessDateOf, nextDay } from './clock.js';

describe('the business date', () => {
  it.each([
    ['2026-11-22T15:59:59.999Z', '2026-11-22'],
    ['2026-11-22T16:00:00.000Z', '2026-11-23'],
    ['2026-12-31T16:00:00.000Z', '2027-01-01'],
    ['2028-02-28T16:00:00.000Z', '2028-02-29'],
  ])('of %s is %s in Asia/Shanghai', (instant, date) => expect(businessDateOf(new Date(instant))).toBe(date));

  it.each([
    ['2026-12-31', '2027-01-01'],
    ['2028-02-28', '2028-02-29'],
    ['2027-02-28', '2027-03-01'],
  ])('after %s comes %s', (date, next) => expect(nextDay(date)).toBe(next));
});
