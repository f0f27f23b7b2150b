import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  decideOnce,
  nationalActor,
  type Actor,
  type AuditEntry,
} from '@yiditong/chassis';
import { findProvince, isInstitutionCode, Rejection } from '@yiditong/codes';
import { InstitutionRelay } from './institution-relay.service.js';
import type { DatedInstitution, Institution } from './institution.entity.js';
import { institutionsOf, lockInstitutions, upsertInstitutions } from './institution.store.js';

@Injectable()
export class InstitutionService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly relay: InstitutionRelay,
  ) {}

  /** All or none; filing is told of those that stand otherwise now. Rejects with NOT_PERMITTED or INSTITUTION_CODE_INVALID. */
  async register(
    actor: Actor,
    requestId: string,
    province: string,
    institutions: readonly Institution[],
  ): Promise<number> {
    if (province !== actor.region) throw new Rejection('NOT_PERMITTED');
    for (const { institutionCode, region } of institutions) {
      const ofProvince = [institutionCode.slice(1, 7), region].every((code) => findProvince(code)?.code === province);
      if (!isInstitutionCode(institutionCode) || !ofProvince)
        throw new Rejection('INSTITUTION_CODE_INVALID', { institution: institutionCode });
    }
    const write = { scope: province, region: province, key: requestId, body: institutions };
    const registered = await this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        const before = await lockInstitutions(tx, institutions);
        const standing = await upsertInstitutions(tx, institutions, this.clock.now());
        await this.relay.append(
          tx,
          standing.filter(
            ({ institutionCode, changedAt }) =>
              before.get(institutionCode)?.changedAt.getTime() !== changedAt.getTime(),
          ),
        );
        await appendAudit(
          tx,
          actor,
          ...institutions.map((after) => recordOf(after, before.get(after.institutionCode))),
        );
        return institutions.length;
      }),
    );
    this.relay.nudge();
    return registered;
  }

  /** Of any province; those unknown are left out. The directory is no secret. */
  async find(codes: readonly string[]): Promise<DatedInstitution[]> {
    return this.database.transaction(nationalActor('settlement'), (tx) => institutionsOf(tx, codes));
  }
}

function recordOf(after: Institution, known: DatedInstitution | undefined): AuditEntry {
  const { changedAt: _changedAt, ...before } = known ?? {};
  const { province, institutionCode } = after;
  const object = { objectType: 'institution', objectId: institutionCode };
  return { province, action: 'REGISTER_INSTITUTION', ...object, ...(known ? { before } : {}), after };
}
