import { fen, sumFen, ZERO_FEN, type Fen } from '@yiditong/money';

/** Gross of a directed pair. */
export type BilateralPosition = { readonly payer: string; readonly payee: string; readonly grossFen: Fen };

/** A province's gross and multilateral net (多边净额): receivable less payable. */
export type NetPosition = {
  readonly region: string;
  readonly payableFen: Fen;
  readonly receivableFen: Fen;
  readonly netFen: Fen;
};

/** Nets the matrix over all parties, by region. The nets sum to zero whatever the matrix is. */
export function netPositions(matrix: Iterable<BilateralPosition>): NetPosition[] {
  const payable = new Map<string, Fen>();
  const receivable = new Map<string, Fen>();
  for (const { payer, payee, grossFen } of matrix) {
    payable.set(payer, sumFen([payable.get(payer) ?? ZERO_FEN, grossFen]));
    receivable.set(payee, sumFen([receivable.get(payee) ?? ZERO_FEN, grossFen]));
  }
  return [...new Set([...payable.keys(), ...receivable.keys()])].sort().map((region) => {
    const payableFen = payable.get(region) ?? ZERO_FEN;
    const receivableFen = receivable.get(region) ?? ZERO_FEN;
    return { region, payableFen, receivableFen, netFen: fen(receivableFen - payableFen) };
  });
}

/** Adds amounts of the same directed pair, largest first, ties by code. */
export function bilateralPositions(amounts: Iterable<BilateralPosition>): BilateralPosition[] {
  const pairs = new Map<string, BilateralPosition>();
  for (const { payer, payee, grossFen } of amounts) {
    const key = `${payer}>${payee}`;
    pairs.set(key, { payer, payee, grossFen: sumFen([pairs.get(key)?.grossFen ?? ZERO_FEN, grossFen]) });
  }
  return [...pairs.values()].sort((a, b) => {
    if (a.grossFen !== b.grossFen) return a.grossFen > b.grossFen ? -1 : 1;
    return `${a.payer}${a.payee}` < `${b.payer}${b.payee}` ? -1 : 1;
  });
}
