import { Inject, Injectable } from '@nestjs/common';
import { bodyHash, Clock, Database, freeze, thaw, type Actor, type Tx } from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import { OutcomeService, refusalOf, type ReversalAnswer, type ReversalOutcome } from '../settlement/outcome.service.js';
import { decideOutcome, findOutcome } from '../settlement/outcome.store.js';
import { IN_DOUBT_MS } from '../settlement/record.service.js';
import {
  barUnlessReceived,
  claimReverse,
  concludeRequest,
  findRequest,
  type MessageClaim,
  type RequestRow,
} from '../settlement/request.store.js';
import type { OperationIntent, OperationKind, Outcome } from '../settlement/settlement.entity.js';
import { checkSender } from '../settlement/settlement.service.js';
import { isUnanswered } from '../settlement/unanswered.js';
import { isWithdrawal } from '../settlement/withdrawal-intent.js';
import { WithdrawalService } from '../settlement/withdrawal.service.js';
import { isVisitOperationBegun, undoVisitOperation } from '../visit/visit.store.js';
import { ReinstatementService } from './reinstatement.service.js';
import { UndoService } from './undo.service.js';

/** A reversal that was claimed. */
export type ClaimedReversal = MessageClaim & { readonly reversalId: string };

/** What the sender believes of the message that it reverses; null where it doesn't say. */
export type Expected = { readonly personId: string | null; readonly kinds: readonly OperationKind[] | null };
export const ANY_ORIGINAL: Expected = { personId: null, kinds: null };

/** How what an operation did is undone: committed to here, told to the home province, which may refuse, and finished here or kept. */
type Steps = {
  readonly begin: (tx: Tx) => Promise<void>;
  /** Under the lock of what is undone. */
  readonly isBegun: (tx: Tx) => Promise<boolean>;
  readonly undoneAtHome: () => Promise<boolean>;
  readonly finish: () => Promise<void>;
  readonly keep: () => Promise<void>;
};
const nothing = (): Promise<void> => Promise.resolve();
const needless = (): Promise<boolean> => Promise.resolve(true);

/** 冲正: the technical undo of a message whose outcome the hospital doesn't know. Never mixed with cancelling, which is business. */
@Injectable()
export class ReversalService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly outcomes: OutcomeService,
    private readonly withdrawals: WithdrawalService,
    private readonly settlements: UndoService,
    private readonly reinstatements: ReinstatementService,
    @Inject(IN_DOUBT_MS) private readonly inDoubtMs: number,
  ) {}

  /**
   * Undoes what a message did, or sees to it that the message never does anything, even one that hasn't come yet. Rejects with why it can't be
   * undone any more, for ever under this message id: REVERSAL_MISMATCH where the original isn't what the sender believes, or why it must stand; or
   * with OUTCOME_UNKNOWN where the home province can't be told now: the worker then carries on until it can.
   */
  async reverse(
    actor: Actor,
    institutionCode: string,
    messageId: string,
    originalMessageId: string,
    expected: Expected = ANY_ORIGINAL,
  ): Promise<ReversalAnswer> {
    checkSender(actor, institutionCode, messageId);
    checkSender(actor, institutionCode, originalMessageId);
    const claim = this.claimOf(actor, institutionCode, messageId, { originalMessageId, ...expected });
    const first = await this.database.transaction(actor, async (tx) => {
      const claimed = await claimReverse(tx, claim, originalMessageId);
      if (claimed.answer !== null) return claimed;
      if (isExpected(await barUnlessReceived(tx, claim, originalMessageId), expected)) return claimed;
      const answer = freeze({ refused: { reason: 'REVERSAL_MISMATCH', params: {} } } satisfies ReversalOutcome);
      await concludeRequest(tx, claim, claim.receivedAt, answer);
      return { ...claimed, answer };
    });
    if (first.answer !== null) return answerOf(thaw<ReversalOutcome>(first.answer));
    const deadlineAt = claim.deadlineAt.toISOString();
    const outcome = await this.carryOut(actor, { ...claim, reversalId: first.reversalId }, originalMessageId).catch(
      (error: unknown) => {
        // A refusal that stands is an outcome. Whatever else the home province says, the worker carries on.
        throw error instanceof Rejection ? new Rejection('OUTCOME_UNKNOWN', { until: deadlineAt }) : error;
      },
    );
    return answerOf(outcome);
  }

  /** Everything after the claim. Each step can be run again, so that the worker may pick it up after a crash anywhere. */
  async carryOut(actor: Actor, claim: ClaimedReversal, originalMessageId: string): Promise<ReversalOutcome> {
    const { original, known } = await this.database.transaction(actor, async (tx) => ({
      original: await barUnlessReceived(tx, claim, originalMessageId),
      known: (await findRequest(tx, claim.institutionCode, claim.messageId))?.answer ?? null,
    }));
    if (known !== null) return thaw<ReversalOutcome>(known);
    const answer =
      original.kind === 'REVERSE' || original.kind === 'BARRED'
        ? { outcome: 'NOTHING_SETTLED' as const, settlementId: null }
        : await this.undo(actor, { ...original, deadlineAt: claim.deadlineAt }, claim.reversalId);
    await this.outcomes.conclude(claim, freeze(answer));
    return answer;
  }

  private async undo(actor: Actor, original: OperationIntent, reversalId: string): Promise<ReversalOutcome> {
    const done = isDone(await this.givenUp(original));
    const steps = this.stepsOf(actor, original, done, reversalId);
    const refused = done ? await this.refusedOrBegun(actor, original, reversalId, steps) : null;
    if (refused) return { refused: { reason: refused.reason, params: refused.params } };
    if (!(await steps.undoneAtHome())) {
      await steps.keep();
      return { refused: { reason: 'ACCOUNT_REFUND_SPENT', params: {} } };
    }
    await steps.finish();
    await this.outcomes.conclude(original);
    return { outcome: done ? 'REVERSED' : 'NOTHING_SETTLED', settlementId: original.settlementId };
  }

  /**
   * Null where it has begun. Or why it can't, where what keeps it from being undone is another message's: decided under the lock of what it would
   * undo, so that no other copy of the message, however late, begins what was answered as refused.
   */
  private async refusedOrBegun(
    actor: Actor,
    original: OperationIntent,
    reversalId: string,
    { begin, isBegun }: Steps,
  ): Promise<Rejection | null> {
    const key = this.outcomes.keyOf({ ...original, settlementId: reversalId });
    try {
      await this.database.transaction(actor, async (tx) => {
        await begin(tx);
        const decided = await findOutcome(tx, key);
        if (decided) throw refusalOf(decided);
      });
      return null;
    } catch (error) {
      if (!(error instanceof Rejection) || isUnanswered(error.reason)) throw error;
      const refused: Outcome = { outcome: 'REFUSED', answer: { reason: error.reason, params: error.params } };
      return this.database.transaction(actor, async (tx) => {
        if (await isBegun(tx)) return null;
        const decided = await decideOutcome(tx, key, refused, this.clock.now());
        return decided ? refusalOf(decided) : error;
      });
    }
  }

  /** What became of the original, which comes to nothing now unless it was done. */
  private async givenUp(original: OperationIntent): Promise<Outcome> {
    if (!isWithdrawal(original)) return this.outcomes.giveUp(original, 'SETTLEMENT_REVERSED');
    const nothingDone = { reason: 'CANCELLATION_REVERSED' as const, params: {} };
    return this.withdrawals.giveUp(original, { outcome: 'NOT_SETTLED', answer: nothingDone });
  }

  private stepsOf(actor: Actor, original: OperationIntent, done: boolean, reversalId: string): Steps {
    const here = { begin: nothing, isBegun: needless, undoneAtHome: needless, finish: nothing, keep: nothing };
    if (isWithdrawal(original)) {
      if (!done) return here;
      return {
        begin: (tx) => this.reinstatements.begin(tx, actor, original, reversalId),
        isBegun: (tx) => this.reinstatements.isBegun(tx, original, reversalId),
        undoneAtHome: () => this.reinstatements.undoneAtHome(original, reversalId),
        finish: () => this.reinstatements.finish(actor, original, reversalId),
        keep: () => this.reinstatements.keep(actor, original, reversalId),
      };
    }
    if (original.kind === 'VISIT') {
      if (!done) return here;
      return {
        ...here,
        begin: (tx) => undoVisitOperation(tx, actor, original),
        isBegun: (tx) => isVisitOperationBegun(tx, original),
      };
    }
    return {
      ...here,
      begin: (tx) => this.settlements.begin(tx, actor, original),
      isBegun: (tx) => this.settlements.isBegun(tx, original),
      undoneAtHome: () => this.settlements.undoAtHome(original).then(() => true),
      finish: done ? () => this.settlements.finish(actor, original) : nothing,
    };
  }

  private claimOf(actor: Actor, institutionCode: string, messageId: string, body: object): MessageClaim {
    const receivedAt = this.clock.now();
    return {
      institutionCode,
      messageId,
      treatingProvince: provinceOf(actor.region),
      bodyHash: bodyHash(body),
      receivedAt,
      deadlineAt: new Date(receivedAt.getTime() + this.inDoubtMs),
    };
  }
}

/** One that hasn't come yet is what anybody believes of it. */
function isExpected(original: RequestRow, { personId, kinds }: Expected): boolean {
  if (original.kind === 'REVERSE' || original.kind === 'BARRED') return true;
  return (personId === null || personId === original.personId) && (kinds === null || kinds.includes(original.kind));
}

function isDone({ outcome }: Outcome): boolean {
  return outcome !== 'REFUSED' && outcome !== 'NOT_SETTLED';
}

function answerOf(outcome: ReversalOutcome): ReversalAnswer {
  if ('refused' in outcome) throw new Rejection(outcome.refused.reason, outcome.refused.params);
  return outcome;
}
