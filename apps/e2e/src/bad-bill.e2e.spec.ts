import { randomUUID } from 'node:crypto';
import { PERSON_TYPES_OF } from '@yiditong/codes';
import { generateDay, loadSample, type ApiAnswer } from '@yiditong/tools';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { quietBooks, type Books } from './books.js';
import { againAsNewVisit, HospitalDesk, newMessageId, type Problem, type Visit } from './hospital-desk.js';
import { judged, refusal } from './refusals.js';
import { SHARED_DAY } from './stack.global.js';
import {
  changed,
  feesOf,
  messageOfYesterday,
  openingOf,
  prepareRecords,
  suspend,
  writtenNumber,
  type Opened,
  type StandingRecords,
} from './standing-records.js';

const { document, databases, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);

type Malformed = Problem & { readonly errors?: readonly { readonly path: string }[] };
type Answer = Omit<ApiAnswer<Malformed>, 'text'> & { readonly text: string; readonly headers: Record<string, unknown> };
/** A request that would be taken as it stands. */
type Request = { readonly at: string; readonly body: object; readonly by: string };

let standing: StandingRecords;
let before: Books;
beforeAll(async () => {
  standing = await prepareRecords(desk);
  before = await quietBooks(databases);
});

const FRESH = 'E2E-FRESH';
const id = ({ institutionCode }: Visit): string => newMessageId(institutionCode);
const billOf = (patient: Visit): object => ({
  ...againAsNewVisit(patient).bill,
  trauma: { thirdParty: false, pledgedAt: patient.bill.admittedAt },
  diagnoses: [{ code: 'I10.x00x002', name: '高血压病1级' }],
});
const ofVisit = ({ patient, visitId }: Opened, what: string, body: object): Request => ({
  at: `/v1/visits/${visitId}${what}`,
  body: { messageId: id(patient), personId: patient.bill.personId, ...body },
  by: patient.institutionCode,
});

/** A good request of each kind, but for what makes it refused. None is sent as it stands. */
const REQUESTS = {
  settlement: () => {
    const { clinic } = standing;
    return {
      at: '/v1/settlements',
      body: { messageId: id(clinic), bill: billOf(clinic) },
      by: clinic.institutionCode,
    };
  },
  trial: () => {
    const { clinic } = standing;
    return { at: '/v1/settlements/trial', body: { bill: billOf(clinic) }, by: clinic.institutionCode };
  },
  reversal: () => {
    const { clinic, settled } = standing;
    const body = { messageId: id(clinic), originalMessageId: settled.patient.messageId };
    return { at: '/v1/settlements/reversals', body, by: clinic.institutionCode };
  },
  cancellation: () => {
    const { clinic, settled } = standing;
    const body = { messageId: id(clinic), reason: '患者要求退费' };
    return { at: `/v1/settlements/${settled.settlementId}/cancellation`, body, by: clinic.institutionCode };
  },
  refund: () => {
    const { clinic, settled } = standing;
    const lines = settled.patient.bill.lines
      .slice(0, 1)
      .map(({ lineNumber, quantity, amountFen }) => ({ lineNumber, quantity, amountFen }));
    const body = { messageId: id(clinic), lines, reason: '退药' };
    return { at: `/v1/settlements/${settled.settlementId}/refund`, body, by: clinic.institutionCode };
  },
  opening: () => {
    const { clinic } = standing;
    const body = {
      ...openingOf(againAsNewVisit(clinic)),
      messageId: id(clinic),
      trauma: { thirdParty: false },
      diagnoses: [{ code: 'I10.x00x002', name: '高血压病1级' }],
    };
    return { at: '/v1/visits', body, by: clinic.institutionCode };
  },
  change: () =>
    ofVisit(standing.openClinic, '/changes', {
      emergency: false,
      trauma: { thirdParty: false },
      diagnoses: [{ code: 'I10.x00x002', name: '高血压病1级' }],
    }),
  'visit cancellation': () => ofVisit(standing.openClinic, '/cancellation', {}),
  'fee upload': () => {
    const [fee] = feesOf(standing.clinic, { batch: 'Z' });
    return ofVisit(standing.openClinic, '/fees', { fees: [{ ...fee, serial: FRESH }] });
  },
  'fee removal': () => ofVisit(standing.openClinic, '/fee-removals', { serials: ['F1'] }),
  'visit trial': () => {
    const { messageId: _, ...body } = visitBill().body as Record<string, unknown>;
    return { ...visitBill(), at: `/v1/visits/${standing.openClinic.visitId}/trial`, body };
  },
  'visit settlement': () => visitBill(),
} satisfies Readonly<Record<string, () => Request>>;
type Kind = keyof typeof REQUESTS;

function visitBill(): Request {
  const { openClinic } = standing;
  const { endedAt, totalFen } = openClinic.patient.bill;
  const declaredSplit = { fullSelfPayFen: '0', overCeilingFen: '0', firstSelfPayFen: '0', inScopeFen: totalFen };
  return ofVisit(openClinic, '/settlements', { batch: 'A', endedAt, declaredTotalFen: totalFen, declaredSplit });
}

async function send({ at, body, by }: Request): Promise<Answer> {
  return sendText('POST', at, JSON.stringify(body), by);
}

async function sendText(method: string, at: string, text: string | undefined, by: string): Promise<Answer> {
  const answer = await fetch(`${document.gateway}${at}`, {
    method,
    headers: { authorization: `Bearer ${desk.token(by)}`, 'content-type': 'application/json' },
    ...(text === undefined ? {} : { body: text }),
  });
  const [answered, headers] = [await answer.text(), Object.fromEntries(answer.headers)];
  return { status: answer.status, headers, text: answered, body: JSON.parse(answered) as Malformed, retryAfter: null };
}

const LONG = '长'.repeat(3_000);
const NUL = '甲\u0000';

/** Of a field: whether it is needed, what is no value of it, and what is too much of one. */
type Field = readonly [path: string, needed: boolean, malformed: unknown, oversized?: unknown];
const MESSAGE_ID: Field = ['messageId', true, 7, 'H'.repeat(31)];
const PERSON_ID: Field = ['personId', true, '42', `${randomUUID()}0`];
const ELEVEN = Array.from({ length: 11 }, () => ({ code: 'I10', name: '高血压' }));

/** Where a person is insured, why he came and since when: as a bill and an opening say it. */
const patientFields = (of: string): readonly Field[] =>
  (
    [
      PERSON_ID,
      ['insuredRegion', true, '99zz00', '4101001'],
      ['insurance', false, 'RURAL', LONG],
      ['personType', false, 'PILOT', LONG],
      ['visitNumber', true, 'E2E 1', 'E'.repeat(31)],
      ['visitKind', true, 'SPA', LONG],
      ['emergency', false, 'yes', LONG],
      ['diseaseCode', false, 'X1', 'M016000'],
      ['diagnoses', false, 'I10', ELEVEN],
      ['diagnoses.0.code', true, '高血压', 'I10.x00x0021'],
      ['diagnoses.0.name', true, NUL, '长'.repeat(101)],
      ['admittedAt', true, '2026-02-30T08:00:00Z', '+010000-01-01T00:00:00Z'],
      ['trauma', false, 'yes', [LONG]],
      ['trauma.thirdParty', true, 'no', LONG],
      ['trauma.pledgedAt', false, '昨天', '+010000-01-01T00:00:00Z'],
    ] as const
  ).map(([path, ...rest]) => [`${of}${path}`, ...rest] as const);

const lineFields = (of: string): readonly Field[] =>
  (
    [
      ['nationalCode', false, '九', 'X'.repeat(61)],
      ['hospitalItemCode', false, NUL, 'Y'.repeat(61)],
      ['approved', false, 'yes', LONG],
      ['quantity', true, '1,5', '1'.repeat(100)],
      ['unitPriceYuan', true, '￥1', '1'.repeat(100)],
      ['amountFen', true, '一', '1'.repeat(100)],
      ['occurredAt', true, '2026-11-20', '+010000-01-01T00:00:00Z'],
      ['examiningInstitutionCode', false, 'X11010500001', 'H110105000011'],
      ['diseaseCode', false, 'X1', 'M016000'],
    ] as const
  ).map(([path, ...rest]) => [`${of}${path}`, ...rest] as const);

const billFields: readonly Field[] = [
  ...patientFields('bill.'),
  ['bill.endedAt', true, '2026-11-20', '+010000-01-01T00:00:00Z'],
  ['bill.useAccount', false, 'yes', LONG],
  ['bill.midStay', false, 1, LONG],
  ['bill.hospitalPartFen', false, '一', '1'.repeat(100)],
  ['bill.totalFen', true, '一', '1'.repeat(100)],
  ['bill.lines', true, 'none', Array.from({ length: 5_001 }, () => ({}))],
  ['bill.lines.0.lineNumber', true, '1', 5_001],
  ...lineFields('bill.lines.0.'),
];

const SPLIT = ['fullSelfPayFen', 'overCeilingFen', 'firstSelfPayFen', 'inScopeFen'] as const;
const visitBillFields: readonly Field[] = [
  PERSON_ID,
  ['batch', false, NUL, 'A'.repeat(31)],
  ['diseaseCode', false, 'X1', 'M016000'],
  ['unrelated', false, 'yes', LONG],
  ['useAccount', false, 'yes', LONG],
  ['midStay', false, 'yes', LONG],
  ['endedAt', false, '2026-11-20', '+010000-01-01T00:00:00Z'],
  ['declaredTotalFen', true, '一', '1'.repeat(16)],
  ['declaredSplit', false, 'half', [LONG]],
  ...SPLIT.map((part) => [`declaredSplit.${part}`, true, '一', '1'.repeat(16)] as const),
  ['hospitalPartFen', false, '一', '1'.repeat(16)],
];

const FIELDS: Readonly<Record<Kind, readonly Field[]>> = {
  settlement: [MESSAGE_ID, ['bill', true, 'none', [LONG]], ...billFields],
  trial: [['bill', true, 'none', [LONG]], ...billFields],
  reversal: [MESSAGE_ID, ['originalMessageId', true, 7, 'H'.repeat(31)]],
  cancellation: [MESSAGE_ID, ['reason', true, NUL, '长'.repeat(201)]],
  refund: [
    MESSAGE_ID,
    ['lines', true, [], Array.from({ length: 5_001 }, () => ({}))],
    ['lines.0.lineNumber', true, '1', 5_001],
    ['lines.0.quantity', true, '1,5', '1'.repeat(100)],
    ['lines.0.amountFen', true, '一', '1'.repeat(100)],
    ['reason', true, ' ', '长'.repeat(201)],
  ],
  opening: [MESSAGE_ID, ...patientFields('')],
  change: [
    MESSAGE_ID,
    PERSON_ID,
    ['admittedAt', false, '2026-02-30T08:00:00Z', '+010000-01-01T00:00:00Z'],
    ['endedAt', false, '今天', '+010000-01-01T00:00:00Z'],
    ['reopen', false, 'yes', LONG],
    ['visitKind', false, 'SPA', LONG],
    ['emergency', false, 'yes', LONG],
    ['diseaseCode', false, 'X1', 'M016000'],
    ['diagnoses', false, 'I10', ELEVEN],
    ['diagnoses.0.code', true, '高血压', 'I10.x00x0021'],
    ['diagnoses.0.name', true, NUL, '长'.repeat(101)],
    ['trauma', false, 'yes', [LONG]],
    ['trauma.thirdParty', true, 'no', LONG],
    ['trauma.pledgedAt', false, '昨天', '+010000-01-01T00:00:00Z'],
  ],
  'visit cancellation': [MESSAGE_ID, PERSON_ID],
  'fee upload': [
    MESSAGE_ID,
    PERSON_ID,
    ['fees', true, [], Array.from({ length: 1_001 }, () => ({}))],
    ['fees.0.serial', true, NUL, 'F'.repeat(31)],
    ['fees.0.refundsSerial', false, NUL, 'F'.repeat(31)],
    ['fees.0.batch', false, NUL, 'A'.repeat(31)],
    ...lineFields('fees.0.'),
  ],
  'fee removal': [
    MESSAGE_ID,
    PERSON_ID,
    ['serials', true, 'F1', Array.from({ length: 1_001 }, (_, n) => `F${n}`)],
    ['serials.0', false, NUL, 'F'.repeat(31)],
    ['batch', false, NUL, 'A'.repeat(31)],
    ['all', false, 'yes', LONG],
  ],
  'visit trial': visitBillFields,
  'visit settlement': [MESSAGE_ID, ...visitBillFields],
};

const KINDS = Object.keys(FIELDS) as Kind[];
const FIELD_CASES = KINDS.flatMap((kind) =>
  FIELDS[kind].flatMap(([path, needed, malformed, oversized]) => [
    ...(needed ? [[kind, path, 'missing', undefined] as const] : []),
    [kind, path, 'malformed', malformed] as const,
    ...(oversized === undefined ? [] : [[kind, path, 'oversized', oversized] as const]),
  ]),
);

/** What is no amount anywhere. Of quantities and prices, three decimals are some. */
const NO_AMOUNT = [
  ['in yuan', '64.29'],
  ['of three decimals', '1.234'],
  ['with an exponent', '1e2'],
  ['that is a number', 100],
  ['that is the number 1e2', writtenNumber('1e2')],
  ['that is the number 2^53 + 1', writtenNumber('9007199254740993')],
  ['of 2^53 + 1, beyond every bill', '9007199254740993'],
  ['in hexadecimal', '0x10'],
  ['in full-width digits', '１００'],
  ['with a blank', ' 100'],
  ['that is empty', ''],
] as const;
const NEGATIVE = [['that is negative', '-1']] as const;
const NO_DECIMAL = (scale: number) =>
  [
    ['of too many decimals', `1.${'0'.repeat(scale)}1`],
    ...NO_AMOUNT.filter(([what]) => what !== 'in yuan' && what !== 'of three decimals'),
  ] as const;

type Amounts = readonly [kind: Kind, path: string, wrong: readonly (readonly [string, unknown])[]];
const AMOUNTS: readonly Amounts[] = [
  ...(['settlement', 'trial'] as const).flatMap((kind): Amounts[] => [
    [kind, 'bill.totalFen', [...NO_AMOUNT, ...NEGATIVE]],
    [kind, 'bill.hospitalPartFen', [...NO_AMOUNT, ...NEGATIVE]],
    [kind, 'bill.lines.0.amountFen', [...NO_AMOUNT, ...NEGATIVE]],
    [kind, 'bill.lines.0.quantity', [...NO_DECIMAL(4), ...NEGATIVE]],
    [kind, 'bill.lines.0.unitPriceYuan', [...NO_DECIMAL(6), ...NEGATIVE]],
  ]),
  ['refund', 'lines.0.amountFen', [...NO_AMOUNT, ...NEGATIVE]],
  ['refund', 'lines.0.quantity', [...NO_DECIMAL(4), ...NEGATIVE]],
  // A fee that takes another back is negative.
  ['fee upload', 'fees.0.amountFen', NO_AMOUNT],
  ['fee upload', 'fees.0.quantity', NO_DECIMAL(4)],
  ['fee upload', 'fees.0.unitPriceYuan', [...NO_DECIMAL(6), ...NEGATIVE]],
  ...(['visit trial', 'visit settlement'] as const).flatMap((kind): Amounts[] => [
    [kind, 'declaredTotalFen', [...NO_AMOUNT, ...NEGATIVE]],
    [kind, 'hospitalPartFen', [...NO_AMOUNT, ...NEGATIVE]],
    ...SPLIT.map((part): Amounts => [kind, `declaredSplit.${part}`, [...NO_AMOUNT, ...NEGATIVE]]),
  ]),
];
const AMOUNT_CASES = AMOUNTS.flatMap(([kind, path, wrong]) =>
  wrong.map(([what, value]) => [kind, path, what, value] as const),
);

/** How a good request with one field changed is answered, and which fields the answer names. */
async function tried(kind: Kind, path: string, value: unknown): Promise<{ answer: unknown; named: string[] }> {
  const request = REQUESTS[kind]();
  const answer = await send({ ...request, body: changed(request.body, path, value) });
  return { answer: judged(answer), named: answer.body.errors?.map((error) => error.path) ?? [] };
}

/** Malformed, and that field is named. */
const malformedAt = (path: string): unknown => ({
  answer: refusal(400, 'REQUEST_MALFORMED', 'zh'),
  named: expect.arrayContaining([path]) as unknown,
});

describe('a request', () => {
  it.each(FIELD_CASES)('for a %s whose %s is %s is refused, and the field is named', async (kind, path, _, value) => {
    expect(await tried(kind, path, value)).toEqual(malformedAt(path));
  });

  it.each(AMOUNT_CASES)(
    'for a %s whose %s is an amount %s is refused, and the field is named',
    async (kind, path, _, value) => {
      expect(await tried(kind, path, value)).toEqual(malformedAt(path));
    },
  );

  it.each(KINDS)('for a %s with a field that there is not is refused', async (kind) => {
    const request = REQUESTS[kind]();
    const answer = await send({ ...request, body: { ...request.body, discountFen: '1' } });
    expect(judged(answer)).toEqual(refusal(400, 'REQUEST_MALFORMED', 'zh'));
  });

  it.each(KINDS.filter((kind) => /visit |fee |change|refund|cancellation/.test(kind)))(
    'for a %s at an address that is no UUID is refused',
    async (kind) => {
      const request = REQUESTS[kind]();
      const answer = await send({ ...request, at: request.at.replace(/[0-9a-f-]{36}/, '42') });
      expect(judged(answer)).toEqual(refusal(400, 'REQUEST_MALFORMED', 'zh'));
    },
  );

  it.each([
    ['fees?limit=0'],
    ['fees?limit=1001'],
    ['fees?limit=ten'],
    [`fees?after=${'F'.repeat(31)}`],
    ['fees?after=F%00'],
    ['fees?page=1'],
  ])('to read %s of a visit is refused', async (query) => {
    const { patient, visitId } = standing.openClinic;
    const answer = await sendText('GET', `/v1/visits/${visitId}/${query}`, undefined, patient.institutionCode);
    expect(judged(answer)).toEqual(refusal(400, 'REQUEST_MALFORMED', 'zh'));
  });
});

type Changes = Readonly<Record<string, unknown>>;
type Row = readonly [what: string, status: number, reason: string, request: () => Request];

const withBill = (of: 'clinic' | 'stay' | 'chronic', changes: Changes): Request => {
  const patient = standing[of];
  const bill = { ...againAsNewVisit(patient).bill, ...changes };
  return { at: '/v1/settlements', body: { messageId: id(patient), bill }, by: patient.institutionCode };
};
const withLine = (of: 'clinic' | 'stay' | 'chronic', changes: Changes): Request => {
  const [first, ...rest] = standing[of].bill.lines;
  return withBill(of, { lines: [{ ...first, ...changes }, ...rest] });
};
const otherInsurance = (): Changes => {
  const person = desk.day.persons.find(({ personId }) => personId === standing.clinic.bill.personId);
  const insurance = person?.insurance === 'EMPLOYEE' ? 'RESIDENT' : 'EMPLOYEE';
  return { insurance, personType: PERSON_TYPES_OF[insurance][0] };
};
const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString();
const plus = (fen: string, more: bigint): string => String(BigInt(fen) + more);

/** Each is refused by the trial of the bill too, and for the same reason. */
const BILLS: readonly Row[] = [
  [
    'whose lines sum to less than its total',
    422,
    'BILL_TOTAL_MISMATCH',
    () => withBill('clinic', { totalFen: plus(standing.clinic.bill.totalFen, 1n) }),
  ],
  [
    'whose lines sum to more than its total',
    422,
    'BILL_TOTAL_MISMATCH',
    () => withBill('clinic', { totalFen: plus(standing.clinic.bill.totalFen, -1n) }),
  ],
  ['that comes to nothing', 422, 'BILL_TOTAL_MISMATCH', () => withNothing()],
  ['that comes to more than any may', 422, 'BILL_TOTAL_MISMATCH', () => withOneLine('100000000000', '10000000000000')],
  [
    'with a line that isn’t price times quantity',
    422,
    'BILL_LINE_MISMATCH',
    () => withLine('clinic', { quantity: '0.0001' }),
  ],
  [
    'with a line of no quantity',
    422,
    'BILL_LINE_MISMATCH',
    () => withLine('clinic', { quantity: '0', amountFen: '0' }),
  ],
  [
    'with two lines of one number',
    422,
    'BILL_LINE_MISMATCH',
    () => withBill('clinic', { lines: standing.clinic.bill.lines.map((line) => ({ ...line, lineNumber: 1 })) }),
  ],
  [
    'for whose injury somebody else is liable',
    422,
    'TRAUMA_THIRD_PARTY',
    () => withBill('clinic', { trauma: { thirdParty: true, pledgedAt: standing.clinic.bill.admittedAt } }),
  ],
  [
    'of an injury without a pledge',
    422,
    'TRAUMA_PLEDGE_MISSING',
    () => withBill('clinic', { trauma: { thirdParty: false } }),
  ],
  [
    'of an injury with a pledge of tomorrow',
    422,
    'TRAUMA_PLEDGE_MISSING',
    () => withBill('clinic', { trauma: { thirdParty: false, pledgedAt: tomorrow() } }),
  ],
  ['for a part of what is no stay', 422, 'MID_STAY_INVALID', () => withBill('clinic', { midStay: true })],
  [
    'of which the hospital bears more than there is',
    422,
    'HOSPITAL_PART_INVALID',
    () => withBill('clinic', { hospitalPartFen: plus(standing.clinic.bill.totalFen, 1n) }),
  ],
  [
    'with an examination elsewhere that is of no stay',
    422,
    'EXAMINING_INSTITUTION_INVALID',
    () => withLine('clinic', { examiningInstitutionCode: desk.otherHospital(standing.clinic, true) }),
  ],
  [
    'with an examination in another province',
    422,
    'EXAMINING_INSTITUTION_INVALID',
    () => withLine('stay', { examiningInstitutionCode: desk.otherHospital(standing.stay, false) }),
  ],
  [
    'with an examination at a pharmacy',
    422,
    'EXAMINING_INSTITUTION_INVALID',
    () => withLine('stay', { examiningInstitutionCode: standing.stay.institutionCode.replace('H', 'P') }),
  ],
  [
    'with a line of another disease',
    422,
    'BILL_LINE_OTHER_DISEASE',
    () => withLine('chronic', { diseaseCode: otherDisease(standing.chronic) }),
  ],
  [
    'of a chronic visit without its disease',
    400,
    'REQUEST_MALFORMED',
    () => withBill('chronic', { diseaseCode: null }),
  ],
  [
    'of another visit with a disease',
    400,
    'REQUEST_MALFORMED',
    () => withBill('clinic', { diseaseCode: standing.chronic.bill.diseaseCode }),
  ],
  [
    'that says an insurance and no person type',
    400,
    'REQUEST_MALFORMED',
    () => withBill('clinic', { insurance: 'EMPLOYEE' }),
  ],
  [
    'divided for another insurance than the person’s',
    422,
    'BILL_INSURED_DIFFERS',
    () => withBill('clinic', otherInsurance()),
  ],
  [
    'of a person insured where he is treated',
    422,
    'NOT_CROSS_PROVINCE',
    () => withBill('clinic', { insuredRegion: `${standing.clinic.institutionCode.slice(1, 3)}0000` }),
  ],
  ['of another person’s number', 404, 'PERSON_UNKNOWN', () => withBill('clinic', { personId: randomUUID() })],
  [
    'of a visit that is settled already',
    409,
    'VISIT_ALREADY_SETTLED',
    () => withBill('clinic', { visitNumber: standing.settled.patient.bill.visitNumber }),
  ],
  ['of a visit that ends tomorrow', 422, 'BILL_PERIOD_INVALID', () => withBill('clinic', { endedAt: tomorrow() })],
  [
    'with fees of the day after the visit',
    422,
    'BILL_PERIOD_INVALID',
    () => withLine('clinic', { occurredAt: tomorrow() }),
  ],
];

function withNothing(): Request {
  return withOneLine('0', '0');
}

/** A bill of one line, of a price in yuan and what that is in fen. */
function withOneLine(unitPriceYuan: string, amountFen: string): Request {
  const [first] = standing.clinic.bill.lines;
  return withBill('clinic', { totalFen: amountFen, lines: [{ ...first, quantity: '1', unitPriceYuan, amountFen }] });
}

function otherDisease({ bill }: Visit): string {
  return bill.diseaseCode === 'M01600' ? 'M03900' : 'M01600';
}

describe('a bill', () => {
  it.each(BILLS)('%s is refused with %i %s, tried or settled', async (_, status, reason, request) => {
    const asked = request();
    const { bill } = asked.body as { bill: object };
    expect(judged(await send({ ...asked, at: '/v1/settlements/trial', body: { bill } }))).toEqual(
      refusal(status, reason, 'zh'),
    );
    expect(judged(await send(asked))).toEqual(refusal(status, reason, 'zh'));
  });
});

const withRefund = (changes: Changes, lines = 1): Request => {
  const good = REQUESTS.refund();
  const [line] = good.body.lines;
  return { ...good, body: { ...good.body, lines: Array.from({ length: lines }, () => ({ ...line, ...changes })) } };
};
const lineOf = () => standing.settled.patient.bill.lines[0];
const ofBill = (of: 'cancelled' | 'reversed', what: string): Request => {
  const request = what === 'refund' ? REQUESTS.refund() : REQUESTS.cancellation();
  return { ...request, at: `/v1/settlements/${standing[of].settlementId}/${what}` };
};
/** As another hospital, of the same province or of another, under its own message id. */
const byOther = (request: Request, sameProvince: boolean): Request => {
  const by = desk.otherHospital(standing.clinic, sameProvince);
  return { ...request, by, body: { ...request.body, messageId: newMessageId(by) } };
};

const WITHDRAWALS: readonly Row[] = [
  ['a cancellation of what was cancelled', 409, 'SETTLEMENT_CANCELLED', () => ofBill('cancelled', 'cancellation')],
  ['a cancellation of what was reversed', 409, 'SETTLEMENT_REVERSED', () => ofBill('reversed', 'cancellation')],
  ['a refund of what was cancelled', 409, 'SETTLEMENT_CANCELLED', () => ofBill('cancelled', 'refund')],
  ['a refund of what was reversed', 409, 'SETTLEMENT_REVERSED', () => ofBill('reversed', 'refund')],
  [
    'a cancellation of nothing',
    404,
    'SETTLEMENT_NOT_FOUND',
    () => ({ ...REQUESTS.cancellation(), at: `/v1/settlements/${randomUUID()}/cancellation` }),
  ],
  [
    'a refund of nothing',
    404,
    'SETTLEMENT_NOT_FOUND',
    () => ({ ...REQUESTS.refund(), at: `/v1/settlements/${randomUUID()}/refund` }),
  ],
  ['a cancellation by a neighbour', 404, 'SETTLEMENT_NOT_FOUND', () => byOther(REQUESTS.cancellation(), true)],
  [
    'a cancellation by another province’s hospital',
    404,
    'SETTLEMENT_NOT_FOUND',
    () => byOther(REQUESTS.cancellation(), false),
  ],
  ['a refund by a neighbour', 404, 'SETTLEMENT_NOT_FOUND', () => byOther(REQUESTS.refund(), true)],
  ['a refund by another province’s hospital', 404, 'SETTLEMENT_NOT_FOUND', () => byOther(REQUESTS.refund(), false)],
  ['a refund of a line that there is not', 422, 'REFUND_LINE_INVALID', () => withRefund({ lineNumber: 4_999 })],
  ['a refund of one line twice', 422, 'REFUND_LINE_INVALID', () => withRefund({}, 2)],
  [
    'a refund of more money than was charged',
    422,
    'REFUND_LINE_INVALID',
    () => withRefund({ amountFen: plus(lineOf()?.amountFen ?? '', 1n) }),
  ],
  [
    'a refund of a larger quantity than was charged',
    422,
    'REFUND_LINE_INVALID',
    () => withRefund({ quantity: `${BigInt(lineOf()?.quantity.split('.')[0] ?? '') + 1n}` }),
  ],
  ['a refund of no quantity', 422, 'REFUND_LINE_INVALID', () => withRefund({ quantity: '0' })],
  ['a refund of no money', 422, 'REFUND_LINE_INVALID', () => withRefund({ amountFen: '0' })],
  [
    'a refund that leaves another amount than price times quantity',
    422,
    'REFUND_LINE_INVALID',
    () => withRefund({ quantity: '0.0001' }),
  ],
];

const upload = (changes: Changes): Request => {
  const good = REQUESTS['fee upload']();
  const { fees } = good.body as unknown as { fees: readonly [object] };
  return { ...good, body: { ...good.body, fees: [{ ...fees[0], ...changes }] } };
};
const settling = (of: Opened, changes: Changes): Request => {
  const { endedAt, totalFen } = of.patient.bill;
  return ofVisit(of, '/settlements', { endedAt, declaredTotalFen: totalFen, ...changes });
};
const opening = (changes: Changes): Request => {
  const good = REQUESTS.opening();
  return { ...good, body: { ...good.body, ...changes } };
};

const VISITS: readonly Row[] = [
  [
    'an opening under a number that is open',
    409,
    'VISIT_NUMBER_TAKEN',
    () => opening({ visitNumber: standing.openClinic.patient.bill.visitNumber }),
  ],
  ['an opening of tomorrow', 422, 'BILL_PERIOD_INVALID', () => opening({ admittedAt: tomorrow() })],
  [
    'an opening for whose injury somebody else is liable',
    422,
    'TRAUMA_THIRD_PARTY',
    () => opening({ trauma: { thirdParty: true } }),
  ],
  [
    'an opening of a person insured here',
    422,
    'NOT_CROSS_PROVINCE',
    () => opening({ insuredRegion: `${standing.clinic.institutionCode.slice(1, 3)}0000` }),
  ],
  ['an opening for nobody', 404, 'PERSON_UNKNOWN', () => opening({ personId: randomUUID() })],
  [
    'an opening of a chronic visit without a disease',
    400,
    'REQUEST_MALFORMED',
    () => opening({ visitKind: 'CHRONIC' }),
  ],
  [
    'a change that reopens and ends',
    400,
    'REQUEST_MALFORMED',
    () => ofVisit(standing.openClinic, '/changes', { reopen: true, endedAt: standing.clinic.bill.endedAt }),
  ],
  [
    'a change to an end before the visit began',
    422,
    'BILL_PERIOD_INVALID',
    () => ofVisit(standing.openClinic, '/changes', { endedAt: '2020-01-01T00:00:00Z' }),
  ],
  [
    'a change of a clinic visit into a stay',
    400,
    'REQUEST_MALFORMED',
    () => ofVisit(standing.openClinic, '/changes', { visitKind: 'INPATIENT' }),
  ],
  [
    'a return of a stay that nobody ended',
    422,
    'VISIT_NOT_DISCHARGED',
    () => ofVisit(standing.openStay, '/changes', { reopen: true }),
  ],
  [
    'a change of a visit that was cancelled',
    409,
    'VISIT_CANCELLED',
    () => ofVisit(standing.cancelledVisit, '/changes', { emergency: true }),
  ],
  [
    'a change of a stay that is settled',
    409,
    'VISIT_SETTLED',
    () => ofVisit(standing.settledVisit, '/changes', { emergency: true }),
  ],
  [
    'a cancellation of a visit with fees',
    409,
    'VISIT_HAS_FEES',
    () => ofVisit(standing.openClinic, '/cancellation', {}),
  ],
  [
    'a cancellation of a visit that was cancelled',
    409,
    'VISIT_CANCELLED',
    () => ofVisit(standing.cancelledVisit, '/cancellation', {}),
  ],
  [
    'fees for a stay that is settled',
    409,
    'VISIT_SETTLED',
    () => ofVisit(standing.settledVisit, '/fees', { fees: feesOf(standing.stay, {}) }),
  ],
  ['a fee under a serial that is taken', 409, 'FEE_SERIAL_TAKEN', () => upload({ serial: 'F1' })],
  [
    'a fee that isn’t price times quantity',
    422,
    'BILL_LINE_MISMATCH',
    () => upload({ quantity: '0.0001', amountFen: '99' }),
  ],
  ['a fee of a negative quantity', 422, 'BILL_LINE_MISMATCH', () => upload({ quantity: '-1' })],
  [
    'a fee of more than any bill may come to',
    422,
    'BILL_LINE_MISMATCH',
    () => {
      const [fee] = feesOf(standing.stay, {
        quantity: '1',
        unitPriceYuan: '100000000000',
        amountFen: '10000000000000',
      });
      return ofVisit(standing.openStay, '/fees', { fees: [{ ...fee, serial: FRESH }] });
    },
  ],
  [
    'a refund of a fee that there is not',
    422,
    'FEE_REFUND_INVALID',
    () => upload({ ...negativeOfFirst(), refundsSerial: 'F999' }),
  ],
  ['a refund of a fee that takes nothing back', 422, 'FEE_REFUND_INVALID', () => upload({ refundsSerial: 'F1' })],
  [
    'a refund of a fee at another price',
    422,
    'FEE_REFUND_INVALID',
    () => upload({ refundsSerial: 'F1', quantity: '-1', unitPriceYuan: '0.01', amountFen: '-1' }),
  ],
  ['a fee of tomorrow', 422, 'BILL_PERIOD_INVALID', () => upload({ occurredAt: tomorrow() })],
  [
    'a fee of a disease in a visit that has none',
    422,
    'BILL_LINE_OTHER_DISEASE',
    () => upload({ diseaseCode: standing.chronic.bill.diseaseCode }),
  ],
  [
    'a fee of another disease in a batch',
    422,
    'BILL_LINE_OTHER_DISEASE',
    () => {
      const [fee] = feesOf(standing.chronic, { batch: 'A', diseaseCode: otherDisease(standing.chronic) });
      return ofVisit(standing.openChronic, '/fees', { fees: [{ ...fee, serial: FRESH }] });
    },
  ],
  [
    'a fee examined elsewhere that is of no stay',
    422,
    'EXAMINING_INSTITUTION_INVALID',
    () => upload({ examiningInstitutionCode: desk.otherHospital(standing.clinic, true) }),
  ],
  [
    'a removal of a fee that there is not',
    404,
    'FEE_NOT_FOUND',
    () => ofVisit(standing.openClinic, '/fee-removals', { serials: ['F1', 'F999'] }),
  ],
  [
    'a removal of a fee that is settled',
    409,
    'FEE_SETTLED',
    () => ofVisit(standing.settledVisit, '/fee-removals', { serials: ['F1'] }),
  ],
  [
    'a removal of a batch and of everything',
    400,
    'REQUEST_MALFORMED',
    () => ofVisit(standing.openClinic, '/fee-removals', { batch: 'A', all: true }),
  ],
  ['a removal of nothing', 400, 'REQUEST_MALFORMED', () => ofVisit(standing.openClinic, '/fee-removals', {})],
  [
    'a settlement of another sum than the fees’',
    422,
    'BILL_TOTAL_MISMATCH',
    () => settling(standing.openClinic, { declaredTotalFen: plus(standing.clinic.bill.totalFen, 1n) }),
  ],
  [
    'a settlement of another split than the catalogue’s',
    422,
    'BILL_TOTAL_MISMATCH',
    () =>
      settling(standing.openClinic, {
        declaredSplit: { fullSelfPayFen: '1', overCeilingFen: '1', firstSelfPayFen: '1', inScopeFen: '1' },
      }),
  ],
  [
    'a settlement of which the hospital bears more than there is',
    422,
    'HOSPITAL_PART_INVALID',
    () => settling(standing.openClinic, { hospitalPartFen: plus(standing.clinic.bill.totalFen, 1n) }),
  ],
  [
    'a settlement of a batch that there is not',
    422,
    'VISIT_NOTHING_TO_SETTLE',
    () => settling(standing.openClinic, { batch: 'NONE' }),
  ],
  [
    'a settlement of the unrelated fees of a visit that has no disease',
    400,
    'REQUEST_MALFORMED',
    () => settling(standing.openClinic, { unrelated: true }),
  ],
  [
    'a settlement of a disease and of what is unrelated to it',
    400,
    'REQUEST_MALFORMED',
    () => settling(standing.openChronic, { unrelated: true, diseaseCode: standing.chronic.bill.diseaseCode }),
  ],
  ['a settlement of several diseases at once', 422, 'VISIT_DISEASES_MIXED', () => settling(standing.openChronic, {})],
  [
    'a settlement of a part of what is no stay',
    422,
    'MID_STAY_INVALID',
    () => settling(standing.openClinic, { midStay: true }),
  ],
  [
    'a settlement of a stay that goes on',
    422,
    'VISIT_NOT_DISCHARGED',
    () => settling(standing.openStay, { endedAt: null }),
  ],
  [
    'a settlement that ends tomorrow',
    422,
    'BILL_PERIOD_INVALID',
    () => settling(standing.openClinic, { endedAt: tomorrow() }),
  ],
  ['a settlement of a stay that is settled', 409, 'VISIT_SETTLED', () => settling(standing.settledVisit, {})],
  ['a settlement of a visit that was cancelled', 409, 'VISIT_CANCELLED', () => settling(standing.cancelledVisit, {})],
];

function negativeOfFirst(): Changes {
  const [first] = standing.clinic.bill.lines;
  return { quantity: `-${first?.quantity}`, amountFen: `-${first?.amountFen}` };
}

/** Whatever is asked of a visit, it is his own and this hospital's. */
const OF_VISIT = [
  'change',
  'visit cancellation',
  'fee upload',
  'fee removal',
  'visit trial',
  'visit settlement',
] as const;
const STRANGERS: readonly Row[] = OF_VISIT.flatMap((kind): Row[] => {
  const anothers = (): Request => {
    const request = REQUESTS[kind]();
    return { ...request, body: { ...request.body, personId: standing.stay.bill.personId } };
  };
  const stranger = (sameProvince: boolean) => (): Request => {
    const request = REQUESTS[kind]();
    const by = desk.otherHospital(standing.clinic, sameProvince);
    const named = kind === 'visit trial' ? {} : { messageId: newMessageId(by) };
    return { ...request, by, body: { ...request.body, ...named } };
  };
  const nowhere = (): Request => {
    const request = REQUESTS[kind]();
    return { ...request, at: request.at.replace(/[0-9a-f-]{36}/, randomUUID()) };
  };
  return [
    [`a ${kind} for another person`, 422, 'VISIT_OTHER_PERSON', anothers],
    [`a ${kind} by another hospital`, 404, 'VISIT_NOT_FOUND', stranger(true)],
    [`a ${kind} by a hospital of another province`, 404, 'VISIT_NOT_FOUND', stranger(false)],
    [`a ${kind} of a visit that there is not`, 404, 'VISIT_NOT_FOUND', nowhere],
  ];
});

describe.each([
  ['what takes a settlement back', WITHDRAWALS],
  ['what is asked of a visit', VISITS],
  ['what strangers ask of a visit', STRANGERS],
])('of %s', (_, rows) => {
  it.each(rows)('%s is refused with %i %s', async (_what, status, reason, request) => {
    expect(judged(await send(request()))).toEqual(refusal(status, reason, 'zh'));
  });
});

describe('a visit', () => {
  it.each(['', '/fees'])('of another hospital or province isn’t shown: GET /v1/visits/{visitId}%s', async (what) => {
    const { visitId } = standing.openClinic;
    for (const sameProvince of [true, false]) {
      const by = desk.otherHospital(standing.clinic, sameProvince);
      const answer = await sendText('GET', `/v1/visits/${visitId}${what}`, undefined, by);
      expect(judged(answer)).toEqual(refusal(404, 'VISIT_NOT_FOUND', 'zh'));
    }
  });
});

const WRITES = KINDS.filter((kind) => !/trial/.test(kind));

describe('a message id', () => {
  it.each(WRITES)('of another institution is refused for a %s', async (kind) => {
    for (const sameProvince of [true, false]) {
      const request = REQUESTS[kind]();
      const messageId = newMessageId(desk.otherHospital(standing.clinic, sameProvince));
      const answer = await send({ ...request, body: { ...request.body, messageId } });
      expect(judged(answer)).toEqual(refusal(400, 'MESSAGE_ID_INVALID', 'zh'));
    }
  });

  it.each(WRITES)('of the right length and no form is refused for a %s', async (kind) => {
    const request = REQUESTS[kind]();
    const { institutionCode } = standing.clinic;
    const texts = ['H'.repeat(30), `${institutionCode}202613010800000001`, `${institutionCode}20260230080000000x`];
    for (const messageId of texts) {
      const answer = await send({ ...request, body: { ...request.body, messageId } });
      expect(judged(answer)).toEqual(refusal(400, 'MESSAGE_ID_INVALID', 'zh'));
    }
  });

  it('of a day that no calendar has is refused, to write and to ask after', async () => {
    const { institutionCode, bill } = standing.clinic;
    const messageId = `${institutionCode}202602300800000001`;
    const body = { messageId, bill: { ...bill, trauma: { thirdParty: true } } };
    const written = await send({ at: '/v1/settlements', body, by: institutionCode });
    const asked = await sendText('GET', `/v1/messages/${messageId}/outcome`, undefined, institutionCode);
    expect([judged(written), judged(asked)]).toEqual([
      refusal(400, 'MESSAGE_ID_INVALID', 'zh'),
      refusal(400, 'MESSAGE_ID_INVALID', 'zh'),
    ]);
  });

  it('of another institution is no original to reverse', async () => {
    const originalMessageId = messageOfYesterday(desk.otherHospital(standing.clinic, true));
    const request = REQUESTS.reversal();
    const answer = await send({ ...request, body: { ...request.body, originalMessageId } });
    expect(judged(answer)).toEqual(refusal(400, 'MESSAGE_ID_INVALID', 'zh'));
  });

  it.each([
    ['settled a bill', () => standing.settled.patient.messageId],
    ['cancelled a settlement', () => standing.cancelled.withdrawnBy],
    ['reversed a settlement', () => standing.reversed.withdrawnBy],
    ['opened a visit', () => standing.openClinic.openedBy],
    ['brought its fees', () => standing.openClinic.feesBy],
  ])('that %s yesterday serves nothing else, whatever is asked under it', async (_, used) => {
    const answers: Record<string, unknown> = {};
    for (const kind of WRITES) {
      const request = REQUESTS[kind]();
      answers[kind] = judged(await send({ ...request, body: { ...request.body, messageId: used() } }));
    }
    expect(answers).toEqual(
      Object.fromEntries(WRITES.map((kind) => [kind, refusal(409, 'IDEMPOTENCY_KEY_REUSED', 'zh')])),
    );
  });

  it('of yesterday with the very same body gets yesterday’s answer, and does nothing', async () => {
    const { messageId, bill, institutionCode } = standing.settled.patient;
    const answer = await send({ at: '/v1/settlements', body: { messageId, bill }, by: institutionCode });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ settlementId: standing.settled.settlementId });
  });
});

describe('a hospital that the bureau took off the network', () => {
  let back: () => Promise<void>;
  beforeAll(async () => {
    back = await suspend(desk, sample, standing.clinic.institutionCode);
  });
  afterAll(() => back());

  it.each(['settlement', 'trial', 'opening', 'change', 'fee upload', 'visit trial', 'visit settlement'] as const)(
    'is refused a %s',
    async (kind) => {
      const request = REQUESTS[kind]();
      expect(judged(await send(request))).toEqual(refusal(422, 'INSTITUTION_NOT_NETWORKED', 'zh'));
    },
  );
});

it('all of that left nothing half-written', async () => {
  expect(await quietBooks(databases)).toEqual(before);
});
