import { Injectable } from '@nestjs/common';
import { appendAudit, Database, PersonalDataVault, type Actor, type AuditEntry } from '@yiditong/chassis';
import { NATION, provinceOf, Rejection } from '@yiditong/codes';
import { maskedDiagnosis } from './settlement.codec.js';
import { findInstitution } from '../institution/institution.store.js';
import type { Diagnosed, DiagnosedSettlement, SettledLine, Settlement } from './settlement.entity.js';
import { linesOf } from './settlement-line.store.js';
import { diagnosisContext, findSealedSettlement, findSettlement, settlementsOfCycle } from './settlement.store.js';

/** With the institution's name as the directory has it now; empty where it has none for who asks. */
export type NamedSettlement = DiagnosedSettlement & { readonly institutionName: string };

/** Settlements as they stand, for their parties. */
@Injectable()
export class ReadingService {
  constructor(
    private readonly database: Database,
    private readonly vault: PersonalDataVault,
  ) {}

  /** The diagnosis is shown to the hospital that sent it, and to nobody else. Rejects with SETTLEMENT_NOT_FOUND. */
  async get(actor: Actor, settlementId: string): Promise<NamedSettlement> {
    const { settlement, diagnosisSealed, institutionName } = await this.database.transaction(actor, async (tx) => {
      const found = await findSealedSettlement(tx, settlementId);
      const foreign = actor.role === 'hospital' && found?.settlement.institutionCode !== actor.institution;
      if (!found || foreign) throw new Rejection('SETTLEMENT_NOT_FOUND');
      await appendAudit(tx, actor, readingOf(actor, found.settlement));
      const institution = await findInstitution(tx, found.settlement.institutionCode);
      return { ...found, institutionName: institution?.name ?? '' };
    });
    if (actor.role !== 'hospital') return { ...settlement, ...maskedDiagnosis(settlement), institutionName };
    return {
      ...settlement,
      institutionName,
      ...this.vault.open<Diagnosed>(diagnosisContext(settlement), diagnosisSealed),
    };
  }

  /** The fee lines after a line number, for who may read the settlement. Rejects with SETTLEMENT_NOT_FOUND. */
  async lines(actor: Actor, settlementId: string, after: number, limit: number): Promise<SettledLine[]> {
    return this.database.transaction(actor, async (tx) => {
      const found = await findSettlement(tx, settlementId);
      const foreign = actor.role === 'hospital' && found?.institutionCode !== actor.institution;
      if (!found || foreign) throw new Rejection('SETTLEMENT_NOT_FOUND');
      const lines = await linesOf(tx, found, after, limit);
      const read = { after, count: lines.length, personId: found.personId };
      await appendAudit(tx, actor, { ...readingOf(actor, found), action: 'READ_SETTLED_LINES', after: read });
      return lines;
    });
  }

  /** In id order, after an id. Nobody who may list sent any of them, so every diagnosis is masked. */
  async listOfCycle(
    actor: Actor,
    businessDate: string,
    after: string | null,
    limit: number,
  ): Promise<DiagnosedSettlement[]> {
    const page = await this.database.transaction(actor, async (tx) => {
      const settlements = await settlementsOfCycle(tx, businessDate, after, limit);
      await appendAudit(tx, actor, listingOf(actor, businessDate, after, settlements));
      return settlements;
    });
    return page.map((settlement) => ({ ...settlement, ...maskedDiagnosis(settlement) }));
  }
}

/** In the reader's own chain, or where the nation reads in that of the province whose person it is. */
function readingOf({ region }: Actor, { settlementId, personId, insuredRegion }: Settlement): AuditEntry {
  const province = region === NATION ? provinceOf(insuredRegion) : region;
  return { province, action: 'READ_SETTLEMENT', objectType: 'settlement', objectId: settlementId, after: { personId } };
}

/** One record a page: which settlements stood on it follows from the ids between which it lies. */
function listingOf(
  { region }: Actor,
  businessDate: string,
  after: string | null,
  page: readonly Settlement[],
): AuditEntry {
  const facts = { after, last: page.at(-1)?.settlementId ?? null, count: page.length };
  return { province: region, action: 'LIST_SETTLEMENTS', objectType: 'cycle', objectId: businessDate, after: facts };
}
