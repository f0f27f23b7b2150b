import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  businessDateOf,
  Clock,
  contextIn,
  Database,
  decideOnce,
  PersonalDataVault,
  type Actor,
  type AuditEntry,
  type Tx,
} from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import { diseaseClassOf } from '@yiditong/eligibility';
import { v7 as uuidv7 } from 'uuid';
import { FactService } from '../fact/fact.service.js';
import { ActingService, type Named } from '../family/acting.service.js';
import { insuredRegionOf } from '../filing/insured.js';
import { appendEvents } from '../notification/event.store.js';
import { lockForRecording, personSubject } from '../recording/recording.store.js';
import type { Disease, Entitlement, SealedEntitlement } from './entitlement.entity.js';
import { DISEASES, endEntitlement, entitlementsOf, insertEntitlement, lockEntitlement } from './entitlement.store.js';

export type Recognition = Pick<Entitlement, 'personId' | 'insuredRegion' | 'diseaseCode' | 'validFrom' | 'validTo'>;
export type Ending = {
  readonly personId: string;
  readonly entitlementId: string;
  readonly validTo: string;
  readonly reason: string;
};

type Undiseased = Omit<SealedEntitlement, 'diseaseSealed'>;

/** 门诊慢特病待遇资格: which outpatient diseases the insured place has recognised, for whom and since when. */
@Injectable()
export class EntitlementService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: PersonalDataVault,
    private readonly facts: FactService,
    private readonly acting: ActingService,
  ) {}

  /** Rejects with ENTITLEMENT_OVERLAPS, PERSON_UNKNOWN, INSURED_REGION_MISMATCH, INSURANCE_INACTIVE or FILING_PERIOD_INVALID. */
  async record(actor: Actor, requestId: string, recognition: Recognition): Promise<Entitlement> {
    const { personId, insuredRegion, validFrom, validTo } = recognition;
    if (validTo !== null && validTo < validFrom)
      throw new Rejection('REQUEST_MALFORMED', { problem: 'valid_to lies before valid_from' });
    await this.facts.learnInsurance(provinceOf(insuredRegion), [personId]);
    return this.once(actor, requestId, recognition, async (tx) => {
      const { row, entry } = await this.recognise(tx, recognition, this.clock.now());
      await appendAudit(tx, actor, entry);
      return row;
    });
  }

  /**
   * Records it under the caller's lock of the person and tells of it; the entry is for the caller's audit. Rejects with ENTITLEMENT_OVERLAPS,
   * PERSON_UNKNOWN, INSURED_REGION_MISMATCH or INSURANCE_INACTIVE.
   */
  async recognise(
    tx: Tx,
    { personId, insuredRegion, diseaseCode, validFrom, validTo }: Recognition,
    recordedAt: Date,
  ): Promise<{ readonly row: Undiseased; readonly entry: AuditEntry }> {
    const province = provinceOf(insuredRegion);
    await insuredRegionOf(tx, personId, insuredRegion);
    const entitlementId = uuidv7();
    const row = { personId, entitlementId, province, insuredRegion, validFrom, validTo, version: 1, recordedAt };
    const disease = this.vault.seal(contextIn(DISEASES, personId, entitlementId, province), { diseaseCode });
    const classIndex = this.vault.bodyHash({ personId, class: diseaseClassOf(diseaseCode) });
    await insertEntitlement(tx, { ...row, disease, classIndex });
    return { row, entry: await this.told(tx, row, 'RECORD_ENTITLEMENT') };
  }

  /** After a day that is not over. Rejects with ENTITLEMENT_NOT_FOUND or REQUEST_MALFORMED. */
  async end(actor: Actor, requestId: string, ending: Ending): Promise<Entitlement> {
    return this.once(actor, requestId, ending, async (tx) => {
      const standing = await lockEntitlement(tx, ending.personId, ending.entitlementId);
      if (!standing) throw new Rejection('ENTITLEMENT_NOT_FOUND');
      const recordedAt = this.clock.now();
      checkEnd(standing, ending.validTo, businessDateOf(recordedAt));
      const { diseaseSealed: _sealed, ...before } = standing;
      const ended = { ...before, validTo: ending.validTo, version: before.version + 1, recordedAt };
      await endEntitlement(tx, ended, ending.reason);
      await appendAudit(tx, actor, await this.told(tx, ended, 'END_ENTITLEMENT', before));
      return ended;
    });
  }

  /** Newest first; for the person, a family member who acts for him, his bureau, and a hospital that treats him. */
  async list(actor: Actor, named: Named): Promise<Entitlement[]> {
    const { personId, tenant } = await this.acting.of(actor, named);
    const found = await this.database.transaction(tenant, async (tx) => {
      const entitlements = await entitlementsOf(tx, personId);
      await appendAudit(tx, actor, {
        province: tenant.region,
        action: 'LIST_ENTITLEMENTS',
        objectType: 'person',
        objectId: personId,
        after: { entitlementIds: entitlements.map(({ entitlementId }) => entitlementId) },
      });
      return entitlements;
    });
    return found.map((sealed) => this.opened(sealed));
  }

  /** What is remembered of a request is its keyed hash and how the entitlement stood then, without the disease, which stands nowhere but sealed. */
  private async once(
    actor: Actor,
    requestId: string,
    body: { readonly personId: string },
    decide: (tx: Tx) => Promise<Undiseased>,
  ): Promise<Entitlement> {
    const { personId } = body;
    const write = {
      scope: personId,
      region: actor.region,
      key: requestId,
      body: this.vault.bodyHash(body).toString('hex'),
    };
    return this.database.transaction(actor, async (tx) => {
      const stood = await decideOnce(tx, write, async () => {
        await lockForRecording(tx, personSubject(personId));
        return decide(tx);
      });
      const sealed = await lockEntitlement(tx, personId, stood.entitlementId);
      if (!sealed) throw new Rejection('ENTITLEMENT_NOT_FOUND');
      return { ...this.opened(sealed), ...stood, recordedAt: new Date(stood.recordedAt) };
    });
  }

  /** Tells of it, and gives what the audit is to say, which comes last. */
  private async told(
    tx: Tx,
    entitlement: Undiseased,
    action: 'RECORD_ENTITLEMENT' | 'END_ENTITLEMENT',
    before?: Undiseased,
  ): Promise<AuditEntry> {
    const { province, insuredRegion, personId, entitlementId, recordedAt } = entitlement;
    const type = action === 'RECORD_ENTITLEMENT' ? 'entitlement.record' : 'entitlement.end';
    const content = factsOf(entitlement);
    await appendEvents(tx, [{ province, insuredRegion, type, personId, content, recordedAt }]);
    return {
      province,
      action,
      objectType: 'entitlement',
      objectId: entitlementId,
      ...(before ? { before: factsOf(before) } : {}),
      after: { personId, ...content },
    };
  }

  private opened({ diseaseSealed, ...row }: SealedEntitlement): Entitlement {
    const context = contextIn(DISEASES, row.personId, row.entitlementId, row.province);
    return { ...row, ...this.vault.open<Disease>(context, diseaseSealed) };
  }
}

function checkEnd(standing: SealedEntitlement, validTo: string, today: string): void {
  const over = standing.validTo !== null && standing.validTo < validTo;
  if (validTo < today || validTo < standing.validFrom || over)
    throw new Rejection('REQUEST_MALFORMED', {
      problem: 'valid_to is today or later, and not after the day on which it ends anyway',
    });
}

/** Without the disease. */
function factsOf({ entitlementId, validFrom, validTo, version }: Undiseased) {
  return { entitlementId, validFrom, validTo, version };
}
