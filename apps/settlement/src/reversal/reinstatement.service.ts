import { Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, type Actor, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { obligationAmount, type Obligation } from '@yiditong/ledger';
import { v7 as uuidv7 } from 'uuid';
import { ObligationRelay } from '../clearing/obligation-relay.service.js';
import { recordObligation } from '../clearing/obligation.store.js';
import { holdOpenCycle } from '../cycle/cycle.store.js';
import { obligationOf } from '../settlement/record.service.js';
import type { Settlement } from '../settlement/settlement.entity.js';
import { advance, NOT_CANCELLED } from '../settlement/settlement-state.store.js';
import { lockSettlement, settledAnewSince } from '../settlement/settlement.store.js';
import { isOwn, WithdrawalService, type WithdrawalIntent } from '../settlement/withdrawal.service.js';
import { moveFees, retakeFees } from '../visit/fee.store.js';
import { reversalRecord, reversedIn } from './undo.service.js';

/** 冲正 of a cancellation or refund that was done: the settlement stands again, and what a refund had left is gone. Every step can be run again. */
@Injectable()
export class ReinstatementService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly withdrawals: WithdrawalService,
    private readonly relay: ObligationRelay,
  ) {}

  /**
   * After this commit the settlement will stand again, whatever fails. Rejects with CANCELLATION_SUPERSEDED where the visit was settled
   * anew meanwhile, or as the state table says of what the refund had left.
   */
  async begin(actor: Actor, intent: WithdrawalIntent): Promise<void> {
    await this.database.transaction(actor, async (tx) => {
      const settlement = await lockSettlement(tx, intent.personId, intent.originalSettlementId);
      if (!settlement || !isOwn(settlement, intent) || settlement.state === 'REINSTATING') return;
      if (await settledAnewSince(tx, settlement)) throw new Rejection('CANCELLATION_SUPERSEDED');
      const remainder = await remainderOf(tx, intent);
      // Before the original, whose place it holds.
      if (remainder) await this.beginUndo(tx, actor, intent, remainder);
      const marked = await advance(tx, settlement, 'REINSTATE', intent.deadlineAt);
      if (!remainder) await retakeFees(tx, intent.personId, settlement.settlementId);
      await appendAudit(
        tx,
        actor,
        reversalRecord(keyOf(intent, settlement), settlement.state, { state: marked.state }),
      );
    });
  }

  /** Of one that came to nothing. */
  async restore(intent: WithdrawalIntent): Promise<void> {
    await this.withdrawals.restore(intent);
  }

  async undoAtHome(intent: WithdrawalIntent): Promise<void> {
    await this.withdrawals.undoAtHome(intent);
  }

  /** The negation of the refund's obligation in the cycle that is open now. */
  async finish(actor: Actor, intent: WithdrawalIntent): Promise<void> {
    await this.database.transaction(actor, async (tx) => {
      const settlement = await lockSettlement(tx, intent.personId, intent.originalSettlementId);
      if (settlement?.state !== 'REINSTATING' || !isOwn(settlement, intent)) return;
      const remainder = await remainderOf(tx, intent);
      const [now, businessDate] = [this.clock.now(), await holdOpenCycle(tx)];
      if (remainder) {
        const after = await reversedIn(tx, remainder, businessDate, intent.deadlineAt, now);
        await appendAudit(tx, actor, reversalRecord(keyOf(intent, remainder), remainder.state, after));
      }
      const { state } = await advance(tx, settlement, 'REINSTATED', intent.deadlineAt, NOT_CANCELLED);
      const obligation = reinstated(settlement, intent, businessDate);
      await recordObligation(tx, settlement.personId, obligation, now);
      const after = { state, businessDate, obligationFen: obligationAmount(obligation) };
      await appendAudit(tx, actor, reversalRecord(keyOf(intent, settlement), settlement.state, after));
    });
    this.relay.nudge();
  }

  private async beginUndo(tx: Tx, actor: Actor, intent: WithdrawalIntent, remainder: Settlement): Promise<void> {
    const marked = await advance(tx, remainder, 'REVERSE', intent.deadlineAt);
    await moveFees(tx, intent.personId, remainder.settlementId, intent.originalSettlementId);
    await appendAudit(tx, actor, reversalRecord(keyOf(intent, remainder), remainder.state, { state: marked.state }));
  }
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
