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

/** A UUID in 25 digits and letters. */
function nationalId(id: string): string {
  return BigInt(`0x${id.replaceAll('-', '')}`)
    .toString(36)
    .toUpperCase()
    .padStart(25, '0');
}

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

async function uploaded(): Promise<Opened> {
  const opened = await registered();
  await charged(opened, 'B1');
  return opened;
}

async function charged({ mdtrt_id }: Opened, chrg_bchno: string): Promise<void> {
  const rows = feesOf(visit, { mdtrt_id, psn_no }, { chrg_bchno, rx_circ_flag: '0' });
  const feedetail = rows.map((row) => ({ ...row, feedetl_sn: `${chrg_bchno}-${row.feedetl_sn}` }));
  const { output } = await link.done('2204', { feedetail }, insuplc);
  expect((output as { result: unknown[] }).result).toHaveLength(visit.bill.lines.length);
}

/** Enters the patient with the bureau, as the day has it but for the change. */
async function enter(change: object): Promise<void> {
  const bureau = desk.bureauToken(patient().insuredRegion);
  const persons = [{ ...patient(), ...change }];
  await desk.api.write('PUT', '/v1/insured-persons', { persons }, bureau, `national-${randomUUID()}`);
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
  return { ...billOf(opened), ...partsIn(output) };
}

/** The four parts that an answer names, as a bill declares them. */
function partsIn(output: unknown): object {
  const { setlinfo } = output as { setlinfo: Record<string, unknown> };
  const names = ['fulamt_ownpay_amt', 'overlmt_selfpay', 'preselfpay_amt', 'inscp_scp_amt'];
  return Object.fromEntries(names.map((name) => [name, setlinfo[name]]));
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
    const takenBack = newMessageId(link.institutionCode);
    const cancelled = await link.settled('2208', reference, insuplc, { msgid: takenBack });
    expect(cancelled.total).toBe(-settled.total);
    for (const [setl_id, messageId] of [
      [cancelled.settlementId, takenBack],
      [settled.settlementId, msgid],
    ])
      expect(await link.settled('5203', { psn_no, setl_id }, insuplc)).toMatchObject({ messageId });
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

  it('whose settlement is repeated gets its first answer, however the patient is insured by then', async () => {
    const [opened, other] = [await uploaded(), await uploaded()];
    const [data, another] = [await declared(opened), await declared(other)];
    const msgid = newMessageId(link.institutionCode);
    const settled = await link.settled('2207', data, insuplc, { msgid });
    const isEmployee = insutype() === '310';
    await enter(
      isEmployee
        ? { insurance: 'RESIDENT', personType: 'RESIDENT' }
        : { insurance: 'EMPLOYEE', personType: 'EMPLOYEE' },
    );
    try {
      const refused = await link.tried('2207', { data: another }, insuplc);
      expect([refused.infcode, refused.err_msg]).toEqual([-2, expect.stringContaining('input.data.insutype')]);
      expect(await link.settled('2207', data, insuplc, { msgid })).toEqual(settled);
    } finally {
      await enter({});
    }
    await link.settled('2208', { setl_id: settled.settlementId, mdtrt_id: opened.mdtrt_id, psn_no }, insuplc);
  });

  it('whose settlement is repeated gets its first answer, whatever visit it is told to be by then', async () => {
    const opened = await uploaded();
    const data = await declared(opened);
    const msgid = newMessageId(link.institutionCode);
    const settled = await link.settled('2207', data, insuplc, { msgid });
    // What is charged later opens the visit again, and it becomes a chronic one.
    await charged(opened, 'B2');
    const { mdtrt_id } = opened;
    const mdtrtinfo = { mdtrt_id, psn_no, med_type: '14', dise_codg: 'M03900', begntime: begntime() };
    await link.done('2203', { mdtrtinfo, diseinfo: [DIAGNOSIS] }, insuplc);
    expect(await link.settled('2207', data, insuplc, { msgid })).toEqual(settled);
    await link.done('2205', { data: { mdtrt_id, psn_no, chrg_bchno: 'B2' } }, insuplc);
    await link.settled('2208', { setl_id: settled.settlementId, mdtrt_id, psn_no }, insuplc);
  });

  it('is not reversed as what it wasn’t, nor as another person’s', async () => {
    const opened = await uploaded();
    const omsgid = newMessageId(link.institutionCode);
    await link.settled('2207', await declared(opened), insuplc, { msgid: omsgid });
    const stranger = desk.day.persons.find(({ personId }) => personId !== visit.bill.personId)?.personId ?? '';
    for (const wrong of [{ oinfno: '2208' }, { oinfno: '2401' }, { psn_no: nationalId(stranger) }]) {
      const data = { psn_no, omsgid, oinfno: '2207', ...wrong };
      const refused = await link.tried('2601', { data }, insuplc);
      expect([refused.infcode, refused.err_msg?.split(' ')[0]]).toEqual([-2, 'REVERSAL_MISMATCH']);
    }
    await link.done('2601', { data: { psn_no, omsgid, oinfno: '2207' } }, insuplc);
  });

  it('says which field is wrong of a disease that is none and of a bill that is not by items', async () => {
    const opened = await registered();
    const rows = feesOf(visit, opened, { chrg_bchno: 'B1', rx_circ_flag: '0', dise_codg: 'M0390' });
    const { mdtrt_id } = opened;
    const feedetail = rows.map((row) => ({ ...row, mdtrt_id, psn_no }));
    const disease = await link.tried('2204', { feedetail }, insuplc);
    expect(disease.err_msg).toMatch(/^REQUEST_MALFORMED .*input\.feedetail\.0\.dise_codg: M and five digits/);
    const quota = await link.tried('2206', { data: { ...billOf(opened), psn_setlway: '02' } }, insuplc);
    expect(quota.err_msg).toMatch(/^REQUEST_MALFORMED .*input\.data\.psn_setlway: must be 01/);
  });

  it('is covered, as 2001 says', async () => {
    const { output } = await link.done('2001', { data: { psn_no, med_type: '11', begntime: begntime() } }, insuplc);
    expect(output).toMatchObject({ trtinfo: [{ trt_enjymnt_flag: '1' }] });
  });
});

describe('a chronic visit over the national interface', () => {
  it('is settled for the disease of its batch, and keeps its first answer when it is told to be another visit', async () => {
    const chronic = await desk.admit(firstOf('CHRONIC'));
    const { bill } = chronic;
    const person = desk.day.persons.find(({ personId }) => personId === bill.personId);
    const hospital = await connected(desk, chronic.institutionCode);
    const ids = { psn_no: nationalId(bill.personId), mdtrt_id: '' };
    const paper = {
      mdtrt_cert_type: '02',
      mdtrt_cert_no: person?.idNumber,
      insutype: person?.insurance === 'EMPLOYEE' ? '310' : '390',
    };
    const begun = shanghaiTime(Date.parse(bill.admittedAt));
    const done = (infno: string, input: object) => hospital.done(infno, input, bill.insuredRegion);
    const told = (med_type: string, more: object = {}) => {
      const mdtrtinfo = { ...ids, med_type, begntime: begun, ...more };
      return done('2203', { mdtrtinfo, diseinfo: [DIAGNOSIS] });
    };
    const charge = (chrg_bchno: string, more: object = {}) => {
      const rows = feesOf(chronic, ids, { chrg_bchno, rx_circ_flag: '0', ...more });
      return done('2204', {
        feedetail: rows.map((row) => ({ ...row, feedetl_sn: `${chrg_bchno}-${row.feedetl_sn}` })),
      });
    };

    const staff = { atddr_no: 'D1', dr_name: '医师', dept_code: 'K1', dept_name: '内科', caty: 'A03' };
    const ipt_otp_no = `E2E-${randomUUID().slice(0, 18)}`;
    const opened = await done('2201', {
      data: { ...paper, ...staff, psn_no: ids.psn_no, begntime: begun, ipt_otp_no },
    });
    ids.mdtrt_id = (opened.output as { data: Opened }).data.mdtrt_id;
    await told('14', { dise_codg: bill.diseaseCode });
    await charge('B1', { dise_codg: bill.diseaseCode });
    const asked = {
      ...ids,
      ...paper,
      med_type: '14',
      medfee_sumamt: yuanOf(bill.totalFen),
      psn_setlway: '01',
      chrg_bchno: 'B1',
      acct_used_flag: '0',
    };
    const tried = await done('2206', { data: asked });
    const data = { ...asked, ...partsIn(tried.output) };
    const msgid = newMessageId(hospital.institutionCode);
    const settled = await hospital.settled('2207', data, bill.insuredRegion, { msgid });
    expect([String(settled.total), settled.visitId]).toEqual([bill.totalFen, ids.mdtrt_id]);

    // What is charged later opens the visit again, and it becomes an ordinary one.
    await charge('B2');
    await told('11');
    expect(await hospital.settled('2207', data, bill.insuredRegion, { msgid })).toEqual(settled);
    const late = await hospital.tried('2207', { data: { ...data, chrg_bchno: 'B2' } }, bill.insuredRegion);
    expect(late.err_msg).toContain('input.data.med_type: is not what 2203 said of the visit');
    await done('2205', { data: { ...ids, chrg_bchno: 'B2' } });
    await hospital.settled('2208', { ...ids, setl_id: settled.settlementId }, bill.insuredRegion);
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
