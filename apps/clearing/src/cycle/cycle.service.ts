import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  nationalActor,
  sha256,
  TARGETS,
  type AuditAction,
  type RpcClient,
  type Tx,
} from '@yiditong/chassis';
import { NATION, Rejection } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { controlTotals, totalsAgree } from '@yiditong/ledger';
import { fen } from '@yiditong/money';
import { netTheCycle, recountMatches } from '../position/position.store.js';
import type { Cycle, CycleState } from './cycle.entity.js';
import { advanceCycle, findCycle, obligationsOfCycle, saveControlTotals } from './cycle.store.js';

const CLEARING = nationalActor('close');
/** The relay delivers within moments; what takes longer is rung for again. */
const WAIT_MS = 100;
const MAX_WAITS = 50;
/** Sealing waits for transactions in flight, which end within their own time limits. */
const SEAL_DEADLINE_MS = 20_000;

type ReachedState = Exclude<CycleState, 'OPEN'>;

/**
 * The nightly close (日终关账), a step at a time. Every step is one transaction that moves the state on by one, so that a worker
 * killed anywhere can be followed by another, and two at once do no harm. docs/clearing-cycle.md tells the story.
 */
@Injectable()
export class CycleService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(TARGETS.settlementCycle.token)
    private readonly settlement: RpcClient<settlementV1.SettlementCycleServiceClient>,
  ) {}

  /** Takes as many steps as can be taken, with a little patience for obligations under way; answers the state reached. */
  async close(businessDate: string): Promise<CycleState> {
    let waits = MAX_WAITS;
    for (;;) {
      const before = (await this.get(businessDate)).state;
      const after = await this.step(businessDate, before);
      if (after === 'CLOSED' || (after === before && waits === 0)) return after;
      if (after === before) {
        waits--;
        await sleep(WAIT_MS);
      }
    }
  }

  async get(businessDate: string): Promise<Cycle> {
    const cycle = await this.database.transaction(CLEARING, (tx) => findCycle(tx, businessDate));
    if (!cycle) throw new Rejection('CYCLE_NOT_FOUND', { date: businessDate });
    return cycle;
  }

  private async step(businessDate: string, state: CycleState): Promise<CycleState> {
    switch (state) {
      case 'OPEN':
        return this.openNext(businessDate);
      case 'SEALING':
        return this.seal(businessDate);
      case 'SEALED':
        return this.verify(businessDate);
      case 'VERIFIED':
        return this.net(businessDate);
      case 'CLOSED':
        return 'CLOSED';
    }
  }

  private async openNext(businessDate: string): Promise<CycleState> {
    await this.settlement.call('openNextCycle', { businessDate }, CLEARING);
    return this.advance(businessDate, 'OPEN', 'SEALING');
  }

  private async seal(businessDate: string): Promise<CycleState> {
    const sealed = await this.settlement.call('sealCycle', { businessDate }, CLEARING, SEAL_DEADLINE_MS);
    const totals = { ...sealed, amountFen: fen(sealed.amountFen) };
    return this.advance(businessDate, 'SEALING', 'SEALED', (tx) => saveControlTotals(tx, businessDate, totals));
  }

  /** Agrees only when count, sum and Merkle root are settlement's, and the matrix is what a full recount gives. */
  private async verify(businessDate: string): Promise<CycleState> {
    const expected = await this.get(businessDate);
    const agreed = await this.database.transaction(CLEARING, async (tx) => {
      const own = controlTotals(await obligationsOfCycle(tx, businessDate), sha256);
      if (!totalsAgree(own, expected)) return false;
      if (!(await recountMatches(tx, businessDate)))
        throw new Error(`the position matrix of ${businessDate} is not what a recount gives`);
      return true;
    });
    return agreed ? this.advance(businessDate, 'SEALED', 'VERIFIED') : 'SEALED';
  }

  private async net(businessDate: string): Promise<CycleState> {
    return this.advance(businessDate, 'VERIFIED', 'CLOSED', (tx) => netTheCycle(tx, businessDate));
  }

  /** Writes only if this worker is the one that takes the step. */
  private async advance(
    businessDate: string,
    from: CycleState,
    to: ReachedState,
    write?: (tx: Tx) => Promise<void>,
  ): Promise<CycleState> {
    return this.database.transaction(CLEARING, async (tx) => {
      const taken = await advanceCycle(tx, businessDate, from, to, this.clock.now());
      if (!taken) return (await findCycle(tx, businessDate))?.state ?? from;
      await write?.(tx);
      await recordStep(tx, businessDate, from, to);
      return to;
    });
  }
}

const ACTION_OF: Record<ReachedState, AuditAction> = {
  SEALING: 'BEGIN_SEAL',
  SEALED: 'SEAL_CYCLE',
  VERIFIED: 'VERIFY_CYCLE',
  CLOSED: 'CLOSE_CYCLE',
};

async function recordStep(tx: Tx, businessDate: string, from: CycleState, to: ReachedState): Promise<void> {
  const cycle = await findCycle(tx, businessDate);
  const { obligationCount, amountFen, merkleRoot } = cycle ?? {};
  await appendAudit(tx, CLEARING, {
    province: NATION,
    action: ACTION_OF[to],
    objectType: 'cycle',
    objectId: businessDate,
    before: { state: from },
    after: { state: to, obligationCount, amountFen, merkleRoot },
  });
}
