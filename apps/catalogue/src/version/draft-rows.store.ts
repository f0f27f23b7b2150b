import { freeze, thaw, type Tx } from '@yiditong/chassis';
import type { Reason, ReasonParams } from '@yiditong/codes';
import type { DraftKey, Finding, StagedRow } from './draft.entity.js';

const WHICH = 'province = $1 AND draft_id = $2';

/** Which of these rows were sent before. */
export async function rowsThere(tx: Tx, key: DraftKey, rowNumbers: readonly number[]): Promise<ReadonlySet<number>> {
  const rows: { rowNumber: number }[] = await tx.query(
    `SELECT row_number AS "rowNumber" FROM catalogue_draft_row WHERE ${WHICH} AND row_number = ANY ($3)
     UNION SELECT row_number FROM catalogue_draft_finding WHERE ${WHICH} AND row_number = ANY ($3)`,
    [key.province, key.draftId, rowNumbers],
  );
  return new Set(rows.map(({ rowNumber }) => rowNumber));
}

export async function insertRows(tx: Tx, { province, draftId }: DraftKey, rows: readonly StagedRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO catalogue_draft_row (province, draft_id, row_number, national_code, withdrawn, content)
     SELECT $1, $2, * FROM unnest($3::int[], $4::text[], $5::boolean[], $6::jsonb[])`,
    [
      province,
      draftId,
      rows.map(({ rowNumber }) => rowNumber),
      rows.map(({ nationalCode }) => nationalCode),
      rows.map(({ withdrawn }) => withdrawn),
      rows.map(({ content }) => content && freeze(content)),
    ],
  );
}

/** What is known already is not said twice. */
export async function insertFindings(
  tx: Tx,
  { province, draftId }: DraftKey,
  findings: readonly Finding[],
): Promise<void> {
  if (findings.length === 0) return;
  await tx.query(
    `INSERT INTO catalogue_draft_finding (province, draft_id, row_number, cell, column_name, warning, reason, params)
     SELECT $1, $2, * FROM unnest($3::int[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::text[])
     ON CONFLICT DO NOTHING`,
    [
      province,
      draftId,
      findings.map(({ rowNumber }) => rowNumber),
      findings.map(({ cell }) => cell),
      findings.map(({ columnName }) => columnName),
      findings.map(({ warning }) => warning),
      findings.map(({ reason }) => reason),
      findings.map(({ params }) => freeze(params)),
    ],
  );
}

export type FindingPosition = Pick<Finding, 'rowNumber' | 'cell'> & { readonly reason: string };

/** The findings after a position, by row and cell. */
export async function findingsAfter(
  tx: Tx,
  { province, draftId }: DraftKey,
  after: FindingPosition,
  limit: number,
): Promise<Finding[]> {
  type Row = Omit<Finding, 'params'> & { readonly params: string };
  const rows: Row[] = await tx.query(
    `SELECT row_number AS "rowNumber", cell, column_name AS "columnName", warning, reason, params FROM catalogue_draft_finding
     WHERE ${WHICH} AND (row_number, cell, reason) > ($3, $4, $5) ORDER BY row_number, cell, reason LIMIT $6`,
    [province, draftId, after.rowNumber, after.cell, after.reason, limit],
  );
  return rows.map((row) => ({ ...row, reason: row.reason satisfies Reason, params: thaw<ReasonParams>(row.params) }));
}

/** SHA-256 over the SHA-256 of each row's text, in the order of the file, in hexadecimal: what was proposed can be shown later. */
export async function digestOfRows(tx: Tx, { province, draftId }: DraftKey): Promise<string> {
  const [row]: { digest: string | null }[] = await tx.query(
    `SELECT encode(sha256(string_agg(sha256(convert_to(concat_ws('|', row_number, national_code, withdrawn, content), 'UTF8')),
       ''::bytea ORDER BY row_number)), 'hex') AS digest
     FROM catalogue_draft_row WHERE ${WHICH}`,
    [province, draftId],
  );
  return row?.digest ?? '';
}

/** Whether a draft has more findings than a limit. */
export async function hasMoreFindings(tx: Tx, { province, draftId }: DraftKey, limit: number): Promise<boolean> {
  const beyond: unknown[] = await tx.query(`SELECT FROM catalogue_draft_finding WHERE ${WHICH} OFFSET $3 LIMIT 1`, [
    province,
    draftId,
    limit,
  ]);
  return beyond.length > 0;
}

/** Removes so many rows, and says how many it were. */
export async function removeRows(tx: Tx, key: DraftKey, limit: number): Promise<number> {
  return removed(
    await tx.query(
      `WITH gone AS (DELETE FROM catalogue_draft_row WHERE (province, draft_id, row_number) IN
         (SELECT province, draft_id, row_number FROM catalogue_draft_row WHERE ${WHICH} LIMIT $3) RETURNING 1)
       SELECT count(*)::int AS count FROM gone`,
      [key.province, key.draftId, limit],
    ),
  );
}

export async function removeFindings(tx: Tx, key: DraftKey, limit: number): Promise<number> {
  return removed(
    await tx.query(
      `WITH gone AS (DELETE FROM catalogue_draft_finding WHERE (province, draft_id, row_number, cell, reason) IN
         (SELECT province, draft_id, row_number, cell, reason FROM catalogue_draft_finding WHERE ${WHICH} LIMIT $3) RETURNING 1)
       SELECT count(*)::int AS count FROM gone`,
      [key.province, key.draftId, limit],
    ),
  );
}

function removed([row]: readonly { readonly count: number }[]): number {
  return row?.count ?? 0;
}
