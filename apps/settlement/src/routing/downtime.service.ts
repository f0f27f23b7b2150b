import { Injectable } from '@nestjs/common';
import { ownsRegion } from '@yiditong/access';
import { appendAudit, Clock, Database, decideOnce, type Actor, type AuditAction, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import { isDowntimeValid, type Downtime } from './endpoint-rules.js';
import { insertDowntime, lockDowntime, markEnded } from './endpoint.store.js';
import { RouteBook } from './route-book.service.js';

export type Announced = {
  readonly province: string;
  readonly from: Date;
  readonly until: Date;
  readonly notice: string;
};

/** 停机公告: when a province's core will not answer. */
@Injectable()
export class DowntimeService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly routes: RouteBook,
  ) {}

  /** Rejects with DOWNTIME_INVALID or IDEMPOTENCY_KEY_REUSED. */
  async announce(actor: Actor, requestId: string, announced: Announced): Promise<Downtime> {
    const { province, notice } = announced;
    if (!ownsRegion(actor, province)) throw new Rejection('NOT_PERMITTED');
    const [from, until] = [announced.from.toISOString(), announced.until.toISOString()];
    const write = { scope: province, region: province, key: requestId, body: { province, from, until, notice } };
    const downtime = await this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        const now = this.clock.now();
        if (!isDowntimeValid(announced, notice, now)) throw new Rejection('DOWNTIME_INVALID');
        const made = { downtimeId: uuidv7(), province, from, until, notice };
        await insertDowntime(tx, made, now);
        await recordChange(tx, actor, 'ANNOUNCE_DOWNTIME', made);
        return made;
      }),
    );
    this.routes.forget();
    return downtime;
  }

  /** Ends it now, or takes it back before it began. One that is over stays as it was. Rejects with DOWNTIME_NOT_FOUND. */
  async end(actor: Actor, province: string, downtimeId: string): Promise<Downtime> {
    if (!ownsRegion(actor, province)) throw new Rejection('NOT_PERMITTED');
    const ended = await this.database.transaction(actor, async (tx) => {
      const found = await lockDowntime(tx, province, downtimeId);
      if (!found) throw new Rejection('DOWNTIME_NOT_FOUND');
      const { downtime, endedAt } = found;
      if (endedAt) return endedBy(downtime, endedAt);
      const now = this.clock.now();
      if (downtime.until <= now.toISOString()) return downtime;
      await markEnded(tx, downtime, now);
      const after = endedBy(downtime, now);
      await recordChange(tx, actor, 'END_DOWNTIME', after, downtime);
      return after;
    });
    this.routes.forget();
    return ended;
  }
}

/** Taken back before it began, it ends as it begins. */
function endedBy(downtime: Downtime, at: Date): Downtime {
  const instant = at.toISOString();
  return { ...downtime, until: instant < downtime.from ? downtime.from : instant };
}

async function recordChange(
  tx: Tx,
  actor: Actor,
  action: AuditAction,
  { province, downtimeId, from, until }: Downtime,
  before?: Downtime,
): Promise<void> {
  await appendAudit(tx, actor, {
    province,
    action,
    objectType: 'downtime',
    objectId: downtimeId,
    ...(before ? { before: { from: before.from, until: before.until } } : {}),
    after: { from, until },
  });
}
