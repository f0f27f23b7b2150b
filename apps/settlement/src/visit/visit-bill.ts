import type { FeeSplit } from '@yiditong/adjudication';
import { sumFen, type Fen } from '@yiditong/money';
import type { Bill, Refusal } from '../settlement/bill-rules.js';
import { leftToSettle, type NetFee } from './fee-netting.js';
import type { Fee, Visit, VisitDiagnosed } from './visit.entity.js';

/** More lines than one bill has. */
export const MAX_BILL_LINES = 5_000;

/** What of a visit is to be settled, as the hospital says it. */
export type VisitBill = {
  /** Empty for all batches. */
  readonly batch: string;
  /** The fees of one chronic disease, or with `unrelated` those of none. */
  readonly diseaseCode: string;
  readonly unrelated: boolean;
  /** Of a chronic visit as `unrelated`, of any other all. */
  readonly ordinary?: boolean;
  readonly useAccount: boolean;
  readonly midStay: boolean;
  /** Null where the visit's own end holds. */
  readonly endedAt: Date | null;
  readonly declaredTotalFen: Fen;
  readonly declaredSplit: FeeSplit | null;
  readonly hospitalPartFen: Fen;
};

export type PlannedBill = {
  readonly bill: Bill;
  /** The fees that it settles, and the refunds that are netted in it. */
  readonly feeIds: readonly string[];
  /** Whether nothing of the visit is left after it, and a stay is over. */
  readonly toEnd: boolean;
};

/** A visit as a bill is made of it: the diagnoses opened, and by which keyed hash each disease stands in a fee. */
export type BilledVisit = {
  readonly visit: Visit;
  readonly diagnosed: VisitDiagnosed;
  readonly keyOfDisease: (diseaseCode: string) => string;
};

/**
 * The bill of what is unsettled and asked for, or why there is none. Refunds are netted against their fees, so that lines are positive;
 * the order of the lines follows time and serial, whatever order they were uploaded in.
 */
export function planBill(
  of: BilledVisit,
  fees: readonly Fee[],
  told: VisitBill,
): PlannedBill | { readonly refused: Refusal } {
  const { visit } = of;
  const asked = told.ordinary ? { ...told, unrelated: visit.visitKind === 'CHRONIC' } : told;
  const misplaced = kindProblem(visit, asked);
  if (misplaced) return { refused: misplaced };
  const left = leftToSettle(fees);
  const inBatch = left.filter(({ fee }) => asked.batch === '' || fee.batch === asked.batch);
  const mixed = visit.visitKind === 'CHRONIC' ? mixture(of, inBatch, asked) : null;
  if (mixed) return { refused: mixed };
  const chosen = ofDisease(of, inBatch, asked)
    .filter((net) => isByEnd(net, asked))
    .sort(inOrder);
  if (chosen.length === 0) return refused('VISIT_NOTHING_TO_SETTLE');
  if (chosen.length > MAX_BILL_LINES)
    return refused('VISIT_TOO_LARGE', { count: String(chosen.length), limit: String(MAX_BILL_LINES) });
  const totalFen = sumFen(chosen.map(({ amountFen }) => amountFen));
  if (totalFen !== asked.declaredTotalFen)
    return refused('BILL_TOTAL_MISMATCH', { linesFen: String(totalFen), totalFen: String(asked.declaredTotalFen) });
  const isEnd = visit.visitKind !== 'INPATIENT' || !asked.midStay;
  return {
    bill: billOf(of, chosen, asked, totalFen),
    feeIds: chosen.flatMap(({ fee, refunds }) => [fee, ...refunds].map(({ feeId }) => feeId)),
    toEnd: isEnd && chosen.length === left.length,
  };
}

/** Where the catalogue divides a bill otherwise than the hospital says, by the first part that differs; null where it agrees. */
export function splitProblem(found: FeeSplit, declared: FeeSplit | null): Refusal | null {
  if (declared === null) return null;
  const parts = ['fullSelfPayFen', 'overCeilingFen', 'firstSelfPayFen', 'inScopeFen'] as const;
  const differs = parts.find((part) => found[part] !== declared[part]);
  if (!differs) return null;
  const params = { linesFen: String(found[differs]), totalFen: String(declared[differs]) };
  return { reason: 'BILL_TOTAL_MISMATCH', params };
}

function kindProblem({ visitKind, endedAt }: Visit, asked: VisitBill): Refusal | null {
  if (visitKind !== 'CHRONIC' && (asked.unrelated || asked.diseaseCode !== ''))
    return refusal('REQUEST_MALFORMED', { problem: 'disease_code and unrelated are of a chronic visit' });
  if (asked.midStay && visitKind !== 'INPATIENT') return refusal('MID_STAY_INVALID');
  const goesOn = visitKind === 'INPATIENT' && !asked.midStay && endedAt === null && asked.endedAt === null;
  return goesOn ? refusal('VISIT_NOT_DISCHARGED') : null;
}

/** Each disease is settled by itself (规程 art. 31): where several are meant and none is named, which batches to settle apart. */
function mixture({ keyOfDisease }: BilledVisit, left: readonly NetFee[], asked: VisitBill): Refusal | null {
  if (asked.unrelated || asked.diseaseCode !== '' || left.length === 0) return null;
  const diseases = new Set(left.map(({ fee }) => fee.diseaseKey));
  if (diseases.size === 1 && !diseases.has(keyOfDisease(''))) return null;
  const batches = [...new Set(left.map(({ fee }) => fee.batch || '-'))].sort();
  return refusal('VISIT_DISEASES_MIXED', { batches: batches.join(', ') });
}

function ofDisease({ visit, keyOfDisease }: BilledVisit, left: readonly NetFee[], asked: VisitBill): NetFee[] {
  const named = asked.unrelated || asked.diseaseCode !== '';
  if (visit.visitKind !== 'CHRONIC' || !named) return [...left];
  const key = keyOfDisease(asked.unrelated ? '' : asked.diseaseCode);
  return left.filter(({ fee }) => fee.diseaseKey === key);
}

/** A part of a stay has what arose by its end; what is later is of a later part. */
function isByEnd({ fee }: NetFee, { midStay, endedAt }: VisitBill): boolean {
  return !midStay || endedAt === null || fee.line.occurredAt <= endedAt;
}

function inOrder({ fee: one }: NetFee, { fee: other }: NetFee): number {
  const byTime = one.line.occurredAt.getTime() - other.line.occurredAt.getTime();
  return byTime === 0 ? (one.serial < other.serial ? -1 : 1) : byTime;
}

function billOf(of: BilledVisit, chosen: readonly NetFee[], asked: VisitBill, totalFen: Fen): Bill {
  const { visit, diagnosed, keyOfDisease } = of;
  const diseases = [diagnosed.diseaseCode, ...diagnosed.feeDiseases];
  const key = chosen[0]?.fee.diseaseKey;
  const diseaseCode = diseases.find((code) => code !== '' && keyOfDisease(code) === key) ?? '';
  const isUnrelated = visit.visitKind === 'CHRONIC' && diseaseCode === '';
  return {
    personId: visit.personId,
    insuredRegion: visit.insuredRegion,
    insuredAs: visit.insuredAs,
    visitNumber: visit.visitNumber,
    visitKind: isUnrelated ? 'OUTPATIENT' : visit.visitKind,
    emergency: visit.emergency,
    diseaseCode: visit.visitKind === 'CHRONIC' ? diseaseCode : '',
    diagnoses: diagnosed.diagnoses,
    admittedAt: visit.admittedAt,
    endedAt: endOf(visit, chosen, asked),
    useAccount: asked.useAccount,
    trauma: visit.trauma,
    midStay: asked.midStay,
    hospitalPartFen: asked.hospitalPartFen,
    totalFen,
    lines: chosen.map(({ fee, quantityE4, amountFen }, index) => {
      const {
        itemClass: _,
        chargeCategory: __,
        catalogueRule: ___,
        catalogueSequence: ____,
        split: _____,
        ...line
      } = fee.line;
      return { ...line, quantityE4, amountFen, lineNumber: index + 1, diseaseCode: '', feeSerial: fee.serial };
    }),
  };
}

/** When a bill ends that neither the visit nor the message ends: with its last fee, so that a repeat of the message ends it then too. */
function endOf({ visitKind, admittedAt, endedAt }: Visit, chosen: readonly NetFee[], asked: VisitBill): Date {
  const last = Math.max(admittedAt.getTime(), ...chosen.map(({ fee }) => fee.line.occurredAt.getTime()));
  if (asked.midStay) return asked.endedAt ?? new Date(last);
  // A discharge that was told stands, whatever the bill says; of other visits each bill has its own end.
  const known = visitKind === 'INPATIENT' ? (endedAt ?? asked.endedAt) : (asked.endedAt ?? endedAt);
  return known ?? new Date(last);
}

function refusal(reason: Refusal['reason'], params: Refusal['params'] = {}): Refusal {
  return { reason, params };
}

function refused(reason: Refusal['reason'], params: Refusal['params'] = {}): { readonly refused: Refusal } {
  return { refused: refusal(reason, params) };
}
