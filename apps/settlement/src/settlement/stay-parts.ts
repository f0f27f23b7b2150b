import { sumFen, ZERO_FEN, type Fen } from '@yiditong/money';
import type { Bill, Refusal } from './bill-rules.js';

/** A part of a visit that stands: settled, or about to be taken back. */
export type LivePart = {
  readonly stayPart: number;
  readonly midStay: boolean;
  readonly endedAt: Date;
  readonly deductibleFen: Fen;
};

/** Which part of the visit a bill is, and what was settled of the same stay before. */
export type Before = { readonly continuesStay: boolean; readonly stayDeductibleFen: Fen };
export type PartFound = Before & { readonly stayPart: number };

const WHOLE: PartFound = { stayPart: 0, continuesStay: false, stayDeductibleFen: ZERO_FEN };

/**
 * 中途结算: a stay is settled whole, as part 0, or in parts from 1 that follow each other in time, the last of which isn't mid-stay.
 * After the whole or the last nothing can be settled; a part that was taken back is settled anew after those that stand.
 */
export function partOfStay(bill: Bill, live: readonly LivePart[]): PartFound | { readonly refused: Refusal } {
  if (bill.midStay && bill.visitKind !== 'INPATIENT') return { refused: { reason: 'MID_STAY_INVALID', params: {} } };
  if (live.some(({ midStay }) => !midStay)) return { refused: { reason: 'VISIT_ALREADY_SETTLED', params: {} } };
  if (live.length === 0) return bill.midStay ? { ...WHOLE, stayPart: 1 } : WHOLE;
  const before = live.map(({ endedAt }) => endedAt.getTime());
  if (bill.lines.some(({ occurredAt }) => occurredAt.getTime() < Math.max(...before)))
    return { refused: { reason: 'MID_STAY_INVALID', params: {} } };
  const stayPart = 1 + Math.max(...live.map((part) => part.stayPart));
  return { stayPart, ...partsBefore(stayPart, live) };
}

/** What the parts before one paid of the stay's deductible, as they stand. */
export function partsBefore(stayPart: number, live: readonly LivePart[]): Before {
  const earlier = live.filter((part) => part.stayPart < stayPart);
  return {
    continuesStay: earlier.length > 0,
    stayDeductibleFen: sumFen(earlier.map(({ deductibleFen }) => deductibleFen)),
  };
}
