import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock, Database, nationalActor, nextDay } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { merkleRoot } from '@yiditong/ledger';
import { sha256 } from '../clearing/obligation.store.js';
import { cycleAfter, obligationsOfCycle, openCycle, openCycles, sealCycle } from './cycle.store.js';

/** What clearing compares its own books with before it nets a cycle. */
export type ControlTotals = {
  readonly obligationCount: bigint;
  readonly amountFen: bigint;
  readonly merkleRoot: string;
};

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
      await openCycle(tx, today, this.clock.now());
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
      await openCycle(tx, next, this.clock.now());
      return next;
    });
  }

  /** Rejects with CYCLE_NEXT_NOT_OPEN: live traffic must have somewhere to go. */
  async seal(businessDate: string): Promise<ControlTotals> {
    await this.database.transaction(CLEARING, async (tx) => {
      if (!(await cycleAfter(tx, businessDate))) throw new Rejection('CYCLE_NEXT_NOT_OPEN', { date: businessDate });
      await sealCycle(tx, businessDate, this.clock.now());
    });
    const obligations = await this.database.transaction(CLEARING, (tx) => obligationsOfCycle(tx, businessDate));
    return {
      obligationCount: BigInt(obligations.length),
      amountFen: obligations.reduce((sum, { amountFen }) => sum + BigInt(amountFen), 0n),
      merkleRoot: Buffer.from(
        merkleRoot(
          obligations.map(({ leafHash }) => leafHash),
          sha256,
        ),
      ).toString('hex'),
    };
  }
}
