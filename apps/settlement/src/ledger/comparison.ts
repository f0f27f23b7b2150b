import type { LedgerRow, OwnRow, Totals } from './ledger.entity.js';

export type Difference = 'ONLY_HERE' | 'ONLY_THERE' | 'DIFFERS';
/** `row` is ours where there is one, else theirs. */
export type ComparedRow = { readonly difference: Difference; readonly row: LedgerRow; readonly messageId: string };
export type Comparison = { readonly differences: readonly ComparedRow[]; readonly equalCount: number };

/** 3201: whether all four say the same. */
export function totalsAgree(ours: Totals, theirs: Totals): boolean {
  return (
    ours.totalFen === theirs.totalFen &&
    ours.fundTotalFen === theirs.fundTotalFen &&
    ours.accountFen === theirs.accountFen &&
    ours.count === theirs.count
  );
}

/** 3202: what the two ledgers don't say alike, by record id. Each ledger names a record once; their order doesn't matter. */
export function compareLedgers(ours: readonly OwnRow[], theirs: readonly LedgerRow[]): Comparison {
  const unmet = new Map(theirs.map((row) => [row.recordId, row]));
  const differences: ComparedRow[] = [];
  let equalCount = 0;
  for (const own of ours) {
    const other = unmet.get(own.recordId);
    unmet.delete(own.recordId);
    if (other && sameRow(own, other)) equalCount += 1;
    else differences.push({ difference: other ? 'DIFFERS' : 'ONLY_HERE', row: own, messageId: own.messageId });
  }
  for (const row of unmet.values()) differences.push({ difference: 'ONLY_THERE', row, messageId: '' });
  return { differences: differences.sort((a, b) => (a.row.recordId < b.row.recordId ? -1 : 1)), equalCount };
}

/** A record that is named twice, or null. */
export function doubledRecord(rows: readonly Pick<LedgerRow, 'recordId'>[]): string | null {
  const seen = new Set<string>();
  for (const { recordId } of rows) {
    if (seen.has(recordId)) return recordId;
    seen.add(recordId);
  }
  return null;
}

function sameRow(own: LedgerRow, other: LedgerRow): boolean {
  return (
    own.personId === other.personId &&
    own.totalFen === other.totalFen &&
    own.fundTotalFen === other.fundTotalFen &&
    own.accountFen === other.accountFen &&
    own.refund === other.refund
  );
}
