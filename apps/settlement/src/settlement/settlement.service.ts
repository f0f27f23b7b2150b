import { Inject, Injectable, Logger } from '@nestjs/common';
import { bodyHash, Clock, Database, type Actor } from '@yiditong/chassis';
import { institutionOfMessage, isMessageId, provinceOf, REASONS, Rejection, type Reason } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { v7 as uuidv7 } from 'uuid';
import { ObligationRelay } from '../clearing/obligation-relay.service.js';
import { recordObligation } from '../clearing/obligation.store.js';
import { holdOpenCycle } from '../cycle/cycle.store.js';
import type { Institution } from '../institution/institution.entity.js';
import { findInstitution } from '../institution/institution.store.js';
import { billProblem, type Bill } from './bill-rules.js';
import { claimOf, FactsService, type Facts } from './facts.service.js';
import { OutcomeService, settledAnswer } from './outcome.service.js';
import { decideOutcome, findOutcome } from './outcome.store.js';
import { claimSettle } from './request.store.js';
import { composeSettlement } from './settlement.codec.js';
import type { Outcome, SettleIntent, Settlement } from './settlement.entity.js';
import {
  findSettlement,
  insertLines,
  insertSettlement,
  settlementsOfCycle,
  visitIsSettled,
} from './settlement.store.js';

export const IN_DOUBT_MS = Symbol('IN_DOUBT_MS');

@Injectable()
export class SettlementService {
  private readonly logger = new Logger('Settlement');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly facts: FactsService,
    private readonly outcomes: OutcomeService,
    private readonly relay: ObligationRelay,
    @Inject(IN_DOUBT_MS) private readonly inDoubtMs: number,
  ) {}

  /** What the bill would come to. Writes nothing, anywhere. */
  async preSettle(actor: Actor, institutionCode: string, bill: Bill): Promise<Settlement> {
    const found = await this.database.transaction(actor, (tx) => findInstitution(tx, institutionCode));
    const institution = networked(found, institutionCode);
    this.checkBill(bill);
    const facts = await this.facts.gather(bill, institution);
    const adjudication = await this.facts.trial(claimOf(uuidv7(), bill, institution, facts));
    return composeSettlement(
      { settlementId: '', messageId: '', businessDate: '', settledAt: '' },
      bill,
      institution,
      facts,
      adjudication,
    );
  }

  /**
   * Settles a bill once per message id, for ever: claim the id, answer a repeat, gather, let the home province decide,
   * record. Rejects with the reason, which is then this id's outcome for ever, or with OUTCOME_UNKNOWN: repeat or query.
   */
  async settle(actor: Actor, institutionCode: string, messageId: string, bill: Bill): Promise<Settlement> {
    checkSender(actor, institutionCode, messageId);
    const { intent, found } = await this.claim(actor, institutionCode, messageId, bill);
    const { known, visitSettled } = await this.lookBack(actor, intent, bill);
    if (known) return settledAnswer(known);

    let booked = false;
    try {
      const institution = networked(found, institutionCode);
      this.checkBill(bill);
      if (visitSettled) throw new Rejection('VISIT_ALREADY_SETTLED');
      const facts = await this.facts.gather(bill, institution);
      const adjudication = await this.facts.adjudicate(claimOf(intent.settlementId, bill, institution, facts));
      booked = true;
      return await this.record(actor, intent, bill, institution, facts, adjudication);
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      if (isUnanswered(error.reason))
        throw new Rejection('OUTCOME_UNKNOWN', { until: intent.deadlineAt.toISOString() });
      return settledAnswer(await this.refuse(intent, error, booked));
    }
  }

  async get(actor: Actor, settlementId: string): Promise<Settlement> {
    const settlement = await this.database.transaction(actor, (tx) => findSettlement(tx, settlementId));
    const foreign = actor.role === 'hospital' && settlement?.institutionCode !== actor.institution;
    if (!settlement || foreign) throw new Rejection('SETTLEMENT_NOT_FOUND');
    return settlement;
  }

  async listOfCycle(actor: Actor, businessDate: string, after: string | null, limit: number): Promise<Settlement[]> {
    return this.database.transaction(actor, (tx) => settlementsOfCycle(tx, businessDate, after, limit));
  }

  /** The intent: on the institution's shard, before anything else happens, so that every message can be accounted for. */
  private async claim(
    actor: Actor,
    institutionCode: string,
    messageId: string,
    bill: Bill,
  ): Promise<{ intent: SettleIntent; found: Institution | null }> {
    const receivedAt = this.clock.now();
    const claim = {
      institutionCode,
      messageId,
      treatingProvince: actor.region,
      bodyHash: bodyHash(bill),
      receivedAt,
      deadlineAt: new Date(receivedAt.getTime() + this.inDoubtMs),
    };
    const { personId, insuredRegion } = bill;
    return this.database.transaction(actor, async (tx) => ({
      intent: await claimSettle(tx, claim, { settlementId: uuidv7(), personId, insuredRegion }),
      found: await findInstitution(tx, institutionCode),
    }));
  }

  /** What the person's shard knows already: the outcome of this message, and whether the visit was settled by another. */
  private async lookBack(
    actor: Actor,
    intent: SettleIntent,
    bill: Bill,
  ): Promise<{ known: Outcome | null; visitSettled: boolean }> {
    return this.database.transaction(actor, async (tx) => ({
      known: await findOutcome(tx, intent),
      visitSettled: await visitIsSettled(tx, { ...bill, institutionCode: intent.institutionCode }),
    }));
  }

  private checkBill(bill: Bill): void {
    const problem = billProblem(bill, this.clock.now());
    if (problem) throw new Rejection(problem.reason, problem.params);
  }

  /**
   * Refuses the id for ever, here first: after that no repeat of the message can settle it, and what the home province
   * booked can be undone safely, now or by the worker at the deadline.
   */
  private async refuse(intent: SettleIntent, rejection: Rejection, booked: boolean): Promise<Outcome> {
    const outcome = await this.outcomes.refuse(intent, rejection);
    if (outcome.outcome === 'SETTLED') return outcome;
    if (booked && !(await this.undoneAtHome(intent))) return outcome;
    this.concludeBehind(intent);
    return outcome;
  }

  /** False where the home province can't be told now: the intent then stays open for the worker. */
  private async undoneAtHome(intent: SettleIntent): Promise<boolean> {
    try {
      await this.facts.reverse(intent);
      return true;
    } catch (error) {
      this.logger.warn({
        msg: 'left for the worker to undo',
        cause: error instanceof Error ? error.message : String(error),
      });
      return false;
    }
  }

  /** One short transaction on the person's shard: the outcome, the record, the obligation on its way. */
  private async record(
    actor: Actor,
    intent: SettleIntent,
    bill: Bill,
    institution: Institution,
    facts: Facts,
    adjudication: benefitV1.Adjudication,
  ): Promise<Settlement> {
    const now = this.clock.now();
    const outcome = await this.database.transaction(actor, async (tx) => {
      // First, because the date is part of the answer. The lock is shared: it holds back nothing but the cycle's seal.
      const businessDate = await holdOpenCycle(tx);
      const identity = {
        settlementId: intent.settlementId,
        messageId: intent.messageId,
        businessDate,
        settledAt: now.toISOString(),
      };
      const settlement = composeSettlement(identity, bill, institution, facts, adjudication);
      const settled = { outcome: 'SETTLED' as const, answer: settlement };
      const decided = await decideOutcome(tx, this.outcomes.keyOf(intent), settled, now);
      if (decided) return decided;
      await insertSettlement(tx, settlement);
      await insertLines(tx, settlement, facts.lines);
      await recordObligation(tx, settlement.personId, obligationOf(settlement), now);
      return settled;
    });
    this.relay.nudge();
    this.concludeBehind(intent);
    return settledAnswer(outcome);
  }

  /** Behind the answer: it is committed and needs nothing more, and what fails here the worker does at the deadline. */
  private concludeBehind(intent: SettleIntent): void {
    this.outcomes.conclude(intent).catch((error: unknown) => {
      this.logger.warn({
        msg: 'left for the worker to conclude',
        cause: error instanceof Error ? error.message : String(error),
      });
    });
  }
}

/** Rejects with INSTITUTION_UNKNOWN or INSTITUTION_NOT_NETWORKED. */
function networked(found: Institution | null, institutionCode: string): Institution {
  if (!found) throw new Rejection('INSTITUTION_UNKNOWN', { institution: institutionCode });
  if (!found.networked) throw new Rejection('INSTITUTION_NOT_NETWORKED', { institution: institutionCode });
  return found;
}

/** Reasons that say nothing of what happened at the other side. */
function isUnanswered(reason: Reason): boolean {
  return REASONS[reason].rpc === 'UNAVAILABLE' || REASONS[reason].rpc === 'INTERNAL';
}

/** What the insured province owes for a settlement: everything but what the person pays in cash. */
export function obligationOf(settlement: Settlement) {
  const { settlementId, insurance, visitKind, businessDate, funds } = settlement;
  return {
    obligationId: uuidv7(),
    settlementId,
    kind: 'SETTLEMENT' as const,
    insuredProvince: provinceOf(settlement.insuredRegion),
    treatingProvince: provinceOf(settlement.treatingRegion),
    insurance,
    visitKind,
    businessDate,
    funds,
  };
}

/** Rejects with MESSAGE_ID_INVALID where the id is malformed or names another sender. */
export function checkSender(actor: Actor, institutionCode: string, messageId: string): void {
  const own = actor.institution === institutionCode && institutionOfMessage(messageId) === institutionCode;
  if (!own || !isMessageId(messageId)) throw new Rejection('MESSAGE_ID_INVALID');
}
