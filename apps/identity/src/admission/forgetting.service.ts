import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, Database, describeFault, nationalActor } from '@yiditong/chassis';
import { forgetMessages } from './admission.store.js';

const LOOK_EVERY_MS = 30_000;
const BATCH = 1_000;

/** Removes admitted messages that are too old to come again. Two of these at once do no harm. */
@Injectable()
export class ForgettingService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Forgetting');
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.round = this.forget().catch((error: unknown) => this.logger.warn(describeFault(error)));
    }, LOOK_EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.round;
  }

  /** Removes all that are due now, in short transactions. */
  async forget(): Promise<number> {
    const now = this.clock.now();
    for (let total = 0; ;) {
      const removed = await this.database.transaction(nationalActor('identity'), (tx) =>
        forgetMessages(tx, now, BATCH),
      );
      total += removed;
      if (removed < BATCH) return total;
    }
  }
}
