import { Rejection } from '@yiditong/codes';
import { violatedConstraint, type Tx } from '@yiditong/chassis';
import type { FilingRow } from './filing.entity.js';

const COLUMNS = `person_id AS "personId", filing_id AS "filingId", insured_province AS "insuredProvince",
  insured_region AS "insuredRegion", category, destination_region AS "destinationRegion",
  to_char(valid_from, 'YYYY-MM-DD') AS "validFrom", to_char(valid_to, 'YYYY-MM-DD') AS "validTo", created_at AS "createdAt"`;

/** Rejects with FILING_OVERLAPS where a filing for the destination is in force in the period. */
export async function insertFiling(tx: Tx, row: FilingRow): Promise<void> {
  try {
    await tx.query(
      `INSERT INTO filing (person_id, filing_id, insured_province, insured_region, category, destination_region, valid_from, valid_to, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        row.personId,
        row.filingId,
        row.insuredProvince,
        row.insuredRegion,
        row.category,
        row.destinationRegion,
        row.validFrom,
        row.validTo,
        row.createdAt,
      ],
    );
  } catch (error) {
    throw violatedConstraint(error) === 'filing_no_overlap' ? new Rejection('FILING_OVERLAPS') : error;
  }
}

export async function findFiling(tx: Tx, personId: string, filingId: string): Promise<FilingRow | null> {
  const rows: FilingRow[] = await tx.query(`SELECT ${COLUMNS} FROM filing WHERE person_id = $1 AND filing_id = $2`, [
    personId,
    filingId,
  ]);
  return rows[0] ?? null;
}

/** Newest first. */
export async function filingsOf(tx: Tx, personIds: readonly string[]): Promise<FilingRow[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM filing WHERE person_id = ANY($1::uuid[]) ORDER BY created_at DESC, filing_id`,
    [personIds],
  );
}
