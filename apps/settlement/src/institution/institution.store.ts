import type { Tx } from '@yiditong/chassis';
import type { Institution } from './institution.entity.js';

const COLUMNS = 'institution_code AS "institutionCode", province, region, name, level, networked';

export async function upsertInstitutions(tx: Tx, institutions: readonly Institution[], updatedAt: Date): Promise<void> {
  const sorted = [...institutions].sort((a, b) => (a.institutionCode < b.institutionCode ? -1 : 1));
  await tx.query(
    `INSERT INTO institution (institution_code, province, region, name, level, networked, updated_at)
     SELECT *, $7::timestamptz FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[])
     ON CONFLICT (institution_code, province) DO UPDATE SET
       region = excluded.region, name = excluded.name, level = excluded.level, networked = excluded.networked, updated_at = excluded.updated_at`,
    [
      sorted.map((institution) => institution.institutionCode),
      sorted.map((institution) => institution.province),
      sorted.map((institution) => institution.region),
      sorted.map((institution) => institution.name),
      sorted.map((institution) => institution.level),
      sorted.map((institution) => institution.networked),
      updatedAt,
    ],
  );
}

/** Locks those of the institutions that are known, by code. In code order, as they are entered. */
export async function lockInstitutions(
  tx: Tx,
  institutions: readonly Institution[],
): Promise<ReadonlyMap<string, Institution>> {
  const rows: Institution[] = await tx.query(
    `SELECT ${COLUMNS} FROM institution WHERE institution_code = ANY($1::text[]) ORDER BY institution_code FOR UPDATE`,
    [institutions.map(({ institutionCode }) => institutionCode)],
  );
  return new Map(rows.map((row) => [row.institutionCode, row]));
}

export async function findInstitution(tx: Tx, institutionCode: string): Promise<Institution | null> {
  const rows: Institution[] = await tx.query(`SELECT ${COLUMNS} FROM institution WHERE institution_code = $1`, [
    institutionCode,
  ]);
  return rows[0] ?? null;
}
