import { Injectable, Logger } from '@nestjs/common';
import { Clock, Database, type Actor, type Tx } from '@yiditong/chassis';
import { institutionOfMessage, isMessageId, Rejection } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import type { Institution } from '../institution/institution.entity.js';
import { findInstitution } from '../institution/institution.store.js';
import { HomeProvinces } from '../routing/home-provinces.service.js';
import { billProblem, insuredDiffers, type Bill, type InsuredAs } from './bill-rules.js';
import { claimOf } from './claim.codec.js';
import { FactsService } from './facts.service.js';
import { OutcomeService, settledAnswer } from './outcome.service.js';
import { RecordService, type AlsoRecord, type Settled } from './record.service.js';
import { composeSettlement, diagnosedIn } from './settlement.codec.js';
import type { DiagnosedSettlement, OperationIntent, Outcome } from './settlement.entity.js';
import { isBilledTwice, isSameStay, partOfStay, type Before, type Place, type StandingPart } from './stay-parts.js';
import { finalRefusal } from './unanswered.js';
import { linesBilledSince, standingAt } from './visit-place.store.js';

/** What of a visit a settlement is of. Of a chronic bill the key is made longer by its disease's, so that each is settled by itself. */
export type PartOfVisit = { readonly partKey: string; readonly visitId: string | null };

/** A message that asks for a settlement. */
export type Asked = {
  readonly institutionCode: string;
  readonly messageId: string;
  /** What the message said; a repeat of it must say the same. */
  readonly body: unknown;
  readonly personId: string;
  readonly insuredRegion: string;
  readonly part: PartOfVisit;
  /** The bill, asked for only where the message has no outcome yet. What it rejects with is the outcome. */
  readonly bill: () => Promise<Bill>;
  readonly also?: AlsoRecord;
};

/** A bill that came in one message, of a whole visit. */
export const WHOLE_VISIT: PartOfVisit = { partKey: '', visitId: null };

type Claimed = Awaited<ReturnType<RecordService['claimMessage']>>;

@Injectable()
export class SettlementService {
  private readonly logger = new Logger('Settlement');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly facts: FactsService,
    private readonly homes: HomeProvinces,
    private readonly outcomes: OutcomeService,
    private readonly records: RecordService,
  ) {}

  /** What the bill would come to. Writes nothing, anywhere, in no audit either: it shows the hospital its own bill, divided. */
  async preSettle(
    actor: Actor,
    institutionCode: string,
    bill: Bill,
    part: PartOfVisit = WHOLE_VISIT,
  ): Promise<DiagnosedSettlement> {
    const found = await this.database.transaction(actor, (tx) => findInstitution(tx, institutionCode));
    const institution = networked(found, institutionCode);
    this.checkBill(bill, institution);
    const { place, before } = await this.placeOf(actor, institutionCode, bill, part);
    const facts = await this.facts.gather(bill, institution);
    const decided = await this.homes.trial(claimOf(uuidv7(), bill, institution, facts, before));
    checkInsured(bill, decided);
    const { continuesStay } = before;
    const unrecorded = { settlementId: '', messageId: '', businessDate: '', settledAt: '', remainderOf: null };
    const identity = { ...unrecorded, continuesStay, ...place };
    return { ...composeSettlement(identity, bill, institution, facts, decided), ...diagnosedIn(bill) };
  }

  /** Settles a bill that came in one message. Rejects as settleAsked does. */
  async settle(actor: Actor, institutionCode: string, messageId: string, bill: Bill): Promise<DiagnosedSettlement> {
    const { personId, insuredRegion } = bill;
    const message = { institutionCode, messageId, body: bill, personId, insuredRegion };
    return this.settleAsked(actor, { ...message, part: WHOLE_VISIT, bill: () => Promise.resolve(bill) });
  }

  /**
   * Settles a bill once per message id, for ever: claim the id, answer a repeat, gather, let the home province confirm the
   * insurance that the bill names, let it decide, record. Rejects with the reason, which is then this id's outcome for ever, with
   * OUTCOME_UNKNOWN: repeat or query; or with why nothing was sent to the home province: repeat.
   */
  async settleAsked(actor: Actor, asked: Asked): Promise<DiagnosedSettlement> {
    checkSender(actor, asked.institutionCode, asked.messageId);
    // Before anything is written: a message that can't be carried on isn't worth an id, and a repeat must have its answer all the same.
    if (!(await this.records.received(actor, asked.institutionCode, asked.messageId)))
      await this.homes.checkReachable(asked.insuredRegion);
    const { part: _, bill: __, also: ___, ...message } = asked;
    const claimed = await this.records.claimMessage(actor, { ...message, kind: 'SETTLE' });
    const { intent, repeated } = claimed;
    const known = repeated ? await this.outcomes.find(intent) : null;
    if (known) return this.records.withDiagnosis(actor, settledAnswer(known));

    // Where the message came before, the home province may have booked it, and its answer was lost.
    const booking = { booked: repeated };
    try {
      return await this.attempt(actor, asked, claimed, booking);
    } catch (error) {
      const refusal = finalRefusal(error, intent.deadlineAt, booking.booked);
      // What it can't be held to may be booked all the same.
      const booked = booking.booked || refusal.reason === 'HOME_ANSWER_UNUSABLE';
      return this.records.withDiagnosis(actor, settledAnswer(await this.refuse(intent, refusal, booked)));
    }
  }

  private async attempt(
    actor: Actor,
    { institutionCode, part, bill: billAsked, also }: Asked,
    { intent, found }: Claimed,
    booking: { booked: boolean },
  ): Promise<DiagnosedSettlement> {
    const institution = networked(found, institutionCode);
    const bill = await billAsked();
    this.checkBill(bill, institution);
    const { place, before } = await this.placeOf(actor, institutionCode, bill, part);
    const facts = await this.facts.gather(bill, institution);
    const claim = claimOf(intent.settlementId, bill, institution, facts, before);
    // Before anything is booked: the catalogue has divided the bill by the insurance that it names.
    if (bill.insuredAs) checkInsured(bill, await this.homes.trial(claim));
    const decided = await this.homes.adjudicate(claim);
    booking.booked = true;
    // Again, for it may have changed since the trial.
    checkInsured(bill, decided);
    const settled = { bill, part: place, before, institution, facts, decided };
    return this.records.record(actor, intent, settled, also);
  }

  /** Which part of its visit the bill is, and what was settled of the same stay. Rejects with VISIT_ALREADY_SETTLED or MID_STAY_INVALID. */
  private async placeOf(
    actor: Actor,
    institutionCode: string,
    bill: Bill,
    { partKey: given, visitId }: PartOfVisit,
  ): Promise<{ place: Settled['part']; before: Before }> {
    const disease = bill.visitKind === 'CHRONIC' ? this.records.diseaseKey(bill) : '';
    const partKey = [given, disease].filter(Boolean).join('/');
    const place = { visitKind: bill.visitKind, partKey, visitId };
    return this.database.transaction(actor, async (tx) => {
      const standing = await standingAt(tx, { ...bill, institutionCode });
      const found = partOfStay(bill, place, standing);
      if ('refused' in found) throw new Rejection(found.refused.reason, found.refused.params);
      await checkBilledOnce(tx, bill, place, standing);
      const { stayPart, ...before } = found;
      return { place: { partKey, stayPart, visitId }, before };
    });
  }

  private checkBill(bill: Bill, institution: Institution): void {
    const problem = billProblem(bill, institution, this.clock.now());
    if (problem) throw new Rejection(problem.reason, problem.params);
  }

  /**
   * Refuses the id for ever, here first: after that no repeat of the message can settle it, and what the home province
   * booked can be undone safely, now or by the worker at the deadline. The worker sees as well to what another copy of the message may
   * have booked meanwhile.
   */
  private async refuse(intent: OperationIntent, rejection: Rejection, booked: boolean): Promise<Outcome> {
    const outcome = await this.outcomes.refuse(intent, rejection);
    if (outcome.outcome === 'SETTLED') return outcome;
    if (!booked) this.records.concludeBehind(intent, 'UNLESS_REPEATED');
    else if (await this.undoneAtHome(intent)) this.records.concludeBehind(intent);
    return outcome;
  }

  /** False where the home province can't be told now: the intent then stays open for the worker. */
  private async undoneAtHome(intent: OperationIntent): Promise<boolean> {
    try {
      await this.homes.reverse(intent);
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
export function networked(found: Institution | null, institutionCode: string): Institution {
  if (!found) throw new Rejection('INSTITUTION_UNKNOWN', { institution: institutionCode });
  if (!found.networked) throw new Rejection('INSTITUTION_NOT_NETWORKED', { institution: institutionCode });
  return found;
}

/** Rejects with BILL_INSURED_DIFFERS. A bill that doesn't say how the person is insured passes. */
function checkInsured(bill: Bill, home: InsuredAs): void {
  if (insuredDiffers(bill, home)) throw new Rejection('BILL_INSURED_DIFFERS');
}

/** Rejects with MESSAGE_ID_INVALID where the id is malformed or names another sender. */
export function checkSender(actor: Actor, institutionCode: string, messageId: string): void {
  const own = actor.institution === institutionCode && institutionOfMessage(messageId) === institutionCode;
  if (!own || !isMessageId(messageId)) throw new Rejection('MESSAGE_ID_INVALID');
}

/** Of a stay whose bills came in messages. Rejects with MID_STAY_INVALID. */
async function checkBilledOnce(
  tx: Tx,
  { personId, lines }: Bill,
  place: Place,
  standing: readonly StandingPart[],
): Promise<void> {
  const parts = standing.filter((part) => isSameStay(part, place));
  if (place.visitId !== null || parts.length === 0) return;
  const since = new Date(Math.min(...lines.map(({ occurredAt }) => occurredAt.getTime())));
  const ids = parts.map(({ settlementId }) => settlementId);
  if (isBilledTwice(lines, await linesBilledSince(tx, personId, ids, since))) throw new Rejection('MID_STAY_INVALID');
}
