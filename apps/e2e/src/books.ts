import pg from 'pg';
import { until } from './until.js';

/** What each service would have written, had it written anything, in rows. */
const COUNTS: Readonly<Record<string, string>> = {
  filing: `SELECT (SELECT count(*)::int FROM filing) AS filing, (SELECT count(*)::int FROM filing_version) AS filing_version,
    (SELECT count(*)::int FROM filing_event) AS filing_event, (SELECT count(*)::int FROM filing_rule) AS filing_rule,
    (SELECT count(*)::int FROM family_access) AS family_access, (SELECT count(*)::int FROM entitlement_version) AS entitlement,
    (SELECT count(*)::int FROM entitlement_application) AS application,
    (SELECT count(*)::int FROM filing_import) AS filing_import, (SELECT count(*)::int FROM webhook) AS webhook,
    (SELECT count(*)::int FROM idempotency) AS idempotency`,
  catalogue: `SELECT (SELECT count(*)::int FROM catalogue_version) AS catalogue_version,
    (SELECT count(*)::int FROM catalogue_entry) AS catalogue_entry, (SELECT count(*)::int FROM national_item) AS national_item,
    (SELECT count(*)::int FROM catalogue_draft) AS catalogue_draft, (SELECT count(*)::int FROM catalogue_draft_row) AS draft_row,
    (SELECT count(*)::int FROM item_list) AS item_list, (SELECT count(*)::int FROM item_list_row) AS list_row,
    (SELECT count(*)::int FROM item_mapping) AS item_mapping, (SELECT count(*)::int FROM proposal) AS proposal,
    (SELECT count(*)::int FROM idempotency) AS idempotency`,
  benefit: `SELECT (SELECT count(*)::int FROM insured_person) AS insured_person, (SELECT count(*)::int FROM policy) AS policy,
    (SELECT count(*)::int FROM proposal) AS proposal,
    (SELECT coalesce(sum(value), 0)::text FROM accumulator) AS accumulated,
    (SELECT count(*)::int FROM adjudication WHERE state = 'ADJUDICATED') AS adjudicated`,
  settlement: `SELECT (SELECT count(*)::int FROM settlement) AS settlement, (SELECT count(*)::int FROM settlement_line) AS settlement_line,
    (SELECT count(*)::int FROM obligation) AS obligation, (SELECT count(*)::int FROM outbox) AS outbox,
    (SELECT count(*)::int FROM visit) AS visit, (SELECT count(*)::int FROM visit_fee) AS visit_fee,
    (SELECT count(*)::int FROM home_endpoint) AS home_endpoint, (SELECT count(*)::int FROM downtime) AS downtime,
    (SELECT count(*)::int FROM proposal) AS proposal, (SELECT count(*)::int FROM institution WHERE networked) AS networked`,
  clearing: `SELECT (SELECT count(*)::int FROM obligation) AS obligation, (SELECT count(*)::int FROM posting) AS posting,
    (SELECT coalesce(sum(amount_fen), 0)::text FROM position) AS position,
    (SELECT count(*)::int FROM cycle WHERE close_requested_at IS NOT NULL) AS close_requested`,
};

export type Books = Readonly<Record<string, Readonly<Record<string, number | string>>>>;

/** How full the books of all services are, read in PostgreSQL itself. */
export async function countBooks(databases: Readonly<Record<string, string>>): Promise<Books> {
  const counted = Object.entries(COUNTS).map(async ([service, sql]) => {
    const [row] = await rowsOf(databases[service] ?? '', sql);
    return [service, row ?? {}] as const;
  });
  return Object.fromEntries(await Promise.all(counted)) as Books;
}

/** The same, once nothing is on its way between settlement and clearing any more. */
export async function quietBooks(databases: Readonly<Record<string, string>>): Promise<Books> {
  return until(
    () => countBooks(databases),
    ({ settlement, clearing }) => settlement?.['outbox'] === 0 && settlement['obligation'] === clearing?.['obligation'],
  );
}

/** Rows as the nation sees them: row-level security hides every row from a session without a tenant. */
export async function rowsOf(
  databaseUrl: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  return withSession(
    databaseUrl,
    async (client) => (await client.query<Record<string, unknown>>(sql, [...values])).rows,
  );
}

/** A session of the nation's, for as long as the work takes. */
export async function withSession<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query("SET app.region = '000000'; SET app.area = ''; SET app.institution = ''; SET app.person = ''");
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Keeps settlement from sealing a cycle, so that its close stays under way; answers what lets go of it. */
export async function holdSeal(settlementUrl: string, businessDate: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: settlementUrl });
  client.on('error', () => undefined);
  await client.connect();
  await client.query("BEGIN; SET LOCAL app.region = '000000'");
  const { rowCount } = await client.query('SELECT 1 FROM cycle WHERE business_date = $1 FOR SHARE', [businessDate]);
  if (rowCount !== 1) throw new Error(`settlement has no cycle ${businessDate}`);
  return () => client.end();
}
