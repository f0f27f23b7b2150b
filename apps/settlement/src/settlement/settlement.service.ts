import { Injectable, Logger } from '@nestjs/common';
import { Clock, Database, type Actor } from '@yiditong/chassis';
import { institutionOfMessage, isMessageId, REASONS, Rejection, type Reason } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import type { Institution } from '../institution/institution.entity.js';
import { findInstitution } from '../institution/institution.store.js';
import { billProblem, insuredDiffers, type Bill, type InsuredAs } from './bill-rules.js';
import { claimOf } from './claim.codec.js';
import { FactsService } from './facts.service.js';
import { OutcomeService, settledAnswer } from './outcome.service.js';
import { findOutcome } from './outcome.store.js';
import { RecordService } from './record.service.js';
import { composeSettlement, diagnosedIn } from './settlement.codec.js';
import type { DiagnosedSettlement, Outcome, SettleIntent, Settlement } from './settlement.entity.js';
import { visitIsSettled } from './settlement.store.js';

@Injectable()
export class SettlementService {
  private readonly logger = new Logger('Settlement');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly facts: FactsService,
    private readonly outcomes: OutcomeService,
    private readonly records: RecordService,
  ) {}

  /** What the bill would come to. Writes nothing, anywhere, in no audit either: it shows the hospital its own bill, divided. */
  async preSettle(actor: Actor, institutionCode: string, bill: Bill): Promise<DiagnosedSettlement> {
    const found = await this.database.transaction(actor, (tx) => findInstitution(tx, institutionCode));
    const institution = networked(found, institutionCode);
    this.checkBill(bill);
    const facts = await this.facts.gather(bill, institution);
    const decided = await this.facts.trial(claimOf(uuidv7(), bill, institution, facts));
    checkInsured(bill, decided);
    const identity = { settlementId: '', messageId: '', businessDate: '', settledAt: '' };
    return { ...composeSettlement(identity, bill, institution, facts, decided), ...diagnosedIn(bill) };
  }

  /**
   * Settles a bill once per message id, for ever: claim the id, answer a repeat, gather, let the home province confirm the
   * insurance that the bill names, let it decide, record. Rejects with the reason, which is then this id's outcome for ever, or
   * with OUTCOME_UNKNOWN: repeat or query.
   */
  async settle(actor: Actor, institutionCode: string, messageId: string, bill: Bill): Promise<DiagnosedSettlement> {
    checkSender(actor, institutionCode, messageId);
    // A repeat has the same bill, or it was refused: the diagnosis need not be kept for the answer.
    return { ...(await this.settleOnce(actor, institutionCode, messageId, bill)), ...diagnosedIn(bill) };
  }

  private async settleOnce(actor: Actor, institutionCode: string, messageId: string, bill: Bill): Promise<Settlement> {
    const { intent, repeated, found } = await this.records.claim(actor, institutionCode, messageId, bill);
    const { known, visitSettled } = await this.lookBack(actor, intent, bill);
    if (known) return settledAnswer(known);

    // Where the message came before, the home province may have booked it, and its answer was lost.
    let booked = repeated;
    try {
      const institution = networked(found, institutionCode);
      this.checkBill(bill);
      if (visitSettled) throw new Rejection('VISIT_ALREADY_SETTLED');
      const facts = await this.facts.gather(bill, institution);
      const claim = claimOf(intent.settlementId, bill, institution, facts);
      // Before anything is booked: the catalogue has divided the bill by the insurance that it names.
      if (bill.insuredAs) checkInsured(bill, await this.facts.trial(claim));
      const decided = await this.facts.adjudicate(claim);
      booked = true;
      // Again, for it may have changed since the trial.
      checkInsured(bill, decided);
      return await this.records.record(actor, intent, bill, institution, facts, decided);
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      if (isUnanswered(error.reason))
        throw new Rejection('OUTCOME_UNKNOWN', { until: intent.deadlineAt.toISOString() });
      // What it can't be held to may be booked all the same.
      booked ||= error.reason === 'HOME_ANSWER_UNUSABLE';
      return settledAnswer(await this.refuse(intent, error, booked));
    }
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
    this.records.concludeBehind(intent);
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
}

/** Rejects with INSTITUTION_UNKNOWN or INSTITUTION_NOT_NETWORKED. */
function networked(found: Institution | null, institutionCode: string): Institution {
  if (!found) throw new Rejection('INSTITUTION_UNKNOWN', { institution: institutionCode });
  if (!found.networked) throw new Rejection('INSTITUTION_NOT_NETWORKED', { institution: institutionCode });
  return found;
}

/** Rejects with BILL_INSURED_DIFFERS. A bill that doesn't say how the person is insured passes. */
function checkInsured(bill: Bill, home: InsuredAs): void {
  if (insuredDiffers(bill, home)) throw new Rejection('BILL_INSURED_DIFFERS');
}

/** Reasons that say nothing of what happened at the other side. */
function isUnanswered(reason: Reason): boolean {
  return REASONS[reason].rpc === 'UNAVAILABLE' || REASONS[reason].rpc === 'INTERNAL';
}

/** Rejects with MESSAGE_ID_INVALID where the id is malformed or names another sender. */
export function checkSender(actor: Actor, institutionCode: string, messageId: string): void {
  const own = actor.institution === institutionCode && institutionOfMessage(messageId) === institutionCode;
  if (!own || !isMessageId(messageId)) throw new Rejection('MESSAGE_ID_INVALID');
}
