import { businessDateOf } from '@yiditong/chassis';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { businessDayOf, dateOfDay, dayOfDate } from './business-day.js';

describe('a business day as a number', () => {
  it('is that of the business date, at every instant', () => {
    const instant = fc.date({ min: new Date('1900-01-01'), max: new Date('2999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, (at) => {
        expect(dateOfDay(businessDayOf(at))).toBe(businessDateOf(at));
        expect(dayOfDate(businessDateOf(at))).toBe(businessDayOf(at));
      }),
    );
  });

  it.each([
    ['2026-12-31T15:59:59.999Z', '2026-12-31'],
    ['2026-12-31T16:00:00.000Z', '2027-01-01'],
  ])('begins at midnight in Shanghai: %s is %s', (instant, date) =>
    expect(dateOfDay(businessDayOf(new Date(instant)))).toBe(date),
  );
});
