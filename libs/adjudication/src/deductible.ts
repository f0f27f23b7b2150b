import {
  fen,
  maxFen,
  minFen,
  rate,
  share,
  subtractFen,
  subtractRates,
  WHOLE_RATE,
  ZERO_FEN,
  type Fen,
} from '@yiditong/money';
import { accumulated, TOTALS_OF, type AccumulatorKind, type Accumulators } from './accumulators.js';
import { choose, holds, type Circumstances } from './choice.js';
import type { Claim } from './claim.js';
import { addStep, type Steps } from './explanation.js';
import { splitTotal } from './line-split.js';
import { keyOf } from './periods.js';
import type { DeductibleAdjustment, DeductibleRule, Standard } from './policy.js';

/** Of a stay that goes on into another benefit year: what its earlier parts came to. It is one visit, of the year that it began in. */
export type EarlierPart = {
  readonly visitNumber: number;
  /** The first part, and that year's totals before it, by which the deductible is counted. */
  readonly first: { readonly claim: Claim; readonly before: Accumulators };
  readonly deductibleFen: Fen;
  readonly billFen: Fen;
  readonly payableFen: Fen;
};

/**
 * 实际支付起付线: what of the base the person pays before any fund does. It is at most what is left of the standard in the period
 * that the rule counts by and after what earlier parts of the same stay paid, of what a year asks for at most, and of the base itself.
 * What an earlier settlement of the stay paid is in the totals already where the rule counts by them, and in the claim where it doesn't.
 */
export function applyDeductible(
  claim: Claim,
  of: Circumstances,
  rule: DeductibleRule,
  baseFen: Fen,
  before: Accumulators,
  earlier: EarlierPart | null,
  steps: Steps,
): Fen {
  const paidInStayFen = earlier?.deductibleFen ?? ZERO_FEN;
  const billFen = fen(splitTotal(claim.split) + (earlier?.billFen ?? 0n));
  const inScopeFen = fen(baseFen + (earlier?.payableFen ?? 0n));
  const standardFen = standardOf(of, rule, billFen, inScopeFen, claim.stayDeductibleFen === null);
  if (standardFen === ZERO_FEN) return ZERO_FEN;
  const counted = earlier?.first ?? { claim, before };
  const kind = deductibleKind(counted.claim, rule);
  const countedFen = kind === null ? ZERO_FEN : fen(accumulated(counted.before, kind));
  const leftFen = leftOfStay(claim, of, rule, subtractFen(standardFen, countedFen, paidInStayFen), kind, paidInStayFen);
  const most = rule.yearlyMost && choose(rule.yearlyMost, of);
  const ofYearFen = fen(accumulated(counted.before, TOTALS_OF[of.visitKind].DEDUCTIBLE));
  const leftOfYear = most === null ? leftFen : subtractFen(most, ofYearFen, paidInStayFen);
  const paidFen = maxFen(ZERO_FEN, minFen(leftFen, leftOfYear, baseFen));
  addStep(steps, 'DEDUCTIBLE', rule.source, baseFen, null, paidFen, standardFen, kind !== null);
  return paidFen;
}

/**
 * What earlier settlements of the stay leave of a visit's own deductible. Of an amount they have paid their part. A share is of each part's
 * own bill, so that only what it is at most is asked once of all.
 */
function leftOfStay(
  { stayDeductibleFen }: Claim,
  of: Circumstances,
  rule: DeductibleRule,
  leftFen: Fen,
  kind: AccumulatorKind | null,
  paidInStayFen: Fen,
): Fen {
  if (stayDeductibleFen === null || kind !== null) return leftFen;
  const standard = choose(rule.standard, of);
  if (standard === null || standard.kind === 'AMOUNT') return subtractFen(leftFen, stayDeductibleFen);
  if (standard.mostFen === null) return leftFen;
  return minFen(leftFen, subtractFen(adjusted(standard.mostFen, of, rule), stayDeductibleFen, paidInStayFen));
}

/** By what the deductible is counted; null where every visit has its own. */
export function deductibleKind(claim: Claim, { basis }: DeductibleRule): AccumulatorKind | null {
  const kind = TOTALS_OF[claim.visitKind].DEDUCTIBLE;
  switch (basis) {
    case 'NONE':
    case 'PER_VISIT':
      return null;
    case 'PER_YEAR':
      return kind;
    case 'PER_HOSPITAL_AND_YEAR':
      return `${kind}@${claim.institutionCode}`;
    case 'PER_DISEASE_AND_YEAR':
      return `${kind}@${claim.diseaseCode ?? ''}`;
    case 'PER_QUARTER':
      return keyOf(kind, 'QUARTER', claim.endedOn);
    case 'PER_MONTH':
      return keyOf(kind, 'MONTH', claim.endedOn);
  }
}

function standardOf(of: Circumstances, rule: DeductibleRule, billFen: Fen, inScopeFen: Fen, isFirst: boolean): Fen {
  if (rule.basis === 'NONE') return ZERO_FEN;
  const standard = choose(rule.standard, of);
  if (standard === null) return ZERO_FEN;
  return adjusted(amountOf(standard, billFen, inScopeFen, isFirst), of, rule);
}

function adjusted(full: Fen, of: Circumstances, rule: DeductibleRule): Fen {
  return rule.adjustments.reduce(
    (amount, adjustment) => (holds(adjustment.when, of) ? adjust(amount, full, adjustment, of) : amount),
    full,
  );
}

/** What a share is at least is asked of the stay's first part. */
function amountOf(standard: Standard, billFen: Fen, inScopeFen: Fen, isFirst: boolean): Fen {
  if (standard.kind === 'AMOUNT') return standard.fen;
  const part = maxFen(
    isFirst ? standard.leastFen : ZERO_FEN,
    share(standard.of === 'BILL' ? billFen : inScopeFen, standard.ratio),
  );
  return standard.mostFen === null ? part : minFen(part, standard.mostFen);
}

/** `full` is the standard before any adjustment. */
function adjust(amount: Fen, full: Fen, adjustment: DeductibleAdjustment, of: Circumstances): Fen {
  const earlier = BigInt(of.visitNumber - 1);
  switch (adjustment.mode) {
    case 'FACTOR':
      return share(amount, adjustment.factor);
    case 'LESS':
      return maxFen(ZERO_FEN, subtractFen(amount, adjustment.fen));
    case 'FACTORS_BY_VISIT':
      return share(amount, adjustment.factors[Math.min(of.visitNumber, adjustment.factors.length) - 1] ?? WHOLE_RATE);
    case 'LESS_BY_VISIT':
      return maxFen(ZERO_FEN, fen(amount - adjustment.fen * earlier));
    case 'SHARE_LESS_BY_VISIT': {
      const { numerator, denominator } = adjustment.ratio;
      return maxFen(ZERO_FEN, share(amount, subtractRates(WHOLE_RATE, rate(numerator * earlier, denominator))));
    }
    case 'FLOOR':
      return maxFen(amount, minFen(full, choose(adjustment.least, of) ?? ZERO_FEN));
  }
}
