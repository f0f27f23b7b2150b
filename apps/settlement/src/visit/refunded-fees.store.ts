import type { FeeSplit } from '@yiditong/adjudication';
import type { Tx } from '@yiditong/chassis';
import { fen, type Fen } from '@yiditong/money';
import { v7 as uuidv7 } from 'uuid';
import type { SettledLine } from '../settlement/settlement.entity.js';
import { insertFees, moveFees, settleFees, standingFees, visitOfFees } from './fee.store.js';
import { lockVisit } from './visit-row.store.js';
import type { Fee } from './visit.entity.js';

/** A refund in part: what was settled, what remains of it settled anew, and the operation that took the original back. */
export type RefundedFees = {
  readonly personId: string;
  readonly fromSettlementId: string;
  readonly toSettlementId: string;
  readonly operationId: string;
};

/**
 * What remains has the fees, and what was taken back stands among them as refunds (退单) of this platform's, so that the visit shows what is left, and
 * that alone comes back where the rest is cancelled too. Does nothing where the bill was of no visit's fees.
 */
export async function refundFees(
  tx: Tx,
  { personId, fromSettlementId, toSettlementId, operationId }: RefundedFees,
  lines: readonly SettledLine[],
  rest: readonly SettledLine[],
): Promise<void> {
  const of = await visitOfFees(tx, personId, fromSettlementId);
  if (!of) return;
  const { visit } = await lockVisit(tx, of);
  const fees = new Map((await standingFees(tx, visit)).map((fee) => [fee.serial, fee]));
  const left = new Map(rest.map((line) => [line.lineNumber, line]));
  const refunds = lines.flatMap((line) => {
    const fee = fees.get(line.feeSerial ?? '');
    if (!fee) throw new Error('a line of a visit’s settlement is none of its fees');
    return refundOf(fee, line, left.get(line.lineNumber) ?? null);
  });
  await insertFees(tx, visit, refunds, operationId);
  await moveFees(tx, personId, fromSettlementId, toSettlementId);
  const ids = refunds.map(({ feeId }) => feeId);
  await settleFees(tx, personId, ids, toSettlementId);
}

/** The undoing of {@link refundFees}: what was settled has its fees again, and nothing of them is taken back. */
export async function returnFees(
  tx: Tx,
  { personId, fromSettlementId, toSettlementId, operationId }: RefundedFees,
): Promise<void> {
  const of = await visitOfFees(tx, personId, toSettlementId);
  if (!of) return;
  await lockVisit(tx, of);
  await tx.query(
    `UPDATE visit_fee SET settlement_id = NULL, removed_by = $3
     WHERE person_id = $1 AND visit_id = $2 AND added_by = $3 AND removed_by IS NULL`,
    [personId, of.visitId, operationId],
  );
  await moveFees(tx, personId, toSettlementId, fromSettlementId);
}

/** The difference between a line and what is left of it, as a refund of its fee; none where all is left. */
function refundOf(fee: Fee, line: SettledLine, rest: SettledLine | null): Fee[] {
  const quantityE4 = (rest?.quantityE4 ?? 0n) - line.quantityE4;
  if (quantityE4 === 0n) return [];
  const feeId = uuidv7();
  const amountFen = less(rest?.amountFen, line.amountFen);
  const split: FeeSplit = {
    fullSelfPayFen: less(rest?.split.fullSelfPayFen, line.split.fullSelfPayFen),
    overCeilingFen: less(rest?.split.overCeilingFen, line.split.overCeilingFen),
    firstSelfPayFen: less(rest?.split.firstSelfPayFen, line.split.firstSelfPayFen),
    inScopeFen: less(rest?.split.inScopeFen, line.split.inScopeFen),
  };
  const refunded = { ...fee.line, quantityE4, amountFen, split };
  return [{ ...fee, feeId, serial: serialOf(feeId), refundsSerial: fee.serial, settlementId: null, line: refunded }];
}

function less(rest: Fen | undefined, whole: Fen): Fen {
  return fen((rest ?? 0n) - whole);
}

/** An id of this platform's, so that it meets none of the hospital's. At most 26 characters, where 30 are allowed. */
function serialOf(feeId: string): string {
  return `~${BigInt(`0x${feeId.replaceAll('-', '')}`).toString(36)}`;
}
