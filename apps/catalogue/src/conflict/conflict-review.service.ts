import { Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, type Actor, type AuditAction } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { UNRESOLVED, type ConflictRow } from './conflict.entity.js';
import { conflictsBefore, lockConflict, updateConflict, type ConflictPage } from './conflict.store.js';

/** How a conflict ends by somebody's word. */
export type Resolution = { readonly state: 'ACCEPTED' | 'CORRECTED'; readonly resolution: string };

/** What a bureau does about conflicts: reads them, gives them an owner, and ends them. */
@Injectable()
export class ConflictReviewService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Newest first. */
  async list(actor: Actor, page: ConflictPage): Promise<ConflictRow[]> {
    return this.database.transaction(actor, (tx) => conflictsBefore(tx, actor.region, page));
  }

  /** The caller's own where nobody is named. Rejects with CONFLICT_NOT_FOUND or CONFLICT_CLOSED. */
  async assign(actor: Actor, conflictId: string, owner: string): Promise<ConflictRow> {
    const assigned = { state: 'ASSIGNED', owner: owner === '' ? actor.subject : owner } as const;
    return this.change(actor, conflictId, 'ASSIGN_CONFLICT', (before) => {
      if (!UNRESOLVED.includes(before.state)) throw new Rejection('CONFLICT_CLOSED');
      return { ...before, ...assigned };
    });
  }

  /** The same word by the same account again changes nothing. Rejects with CONFLICT_NOT_FOUND or CONFLICT_CLOSED. */
  async resolve(actor: Actor, conflictId: string, said: Resolution): Promise<ConflictRow> {
    return this.change(actor, conflictId, 'RESOLVE_CONFLICT', (before) => {
      const { state, resolution, resolvedBy } = before;
      if (state === said.state && resolution === said.resolution && resolvedBy === actor.subject) return before;
      if (!UNRESOLVED.includes(state)) throw new Rejection('CONFLICT_CLOSED');
      return { ...before, ...said, resolvedBy: actor.subject, resolvedAt: this.clock.now() };
    });
  }

  private async change(
    actor: Actor,
    conflictId: string,
    action: AuditAction,
    changed: (before: ConflictRow) => ConflictRow,
  ): Promise<ConflictRow> {
    return this.database.transaction(actor, async (tx) => {
      const before = await lockConflict(tx, actor.region, conflictId);
      const after = changed(before);
      if (after === before) return before;
      await updateConflict(tx, after);
      const { kind, state, owner } = after;
      await appendAudit(tx, actor, {
        province: actor.region,
        action,
        objectType: 'catalogue_conflict',
        objectId: conflictId,
        before: { state: before.state, owner: before.owner },
        after: { kind, state, owner },
      });
      return after;
    });
  }
}
