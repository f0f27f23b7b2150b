import { fen, formatYuan } from '@yiditong/money';

/** An amount as a JSON number of yuan with two decimals, exactly. */
export function yuan(amountFen: bigint): unknown {
  return writtenNumber(formatYuan(fen(amountFen)));
}

/** A value of 10^-scale as a JSON number with that many decimals, exactly: a quantity (16,4), a price (16,6), a ratio (5,4). */
export function decimalNumber(value: bigint, scale: number): unknown {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const cut = digits.length - scale;
  return writtenNumber(`${value < 0n ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`);
}

/** Node 22 and newer write a JSON text as it is given; the type library doesn't know it yet. */
const rawJson = (JSON as unknown as { readonly rawJSON: (text: string) => object }).rawJSON;

/** A JSON number of exactly these digits, such as 1234.50, for JSON.stringify to write. */
function writtenNumber(digits: string): unknown {
  return rawJson(digits);
}
