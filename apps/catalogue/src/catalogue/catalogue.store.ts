import { violatedConstraint, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { CatalogueEntryRow, CatalogueVersionRow } from './catalogue.entity.js';

export type StandingVersion = Pick<CatalogueVersionRow, 'versionId' | 'digest'>;
export type ChangeCounts = {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly removed: number;
};

/** What an entry says of its item, comparable where the ceiling is null. */
const CONTENT =
  'to_jsonb(ARRAY[name, item_class, first_self_pay_bps::text, ceiling_micro_yuan::text, charge_category])';

/** Rejects with CATALOGUE_VERSION_EXISTS where the province has a version from that date on. */
export async function insertVersion(tx: Tx, version: CatalogueVersionRow): Promise<void> {
  try {
    await tx.query(
      `INSERT INTO catalogue_version (province, version_id, effective_from, entry_count, published_at, proposal_id, digest)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        version.province,
        version.versionId,
        version.effectiveFrom,
        version.entryCount,
        version.publishedAt,
        version.proposalId,
        version.digest,
      ],
    );
  } catch (error) {
    if (violatedConstraint(error) !== 'catalogue_version_effective') throw error;
    throw new Rejection('CATALOGUE_VERSION_EXISTS', { date: version.effectiveFrom });
  }
}

export async function insertEntries(
  tx: Tx,
  version: CatalogueVersionRow,
  entries: readonly CatalogueEntryRow[],
): Promise<void> {
  await tx.query(
    `INSERT INTO catalogue_entry (province, version_id, national_code, name, item_class, first_self_pay_bps, ceiling_micro_yuan, charge_category)
     SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[], $8::text[])`,
    [version.province, version.versionId, ...columnsOf(entries)],
  );
}

/** The version in force on the day before a business date, or null. */
export async function versionBefore(tx: Tx, province: string, date: string): Promise<StandingVersion | null> {
  const rows: StandingVersion[] = await tx.query(
    `SELECT version_id AS "versionId", digest FROM catalogue_version
     WHERE province = $1 AND effective_from < $2 ORDER BY effective_from DESC LIMIT 1`,
    [province, date],
  );
  return rows[0] ?? null;
}

export async function hasVersionFrom(tx: Tx, province: string, date: string): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    'SELECT 1 FROM catalogue_version WHERE province = $1 AND effective_from = $2',
    [province, date],
  );
  return rows.length > 0;
}

/** How many entries differ from a version's, or from none. */
export async function changeFrom(
  tx: Tx,
  province: string,
  versionId: string | null,
  entries: readonly CatalogueEntryRow[],
): Promise<ChangeCounts> {
  const rows: Record<keyof ChangeCounts, string>[] = await tx.query(
    `SELECT count(*) FILTER (WHERE standing.content IS NULL) AS added,
       count(*) FILTER (WHERE proposed.content IS NULL) AS removed,
       count(*) FILTER (WHERE proposed.content <> standing.content) AS changed,
       count(*) FILTER (WHERE proposed.content = standing.content) AS unchanged
     FROM (SELECT national_code, ${CONTENT} AS content
           FROM unnest($3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[], $8::text[])
             AS entry(national_code, name, item_class, first_self_pay_bps, ceiling_micro_yuan, charge_category)) AS proposed
     FULL JOIN (SELECT national_code, ${CONTENT} AS content
                FROM catalogue_entry WHERE province = $1 AND version_id = $2) AS standing
       ON proposed.national_code = standing.national_code`,
    [province, versionId, ...columnsOf(entries)],
  );
  const { added, changed, unchanged, removed } = rows[0] ?? {};
  return {
    added: Number(added),
    changed: Number(changed),
    unchanged: Number(unchanged),
    removed: Number(removed),
  };
}

/** For unnest. */
function columnsOf(entries: readonly CatalogueEntryRow[]): unknown[][] {
  return [
    entries.map((entry) => entry.nationalCode),
    entries.map((entry) => entry.name),
    entries.map((entry) => entry.itemClass),
    entries.map((entry) => entry.firstSelfPayBps),
    entries.map((entry) => entry.ceilingMicroYuan?.toString() ?? null),
    entries.map((entry) => entry.chargeCategory),
  ];
}

/** The versions in force at some time between two business dates, oldest first. */
export async function versionsInForce(
  tx: Tx,
  province: string,
  first: string,
  last: string,
): Promise<{ versionId: string; effectiveFrom: string }[]> {
  return tx.query(
    `SELECT version_id AS "versionId", to_char(effective_from, 'YYYY-MM-DD') AS "effectiveFrom" FROM catalogue_version
     WHERE province = $1 AND effective_from <= $3
       AND effective_from >= coalesce((SELECT max(effective_from) FROM catalogue_version WHERE province = $1 AND effective_from <= $2), $2::date)
     ORDER BY effective_from`,
    [province, first, last],
  );
}

export async function entriesOf(
  tx: Tx,
  province: string,
  versionId: string,
  nationalCodes: readonly string[],
): Promise<Map<string, CatalogueEntryRow>> {
  const rows: (Omit<CatalogueEntryRow, 'ceilingMicroYuan'> & { ceilingMicroYuan: string | null })[] = await tx.query(
    `SELECT national_code AS "nationalCode", name, item_class AS "itemClass", first_self_pay_bps AS "firstSelfPayBps",
            ceiling_micro_yuan AS "ceilingMicroYuan", charge_category AS "chargeCategory"
     FROM catalogue_entry WHERE province = $1 AND version_id = $2 AND national_code = ANY($3::text[])`,
    [province, versionId, nationalCodes],
  );
  return new Map(
    rows.map((row) => [
      row.nationalCode,
      { ...row, ceilingMicroYuan: row.ceilingMicroYuan === null ? null : BigInt(row.ceilingMicroYuan) },
    ]),
  );
}
