import type { Tx } from '@yiditong/chassis';

/** Where the import's errors are told to stand. */
export type CheckedImport = {
  readonly importId: string;
  /** The column of 人员编号 and of 就医地区划 by letter, and the Chinese name. */
  readonly person: { readonly letter: string; readonly name: string };
  readonly destination: { readonly letter: string; readonly name: string };
  /** What the codes of all divisions begin with that the import is for. */
  readonly prefix: string;
};

const ERRORS =
  'INSERT INTO filing_import_error (import_id, province, insured_region, row_number, cell, column_name, reason, params)';

/**
 * Rows of the file that stand in each other's way: the same person and destination in overlapping periods. Of those that overlap the one
 * that begins later is wrong, or of two that begin on one day the one further down. One pass in order, since every row of a file may be
 * of one person.
 */
export async function findDuplicates(tx: Tx, { importId, destination }: CheckedImport): Promise<void> {
  await tx.query(
    `${ERRORS}
     SELECT $1, province, insured_region, row_number, $2 || row_number, $3, 'IMPORT_ROW_DUPLICATE', format('{"row":"%s"}', before[2])
     FROM (
       SELECT *, max(ARRAY[coalesce(valid_to, DATE '9999-12-31') - DATE '1900-01-01', row_number]) OVER (
         PARTITION BY person_id, destination_region ORDER BY valid_from, row_number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
       ) AS before
       FROM filing_import_row WHERE import_id = $1
     ) AS ordered
     WHERE before[1] >= valid_from - DATE '1900-01-01'
     ON CONFLICT DO NOTHING`,
    [importId, destination.letter, destination.name],
  );
}

/** Rows whose person has a filing for the destination in the period, in force or under review. */
export async function findOverlaps(tx: Tx, { importId, destination }: CheckedImport): Promise<void> {
  await tx.query(
    `${ERRORS}
     SELECT $1, province, insured_region, row_number, $2 || row_number, $3, 'FILING_OVERLAPS', '{}'
     FROM filing_import_row r WHERE import_id = $1 AND EXISTS (
       SELECT FROM filing f WHERE f.person_id = r.person_id AND f.insured_province = r.province
         AND f.destination_region = r.destination_region AND f.state IN ('SUBMITTED', 'ACTIVE')
         AND daterange(f.valid_from, f.valid_to, '[]') && daterange(r.valid_from, r.valid_to, '[]')
     )
     ON CONFLICT DO NOTHING`,
    [importId, destination.letter, destination.name],
  );
}

/** Rows whose person isn't insured in the province, not at present, or not in the place that the import is for. */
export async function findUninsured(tx: Tx, { importId, person, prefix }: CheckedImport): Promise<void> {
  await tx.query(
    `${ERRORS}
     SELECT $1, r.province, r.insured_region, row_number, $2 || row_number, $3,
       CASE WHEN fact.insured_region IS NULL THEN 'PERSON_UNKNOWN'
         WHEN NOT starts_with(fact.insured_region, $4) THEN 'INSURED_REGION_MISMATCH'
         ELSE 'INSURANCE_INACTIVE' END, '{}'
     FROM filing_import_row r LEFT JOIN LATERAL (
       SELECT insured_region, active FROM insurance_fact f WHERE f.person_id = r.person_id AND f.province = r.province
       ORDER BY changed_at DESC LIMIT 1
     ) AS fact ON true
     WHERE import_id = $1 AND (fact.active AND starts_with(fact.insured_region, $4)) IS NOT TRUE
     ON CONFLICT DO NOTHING`,
    [importId, person.letter, person.name, prefix],
  );
}
