import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { appendAudit, Clock, Database, nationalActor, nextDay, type AuditEntry, type Tx } from '@yiditong/chassis';
import { NATION, Rejection } from '@yiditong/codes';
import type { CellTotals } from '@yiditong/ledger';
import { cellTotals, cycleAfter, openCycle, openCycles, sealCycle } from './cycle.store.js';

const CLEARING = nationalActor('cycle');

@Injectable()
export class CycleService implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.listOpen();
  }

  /** Makes the first cycle of a new system. */
  async listOpen(): Promise<string[]> {
    return this.database.transaction(CLEARING, async (tx) => {
      const open = await openCycles(tx);
      if (open.length > 0) return open;
      const today = this.clock.businessDate();
      await this.open(tx, today);
      return [today];
    });
  }

  /** The next cycle is the day after, or today where days were missed. */
  async openNext(businessDate: string): Promise<string> {
    return this.database.transaction(CLEARING, async (tx) => {
      const known = await cycleAfter(tx, businessDate);
      if (known) return known;
      const [dayAfter, today] = [nextDay(businessDate), this.clock.businessDate()];
      const next = dayAfter > today ? dayAfter : today;
      await this.open(tx, next);
      return next;
    });
  }

  /** Rejects with CYCLE_NEXT_NOT_OPEN: live traffic must have somewhere to go. */
  async seal(businessDate: string): Promise<CellTotals[]> {
    await this.database.transaction(CLEARING, async (tx) => {
      if (!(await cycleAfter(tx, businessDate))) throw new Rejection('CYCLE_NEXT_NOT_OPEN', { date: businessDate });
      if (await sealCycle(tx, businessDate, this.clock.now()))
        await appendAudit(tx, CLEARING, {
          ...recordOf(businessDate, 'SEAL_CYCLE'),
          before: { state: 'OPEN' },
          after: { state: 'SEALED' },
        });
    });
    return this.database.transaction(CLEARING, (tx) => cellTotals(tx, businessDate));
  }

  private async open(tx: Tx, businessDate: string): Promise<void> {
    if (await openCycle(tx, businessDate, this.clock.now()))
      await appendAudit(tx, CLEARING, { ...recordOf(businessDate, 'OPEN_CYCLE'), after: { state: 'OPEN' } });
  }
}

function recordOf(businessDate: string, action: 'OPEN_CYCLE' | 'SEAL_CYCLE'): AuditEntry {
  return { province: NATION, action, objectType: 'cycle', objectId: businessDate };
}
