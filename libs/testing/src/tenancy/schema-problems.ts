import { narrowTenancySql } from '@yiditong/chassis';
import pg from 'pg';
import { queryAs, withClient, type TestDatabase } from '../test-database.js';
import { grantsOf } from './privileges.js';
import { tablesOf, type SchemaKey, type SchemaTable } from './schema-tables.js';
import { tenantlessOf, type TenancySpec, type TenantTable } from './tenant-table.js';

/** Columns that say whose a row is, or might. */
const TENANT_NAME = /(^|_)(province|region|area|division|person_id|institution_code)$/;

/**
 * What is wrong with a database's tenancy, a sentence each. Empty when every table is as it is meant to be: secured, forced and with no
 * policy but those meant, all its keys made of the tenant too; and the service's role owns nothing, makes nothing,
 * bypasses nothing and has no privilege but those named.
 */
export async function tenancyProblems(spec: TenancySpec, database: TestDatabase): Promise<string[]> {
  const tables = await tablesOf(database);
  return [
    ...tables.flatMap((table) => tableProblems(spec, table)),
    ...Object.keys(spec.tables)
      .filter((name) => !tables.some((table) => table.name === name))
      .map((name) => `${name} is not there`),
    ...(await policyProblems(spec, database)),
    ...(await objectProblems(spec, database)),
    ...(await roleProblems(spec, database)),
    ...(await grantProblems(spec, database)),
  ];
}

function tableProblems(spec: TenancySpec, table: SchemaTable): string[] {
  const { name, kind, columns, owner, nullable } = table;
  const meant = spec.tables[name];
  const problem = (text: string): string => `${name} ${text}`;
  const strayOwner = owner === `${spec.service}_owner` ? [] : [problem(`belongs to ${owner}`)];
  if (kind === 'v')
    return table.options.includes('security_invoker=true') ? [] : [problem('is a view that shows what its owner sees')];
  if (kind !== 'r' && kind !== 'p') return [problem('is no table, so nothing secures its rows')];
  if (meant === undefined) {
    const tenantless = tenantlessOf(spec, name);
    const known = tenantless !== undefined;
    const named = columns.filter(
      (column) => TENANT_NAME.test(column) && tenantless?.mentions?.includes(column) !== true,
    );
    return [
      ...strayOwner,
      ...(known ? [] : [problem('is not named in the specification')]),
      ...(known ? named.map((column) => problem(`has no tenant by the specification, but ${column}`)) : []),
    ];
  }
  const { provinces, areas = [], person, institution } = meant.tenancy;
  const stated = [...provinces, ...areas, person, institution, ...(meant.mentions ?? [])];
  return [
    ...strayOwner,
    ...(table.secured && table.forced ? [] : [problem('is not secured and forced')]),
    ...(table.keys.some((key) => key.primary) ? [] : [problem('has no primary key')]),
    ...provinces.filter((column) => nullable.includes(column)).map((column) => problem(`may leave out ${column}`)),
    ...columns
      .filter((column) => TENANT_NAME.test(column) && !stated.includes(column))
      .map((column) => problem(`has ${column}, of which the specification says nothing`)),
    ...stated
      .filter((column) => column !== undefined && !columns.includes(column))
      .map((column) => problem(`has no column ${column}`)),
    ...table.keys.flatMap((key) => keyProblems(spec, meant, key)).map(problem),
  ];
}

/** A key that leaves out a party tells it, by a duplicate or a missing reference, of a row that only others may see. */
function keyProblems(spec: TenancySpec, { tenancy }: TenantTable, key: SchemaKey): string[] {
  const without = tenancy.provinces.filter((column) => !key.columns.includes(column));
  const referred = key.refersTo === null ? undefined : spec.tables[key.refersTo];
  if (key.refersTo !== null && referred === undefined) return [];
  const crossed = (referred?.tenancy.provinces ?? []).filter(
    (column) => !tenancy.provinces.includes(key.columns[key.referredColumns.indexOf(column)] ?? ''),
  );
  return [
    ...without.map((column) => `has the key ${key.name} without ${column}`),
    ...crossed.map((column) => `refers by ${key.name} to rows of another ${column}`),
  ];
}

/** The policies, in PostgreSQL's own words, next to those that the specification would have made. */
async function policyProblems(spec: TenancySpec, database: TestDatabase): Promise<string[]> {
  const problems: string[] = [];
  await withClient(database.superuserUrl, async (client) => {
    const policiesOf = async (table: string): Promise<string[]> => {
      const { rows } = await client.query<{ policy: string }>(POLICIES, [table]);
      return rows.map(({ policy }) => policy);
    };
    await client.query('BEGIN');
    for (const [name, { tenancy, policies }] of Object.entries(spec.tables)) {
      const found = await policiesOf(name);
      for (const policy of found)
        await client.query(`DROP POLICY ${policy.split(' ')[0]} ON ${pg.escapeIdentifier(name)}`);
      await client.query(policies ?? narrowTenancySql(name, tenancy));
      const meant = await policiesOf(name);
      problems.push(
        ...found
          .filter((policy) => !meant.includes(policy))
          .map((policy) => `${name} has a policy that is not meant: ${policy}`),
        ...meant.filter((policy) => !found.includes(policy)).map((policy) => `${name} lacks the policy ${policy}`),
      );
    }
    await client.query('ROLLBACK');
  });
  return problems;
}

/** Whatever runs with somebody else's rights or behind a statement's back; the latter may in schemas without tenants. */
async function objectProblems(spec: TenancySpec, database: TestDatabase): Promise<string[]> {
  const found = await queryAs<{ schema: string; problem: string }>(database.superuserUrl, OBJECTS);
  return found.filter(({ schema }) => spec.tenantless[`${schema}.*`] === undefined).map(({ problem }) => problem);
}

async function roleProblems({ service }: TenancySpec, database: TestDatabase): Promise<string[]> {
  const found = await queryAs<{ problem: string }>(database.superuserUrl, ROLES, [
    `${service}_app`,
    `${service}_owner`,
  ]);
  return found.map(({ problem }) => problem);
}

async function grantProblems(spec: TenancySpec, database: TestDatabase): Promise<string[]> {
  const held = await grantsOf(database, `${spec.service}_app`);
  return [...held].flatMap(([name, grants]) => {
    const named = spec.tables[name] ?? spec.tenantless[name];
    // Of a whole schema, not every object allows everything.
    const meant = (named ?? tenantlessOf(spec, name))?.grants ?? [];
    return [
      ...grants.filter((grant) => !meant.includes(grant)).map((grant) => `${name} is open to the service by ${grant}`),
      ...(named === undefined ? [] : meant)
        .filter((grant) => !grants.includes(grant))
        .map((grant) => `${name} is closed to the service for ${grant}`),
    ];
  });
}

const POLICIES = `
  SELECT concat_ws(' ', polname, CASE WHEN polpermissive THEN 'permissive' ELSE 'restrictive' END,
    CASE polcmd WHEN '*' THEN 'ALL' WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' ELSE 'DELETE' END,
    'TO ' || ARRAY(SELECT coalesce(rolname, 'public') FROM unnest(polroles) o LEFT JOIN pg_roles r ON r.oid = o)::text,
    'USING ' || pg_get_expr(polqual, polrelid), 'CHECK ' || pg_get_expr(polwithcheck, polrelid)) AS policy
  FROM pg_policy WHERE polrelid = ($1::text)::regclass ORDER BY polname`;

const OBJECTS = `
  WITH ours AS (SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)')
  SELECT '' AS schema, p.oid::regprocedure || ' runs with the rights of its owner' AS problem
    FROM pg_proc p JOIN ours ON ours.oid = pronamespace WHERE prosecdef
  UNION ALL SELECT nspname, relname || ' has the trigger ' || tgname
    FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid JOIN ours ON ours.oid = relnamespace WHERE NOT tgisinternal
  UNION ALL SELECT nspname, relname || ' has the rule ' || rulename
    FROM pg_rewrite JOIN pg_class c ON c.oid = ev_class JOIN ours ON ours.oid = relnamespace WHERE rulename <> '_RETURN'
  UNION ALL SELECT nspname, relname || ' inherits rows or gives them' FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid JOIN ours ON ours.oid = relnamespace
    WHERE relkind = 'r'
  UNION ALL SELECT '', evtname || ' is an event trigger' FROM pg_event_trigger
  UNION ALL SELECT '', 'sessions begin with ' || setting FROM pg_db_role_setting, unnest(setconfig) setting
    WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())) AND setting ~ '^(app\\.|row_security)'
  UNION ALL SELECT '', 'new objects of ' || defaclrole::regrole || ' come with privileges' FROM pg_default_acl`;

const ROLES = `
  WITH app AS (SELECT * FROM pg_roles WHERE rolname = $1)
  SELECT rolname || ' bypasses row-level security' AS problem FROM pg_roles
    WHERE rolname IN ($1, $2) AND (rolsuper OR rolbypassrls OR rolreplication)
  UNION ALL SELECT rolname || ' makes roles or databases' FROM pg_roles WHERE rolname IN ($1, $2) AND (rolcreaterole OR rolcreatedb)
  UNION ALL SELECT 'there is no role ' || $1 WHERE NOT EXISTS (SELECT 1 FROM app)
  UNION ALL SELECT rolname || ' is a member of ' || roleid::regrole FROM pg_auth_members JOIN app ON app.oid = member
  UNION ALL SELECT rolname || ' owns ' || pg_describe_object(classid, objid, objsubid) FROM pg_shdepend JOIN app ON app.oid = refobjid
    WHERE refclassid = 'pg_authid'::regclass AND deptype = 'o' AND dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  UNION ALL SELECT rolname || ' may ' || verb || ' in the database' FROM app, unnest(ARRAY['CREATE', 'TEMPORARY']) verb
    WHERE has_database_privilege(app.oid, current_database(), verb)
  UNION ALL SELECT rolname || ' may create in ' || nspname FROM app, pg_namespace
    WHERE nspname !~ '^pg_(toast|temp)' AND has_schema_privilege(app.oid, pg_namespace.oid, 'CREATE')
  UNION ALL SELECT 'everybody may connect' FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) a
    WHERE datname = current_database() AND a.grantee = 0`;
