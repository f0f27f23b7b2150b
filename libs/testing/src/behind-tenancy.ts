import { queryAs, type TestDatabase } from './test-database.js';

/** How many rows each table holds, whoever they belong to. */
export async function rowCounts(database: TestDatabase): Promise<Record<string, number>> {
  return countEach(database, '');
}

/** The tables in any column of which a text stands in clear, as characters or as bytes. */
export async function tablesHolding(database: TestDatabase, text: string): Promise<string[]> {
  const forms = [text, Buffer.from(text).toString('hex')].map((form) => `t::text LIKE '%${form}%'`);
  const counts = await countEach(database, `WHERE ${forms.join(' OR ')}`);
  return Object.keys(counts).filter((table) => counts[table] !== 0);
}

/** What the service's role may do to each table, in alphabetical order. */
export async function privilegesOf(service: string, database: TestDatabase): Promise<Record<string, string[]>> {
  const rows = await queryAs<{ name: string; privileges: string[] }>(
    database.superuserUrl,
    `SELECT c.relname AS name, ARRAY(
       SELECT privilege FROM unnest(ARRAY['DELETE', 'INSERT', 'REFERENCES', 'SELECT', 'TRIGGER', 'TRUNCATE', 'UPDATE']) AS privilege
       WHERE has_table_privilege($1, c.oid, privilege)
          OR (privilege IN ('INSERT', 'SELECT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege($1, c.oid, privilege))
     ) AS privileges
     FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`,
    [`${service}_app`],
  );
  return Object.fromEntries(rows.map(({ name, privileges }) => [name, privileges]));
}

/** How many connections of the service's role wait for a lock that another holds. */
export async function waitingForLocks(database: TestDatabase): Promise<number> {
  const [row] = await queryAs<{ waiting: string }>(
    database.superuserUrl,
    "SELECT count(*) AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  return Number(row?.waiting);
}

async function countEach(database: TestDatabase, condition: string): Promise<Record<string, number>> {
  const tables = await queryAs<{ name: string }>(
    database.superuserUrl,
    "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1",
  );
  const counts = await queryAs<{ name: string; count: string }>(
    database.superuserUrl,
    tables.map(({ name }) => `SELECT '${name}' AS name, count(*) FROM "${name}" t ${condition}`).join(' UNION ALL '),
  );
  return Object.fromEntries(counts.map(({ name, count }) => [name, Number(count)]));
}
