import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { appendAudit, Clock, Database, groupBy, isYearKnown, nationalActor, serviceActor } from '@yiditong/chassis';
import { addMonths } from '@yiditong/codes';
import { lockForRecording, personSubject } from '../recording/recording.store.js';
import { following, recordFilings } from './filing-record.js';
import type { Cause } from './filing.store.js';
import { lockOutlived, outlivedFilings, type Outlived } from './expiry.store.js';

const LOOK_EVERY_MS = 5 * 60_000;
const BATCH = 200;
/** What is left over waits for the next look. */
const MAX_BATCHES = 500;

const CAUSE: Cause = {
  event: 'EXPIRE',
  actor: { role: 'service', subject: 'filing' },
  reason: '有效期届满 The validity is over',
};

/**
 * Ends temporary filings the day after their last (规程第十条). Decisions don't wait for it: they go by the validity itself. All it
 * knows is in the database, so it may be stopped at any line; several replicas do no harm.
 */
@Injectable()
export class ExpiryService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Expiry');
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<unknown> = Promise.resolve();
  private warnedOn = '';
  private isStopping = false;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule(0);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.isStopping = true;
    await this.round;
  }

  /** Ends what is over today, some at a time, and says how many there were. */
  async expire(): Promise<number> {
    let expired = 0;
    for (let batch = 0; batch < MAX_BATCHES && !this.isStopping; batch++) {
      const today = this.clock.businessDate();
      const outlived = await this.database.transaction(nationalActor('filing'), (tx) =>
        outlivedFilings(tx, today, BATCH),
      );
      let ended = 0;
      for (const [province, filings] of groupBy(outlived, (filing) => filing.province))
        ended += await this.expireOf(province, filings, today);
      expired += ended;
      // Where nothing could be ended, others are at work on it.
      if (outlived.length < BATCH || ended === 0) break;
    }
    return expired;
  }

  /** Warns once a day where the calendar that reviews are timed by ends within a month: it comes with each November's release. */
  warnOfCalendar(): void {
    const today = this.clock.businessDate();
    const year = addMonths(today, 1).slice(0, 4);
    if (this.warnedOn === today || isYearKnown(year)) return;
    this.warnedOn = today;
    this.logger.warn({ msg: 'work calendar ends, reviews would be due on public holidays; update chinese-days', year });
  }

  private async expireOf(province: string, filings: readonly Outlived[], today: string): Promise<number> {
    const tenant = serviceActor('filing', province);
    return this.database.transaction(tenant, async (tx) => {
      await lockForRecording(tx, ...filings.map(({ personId }) => personSubject(personId)));
      const over = await lockOutlived(tx, today, filings);
      const now = this.clock.now();
      const ended = over.map((before) => ({ before, after: following(before, CAUSE, now) }));
      await appendAudit(tx, tenant, ...(await recordFilings(tx, CAUSE, ended)));
      return ended.length;
    });
  }

  /** The next round begins some time after the last has ended. */
  private schedule(delayMs: number): void {
    this.timer = setTimeout(() => {
      this.warnOfCalendar();
      this.round = this.expire()
        .catch((error: unknown) =>
          this.logger.warn({
            msg: 'filings not expired, will try again',
            cause: error instanceof Error ? error.message : String(error),
          }),
        )
        .finally(() => {
          if (this.timer) this.schedule(LOOK_EVERY_MS);
        });
    }, delayMs);
  }
}
