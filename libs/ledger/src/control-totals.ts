import type { Insurance } from '@yiditong/codes';
import type { Fen } from '@yiditong/money';

/** A cell of the position matrix: what one province owes another of one insurance in one cycle. */
export type CellKey = {
  readonly insuredProvince: string;
  readonly treatingProvince: string;
  readonly insurance: Insurance;
};

/**
 * What both sides of a seal count of a cell, each from its own obligations and by one GROUP BY: one more, one less, one fen, one
 * changed field, and the two differ.
 */
export type CellTotals = CellKey & {
  readonly obligationCount: bigint;
  /** Signed. */
  readonly amountFen: Fen;
  /** The sum of {@link leafDigest} over the cell. It doesn't depend on the order in which the obligations came. */
  readonly digestSum: bigint;
};

/** The first eight bytes of a leaf's hash, as a signed number: what a database can add. */
export function leafDigest(leafHash: Uint8Array): bigint {
  return new DataView(leafHash.buffer, leafHash.byteOffset, leafHash.byteLength).getBigInt64(0);
}

/** The cells that the two sides don't count alike, in order; a cell without obligations may be left out. */
export function differingCells(ours: readonly CellTotals[], theirs: readonly CellTotals[]): string[] {
  const [own, other] = [byKey(ours), byKey(theirs)];
  return [...new Set([...own.keys(), ...other.keys()])].filter((key) => own.get(key) !== other.get(key)).sort();
}

/** As it stands in lists and in the seal: payer, payee, insurance. */
export function cellKey({ insuredProvince, treatingProvince, insurance }: CellKey): string {
  return `${insuredProvince}|${treatingProvince}|${insurance}`;
}

function byKey(cells: readonly CellTotals[]): Map<string, string> {
  const counted = cells.filter(({ obligationCount }) => obligationCount > 0n);
  return new Map(counted.map((cell) => [cellKey(cell), `${cell.obligationCount}|${cell.amountFen}|${cell.digestSum}`]));
}
