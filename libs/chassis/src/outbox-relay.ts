import { Logger } from '@nestjs/common';
import { Rejection } from '@yiditong/codes';
import type { QueryRunner } from 'typeorm';
import { nationalActor, type Actor } from './actor.js';
import type { Database } from './database.js';
import { pendingMessages, removeDelivered, setAside, type PendingMessage } from './outbox.js';

export type RelayOptions<T> = {
  readonly topic: string;
  readonly batchSize: number;
  readonly pollMs: number;
  readonly deliver: (messages: readonly PendingMessage<T>[]) => Promise<void>;
};

/**
 * Carries a topic's messages to their consumer: at least once, oldest first. One relay works at a time, by an
 * advisory lock on a connection of its own; should two overlap after a lost connection, the consumer's
 * inbox makes the effect one.
 */
export class OutboxRelay<T> {
  private readonly logger = new Logger('OutboxRelay');
  private readonly actor: Actor;
  private stopping = false;
  private wake: () => void = () => undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly options: RelayOptions<T>,
  ) {
    this.actor = nationalActor(`relay:${options.topic}`);
  }

  start(): void {
    this.running = this.run();
  }

  /** Says that there may be something to carry, so that it needn't wait for the next poll. */
  nudge(): void {
    this.wake();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      const lock = this.database.dataSource.createQueryRunner();
      try {
        if (await this.lockAcquired(lock)) await this.carryWhileLocked(lock);
      } catch (error) {
        this.logger.warn({ msg: 'relay interrupted, will resume', topic: this.options.topic, cause: reasonOf(error) });
      } finally {
        await lock.release().catch(() => undefined);
      }
      await this.pause();
    }
  }

  private async lockAcquired(lock: QueryRunner): Promise<boolean> {
    const [row] = (await lock.query('SELECT pg_try_advisory_lock(hashtext($1)) AS locked', [
      `outbox:${this.options.topic}`,
    ])) as { locked: boolean }[];
    return row?.locked === true;
  }

  private async carryWhileLocked(lock: QueryRunner): Promise<void> {
    try {
      while (!this.stopping) {
        const carried = await this.carryBatch();
        if (carried < this.options.batchSize) await this.pause();
        await lock.query('SELECT 1'); // A lost connection is a lost lock: stop carrying under it.
      }
    } finally {
      await lock.query('SELECT pg_advisory_unlock_all()').catch(() => undefined);
    }
  }

  private async carryBatch(): Promise<number> {
    const messages = await this.database.transaction(this.actor, (tx) =>
      pendingMessages<T>(tx, this.options.topic, this.options.batchSize),
    );
    if (messages.length > 0) await this.deliver(messages);
    return messages.length;
  }

  private async deliver(messages: readonly PendingMessage<T>[]): Promise<void> {
    try {
      await this.options.deliver(messages);
    } catch (error) {
      if (!(error instanceof Rejection) || error.reason === 'SERVICE_UNAVAILABLE') throw error;
      const [only, second] = messages;
      if (only && !second) return this.refused(only, error);
      for (const message of messages) await this.deliver([message]);
      return;
    }
    await this.database.transaction(this.actor, (tx) => removeDelivered(tx, messages));
  }

  private async refused(message: PendingMessage<T>, rejection: Rejection): Promise<void> {
    this.logger.error({
      msg: 'consumer refused a message; set aside',
      topic: this.options.topic,
      id: message.id,
      reason: rejection.reason,
    });
    await this.database.transaction(this.actor, (tx) => setAside(tx, message, rejection.reason));
  }

  private async pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.options.pollMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.stopping) this.wake();
    });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
