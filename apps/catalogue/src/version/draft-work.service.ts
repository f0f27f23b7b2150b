import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { BackgroundLoop, Clock, Database, describeFault, nationalActor, type Tx } from '@yiditong/chassis';
import { DraftCheckService } from './draft-check.service.js';
import { holdLease, takeDraft, type Lease } from './draft-lease.store.js';
import { removeFindings, removeRows } from './draft-rows.store.js';
import { stepDraft } from './draft.store.js';

const LOOK_EVERY_MS = 1_000;
/** A check may take longer: it holds the draft in its transaction, and nobody takes what is held. */
const LEASE_MS = 60_000;
const REMOVED_AT_A_TIME = 5_000;
/** So often it is tried; then something is wrong that doesn't pass by itself. */
const ROUNDS_MAX = 5;

/**
 * Does what drafts wait for: checks and clears them, one after another. All it knows is in the database, so it survives a crash at any
 * line: what it had taken waits again a minute later. Several at once take different ones.
 */
@Injectable()
export class DraftWorkService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('DraftWork');
  private readonly loop = new BackgroundLoop('DraftWork', () => this.workOff(), LOOK_EVERY_MS);

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly checks: DraftCheckService,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** Says that something waits, so that it needn't wait for the next look. */
  nudge(): void {
    this.loop.nudge();
  }

  /** Does all that waits now. One draft's trouble doesn't hold back the others: it is tried again when its lease is over. */
  async workOff(): Promise<void> {
    while (!this.loop.stopping) {
      const lease = await this.take();
      if (!lease) return;
      await this.carryOn(lease).catch((error: unknown) => {
        this.logger.warn({ ...describeFault(error), draftId: lease.draft.draftId, state: lease.state });
      });
    }
  }

  private async take(): Promise<Lease | null> {
    const now = this.clock.now();
    return this.asNation((tx) => takeDraft(tx, now, new Date(now.getTime() + LEASE_MS)));
  }

  private async carryOn(lease: Lease): Promise<void> {
    if (lease.state !== 'CHECKING') return this.clear(lease);
    return lease.round > ROUNDS_MAX ? this.giveUp(lease) : this.checks.check(lease);
  }

  /** Puts it back to where somebody may complete it again, or discard it. */
  private async giveUp(lease: Lease): Promise<void> {
    const { draft, state } = lease;
    const given = await this.asNation(async (tx) => {
      if (!(await holdLease(tx, lease))) return false;
      return stepDraft(tx, draft, [state], { state: 'OPEN', updatedAt: this.clock.now(), dueAt: null });
    });
    if (given) this.logger.error({ message: 'the check of a draft was given up', draftId: draft.draftId });
  }

  /** What was staged is not needed any more; removed in short transactions. */
  private async clear({ draft, state }: Lease): Promise<void> {
    for (const remove of [removeRows, removeFindings]) {
      while ((await this.asNation((tx) => remove(tx, draft, REMOVED_AT_A_TIME))) === REMOVED_AT_A_TIME);
    }
    await this.asNation((tx) => stepDraft(tx, draft, [state], { state, updatedAt: this.clock.now(), dueAt: null }));
  }

  private async asNation<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction(nationalActor('catalogue'), work);
  }
}
