import { createHash } from 'node:crypto';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long after a failed attempt the next one comes: a receiver has somewhat over 22 hours to come back. */
const WAITS_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
];
const SPREAD = 0.1;

/** The first, and one after each wait. */
export const MOST_ATTEMPTS = WAITS_MS.length + 1;

/**
 * How many milliseconds to wait after so many failed attempts, from 1, or null where it is given up. Up to a tenth more or less,
 * always the same for a delivery's attempt: what failed together doesn't come back together.
 */
export function waitAfter(attempts: number, delivery: string): number | null {
  const wait = WAITS_MS[attempts - 1];
  if (wait === undefined) return null;
  const digest = createHash('sha256').update(`${delivery}:${attempts}`).digest();
  const spread = digest.readUInt32BE() / 0xffff_ffff; // 0 to 1
  return Math.round(wait * (1 - SPREAD + 2 * SPREAD * spread));
}
