import { Injectable, Logger } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  serviceActor,
  type Actor,
  type AuditEntry,
  type AuditFacts,
  type Tx,
} from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { obligationAmount, reverseObligation } from '@yiditong/ledger';
import { v7 as uuidv7 } from 'uuid';
import { ObligationRelay } from '../clearing/obligation-relay.service.js';
import { recordObligation } from '../clearing/obligation.store.js';
import { holdOpenCycle } from '../cycle/cycle.store.js';
import { HomeProvinces } from '../routing/home-provinces.service.js';
import { freeFees } from '../visit/fee.store.js';
import { cancelledAnswer, OutcomeService } from './outcome.service.js';
import { decideOutcome, findOutcome } from './outcome.store.js';
import { obligationOf } from './record.service.js';
import type { Cancellation, OperationIntent, Outcome, Settlement } from './settlement.entity.js';
import { advance, NOT_CANCELLED } from './settlement-state.store.js';
import { isUnanswered } from './unanswered.js';
import { decideUnlessBegun, isOwn, lockOriginal, type WithdrawalIntent } from './withdrawal-intent.js';

/** What is settled anew, in the transaction that takes the original back: the lock that comes before the cycle's, and all that is written, fees too. */
export type WriteRemainder = {
  readonly hold: (tx: Tx, original: Settlement) => Promise<void>;
  readonly write: (tx: Tx, businessDate: string, now: Date) => Promise<Settlement>;
};

export type WithdrawalAnswer = ReturnType<typeof cancelledAnswer>;

type Taking = {
  readonly from: 'CANCELLING' | 'RESTORING';
  readonly laterSettlementIds: readonly string[];
  readonly writeRemainder?: WriteRemainder | undefined;
};

/**
 * The steps that a cancellation and a refund share: commit to it here, and when the home province has acknowledged it take the settlement
 * back, or where it came to nothing let it stand again. All run on the person's shard, and each can be run again.
 */
@Injectable()
export class WithdrawalService {
  private readonly logger = new Logger('Withdrawal');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly homes: HomeProvinces,
    private readonly outcomes: OutcomeService,
    private readonly relay: ObligationRelay,
  ) {}

  /**
   * After this commit nothing else can happen to the settlement until the operation has an outcome. Answers the outcome that was decided meanwhile,
   * by a repeat or by giving it up; null where it is still open. Rejects as the state table says.
   */
  async begin(actor: Actor, intent: WithdrawalIntent, reason: string): Promise<Outcome | null> {
    return this.database.transaction(actor, async (tx) => {
      const settlement = await lockOriginal(tx, intent);
      const known = await findOutcome(tx, intent);
      if (known) return known;
      if (isOwn(settlement, intent)) {
        checkGoesOn(settlement, intent);
        return null;
      }
      const { settlementId: cancellationId, messageId: cancellationMessageId } = intent;
      const facts = { cancellationId, cancellationMessageId };
      const marked = await advance(tx, settlement, 'CANCEL', intent.deadlineAt, facts);
      await appendAudit(tx, actor, withdrawalRecord(intent, settlement, { state: marked.state, reason }));
      return null;
    });
  }

  /** The home province takes it back. Answers the later settlements that counted on it. */
  async cancelAtHome(intent: WithdrawalIntent): Promise<readonly string[]> {
    const { laterSettlementIds } = await this.homes.cancel({
      ...intent,
      settlementId: intent.originalSettlementId,
      cancellationId: intent.settlementId,
    });
    return laterSettlementIds;
  }

  /** One short transaction: the outcome, the settlement taken back, its obligation negated in the cycle that is open now, and what remains settled anew. */
  async finish(
    actor: Actor,
    intent: WithdrawalIntent,
    laterSettlementIds: readonly string[],
    writeRemainder?: WriteRemainder,
  ): Promise<WithdrawalAnswer> {
    return cancelledAnswer(await this.taken(actor, intent, { from: 'CANCELLING', laterSettlementIds, writeRemainder }));
  }

  /**
   * Of an operation that comes to nothing: its outcome, as it is decided here unless it was before. Where it had begun, the home province first
   * undoes what it may have done of it. Where it can't any more, because the person has spent what was paid back, the settlement stays
   * cancelled, and nothing is settled anew. Can be run again until it has an outcome.
   */
  async giveUp(intent: WithdrawalIntent, nothing: Outcome): Promise<Outcome> {
    const actor = serviceActor('settlement', intent.treatingProvince);
    const parties = this.outcomes.keyOf(intent);
    const known = await this.database.transaction(actor, async (tx) => {
      const found = await decideUnlessBegun(tx, intent, parties, nothing, this.clock.now());
      if ('decided' in found) return found.decided;
      const marked = await advance(tx, found.begun, 'GIVE_UP', intent.deadlineAt);
      if (marked.state !== found.begun.state)
        await appendAudit(tx, actor, withdrawalRecord(intent, found.begun, { state: marked.state }));
      return null;
    });
    if (known) return known;
    if (await this.undoneAtHome(intent, intent.settlementId)) return this.restore(actor, intent, nothing);
    const { remainderId } = intent;
    if (remainderId) await this.homes.reverse({ ...intent, settlementId: remainderId });
    // The cancellation stands there, and is answered as before.
    const laterSettlementIds = await this.cancelAtHome(intent);
    return this.taken(actor, intent, { from: 'RESTORING', laterSettlementIds });
  }

  /**
   * After the deadline, where nobody carries it on: a cancellation that was begun is carried out, for the home province may have paid back already. A
   * refund isn't, because what it asked for was kept nowhere.
   */
  async resolve(intent: WithdrawalIntent): Promise<void> {
    const actor = serviceActor('settlement', intent.treatingProvince);
    const nothing: Outcome = { outcome: 'NOT_SETTLED', answer: { reason: 'SETTLEMENT_ABANDONED', params: {} } };
    const settlement = await this.database.transaction(actor, (tx) => lockOriginal(tx, intent));
    const isUnderWay = isOwn(settlement, intent) && settlement.state === 'CANCELLING';
    if (intent.kind !== 'CANCEL' || !isUnderWay) return void (await this.giveUp(intent, nothing));
    try {
      await this.finish(actor, intent, await this.cancelAtHome(intent));
    } catch (error) {
      if (!(error instanceof Rejection) || isUnanswered(error.reason)) throw error;
      const { reason, params } = error;
      await this.giveUp(intent, { outcome: 'REFUSED', answer: { reason, params } });
    }
  }

  /**
   * Undoes what the home province did of the operation, what remained and what was taken back for it, both or neither; once per id of who undoes it.
   * False where the person has spent what was paid back, so that under this id it never will.
   */
  async undoneAtHome(intent: WithdrawalIntent, reversalId: string): Promise<boolean> {
    const { originalSettlementId: settlementId, settlementId: cancellationId, remainderId } = intent;
    const remainderSettlementId = remainderId ?? '';
    try {
      await this.homes.reverse({ ...intent, settlementId, cancellationId, remainderSettlementId, reversalId });
      return true;
    } catch (error) {
      if (!(error instanceof Rejection) || error.reason !== 'ACCOUNT_REFUND_SPENT') throw error;
    }
    return false;
  }

  private async taken(
    actor: Actor,
    intent: WithdrawalIntent,
    { from, laterSettlementIds, writeRemainder }: Taking,
  ): Promise<Outcome> {
    const now = this.clock.now();
    const outcome = await this.database.transaction(actor, async (tx) => {
      const settlement = await lockOriginal(tx, intent);
      const standing = await findOutcome(tx, intent);
      if (standing) return standing;
      if (from === 'CANCELLING') checkGoesOn(settlement, intent);
      await writeRemainder?.hold(tx, settlement);
      const businessDate = await holdOpenCycle(tx);
      const taken = await this.takeBack(tx, actor, intent, settlement, { businessDate, laterSettlementIds, now });
      const cancellation = cancellationOf(taken, intent, now);
      const remainder = writeRemainder ? await writeRemainder.write(tx, businessDate, now) : null;
      const { personId, settlementId } = settlement;
      if (!remainder) await freeFees(tx, personId, settlementId);
      const decided: Outcome = remainder
        ? { outcome: 'REFUNDED', answer: { cancellation, remainder } }
        : { outcome: 'CANCELLED', answer: cancellation };
      await decideAlone(tx, this.outcomes.keyOf(intent), decided, now);
      return decided;
    });
    this.relay.nudge();
    this.concludeBehind(intent);
    return outcome;
  }

  private async restore(actor: Actor, intent: WithdrawalIntent, nothing: Outcome): Promise<Outcome> {
    return this.database.transaction(actor, async (tx) => {
      const settlement = await lockOriginal(tx, intent);
      const known = await findOutcome(tx, intent);
      if (known) return known;
      const restored = await advance(tx, settlement, 'RESTORE', intent.deadlineAt, NOT_CANCELLED);
      await decideAlone(tx, this.outcomes.keyOf(intent), nothing, this.clock.now());
      await appendAudit(tx, actor, withdrawalRecord(intent, settlement, { state: restored.state }));
      return nothing;
    });
  }

  private async takeBack(
    tx: Tx,
    actor: Actor,
    intent: WithdrawalIntent,
    settlement: Settlement,
    {
      businessDate,
      laterSettlementIds,
      now,
    }: { businessDate: string; laterSettlementIds: readonly string[]; now: Date },
  ): Promise<Settlement> {
    if (!isOwn(settlement, intent)) throw new Error('a settlement lost its cancellation before that had an outcome');
    const facts = { cancellationBusinessDate: businessDate, cancelledAt: now.toISOString(), laterSettlementIds };
    const taken = await advance(tx, settlement, 'CANCELLED', intent.deadlineAt, facts);
    const obligation = reverseObligation(obligationOf(settlement), {
      obligationId: uuidv7(),
      businessDate,
      operationId: intent.settlementId,
      kind: 'REFUND',
    });
    await recordObligation(tx, settlement.personId, obligation, now);
    const after = { state: taken.state, businessDate, obligationFen: obligationAmount(obligation) };
    await appendAudit(tx, actor, withdrawalRecord(intent, settlement, after));
    return taken;
  }

  private concludeBehind(intent: OperationIntent): void {
    this.outcomes.conclude(intent).catch((error: unknown) => {
      this.logger.warn({ msg: 'left for the worker to conclude', cause: messageOf(error) });
    });
  }
}

/** Under the settlement's lock, with which every outcome of a withdrawal is decided. */
async function decideAlone(...decided: Parameters<typeof decideOutcome>): Promise<void> {
  if (await decideOutcome(...decided)) throw new Error('a withdrawal was decided without the lock of its settlement');
}

/** Where another process gives the operation up, nobody can say yet what becomes of it. */
function checkGoesOn({ state }: Settlement, { deadlineAt }: WithdrawalIntent): void {
  if (state === 'RESTORING') throw new Rejection('OUTCOME_UNKNOWN', { until: deadlineAt.toISOString() });
}

function cancellationOf(settlement: Settlement, intent: WithdrawalIntent, now: Date): Cancellation {
  return {
    cancellationId: intent.settlementId,
    messageId: intent.messageId,
    settlement,
    laterSettlementIds: settlement.laterSettlementIds,
    cancelledAt: now.toISOString(),
  };
}

function withdrawalRecord(intent: WithdrawalIntent, { state }: Settlement, after: AuditFacts): AuditEntry {
  const { treatingProvince: province, originalSettlementId: objectId, personId, settlementId: cancellationId } = intent;
  const action = intent.kind === 'REFUND' ? 'REFUND_SETTLEMENT' : 'CANCEL_SETTLEMENT';
  return {
    province,
    action,
    objectType: 'settlement',
    objectId,
    before: { state },
    after: { ...after, cancellationId, personId },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
