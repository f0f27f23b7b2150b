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
import { ConflictService } from '../conflict/conflict.service.js';
import { postpone, takeList, type Lease } from '../list/list-lease.store.js';
import { stepList } from '../list/list.store.js';
import { removeErrors, removeUndecided } from '../list/staging.store.js';
import { MatchingService } from './matching.service.js';

const LOOK_EVERY_MS = 1_000;
const LEASE_MS = 120_000;
const REMOVED_AT_A_TIME = 5_000;
/** So often it is tried without coming on; then something is wrong that doesn't pass soon. */
const ROUNDS_MAX = 5;
const REST_MS = 60 * 60_000;

/**
 * Does what lists wait for: matches and clears them, one after another. All it knows is in the database, so it survives a crash at any
 * line: what it had taken waits again two minutes later. Several at once take different ones.
 */
@Injectable()
export class ListWorkService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('ListWork');
  private readonly loop = new BackgroundLoop('ListWork', () => this.workOff(), LOOK_EVERY_MS);

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly matching: MatchingService,
    private readonly conflicts: ConflictService,
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

  /** Does all that waits now. One list's trouble doesn't hold back the others: it is tried again when its lease is over. */
  async workOff(): Promise<void> {
    while (!this.loop.stopping) {
      const lease = await this.take();
      if (!lease) return;
      await this.carryOn(lease).catch((error: unknown) => {
        this.logger.warn({ ...describeFault(error), listId: lease.list.listId, state: lease.state });
      });
    }
  }

  private async take(): Promise<Lease | null> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + LEASE_MS);
    return this.database.transaction(nationalActor('catalogue'), (tx) => takeList(tx, now, until));
  }

  private async carryOn(lease: Lease): Promise<void> {
    if (lease.state !== 'MATCHING') return this.clear(lease);
    if (lease.round > ROUNDS_MAX) return this.rest(lease);
    await this.matching.match(lease, () => this.loop.stopping);
    this.conflicts.nudge();
  }

  /** What is matched stands and what waits still waits, so there is no way back; it is tried again later. */
  private async rest(lease: Lease): Promise<void> {
    const { listId, province } = lease.list;
    const dueAt = new Date(this.clock.now().getTime() + REST_MS);
    const rested = await this.database.transaction(serviceActor('catalogue', province), (tx) =>
      postpone(tx, lease, dueAt),
    );
    if (rested) this.logger.error({ message: 'a list doesn’t come on', listId, retriedAt: dueAt.toISOString() });
  }

  /** What was staged is not needed any more; removed in short transactions. */
  private async clear({ list, state }: Lease): Promise<void> {
    const inShort = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
      this.database.transaction(serviceActor('catalogue', list.province), work);
    for (const remove of [removeUndecided, removeErrors]) {
      while ((await inShort((tx) => remove(tx, list, REMOVED_AT_A_TIME))) === REMOVED_AT_A_TIME);
    }
    await inShort((tx) => stepList(tx, list, [state], { state, updatedAt: this.clock.now(), dueAt: null }));
  }
}
