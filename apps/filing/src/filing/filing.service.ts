import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  decideOnce,
  groupBy,
  serviceActor,
  type Actor,
  type AuditEntry,
} from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import { decideEligibility, type Eligibility } from '@yiditong/eligibility';
import { v7 as uuidv7 } from 'uuid';
import type { AskedVisit, NewFiling } from './filing.codec.js';
import { refusalOf } from './filing-rules.js';
import type { FilingRow } from './filing.entity.js';
import { filingsOf, findFiling, insertFiling } from './filing.store.js';

@Injectable()
export class FilingService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async register(actor: Actor, requestId: string, proposal: NewFiling): Promise<FilingRow> {
    mayActFor(actor, proposal.personId, proposal.insuredProvince);
    const refusal = refusalOf(proposal);
    if (refusal) throw new Rejection(refusal, { region: proposal.destinationRegion });

    const write = { scope: proposal.personId, region: proposal.insuredProvince, key: requestId, body: proposal };
    return this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        const filing: FilingRow = { ...proposal, filingId: uuidv7(), createdAt: this.clock.now() };
        await insertFiling(tx, filing);
        await appendAudit(tx, actor, { ...recordOf(filing, 'REGISTER_FILING'), after: proposal });
        return filing;
      }),
    );
  }

  async get(actor: Actor, personId: string, filingId: string): Promise<FilingRow> {
    mayActFor(actor, personId, actor.region);
    return this.database.transaction(actor, async (tx) => {
      const filing = await findFiling(tx, personId, filingId);
      if (!filing) throw new Rejection('FILING_NOT_FOUND');
      await appendAudit(tx, actor, { ...recordOf(filing, 'READ_FILING'), after: { personId } });
      return filing;
    });
  }

  async list(actor: Actor, personId: string): Promise<FilingRow[]> {
    mayActFor(actor, personId, actor.region);
    return this.database.transaction(actor, async (tx) => {
      const filings = await filingsOf(tx, [personId]);
      await appendAudit(tx, actor, {
        province: actor.region,
        action: 'LIST_FILINGS',
        objectType: 'person',
        objectId: personId,
        after: { filingIds: filings.map(({ filingId }) => filingId) },
      });
      return filings;
    });
  }

  /**
   * Reads the filings of all visits at once, as the insured provinces' own record, and decides each. Nobody sees a filing by
   * this, only whether one covers the visit; what comes of that is recorded where the bill is settled.
   */
  async checkEligibility(visits: readonly AskedVisit[]): Promise<Eligibility[]> {
    const filings = new Map<string, FilingRow[]>();
    for (const [province, asked] of groupBy(visits, (visit) => provinceOf(visit.insuredRegion))) {
      const rows = await this.database.transaction(serviceActor('filing', province), (tx) =>
        filingsOf(
          tx,
          asked.map((visit) => visit.personId),
        ),
      );
      for (const row of rows) filings.set(row.personId, [...(filings.get(row.personId) ?? []), row]);
    }
    return visits.map((visit) => decideEligibility({ ...visit, filings: filingsFor(visit, filings) }));
  }
}

function recordOf(filing: FilingRow, action: 'REGISTER_FILING' | 'READ_FILING'): AuditEntry {
  return { province: filing.insuredProvince, action, objectType: 'filing', objectId: filing.filingId };
}

/** A person acts for himself, a bureau for its province. Rejects with NOT_PERMITTED. */
function mayActFor(actor: Actor, personId: string, province: string): void {
  const own = actor.role === 'insured' ? actor.person === personId : true;
  if (!own || actor.region !== province) throw new Rejection('NOT_PERMITTED');
}

/** Those of the place where the person is insured: another area of the province can't cover him at this one's cost. */
function filingsFor({ personId, insuredRegion }: AskedVisit, filings: ReadonlyMap<string, FilingRow[]>): FilingRow[] {
  return (filings.get(personId) ?? []).filter((filing) => filing.insuredRegion === insuredRegion);
}
