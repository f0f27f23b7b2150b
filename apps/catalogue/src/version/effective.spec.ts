import { nextDay } from '@yiditong/chassis';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeUntil, earliestEffectiveDay, LEAD_MS, requireNotTooLate } from './effective.js';

describe('the earliest day of a version', () => {
  it.each([
    ['2026-03-09T15:50:00.000Z', '2026-03-10'],
    ['2026-03-09T15:50:00.001Z', '2026-03-11'],
    ['2026-12-31T15:59:59.999Z', '2027-01-02'],
  ])('published at %s is %s', (now, day) => {
    expect(earliestEffectiveDay(new Date(now))).toBe(day);
  });
});

describe('the latest day from which something counts', () => {
  const now = new Date('2026-03-09T16:00:00.000Z');
  it('lies a year ahead', () => {
    expect(() => requireNotTooLate('2027-03-11', now)).not.toThrow();
    expect(() => requireNotTooLate('2027-03-12', now)).toThrow(
      expect.objectContaining({ reason: 'CATALOGUE_EFFECTIVE_TOO_LATE', params: { latest: '2027-03-11' } }),
    );
  });
});

describe('catalogues read at an instant', () => {
  it.each([
    ['2026-03-09T15:51:00.000Z', '2026-03-09'],
    ['2026-03-09T15:51:00.001Z', '2026-03-10'],
    ['2026-03-09T16:00:00.000Z', '2026-03-10'],
  ])('%s are complete until %s', (readAt, day) => {
    expect(completeUntil(new Date(readAt))).toBe(day);
  });

  it('lack nothing that anybody publishes later, even by a clock that is almost a minute behind', () => {
    const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, fc.integer({ min: -59_999, max: 3 * LEAD_MS }), (readAt, later) => {
        const publishedAt = new Date(readAt.getTime() + later);
        expect(earliestEffectiveDay(publishedAt) > completeUntil(readAt)).toBe(true);
      }),
    );
  });

  it('are complete for today and for no day after tomorrow', () => {
    const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, (readAt) => {
        const today = new Date(readAt.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
        expect([today, nextDay(today)]).toContain(completeUntil(readAt));
      }),
    );
  });
});
