import { Test } from '@nestjs/testing';
import { Clock, encodeInstant, TARGETS, type Actor } from '@yiditong/chassis';
import { FixedClock } from '@yiditong/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Envelope } from './envelope.js';
import { nationalIdOf } from './national-codes.js';
import { Patients } from './patients.js';
import { Presence } from './presence.js';
import { QueryTransactions } from './query-transactions.js';
import { SettledFees } from './settled-fees.js';
import type { Transaction } from './transaction.js';

const HOSPITAL = 'H11010500001';
const NOW = new Date('2026-11-22T04:30:00Z');
const [PERSON, SETTLEMENT, CANCELLATION, VISIT, FILING] = [0, 1, 2, 3, 4].map(
  (n) => `01890a5d-ac96-774b-bcce-b302099a805${n}`,
) as [string, string, string, string, string];
const MESSAGE = `${HOSPITAL}202611221200000001`;
const psn_no = nationalIdOf(PERSON);

type Call = { readonly method: string; readonly request: Record<string, unknown> };
let calls: Call[];
let answers: Record<string, (request: Record<string, unknown>) => object>;
let transactions: Record<string, Transaction>;

const services = {
  call: async (method: string, request: Record<string, unknown>) => {
    calls.push({ method, request });
    return answers[method]?.(request) ?? {};
  },
};

beforeAll(async () => {
  const module = await Test.createTestingModule({
    providers: [
      { provide: Clock, useValue: new FixedClock(NOW) },
      ...Object.values(TARGETS).map(({ token }) => ({ provide: token, useValue: services })),
      Patients,
      SettledFees,
      Presence,
      QueryTransactions,
    ],
  }).compile();
  transactions = module.get(QueryTransactions).transactions;
});

beforeEach(() => {
  calls = [];
  answers = {
    getPerson: () => ({
      personId: PERSON,
      insuredRegion: '610100',
      insurance: 'INSURANCE_RESIDENT',
      personType: 'PERSON_TYPE_RESIDENT',
      active: true,
      name: '张*',
      idNumber: '1***********X',
      phone: '',
      tags: [],
    }),
  };
});

async function send(infno: string, input: object, insured: string | null = '610100') {
  const envelope = {
    msgid: MESSAGE,
    fixmedins_code: HOSPITAL,
    mdtrtarea_admvs: '110105',
    insuplc_admdvs: insured,
    input,
  } as unknown as Envelope;
  const actor: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: HOSPITAL };
  const carryOut = transactions[infno];
  if (!carryOut) throw new Error(`${infno} is not offered`);
  return JSON.parse(JSON.stringify(await carryOut({ actor, envelope }))) as {
    output: Record<string, unknown>;
    warning?: string;
  };
}

const split = { fullSelfPayFen: 0n, overCeilingFen: 0n, firstSelfPayFen: 0n, inScopeFen: 10_000n };
const settlement = (change: object = {}) => ({
  settlementId: SETTLEMENT,
  institutionCode: HOSPITAL,
  messageId: MESSAGE,
  personId: PERSON,
  insuredRegion: '610100',
  treatingRegion: '110105',
  visitKind: 'VISIT_KIND_INPATIENT',
  insurance: 'INSURANCE_RESIDENT',
  personType: 'PERSON_TYPE_RESIDENT',
  totalFen: 10_000n,
  split,
  deductibleFen: 0n,
  funds: [{ fund: 'FUND_POOLING', amountFen: 6_000n }],
  fundTotalFen: 6_000n,
  personalFen: 4_000n,
  settledAt: encodeInstant(NOW),
  state: 'SETTLEMENT_STATE_SETTLED',
  accountFen: 0n,
  mutualAidFen: 0n,
  cashFen: 4_000n,
  hospitalPartFen: 0n,
  poolingRatioE4: 6_000,
  details: [],
  emergency: false,
  trauma: false,
  cancellationId: '',
  visitId: VISIT,
  ...change,
});

describe('5203', () => {
  it('answers the settlement of the id in the form of the settlement itself', async () => {
    answers['findSettlements'] = () => ({ settlements: [settlement()] });
    const { output, warning } = await send('5203', { data: { psn_no, setl_id: nationalIdOf(SETTLEMENT) } });
    expect(calls.find(({ method }) => method === 'findSettlements')?.request).toEqual({
      institutionCode: HOSPITAL,
      personId: PERSON,
      settlementId: SETTLEMENT,
      visitId: '',
    });
    expect(output['setlinfo']).toMatchObject({
      setl_id: nationalIdOf(SETTLEMENT),
      mdtrt_id: nationalIdOf(VISIT),
      medfee_sumamt: 100,
      fund_pay_sumamt: 60,
      psn_name: '张*',
    });
    expect(warning).toBeUndefined();
  });

  it('answers a refund by the cancellation’s own id, with negative amounts', async () => {
    const state = 'SETTLEMENT_STATE_CANCELLED';
    const cancellationMessageId = `${HOSPITAL}202611221200000002`;
    const cancelled = settlement({
      state,
      cancellationId: CANCELLATION,
      cancellationMessageId,
      cancelledAt: encodeInstant(NOW),
    });
    answers['findSettlements'] = () => ({ settlements: [cancelled] });
    const refund = await send('5203', { data: { psn_no, setl_id: nationalIdOf(CANCELLATION) } });
    expect(refund.output['setlinfo']).toMatchObject({
      setl_id: nationalIdOf(CANCELLATION),
      medfee_sumamt: -100,
      medins_setl_id: cancellationMessageId,
    });
    const original = await send('5203', { data: { psn_no, setl_id: nationalIdOf(SETTLEMENT) } });
    expect(original.output['setlinfo']).toMatchObject({
      setl_id: nationalIdOf(SETTLEMENT),
      medfee_sumamt: 100,
      medins_setl_id: MESSAGE,
    });
    expect(original.warning).toBe('该结算已撤销（退费）');
  });

  it('by the visit answers that visit’s newest, and says that there are more', async () => {
    const settlements = [settlement({ visitId: FILING }), settlement(), settlement({ settlementId: CANCELLATION })];
    answers['findSettlements'] = () => ({ settlements });
    const { output, warning } = await send('5203', { data: { psn_no, mdtrt_id: nationalIdOf(VISIT) } });
    expect(output['setlinfo']).toMatchObject({ setl_id: nationalIdOf(SETTLEMENT) });
    expect(warning).toBe('另有 1 笔结算，请按结算ID查询');
  });

  it('refuses what the institution never settled', async () => {
    answers['findSettlements'] = () => ({ settlements: [] });
    await expect(send('5203', { data: { psn_no } })).rejects.toMatchObject({ reason: 'SETTLEMENT_NOT_FOUND' });
  });
});

describe('5204', () => {
  const line = {
    lineNumber: 3,
    nationalCode: 'T001700001',
    hospitalCode: 'OWN',
    quantityE4: 10_000n,
    unitPriceMicroYuan: 100_000_000n,
    amountFen: 10_000n,
    occurredAt: encodeInstant(NOW),
  };
  const classified = { itemClass: 'ITEM_CLASS_A', chargeCategory: '10', rule: 'ENTRY', split };

  it('answers the fees of a settlement of a visit, page by page, and no other’s', async () => {
    answers['findSettlements'] = () => ({ settlements: [settlement()] });
    answers['getVisit'] = () => ({
      visit: { visitId: VISIT, personId: PERSON, visitKind: 'VISIT_KIND_INPATIENT', emergency: false },
    });
    answers['listFees'] = ({ after }) => ({
      fees: [
        { ...classified, fee: { serial: `S${String(after)}`, line }, settlementId: after === '' ? SETTLEMENT : '' },
      ],
      nextAfter: after === '' ? '1' : '',
    });
    const named = { psn_no, mdtrt_id: nationalIdOf(VISIT) };
    const bySettlement = await send('5204', { data: { ...named, setl_id: nationalIdOf(SETTLEMENT) } });
    expect(bySettlement.output['output']).toEqual([
      expect.objectContaining({
        mdtrt_id: nationalIdOf(VISIT),
        setl_id: nationalIdOf(SETTLEMENT),
        feedetl_sn: 'S',
        fee_ocur_time: '2026-11-22 12:30:00',
        det_item_fee_sumamt: 100,
        cnt: 1,
        inscp_scp_amt: 100,
        chrgitm_lv: '01',
        medins_list_codg: 'OWN',
      }),
    ]);
    const all = (await send('5204', { data: named })).output['output'] as { setl_id: string }[];
    expect(all.map(({ setl_id }) => setl_id)).toEqual([nationalIdOf(SETTLEMENT), '']);
  });

  it('answers the lines of a bill that came in one message', async () => {
    answers['findSettlements'] = () => ({ settlements: [settlement({ visitId: '' })] });
    answers['listSettledLines'] = () => ({ lines: [{ ...classified, line, catalogueSequence: 1 }], nextAfter: 0 });
    const { output } = await send('5204', { data: { psn_no, setl_id: nationalIdOf(SETTLEMENT) } });
    expect(output['output']).toEqual([expect.objectContaining({ feedetl_sn: '3', setl_id: nationalIdOf(SETTLEMENT) })]);
  });

  it('refuses another person’s visit, a settlement that isn’t there, and neither id', async () => {
    answers['findSettlements'] = () => ({ settlements: [] });
    answers['getVisit'] = () => ({ visit: { visitId: VISIT, personId: FILING, visitKind: 'VISIT_KIND_INPATIENT' } });
    const asked = { psn_no, mdtrt_id: nationalIdOf(VISIT) };
    await expect(send('5204', { data: asked })).rejects.toMatchObject({ reason: 'VISIT_OTHER_PERSON' });
    const missing = { psn_no, setl_id: nationalIdOf(SETTLEMENT) };
    await expect(send('5204', { data: missing })).rejects.toMatchObject({ reason: 'SETTLEMENT_NOT_FOUND' });
    await expect(send('5204', { data: { psn_no } })).rejects.toMatchObject({ reason: 'REQUEST_MALFORMED' });
  });
});

describe('5206', () => {
  beforeEach(() => {
    answers['checkPatient'] = () => ({ isPatient: true });
    answers['getAccumulators'] = () => ({
      accumulators: [
        { insurance: 'INSURANCE_RESIDENT', kind: 'POOLING_PAID', value: 123_456n },
        { insurance: 'INSURANCE_RESIDENT', kind: 'INPATIENT_VISITS', value: 2n },
        { insurance: 'INSURANCE_EMPLOYEE', kind: 'OUTPATIENT_POOLING@2026-03', value: 100n },
      ],
    });
  });

  it('answers a year’s totals of each insurance: amounts in yuan, visits as a count', async () => {
    const { output } = await send('5206', { data: { psn_no } });
    expect(calls.at(-1)?.request).toEqual({ personId: PERSON, benefitYear: 2026 });
    const year = { insutype: '390', year: '2026', cum_ym: '2026' };
    expect(output['cuminfo']).toEqual([
      { ...year, cum_type_code: 'POOLING_PAID', cum: 1_234.56 },
      { ...year, cum_type_code: 'INPATIENT_VISITS', cum: 2 },
      { ...year, insutype: '310', cum_ym: '202603', cum_type_code: 'OUTPATIENT_POOLING', cum: 1 },
    ]);
  });

  it('answers a month’s alone where one is asked for', async () => {
    const { output } = await send('5206', { data: { psn_no, cum_ym: '202603' } });
    expect((output['cuminfo'] as { cum_ym: string }[]).map(({ cum_ym }) => cum_ym)).toEqual(['202603']);
  });

  it.each(['26', '202613', '2026-03'])('refuses the period %s', (cum_ym) =>
    expect(send('5206', { data: { psn_no, cum_ym } })).rejects.toMatchObject({ reason: 'REQUEST_MALFORMED' }),
  );
});

describe.each(['5206', '5301'])('%s of a person who', (infno) => {
  const found = (personId: string) => () => ({
    personId,
    insuredRegion: '610100',
    insurance: 'INSURANCE_RESIDENT',
    personType: 'PERSON_TYPE_RESIDENT',
    active: true,
    maskedName: '张*',
  });
  const card = { mdtrt_cert_type: '02', mdtrt_cert_no: '11010519491231002X' };
  const token = { mdtrt_cert_type: '01', mdtrt_cert_no: 'token' };
  const healthCard = { mdtrt_cert_type: '03', mdtrt_cert_no: 'A1' };
  const notPatient = { checkPatient: () => ({ isPatient: false }) };

  beforeEach(() => {
    answers['getAccumulators'] = () => ({ accumulators: [] });
    answers['listEntitlements'] = () => ({ entitlements: [] });
  });

  it('is a patient there is answered', async () => {
    answers['checkPatient'] = () => ({ isPatient: true });
    await expect(send(infno, { data: { psn_no } })).resolves.toBeDefined();
    const asked = calls.find(({ method }) => method === 'checkPatient');
    expect(asked?.request).toEqual({ institutionCode: HOSPITAL, personId: PERSON });
  });

  it.each<[string, object, Record<string, () => object>]>([
    ['an ID card', card, { findPerson: found(PERSON) }],
    ['an e-credential', token, { decodeCredential: () => ({ personId: PERSON }) }],
  ])('shows %s is answered', async (_, shown, known) => {
    Object.assign(answers, notPatient, known);
    await expect(send(infno, { data: { psn_no, ...shown } })).resolves.toBeDefined();
  });

  it.each<[string, object, Record<string, () => object>, string]>([
    ['is no patient there and shows nothing', {}, {}, 'PERSON_NOT_PATIENT'],
    ['isn’t the one of the ID card', card, { findPerson: found(FILING) }, 'REQUEST_MALFORMED'],
    [
      'isn’t the one of the e-credential',
      token,
      { decodeCredential: () => ({ personId: FILING }) },
      'PERSON_NOT_PATIENT',
    ],
    ['shows a social security card, which names nobody,', healthCard, {}, 'PERSON_NOT_PATIENT'],
  ])('%s is refused, and nothing is asked of what he has', async (_, shown, known, reason) => {
    Object.assign(answers, notPatient, known);
    await expect(send(infno, { data: { psn_no, ...shown } })).rejects.toMatchObject({ reason });
    const methods = calls.map(({ method }) => method);
    expect(methods).not.toContain(infno === '5206' ? 'getAccumulators' : 'listEntitlements');
  });
});

describe('5301', () => {
  beforeEach(() => {
    answers['checkPatient'] = () => ({ isPatient: true });
  });

  it('answers the diseases that the insured place has recognised', async () => {
    answers['listEntitlements'] = () => ({
      entitlements: [{ diseaseCode: 'M03900', diseaseNameZh: '高血压', validFrom: '2026-01-01', validTo: '' }],
    });
    const { output } = await send('5301', { data: { psn_no } });
    expect(calls.at(-1)?.request).toEqual({ personId: PERSON, forPersonId: '', insuredRegion: '610100' });
    expect(output['feedetail']).toEqual([
      { opsp_dise_code: 'M03900', opsp_dise_name: '高血压', begndate: '2026-01-01', enddate: '' },
    ]);
  });

  it('needs the insured place', async () => {
    await expect(send('5301', { data: { psn_no } }, null)).rejects.toMatchObject({ reason: 'REQUEST_MALFORMED' });
    expect(calls).toEqual([]);
  });
});

it.each(['5203', '5204', '5206', '5301'])('%s refuses a person that is missing or malformed', async (infno) => {
  for (const number of [undefined, '', PERSON, 'x'])
    await expect(send(infno, { data: { psn_no: number, mdtrt_id: nationalIdOf(VISIT) } })).rejects.toMatchObject({
      reason: 'REQUEST_MALFORMED',
      params: { problem: expect.stringContaining('input.data.psn_no') as string },
    });
});
