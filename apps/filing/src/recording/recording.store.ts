import { queryPrepared, type Tx } from '@yiditong/chassis';

/**
 * Who records something about a subject holds it alone until the commit, and takes the instant of recording after he has it; who
 * decides holds it together with all other deciders, and takes the instant of his decision after he has it. So what was recorded at
 * or before an instant that was decided for had been committed by then, and the same question finds the same facts for ever. Locks
 * are advisory: nothing is written by reading, and a person of whom nothing is recorded can be locked too. A province's imports are
 * locked before anybody in it, and those by key, so that nobody waits for who waits for him.
 */
const LOCK = (mode: '' | '_shared'): string =>
  `SELECT pg_advisory_xact_lock${mode}(key)
   FROM (SELECT DISTINCT subject NOT LIKE 'import:%' AS single, hashtextextended(subject, 0) AS key
         FROM unnest($1::text[]) AS subject ORDER BY 1, 2) AS subjects`;
const LOCK_ALONE = LOCK('');
const LOCK_TOGETHER = LOCK('_shared');

/** For recording: before anything is read that the record rests on, and before the clock is. */
export async function lockForRecording(tx: Tx, ...subjects: readonly string[]): Promise<void> {
  await queryPrepared(tx, 'lock_for_recording', LOCK_ALONE, [subjects]);
}

/** For deciding: before the clock and the facts are read. */
export async function lockForDeciding(tx: Tx, subjects: readonly string[]): Promise<void> {
  await queryPrepared(tx, 'lock_for_deciding', LOCK_TOGETHER, [subjects]);
}

export function personSubject(personId: string): string {
  return `person:${personId}`;
}

export function institutionSubject(institutionCode: string): string {
  return `institution:${institutionCode}`;
}

/** What an import of a province holds for the moment in which its rows become true. */
export function importSubject(province: string): string {
  return `import:${province}`;
}
