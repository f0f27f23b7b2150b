import { lineAmountHolds } from '@yiditong/adjudication';
import { businessDateOf } from '@yiditong/chassis';
import type { Insurance, PersonType, Reason, ReasonParams, VisitKind } from '@yiditong/codes';
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
};

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

/** Why a bill can't be settled whoever pays, or null. In order: times, lines, total. */
export function billProblem(bill: Bill, now: Date): Refusal | null {
  if (!isPeriod(bill, now) || !feesFallInto(bill, now)) return { reason: 'BILL_PERIOD_INVALID', params: {} };
  const seen = new Set<number>();
  for (const line of bill.lines) {
    const holds = line.amountFen >= 0n && line.quantityE4 > 0n && lineAmountHolds(line);
    if (seen.has(line.lineNumber) || !holds)
      return { reason: 'BILL_LINE_MISMATCH', params: { line: String(line.lineNumber) } };
    seen.add(line.lineNumber);
  }
  const linesFen = sumFen(bill.lines.map((line) => line.amountFen));
  const holds = linesFen === bill.totalFen && bill.totalFen > 0n && bill.totalFen < MAX_BILL_FEN;
  return holds
    ? null
    : { reason: 'BILL_TOTAL_MISMATCH', params: { linesFen: String(linesFen), totalFen: String(bill.totalFen) } };
}

function isPeriod({ admittedAt, endedAt }: Bill, now: Date): boolean {
  return admittedAt <= endedAt && endedAt.getTime() <= now.getTime() + CLOCK_SKEW_MS;
}

/** Whether each fee arose by now, and on a business day of the visit, or before a stay. */
function feesFallInto({ visitKind, admittedAt, endedAt, lines }: Bill, now: Date): boolean {
  const earliest = admittedAt.getTime() - (visitKind === 'INPATIENT' ? BEFORE_STAY_MS : 0);
  const [firstDay, lastDay] = [businessDateOf(new Date(earliest)), businessDateOf(endedAt)];
  return lines.every(({ occurredAt }) => {
    const day = businessDateOf(occurredAt);
    return firstDay <= day && day <= lastDay && occurredAt.getTime() <= now.getTime() + CLOCK_SKEW_MS;
  });
}
