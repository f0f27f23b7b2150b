declare const fenBrand: unique symbol;

/** An amount of money in integer fen (分, 1/100 yuan). Signed: only reversals are negative. */
export type Fen = bigint & { readonly [fenBrand]: true };

/** Amounts travel as decimal(16,2) on the national interface, which bounds them to below 10^14 yuan;
 *  one bill stays far below 10^13 fen (100 billion yuan). */
export const MAX_BILL_FEN = 10_000_000_000_000n;

export const ZERO_FEN = 0n as Fen;

/** Marks an integer as fen. */
export function fen(value: bigint): Fen {
  return value as Fen;
}

/** What an amount is without its sign. */
export function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

export function sumFen(amounts: Iterable<Fen>): Fen {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return fen(total);
}

export function subtractFen(from: Fen, ...amounts: readonly Fen[]): Fen {
  return fen(from - sumFen(amounts));
}

export function negateFen(amount: Fen): Fen {
  return fen(-amount);
}

export function minFen(first: Fen, ...others: readonly Fen[]): Fen {
  return others.reduce((least, other) => (other < least ? other : least), first);
}

export function maxFen(first: Fen, ...others: readonly Fen[]): Fen {
  return others.reduce((most, other) => (other > most ? other : most), first);
}

/** "48.89" for 4889 fen; the form of the national interface and of every report. */
export function formatYuan(amount: Fen): string {
  const digits = magnitude(amount).toString().padStart(3, '0');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** The inverse of {@link formatYuan}; null where the text is not an amount with at most two decimals. */
export function parseYuan(text: string): Fen | null {
  const match = /^(-?)(\d{1,14})(?:\.(\d{1,2}))?$/.exec(text);
  if (!match) return null;
  const [, sign, yuan, decimals = ''] = match;
  const value = BigInt(`${yuan}${decimals.padEnd(2, '0')}`);
  return fen(sign === '-' ? -value : value);
}
