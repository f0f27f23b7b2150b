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
  examiningInstitutionCode: '',
  diseaseCode: '',
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
  trauma: null,
  midStay: false,
  hospitalPartFen: fen(0n),
  totalFen: fen(3252n),
  lines: [line()],
  ...change,
});

const HOSPITAL = { institutionCode: 'H11010500001', province: '110000' };
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
    [
      'of an injury that a third party is liable for is refused',
      { trauma: { thirdParty: true, pledgedAt: at } },
      'TRAUMA_THIRD_PARTY',
    ],
    [
      'of an injury without a pledge is refused',
      { trauma: { thirdParty: false, pledgedAt: null } },
      'TRAUMA_PLEDGE_MISSING',
    ],
    [
      'of an injury whose pledge is signed after the settlement is refused',
      { trauma: { thirdParty: false, pledgedAt: new Date('2026-11-22T04:15:00.001Z') } },
      'TRAUMA_PLEDGE_MISSING',
    ],
    ['of an injury that is pledged is taken', { trauma: { thirdParty: false, pledgedAt: now } }, undefined],
    ['of a part of no stay is refused', { midStay: true }, 'MID_STAY_INVALID'],
    ['of a part of a stay is taken', { midStay: true, visitKind: 'INPATIENT' }, undefined],
    ['whose hospital bears less than nothing is refused', { hospitalPartFen: fen(-1n) }, 'HOSPITAL_PART_INVALID'],
    ['whose hospital bears more than the total is refused', { hospitalPartFen: fen(3253n) }, 'HOSPITAL_PART_INVALID'],
    ['whose hospital bears all is taken', { hospitalPartFen: fen(3252n) }, undefined],
    [
      'with a line of a disease that it isn’t of is refused',
      { lines: [line({ diseaseCode: 'M03900' })] },
      'BILL_LINE_OTHER_DISEASE',
    ],
    [
      'of a chronic disease with a line of another is refused',
      { visitKind: 'CHRONIC', diseaseCode: 'M01600', lines: [line({ diseaseCode: 'M03900' })] },
      'BILL_LINE_OTHER_DISEASE',
    ],
    [
      'of a chronic disease with a line of the same is taken',
      { visitKind: 'CHRONIC', diseaseCode: 'M03900', lines: [line({ diseaseCode: 'M03900' })] },
      undefined,
    ],
    [
      'of a stay that another hospital of the province examined is taken',
      { visitKind: 'INPATIENT', lines: [line({ examiningInstitutionCode: 'H11010800002' })] },
      undefined,
    ],
    [
      'of a visit that another hospital examined is refused',
      { lines: [line({ examiningInstitutionCode: 'H11010800002' })] },
      'EXAMINING_INSTITUTION_INVALID',
    ],
    [
      'of a stay that a hospital of another province examined is refused',
      { visitKind: 'INPATIENT', lines: [line({ examiningInstitutionCode: 'H31010800002' })] },
      'EXAMINING_INSTITUTION_INVALID',
    ],
    [
      'of a stay that a pharmacy examined is refused',
      { visitKind: 'INPATIENT', lines: [line({ examiningInstitutionCode: 'P11010800002' })] },
      'EXAMINING_INSTITUTION_INVALID',
    ],
  ])('%s', (_, change, reason) => expect(billProblem(bill(change), HOSPITAL, now)?.reason).toBe(reason));
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

describe('a pharmacy', () => {
  it.each([
    ['OUTPATIENT', undefined],
    ['CHRONIC', undefined],
    ['INPATIENT', 'PHARMACY_KIND_INVALID'],
  ] as const)('that settles %s ends with %s', (visitKind, reason) =>
    expect(billProblem(bill({ visitKind }), { ...HOSPITAL, institutionCode: 'P11010500001' }, now)?.reason).toBe(
      reason,
    ),
  );
});
