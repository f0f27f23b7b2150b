/** What a reviver is told of a value that is no list and no object: its text in the source. */
type Source = { readonly source?: string };
type Reviver = (key: string, value: unknown, context: Source) => unknown;

/** Node 22 and newer tell the source; the type library doesn't know it yet. */
const parseWith = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** A number of a JSON text, as it is written there. As a JavaScript number 0.07 is something else, and 90071992547409.93 too. */
export class NumberText {
  constructor(readonly text: string) {}
}

/** Parses JSON with every number kept as {@link NumberText}. Throws what JSON.parse throws. */
export function parseExactly(json: string): unknown {
  return parseWith(json, (_key, value, { source }) =>
    typeof value === 'number' ? new NumberText(source ?? '') : value,
  );
}

/** How a decimal may be written: so many digits in all and behind the point, as in 16,2; with a minus or not. */
export type DecimalForm = { readonly digits: number; readonly scale: number; readonly negative: boolean };

/**
 * Reads a decimal of the form as an integer of 10^-scale, or null: no exponent, no leading zeros, no more decimals than the form has even if
 * they are zeros, and no more digits.
 */
export function readDecimal(written: string, { digits, scale, negative }: DecimalForm): bigint | null {
  const [, sign, whole, decimals = ''] = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/.exec(written) ?? [];
  if (whole === undefined || whole.length > digits - scale || decimals.length > scale) return null;
  const value = BigInt(`${whole}${decimals.padEnd(scale, '0')}`);
  if (sign !== '-') return value;
  return negative ? -value : null;
}
