import type { Tx } from '@yiditong/chassis';
import { fen } from '@yiditong/money';
import type { MonthExtract, MonthRow } from './ledger.entity.js';

export type MonthOf = Pick<MonthExtract, 'institutionCode' | 'month'>;

export async function findExtract(tx: Tx, { institutionCode, month }: MonthOf): Promise<MonthExtract | null> {
  const rows: MonthExtract[] = await tx.query(
    `SELECT institution_code AS "institutionCode", month, treating_province AS "treatingProvince", total_rows AS "totalRows", digest,
       extracted_at AS "extractedAt" FROM month_extract WHERE institution_code = $1 AND month = $2`,
    [institutionCode, month],
  );
  return rows[0] ?? null;
}

/** The month with its rows, once for ever. False where another was first, which is committed by then. */
export async function insertExtract(tx: Tx, extract: MonthExtract, rows: readonly MonthRow[]): Promise<boolean> {
  const { institutionCode, month, treatingProvince, totalRows, digest, extractedAt } = extract;
  const inserted: unknown[] = await tx.query(
    `INSERT INTO month_extract (institution_code, month, treating_province, total_rows, digest, extracted_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING 1`,
    [institutionCode, month, treatingProvince, totalRows, digest, extractedAt],
  );
  if (inserted.length === 0) return false;
  await tx.query(
    `INSERT INTO month_row (institution_code, month, treating_province, row_number, record_id, at, visit_number, visit_id, insured_region,
       total_fen, agency_pays_fen)
     SELECT $1, $2, $3, * FROM unnest($4::int[], $5::uuid[], $6::timestamptz[], $7::text[], $8::uuid[], $9::text[], $10::bigint[], $11::bigint[])`,
    [
      institutionCode,
      month,
      treatingProvince,
      rows.map((row) => row.rowNumber),
      rows.map((row) => row.recordId),
      rows.map((row) => row.at),
      rows.map((row) => row.visitNumber),
      rows.map((row) => row.visitId),
      rows.map((row) => row.insuredRegion),
      rows.map((row) => String(row.totalFen)),
      rows.map((row) => String(row.agencyPaysFen)),
    ],
  );
  return true;
}

/** In order, from a row number on; all of them without a limit. */
export async function extractedRows(
  tx: Tx,
  { institutionCode, month }: MonthOf,
  { startRow, limit }: { readonly startRow: number; readonly limit: number | null },
): Promise<MonthRow[]> {
  type Row = Omit<MonthRow, 'totalFen' | 'agencyPaysFen'> & { readonly total: string; readonly pays: string };
  const rows: Row[] = await tx.query(
    `SELECT row_number AS "rowNumber", record_id AS "recordId", at, visit_number AS "visitNumber", visit_id AS "visitId",
       insured_region AS "insuredRegion", total_fen::text AS total, agency_pays_fen::text AS pays
     FROM month_row WHERE institution_code = $1 AND month = $2 AND row_number >= $3 ORDER BY row_number LIMIT $4`,
    [institutionCode, month, startRow, limit],
  );
  return rows.map(({ total, pays, ...row }) => ({
    ...row,
    totalFen: fen(BigInt(total)),
    agencyPaysFen: fen(BigInt(pays)),
  }));
}
