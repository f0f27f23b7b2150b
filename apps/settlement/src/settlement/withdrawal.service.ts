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
import { freeFees, moveFees } from '../visit/fee.store.js';
import { cancelledAnswer, OutcomeService, refusalOf } from './outcome.service.js';
import { decideOutcome, findOutcome } from './outcome.store.js';
import { obligationOf } from './record.service.js';
import type { Cancellation, OperationIntent, Outcome, Settlement } from './settlement.entity.js';
import { advance, NOT_CANCELLED } from './settlement-state.store.js';
import { lockSettlement } from './settlement.store.js';

/** An intent that takes a settlement back. */
export type WithdrawalIntent = OperationIntent & { readonly originalSettlementId: string };

/** What is settled anew, written in the transaction that takes the original back. */
export type WriteRemainder = (tx: Tx, businessDate: string, now: Date) => Promise<Settlement>;

export type WithdrawalAnswer = ReturnType<typeof cancelledAnswer>;

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
   * After this commit nothing else can happen to the settlement until the operation has an outcome. The settlement is locked before the outcome is
   * looked for: who gives the operation up meanwhile finds the mark afterwards and takes it away. Answers the outcome that was decided meanwhile, by
   * a repeat or by giving it up; null where it is still open. Rejects as the state table says.
   */
  async begin(actor: Actor, intent: WithdrawalIntent, reason: string): Promise<Outcome | null> {
    return this.database.transaction(actor, async (tx) => {
      const settlement = await locked(tx, intent);
      const known = await findOutcome(tx, intent);
      if (known || isOwn(settlement, intent)) return known;
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
    const now = this.clock.now();
    const outcome = await this.database.transaction(actor, async (tx) => {
      const settlement = await locked(tx, intent);
      const standing = await findOutcome(tx, intent);
      if (standing) return standing;
      const businessDate = await holdOpenCycle(tx);
      const taken = await this.takeBack(tx, actor, intent, settlement, { businessDate, laterSettlementIds, now });
      const cancellation = cancellationOf(taken, intent, now);
      const remainder = writeRemainder ? await writeRemainder(tx, businessDate, now) : null;
      const { personId, settlementId } = settlement;
      if (remainder) await moveFees(tx, personId, settlementId, remainder.settlementId);
      else await freeFees(tx, personId, settlementId);
      const decided: Outcome = remainder
        ? { outcome: 'REFUNDED', answer: { cancellation, remainder } }
        : { outcome: 'CANCELLED', answer: cancellation };
      const before = await decideOutcome(tx, this.outcomes.keyOf(intent), decided, now);
      // Given up at this very moment: what was written above must not stand.
      if (before) throw refusalOf(before);
      return decided;
    });
    this.relay.nudge();
    this.concludeBehind(intent);
    return cancelledAnswer(outcome);
  }

  /**
   * Refuses the operation for ever, here first, and where it had begun lets the settlement stand again, now or by the worker at the
   * deadline.
   */
  async refuse(intent: WithdrawalIntent, rejection: Rejection, begun: boolean): Promise<Outcome> {
    const outcome = await this.outcomes.refuse(intent, rejection);
    if (outcome.outcome === 'CANCELLED' || outcome.outcome === 'REFUNDED') return outcome;
    try {
      if (begun) await this.restore(intent);
      this.concludeBehind(intent);
    } catch (error) {
      this.logger.warn({ msg: 'left for the worker to undo', cause: messageOf(error) });
    }
    return outcome;
  }

  /**
   * Of an operation that has come to nothing: what it may have done at the home province is undone, and the settlement stands again. Where it never
   * got so far as to mark the settlement, its ids are barred there all the same, for a late one of its own calls.
   */
  async restore(intent: WithdrawalIntent): Promise<void> {
    await this.undoAtHome(intent);
    const actor = serviceActor('settlement', intent.treatingProvince);
    await this.database.transaction(actor, async (tx) => {
      const settlement = await locked(tx, intent);
      if (!isOwn(settlement, intent)) return;
      const restored = await advance(tx, settlement, 'RESTORE', intent.deadlineAt, NOT_CANCELLED);
      await appendAudit(tx, actor, withdrawalRecord(intent, settlement, { state: restored.state }));
    });
  }

  /** What remained first, then what was taken back for it: so the home province's totals are at no time more than they were. */
  async undoAtHome(intent: WithdrawalIntent): Promise<void> {
    const { remainderId, originalSettlementId, settlementId: cancellationId } = intent;
    if (remainderId) await this.homes.reverse({ ...intent, settlementId: remainderId, cancellationId: '' });
    await this.homes.reverse({ ...intent, settlementId: originalSettlementId, cancellationId });
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

export function isWithdrawal(intent: OperationIntent): intent is WithdrawalIntent {
  return intent.originalSettlementId !== null;
}

/** Whether it is this operation that takes, or took, the settlement back. */
export function isOwn(settlement: Settlement, intent: WithdrawalIntent): boolean {
  return settlement.cancellationId === intent.settlementId;
}

async function locked(tx: Tx, intent: WithdrawalIntent): Promise<Settlement> {
  const settlement = await lockSettlement(tx, intent.personId, intent.originalSettlementId);
  if (!settlement) throw new Rejection('SETTLEMENT_NOT_FOUND');
  return settlement;
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
