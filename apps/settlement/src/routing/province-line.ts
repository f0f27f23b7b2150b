import { setTimeout as sleep } from 'node:timers/promises';
import { AnswerTooLarge } from '@yiditong/chassis';
import { REASONS, Rejection } from '@yiditong/codes';
import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  CircuitState,
  CountBreaker,
  DelegateBackoff,
  handleWhen,
  type BulkheadPolicy,
  type CircuitBreakerPolicy,
} from 'cockatiel';

export type Circuit = 'CLOSED' | 'HALF_OPEN' | 'OPEN';
/** Sends a call that may take so many milliseconds. */
export type Send<A> = (withinMs: number) => Promise<A>;

const MAX_ATTEMPTS = 3;
const PAUSE_MS = 100;
/** With less than this left nothing is sent: its answer would come to nobody. */
const LEAST_MS = 100;
/** It opens when more than half of so many calls, the last ones, went unanswered. */
const BREAKER = { threshold: 0.5, size: 20, minimumNumberOfCalls: 6 };
/** How long it stays open: a second at first, twice as long after each call that was let through in vain, 16 s at most. */
const OPEN_MS = 1_000;
const MAX_OPEN_MS = 16_000;
/** Who gets less time than this says nothing about the province by not getting an answer. */
const FAIR_MS = 1_000;

/**
 * The calls to one province, apart from all others'. So many are under way at once and as many again wait; beyond that, and while it
 * doesn't answer, callers are refused at once with HOME_PROVINCE_UNREACHABLE, which says that nothing was sent. All operations of the
 * contract are idempotent by id, so an unanswered call is sent again, while there is time and the circuit is closed.
 */
export class ProvinceLine {
  private readonly bulkhead: BulkheadPolicy;
  private readonly breaker: CircuitBreakerPolicy;
  private openUntil = 0;

  constructor(private readonly settings: { readonly maxConcurrent: number; readonly timeoutMs: number }) {
    this.bulkhead = bulkhead(settings.maxConcurrent, settings.maxConcurrent);
    this.breaker = circuitBreaker(handleWhen(isSilent), {
      breaker: new CountBreaker(BREAKER),
      halfOpenAfter: new DelegateBackoff(({ attempt }) => this.stayOpen(attempt)),
    });
  }

  get circuit(): Circuit {
    if (this.breaker.state === CircuitState.Closed) return 'CLOSED';
    return this.breaker.state === CircuitState.HalfOpen || performance.now() >= this.openUntil ? 'HALF_OPEN' : 'OPEN';
  }

  get places(): { readonly taken: number; readonly limit: number; readonly waiting: number } {
    const limit = this.settings.maxConcurrent;
    return { taken: limit - this.bulkhead.executionSlots, limit, waiting: limit - this.bulkhead.queueSlots };
  }

  /** Rejects with HOME_PROVINCE_UNREACHABLE where a call would be refused at once. Sends nothing. */
  checkOpenTo(): void {
    const isFull = this.bulkhead.executionSlots === 0 && this.bulkhead.queueSlots === 0;
    if (isFull || this.circuit === 'OPEN') throw this.unreachable();
  }

  /**
   * Within the province's time and the caller's, waiting and repeats included. Throws what `send` threw last, or
   * HOME_PROVINCE_UNREACHABLE where nothing was sent.
   */
  carry<A>(send: Send<A>, patienceMs: number): Promise<A> {
    const ms = Math.min(this.settings.timeoutMs, patienceMs);
    const endsAt = performance.now() + ms;
    if (this.circuit !== 'CLOSED' && this.bulkhead.executionSlots === 0) return Promise.reject(this.unreachable());
    const waiting = new AbortController();
    return new Promise<A>((resolve, reject) => {
      // Who waits in vain leaves when the time is over, not when a place is free.
      const timer = setTimeout(() => {
        waiting.abort();
        reject(this.unreachable());
      }, ms);
      const begin = (): Promise<A> => {
        clearTimeout(timer);
        return this.repeat(send, endsAt);
      };
      this.bulkhead.execute(begin, waiting.signal).then(resolve, (error: unknown) => {
        clearTimeout(timer);
        reject(error instanceof BulkheadRejectedError ? this.unreachable() : error);
      });
    });
  }

  private async repeat<A>(send: Send<A>, endsAt: number): Promise<A> {
    let unanswered: unknown = null;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.sendOnce(send, endsAt);
      } catch (error) {
        // After one that was sent nobody may say that nothing was.
        if (isNotSent(error)) throw unanswered ?? error;
        if (!isSilent(error) || attempt === MAX_ATTEMPTS || this.circuit !== 'CLOSED') throw error;
        unanswered = error;
      }
      const pause = PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random());
      if (performance.now() + pause + LEAST_MS >= endsAt) throw unanswered;
      await sleep(pause);
    }
  }

  private async sendOnce<A>(send: Send<A>, endsAt: number): Promise<A> {
    const ms = endsAt - performance.now();
    // While one is let through to see, the library would have others wait for what it finds.
    if (ms < LEAST_MS || this.breaker.state === CircuitState.HalfOpen) throw this.unreachable();
    const isFair = ms >= Math.min(FAIR_MS, this.settings.timeoutMs) / 2;
    const ended = await this.breaker
      .execute(async () => {
        try {
          return { answer: await send(ms) };
        } catch (error) {
          // Whoever refuses, or says that he failed, has answered.
          if (isSilent(error) && (isFair || this.breaker.state !== CircuitState.Closed)) throw error;
          return { error };
        }
      })
      .catch((error: unknown) => {
        throw error instanceof BrokenCircuitError ? this.unreachable() : error;
      });
    if ('error' in ended) throw ended.error;
    return ended.answer;
  }

  private stayOpen(attempt: number): number {
    const ms = Math.min(OPEN_MS * 2 ** (attempt - 1), MAX_OPEN_MS);
    this.openUntil = performance.now() + ms;
    return ms;
  }

  private unreachable(): Rejection {
    const seconds = Math.max(1, Math.ceil((this.openUntil - performance.now()) / 1000));
    return new Rejection('HOME_PROVINCE_UNREACHABLE', { seconds: String(seconds) });
  }
}

/** Whether there was no answer at all, by which the province counts as down and the call is sent again. One that failed inside would fail again. */
function isSilent(error: unknown): boolean {
  return isUnanswered(error) && !(error instanceof Rejection && REASONS[error.reason].rpc === 'INTERNAL');
}

/** Whether nobody knows what became of it: no answer, a late one, or a fault on the way. A refusal is an answer, and so is one too long to be read. */
export function isUnanswered(error: unknown): boolean {
  if (error instanceof AnswerTooLarge) return false;
  if (!(error instanceof Rejection)) return true;
  const { rpc } = REASONS[error.reason];
  return !isNotSent(error) && (rpc === 'UNAVAILABLE' || rpc === 'INTERNAL');
}

/** Whether the home province certainly never saw it. */
export function isNotSent(error: unknown): boolean {
  return (
    error instanceof Rejection &&
    (error.reason === 'HOME_PROVINCE_UNREACHABLE' || error.reason === 'HOME_PROVINCE_DOWN')
  );
}
