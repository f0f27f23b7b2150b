import { addDays, type VisitKind } from '@yiditong/codes';
import { fen, ZERO_FEN } from '@yiditong/money';
import type { Choice, When } from './choice.js';
import { valuesIn } from './compared-amounts.js';
import { MOST_PAID_VISITS, type ModelBill } from './compared-payments.js';
import type { PolicyDocument } from './policy-document.js';
import type { AccountRule, Cap, DeductibleAdjustment, DeductibleRule, Layer, RatioAdjustment } from './policy.js';

/** What sets a model bill apart from the ordinary one. */
export type Facts = Partial<Omit<ModelBill, 'visitKind' | 'personType' | 'hospitalLevel' | 'benefitLevel'>>;

/** One figure of a policy: all conditions that it stands under, and bills on which it matters beyond those that the conditions make. */
export type ComparedRule = {
  /** The same of two versions where nothing differs but where the figure comes from. */
  readonly text: string;
  readonly whens: readonly When[];
  readonly facts: readonly Facts[];
};

/** Days before the ordinary bill's: in its quarter, and in the one before. */
const IN_QUARTER = '2026-05-15';
const BEFORE_QUARTER = '2026-03-15';
const MOST_VISITS = BigInt(MOST_PAID_VISITS);
/** What of a bill lies outside the scope where a rule counts it: no two of them, nor one and two, are as much. */
const OUTSIDE = { fullSelfPayFen: fen(100_000n), overCeilingFen: fen(200_000n), firstSelfPayFen: fen(400_000n) };
/** More than any model bill leaves to a person. */
const AMPLE_FEN = fen(100_000_000_000n);

/** All figures by which a version pays visits of a kind. */
export function rulesOf(policy: PolicyDocument | null, kind: VisitKind): ComparedRule[] {
  const rule = policy?.visits[kind];
  if (!policy || !rule) return [];
  const { firstSelfPay, deductible, bands, bandsFrom, bandsOver, caps } = rule;
  const ofYear: readonly Facts[] = bandsOver === 'YEAR' ? [{ earlierVisits: 1 }] : [];
  return [
    ...figures('firstSelfPay', firstSelfPay?.ratio),
    ...deductibleRules(deductible),
    ...bands.flatMap(({ upToFen, ratio }) => figures({ bandsFrom, bandsOver, upToFen }, ratio, [], ofYear)),
    ...caps.flatMap((cap) => capRules('cap', cap)),
    ...policy.adjustments.flatMap(adjustmentRules),
    ...(policy.poolingCap ? capRules('poolingCap', policy.poolingCap) : []),
    ...policy.layers.flatMap(layerRules),
  ].filter(({ whens }) => whens.every(({ visitKinds }) => visitKinds?.includes(kind) !== false));
}

/** What no condition asks about, and what matters only where the versions differ in it: when a year ends, and what accounts pay. */
export function settingsOf(policy: PolicyDocument | null, kind: VisitKind): ComparedRule[] {
  if (!policy?.visits[kind]) return [];
  const { benefitYear, account } = policy;
  return [
    { text: textOf({ benefitYear }), whens: [], facts: aroundStart(benefitYear.startsOn) },
    ...(account ? [accountRule(account)] : []),
  ];
}

function accountRule({ pays, mutualAid }: AccountRule): ComparedRule {
  return {
    text: textOf({ pays: pays.toSorted(), mutualAid }),
    whens: [],
    facts: [
      { account: { balanceFen: AMPLE_FEN, mutualAidFen: ZERO_FEN }, ...OUTSIDE },
      { account: { balanceFen: ZERO_FEN, mutualAidFen: AMPLE_FEN }, ...OUTSIDE },
    ],
  };
}

/** A stay over the start of a year, and a visit on its first day: both of somebody without an earlier visit, and with one before the start. */
function aroundStart(startsOn: string): Facts[] {
  const start = `2026-${startsOn}`;
  const earlierOn = addDays(start, -10);
  return [0, 1].flatMap((earlierVisits) => [
    { earlierVisits, earlierOn, startedOn: addDays(start, -5), endedOn: addDays(start, 5) },
    { earlierVisits, earlierOn, startedOn: start, endedOn: start },
  ]);
}

function deductibleRules({ basis, standard, adjustments, yearlyMost }: DeductibleRule): ComparedRule[] {
  const standards = valuesIn(standard);
  const isOfBill = standards.some((each) => each.kind === 'SHARE' && each.of === 'BILL');
  const facts = [...earlierFacts(basis), ...(isOfBill ? [OUTSIDE] : [])];
  const most = standards.reduce((top, each) => (each.kind === 'AMOUNT' && each.fen > top ? each.fen : top), ZERO_FEN);
  return [
    ...figures({ basis }, standard, [], facts),
    ...adjustments.flatMap((each) =>
      'least' in each
        ? figures('deductible floor', each.least, [each.when])
        : [{ text: textOf({ deductible: each }), whens: [each.when], facts: repeatedFacts(each, most) }],
    ),
    ...figures('yearlyMost', yearlyMost, [], [{ earlierVisits: 1 }, { earlierVisits: 2 }]),
  ];
}

/** Somebody who paid the deductible before: in the same part of the year or place, and in another. */
function earlierFacts(basis: DeductibleRule['basis']): Facts[] {
  const before = { earlierVisits: 1 };
  switch (basis) {
    case 'NONE':
    case 'PER_VISIT':
      return [];
    case 'PER_YEAR':
      return [before];
    case 'PER_HOSPITAL_AND_YEAR':
    case 'PER_DISEASE_AND_YEAR':
      return [before, { ...before, earlierElsewhere: true }];
    case 'PER_QUARTER':
    case 'PER_MONTH':
      return [before, { ...before, earlierOn: IN_QUARTER }, { ...before, earlierOn: BEFORE_QUARTER }];
  }
}

/** Those with one and two earlier visits, and with so many that another changes nothing any more. */
function repeatedFacts(adjustment: DeductibleAdjustment, mostFen: bigint): Facts[] {
  switch (adjustment.mode) {
    case 'FACTORS_BY_VISIT':
      return visitsFrom(adjustment.factors.map((_, at) => BigInt(at)));
    case 'LESS_BY_VISIT':
      return visitsFrom([1n, 2n, timesIn(mostFen, adjustment.fen)]);
    case 'SHARE_LESS_BY_VISIT':
      return visitsFrom([1n, 2n, timesIn(adjustment.ratio.denominator, adjustment.ratio.numerator)]);
    case 'FACTOR':
    case 'LESS':
    case 'FLOOR':
      return [];
  }
}

function visitsFrom(numbers: readonly bigint[]): Facts[] {
  return numbers.filter((visits) => visits <= MOST_VISITS).map((visits) => ({ earlierVisits: Number(visits) }));
}

/** How often at least something must be taken off a whole, until nothing is left; never more than the most visits. */
function timesIn(whole: bigint, part: bigint): bigint {
  return part * MOST_VISITS < whole ? MOST_VISITS : (whole + part - 1n) / part;
}

function capRules(name: string, { period, on, perDisease, most }: Cap): ComparedRule[] {
  const ofPart = period === 'MONTH' || period === 'QUARTER';
  const facts = [
    ...(ofPart ? [{ earlierOn: IN_QUARTER }, { earlierOn: BEFORE_QUARTER }] : []),
    ...(perDisease ? [{ earlierElsewhere: true }] : []),
  ];
  return figures({ name, period, on, perDisease }, most, [], facts);
}

function adjustmentRules(adjustment: RatioAdjustment): ComparedRule[] {
  const { when, mode } = adjustment;
  if ('ratio' in adjustment) return figures({ mode }, adjustment.ratio, [when]);
  const { source: _source, trust: _trust, exception: _exception, ...rest } = adjustment;
  const ages = rest.mode === 'POINTS_BY_AGE' ? [rest.fromAge - 1, rest.fromAge, rest.fromAge + rest.everyYears] : [];
  return [{ text: textOf(rest), whens: [when], facts: ages.filter((age) => age >= 0).map((age) => ({ age })) }];
}

function layerRules({ fund, when, base, countsDeductible, threshold, bands, yearlyMost }: Layer): ComparedRule[] {
  const facts: readonly Facts[] = base === 'YEAR_SELF_PAY' ? [{ earlierVisits: 1 }] : [];
  const of = { fund, base, countsDeductible };
  return [
    ...figures({ ...of, name: 'threshold' }, threshold, [when], facts),
    ...bands.flatMap(({ upToFen, ratio }) => figures({ ...of, upToFen }, ratio, [when], facts)),
    ...figures({ ...of, name: 'yearlyMost' }, yearlyMost, [when], facts),
  ];
}

/** Each value of a choice by itself, with the conditions that lead to it. */
function figures(
  name: unknown,
  choice: Choice<unknown> | null | undefined,
  whens: readonly When[] = [],
  facts: readonly Facts[] = [],
): ComparedRule[] {
  switch (choice?.kind) {
    case undefined:
      return [];
    case 'VALUE':
      return [{ text: textOf({ name, whens, value: choice.value }), whens, facts }];
    case 'BY_LEVEL':
    case 'BY_PERSON':
      return Object.entries(choice.of).flatMap(([key, of]) => figures({ name, key }, of, whens, facts));
    case 'CASES':
      return choice.cases.flatMap(({ when, is }) => figures(name, is, [...whens, when], facts));
  }
}

/** Amounts are bigints, which JSON doesn't know. Where a figure comes from is no part of it. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (key, each: unknown) => {
    if (key === 'source') return undefined;
    return typeof each === 'bigint' ? String(each) : each;
  });
}
