import type { Tx } from '@yiditong/chassis';
import { ENTRY_FIELDS, ITEM_FIELDS, type EntryField } from './difference.js';
import type { Standing } from './standing.store.js';

export type DifferenceTotals = {
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly different: number;
  readonly same: number;
};

/** Two catalogues, which are national ones where they are the nation's. */
export type Pair = {
  readonly first: Standing;
  readonly second: Standing;
  /** Leaves out what has ended by then; null for all that the versions say. */
  readonly day: string | null;
  readonly fields: readonly EntryField[];
};

export type DifferencePage = { readonly after: string; readonly limit: number };

/** Totals on the first page, null on others, and the codes of a page of those that aren't the same, in their order. */
export type Comparison = { readonly totals: DifferenceTotals | null; readonly codes: readonly string[] };

/**
 * Where two entries say the same of a field, as {@link differingFields} takes it: of two lists that contain each other the order
 * doesn't count.
 */
const SAME_ENTRY: Readonly<Record<EntryField, string>> = {
  item_class: 'first.item_class = second.item_class',
  shares: 'first.shares @> second.shares AND second.shares @> first.shares',
  caps: 'first.caps @> second.caps AND second.caps @> first.caps',
  over_cap_rule: 'first.over_cap_rule IS NOT DISTINCT FROM second.over_cap_rule',
  restriction: `coalesce(first.restriction, 'null') @> coalesce(second.restriction, 'null')
    AND coalesce(second.restriction, 'null') @> coalesce(first.restriction, 'null')`,
  charge_category: 'first.charge_category IS NOT DISTINCT FROM second.charge_category',
  name: 'first.name = second.name',
  provincial_code: 'first.provincial_code = second.provincial_code',
  ends_on: 'first.ends_on IS NOT DISTINCT FROM second.ends_on',
};

const SAME_ITEM = ITEM_FIELDS.map((field) => `first.${field} IS NOT DISTINCT FROM second.${field}`).join(' AND ');

export async function compareEntries(tx: Tx, pair: Pair, page: DifferencePage): Promise<Comparison> {
  const same = ENTRY_FIELDS.filter((field) => pair.fields.includes(field)).map((field) => SAME_ENTRY[field]);
  return compare(tx, comparing('catalogue_entry', same.join(' AND ')), pair, page);
}

export async function compareItems(tx: Tx, pair: Pair, page: DifferencePage): Promise<Comparison> {
  return compare(tx, comparing('national_item', SAME_ITEM), pair, page);
}

type Row = DifferenceTotals & { readonly codes: string[] };

async function compare(
  tx: Tx,
  statement: string,
  { first, second, day }: Pair,
  { after, limit }: DifferencePage,
): Promise<Comparison> {
  const values = [first.province, first.sequence, second.province, second.sequence, day, after, limit];
  const rows: Row[] = await tx.query(statement, values);
  const { codes, ...totals } = rows[0] ?? { codes: [], onlyFirst: 0, onlySecond: 0, different: 0, same: 0 };
  return { totals: after === '' ? totals : null, codes };
}

/** Both catalogues are read once, from where the page before ended: for the page, and for the totals where that is the first. */
function comparing(table: 'catalogue_entry' | 'national_item', same: string): string {
  return `WITH compared AS MATERIALIZED (
      SELECT coalesce(first.national_code, second.national_code) AS code, CASE
        WHEN second.national_code IS NULL THEN 'ONLY_FIRST' WHEN first.national_code IS NULL THEN 'ONLY_SECOND'
        WHEN ${same} THEN 'SAME' ELSE 'DIFFERENT' END AS finding
      FROM (${standing(table, '$1', '$2')}) AS first FULL JOIN (${standing(table, '$3', '$4')}) AS second
        ON first.national_code = second.national_code)
    SELECT (count(*) FILTER (WHERE finding = 'ONLY_FIRST'))::int AS "onlyFirst",
      (count(*) FILTER (WHERE finding = 'ONLY_SECOND'))::int AS "onlySecond",
      (count(*) FILTER (WHERE finding = 'DIFFERENT'))::int AS different, (count(*) FILTER (WHERE finding = 'SAME'))::int AS same,
      ARRAY(SELECT code FROM compared WHERE finding <> 'SAME' ORDER BY code LIMIT $7) AS codes
    FROM compared`;
}

function standing(table: string, province: string, sequence: string): string {
  return `SELECT * FROM (SELECT DISTINCT ON (national_code) * FROM ${table} WHERE province = ${province} AND sequence <= ${sequence}
        AND national_code > $6
      ORDER BY national_code DESC, sequence DESC) AS last
    WHERE NOT withdrawn AND ($5::date IS NULL OR ends_on IS NULL OR ends_on >= $5)`;
}
