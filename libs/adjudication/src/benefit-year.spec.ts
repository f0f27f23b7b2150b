import { describe, expect, it } from 'vitest';
import { benefitYearOf } from './benefit-year.js';

describe('the benefit year', () => {
  it.each([
    ['01-01', '2026-01-01', 2026],
    ['01-01', '2026-12-31', 2026],
    ['07-01', '2026-06-30', 2025],
    ['07-01', '2026-07-01', 2026],
    ['07-01', '2027-01-01', 2026],
  ])('that begins on %s has %s in %i', (startsOn, onDate, year) =>
    expect(benefitYearOf({ startsOn, crossYear: 'WHOLE' }, onDate)).toBe(year),
  );
});
