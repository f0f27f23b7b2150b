import { violatedConstraint, type Tx } from '@yiditong/chassis';
import { provinceOf } from '@yiditong/codes';
import { fen } from '@yiditong/money';
import type { Settlement } from './settlement.entity.js';
import type { StandingPart } from './stay-parts.js';

/** What a hospital calls one visit of a person. */
export type VisitPlace = Pick<Settlement, 'personId' | 'institutionCode' | 'visitNumber'>;

/**
 * Locks the visit's place, and answers what stands there. Whatever comes to stand under the number is recorded with this lock, so that a bill that
 * was priced beside others is still beside the same, and a visit is settled whole or in parts, by message or by its fees, never both.
 * After the visit and before the cycle.
 */
export async function lockVisitPlace(
  tx: Tx,
  place: VisitPlace & Pick<Settlement, 'insuredRegion' | 'treatingRegion'>,
): Promise<StandingPart[]> {
  await tx.query(
    `INSERT INTO visit_place (person_id, institution_code, visit_number, insured_province, treating_province, holds)
     VALUES ($1, $2, $3, $4, $5, 1)
     ON CONFLICT (person_id, institution_code, visit_number, insured_province, treating_province)
       DO UPDATE SET holds = visit_place.holds + 1`,
    [
      place.personId,
      place.institutionCode,
      place.visitNumber,
      provinceOf(place.insuredRegion),
      provinceOf(place.treatingRegion),
    ],
  );
  return standingAt(tx, place);
}

/** What stands of a visit: settled, or about to be taken back or to stand again. */
export async function standingAt(tx: Tx, place: VisitPlace): Promise<StandingPart[]> {
  const rows: (Omit<StandingPart, 'deductibleFen'> & { deductibleFen: string })[] = await tx.query(
    `SELECT settlement_id AS "settlementId", visit_kind AS "visitKind", part_key AS "partKey", visit_id AS "visitId",
       stay_part AS "stayPart", mid_stay AS "midStay", continues_stay AS "continuesStay", ended_at AS "endedAt", deductible_fen AS "deductibleFen",
       greatest(settled_at, reinstated_at) AS "standsSince"
     FROM settlement WHERE person_id = $1 AND institution_code = $2 AND visit_number = $3
       AND state IN ('SETTLED', 'CANCELLING', 'RESTORING', 'REINSTATING') ORDER BY stay_part, settlement_id`,
    [place.personId, place.institutionCode, place.visitNumber],
  );
  return rows.map((row) => ({ ...row, deductibleFen: fen(BigInt(row.deductibleFen)) }));
}

/** The line times and codes that standing parts of a stay were billed with, from an instant on. */
export async function linesBilledSince(
  tx: Tx,
  personId: string,
  settlementIds: readonly string[],
  since: Date,
): Promise<{ readonly occurredAt: Date; readonly nationalCode: string; readonly hospitalCode: string }[]> {
  return tx.query(
    `SELECT occurred_at AS "occurredAt", national_code AS "nationalCode", hospital_code AS "hospitalCode" FROM settlement_line
     WHERE person_id = $1 AND settlement_id = ANY($2::uuid[]) AND occurred_at >= $3`,
    [personId, [...settlementIds], since],
  );
}

/** Whether a settlement would have stood beside one that takes its place. */
export function isPlaceTaken(error: unknown): boolean {
  const violated = violatedConstraint(error);
  return violated === 'settlement_one_per_visit' || violated === 'settlement_one_end';
}
