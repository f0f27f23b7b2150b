import { Inject, Injectable } from '@nestjs/common';
import {
  appendAudit,
  bodyHash,
  Clock,
  Database,
  freeze,
  thaw,
  type Actor,
  type AuditEntry,
  type AuditFacts,
} from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import { obligationAmount, reverseObligation } from '@yiditong/ledger';
import { v7 as uuidv7 } from 'uuid';
import { ObligationRelay } from '../clearing/obligation-relay.service.js';
import { recordObligation } from '../clearing/obligation.store.js';
import { holdOpenCycle } from '../cycle/cycle.store.js';
import { FactsService } from '../settlement/facts.service.js';
import { OutcomeService } from '../settlement/outcome.service.js';
import { barUnlessReceived, claimReverse, type MessageClaim } from '../settlement/request.store.js';
import type { SettleIntent, Settlement, SettlementState } from '../settlement/settlement.entity.js';
import { IN_DOUBT_MS, obligationOf } from '../settlement/record.service.js';
import { checkSender } from '../settlement/settlement.service.js';
import { lockSettlement, updateState } from '../settlement/settlement.store.js';

export type ReversalAnswer = { readonly outcome: 'REVERSED' | 'NOTHING_SETTLED'; readonly settlementId: string | null };

/** 冲正: the technical undo of a message whose outcome the hospital doesn't know. Never mixed with cancelling, which is business. */
@Injectable()
export class ReversalService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly facts: FactsService,
    private readonly outcomes: OutcomeService,
    private readonly relay: ObligationRelay,
    @Inject(IN_DOUBT_MS) private readonly inDoubtMs: number,
  ) {}

  /**
   * Undoes a message's settlement, or sees to it that the message never settles, even one that hasn't come yet. Rejects
   * with OUTCOME_UNKNOWN where the home province can't be told now; the worker then carries on until it can.
   */
  async reverse(
    actor: Actor,
    institutionCode: string,
    messageId: string,
    originalMessageId: string,
  ): Promise<ReversalAnswer> {
    checkSender(actor, institutionCode, messageId);
    checkSender(actor, institutionCode, originalMessageId);
    const claim = this.claimOf(actor, institutionCode, messageId, originalMessageId);
    const first = await this.database.transaction(actor, (tx) => claimReverse(tx, claim, originalMessageId));
    if (first.answer !== null) return thaw(first.answer);
    try {
      return await this.carryOut(actor, claim, originalMessageId);
    } catch (error) {
      const unanswered = error instanceof Rejection && error.reason === 'SERVICE_UNAVAILABLE';
      throw unanswered ? new Rejection('OUTCOME_UNKNOWN', { until: claim.deadlineAt.toISOString() }) : error;
    }
  }

  /** Everything after the claim. Each step can be run again, so that the worker may pick it up after a crash anywhere. */
  async carryOut(actor: Actor, claim: MessageClaim, originalMessageId: string): Promise<ReversalAnswer> {
    const original = await this.database.transaction(actor, (tx) => barUnlessReceived(tx, claim, originalMessageId));
    const answer =
      original.kind === 'SETTLE'
        ? await this.undo(actor, original)
        : { outcome: 'NOTHING_SETTLED' as const, settlementId: null };
    await this.outcomes.conclude(claim, freeze(answer));
    return answer;
  }

  private async undo(actor: Actor, original: SettleIntent): Promise<ReversalAnswer> {
    const outcome = await this.outcomes.giveUp(original, 'SETTLEMENT_REVERSED');
    if (outcome.outcome === 'SETTLED') await this.markReversing(actor, original);
    await this.facts.reverse(original);
    if (outcome.outcome === 'SETTLED') await this.finish(actor, original);
    await this.outcomes.conclude(original);
    return {
      outcome: outcome.outcome === 'SETTLED' ? 'REVERSED' : 'NOTHING_SETTLED',
      settlementId: original.settlementId,
    };
  }

  /** After this commit the settlement will be reversed, whatever fails. */
  private async markReversing(actor: Actor, original: SettleIntent): Promise<void> {
    await this.database.transaction(actor, async (tx) => {
      const settlement = await lockSettlement(tx, original.personId, original.settlementId);
      if (settlement?.state !== 'SETTLED') return;
      await updateState(tx, original, 'REVERSING', null);
      await appendAudit(tx, actor, reversalRecord(original, 'SETTLED', { state: 'REVERSING' }));
    });
  }

  /** A negative obligation in the cycle that is open now, linked to the original (art. 42); closed cycles never change. */
  private async finish(actor: Actor, original: SettleIntent): Promise<void> {
    await this.database.transaction(actor, async (tx) => {
      const settlement = await lockSettlement(tx, original.personId, original.settlementId);
      if (settlement?.state !== 'REVERSING') return;
      const businessDate = await holdOpenCycle(tx);
      await updateState(tx, original, 'REVERSED', businessDate);
      const obligation = negated(settlement, businessDate);
      await recordObligation(tx, settlement.personId, obligation, this.clock.now());
      const after = { state: 'REVERSED', businessDate, obligationFen: obligationAmount(obligation) };
      await appendAudit(tx, actor, reversalRecord(original, 'REVERSING', after));
    });
    this.relay.nudge();
  }

  private claimOf(actor: Actor, institutionCode: string, messageId: string, originalMessageId: string): MessageClaim {
    const receivedAt = this.clock.now();
    return {
      institutionCode,
      messageId,
      treatingProvince: provinceOf(actor.region),
      bodyHash: bodyHash({ originalMessageId }),
      receivedAt,
      deadlineAt: new Date(receivedAt.getTime() + this.inDoubtMs),
    };
  }
}

function negated(settlement: Settlement, businessDate: string) {
  return reverseObligation(obligationOf(settlement), { obligationId: uuidv7(), businessDate });
}

function reversalRecord(original: SettleIntent, state: SettlementState, after: AuditFacts): AuditEntry {
  const { treatingProvince: province, settlementId, personId } = original;
  const object = { objectType: 'settlement', objectId: settlementId };
  return { province, action: 'REVERSE_SETTLEMENT', ...object, before: { state }, after: { ...after, personId } };
}
