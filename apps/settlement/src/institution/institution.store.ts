import type { Tx } from '@yiditong/chassis';
import type { DatedInstitution, Institution } from './institution.entity.js';

const COLUMNS = `institution_code AS "institutionCode", province, region, name, level, networked, visit_kinds AS "visitKinds",
  disease_classes AS "diseaseClasses", tags`;
const DATED_COLUMNS = `${COLUMNS}, changed_at AS "changedAt"`;

/**
 * Enters institutions or updates them, and answers how each stands since when: a change of the division or of what it is networked
 * for begins after the last one, whatever the clock says. In code order, so that two uploads wait for each other.
 */
export async function upsertInstitutions(
  tx: Tx,
  institutions: readonly Institution[],
  updatedAt: Date,
): Promise<DatedInstitution[]> {
  const sorted = [...institutions].sort((a, b) => (a.institutionCode < b.institutionCode ? -1 : 1));
  // Sets as texts, because PostgreSQL unnests arrays of arrays to their elements. A tag may hold a comma, but no line break.
  return tx.query(
    `INSERT INTO institution (institution_code, province, region, name, level, networked, visit_kinds, disease_classes, tags, updated_at, changed_at)
     SELECT institution_code, province, region, name, level, networked, string_to_array(visit_kinds, ','),
       string_to_array(disease_classes, ','), string_to_array(tags, chr(10)), $10::timestamptz, $10
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::text[], $9::text[])
       AS entered (institution_code, province, region, name, level, networked, visit_kinds, disease_classes, tags)
     ON CONFLICT (institution_code, province) DO UPDATE SET
       region = excluded.region, name = excluded.name, level = excluded.level, networked = excluded.networked,
       visit_kinds = excluded.visit_kinds, disease_classes = excluded.disease_classes, tags = excluded.tags,
       updated_at = excluded.updated_at,
       changed_at = CASE
         WHEN (institution.region, institution.networked, institution.visit_kinds, institution.disease_classes)
           = (excluded.region, excluded.networked, excluded.visit_kinds, excluded.disease_classes) THEN institution.changed_at
         ELSE greatest(excluded.changed_at, institution.changed_at + interval '1 millisecond')
       END
     RETURNING ${DATED_COLUMNS}`,
    [
      sorted.map((institution) => institution.institutionCode),
      sorted.map((institution) => institution.province),
      sorted.map((institution) => institution.region),
      sorted.map((institution) => institution.name),
      sorted.map((institution) => institution.level),
      sorted.map((institution) => institution.networked),
      sorted.map((institution) => institution.visitKinds.join(',')),
      sorted.map((institution) => institution.diseaseClasses.join(',')),
      sorted.map((institution) => institution.tags.join('\n')),
      updatedAt,
    ],
  );
}

/** Locks those of the institutions that are known, by code. In code order, as they are entered. */
export async function lockInstitutions(
  tx: Tx,
  institutions: readonly Institution[],
): Promise<ReadonlyMap<string, DatedInstitution>> {
  const rows: DatedInstitution[] = await tx.query(
    `SELECT ${DATED_COLUMNS} FROM institution WHERE institution_code = ANY($1::text[]) ORDER BY institution_code FOR UPDATE`,
    [institutions.map(({ institutionCode }) => institutionCode)],
  );
  return new Map(rows.map((row) => [row.institutionCode, row]));
}

/** Those of the institutions that are known, in the order of their codes. */
export async function institutionsOf(tx: Tx, codes: readonly string[]): Promise<DatedInstitution[]> {
  return tx.query(
    `SELECT ${DATED_COLUMNS} FROM institution WHERE institution_code = ANY($1::text[]) ORDER BY institution_code`,
    [codes],
  );
}

export async function findInstitution(tx: Tx, institutionCode: string): Promise<Institution | null> {
  const rows: Institution[] = await tx.query(`SELECT ${COLUMNS} FROM institution WHERE institution_code = $1`, [
    institutionCode,
  ]);
  return rows[0] ?? null;
}
