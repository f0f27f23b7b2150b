import { ownsRegion } from '@yiditong/access';
import { Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, type Actor, type AuditEntry, type AuditFacts } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { ActingService, type Named } from '../family/acting.service.js';
import type { FilingRow } from './filing.entity.js';
import { aboutFiling } from './filing-record.js';
import { filingsOf, findFiling, versionsOf, type KeptVersion } from './filing.store.js';
import { countWaiting, filingsWaiting, searchFilings, type FilingFilter, type QueuePlace } from './search.store.js';

export type FilingPage = { readonly filings: readonly FilingRow[]; readonly nextAfter: string | null };
export type SearchPage = { readonly filter: FilingFilter; readonly after: string | null; readonly limit: number };

export type QueuePage = {
  readonly insuredRegion: string;
  readonly overdueOnly: boolean;
  readonly after: QueuePlace | null;
  readonly limit: number;
};
export type Queue = {
  readonly filings: readonly FilingRow[];
  readonly nextAfter: QueuePlace | null;
  readonly waiting: number;
  readonly overdue: number;
};

/** What persons and bureaus read of filings; each look is recorded. */
@Injectable()
export class ReadingService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly acting: ActingService,
  ) {}

  /** Rejects with FILING_NOT_FOUND, or as ActingService does. */
  async get(actor: Actor, named: Named, filingId: string): Promise<FilingRow> {
    const { personId, tenant } = await this.acting.of(actor, named);
    return this.database.transaction(tenant, async (tx) => {
      const filing = await findFiling(tx, personId, filingId);
      if (!filing) throw new Rejection('FILING_NOT_FOUND');
      await appendAudit(tx, actor, { ...aboutFiling(filing, 'READ_FILING'), after: { personId } });
      return filing;
    });
  }

  /** Newest first. */
  async list(actor: Actor, named: Named): Promise<FilingRow[]> {
    const { personId, tenant } = await this.acting.of(actor, named);
    return this.database.transaction(tenant, async (tx) => {
      const filings = await filingsOf(tx, [personId]);
      await appendAudit(tx, actor, {
        province: tenant.region,
        action: 'LIST_FILINGS',
        objectType: 'person',
        objectId: personId,
        after: { filingIds: filings.map(({ filingId }) => filingId) },
      });
      return filings;
    });
  }

  /** All versions, oldest first. Rejects with FILING_NOT_FOUND, or as ActingService does. */
  async history(actor: Actor, named: Named, filingId: string): Promise<KeptVersion[]> {
    const { personId, tenant } = await this.acting.of(actor, named);
    return this.database.transaction(tenant, async (tx) => {
      const filing = await findFiling(tx, personId, filingId);
      if (!filing) throw new Rejection('FILING_NOT_FOUND');
      const versions = await versionsOf(tx, filing);
      const after = { personId, versions: versions.length };
      await appendAudit(tx, actor, { ...aboutFiling(filing, 'READ_FILING'), after });
      return versions;
    });
  }

  /** A page of a bureau's own division, newest first. Rejects with NOT_PERMITTED. */
  async search(actor: Actor, { filter, after, limit }: SearchPage): Promise<FilingPage> {
    requireOwn(actor, filter.insuredRegion);
    return this.database.transaction(actor, async (tx) => {
      const filings = await searchFilings(tx, filter, after, limit);
      await appendAudit(tx, actor, aboutPage(actor, { ...filter, after }, filings));
      // A full page that is the last costs its reader one more, empty.
      return { filings, nextAfter: filings.length < limit ? null : (filings.at(-1)?.filingId ?? null) };
    });
  }

  /** A page of what waits for a bureau's review, those due first at the top. Rejects with NOT_PERMITTED. */
  async reviews(actor: Actor, { insuredRegion, overdueOnly, after, limit }: QueuePage): Promise<Queue> {
    requireOwn(actor, insuredRegion);
    const today = this.clock.businessDate();
    return this.database.transaction(actor, async (tx) => {
      const filings = await filingsWaiting(tx, insuredRegion, overdueOnly ? today : null, after, limit);
      const counts = await countWaiting(tx, insuredRegion, today);
      const asked = { insuredRegion, state: 'SUBMITTED', overdueOnly, after };
      await appendAudit(tx, actor, aboutPage(actor, asked, filings));
      const last = filings.length < limit ? undefined : filings.at(-1);
      const nextAfter = last?.reviewDueOn ? { reviewDueOn: last.reviewDueOn, filingId: last.filingId } : null;
      return { filings, nextAfter, ...counts };
    });
  }
}

/** Beside what the contract's guard and row-level security see to. */
function requireOwn(actor: Actor, region: string): void {
  if (actor.role !== 'bureau' || !ownsRegion(actor, region)) throw new Rejection('NOT_PERMITTED');
}

/** Which filings somebody was shown: by keyset, so that the question, the first and the last name them all. */
function aboutPage(
  { region: province }: Actor,
  asked: AuditFacts & Pick<FilingFilter, 'insuredRegion'>,
  filings: readonly FilingRow[],
): AuditEntry {
  const shown = { count: filings.length, first: filings[0]?.filingId ?? null, last: filings.at(-1)?.filingId ?? null };
  const division = { objectType: 'division', objectId: asked.insuredRegion };
  return { province, action: 'SEARCH_FILINGS', ...division, after: { ...asked, ...shown } };
}
