import type { BenefitLevel, Fund, HospitalLevel, PersonType, Reason, VisitKind } from '@yiditong/codes';
import {
  compareRates,
  fen,
  formatRate,
  maxFen,
  minFen,
  multiplyRates,
  rate,
  roundToFen,
  share,
  subtractFen,
  subtractRates,
  sumFen,
  ZERO_FEN,
  ZERO_RATE,
  type Fen,
  type Rate,
} from '@yiditong/money';
import { accumulated, type AccumulatorKind, type Accumulators } from './accumulators.js';
import { baseConsumedBy, payExactly, sliceByBands, type Slice } from './bands.js';
import { splitTotal, type FeeSplit } from './line-split.js';
import type { Adjustment, CriticalIllnessRule, DeductibleRule, Policy, VisitRule } from './policy.js';

/** A bill as the home province sees it: already split by the treating place. */
export type Claim = {
  readonly visitKind: VisitKind;
  readonly personType: PersonType;
  readonly hospitalLevel: HospitalLevel;
  readonly benefitLevel: BenefitLevel;
  readonly split: FeeSplit;
};

/** One line of the explanation: rule, source, base, rate, result, and the sentence for the person. */
export type Step = {
  readonly rule: string;
  readonly source: string;
  readonly baseFen: Fen;
  readonly rate: string;
  readonly resultFen: Fen;
  readonly textZh: string;
};

/** Who pays what. total = Σ funds + personal; the split sums to the total. */
export type Adjudication = {
  readonly totalFen: Fen;
  readonly split: FeeSplit;
  readonly deductibleFen: Fen;
  readonly funds: readonly { readonly fund: Fund; readonly amountFen: Fen }[];
  readonly fundTotalFen: Fen;
  readonly personalFen: Fen;
  readonly deltas: Accumulators;
  readonly explanation: readonly Step[];
};

export type AdjudicationResult =
  | { readonly ok: true; readonly adjudication: Adjudication }
  | { readonly ok: false; readonly reason: Reason };

/**
 * Applies the home province's policy (参保地政策) to one claim, in the order of payment: deductible,
 * pooling fund by bands, pooling caps, large-sum fund, critical-illness fund; what is left is personal.
 * Each fund is rounded once; the personal share is found by subtraction.
 */
export function adjudicate(claim: Claim, policy: Policy, before: Accumulators): AdjudicationResult {
  const rule = policy.visits[claim.visitKind];
  if (!rule) return { ok: false, reason: 'VISIT_KIND_NOT_COVERED' };
  const adjustment = claim.benefitLevel === 'LOCAL' ? null : policy.adjustments[claim.benefitLevel];

  const steps: Step[] = [scopeStep(claim.split)];
  const deductibleFen = applyDeductible(claim, rule.deductible, adjustment, before, steps);
  const slices = payableSlices(claim, rule, adjustment, deductibleFen);
  const pooling = payFromPooling(claim, policy, rule, slices, before, steps);
  const largeSumFen = payFromLargeSum(policy, pooling.unpaidBase, before, steps);
  const beforeCriticalIllness = subtractFen(claim.split.inScopeFen, pooling.paidFen, largeSumFen);
  const criticalIllness = payFromCriticalIllness(
    policy.criticalIllness,
    beforeCriticalIllness,
    deductibleFen,
    before,
    steps,
  );

  const funds = [
    { fund: 'POOLING' as const, amountFen: pooling.paidFen },
    { fund: 'LARGE_SUM' as const, amountFen: largeSumFen },
    { fund: 'CRITICAL_ILLNESS' as const, amountFen: criticalIllness.paidFen },
  ].filter(({ amountFen }) => amountFen > 0n);
  const totalFen = splitTotal(claim.split);
  const fundTotalFen = sumFen(funds.map(({ amountFen }) => amountFen));
  const personalFen = subtractFen(totalFen, fundTotalFen);
  steps.push(step('PERSONAL', '通知二(一)', totalFen, null, personalFen, `个人负担 = 费用总额 − 基金支付合计`));

  return {
    ok: true,
    adjudication: {
      totalFen,
      split: claim.split,
      deductibleFen,
      funds,
      fundTotalFen,
      personalFen,
      deltas: nonZero({
        [`${claim.visitKind}_VISITS`]: 1n,
        [`${claim.visitKind}_DEDUCTIBLE`]: deductibleFen,
        [`${claim.visitKind}_POOLING`]: pooling.paidFen,
        POOLING_PAID: pooling.paidFen,
        LARGE_SUM_PAID: largeSumFen,
        CRITICAL_ILLNESS_BASE: criticalIllness.baseFen,
        CRITICAL_ILLNESS_PAID: criticalIllness.paidFen,
      }),
      explanation: steps,
    },
  };
}

function applyDeductible(
  claim: Claim,
  rule: DeductibleRule,
  adjustment: Adjustment | null,
  before: Accumulators,
  steps: Step[],
): Fen {
  const inScopeFen = claim.split.inScopeFen;
  const ownStandard = adjustment?.mode === 'ABSOLUTE' ? adjustment.deductibleFen : null;
  const standardFen = ownStandard ?? standardOfVisit(claim, rule, before);
  if (standardFen === ZERO_FEN) return ZERO_FEN;
  const usedFen = rule.basis === 'PER_YEAR' ? fen(accumulated(before, `${claim.visitKind}_DEDUCTIBLE`)) : ZERO_FEN;
  const leftFen = maxFen(ZERO_FEN, subtractFen(standardFen, usedFen));
  const paidFen = minFen(leftFen, inScopeFen);
  steps.push(
    step(
      'DEDUCTIBLE',
      ownStandard === null ? rule.source : (adjustment?.source ?? rule.source),
      inScopeFen,
      null,
      paidFen,
      '起付标准以内由个人负担',
    ),
  );
  return paidFen;
}

function standardOfVisit(claim: Claim, rule: DeductibleRule, before: Accumulators): Fen {
  if (rule.basis === 'NONE') return ZERO_FEN;
  const standardFen = rule.standardFen[claim.personType]?.[claim.hospitalLevel] ?? ZERO_FEN;
  const earlierVisits = accumulated(before, `${claim.visitKind}_VISITS`);
  switch (rule.repeat.mode) {
    case 'NONE':
      return standardFen;
    case 'FACTORS': {
      const last = rule.repeat.factors.length - 1;
      const factor = rule.repeat.factors[earlierVisits < BigInt(last) ? Number(earlierVisits) : last];
      return factor ? share(standardFen, factor) : standardFen;
    }
    case 'STEP_DOWN':
      // A standard that is below the floor from the start stays as it is.
      return minFen(standardFen, maxFen(rule.repeat.floorFen, fen(standardFen - rule.repeat.stepFen * earlierVisits)));
  }
}

function payableSlices(claim: Claim, rule: VisitRule, adjustment: Adjustment | null, deductibleFen: Fen): Slice[] {
  const inScopeFen = claim.split.inScopeFen;
  const bands = rule.bands.map((band) => ({
    upToFen: band.upToFen,
    ratio: adjustRatio(band.ratio[claim.personType]?.[claim.hospitalLevel] ?? ZERO_RATE, adjustment),
  }));
  return rule.bandsFrom === 'ZERO'
    ? sliceByBands(deductibleFen, inScopeFen, bands)
    : sliceByBands(ZERO_FEN, subtractFen(inScopeFen, deductibleFen), bands);
}

function adjustRatio(ratio: Rate, adjustment: Adjustment | null): Rate {
  switch (adjustment?.mode) {
    case undefined:
    case 'NONE':
      return ratio;
    case 'POINTS': {
      const lowered = subtractRates(ratio, adjustment.points);
      return compareRates(lowered, ZERO_RATE) < 0 ? ZERO_RATE : lowered;
    }
    case 'FACTOR':
      return multiplyRates(ratio, adjustment.factor);
    case 'ABSOLUTE':
      return adjustment.ratio;
  }
}

function payFromPooling(
  claim: Claim,
  policy: Policy,
  rule: VisitRule,
  slices: readonly Slice[],
  before: Accumulators,
  steps: Step[],
): { paidFen: Fen; unpaidBase: Rate } {
  const dueFen = roundToFen(payExactly(slices));
  const source = [...new Set(rule.bands.map((band) => band.source))].join('；');
  for (const slice of slices) {
    steps.push(
      step(
        'POOLING_RATIO',
        source,
        slice.amountFen,
        slice.ratio,
        share(slice.amountFen, slice.ratio),
        `统筹基金按 ${formatRate(slice.ratio)} 支付`,
      ),
    );
  }
  const policyLeftFen = leftOfCap(policy.poolingCap?.annualFen, accumulated(before, 'POOLING_PAID'));
  const visitLeftFen = leftOfCap(
    rule.cap?.annualFen[claim.personType],
    accumulated(before, `${claim.visitKind}_POOLING`),
  );
  const paidFen = minFen(dueFen, policyLeftFen ?? dueFen, visitLeftFen ?? dueFen);
  if (paidFen === dueFen) return { paidFen, unpaidBase: ZERO_RATE };

  const yearIsUsedUp = paidFen === policyLeftFen;
  const cap = yearIsUsedUp ? policy.poolingCap : rule.cap;
  steps.push(step('POOLING_CAP', cap?.source ?? '', dueFen, null, paidFen, '已达年度最高支付限额'));
  // Only what lies above the pooling fund's yearly cap goes on to the large-sum fund.
  const base = rate(sumFen(slices.map((slice) => slice.amountFen)));
  return { paidFen, unpaidBase: yearIsUsedUp ? subtractRates(base, baseConsumedBy(paidFen, slices)) : ZERO_RATE };
}

function leftOfCap(annualFen: Fen | undefined, usedFen: bigint): Fen | null {
  return annualFen === undefined ? null : maxFen(ZERO_FEN, subtractFen(annualFen, fen(usedFen)));
}

function payFromLargeSum(policy: Policy, unpaidBase: Rate, before: Accumulators, steps: Step[]): Fen {
  if (!policy.largeSum || unpaidBase.numerator === 0n) return ZERO_FEN;
  const { ratio, annualFen, source } = policy.largeSum;
  const dueFen = roundToFen(multiplyRates(unpaidBase, ratio));
  const paidFen = limitByYear(dueFen, annualFen, accumulated(before, 'LARGE_SUM_PAID'));
  steps.push(
    step(
      'LARGE_SUM',
      source,
      roundToFen(unpaidBase),
      ratio,
      paidFen,
      `超过统筹限额的部分由大额补助按 ${formatRate(ratio)} 支付`,
    ),
  );
  return paidFen;
}

/**
 * Critical illness is cumulative over the year: this claim is paid what the year's total is due after
 * it, less what was due before it, so that the order of claims changes nothing.
 */
function payFromCriticalIllness(
  rule: CriticalIllnessRule | null,
  selfPayFen: Fen,
  deductibleFen: Fen,
  before: Accumulators,
  steps: Step[],
): { paidFen: Fen; baseFen: Fen } {
  if (!rule) return { paidFen: ZERO_FEN, baseFen: ZERO_FEN };
  const baseFen = rule.countsDeductible ? selfPayFen : subtractFen(selfPayFen, deductibleFen);
  const earlierFen = fen(accumulated(before, 'CRITICAL_ILLNESS_BASE'));
  const dueUpTo = (totalFen: Fen): Fen =>
    roundToFen(
      payExactly(sliceByBands(ZERO_FEN, maxFen(ZERO_FEN, subtractFen(totalFen, rule.thresholdFen)), rule.bands)),
    );
  const dueFen = subtractFen(dueUpTo(sumFen([earlierFen, baseFen])), dueUpTo(earlierFen));
  const paidFen = limitByYear(dueFen, rule.annualFen, accumulated(before, 'CRITICAL_ILLNESS_PAID'));
  if (paidFen > 0n)
    steps.push(
      step(
        'CRITICAL_ILLNESS',
        rule.source,
        baseFen,
        null,
        paidFen,
        '年度累计自付超过大病起付线的部分由大病保险分段支付',
      ),
    );
  return { paidFen, baseFen };
}

function limitByYear(dueFen: Fen, annualFen: Fen | null, earlierFen: bigint): Fen {
  return annualFen === null ? dueFen : minFen(dueFen, maxFen(ZERO_FEN, subtractFen(annualFen, fen(earlierFen))));
}

function scopeStep(split: FeeSplit): Step {
  return step(
    'IN_SCOPE',
    '通知二(一) 就医地目录',
    splitTotal(split),
    null,
    split.inScopeFen,
    '费用总额扣除全自费、超限价和先行自付后为政策范围内费用',
  );
}

function step(
  rule: string,
  source: string,
  baseFen: Fen,
  appliedRate: Rate | null,
  resultFen: Fen,
  textZh: string,
): Step {
  return { rule, source, baseFen, rate: appliedRate ? formatRate(appliedRate) : '', resultFen, textZh };
}

function nonZero(deltas: Partial<Record<AccumulatorKind, bigint>>): Accumulators {
  return Object.fromEntries(Object.entries(deltas).filter(([, value]) => value !== 0n));
}
