import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, Database, nationalActor } from '@yiditong/chassis';
import { removeOutdated } from './credential.store.js';

const ACTOR = nationalActor('outdated-credentials');
const LOOK_EVERY_MS = 10 * 60_000;
const BATCH = 500;
/** What is left over waits for the next look. */
const MAX_BATCHES = 20;

/** Removes the credentials that are kept no longer, some at a time. Two of these do no harm. */
@Injectable()
export class OutdatedCredentialsService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('OutdatedCredentials');
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.round = this.remove().catch((error: unknown) =>
        this.logger.warn({
          msg: 'outdated credentials not removed, will try again',
          cause: error instanceof Error ? error.message : String(error),
        }),
      );
    }, LOOK_EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.round;
  }

  /** Removes what is outdated now, each batch in a transaction of its own, and says how many there were. */
  async remove(): Promise<number> {
    let removed = 0;
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      const count = await this.database.transaction(ACTOR, (tx) => removeOutdated(tx, this.clock.now(), BATCH));
      removed += count;
      if (count < BATCH) break;
    }
    return removed;
  }
}
