import { Injectable } from '@nestjs/common';
import {
  addDeltas,
  adjudicate,
  benefitYearOf,
  negateDeltas,
  type Accumulators,
  type Claim,
} from '@yiditong/adjudication';
import {
  appendAudit,
  Clock,
  currentCaller,
  Database,
  decideOnce,
  serviceActor,
  type Actor,
  type AuditEntry,
  type Tx,
} from '@yiditong/chassis';
import { provinceOf, Rejection, type Reason, type ReasonParams } from '@yiditong/codes';
import { findPerson, lockPerson } from '../person/person.store.js';
import type { InsuredPerson } from '../person/person.entity.js';
import { policyInForce } from '../policy/policy.store.js';
import type { ClaimIdentity, PresentedClaim } from './adjudication.codec.js';
import type { AdjudicationRow, RecordedAdjudication } from './adjudication.entity.js';
import {
  accumulatorsOf,
  addToAccumulators,
  barAdjudication,
  findAdjudication,
  insertAdjudication,
  markReversed,
} from './adjudication.store.js';

type Answer =
  | { readonly kind: 'adjudicated'; readonly result: RecordedAdjudication }
  | { readonly kind: 'rejected'; readonly reason: Reason; readonly params: ReasonParams };

@Injectable()
export class AdjudicationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** What would be paid. Books nothing; but what somebody is shown of the person's totals by it is recorded as a reading. */
  async trial(claim: PresentedClaim): Promise<RecordedAdjudication> {
    const home = homeOf(claim);
    return this.database.transaction(home, async (tx) => {
      const result = await judge(tx, claim, await findPerson(tx, claim.personId));
      if (currentCaller()?.origin) await appendAudit(tx, home, readingOf(claim, home.region, result));
      return result;
    });
  }

  /**
   * Adjudicates once per settlement id, for ever; a refusal is an answer too. Lock order: idempotency row, person, accumulators,
   * audit.
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

  /** Takes an adjudication's deltas back exactly, or bars an id that never came. Answers whether there was one. */
  async reverse(identity: ClaimIdentity): Promise<boolean> {
    const home = homeOf(identity);
    return this.database.transaction(home, async (tx) => {
      await lockPerson(tx, identity.personId);
      const { personId, settlementId } = identity;
      const barred = await barAdjudication(tx, personId, home.region, settlementId, this.clock.now());
      const found = barred ? null : await findAdjudication(tx, personId, settlementId);
      if (barred) await appendAudit(tx, home, reversalOf(identity, { after: { state: 'BARRED', personId } }));
      if (found?.state === 'ADJUDICATED') {
        const { deltas, benefitYear, insurance } = found.result;
        const key = { personId, province: home.region, benefitYear, insurance };
        const totals = await addToAccumulators(tx, key, negateDeltas(deltas));
        await markReversed(tx, personId, settlementId, this.clock.now());
        await appendAudit(
          tx,
          home,
          reversalOf(identity, {
            before: { state: 'ADJUDICATED', accumulators: addDeltas(totals, deltas) },
            after: { state: 'REVERSED', personId, accumulators: totals },
          }),
        );
      }
      return found !== null && found.state !== 'BARRED';
    });
  }

  /** For a settlement that lost its own answer: nobody is shown it by this, so the audit has nothing of it. */
  async query(identity: ClaimIdentity): Promise<AdjudicationRow | null> {
    return this.database.transaction(homeOf(identity), (tx) =>
      findAdjudication(tx, identity.personId, identity.settlementId),
    );
  }

  /** The person's own totals, or those of a person of the bureau's province. Rejects with NOT_PERMITTED or PERSON_UNKNOWN. */
  async accumulators(actor: Actor, personId: string, benefitYear: number): Promise<Accumulators> {
    if (actor.role === 'insured' && actor.person !== personId) throw new Rejection('NOT_PERMITTED');
    return this.database.transaction(actor, async (tx) => {
      const person = await findPerson(tx, personId);
      if (!person) throw new Rejection('PERSON_UNKNOWN');
      const accumulators = await accumulatorsOf(tx, personId, benefitYear, person.insurance);
      await appendAudit(tx, actor, {
        province: person.province,
        action: 'READ_ACCUMULATORS',
        objectType: 'person',
        objectId: personId,
        after: { benefitYear, insurance: person.insurance },
      });
      return accumulators;
    });
  }

  private async judgeAndBook(tx: Tx, claim: PresentedClaim): Promise<Answer> {
    const person = await lockPerson(tx, claim.personId);
    if (await findAdjudication(tx, claim.personId, claim.settlementId))
      return { kind: 'rejected', reason: 'SETTLEMENT_REVERSED', params: {} };
    try {
      const result = await judge(tx, claim, person);
      const key = {
        personId: claim.personId,
        province: provinceOf(claim.insuredRegion),
        benefitYear: result.benefitYear,
        insurance: result.insurance,
      };
      const totals = await addToAccumulators(tx, key, result.deltas);
      await insertAdjudication(tx, claim.personId, key.province, result, this.clock.now());
      await appendAudit(tx, homeOf(claim), adjudicationRecord(claim, result, totals));
      return { kind: 'adjudicated', result };
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      return { kind: 'rejected', reason: error.reason, params: error.params };
    }
  }
}

/** The settlement knows where a person is insured; the home province's own rows are read as that province. */
function homeOf(claim: ClaimIdentity): Actor {
  return serviceActor('benefit', provinceOf(claim.insuredRegion));
}

/** Before and after are the person's totals; the deltas between them are in the adjudication itself. */
function adjudicationRecord(claim: PresentedClaim, result: RecordedAdjudication, totals: Accumulators): AuditEntry {
  const { totalFen, fundTotalFen, personalFen, policyId, benefitYear, insurance, deltas } = result;
  return {
    province: provinceOf(claim.insuredRegion),
    action: 'ADJUDICATE',
    objectType: 'adjudication',
    objectId: claim.settlementId,
    before: { accumulators: addDeltas(totals, negateDeltas(deltas)) },
    after: {
      state: 'ADJUDICATED',
      personId: claim.personId,
      policyId,
      benefitYear,
      insurance,
      totalFen,
      fundTotalFen,
      personalFen,
      accumulators: totals,
    },
  };
}

function reversalOf(identity: ClaimIdentity, change: Pick<AuditEntry, 'before' | 'after'>): AuditEntry {
  const province = provinceOf(identity.insuredRegion);
  const object = { objectType: 'adjudication', objectId: identity.settlementId };
  return { province, action: 'REVERSE_ADJUDICATION', ...object, ...change };
}

/** Gathers the person's policy and totals and applies the rules. Writes nothing. */
async function judge(tx: Tx, claim: PresentedClaim, person: InsuredPerson | null): Promise<RecordedAdjudication> {
  if (!person) throw new Rejection('PERSON_UNKNOWN');
  if (person.insuredRegion !== claim.insuredRegion) throw new Rejection('INSURED_REGION_MISMATCH');
  if (!person.active) throw new Rejection('INSURANCE_INACTIVE');
  const policy = await policyInForce(tx, person.insuredRegion, person.insurance, claim.endedOn);
  if (!policy) throw new Rejection('POLICY_NOT_FOUND', { region: person.insuredRegion });

  const benefitYear = benefitYearOf(policy.benefitYear, claim.endedOn);
  const totals = await accumulatorsOf(tx, claim.personId, benefitYear, person.insurance);
  const outcome = adjudicate(claimOf(claim, person), policy, totals);
  if (!outcome.ok) throw new Rejection(outcome.reason);
  return {
    ...outcome.adjudication,
    settlementId: claim.settlementId,
    insurance: person.insurance,
    personType: person.personType,
    policyId: policy.policyId,
    benefitYear,
  };
}

/** The bill as the policy sees it. Of what neither the person's record nor the claim says, no rule takes hold. */
function claimOf(claim: PresentedClaim, { personType, insuredRegion }: InsuredPerson): Claim {
  const { visitKind, hospitalLevel, benefitLevel, split, endedOn, diseaseCode, treatingRegion, institutionCode } =
    claim;
  const isHomeProvince = provinceOf(treatingRegion) === provinceOf(insuredRegion);
  return {
    visitKind,
    personType,
    age: null,
    personTags: [],
    hospitalLevel,
    hospitalTags: [],
    benefitLevel,
    settledBy: 'DIRECT',
    place: isHomeProvince ? 'HOME_PROVINCE' : 'OTHER_PROVINCE',
    diseaseCode,
    split,
    parts: [],
    institutionCode,
    endedOn,
    account: null,
  };
}

function readingOf({ personId }: PresentedClaim, province: string, { benefitYear }: RecordedAdjudication): AuditEntry {
  return {
    province,
    action: 'READ_ACCUMULATORS',
    objectType: 'person',
    objectId: personId,
    after: { benefitYear, by: 'trial' },
  };
}
