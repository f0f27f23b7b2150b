import { Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, type Actor, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { obligationAmount, type Obligation } from '@yiditong/ledger';
import { v7 as uuidv7 } from 'uuid';
import { ObligationRelay } from '../clearing/obligation-relay.service.js';
import { recordObligation } from '../clearing/obligation.store.js';
import { holdOpenCycle } from '../cycle/cycle.store.js';
import { obligationOf } from '../settlement/record.service.js';
import { OutcomeService } from '../settlement/outcome.service.js';
import { decideOutcome } from '../settlement/outcome.store.js';
import type { Outcome, Settlement } from '../settlement/settlement.entity.js';
import { advance, NOT_CANCELLED } from '../settlement/settlement-state.store.js';
import { lockSettlement } from '../settlement/settlement.store.js';
import { maySettlementStandAgain } from '../settlement/stay-parts.js';
import { lockVisitPlace } from '../settlement/visit-place.store.js';
import { isOwn, type WithdrawalIntent } from '../settlement/withdrawal-intent.js';
import { WithdrawalService } from '../settlement/withdrawal.service.js';
import { freeFees, retakeFees } from '../visit/fee.store.js';
import { returnFees } from '../visit/refunded-fees.store.js';
import { reversalRecord, reversedIn } from './undo.service.js';

const SPENT: Outcome = { outcome: 'REFUSED', answer: { reason: 'ACCOUNT_REFUND_SPENT', params: {} } };

/** 冲正 of a cancellation or refund that was done: the settlement stands again, and what a refund had left is gone. Every step can be run again. */
@Injectable()
export class ReinstatementService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly outcomes: OutcomeService,
    private readonly withdrawals: WithdrawalService,
    private readonly relay: ObligationRelay,
  ) {}

  /**
   * After this commit the settlement will stand again, whatever fails, unless the home province refuses it. Rejects with CANCELLATION_SUPERSEDED
   * where the visit was settled anew meanwhile, or as the state table says of what the refund had left.
   */
  async begin(tx: Tx, actor: Actor, intent: WithdrawalIntent, reinstatementId: string): Promise<void> {
    const settlement = await lockSettlement(tx, intent.personId, intent.originalSettlementId);
    if (!settlement || isBegunOf(settlement, intent, reinstatementId)) return;
    if (settlement.reinstatementId !== null)
      throw new Rejection('SETTLEMENT_BUSY', { until: intent.deadlineAt.toISOString() });
    const remainder = await remainderOf(tx, intent);
    const standing = await lockVisitPlace(tx, settlement);
    // Before the original, whose place it holds.
    if (remainder) await this.beginUndo(tx, actor, intent, remainder);
    const others = standing.filter(({ settlementId }) => settlementId !== remainder?.settlementId);
    if (!maySettlementStandAgain(settlement, others)) throw new Rejection('CANCELLATION_SUPERSEDED');
    const { state } = await advance(tx, settlement, 'REINSTATE', intent.deadlineAt, { reinstatementId });
    if (!remainder) await retakeFees(tx, settlement);
    await appendAudit(tx, actor, reversalRecord(keyOf(intent, settlement), settlement.state, { state }));
  }

  /** Whether {@link begin} has done its work, under its lock. */
  async isBegun(tx: Tx, intent: WithdrawalIntent, reinstatementId: string): Promise<boolean> {
    const settlement = await lockSettlement(tx, intent.personId, intent.originalSettlementId);
    return !settlement || isBegunOf(settlement, intent, reinstatementId);
  }

  /** False where the home province refuses it for good, as it will each time under the reversal's id. */
  async undoneAtHome(intent: WithdrawalIntent, reversalId: string): Promise<boolean> {
    return this.withdrawals.undoneAtHome(intent, reversalId);
  }

  /** Of one that the home province refused: the settlement stays cancelled, what the refund had left stands, and the reversal is refused for ever. */
  async keep(actor: Actor, intent: WithdrawalIntent, reinstatementId: string): Promise<void> {
    await this.database.transaction(actor, async (tx) => {
      const settlement = await lockSettlement(tx, intent.personId, intent.originalSettlementId);
      if (settlement?.reinstatementId !== reinstatementId) return;
      const remainder = await remainderOf(tx, intent);
      for (const kept of remainder ? [settlement, remainder] : [settlement]) {
        const { state } = await advance(tx, kept, 'KEEP', intent.deadlineAt, { reinstatementId: null });
        await appendAudit(tx, actor, reversalRecord(keyOf(intent, kept), kept.state, { state }));
      }
      if (!remainder) await freeFees(tx, intent.personId, settlement.settlementId);
      const key = this.outcomes.keyOf({ ...intent, settlementId: reinstatementId });
      await decideOutcome(tx, key, SPENT, this.clock.now());
    });
  }

  /** The negation of the refund's obligation in the cycle that is open now. */
  async finish(actor: Actor, intent: WithdrawalIntent, reinstatementId: string): Promise<void> {
    await this.database.transaction(actor, async (tx) => {
      const settlement = await lockSettlement(tx, intent.personId, intent.originalSettlementId);
      if (settlement?.reinstatementId !== reinstatementId) return;
      const remainder = await remainderOf(tx, intent);
      const [now, businessDate] = [this.clock.now(), await holdOpenCycle(tx)];
      if (remainder) {
        const after = await reversedIn(tx, remainder, businessDate, intent.deadlineAt, now);
        await appendAudit(tx, actor, reversalRecord(keyOf(intent, remainder), remainder.state, after));
        const { personId, originalSettlementId: fromSettlementId, settlementId: operationId } = intent;
        await returnFees(tx, { personId, fromSettlementId, toSettlementId: remainder.settlementId, operationId });
      }
      const facts = { ...NOT_CANCELLED, reinstatementId: null, reinstatedAt: now.toISOString() };
      const { state } = await advance(tx, settlement, 'REINSTATED', intent.deadlineAt, facts);
      const obligation = reinstated(settlement, intent, businessDate);
      await recordObligation(tx, settlement.personId, obligation, now);
      const after = { state, businessDate, obligationFen: obligationAmount(obligation) };
      await appendAudit(tx, actor, reversalRecord(keyOf(intent, settlement), settlement.state, after));
    });
    this.relay.nudge();
  }

  private async beginUndo(tx: Tx, actor: Actor, intent: WithdrawalIntent, remainder: Settlement): Promise<void> {
    const marked = await advance(tx, remainder, 'REVERSE', intent.deadlineAt);
    await appendAudit(tx, actor, reversalRecord(keyOf(intent, remainder), remainder.state, { state: marked.state }));
  }
}

/** One that isn't its own any more was undone by another reversal. */
function isBegunOf(settlement: Settlement, intent: WithdrawalIntent, reinstatementId: string): boolean {
  return !isOwn(settlement, intent) || settlement.reinstatementId === reinstatementId;
}

/** Null of a cancellation, and of a refund of all lines. */
async function remainderOf(tx: Tx, { personId, remainderId }: WithdrawalIntent): Promise<Settlement | null> {
  return remainderId ? lockSettlement(tx, personId, remainderId) : null;
}

function reinstated(settlement: Settlement, intent: WithdrawalIntent, businessDate: string): Obligation {
  const identity = { obligationId: uuidv7(), operationId: intent.settlementId, kind: 'REINSTATEMENT' as const };
  return { ...obligationOf(settlement), ...identity, businessDate };
}

function keyOf({ treatingProvince }: WithdrawalIntent, { personId, settlementId }: Settlement) {
  return { treatingProvince, personId, settlementId };
}
