import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  BackgroundLoop,
  Clock,
  Database,
  describeFault,
  nationalActor,
  serviceActor,
  type Tx,
} from '@yiditong/chassis';
import { ImportApplyService } from './import-apply.service.js';
import { ImportCheckService } from './import-check.service.js';
import { holdLease, takeImport, type Lease } from './import-lease.store.js';
import { stepImport } from './import.store.js';
import { removeErrors, removeRows } from './staging.store.js';

const LOOK_EVERY_MS = 1_000;
const LEASE_MS = 60_000;
const REMOVED_AT_A_TIME = 5_000;
/** So often it is tried; then something is wrong that doesn't pass by itself. */
const ROUNDS_MAX = 5;

/**
 * Does what imports wait for: checks, applies and clears them, one after another. All it knows is in the database, so it survives a
 * crash at any line: what it had taken waits again a minute later. Several at once take different ones.
 */
@Injectable()
export class ImportWorkService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('ImportWork');
  private readonly loop = new BackgroundLoop('ImportWork', () => this.workOff(), LOOK_EVERY_MS);

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly checks: ImportCheckService,
    private readonly applications: ImportApplyService,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** Says that something waits, so that it needn't wait for the next look. The work goes on in its own name, not in the caller's. */
  nudge(): void {
    this.loop.nudge();
  }

  /** Does all that waits now. One import's trouble doesn't hold back the others: it is tried again when its lease is over. */
  async workOff(): Promise<void> {
    while (!this.loop.stopping) {
      const lease = await this.take();
      if (!lease) return;
      await this.carryOn(lease).catch((error: unknown) => {
        this.logger.warn({ ...describeFault(error), importId: lease.file.importId, state: lease.state });
      });
    }
  }

  private async take(): Promise<Lease | null> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + LEASE_MS);
    return this.database.transaction(nationalActor('filing'), (tx) => takeImport(tx, now, until));
  }

  private async carryOn(lease: Lease): Promise<void> {
    if (lease.state !== 'CHECKING' && lease.state !== 'APPLYING') return this.clear(lease);
    if (lease.round > ROUNDS_MAX) return this.giveUp(lease);
    return lease.state === 'CHECKING' ? this.checks.check(lease) : this.applications.apply(lease);
  }

  /** Puts it back to where somebody may try again, or discard it: as it was before it was applied, or before it was checked. */
  private async giveUp(lease: Lease): Promise<void> {
    const { importId, province, checkedOn } = lease.file;
    const state = checkedOn === null ? 'OPEN' : 'READY';
    const given = await this.database.transaction(serviceActor('filing', province), async (tx) => {
      if (!(await holdLease(tx, lease))) return false;
      const step = { state, updatedAt: this.clock.now(), dueAt: null, appliedBy: null } as const;
      return stepImport(tx, importId, [lease.state], step);
    });
    if (given) this.logger.error({ message: 'an import was given up', importId, state: lease.state, backTo: state });
  }

  /** What was staged is not needed any more; removed in short transactions. */
  private async clear({ file: { importId, province }, state }: Lease): Promise<void> {
    const inShort = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
      this.database.transaction(serviceActor('filing', province), work);
    for (const remove of [removeRows, removeErrors]) {
      while ((await inShort((tx) => remove(tx, importId, REMOVED_AT_A_TIME))) === REMOVED_AT_A_TIME);
    }
    await inShort((tx) => stepImport(tx, importId, [state], { state, updatedAt: this.clock.now(), dueAt: null }));
  }
}
