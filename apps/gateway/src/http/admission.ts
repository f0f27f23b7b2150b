import { Rejection } from '@yiditong/codes';
import { bulkhead, BulkheadRejectedError, type BulkheadPolicy } from 'cockatiel';
import { z } from 'zod';

/**
 * What is let in at once and what may wait. Past both a request is refused before anything is done for it, so that those let in are
 * answered as fast as ever, however many more are sent.
 */
export const admissionLimits = z.strictObject({
  /** Exchanges of hospitals: bills, visits, national transactions. Far more than run at once, for some wait for a slow province. */
  exchanges: z.int().min(1).max(10_000).default(192),
  /** Reversals and queries of an outcome: they end doubt, and are few. */
  resolving: z.int().min(1).max(10_000).default(64),
  /** All others. */
  others: z.int().min(1).max(10_000).default(128),
  /** For each that is let in, how many may wait, in percent. */
  waitingPercent: z.int().min(0).max(1_000).default(50),
});
export type AdmissionLimits = z.output<typeof admissionLimits>;

export type Lane = Exclude<keyof AdmissionLimits, 'waitingPercent'>;

const RESOLVING = /^\/(v1\/settlements\/reversals|v1\/messages\/[^/]+\/outcome|national\/2601)$/;
const EXCHANGES = /^\/(v1\/(settlements|visits)(\/|$)|national\/)/;

export function laneOf(path: string): Lane {
  if (RESOLVING.test(path)) return 'resolving';
  return EXCHANGES.test(path) ? 'exchanges' : 'others';
}

/** The platform takes no more at present. Told apart by chance, so that those refused together don't come back together. */
export class Busy extends Rejection {
  constructor(readonly retryAfterSeconds: number) {
    super('SERVICE_BUSY', { seconds: String(retryAfterSeconds) });
  }
}

const RETRY_AFTER_SECONDS = [1, 2, 3, 4, 5];

/** Lets requests in, lane by lane. */
export class Admission {
  private readonly lanes: Readonly<Record<Lane, BulkheadPolicy>>;
  private refused = 0;

  constructor({ exchanges, resolving, others, waitingPercent }: AdmissionLimits) {
    const lane = (size: number): BulkheadPolicy => bulkhead(size, Math.floor((size * waitingPercent) / 100));
    this.lanes = { exchanges: lane(exchanges), resolving: lane(resolving), others: lane(others) };
  }

  /** Rejects with SERVICE_BUSY where nobody would be let in to wait. Takes no place. */
  check(lane: Lane): void {
    const { executionSlots, queueSlots } = this.lanes[lane];
    if (executionSlots === 0 && queueSlots === 0) throw this.busy();
  }

  /** Waits for a place and answers how to leave it, which is done once. Rejects with SERVICE_BUSY where too many wait already. */
  async enter(lane: Lane): Promise<() => void> {
    return new Promise((resolve, reject) => {
      this.lanes[lane]
        .execute(() => new Promise<void>((leave) => resolve(leave)))
        .catch((error: unknown) => reject(error instanceof BulkheadRejectedError ? this.busy() : error));
    });
  }

  private busy(): Busy {
    this.refused += 1;
    return new Busy(RETRY_AFTER_SECONDS[this.refused % RETRY_AFTER_SECONDS.length] ?? 1);
  }
}
