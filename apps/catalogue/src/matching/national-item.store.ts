import type { Tx } from '@yiditong/chassis';
import { NATION, type ItemKind } from '@yiditong/codes';
import type { StoredItem } from '../catalogue/catalogue.entity.js';
import { ITEM_COLUMNS, itemOf, type StandingItem } from '../reading/standing.store.js';

/** A name by which items are looked for: its spelling for trigrams, and of which kind they must be, null for any. */
export type Probe = { readonly key: string; readonly kind: ItemKind | null };
/** A name that national items bear. */
export type BorneName = { readonly kind: ItemKind; readonly coreName: string };
export type NamedItem = StandingItem & { readonly coreName: string };

/** So alike names are at least that are looked at, of which so many. */
const LIKENESS = '0.22';
const NAMES_MAX = 20;
/** So many products of one name are compared, by code: more than the commonest drugs have by makers, strengths and packs together. */
const PRODUCTS_MAX = 2_000;

type Row = StoredItem & Pick<NamedItem, 'province' | 'sequence' | 'effectiveFrom' | 'coreName'>;
const COLUMNS = `${ITEM_COLUMNS}, said.core_name AS "coreName"`;
/** Of a row under the name `said`: no later version in force on the day $2 says anything else. */
const IN_FORCE = `said.province = $1 AND said.effective_from <= $2 AND NOT said.withdrawn AND (said.ends_on IS NULL OR said.ends_on >= $2)
  AND NOT EXISTS (SELECT FROM national_item later WHERE later.province = $1 AND later.national_code = said.national_code
    AND later.sequence > said.sequence AND later.effective_from <= $2)`;

/** For each name the likest that items bear, by the place of the name. */
export async function namesLike(tx: Tx, probes: readonly Probe[]): Promise<(BorneName & { readonly place: number })[]> {
  if (probes.length === 0) return [];
  await tx.query(`SET LOCAL pg_trgm.similarity_threshold = ${LIKENESS}`);
  return tx.query(
    `SELECT probe.place::int - 1 AS place, found.kind, found.core_name AS "coreName"
     FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS probe (key, kind, place) CROSS JOIN LATERAL (
       SELECT kind, core_name FROM national_name AS n
       WHERE n.province = $1 AND n.name_key % probe.key AND (probe.kind IS NULL OR n.kind = probe.kind)
       ORDER BY similarity(n.name_key, probe.key) DESC, core_name, kind LIMIT ${NAMES_MAX}) AS found
     ORDER BY probe.place`,
    [NATION, probes.map(({ key }) => key), probes.map(({ kind }) => kind)],
  );
}

/** The items of some names that are in force on a business date. */
export async function itemsNamed(tx: Tx, names: readonly BorneName[], day: string): Promise<NamedItem[]> {
  const rows: Row[] = await tx.query(
    `SELECT found.* FROM unnest($3::text[], $4::text[]) AS name (kind, core_name) CROSS JOIN LATERAL (
       SELECT ${COLUMNS} FROM national_item AS said
       WHERE said.kind = name.kind AND said.core_name = name.core_name AND ${IN_FORCE}
       ORDER BY said.national_code LIMIT ${PRODUCTS_MAX}) AS found`,
    [NATION, day, names.map(({ kind }) => kind), names.map(({ coreName }) => coreName)],
  );
  return rows.map(itemOf);
}

/** The items of some codes or approval numbers that are in force on a business date. */
export async function itemsCalled(
  tx: Tx,
  nationalCodes: readonly string[],
  approvalNumbers: readonly string[],
  day: string,
): Promise<NamedItem[]> {
  const rows: Row[] = await tx.query(
    `SELECT ${COLUMNS} FROM national_item AS said WHERE said.national_code = ANY ($3) AND ${IN_FORCE}
     UNION ALL
     SELECT ${COLUMNS} FROM national_item AS said
     WHERE said.approval_number <> '' AND said.approval_number = ANY ($4) AND NOT said.national_code = ANY ($3) AND ${IN_FORCE}`,
    [NATION, day, nationalCodes, approvalNumbers],
  );
  return rows.map(itemOf);
}

/** The last that was said of some codes until a business date, whether it has ended since or not. */
export async function itemsSaidUntil(tx: Tx, nationalCodes: readonly string[], day: string): Promise<StandingItem[]> {
  const rows: Row[] = await tx.query(
    `SELECT DISTINCT ON (said.national_code) ${COLUMNS} FROM national_item AS said
     WHERE said.province = $1 AND said.national_code = ANY ($3) AND said.effective_from <= $2
     ORDER BY said.national_code, said.sequence DESC`,
    [NATION, day, nationalCodes],
  );
  return rows.map(itemOf);
}
