import { Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, decideOnce, type Actor, type AuditEntry } from '@yiditong/chassis';
import { findProvince, isInstitutionCode, Rejection } from '@yiditong/codes';
import type { Institution } from './institution.entity.js';
import { lockInstitutions, upsertInstitutions } from './institution.store.js';

@Injectable()
export class InstitutionService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** All or none. Rejects with NOT_PERMITTED or INSTITUTION_CODE_INVALID. */
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
    return this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        const before = await lockInstitutions(tx, institutions);
        await upsertInstitutions(tx, institutions, this.clock.now());
        await appendAudit(
          tx,
          actor,
          ...institutions.map((after) => recordOf(after, before.get(after.institutionCode))),
        );
        return institutions.length;
      }),
    );
  }
}

function recordOf(after: Institution, before: Institution | undefined): AuditEntry {
  const { province, institutionCode } = after;
  const object = { objectType: 'institution', objectId: institutionCode };
  return { province, action: 'REGISTER_INSTITUTION', ...object, ...(before ? { before } : {}), after };
}
