import { Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, decideOnce, type AuditAction, type Tx } from '@yiditong/chassis';
import { Rejection, type FilingEvent } from '@yiditong/codes';
import type { Acting } from '../family/acting.service.js';
import { agentsProvince } from '../family/family.store.js';
import { lockForRecording, personSubject } from '../recording/recording.store.js';
import { recordFilings } from './filing-record.js';
import type { FilingRow } from './filing.entity.js';
import { lockFiling } from './filing.store.js';

/** What somebody asks for, and under which key. */
export type FilingRequest = { readonly requestId: string; readonly body: Readonly<Record<string, unknown>> };

/** What is to become of a filing; the reason is that of `after`. */
export type FilingChange = {
  readonly event: FilingEvent;
  readonly before: FilingRow | null;
  readonly after: FilingRow;
  readonly action?: AuditAction;
};

/** Reads what it needs in the transaction, as of an instant, and decides. */
export type Decide = (tx: Tx, now: Date) => Promise<FilingChange>;

/** The way in which every change of one filing is recorded: once a key, one at a time a person, with version, event and audit. */
@Injectable()
export class RecordingService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Gives the filing as it stands then; the same request again gives the first answer. Rejects with IDEMPOTENCY_KEY_REUSED. */
  async record(acting: Acting, { requestId, body }: FilingRequest, decide: Decide): Promise<FilingRow> {
    const write = { scope: acting.personId, region: acting.tenant.region, key: requestId, body };
    const filing = await this.database.transaction(acting.tenant, (tx) =>
      decideOnce(tx, write, async () => {
        await lockForRecording(tx, personSubject(acting.personId));
        await this.requireStillActing(tx, acting);
        // After the lock: whoever decided before this instant has done so, and didn't see what is recorded now.
        const { event, before, after, action } = await decide(tx, this.clock.now());
        const cause = { event, actor: acting.actor, reason: after.reason };
        const entries = await recordFilings(tx, cause, [{ before, after }], action);
        await appendAudit(tx, acting.actor, ...entries);
        return after;
      }),
    );
    return { ...filing, createdAt: new Date(filing.createdAt), updatedAt: new Date(filing.updatedAt) };
  }

  /** Whoever acts for a family member may have lost the grant while he waited; what revokes it holds the same lock. */
  private async requireStillActing(tx: Tx, { actor, personId }: Acting): Promise<void> {
    const agent = actor.role === 'insured' && actor.person !== personId ? actor.person : undefined;
    if (agent !== undefined && (await agentsProvince(tx, personId, agent)) === null)
      throw new Rejection('FAMILY_ACCESS_MISSING');
  }
}

/** A filing of the person, held until the commit. Rejects with FILING_NOT_FOUND. */
export async function heldFiling(tx: Tx, personId: string, filingId: string): Promise<FilingRow> {
  const filing = await lockFiling(tx, personId, filingId);
  if (!filing) throw new Rejection('FILING_NOT_FOUND');
  return filing;
}
