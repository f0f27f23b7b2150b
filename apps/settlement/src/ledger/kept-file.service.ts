import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { BackgroundLoop, Clock, Database, nationalActor, type Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import { countFiles, dropExpired, findFile, keepFile } from './kept-file.store.js';
import type { KeptFile } from './ledger.entity.js';

const KEPT_MS = 24 * 3_600_000;
const SWEEP_MS = 3_600_000;
/** Two a comparison: what came, and what it came to. */
const MAX_FILES = 60;
const SWEEPER = nationalActor('kept-files');

/** Files between two messages of a hospital, each for a day. */
@Injectable()
export class KeptFileService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loop = new BackgroundLoop('KeptFiles', () => this.sweep(), SWEEP_MS);

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /** Once per message while it lasts. Rejects with KEPT_FILES_TOO_MANY or IDEMPOTENCY_KEY_REUSED. */
  async keep(
    actor: Actor,
    file: Pick<KeptFile, 'institutionCode' | 'messageId' | 'fileName' | 'content'>,
  ): Promise<KeptFile> {
    const keptAt = this.clock.now();
    const expiresAt = new Date(keptAt.getTime() + KEPT_MS);
    return this.database.transaction(actor, async (tx) => {
      await dropExpired(tx, file.institutionCode, keptAt);
      const offered = { ...file, treatingProvince: actor.region, fileId: uuidv7(), keptAt, expiresAt };
      const kept = await keepFile(tx, offered);
      const same = kept.fileName === file.fileName && kept.content.equals(file.content);
      if (!same) throw new Rejection('IDEMPOTENCY_KEY_REUSED');
      const count = await countFiles(tx, file.institutionCode);
      if (count > MAX_FILES) throw new Rejection('KEPT_FILES_TOO_MANY', { limit: String(MAX_FILES) });
      return kept;
    });
  }

  /** Rejects with KEPT_FILE_NOT_FOUND. */
  async get(actor: Actor, institutionCode: string, fileId: string): Promise<KeptFile> {
    const found = await this.database.transaction(actor, (tx) =>
      findFile(tx, institutionCode, fileId, this.clock.now()),
    );
    if (!found) throw new Rejection('KEPT_FILE_NOT_FOUND');
    return found;
  }

  /** Also the files of those who never come again. */
  private async sweep(): Promise<void> {
    await this.database.transaction(SWEEPER, (tx) => dropExpired(tx, null, this.clock.now()));
  }
}
