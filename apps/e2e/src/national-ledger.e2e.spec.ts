import { generateDay, loadSample } from '@yiditong/tools';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { HospitalDesk, newMessageId, type Settled, type Visit } from './hospital-desk.js';
import { connected, type NationalDesk } from './national-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);

let visit: Visit;
let settled: Settled;
let link: NationalDesk;
let neighbour: NationalDesk;

beforeAll(async () => {
  visit = await desk.admit(83);
  settled = await desk.settled(visit);
  link = await connected(desk, visit.institutionCode);
  neighbour = await connected(desk, desk.otherHospital(visit, false));
});

const daysAgo = (days: number): string =>
  new Date(Date.now() + 8 * 3_600_000 - days * 86_400_000).toISOString().slice(0, 10);
const clearingType = (): string => (visit.bill.visitKind === 'INPATIENT' ? '21' : '11');

/** Of a day on which no spec refunded anything. */
function totals(change: object = {}) {
  return {
    insutype: '310',
    clr_type: clearingType(),
    setl_optins: settled.treatingRegion,
    stmt_begndate: daysAgo(30),
    stmt_enddate: daysAgo(30),
    medfee_sumamt: '-1.00',
    fund_pay_sumamt: '0',
    acct_pay: '0',
    fixmedins_setl_cnt: '0',
    refd_setl_flag: '1',
    ...change,
  };
}

describe('3201', () => {
  it('says where totals differ, and that a day without refunds has none', async () => {
    const differs = await link.send(link.message('3201', totals()));
    expect(differs).toMatchObject({ infcode: 0, output: { stmtinfo: { stmt_rslt: '1' } } });
    const equal = await link.send(link.message('3201', totals({ medfee_sumamt: '0' })));
    expect(equal).toMatchObject({ infcode: 0, output: { stmtinfo: { stmt_rslt: '0' } } });
  });

  it('refuses three decimals by name', async () => {
    const reply = await link.send(link.message('3201', totals({ medfee_sumamt: '0.000' })));
    expect(reply).toMatchObject({ infcode: -2, err_msg: expect.stringMatching(/^REQUEST_MALFORMED .*medfee_sumamt/) });
  });
});

describe('a month', () => {
  it('that isn’t over is refused', async () => {
    const [trt_year, trt_month] = daysAgo(0).split('-');
    const reply = await link.send(link.message('3260', { trt_year, trt_month }));
    expect(reply).toMatchObject({ infcode: -2, err_msg: expect.stringMatching(/^MONTH_NOT_OVER /) });
  });

  it('without bills is confirmed, is then confirmed already, and is taken back', async () => {
    const data = { trt_year: '2025', trt_month: '01' };
    const fetched = await link.send(link.message('3260', data));
    expect(fetched).toMatchObject({ infcode: 0, output: { data: { totalrow: 0 }, detail: [] } });
    const msgid = newMessageId(link.institutionCode);
    const input = { data: { ...data, totalrow: 0 }, detail: [] };
    for (const seconds of [0, -1])
      expect(await link.send(link.message('3261', {}, { msgid, input }, seconds))).toMatchObject({ infcode: 0 });
    const again = await link.send(link.message('3261', {}, { input }));
    expect(again.err_msg).toMatch(/^MONTH_CONFIRMED /);
    const foreign = await neighbour.send(neighbour.message('3262', { ...data, otransid: msgid }));
    expect(foreign.infcode).toBe(-2);
    expect(await link.send(link.message('3262', { ...data, otransid: msgid }))).toMatchObject({ infcode: 0 });
    const twice = await link.send(link.message('3262', { ...data, otransid: msgid }));
    expect(twice.err_msg).toMatch(/^MONTH_NOT_CONFIRMED /);
  });
});
