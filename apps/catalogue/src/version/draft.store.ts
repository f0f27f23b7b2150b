import { freeze, type Tx } from '@yiditong/chassis';
import { Rejection, type DraftState } from '@yiditong/codes';
import type { Draft, DraftHeader, DraftKey } from './draft.entity.js';

const COLUMNS = `province, draft_id AS "draftId", form, to_char(effective_from, 'YYYY-MM-DD') AS "effectiveFrom", state, rows,
  faulty_rows AS "faultyRows", warnings, checked_rows AS "checkedRows", upload_id AS "uploadId", header,
  checked_against AS "checkedAgainst", change, rows_digest AS "rowsDigest", opened_by AS "openedBy", opened_at AS "openedAt",
  updated_at AS "updatedAt", proposal_id AS "proposalId"`;
const WHICH = 'province = $1 AND draft_id = $2';

/** One that was just opened, or that came in one message and waits for its proposal. */
export async function insertDraft(tx: Tx, draft: Draft): Promise<void> {
  await tx.query(
    `INSERT INTO catalogue_draft (province, draft_id, form, effective_from, state, rows, opened_by, opened_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
    [
      draft.province,
      draft.draftId,
      draft.form,
      draft.effectiveFrom,
      draft.state,
      draft.rows,
      draft.openedBy,
      draft.openedAt,
    ],
  );
}

/** Rejects with DRAFT_NOT_FOUND. */
export async function getDraft(tx: Tx, { province, draftId }: DraftKey): Promise<Draft> {
  return only(await tx.query(`SELECT ${COLUMNS} FROM catalogue_draft WHERE ${WHICH}`, [province, draftId]));
}

/** Holds the draft until the commit. Rejects with DRAFT_NOT_FOUND. */
export async function lockDraft(tx: Tx, { province, draftId }: DraftKey): Promise<Draft> {
  return only(await tx.query(`SELECT ${COLUMNS} FROM catalogue_draft WHERE ${WHICH} FOR UPDATE`, [province, draftId]));
}

/** What a step changes of a draft. */
export type Step = {
  readonly state: DraftState;
  readonly updatedAt: Date;
  /** From when on work in the background waits; null where none does. */
  readonly dueAt: Date | null;
  readonly proposalId?: string | null;
};

/** Brings a draft from one of the states into another; false where it is in none of them. Its rounds are counted until it comes to rest. */
export async function stepDraft(tx: Tx, key: DraftKey, from: readonly DraftState[], step: Step): Promise<boolean> {
  const changed: unknown[] = await tx.query(
    `WITH changed AS (
       UPDATE catalogue_draft SET state = $4, updated_at = $5, due_at = $6,
         proposal_id = CASE WHEN $7 THEN $8::uuid ELSE proposal_id END,
         rounds = CASE WHEN $4 = 'CHECKING' THEN rounds ELSE 0 END
       WHERE ${WHICH} AND state = ANY ($3) RETURNING 1
     )
     SELECT FROM changed`,
    [
      key.province,
      key.draftId,
      from,
      step.state,
      step.updatedAt,
      step.dueAt,
      step.proposalId !== undefined,
      step.proposalId ?? null,
    ],
  );
  return changed.length === 1;
}

/** Gives a submitted draft free from its proposal; none where that is about something else. */
export async function releaseDraft(
  tx: Tx,
  province: string,
  proposalId: string,
  step: Pick<Step, 'state' | 'updatedAt' | 'dueAt'>,
): Promise<void> {
  await tx.query(
    `UPDATE catalogue_draft SET state = $3, updated_at = $4, due_at = $5, proposal_id = NULL
     WHERE province = $1 AND proposal_id = $2 AND state = 'SUBMITTED'`,
    [province, proposalId, step.state, step.updatedAt, step.dueAt],
  );
}

/** Has a draft hold the rows of another upload, of which none are there yet. What is staged is removed by who calls. */
export async function beginUpload(tx: Tx, { province, draftId }: DraftKey, uploadId: string | null): Promise<void> {
  await tx.query(
    `UPDATE catalogue_draft SET upload_id = $3, rows = 0, faulty_rows = 0, warnings = 0, checked_rows = 0, header = NULL
     WHERE ${WHICH}`,
    [province, draftId, uploadId],
  );
}

/** After rows were staged. */
export async function countRows(
  tx: Tx,
  { province, draftId }: DraftKey,
  added: { readonly rows: number; readonly faultyRows: number; readonly warnings: number },
  header: DraftHeader,
  updatedAt: Date,
): Promise<void> {
  await tx.query(
    `UPDATE catalogue_draft SET rows = rows + $3, faulty_rows = faulty_rows + $4, warnings = warnings + $5, header = $6,
       updated_at = $7 WHERE ${WHICH}`,
    [province, draftId, added.rows, added.faultyRows, added.warnings, freeze(header), updatedAt],
  );
}

/** What a check found: how many rows have errors, how many warnings there are, and what the draft changes. */
export async function recordCheck(
  tx: Tx,
  { province, draftId }: DraftKey,
  found: Pick<Draft, 'checkedAgainst' | 'change' | 'rowsDigest'>,
): Promise<{ faultyRows: number }> {
  const [counted]: { faultyRows: number }[] = await tx.query(
    `WITH counted AS (
       UPDATE catalogue_draft SET checked_against = $3, change = $4, rows_digest = $5, checked_rows = rows, (faulty_rows, warnings) = (
         SELECT count(DISTINCT row_number) FILTER (WHERE NOT warning), count(*) FILTER (WHERE warning)
         FROM catalogue_draft_finding WHERE ${WHICH}
       ) WHERE ${WHICH} RETURNING faulty_rows
     )
     SELECT faulty_rows AS "faultyRows" FROM counted`,
    [province, draftId, found.checkedAgainst, found.change && freeze(found.change), found.rowsDigest],
  );
  return counted ?? { faultyRows: 0 };
}

export function sameHeader(one: DraftHeader, other: DraftHeader): boolean {
  return freeze(one) === freeze(other);
}

function only(rows: readonly Draft[]): Draft {
  const [row] = rows;
  if (!row) throw new Rejection('DRAFT_NOT_FOUND');
  return row;
}
