import { fen, formatYuan, parseYuan, sumFen } from '@yiditong/money';
import { randomUUID } from 'node:crypto';
import { generateDay, loadSample } from '@yiditong/tools';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { HospitalDesk, type Settled, type Visit } from './hospital-desk.js';
import { connected, shanghaiTime, type NationalDesk } from './national-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);

let visit: Visit;
let settled: Settled;
let link: NationalDesk;
let neighbour: NationalDesk;
let psn_no: string;

beforeAll(async () => {
  visit = await desk.admit(85);
  settled = await desk.settled(visit);
  link = await connected(desk, visit.institutionCode);
  neighbour = await connected(desk, desk.otherHospital(visit, false));
  psn_no = nationalId(visit.bill.personId);
});

/** A UUID in 25 digits and letters. */
function nationalId(id: string): string {
  return BigInt(`0x${id.replaceAll('-', '')}`)
    .toString(36)
    .toUpperCase()
    .padStart(25, '0');
}

/** A hospital that the patient's filing covers, and that no spec brought him to. */
async function strangerTo({ bill }: Visit): Promise<NationalDesk> {
  for (const { institutionCode } of sample.institutions) {
    if (!desk.isCovered({ institutionCode, body: bill })) continue;
    const hospital = await connected(desk, institutionCode);
    const { err_msg } = await hospital.tried(
      '5301',
      { data: { psn_no: nationalId(bill.personId) } },
      bill.insuredRegion,
    );
    if (err_msg?.startsWith('PERSON_NOT_PATIENT ')) return hospital;
  }
  throw new Error('specs brought the patient to every hospital that his filing covers');
}

/** As the national message has an amount: a number that is written with its exact digits. */
const yuan = (amountFen: string): number => Number(formatYuan(fen(BigInt(amountFen))));

describe('a hospital’s queries of its patient', () => {
  it('5203 gives back the settlement, and to another hospital none', async () => {
    const data = { psn_no, setl_id: nationalId(settled.settlementId) };
    const { output } = await link.send(link.message('5203', data));
    expect(output?.['setlinfo']).toMatchObject({
      setl_id: data.setl_id,
      psn_no,
      medfee_sumamt: yuan(settled.totalFen),
      psn_cash_pay: yuan(settled.cashFen),
    });
    const foreign = await neighbour.send(neighbour.message('5203', data));
    expect(foreign).toMatchObject({ infcode: -2, err_msg: expect.stringMatching(/^SETTLEMENT_NOT_FOUND /) });
  });

  it('5204 gives back its lines, which sum to the bill', async () => {
    const reply = await link.send(link.message('5204', { psn_no, setl_id: nationalId(settled.settlementId) }));
    const lines = reply.output?.['output'] as { det_item_fee_sumamt: number }[];
    const amounts = lines.map((line) => parseYuan(String(line.det_item_fee_sumamt)) ?? fen(0n));
    expect(String(sumFen(amounts))).toBe(settled.totalFen);
  });

  it('5206 gives the year’s totals', async () => {
    const reply = await link.send(link.message('5206', { psn_no }));
    expect(reply.infcode).toBe(0);
    expect(reply.output?.['cuminfo']).toEqual(expect.arrayContaining([expect.anything()]));
  });

  it('5301 gives what is recognised, which may be nothing', async () => {
    const message = link.message('5301', { psn_no }, { insuplc_admdvs: visit.bill.insuredRegion });
    expect(await link.send(message)).toMatchObject({ infcode: 0, output: { feedetail: expect.any(Array) as unknown } });
  });

  it.each(['5206', '5301'])(
    '%s tells another hospital nothing, unless it has read who the patient is',
    async (infno) => {
      const insured = { insuplc_admdvs: visit.bill.insuredRegion };
      const stranger = await neighbour.send(neighbour.message(infno, { psn_no }, insured));
      expect(stranger).toMatchObject({ infcode: -2, err_msg: expect.stringMatching(/^PERSON_NOT_PATIENT \[人员\] /) });
      const idNumber = desk.day.persons.find(({ personId }) => personId === visit.bill.personId)?.idNumber;
      const shown = { psn_no, mdtrt_cert_type: '02', mdtrt_cert_no: idNumber };
      expect((await neighbour.send(neighbour.message(infno, shown, insured))).infcode).toBe(0);
    },
  );

  it('5206 and 5301 are answered of a patient who is registered and nothing more', async () => {
    const other = await desk.admit(86);
    const { personId, insuredRegion, admittedAt } = other.bill;
    const person = desk.day.persons.find((one) => one.personId === personId);
    const asked = { psn_no: nationalId(personId) };
    const hospital = await strangerTo(other);
    const staff = { atddr_no: 'D1', dr_name: '医师', dept_code: 'K1', dept_name: '内科', caty: 'A03' };
    const registration = {
      ...asked,
      ...staff,
      insutype: person?.insurance === 'EMPLOYEE' ? '310' : '390',
      begntime: shanghaiTime(Date.parse(admittedAt)),
      mdtrt_cert_type: '02',
      mdtrt_cert_no: person?.idNumber,
      ipt_otp_no: `E2E-${randomUUID().slice(0, 18)}`,
    };
    const { output } = await hospital.done('2201', { data: registration }, insuredRegion);
    for (const infno of ['5206', '5301']) await hospital.done(infno, { data: asked }, insuredRegion);
    const { mdtrt_id } = (output as { data: { mdtrt_id: string } }).data;
    const withdrawal = { ...asked, mdtrt_id, ipt_otp_no: registration.ipt_otp_no };
    await hospital.done('2202', { data: withdrawal }, insuredRegion);
    const gone = await hospital.tried('5301', { data: asked }, insuredRegion);
    expect(gone.err_msg?.split(' ')[0]).toBe('PERSON_NOT_PATIENT');
  });

  it('13xx orders a file that 9102 fetches, for its own hospital alone', async () => {
    const { output } = await link.send(link.message('1302', { ver: '0' }));
    const asked = { fsDownloadIn: { file_qury_no: output?.['file_qury_no'], filename: 'plc' } };
    const fetched = await link.send(link.message('9102', {}, { input: asked }));
    expect(Buffer.from(String(fetched.output?.['file']), 'base64').subarray(0, 2).toString()).toBe('PK');
    const foreign = await neighbour.send(neighbour.message('9102', {}, { input: asked }));
    expect(foreign.err_msg).toMatch(/^KEPT_FILE_NOT_FOUND /);
  });

  it('2505 is refused with its own reason', async () => {
    const data = {
      psn_no,
      biz_appy_type: '03',
      begndate: '2026-01-01',
      fix_srt_no: '1',
      fixmedins_code: link.institutionCode,
      fixmedins_name: '示例医院',
    };
    const reply = await link.send(link.message('2505', data));
    expect(reply).toMatchObject({ infcode: -2, err_msg: expect.stringMatching(/^CHOSEN_INSTITUTION_NEEDLESS /) });
  });
});
