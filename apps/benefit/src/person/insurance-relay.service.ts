import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  appendOutbox,
  Database,
  encodeInstant,
  nationalActor,
  OutboxRelay,
  TARGETS,
  type PendingMessage,
  type RpcClient,
  type Tx,
} from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import type { Insured } from './person.entity.js';

const TOPIC = 'insurance';
const BATCH_SIZE = 500;
const POLL_MS = 200;
const DEADLINE_MS = 10_000;

/** Tells filing, which takes each fact once, how persons are insured. */
@Injectable()
export class InsuranceRelay implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly relay: OutboxRelay<filingV1.InsuranceFact>;

  constructor(
    database: Database,
    @Inject(TARGETS.filingFact.token) private readonly filing: RpcClient<filingV1.FactServiceClient>,
  ) {
    this.relay = new OutboxRelay(database, {
      topic: TOPIC,
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

  /** Puts facts on their way, in the transaction that made them true. */
  async append(tx: Tx, persons: readonly Insured[]): Promise<void> {
    await appendOutbox<filingV1.InsuranceFact>(
      tx,
      ...persons.map(({ changedAt, ...insured }) => ({
        scope: insured.personId,
        region: insured.province,
        topic: TOPIC,
        payload: { ...insured, changedAt: encodeInstant(changedAt) },
      })),
    );
  }

  /** Says that facts were committed. */
  nudge(): void {
    this.relay.nudge();
  }

  private async deliver(messages: readonly PendingMessage<filingV1.InsuranceFact>[]): Promise<void> {
    const facts = messages.map(({ payload }) => payload);
    await this.filing.call('recordInsurance', { facts }, nationalActor('benefit'), DEADLINE_MS);
  }
}
