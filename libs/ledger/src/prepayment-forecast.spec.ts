import { daysSince1970 } from '@yiditong/codes';
import { fen, ZERO_FEN, type Fen } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forecastExhaustion, type ExhaustionForecast } from './prepayment-forecast.js';

const LAST = '2026-11-22';
const WEEK = [10n, 20n, 30n, 20n, 20n, 0n, 0n].map(fen);
const weeksOf = (count: number, week: readonly Fen[] = WEEK): Fen[] => Array.from({ length: count }, () => week).flat();
const forecast = (dailyFen: readonly Fen[], remaining: bigint, horizon = 365): ExhaustionForecast =>
  forecastExhaustion({ lastDate: LAST, dailyFen }, fen(remaining), horizon);

/** Days from the last date; null where there is no date. */
function ahead(of: ExhaustionForecast): (number | null)[] {
  if (of.outcome !== 'FORECAST') throw new Error(of.outcome);
  const days = (date: string | null): number | null =>
    date === null ? null : daysSince1970(date) - daysSince1970(LAST);
  return [days(of.earliest), days(of.expected), days(of.latest)];
}

/** Uniform in [0, 1), the same every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the exhaustion date', () => {
  it.each([
    // Each week is the same, so that nothing is uncertain: the day is the one on which the weekday profile reaches the amount.
    [0n, 0],
    [-5n, 0],
    [1n, 1],
    [10n, 1],
    [11n, 2],
    [60n, 3],
    [61n, 4],
    [100n, 5],
    [101n, 8],
    [250n, 17],
  ])('of %s fen is %i days ahead where all weeks are alike', (remaining, days) =>
    expect(ahead(forecast(weeksOf(6), remaining))).toEqual([days, days, days]),
  );

  it.each([
    // 10 weeks of 91 fen, the last two days of which need nothing: 68 days after 30 December, and 2028 has a 29 February.
    [910n, '2028-03-07'],
    [911n, '2028-03-10'],
    [921n, '2028-03-11'],
  ])('of %s fen is a calendar date across months and years: %s', (remaining, date) => {
    const dailyFen = weeksOf(4, [fen(1n), ...WEEK.slice(1)]);
    expect(forecastExhaustion({ lastDate: '2027-12-30', dailyFen }, fen(remaining), 365)).toEqual({
      outcome: 'FORECAST',
      weeks: 4,
      earliest: date,
      expected: date,
      latest: date,
    });
  });

  it('is none where the money outlasts the horizon', () => {
    expect(ahead(forecast(weeksOf(4), 100n, 4))).toEqual([null, null, null]);
    expect(ahead(forecast(weeksOf(4), 100n, 5))).toEqual([5, 5, 5]);
    expect(
      ahead(
        forecast(
          weeksOf(
            4,
            WEEK.map(() => ZERO_FEN),
          ),
          1n,
        ),
      ),
    ).toEqual([null, null, null]);
  });

  it('is a range where weeks differ, by Student’s t', () => {
    // Weekly totals of 60, 140, 60 and 140 fen: a mean of 100, s² = 6400 / 3, t = 1.638.
    const history = [6n, 14n, 6n, 14n].flatMap((of) => WEEK.map((day) => fen((day * of) / 10n)));
    const margin = (k: number): number => 1.638 * Math.sqrt(((6400 / 3) * k * (1 + k / 28)) / 7);
    const mean = (k: number): number => Math.floor(k / 7) * 100 + ([0, 10, 30, 60, 80, 100, 100][k % 7] ?? NaN);
    const first = (reached: (k: number) => boolean): number =>
      Array.from({ length: 366 }, (_, k) => k).find(reached) ?? -1;
    const expected = [
      first((k) => mean(k) + margin(k) >= 400),
      first((k) => mean(k) >= 400),
      first((k) => mean(k) - margin(k) >= 400),
    ];
    expect(ahead(forecast(history, 400n))).toEqual(expected);
    expect(expected).toEqual([17, 26, 52]);
  });

  it('leaves the latest date open where use may as well stop', () => {
    const history = [0n, 0n, 0n, 40n].flatMap((of) => WEEK.map((day) => fen(day * of)));
    expect(ahead(forecast(history, 10_000n)).map((day) => day === null)).toEqual([false, false, true]);
  });

  it.each([0, 27])('needs four whole weeks: %i days are too few', (days) =>
    expect(forecast(weeksOf(4).slice(0, days), 1n)).toEqual({ outcome: 'TOO_LITTLE_HISTORY', daysNeeded: 28 }),
  );

  it.each([
    [28, 4],
    [34, 4],
    [182, 26],
    [400, 26],
  ])('of %i days uses the last %i weeks', (days, weeks) =>
    expect(forecast(weeksOf(60).slice(0, days), 1n)).toMatchObject({ weeks }),
  );

  it('forgets what lies further back', () => {
    const recent = weeksOf(26);
    expect(
      forecast(
        [
          ...weeksOf(
            9,
            WEEK.map(() => fen(7n ** 9n)),
          ),
          ...recent,
        ],
        4_321n,
      ),
    ).toEqual(forecast(recent, 4_321n));
  });
});

describe('whatever the history', () => {
  const days = fc
    .array(fc.bigInt({ min: 0n, max: 10n ** 12n }).map(fen), { minLength: 28, maxLength: 90 })
    .filter((all) => all.some((day) => day > 0n));
  const order = (day: number | null): number => day ?? Infinity;

  it('the earliest date is not after the expected one, nor that after the latest', () => {
    fc.assert(
      fc.property(days, fc.bigInt({ min: 1n, max: 10n ** 14n }), (history, remaining) => {
        const [earliest = null, expected = null, latest = null] = ahead(forecast(history, remaining));
        return order(earliest) <= order(expected) && order(expected) <= order(latest);
      }),
    );
  });

  it('more money never runs out earlier', () => {
    const amount = fc.bigInt({ min: 1n, max: 10n ** 13n });
    fc.assert(
      fc.property(days, amount, amount, (history, some, more) => {
        const [less, most] = [ahead(forecast(history, some)), ahead(forecast(history, some + more))];
        return less.every((day, index) => order(day) <= order(most[index] ?? null));
      }),
    );
  });

  it('fen or yuan make no difference', () => {
    fc.assert(
      fc.property(days, fc.bigInt({ min: 1n, max: 10n ** 13n }), (history, remaining) => {
        const hundredfold = history.map((day) => fen(day * 100n));
        expect(forecast(hundredfold, remaining * 100n)).toEqual(forecast(history, remaining));
      }),
    );
  });
});

describe('the range', () => {
  /** Use of a day: a weekday's profile, a week's own level, and the day's own noise; skewed upwards, as bills are. */
  function simulate(random: () => number, count: number): Fen[] {
    let level = 1;
    return Array.from({ length: count }, (_, index) => {
      if (index % 7 === 0) level = 0.6 + 0.8 * random();
      const noise = -Math.log(1 - random());
      return fen(BigInt(Math.round(Number(WEEK[index % 7]) * 1_000_000 * level * (0.5 + 0.5 * noise))));
    });
  }

  it.each([
    [4, 3],
    [8, 3],
    [8, 12],
    [26, 10],
  ])('from %i weeks, of money for about %i weeks, holds the true date in four of five cases', (weeks, lasting) => {
    const random = generator(weeks * 100 + lasting);
    const runs = 1_500;
    let [early, late] = [0, 0];
    for (let run = 0; run < runs; run += 1) {
      const days = simulate(random, weeks * 7 + 700);
      const remaining = fen(BigInt(lasting) * 100_000_000n);
      let [used, exhausted] = [0n, 0];
      while (used < remaining) {
        used += days[weeks * 7 + exhausted] ?? 0n;
        exhausted += 1;
      }
      const [earliest = null, , latest = null] = ahead(forecast(days.slice(0, weeks * 7), remaining, 690));
      if (exhausted < (earliest ?? Infinity)) early += 1;
      if (exhausted > (latest ?? Infinity)) late += 1;
    }
    // A tenth on either side, and a little less where a whole day is told for a moment within it.
    expect(Math.max(early, late) / runs).toBeLessThan(0.13);
    expect(Math.min(early, late) / runs).toBeGreaterThan(0.04);
  });
});
