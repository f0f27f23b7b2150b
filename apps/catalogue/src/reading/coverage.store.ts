import type { Tx } from '@yiditong/chassis';
import { NATION, PROVINCES, type ItemKind } from '@yiditong/codes';

/** A province's entries of a kind, and how they stand to the other provinces'. */
export type KindFigures = {
  readonly province: string;
  readonly kind: ItemKind;
  readonly entries: number;
  /** Of items that one other province lists at least. */
  readonly shared: number;
  readonly classDeviates: number;
  readonly shareDeviates: number;
};

export type ItemFigures = { readonly province: string; readonly mappedItems: number; readonly unmappedItems: number };

/**
 * Who says what of an item is one row for all provinces that say the same, which are bits of a number, so that what most say is found
 * among a few rows an item. An entry deviates where fewer provinces say what it says than say something else; where two are as
 * common, neither does. Only class B has a share, so shares are compared within it; the order of a list says nothing.
 */
const FIGURES = `WITH party AS MATERIALIZED (
    SELECT province, 1::bigint << (place - 1)::int AS bit FROM unnest($2::bpchar[]) WITH ORDINALITY AS listed(province, place)),
  standing AS (
    SELECT DISTINCT ON (province, national_code) province, national_code, kind, item_class, shares, withdrawn, ends_on
    FROM catalogue_entry WHERE effective_from <= $1 ORDER BY province DESC, national_code DESC, sequence DESC),
  said AS MATERIALIZED (
    SELECT national_code, kind, item_class, shares, bit_or(bit) AS parties, count(*) AS number
    FROM standing JOIN party USING (province) WHERE NOT withdrawn AND (ends_on IS NULL OR ends_on >= $1)
    GROUP BY national_code, kind, item_class, shares),
  meant AS (
    SELECT national_code, kind, item_class, share, bit_or(parties) AS parties, sum(number) AS number
    FROM said CROSS JOIN LATERAL (SELECT CASE WHEN item_class <> 'B' THEN NULL WHEN jsonb_array_length(shares) < 2 THEN shares
      ELSE (SELECT jsonb_agg(each ORDER BY each) FROM jsonb_array_elements(shares) AS each) END) AS of_b(share)
    GROUP BY national_code, kind, item_class, share),
  counted AS (
    SELECT *, sum(number) OVER item AS listed, sum(number) OVER class AS of_class, max(number) OVER class AS of_share
    FROM meant WINDOW item AS (PARTITION BY national_code), class AS (PARTITION BY national_code, item_class)),
  weighed AS (SELECT *, max(of_class) OVER (PARTITION BY national_code) AS most FROM counted)
  SELECT province, kind, count(*)::int AS entries, (count(*) FILTER (WHERE listed > 1))::int AS shared,
    (count(*) FILTER (WHERE of_class < most))::int AS "classDeviates",
    (count(*) FILTER (WHERE item_class = 'B' AND number < of_share))::int AS "shareDeviates"
  FROM weighed JOIN party ON parties & bit <> 0 GROUP BY province, kind`;

/** By province and kind, of entries in force on a business date. Reads every province's catalogue. */
export async function kindFigures(tx: Tx, day: string): Promise<KindFigures[]> {
  return tx.query(FIGURES, [day, PROVINCES.map(({ code }) => code)]);
}

/** How many items of each kind the nation has in force on a business date, as its version then says. */
export async function nationalCounts(tx: Tx, sequence: number, day: string): Promise<Map<ItemKind, number>> {
  const rows: { kind: ItemKind; items: number }[] = await tx.query(
    `SELECT kind, count(*)::int AS items FROM (
       SELECT DISTINCT ON (national_code) kind, withdrawn, ends_on FROM national_item WHERE province = $1 AND sequence <= $2
       ORDER BY national_code DESC, sequence DESC) AS last
     WHERE NOT withdrawn AND (ends_on IS NULL OR ends_on >= $3) GROUP BY kind`,
    [NATION, sequence, day],
  );
  return new Map(rows.map(({ kind, items }) => [kind, items]));
}

/**
 * Own items of hospitals and of provinces themselves that are mapped to a national item on a business date, and those of lists taken
 * by then that aren't: never mapped, or to nothing.
 */
export async function itemFigures(tx: Tx, day: string): Promise<ItemFigures[]> {
  return tx.query(
    `WITH mapping AS (
       SELECT DISTINCT ON (province, institution_code, item_code) province, institution_code, item_code, national_code
       FROM item_mapping WHERE effective_from <= $1 ORDER BY province, institution_code, item_code, revision DESC),
     listed AS (
       SELECT DISTINCT province, institution_code, item_code FROM item_list_row JOIN item_list USING (province, institution_code, list_id)
       WHERE item_list.state IN ('MATCHING', 'MATCHED') AND item_list.effective_from <= $1)
     SELECT province, (count(*) FILTER (WHERE mapping.national_code IS NOT NULL))::int AS "mappedItems",
       (count(*) FILTER (WHERE mapping.national_code IS NULL))::int AS "unmappedItems"
     FROM mapping FULL JOIN listed USING (province, institution_code, item_code) GROUP BY province`,
    [day],
  );
}

export async function openConflicts(tx: Tx): Promise<Map<string, number>> {
  const rows: { province: string; conflicts: number }[] = await tx.query(
    `SELECT province, count(*)::int AS conflicts FROM catalogue_conflict WHERE state IN ('OPEN', 'ASSIGNED') GROUP BY province`,
  );
  return new Map(rows.map(({ province, conflicts }) => [province, conflicts]));
}

/**
 * What follows reads every catalogue there is, so it may take longer than others' statements. Row-level security compares with what the
 * planner has no statistics of: it expects next to nothing and would sort all of it on the disk, where an index has the order
 * already and hashing needs none.
 */
export async function allowLongReading(tx: Tx): Promise<void> {
  await tx.query("SET LOCAL statement_timeout = '2min'; SET LOCAL work_mem = '64MB'; SET LOCAL enable_sort = off");
}
