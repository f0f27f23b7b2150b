import { queryAs, type TestDatabase } from './test-database.js';

type TableRow = {
  readonly name: string;
  readonly secured: boolean;
  readonly forced: boolean;
  readonly policies: string;
  readonly tenant_columns: string;
  readonly owner: string;
};

/**
 * What is wrong with a database's tenancy, a sentence each; empty when every table that belongs to a province is secured and
 * forced, and the service's role owns nothing and may bypass nothing.
 */
export async function tenancyProblems(service: string, database: TestDatabase): Promise<string[]> {
  const tables = await queryAs<TableRow>(
    database.superuserUrl,
    `SELECT c.relname AS name, c.relrowsecurity AS secured, c.relforcerowsecurity AS forced, c.relowner::regrole::text AS owner,
       (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
       (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
          AND a.attname ~ '(^|_)(province|region)$') AS tenant_columns
     FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`,
  );
  const [role] = await queryAs<{ bypasses: boolean }>(
    database.superuserUrl,
    'SELECT rolbypassrls OR rolsuper AS bypasses FROM pg_roles WHERE rolname = $1',
    [`${service}_app`],
  );
  return [
    ...(role?.bypasses === false ? [] : [`${service}_app may bypass row-level security`]),
    ...tables
      .filter(({ owner }) => owner === `${service}_app`)
      .map(({ name }) => `${name} belongs to the service's own role`),
    ...tables
      .filter(({ tenant_columns }) => Number(tenant_columns) > 0)
      .filter(({ secured, forced, policies }) => !secured || !forced || Number(policies) === 0)
      .map(({ name }) => `${name} belongs to provinces but is not secured and forced`),
  ];
}
