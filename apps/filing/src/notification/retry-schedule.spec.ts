import { describe, expect, it } from 'vitest';
import { MOST_ATTEMPTS, waitAfter } from './retry-schedule.js';

const deliveries = Array.from({ length: 500 }, (_, n) => `610000:webhook:${n}`);

describe('the wait for the next attempt', () => {
  it.each([
    [1, 5],
    [2, 30],
    [3, 120],
    [4, 600],
    [5, 3_600],
    [6, 10_800],
    [7, 21_600],
    [8, 43_200],
  ])('after %i failures is %i s, a tenth more or less', (attempts, seconds) => {
    const waits = deliveries.map((delivery) => waitAfter(attempts, delivery) ?? 0);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(seconds * 900);
    expect(Math.max(...waits)).toBeLessThanOrEqual(seconds * 1100);
    // Spread over the whole of it, so that what failed together doesn't come back together.
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(seconds * 150);
  });

  it('is the same however often it is asked for', () => {
    expect(deliveries.map((delivery) => waitAfter(3, delivery))).toEqual(
      deliveries.map((delivery) => waitAfter(3, delivery)),
    );
  });

  it('never comes after the ninth', () => {
    expect(MOST_ATTEMPTS).toBe(9);
    expect(waitAfter(MOST_ATTEMPTS, 'any')).toBeNull();
    expect(waitAfter(MOST_ATTEMPTS + 1, 'any')).toBeNull();
  });
});
