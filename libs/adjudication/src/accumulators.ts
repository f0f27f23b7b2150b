import { VISIT_KINDS, type VisitKind } from '@yiditong/codes';

/**
 * A person's running totals of one benefit year and insurance (年度累计). All are fen but `_VISITS`, a
 * count. They change by an adjudication's deltas only; a reversal takes the same deltas back.
 */
export type AccumulatorKind =
  | `${VisitKind}_VISITS`
  | `${VisitKind}_DEDUCTIBLE`
  | `${VisitKind}_POOLING`
  | 'POOLING_PAID'
  | 'LARGE_SUM_PAID'
  | 'CRITICAL_ILLNESS_BASE'
  | 'CRITICAL_ILLNESS_PAID';

export const ACCUMULATOR_KINDS: readonly AccumulatorKind[] = [
  ...VISIT_KINDS.flatMap((kind) => [`${kind}_VISITS`, `${kind}_DEDUCTIBLE`, `${kind}_POOLING`] as const),
  'POOLING_PAID',
  'LARGE_SUM_PAID',
  'CRITICAL_ILLNESS_BASE',
  'CRITICAL_ILLNESS_PAID',
];

/** Absent kinds are zero. */
export type Accumulators = Readonly<Partial<Record<AccumulatorKind, bigint>>>;

export function accumulated(accumulators: Accumulators, kind: AccumulatorKind): bigint {
  return accumulators[kind] ?? 0n;
}

/** The totals after adding deltas; zeros are left out, so that equal totals are equal objects. */
export function addDeltas(accumulators: Accumulators, deltas: Accumulators): Accumulators {
  const sums = ACCUMULATOR_KINDS.map(
    (kind) => [kind, accumulated(accumulators, kind) + accumulated(deltas, kind)] as const,
  );
  return Object.fromEntries(sums.filter(([, value]) => value !== 0n));
}

export function negateDeltas(deltas: Accumulators): Accumulators {
  return Object.fromEntries(Object.entries(deltas).map(([kind, value]) => [kind, -value]));
}
