import {
  addRates,
  compareRates,
  formatRate,
  multiplyRates,
  rate,
  subtractRates,
  WHOLE_RATE,
  ZERO_RATE,
  type Rate,
} from '@yiditong/money';
import { choose, holds, type Circumstances, type PartCircumstances } from './choice.js';
import type { RatioAdjustment } from './policy.js';

/** A band's ratio as it is paid, and how it came about. */
export type AdjustedRatio = { readonly ratio: Rate; readonly sources: readonly string[]; readonly textZh: string };

/** Changes a ratio by all that applies, one after another; it stays between 0 and 1. */
export function adjustRatio(
  ratio: Rate,
  adjustments: readonly RatioAdjustment[],
  of: Circumstances,
  part: PartCircumstances,
): AdjustedRatio {
  let adjusted = ratio;
  const sources: string[] = [];
  const words: string[] = [];
  for (const adjustment of adjustments) {
    if (!holds(adjustment.when, of, part)) continue;
    const next = within(changed(adjusted, adjustment, of, part));
    if (compareRates(next, adjusted) === 0) continue;
    sources.push(adjustment.source);
    words.push(`${wordsOf(adjustment)}为 ${formatRate(next)}`);
    adjusted = next;
  }
  return {
    ratio: adjusted,
    sources,
    textZh: words.length === 0 ? '' : `（${formatRate(ratio)}，${words.join('，')}）`,
  };
}

function changed(ratio: Rate, adjustment: RatioAdjustment, of: Circumstances, part: PartCircumstances): Rate {
  switch (adjustment.mode) {
    case 'POINTS_LESS':
      return subtractRates(ratio, adjustment.points);
    case 'POINTS_MORE':
      return addRates(ratio, adjustment.points);
    case 'FACTOR':
      return multiplyRates(ratio, adjustment.factor);
    case 'SELF_PAY_FACTOR':
      return subtractRates(WHOLE_RATE, multiplyRates(subtractRates(WHOLE_RATE, ratio), adjustment.factor));
    case 'POINTS_BY_AGE': {
      const { fromAge, everyYears, points } = adjustment;
      if (of.age === null || of.age < fromAge) return ratio;
      const times = BigInt(Math.floor((of.age - fromAge) / everyYears) + 1);
      return addRates(ratio, rate(points.numerator * times, points.denominator));
    }
    case 'ABSOLUTE':
      return choose(adjustment.ratio, of, part) ?? ratio;
    case 'FLOOR': {
      const least = choose(adjustment.ratio, of, part) ?? ratio;
      return compareRates(ratio, least) < 0 ? least : ratio;
    }
    case 'CEILING': {
      const most = choose(adjustment.ratio, of, part) ?? ratio;
      return compareRates(ratio, most) > 0 ? most : ratio;
    }
  }
}

function within(ratio: Rate): Rate {
  if (compareRates(ratio, ZERO_RATE) < 0) return ZERO_RATE;
  return compareRates(ratio, WHOLE_RATE) > 0 ? WHOLE_RATE : ratio;
}

function wordsOf(adjustment: RatioAdjustment): string {
  switch (adjustment.mode) {
    case 'POINTS_LESS':
      return `降低 ${pointsOf(adjustment.points)}`;
    case 'POINTS_MORE':
      return `提高 ${pointsOf(adjustment.points)}`;
    case 'FACTOR':
      return `乘以 ${formatRate(adjustment.factor)}`;
    case 'SELF_PAY_FACTOR':
      return `个人负担比例乘以 ${formatRate(adjustment.factor)}`;
    case 'POINTS_BY_AGE':
      return '按年龄提高';
    case 'ABSOLUTE':
      return '按规定比例';
    case 'FLOOR':
      return '按保底比例';
    case 'CEILING':
      return '按最高比例';
  }
}

/** 10% is said as ten percentage points. */
function pointsOf(points: Rate): string {
  return formatRate(points).replace(/%$/, ' 个百分点');
}
