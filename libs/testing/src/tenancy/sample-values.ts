/** One of three pooling areas of a province, in turn. */
export function areaOf(province: string, n: number): string {
  return `${province.slice(0, 2)}0${(n % 3) + 1}00`;
}

export function uuidOf(n: number): string {
  return `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
}

/** A hospital's code, which names no province, so that all provinces have the same. */
export function institutionOf(n: number): string {
  return `H${String(n).padStart(11, '0')}`;
}

/** A day of its own. */
export function dayOf(n: number): string {
  return new Date(Date.UTC(2000, 0, 1 + n)).toISOString().slice(0, 10);
}

export const INSTANT = '2026-03-01T02:00:00Z';
export const BYTES = `\\x${'5e'.repeat(32)}`;
