import { describe, expect, it } from 'vitest';
import { isWorkingDay, isYearKnown, workingDaysAfter } from './work-calendar.js';

describe('the working calendar', () => {
  it.each([
    ['2026-09-30', true, 'the day before the National Day holiday'],
    ['2026-10-01', false, 'the National Day'],
    ['2026-10-07', false, 'the last day of the holiday'],
    ['2026-10-10', true, 'a Saturday that makes up for it'],
    ['2026-10-11', false, 'an ordinary Sunday'],
    ['2026-02-14', true, 'a Saturday before the Spring Festival that makes up for it'],
    ['2026-02-23', false, 'the last day of the Spring Festival holiday'],
  ])('says of %s: %s, %s', (date, works) => expect(isWorkingDay(date)).toBe(works));

  it.each([
    ['2026-11-20', 2, '2026-11-24', 'over a weekend'],
    ['2026-11-23', 2, '2026-11-25', 'inside a week'],
    ['2026-09-30', 2, '2026-10-09', 'over the National Day holiday'],
    ['2026-10-08', 2, '2026-10-10', 'onto a Saturday that is worked'],
    ['2026-11-22', 2, '2026-11-24', 'from a Sunday'],
    ['2026-11-20', 0, '2026-11-20', 'none'],
  ])('counts from %s %i working days to %s, %s', (date, days, due) => expect(workingDaysAfter(date, days)).toBe(due));

  it('knows the years whose holidays were published', () => {
    expect(isYearKnown('2026')).toBe(true);
    expect(isYearKnown('2099')).toBe(false);
  });
});
