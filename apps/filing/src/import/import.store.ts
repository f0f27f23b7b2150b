import { freeze, thaw, type Actor, type Tx } from '@yiditong/chassis';
import { Rejection, type ImportState, type Reason, type ReasonParams } from '@yiditong/codes';
import type { ImportHeader } from './import-header.js';
import type { ImportFile, RowError, Upload } from './import.entity.js';

type Stored = Omit<ImportFile, 'header' | 'openedBy' | 'appliedBy'> & {
  readonly header: string | null;
  readonly openedBy: string;
  readonly appliedBy: string | null;
};

const COLUMNS = `import_id AS "importId", province, insured_region AS "insuredRegion", state, rows, faulty_rows AS "faultyRows", upload_id AS "uploadId",
  checked_rows AS "checkedRows", to_char(checked_on, 'YYYY-MM-DD') AS "checkedOn", header, opened_by AS "openedBy",
  applied_by AS "appliedBy", opened_at AS "openedAt", updated_at AS "updatedAt", applied_at AS "appliedAt"`;

export async function insertImport(tx: Tx, file: ImportFile): Promise<void> {
  await tx.query(
    `INSERT INTO filing_import (import_id, province, insured_region, state, opened_by, opened_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $6)`,
    [file.importId, file.province, file.insuredRegion, file.state, freeze(file.openedBy), file.openedAt],
  );
}

/** Rejects with IMPORT_NOT_FOUND. */
export async function getImport(tx: Tx, importId: string): Promise<ImportFile> {
  return only(await tx.query(`SELECT ${COLUMNS} FROM filing_import WHERE import_id = $1`, [importId]));
}

/** Holds the import until the commit. Rejects with IMPORT_NOT_FOUND. */
export async function lockImport(tx: Tx, importId: string): Promise<ImportFile> {
  return only(await tx.query(`SELECT ${COLUMNS} FROM filing_import WHERE import_id = $1 FOR UPDATE`, [importId]));
}

/** What a step changes of an import. */
export type Step = {
  readonly state: ImportState;
  readonly updatedAt: Date;
  /** From when on work in the background waits; null where none does. */
  readonly dueAt: Date | null;
  readonly appliedAt?: Date;
  /** Null where it isn't to be applied after all. */
  readonly appliedBy?: Actor | null;
  readonly checkedOn?: string;
};

/**
 * Brings an import from one of the states into another; false where it is in none of them. Its rounds are counted until it comes to
 * rest, so that one that goes to and fro between being checked and being applied comes to an end too.
 */
export async function stepImport(tx: Tx, importId: string, from: readonly ImportState[], step: Step): Promise<boolean> {
  const changed: unknown[] = await tx.query(
    `WITH changed AS (
       UPDATE filing_import SET state = $3, updated_at = $4, due_at = $5, applied_at = coalesce($6, applied_at),
         applied_by = CASE WHEN $8 THEN $7 ELSE applied_by END, checked_on = coalesce($9, checked_on),
         rounds = CASE WHEN $3 IN ('CHECKING', 'APPLYING') THEN rounds ELSE 0 END
       WHERE import_id = $1 AND state = ANY ($2) RETURNING 1
     )
     SELECT FROM changed`,
    [
      importId,
      from,
      step.state,
      step.updatedAt,
      step.dueAt,
      step.appliedAt ?? null,
      step.appliedBy ? freeze(step.appliedBy) : null,
      step.appliedBy !== undefined,
      step.checkedOn ?? null,
    ],
  );
  return changed.length === 1;
}

/** Has an import hold the rows of another upload, of which none are there yet. What is staged is removed by who calls. */
export async function beginUpload(tx: Tx, { importId, uploadId }: Upload): Promise<void> {
  await tx.query(
    'UPDATE filing_import SET upload_id = $2, rows = 0, faulty_rows = 0, checked_rows = 0, header = NULL WHERE import_id = $1',
    [importId, uploadId],
  );
}

/** Says how far the check is. */
export async function countCheckedRows(tx: Tx, importId: string, checkedRows: number): Promise<void> {
  await tx.query('UPDATE filing_import SET checked_rows = $2 WHERE import_id = $1', [importId, checkedRows]);
}

/** After rows were staged. */
export async function countRows(
  tx: Tx,
  importId: string,
  added: { readonly rows: number; readonly faultyRows: number },
  header: ImportHeader,
  updatedAt: Date,
): Promise<void> {
  await tx.query(
    `UPDATE filing_import SET rows = rows + $2, faulty_rows = faulty_rows + $3, header = $4, updated_at = $5 WHERE import_id = $1`,
    [importId, added.rows, added.faultyRows, freeze(header), updatedAt],
  );
}

/** Counts the rows with errors anew, and says how many they are. */
export async function countFaultyRows(tx: Tx, importId: string): Promise<number> {
  const [count]: { faulty: number }[] = await tx.query(
    `WITH counted AS (
       UPDATE filing_import SET faulty_rows = (SELECT count(DISTINCT row_number) FROM filing_import_error WHERE import_id = $1)
       WHERE import_id = $1 RETURNING faulty_rows
     )
     SELECT faulty_rows AS faulty FROM counted`,
    [importId],
  );
  return count?.faulty ?? 0;
}

export type ErrorPosition = Pick<RowError, 'rowNumber' | 'cell' | 'reason'>;

/** The errors after a position, by row and cell. */
export async function errorsAfter(
  tx: Tx,
  importId: string,
  after: { readonly rowNumber: number; readonly cell: string; readonly reason: string },
  limit: number,
): Promise<RowError[]> {
  type Row = Omit<RowError, 'params'> & { readonly params: string };
  const rows: Row[] = await tx.query(
    `SELECT row_number AS "rowNumber", cell, column_name AS "columnName", reason, params FROM filing_import_error
     WHERE import_id = $1 AND (row_number, cell, reason) > ($2, $3, $4) ORDER BY row_number, cell, reason LIMIT $5`,
    [importId, after.rowNumber, after.cell, after.reason, limit],
  );
  return rows.map((row): RowError => ({
    ...row,
    reason: row.reason satisfies Reason,
    params: thaw<ReasonParams>(row.params),
  }));
}

function only(rows: readonly Stored[]): ImportFile {
  const [row] = rows;
  if (!row) throw new Rejection('IMPORT_NOT_FOUND');
  return {
    ...row,
    header: row.header === null ? null : thaw<ImportHeader>(row.header),
    openedBy: thaw<Actor>(row.openedBy),
    appliedBy: row.appliedBy === null ? null : thaw<Actor>(row.appliedBy),
  };
}
