import { queryAs, type TestDatabase } from '../test-database.js';

/** Whether a role may do that to all of the columns of a table; or to any where none is named. */
export type Granted = (verb: string, columns?: readonly string[]) => boolean;

export function grantedBy(grants: readonly string[]): Granted {
  return (verb, columns) =>
    grants.includes(verb) ||
    (columns === undefined
      ? grants.some((grant) => grant.startsWith(`${verb} (`))
      : columns.every((column) => grants.includes(`${verb} (${column})`)));
}

/** What a role may do to each table, as `SELECT` or `UPDATE (state)`, in alphabetical order; what everybody may is among it. */
export async function grantsOf(database: TestDatabase, role: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await queryAs<{ name: string; grants: string[] }>(database.superuserUrl, GRANTS, [role]);
  return new Map(rows.map(({ name, grants }) => [name, grants]));
}

const GRANTS = `
  SELECT CASE nspname WHEN 'public' THEN '' ELSE nspname || '.' END || relname AS name, ARRAY(
    SELECT privilege_type FROM aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)))
      WHERE grantee IN (0, r.oid)
    UNION
    SELECT privilege_type || ' (' || attname || ')' FROM pg_attribute CROSS JOIN aclexplode(attacl)
      WHERE attrelid = c.oid AND attnum > 0 AND grantee IN (0, r.oid)
    ORDER BY 1
  ) AS grants
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN pg_roles r
  WHERE r.rolname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND nspname !~ '^(pg_|information_schema$)'
  ORDER BY 1`;
