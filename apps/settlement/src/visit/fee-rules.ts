import { lineAmountHolds } from '@yiditong/adjudication';
import { fen, magnitude, MAX_BILL_FEN, negateFen } from '@yiditong/money';
import { isBy, mayExamine, type Refusal } from '../settlement/bill-rules.js';
import { netsProblem } from './fee-netting.js';
import type { Fee, UploadedFee, Visit } from './visit.entity.js';

/** 数量 16,4: beyond it no form has one, and the negative of the smallest int64 is none. */
const MAX_QUANTITY_E4 = 10n ** 16n;

type Place = { readonly institutionCode: string; readonly province: string };

/** Why fees can't be taken as they are, whatever else the visit has; null where nothing speaks against them. */
export function uploadProblem(
  uploaded: readonly UploadedFee[],
  visit: Pick<Visit, 'visitKind'>,
  place: Place,
  now: Date,
): Refusal | null {
  for (const [index, { line, refundsSerial }] of uploaded.entries()) {
    const refuse = (reason: Refusal['reason'], key = 'line'): Refusal => ({
      reason,
      params: { [key]: String(index + 1) },
    });
    const isPossible =
      magnitude(line.amountFen) < MAX_BILL_FEN &&
      magnitude(line.quantityE4) < MAX_QUANTITY_E4 &&
      line.unitPriceMicroYuan >= 0n;
    if (!isPossible) return refundsSerial === '' ? refuse('BILL_LINE_MISMATCH') : refuse('FEE_REFUND_INVALID', 'index');
    const isNegative = line.quantityE4 < 0n && line.amountFen <= 0n;
    if (isNegative !== (refundsSerial !== '')) return refuse('FEE_REFUND_INVALID', 'index');
    if (!isNegative && !(line.quantityE4 > 0n && line.amountFen >= 0n)) return refuse('BILL_LINE_MISMATCH');
    if (!lineAmountHolds(unsigned(line))) return refuse('BILL_LINE_MISMATCH');
    if (line.diseaseCode !== '' && visit.visitKind !== 'CHRONIC') return refuse('BILL_LINE_OTHER_DISEASE');
    if (!mayExamine(line, visit, place)) return refuse('EXAMINING_INSTITUTION_INVALID');
    if (!isBy(line.occurredAt, now)) return { reason: 'BILL_PERIOD_INVALID', params: {} };
  }
  return null;
}

/** A year's stay with a hundred fees a day has 36,500. Whoever adds to a visit reads all that it has. */
const MAX_VISIT_FEES = 50_000;

/** Why fees can't be added to those that stand; null where they can. The order in which they come doesn't matter. */
export function additionProblem(standing: readonly Fee[], added: readonly Fee[]): Refusal | null {
  const count = standing.length + added.length;
  if (count > MAX_VISIT_FEES)
    return { reason: 'VISIT_FEES_TOO_MANY', params: { count: String(count), limit: String(MAX_VISIT_FEES) } };
  const serials = new Set(standing.map(({ serial }) => serial));
  const diseases = new Map(standing.filter(({ batch }) => batch !== '').map((fee) => [fee.batch, fee.diseaseKey]));
  for (const [index, { serial, batch, diseaseKey }] of added.entries()) {
    const position = String(index + 1);
    if (serials.has(serial)) return { reason: 'FEE_SERIAL_TAKEN', params: { index: position } };
    serials.add(serial);
    if (batch === '') continue;
    if ((diseases.get(batch) ?? diseaseKey) !== diseaseKey)
      return { reason: 'BILL_LINE_OTHER_DISEASE', params: { line: position } };
    diseases.set(batch, diseaseKey);
  }
  const wrong = netsProblem([...standing, ...added]);
  if (!wrong) return null;
  const index = added.findIndex(({ refundsSerial }) => refundsSerial === wrong.refundsSerial);
  return { reason: 'FEE_REFUND_INVALID', params: { index: String(index + 1) } };
}

/** Which fees to take out: by serial, of a batch, or all. */
export type Removal = { readonly serials: readonly string[] } | { readonly batch: string } | { readonly all: true };

/** The fees that a removal takes out, or why it can't. Settled ones of a batch stay, unless there is nothing else in it. */
export function removedFees(
  standing: readonly Fee[],
  removal: Removal,
): readonly Fee[] | { readonly refused: Refusal } {
  const found = 'serials' in removal ? bySerial(standing, removal.serials) : inBulk(standing, removal);
  if ('refused' in found) return found;
  const gone = new Set(found.map(({ feeId }) => feeId));
  const wrong = netsProblem(standing.filter(({ feeId }) => !gone.has(feeId)));
  if (!wrong) return found;
  const index = found.findIndex(({ serial, refundsSerial }) => [serial, refundsSerial].includes(wrong.refundsSerial));
  return refused('FEE_REFUND_INVALID', index);
}

function bySerial(standing: readonly Fee[], serials: readonly string[]): Fee[] | { readonly refused: Refusal } {
  const known = new Map(standing.map((fee) => [fee.serial, fee]));
  const found: Fee[] = [];
  for (const [index, serial] of [...new Set(serials)].entries()) {
    const fee = known.get(serial);
    if (!fee) return refused('FEE_NOT_FOUND', index);
    if (fee.settlementId !== null) return refused('FEE_SETTLED', index);
    found.push(fee);
  }
  return found;
}

function inBulk(
  standing: readonly Fee[],
  removal: { readonly batch: string } | { readonly all: true },
): Fee[] | { readonly refused: Refusal } {
  const meant = 'all' in removal ? [...standing] : standing.filter(({ batch }) => batch === removal.batch);
  const open = meant.filter(({ settlementId }) => settlementId === null);
  if ('batch' in removal && open.length === 0) return refused(meant.length > 0 ? 'FEE_SETTLED' : 'FEE_NOT_FOUND', 0);
  return open;
}

/** A line as the catalogue divides it: a refund as what it takes back. */
export function unsigned<L extends Pick<UploadedFee['line'], 'quantityE4' | 'amountFen' | 'unitPriceMicroYuan'>>(
  line: L,
): L {
  if (line.quantityE4 >= 0n) return line;
  return { ...line, quantityE4: -line.quantityE4, amountFen: negateFen(fen(line.amountFen)) };
}

function refused(reason: Refusal['reason'], index: number): { readonly refused: Refusal } {
  return { refused: { reason, params: { index: String(index + 1) } } };
}
