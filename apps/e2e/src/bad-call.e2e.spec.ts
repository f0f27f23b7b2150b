import { randomUUID } from 'node:crypto';
import type { Actor } from '@yiditong/access';
import { encodeInstant } from '@yiditong/chassis';
import { provinceOf, REASONS, type Reason } from '@yiditong/codes';
import { MAX_BILL_FEN, parseDecimal } from '@yiditong/money';
import { generateDay, loadSample } from '@yiditong/tools';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { quietBooks, type Books } from './books.js';
import { againAsNewVisit, HospitalDesk, newMessageId, type Visit } from './hospital-desk.js';
import { bytesOf, RawRpc, type RawAnswer } from './raw-rpc.js';
import { SHARED_DAY } from './stack.global.js';
import {
  changed,
  messageOfYesterday,
  prepareRecords,
  suspend,
  type Opened,
  type StandingRecords,
} from './standing-records.js';

const { document, databases, identityKey, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const rpc = new RawRpc(document, identityKey, 'settlement');

let standing: StandingRecords;
let before: Books;
/** How the catalogue divides the fees of the visit in the clinic. */
let split: Readonly<Record<Part, bigint>>;
beforeAll(async () => {
  standing = await prepareRecords(desk);
  split = await splitOf(standing.openClinic);
  before = await quietBooks(databases);
});
afterAll(() => rpc.close());

type Body = Readonly<Record<string, unknown>>;
/** A call that would be answered as it stands. */
type Call = { readonly body: Body; readonly by: Actor };

const SETTLEMENTS = '/yiditong.settlement.v1.SettlementService/';
const VISITS = '/yiditong.settlement.v1.VisitService/';
const MOST = 2n ** 63n - 1n;
const LEAST = -(2n ** 63n);
const NO_ENUM = 99;
const NUL = '甲\u0000';
const LONG = '长'.repeat(3_000);
const DIAGNOSIS = { code: 'I10.x00x002', name: '高血压病1级' };
const FRESH = 'E2E-FRESH';

const hospital = (institution: string): Actor => ({
  role: 'hospital',
  region: provinceOf(institution.slice(1, 7)),
  subject: `${institution}-01`,
  institution,
});
const bureau = (): Actor => {
  const region = provinceOf(standing.clinic.institutionCode.slice(1, 7));
  return { role: 'bureau', region, subject: `bureau-${region}`, rank: 'supervisor' };
};
const at = (instant: string) => encodeInstant(new Date(instant));
const tomorrow = () => encodeInstant(new Date(Date.now() + 86_400_000));

/** A call by the hospital that treated the patient, under a new message id. */
function from({ institutionCode }: Visit, body: Body): Call {
  return {
    body: { institutionCode, messageId: newMessageId(institutionCode), ...body },
    by: hospital(institutionCode),
  };
}
/** The same without a message id, for what writes nothing. */
function readBy({ institutionCode }: Visit, body: Body): Call {
  return { body: { institutionCode, ...body }, by: hospital(institutionCode) };
}
function ofVisit({ patient, visitId }: Opened, body: Body): Call {
  return from(patient, { visitId, personId: patient.bill.personId, ...body });
}

function linesOf({ bill }: Visit) {
  return bill.lines.map(({ lineNumber, nationalCode, quantity, unitPriceYuan, amountFen, occurredAt }) => ({
    lineNumber,
    nationalCode,
    quantityE4: parseDecimal(quantity, 4) ?? 0n,
    unitPriceMicroYuan: parseDecimal(unitPriceYuan, 6) ?? 0n,
    amountFen: BigInt(amountFen),
    occurredAt: at(occurredAt),
  }));
}

function patientOf(patient: Visit) {
  const { personId, insuredRegion, visitNumber, visitKind, emergency, diseaseCode, admittedAt } =
    againAsNewVisit(patient).bill;
  return {
    personId,
    insuredRegion,
    visitNumber,
    visitKind: `VISIT_KIND_${visitKind}`,
    emergency,
    diseaseCode: diseaseCode ?? '',
    admittedAt: at(admittedAt),
    diagnoses: [DIAGNOSIS],
    trauma: { thirdParty: false, pledgedAt: at(admittedAt) },
  };
}

function billOf(patient: Visit) {
  const { endedAt, totalFen } = patient.bill;
  return { ...patientOf(patient), endedAt: at(endedAt), totalFen: BigInt(totalFen), lines: linesOf(patient) };
}

function feesOf(patient: Visit, batch: string, diseaseCode = '') {
  return linesOf(patient).map((one, index) => ({
    serial: `${FRESH}-${index}`,
    batch,
    line: { ...one, diseaseCode },
  }));
}

const PARTS = ['fullSelfPayFen', 'overCeilingFen', 'firstSelfPayFen', 'inScopeFen'] as const;
type Part = (typeof PARTS)[number];

async function splitOf({ patient, visitId }: Opened): Promise<Record<Part, bigint>> {
  const { fees } = await desk.api.get<{ fees: readonly { readonly split: Readonly<Record<Part, string>> }[] }>(
    `/v1/visits/${visitId}/fees?limit=1000`,
    desk.token(patient.institutionCode),
  );
  const sums = PARTS.map((part) => [part, fees.reduce((sum, fee) => sum + BigInt(fee.split[part]), 0n)]);
  return Object.fromEntries(sums) as Record<Part, bigint>;
}

function visitBill(of: Opened, changes: Body = {}) {
  const { personId, endedAt, totalFen } = of.patient.bill;
  return {
    visitId: of.visitId,
    personId,
    endedAt: at(endedAt),
    declaredTotalFen: BigInt(totalFen),
    ...changes,
  };
}

/** A bill that would be settled, were its visit not settled already: which is looked at after all else that is tried here. */
const settledBill = () => ({
  ...billOf(standing.clinic),
  visitNumber: standing.settled.patient.bill.visitNumber,
});
/** A bill of a visit's fees that would be settled, bore the hospital not more than there is. */
const unbearableBill = () =>
  visitBill(standing.openClinic, {
    declaredSplit: split,
    hospitalPartFen: BigInt(standing.clinic.bill.totalFen) + 1n,
  });

/** A call of each RPC that is right in every field; those that write are refused at the last, so that none writes. */
const GOOD = {
  [`${SETTLEMENTS}PreSettle` as const]: () => readBy(standing.clinic, { bill: settledBill() }),
  [`${SETTLEMENTS}Settle` as const]: () => from(standing.clinic, { bill: settledBill() }),
  [`${SETTLEMENTS}Cancel` as const]: () =>
    from(standing.clinic, { settlementId: standing.cancelled.settlementId, reason: '再次要求退费' }),
  [`${SETTLEMENTS}Refund` as const]: () =>
    from(standing.clinic, { settlementId: standing.cancelled.settlementId, lines: [refundLine()], reason: '退药' }),
  [`${SETTLEMENTS}Reverse` as const]: () =>
    from(standing.clinic, { originalMessageId: standing.reversed.patient.messageId }),
  [`${SETTLEMENTS}GetOutcome` as const]: () =>
    readBy(standing.clinic, { messageId: standing.settled.patient.messageId }),
  [`${SETTLEMENTS}GetSettlement` as const]: () => ({
    body: { settlementId: standing.settled.settlementId },
    by: hospital(standing.clinic.institutionCode),
  }),
  [`${SETTLEMENTS}ListSettledLines` as const]: () => ({
    body: { settlementId: standing.settled.settlementId, after: 0, limit: 10 },
    by: hospital(standing.clinic.institutionCode),
  }),
  [`${SETTLEMENTS}ListSettlements` as const]: () => ({
    body: { businessDate: '2026-01-01', after: '', limit: 10 },
    by: bureau(),
  }),
  [`${VISITS}OpenVisit` as const]: () => openVisit({ visitNumber: standing.openClinic.patient.bill.visitNumber }),
  [`${VISITS}ChangeVisit` as const]: () =>
    ofVisit(standing.cancelledVisit, { diagnoses: [DIAGNOSIS], trauma: { thirdParty: false } }),
  [`${VISITS}CancelVisit` as const]: () => ofVisit(standing.openClinic, {}),
  [`${VISITS}AddFees` as const]: () =>
    ofVisit(standing.openClinic, {
      fees: feesOf(standing.clinic, 'A')
        .slice(0, 1)
        .map((fee) => ({ ...fee, serial: 'F1' })),
    }),
  [`${VISITS}RemoveFees` as const]: () => ofVisit(standing.openClinic, { serials: ['F1'] }),
  [`${VISITS}PreSettleVisit` as const]: () => readBy(standing.clinic, { bill: unbearableBill() }),
  [`${VISITS}SettleVisit` as const]: () => from(standing.clinic, { bill: unbearableBill() }),
  [`${VISITS}GetVisit` as const]: () => readBy(standing.clinic, { visitId: standing.openClinic.visitId }),
  [`${VISITS}ListFees` as const]: () =>
    readBy(standing.clinic, { visitId: standing.openClinic.visitId, after: '', limit: 10 }),
};
type Path = keyof typeof GOOD;
const CALLS: Readonly<Record<Path, () => Call>> = GOOD;

const PATHS = Object.keys(CALLS) as Path[];

const ask = (path: Path, { body, by }: Call): Promise<RawAnswer> => rpc.call(by, path, body);

/** What gRPC says of a refusal for that reason, and the reason. */
const refused = (reason: Reason): unknown => ({ status: REASONS[reason].rpc, reason });
const told = ({ status, reason }: RawAnswer): unknown => ({ status, reason });

/** Of a field: the reason without it, null where it may be missing; and what else is wrong, malformed requests unless said. */
type Wrong = readonly [how: string, value: unknown, reason?: Reason];
type Field = readonly [path: string, missing: Reason | null, ...wrong: Wrong[]];

const int64 = (reason: Reason): readonly Wrong[] => [
  ['the largest int64', MOST, reason],
  ['the smallest int64', LEAST, reason],
  ['2^53 + 1', 2n ** 53n + 1n, reason],
];
const instant = (path: string, missing: Reason | null): Field => [
  path,
  missing,
  ['of 1899', at('1899-12-31T00:00:00Z')],
  ['of 3000', at('3000-01-01T00:00:00Z')],
  ['of the largest int64', { seconds: MOST, nanos: 0 }],
  ['of the smallest int64', { seconds: LEAST, nanos: 0 }],
  ['of less than no nanoseconds', { ...at('2026-01-01T00:00:00Z'), nanos: -1 }],
  ['of more nanoseconds than a second', { ...at('2026-01-01T00:00:00Z'), nanos: 1_000_000_000 }],
];
const PERSON_ID: Field = ['personId', 'REQUEST_MALFORMED', ['malformed', '42'], ['oversized', `${randomUUID()}0`]];
const VISIT_ID: Field = ['visitId', 'REQUEST_MALFORMED', ['malformed', '42'], ['oversized', `${randomUUID()}0`]];
const SETTLEMENT_ID: Field = [
  'settlementId',
  'SETTLEMENT_NOT_FOUND',
  ['malformed', '42', 'SETTLEMENT_NOT_FOUND'],
  ['oversized', LONG, 'SETTLEMENT_NOT_FOUND'],
];
const REASON_GIVEN: Field = [
  'reason',
  'REQUEST_MALFORMED',
  ['malformed', NUL],
  ['blank', ' '],
  ['oversized', '长'.repeat(201)],
];
const DISEASE: readonly Wrong[] = [
  ['malformed', 'X1'],
  ['oversized', 'M016000'],
  ['another visit’s', 'M01600'],
];

const within = (of: string, fields: readonly Field[]): readonly Field[] =>
  fields.map(([path, ...rest]) => [`${of}.${path}`, ...rest] as const);

const PATIENT: readonly Field[] = [
  PERSON_ID,
  [
    'insuredRegion',
    'REGION_UNKNOWN',
    ['malformed', '99zz00', 'REGION_UNKNOWN'],
    ['oversized', '4101001', 'REGION_UNKNOWN'],
  ],
  ['visitNumber', 'REQUEST_MALFORMED', ['malformed', 'E2E 1'], ['with a NUL', NUL], ['oversized', 'E'.repeat(31)]],
  ['visitKind', 'REQUEST_MALFORMED', ['unknown', NO_ENUM]],
  ['diseaseCode', null, ...DISEASE],
  ['diagnoses', null, ['oversized', Array.from({ length: 11 }, () => DIAGNOSIS)]],
  ['diagnoses.0.code', 'REQUEST_MALFORMED', ['malformed', '高血压'], ['oversized', 'I10.x00x0021']],
  ['diagnoses.0.name', 'REQUEST_MALFORMED', ['malformed', NUL], ['oversized', '长'.repeat(101)]],
  ['insurance', null, ['unknown', NO_ENUM], ['without a person type', 'INSURANCE_EMPLOYEE']],
  ['personType', null, ['unknown', NO_ENUM], ['without an insurance', 'PERSON_TYPE_ACTIVE']],
  instant('admittedAt', 'REQUEST_MALFORMED'),
  instant('trauma.pledgedAt', null),
];

const line = (mismatch: Reason): readonly Field[] => [
  ['nationalCode', 'REQUEST_MALFORMED', ['malformed', 'ASPIRIN-500'], ['oversized', 'X'.repeat(61)]],
  ['hospitalCode', null, ['malformed', NUL], ['oversized', 'Y'.repeat(61)]],
  ['quantityE4', mismatch, ...int64(mismatch)],
  ['unitPriceMicroYuan', mismatch, ...int64(mismatch)],
  ['amountFen', mismatch, ...int64(mismatch)],
  instant('occurredAt', 'REQUEST_MALFORMED'),
  ['examiningInstitutionCode', null, ['malformed', 'X11010500001'], ['oversized', 'H110105000011']],
  ['diseaseCode', null, ['malformed', 'X1'], ['oversized', 'M016000']],
];

const BILL: readonly Field[] = [
  ...PATIENT,
  instant('endedAt', 'REQUEST_MALFORMED'),
  ['totalFen', 'BILL_TOTAL_MISMATCH', ...int64('BILL_TOTAL_MISMATCH')],
  ['hospitalPartFen', null, ...int64('HOSPITAL_PART_INVALID')],
  ['lines', 'REQUEST_MALFORMED', ['oversized', Array.from({ length: 5_001 }, (_, n) => ({ lineNumber: n + 1 }))]],
  [
    'lines.0.lineNumber',
    'REQUEST_MALFORMED',
    ['negative', -1],
    ['beyond 5,000', 5_001],
    ['the largest int32', 2 ** 31 - 1],
  ],
  ...within('lines.0', line('BILL_LINE_MISMATCH')),
];

const VISIT_BILL: readonly Field[] = [
  VISIT_ID,
  PERSON_ID,
  ['batch', null, ['malformed', NUL], ['oversized', 'A'.repeat(31)]],
  ['diseaseCode', null, ...DISEASE],
  instant('endedAt', null),
  ['declaredTotalFen', 'BILL_TOTAL_MISMATCH', ...int64('BILL_TOTAL_MISMATCH')],
  ...PARTS.map((part): Field => [`declaredSplit.${part}`, null, ...int64('BILL_TOTAL_MISMATCH')]),
];

const PAGE: readonly Field[] = [
  ['limit', 'REQUEST_MALFORMED', ['negative', -1], ['beyond 1,000', 1_001], ['the largest int32', 2 ** 31 - 1]],
];

/** Beside what every RPC has: the institution, and the message id where it writes. */
const FIELDS: Readonly<Record<Path, readonly Field[]>> = {
  [`${SETTLEMENTS}PreSettle`]: [['bill', 'REQUEST_MALFORMED'], ...within('bill', BILL)],
  [`${SETTLEMENTS}Settle`]: [['bill', 'REQUEST_MALFORMED'], ...within('bill', BILL)],
  [`${SETTLEMENTS}Cancel`]: [SETTLEMENT_ID, REASON_GIVEN],
  [`${SETTLEMENTS}Refund`]: [
    SETTLEMENT_ID,
    ['lines', 'REQUEST_MALFORMED', ['oversized', Array.from({ length: 5_001 }, (_, n) => ({ lineNumber: n + 1 }))]],
    [
      'lines.0.lineNumber',
      'REFUND_LINE_INVALID',
      ['negative', -1, 'REFUND_LINE_INVALID'],
      ['the largest int32', 2 ** 31 - 1, 'REFUND_LINE_INVALID'],
    ],
    ['lines.0.quantityE4', 'REFUND_LINE_INVALID', ...int64('REFUND_LINE_INVALID')],
    ['lines.0.amountFen', 'REFUND_LINE_INVALID', ...int64('REFUND_LINE_INVALID')],
    REASON_GIVEN,
  ],
  [`${SETTLEMENTS}Reverse`]: [
    [
      'originalMessageId',
      'MESSAGE_ID_INVALID',
      ['malformed', 'H'.repeat(30), 'MESSAGE_ID_INVALID'],
      ['oversized', LONG, 'MESSAGE_ID_INVALID'],
    ],
    ['personId', null, ['malformed', '42'], ['oversized', LONG]],
    ['originalKind', null, ['unknown', NO_ENUM]],
  ],
  [`${SETTLEMENTS}GetOutcome`]: [],
  [`${SETTLEMENTS}GetSettlement`]: [SETTLEMENT_ID],
  [`${SETTLEMENTS}ListSettledLines`]: [SETTLEMENT_ID, ['after', null, ['negative', -1]], ...PAGE],
  [`${SETTLEMENTS}ListSettlements`]: [
    ['businessDate', 'REQUEST_MALFORMED', ['malformed', '2026-02-30'], ['oversized', LONG]],
    ['after', null, ['malformed', '42'], ['oversized', LONG]],
    ...PAGE,
  ],
  [`${VISITS}OpenVisit`]: PATIENT,
  [`${VISITS}ChangeVisit`]: [
    VISIT_ID,
    PERSON_ID,
    instant('admittedAt', null),
    instant('endedAt', null),
    ['visitKind', null, ['unknown', NO_ENUM]],
    ['diseaseCode', null, ['malformed', 'X1'], ['oversized', 'M016000']],
    ['diagnoses', null, ['oversized', Array.from({ length: 11 }, () => DIAGNOSIS)]],
    ['diagnoses.0.code', 'REQUEST_MALFORMED', ['malformed', '高血压'], ['oversized', 'I10.x00x0021']],
    ['diagnoses.0.name', 'REQUEST_MALFORMED', ['malformed', NUL], ['oversized', '长'.repeat(101)]],
    instant('trauma.pledgedAt', null),
  ],
  [`${VISITS}CancelVisit`]: [VISIT_ID, PERSON_ID],
  [`${VISITS}AddFees`]: [
    VISIT_ID,
    PERSON_ID,
    ['fees', 'REQUEST_MALFORMED', ['oversized', Array.from({ length: 1_001 }, (_, n) => ({ serial: `F${n}` }))]],
    ['fees.0.serial', 'REQUEST_MALFORMED', ['malformed', NUL], ['oversized', 'F'.repeat(31)]],
    ['fees.0.refundsSerial', null, ['malformed', NUL], ['oversized', 'F'.repeat(31)]],
    ['fees.0.batch', null, ['malformed', NUL], ['oversized', 'A'.repeat(31)]],
    ['fees.0.line', 'REQUEST_MALFORMED'],
    ...within('fees.0.line', line('BILL_LINE_MISMATCH')),
  ],
  [`${VISITS}RemoveFees`]: [
    VISIT_ID,
    PERSON_ID,
    ['serials', 'REQUEST_MALFORMED', ['oversized', Array.from({ length: 1_001 }, (_, n) => `F${n}`)]],
    ['serials.0', null, ['malformed', NUL], ['oversized', 'F'.repeat(31)], ['empty', '']],
  ],
  [`${VISITS}PreSettleVisit`]: [['bill', 'REQUEST_MALFORMED'], ...within('bill', VISIT_BILL)],
  [`${VISITS}SettleVisit`]: [['bill', 'REQUEST_MALFORMED'], ...within('bill', VISIT_BILL)],
  [`${VISITS}GetVisit`]: [VISIT_ID],
  [`${VISITS}ListFees`]: [VISIT_ID, ['after', null, ['malformed', NUL], ['oversized', 'F'.repeat(31)]], ...PAGE],
};

const INSTITUTION: Field = [
  'institutionCode',
  'NOT_PERMITTED',
  ['malformed', 'H1', 'NOT_PERMITTED'],
  ['oversized', LONG, 'NOT_PERMITTED'],
  ['another’s', 'H46010600901', 'NOT_PERMITTED'],
];
const MESSAGE_ID: Field = [
  'messageId',
  'MESSAGE_ID_INVALID',
  ['malformed', 'H'.repeat(30), 'MESSAGE_ID_INVALID'],
  ['oversized', LONG, 'MESSAGE_ID_INVALID'],
  ['another’s', 'H46010600901202601010800000001', 'MESSAGE_ID_INVALID'],
];
const NO_INSTITUTION = /\/(GetSettlement|ListSettledLines|ListSettlements)$/;
const WRITES = PATHS.filter((path) => !/\/(PreSettle|Get|List)/.test(path));
const shortOf = (path: Path): string => path.slice(path.lastIndexOf('/') + 1);

const CASES = PATHS.flatMap((path) => {
  const shared = [
    ...(NO_INSTITUTION.test(path) ? [] : [INSTITUTION]),
    ...(WRITES.includes(path) || path.endsWith('GetOutcome') ? [MESSAGE_ID] : []),
  ];
  return [...shared, ...FIELDS[path]].flatMap(([field, missing, ...wrong]) => [
    ...(missing === null ? [] : [[shortOf(path), field, 'missing', missing, path, undefined] as const]),
    ...wrong.map(
      ([how, value, reason = 'REQUEST_MALFORMED']) => [shortOf(path), field, how, reason, path, value] as const,
    ),
  ]);
});

/** A malformed field is named in what is told, as its contract spells it. */
function named(field: string, { reason, params }: RawAnswer): unknown {
  if (reason !== 'REQUEST_MALFORMED') return true;
  const name = field.split('.').findLast((part) => /^[a-z]+$/i.test(part)) ?? '';
  const spelled = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return params['problem']?.includes(spelled) ? true : `${params['problem']} doesn’t name ${spelled}`;
}

describe('a call', () => {
  it.each(CASES)('of %s whose %s is %s is refused with %s', async (_rpc, field, _how, reason, path, value) => {
    const good = CALLS[path]();
    const answer = await ask(path, { ...good, body: changed(good.body, field, value) });
    expect(told(answer)).toEqual(refused(reason));
    expect(named(field, answer)).toBe(true);
  });

  it.each([`${SETTLEMENTS}Settle`, `${SETTLEMENTS}GetOutcome`, `${VISITS}AddFees`] as const)(
    'of %s with bytes that are no message is refused as malformed',
    async (path) => {
      const { by, body } = CALLS[path]();
      const wireTypeSeven = Buffer.from([0x0f]);
      const bytes = Buffer.concat([bytesOf(path, body), wireTypeSeven]);
      expect(told(await rpc.call(by, path, bytes))).toEqual(refused('REQUEST_MALFORMED'));
    },
  );

  it.each(WRITES)('of %s whose message id is not UTF-8 is refused', async (path) => {
    const good = CALLS[path]();
    const bytes = bytesOf(path, good.body);
    const place = bytes.indexOf(String(good.body['messageId']));
    const spoiled = Buffer.concat([bytes.subarray(0, place), Buffer.from([0xff]), bytes.subarray(place + 1)]);
    expect(told(await rpc.call(good.by, path, spoiled))).toEqual(refused('MESSAGE_ID_INVALID'));
  });
});

type Row = readonly [what: string, reason: Reason, path: Path, call: () => Call];

const bill = (of: 'clinic' | 'stay' | 'chronic', field: string, value: () => unknown) => (): Call =>
  from(standing[of], { bill: changed(billOf(standing[of]), field, value()) });

/** Each is refused by the trial of the bill first, for the same reason. */
const BILLS: readonly (readonly [what: string, reason: Reason, call: () => Call])[] = [
  [
    'whose lines don’t sum to its total',
    'BILL_TOTAL_MISMATCH',
    bill('clinic', 'totalFen', () => BigInt(standing.clinic.bill.totalFen) + 1n),
  ],
  ['of less than nothing', 'BILL_TOTAL_MISMATCH', bill('clinic', 'totalFen', () => -1n)],
  ['with a line of less than nothing', 'BILL_LINE_MISMATCH', bill('clinic', 'lines.0.amountFen', () => -1n)],
  [
    'with two lines of one number',
    'BILL_LINE_MISMATCH',
    bill('clinic', 'lines', () => linesOf(standing.clinic).map((one) => ({ ...one, lineNumber: 1 }))),
  ],
  [
    'with a price below nothing that rounds to nothing',
    'BILL_LINE_MISMATCH',
    bill('clinic', 'lines', () => [
      ...linesOf(standing.clinic),
      { ...linesOf(standing.clinic)[0], lineNumber: 99, quantityE4: 1n, unitPriceMicroYuan: -1n, amountFen: 0n },
    ]),
  ],
  [
    'of which the hospital bears less than nothing',
    'HOSPITAL_PART_INVALID',
    bill('clinic', 'hospitalPartFen', () => -1n),
  ],
  [
    'of which the hospital bears more than there is',
    'HOSPITAL_PART_INVALID',
    bill('clinic', 'hospitalPartFen', () => BigInt(standing.clinic.bill.totalFen) + 1n),
  ],
  [
    'for whose injury somebody else is liable',
    'TRAUMA_THIRD_PARTY',
    bill('clinic', 'trauma', () => ({ thirdParty: true })),
  ],
  ['of an injury without a pledge', 'TRAUMA_PLEDGE_MISSING', bill('clinic', 'trauma', () => ({ thirdParty: false }))],
  ['of an injury pledged for tomorrow', 'TRAUMA_PLEDGE_MISSING', bill('clinic', 'trauma.pledgedAt', tomorrow)],
  ['for a part of what is no stay', 'MID_STAY_INVALID', bill('clinic', 'midStay', () => true)],
  [
    'with an examination elsewhere that is of no stay',
    'EXAMINING_INSTITUTION_INVALID',
    bill('clinic', 'lines.0.examiningInstitutionCode', () => desk.otherHospital(standing.clinic, true)),
  ],
  [
    'with an examination in another province',
    'EXAMINING_INSTITUTION_INVALID',
    bill('stay', 'lines.0.examiningInstitutionCode', () => desk.otherHospital(standing.stay, false)),
  ],
  [
    'with a line of another disease',
    'BILL_LINE_OTHER_DISEASE',
    bill('chronic', 'lines.0.diseaseCode', () => otherDisease()),
  ],
  ['of a chronic visit without its disease', 'REQUEST_MALFORMED', bill('chronic', 'diseaseCode', () => '')],
  ['that ends tomorrow', 'BILL_PERIOD_INVALID', bill('clinic', 'endedAt', tomorrow)],
  ['that ends before it begins', 'BILL_PERIOD_INVALID', bill('clinic', 'endedAt', () => at('2020-01-01T00:00:00Z'))],
  ['with fees of tomorrow', 'BILL_PERIOD_INVALID', bill('clinic', 'lines.0.occurredAt', tomorrow)],
  ['of nobody', 'PERSON_UNKNOWN', bill('clinic', 'personId', () => randomUUID())],
  [
    'of a person insured where he is treated',
    'NOT_CROSS_PROVINCE',
    bill('clinic', 'insuredRegion', () => `${standing.clinic.institutionCode.slice(1, 3)}0000`),
  ],
  [
    'of a visit that is settled already',
    'VISIT_ALREADY_SETTLED',
    bill('clinic', 'visitNumber', () => standing.settled.patient.bill.visitNumber),
  ],
];

function otherDisease(): string {
  return standing.chronic.bill.diseaseCode === 'M01600' ? 'M03900' : 'M01600';
}

describe('a bill', () => {
  it.each(BILLS)('%s is refused with %s, tried or settled', async (_, reason, call) => {
    const asked = call();
    const { messageId: _id, ...trial } = asked.body;
    expect(told(await ask(`${SETTLEMENTS}PreSettle`, { ...asked, body: trial }))).toEqual(refused(reason));
    expect(told(await ask(`${SETTLEMENTS}Settle`, asked))).toEqual(refused(reason));
  });
});

const refund =
  (...lines: readonly Body[]) =>
  (): Call =>
    from(standing.clinic, {
      settlementId: standing.settled.settlementId,
      lines: lines.map((changes) => ({ ...refundLine(), ...changes })),
      reason: '退药',
    });
const upload =
  (changes: () => Body, lineChanges: () => Body = () => ({})) =>
  (): Call => {
    const [fee] = feesOf(standing.clinic, 'Z');
    return ofVisit(standing.openClinic, { fees: [{ ...fee, ...changes(), line: { ...fee?.line, ...lineChanges() } }] });
  };
const toStay = (lineChanges: Body) => (): Call => {
  const [fee] = feesOf(standing.stay, '');
  return ofVisit(standing.openStay, {
    fees: [{ ...fee, serial: randomUUID().slice(0, 30), line: { ...fee?.line, ...lineChanges } }],
  });
};
const settling = (of: () => Opened, changes: () => Body) => (): Call =>
  from(of().patient, { bill: visitBill(of(), changes()) });

const EVERYTHING_ELSE: readonly Row[] = [
  ['what was cancelled', 'SETTLEMENT_CANCELLED', `${SETTLEMENTS}Cancel`, CALLS[`${SETTLEMENTS}Cancel`]],
  ['what was reversed', 'SETTLEMENT_REVERSED', `${SETTLEMENTS}Cancel`, () => ofReversed('Cancel')],
  ['what was cancelled', 'SETTLEMENT_CANCELLED', `${SETTLEMENTS}Refund`, CALLS[`${SETTLEMENTS}Refund`]],
  ['what was reversed', 'SETTLEMENT_REVERSED', `${SETTLEMENTS}Refund`, () => ofReversed('Refund')],
  ['a line twice', 'REFUND_LINE_INVALID', `${SETTLEMENTS}Refund`, refund({}, {})],
  [
    'more money than was charged',
    'REFUND_LINE_INVALID',
    `${SETTLEMENTS}Refund`,
    () => refund({ amountFen: refundLine().amountFen + 1n })(),
  ],
  [
    'more than was charged',
    'REFUND_LINE_INVALID',
    `${SETTLEMENTS}Refund`,
    () => refund({ quantityE4: refundLine().quantityE4 + 1n })(),
  ],
  [
    'so that price times quantity doesn’t hold any more',
    'REFUND_LINE_INVALID',
    `${SETTLEMENTS}Refund`,
    refund({ quantityE4: 1n }),
  ],
  [
    'a number that is open',
    'VISIT_NUMBER_TAKEN',
    `${VISITS}OpenVisit`,
    () => openVisit({ visitNumber: standing.openClinic.patient.bill.visitNumber }),
  ],
  ['tomorrow', 'BILL_PERIOD_INVALID', `${VISITS}OpenVisit`, () => openVisit({ admittedAt: tomorrow() })],
  [
    'for an injury that somebody else is liable for',
    'TRAUMA_THIRD_PARTY',
    `${VISITS}OpenVisit`,
    () => openVisit({ trauma: { thirdParty: true } }),
  ],
  ['for nobody', 'PERSON_UNKNOWN', `${VISITS}OpenVisit`, () => openVisit({ personId: randomUUID() })],
  [
    'open and over at once',
    'REQUEST_MALFORMED',
    `${VISITS}ChangeVisit`,
    () => ofVisit(standing.openClinic, { reopen: true, endedAt: at(standing.clinic.bill.endedAt) }),
  ],
  [
    'into a stay',
    'REQUEST_MALFORMED',
    `${VISITS}ChangeVisit`,
    () => ofVisit(standing.openClinic, { visitKind: 'VISIT_KIND_INPATIENT' }),
  ],
  [
    'so that it ends before it began',
    'BILL_PERIOD_INVALID',
    `${VISITS}ChangeVisit`,
    () => ofVisit(standing.openClinic, { endedAt: at('2020-01-01T00:00:00Z') }),
  ],
  [
    'though it is cancelled',
    'VISIT_CANCELLED',
    `${VISITS}ChangeVisit`,
    () => ofVisit(standing.cancelledVisit, { emergency: true }),
  ],
  [
    'though it is settled',
    'VISIT_SETTLED',
    `${VISITS}ChangeVisit`,
    () => ofVisit(standing.settledVisit, { emergency: true }),
  ],
  ['though it has fees', 'VISIT_HAS_FEES', `${VISITS}CancelVisit`, () => ofVisit(standing.openClinic, {})],
  ['under a serial that is taken', 'FEE_SERIAL_TAKEN', `${VISITS}AddFees`, upload(() => ({ serial: 'F1' }))],
  [
    'under one serial twice',
    'FEE_SERIAL_TAKEN',
    `${VISITS}AddFees`,
    () =>
      ofVisit(standing.openClinic, { fees: feesOf(standing.clinic, 'Z').map((fee) => ({ ...fee, serial: FRESH })) }),
  ],
  [
    'of no price times quantity',
    'BILL_LINE_MISMATCH',
    `${VISITS}AddFees`,
    upload(
      () => ({}),
      () => ({ quantityE4: 1n }),
    ),
  ],
  [
    'of a price below nothing that rounds to nothing',
    'BILL_LINE_MISMATCH',
    `${VISITS}AddFees`,
    toStay({ quantityE4: 1n, unitPriceMicroYuan: -1n, amountFen: 0n }),
  ],
  [
    'of more than any bill may come to',
    'BILL_LINE_MISMATCH',
    `${VISITS}AddFees`,
    toStay({ quantityE4: 10_000n, unitPriceMicroYuan: 10n ** 17n, amountFen: MAX_BILL_FEN }),
  ],
  [
    'that take back what there is not',
    'FEE_REFUND_INVALID',
    `${VISITS}AddFees`,
    upload(() => ({ refundsSerial: 'F999' }), negative),
  ],
  [
    'that take back and are no refund',
    'FEE_REFUND_INVALID',
    `${VISITS}AddFees`,
    upload(() => ({ refundsSerial: 'F1' })),
  ],
  ...(
    [
      ['of money', 100_000_000n, LEAST],
      ['of a quantity at next to no price', 1n, LEAST / 100_000_000n],
    ] as const
  ).map(([what, unitPriceMicroYuan, amountFen]): Row => [
    `that take back the smallest int64 ${what}`,
    'FEE_REFUND_INVALID',
    `${VISITS}AddFees`,
    upload(
      () => ({ refundsSerial: 'F1' }),
      () => ({ quantityE4: LEAST, unitPriceMicroYuan, amountFen }),
    ),
  ]),
  [
    'of another disease in a batch',
    'BILL_LINE_OTHER_DISEASE',
    `${VISITS}AddFees`,
    () => ofVisit(standing.openChronic, { fees: feesOf(standing.chronic, 'A', otherDisease()) }),
  ],
  [
    'of a disease in a visit that has none',
    'BILL_LINE_OTHER_DISEASE',
    `${VISITS}AddFees`,
    upload(
      () => ({}),
      () => ({ diseaseCode: otherDisease() }),
    ),
  ],
  [
    'of tomorrow',
    'BILL_PERIOD_INVALID',
    `${VISITS}AddFees`,
    upload(
      () => ({}),
      () => ({ occurredAt: tomorrow() }),
    ),
  ],
  [
    'that there are not',
    'FEE_NOT_FOUND',
    `${VISITS}RemoveFees`,
    () => ofVisit(standing.openClinic, { serials: ['F1', 'F999'] }),
  ],
  ['that are settled', 'FEE_SETTLED', `${VISITS}RemoveFees`, () => ofVisit(standing.settledVisit, { serials: ['F1'] })],
  [
    'by batch and all together',
    'REQUEST_MALFORMED',
    `${VISITS}RemoveFees`,
    () => ofVisit(standing.openClinic, { batch: 'A', all: true }),
  ],
  [
    'of which the hospital bears the largest int64',
    'HOSPITAL_PART_INVALID',
    `${VISITS}SettleVisit`,
    settling(
      () => standing.openClinic,
      () => ({ hospitalPartFen: MOST }),
    ),
  ],
  [
    'of which the hospital bears less than nothing',
    'HOSPITAL_PART_INVALID',
    `${VISITS}SettleVisit`,
    settling(
      () => standing.openClinic,
      () => ({ hospitalPartFen: -1n }),
    ),
  ],
  [
    'that has nothing in the batch',
    'VISIT_NOTHING_TO_SETTLE',
    `${VISITS}SettleVisit`,
    settling(
      () => standing.openClinic,
      () => ({ batch: 'NONE' }),
    ),
  ],
  [
    'for a disease and for what is unrelated',
    'REQUEST_MALFORMED',
    `${VISITS}SettleVisit`,
    settling(
      () => standing.openChronic,
      () => ({ unrelated: true, diseaseCode: 'M01600' }),
    ),
  ],
  [
    'of several diseases at once',
    'VISIT_DISEASES_MIXED',
    `${VISITS}SettleVisit`,
    settling(
      () => standing.openChronic,
      () => ({}),
    ),
  ],
  [
    'in part, and it is no stay',
    'MID_STAY_INVALID',
    `${VISITS}SettleVisit`,
    settling(
      () => standing.openClinic,
      () => ({ midStay: true }),
    ),
  ],
  [
    'that goes on',
    'VISIT_NOT_DISCHARGED',
    `${VISITS}SettleVisit`,
    settling(
      () => standing.openStay,
      () => ({ endedAt: undefined }),
    ),
  ],
  [
    'that ends tomorrow',
    'BILL_PERIOD_INVALID',
    `${VISITS}SettleVisit`,
    settling(
      () => standing.openClinic,
      () => ({ endedAt: tomorrow() }),
    ),
  ],
  [
    'that is settled',
    'VISIT_SETTLED',
    `${VISITS}SettleVisit`,
    settling(
      () => standing.settledVisit,
      () => ({}),
    ),
  ],
  [
    'that was cancelled',
    'VISIT_CANCELLED',
    `${VISITS}SettleVisit`,
    settling(
      () => standing.cancelledVisit,
      () => ({}),
    ),
  ],
];

function ofReversed(what: 'Cancel' | 'Refund'): Call {
  const good = CALLS[`${SETTLEMENTS}${what}`]();
  return { ...good, body: { ...good.body, settlementId: standing.reversed.settlementId } };
}
function refundLine() {
  const [charged] = linesOf(standing.clinic);
  if (!charged) throw new Error('the bill has no lines');
  const { lineNumber, quantityE4, amountFen } = charged;
  return { lineNumber, quantityE4, amountFen };
}
function openVisit(changes: Body): Call {
  return from(standing.clinic, { ...patientOf(standing.clinic), ...changes });
}
function negative(): Body {
  const { quantityE4, amountFen } = refundLine();
  return { quantityE4: -quantityE4, amountFen: -amountFen };
}

/** The visit's own hospital is the only one that knows of it, and its person the only one that it is of. */
const OF_VISIT = PATHS.filter((path) => path.startsWith(VISITS) && !path.endsWith('OpenVisit'));
const billed = (path: Path): string => (path.endsWith('SettleVisit') ? 'bill.' : '');
const STRANGERS: readonly Row[] = [
  ...OF_VISIT.flatMap((path): Row[] => [
    ['of another hospital', 'VISIT_NOT_FOUND', path, () => byOther(path, true)],
    ['of another province’s hospital', 'VISIT_NOT_FOUND', path, () => byOther(path, false)],
    [
      'that there is not',
      'VISIT_NOT_FOUND',
      path,
      () => ({ ...CALLS[path](), body: changed(CALLS[path]().body, `${billed(path)}visitId`, randomUUID()) }),
    ],
  ]),
  ...OF_VISIT.filter((path) => !/Get|List/.test(path)).map((path): Row => [
    'of another person',
    'VISIT_OTHER_PERSON',
    path,
    () => ({
      ...CALLS[path](),
      body: changed(CALLS[path]().body, `${billed(path)}personId`, standing.stay.bill.personId),
    }),
  ]),
  ...([`${SETTLEMENTS}Cancel`, `${SETTLEMENTS}Refund`] as const).flatMap((path): Row[] => [
    ['of another hospital', 'SETTLEMENT_NOT_FOUND', path, () => byOther(path, true)],
    ['of another province’s hospital', 'SETTLEMENT_NOT_FOUND', path, () => byOther(path, false)],
  ]),
  [
    'a message of another hospital',
    'MESSAGE_ID_INVALID',
    `${SETTLEMENTS}Reverse`,
    () => {
      const originalMessageId = messageOfYesterday(desk.otherHospital(standing.clinic, true));
      return from(standing.clinic, { originalMessageId });
    },
  ],
];

/** As another hospital, in its own name and under its own message id. */
function byOther(path: Path, sameProvince: boolean): Call {
  const institutionCode = desk.otherHospital(standing.clinic, sameProvince);
  const { body } = CALLS[path]();
  const messageId = 'messageId' in body ? { messageId: newMessageId(institutionCode) } : {};
  return { body: { ...body, institutionCode, ...messageId }, by: hospital(institutionCode) };
}

describe.each([
  ['that can’t be done', EVERYTHING_ELSE],
  ['of a stranger', STRANGERS],
])('a call %s', (_, rows) => {
  it.each(rows.map(([what, reason, path, call]) => [shortOf(path), what, reason, path, call] as const))(
    'to %s %s is refused with %s',
    async (_rpc, _what, reason, path, call) => {
      expect(told(await ask(path, call()))).toEqual(refused(reason));
    },
  );
});

describe('a message id', () => {
  it.each([
    ['settled a bill', () => standing.settled.patient.messageId],
    ['cancelled a settlement', () => standing.cancelled.withdrawnBy],
    ['reversed a settlement', () => standing.reversed.withdrawnBy],
    ['opened a visit', () => standing.openClinic.openedBy],
    ['brought its fees', () => standing.openClinic.feesBy],
  ])('that %s yesterday serves nothing else, whatever is asked under it', async (_, used) => {
    const answers: Record<string, unknown> = {};
    const rest = WRITES.filter((path) => !path.endsWith('Reverse'));
    for (const path of rest) {
      const good = CALLS[path]();
      answers[path] = told(await ask(path, { ...good, body: { ...good.body, messageId: used() } }));
    }
    expect(answers).toEqual(Object.fromEntries(rest.map((path) => [path, refused('IDEMPOTENCY_KEY_REUSED')])));
  });

  it('of yesterday reverses nothing but what it was sent for', async () => {
    const good = CALLS[`${SETTLEMENTS}Reverse`]();
    const used = [standing.settled.patient.messageId, standing.cancelled.withdrawnBy, standing.openClinic.openedBy];
    for (const messageId of used)
      expect(told(await ask(`${SETTLEMENTS}Reverse`, { ...good, body: { ...good.body, messageId } }))).toEqual(
        refused('IDEMPOTENCY_KEY_REUSED'),
      );
  });
});

describe('a hospital that the bureau took off the network', () => {
  let back: () => Promise<void>;
  beforeAll(async () => {
    back = await suspend(desk, sample, standing.clinic.institutionCode);
  });
  afterAll(() => back());

  it.each([
    `${SETTLEMENTS}PreSettle`,
    `${SETTLEMENTS}Settle`,
    `${VISITS}OpenVisit`,
    `${VISITS}ChangeVisit`,
    `${VISITS}AddFees`,
    `${VISITS}SettleVisit`,
    `${VISITS}PreSettleVisit`,
  ] as const)('is refused %s', async (path) => {
    expect(told(await ask(path, CALLS[path]()))).toEqual(refused('INSTITUTION_NOT_NETWORKED'));
  });
});

it('all of that left nothing half-written', async () => {
  expect(await quietBooks(databases)).toEqual(before);
});
