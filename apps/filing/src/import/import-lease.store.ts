import type { Tx } from '@yiditong/chassis';
import type { ImportState } from '@yiditong/codes';
import { getImport } from './import.store.js';
import type { ImportFile } from './import.entity.js';

/** An import that somebody works on in the background, his until an instant unless he prolongs it. */
export type Lease = {
  readonly file: ImportFile;
  readonly state: ImportState;
  readonly until: Date;
  /** The how many-eth time it is taken since it last came to rest; who took it before may have crashed. */
  readonly round: number;
};

/** Takes one whose work waits, the one that has waited longest; null where none does. One that is being worked on in a transaction is passed over. */
export async function takeImport(tx: Tx, now: Date, until: Date): Promise<Lease | null> {
  const taken: { importId: string; round: number }[] = await tx.query(
    `WITH due AS (
       SELECT import_id, province FROM filing_import WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
     ), taken AS (
       UPDATE filing_import SET due_at = $2, rounds = rounds + 1 FROM due
       WHERE filing_import.import_id = due.import_id AND filing_import.province = due.province RETURNING filing_import.import_id, rounds
     )
     SELECT import_id AS "importId", rounds AS round FROM taken`,
    [now, until],
  );
  const [found] = taken;
  if (!found) return null;
  const file = await getImport(tx, found.importId);
  return { file, state: file.state, until, round: found.round };
}

/** Null where it is another's by now. */
export async function prolongLease(tx: Tx, lease: Lease, until: Date): Promise<Lease | null> {
  const kept: unknown[] = await tx.query(
    `WITH kept AS (
       UPDATE filing_import SET due_at = $4 WHERE import_id = $1 AND state = $2 AND due_at = $3 RETURNING 1
     )
     SELECT FROM kept`,
    [lease.file.importId, lease.state, lease.until, until],
  );
  return kept.length === 1 ? { ...lease, until } : null;
}

/** Holds the import until the commit, so that nobody takes it however long that lasts; false where it is another's by now. */
export async function holdLease(tx: Tx, { file, state, until }: Lease): Promise<boolean> {
  const held: unknown[] = await tx.query(
    'SELECT FROM filing_import WHERE import_id = $1 AND state = $2 AND due_at = $3 FOR UPDATE',
    [file.importId, state, until],
  );
  return held.length === 1;
}
