import { fen } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { billProblem, type Bill, type BillLine } from './bill-rules.js';

const now = new Date('2026-11-22T04:00:00Z');
const at = new Date('2026-11-22T03:00:00Z');
const line = (change: Partial<BillLine> = {}): BillLine => ({
  lineNumber: 1,
  nationalCode: '001102000050000',
  quantityE4: 20_000n,
  unitPriceMicroYuan: 16_260_000n,
  amountFen: fen(3252n),
  occurredAt: at,
  ...change,
});
const bill = (change: Partial<Bill> = {}): Bill => ({
  personId: 'p',
  insuredRegion: '131000',
  visitNumber: 'v',
  visitKind: 'OUTPATIENT',
  emergency: false,
  diseaseCode: '',
  diagnoses: [],
  admittedAt: at,
  endedAt: at,
  totalFen: fen(3252n),
  lines: [line()],
  ...change,
});

describe('a bill', () => {
  it.each<[string, Partial<Bill>, string | undefined]>([
    ['whose lines sum to its total is taken', {}, undefined],
    ['whose lines fall short is refused', { totalFen: fen(3253n) }, 'BILL_TOTAL_MISMATCH'],
    [
      'of nothing is refused',
      { totalFen: fen(0n), lines: [line({ amountFen: fen(0n), unitPriceMicroYuan: 0n })] },
      'BILL_TOTAL_MISMATCH',
    ],
    [
      'with a line two fen off its price is refused',
      { lines: [line({ amountFen: fen(3254n) })], totalFen: fen(3254n) },
      'BILL_LINE_MISMATCH',
    ],
    ['with a line one fen off is taken', { lines: [line({ amountFen: fen(3251n) })], totalFen: fen(3251n) }, undefined],
    ['with a repeated line number is refused', { lines: [line(), line()], totalFen: fen(6504n) }, 'BILL_LINE_MISMATCH'],
    [
      'with a negative line is refused',
      { lines: [line({ quantityE4: -20_000n, amountFen: fen(-3252n) })], totalFen: fen(-3252n) },
      'BILL_LINE_MISMATCH',
    ],
    ['that ends before it begins is refused', { endedAt: new Date('2026-11-22T02:59:59Z') }, 'BILL_PERIOD_INVALID'],
    ['that ends in the future is refused', { endedAt: new Date('2026-11-22T04:16:00Z') }, 'BILL_PERIOD_INVALID'],
  ])('%s', (_, change, reason) => expect(billProblem(bill(change), now)?.reason).toBe(reason));
});
