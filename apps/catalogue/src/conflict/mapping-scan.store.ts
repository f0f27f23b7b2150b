import type { Tx } from '@yiditong/chassis';
import type { Found } from './conflict.entity.js';
import { ENDED, ITEMS, OWN_ENTRIES } from './entry-scan.store.js';

/** What the province's and its institutions' items are mapped to on the day $2. */
const MAPPINGS = `mapped AS (SELECT * FROM (
    SELECT DISTINCT ON (institution_code, item_code) institution_code, item_code, item_name, price_micro_yuan, national_code
    FROM item_mapping WHERE province = $1 AND effective_from <= $2 ORDER BY institution_code, item_code, revision DESC) AS said
  WHERE national_code IS NOT NULL)`;
const SUBJECT = `institution_code AS "institutionCode", item_code AS "itemCode", used.national_code AS "nationalCode"`;

/** Items that are mapped to what isn't in force. */
export async function mappedToEnded(tx: Tx, province: string, day: string): Promise<Found[]> {
  return tx.query(
    `WITH ${MAPPINGS}, ${ITEMS}
     SELECT ${SUBJECT}, ${ENDED} AS finding
     FROM (SELECT *, item_name AS name FROM mapped) AS used LEFT JOIN items ON items.national_code = used.national_code
     WHERE items.lasts IS NOT TRUE AND EXISTS (SELECT FROM items)`,
    [province, day],
  );
}

/**
 * Items that cost more than the lowest of the province's caps, be it for all or for a level: of which level an institution is isn't known
 * here, and it is better to find a price that its level allows than to miss one. The finding names the levels.
 */
export async function pricesAboveCap(tx: Tx, province: string, day: string): Promise<Found[]> {
  return tx.query(
    `WITH ${MAPPINGS}, ${OWN_ENTRIES}
     SELECT ${SUBJECT}, json_build_object('name', used.item_name, 'priceMicroYuan', used.price_micro_yuan::text,
       'capMicroYuan', cap.micro_yuan::text, 'levels', cap.levels) AS finding
     FROM mapped AS used JOIN own ON own.national_code = used.national_code CROSS JOIN LATERAL (
       SELECT micro_yuan, CASE WHEN bool_or(level IS NULL) THEN NULL ELSE array_agg(level ORDER BY level) END AS levels
       FROM (SELECT (each->>'microYuan')::bigint AS micro_yuan, each->>'hospitalLevel' AS level FROM jsonb_array_elements(own.caps) AS each) AS caps
       GROUP BY micro_yuan ORDER BY micro_yuan LIMIT 1) AS cap
     WHERE used.price_micro_yuan > cap.micro_yuan`,
    [province, day],
  );
}

/**
 * Items of each owner's newest matched list that the rules refused or left to a clerk and that nothing is said of on the day $2: what
 * somebody said is no national item isn't among them. An item that the newest list leaves out isn't either.
 */
export async function unmappedItems(tx: Tx, province: string, day: string): Promise<Found[]> {
  return tx.query(
    `SELECT r.institution_code AS "institutionCode", r.item_code AS "itemCode", '' AS "nationalCode",
       (array_agg(json_build_object('name', r.item->>'name', 'state', r.state) ORDER BY r.row_number))[1] AS finding
     FROM (SELECT DISTINCT ON (institution_code) institution_code, list_id FROM item_list WHERE province = $1 AND state = 'MATCHED'
       ORDER BY institution_code, list_id DESC) AS newest
     JOIN item_list_row r ON r.province = $1 AND r.institution_code = newest.institution_code AND r.list_id = newest.list_id
     WHERE r.state IN ('QUEUED', 'REFUSED') AND NOT EXISTS (
       SELECT FROM item_mapping m WHERE m.province = $1 AND m.institution_code = r.institution_code AND m.item_code = r.item_code
         AND m.effective_from <= $2)
     GROUP BY r.institution_code, r.item_code`,
    [province, day],
  );
}

/**
 * Items of which a list says several national codes, or another than they are mapped to. A newer list of the owner's that has the item
 * takes the place of an older one, and a clerk who has mapped it since has settled it.
 */
export async function contestedItems(tx: Tx, province: string, day: string): Promise<Found[]> {
  return tx.query(
    `WITH contested AS (
       SELECT r.institution_code, r.item_code, r.list_id, r.item->>'claimedNationalCode' AS claim, l.opened_at
       FROM item_list_row r JOIN item_list l ON l.province = r.province AND l.institution_code = r.institution_code AND l.list_id = r.list_id
       WHERE r.province = $1 AND r.contested AND r.state NOT IN ('WAITING', 'CONFIRMED', 'NONE') AND NOT EXISTS (
         SELECT FROM item_list newer JOIN item_list_row n
           ON n.province = newer.province AND n.institution_code = newer.institution_code AND n.list_id = newer.list_id
         WHERE newer.province = $1 AND newer.institution_code = r.institution_code AND newer.list_id > r.list_id
           AND newer.state IN ('MATCHING', 'MATCHED') AND n.item_code = r.item_code AND n.state <> 'WAITING')
     ), said AS (
       SELECT c.institution_code, c.item_code, nullif(claim, '') AS code FROM contested c
       UNION SELECT c.institution_code, c.item_code, m.national_code FROM contested c CROSS JOIN LATERAL (
         SELECT national_code FROM item_mapping m WHERE m.province = $1 AND m.institution_code = c.institution_code
           AND m.item_code = c.item_code AND m.effective_from <= $2 ORDER BY revision DESC LIMIT 1) AS m
     )
     SELECT institution_code AS "institutionCode", item_code AS "itemCode", '' AS "nationalCode",
       json_build_object('codes', array_agg(code ORDER BY code)) AS finding
     FROM said WHERE code IS NOT NULL AND NOT EXISTS (
       SELECT FROM item_mapping m JOIN contested c ON c.institution_code = m.institution_code AND c.item_code = m.item_code
       WHERE m.province = $1 AND m.institution_code = said.institution_code AND m.item_code = said.item_code
         AND m.decider_kind = 'CLERK' AND m.decided_at > c.opened_at)
     GROUP BY institution_code, item_code HAVING count(*) > 1`,
    [province, day],
  );
}
