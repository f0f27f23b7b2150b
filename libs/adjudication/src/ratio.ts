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
import type { Words } from './explanation.js';
import type { RatioAdjustment } from './policy.js';

/** A band's ratio as it is paid, and how it came about; no words where nothing changed it. */
export type AdjustedRatio = { readonly ratio: Rate; readonly sources: readonly string[]; readonly words: Words };

/** Changes a ratio by all that applies, one after another; it stays between 0 and 1. */
export function adjustRatio(
  ratio: Rate,
  adjustments: readonly RatioAdjustment[],
  of: Circumstances,
  part: PartCircumstances,
): AdjustedRatio {
  let adjusted = ratio;
  const sources: string[] = [];
  const zh: string[] = [];
  const en: string[] = [];
  for (const adjustment of adjustments) {
    if (!holds(adjustment.when, of, part)) continue;
    const next = within(changed(adjusted, adjustment, of, part));
    if (compareRates(next, adjusted) === 0) continue;
    sources.push(adjustment.source);
    const words = wordsOf(adjustment);
    zh.push(`${words.zh}为 ${formatRate(next)}`);
    en.push(`${words.en} to ${formatRate(next)}`);
    adjusted = next;
  }
  if (zh.length === 0) return { ratio: adjusted, sources, words: { zh: '', en: '' } };
  const first = formatRate(ratio);
  return {
    ratio: adjusted,
    sources,
    words: { zh: `（${first}，${zh.join('，')}）`, en: ` (${first}, ${en.join(', ')})` },
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

function wordsOf(adjustment: RatioAdjustment): Words {
  switch (adjustment.mode) {
    case 'POINTS_LESS': {
      const points = pointsOf(adjustment.points);
      return { zh: `降低 ${points.zh}`, en: `lowered by ${points.en}` };
    }
    case 'POINTS_MORE': {
      const points = pointsOf(adjustment.points);
      return { zh: `提高 ${points.zh}`, en: `raised by ${points.en}` };
    }
    case 'FACTOR': {
      const factor = formatRate(adjustment.factor);
      return { zh: `乘以 ${factor}`, en: `times ${factor}` };
    }
    case 'SELF_PAY_FACTOR': {
      const factor = formatRate(adjustment.factor);
      return { zh: `个人负担比例乘以 ${factor}`, en: `the person’s share times ${factor}` };
    }
    case 'POINTS_BY_AGE':
      return { zh: '按年龄提高', en: 'raised by age' };
    case 'ABSOLUTE':
      return { zh: '按规定比例', en: 'set' };
    case 'FLOOR':
      return { zh: '按保底比例', en: 'raised to the floor,' };
    case 'CEILING':
      return { zh: '按最高比例', en: 'lowered to the ceiling,' };
  }
}

/** 10% is said as ten percentage points. */
function pointsOf(points: Rate): Words {
  const text = formatRate(points).replace(/%$/, '');
  return { zh: `${text} 个百分点`, en: `${text} points` };
}
