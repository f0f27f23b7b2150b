import type { Tx } from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import type { Found } from './conflict.entity.js';

/** Of a row that says what is in force on the day $2. */
export const LASTS = 'NOT withdrawn AND (ends_on IS NULL OR ends_on >= $2)';
/** The entries of the province $1, and the nation's items, each as the last version says that is in force on the day $2. */
export const OWN_ENTRIES = `own AS (SELECT * FROM (
    SELECT DISTINCT ON (national_code) * FROM catalogue_entry WHERE province = $1 AND effective_from <= $2
    ORDER BY national_code, sequence DESC) AS said WHERE ${LASTS})`;
export const ITEMS = `items AS (
    SELECT DISTINCT ON (national_code) national_code, name, charge_category, withdrawn, ends_on, ${LASTS} AS lasts
    FROM national_item WHERE province = '${NATION}' AND effective_from <= $2 ORDER BY national_code, sequence DESC)`;
/** What is said of an item that has ended: `used` is its name where it is used, `items` what the nation said last. */
export const ENDED = `json_build_object('name', coalesce(items.name, used.name), 'isKnown', items.national_code IS NOT NULL,
    'endedOn', CASE WHEN NOT items.withdrawn THEN to_char(items.ends_on, 'YYYY-MM-DD') END)`;

/** What most others say counts where so many have the item at least. */
const OTHERS_MIN = 3;
const OTHERS = `others AS (SELECT * FROM (
    SELECT DISTINCT ON (province, national_code) province, national_code, item_class, shares, withdrawn, ends_on
    FROM catalogue_entry WHERE province <> $1 AND effective_from <= $2 ORDER BY province, national_code, sequence DESC) AS said WHERE ${LASTS})`;
/** The share that fits everybody. */
const SHARE = `(jsonb_path_query_first(shares, '$[*] ? (@.insurance == null && @.personType == null).bps'))::int`;

/** Entries whose item isn't in force. Where the nation has no catalogue at all there is nothing to compare with. */
export async function endedEntries(tx: Tx, province: string, day: string): Promise<Found[]> {
  return tx.query(
    `WITH ${OWN_ENTRIES}, ${ITEMS}
     SELECT '' AS "institutionCode", '' AS "itemCode", used.national_code AS "nationalCode", ${ENDED} AS finding
     FROM own AS used LEFT JOIN items ON items.national_code = used.national_code
     WHERE items.lasts IS NOT TRUE AND EXISTS (SELECT FROM items)`,
    [province, day],
  );
}

/** Entries without a charge category. The nation's stands in for it, and where there is none either, what is charged counts as other. */
export async function entriesWithoutCategory(tx: Tx, province: string, day: string): Promise<Found[]> {
  return tx.query(
    `WITH ${OWN_ENTRIES}, ${ITEMS}
     SELECT '' AS "institutionCode", '' AS "itemCode", own.national_code AS "nationalCode",
       json_build_object('name', own.name, 'national', CASE WHEN items.lasts THEN items.charge_category END) AS finding
     FROM own LEFT JOIN items ON items.national_code = own.national_code WHERE own.charge_category IS NULL`,
    [province, day],
  );
}

/** Entries under one provincial code that don't say the same. */
export async function entriesThatDiffer(tx: Tx, province: string, day: string): Promise<Found[]> {
  return tx.query(
    `WITH ${OWN_ENTRIES}
     SELECT '' AS "institutionCode", provincial_code AS "itemCode", min(national_code) AS "nationalCode",
       json_build_object('codes', (array_agg(national_code ORDER BY national_code))[1:20]) AS finding
     FROM own WHERE provincial_code <> '' GROUP BY provincial_code
     HAVING count(DISTINCT jsonb_build_array(item_class, shares, caps, over_cap_rule, restriction)) > 1`,
    [province, day],
  );
}

/** Entries of another class than more than half of the other provinces have, which are three at least. */
export async function entriesOfOtherClass(tx: Tx, province: string, day: string): Promise<Found[]> {
  return tx.query(deviating('item_class', 'true', 'own', 'usual'), [province, day]);
}

/** Of entries of class B, those with another share for everybody than more than half of the other provinces' have. */
export async function entriesOfOtherShare(tx: Tx, province: string, day: string): Promise<Found[]> {
  return tx.query(deviating(SHARE, `item_class = 'B'`, 'ownBps', 'usualBps'), [province, day]);
}

/** Made of constants only: what is compared, of which entries, and how the two are called in the finding. */
function deviating(what: string, which: string, own: string, usual: string): string {
  return `WITH ${OWN_ENTRIES}, ${OTHERS},
     told AS (SELECT national_code, name, ${what} AS said FROM own WHERE ${which}),
     counted AS (
       SELECT national_code, ${what} AS said, count(*) AS agreeing, string_agg(province, ',' ORDER BY province) AS provinces
       FROM others WHERE ${which} GROUP BY 1, 2),
     weighed AS (SELECT *, sum(agreeing) OVER (PARTITION BY national_code) AS total FROM counted)
     SELECT '' AS "institutionCode", '' AS "itemCode", told.national_code AS "nationalCode",
       json_build_object('name', told.name, '${own}', told.said, '${usual}', weighed.said, 'others', weighed.total::int,
         'agreeing', string_to_array(weighed.provinces, ',')) AS finding
     FROM told JOIN weighed ON weighed.national_code = told.national_code
     WHERE weighed.total >= ${OTHERS_MIN} AND weighed.agreeing * 2 > weighed.total AND weighed.said IS DISTINCT FROM told.said`;
}
