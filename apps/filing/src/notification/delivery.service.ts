import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock, Database, describeFault, nationalActor, type Tx } from '@yiditong/chassis';
import { DeliveryTurns } from './delivery-turns.js';
import { dueWebhooks, leaseDeliveries, makeDeliveries, recordDelivered, recordFailure } from './delivery.store.js';
import type { LeasedDelivery } from './notification.entity.js';
import { waitAfter } from './retry-schedule.js';
import { SigningKeys } from '@yiditong/chassis';
import { webhookMessage } from './webhook-message.js';
import { WebhookSender } from './webhook-sender.js';

const LOOK_EVERY_MS = 1_000;
/** Far longer than an attempt takes: when it is over, whoever had the delivery is gone. */
const LEASE_MS = 60_000;
/** How many deliveries of a webhook are made in one short transaction. */
const MOST_MADE = 500;
/** How long those in flight may take to end when the service stops; the rest is left to the lease. */
const STOP_WITHIN_MS = 3_000;
const GONE = 410;

/**
 * Carries events to webhooks, each at least once. All it knows is in the database: deliveries are made of events, taken under a
 * lease, sent with no transaction open, and what came of it is recorded. So it survives a crash at any line, and any number of them
 * may work at once.
 */
@Injectable()
export class DeliveryService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Delivery');
  private readonly turns = new DeliveryTurns();
  private readonly inFlight = new Set<Promise<void>>();
  private readonly stop = new AbortController();
  private stopping = false;
  private wake: () => void = () => undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly keys: SigningKeys,
    private readonly sender: WebhookSender,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
    const timer = setTimeout(() => this.stop.abort(), STOP_WITHIN_MS);
    await Promise.all(this.inFlight);
    clearTimeout(timer);
  }

  /** Delivers all that is due now, each attempt to its end. */
  async deliverDue(): Promise<void> {
    while ((await this.beginDue()) > 0) await Promise.all(this.inFlight);
  }

  /** Looks every second, and at once when a place becomes free. */
  private async run(): Promise<void> {
    while (!this.stopping) {
      const woken = new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      await this.beginDue().catch((error: unknown) => this.logger.warn(describeFault(error)));
      const timer = setTimeout(() => this.wake(), LOOK_EVERY_MS);
      await woken;
      clearTimeout(timer);
    }
  }

  /** Begins as many deliveries as there are places for, and answers how many. */
  private async beginDue(): Promise<number> {
    const now = this.clock.now();
    await this.catchUp(now);
    const places = this.turns.choose(await this.asNation((tx) => dueWebhooks(tx, now)));
    if (places.length === 0) return 0;
    const until = new Date(now.getTime() + LEASE_MS);
    const leased = await this.asNation((tx) => leaseDeliveries(tx, places, now, until));
    for (const delivery of leased) this.begin(delivery);
    return leased.length;
  }

  /** Makes deliveries of all events that there are by now. */
  private async catchUp(now: Date): Promise<void> {
    for (let made = 1; made > 0 && !this.stopping;)
      made = await this.asNation((tx) => makeDeliveries(tx, now, MOST_MADE));
  }

  private begin(delivery: LeasedDelivery): void {
    this.turns.begin(delivery);
    const attempt = this.deliver(delivery)
      // What could not be recorded is tried again when its lease ends.
      .catch((error: unknown) => this.logger.warn(describeFault(error)))
      .finally(() => {
        this.turns.end(delivery);
        this.inFlight.delete(attempt);
        this.wake();
      });
    this.inFlight.add(attempt);
  }

  private async deliver(delivery: LeasedDelivery): Promise<void> {
    const message = webhookMessage(delivery.event, this.clock.now(), this.keys);
    const attempt = await this.sender.send(delivery.url, message, this.stop.signal);
    if (attempt.status === null && attempt.problem === 'stopped') return;
    const endedAt = this.clock.now();
    const { status } = attempt;
    if (status !== null && status >= 200 && status < 300) {
      await this.asNation((tx) => recordDelivered(tx, delivery, status, endedAt));
      return;
    }
    const problem = attempt.status === null ? attempt.problem : `http_${attempt.status}`;
    const failure = { status, problem, nextAttemptAt: nextAttemptAt(delivery, status, endedAt) };
    await this.asNation((tx) => recordFailure(tx, delivery, failure));
    if (failure.nextAttemptAt === null) this.tellGivenUp(delivery, problem);
  }

  /** By the ids only: an address may hold its owner's secret. */
  private tellGivenUp({ province, webhookId, event }: LeasedDelivery, problem: string): void {
    this.logger.warn({ msg: 'a notification was given up', province, webhookId, eventId: event.eventId, problem });
  }

  private asNation<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction(nationalActor('filing'), work);
  }
}

/** Null where it is given up: after the last attempt, or when the receiver says that there will be none any more. */
function nextAttemptAt(
  { province, webhookId, sequence, attempt }: LeasedDelivery,
  status: number | null,
  endedAt: Date,
) {
  const wait = status === GONE ? null : waitAfter(attempt, `${province}:${webhookId}:${sequence}`);
  return wait === null ? null : new Date(endedAt.getTime() + wait);
}
