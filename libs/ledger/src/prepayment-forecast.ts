import { addDays } from '@yiditong/codes';
import { magnitude, sumFen, type Fen } from '@yiditong/money';

/** What was used per day, the oldest first and none left out: a day without use is zero, one of refunds is negative. */
export type UsageHistory = { readonly lastDate: string; readonly dailyFen: readonly Fen[] };

export type ExhaustionForecast =
  | { readonly outcome: 'TOO_LITTLE_HISTORY'; readonly daysNeeded: number }
  | {
      readonly outcome: 'FORECAST';
      /** Whole weeks that the forecast rests on. */
      readonly weeks: number;
      /** YYYY-MM-DD: with a chance of 10 %, the money is used up by then. Null where that lies beyond the horizon, as below. */
      readonly earliest: string | null;
      /** With an even chance. */
      readonly expected: string | null;
      /** With a chance of 90 %. */
      readonly latest: string | null;
    };

/** Fewer say too little about how much weeks differ. */
const LEAST_WEEKS = 4;
/** Older weeks say little about the next. */
const MOST_WEEKS = 26;
/** Student's t, 90 % one-sided, in thousandths, by degrees of freedom from 3 to 25. */
const T_90 = [
  1638, 1533, 1476, 1440, 1415, 1397, 1383, 1372, 1363, 1356, 1350, 1345, 1341, 1337, 1333, 1330, 1328, 1325, 1323,
  1321, 1319, 1318, 1316,
] as const;

/**
 * When a remaining amount will be used up (测算预付金用尽日期), if it is used as in the last whole weeks (at least 4, at most 26) and nothing is
 * added. The horizon is in days from the last date of the history. What remains may be zero or less: then all dates are the last of the
 * history.
 *
 * Method: a day ahead uses what its weekday used on average. Weeks, not days, are taken as independent, so that a busy Monday and a calm
 * Sunday aren't counted as uncertainty. With n weeks whose totals have the sample variance s², the use of k days has the variance
 * s² · k/7 · (1 + k/(7n)): the second term because the mean itself is only estimated. Dates are the first on which the amount lies within
 * the quantile of Student's t. All sums and comparisons are of integers, squared where a root would be taken; no amount is a floating
 * number, and equal histories give equal dates.
 *
 * Limits: no holidays (春节 above all), no growth and no season; weeks that resemble their neighbours, as in an epidemic, make the true
 * range wider than what is told; with few weeks the quantiles lean on weeks being near normal.
 */
export function forecastExhaustion(
  { lastDate, dailyFen }: UsageHistory,
  remaining: Fen,
  horizonDays: number,
): ExhaustionForecast {
  const weeks = Math.min(Math.floor(dailyFen.length / 7), MOST_WEEKS);
  if (weeks < LEAST_WEEKS) return { outcome: 'TOO_LITTLE_HISTORY', daysNeeded: LEAST_WEEKS * 7 };
  const days = dailyFen.slice(dailyFen.length - weeks * 7);
  const reached = quantiles(days, BigInt(weeks), remaining);
  const found: (string | null)[] = [null, null, null];
  let date = lastDate;
  for (let ahead = 0; ahead <= horizonDays && found.includes(null); ahead += 1) {
    reached(ahead).forEach((isReached, index) => {
      if (isReached) found[index] ??= date;
    });
    date = addDays(date, 1);
  }
  const [earliest = null, expected = null, latest = null] = found;
  return { outcome: 'FORECAST', weeks, earliest, expected, latest };
}

/** Whether the upper, middle and lower quantile of what so many days use reach the remaining amount. Asked for each day ahead in turn. */
function quantiles(days: readonly Fen[], weeks: bigint, remaining: Fen): (ahead: number) => readonly boolean[] {
  /** Of each weekday over all weeks: the weeks times its average. */
  const perWeekday = Array.from({ length: 7 }, (_, weekday) =>
    sumFen(days.filter((_fen, index) => index % 7 === weekday)),
  );
  const totals = Array.from({ length: Number(weeks) }, (_, week) => sumFen(days.slice(week * 7, week * 7 + 7)));
  const all = sumFen(totals);
  /** s² times weeks · (weeks − 1). */
  const spread = weeks * totals.reduce((sum, total) => sum + total * total, 0n) - all * all;
  const t = BigInt(T_90[Number(weeks) - LEAST_WEEKS] ?? 0);
  let used = 0n;
  return (ahead) => {
    if (ahead > 0) used += perWeekday[(ahead - 1) % 7] ?? 0n;
    const k = BigInt(ahead);
    // The lack is `weeks` too large; both sides are squared and multiplied by 49 · (weeks − 1) and by the thousandths of t.
    const lack = weeks * remaining - used;
    const marginSquared = t * t * spread * k * (7n * weeks + k);
    const lackSquared = magnitude(lack) ** 2n * 1_000_000n * 49n * (weeks - 1n);
    return [lack <= 0n || marginSquared >= lackSquared, lack <= 0n, lack <= 0n && lackSquared >= marginSquared];
  };
}
