import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { nationalActor } from '../actor.js';
import { Database, type Tx } from '../database.js';
import { describeFault } from '../fault.js';
import { keyVersionOf, reseal } from './envelope.js';
import { contextIn, countOlder, lockRowsOf, replaceSealed, versionsIn } from './sealed-table.js';
import type { SealedRow, SealedTable } from './sealed-table.js';
import type { PersonalDataVault } from './vault.js';

const EVERY_MS = 10 * 60 * 1_000;
const BATCH = 100;
const ACTOR = nationalActor('key-rotation');

/** What a round did to one table. `left` counts what others held and what does not open. */
export type RotationReport = {
  readonly table: string;
  readonly resealed: number;
  readonly unopenable: number;
  readonly left: number;
};

type Batch = { readonly last: readonly string[]; readonly resealed: number; readonly unopenable: number };

/**
 * Brings what is sealed under older master keys to the current one, in short transactions. What is left is found by the rows'
 * key version, so a round that was killed anywhere is carried on by the next, and two at once do no harm. Keeps a service from
 * starting that lacks a key it will need.
 */
@Injectable()
export class RotationService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('KeyRotation');
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private stopping = false;
  /** The versions that were last said to be of no use any more. */
  private said = '';

  constructor(
    private readonly database: Database,
    private readonly vault: PersonalDataVault,
    private readonly tables: readonly SealedTable[],
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.checkRing();
    this.schedule(0);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  /** Fails where rows are sealed under a master key that isn't there: they could not be read, nor ever be saved from loss. */
  async checkRing(): Promise<void> {
    for (const table of this.tables) {
      const missing = (await this.versionsOf(table)).filter((version) => !this.vault.ring.keys.has(version));
      if (missing.length > 0) {
        const versions = missing.join(', ');
        throw new Error(
          `${table.table} has rows under master key version ${versions}, which MASTER_KEYS lacks: add it`,
        );
      }
    }
  }

  /** Once over every table: reseals what it can and says how much is left. */
  async rotate(): Promise<RotationReport[]> {
    const reports: RotationReport[] = [];
    for (const table of this.tables) {
      const report = await this.rotateTable(table);
      if (report.resealed > 0 || report.left > 0) this.logger.log({ msg: 'resealed', ...report, ...this.current() });
      reports.push(report);
    }
    if (!this.stopping && reports.every(({ left }) => left === 0)) await this.sayWhatCanGo();
    return reports;
  }

  private async rotateTable(table: SealedTable): Promise<RotationReport> {
    const { current } = this.vault.ring;
    const older = (await this.versionsOf(table)).filter((version) => version < current);
    let [resealed, unopenable] = [0, 0];
    for (const version of older) {
      let batch = await this.nextBatch(table, version, null);
      while (batch !== null) {
        resealed += batch.resealed;
        unopenable += batch.unopenable;
        batch = await this.nextBatch(table, version, batch.last);
      }
    }
    const left = await this.database.transaction(ACTOR, (tx) => countOlder(tx, table, current));
    return { table: table.table, resealed, unopenable, left };
  }

  /** Null where there is nothing more, or when the service stops: between two batches there is nothing to lose. */
  private async nextBatch(table: SealedTable, version: number, after: readonly string[] | null): Promise<Batch | null> {
    if (this.stopping) return null;
    return this.database.transaction(ACTOR, (tx) => this.resealBatch(tx, table, version, after));
  }

  private async resealBatch(
    tx: Tx,
    table: SealedTable,
    version: number,
    after: readonly string[] | null,
  ): Promise<Batch | null> {
    const rows = await lockRowsOf(tx, table, version, after, BATCH);
    const last = rows.at(-1);
    if (!last) return null;
    let resealed = 0;
    for (const row of rows) {
      const sealed = this.resealed(table, row);
      if (sealed === null) continue;
      await replaceSealed(tx, table, row.key, { sealed, keyVersion: keyVersionOf(sealed) });
      resealed += 1;
    }
    return { last: last.key, resealed, unopenable: rows.length - resealed };
  }

  /** Null where the row does not open, which must hold back neither the others nor the key that would still open it. */
  private resealed(table: SealedTable, { key, sealed }: SealedRow): Buffer | null {
    try {
      return reseal(this.vault.ring, contextIn(table, ...key), sealed);
    } catch (error) {
      this.logger.error({ ...describeFault(error), table: table.table, key });
      return null;
    }
  }

  /** Removing a key while a row needs it would lose the row; this says when no row does. */
  private async sayWhatCanGo(): Promise<void> {
    const used = new Set<number>();
    for (const table of this.tables) for (const version of await this.versionsOf(table)) used.add(version);
    const removable = [...this.vault.ring.keys.keys()].filter(
      (version) => version < this.vault.ring.current && !used.has(version),
    );
    if (removable.length === 0) return;
    const msg =
      'no row is sealed under these master keys any more: take them away once every replica has the current one';
    this.logger.log({ msg, versions: removable, ...this.current() });
  }

  private versionsOf(table: SealedTable): Promise<number[]> {
    return this.database.transaction(ACTOR, (tx) => versionsIn(tx, table));
  }

  private current(): { readonly currentVersion: number } {
    return { currentVersion: this.vault.ring.current };
  }

  private schedule(afterMs: number): void {
    this.timer = setTimeout(() => {
      this.running = this.rotate()
        .then(
          () => undefined,
          (error: unknown) =>
            this.logger.warn({ ...describeFault(error), msg: 'rotation was interrupted, will go on' }),
        )
        .finally(() => {
          if (!this.stopping) this.schedule(EVERY_MS);
        });
    }, afterMs);
  }
}
