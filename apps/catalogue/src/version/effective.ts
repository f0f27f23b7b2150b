import { businessDateOf, nextDay, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';

const MINUTE_MS = 60_000;

/** So long before its first business date begins a version is published at the latest, but for a catalogue's first. */
export const LEAD_MS = 10 * MINUTE_MS;

/** How much the clocks of two replicas may differ, generously. */
const SKEW_MS = MINUTE_MS;

/** The first business date from which a version may be in force that is published at an instant: the first that begins a lead later. */
export function earliestEffectiveDay(now: Date): string {
  return nextDay(businessDateOf(new Date(now.getTime() + LEAD_MS - 1)));
}

/** So many days ahead a date may lie from which something counts. Since nothing counts from earlier than what was said last, a slip of the year would bar all others. */
const AHEAD_MS = 366 * 24 * 60 * MINUTE_MS;

/** Rejects with CATALOGUE_EFFECTIVE_TOO_LATE, which says until which day, where a date lies too far ahead. */
export function requireNotTooLate(effectiveFrom: string, now: Date): void {
  const latest = businessDateOf(new Date(now.getTime() + AHEAD_MS));
  if (effectiveFrom > latest) throw new Rejection('CATALOGUE_EFFECTIVE_TOO_LATE', { latest });
}

/** The last business date that a fee may have: later ones are in the future by every replica's clock. */
export function lastFeeDay(now: Date): string {
  return businessDateOf(new Date(now.getTime() + LEAD_MS));
}

/**
 * The last business date for which catalogues are complete that were read at an instant: whatever is published later is in force on
 * later ones only. That holds if the clock was read under `lockForReading` and the rows after it; and not for a date for which
 * a catalogue had no version at all, since its first may be published for any.
 */
export function completeUntil(readAt: Date): string {
  return businessDateOf(new Date(readAt.getTime() + LEAD_MS - SKEW_MS - 1));
}

/**
 * Taken before a publication reads the clock that its lead is measured by, and held to the commit: whoever reads waits for it, or read
 * the clock earlier. It is taken last, since what follows holds readers up.
 */
export async function lockForPublishing(tx: Tx, scope: string): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(${keyOf('$1')})`, [scope]);
}

/**
 * Waits for those who are publishing. Taken before the clock is read; the rows may be read afterwards in the same transaction, or in a
 * later one, which doesn't keep publications waiting.
 */
export async function lockForReading(tx: Tx, scopes: readonly string[]): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock_shared(${keyOf('scope')}) FROM unnest($1::text[]) AS locked (scope)`, [
    scopes.toSorted(),
  ]);
}

/** One publishes at a time, from what stands before it to its commit. Readers don't wait for it. */
export async function lockAgainstPublishers(tx: Tx, scope: string): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('catalogue publishers:' || $1::text, 0))`, [scope]);
}

function keyOf(scope: string): string {
  return `hashtextextended('catalogue:' || ${scope}::text, 0)`;
}
