import { Injectable } from '@nestjs/common';
import { Clock, Database, serviceActor, type Actor } from '@yiditong/chassis';
import { institutionOfMessage, isMessageId, provinceOf, Rejection } from '@yiditong/codes';
import { decideOutcome, findOutcome, type OutcomeKey } from './outcome.store.js';
import { concludeRequest, findRequest } from './request.store.js';
import type { Outcome, SettleIntent, Settlement } from './settlement.entity.js';
import { findSettlement } from './settlement.store.js';

/** What a hospital is told of a message. */
export type MessageOutcome =
  | { readonly state: 'NEVER_SETTLED' }
  | { readonly state: 'SETTLED' | 'REVERSED'; readonly settlementId: string }
  | { readonly state: 'REFUSED'; readonly rejection: Rejection }
  | { readonly state: 'IN_DOUBT'; readonly until: Date };

/** What became of a settlement id: decided once, by whoever comes first. */
@Injectable()
export class OutcomeService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async find(intent: SettleIntent): Promise<Outcome | null> {
    return this.database.transaction(actorOf(intent), (tx) => findOutcome(tx, intent));
  }

  /** Refuses the id for ever, unless it has an outcome already, which comes back. */
  async refuse(intent: SettleIntent, rejection: Rejection): Promise<Outcome> {
    return this.decide(intent, { outcome: 'REFUSED', answer: { reason: rejection.reason, params: rejection.params } });
  }

  /** Gives the id up as not settled, unless it has an outcome already, which comes back. */
  async giveUp(intent: SettleIntent, reason: 'SETTLEMENT_ABANDONED' | 'SETTLEMENT_REVERSED'): Promise<Outcome> {
    return this.decide(intent, { outcome: 'NOT_SETTLED', answer: { reason, params: {} } });
  }

  async conclude(
    of: { readonly institutionCode: string; readonly messageId: string; readonly treatingProvince: string },
    answer: string | null = null,
  ): Promise<void> {
    await this.database.transaction(actorOf(of), (tx) => concludeRequest(tx, of, this.clock.now(), answer));
  }

  /**
   * Always answers. A message past its deadline without an outcome is given up on the spot, rather than left in doubt
   * until the worker comes by; the worker then undoes it at the home province. It tells a sender of its own message and nothing
   * of a person, so the audit has nothing of it.
   */
  async ofMessage(actor: Actor, institutionCode: string, messageId: string): Promise<MessageOutcome> {
    // Of another's message it knows nothing; to say that it never settled would be untrue.
    const own = actor.institution === institutionCode && institutionOfMessage(messageId) === institutionCode;
    if (!own || !isMessageId(messageId)) throw new Rejection('MESSAGE_ID_INVALID');
    const request = await this.database.transaction(actor, (tx) => findRequest(tx, institutionCode, messageId));
    if (request?.kind !== 'SETTLE') return { state: 'NEVER_SETTLED' };
    const outcome = await this.find(request);
    if (outcome) return this.describe(actor, request, outcome);
    if (request.deadlineAt > this.clock.now()) return { state: 'IN_DOUBT', until: request.deadlineAt };
    return this.describe(actor, request, await this.giveUp(request, 'SETTLEMENT_ABANDONED'));
  }

  keyOf(intent: SettleIntent): OutcomeKey & { insuredProvince: string; treatingProvince: string } {
    const { personId, settlementId, treatingProvince } = intent;
    return { personId, settlementId, treatingProvince, insuredProvince: provinceOf(intent.insuredRegion) };
  }

  private async decide(intent: SettleIntent, outcome: Outcome): Promise<Outcome> {
    const standing = await this.database.transaction(actorOf(intent), (tx) =>
      decideOutcome(tx, this.keyOf(intent), outcome, this.clock.now()),
    );
    return standing ?? outcome;
  }

  private async describe(actor: Actor, intent: SettleIntent, outcome: Outcome): Promise<MessageOutcome> {
    switch (outcome.outcome) {
      case 'NOT_SETTLED':
        return { state: 'NEVER_SETTLED' };
      case 'REFUSED':
        return { state: 'REFUSED', rejection: new Rejection(outcome.answer.reason, outcome.answer.params) };
      case 'SETTLED': {
        const settlement = await this.database.transaction(actor, (tx) => findSettlement(tx, intent.settlementId));
        return { state: settlement?.state === 'SETTLED' ? 'SETTLED' : 'REVERSED', settlementId: intent.settlementId };
      }
    }
  }
}

/** The first answer again: the settlement, or the reason it was refused for. */
export function settledAnswer(outcome: Outcome): Settlement {
  if (outcome.outcome === 'SETTLED') return outcome.answer;
  throw new Rejection(outcome.answer.reason, outcome.answer.params);
}

/** The intent belongs to the treating side, on whose behalf it is carried on when nobody is waiting any more. */
function actorOf(of: { readonly treatingProvince: string }): Actor {
  return serviceActor('settlement', of.treatingProvince);
}
