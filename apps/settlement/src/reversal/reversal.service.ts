import { Inject, Injectable } from '@nestjs/common';
import { bodyHash, Clock, Database, freeze, thaw, type Actor } from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import { OutcomeService, type ReversalAnswer, type ReversalOutcome } from '../settlement/outcome.service.js';
import { IN_DOUBT_MS } from '../settlement/record.service.js';
import { barUnlessReceived, claimReverse, type MessageClaim } from '../settlement/request.store.js';
import type { OperationIntent, Outcome } from '../settlement/settlement.entity.js';
import { checkSender } from '../settlement/settlement.service.js';
import { isUnanswered } from '../settlement/unanswered.js';
import { isWithdrawal } from '../settlement/withdrawal.service.js';
import { undoVisitOperation } from '../visit/visit.store.js';
import { ReinstatementService } from './reinstatement.service.js';
import { UndoService } from './undo.service.js';

/** How what an operation did is undone: committed to here, told to the home province, finished here. */
type Steps = {
  readonly begin: () => Promise<void>;
  readonly atHome: () => Promise<void>;
  readonly finish: () => Promise<void>;
};
const nothing = (): Promise<void> => Promise.resolve();

/** 冲正: the technical undo of a message whose outcome the hospital doesn't know. Never mixed with cancelling, which is business. */
@Injectable()
export class ReversalService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly outcomes: OutcomeService,
    private readonly settlements: UndoService,
    private readonly reinstatements: ReinstatementService,
    @Inject(IN_DOUBT_MS) private readonly inDoubtMs: number,
  ) {}

  /**
   * Undoes what a message did, or sees to it that the message never does anything, even one that hasn't come yet. Rejects with why it can't be
   * undone any more, for ever under this message id; or with OUTCOME_UNKNOWN where the home province can't be told now: the worker then
   * carries on until it can.
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
    if (first.answer !== null) return answerOf(thaw<ReversalOutcome>(first.answer));
    try {
      return answerOf(await this.carryOut(actor, claim, originalMessageId));
    } catch (error) {
      const unanswered = error instanceof Rejection && isUnanswered(error.reason);
      throw unanswered ? new Rejection('OUTCOME_UNKNOWN', { until: claim.deadlineAt.toISOString() }) : error;
    }
  }

  /** Everything after the claim. Each step can be run again, so that the worker may pick it up after a crash anywhere. */
  async carryOut(actor: Actor, claim: MessageClaim, originalMessageId: string): Promise<ReversalOutcome> {
    const original = await this.database.transaction(actor, (tx) => barUnlessReceived(tx, claim, originalMessageId));
    const answer =
      original.kind === 'REVERSE' || original.kind === 'BARRED'
        ? { outcome: 'NOTHING_SETTLED' as const, settlementId: null }
        : await this.undo(actor, { ...original, deadlineAt: claim.deadlineAt });
    await this.outcomes.conclude(claim, freeze(answer));
    return answer;
  }

  private async undo(actor: Actor, original: OperationIntent): Promise<ReversalOutcome> {
    const reason = isWithdrawal(original) ? 'CANCELLATION_REVERSED' : 'SETTLEMENT_REVERSED';
    const outcome = await this.outcomes.giveUp(original, reason);
    const done = isDone(outcome);
    const steps = this.stepsOf(actor, original, done);
    try {
      await steps.begin();
    } catch (error) {
      // Nothing has happened yet, and nothing will: what keeps it from being undone is another message's.
      if (error instanceof Rejection && !isUnanswered(error.reason))
        return { refused: { reason: error.reason, params: error.params } };
      throw error;
    }
    await steps.atHome();
    await steps.finish();
    await this.outcomes.conclude(original);
    return { outcome: done ? 'REVERSED' : 'NOTHING_SETTLED', settlementId: original.settlementId };
  }

  private stepsOf(actor: Actor, original: OperationIntent, done: boolean): Steps {
    if (isWithdrawal(original))
      return {
        begin: done ? () => this.reinstatements.begin(actor, original) : nothing,
        atHome: () => (done ? this.reinstatements.undoAtHome(original) : this.reinstatements.restore(original)),
        finish: done ? () => this.reinstatements.finish(actor, original) : nothing,
      };
    if (original.kind === 'VISIT')
      return {
        begin: done ? () => this.database.transaction(actor, (tx) => undoVisitOperation(tx, original)) : nothing,
        atHome: nothing,
        finish: nothing,
      };
    return {
      begin: done ? () => this.settlements.begin(actor, original) : nothing,
      atHome: () => this.settlements.undoAtHome(original),
      finish: done ? () => this.settlements.finish(actor, original) : nothing,
    };
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

function isDone({ outcome }: Outcome): boolean {
  return outcome !== 'REFUSED' && outcome !== 'NOT_SETTLED';
}

function answerOf(outcome: ReversalOutcome): ReversalAnswer {
  if ('refused' in outcome) throw new Rejection(outcome.refused.reason, outcome.refused.params);
  return outcome;
}
