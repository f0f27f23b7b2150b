import { Injectable } from '@nestjs/common';
import { appendAudit, Clock, currentCaller, Database, decideOnce, PersonalDataVault, type Tx } from '@yiditong/chassis';
import { provinceOf, Rejection, type Reason, type ReasonParams } from '@yiditong/codes';
import { findPerson, lockPerson } from '../person/person.store.js';
import type { InsuredPerson } from '../person/person.entity.js';
import { adjudicationRecord, trialRecord } from './adjudication-audit.js';
import type { AdjudicationRow, RecordedAdjudication, Reversal } from './adjudication.entity.js';
import { findAdjudication, insertAdjudication } from './adjudication.store.js';
import { homeOf, move } from './booking.js';
import type { ClaimIdentity, PresentedClaim } from './claim.codec.js';
import { judge } from './judge.js';
import { reverseAdjudication } from './reversing.js';

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

  /** Takes back what an adjudication booked, or bars an id that never came. */
  async reverse(identity: ClaimIdentity): Promise<Reversal> {
    return this.database.transaction(homeOf(identity), async (tx) => {
      await lockPerson(tx, identity.personId);
      return reverseAdjudication(tx, identity, this.clock.now());
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
    const operation = { direction: 'BOOKED', operationId: claim.settlementId } as const;
    const effects = await move(tx, claim, operation, result, this.clock.now());
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
}
