import { fen } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { billProblem, insuredDiffers, type Bill, type BillLine, type InsuredAs } from './bill-rules.js';

const now = new Date('2026-11-22T04:00:00Z');
const at = new Date('2026-11-22T03:00:00Z');
const line = (change: Partial<BillLine> = {}): BillLine => ({
  lineNumber: 1,
  nationalCode: '001102000050000',
  hospitalCode: '',
  approved: false,
  quantityE4: 20_000n,
  unitPriceMicroYuan: 16_260_000n,
  amountFen: fen(3252n),
  occurredAt: at,
  ...change,
});
const bill = (change: Partial<Bill> = {}): Bill => ({
  personId: 'p',
  insuredRegion: '131000',
  insuredAs: null,
  visitNumber: 'v',
  visitKind: 'OUTPATIENT',
  emergency: false,
  diseaseCode: '',
  diagnoses: [],
  admittedAt: at,
  endedAt: at,
  useAccount: false,
  totalFen: fen(3252n),
  lines: [line()],
  ...change,
});

const yesterday = new Date('2026-11-21T03:00:00Z');
const feeAt = (instant: string): Partial<Bill> => ({ lines: [line({ occurredAt: new Date(instant) })] });

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
    ['with a fee of the visit’s first moment is taken', feeAt('2026-11-21T16:00:00Z'), undefined],
    ['with a fee of the day before is refused', feeAt('2026-11-21T15:59:59.999Z'), 'BILL_PERIOD_INVALID'],
    ['with a fee as late as clocks may run ahead is taken', feeAt('2026-11-22T04:15:00Z'), undefined],
    ['with a fee later than that is refused', feeAt('2026-11-22T04:15:00.001Z'), 'BILL_PERIOD_INVALID'],
    [
      'with a fee of the day after its end is refused',
      { ...feeAt('2026-11-21T16:00:00Z'), admittedAt: yesterday, endedAt: yesterday },
      'BILL_PERIOD_INVALID',
    ],
    [
      'of a stay with an examination 30 days before it is taken',
      { ...feeAt('2026-10-22T16:00:00Z'), visitKind: 'INPATIENT' },
      undefined,
    ],
    [
      'of a stay with an examination 31 days before it is refused',
      { ...feeAt('2026-10-22T15:59:59Z'), visitKind: 'INPATIENT' },
      'BILL_PERIOD_INVALID',
    ],
  ])('%s', (_, change, reason) => expect(billProblem(bill(change), now)?.reason).toBe(reason));
});

describe('how a person is insured', () => {
  const home: InsuredAs = { insurance: 'EMPLOYEE', personType: 'ACTIVE' };
  it.each<[string, InsuredAs | null, boolean]>([
    ['named as the home province says it is agreed', { insurance: 'EMPLOYEE', personType: 'ACTIVE' }, false],
    ['named as another person type differs', { insurance: 'EMPLOYEE', personType: 'RETIREE' }, true],
    ['named as another insurance differs', { insurance: 'RESIDENT', personType: 'RESIDENT' }, true],
    ['not named can’t differ', null, false],
  ])('%s', (_, insuredAs, differs) => expect(insuredDiffers(bill({ insuredAs }), home)).toBe(differs));
});
