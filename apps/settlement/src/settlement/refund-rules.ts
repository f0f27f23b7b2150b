import { lineAmountHolds } from '@yiditong/adjudication';
import { fen, sumFen, type Fen } from '@yiditong/money';
import type { BillLine, Refusal } from './bill-rules.js';

/** What is taken back of a line. */
export type RefundedLine = { readonly lineNumber: number; readonly quantityE4: bigint; readonly amountFen: Fen };

/** What is left of a bill; no lines where nothing is. */
export type Rest<L> = { readonly lines: readonly L[]; readonly totalFen: Fen };

/**
 * What remains of the lines of a settlement after a refund in part (部分退费), in their own order. A line that is taken back whole is
 * gone; of any other the rest must still be price times quantity within one fen, as it was when it was charged.
 */
export function restOf<L extends Pick<BillLine, 'lineNumber' | 'quantityE4' | 'unitPriceMicroYuan' | 'amountFen'>>(
  lines: readonly L[],
  refunded: readonly RefundedLine[],
): Rest<L> | { readonly refused: Refusal } {
  const left = new Map(lines.map((line) => [line.lineNumber, line]));
  const seen = new Set<number>();
  for (const { lineNumber, quantityE4, amountFen } of refunded) {
    const line = left.get(lineNumber);
    const taken = line && !seen.has(lineNumber) && quantityE4 > 0n && amountFen > 0n;
    if (!taken) return invalid(lineNumber);
    seen.add(lineNumber);
    const rest = { ...line, quantityE4: line.quantityE4 - quantityE4, amountFen: fen(line.amountFen - amountFen) };
    const gone = rest.quantityE4 === 0n && rest.amountFen === 0n;
    const holds = rest.quantityE4 > 0n && rest.amountFen > 0n && lineAmountHolds(rest);
    if (!gone && !holds) return invalid(lineNumber);
    if (gone) left.delete(lineNumber);
    else left.set(lineNumber, rest);
  }
  const totalFen = sumFen([...left.values()].map(({ amountFen }) => amountFen));
  return { lines: totalFen === 0n ? [] : [...left.values()], totalFen };
}

function invalid(lineNumber: number): { readonly refused: Refusal } {
  return { refused: { reason: 'REFUND_LINE_INVALID', params: { line: String(lineNumber) } } };
}
