import { thaw, type Tx } from '@yiditong/chassis';
import { Rejection, type ListState, type ReasonParams } from '@yiditong/codes';
import type { ItemList, ListHeader, ListKey, MatchCounts, Owner, RowError } from './list.entity.js';

const COLUMNS = `province, institution_code AS "institutionCode", list_id AS "listId", to_char(effective_from, 'YYYY-MM-DD') AS "effectiveFrom",
  state, rows, faulty_rows AS "faultyRows", mapped, queued, refused, unchanged, upload_id AS "uploadId", header,
  opened_by AS "openedBy", opened_at AS "openedAt", updated_at AS "updatedAt"`;
const OF_LIST = 'province = $1 AND institution_code = $2 AND list_id = $3';

/** For the parameters $1 to $3 of whatever is about one list. */
export function keyOf({ province, institutionCode, listId }: ListKey): [string, string, string] {
  return [province, institutionCode, listId];
}

export async function insertList(tx: Tx, list: ItemList): Promise<void> {
  await tx.query(
    `INSERT INTO item_list (province, institution_code, list_id, effective_from, state, opened_by, opened_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`,
    [...keyOf(list), list.effectiveFrom, list.state, list.openedBy, list.openedAt],
  );
}

/** Rejects with ITEM_LIST_NOT_FOUND. */
export async function getList(tx: Tx, key: ListKey): Promise<ItemList> {
  return only(await tx.query(`SELECT ${COLUMNS} FROM item_list WHERE ${OF_LIST}`, keyOf(key)));
}

/** Holds the list until the commit. Rejects with ITEM_LIST_NOT_FOUND. */
export async function lockList(tx: Tx, key: ListKey): Promise<ItemList> {
  return only(await tx.query(`SELECT ${COLUMNS} FROM item_list WHERE ${OF_LIST} FOR UPDATE`, keyOf(key)));
}

/** Newest first, before a list where one is given; of all owners where no institution is named. */
export async function listsBefore(
  tx: Tx,
  { province, institutionCode }: Owner,
  before: string | null,
  limit: number,
): Promise<ItemList[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM item_list WHERE province = $1 AND ($2 = '' OR institution_code = $2)
       AND ($3::uuid IS NULL OR list_id < $3) ORDER BY list_id DESC LIMIT $4`,
    [province, institutionCode, before, limit],
  );
}

/** What a step changes of a list. */
export type Step = {
  readonly state: ListState;
  readonly updatedAt: Date;
  /** From when on work in the background waits; null where none does. */
  readonly dueAt: Date | null;
};

/** Brings a list from one of the states into another; false where it is in none of them. */
export async function stepList(tx: Tx, key: ListKey, from: readonly ListState[], step: Step): Promise<boolean> {
  const changed: unknown[] = await tx.query(
    `WITH changed AS (
       UPDATE item_list SET state = $5, updated_at = $6, due_at = $7, rounds = 0 WHERE ${OF_LIST} AND state = ANY ($4) RETURNING 1
     )
     SELECT FROM changed`,
    [...keyOf(key), from, step.state, step.updatedAt, step.dueAt],
  );
  return changed.length === 1;
}

/** Has a list hold the rows of another upload, of which none are there yet. What is staged is removed by who calls. */
export async function beginUpload(tx: Tx, key: ListKey, uploadId: string | null): Promise<void> {
  await tx.query(`UPDATE item_list SET upload_id = $4, rows = 0, faulty_rows = 0, header = NULL WHERE ${OF_LIST}`, [
    ...keyOf(key),
    uploadId,
  ]);
}

/** After rows were staged. */
export async function countRows(
  tx: Tx,
  key: ListKey,
  added: { readonly rows: number; readonly faultyRows: number },
  header: ListHeader,
  updatedAt: Date,
): Promise<void> {
  await tx.query(
    `UPDATE item_list SET rows = rows + $4, faulty_rows = faulty_rows + $5, header = $6, updated_at = $7 WHERE ${OF_LIST}`,
    [...keyOf(key), added.rows, added.faultyRows, JSON.stringify(header), updatedAt],
  );
}

/** Counts the rows with errors anew, and says how many they are. */
export async function countFaultyRows(tx: Tx, key: ListKey): Promise<number> {
  const [count]: { faulty: number }[] = await tx.query(
    `WITH counted AS (
       UPDATE item_list SET faulty_rows = (SELECT count(DISTINCT row_number) FROM item_list_error WHERE ${OF_LIST})
       WHERE ${OF_LIST} RETURNING faulty_rows
     )
     SELECT faulty_rows AS faulty FROM counted`,
    keyOf(key),
  );
  return count?.faulty ?? 0;
}

/** Adds to the counts of rows that are done; what a clerk decides takes from one and adds to another. */
export async function countMatches(tx: Tx, key: ListKey, added: MatchCounts, updatedAt: Date): Promise<void> {
  await tx.query(
    `UPDATE item_list SET mapped = mapped + $4, queued = queued + $5, refused = refused + $6, unchanged = unchanged + $7,
       updated_at = $8 WHERE ${OF_LIST}`,
    [...keyOf(key), added.mapped, added.queued, added.refused, added.unchanged, updatedAt],
  );
}

export type ErrorPosition = { readonly rowNumber: number; readonly cell: string; readonly reason: string };

/** The errors after a position, by row and cell. */
export async function errorsAfter(tx: Tx, key: ListKey, after: ErrorPosition, limit: number): Promise<RowError[]> {
  type Row = Omit<RowError, 'params'> & { readonly params: string };
  const rows: Row[] = await tx.query(
    `SELECT row_number AS "rowNumber", cell, column_name AS "columnName", reason, params FROM item_list_error
     WHERE ${OF_LIST} AND (row_number, cell, reason) > ($4, $5, $6) ORDER BY row_number, cell, reason LIMIT $7`,
    [...keyOf(key), after.rowNumber, after.cell, after.reason, limit],
  );
  return rows.map((row): RowError => ({ ...row, params: thaw<ReasonParams>(row.params) }));
}

function only(rows: readonly ItemList[]): ItemList {
  const [row] = rows;
  if (!row) throw new Rejection('ITEM_LIST_NOT_FOUND');
  return row;
}
