import { Injectable } from '@nestjs/common';
import { normalizeIp, type ThrottlerStorage } from '@nestjs/throttler';
import { Clock } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { z } from 'zod';
import { admissionLimits } from './admission.js';

/** Requests of one caller in one window. */
const perWindow = (preset: number) => z.int().min(1).max(10_000_000).default(preset);

/**
 * How many requests a window of each kind of caller holds. The presets are far above what people and hospitals send: a hospital may
 * settle a hundred bills a second.
 */
const requestLimits = z.strictObject({
  windowSeconds: z.int().min(1).max(3_600).default(10),
  insured: perWindow(100),
  hospital: perWindow(1_000),
  bureau: perWindow(500),
  operator: perWindow(1_000),
  /** Of one source address: requests that need no credential, or are for no route. */
  anonymous: perWindow(300),
  /** Of one source address: requests whose credential is missing or refused. */
  failed: perWindow(100),
  /** Of all callers together. */
  atOnce: admissionLimits.prefault({}),
});
export type RequestLimits = z.output<typeof requestLimits>;

/** The limits as the environment has them: a JSON object with those that differ from the presets. */
export const requestLimitsText = z
  .string()
  .default('{}')
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'not readable JSON' });
      return z.NEVER;
    }
  })
  .pipe(requestLimits);

export const REQUEST_LIMITS = Symbol('REQUEST_LIMITS');

/** Too many requests from one caller. */
export class TooManyRequests extends Rejection {
  constructor(readonly retryAfterSeconds: number) {
    super('TOO_MANY_REQUESTS', { seconds: String(retryAfterSeconds) });
  }
}

type Hits = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/**
 * Counts requests by caller in fixed windows, in this process: a count costs the same however high the limit, and all of a
 * window is forgotten with it.
 */
@Injectable()
export class RequestCounter implements ThrottlerStorage {
  private window = -1;
  private counts = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  increment(key: string, ttlMs: number, limit: number): Promise<Hits> {
    return Promise.resolve(this.count(key, ttlMs, limit));
  }

  /** Seconds until the caller may try again; 0 where he may now. Counts nothing. */
  blockedFor(key: string, windowMs: number, limit: number): number {
    const now = this.clock.now().getTime();
    const window = Math.floor(now / windowMs);
    if (window !== this.window || (this.counts.get(key) ?? 0) < limit) return 0;
    return Math.max(1, Math.ceil(((window + 1) * windowMs - now) / 1000));
  }

  count(key: string, windowMs: number, limit: number): Hits {
    const now = this.clock.now().getTime();
    const window = Math.floor(now / windowMs);
    if (window !== this.window) {
      this.window = window;
      this.counts = new Map();
    }
    const totalHits = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, totalHits);
    const isBlocked = totalHits > limit;
    const secondsLeft = Math.max(1, Math.ceil(((window + 1) * windowMs - now) / 1000));
    return { totalHits, timeToExpire: secondsLeft, isBlocked, timeToBlockExpire: isBlocked ? secondsLeft : 0 };
  }
}

/** Limits those of whom nothing is known but where they send from. Rejects with TOO_MANY_REQUESTS. */
@Injectable()
export class SourceLimits {
  constructor(
    private readonly counter: RequestCounter,
    private readonly limits: RequestLimits,
  ) {}

  countAnonymous(address: string): void {
    this.count('anonymous', address);
  }

  countFailed(address: string): void {
    this.count('failed', address);
  }

  /** Before any work is done for a source whose credentials failed too often. */
  refuseBlocked(address: string): void {
    const left = this.counter.blockedFor(
      keyOf('failed', address),
      this.limits.windowSeconds * 1_000,
      this.limits.failed,
    );
    if (left > 0) throw new TooManyRequests(left);
  }

  private count(kind: 'anonymous' | 'failed', address: string): void {
    const hits = this.counter.count(keyOf(kind, address), this.limits.windowSeconds * 1_000, this.limits[kind]);
    if (hits.isBlocked) throw new TooManyRequests(hits.timeToBlockExpire);
  }
}

function keyOf(kind: 'anonymous' | 'failed', address: string): string {
  return `${kind} ${normalizeIp(address)}`;
}
