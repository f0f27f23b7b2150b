import type { AccumulatorKind } from './accumulators.js';

/** The total of the month or quarter that a business date (YYYY-MM-DD) lies in, or of the whole benefit year. */
export function keyOf<K extends AccumulatorKind>(
  kind: K,
  period: 'MONTH' | 'QUARTER' | 'YEAR',
  onDate: string,
): K | `${K}@${string}` {
  if (period === 'YEAR') return kind;
  const month = onDate.slice(0, 7);
  return period === 'MONTH'
    ? `${kind}@${month}`
    : `${kind}@${month.slice(0, 4)}Q${Math.ceil(Number(month.slice(5)) / 3)}`;
}
