import { Injectable } from '@nestjs/common';
import {
  acceptNew,
  appendAudit,
  continueTrace,
  Database,
  groupBy,
  nationalActor,
  sha256,
  type AuditEntry,
  type Tx,
} from '@yiditong/chassis';
import { merkleLeaf, merkleRoot, obligationAmount, obligationLeaf } from '@yiditong/ledger';
import { sumFen } from '@yiditong/money';
import { holdCycle } from '../cycle/cycle.store.js';
import type { ArrivedObligation } from './obligation.codec.js';
import { moveMatrix } from '../position/matrix.store.js';
import { insertObligations, insertPostings, type HashedObligation } from './obligation.store.js';

const ACTOR = nationalActor('obligations');

@Injectable()
export class ObligationService {
  constructor(private readonly database: Database) {}

  /**
   * Takes each obligation once for ever, with its postings and the matrix in one transaction per treating province. Answers how
   * many were new. Rejects with CYCLE_CLOSED.
   */
  async post(obligations: readonly ArrivedObligation[]): Promise<number> {
    let posted = 0;
    for (const [province, group] of groupBy(obligations, (obligation) => obligation.treatingProvince)) {
      const fresh = await this.database.transaction(ACTOR, (tx) => this.postOfProvince(tx, province, group));
      posted += fresh.length;
      for (const obligation of fresh)
        await continueTrace('obligation posted', obligation.traceparent, async () => undefined);
    }
    return posted;
  }

  private async postOfProvince(
    tx: Tx,
    province: string,
    group: readonly ArrivedObligation[],
  ): Promise<ArrivedObligation[]> {
    const isNew = await acceptNew(
      tx,
      province,
      province,
      group.map((obligation) => obligation.obligationId),
    );
    const distinct = new Map(group.map((obligation) => [obligation.obligationId, obligation]));
    const fresh = [...distinct.values()].filter((obligation) => isNew.has(obligation.obligationId));
    if (fresh.length === 0) return [];
    for (const businessDate of [...new Set(fresh.map((obligation) => obligation.businessDate))].sort())
      await holdCycle(tx, businessDate);
    const hashed = fresh.map((obligation) => ({
      ...obligation,
      leafHash: merkleLeaf(obligationLeaf(obligation), sha256),
    }));
    await insertObligations(tx, await moveMatrix(tx, province, hashed));
    await insertPostings(tx, fresh);
    await appendAudit(tx, ACTOR, batchRecord(province, hashed));
    return fresh;
  }
}

/** One record a batch: each obligation stands in the ledger itself, and the root of their hashes says which they were. */
function batchRecord(province: string, batch: readonly HashedObligation[]): AuditEntry {
  const sorted = [...batch].sort((a, b) => (a.obligationId < b.obligationId ? -1 : 1));
  const leaves = sorted.map(({ leafHash }) => leafHash);
  const totals = {
    obligationCount: BigInt(batch.length),
    amountFen: sumFen(batch.map(obligationAmount)),
    merkleRoot: Buffer.from(merkleRoot(leaves, sha256)).toString('hex'),
  };
  const businessDates = [...new Set(batch.map(({ businessDate }) => businessDate))].sort();
  return {
    province,
    action: 'POST_OBLIGATIONS',
    objectType: 'obligation_batch',
    objectId: totals.merkleRoot,
    after: { ...totals, businessDates },
  };
}
