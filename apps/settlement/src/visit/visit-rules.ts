import { provinceOf, type VisitKind } from '@yiditong/codes';
import { isBy, isPharmacy, type Diagnosis, type Refusal, type Trauma } from '../settlement/bill-rules.js';
import type { Visit, VisitDiagnosed } from './visit.entity.js';

/** What a message changes of a visit; what is null stays. */
export type VisitChanges = {
  readonly admittedAt: Date | null;
  readonly endedAt: Date | null;
  /** 出院撤销. Not with `endedAt`. */
  readonly reopen: boolean;
  readonly visitKind: VisitKind | null;
  readonly emergency: boolean | null;
  readonly diseaseCode: string | null;
  /** None changes none. */
  readonly diagnoses: readonly Diagnosis[];
  readonly trauma: Trauma | null;
};

type Place = { readonly institutionCode: string; readonly province: string };
type Admitted = Pick<Visit, 'insuredRegion' | 'visitKind' | 'admittedAt' | 'trauma'>;

/** Why nobody can be admitted so, whoever pays; null where nothing speaks against it. A pledge can still be signed before the exit. */
export function admissionProblem(visit: Admitted, place: Place, now: Date): Refusal | null {
  if (provinceOf(visit.insuredRegion) === place.province) return refusal('NOT_CROSS_PROVINCE');
  if (isPharmacy(place) && visit.visitKind === 'INPATIENT') return refusal('PHARMACY_KIND_INVALID');
  if (visit.trauma?.thirdParty) return refusal('TRAUMA_THIRD_PARTY');
  return isBy(visit.admittedAt, now) ? null : refusal('BILL_PERIOD_INVALID');
}

/** The visit as it is told anew, or why it can't be so. The state is another matter. */
export function changedVisit(
  visit: Visit,
  diagnosed: VisitDiagnosed,
  changes: VisitChanges,
  place: Place,
  now: Date,
): { readonly visit: Visit; readonly diagnosed: VisitDiagnosed } | { readonly refused: Refusal } {
  const changed = {
    ...visit,
    admittedAt: changes.admittedAt ?? visit.admittedAt,
    endedAt: changes.reopen ? null : (changes.endedAt ?? visit.endedAt),
    visitKind: changes.visitKind ?? visit.visitKind,
    emergency: changes.emergency ?? visit.emergency,
    trauma: changes.trauma ?? visit.trauma,
  };
  if ((changed.visitKind === 'INPATIENT') !== (visit.visitKind === 'INPATIENT'))
    return { refused: refusal('REQUEST_MALFORMED', { problem: 'a stay stays a stay, and nothing else becomes one' }) };
  const problem = admissionProblem(changed, place, now) ?? endProblem(changed, now);
  if (problem) return { refused: problem };
  const isChronic = changed.visitKind === 'CHRONIC';
  const diseaseCode = isChronic ? (changes.diseaseCode ?? diagnosed.diseaseCode) : '';
  if (isChronic && diseaseCode === '')
    return { refused: refusal('REQUEST_MALFORMED', { problem: 'a chronic visit needs a disease_code' }) };
  const diagnoses = changes.diagnoses.length > 0 ? changes.diagnoses : diagnosed.diagnoses;
  return { visit: changed, diagnosed: { ...diagnosed, diseaseCode, diagnoses } };
}

function endProblem({ admittedAt, endedAt }: Pick<Visit, 'admittedAt' | 'endedAt'>, now: Date): Refusal | null {
  return endedAt === null || (admittedAt <= endedAt && isBy(endedAt, now)) ? null : refusal('BILL_PERIOD_INVALID');
}

function refusal(reason: Refusal['reason'], params: Refusal['params'] = {}): Refusal {
  return { reason, params };
}
