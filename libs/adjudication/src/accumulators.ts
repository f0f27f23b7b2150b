import { FUNDS, type Fund, type VisitKind } from '@yiditong/codes';

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

/** The names of what every visit of a kind adds to. Made once: to put a name together costs more than to add. */
export const TOTALS_OF = {
  INPATIENT: totalsOf('INPATIENT'),
  OUTPATIENT: totalsOf('OUTPATIENT'),
  CHRONIC: totalsOf('CHRONIC'),
} satisfies Record<VisitKind, unknown>;

function totalsOf<K extends VisitKind>(kind: K) {
  return {
    VISITS: `${kind}_VISITS`,
    DEDUCTIBLE: `${kind}_DEDUCTIBLE`,
    POOLING: `${kind}_POOLING`,
    EXPENSE: `${kind}_EXPENSE`,
    SCALE: `${kind}_SCALE`,
  } as const;
}

const YEARLY_KINDS: ReadonlySet<string> = new Set([
  ...Object.values(TOTALS_OF).flatMap((totals) => Object.values(totals)),
  'POOLING_PAID',
  'POOLING_EXPENSE',
  ...FUNDS.filter((fund) => fund !== 'POOLING').flatMap((fund) => [`${fund}_PAID`, `${fund}_BASE`]),
]);
/** A month, a quarter, a hospital, a disease, or a disease and a period of it. */
const PART_OF_YEAR = /^[\w.-]{1,20}(\/[\w-]{1,7})?$/;

/** Whether a text names a total. */
export function isAccumulatorKind(text: string): text is AccumulatorKind {
  const [kind = '', part] = text.split('@', 2);
  return YEARLY_KINDS.has(kind) && (part === undefined || PART_OF_YEAR.test(text.slice(kind.length + 1)));
}

/** Absent kinds are zero. */
export type Accumulators = Readonly<Partial<Record<AccumulatorKind, bigint>>>;

/** Those that are there. */
export function accumulatorEntries(accumulators: Accumulators): [AccumulatorKind, bigint][] {
  return Object.entries(accumulators) as [AccumulatorKind, bigint][];
}

export function accumulated(accumulators: Accumulators, kind: AccumulatorKind): bigint {
  return accumulators[kind] ?? 0n;
}

/** Which visit of its kind in the benefit year this is: the next, or the latest where a stay goes on that is counted already. */
export function visitNumberIn(before: Accumulators, visitKind: VisitKind, continuesStay: boolean): number {
  const visits = Number(accumulated(before, TOTALS_OF[visitKind].VISITS));
  return continuesStay ? Math.max(visits, 1) : visits + 1;
}

/** What an adjudication adds, while it is being put together. */
export type Deltas = Partial<Record<AccumulatorKind, bigint>>;

/** Adds to one total; nothing is not written down. */
export function addTo(deltas: Deltas, kind: AccumulatorKind, value: bigint): void {
  if (value !== 0n) deltas[kind] = (deltas[kind] ?? 0n) + value;
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
