import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  currentCaller,
  Database,
  decideOnce,
  PersonalDataVault,
  serviceActor,
  type Actor,
  type Tx,
} from '@yiditong/chassis';
import { provinceOf, Rejection, type Reason, type ReasonParams } from '@yiditong/codes';
import { bookSettlement } from '../account/account.store.js';
import type { SettlementDebit } from '../account/account.entity.js';
import { findPerson, lockPerson } from '../person/person.store.js';
import type { InsuredPerson } from '../person/person.entity.js';
import { book, nextBookingInstant } from './accumulator.store.js';
import { adjudicationRecord, barRecord, trialRecord, undoRecord, type Effects } from './adjudication-audit.js';
import type { AdjudicationRow, Cancellation, RecordedAdjudication, Reversal } from './adjudication.entity.js';
import {
  barAdjudication,
  findAdjudication,
  insertAdjudication,
  laterSettlements,
  markCancelled,
  markReversed,
} from './adjudication.store.js';
import type { ClaimIdentity, PresentedClaim } from './claim.codec.js';
import { judge } from './judge.js';

type Refusal = { readonly kind: 'rejected'; readonly reason: Reason; readonly params: ReasonParams };
type Answer = { readonly kind: 'adjudicated'; readonly result: RecordedAdjudication } | Refusal;

@Injectable()
export class AdjudicationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: PersonalDataVault,
  ) {}

  /** What would be paid. Books nothing; but what somebody is shown of the person's totals by it is recorded as a reading. */
  async trial(claim: PresentedClaim): Promise<RecordedAdjudication> {
    const home = homeOf(claim);
    return this.database.transaction(home, async (tx) => {
      const result = await judge(tx, this.vault, claim, await findPerson(tx, claim.personId));
      if (currentCaller()?.origin) await appendAudit(tx, home, trialRecord(claim, result));
      return result;
    });
  }

  /**
   * Adjudicates once per settlement id, for ever; a refusal is an answer too. Lock order: idempotency row, person, accumulators and
   * accounts, audit.
   */
  async adjudicate(claim: PresentedClaim): Promise<RecordedAdjudication> {
    const home = homeOf(claim);
    const write = { scope: claim.personId, region: home.region, key: claim.settlementId, body: claim };
    const answer = await this.database.transaction(home, (tx) =>
      decideOnce(tx, write, () => this.judgeAndBook(tx, claim)),
    );
    if (answer.kind === 'rejected') throw new Rejection(answer.reason, answer.params);
    return answer.result;
  }

  /**
   * Takes an adjudication back because the settlement was cancelled: once per cancellation id, whose answer stands for ever. A refusal is
   * not remembered, for what isn't there may still come. Rejects with ADJUDICATION_NOT_FOUND, SETTLEMENT_REVERSED,
   * ADJUDICATION_CANCELLED or IDEMPOTENCY_KEY_REUSED.
   */
  async cancel(identity: ClaimIdentity, cancellationId: string): Promise<Cancellation> {
    const home = homeOf(identity);
    const { personId: scope } = identity;
    const write = { scope, region: home.region, key: `cancellation/${cancellationId}`, body: identity };
    const cancelled = await this.database.transaction(home, (tx) =>
      decideOnce(tx, write, () => this.cancelOnce(tx, identity, cancellationId)),
    );
    // An instant that was frozen comes back as its text.
    return { ...cancelled, cancelledAt: new Date(cancelled.cancelledAt) };
  }

  /** Takes back what an adjudication booked, or bars an id that never came. What was cancelled is taken back already. */
  async reverse(identity: ClaimIdentity): Promise<Reversal> {
    const home = homeOf(identity);
    const { personId, settlementId } = identity;
    return this.database.transaction(home, async (tx) => {
      await lockPerson(tx, personId);
      if (await barAdjudication(tx, personId, home.region, settlementId, this.clock.now())) {
        await appendAudit(tx, home, barRecord(identity));
        return { hadAdjudication: false, laterSettlementIds: [] };
      }
      const found = await findAdjudication(tx, personId, settlementId);
      if (found?.state === 'ADJUDICATED') {
        const effects = await this.takeBack(tx, identity, found.result);
        await markReversed(tx, personId, settlementId, this.clock.now());
        await appendAudit(tx, home, undoRecord(identity, 'REVERSED', effects));
      }
      const laterSettlementIds = await laterSettlements(tx, personId, settlementId);
      return { hadAdjudication: found !== null && found.state !== 'BARRED', laterSettlementIds };
    });
  }

  /** For a settlement that lost its own answer: nobody is shown it by this, so the audit has nothing of it. */
  async query(identity: ClaimIdentity): Promise<AdjudicationRow | null> {
    return this.database.transaction(homeOf(identity), (tx) =>
      findAdjudication(tx, identity.personId, identity.settlementId),
    );
  }

  private async judgeAndBook(tx: Tx, claim: PresentedClaim): Promise<Answer> {
    const person = await lockPerson(tx, claim.personId);
    if (await findAdjudication(tx, claim.personId, claim.settlementId))
      return { kind: 'rejected', reason: 'SETTLEMENT_REVERSED', params: {} };
    const result = await this.judgement(tx, claim, person);
    if ('kind' in result) return result;
    const effects = await this.move(tx, claim, 'BOOKED', result);
    await insertAdjudication(tx, claim.personId, provinceOf(claim.insuredRegion), result, this.clock.now());
    await appendAudit(tx, homeOf(claim), adjudicationRecord(claim, result, effects));
    return { kind: 'adjudicated', result };
  }

  private async judgement(
    tx: Tx,
    claim: PresentedClaim,
    person: InsuredPerson | null,
  ): Promise<RecordedAdjudication | Refusal> {
    try {
      return await judge(tx, this.vault, claim, person);
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      return { kind: 'rejected', reason: error.reason, params: error.params };
    }
  }

  private async cancelOnce(tx: Tx, identity: ClaimIdentity, cancellationId: string): Promise<Cancellation> {
    const { personId, settlementId } = identity;
    await lockPerson(tx, personId);
    const found = await findAdjudication(tx, personId, settlementId);
    if (found === null) throw new Rejection('ADJUDICATION_NOT_FOUND');
    if (found.state === 'CANCELLED') throw new Rejection('ADJUDICATION_CANCELLED');
    if (found.state !== 'ADJUDICATED') throw new Rejection('SETTLEMENT_REVERSED');
    const { result } = found;
    const effects = await this.takeBack(tx, identity, result);
    const cancelledAt = this.clock.now();
    await markCancelled(tx, personId, settlementId, cancellationId, cancelledAt);
    const laterSettlementIds = await laterSettlements(tx, personId, settlementId);
    await appendAudit(tx, homeOf(identity), undoRecord(identity, 'CANCELLED', effects, cancellationId));
    return { result, laterSettlementIds, cancelledAt };
  }

  /** Exactly what the adjudication booked, from where it was booked to, whatever came after it. */
  private takeBack(tx: Tx, identity: ClaimIdentity, result: RecordedAdjudication): Promise<Effects> {
    return this.move(tx, identity, 'TAKEN_BACK', result);
  }

  private async move(
    tx: Tx,
    { personId, insuredRegion }: ClaimIdentity,
    direction: 'BOOKED' | 'TAKEN_BACK',
    result: RecordedAdjudication,
  ): Promise<Effects> {
    const { settlementId, insurance, years } = result;
    const province = provinceOf(insuredRegion);
    const bookedAt = await nextBookingInstant(tx, personId, this.clock.now());
    const totals = await book(tx, { personId, province, insurance, settlementId, direction, years, bookedAt });
    const cause = direction === 'BOOKED' ? 'SETTLEMENT' : 'UNDO';
    const owner = { personId, province, settlementId };
    return { totals, accounts: await bookSettlement(tx, owner, cause, debitsOf(result), bookedAt) };
  }
}

function debitsOf({ accountFen, mutualAidFen }: RecordedAdjudication): SettlementDebit[] {
  const debits: readonly SettlementDebit[] = [
    { kind: 'OWN', amountFen: accountFen },
    { kind: 'MUTUAL_AID', amountFen: mutualAidFen },
  ];
  return debits.filter(({ amountFen }) => amountFen > 0n);
}

/** The settlement knows where a person is insured; the home province's own rows are read as that province. */
function homeOf(claim: ClaimIdentity): Actor {
  return serviceActor('benefit', provinceOf(claim.insuredRegion));
}
