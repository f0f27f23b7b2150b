import {
  maxFen,
  minFen,
  fen,
  rate,
  share,
  subtractFen,
  subtractRates,
  WHOLE_RATE,
  ZERO_FEN,
  ZERO_RATE,
  type Fen,
  type Rate,
} from '@yiditong/money';
import { chooseFigure, holds, type Circumstances, type Figure } from './choice.js';
import { ofVisit, SHARE_OF, SHARE_SO_FAR_OF } from './deductible-explanation.js';
import { addStep, type Steps, type Words } from './explanation.js';
import type { DeductibleAdjustment, DeductibleRule, Standard } from './policy.js';

/** What a standard may be a share of. */
export type CountedBills = {
  readonly billFen: Fen;
  readonly inScopeFen: Fen;
  /** Whether it is the stay's first settlement, of which the least is asked. */
  readonly isFirst: boolean;
  /** Whether earlier parts of the stay are in the amounts. */
  readonly isSoFar: boolean;
};

/** 起付标准 in these circumstances, before what earlier bills paid of it. A line for each change of it, the first of which is the standard's own. */
export function standardOf(
  { value: standard, source: own }: Figure<Standard>,
  of: Circumstances,
  rule: DeductibleRule,
  counted: CountedBills,
  steps: Steps,
): Fen {
  const source = own ?? rule.source;
  const isShare = standard.kind === 'SHARE';
  const fullFen = isShare ? shareOf(standard, counted, source, steps) : standard.fen;
  const changes: Steps = [];
  const changedFen = adjusted(fullFen, of, rule, changes);
  if (!isShare && changes.length > 0) addStep(steps, 'DEDUCTIBLE_STANDARD', source, fullFen, null, fullFen, fullFen);
  steps.push(...changes);
  return changedFen;
}

/** What a share is at least is asked of the stay's first part. */
function shareOf(
  standard: Extract<Standard, { kind: 'SHARE' }>,
  { billFen, inScopeFen, isFirst, isSoFar }: CountedBills,
  source: string,
  steps: Steps,
): Fen {
  const { of, ratio, leastFen, mostFen } = standard;
  const words = isSoFar ? SHARE_SO_FAR_OF[of] : SHARE_OF[of];
  const baseFen = of === 'BILL' ? billFen : inScopeFen;
  let amountFen = share(baseFen, ratio);
  addStep(steps, 'DEDUCTIBLE_STANDARD', source, baseFen, ratio, amountFen, null, words);
  if (isFirst && amountFen < leastFen) {
    addStep(steps, 'DEDUCTIBLE_LEAST', source, amountFen, null, leastFen, leastFen);
    amountFen = leastFen;
  }
  if (mostFen !== null && mostFen < amountFen) {
    addStep(steps, 'DEDUCTIBLE_MOST', source, amountFen, null, mostFen, mostFen);
    amountFen = mostFen;
  }
  return amountFen;
}

/** An amount after all adjustments that hold, one after another. */
export function adjusted(fullFen: Fen, of: Circumstances, rule: DeductibleRule, steps: Steps): Fen {
  let amountFen = fullFen;
  for (const adjustment of rule.adjustments) {
    if (!holds(adjustment.when, of)) continue;
    const change = changeOf(adjustment, of);
    const nextFen = changed(amountFen, fullFen, change);
    if (nextFen === amountFen) continue;
    const { line, factor, byFen, source = adjustment.source ?? rule.source, remark } = change;
    const figureFen = line === 'DEDUCTIBLE_FLOOR' ? nextFen : byFen;
    addStep(steps, line, source, amountFen, factor, nextFen, figureFen, remark);
    amountFen = nextFen;
  }
  return amountFen;
}

/** One adjustment in the circumstances: times a factor, less an amount, or not below one. */
type Change = (
  | { readonly line: 'DEDUCTIBLE_FACTOR'; readonly factor: Rate; readonly byFen: null }
  | { readonly line: 'DEDUCTIBLE_LESS' | 'DEDUCTIBLE_FLOOR'; readonly factor: null; readonly byFen: Fen }
) & { readonly source?: string | undefined; readonly remark: Words | false };

function changeOf(adjustment: DeductibleAdjustment, of: Circumstances): Change {
  const { visitNumber } = of;
  const earlier = BigInt(visitNumber - 1);
  switch (adjustment.mode) {
    case 'FACTOR':
      return times(adjustment.factor, false);
    case 'LESS':
      return less(adjustment.fen, false);
    case 'FACTORS_BY_VISIT': {
      const { factors } = adjustment;
      return times(factors[Math.min(visitNumber, factors.length) - 1] ?? WHOLE_RATE, ofVisit(visitNumber));
    }
    case 'LESS_BY_VISIT':
      return less(fen(adjustment.fen * earlier), ofVisit(visitNumber));
    case 'SHARE_LESS_BY_VISIT': {
      const { numerator, denominator } = adjustment.ratio;
      const left = subtractRates(WHOLE_RATE, rate(numerator * earlier, denominator));
      return times(left.numerator < 0n ? ZERO_RATE : left, ofVisit(visitNumber));
    }
    case 'FLOOR': {
      const least = chooseFigure(adjustment.least, of);
      const byFen = least?.value ?? ZERO_FEN;
      return { line: 'DEDUCTIBLE_FLOOR', factor: null, byFen, source: least?.source, remark: false };
    }
  }
}

function times(factor: Rate, remark: Words | false): Change {
  return { line: 'DEDUCTIBLE_FACTOR', factor, byFen: null, remark };
}

function less(byFen: Fen, remark: Words | false): Change {
  return { line: 'DEDUCTIBLE_LESS', factor: null, byFen, remark };
}

/** `fullFen` is the standard before any adjustment: one that is below a floor from the start stays as it is. */
function changed(amountFen: Fen, fullFen: Fen, { line, factor, byFen }: Change): Fen {
  switch (line) {
    case 'DEDUCTIBLE_FACTOR':
      return share(amountFen, factor);
    case 'DEDUCTIBLE_LESS':
      return maxFen(ZERO_FEN, subtractFen(amountFen, byFen));
    case 'DEDUCTIBLE_FLOOR':
      return maxFen(amountFen, minFen(fullFen, byFen));
  }
}
