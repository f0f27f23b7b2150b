import { Injectable } from '@nestjs/common';
import { acceptNew, appendAudit, Database, groupBy, serviceActor, type AuditEntry } from '@yiditong/chassis';
import type { Refusal } from './refusal.codec.js';

const INBOX_SCOPE = 'refusal';

/** Leaves an audit record of each refused credential, once, in the chain of its province or the nation's. */
@Injectable()
export class RefusalService {
  constructor(private readonly database: Database) {}

  /**
   * A transaction a chain. What an earlier attempt recorded before it failed isn't recorded again. How many the gateway had to
   * drop before is said in the record of the first.
   */
  async record(refusals: readonly Refusal[], dropped: bigint): Promise<void> {
    for (const [province, ofProvince] of groupBy(refusals, (refusal) => refusal.province)) {
      await this.database.transaction(serviceActor('identity', province), async (tx) => {
        const ids = ofProvince.map(({ refusalId }) => refusalId);
        const fresh = await acceptNew(tx, INBOX_SCOPE, province, ids);
        const entries = ofProvince
          .filter(({ refusalId }) => fresh.has(refusalId))
          .map((refusal) => entryOf(refusal, refusal === refusals[0] ? dropped : 0n));
        await appendAudit(tx, serviceActor('identity', province), ...entries);
      });
    }
  }
}

function entryOf(refusal: Refusal, dropped: bigint): AuditEntry {
  const { province, refusalId, refusedAt, ...facts } = refusal;
  return {
    province,
    action: 'REFUSE_CREDENTIAL',
    objectType: 'credential',
    objectId: refusalId,
    after: { ...facts, refusedAt: refusedAt.toISOString(), ...(dropped > 0n ? { droppedBefore: dropped } : {}) },
  };
}
