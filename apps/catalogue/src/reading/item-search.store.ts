import type { Tx } from '@yiditong/chassis';
import { NATION, type ItemKind } from '@yiditong/codes';
import type { AlikeName, Found, ScoredName, SoughtName } from './item-search.js';
import { ITEM_COLUMNS, itemOf, type RawItem, type StandingItem } from './standing.store.js';

/** The nation's catalogue on a business date, as its version then says. */
export type NationalDay = { readonly sequence: number; readonly day: string };

type Raw = Omit<StandingItem, keyof RawItem> & RawItem;

/** Of a row `said`: no later version up to $2 says otherwise, and on the day $3 it is neither withdrawn nor ended. */
const IN_FORCE = `said.province = $1 AND said.sequence <= $2 AND NOT said.withdrawn AND (said.ends_on IS NULL OR said.ends_on >= $3::date)
  AND NOT EXISTS (SELECT 1 FROM national_item AS later WHERE later.province = $1 AND later.national_code = said.national_code
    AND later.sequence > said.sequence AND later.sequence <= $2)`;

/** So alike at least must what is asked be to some part of a name; above it two characters inside a name would not be found. */
const LIKENESS = "SET LOCAL pg_trgm.word_similarity_threshold = '0.5'";

/** So many core names are looked at for those of which items are in force. */
const CORE_NAMES_LOOKED_AT = 100;

/** By code. */
export async function itemsByPrefix(
  tx: Tx,
  { sequence, day }: NationalDay,
  { prefix, kind, limit }: { readonly prefix: string; readonly kind: ItemKind | null; readonly limit: number },
): Promise<StandingItem[]> {
  const rows: Raw[] = await tx.query(
    `SELECT ${ITEM_COLUMNS} FROM national_item AS said
     WHERE ${IN_FORCE} AND said.national_code >= $4 AND said.national_code < $5 AND ($6::text IS NULL OR said.kind = $6)
     ORDER BY said.national_code LIMIT $7`,
    // Comparing by likeness would keep the index away behind row-level security; no code has a character after Z.
    [NATION, sequence, day, prefix, `${prefix}~`, kind, limit],
  );
  return rows.map(itemOf);
}

/**
 * Names that items bear in force and that are alike as a whole or in a part. Each core name is compared once, of which there are far
 * fewer than items.
 */
export async function namesAlike(
  tx: Tx,
  { sequence, day }: NationalDay,
  sought: readonly SoughtName[],
): Promise<AlikeName[]> {
  await tx.query(LIKENESS);
  return tx.query(
    `WITH alike AS (
       SELECT name.kind, name.core_name,
         floor(5000 * (similarity(sought.name_key, name.name_key) + word_similarity(sought.name_key, name.name_key)))::int AS bps
       FROM unnest($4::text[], $5::text[]) AS sought(kind, name_key)
       JOIN national_name AS name ON name.province = $1 AND name.kind = sought.kind AND sought.name_key <% name.name_key
       ORDER BY bps DESC, name.core_name, name.kind LIMIT $6)
     SELECT DISTINCT alike.kind, alike.core_name AS "coreName", said.name, alike.bps AS "coreBps" FROM alike
     JOIN national_item AS said ON said.kind = alike.kind AND said.core_name = alike.core_name AND ${IN_FORCE}`,
    [NATION, sequence, day, sought.map(({ kind }) => kind), sought.map(({ nameKey }) => nameKey), CORE_NAMES_LOOKED_AT],
  );
}

/** Items that bear some names, of each name so many by code. */
export async function itemsNamed(
  tx: Tx,
  { sequence, day }: NationalDay,
  names: readonly ScoredName[],
  limit: number,
): Promise<Found[]> {
  const rows: (Raw & { readonly scoreBps: number })[] = await tx.query(
    `SELECT said.*, named.score_bps AS "scoreBps"
     FROM unnest($4::text[], $5::text[], $6::text[], $7::int[]) AS named(kind, core_name, name, score_bps) CROSS JOIN LATERAL (
       SELECT ${ITEM_COLUMNS} FROM national_item AS said
       WHERE ${IN_FORCE} AND said.kind = named.kind AND said.core_name = named.core_name AND said.name = named.name
       ORDER BY said.national_code LIMIT $8) AS said`,
    [
      NATION,
      sequence,
      day,
      names.map(({ kind }) => kind),
      names.map(({ coreName }) => coreName),
      names.map(({ name }) => name),
      names.map(({ scoreBps }) => scoreBps),
      limit,
    ],
  );
  return rows.map(({ scoreBps, ...raw }) => ({ item: itemOf(raw), scoreBps }));
}
