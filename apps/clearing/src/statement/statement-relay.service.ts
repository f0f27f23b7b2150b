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
import type { Fen } from '@yiditong/money';

const TOPIC = 'statement';
const BATCH_SIZE = 200;
const POLL_MS = 200;
const DEADLINE_MS = 10_000;

/** That a province's statement of a closed day is there. */
export type StatementReady = {
  readonly province: string;
  readonly businessDate: string;
  readonly sequence: bigint;
  readonly merkleRoot: string;
  readonly receivableFen: Fen;
  readonly payableFen: Fen;
  readonly closedAt: Date;
};

type Told = Omit<filingV1.StatementFact, 'factId'>;

/** Tells filing, which keeps every province's events, of statements; each once. */
@Injectable()
export class StatementRelay implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly relay: OutboxRelay<Told>;

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
  async append(tx: Tx, statements: readonly StatementReady[]): Promise<void> {
    await appendOutbox<Told>(
      tx,
      ...statements.map(({ closedAt, ...statement }) => ({
        scope: statement.province,
        region: statement.province,
        topic: TOPIC,
        payload: { ...statement, closedAt: encodeInstant(closedAt) },
      })),
    );
  }

  /** Says that facts were committed. */
  nudge(): void {
    this.relay.nudge();
  }

  private async deliver(messages: readonly PendingMessage<Told>[]): Promise<void> {
    const facts = messages.map(({ id, payload }) => ({ ...payload, factId: id }));
    await this.filing.call('recordStatements', { facts }, nationalActor('clearing'), DEADLINE_MS);
  }
}
