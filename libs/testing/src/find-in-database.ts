import pg from 'pg';

/** A place where something was found. */
export type Find = { readonly where: string; readonly what: string };

/** Every table of every schema but PostgreSQL's own, row by row, as a dump has them. */
export async function findInDatabase(name: string, url: string, texts: readonly string[]): Promise<Find[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ table: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS table FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'`,
    );
    const finds: Find[] = [];
    for (const { table } of rows) {
      const found = await client.query<{ what: string }>(
        `SELECT what FROM unnest($1::text[], $2::text[]) AS sought(what, hex)
         WHERE EXISTS (SELECT 1 FROM ${table} t WHERE strpos(t::text, what) > 0 OR strpos(t::text, hex) > 0)`,
        [texts, texts.map((text) => Buffer.from(text).toString('hex'))],
      );
      finds.push(...found.rows.map(({ what }) => ({ where: `${name}: ${table}`, what })));
    }
    return finds;
  } finally {
    await client.end();
  }
}
