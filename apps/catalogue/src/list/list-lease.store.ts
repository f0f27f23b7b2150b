import type { Tx } from '@yiditong/chassis';
import type { ListState } from '@yiditong/codes';
import { getList, keyOf } from './list.store.js';
import type { ItemList, ListKey } from './list.entity.js';

/** A list that somebody works on in the background, his until an instant unless he prolongs it. */
export type Lease = {
  readonly list: ItemList;
  readonly state: ListState;
  readonly until: Date;
  /** The how many-eth time it is taken since it last came on; who took it before may have crashed. */
  readonly round: number;
};

/** Takes one whose work waits, the one that has waited longest; null where none does. One that is being worked on in a transaction is passed over. */
export async function takeList(tx: Tx, now: Date, until: Date): Promise<Lease | null> {
  const taken: (ListKey & { readonly round: number })[] = await tx.query(
    `WITH due AS (
       SELECT province, institution_code, list_id FROM item_list WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
     ), taken AS (
       UPDATE item_list l SET due_at = $2, rounds = rounds + 1 FROM due
       WHERE l.province = due.province AND l.institution_code = due.institution_code AND l.list_id = due.list_id
       RETURNING l.province, l.institution_code, l.list_id, l.rounds
     )
     SELECT province, institution_code AS "institutionCode", list_id AS "listId", rounds AS round FROM taken`,
    [now, until],
  );
  const [found] = taken;
  if (!found) return null;
  const list = await getList(tx, found);
  return { list, state: list.state, until, round: found.round };
}

/** Holds the list until the commit, so that nobody takes it however long that lasts; false where it is another's by now. */
export async function holdLease(tx: Tx, { list, state, until }: Lease): Promise<boolean> {
  const held: unknown[] = await tx.query(
    `SELECT FROM item_list WHERE province = $1 AND institution_code = $2 AND list_id = $3 AND state = $4 AND due_at = $5 FOR UPDATE`,
    [...keyOf(list), state, until],
  );
  return held.length === 1;
}

/** Of a list that is held. What has come on so far counts as one try no more. */
export async function prolongLease(tx: Tx, lease: Lease, until: Date): Promise<Lease> {
  await tx.query(
    'UPDATE item_list SET due_at = $4, rounds = 0 WHERE province = $1 AND institution_code = $2 AND list_id = $3',
    [...keyOf(lease.list), until],
  );
  return { ...lease, until };
}

/** Has it taken up again at an instant, by whoever comes then. */
export async function postpone(tx: Tx, lease: Lease, dueAt: Date): Promise<boolean> {
  if (!(await holdLease(tx, lease))) return false;
  await tx.query(
    'UPDATE item_list SET due_at = $4, rounds = 0 WHERE province = $1 AND institution_code = $2 AND list_id = $3',
    [...keyOf(lease.list), dueAt],
  );
  return true;
}
