import { createHash } from 'node:crypto';
import pg from 'pg';

/** The province that everybody in the bench is insured in. */
export const INSURED_REGION = '610100';
const PROVINCE = '610000';
export const TREATING_REGION = '310115';
export const INSTITUTION = 'H31011500001';

const TABLES = ['filing_version', 'insurance_fact'];

/** The n-th person: an id that lies anywhere in the index, as real ones do. */
export function personOf(n: number): string {
  const hash = createHash('md5').update(`person ${n}`).digest('hex');
  const [a, b, c, d, e] = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(13, 16), hash.slice(17, 20), hash.slice(20)];
  return `${a}-${b}-8${c}-8${d}-${e}`;
}

/** The same in SQL. */
const PERSON = `overlay(overlay(md5('person ' || n) PLACING '8' FROM 13) PLACING '8' FROM 17)::uuid`;

const CONTENT = `insured_province, insured_region, category, destination_region, valid_from, valid_to, state, version, source, materials,
  pledged, owed, reason`;

/**
 * Fills the filing service's database with one filing each of so many persons, from `from` on, and what is known of their
 * insurance, as if they had filed long ago. Only what decisions are made from: the table of how filings stand, which is for searching, stays empty. Constraints and indexes are taken away and made again, which is what makes it
 * minutes instead of hours; what stands there afterwards is what a service would have written.
 */
export async function fillFilings(superuserUrl: string, from: number, to: number): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query(
      `SET synchronous_commit = off; SET maintenance_work_mem = '1GB'; SET max_parallel_maintenance_workers = 2`,
    );
    const rebuild = await takeAwayIndexes(client);
    const persons = `(SELECT ${PERSON} AS person_id, n FROM generate_series(${from}::bigint, ${to - 1}::bigint) AS n) AS person`;
    const filing = `person_id, person_id, '${PROVINCE}', '${INSURED_REGION}', 'LONG_TERM_RESIDENT',
      (ARRAY['310000', '110000', '320100', '330100'])[n % 4 + 1], '2026-01-01', NULL, 'ACTIVE', 1, 'ONLINE', '[]', true, '{RESIDENCE_PROOF}', ''`;
    await client.query(`INSERT INTO filing_version (person_id, filing_id, ${CONTENT}, event, actor_role, actor_subject, recorded_at)
      SELECT ${filing}, 'ACCEPT', 'insured', 'bench', '2026-01-01T01:00:00Z' FROM ${persons}`);
    await client.query(`INSERT INTO insurance_fact (person_id, province, changed_at, insured_region, active, recorded_at)
      SELECT person_id, '${PROVINCE}', '2025-01-01T00:00:00Z', '${INSURED_REGION}', true, '2025-01-01T00:00:01Z' FROM ${persons}`);
    for (const statement of rebuild) await client.query(statement);
    await client.query(`INSERT INTO institution_fact (institution_code, changed_at, region, networked, visit_kinds, disease_classes, recorded_at)
      VALUES ('${INSTITUTION}', '2025-01-01T00:00:00Z', '${TREATING_REGION}', true, '{INPATIENT,OUTPATIENT}', '{}', '2025-01-01T00:00:01Z')
      ON CONFLICT DO NOTHING`);
    for (const table of TABLES) await client.query(`VACUUM (ANALYZE) ${table}`);
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}

/** Drops every constraint and index that slows down filling, and gives back the statements that make them again. */
async function takeAwayIndexes(client: pg.Client): Promise<string[]> {
  const { rows: constraints } = await client.query<{ table: string; name: string; definition: string }>(
    `SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
     WHERE conrelid::regclass::text = ANY($1) AND contype IN ('p', 'x', 'u') ORDER BY contype DESC`,
    [TABLES],
  );
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE tablename = ANY($1) AND indexname <> ALL($2)`,
    [TABLES, constraints.map(({ name }) => name)],
  );
  for (const { table, name } of constraints) await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
  return [
    ...constraints.map(({ table, name, definition }) => `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`),
    ...indexes.map(({ definition }) => definition),
  ];
}
