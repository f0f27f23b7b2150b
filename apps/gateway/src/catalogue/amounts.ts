const MICRO = 1_000_000n;
const BPS_DIGITS = 4;

/** A price in millionths of a yuan as a decimal of yuan, with two places at least: 50.00, 0.125. */
export function yuanText(microYuan: bigint): string {
  const decimals = (microYuan % MICRO)
    .toString()
    .padStart(6, '0')
    .replace(/0{1,4}$/, '');
  return `${microYuan / MICRO}.${decimals}`;
}

/** A quantity in ten-thousandths as a decimal: 2, 0.5. */
export function quantityText(quantityE4: bigint): string {
  return trimmed((quantityE4 / 10_000n).toString(), (quantityE4 % 10_000n).toString().padStart(4, '0'));
}

/** Basis points as a decimal share: 0.1 of 1000, 1 of 10000. */
export function shareText(bps: number): string {
  const digits = String(bps).padStart(BPS_DIGITS + 1, '0');
  return trimmed(digits.slice(0, -BPS_DIGITS), digits.slice(-BPS_DIGITS));
}

/** Basis points as people read them: 10% of 1000, 12.5% of 1250. */
export function percentText(bps: number): string {
  const digits = String(bps).padStart(3, '0');
  return `${trimmed(digits.slice(0, -2), digits.slice(-2))}%`;
}

function trimmed(whole: string, decimals: string): string {
  const left = decimals.replace(/0+$/, '');
  return left === '' ? whole : `${whole}.${left}`;
}
