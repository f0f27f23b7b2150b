import { generateDay, loadSample } from '@yiditong/tools';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { quietBooks, type Books } from './books.js';
import { HospitalDesk, newMessageId, type Visit } from './hospital-desk.js';
import { connected, DIAGNOSIS, feesOf, shanghaiTime, type NationalDesk, type NationalReply } from './national-desk.js';
import { SHARED_DAY } from './stack.global.js';
import { messageOfYesterday, suspend, writtenNumber } from './standing-records.js';

const { document, databases, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);

let visit: Visit;
let link: NationalDesk;
/** Another hospital of the same province, and one of another. */
let neighbour: NationalDesk;
let foreigner: NationalDesk;
let psn_no: string;
let mdtrt_id: string;
/** Of a message of today whose id was made yesterday. */
let openedBy: string;
let before: Books;

beforeAll(async () => {
  const covered = desk.day.bills.filter((bill) => !bill.official && desk.isCovered(bill));
  visit = await desk.admit(covered.findLastIndex(({ body }) => body.visitKind === 'OUTPATIENT' && !body.emergency));
  link = await connected(desk, visit.institutionCode);
  neighbour = await connected(desk, desk.otherHospital(visit, true));
  foreigner = await connected(desk, desk.otherHospital(visit, false));
  psn_no = await numberOf(patient().idNumber);
  openedBy = messageOfYesterday(visit.institutionCode);
  const opened = await link.done('2201', { data: registration() }, visit.bill.insuredRegion, { msgid: openedBy });
  mdtrt_id = (opened.output as { data: { mdtrt_id: string } }).data.mdtrt_id;
  await link.done('2203', { mdtrtinfo: seen(), diseinfo: [DIAGNOSIS] }, visit.bill.insuredRegion);
  before = await quietBooks(databases);
});

function patient(n = 0) {
  const own = desk.day.persons.filter(({ personId }) => personId === visit.bill.personId);
  const others = desk.day.persons.filter(
    (one) => one.insuredRegion === visit.bill.insuredRegion && one.personId !== visit.bill.personId,
  );
  const found = n === 0 ? own[0] : others[n - 1];
  if (!found) throw new Error('the day has no such patient');
  return found;
}

const begntime = (): string => shanghaiTime(Date.parse(visit.bill.admittedAt));
const seen = () => ({ mdtrt_id, psn_no, med_type: '11', begntime: begntime() });
const registration = () => ({
  psn_no,
  insutype: patient().insurance === 'EMPLOYEE' ? '310' : '390',
  begntime: begntime(),
  mdtrt_cert_type: '02',
  mdtrt_cert_no: patient().idNumber,
  ipt_otp_no: `E2E-${newMessageId(visit.institutionCode).slice(-12)}`,
  atddr_no: 'D1',
  dr_name: '医师',
  dept_code: 'K1',
  dept_name: '内科',
  caty: 'A03',
});

/** A 2206 that leaves no trace, in an envelope that is changed. */
function withField(field: string, value: unknown): Promise<NationalReply> {
  const data = { ...registration(), med_type: '11', medfee_sumamt: '1.00', psn_setlway: '01', acct_used_flag: '0' };
  const asked = { ...data, mdtrt_id, chrg_bchno: 'B1' };
  const message = link.message('2206', asked, { insuplc_admdvs: visit.bill.insuredRegion, [field]: value });
  return link.sendTo('2206', message);
}

const LONG = '长'.repeat(3_000);

/** Of each field of the envelope: what happens without it, with nonsense in it, and with too much in it. */
const FIELDS: readonly (readonly [field: string, missing: string | null, malformed: unknown, oversized: unknown])[] = [
  ['infno', 'infno', '22x6', '22060'],
  ['msgid', 'msgid', 'H'.repeat(30), 'H'.repeat(31)],
  ['mdtrtarea_admvs', 'mdtrtarea_admvs', '00000a', '1101051'],
  ['insuplc_admdvs', null, '99zz00', '4101001'],
  ['recer_sys_code', 'recer_sys_code', 7, 'x'.repeat(11)],
  ['dev_no', null, 7, 'x'.repeat(101)],
  ['dev_safe_info', null, {}, 'x'.repeat(2_001)],
  ['signtype', 'signtype', 'MD5', LONG],
  ['infver', 'infver', 'V0.9', LONG],
  ['opter_type', 'opter_type', '4', '11'],
  ['opter', 'opter', '张 三', 'x'.repeat(31)],
  ['opter_name', 'opter_name', 7, '长'.repeat(51)],
  ['inf_time', 'inf_time', '2026-02-30 08:00:00', '2026-01-01 08:00:00.000'],
  ['fixmedins_code', 'fixmedins_code', 'X11010500001', 'H110105000011'],
  ['fixmedins_name', 'fixmedins_name', 7, '长'.repeat(201)],
  ['sign_no', null, 7, 'x'.repeat(31)],
  ['input', 'input', 'text', null],
];

const CASES = FIELDS.flatMap(([field, missing, malformed, oversized]) => [
  ...(missing === null ? [] : [[field, 'missing', undefined] as const]),
  [field, 'malformed', malformed] as const,
  ...(oversized === null ? [] : [[field, 'oversized', oversized] as const]),
]);

describe('an envelope', () => {
  it.each(CASES)('whose %s is %s is refused, and the field is named', async (field, _, value) => {
    const reply = await withField(field, value);
    const named = reply.errors?.map(({ path }) => path);
    expect({ status: reply.status, reason: reply.reason, named }).toEqual({
      status: 400,
      reason: 'REQUEST_MALFORMED',
      named: expect.arrayContaining([field]) as unknown,
    });
  });

  it.each([
    ['missing', undefined, 'SIGNATURE_MISSING'],
    ['malformed', 'not Base64 at all!', 'SIGNATURE_INVALID'],
    ['oversized', 'A'.repeat(2_000), 'REQUEST_MALFORMED'],
  ])('whose signature is %s is refused', async (_, cainfo, reason) => {
    const message = JSON.parse(link.message('2206', {})) as Record<string, unknown>;
    const { cainfo: __, ...unsigned } = message;
    const reply = await link.sendTo('2206', JSON.stringify(cainfo === undefined ? unsigned : { ...message, cainfo }));
    expect(reply.reason).toBe(reason);
  });

  it('whose input is longer than any message is refused before it is read', async () => {
    const reply = await withField('input', { data: { note: '长'.repeat(100_000) } });
    expect([reply.status, reply.reason]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('of yesterday is refused, whoever sends it again', async () => {
    const message = link.message('2206', {}, {}, -24 * 3_600);
    expect((await link.sendTo('2206', message)).reason).toBe('MESSAGE_STALE');
  });

  it('whose id names another institution is refused', async () => {
    const reply = await withField('msgid', newMessageId(neighbour.institutionCode));
    expect(reply).toMatchObject({
      status: 400,
      errors: [{ path: 'msgid', message: 'does not begin with fixmedins_code' }],
    });
  });
});

/** Of a field: of how many decimals it is, and whether it may be below zero. */
const AMOUNTS = [
  ['2204', 'det_item_fee_sumamt', 2, true],
  ['2204', 'cnt', 4, true],
  ['2204', 'pric', 6, false],
  ['2207', 'medfee_sumamt', 2, false],
  ['2207', 'fulamt_ownpay_amt', 2, false],
  ['2207', 'overlmt_selfpay', 2, false],
  ['2207', 'preselfpay_amt', 2, false],
  ['2207', 'inscp_scp_amt', 2, false],
] as const;
const NO_AMOUNTS = AMOUNTS.flatMap(([infno, field, scale, signed]) => {
  const tooFine = `1.${'0'.repeat(scale)}1`;
  const wrong = {
    missing: undefined,
    [tooFine]: tooFine,
    [`the number ${tooFine}`]: writtenNumber(tooFine),
    '1e2': '1e2',
    'the number 1e2': writtenNumber('1e2'),
    '2^53 + 1': '9007199254740993',
    'the number 2^53 + 1': writtenNumber('9007199254740993'),
    'full-width': '１.００',
    'half a number': '1.',
    empty: '',
    true: true,
    ...(signed ? {} : { 'below zero': '-1' }),
  };
  return Object.entries(wrong).map(([what, value]) => [infno, field, what, value] as const);
});

describe('a transaction', () => {
  it.each(NO_AMOUNTS)('%s whose %s is %s is refused as malformed', async (infno, field, _, value) => {
    const reply = await (infno === '2204' ? fees({ [field]: value }) : settle(link, { [field]: value }));
    const reason = reply.err_msg?.split(' ')[0];
    expect({ infcode: reply.infcode, reason }).toEqual({ infcode: -2, reason: 'REQUEST_MALFORMED' });
    expect(reply.err_msg).toContain(field);
  });
});

type Case = readonly [what: string, reason: string, send: () => Promise<NationalReply>];

const fees = (change: object): Promise<NationalReply> => {
  const [first] = feesOf(visit, { mdtrt_id, psn_no }, { chrg_bchno: 'B1', rx_circ_flag: '0' });
  return link.tried('2204', { feedetail: [{ ...first, ...change }] }, visit.bill.insuredRegion);
};
const settle = (by: NationalDesk, change: object, envelope: object = {}): Promise<NationalReply> => {
  const asked = { ...registration(), med_type: '11', medfee_sumamt: '1.00', psn_setlway: '01', acct_used_flag: '0' };
  const split = { fulamt_ownpay_amt: '0', overlmt_selfpay: '0', preselfpay_amt: '0', inscp_scp_amt: '1.00' };
  const data = { ...asked, ...split, mdtrt_id, chrg_bchno: 'B1', ...change };
  return by.tried('2207', { data }, visit.bill.insuredRegion, envelope);
};

const WRONG: readonly Case[] = [
  [
    'a message id that opened the visit yesterday',
    'IDEMPOTENCY_KEY_REUSED',
    () => settle(link, {}, { msgid: openedBy }),
  ],
  [
    'a negative amount that takes nothing back',
    'FEE_REFUND_INVALID',
    () => fees({ det_item_fee_sumamt: '-1.00', cnt: '-1', pric: '1' }),
  ],
  [
    'a line that isn’t price times quantity',
    'BILL_LINE_MISMATCH',
    () => fees({ det_item_fee_sumamt: '1.00', cnt: '2', pric: '1' }),
  ],
  ['a total that nothing sums to', 'VISIT_NOTHING_TO_SETTLE', () => settle(link, {})],
  ['a visit of another person', 'VISIT_OTHER_PERSON', () => settleAsAnother()],
  ['a visit of another hospital', 'VISIT_NOT_FOUND', () => settle(neighbour, {})],
  ['a visit in another province', 'VISIT_NOT_FOUND', () => settle(foreigner, {})],
  ['a visit that there is not', 'VISIT_NOT_FOUND', () => settle(link, { mdtrt_id: psn_no })],
  ['a reversal of a neighbour’s message', 'MESSAGE_ID_INVALID', () => reverse(neighbour.institutionCode)],
  ['a reversal of another province’s message', 'MESSAGE_ID_INVALID', () => reverse(foreigner.institutionCode)],
];

function reverse(institutionCode: string): Promise<NationalReply> {
  const data = { psn_no, omsgid: newMessageId(institutionCode), oinfno: '2207' };
  return link.tried('2601', { data }, visit.bill.insuredRegion);
}

/** With his own certificate, which names the visit of somebody else. */
async function settleAsAnother(): Promise<NationalReply> {
  const { idNumber, insurance } = patient(1);
  const insutype = insurance === 'EMPLOYEE' ? '310' : '390';
  return settle(link, { psn_no: await numberOf(idNumber), mdtrt_cert_no: idNumber, insutype });
}

async function numberOf(idNumber: string): Promise<string> {
  const { output } = await link.send(link.findPerson(idNumber));
  return (output as { baseinfo: { psn_no: string } }).baseinfo.psn_no;
}

describe('a national transaction with', () => {
  it.each(WRONG)('%s is refused with %s', async (_, reason, send) => {
    const reply = await send();
    expect({ infcode: reply.infcode, reason: reply.err_msg?.split(' ')[0] }).toEqual({ infcode: -2, reason });
  });
});

describe('a hospital that the bureau took off the network', () => {
  let back: () => Promise<void>;
  beforeAll(async () => {
    back = await suspend(desk, sample, visit.institutionCode);
  });
  afterAll(() => back());

  it.each<readonly [what: string, send: () => Promise<NationalReply>]>([
    ['2201', () => link.tried('2201', { data: registration() }, visit.bill.insuredRegion)],
    ['2203', () => link.tried('2203', { mdtrtinfo: seen(), diseinfo: [DIAGNOSIS] }, visit.bill.insuredRegion)],
    ['2204', () => fees({})],
    ['2207', () => settle(link, {})],
  ])('is refused %s', async (_, send) => {
    const reply = await send();
    const reason = reply.err_msg?.split(' ')[0];
    expect({ infcode: reply.infcode, reason }).toEqual({ infcode: -2, reason: 'INSTITUTION_NOT_NETWORKED' });
  });
});

it('all of that left nothing half-written', async () => {
  expect(await quietBooks(databases)).toEqual(before);
});
