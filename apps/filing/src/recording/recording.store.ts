import { setTimeout as sleep } from 'node:timers/promises';
import { queryPrepared, type Statement, type Tx } from '@yiditong/chassis';

/**
 * Who records something about a subject holds it alone until the commit, and takes the instant of recording after he has it and a
 * moment has passed; who decides takes the instant of his decision, then holds the subject together with all other deciders, then reads.
 * Whoever recorded at or before that instant had the subject before, so the decision waited for his commit; whoever gets it after the
 * decision was over records at a later instant, because of that moment. So the same question finds the same facts for ever. Locks
 * are advisory: nothing is written by reading, and a person of whom nothing is recorded can be locked too. A province's imports are
 * locked before anybody in it, and those by key, so that nobody waits for who waits for him.
 */
const LOCK = (mode: '' | '_shared'): string =>
  `SELECT pg_advisory_xact_lock${mode}(key)
   FROM (SELECT DISTINCT subject NOT LIKE 'import:%' AS single, hashtextextended(subject, 0) AS key
         FROM unnest($1::text[]) AS subject ORDER BY 1, 2) AS subjects`;
const LOCK_ALONE = LOCK('');
const LOCK_TOGETHER = LOCK('_shared');

/**
 * The moment. Instants are whole milliseconds, so one would do on one clock; the others are for the clocks of other replicas. Who
 * records waits and not who decides, because far more is decided than recorded, and a read that needn't wait is one round trip.
 */
const MOMENT_MS = 5;

/** For recording: before anything is read that the record rests on, and before the clock is. */
export async function lockForRecording(tx: Tx, ...subjects: readonly string[]): Promise<void> {
  await queryPrepared(tx, 'lock_for_recording', LOCK_ALONE, [subjects]);
  await sleep(MOMENT_MS);
}

/** For deciding: after the clock is read, and before the facts are. */
export function lockToDecide(subjects: readonly string[]): Statement {
  return { name: 'lock_for_deciding', text: LOCK_TOGETHER, values: [subjects] };
}

/** The same, of who decides and records what he decided. */
export async function lockForDeciding(tx: Tx, subjects: readonly string[]): Promise<void> {
  const { name, text, values } = lockToDecide(subjects);
  await queryPrepared(tx, name, text, values);
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
