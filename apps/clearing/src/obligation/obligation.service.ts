import { Injectable } from '@nestjs/common';
import { acceptNew, continueTrace, Database, groupBy, nationalActor, sha256, type Tx } from '@yiditong/chassis';
import { merkleLeaf, obligationLeaf } from '@yiditong/ledger';
import { holdCycle } from '../cycle/cycle.store.js';
import type { ArrivedObligation } from './obligation.codec.js';
import { insertObligations, insertPostings, movePositions } from './obligation.store.js';

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
      leafHash: Buffer.from(merkleLeaf(obligationLeaf(obligation), sha256)),
    }));
    await insertObligations(tx, hashed);
    await insertPostings(tx, fresh);
    await movePositions(tx, fresh);
    return fresh;
  }
}
