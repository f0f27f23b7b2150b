import type { Tx } from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import type { DraftKey } from './draft.entity.js';

/** A draft whose rows are looked at, and the column in which its findings are told to stand: by letter, and by its Chinese name. */
export type Looked = DraftKey & { readonly letter: string; readonly name: string };

const FINDINGS =
  'INSERT INTO catalogue_draft_finding (province, draft_id, row_number, cell, column_name, warning, reason, params)';
/** The letter is $3 and the name $4; a file needn't have the column. */
const WHERE = `$1::bpchar, $2::uuid, row_number, CASE WHEN $3::text = '' THEN '' ELSE $3::text || row_number END, $4::text`;
const ROWS = 'FROM catalogue_draft_row WHERE province = $1::bpchar AND draft_id = $2::uuid';

/** What entries under one provincial code have in common. */
const SAME = "content - 'nationalCode' - 'name' - 'kind' - 'provincialCode' - 'chargeCategory' - 'endsOn'";

/** Rows about a code that a row further up is about already. */
export async function findRepeats(tx: Tx, looked: Looked): Promise<void> {
  await tx.query(
    `${FINDINGS}
     SELECT ${WHERE}, false, 'ROW_REPEATS', format('{"row":"%s"}', first) FROM (
       SELECT row_number, min(row_number) OVER (PARTITION BY national_code) AS first ${ROWS}
     ) AS rows WHERE first < row_number
     ON CONFLICT DO NOTHING`,
    valuesOf(looked),
  );
}

/** Rows under a provincial code whose class, shares, caps or restriction differ from those of the first row under it. */
export async function findContradictions(tx: Tx, looked: Looked, problem: string): Promise<void> {
  await tx.query(
    `${FINDINGS}
     SELECT ${WHERE}, false, 'ROW_CONTRADICTS', json_build_object('problem', $5::text, 'row', first::text)::text FROM (
       SELECT row_number, said, min(row_number) OVER of_code AS first, first_value(said) OVER of_code AS first_said FROM (
         SELECT row_number, content->>'provincialCode' AS code, ${SAME} AS said ${ROWS} AND NOT withdrawn
       ) AS entries WINDOW of_code AS (PARTITION BY code ORDER BY row_number)
     ) AS rows WHERE said <> first_said
     ON CONFLICT DO NOTHING`,
    [...valuesOf(looked), problem],
  );
}

/** Rows that withdraw what doesn't stand. Either the province's entries are looked through or the nation's items: the other has none of it. */
export async function findNotStanding(tx: Tx, looked: Looked): Promise<void> {
  await tx.query(
    `${FINDINGS}
     SELECT ${WHERE}, false, 'ROW_NOT_STANDING', '{}' FROM (
       SELECT r.row_number, latest.withdrawn AS gone FROM (SELECT row_number, national_code ${ROWS} AND withdrawn) AS r
       LEFT JOIN LATERAL (
         SELECT withdrawn FROM (
           SELECT withdrawn, sequence FROM catalogue_entry WHERE province = $1::bpchar AND national_code = r.national_code
           UNION ALL
           SELECT withdrawn, sequence FROM national_item WHERE province = $1::bpchar AND national_code = r.national_code
         ) AS said ORDER BY sequence DESC LIMIT 1
       ) AS latest ON true
     ) AS rows WHERE gone IS NOT FALSE
     ON CONFLICT DO NOTHING`,
    valuesOf(looked),
  );
}

/** Rows whose last day lies before the day on which the draft is to be in force. */
export async function findNeverInForce(tx: Tx, looked: Looked, effectiveFrom: string, problem: string): Promise<void> {
  await tx.query(
    `${FINDINGS}
     SELECT ${WHERE}, false, 'ROW_VALUE_INVALID', json_build_object('problem', $6::text)::text
     ${ROWS} AND NOT withdrawn AND (content->>'endsOn')::date < $5::date
     ON CONFLICT DO NOTHING`,
    [...valuesOf(looked), effectiveFrom, problem],
  );
}

/**
 * Warns of rows whose national code is not in force on the day on which the draft's entries are to be. Where the nation has published
 * nothing for that day there is nothing to go by.
 */
export async function findEnded(tx: Tx, looked: Looked, effectiveFrom: string): Promise<void> {
  await tx.query(
    `${FINDINGS}
     SELECT ${WHERE}, true, 'ITEM_ENDED', '{}' FROM (
       SELECT r.row_number, item.in_force FROM (SELECT row_number, national_code ${ROWS} AND NOT withdrawn) AS r
       LEFT JOIN LATERAL (
         SELECT NOT withdrawn AND coalesce(ends_on >= $5::date, true) AS in_force FROM national_item
         WHERE province = '${NATION}' AND national_code = r.national_code AND effective_from <= $5::date
         ORDER BY sequence DESC LIMIT 1
       ) AS item ON true
     ) AS rows WHERE in_force IS NOT TRUE
       AND EXISTS (SELECT FROM catalogue_version WHERE province = '${NATION}' AND effective_from <= $5::date)
     ON CONFLICT DO NOTHING`,
    [...valuesOf(looked), effectiveFrom],
  );
}

/** What an earlier check warned of; the nation may have published since. */
export async function forgetEnded(tx: Tx, { province, draftId }: DraftKey): Promise<void> {
  await tx.query(
    `DELETE FROM catalogue_draft_finding WHERE province = $1 AND draft_id = $2 AND reason = 'ITEM_ENDED'`,
    [province, draftId],
  );
}

function valuesOf({ province, draftId, letter, name }: Looked): string[] {
  return [province, draftId, letter, name];
}
