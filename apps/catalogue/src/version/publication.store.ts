import type { Tx } from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import type { CatalogueVersionRow } from '../catalogue/catalogue.entity.js';
import { columnList, contentOf, draftedSql, standingSql, type Content } from './catalogue-content.js';

/** What a version is made of, and whether it withdraws what that lacks. */
export type Source = { readonly isWhole: boolean } & (
  | { readonly draftId: string }
  | { readonly restoredSequence: number }
);

export type ChangeCounts = {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly removed: number;
};

export type StandingVersion = Pick<CatalogueVersionRow, 'versionId' | 'sequence' | 'effectiveFrom' | 'digest'>;

const COLUMNS = `version_id AS "versionId", sequence, to_char(effective_from, 'YYYY-MM-DD') AS "effectiveFrom", digest`;

/** The catalogue's last version, which the next one follows; null where there is none. */
export async function lastVersion(tx: Tx, scope: string): Promise<StandingVersion | null> {
  const rows: StandingVersion[] = await tx.query(
    `SELECT ${COLUMNS} FROM catalogue_version WHERE province = $1 ORDER BY sequence DESC LIMIT 1`,
    [scope],
  );
  return rows[0] ?? null;
}

export async function findVersion(tx: Tx, scope: string, versionId: string): Promise<StandingVersion | null> {
  const rows: StandingVersion[] = await tx.query(
    `SELECT ${COLUMNS} FROM catalogue_version WHERE province = $1 AND version_id = $2`,
    [scope, versionId],
  );
  return rows[0] ?? null;
}

export async function insertVersion(tx: Tx, version: CatalogueVersionRow): Promise<void> {
  await tx.query(
    `INSERT INTO catalogue_version (province, version_id, sequence, effective_from, entry_count, added, changed, withdrawn,
       origin, origin_id, published_at, proposal_id, digest)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      version.province,
      version.versionId,
      version.sequence,
      version.effectiveFrom,
      version.entryCount,
      version.added,
      version.changed,
      version.withdrawn,
      version.origin,
      version.originId,
      version.publishedAt,
      version.proposalId,
      version.digest,
    ],
  );
}

/** What a source changes against what stands as of a sequence, or 0. */
export async function countChanges(tx: Tx, scope: string, source: Source, basedOn: number): Promise<ChangeCounts> {
  const sql = countSql(contentOf(scope), source);
  const [counts]: ChangeCounts[] = await tx.query(sql, [scope, idOf(source), basedOn, source.isWhole]);
  return counts ?? { added: 0, changed: 0, unchanged: 0, removed: 0 };
}

/** Writes what a source changes, and nothing else, as said by a version. Says how many rows that were. */
export async function insertChanges(tx: Tx, scope: string, source: Source, version: StandingVersion): Promise<number> {
  const { sequence, effectiveFrom } = version;
  const values = [scope, idOf(source), sequence - 1, source.isWhole, sequence, effectiveFrom];
  const [written]: { count: number }[] = await tx.query(insertSql(contentOf(scope), source), values);
  return written?.count ?? 0;
}

/** The names that a draft of national items brings, by which items are found. What a rollback restores has its names already. */
export async function insertNames(tx: Tx, draftId: string): Promise<void> {
  await tx.query(
    `INSERT INTO national_name (province, kind, core_name, name_key)
     SELECT DISTINCT ON (content->>'kind', content->>'coreName') $1::bpchar, content->>'kind', content->>'coreName', content->>'nameKey'
     FROM catalogue_draft_row WHERE province = $1 AND draft_id = $2 AND NOT withdrawn
     ORDER BY content->>'kind', content->>'coreName' ON CONFLICT DO NOTHING`,
    [NATION, draftId],
  );
}

function countSql(content: Content, source: Source): string {
  return `WITH ${comparedSql(content, source)}
    SELECT count(*) FILTER (WHERE change = 'ADD')::int AS added, count(*) FILTER (WHERE change = 'CHANGE')::int AS changed,
      count(*) FILTER (WHERE change = 'KEEP')::int AS unchanged, count(*) FILTER (WHERE change = 'WITHDRAW')::int AS removed
    FROM compared`;
}

/** $5 is the version's sequence, $6 its date. */
function insertSql(content: Content, source: Source): string {
  const values = content.columns.map(
    ({ name }) => `CASE WHEN change = 'WITHDRAW' THEN standing_${name} ELSE proposed_${name} END`,
  );
  return `WITH ${comparedSql(content, source)}, written AS (
      INSERT INTO ${content.table} (province, national_code, sequence, effective_from, withdrawn, ${columnList(content)})
      SELECT $1::bpchar, national_code, $5::int, $6::date, change = 'WITHDRAW', ${values.join(', ')}
      FROM compared WHERE change IN ('ADD', 'CHANGE', 'WITHDRAW') ORDER BY national_code
      RETURNING 1
    )
    SELECT count(*)::int AS count FROM written`;
}

/** Every code on one side or the other, and what becomes of it. $2 is the source, $3 the sequence that stands, $4 whether it is whole. */
function comparedSql(content: Content, source: Source): string {
  const proposed = 'draftId' in source ? draftedSql(content) : standingSql(content, '$2');
  const both = content.columns.map(
    ({ name }) => `proposed.${name} AS proposed_${name}, standing.${name} AS standing_${name}`,
  );
  return `proposed AS (${proposed}), standing AS (${standingSql(content, '$3')}), compared AS (
      SELECT national_code, ${both.join(', ')}, CASE
        WHEN proposed.withdrawn IS NULL THEN CASE WHEN $4::boolean THEN 'WITHDRAW' ELSE 'KEEP' END
        WHEN proposed.withdrawn THEN CASE WHEN standing.withdrawn IS NULL THEN 'NOTHING' ELSE 'WITHDRAW' END
        WHEN standing.withdrawn IS NULL THEN 'ADD'
        WHEN (${columnList(content, 'proposed')}) IS DISTINCT FROM (${columnList(content, 'standing')}) THEN 'CHANGE'
        ELSE 'KEEP' END AS change
      FROM proposed FULL JOIN standing USING (national_code)
    )`;
}

function idOf(source: Source): string | number {
  return 'draftId' in source ? source.draftId : source.restoredSequence;
}
