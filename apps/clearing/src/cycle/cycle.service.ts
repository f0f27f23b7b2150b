import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  nationalActor,
  sha256,
  SigningKeys,
  TARGETS,
  type AuditAction,
  type RpcClient,
  type Tx,
} from '@yiditong/chassis';
import { NATION, PROVINCES, Rejection } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import {
  differingCells,
  frontierRoot,
  netsOf,
  sealLeaves,
  sealRoot,
  signedText,
  type CycleSeal,
  type Seal,
} from '@yiditong/ledger';
import { matrixOf } from '../position/matrix.store.js';
import { insertNets } from '../position/position.store.js';
import { wrongCells } from '../position/recount.js';
import { controlTotalsOf, countObligations, countPostings, saveControlTotals } from '../position/recount.store.js';
import { decodeCellTotals } from './cycle.codec.js';
import { StatementRelay } from '../statement/statement-relay.service.js';
import { netsOfCycle } from '../statement/statement.store.js';
import { CYCLE_STATES, STATE_BEFORE, type CloseStage, type Cycle, type CycleState } from './cycle.entity.js';
import { advanceCycle, closeCycle, findCycle, lockChain, markTold, moveChain, saveTotals } from './cycle.store.js';

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
    private readonly keys: SigningKeys,
    @Inject(TARGETS.settlementCycle.token)
    private readonly settlement: RpcClient<settlementV1.SettlementCycleServiceClient>,
    private readonly statements: StatementRelay,
  ) {}

  /**
   * Does what a stage has to do, unless it is done; answers the state that was reached. With a little patience for obligations under way:
   * throws where they are late, and where a stage comes before its turn.
   */
  async take(businessDate: string, stage: CloseStage): Promise<CycleState> {
    for (let waits = MAX_WAITS; waits > 0; waits--) {
      const { state } = await this.get(businessDate);
      const turn = CYCLE_STATES.indexOf(state) - CYCLE_STATES.indexOf(STATE_BEFORE[stage]);
      if (turn < 0) throw new Error(`${stage} of ${businessDate} before its turn`);
      if (turn > 0) return state;
      const after = await this.step(businessDate, stage);
      if (after !== state || stage === 'TELL') return after;
      await sleep(WAIT_MS);
    }
    throw new Error(`obligations of ${businessDate} are still under way`);
  }

  async get(businessDate: string): Promise<Cycle> {
    const cycle = await this.database.transaction(CLEARING, (tx) => findCycle(tx, businessDate));
    if (!cycle) throw new Rejection('CYCLE_NOT_FOUND', { date: businessDate });
    return cycle;
  }

  private async step(businessDate: string, stage: CloseStage): Promise<CycleState> {
    switch (stage) {
      case 'OPEN_NEXT':
        return this.openNext(businessDate);
      case 'SEAL':
        return this.seal(businessDate);
      case 'VERIFY':
        return this.verify(businessDate);
      case 'NET':
        return this.net(businessDate);
      case 'TELL':
        return this.tell(businessDate);
    }
  }

  private async openNext(businessDate: string): Promise<CycleState> {
    await this.settlement.call('openNextCycle', { businessDate }, CLEARING);
    return this.advance(businessDate, 'OPEN', 'SEALING');
  }

  private async seal(businessDate: string): Promise<CycleState> {
    const sealed = await this.settlement.call('sealCycle', { businessDate }, CLEARING, SEAL_DEADLINE_MS);
    const cells = sealed.cells.map(decodeCellTotals);
    return this.advance(businessDate, 'SEALING', 'SEALED', async (tx) => {
      await saveControlTotals(tx, businessDate, cells);
      await saveTotals(tx, businessDate, cells);
    });
  }

  /** Agrees only when settlement counted the same in every cell, and the matrix is what a full recount gives. */
  private async verify(businessDate: string): Promise<CycleState> {
    const agreed = await this.database.transaction(CLEARING, async (tx) => {
      const counted = await countObligations(tx, businessDate);
      if (differingCells(counted, await controlTotalsOf(tx, businessDate)).length > 0) return false;
      const wrong = wrongCells(await matrixOf(tx, businessDate), counted, await countPostings(tx, businessDate));
      if (wrong.length > 0)
        throw new Error(`the matrix of ${businessDate} is not what a recount gives: ${wrong.slice(0, 5).join(', ')}`);
      return true;
    });
    return agreed ? this.advance(businessDate, 'SEALED', 'VERIFIED') : 'SEALED';
  }

  /** Nets the verified matrix, links the cycle to those closed before and signs it. */
  private async net(businessDate: string): Promise<CycleState> {
    return this.database.transaction(CLEARING, async (tx) => {
      const head = await lockChain(tx);
      const cells = (await matrixOf(tx, businessDate)).map((cell) => ({
        ...cell,
        root: frontierRoot(cell.frontier, sha256),
      }));
      const nets = netsOf(
        cells,
        PROVINCES.map(({ code }) => code),
      );
      const cycle = { businessDate, sequence: head.sequence + 1n, previousRoot: head.root, cells, ...nets };
      const seal = this.sign(cycle);
      if (!(await closeCycle(tx, businessDate, seal, this.clock.now()))) return stateOf(tx, businessDate);
      await moveChain(tx, seal);
      await insertNets(tx, businessDate, nets);
      await recordStep(tx, businessDate, 'VERIFIED', 'CLOSED');
      return 'CLOSED';
    });
  }

  /** Puts on its way to every province's events that its statement is there. */
  private async tell(businessDate: string): Promise<CycleState> {
    await this.database.transaction(CLEARING, async (tx) => {
      if (!(await markTold(tx, businessDate, this.clock.now()))) return;
      const cycle = await findCycle(tx, businessDate);
      if (!cycle?.seal || !cycle.closedAt) throw new Error(`cycle ${businessDate} is not closed`);
      const { seal, closedAt } = cycle;
      const { regionNets } = await netsOfCycle(tx, businessDate);
      await this.statements.append(
        tx,
        regionNets.map(({ region, receivableFen, payableFen }) => ({
          province: region,
          businessDate,
          sequence: seal.sequence,
          merkleRoot: seal.root,
          receivableFen,
          payableFen,
          closedAt,
        })),
      );
    });
    this.statements.nudge();
    return 'CLOSED';
  }

  private sign(cycle: CycleSeal): Seal {
    const { businessDate, sequence, previousRoot } = cycle;
    const [root, treeSize] = [sealRoot(cycle, sha256), sealLeaves(cycle).length];
    const signatures = this.keys.signedBy(signedText({ businessDate, sequence, treeSize, root }));
    return { sequence, previousRoot, root, treeSize, signatures };
  }

  /** Writes only if this worker is the one that takes the step. */
  private async advance(
    businessDate: string,
    from: CycleState,
    to: ReachedState,
    write?: (tx: Tx) => Promise<void>,
  ): Promise<CycleState> {
    return this.database.transaction(CLEARING, async (tx) => {
      if (!(await advanceCycle(tx, businessDate, from, to))) return stateOf(tx, businessDate);
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

async function stateOf(tx: Tx, businessDate: string): Promise<CycleState> {
  const cycle = await findCycle(tx, businessDate);
  if (!cycle) throw new Error(`cycle ${businessDate} is gone`);
  return cycle.state;
}

async function recordStep(tx: Tx, businessDate: string, from: CycleState, to: ReachedState): Promise<void> {
  const cycle = await findCycle(tx, businessDate);
  const { obligationCount, amountFen, seal } = cycle ?? {};
  await appendAudit(tx, CLEARING, {
    province: NATION,
    action: ACTION_OF[to],
    objectType: 'cycle',
    objectId: businessDate,
    before: { state: from },
    after: { state: to, obligationCount, amountFen, merkleRoot: seal?.root, sequence: seal?.sequence },
  });
}
