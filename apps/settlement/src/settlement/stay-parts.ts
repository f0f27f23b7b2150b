import { sumFen, type Fen } from '@yiditong/money';
import type { Bill, BillLine, Refusal } from './bill-rules.js';
import type { Settlement } from './settlement.entity.js';

/** A settlement that stands under a visit's number, of whatever kind, batch or part. */
export type StandingPart = Pick<
  Settlement,
  'settlementId' | 'visitKind' | 'partKey' | 'visitId' | 'stayPart' | 'midStay' | 'continuesStay' | 'deductibleFen'
> & {
  readonly endedAt: Date;
  /** When it was settled, or came to stand again. */
  readonly standsSince: Date;
};

/** Where a bill belongs: of a visit's fees or of a message, and which batch or disease of it. */
export type Place = Pick<Settlement, 'visitKind' | 'partKey' | 'visitId'>;

/** Whether another part of the stay is its admission, and what the others paid of its deductible. */
export type Before = { readonly continuesStay: boolean; readonly stayDeductibleFen: Fen };
export type PartFound = Before & { readonly stayPart: number };
type Refused = { readonly refused: Refusal };

const SETTLED: Refused = { refused: { reason: 'VISIT_ALREADY_SETTLED', params: {} } };
const MISPLACED: Refused = { refused: { reason: 'MID_STAY_INVALID', params: {} } };

/**
 * 中途结算: a stay is settled whole, as part 0, or in parts from 1, of which the last isn't mid-stay. After the whole, or the last, nothing can be
 * settled but a mid-stay part that was taken back, which is settled anew in its own place.
 */
export function partOfStay(
  bill: Pick<Bill, 'midStay' | 'endedAt'>,
  place: Place,
  standing: readonly StandingPart[],
): PartFound | Refused {
  const isStay = place.visitKind === 'INPATIENT';
  if (bill.midStay && !isStay) return MISPLACED;
  if (isOtherwiseSettled(place, standing)) return SETTLED;
  const parts = standing.filter((part) => isSameStay(part, place));
  const last = parts.find(({ midStay }) => !midStay);
  if (last && (!bill.midStay || last.stayPart === 0)) return SETTLED;
  const numbers = parts.map(({ stayPart }) => stayPart);
  const stayPart = bill.midStay ? firstFree(numbers) : parts.length === 0 ? 0 : 1 + Math.max(...numbers);
  if (last && (stayPart > last.stayPart || bill.endedAt > last.endedAt)) return SETTLED;
  const before = besides(stayPart, parts);
  return 'refused' in before ? before : { stayPart, ...before };
}

/** Whether a settlement that was taken back may stand again: nothing has come to stand since that could be of the same fees. */
export function maySettlementStandAgain(
  settlement: Place & Pick<Settlement, 'settlementId' | 'stayPart' | 'midStay' | 'cancelledAt'>,
  standing: readonly StandingPart[],
): boolean {
  const others = standing.filter(({ settlementId }) => settlementId !== settlement.settlementId);
  if (isOtherwiseSettled(settlement, others)) return false;
  const parts = others.filter((part) => isSameStay(part, settlement));
  const isExcluded = (part: StandingPart): boolean =>
    part.stayPart === settlement.stayPart ||
    part.stayPart === 0 ||
    settlement.stayPart === 0 ||
    (!part.midStay && !settlement.midStay);
  const since = new Date(settlement.cancelledAt ?? 0);
  return !parts.some((part) => isExcluded(part) || part.standsSince > since);
}

/**
 * A part beside the others of its stay, as they stand. One of them is the admission, which the person's year counts; where that was taken back, the
 * part that comes is it, and asks for the whole deductible: so no later part may have paid some of it.
 */
export function besides(stayPart: number, parts: readonly StandingPart[]): Before | Refused {
  const others = parts.filter((part) => part.stayPart !== stayPart);
  const stayDeductibleFen = sumFen(others.map(({ deductibleFen }) => deductibleFen));
  const continuesStay = others.some((part) => !part.continuesStay);
  if (!continuesStay && stayDeductibleFen > 0n) return { refused: { reason: 'STAY_PART_COUNTED_ON', params: {} } };
  return { continuesStay, stayDeductibleFen };
}

/** Bills of a stay that came in messages name no fees: one that a standing part had may not come again with a later one. */
export function isBilledTwice(
  lines: readonly Pick<BillLine, 'occurredAt' | 'nationalCode' | 'hospitalCode'>[],
  billed: readonly Pick<BillLine, 'occurredAt' | 'nationalCode' | 'hospitalCode'>[],
): boolean {
  const keyOf = ({ occurredAt, nationalCode, hospitalCode }: (typeof lines)[number]): string =>
    [occurredAt.getTime(), hospitalCode || nationalCode].join(' ');
  const known = new Set(billed.map(keyOf));
  return lines.some((line) => known.has(keyOf(line)));
}

export function isSameStay(part: Place, place: Place): boolean {
  return part.visitKind === place.visitKind && part.partKey === place.partKey;
}

/** Under one number a visit is settled by messages or by its fees; a stay and an outpatient visit may have the same. */
function isOtherwiseSettled(place: Place, standing: readonly StandingPart[]): boolean {
  const isStay = place.visitKind === 'INPATIENT';
  return standing.some(
    ({ visitKind, visitId }) =>
      (visitKind === 'INPATIENT') === isStay && (visitId === null) !== (place.visitId === null),
  );
}

function firstFree(numbers: readonly number[]): number {
  let free = 1;
  while (numbers.includes(free)) free += 1;
  return free;
}
