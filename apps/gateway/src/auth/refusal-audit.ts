import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { describeFault, encodeInstant, nationalActor, TARGETS, type RpcClient } from '@yiditong/chassis';
import type { Reason } from '@yiditong/codes';
import type { identityV1 } from '@yiditong/contracts';
import { v7 as uuidv7 } from 'uuid';

/** A credential that opened nothing, as far as it is known whose it is. Texts are empty where they aren't. */
export type Refusal = {
  readonly refusedAt: Date;
  readonly reason: Reason;
  readonly credentialKind: 'bearer' | 'signature';
  /** Issued by whom it says, though expired, revoked or not allowed this. */
  readonly genuine: boolean;
  readonly claimedSubject: string;
  readonly claimedRole: string;
  readonly claimedRegion: string;
  /** The address that it came from. */
  readonly source: string;
  /** The method and the route's pattern. */
  readonly route: string;
  readonly traceId: string;
};

/** Beside what is on its way. Reached only while the records can't be written and somebody tries very often. */
const LONGEST_QUEUE = 2_000;
const BATCH = 200;
/** An answer waits no longer for its record; the record is then written after it. */
const LONGEST_WAIT_MS = 250;
const DEADLINE_MS = 5_000;
const TRY_AGAIN_AFTER_MS = 1_000;

/** Hands refused credentials on to be recorded: at once while nothing else is on its way, else together with those that came meanwhile. */
@Injectable()
export class RefusalAudit implements OnApplicationShutdown {
  private readonly logger = new Logger('RefusalAudit');
  private queue: identityV1.Refusal[] = [];
  /** The batch that was sent and not answered yet: sent again as it is, so that it is recorded once. */
  private sent: identityV1.RecordRefusalsRequest | null = null;
  private dropped = 0n;
  private sending: Promise<void> | null = null;
  private retry: NodeJS.Timeout | null = null;

  constructor(@Inject(TARGETS.identity.token) private readonly identity: RpcClient<identityV1.IdentityServiceClient>) {}

  /** Resolves when it is recorded, or after a quarter of a second. Never fails. */
  async record(refusal: Refusal): Promise<void> {
    if (this.queue.length >= LONGEST_QUEUE) {
      this.dropped += 1n;
      return;
    }
    this.queue.push({ ...refusal, refusalId: uuidv7(), refusedAt: encodeInstant(refusal.refusedAt) });
    await atMost(LONGEST_WAIT_MS, this.send());
  }

  onApplicationShutdown(): void {
    if (this.retry) clearTimeout(this.retry);
    const lost = this.queue.length + (this.sent?.refusals.length ?? 0);
    if (lost > 0) this.logger.error({ msg: 'stopping with refusals that could not be recorded', count: lost });
  }

  /** One sender at a time; it goes on until nothing waits or the service doesn't take it. */
  private send(): Promise<void> {
    // While the service doesn't answer, only the timer tries again.
    if (this.retry) return Promise.resolve();
    this.sending ??= this.sendAll().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  private async sendAll(): Promise<void> {
    while (this.sent !== null || this.queue.length > 0) {
      this.sent ??= this.nextBatch();
      try {
        await this.identity.call('recordRefusals', this.sent, nationalActor('gateway'), DEADLINE_MS);
        this.sent = null;
      } catch (error) {
        this.logger.warn({
          ...describeFault(error),
          msg: 'refusals could not be recorded yet',
          waiting: this.queue.length,
        });
        this.retry = setTimeout(() => {
          this.retry = null;
          void this.send();
        }, TRY_AGAIN_AFTER_MS);
        return;
      }
    }
  }

  private nextBatch(): identityV1.RecordRefusalsRequest {
    const batch = { refusals: this.queue.slice(0, BATCH), dropped: this.dropped };
    this.queue = this.queue.slice(BATCH);
    this.dropped = 0n;
    return batch;
  }
}

/** Waits for the work, but no longer than so many milliseconds. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, deadline]);
  clearTimeout(timer);
}
