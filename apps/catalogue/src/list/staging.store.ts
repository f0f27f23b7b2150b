import { freeze, type Tx } from '@yiditong/chassis';
import { storedOwnItem, type ListKey, type ListRow, type RowError } from './list.entity.js';
import { keyOf } from './list.store.js';

const OF_LIST = 'province = $1 AND institution_code = $2 AND list_id = $3';

/** Which of these rows were sent before. */
export async function rowsThere(tx: Tx, key: ListKey, rowNumbers: readonly number[]): Promise<ReadonlySet<number>> {
  const rows: { rowNumber: number }[] = await tx.query(
    `SELECT row_number AS "rowNumber" FROM item_list_row WHERE ${OF_LIST} AND row_number = ANY ($4)
     UNION SELECT row_number FROM item_list_error WHERE ${OF_LIST} AND row_number = ANY ($4)`,
    [...keyOf(key), rowNumbers],
  );
  return new Set(rows.map(({ rowNumber }) => rowNumber));
}

/** Whether a list has more errors than a limit. */
export async function hasMoreErrors(tx: Tx, key: ListKey, limit: number): Promise<boolean> {
  const beyond: unknown[] = await tx.query(`SELECT FROM item_list_error WHERE ${OF_LIST} OFFSET $4 LIMIT 1`, [
    ...keyOf(key),
    limit,
  ]);
  return beyond.length > 0;
}

export async function insertRows(tx: Tx, key: ListKey, rows: readonly ListRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO item_list_row (province, institution_code, list_id, row_number, item_code, item, state)
     SELECT $1, $2, $3, *, 'WAITING' FROM unnest($4::int[], $5::text[], $6::jsonb[])`,
    [
      ...keyOf(key),
      rows.map(({ rowNumber }) => rowNumber),
      rows.map(({ item }) => item.itemCode),
      rows.map(({ item }) => JSON.stringify(storedOwnItem(item))),
    ],
  );
}

/** What is known already is not said twice. */
export async function insertErrors(tx: Tx, key: ListKey, errors: readonly RowError[]): Promise<void> {
  if (errors.length === 0) return;
  await tx.query(
    `INSERT INTO item_list_error (province, institution_code, list_id, row_number, cell, column_name, reason, params)
     SELECT $1, $2, $3, * FROM unnest($4::int[], $5::text[], $6::text[], $7::text[], $8::text[])
     ON CONFLICT DO NOTHING`,
    [
      ...keyOf(key),
      errors.map(({ rowNumber }) => rowNumber),
      errors.map(({ cell }) => cell),
      errors.map(({ columnName }) => columnName),
      errors.map(({ reason }) => reason),
      errors.map(({ params }) => freeze(params)),
    ],
  );
}

/** In which cells the errors of repeated codes are told to stand. */
export type CodeColumn = { readonly letter: string; readonly name: string };

const CONTRADICTION = '同一院内编码的内容不同 the same item code, and something else that differs';

/**
 * Rows that say of an item what an earlier one says, or something else. Where they claim different national items, that is not an
 * error of the file but what a clerk has to settle.
 */
export async function findRepeats(tx: Tx, key: ListKey, { letter, name }: CodeColumn): Promise<void> {
  await tx.query(
    `INSERT INTO item_list_error (province, institution_code, list_id, row_number, cell, column_name, reason, params)
     SELECT $1, $2, $3, row_number, $4 || row_number, $5,
       CASE WHEN same < row_number THEN 'ROW_REPEATS' ELSE 'ROW_CONTRADICTS' END,
       CASE WHEN same < row_number THEN jsonb_build_object('row', same::text)
         ELSE jsonb_build_object('row', first::text, 'problem', $6::text) END::text
     FROM (
       SELECT row_number, min(row_number) OVER (PARTITION BY item_code, item) AS same,
         min(row_number) OVER (PARTITION BY item_code) AS first,
         min(claim) OVER (PARTITION BY item_code) <> max(claim) OVER (PARTITION BY item_code) AS contested
       FROM (SELECT row_number, item_code, item, nullif(item->>'claimedNationalCode', '') AS claim FROM item_list_row WHERE ${OF_LIST})
     ) WHERE same < row_number OR (first < row_number AND contested IS NOT TRUE)
     ON CONFLICT DO NOTHING`,
    [...keyOf(key), letter, name, CONTRADICTION],
  );
}

/** Marks the rows whose item has others in the list; after findRepeats these are the ones that claim different things. */
export async function markContested(tx: Tx, key: ListKey): Promise<void> {
  await tx.query(
    // The rows are found in one pass and before the update: PostgreSQL knows nothing yet of rows that have just come.
    `UPDATE item_list_row SET contested = true WHERE ${OF_LIST} AND row_number = ANY (ARRAY(
       SELECT row_number FROM (
         SELECT row_number, count(*) OVER (PARTITION BY item_code) AS rows FROM item_list_row WHERE ${OF_LIST}
       ) WHERE rows > 1))`,
    keyOf(key),
  );
}

/** Removes so many rows that were never decided, and says how many it were. What was decided is why mappings are as they are. */
export async function removeUndecided(tx: Tx, key: ListKey, limit: number): Promise<number> {
  const found: { rowNumber: number }[] = await tx.query(
    `SELECT row_number AS "rowNumber" FROM item_list_row
     WHERE ${OF_LIST} AND state IN ('WAITING', 'QUEUED', 'REFUSED') LIMIT $4`,
    [...keyOf(key), limit],
  );
  // By their numbers, said as a value: joined with what was found, each row of the list might be compared with every other.
  const numbers = found.map(({ rowNumber }) => rowNumber);
  if (numbers.length > 0)
    await tx.query(
      `DELETE FROM item_list_row WHERE ${OF_LIST} AND row_number = ANY ($4) AND state IN ('WAITING', 'QUEUED', 'REFUSED')`,
      [...keyOf(key), numbers],
    );
  return numbers.length;
}

/** Removes the errors of so many rows or fewer, all that each has, and says how many errors were looked at: at most the limit. */
export async function removeErrors(tx: Tx, key: ListKey, limit: number): Promise<number> {
  const found: { rowNumber: number }[] = await tx.query(
    `SELECT row_number AS "rowNumber" FROM item_list_error WHERE ${OF_LIST} LIMIT $4`,
    [...keyOf(key), limit],
  );
  const numbers = [...new Set(found.map(({ rowNumber }) => rowNumber))];
  if (numbers.length > 0)
    await tx.query(`DELETE FROM item_list_error WHERE ${OF_LIST} AND row_number = ANY ($4)`, [...keyOf(key), numbers]);
  return found.length;
}
