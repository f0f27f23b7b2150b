import { cellKey, type CellTotals } from '@yiditong/ledger';
import { sumFen } from '@yiditong/money';
import type { KeptCell } from './matrix.store.js';
import type { CountedFund } from './recount.store.js';

/**
 * Where the matrix isn't what counting its obligations and postings anew gives, in order: a cell's count, amount or tree, what a fund of
 * it owes, or funds that don't sum to the cell.
 */
export function wrongCells(
  kept: readonly KeptCell[],
  obligations: readonly CellTotals[],
  postings: readonly CountedFund[],
): string[] {
  const counted = new Map(obligations.map((cell) => [cellKey(cell), cell]));
  const wrong = new Set(differences(fundsOf(kept), new Map(postings.map((row) => [fundKey(row), row.amountFen]))));
  for (const cell of kept) {
    const key = cellKey(cell);
    const own = counted.get(key);
    counted.delete(key);
    const isRight =
      own !== undefined &&
      cell.obligationCount === own.obligationCount &&
      cell.amountFen === own.amountFen &&
      BigInt(cell.frontier.size) === cell.obligationCount &&
      sumFen(cell.funds.map(({ amountFen }) => amountFen)) === cell.amountFen;
    if (!isRight) wrong.add(key);
  }
  return [...wrong, ...counted.keys()].sort((a, b) => (a < b ? -1 : 1));
}

function fundsOf(kept: readonly KeptCell[]): Map<string, bigint> {
  return new Map(
    kept.flatMap((cell) => cell.funds.map(({ fund, amountFen }) => [fundKey({ ...cell, fund }), amountFen])),
  );
}

function fundKey(row: Pick<CountedFund, 'insuredProvince' | 'treatingProvince' | 'insurance' | 'fund'>): string {
  return `${cellKey(row)}|${row.fund}`;
}

function differences(a: ReadonlyMap<string, bigint>, b: ReadonlyMap<string, bigint>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((key) => a.get(key) !== b.get(key));
}
