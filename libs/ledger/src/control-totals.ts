import { sumFen, type Fen } from '@yiditong/money';
import { merkleRoot, type Hash } from './merkle.js';

/** An obligation as far as a seal depends on it. */
export type SealedObligation = { readonly amountFen: Fen; readonly leafHash: Uint8Array };

/** What both sides of a seal compare: one more, one less, one fen, one changed field, and the two differ. */
export type ControlTotals = {
  readonly obligationCount: bigint;
  /** Signed. */
  readonly amountFen: Fen;
  /** Hexadecimal. */
  readonly merkleRoot: string;
};

/** The totals of a cycle's obligations in id order. */
export function controlTotals(obligations: readonly SealedObligation[], hash: Hash): ControlTotals {
  const root = merkleRoot(
    obligations.map(({ leafHash }) => leafHash),
    hash,
  );
  return {
    obligationCount: BigInt(obligations.length),
    amountFen: sumFen(obligations.map(({ amountFen }) => amountFen)),
    merkleRoot: Array.from(root, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}

export function totalsAgree(a: ControlTotals, b: ControlTotals): boolean {
  return a.obligationCount === b.obligationCount && a.amountFen === b.amountFen && a.merkleRoot === b.merkleRoot;
}
