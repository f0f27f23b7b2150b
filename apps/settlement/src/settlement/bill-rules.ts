import { lineAmountHolds } from '@yiditong/adjudication';
import { businessDateOf } from '@yiditong/chassis';
import {
  provinceOf,
  type Insurance,
  type PersonType,
  type Reason,
  type ReasonParams,
  type VisitKind,
} from '@yiditong/codes';
import { MAX_BILL_FEN, sumFen, type Fen } from '@yiditong/money';

/** A fee line as the hospital presents it. */
export type BillLine = {
  readonly lineNumber: number;
  /** Empty where only the hospital's own code is known. */
  readonly nationalCode: string;
  /** 院内目录编码; empty where the hospital named none. */
  readonly hospitalCode: string;
  /** 医院审批标志: the condition of a restricted item is met. */
  readonly approved: boolean;
  readonly quantityE4: bigint;
  readonly unitPriceMicroYuan: bigint;
  readonly amountFen: Fen;
  readonly occurredAt: Date;
  /** 外检: who examined a patient of the stay; empty where the hospital itself did. */
  readonly examiningInstitutionCode: string;
  /** 门慢特病种 that it treats; empty for the bill's own. */
  readonly diseaseCode: string;
  /** The fee of the visit that it is; none of a bill that came in one message. */
  readonly feeSerial?: string;
};

/** 外伤, which is settled directly only where nobody else is liable (通知 二(四)). */
export type Trauma = { readonly thirdParty: boolean; readonly pledgedAt: Date | null };

/** 诊断: a code of ICD-10 and what it says. */
export type Diagnosis = { readonly code: string; readonly name: string };

/** 险种 and 人员类别, which the home province decides and 1101 tells the hospital. */
export type InsuredAs = { readonly insurance: Insurance; readonly personType: PersonType };

/** A bill as the hospital presents it. */
export type Bill = {
  readonly personId: string;
  readonly insuredRegion: string;
  /** Null where the bill doesn't say: the catalogue then applies what fits everybody. */
  readonly insuredAs: InsuredAs | null;
  readonly visitNumber: string;
  readonly visitKind: VisitKind;
  readonly emergency: boolean;
  /** 门慢特病种; empty where the visit isn't chronic. A diagnosis too. */
  readonly diseaseCode: string;
  /** 主诊断 first. */
  readonly diagnoses: readonly Diagnosis[];
  readonly admittedAt: Date;
  readonly endedAt: Date;
  /** 个人账户使用标志: the person wants accounts to pay what they may. */
  readonly useAccount: boolean;
  /** Null where it is no trauma. */
  readonly trauma: Trauma | null;
  /** 中途结算: the stay goes on. */
  readonly midStay: boolean;
  /** 医院负担: what the hospital bears of the person's part. */
  readonly hospitalPartFen: Fen;
  readonly totalFen: Fen;
  readonly lines: readonly BillLine[];
};

export type Refusal = { readonly reason: Reason; readonly params: ReasonParams };

/** Whether a bill was divided for another insurance or person type than the home province says. One that names none can't differ. */
export function insuredDiffers({ insuredAs }: Pick<Bill, 'insuredAs'>, home: InsuredAs): boolean {
  return insuredAs !== null && (insuredAs.insurance !== home.insurance || insuredAs.personType !== home.personType);
}

/** Clocks of hospitals run ahead; a visit may end this much in our future. */
const CLOCK_SKEW_MS = 15 * 60 * 1000;

/**
 * Where a hospital may examine a patient before it admits him (预住院), the fees are part of the stay. So many days before it at most,
 * since a fee's day decides by which version of the catalogue it is split.
 */
const BEFORE_STAY_MS = 30 * 24 * 60 * 60 * 1000;

/** Of an institution, what bills of it are judged by. */
type BillingPlace = { readonly institutionCode: string; readonly province: string };

/** Why a bill can't be settled whoever pays, or null. In order: what may be settled so, times, lines, total, the hospital's part. */
export function billProblem(bill: Bill, place: BillingPlace, now: Date): Refusal | null {
  return kindProblem(bill, place, now) ?? timeProblem(bill, now) ?? linesProblem(bill, place) ?? amountProblem(bill);
}

/** 定点药店 sells; it has no wards. A stay alone goes on after a settlement. */
function kindProblem({ visitKind, midStay, trauma }: Bill, place: BillingPlace, now: Date): Refusal | null {
  if (isPharmacy(place) && visitKind === 'INPATIENT') return refusal('PHARMACY_KIND_INVALID');
  if (midStay && visitKind !== 'INPATIENT') return refusal('MID_STAY_INVALID');
  if (trauma?.thirdParty) return refusal('TRAUMA_THIRD_PARTY');
  const pledged = trauma === null || (trauma.pledgedAt !== null && isBy(trauma.pledgedAt, now));
  return pledged ? null : refusal('TRAUMA_PLEDGE_MISSING');
}

function timeProblem(bill: Bill, now: Date): Refusal | null {
  return isPeriod(bill, now) && feesFallInto(bill, now) ? null : refusal('BILL_PERIOD_INVALID');
}

function linesProblem(bill: Bill, place: BillingPlace): Refusal | null {
  const seen = new Set<number>();
  for (const line of bill.lines) {
    const params = { line: String(line.lineNumber) };
    const holds =
      line.amountFen >= 0n && line.quantityE4 > 0n && line.unitPriceMicroYuan >= 0n && lineAmountHolds(line);
    if (seen.has(line.lineNumber) || !holds) return refusal('BILL_LINE_MISMATCH', params);
    if (line.diseaseCode !== '' && line.diseaseCode !== bill.diseaseCode)
      return refusal('BILL_LINE_OTHER_DISEASE', params);
    if (!mayExamine(line, bill, place)) return refusal('EXAMINING_INSTITUTION_INVALID', params);
    seen.add(line.lineNumber);
  }
  return null;
}

function amountProblem({ lines, totalFen, hospitalPartFen }: Bill): Refusal | null {
  const linesFen = sumFen(lines.map((line) => line.amountFen));
  if (linesFen !== totalFen || totalFen <= 0n || totalFen >= MAX_BILL_FEN)
    return refusal('BILL_TOTAL_MISMATCH', { linesFen: String(linesFen), totalFen: String(totalFen) });
  return hospitalPartFen >= 0n && hospitalPartFen <= totalFen ? null : refusal('HOSPITAL_PART_INVALID');
}

function refusal(reason: Reason, params: ReasonParams = {}): Refusal {
  return { reason, params };
}

/** 定点药店 are coded P, hospitals H; the division that a code names follows. */
export function isPharmacy({ institutionCode }: Pick<BillingPlace, 'institutionCode'>): boolean {
  return institutionCode.startsWith('P');
}

/** 外检: another hospital of the treating province examined a patient of the stay. */
export function mayExamine(
  { examiningInstitutionCode: code }: Pick<BillLine, 'examiningInstitutionCode'>,
  { visitKind }: Pick<Bill, 'visitKind'>,
  place: BillingPlace,
): boolean {
  if (code === '') return true;
  return visitKind === 'INPATIENT' && code.startsWith('H') && provinceOf(code.slice(1, 7)) === place.province;
}

/** Not after now, but for a clock that runs ahead. */
export function isBy(instant: Date, now: Date): boolean {
  return instant.getTime() <= now.getTime() + CLOCK_SKEW_MS;
}

function isPeriod({ admittedAt, endedAt }: Bill, now: Date): boolean {
  return admittedAt <= endedAt && isBy(endedAt, now);
}

/** Whether each fee arose by now, and on a business day of the visit, or before a stay. */
function feesFallInto({ visitKind, admittedAt, endedAt, lines }: Bill, now: Date): boolean {
  const earliest = admittedAt.getTime() - (visitKind === 'INPATIENT' ? BEFORE_STAY_MS : 0);
  const [firstDay, lastDay] = [businessDateOf(new Date(earliest)), businessDateOf(endedAt)];
  return lines.every(({ occurredAt }) => {
    const day = businessDateOf(occurredAt);
    return firstDay <= day && day <= lastDay && isBy(occurredAt, now);
  });
}
