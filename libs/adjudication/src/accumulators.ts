import type { Fund, VisitKind } from '@yiditong/codes';

type YearlyKind =
  | `${VisitKind}_${'VISITS' | 'DEDUCTIBLE' | 'POOLING' | 'EXPENSE' | 'SCALE'}`
  | 'POOLING_PAID'
  | 'POOLING_EXPENSE'
  | `${Exclude<Fund, 'POOLING'>}_${'PAID' | 'BASE'}`;

/**
 * A person's running total of one benefit year and insurance (年度累计). All are fen but `_VISITS`, a count. What stands after an @ is
 * a month (2026-03), a quarter (2026Q1), a hospital or a disease, of which alone it is the total. They change by an adjudication's deltas
 * only; a reversal takes the same deltas back.
 */
export type AccumulatorKind = YearlyKind | `${YearlyKind}@${string}`;

/** Absent kinds are zero. */
export type Accumulators = Readonly<Partial<Record<AccumulatorKind, bigint>>>;

/** Those that are there. */
export function accumulatorEntries(accumulators: Accumulators): [AccumulatorKind, bigint][] {
  return Object.entries(accumulators) as [AccumulatorKind, bigint][];
}

export function accumulated(accumulators: Accumulators, kind: AccumulatorKind): bigint {
  return accumulators[kind] ?? 0n;
}

/** The totals after adding deltas; zeros are left out, so that equal totals are equal objects. */
export function addDeltas(accumulators: Accumulators, deltas: Accumulators): Accumulators {
  const kinds = new Set([...Object.keys(accumulators), ...Object.keys(deltas)] as AccumulatorKind[]);
  const sums = [...kinds]
    .sort()
    .map((kind) => [kind, accumulated(accumulators, kind) + accumulated(deltas, kind)] as const);
  return Object.fromEntries(sums.filter(([, value]) => value !== 0n));
}

export function negateDeltas(deltas: Accumulators): Accumulators {
  return Object.fromEntries(accumulatorEntries(deltas).map(([kind, value]) => [kind, -value]));
}
