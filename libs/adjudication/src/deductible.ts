import { fen, maxFen, minFen, subtractFen, ZERO_FEN, type Fen } from '@yiditong/money';
import { accumulated, TOTALS_OF, type AccumulatorKind, type Accumulators } from './accumulators.js';
import { chooseFigure, type Circumstances } from './choice.js';
import type { Claim } from './claim.js';
import { adjusted, standardOf, type CountedBills } from './deductible-standard.js';
import { addStep, type Steps } from './explanation.js';
import { splitTotal } from './line-split.js';
import { keyOf } from './periods.js';
import type { DeductibleRule, Standard } from './policy.js';

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
 * The last line of its explanation is what is paid, also where that is nothing; without a rule or a standard there is none.
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
  const standard = rule.basis === 'NONE' ? null : chooseFigure(rule.standard, of);
  if (standard === null) return ZERO_FEN;
  const bills: CountedBills = {
    billFen: fen(splitTotal(claim.split) + (earlier?.billFen ?? 0n)),
    inScopeFen: fen(baseFen + (earlier?.payableFen ?? 0n)),
    isFirst: claim.stayDeductibleFen === null,
    isSoFar: earlier !== null,
  };
  const standardFen = standardOf(standard, of, rule, bills, steps);
  const counted = earlier?.first ?? { claim, before };
  const kind = deductibleKind(counted.claim, rule);
  const left: Left = { fen: standardFen, source: standard.source ?? rule.source, steps };
  if (kind !== null) take(left, 'DEDUCTIBLE_EARLIER', fen(accumulated(counted.before, kind)));
  takeOfStay(left, claim, of, rule, standard.value, kind, earlier?.deductibleFen ?? ZERO_FEN);
  const most = rule.yearlyMost && chooseFigure(rule.yearlyMost, of);
  if (most !== null) {
    const ofYearFen = fen(accumulated(counted.before, TOTALS_OF[of.visitKind].DEDUCTIBLE));
    const paidFen = fen(ofYearFen + (earlier?.deductibleFen ?? 0n));
    limit(left, 'DEDUCTIBLE_YEAR_MOST', most.source ?? rule.source, most.value, paidFen);
  }
  const paidFen = minFen(left.fen, baseFen);
  addStep(steps, 'DEDUCTIBLE', left.source, baseFen, null, paidFen, standardFen, kind !== null);
  return paidFen;
}

/** What is left of a deductible, never below nothing, and the lines that tell how. */
type Left = { fen: Fen; readonly source: string; readonly steps: Steps };

/** Takes off what has been paid. */
function take(left: Left, line: 'DEDUCTIBLE_EARLIER' | 'DEDUCTIBLE_OF_STAY', paidFen: Fen): void {
  if (paidFen === ZERO_FEN) return;
  const restFen = maxFen(ZERO_FEN, subtractFen(left.fen, paidFen));
  addStep(left.steps, line, left.source, left.fen, null, restFen, paidFen);
  left.fen = restFen;
}

/** Leaves no more than a limit does of which some is paid. */
function limit(
  left: Left,
  line: 'DEDUCTIBLE_STAY_MOST' | 'DEDUCTIBLE_YEAR_MOST',
  source: string,
  mostFen: Fen,
  paidFen: Fen,
): void {
  const restFen = maxFen(ZERO_FEN, subtractFen(mostFen, paidFen));
  if (restFen >= left.fen) return;
  addStep(left.steps, line, source, left.fen, null, restFen, mostFen);
  left.fen = restFen;
}

/**
 * What earlier parts and settlements of the stay leave of a visit's own deductible. Of an amount they have paid their part. A share is of
 * each settlement's own bill, so that only what it is at most is asked once of all.
 */
function takeOfStay(
  left: Left,
  { stayDeductibleFen }: Claim,
  of: Circumstances,
  rule: DeductibleRule,
  standard: Standard,
  kind: AccumulatorKind | null,
  ofPartsFen: Fen,
): void {
  const ofSettlementsFen = kind === null ? (stayDeductibleFen ?? ZERO_FEN) : ZERO_FEN;
  if (standard.kind === 'AMOUNT') return take(left, 'DEDUCTIBLE_OF_STAY', fen(ofPartsFen + ofSettlementsFen));
  take(left, 'DEDUCTIBLE_OF_STAY', ofPartsFen);
  if (standard.mostFen === null || stayDeductibleFen === null || kind !== null) return;
  const mostFen = adjusted(standard.mostFen, of, rule, []);
  limit(left, 'DEDUCTIBLE_STAY_MOST', left.source, mostFen, fen(ofSettlementsFen + ofPartsFen));
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
