import { freeze, type Tx } from '@yiditong/chassis';
import type { MaterialKind } from '@yiditong/codes';
import type { ImportFile, RowError, StagedRow } from './import.entity.js';

type Whose = Pick<ImportFile, 'importId' | 'province' | 'insuredRegion'>;

/** Which of these rows were sent before. */
export async function rowsThere(tx: Tx, importId: string, rowNumbers: readonly number[]): Promise<ReadonlySet<number>> {
  const rows: { rowNumber: number }[] = await tx.query(
    `SELECT row_number AS "rowNumber" FROM filing_import_row WHERE import_id = $1 AND row_number = ANY ($2)
     UNION SELECT row_number FROM filing_import_error WHERE import_id = $1 AND row_number = ANY ($2)`,
    [importId, rowNumbers],
  );
  return new Set(rows.map(({ rowNumber }) => rowNumber));
}

/** All that is staged, errors too. */
export async function removeStaged(tx: Tx, importId: string): Promise<void> {
  await tx.query('DELETE FROM filing_import_row WHERE import_id = $1', [importId]);
  await tx.query('DELETE FROM filing_import_error WHERE import_id = $1', [importId]);
}

export async function insertRows(
  tx: Tx,
  { importId, province, insuredRegion }: Whose,
  rows: readonly StagedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO filing_import_row (import_id, province, insured_region, row_number, person_id, category, destination_region,
       valid_from, valid_to, pledged, material_kinds)
     SELECT $1, $2, $3, row_number, person_id, category, destination_region, valid_from, valid_to, pledged,
       string_to_array(material_kinds, ',')
     FROM unnest($4::int[], $5::uuid[], $6::text[], $7::text[], $8::date[], $9::date[], $10::boolean[], $11::text[])
       AS sent (row_number, person_id, category, destination_region, valid_from, valid_to, pledged, material_kinds)`,
    [
      importId,
      province,
      insuredRegion,
      rows.map(({ rowNumber }) => rowNumber),
      rows.map(({ personId }) => personId),
      rows.map(({ category }) => category),
      rows.map(({ destinationRegion }) => destinationRegion),
      rows.map(({ validFrom }) => validFrom),
      rows.map(({ validTo }) => validTo),
      rows.map(({ pledged }) => pledged),
      rows.map(({ materials }) => materials.join(',')),
    ],
  );
}

/** What is known already is not said twice. */
export async function insertErrors(
  tx: Tx,
  { importId, province, insuredRegion }: Whose,
  errors: readonly RowError[],
): Promise<void> {
  if (errors.length === 0) return;
  await tx.query(
    `INSERT INTO filing_import_error (import_id, province, insured_region, row_number, cell, column_name, reason, params)
     SELECT $1, $2, $3, * FROM unnest($4::int[], $5::text[], $6::text[], $7::text[], $8::text[])
     ON CONFLICT DO NOTHING`,
    [
      importId,
      province,
      insuredRegion,
      errors.map(({ rowNumber }) => rowNumber),
      errors.map(({ cell }) => cell),
      errors.map(({ columnName }) => columnName),
      errors.map(({ reason }) => reason),
      errors.map(({ params }) => freeze(params)),
    ],
  );
}

/** Rows that lie after one and up to another, and how many there are up to there. */
export type RowRange = { readonly after: number; readonly upTo: number; readonly soFar: number };

/**
 * The rows in ranges of so many, in order. To know where each ends is what lets it be read by itself: a limit would have PostgreSQL,
 * which knows nothing yet of rows that have just come, sort all that are left for every page.
 */
export async function rangesOf(tx: Tx, importId: string, size: number): Promise<RowRange[]> {
  const ends: Pick<RowRange, 'upTo' | 'soFar'>[] = await tx.query(
    `SELECT row_number AS "upTo", place::int AS "soFar" FROM (
       SELECT row_number, row_number() OVER (ORDER BY row_number) AS place, count(*) OVER () AS total
       FROM filing_import_row WHERE import_id = $1
     ) AS placed WHERE place % $2 = 0 OR place = total ORDER BY row_number`,
    [importId, size],
  );
  return ends.map((end, index) => ({ ...end, after: ends[index - 1]?.upTo ?? 0 }));
}

export async function personsIn(tx: Tx, importId: string, { after, upTo }: RowRange): Promise<string[]> {
  const rows: { personId: string }[] = await tx.query(
    `SELECT DISTINCT person_id AS "personId" FROM filing_import_row WHERE import_id = $1 AND row_number > $2 AND row_number <= $3`,
    [importId, after, upTo],
  );
  return rows.map(({ personId }) => personId);
}

/** A row with the place where its person is insured. */
export type InsuredRow = StagedRow & { readonly insuredRegion: string };

/**
 * Rows with the place where each person is insured; of whoever isn't insured in the import's place, that place, which is as much as
 * the row says.
 */
export async function insuredRowsIn(
  tx: Tx,
  { importId, insuredRegion }: Whose,
  prefix: string,
  { after, upTo }: RowRange,
): Promise<InsuredRow[]> {
  type Row = Omit<InsuredRow, 'materials'> & { readonly materials: MaterialKind[] };
  const rows: Row[] = await tx.query(
    `SELECT row_number AS "rowNumber", person_id AS "personId", category, destination_region AS "destinationRegion",
       to_char(valid_from, 'YYYY-MM-DD') AS "validFrom", to_char(valid_to, 'YYYY-MM-DD') AS "validTo", pledged,
       material_kinds AS materials, coalesce(fact.insured_region, $2) AS "insuredRegion"
     FROM filing_import_row r LEFT JOIN LATERAL (
       SELECT insured_region FROM insurance_fact f WHERE f.person_id = r.person_id AND f.province = r.province
       ORDER BY changed_at DESC LIMIT 1
     ) AS fact ON starts_with(fact.insured_region, $3)
     WHERE import_id = $1 AND row_number > $4 AND row_number <= $5`,
    [importId, insuredRegion, prefix, after, upTo],
  );
  return rows;
}

/** Removes so many rows, and says how many it were. */
export async function removeRows(tx: Tx, importId: string, limit: number): Promise<number> {
  return removed(
    await tx.query(
      `WITH gone AS (DELETE FROM filing_import_row WHERE (import_id, row_number, province) IN
         (SELECT import_id, row_number, province FROM filing_import_row WHERE import_id = $1 LIMIT $2) RETURNING 1)
       SELECT count(*)::int AS count FROM gone`,
      [importId, limit],
    ),
  );
}

export async function removeErrors(tx: Tx, importId: string, limit: number): Promise<number> {
  return removed(
    await tx.query(
      `WITH gone AS (DELETE FROM filing_import_error WHERE (import_id, row_number, cell, reason, province) IN
         (SELECT import_id, row_number, cell, reason, province FROM filing_import_error WHERE import_id = $1 LIMIT $2) RETURNING 1)
       SELECT count(*)::int AS count FROM gone`,
      [importId, limit],
    ),
  );
}

function removed([row]: readonly { readonly count: number }[]): number {
  return row?.count ?? 0;
}
