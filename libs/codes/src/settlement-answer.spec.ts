import { describe, expect, it } from 'vitest';
import { readSettlementAnswer, type AnsweredSettlement } from './settlement-answer.js';

/** An answer as centres send them: codes and amounts as numbers, empty texts, `message`, a ratio that nobody filled in, a row of nothing. */
const SETLINFO = {
  setl_time: '2026-11-02 09:08:07',
  cvlserv_pay: 0,
  cvlserv_flag: '0',
  med_type: '2101',
  naty: '',
  brdy: '1970-01-02',
  psn_cash_pay: 1200.55,
  certno: '1****************X',
  hifmi_pay: 0,
  psn_no: 'P1',
  act_pay_dedc: 500,
  balc: 88.1,
  medins_setl_id: 'H43050200001202611020908070001',
  hifob_pay: 0,
  acct_mulaid_pay: 0,
  clr_way: '01',
  oth_pay: 0,
  medfee_sumamt: 3000.05,
  hifes_pay: 0,
  mdtrt_id: 'M1',
  fund_pay_sumamt: 1799.5,
  acct_pay: 0,
  fulamt_ownpay_amt: 100.2,
  setl_id: 'S1',
  hosp_part_amt: 0,
  insutype: '310',
  inscp_scp_amt: 2700.8,
  maf_pay: 0,
  psn_part_amt: 1200.55,
  pool_prop_selfpay: 0,
  overlmt_selfpay: 0,
  hifp_pay: 1799.5,
  preselfpay_amt: 199.05,
  age: 56,
};
const NO_DETAIL = {
  fund_pay_type: '',
  fund_payamt: '',
  setl_proc_info: '',
  crt_payb_lmt_amt: '',
  inscp_scp_amt: 2700.8,
  fund_pay_type_name: '',
};

type Change = Readonly<Record<string, unknown>>;

function answer(change: Change = {}, setldetail: unknown = [NO_DETAIL], frame: Change = {}): string {
  const output = { setlinfo: { ...SETLINFO, ...change }, setldetail };
  return JSON.stringify({ output, infcode: 0, refmsg_time: '20261102090807001', message: '', ...frame });
}

const read = (json: string, region = '430502') => readSettlementAnswer(json, region);

function settled(json: string, region?: string): AnsweredSettlement {
  const result = read(json, region);
  if (result.outcome !== 'SETTLED') throw new Error(JSON.stringify(result));
  return result.settlement;
}

describe('an answer to a settlement', () => {
  it('is read with numbers, empty texts and rows of nothing', () => {
    expect(settled(answer())).toMatchObject({
      visitId: 'M1',
      settlementId: 'S1',
      personNumber: 'P1',
      total: 300005n,
      fundTotal: 179950n,
      personal: 120055n,
      cash: 120055n,
      deductible: 50000n,
      balance: 8810n,
      poolingRatioE4: 0n,
      disabledCare: 0n,
      details: [],
    });
  });

  it('is the same with texts', () => {
    const texts = Object.fromEntries(Object.entries(SETLINFO).map(([name, value]) => [name, String(value)]));
    const json = JSON.stringify({ infcode: '0', output: { setlinfo: texts, setldetail: [] } });
    expect(settled(json)).toEqual(settled(answer()));
  });

  it('may spell cash as 2208 does, and leave optional amounts out', () => {
    const change = {
      psn_cash_pay: undefined,
      pdn_cash_pay: '1200.55',
      psn_part_amt: '',
      acct_mulaid_pay: null,
      balc: '',
    };
    expect(settled(answer(change))).toMatchObject({ cash: 120055n, personal: 120055n, balance: null });
  });

  it('is read exactly beyond what a float can hold', () => {
    const json = answer()
      .replaceAll('3000.05', '90071992547409.93')
      .replaceAll('2700.8', '90071992547110.68')
      .replaceAll('1799.5', '90071992546209.38');
    expect(settled(json).total).toBe(9007199254740993n);
  });

  it('tells the details that are some', () => {
    const row = { fund_pay_type: '310100', fund_payamt: 1799.5, crt_payb_lmt_amt: '', inscp_scp_amt: '2700.80' };
    expect(settled(answer({}, [NO_DETAIL, row])).details).toEqual([
      { fundPayType: '310100', amount: 179950n, base: 270080n, limit: null },
    ]);
  });

  it('of a province that counts accounts as funds means the same', () => {
    const change = { acct_pay: 200, psn_cash_pay: 1000.55 };
    expect(settled(answer(change)).fundTotal).toBe(179950n);
    expect(settled(answer({ ...change, fund_pay_sumamt: 1999.5 }), '440106').fundTotal).toBe(179950n);
    expect(read(answer(change), '440106').outcome).toBe('UNUSABLE');
    expect(read(answer({ ...change, fund_pay_sumamt: 1999.5 }), '430502').outcome).toBe('UNUSABLE');
  });

  it('of a cancellation has every amount negative', () => {
    const negative = JSON.parse(answer()) as { output: { setlinfo: Record<string, unknown> } };
    for (const [name, value] of Object.entries(negative.output.setlinfo))
      if (typeof value === 'number' && !['age', 'balc', 'pool_prop_selfpay'].includes(name))
        negative.output.setlinfo[name] = -value;
    expect(settled(JSON.stringify(negative))).toMatchObject({ total: -300005n, cash: -120055n });
  });

  it.each<[string, string, string]>([
    ['parts that are not the whole', answer({ preselfpay_amt: 199.06 }), 'medfee_sumamt is not its four parts'],
    [
      'payers who do not pay all',
      answer({ psn_part_amt: 1200.56, psn_cash_pay: 1200.56 }),
      'medfee_sumamt is not what funds, person and hospital pay',
    ],
    [
      'a person’s part that is not his payments',
      answer({ psn_cash_pay: 1200.54 }),
      'psn_part_amt is not accounts and cash',
    ],
    ['funds that are not their sum', answer({ hifp_pay: 1799.49 }), 'fund_pay_sumamt is not its funds'],
    ['three decimals', answer({ hifp_pay: 1799.501 }), 'hifp_pay: not an amount'],
    ['an exponent', answer({ hifp_pay: '1.7995e3' }), 'hifp_pay: not an amount'],
    ['a missing amount', answer({ acct_pay: '' }), 'acct_pay: is missing'],
    ['no settlement id', answer({ setl_id: '' }), 'setl_id: is missing'],
    ['no message id', answer({ medins_setl_id: undefined }), 'medins_setl_id: is missing'],
    ['a ratio above the form', answer({ pool_prop_selfpay: '10.5' }), 'pool_prop_selfpay: not a ratio'],
    ['a fund without an amount', answer({}, [{ ...NO_DETAIL, fund_pay_type: '310100' }]), 'fund_payamt: is missing'],
    ['no output', '{"infcode":0}', 'medfee_sumamt: is missing'],
    ['no infcode', answer({}, [], { infcode: '' }), 'infcode: not a number'],
    ['no JSON', 'oops', 'not a JSON object'],
    ['a list', '[]', 'not a JSON object'],
  ])('with %s is not believed', (_, json, problem) => {
    const result = read(json);
    expect(result.outcome === 'UNUSABLE' && result.problems).toContain(problem);
  });

  it.each([
    ['err_msg', -2, 'REFUSED'],
    ['message', -2, 'REFUSED'],
    ['err_msg', '-7', 'REFUSED'],
    ['message', 1, 'REFUSED'],
    ['message', -1, 'UNKNOWN'],
    ['err_msg', '-1', 'UNKNOWN'],
  ])('that fails is told from one that nobody knows, by %s and %s', (field, infcode, outcome) => {
    expect(read(JSON.stringify({ infcode, [field]: 'why', output: {} }))).toMatchObject({ outcome, message: 'why' });
  });
});
