import type { Tx } from '@yiditong/chassis';
import type { DraftState } from '@yiditong/codes';
import type { Draft, DraftKey } from './draft.entity.js';
import { getDraft } from './draft.store.js';

/** A draft that somebody works on in the background, his until an instant. */
export type Lease = {
  readonly draft: Draft;
  readonly state: DraftState;
  readonly until: Date;
  /** The how many-eth time it is taken since it last came to rest; who took it before may have crashed. */
  readonly round: number;
};

/** Takes the one that has waited longest; null where none does. One that is being worked on in a transaction is passed over. */
export async function takeDraft(tx: Tx, now: Date, until: Date): Promise<Lease | null> {
  const taken: (DraftKey & { round: number })[] = await tx.query(
    `WITH due AS (
       SELECT province, draft_id FROM catalogue_draft WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
     ), taken AS (
       UPDATE catalogue_draft SET due_at = $2, rounds = rounds + 1 FROM due
       WHERE catalogue_draft.province = due.province AND catalogue_draft.draft_id = due.draft_id
       RETURNING catalogue_draft.province, catalogue_draft.draft_id, rounds
     )
     SELECT province, draft_id AS "draftId", rounds AS round FROM taken`,
    [now, until],
  );
  const [found] = taken;
  if (!found) return null;
  const draft = await getDraft(tx, found);
  return { draft, state: draft.state, until, round: found.round };
}

/** Holds the draft until the commit, so that nobody takes it however long that lasts; false where it is another's by now. */
export async function holdLease(tx: Tx, { draft, state, until }: Lease): Promise<boolean> {
  const held: unknown[] = await tx.query(
    'SELECT FROM catalogue_draft WHERE province = $1 AND draft_id = $2 AND state = $3 AND due_at = $4 FOR UPDATE',
    [draft.province, draft.draftId, state, until],
  );
  return held.length === 1;
}

/** From here on a lock is waited for 5 seconds and not a minute: whoever classifies a bill waits too. The publication can be approved again. */
export async function holdReadersUpBriefly(tx: Tx): Promise<void> {
  await tx.query("SET LOCAL lock_timeout = '5s'");
}
