import { fen, ZERO_FEN } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { netFees, netsProblem } from './fee-netting.js';
import { planBill, splitProblem, type PlannedBill, type VisitBill } from './visit-bill.js';
import type { Fee, Visit } from './visit.entity.js';

const DAY = new Date('2026-03-01T02:00:00Z');
const VISIT: Visit = {
  personId: 'p',
  visitId: 'v',
  institutionCode: 'H11010500001',
  insuredRegion: '610100',
  treatingRegion: '110105',
  visitNumber: 'V1',
  visitKind: 'OUTPATIENT',
  state: 'OPEN',
  emergency: false,
  admittedAt: DAY,
  endedAt: null,
  trauma: null,
  insuredAs: null,
  openedBy: 'o',
  openedAt: DAY,
  revision: 0,
};
const keyOfDisease = (code: string): string => (code === '' ? '' : `key of ${code}`);
const diagnosed = { diseaseCode: 'M03900', diagnoses: [], feeDiseases: ['M03900', 'M01600'] };

/** So many pieces at 1.00 yuan each. */
function fee(serial: string, pieces: bigint, change: Partial<Fee> = {}): Fee {
  const amountFen = fen(pieces * 100n);
  const split = {
    fullSelfPayFen: ZERO_FEN,
    overCeilingFen: ZERO_FEN,
    firstSelfPayFen: ZERO_FEN,
    inScopeFen: amountFen,
  };
  return {
    feeId: `id of ${serial}`,
    serial,
    refundsSerial: '',
    batch: '',
    diseaseKey: '',
    settlementId: null,
    line: {
      nationalCode: '001102000050000',
      hospitalCode: '',
      examiningInstitutionCode: '',
      approved: false,
      quantityE4: pieces * 10_000n,
      unitPriceMicroYuan: 1_000_000n,
      amountFen,
      occurredAt: DAY,
      itemClass: 'A',
      chargeCategory: '03',
      catalogueRule: 'ENTRY',
      catalogueSequence: 1,
      split,
    },
    ...change,
  };
}

const refund = (serial: string, of: string, pieces: bigint): Fee => fee(serial, -pieces, { refundsSerial: of });
const asking = (declared: bigint, change: Partial<VisitBill> = {}): VisitBill => ({
  batch: '',
  diseaseCode: '',
  unrelated: false,
  useAccount: false,
  midStay: false,
  endedAt: null,
  declaredTotalFen: fen(declared),
  declaredSplit: null,
  hospitalPartFen: ZERO_FEN,
  ...change,
});

function planned(fees: readonly Fee[], asked: VisitBill, visit: Partial<Visit> = {}): PlannedBill {
  const plan = planBill({ visit: { ...VISIT, ...visit }, diagnosed, keyOfDisease }, fees, asked);
  if ('refused' in plan) throw new Error(plan.refused.reason);
  return plan;
}

function reasonOf(fees: readonly Fee[], asked: VisitBill, visit: Partial<Visit> = {}): unknown {
  const plan = planBill({ visit: { ...VISIT, ...visit }, diagnosed, keyOfDisease }, fees, asked);
  return 'refused' in plan ? plan.refused : 'settles';
}

const chronic = { visitKind: 'CHRONIC' as const };
const stay = { visitKind: 'INPATIENT' as const };
const hypertension = { batch: 'B1', diseaseKey: keyOfDisease('M03900') };
const diabetes = { batch: 'B2', diseaseKey: keyOfDisease('M01600') };

describe('the bill of a visit', () => {
  it('nets what was taken back, leaves out what was taken back whole, and settles both', () => {
    const fees = [fee('1', 5n), refund('2', '1', 2n), fee('3', 4n), refund('4', '3', 4n), fee('5', 1n)];
    const plan = planned(fees, asking(400n));
    expect(plan.bill.lines.map(({ lineNumber, quantityE4, amountFen }) => [lineNumber, quantityE4, amountFen])).toEqual(
      [
        [1, 30_000n, 300n],
        [2, 10_000n, 100n],
      ],
    );
    expect(plan.feeIds).toEqual(['id of 1', 'id of 2', 'id of 5']);
    expect(plan.toEnd).toBe(true);
  });

  it('is of one batch where one is named, and then not the end of the visit', () => {
    const fees = [fee('1', 5n, { batch: 'B1' }), fee('2', 3n, { batch: 'B2' })];
    expect(planned(fees, asking(300n, { batch: 'B2' }))).toMatchObject({ feeIds: ['id of 2'], toEnd: false });
  });

  it('is of one disease, or of an ordinary visit for what treats none', () => {
    const fees = [fee('1', 5n, hypertension), fee('2', 3n, diabetes), fee('3', 2n, { batch: 'B3' })];
    const bill = (asked: VisitBill) => planned(fees, asked, chronic).bill;
    expect(bill(asking(300n, { diseaseCode: 'M01600' }))).toMatchObject({
      visitKind: 'CHRONIC',
      diseaseCode: 'M01600',
    });
    expect(bill(asking(500n, { batch: 'B1' }))).toMatchObject({ visitKind: 'CHRONIC', diseaseCode: 'M03900' });
    expect(bill(asking(200n, { unrelated: true }))).toMatchObject({ visitKind: 'OUTPATIENT', diseaseCode: '' });
    expect(bill(asking(200n, { ordinary: true }))).toMatchObject({ visitKind: 'OUTPATIENT', diseaseCode: '' });
  });

  it('asked for as ordinary care is of all fees of an ordinary visit', () => {
    expect(planned([fee('1', 5n), fee('2', 3n)], asking(800n, { ordinary: true })).toEnd).toBe(true);
  });

  it('says which batches to settle apart, and names no disease', () => {
    const fees = [fee('1', 5n, hypertension), fee('2', 3n, diabetes), fee('3', 2n)];
    const expected = { reason: 'VISIT_DISEASES_MIXED', params: { batches: '-, B1, B2' } };
    expect(reasonOf(fees, asking(1_000n), chronic)).toEqual(expected);
    expect(reasonOf([fee('3', 2n)], asking(200n), chronic)).toMatchObject({ reason: 'VISIT_DISEASES_MIXED' });
  });

  it.each<[string, readonly Fee[], VisitBill, Partial<Visit>, object]>([
    ['no fees', [], asking(0n), {}, { reason: 'VISIT_NOTHING_TO_SETTLE' }],
    ['settled fees', [fee('1', 1n, { settlementId: 's' })], asking(100n), {}, { reason: 'VISIT_NOTHING_TO_SETTLE' }],
    ['fees taken back', [fee('1', 1n), refund('2', '1', 1n)], asking(0n), {}, { reason: 'VISIT_NOTHING_TO_SETTLE' }],
    ['another batch', [fee('1', 1n)], asking(100n, { batch: 'B' }), {}, { reason: 'VISIT_NOTHING_TO_SETTLE' }],
    [
      'another total',
      [fee('1', 1n)],
      asking(101n),
      {},
      { reason: 'BILL_TOTAL_MISMATCH', params: { linesFen: '100', totalFen: '101' } },
    ],
    ['no discharge', [fee('1', 1n)], asking(100n), stay, { reason: 'VISIT_NOT_DISCHARGED' }],
    ['a part of what is no stay', [fee('1', 1n)], asking(100n, { midStay: true }), {}, { reason: 'MID_STAY_INVALID' }],
    [
      'a disease of no chronic visit',
      [fee('1', 1n)],
      asking(100n, { unrelated: true }),
      {},
      { reason: 'REQUEST_MALFORMED' },
    ],
  ])('is refused for %s', (_, fees, asked, visit, expected) => {
    expect(reasonOf(fees, asked, visit)).toMatchObject(expected);
  });

  it('has no more lines than a bill takes', () => {
    const fees = Array.from({ length: 5_001 }, (_, index) => fee(String(index), 1n));
    expect(reasonOf(fees, asking(500_100n))).toEqual({
      reason: 'VISIT_TOO_LARGE',
      params: { count: '5001', limit: '5000' },
    });
  });

  it('of a part of a stay has what arose by its end and ends then; the last one has the rest and ends with the discharge', () => {
    const later = new Date(DAY.getTime() + 3_600_000);
    const early = fee('1', 1n);
    const fees = [early, fee('2', 2n, { line: { ...fee('2', 2n).line, occurredAt: later } })];
    const part = planned(fees, asking(100n, { midStay: true, endedAt: DAY }), stay);
    expect([part.bill.endedAt, part.feeIds, part.toEnd]).toEqual([DAY, ['id of 1'], false]);
    const open = planned(fees, asking(300n, { midStay: true }), stay);
    expect([open.bill.endedAt, open.toEnd]).toEqual([later, false]);
    const last = planned(fees.slice(1), asking(200n, { endedAt: DAY }), { ...stay, endedAt: later });
    expect([last.bill.endedAt, last.toEnd]).toEqual([later, true]);
  });

  it('is divided as the hospital says, or the first part that differs is named in fen', () => {
    const { split } = fee('1', 1n).line;
    expect(splitProblem(split, null)).toBeNull();
    expect(splitProblem(split, split)).toBeNull();
    expect(splitProblem(split, { ...split, inScopeFen: fen(99n) })).toEqual({
      reason: 'BILL_TOTAL_MISMATCH',
      params: { linesFen: '100', totalFen: '99' },
    });
  });
});

describe('refunds', () => {
  it.each<[string, readonly Fee[]]>([
    ['name no fee', [refund('2', '1', 1n)]],
    ['take back more than there is', [fee('1', 2n), refund('2', '1', 1n), refund('3', '1', 2n)]],
    ['are of a settled fee', [fee('1', 2n, { settlementId: 's' }), refund('2', '1', 1n)]],
    ['are of another disease', [fee('1', 2n, hypertension), refund('2', '1', 1n)]],
    ['refund a refund', [fee('1', 2n), refund('2', '1', 1n), refund('3', '2', 1n)]],
  ])('can’t stand that %s', (_, fees) => {
    expect(netsProblem(fees)).not.toBeNull();
    expect(netsProblem([...fees].reverse())).not.toBeNull();
  });

  it('can’t leave an amount without a quantity, nor a price that is no longer the fee’s', () => {
    const [original, back] = [fee('1', 2n), refund('2', '1', 2n)];
    expect(netsProblem([original, { ...back, line: { ...back.line, amountFen: fen(-199n) } }])).not.toBeNull();
    expect(netsProblem([original, { ...back, line: { ...back.line, unitPriceMicroYuan: 999_999n } }])).not.toBeNull();
    expect(netsProblem([original, back])).toBeNull();
  });
});

/** Fees with refunds of theirs that leave at least one piece, so that there is always a bill. */
const uploads = fc
  .array(fc.record({ pieces: fc.bigInt(1n, 500n), back: fc.bigInt(0n, 400n), late: fc.integer({ min: 0, max: 3 }) }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((entries) =>
    entries.flatMap(({ pieces, back, late }, index) => {
      const at = { occurredAt: new Date(DAY.getTime() + late * 1_000) };
      const original = fee(`F${index}`, pieces + back);
      const all = [{ ...original, line: { ...original.line, ...at } }];
      return back === 0n ? all : [...all, refund(`R${index}`, `F${index}`, back)];
    }),
  );
const sumOf = (fees: readonly Fee[]): bigint => fees.reduce((sum, { line }) => sum + line.amountFen, 0n);

describe('of any fees', () => {
  it('the lines are positive and sum exactly to what was charged less what was taken back', () => {
    fc.assert(
      fc.property(uploads, (fees) => {
        const { bill, feeIds } = planned(fees, asking(sumOf(fees)));
        expect(bill.lines.every(({ quantityE4, amountFen }) => quantityE4 > 0n && amountFen > 0n)).toBe(true);
        expect(bill.lines.reduce((sum, { amountFen }) => sum + amountFen, 0n)).toBe(sumOf(fees));
        expect(bill.lines.map(({ lineNumber }) => lineNumber)).toEqual(bill.lines.map((_, index) => index + 1));
        expect(new Set(feeIds).size).toBe(fees.length);
      }),
    );
  });

  it('the order of upload changes nothing', () => {
    const shuffled = uploads.chain((fees) =>
      fc.tuple(fc.constant(fees), fc.shuffledSubarray([...fees], { minLength: fees.length, maxLength: fees.length })),
    );
    fc.assert(
      fc.property(shuffled, ([fees, others]) => {
        const asked = asking(sumOf(fees));
        expect(netsProblem(others)).toBeNull();
        expect(planned(others, asked).bill).toEqual(planned(fees, asked).bill);
      }),
    );
  });

  it('taking some out and adding the same again gives the same bill', () => {
    fc.assert(
      fc.property(uploads, fc.nat(), (fees, at) => {
        const gone = netFees(fees)[at % netFees(fees).length];
        const ids = new Set([gone?.fee, ...(gone?.refunds ?? [])].map((one) => one?.feeId));
        const kept = fees.filter(({ feeId }) => !ids.has(feeId));
        const again = fees
          .filter(({ feeId }) => ids.has(feeId))
          .map((one) => ({ ...one, feeId: `again ${one.feeId}` }));
        expect(planned([...kept, ...again], asking(sumOf(fees))).bill).toEqual(planned(fees, asking(sumOf(fees))).bill);
      }),
    );
  });
});
