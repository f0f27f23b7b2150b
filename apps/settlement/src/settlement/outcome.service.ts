import { Injectable } from '@nestjs/common';
import { Clock, Database, serviceActor, thaw, type Actor, type Tx } from '@yiditong/chassis';
import { institutionOfMessage, isMessageId, provinceOf, Rejection } from '@yiditong/codes';
import { visitOperationUndone } from '../visit/visit.store.js';
import { decideOutcome, findOutcome, type OutcomeKey } from './outcome.store.js';
import { concludeRequest, findRequest, type RequestRow } from './request.store.js';
import type {
  Cancellation,
  OperationIntent,
  OperationKind,
  Outcome,
  Refunded,
  Settlement,
} from './settlement.entity.js';
import { findSettlement } from './settlement.store.js';
import { decideUnlessBegun, isOwn, isWithdrawal } from './withdrawal-intent.js';

/** What a hospital is told of a message. */
export type MessageOutcome = { readonly kind: OperationKind | 'REVERSE' | null } & (
  | { readonly state: 'NEVER_SETTLED' }
  | { readonly state: 'SETTLED' | 'REVERSED'; readonly settlementId: string }
  | { readonly state: 'REFUSED'; readonly rejection: Rejection }
  | { readonly state: 'IN_DOUBT'; readonly until: Date }
);

/** The answer to a reversal, as it is frozen with its message. */
export type ReversalAnswer = { readonly outcome: 'REVERSED' | 'NOTHING_SETTLED'; readonly settlementId: string | null };
export type ReversalOutcome =
  | ReversalAnswer
  | { readonly refused: { readonly reason: Rejection['reason']; readonly params: Rejection['params'] } };

/** What is overdue and can't be given up is looked at again by then. */
const LOOK_AGAIN_MS = 60_000;

/** What became of an operation: decided once, by whoever comes first. */
@Injectable()
export class OutcomeService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async find(intent: OperationIntent): Promise<Outcome | null> {
    return this.database.transaction(actorOf(intent), (tx) => findOutcome(tx, intent));
  }

  /** Refuses the operation for ever, unless it has an outcome already, which comes back. */
  async refuse(intent: OperationIntent, rejection: Rejection): Promise<Outcome> {
    return this.decide(intent, { outcome: 'REFUSED', answer: { reason: rejection.reason, params: rejection.params } });
  }

  /** Gives the operation up as never done, unless it has an outcome already, which comes back. */
  async giveUp(
    intent: OperationIntent,
    reason: 'SETTLEMENT_ABANDONED' | 'SETTLEMENT_REVERSED' | 'CANCELLATION_REVERSED',
  ): Promise<Outcome> {
    return this.decide(intent, { outcome: 'NOT_SETTLED', answer: { reason, params: {} } });
  }

  async conclude(
    of: { readonly institutionCode: string; readonly messageId: string; readonly treatingProvince: string },
    answer: string | null = null,
    when: 'ALWAYS' | 'UNLESS_REPEATED' = 'ALWAYS',
  ): Promise<void> {
    await this.database.transaction(actorOf(of), (tx) => concludeRequest(tx, of, this.clock.now(), answer, when));
  }

  /**
   * Always answers. A message past its deadline without an outcome is given up on the spot, rather than left in doubt
   * until the worker comes by; the worker then undoes it at the home province. What was begun with a settlement that stands isn't: only the
   * home province can say whether it was taken back. It tells a sender of its own message and nothing of a person, so the audit has
   * nothing of it.
   */
  async ofMessage(actor: Actor, institutionCode: string, messageId: string): Promise<MessageOutcome> {
    // Of another's message it knows nothing; to say that it never settled would be untrue.
    const own = actor.institution === institutionCode && institutionOfMessage(messageId) === institutionCode;
    if (!own || !isMessageId(messageId)) throw new Rejection('MESSAGE_ID_INVALID');
    const request = await this.database.transaction(actor, (tx) => findRequest(tx, institutionCode, messageId));
    if (!request || request.kind === 'BARRED') return { kind: null, state: 'NEVER_SETTLED' };
    if (request.kind === 'REVERSE') return this.ofReversal(request);
    const { kind } = request;
    const outcome = await this.find(request);
    if (outcome) return this.describe(actor, request, outcome);
    if (request.deadlineAt > this.clock.now()) return { kind, state: 'IN_DOUBT', until: request.deadlineAt };
    const abandoned = await this.abandoned(request);
    return abandoned ? this.describe(actor, request, abandoned) : { kind, ...this.inDoubt(request.deadlineAt) };
  }

  keyOf(intent: OperationIntent): OutcomeKey & { insuredProvince: string; treatingProvince: string } {
    const { personId, settlementId, treatingProvince } = intent;
    return { personId, settlementId, treatingProvince, insuredProvince: provinceOf(intent.insuredRegion) };
  }

  private async decide(intent: OperationIntent, outcome: Outcome): Promise<Outcome> {
    const standing = await this.database.transaction(actorOf(intent), (tx) =>
      decideOutcome(tx, this.keyOf(intent), outcome, this.clock.now()),
    );
    return standing ?? outcome;
  }

  /** Null where it was begun and isn't over. */
  private async abandoned(intent: OperationIntent): Promise<Outcome | null> {
    if (!isWithdrawal(intent)) return this.giveUp(intent, 'SETTLEMENT_ABANDONED');
    const nothing: Outcome = { outcome: 'NOT_SETTLED', answer: { reason: 'SETTLEMENT_ABANDONED', params: {} } };
    const found = await this.database.transaction(actorOf(intent), (tx) =>
      decideUnlessBegun(tx, intent, this.keyOf(intent), nothing, this.clock.now()),
    );
    return 'decided' in found ? found.decided : null;
  }

  /** What has begun is carried on until it is done, however long its home province can't be reached. */
  private inDoubt(deadlineAt: Date): { readonly state: 'IN_DOUBT'; readonly until: Date } {
    const now = this.clock.now();
    return { state: 'IN_DOUBT', until: deadlineAt > now ? deadlineAt : new Date(now.getTime() + LOOK_AGAIN_MS) };
  }

  private ofReversal({ answer, deadlineAt }: RequestRow): MessageOutcome {
    const kind = 'REVERSE';
    if (answer === null) return { kind, ...this.inDoubt(deadlineAt) };
    const known = thaw<ReversalOutcome>(answer);
    if ('refused' in known)
      return { kind, state: 'REFUSED', rejection: new Rejection(known.refused.reason, known.refused.params) };
    return { kind, state: 'SETTLED', settlementId: known.settlementId ?? '' };
  }

  private async describe(actor: Actor, intent: OperationIntent, outcome: Outcome): Promise<MessageOutcome> {
    const { kind, settlementId } = intent;
    switch (outcome.outcome) {
      case 'NOT_SETTLED':
        return { kind, state: 'NEVER_SETTLED' };
      case 'REFUSED':
        return { kind, state: 'REFUSED', rejection: refusalOf(outcome) };
      case 'SETTLED':
      case 'CANCELLED':
      case 'REFUNDED':
      case 'DONE': {
        const undone = await this.database.transaction(actor, (tx) => undoneSoFar(tx, intent));
        if (undone === 'MAYBE') return { kind, ...this.inDoubt(intent.deadlineAt) };
        return { kind, state: undone === 'YES' ? 'REVERSED' : 'SETTLED', settlementId };
      }
    }
  }
}

/**
 * Whether what an operation did was undone by a reversal, or will be; whether a cancellation is depends on the home province while it is asked.
 * What a later operation did to it is another message's.
 */
async function undoneSoFar(tx: Tx, intent: OperationIntent): Promise<'YES' | 'NO' | 'MAYBE'> {
  if (intent.kind === 'VISIT') return (await visitOperationUndone(tx, intent)) ? 'YES' : 'NO';
  const settlement = await findSettlement(tx, intent.originalSettlementId ?? intent.settlementId);
  if (!isWithdrawal(intent))
    return settlement?.state === 'REVERSING' || settlement?.state === 'REVERSED' ? 'YES' : 'NO';
  if (!settlement || !isOwn(settlement, intent)) return 'YES';
  return settlement.state === 'REINSTATING' ? 'MAYBE' : 'NO';
}

/** The reason of an operation that did nothing. */
export function refusalOf(outcome: Outcome): Rejection {
  if (outcome.outcome === 'REFUSED' || outcome.outcome === 'NOT_SETTLED')
    return new Rejection(outcome.answer.reason, outcome.answer.params);
  throw new Error(`an operation that is ${outcome.outcome} has no reason`);
}

/** The first answer again: the settlement, or the reason it was refused for. */
export function settledAnswer(outcome: Outcome): Settlement {
  if (outcome.outcome === 'SETTLED') return outcome.answer;
  throw refusalOf(outcome);
}

/** The first answer again, of a cancellation or refund; no remainder where nothing is left. */
export function cancelledAnswer(
  outcome: Outcome,
): Pick<Refunded, 'cancellation'> & { readonly remainder: Settlement | null } {
  if (outcome.outcome === 'REFUNDED') return outcome.answer;
  if (outcome.outcome === 'CANCELLED') return { cancellation: outcome.answer satisfies Cancellation, remainder: null };
  throw refusalOf(outcome);
}

/** The intent belongs to the treating side, on whose behalf it is carried on when nobody is waiting any more. */
function actorOf(of: { readonly treatingProvince: string }): Actor {
  return serviceActor('settlement', of.treatingProvince);
}
