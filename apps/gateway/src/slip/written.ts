import { formatYuan, type Fen } from '@yiditong/money';

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

function inShanghai(instant: string): string {
  return new Date(Date.parse(instant) + SHANGHAI_OFFSET_MS).toISOString();
}

/** YYYY-MM-DD in Asia/Shanghai, of an ISO instant. */
export function dateInShanghai(instant: string): string {
  return inShanghai(instant).slice(0, 10);
}

/** YYYY-MM-DD hh:mm:ss in Asia/Shanghai, of an ISO instant. */
export function timeInShanghai(instant: string): string {
  return inShanghai(instant).slice(0, 19).replace('T', ' ');
}

/** An integer of 10^-scale as a decimal without trailing zeros: 15000 of scale 4 is 1.5. Exact, however large. */
export function decimalText(scaled: bigint, scale: number): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const decimals = digits.slice(point).replace(/0+$/, '');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, point)}${decimals === '' ? '' : `.${decimals}`}`;
}

/** An amount as it is printed: 12,345.67. */
export function printedYuan(amount: Fen): string {
  return formatYuan(amount).replace(/\B(?=(\d{3})+\.)/g, ',');
}
