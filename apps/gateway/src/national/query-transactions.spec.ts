import { Test } from '@nestjs/testing';
import { Clock, encodeInstant, TARGETS, type Actor } from '@yiditong/chassis';
import { FixedClock } from '@yiditong/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Envelope } from './envelope.js';
import { FilingTransactions } from './filing-transactions.js';
import { nationalIdOf } from './national-codes.js';
import { Patients } from './patients.js';
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
  const groups = [QueryTransactions, FilingTransactions];
  const module = await Test.createTestingModule({
    providers: [
      { provide: Clock, useValue: new FixedClock(NOW) },
      ...Object.values(TARGETS).map(({ token }) => ({ provide: token, useValue: services })),
      Patients,
      SettledFees,
      ...groups,
    ],
  }).compile();
  transactions = Object.assign({}, ...groups.map((group) => module.get(group).transactions)) as typeof transactions;
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
    const cancelled = settlement({ state, cancellationId: CANCELLATION, cancelledAt: encodeInstant(NOW) });
    answers['findSettlements'] = () => ({ settlements: [cancelled] });
    const refund = await send('5203', { data: { psn_no, setl_id: nationalIdOf(CANCELLATION) } });
    expect(refund.output['setlinfo']).toMatchObject({ setl_id: nationalIdOf(CANCELLATION), medfee_sumamt: -100 });
    const original = await send('5203', { data: { psn_no, setl_id: nationalIdOf(SETTLEMENT) } });
    expect(original.output['setlinfo']).toMatchObject({ setl_id: nationalIdOf(SETTLEMENT), medfee_sumamt: 100 });
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
    answers['getAccumulators'] = () => ({
      accumulators: [
        { kind: 'POOLING_PAID', value: 123_456n },
        { kind: 'INPATIENT_VISITS', value: 2n },
        { kind: 'OUTPATIENT_POOLING@2026-03', value: 100n },
      ],
    });
  });

  it('answers a year’s totals: amounts in yuan, visits as a count', async () => {
    const { output } = await send('5206', { data: { psn_no } });
    expect(calls.at(-1)?.request).toEqual({ personId: PERSON, benefitYear: 2026 });
    const year = { insutype: '390', year: '2026', cum_ym: '2026' };
    expect(output['cuminfo']).toEqual([
      { ...year, cum_type_code: 'POOLING_PAID', cum: 1_234.56 },
      { ...year, cum_type_code: 'INPATIENT_VISITS', cum: 2 },
      { ...year, cum_ym: '202603', cum_type_code: 'OUTPATIENT_POOLING', cum: 1 },
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

describe('5301', () => {
  it('answers the diseases that the insured place has recognised', async () => {
    answers['listEntitlements'] = () => ({
      entitlements: [{ diseaseCode: 'M03900', diseaseNameZh: '高血压', validFrom: '2026-01-01', validTo: '' }],
    });
    const { output } = await send('5301', { data: { psn_no } });
    expect(calls[0]?.request).toEqual({ personId: PERSON, forPersonId: '', insuredRegion: '610100' });
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

const referral = {
  psn_no,
  diag_code: 'I10.x00x002',
  diag_name: '高血压病',
  reflin_medins_no: 'H31010100001',
  reflin_medins_name: '上海医院',
  mdtrtarea_admdvs: '310101',
  hosp_agre_refl_flag: '1',
  refl_type: '1',
  refl_date: '2026-11-22',
  refl_rea: '需专科治疗',
  refl_opnn: '同意',
};

describe('2501', () => {
  beforeEach(() => {
    answers['registerFiling'] = () => ({ filing: { filingId: FILING, state: 'FILING_STATE_SUBMITTED' } });
  });

  it.each(['2501', '2501A'])(
    '%s files a referral for the other place, with the message as its certificate',
    async (infno) => {
      const { output, warning } = await send(infno, { refmedin: referral });
      expect(output).toEqual({ result: { trt_dcla_detl_sn: nationalIdOf(FILING) } });
      expect(warning).toBe('已提交参保地审核，审核通过后生效');
      expect(calls[0]?.request).toEqual({
        requestId: MESSAGE,
        personId: PERSON,
        forPersonId: '',
        insuredRegion: '610100',
        institutionCode: HOSPITAL,
        category: 'FILING_CATEGORY_REFERRAL',
        destinationRegion: '310000',
        validFrom: '2026-11-22',
        validTo: '2027-05-21',
        materials: [
          { kind: 'MATERIAL_KIND_REFERRAL_CERTIFICATE', digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
        ],
        pledged: false,
        draft: false,
        reason: '就医地医院办理转院备案（2501）',
      });
    },
  );

  it('passes on neither the diagnosis nor why', async () => {
    await send('2501', { refmedin: referral });
    expect(JSON.stringify(calls)).not.toMatch(/I10|高血压|专科/);
  });

  it('has the same certificate for the same referral and another for another', async () => {
    for (const refmedin of [referral, { ...referral }, { ...referral, refl_rea: '另一原因' }])
      await send('2501', { refmedin });
    const [first, again, other] = calls.map(({ request }) => (request['materials'] as { digest: string }[])[0]?.digest);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it.each([
    ['320102', '320100'],
    ['429004', '429004'],
    ['110105', '110000'],
    ['660101', '660100'],
  ])('for %s names %s', async (place, destination) => {
    await send('2501', { refmedin: { ...referral, mdtrtarea_admdvs: place } });
    expect(calls[0]?.request['destinationRegion']).toBe(destination);
  });

  it('refuses what is missing or malformed, naming it', async () => {
    const bad = [
      ...Object.keys(referral).map((field) => [field, undefined] as const),
      ['diag_code', '高血压'] as const,
      ['mdtrtarea_admdvs', '999999'] as const,
      ['refl_date', '22.11.2026'] as const,
      ['hosp_agre_refl_flag', '0'] as const,
      ['enddate', '2027'] as const,
    ];
    for (const [field, value] of bad)
      await expect(send('2501', { refmedin: { ...referral, [field]: value } }), field).rejects.toMatchObject({
        reason: 'REQUEST_MALFORMED',
        params: { problem: expect.stringContaining(`input.refmedin.${field}`) as string },
      });
    await expect(send('2501', { refmedin: referral }, '')).rejects.toMatchObject({ reason: 'REQUEST_MALFORMED' });
    expect(calls).toEqual([]);
  });
});

describe('what is the insured place’s to do, or nobody’s,', () => {
  const declared = { trt_dcla_detl_sn: nationalIdOf(FILING), psn_no };
  const chronic = {
    psn_no,
    insutype: '310',
    opsp_dise_code: 'M03900',
    opsp_dise_name: '高血压',
    insu_optins: '610100',
    ide_fixmedins_no: HOSPITAL,
    ide_fixmedins_name: '北京示例医院',
    hosp_ide_date: '2026-11-22',
    diag_dr_codg: 'D110105000001',
    diag_dr_name: '医师甲',
    begndate: '2026-11-22',
  };
  const chosen = {
    psn_no,
    biz_appy_type: '03',
    begndate: '2026-11-22',
    fix_srt_no: '1',
    fixmedins_code: HOSPITAL,
    fixmedins_name: '北京示例医院',
  };

  it.each([
    ['2502', declared, 'FILING_ENDS_AT_HOME'],
    ['2503', chronic, 'ENTITLEMENT_AT_HOME'],
    ['2504', { ...declared, memo: '撤销' }, 'ENTITLEMENT_AT_HOME'],
    ['2505', chosen, 'CHOSEN_INSTITUTION_NEEDLESS'],
  ] as const)('%s is refused with its reason once it is well formed', async (infno, data, reason) => {
    await expect(send(infno, { data })).rejects.toMatchObject({ reason });
    for (const field of Object.keys(data))
      await expect(send(infno, { data: { ...data, [field]: undefined } }), field).rejects.toMatchObject({
        reason: 'REQUEST_MALFORMED',
      });
    expect(calls).toEqual([]);
  });
});
