import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  appendOutbox,
  Database,
  encodeInstant,
  nationalActor,
  OutboxRelay,
  TARGETS,
  visitKindCodec,
  type PendingMessage,
  type RpcClient,
  type Tx,
} from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import type { DatedInstitution } from './institution.entity.js';

const TOPIC = 'institution';
const BATCH_SIZE = 500;
const POLL_MS = 200;
const DEADLINE_MS = 10_000;

/** Tells filing, which takes each fact once, what institutions are networked for. */
@Injectable()
export class InstitutionRelay implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly relay: OutboxRelay<filingV1.InstitutionFact>;

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
  async append(tx: Tx, institutions: readonly DatedInstitution[]): Promise<void> {
    await appendOutbox<filingV1.InstitutionFact>(
      tx,
      ...institutions.map((institution) => ({
        scope: institution.institutionCode,
        region: institution.province,
        topic: TOPIC,
        payload: factOf(institution),
      })),
    );
  }

  /** Says that facts were committed. */
  nudge(): void {
    this.relay.nudge();
  }

  private async deliver(messages: readonly PendingMessage<filingV1.InstitutionFact>[]): Promise<void> {
    const facts = messages.map(({ payload }) => payload);
    await this.filing.call('recordInstitutions', { facts }, nationalActor('settlement'), DEADLINE_MS);
  }
}

function factOf(institution: DatedInstitution): filingV1.InstitutionFact {
  const { institutionCode, province, region, networked, visitKinds, diseaseClasses, changedAt } = institution;
  return {
    institutionCode,
    province,
    region,
    networked,
    visitKinds: visitKinds.map(visitKindCodec.encode),
    diseaseClasses: [...diseaseClasses],
    changedAt: encodeInstant(changedAt),
  };
}
