import { dayBefore, type Reason } from '@yiditong/codes';
import { fen, rate, share, subtractFen, sumFen, type Fen, type Rate } from '@yiditong/money';
import { visitNumberIn, type Accumulators } from './accumulators.js';
import { adjudicate, type AdjudicationResult } from './adjudicate.js';
import { askedBy } from './asked.js';
import { benefitYearOf, firstDayOf, nightsBetween } from './benefit-year.js';
import type { Adjudication, Claim, FundPaid } from './claim.js';
import type { EarlierPart } from './deductible.js';
import { addStep, type Steps } from './explanation.js';
import { splitTotal, sumSplits, type FeeSplit } from './line-split.js';
import { partsOf } from './parts.js';
import type { BenefitYear, Policy } from './policy.js';

/** What of a stay belongs to one benefit year, and what it adds to that year's totals. */
export type YearPart = {
  readonly benefitYear: number;
  readonly inScopeFen: Fen;
  readonly deductibleFen: Fen;
  readonly fundTotalFen: Fen;
  readonly deltas: Accumulators;
};

/** Who pays what of a whole stay; earliest year first. A stay that isn't divided has one. */
export type StayAdjudication = Omit<Adjudication, 'deltas'> & { readonly years: readonly YearPart[] };

export type StayResult =
  | { readonly ok: true; readonly adjudication: StayAdjudication }
  | { readonly ok: false; readonly reason: Reason };

/** The benefit years that a stay is booked to, earliest first: whose totals must be known before it is decided. */
export function benefitYearsOf(
  { startedOn, endedOn }: Pick<Claim, 'startedOn' | 'endedOn'>,
  of: BenefitYear,
): number[] {
  const last = benefitYearOf(of, endedOn);
  if (of.crossYear === 'WHOLE') return [last];
  // A discharge on the first day of a year leaves no night in it: the day of the discharge isn't counted.
  const first = Math.min(benefitYearOf(of, startedOn), last);
  const years = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  return years.length > 1 && nightsBetween(firstDayOf(of, last), endedOn) === 0 ? years.slice(0, -1) : years;
}

/**
 * Adjudicates a bill by the rules of its benefit years. A stay over the end of one is settled whole, in the year of the discharge, or its
 * costs are divided by nights and each part is decided with its own year's totals (经办规程 art. 41).
 */
export function adjudicateStay(
  claim: Claim,
  policy: Policy,
  totalsOf: (benefitYear: number) => Accumulators,
): StayResult {
  const years = benefitYearsOf(claim, policy.benefitYear);
  const [year] = years;
  if (year !== undefined && years.length === 1)
    return undivided(adjudicate(withinYear(claim, policy.benefitYear, year), policy, totalsOf(year)), year);
  const steps: Steps = [];
  const parts: { readonly benefitYear: number; readonly of: Adjudication }[] = [];
  let earlier: EarlierPart | null = null;
  // By what the policy tells apart, not by lines: how a bill is cut must not change what is rounded.
  const asked = { ...claim, parts: partsOf(claim, askedBy(policy)) };
  for (const part of divideByNights(asked, policy.benefitYear, years)) {
    const { benefitYear } = part;
    const before = totalsOf(benefitYear);
    const isOneVisit = policy.benefitYear.crossYearDeductible === 'ONCE';
    const asOneVisit: EarlierPart | null = isOneVisit ? earlier : null;
    // A visit of each year goes on from an earlier settlement only in the first of them.
    const ofYear = isOneVisit || earlier === null ? part.claim : { ...part.claim, stayDeductibleFen: null };
    const result = adjudicate(withWhatIsLeft(ofYear, claim, parts), policy, before, asOneVisit);
    if (!result.ok) return result;
    const { adjudication } = result;
    explainYear(steps, claim, part.claim, benefitYear, policy.benefitYear);
    steps.push(...adjudication.steps);
    parts.push({ benefitYear, of: adjudication });
    earlier = settledSoFar(earlier, { claim: part.claim, before }, result);
  }
  return { ok: true, adjudication: together(parts, steps) };
}

function settledSoFar(
  earlier: EarlierPart | null,
  part: EarlierPart['first'],
  { adjudication, payableFen }: Extract<AdjudicationResult, { ok: true }>,
): EarlierPart {
  const { deductibleFen, totalFen } = adjudication;
  const { claim, before } = part;
  return {
    visitNumber: earlier?.visitNumber ?? visitNumberIn(before, claim.visitKind, claim.stayDeductibleFen !== null),
    first: earlier?.first ?? part,
    deductibleFen: fen((earlier?.deductibleFen ?? 0n) + deductibleFen),
    billFen: fen((earlier?.billFen ?? 0n) + totalFen),
    payableFen: fen((earlier?.payableFen ?? 0n) + payableFen),
  };
}

/** Nearly every bill. Written out, as adjudicating itself is, for it happens as often. */
function undivided(result: AdjudicationResult, benefitYear: number): StayResult {
  if (!result.ok) return result;
  const { adjudication: of } = result;
  return {
    ok: true,
    adjudication: {
      totalFen: of.totalFen,
      split: of.split,
      deductibleFen: of.deductibleFen,
      funds: of.funds,
      fundTotalFen: of.fundTotalFen,
      personalFen: of.personalFen,
      hospitalPartFen: of.hospitalPartFen,
      accountFen: of.accountFen,
      mutualAidFen: of.mutualAidFen,
      cashFen: of.cashFen,
      accountBalanceFen: of.accountBalanceFen,
      steps: of.steps,
      years: [yearPart(benefitYear, of)],
    },
  };
}

/**
 * Each part is its nights' share of the whole, and the last one what is left of it. A part ends with its year, so that its months and
 * quarters are the year's own.
 */
function divideByNights(
  claim: Claim,
  of: BenefitYear,
  years: readonly number[],
): { readonly benefitYear: number; readonly claim: Claim }[] {
  const nights = BigInt(nightsBetween(claim.startedOn, claim.endedOn));
  const upToEnd = (benefitYear: number): Claim =>
    shareOf(claim, rate(BigInt(nightsBetween(claim.startedOn, firstDayOf(of, benefitYear + 1))), nights));
  return years.map((benefitYear, at) => {
    const [isFirst, isLast] = [at === 0, at === years.length - 1];
    // By differences of what is due up to each year's end, so that roundings can't give out more than there is.
    const upToHere = isLast ? claim : upToEnd(benefitYear);
    const part = isFirst ? upToHere : lessOf(upToHere, upToEnd(benefitYear - 1));
    return { benefitYear, claim: withinYear(part, of, benefitYear) };
  });
}

/** A discharge on the first day of a year leaves nothing in it, so that the last day of the year before decides. */
function withinYear(claim: Claim, of: BenefitYear, benefitYear: number): Claim {
  if (of.crossYear === 'WHOLE') return claim;
  const lastDay = dayBefore(firstDayOf(of, benefitYear + 1));
  return claim.endedOn <= lastDay ? claim : { ...claim, endedOn: lastDay };
}

function shareOf(claim: Claim, of: Rate): Claim {
  const parts = claim.parts.map((part) => ({ ...part, inScopeFen: share(part.inScopeFen, of) }));
  const { split } = claim;
  const inScopeFen = parts.length === 0 ? share(split.inScopeFen, of) : sumFen(parts.map((part) => part.inScopeFen));
  return {
    ...claim,
    parts,
    split: {
      fullSelfPayFen: share(split.fullSelfPayFen, of),
      overCeilingFen: share(split.overCeilingFen, of),
      firstSelfPayFen: share(split.firstSelfPayFen, of),
      inScopeFen,
    },
  };
}

function lessOf(whole: Claim, part: Claim): Claim {
  return {
    ...whole,
    parts: whole.parts.map((each, at) => ({
      ...each,
      inScopeFen: fen(each.inScopeFen - (part.parts[at]?.inScopeFen ?? 0n)),
    })),
    split: lessSplit(whole.split, part.split),
  };
}

function lessSplit(whole: FeeSplit, part: FeeSplit): FeeSplit {
  return {
    fullSelfPayFen: subtractFen(whole.fullSelfPayFen, part.fullSelfPayFen),
    overCeilingFen: subtractFen(whole.overCeilingFen, part.overCeilingFen),
    firstSelfPayFen: subtractFen(whole.firstSelfPayFen, part.firstSelfPayFen),
    inScopeFen: subtractFen(whole.inScopeFen, part.inScopeFen),
  };
}

/** The hospital and accounts pay for all parts together, once. */
function withWhatIsLeft(part: Claim, whole: Claim, earlier: readonly { readonly of: Adjudication }[]): Claim {
  const paid = (of: 'accountFen' | 'mutualAidFen' | 'hospitalPartFen'): Fen => sumFen(earlier.map((one) => one.of[of]));
  const { account } = whole;
  return {
    ...part,
    hospitalPartFen: subtractFen(whole.hospitalPartFen, paid('hospitalPartFen')),
    account: account && {
      balanceFen: subtractFen(account.balanceFen, paid('accountFen')),
      mutualAidFen: subtractFen(account.mutualAidFen, paid('mutualAidFen')),
    },
  };
}

function explainYear(steps: Steps, whole: Claim, part: Claim, benefitYear: number, of: BenefitYear): void {
  const year = String(benefitYear);
  const words = { zh: year, en: year };
  const [allFen, partFen] = [splitTotal(whole.split), splitTotal(part.split)];
  addStep(steps, 'CROSS_YEAR', of.source ?? '经办规程第四十一条', allFen, null, partFen, null, words);
}

/** One answer: amounts are sums, and each fund is named once. */
function together(
  parts: readonly { readonly benefitYear: number; readonly of: Adjudication }[],
  steps: Steps,
): StayAdjudication {
  const all = parts.map(({ of }) => of);
  const sum = (of: (part: Adjudication) => Fen): Fen => sumFen(all.map(of));
  return {
    totalFen: sum(({ totalFen }) => totalFen),
    split: sumSplits(all.map(({ split }) => split)),
    deductibleFen: sum(({ deductibleFen }) => deductibleFen),
    funds: sumFunds(all.flatMap(({ funds }) => funds)),
    fundTotalFen: sum(({ fundTotalFen }) => fundTotalFen),
    personalFen: sum(({ personalFen }) => personalFen),
    hospitalPartFen: sum(({ hospitalPartFen }) => hospitalPartFen),
    accountFen: sum(({ accountFen }) => accountFen),
    mutualAidFen: sum(({ mutualAidFen }) => mutualAidFen),
    cashFen: sum(({ cashFen }) => cashFen),
    accountBalanceFen: all.at(-1)?.accountBalanceFen ?? null,
    steps,
    years: parts.map(({ benefitYear, of }) => yearPart(benefitYear, of)),
  };
}

function yearPart(benefitYear: number, { split, deductibleFen, fundTotalFen, deltas }: Adjudication): YearPart {
  return { benefitYear, inScopeFen: split.inScopeFen, deductibleFen, fundTotalFen, deltas };
}

function sumFunds(paid: readonly FundPaid[]): FundPaid[] {
  const byFund = new Map<FundPaid['fund'], FundPaid>();
  for (const { fund, amountFen, baseFen, limitFen } of paid) {
    const before = byFund.get(fund);
    byFund.set(fund, {
      fund,
      amountFen: fen((before?.amountFen ?? 0n) + amountFen),
      baseFen: fen((before?.baseFen ?? 0n) + baseFen),
      limitFen: limitFen === null || before?.limitFen === null ? null : fen((before?.limitFen ?? 0n) + limitFen),
    });
  }
  return [...byFund.values()];
}
