import { randomUUID } from 'node:crypto';
import { generateDay, loadSample } from '@yiditong/tools';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { HospitalDesk, newMessageId, type Settled, type Visit } from './hospital-desk.js';
import { connected, DIAGNOSIS, feesOf, type NationalDesk, shanghaiTime, yuanOf } from './national-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);

/** What REST says that the bill comes to. */
let expected: Settled;
let visit: Visit;
let link: NationalDesk;
let psn_no: string;
let insuplc: string;

beforeAll(async () => {
  visit = await desk.admit(firstOf('OUTPATIENT'));
  insuplc = visit.bill.insuredRegion;
  link = await connected(desk, visit.institutionCode);
  const answer = await desk.trial(visit);
  if (answer.status !== 200) throw new Error(answer.text);
  expected = answer.body;
  const { output } = await link.send(link.findPerson(patient().idNumber));
  psn_no = (output as { baseinfo: { psn_no: string } }).baseinfo.psn_no;
});

function firstOf(kind: string): number {
  const covered = desk.day.bills.filter((bill) => !bill.official && desk.isCovered(bill));
  return covered.findIndex(({ body }) => body.visitKind === kind && !body.emergency);
}

function patient() {
  const found = desk.day.persons.find(({ personId }) => personId === visit.bill.personId);
  if (!found) throw new Error('the day has no such patient');
  return found;
}

const certificate = () => ({ mdtrt_cert_type: '02', mdtrt_cert_no: patient().idNumber });
const insutype = (): string => (patient().insurance === 'EMPLOYEE' ? '310' : '390');
const begntime = (): string => shanghaiTime(Date.parse(visit.bill.admittedAt));

type Opened = { readonly mdtrt_id: string; readonly psn_no: string; readonly ipt_otp_no: string };

/** Registers the patient and says what he has. */
async function registered(): Promise<Opened> {
  const ipt_otp_no = `E2E-${randomUUID().slice(0, 18)}`;
  const staff = { atddr_no: 'D1', dr_name: '医师', dept_code: 'K1', dept_name: '内科', caty: 'A03' };
  const told = { psn_no, insutype: insutype(), begntime: begntime(), ...certificate(), ipt_otp_no, ...staff };
  const { output } = await link.done('2201', { data: told }, insuplc);
  const { mdtrt_id } = (output as { data: Opened }).data;
  const mdtrtinfo = { mdtrt_id, psn_no, med_type: '11', begntime: begntime() };
  await link.done('2203', { mdtrtinfo, diseinfo: [DIAGNOSIS] }, insuplc);
  return { mdtrt_id, psn_no, ipt_otp_no };
}

async function uploaded(chrg_bchno = 'B1'): Promise<Opened> {
  const opened = await registered();
  const { mdtrt_id } = opened;
  const feedetail = feesOf(visit, { mdtrt_id, psn_no }, { chrg_bchno, rx_circ_flag: '0' });
  const { output } = await link.done('2204', { feedetail }, insuplc);
  expect((output as { result: unknown[] }).result).toHaveLength(visit.bill.lines.length);
  return opened;
}

const billOf = ({ mdtrt_id }: Opened) => ({
  psn_no,
  mdtrt_id,
  ...certificate(),
  med_type: '11',
  medfee_sumamt: yuanOf(visit.bill.totalFen),
  psn_setlway: '01',
  chrg_bchno: 'B1',
  insutype: insutype(),
  acct_used_flag: '0',
});

/** The bill with the parts that a trial named. */
async function declared(opened: Opened): Promise<object> {
  const { output } = await link.done('2206', { data: billOf(opened) }, insuplc);
  const { setlinfo } = output as { setlinfo: Record<string, unknown> };
  const names = ['fulamt_ownpay_amt', 'overlmt_selfpay', 'preselfpay_amt', 'inscp_scp_amt'];
  return { ...billOf(opened), ...Object.fromEntries(names.map((name) => [name, setlinfo[name]])) };
}

describe('an outpatient’s visit over the national interface', () => {
  it('is registered, settled as over REST, and taken back', async () => {
    const opened = await uploaded();
    const data = await declared(opened);
    const msgid = newMessageId(link.institutionCode);
    const settled = await link.settled('2207', data, insuplc, { msgid });
    expect([settled.total, settled.fundTotal, settled.personal].map(String)).toEqual([
      expected.totalFen,
      expected.fundTotalFen,
      expected.personalFen,
    ]);
    expect(settled).toMatchObject({ visitId: opened.mdtrt_id, personNumber: psn_no, messageId: msgid });
    expect(await link.settled('2207', data, insuplc, { msgid })).toEqual(settled);

    const reference = { setl_id: settled.settlementId, mdtrt_id: opened.mdtrt_id, psn_no };
    const cancelled = await link.settled('2208', reference, insuplc);
    expect(cancelled.total).toBe(-settled.total);
    expect(cancelled.fundTotal).toBe(-settled.fundTotal);
    expect(cancelled.settlementId).not.toBe(settled.settlementId);
    // Free again, so that it can be settled anew and comes to the same.
    const again = await link.settled('2207', data, insuplc);
    expect(again).toMatchObject({ total: settled.total, fundTotal: settled.fundTotal });
    await link.settled('2208', { ...reference, setl_id: again.settlementId }, insuplc);
  });

  it('can be withdrawn while nothing is charged, and not before its fees are', async () => {
    const opened = await uploaded();
    const refused = await link.tried('2202', { data: opened }, insuplc);
    expect([refused.infcode, refused.err_msg?.split(' ')[0]]).toEqual([-2, 'VISIT_HAS_FEES']);
    await link.done('2205', { data: { mdtrt_id: opened.mdtrt_id, psn_no, chrg_bchno: '0000' } }, insuplc);
    await link.done('2202', { data: opened }, insuplc);
  });

  it('is not settled for another total than its fees have', async () => {
    const data = { ...(await declared(await uploaded())), medfee_sumamt: '1.00' };
    const refused = await link.tried('2207', { data }, insuplc);
    expect([refused.infcode, refused.err_msg?.split(' ')[0]]).toEqual([-2, 'BILL_TOTAL_MISMATCH']);
  });

  it('whose settlement’s answer was lost is reversed', async () => {
    const data = await declared(await uploaded());
    const msgid = newMessageId(link.institutionCode);
    await link.settled('2207', data, insuplc, { msgid });
    const reversal = { data: { psn_no, omsgid: msgid, oinfno: '2207' } };
    expect((await link.done('2601', reversal, insuplc)).warn_msg).toBe('');
    // A repeat gets the first answer, whatever happened since; what became of it is asked for.
    expect((await link.tried('2207', { data }, insuplc, { msgid })).infcode).toBe(0);
    const outcome = await desk.outcome({ ...visit, messageId: msgid });
    expect(outcome.body.state).toBe('REVERSED');
  });

  it('is covered, as 2001 says', async () => {
    const { output } = await link.done('2001', { data: { psn_no, med_type: '11', begntime: begntime() } }, insuplc);
    expect(output).toMatchObject({ trtinfo: [{ trt_enjymnt_flag: '1' }] });
  });
});

describe('an operator', () => {
  it('signs in and out', async () => {
    const { output } = await link.done('9001', { signIn: { opter_no: '001', ip: '10.0.0.1' } }, '');
    const { sign_no } = (output as { signinoutb: { sign_no: string } }).signinoutb;
    const asked = { data: { ...certificate() } };
    await link.done('1101', asked, '', { sign_no });
    const foreign = await link.tried('1101', asked, '', { sign_no, opter: '002' });
    expect([foreign.infcode, foreign.err_msg?.split(' ')[0]]).toEqual([-2, 'SIGN_IN_INVALID']);
    await link.done('9002', { signOut: { sign_no, opter_no: '001' } }, '');
  });
});
