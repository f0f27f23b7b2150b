import { Injectable } from '@nestjs/common';
import { ownsRegion } from '@yiditong/access';
import {
  appendAudit,
  Clock,
  Database,
  decideOnce,
  nationalActor,
  serviceActor,
  type Actor,
  type AuditEntry,
  type Tx,
} from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import { FactService } from '../fact/fact.service.js';
import { latestInsurance } from '../fact/fact.store.js';
import { insuredRegionOf } from '../filing/insured.js';
import { lockForRecording, personSubject } from '../recording/recording.store.js';
import type { FamilyAccess, NewFamilyAccess } from './family.entity.js';
import { accessesOf, agentsOf, findAccess, insertAccess, revokeAccess } from './family.store.js';

/** How many may act for one person at a time. */
const MAX_AGENTS = 10;

/** Who may act for whom. The two may be insured in different provinces; the person's own has the record. */
@Injectable()
export class FamilyService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly facts: FactService,
  ) {}

  /**
   * By the person himself, or for one insured in its area, such as a minor, by a bureau. The agent is named by his id alone and may
   * be insured anywhere, so where nobody told of him yet, benefit is asked for the nation. Rejects with FAMILY_ACCESS_INVALID,
   * PERSON_UNKNOWN, INSURED_REGION_MISMATCH, INSURANCE_INACTIVE, NOT_PERMITTED or IDEMPOTENCY_KEY_REUSED.
   */
  async grant(actor: Actor, requestId: string, wanted: NewFamilyAccess): Promise<FamilyAccess> {
    const { personId, agentPersonId, relation, insuredRegion } = wanted;
    requireGranter(actor, wanted);
    if (personId === agentPersonId) throw invalid();
    const province = actor.region;
    if (insuredRegion !== null) await this.facts.learnInsurance(province, [personId]);
    const agentProvince = await this.facts.provinceOfPerson(agentPersonId);
    if (agentProvince === null) throw new Rejection('PERSON_UNKNOWN');
    const write = { scope: personId, region: province, key: requestId, body: { grant: wanted } };
    const granted = await this.database.transaction(serviceActor('filing', province), (tx) =>
      decideOnce(tx, write, async () => {
        await lockForRecording(tx, personSubject(personId));
        if (insuredRegion !== null) await insuredRegionOf(tx, personId, insuredRegion);
        const agents = await agentsOf(tx, personId);
        if (agents.length >= MAX_AGENTS || agents.includes(agentPersonId)) throw invalid();
        const parties = { personId, province, agentPersonId, agentProvince };
        const access = { ...parties, accessId: uuidv7(), relation, grantedAt: this.clock.now(), revokedAt: null };
        await insertAccess(tx, access);
        await appendAudit(tx, actor, recordOf(access, 'GRANT_FAMILY_ACCESS'));
        return access;
      }),
    );
    return revived(granted);
  }

  /** By either of the two or the person's bureau. One that was ended before is answered as it stands. Rejects with FAMILY_ACCESS_NOT_FOUND. */
  async revoke(actor: Actor, requestId: string, personId: string, accessId: string): Promise<FamilyAccess> {
    const standing = await this.database.transaction(readerOf(actor), (tx) =>
      this.found(tx, actor, personId, accessId),
    );
    const write = {
      scope: standing.personId,
      region: standing.province,
      key: requestId,
      body: { revoke: { personId, accessId } },
    };
    const revoked = await this.database.transaction(serviceActor('filing', standing.province), (tx) =>
      decideOnce(tx, write, async () => {
        await lockForRecording(tx, personSubject(standing.personId));
        const isEnd = await revokeAccess(tx, standing, this.clock.now());
        const access = (await findAccess(tx, personId, accessId)) ?? standing;
        if (isEnd) await appendAudit(tx, actor, recordOf(access, 'REVOKE_FAMILY_ACCESS'));
        return access;
      }),
    );
    return revived(revoked);
  }

  /** Both directions, and also what was ended. A bureau sees them of whom it insures. */
  async list(actor: Actor, personId: string): Promise<FamilyAccess[]> {
    requireSelf(actor, personId);
    return this.database.transaction(readerOf(actor), async (tx) => {
      const accesses = (await isOf(tx, actor, personId)) ? await accessesOf(tx, personId) : [];
      await appendAudit(tx, actor, {
        province: actor.region,
        action: 'LIST_FAMILY_ACCESS',
        objectType: 'person',
        objectId: personId,
        after: { accessIds: accesses.map(({ accessId }) => accessId) },
      });
      return accesses;
    });
  }

  private async found(tx: Tx, actor: Actor, personId: string, accessId: string): Promise<FamilyAccess> {
    requireSelf(actor, personId);
    const access = (await isOf(tx, actor, personId)) ? await findAccess(tx, personId, accessId) : null;
    // The bureau of the agent's province sees the grant, but ends only what its own persons granted.
    if (!access || (actor.role === 'bureau' && access.personId !== personId))
      throw new Rejection('FAMILY_ACCESS_NOT_FOUND');
    return access;
  }
}

/** Rejects with NOT_PERMITTED or REQUEST_MALFORMED. */
function requireGranter(actor: Actor, { personId, insuredRegion }: NewFamilyAccess): void {
  requireSelf(actor, personId);
  if (actor.role === 'insured') return;
  if (insuredRegion === null) throw new Rejection('REQUEST_MALFORMED', { problem: 'insured_region is missing' });
  if (!ownsRegion(actor, insuredRegion)) throw new Rejection('NOT_PERMITTED');
}

/** A person acts for himself here, and nobody else but a bureau does. */
function requireSelf(actor: Actor, personId: string): void {
  if (actor.role !== 'bureau' && actor.person !== personId) throw new Rejection('NOT_PERMITTED');
}

/** A person finds his own wherever he and the other were insured; every query of his names him. */
function readerOf(actor: Actor): Actor {
  return actor.role === 'insured' ? nationalActor('filing') : serviceActor('filing', actor.region);
}

/** Whether the person is the actor's own: himself, or insured in the bureau's area. */
async function isOf(tx: Tx, actor: Actor, personId: string): Promise<boolean> {
  if (actor.role === 'insured') return true;
  const insurance = await latestInsurance(tx, personId);
  return insurance !== null && ownsRegion(actor, insurance.insuredRegion);
}

function recordOf(access: FamilyAccess, action: 'GRANT_FAMILY_ACCESS' | 'REVOKE_FAMILY_ACCESS'): AuditEntry {
  const { province, accessId, personId, agentPersonId, agentProvince, relation } = access;
  const after = { personId, agentPersonId, agentProvince, relation };
  return { province, action, objectType: 'family_access', objectId: accessId, after };
}

function invalid(): Rejection {
  return new Rejection('FAMILY_ACCESS_INVALID', { limit: String(MAX_AGENTS) });
}

/** As it was before it was kept for repeats of the request. */
function revived(access: FamilyAccess): FamilyAccess {
  const { grantedAt, revokedAt } = access;
  return { ...access, grantedAt: new Date(grantedAt), revokedAt: revokedAt && new Date(revokedAt) };
}
