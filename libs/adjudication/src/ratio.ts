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
import { chooseFigure, holds, type Circumstances, type Figure, type PartCircumstances } from './choice.js';
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
    const chosen = 'ratio' in adjustment ? chooseFigure(adjustment.ratio, of, part) : null;
    const next = within(changed(adjusted, adjustment, of.age, chosen));
    if (compareRates(next, adjusted) === 0) continue;
    sources.push(chosen?.source ?? adjustment.source);
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

/** `chosen` is the ratio that the adjustment names, null where it names none for the circumstances. */
function changed(ratio: Rate, adjustment: RatioAdjustment, age: number | null, chosen: Figure<Rate> | null): Rate {
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
      if (age === null || age < fromAge) return ratio;
      const times = BigInt(Math.floor((age - fromAge) / everyYears) + 1);
      return addRates(ratio, rate(points.numerator * times, points.denominator));
    }
    case 'ABSOLUTE':
      return chosen?.value ?? ratio;
    case 'FLOOR':
      return chosen && compareRates(ratio, chosen.value) < 0 ? chosen.value : ratio;
    case 'CEILING':
      return chosen && compareRates(ratio, chosen.value) > 0 ? chosen.value : ratio;
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
