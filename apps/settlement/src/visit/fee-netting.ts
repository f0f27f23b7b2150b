import { lineAmountHolds } from '@yiditong/adjudication';
import { fen, type Fen } from '@yiditong/money';
import type { Fee } from './visit.entity.js';

/** A fee, what was taken back of it, and what is left. */
export type NetFee = {
  readonly fee: Fee;
  readonly refunds: readonly Fee[];
  readonly quantityE4: bigint;
  readonly amountFen: Fen;
};

/** What refunds (退单) leave of each fee. One that refunds nothing here is left out; {@link netsProblem} finds it. */
export function netFees(fees: readonly Fee[]): NetFee[] {
  const refunds = new Map<string, Fee[]>();
  for (const fee of fees)
    if (fee.refundsSerial !== '') refunds.set(fee.refundsSerial, [...(refunds.get(fee.refundsSerial) ?? []), fee]);
  return fees
    .filter((fee) => fee.refundsSerial === '')
    .map((fee) => {
      const all = [fee, ...(refunds.get(fee.serial) ?? [])];
      return {
        fee,
        refunds: all.slice(1),
        quantityE4: all.reduce((sum, { line }) => sum + line.quantityE4, 0n),
        amountFen: fen(all.reduce((sum, { line }) => sum + line.amountFen, 0n)),
      };
    });
}

/**
 * The refund that can't stand among these fees, or null: it names no fee that is as settled as itself, or another item or price than
 * that fee's, or takes back more than there is, or leaves what isn't price times quantity. The order of the fees doesn't matter.
 */
export function netsProblem(fees: readonly Fee[]): Fee | null {
  const originals = new Map(fees.filter((fee) => fee.refundsSerial === '').map((fee) => [fee.serial, fee]));
  const astray = fees.find((fee) => fee.refundsSerial !== '' && !isRefundOf(fee, originals.get(fee.refundsSerial)));
  if (astray) return astray;
  const wrong = netFees(fees).find((net) => net.refunds.length > 0 && !isLeft(net));
  return wrong?.refunds.at(-1) ?? null;
}

/** The fees that a bill could still be made of. Those that were taken back whole need none. */
export function leftToSettle(fees: readonly Fee[]): NetFee[] {
  return netFees(fees.filter(({ settlementId }) => settlementId === null)).filter(({ quantityE4 }) => quantityE4 > 0n);
}

function isRefundOf(refund: Fee, original: Fee | undefined): boolean {
  if (!original) return false;
  const [back, from] = [refund.line, original.line];
  return (
    refund.settlementId === original.settlementId &&
    refund.diseaseKey === original.diseaseKey &&
    back.nationalCode === from.nationalCode &&
    back.hospitalCode === from.hospitalCode &&
    back.unitPriceMicroYuan === from.unitPriceMicroYuan
  );
}

function isLeft({ fee: { line }, quantityE4, amountFen }: NetFee): boolean {
  if (quantityE4 === 0n) return amountFen === 0n;
  return quantityE4 > 0n && amountFen >= 0n && lineAmountHolds({ ...line, quantityE4, amountFen });
}
