import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundLoop, Database, describeFault, nationalActor } from '@yiditong/chassis';
import { insertExchanges, type Exchange } from './exchange.store.js';

const EVERY_MS = 250;
const BATCH = 200;
/** As many wait to be written at most; whoever comes then waits himself. */
const MAX_WAITING = 5_000;

/** 交换日志, written behind the calls: no patient waits for it, and none is left out. */
@Injectable()
export class ExchangeLog implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('ExchangeLog');
  private readonly loop = new BackgroundLoop('ExchangeLog', () => this.flush(), EVERY_MS);
  private readonly waiting: Exchange[] = [];
  private behind = false;

  constructor(private readonly database: Database) {}

  onApplicationBootstrap(): void {
    this.behind = true;
    this.loop.start();
  }

  /** What other services do in their own shutdown is written at once from here on. */
  async beforeApplicationShutdown(): Promise<void> {
    this.behind = false;
    await this.loop.stop();
    await this.flush();
  }

  /** Returns at once, as long as there is room. Never throws: an exchange took place whether or not it could be written. */
  async record(exchange: Exchange): Promise<void> {
    if (this.behind && this.waiting.length < MAX_WAITING) {
      this.waiting.push(exchange);
      if (this.waiting.length >= BATCH) this.loop.nudge();
      return;
    }
    await this.write([exchange]).catch((error: unknown) =>
      this.logger.error({ ...describeFault(error), exchangeId: exchange.exchangeId }),
    );
  }

  /** Writes all that waits. What could not be written waits on. */
  async flush(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, BATCH);
      await this.write(batch);
      this.waiting.splice(0, batch.length);
    }
  }

  private write(batch: readonly Exchange[]): Promise<void> {
    return this.database.transaction(nationalActor('exchange-log'), (tx) => insertExchanges(tx, batch));
  }
}
