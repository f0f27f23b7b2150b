import {
  contextIn,
  violatedConstraint,
  type SealContext,
  type SealedColumns,
  type SealedTable,
  type Tx,
} from '@yiditong/chassis';
import { provinceOf, Rejection, type Insurance, type PersonType, type VisitKind } from '@yiditong/codes';
import { stepOf, type VisitEvent, type VisitState } from './visit-states.js';
import type { SealedVisit, Visit } from './visit.entity.js';

/** Where a visit's diagnoses are sealed. The context of each is its visit's key, in this order. */
export const VISIT_DIAGNOSES: SealedTable = {
  table: 'visit',
  column: 'diagnosis_sealed',
  key: ['person_id', 'visit_id', 'insured_province', 'treating_province'],
};

export function visitContext(
  of: Pick<Visit, 'personId' | 'visitId' | 'insuredRegion' | 'treatingRegion'>,
): SealContext {
  const provinces = [provinceOf(of.insuredRegion), provinceOf(of.treatingRegion)];
  return contextIn(VISIT_DIAGNOSES, of.personId, of.visitId, ...provinces);
}

/** Rejects with VISIT_NUMBER_TAKEN where the number has a visit of the institution that isn't cancelled. */
export async function insertVisit(tx: Tx, visit: Visit, diagnosis: SealedColumns): Promise<void> {
  if (await numberIsTaken(tx, visit)) throw new Rejection('VISIT_NUMBER_TAKEN');
  try {
    await tx.query(
      `INSERT INTO visit (person_id, visit_id, institution_code, insured_region, insured_province, treating_region, treating_province,
         visit_number, visit_kind, state, emergency, admitted_at, ended_at, trauma, third_party, pledged_at, insurance, person_type,
         opened_by, opened_at, revision, diagnosis_sealed, key_version)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
      [
        visit.personId,
        visit.visitId,
        visit.institutionCode,
        visit.insuredRegion,
        provinceOf(visit.insuredRegion),
        visit.treatingRegion,
        provinceOf(visit.treatingRegion),
        visit.visitNumber,
        visit.visitKind,
        visit.state,
        visit.emergency,
        visit.admittedAt,
        visit.endedAt,
        visit.trauma !== null,
        visit.trauma?.thirdParty ?? false,
        visit.trauma?.pledgedAt ?? null,
        visit.insuredAs?.insurance ?? null,
        visit.insuredAs?.personType ?? null,
        visit.openedBy,
        visit.openedAt,
        visit.revision,
        diagnosis.sealed,
        diagnosis.keyVersion,
      ],
    );
  } catch (error) {
    throw violatedConstraint(error) === 'visit_number_once' ? new Rejection('VISIT_NUMBER_TAKEN') : error;
  }
}

/** Of any person. Rows of two persons lie apart, so that of two admissions at once this sees none; of one person the unique index does. */
async function numberIsTaken(tx: Tx, { institutionCode, visitNumber }: Visit): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `SELECT 1 FROM visit WHERE institution_code = $1 AND visit_number = $2 AND state <> 'CANCELLED' LIMIT 1`,
    [institutionCode, visitNumber],
  );
  return rows.length > 0;
}

/** Everything that a change may set; the rest of a visit never changes. */
export async function updateVisit(tx: Tx, visit: Visit, diagnosis: SealedColumns): Promise<void> {
  await tx.query(
    `UPDATE visit SET visit_kind = $3, state = $4, emergency = $5, admitted_at = $6, ended_at = $7, trauma = $8, third_party = $9,
       pledged_at = $10, diagnosis_sealed = $11, key_version = $12, revision = revision + 1 WHERE person_id = $1 AND visit_id = $2`,
    [
      visit.personId,
      visit.visitId,
      visit.visitKind,
      visit.state,
      visit.emergency,
      visit.admittedAt,
      visit.endedAt,
      visit.trauma !== null,
      visit.trauma?.thirdParty ?? false,
      visit.trauma?.pledgedAt ?? null,
      diagnosis.sealed,
      diagnosis.keyVersion,
    ],
  );
}

/** Where fees name a disease that the visit had none of. */
export async function resealVisit(tx: Tx, { personId, visitId }: VisitKey, diagnosis: SealedColumns): Promise<void> {
  await tx.query('UPDATE visit SET diagnosis_sealed = $3, key_version = $4 WHERE person_id = $1 AND visit_id = $2', [
    personId,
    visitId,
    diagnosis.sealed,
    diagnosis.keyVersion,
  ]);
}

export async function updateVisitState(tx: Tx, { personId, visitId }: VisitKey, state: VisitState): Promise<void> {
  await tx.query('UPDATE visit SET state = $3 WHERE person_id = $1 AND visit_id = $2', [personId, visitId, state]);
}

export type VisitKey = Pick<Visit, 'personId' | 'visitId'>;

const READ = `SELECT person_id, visit_id, institution_code, insured_region, treating_region, visit_number, visit_kind, state, emergency,
  admitted_at, ended_at, trauma, third_party, pledged_at, insurance, person_type, opened_by, opened_at, revision, diagnosis_sealed FROM visit`;

/** Of the institution; null where there is none, or it is another's. */
export async function findVisit(tx: Tx, institutionCode: string, visitId: string): Promise<SealedVisit | null> {
  return firstOf(await tx.query(`${READ} WHERE visit_id = $1 AND institution_code = $2`, [visitId, institutionCode]));
}

/** Taken before anything of the visit is looked at that a writer decides by: fees are added and settled one after the other. */
export async function lockVisit(tx: Tx, { personId, visitId }: VisitKey): Promise<SealedVisit> {
  const found = firstOf(
    await tx.query(`${READ} WHERE person_id = $1 AND visit_id = $2 FOR UPDATE`, [personId, visitId]),
  );
  if (!found) throw new Rejection('VISIT_NOT_FOUND');
  return found;
}

/** Where the visit goes, or rejects with why it can't. */
export function visitStep(visit: Visit, event: VisitEvent): VisitState {
  const step = stepOf(visit.state, event, { isStay: visit.visitKind === 'INPATIENT', hasEnd: visit.endedAt !== null });
  if ('reason' in step) throw new Rejection(step.reason);
  return step.to;
}

/** By the operation that opened it; null where that opened none. */
export async function visitOpenedBy(tx: Tx, personId: string, operationId: string): Promise<Visit | null> {
  const found = firstOf(await tx.query(`${READ} WHERE person_id = $1 AND opened_by = $2`, [personId, operationId]));
  return found?.visit ?? null;
}

type VisitColumns = {
  readonly person_id: string;
  readonly visit_id: string;
  readonly institution_code: string;
  readonly insured_region: string;
  readonly treating_region: string;
  readonly visit_number: string;
  readonly visit_kind: VisitKind;
  readonly state: VisitState;
  readonly emergency: boolean;
  readonly admitted_at: Date;
  readonly ended_at: Date | null;
  readonly trauma: boolean;
  readonly third_party: boolean;
  readonly pledged_at: Date | null;
  readonly insurance: Insurance | null;
  readonly person_type: PersonType | null;
  readonly opened_by: string;
  readonly opened_at: Date;
  readonly revision: number;
  readonly diagnosis_sealed: Buffer;
};

function firstOf([row]: VisitColumns[]): SealedVisit | null {
  if (!row) return null;
  const { insurance, person_type: personType } = row;
  return {
    diagnosisSealed: row.diagnosis_sealed,
    visit: {
      personId: row.person_id,
      visitId: row.visit_id,
      institutionCode: row.institution_code,
      insuredRegion: row.insured_region,
      treatingRegion: row.treating_region,
      visitNumber: row.visit_number,
      visitKind: row.visit_kind,
      state: row.state,
      emergency: row.emergency,
      admittedAt: row.admitted_at,
      endedAt: row.ended_at,
      trauma: row.trauma ? { thirdParty: row.third_party, pledgedAt: row.pledged_at } : null,
      insuredAs: insurance === null || personType === null ? null : { insurance, personType },
      openedBy: row.opened_by,
      openedAt: row.opened_at,
      revision: row.revision,
    },
  };
}
