import { Injectable } from '@nestjs/common';
import { findProvince, NATION, Rejection } from '@yiditong/codes';
import {
  CHAIN_START,
  chainEndFaults,
  followChain,
  type ChainFault,
  type ChainHead,
  type ChainHeads,
} from '@yiditong/ledger';
import type { Actor } from '../actor.js';
import { Database } from '../database.js';
import { chainedRecord, type AuditRecord } from './audit-record.js';
import { endOfChain, headOfChain, pageOfChain, recordsBetween, type RecordFilter } from './audit.store.js';

const BATCH = 1_000;
/** Records are numbered from 1; whoever forges one may number it otherwise. */
const BEFORE_ALL = -(2n ** 63n);
/** Of a chain that is broken everywhere, the first places say enough. */
const MAX_FAULTS = 100;

export type Verification = {
  /** The head that the chain was compared with; null where there is none, which is a fault. */
  readonly head: ChainHead | null;
  readonly checked: bigint;
  /** The first of them; {@link faultCount} counts all. */
  readonly faults: readonly ChainFault[];
  readonly faultCount: number;
};

/** The trail of one service's own work, province by province. */
@Injectable()
export class AuditService {
  constructor(private readonly database: Database) {}

  async list(
    actor: Actor,
    province: string,
    after: bigint,
    limit: number,
    filter: RecordFilter,
  ): Promise<AuditRecord[]> {
    checkChain(actor, province);
    return this.database.transaction(actor, (tx) => pageOfChain(tx, province, after, limit, filter));
  }

  /** What a bureau keeps, to find later that a tail was cut off or a chain made anew. */
  async head(actor: Actor, province: string): Promise<ChainHead> {
    checkChain(actor, province);
    const head = await this.database.transaction(actor, (tx) => headOfChain(tx, province));
    if (!head) throw new Error(`the head of ${province}'s audit chain is gone`);
    return head;
  }

  /** Reads the whole chain in batches, each in a transaction of its own, so that nobody who appends has to wait. */
  async verify(actor: Actor, province: string, known: ChainHead | null): Promise<Verification> {
    checkChain(actor, province);
    const { head, last } = await this.database.transaction(actor, (tx) => endOfChain(tx, province));
    const heads: ChainHeads = { head, known };
    const found = new FaultList();
    let reached = CHAIN_START;
    let checked = 0n;
    let after = BEFORE_ALL;
    while (after < last) {
      const from = after;
      const batch = await this.database.transaction(actor, (tx) => recordsBetween(tx, province, from, last, BATCH));
      if (batch.length === 0) break;
      const part = followChain(reached, batch.map(chainedRecord), heads, this.database.auditMac);
      found.add(part.faults);
      reached = part.reached;
      after = batch.at(-1)?.sequence ?? last;
      checked += BigInt(batch.length);
    }
    found.add(chainEndFaults(reached, heads));
    return { head, checked, faults: found.first, faultCount: found.count };
  }
}

class FaultList {
  readonly first: ChainFault[] = [];
  count = 0;

  add(faults: readonly ChainFault[]): void {
    this.count += faults.length;
    this.first.push(...faults.slice(0, MAX_FAULTS - this.first.length));
  }
}

/** Row-level security shows another's chain as an empty one, which must not be taken for a sound one. */
function checkChain(actor: Actor, province: string): void {
  if (province !== NATION && findProvince(province)?.code !== province)
    throw new Rejection('REGION_UNKNOWN', { region: province });
  const whole = actor.area === undefined && actor.institution === undefined && actor.person === undefined;
  if (!whole || (actor.region !== NATION && actor.region !== province)) throw new Rejection('NOT_PERMITTED');
}
