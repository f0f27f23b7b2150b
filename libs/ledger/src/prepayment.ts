import {
  compareRates,
  divideToFen,
  fen,
  maxFen,
  rate,
  sumFen,
  ZERO_FEN,
  ZERO_RATE,
  type Fen,
  type Rate,
} from '@yiditong/money';

/** 预付金 goes from the insured province (payer) to the treating province (payee); both directions of a pair are apart. */
export type PrepaymentPair = { readonly payer: string; readonly payee: string };

/** What a pair settled in a month, YYYY-MM. Negative where refunds exceed it. */
export type SettledMonth = PrepaymentPair & { readonly month: string; readonly amountFen: Fen };

export type PairQuota = PrepaymentPair & { readonly quotaFen: Fen };

const QUARTER = ['10', '11', '12'];

/**
 * A pair's prepayment for a year: twice the monthly mean of what it settled in October, November and December of the year before (规程
 * art. 18). A month without settlements counts as zero. Exact until it is rounded once, by the one rule; never below zero.
 */
export function yearlyQuota(fourthQuarter: readonly [Fen, Fen, Fen]): Fen {
  return maxFen(divideToFen(2n * sumFen(fourthQuarter), 3n), ZERO_FEN);
}

/** The quotas of a year (YYYY) for all pairs that settled in the quarter before it, by pair. Other months are passed over. */
export function yearlyQuotas(settled: Iterable<SettledMonth>, year: string): PairQuota[] {
  const before = String(Number(year) - 1);
  const pairs = new Map<string, PrepaymentPair & { readonly quarter: [Fen, Fen, Fen] }>();
  for (const { payer, payee, month, amountFen } of settled) {
    const index = QUARTER.indexOf(month.slice(5));
    if (month.slice(0, 4) !== before || index < 0) continue;
    const pair = pairs.get(pairKey({ payer, payee })) ?? { payer, payee, quarter: [ZERO_FEN, ZERO_FEN, ZERO_FEN] };
    pair.quarter[index] = fen((pair.quarter[index] ?? 0n) + amountFen);
    pairs.set(pairKey(pair), pair);
  }
  return [...pairs]
    .sort(byKey)
    .map(([, { payer, payee, quarter }]) => ({ payer, payee, quotaFen: yearlyQuota(quarter) }));
}

export const WARNING_LEVELS = ['NONE', 'YELLOW', 'RED'] as const;
/** 黄色预警、红色预警. */
export type WarningLevel = (typeof WARNING_LEVELS)[number];

const YELLOW_FROM = rate(70n, 100n);
const RED_FROM = rate(90n, 100n);

/**
 * 预付金使用率: what a month clears, by what is prepaid, as an exact fraction (规程 art. 23). Zero where the month clears nothing or comes to a
 * return; null where it clears something and nothing is prepaid. Throws a RangeError for a negative prepayment.
 */
export function usageOf(clearingFen: Fen, prepaymentFen: Fen): Rate | null {
  if (prepaymentFen < 0n) throw new RangeError('a prepayment is not negative');
  if (clearingFen <= 0n) return ZERO_RATE;
  return prepaymentFen === 0n ? null : rate(clearingFen, prepaymentFen);
}

/** Yellow from 70 %, red from 90 % (规程 art. 23), both compared exactly. What is used without a prepayment (null) is red. */
export function warningLevel(usage: Rate | null): WarningLevel {
  if (usage === null || compareRates(usage, RED_FROM) >= 0) return 'RED';
  return compareRates(usage, YELLOW_FROM) >= 0 ? 'YELLOW' : 'NONE';
}

/** The highest level that was told and that usage hasn't fallen below since. */
export type WarningState = { readonly told: WarningLevel };

/** How every pair and every total begins. */
export const NOTHING_TOLD: WarningState = { told: 'NONE' };

/**
 * A warning is told once per crossing: when the level is above what was told. From nothing straight to red tells red alone. To fall below a
 * level arms it again; so does the new month, which begins with nothing used.
 */
export function nextWarning(
  { told }: WarningState,
  usage: Rate | null,
): { readonly state: WarningState; readonly tell: WarningLevel | null } {
  const level = warningLevel(usage);
  return { state: { told: level }, tell: WARNING_LEVELS.indexOf(level) > WARNING_LEVELS.indexOf(told) ? level : null };
}

/** What a pair clears in a month, and what it prepaid. */
export type PairUsage = PrepaymentPair & { readonly clearingFen: Fen; readonly prepaymentFen: Fen };

/** The usage of a pair, or of all deposits at a treating province, which may pool them (可调剂使用): then the payer is null. */
export type UsageFigure = {
  readonly payer: string | null;
  readonly payee: string;
  readonly clearingFen: Fen;
  readonly prepaymentFen: Fen;
  readonly usage: Rate | null;
  readonly level: WarningLevel;
};

/**
 * Usage of each pair, then of each treating province's total, both by code. The regulation doesn't say which of the two is tested, so that
 * both are, and either warns. Amounts of the same pair add up. A pair that comes to a return lowers no total: what it gets back pays
 * nobody's care.
 */
export function usageFigures(pairs: Iterable<PairUsage>): UsageFigure[] {
  const merged = new Map<string, PairUsage>();
  for (const pair of pairs) {
    const known = merged.get(pairKey(pair));
    merged.set(pairKey(pair), known ? { ...known, ...added(known, pair) } : pair);
  }
  const totals = new Map<string, Amounts>();
  for (const { payee, clearingFen, prepaymentFen } of merged.values()) {
    const used = { clearingFen: maxFen(clearingFen, ZERO_FEN), prepaymentFen };
    totals.set(payee, added(totals.get(payee) ?? { clearingFen: ZERO_FEN, prepaymentFen: ZERO_FEN }, used));
  }
  return [
    ...[...merged].sort(byKey).map(([, { payer, payee, ...amounts }]) => figure(payer, payee, amounts)),
    ...[...totals].sort(byKey).map(([payee, amounts]) => figure(null, payee, amounts)),
  ];
}

/**
 * Takes all figures of one moment to the warnings to tell, in their order, and to the states to keep. States go by {@link usageKey}. Who has
 * none was told nothing; who has no figure uses nothing, and its state is dropped.
 */
export function nextWarnings(
  states: ReadonlyMap<string, WarningState>,
  figures: readonly UsageFigure[],
): { readonly states: ReadonlyMap<string, WarningState>; readonly tell: readonly UsageFigure[] } {
  const next = new Map<string, WarningState>();
  const tell = figures.filter((of) => {
    const warning = nextWarning(states.get(usageKey(of)) ?? NOTHING_TOLD, of.usage);
    next.set(usageKey(of), warning.state);
    return warning.tell !== null;
  });
  return { states: next, tell };
}

/** "410000>310000" for a pair, ">310000" for a treating province's total. */
export function usageKey({ payer, payee }: Pick<UsageFigure, 'payer' | 'payee'>): string {
  return `${payer ?? ''}>${payee}`;
}

/** What has happened of an emergency increase (紧急调增), each as YYYY-MM-DD or null as long as it hasn't. */
export type IncreaseFacts = {
  /** 签章 of the current clearing. */
  readonly signedOn: string;
  /** The insured province has the notice (附件 8). */
  readonly noticedOn: string | null;
  /** Its finance department has all money on the account and found the papers right. */
  readonly reviewedOn: string | null;
};

/** Until when each step of an increase is to be done, YYYY-MM-DD. The day itself is in time. */
export type IncreaseDeadlines = {
  readonly applyBy: string;
  /** Null until there is a notice: the national review has no term. */
  readonly submitBy: string | null;
  /** From the review; as long as that is open, from the last day to submit. Null until there is a notice. */
  readonly payBy: string | null;
  /** As payBy, from the last day to pay. */
  readonly feedbackBy: string | null;
  /** The next clearing, before which the increase is to be paid in principle. It may come before the last day to pay. */
  readonly nextClearingOn: string;
};

/**
 * The clock of an emergency increase: the treating province applies within 3 working days of the signing (规程 art. 24); the insured
 * province submits to its finance department within 5 working days of the notice, which pays within 10 of its review (art. 25) and reports
 * back within 5 (art. 26). Terms begin on the day after. `nextClearing` gives the day on which tables are generated next after another.
 */
export function increaseDeadline(
  { signedOn, noticedOn, reviewedOn }: IncreaseFacts,
  addWorkingDays: (date: string, days: number) => string,
  nextClearing: (date: string) => string,
): IncreaseDeadlines {
  const submitBy = noticedOn === null ? null : addWorkingDays(noticedOn, 5);
  const reviewed = reviewedOn ?? submitBy;
  const payBy = reviewed === null ? null : addWorkingDays(reviewed, 10);
  return {
    applyBy: addWorkingDays(signedOn, 3),
    submitBy,
    payBy,
    feedbackBy: payBy === null ? null : addWorkingDays(payBy, 5),
    nextClearingOn: nextClearing(signedOn),
  };
}

type Amounts = { readonly clearingFen: Fen; readonly prepaymentFen: Fen };

function added(a: Amounts, b: Amounts): Amounts {
  return {
    clearingFen: sumFen([a.clearingFen, b.clearingFen]),
    prepaymentFen: sumFen([a.prepaymentFen, b.prepaymentFen]),
  };
}

function figure(payer: string | null, payee: string, { clearingFen, prepaymentFen }: Amounts): UsageFigure {
  const usage = usageOf(clearingFen, prepaymentFen);
  return { payer, payee, clearingFen, prepaymentFen, usage, level: warningLevel(usage) };
}

function pairKey({ payer, payee }: PrepaymentPair): string {
  return `${payer}>${payee}`;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
