import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundLoop, Database, describeFault, nationalActor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { ExchangeMetrics } from './exchange-metrics.js';
import { insertExchanges, type Exchange } from './exchange.store.js';

const EVERY_MS = 250;
const BATCH = 200;
/** As many wait to be written at most; whoever comes then waits himself. */
const MAX_WAITING = 5_000;

/** 交换日志, written behind the calls: no patient waits for it, and none is left out but a row that the database refuses. */
@Injectable()
export class ExchangeLog implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('ExchangeLog');
  private readonly loop = new BackgroundLoop('ExchangeLog', () => this.flush(), EVERY_MS);
  private readonly metrics = new ExchangeMetrics();
  private readonly waiting: Exchange[] = [];
  private behind = false;
  private flushed: Promise<void> = Promise.resolve();

  constructor(private readonly database: Database) {}

  onApplicationBootstrap(): void {
    this.behind = true;
    this.loop.start();
  }

  /** What other services do in their own shutdown is written at once from here on. What can't be written now never will be. */
  async beforeApplicationShutdown(): Promise<void> {
    this.behind = false;
    await this.loop.stop();
    await this.flush().catch((error: unknown) => this.lose(this.waiting.splice(0), error));
  }

  /** Returns at once, as long as there is room. Never throws: an exchange took place whether or not it could be written. */
  async record(exchange: Exchange): Promise<void> {
    this.metrics.exchanged(exchange);
    if (this.behind && this.waiting.length < MAX_WAITING) {
      this.waiting.push(exchange);
      if (this.waiting.length >= BATCH) this.loop.nudge();
      return;
    }
    await this.write([exchange]).catch((error: unknown) => this.lose([exchange], error));
  }

  /** Writes all that waits, but for rows that the database refuses, which are lost. Where it can't be reached, all wait on. */
  flush(): Promise<void> {
    const after = this.flushed.then(() => this.writeWaiting());
    // One after the other, so that what one of them wrote is not taken for the next one's.
    this.flushed = after.catch(() => undefined);
    return after;
  }

  /** A refused batch is halved until the row is found that is at fault. */
  private async writeWaiting(): Promise<void> {
    for (let size = BATCH; this.waiting.length > 0;) {
      const batch = this.waiting.slice(0, size);
      try {
        await this.write(batch);
        size = Math.min(BATCH, size * 2);
      } catch (error) {
        if (!isRefusedRow(error)) throw error;
        size = Math.ceil(batch.length / 2);
        if (batch.length > 1) continue;
        this.lose(batch, error);
      }
      this.waiting.splice(0, batch.length);
    }
  }

  private write(batch: readonly Exchange[]): Promise<void> {
    return this.database.transaction(nationalActor('exchange-log'), (tx) => insertExchanges(tx, batch));
  }

  private lose(lost: readonly Exchange[], error: unknown): void {
    const fault = describeFault(error);
    this.logger.error({ ...fault, lost: lost.length, exchangeIds: lost.slice(0, 10).map((one) => one.exchangeId) });
    this.metrics.lostRows(lost.length, error instanceof Rejection ? error.reason : (fault.sqlState ?? fault.type));
  }
}

/** Whether a row can't be written as it is, today or later: its values (class 22) or what they break (class 23). */
function isRefusedRow(error: unknown): boolean {
  return /^2[23]/.test(describeFault(error).sqlState ?? '');
}
