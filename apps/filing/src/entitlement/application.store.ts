import { areaPrefix } from '@yiditong/access';
import { violatedConstraint, type SealedColumns, type SealedTable, type Tx } from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import type { ApplicationRow, SealedApplication } from './application.entity.js';

/** Where findings are sealed. The context of each value is its row's key, in this order. */
export const FINDINGS: SealedTable = {
  table: 'entitlement_application',
  column: 'finding_sealed',
  key: ['person_id', 'application_id', 'province'],
};

const COLUMNS = `person_id AS "personId", application_id AS "applicationId", province, insured_region AS "insuredRegion",
  institution_code AS "institutionCode", identified_by AS "identifiedBy", to_char(identified_on, 'YYYY-MM-DD') AS "identifiedOn",
  finding_sealed AS "findingSealed", to_char(valid_from, 'YYYY-MM-DD') AS "validFrom", to_char(valid_to, 'YYYY-MM-DD') AS "validTo",
  state, version, reason, entitlement_id AS "entitlementId", created_at AS "createdAt", updated_at AS "updatedAt"`;

export type NewApplication = ApplicationRow & { readonly finding: SealedColumns; readonly classIndex: Buffer };

/** Rejects with ENTITLEMENT_APPLIED where one of the hospital's waits for the person's class of disease. */
export async function insertApplication(tx: Tx, application: NewApplication): Promise<void> {
  const { finding, classIndex, ...row } = application;
  await tx
    .query(
      `INSERT INTO entitlement_application (person_id, application_id, province, insured_region, institution_code, identified_by,
         identified_on, finding_sealed, key_version, class_index, valid_from, valid_to, state, version, reason, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
      [
        row.personId,
        row.applicationId,
        row.province,
        row.insuredRegion,
        row.institutionCode,
        row.identifiedBy,
        row.identifiedOn,
        finding.sealed,
        finding.keyVersion,
        classIndex,
        row.validFrom,
        row.validTo,
        row.state,
        row.version,
        row.reason,
        row.createdAt,
        row.updatedAt,
      ],
    )
    .catch((error: unknown) => {
      throw violatedConstraint(error) === 'entitlement_application_once' ? new Rejection('ENTITLEMENT_APPLIED') : error;
    });
}

/** How an application stands from now on. */
export async function updateApplication(tx: Tx, row: ApplicationRow): Promise<void> {
  await tx.query(
    `UPDATE entitlement_application SET state = $4, version = $5, reason = $6, entitlement_id = $7, updated_at = $8
     WHERE person_id = $1 AND application_id = $2 AND province = $3`,
    [
      row.personId,
      row.applicationId,
      row.province,
      row.state,
      row.version,
      row.reason,
      row.entitlementId,
      row.updatedAt,
    ],
  );
}

/** Locked, because what is read is changed next. */
export async function lockApplication(
  tx: Tx,
  personId: string,
  applicationId: string,
): Promise<SealedApplication | null> {
  const rows: SealedApplication[] = await tx.query(
    `SELECT ${COLUMNS} FROM entitlement_application WHERE person_id = $1 AND application_id = $2 FOR UPDATE`,
    [personId, applicationId],
  );
  return rows[0] ?? null;
}

/** Those of a division that wait, oldest first. */
export async function applicationsWaiting(
  tx: Tx,
  region: string,
  after: string | null,
  limit: number,
): Promise<SealedApplication[]> {
  const prefix = areaPrefix(region);
  return tx.query(
    `SELECT ${COLUMNS} FROM entitlement_application
     WHERE province = $1 AND insured_region BETWEEN $2 AND $3 AND state = 'SUBMITTED'
       AND ($4::uuid IS NULL OR application_id > $4)
     ORDER BY entitlement_application.application_id LIMIT $5`,
    [provinceOf(region), prefix.padEnd(6, '0'), prefix.padEnd(6, '9'), after, limit],
  );
}
