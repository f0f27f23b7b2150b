import { NATION, PROVINCES } from '@yiditong/codes';
import pg from 'pg';

export const NATIONAL_ITEMS = 300_000;
const EFFECTIVE_FROM = '2026-01-01';

/** The n-th item's national code. */
export function itemCodeOf(n: number): string {
  return `XA01ABA001A001${String(n).padStart(9, '0')}`;
}

/** The same in SQL. */
const CODE = `'XA01ABA001A001' || lpad(n::text, 9, '0')`;

/** A share, for one in three a cap, for one in seven one by level, and for one in twenty a restriction. */
const ENTRY = `'WESTERN_DRUG', CASE WHEN n % 2 = 0 THEN ${CODE} ELSE left(v.province, 2) || '-' || n END, '药品' || n, 'B',
  lpad((n % 14 + 1)::text, 2, '0'), jsonb_build_array(jsonb_build_object('insurance', NULL, 'personType', NULL, 'bps', n % 40 * 100 + 100)),
  caps, CASE WHEN caps <> '[]' THEN 'EXCESS' END,
  CASE WHEN n % 20 = 0 THEN jsonb_build_object('needsApproval', false, 'text', '限二级及以上医疗机构', 'minimumLevel', 'SECONDARY',
    'visitKinds', '[]'::jsonb, 'insurances', '[]'::jsonb) END, NULL`;
const CAPS = `CASE
    WHEN n % 7 = 0 THEN jsonb_build_array(jsonb_build_object('hospitalLevel', NULL, 'microYuan', (n * 1000 + 1000)::text),
      jsonb_build_object('hospitalLevel', 'PRIMARY', 'microYuan', (n * 900 + 900)::text))
    WHEN n % 3 = 0 THEN jsonb_build_array(jsonb_build_object('hospitalLevel', NULL, 'microYuan', (n * 1000 + 1000)::text))
    ELSE '[]' END`;

/**
 * Publishes a next version of the nation's catalogue and of every province's, of the items from one to another, past every check; and answers
 * the versions' ids by province. What stands there afterwards is what a service would have written.
 */
export async function fillCatalogues(superuserUrl: string, from: number, to: number): Promise<Map<string, string>> {
  const client = await connect(superuserUrl);
  const versions = new Map<string, string>();
  try {
    for (const scope of [NATION, ...PROVINCES.map(({ code }) => code)]) {
      versions.set(scope, await write(client, scope, from, to));
      await client.query('COMMIT');
    }
    await client.query('SET session_replication_role = origin');
    for (const table of ['catalogue_version', 'catalogue_entry', 'national_item'])
      await client.query(`VACUUM (ANALYZE) ${table}`);
  } finally {
    await client.end();
  }
  return versions;
}

/** Writes a next version of a province's whole catalogue, and answers its id and what publishes it. */
export async function replaceCatalogue(
  superuserUrl: string,
  province: string,
  to: number,
): Promise<{ readonly versionId: string; readonly publish: () => Promise<void> }> {
  const client = await connect(superuserUrl);
  const versionId = await write(client, province, 0, to);
  return { versionId, publish: () => client.query('COMMIT').then(() => client.end()) };
}

/** A connection that neither waits for the disk nor looks every row's version up. */
async function connect(superuserUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query('SET synchronous_commit = off; SET session_replication_role = replica');
  return client;
}

/** In a transaction that is left open. */
async function write(client: pg.Client, scope: string, from: number, to: number): Promise<string> {
  await client.query('BEGIN');
  const { rows } = await client.query<{ versionId: string }>(
    `INSERT INTO catalogue_version (province, version_id, sequence, effective_from, entry_count, added, changed, withdrawn, origin,
       published_at, proposal_id, digest)
     SELECT $1, gen_random_uuid(), count(*) + 1, '${EFFECTIVE_FROM}', $2, $2, 0, 0, 'MESSAGE', now(), gen_random_uuid(), repeat('5e', 32)
     FROM catalogue_version WHERE province = $1 RETURNING version_id AS "versionId"`,
    [scope, to - from],
  );
  const versionId = rows[0]?.versionId ?? '';
  await client.query(scope === NATION ? ITEMS : ENTRIES, [
    scope,
    versionId,
    ...(scope === NATION && from === 0 ? [0, NATIONAL_ITEMS - 1] : [from, to - 1]),
  ]);
  return versionId;
}

const ENTRIES = `INSERT INTO catalogue_entry (province, national_code, sequence, effective_from, withdrawn, kind, provincial_code, name,
    item_class, charge_category, shares, caps, over_cap_rule, restriction, ends_on)
  SELECT v.province, ${CODE}, v.sequence, v.effective_from, false, ${ENTRY}
  FROM catalogue_version AS v, generate_series($3::int, $4::int) AS n, LATERAL (SELECT ${CAPS} AS caps) AS cap
  WHERE v.province = $1 AND v.version_id = $2`;

const ITEMS = `INSERT INTO national_item (province, national_code, sequence, effective_from, withdrawn, kind, name, dosage_form,
    specification, pack, unit, manufacturer, approval_number, charge_category, origin, core_name)
  SELECT v.province, ${CODE}, v.sequence, v.effective_from, false, 'WESTERN_DRUG', '药品' || n, '', '', '', '', '', '', '09', 'SYNTHETIC',
    '药品' || n
  FROM catalogue_version AS v, generate_series($3::int, $4::int) AS n WHERE v.province = $1 AND v.version_id = $2`;
