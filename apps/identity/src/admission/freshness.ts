import { Rejection } from '@yiditong/codes';

/** How far a message's own time may lie from ours. */
export type Freshness = { readonly maxAgeSeconds: number; readonly maxAheadSeconds: number };

/** Rejects with MESSAGE_STALE or MESSAGE_FROM_FUTURE. Exactly at the limit is fresh. */
export function checkFresh(sentAt: Date, now: Date, { maxAgeSeconds, maxAheadSeconds }: Freshness): void {
  const ageMs = now.getTime() - sentAt.getTime();
  if (ageMs > maxAgeSeconds * 1000) throw new Rejection('MESSAGE_STALE', { seconds: String(maxAgeSeconds) });
  if (-ageMs > maxAheadSeconds * 1000) throw new Rejection('MESSAGE_FROM_FUTURE', { seconds: String(maxAheadSeconds) });
}
