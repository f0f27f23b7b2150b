import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Database, nationalActor, OutboxRelay, TARGETS, type PendingMessage, type RpcClient } from '@yiditong/chassis';
import type { clearingV1 } from '@yiditong/contracts';
import { OBLIGATION_TOPIC, type OutgoingObligation } from './obligation.store.js';

const BATCH_SIZE = 500;
const POLL_MS = 200;
const DEADLINE_MS = 10_000;

/** Carries obligations from this service's outbox to clearing, which takes each once. */
@Injectable()
export class ObligationRelay implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly relay: OutboxRelay<OutgoingObligation>;

  constructor(
    database: Database,
    @Inject(TARGETS.clearing.token) private readonly clearing: RpcClient<clearingV1.ClearingServiceClient>,
  ) {
    this.relay = new OutboxRelay(database, {
      topic: OBLIGATION_TOPIC,
      batchSize: BATCH_SIZE,
      pollMs: POLL_MS,
      deliver: (messages) => this.deliver(messages),
    });
  }

  onApplicationBootstrap(): void {
    this.relay.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }

  /** Says that an obligation was recorded. */
  nudge(): void {
    this.relay.nudge();
  }

  private async deliver(messages: readonly PendingMessage<OutgoingObligation>[]): Promise<void> {
    const obligations = messages.map(({ payload, traceparent }) => ({ ...payload, traceparent }));
    await this.clearing.call('postObligations', { obligations }, nationalActor('settlement'), DEADLINE_MS);
  }
}
