import { randomUUID } from 'node:crypto';
import { generateDay, loadSample } from '@yiditong/tools';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { HospitalDesk, newMessageId, type Settled, type Visit } from './hospital-desk.js';
import { connected, DIAGNOSIS, feesOf, type NationalDesk, shanghaiTime, yuanOf } from './national-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);

let expected: Settled;
let visit: Visit;
let link: NationalDesk;
let psn_no: string;
let insuplc: string;

beforeAll(async () => {
  const covered = desk.day.bills.filter((bill) => !bill.official && desk.isCovered(bill));
  visit = await desk.admit(covered.findIndex(({ body }) => body.visitKind === 'INPATIENT' && !body.emergency));
  insuplc = visit.bill.insuredRegion;
  link = await connected(desk, visit.institutionCode);
  const answer = await desk.trial(visit);
  if (answer.status !== 200) throw new Error(answer.text);
  expected = answer.body;
  const { output } = await link.send(link.findPerson(patient().idNumber));
  psn_no = (output as { baseinfo: { psn_no: string } }).baseinfo.psn_no;
});

function patient() {
  const found = desk.day.persons.find(({ personId }) => personId === visit.bill.personId);
  if (!found) throw new Error('the day has no such patient');
  return found;
}

const certificate = () => ({ mdtrt_cert_type: '02', mdtrt_cert_no: patient().idNumber });
const insutype = (): string => (patient().insurance === 'EMPLOYEE' ? '310' : '390');
const diseinfo = () => [{ ...DIAGNOSIS, psn_no }];

const stay = () => ({
  psn_no,
  begntime: shanghaiTime(Date.parse(visit.bill.admittedAt)),
  med_type: '21',
  atddr_no: 'D1',
  chfpdr_name: '医师',
  adm_diag_dscr: '高血压',
  adm_dept_codg: 'K1',
  adm_dept_name: '内科',
  adm_bed: '12',
  dscg_maindiag_code: DIAGNOSIS.diag_code,
  dscg_maindiag_name: DIAGNOSIS.diag_name,
});

async function admitted(change: object = {}): Promise<string> {
  const ipt_no = `E2E-${randomUUID().slice(0, 18)}`;
  const mdtrtinfo = { ...stay(), ...certificate(), insutype: insutype(), ipt_no };
  const { output } = await link.done('2401', { mdtrtinfo, diseinfo: diseinfo() }, insuplc, change);
  return (output as { result: { mdtrt_id: string } }).result.mdtrt_id;
}

async function charged(): Promise<string> {
  const mdtrt_id = await admitted();
  const feedetail = feesOf(visit, { mdtrt_id, psn_no }, { med_type: '21' });
  const { output } = await link.done('2301', { feedetail }, insuplc);
  expect((output as { result: unknown[] }).result).toHaveLength(visit.bill.lines.length);
  return mdtrt_id;
}

async function discharged(mdtrt_id: string): Promise<void> {
  const endtime = shanghaiTime(Date.parse(visit.bill.endedAt));
  const ward = { dscg_dept_codg: 'K1', dscg_dept_name: '内科', dscg_way: '1' };
  const dscginfo = { mdtrt_id, psn_no, insutype: insutype(), endtime, ...ward };
  await link.done('2402', { dscginfo, diseinfo: diseinfo() }, insuplc);
}

const billOf = (mdtrt_id: string) => ({
  psn_no,
  mdtrt_id,
  ...certificate(),
  medfee_sumamt: yuanOf(visit.bill.totalFen),
  psn_setlway: '01',
  insutype: insutype(),
  acct_used_flag: '0',
  mid_setl_flag: '0',
});

describe('a stay over the national interface', () => {
  it('is admitted, charged, discharged, settled as over REST, and taken back to its admission', async () => {
    const mdtrt_id = await charged();
    const early = await link.tried('2304', { data: billOf(mdtrt_id) }, insuplc);
    expect(early.err_msg?.split(' ')[0]).toBe('VISIT_NOT_DISCHARGED');
    await discharged(mdtrt_id);
    const msgid = newMessageId(link.institutionCode);
    const settled = await link.settled('2304', billOf(mdtrt_id), insuplc, { msgid });
    expect([settled.total, settled.fundTotal, settled.personal].map(String)).toEqual([
      expected.totalFen,
      expected.fundTotalFen,
      expected.personalFen,
    ]);
    expect(await link.settled('2304', billOf(mdtrt_id), insuplc, { msgid })).toEqual(settled);

    const reference = { setl_id: settled.settlementId, mdtrt_id, psn_no };
    const cancelled = await link.settled('2305', reference, insuplc);
    expect([cancelled.total, cancelled.cash]).toEqual([-settled.total, -settled.cash]);
    await link.done('2405', { data: { mdtrt_id, psn_no } }, insuplc);
    await link.done('2302', { data: { feedetl_sn: '0000', mdtrt_id, psn_no } }, insuplc);
    await link.done('2404', { data: { mdtrt_id, psn_no } }, insuplc);
    const gone = await link.tried('2304', { data: billOf(mdtrt_id) }, insuplc);
    expect([gone.infcode, gone.err_msg?.split(' ')[0]]).toEqual([-2, 'VISIT_CANCELLED']);
  });

  it('is changed while it lasts', async () => {
    const mdtrt_id = await admitted();
    const adminfo = { ...stay(), mdtrt_id, mdtrt_cert_type: '02', ipt_otp_no: 'E2E-any', adm_bed: '13' };
    expect((await link.done('2403', { adminfo, diseinfo: diseinfo() }, insuplc)).output).toEqual({});
    await link.done('2404', { data: { mdtrt_id, psn_no } }, insuplc);
    const late = await link.tried('2403', { adminfo, diseinfo: diseinfo() }, insuplc);
    expect(late.err_msg?.split(' ')[0]).toBe('VISIT_CANCELLED');
  });

  it('whose admission’s answer was lost is reversed', async () => {
    const msgid = newMessageId(link.institutionCode);
    const mdtrt_id = await admitted({ msgid });
    await link.done('2601', { data: { psn_no, omsgid: msgid, oinfno: '2401' } }, insuplc);
    const feedetail = feesOf(visit, { mdtrt_id, psn_no }, { med_type: '21' });
    const refused = await link.tried('2301', { feedetail }, insuplc);
    expect([refused.infcode, refused.err_msg?.split(' ')[0]]).toEqual([-2, 'VISIT_CANCELLED']);
  });

  it('whose cancellation’s answer was lost stands again once that is reversed', async () => {
    const mdtrt_id = await charged();
    await discharged(mdtrt_id);
    const settled = await link.settled('2304', billOf(mdtrt_id), insuplc);
    const reference = { setl_id: settled.settlementId, mdtrt_id, psn_no };
    const msgid = newMessageId(link.institutionCode);
    await link.settled('2305', reference, insuplc, { msgid });
    await link.done('2601', { data: { psn_no, omsgid: msgid, oinfno: '2305' } }, insuplc);
    // It stands, so it can be taken back once more.
    expect((await link.settled('2305', reference, insuplc)).total).toBe(-settled.total);
  });

  it('does not reach another hospital’s patients', async () => {
    const mdtrt_id = await admitted();
    const code = desk.otherHospital(visit, false);
    const other = await connected(desk, code);
    const refused = await other.tried('2404', { data: { mdtrt_id, psn_no } }, insuplc);
    expect([refused.infcode, refused.err_msg?.split(' ')[0]]).toEqual([-2, 'VISIT_NOT_FOUND']);
  });
});
