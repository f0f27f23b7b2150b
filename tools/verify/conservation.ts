import type { Verified } from './verify.js';

const PROVINCES = 32;

/** What statements of all provinces say together: one root a day, and nets that sum to zero. */
export function conservationFaults(statements: readonly Verified[]): string[] {
  return [...new Set(statements.map(({ businessDate }) => businessDate))].flatMap((date) => {
    const all = statements.filter(({ businessDate }) => businessDate === date);
    if (new Set(all.map(({ root }) => root)).size > 1) return [`${date}: the statements have different roots`];
    if (new Set(all.map(({ province }) => province)).size < PROVINCES) return [];
    const sum = all.reduce((total, { netFen }) => total + (netFen ?? 0n), 0n);
    return sum === 0n ? [] : [`${date}: the nets of all provinces sum to ${sum} fen`];
  });
}
