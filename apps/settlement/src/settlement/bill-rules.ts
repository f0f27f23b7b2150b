import { lineAmountHolds } from '@yiditong/adjudication';
import type { Reason, ReasonParams, VisitKind } from '@yiditong/codes';
import { MAX_BILL_FEN, sumFen, type Fen } from '@yiditong/money';

/** A fee line as the hospital presents it. */
export type BillLine = {
  readonly lineNumber: number;
  readonly nationalCode: string;
  readonly quantityE4: bigint;
  readonly unitPriceMicroYuan: bigint;
  readonly amountFen: Fen;
  readonly occurredAt: Date;
};

/** 诊断: a code of ICD-10 and what it says. */
export type Diagnosis = { readonly code: string; readonly name: string };

/** A bill as the hospital presents it. */
export type Bill = {
  readonly personId: string;
  readonly insuredRegion: string;
  readonly visitNumber: string;
  readonly visitKind: VisitKind;
  readonly emergency: boolean;
  /** 门慢特病种; empty where the visit isn't chronic. A diagnosis too. */
  readonly diseaseCode: string;
  /** 主诊断 first. */
  readonly diagnoses: readonly Diagnosis[];
  readonly admittedAt: Date;
  readonly endedAt: Date;
  readonly totalFen: Fen;
  readonly lines: readonly BillLine[];
};

export type Refusal = { readonly reason: Reason; readonly params: ReasonParams };

/** Clocks of hospitals run ahead; a visit may end this much in our future. */
const CLOCK_SKEW_MS = 15 * 60 * 1000;

/** Why a bill can't be settled whoever pays, or null. In order: times, lines, total. */
export function billProblem(bill: Bill, now: Date): Refusal | null {
  if (bill.endedAt < bill.admittedAt || bill.endedAt.getTime() > now.getTime() + CLOCK_SKEW_MS)
    return { reason: 'BILL_PERIOD_INVALID', params: {} };
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
