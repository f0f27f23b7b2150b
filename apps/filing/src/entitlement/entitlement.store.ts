import { violatedConstraint, type SealedColumns, type SealedTable, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { SealedEntitlement } from './entitlement.entity.js';

/** Where diseases are sealed. The context of each value is its row's key, in this order. */
export const DISEASES: SealedTable = {
  table: 'entitlement',
  column: 'disease_sealed',
  key: ['person_id', 'entitlement_id', 'province'],
};

const COLUMNS = `person_id AS "personId", entitlement_id AS "entitlementId", province, insured_region AS "insuredRegion",
  disease_sealed AS "diseaseSealed", to_char(valid_from, 'YYYY-MM-DD') AS "validFrom", to_char(valid_to, 'YYYY-MM-DD') AS "validTo",
  version, recorded_at AS "recordedAt"`;

export type NewEntitlement = Omit<SealedEntitlement, 'diseaseSealed'> & {
  readonly disease: SealedColumns;
  readonly classIndex: Buffer;
};

/** Rejects with ENTITLEMENT_OVERLAPS where the person has one for the class of disease in the period. */
export async function insertEntitlement(tx: Tx, entitlement: NewEntitlement): Promise<void> {
  const {
    personId,
    entitlementId,
    province,
    insuredRegion,
    disease,
    classIndex,
    validFrom,
    validTo,
    version,
    recordedAt,
  } = entitlement;
  await tx
    .query(
      `INSERT INTO entitlement (person_id, entitlement_id, province, insured_region, disease_sealed, key_version, class_index,
         valid_from, valid_to, version, recorded_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        personId,
        entitlementId,
        province,
        insuredRegion,
        disease.sealed,
        disease.keyVersion,
        classIndex,
        validFrom,
        validTo,
        version,
        recordedAt,
      ],
    )
    .catch((error: unknown) => {
      throw violatedConstraint(error) === 'entitlement_no_overlap' ? new Rejection('ENTITLEMENT_OVERLAPS') : error;
    });
  await insertVersion(tx, entitlement, '');
}

/** Another last day, as the next version. */
export async function endEntitlement(
  tx: Tx,
  ended: Omit<SealedEntitlement, 'diseaseSealed'>,
  reason: string,
): Promise<void> {
  await tx.query(
    `UPDATE entitlement SET valid_to = $4, version = $5, recorded_at = $6 WHERE person_id = $1 AND entitlement_id = $2 AND province = $3`,
    [ended.personId, ended.entitlementId, ended.province, ended.validTo, ended.version, ended.recordedAt],
  );
  await insertVersion(tx, ended, reason);
}

/** Locked, because what is read is changed next. */
export async function lockEntitlement(
  tx: Tx,
  personId: string,
  entitlementId: string,
): Promise<SealedEntitlement | null> {
  const rows: SealedEntitlement[] = await tx.query(
    `SELECT ${COLUMNS} FROM entitlement WHERE person_id = $1 AND entitlement_id = $2 FOR UPDATE`,
    [personId, entitlementId],
  );
  return rows[0] ?? null;
}

/** Newest first. */
export async function entitlementsOf(tx: Tx, personId: string): Promise<SealedEntitlement[]> {
  return tx.query(`SELECT ${COLUMNS} FROM entitlement WHERE person_id = $1 ORDER BY entitlement_id DESC`, [personId]);
}

async function insertVersion(tx: Tx, of: Omit<SealedEntitlement, 'diseaseSealed'>, reason: string): Promise<void> {
  await tx.query(
    `INSERT INTO entitlement_version (person_id, entitlement_id, province, insured_region, valid_from, valid_to, version, reason, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      of.personId,
      of.entitlementId,
      of.province,
      of.insuredRegion,
      of.validFrom,
      of.validTo,
      of.version,
      reason,
      of.recordedAt,
    ],
  );
}
