/**
 * Reads a non-negative decimal of at most `scale` decimals as an integer of 10^-scale; null where the text is none. Quantities are
 * 16,4 and unit prices 16,6 on the wire.
 */
export function parseDecimal(text: string, scale: number): bigint | null {
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(text);
  if (!match) return null;
  const [, whole, decimals = ''] = match;
  return decimals.length > scale ? null : BigInt(`${whole}${decimals.padEnd(scale, '0')}`);
}
