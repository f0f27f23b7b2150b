import type { Tx } from '@yiditong/chassis';
import type { MatchState } from '@yiditong/codes';
import type { Candidate } from '@yiditong/harmonization';
import { ownItemFrom, type ListKey, type StoredOwnItem } from '../list/list.entity.js';
import { keyOf } from '../list/list.store.js';
import type { RowOutcome, StandingMapping, WaitingRow } from './row-outcome.js';

const OF_LIST = 'province = $1 AND institution_code = $2 AND list_id = $3';

/** Rows that wait, from the first on, with what their items are mapped to on a business date. */
export async function rowsWaiting(tx: Tx, key: ListKey, day: string, limit: number): Promise<WaitingRow[]> {
  type Row = Omit<WaitingRow, 'item' | 'standing'> & {
    readonly item: StoredOwnItem;
    readonly standing: (Omit<StandingMapping, 'priceMicroYuan'> & { readonly priceMicroYuan: string | null }) | null;
  };
  const rows: Row[] = await tx.query(
    `SELECT r.row_number AS "rowNumber", r.item, r.contested AS "hasRivals",
       standing.said AS standing, coalesce(last.revision, 0) AS revision
     FROM (SELECT row_number, item_code, item, contested FROM item_list_row WHERE ${OF_LIST} AND state = 'WAITING' ORDER BY row_number LIMIT $5) AS r
     LEFT JOIN LATERAL (
       SELECT json_build_object('itemName', item_name, 'itemDigest', item_digest, 'priceMicroYuan', price_micro_yuan::text, 'nationalCode', national_code,
         'deciderKind', decider_kind, 'decidedBy', decided_by, 'scoreBps', score_bps, 'evidence', evidence, 'remark', remark) AS said
       FROM item_mapping m WHERE m.province = $1 AND m.institution_code = $2 AND m.item_code = r.item_code AND m.effective_from <= $4
       ORDER BY revision DESC LIMIT 1) AS standing ON true
     LEFT JOIN LATERAL (
       SELECT revision FROM item_mapping m WHERE m.province = $1 AND m.institution_code = $2 AND m.item_code = r.item_code
       ORDER BY revision DESC LIMIT 1) AS last ON true
     ORDER BY r.row_number`,
    [...keyOf(key), day, limit],
  );
  return rows.map(({ standing, ...row }): WaitingRow => ({
    ...row,
    item: ownItemFrom(row.item),
    standing: standing === null ? null : { ...standing, priceMicroYuan: bigintOrNull(standing.priceMicroYuan) },
  }));
}

export async function recordOutcomes(
  tx: Tx,
  key: ListKey,
  outcomes: readonly RowOutcome[],
  decidedAt: Date,
): Promise<void> {
  if (outcomes.length === 0) return;
  const numbers = outcomes.map(({ rowNumber }) => rowNumber);
  await tx.query(
    `UPDATE item_list_row r SET state = done.state, national_code = done.national_code, candidates = done.candidates,
       decided_by = done.decided_by, decided_at = CASE WHEN done.decided_by IS NULL THEN NULL ELSE $10::timestamptz END, contested = done.contested
     FROM unnest($4::int[], $5::text[], $6::text[], $7::jsonb[], $8::text[], $9::boolean[])
       AS done (row_number, state, national_code, candidates, decided_by, contested)
     WHERE r.province = $1 AND r.institution_code = $2 AND r.list_id = $3 AND r.row_number = done.row_number
       AND r.row_number BETWEEN $11 AND $12`,
    [
      ...keyOf(key),
      numbers,
      outcomes.map(({ state }) => state),
      outcomes.map(({ nationalCode }) => nationalCode),
      outcomes.map(({ candidates }) => JSON.stringify(candidates)),
      outcomes.map(({ decidedBy }) => decidedBy),
      outcomes.map(({ contested }) => contested),
      decidedAt,
      // So that the update reads these rows by their numbers, whatever PostgreSQL knows of rows that have just come.
      Math.min(...numbers),
      Math.max(...numbers),
    ],
  );
}

/** A row of a list with what was proposed for it. */
export type MatchRow = {
  readonly rowNumber: number;
  readonly item: StoredOwnItem;
  readonly state: MatchState;
  readonly nationalCode: string | null;
  readonly candidates: readonly Candidate[];
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly remark: string;
};

const MATCH = `SELECT row_number AS "rowNumber", item, state, national_code AS "nationalCode", candidates, decided_by AS "decidedBy",
    decided_at AS "decidedAt", remark
  FROM item_list_row`;

/** Rows after one, of a state where one is named. */
export async function matchesAfter(
  tx: Tx,
  key: ListKey,
  page: { readonly state: MatchState | null; readonly afterRow: number; readonly limit: number },
): Promise<MatchRow[]> {
  return tx.query(
    `${MATCH} WHERE ${OF_LIST} AND row_number > $4 AND ($5::text IS NULL OR state = $5) ORDER BY row_number LIMIT $6`,
    [...keyOf(key), page.afterRow, page.state, page.limit],
  );
}

/** Null where the list has no such row. */
export async function findMatch(tx: Tx, key: ListKey, rowNumber: number): Promise<MatchRow | null> {
  const rows: MatchRow[] = await tx.query(`${MATCH} WHERE ${OF_LIST} AND row_number = $4`, [...keyOf(key), rowNumber]);
  return rows[0] ?? null;
}

/** What a clerk said of an item. */
export type ClerkWord = {
  readonly itemCode: string;
  readonly nationalCode: string | null;
  readonly decidedBy: string;
  readonly decidedAt: Date;
  readonly remark: string;
};

/** Settles all rows of a list that wait for a clerk's word on an item, and says how many of them were queued and how many refused. */
export async function settleRows(
  tx: Tx,
  key: ListKey,
  said: ClerkWord,
): Promise<{ readonly queued: number; readonly refused: number }> {
  const [settled]: { queued: number; refused: number }[] = await tx.query(
    `WITH open AS (
       SELECT row_number, state FROM item_list_row WHERE ${OF_LIST} AND item_code = $4 AND state IN ('QUEUED', 'REFUSED') FOR UPDATE
     ), settled AS (
       UPDATE item_list_row r SET state = CASE WHEN $5::text IS NULL THEN 'NONE' ELSE 'CONFIRMED' END, national_code = $5,
         decided_by = $6, decided_at = $7, remark = $8
       FROM open WHERE r.province = $1 AND r.institution_code = $2 AND r.list_id = $3 AND r.row_number = open.row_number
       RETURNING open.state
     )
     SELECT count(*) FILTER (WHERE state = 'QUEUED')::int AS queued, count(*) FILTER (WHERE state = 'REFUSED')::int AS refused FROM settled`,
    [...keyOf(key), said.itemCode, said.nationalCode, said.decidedBy, said.decidedAt, said.remark],
  );
  return settled ?? { queued: 0, refused: 0 };
}

function bigintOrNull(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}
