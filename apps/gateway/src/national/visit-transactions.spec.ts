import type { Actor, RpcClient } from '@yiditong/chassis';
import { readSettlementAnswer, Rejection } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { parseExactly } from '@yiditong/money';
import { FixedClock } from '@yiditong/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Envelope } from './envelope.js';
import { InpatientTransactions } from './inpatient-transactions.js';
import { nationalIdOf } from './national-codes.js';
import { OutpatientTransactions } from './outpatient-transactions.js';
import { Patients } from './patients.js';
import { PersonTransactions } from './person-transactions.js';
import type { TransactionGroup } from './transaction.js';
import { VisitSettlement } from './visit-settlement.js';

const PERSON = '01890a5d-ac96-774b-bcce-b302099a8057';
const VISIT = '01890a5d-ac96-774b-8cce-b302099a8058';
const SETTLEMENT = '01890a5d-ac96-774b-8cce-b302099a8059';
const CANCELLATION = '01890a5d-ac96-774b-8cce-b302099a805a';
const [psn_no, mdtrt_id, setl_id] = [PERSON, VISIT, SETTLEMENT].map(nationalIdOf);
const ID_NUMBER = '11010519491231002X';
const MSGID = 'H11010100001202611221200000001';
const AT = { seconds: 1_795_233_600n, nanos: 0 };

let calls: { readonly method: string; readonly request: Record<string, unknown> }[];
let answers: Record<string, (request: Record<string, unknown>) => object>;

const rpc = {
  call: async (method: string, request: Record<string, unknown>) => {
    calls.push({ method, request });
    return answers[method]?.(request) ?? {};
  },
} as unknown as RpcClient<never>;
const clock = new FixedClock(new Date('2026-11-22T04:00:00Z'));
const patients = new Patients(rpc, clock);
const visitSettlement = new VisitSettlement(rpc, rpc, patients, clock);
const groups: readonly TransactionGroup[] = [
  new OutpatientTransactions(rpc, patients, visitSettlement),
  new InpatientTransactions(rpc, patients, visitSettlement),
  new PersonTransactions(patients, rpc, rpc, rpc, rpc, rpc),
];

const visit = { visitId: VISIT, visitKind: 'VISIT_KIND_OUTPATIENT', diseaseCode: '' };
/** The published case's size, with every part in it. */
const settlement = {
  settlementId: SETTLEMENT,
  institutionCode: 'H11010100001',
  personId: PERSON,
  visitId: VISIT,
  treatingRegion: '110101',
  visitKind: 'VISIT_KIND_INPATIENT',
  emergency: false,
  trauma: false,
  insurance: 'INSURANCE_EMPLOYEE',
  personType: 'PERSON_TYPE_RETIREE',
  totalFen: 9007199254740993n,
  split: { fullSelfPayFen: 1n, overCeilingFen: 2n, firstSelfPayFen: 3n, inScopeFen: 9007199254740987n },
  deductibleFen: 80_000n,
  funds: [
    { fund: 'FUND_POOLING', amountFen: 9007199254700000n },
    { fund: 'FUND_CIVIL_SERVANT', amountFen: 7n },
  ],
  fundTotalFen: 9007199254700007n,
  personalFen: 40_000n,
  accountFen: 10_000n,
  mutualAidFen: 5_000n,
  cashFen: 25_000n,
  hospitalPartFen: 986n,
  accountBalanceFen: 77n,
  poolingRatioE4: 9_000,
  details: [
    { fund: 'FUND_POOLING', baseFen: 5n, limitFen: undefined, amountFen: 9007199254700000n, process: '统筹' },
    { fund: 'FUND_CIVIL_SERVANT', baseFen: 5n, limitFen: 6n, amountFen: 7n, process: '' },
  ],
  settledAt: AT,
} as unknown as settlementV1.Settlement;
/** The same settled by a hospital in another province. */
const settledIn = (treatingRegion: string) => () => ({ settlement: { ...settlement, treatingRegion } });

beforeEach(() => {
  calls = [];
  answers = {
    findPerson: () => ({ ...person, maskedName: '张*' }),
    getPerson: () => ({ ...person, name: '张*', idNumber: '1****************X' }),
    openVisit: () => ({ visit }),
    getVisit: () => ({ visit }),
    preSettleVisit: () => ({ settlement }),
    settleVisit: () => ({ settlement }),
    getOutcome: () => ({ state: 'OUTCOME_STATE_NEVER_SETTLED', kind: '' }),
    getSettlement: () => ({ settlement }),
    cancel: () => ({
      cancellation: {
        cancellationId: CANCELLATION,
        settlement: { ...settlement, cancellationId: CANCELLATION },
        laterSettlementIds: [],
        cancelledAt: AT,
      },
    }),
    addFees: ({ fees }) => ({ fees: (fees as settlementV1.Fee[]).map(classified) }),
    decideEligibility: () => ({ answer: { decision: {} } }),
    // The insured province's own core knows what else 1101 tells.
    listRoutes: () => ({ routes: [{ endpoint: { province: '130000', kind: 'ENDPOINT_KIND_OWN' } }] }),
  };
});
const person = {
  personId: PERSON,
  insuredRegion: '131000',
  insurance: 'INSURANCE_EMPLOYEE',
  personType: 'PERSON_TYPE_RETIREE',
  active: true,
};

function classified(fee: settlementV1.Fee): object {
  const split = { fullSelfPayFen: 0n, overCeilingFen: 100n, firstSelfPayFen: 90n, inScopeFen: 810n };
  return { fee, itemClass: 'ITEM_CLASS_B', chargeCategory: '09', rule: 'RESTRICTED', split, settlementId: '' };
}

type Node = Readonly<Record<string, unknown>>;

const certificate = { mdtrt_cert_type: '02', mdtrt_cert_no: ID_NUMBER };
const diagnosis = {
  diag_type: '1',
  diag_srt_no: 2,
  diag_code: 'I10',
  diag_name: '高血压',
  diag_dept: '内科',
  dise_dor_no: 'D1',
  dise_dor_name: '医生',
  diag_time: '2026-11-20 09:00:00',
};
const outpatientDiagnosis = { ...diagnosis, vali_flag: '1' };
const stayDiagnosis = { ...diagnosis, psn_no, maindiag_flag: '0' };
const stay = {
  psn_no,
  begntime: '2026-11-20 09:00:00',
  mdtrt_cert_type: '02',
  med_type: '21',
  atddr_no: 'D1',
  chfpdr_name: '医生',
  adm_diag_dscr: '入院',
  adm_dept_codg: 'K1',
  adm_dept_name: '内科',
  adm_bed: '1',
  dscg_maindiag_code: 'I10',
  dscg_maindiag_name: '高血压',
};
const fee = {
  feedetl_sn: 'F1',
  mdtrt_id,
  psn_no,
  fee_ocur_time: '2026-11-20 10:00:00',
  med_list_codg: 'XA01AAA001A001010100001',
  medins_list_codg: 'A1',
  det_item_fee_sumamt: 10,
  cnt: 2,
  pric: '5.000000',
  bilg_dept_codg: 'K1',
  bilg_dept_name: '内科',
  bilg_dr_codg: 'D1',
  bilg_dr_name: '医生',
};
const bill = {
  psn_no,
  ...certificate,
  medfee_sumamt: '90071992547409.93',
  psn_setlway: '01',
  mdtrt_id,
  acct_used_flag: '1',
  insutype: '310',
};
const parts = {
  fulamt_ownpay_amt: 0.01,
  overlmt_selfpay: 0.02,
  preselfpay_amt: 0.03,
  inscp_scp_amt: '90071992547409.87',
};
const outpatientBill = { ...bill, med_type: '11', chrg_bchno: 'B1' };
const reference = { setl_id, mdtrt_id, psn_no };

/** A whole input of each transaction, with what must not be missing by node. */
const INPUTS: Readonly<Record<string, readonly [Node, Readonly<Record<string, readonly string[]>>]>> = {
  '1101': [{ data: certificate }, { data: Object.keys(certificate) }],
  '2001': [
    { data: { psn_no, med_type: '11', begntime: '2026-11-20 09:00:00' } },
    { data: ['psn_no', 'med_type', 'begntime'] },
  ],
  '2201': whole('data', {
    psn_no,
    insutype: '310',
    begntime: '2026-11-20 09:00:00',
    ...certificate,
    ipt_otp_no: 'OP1',
    atddr_no: 'D1',
    dr_name: '医生',
    dept_code: 'K1',
    dept_name: '内科',
    caty: 'A03',
  }),
  '2202': whole('data', { psn_no, mdtrt_id, ipt_otp_no: 'OP1' }),
  '2203': [
    {
      mdtrtinfo: { mdtrt_id, psn_no, med_type: '11', begntime: '2026-11-20 09:00:00' },
      diseinfo: [outpatientDiagnosis],
    },
    { mdtrtinfo: ['mdtrt_id', 'psn_no', 'med_type', 'begntime'], 'diseinfo.0': Object.keys(outpatientDiagnosis) },
  ],
  '2204': rows({ ...fee, chrg_bchno: 'B1', rx_circ_flag: '0', hosp_appr_flag: '1' }),
  '2205': whole('data', { mdtrt_id, chrg_bchno: 'B1', psn_no }),
  '2206': whole('data', outpatientBill),
  '2207': whole('data', { ...outpatientBill, ...parts }),
  '2208': whole('data', reference),
  '2301': rows({ ...fee, med_type: '21' }),
  '2302': whole('data', { feedetl_sn: 'F1', mdtrt_id, psn_no }, []),
  '2303': whole('data', { ...bill, mid_setl_flag: '0', ...parts }, ['acct_used_flag']),
  '2304': whole('data', { ...bill, mid_setl_flag: '0' }),
  '2305': whole('data', reference),
  '2401': [
    { mdtrtinfo: { ...stay, ...certificate, insutype: '310', ipt_no: 'IP1' }, diseinfo: [stayDiagnosis] },
    {
      mdtrtinfo: [...Object.keys(stay), 'mdtrt_cert_no', 'insutype', 'ipt_no'],
      'diseinfo.0': Object.keys(stayDiagnosis).filter((name) => name !== 'psn_no'),
    },
  ],
  '2402': [
    {
      dscginfo: {
        mdtrt_id,
        psn_no,
        insutype: '310',
        endtime: '2026-11-22 11:00:00',
        dscg_dept_codg: 'K1',
        dscg_dept_name: '内科',
        dscg_way: '1',
      },
      diseinfo: [stayDiagnosis],
    },
    { dscginfo: ['mdtrt_id', 'psn_no', 'insutype', 'endtime', 'dscg_dept_codg', 'dscg_dept_name', 'dscg_way'] },
  ],
  '2403': [
    { adminfo: { ...stay, mdtrt_id, ipt_otp_no: 'IP1' }, diseinfo: [stayDiagnosis] },
    { adminfo: [...Object.keys(stay), 'mdtrt_id', 'ipt_otp_no'] },
  ],
  '2404': whole('data', { mdtrt_id, psn_no }),
  '2405': whole('data', { mdtrt_id, psn_no }),
};

function whole(node: string, fields: Node, optional: readonly string[] | null = null) {
  const needed = Object.keys(fields).filter((name) => optional === null || !optional.includes(name));
  // An empty list of optional ones says that the node may be a list, whose fields aren't named one by one.
  return [{ [node]: fields }, { [node]: optional?.length === 0 ? [] : needed }] as const;
}

function rows(row: Node) {
  return [{ feedetail: [row] }, { 'feedetail.0': Object.keys(row) }] as const;
}

const inputOf = (infno: string): Node => INPUTS[infno]?.[0] ?? {};
const ACTOR: Actor = { role: 'hospital', region: '110000', subject: 's', institution: 'H11010100001' };

type Shown = { readonly output: Record<string, unknown>; readonly warning?: string; readonly json: string };

/** Sends an input as its JSON would come. */
async function send(infno: string, input: Node, change: Partial<Envelope> = {}): Promise<Shown> {
  const transaction = groups.map(({ transactions }) => transactions[infno]).find((found) => found !== undefined);
  if (!transaction) throw new Error(`nobody does ${infno}`);
  const envelope = {
    infno,
    msgid: MSGID,
    fixmedins_code: 'H11010100001',
    insuplc_admdvs: '131000',
    input: parseExactly(JSON.stringify(input)),
    ...change,
  } as Envelope;
  const outcome = await transaction({ actor: ACTOR, envelope });
  const json = JSON.stringify({ infcode: 0, output: outcome.output });
  return { ...outcome, json, output: (JSON.parse(json) as { output: Record<string, unknown> }).output };
}

/** The same input with a field changed; undefined takes it out. */
function changed(infno: string, path: string, value: unknown): Node {
  const copy = structuredClone(inputOf(infno)) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() ?? '';
  const node = names.reduce<Record<string, unknown>>((at, name) => at[name] as Record<string, unknown>, copy);
  if (value === undefined) delete node[last];
  else node[last] = value;
  return copy;
}

async function problemOf(infno: string, input: Node, change: Partial<Envelope> = {}): Promise<string> {
  try {
    await send(infno, input, change);
    return '';
  } catch (error) {
    if (error instanceof Rejection) return `${error.reason} ${error.params['problem'] ?? ''}`;
    throw error;
  }
}

const requestOf = (method: string): Record<string, unknown> | undefined =>
  calls.find((call) => call.method === method)?.request;

describe('a transaction’s input', () => {
  it.each(Object.keys(INPUTS))('%s is read whole', async (infno) => {
    answers['getSettlement'] = () => ({
      settlement: { ...settlement, visitKind: infno === '2208' ? 'VISIT_KIND_OUTPATIENT' : settlement.visitKind },
    });
    expect(await problemOf(infno, inputOf(infno))).toBe('');
  });

  const needed = Object.entries(INPUTS).flatMap(([infno, [, nodes]]) =>
    Object.entries(nodes).flatMap(([node, names]) => names.map((name) => [infno, `${node}.${name}`] as const)),
  );
  it.each(needed)(
    '%s without %s is refused, whether left out, null or empty, and nobody is asked',
    async (infno, path) => {
      for (const value of [undefined, null, ''])
        expect(await problemOf(infno, changed(infno, path, value))).toContain(`input.${path}: is missing`);
      expect(calls).toEqual([]);
    },
  );

  it.each<[string, string, unknown, string]>([
    ['2201', 'data.insutype', '340', 'input.data.insutype'],
    ['2201', 'data.ipt_otp_no', 'a b', 'input.data.ipt_otp_no'],
    ['2203', 'mdtrtinfo.med_type', '51', 'input.mdtrtinfo.med_type: a kind of care'],
    ['2203', 'mdtrtinfo.med_type', '21', 'input.mdtrtinfo.med_type: a stay is told by 2401'],
    ['2203', 'mdtrtinfo.med_type', '14', 'input.mdtrtinfo.dise_codg: M and five digits'],
    ['2203', 'mdtrtinfo.exp_content', '{', 'input.mdtrtinfo.exp_content: an object, or its JSON in a text'],
    ['2203', 'diseinfo', [], 'input.diseinfo'],
    ['2204', 'feedetail.0.det_item_fee_sumamt', 10.001, 'input.feedetail.0.det_item_fee_sumamt: a number of at most'],
    ['2204', 'feedetail.0.cnt', '1e1', 'input.feedetail.0.cnt: a number of at most'],
    ['2204', 'feedetail.0.pric', -5, 'input.feedetail.0.pric: a number of at most'],
    ['2204', 'feedetail.0.medins_list_codg', 'x'.repeat(61), 'input.feedetail.0.medins_list_codg: Too big'],
    ['2204', 'feedetail', Array.from({ length: 1_001 }, () => fee), 'input.feedetail'],
    ['2204', 'feedetail.0.dise_codg', 'M0390', 'input.feedetail.0.dise_codg: M and five digits'],
    ['2204', 'feedetail.0.dise_codg', 'DRG1', 'input.feedetail.0.dise_codg: M and five digits'],
    ['2207', 'data.psn_setlway', '02', 'input.data.psn_setlway: must be 01'],
    ['2304', 'data.psn_setlway', '02', 'input.data.psn_setlway: must be 01'],
    ['2207', 'data.medfee_sumamt', -1, 'input.data.medfee_sumamt: a number of at most'],
    ['2207', 'data.medfee_sumamt', '9007199254740993', 'input.data.medfee_sumamt: a number of at most'],
    ['2207', 'data.acct_used_flag', 1, 'input.data.acct_used_flag'],
    ['2207', 'data.mdtrt_id', VISIT, 'input.data.mdtrt_id: an id as this platform gives it out'],
    ['2304', 'data.mid_setl_flag', '2', 'input.data.mid_setl_flag'],
    ['2304', 'data.dscgTime', '22.11.2026', 'input.data.dscgTime'],
    ['2401', 'mdtrtinfo.med_type', '11', 'input.mdtrtinfo.med_type: not a kind of stay'],
    ['2402', 'dscginfo.dscg_way', '7', 'input.dscginfo.dscg_way'],
  ])('%s with %s of %j is refused', async (infno, path, value, problem) => {
    expect(await problemOf(infno, changed(infno, path, value))).toContain(problem);
    expect(calls).toEqual([]);
  });

  it('has a split of all four parts or of none', async () => {
    const input = changed('2304', 'data', { ...bill, mid_setl_flag: '0', fulamt_ownpay_amt: 0, inscp_scp_amt: 1 });
    const problem = await problemOf('2304', input);
    expect(problem).toContain('input.data.overlmt_selfpay: is missing; input.data.preselfpay_amt: is missing');
  });

  it.each(['2204', '2301'])('%s is of one visit', async (infno) => {
    const [row] = inputOf(infno)['feedetail'] as Node[];
    const other = { ...row, mdtrt_id: nationalIdOf(CANCELLATION) };
    expect(await problemOf(infno, { feedetail: [row, other] })).toContain('input.feedetail.1: is of another visit');
  });

  it.each(['2201', '2401'])('%s needs the insured place in the envelope', async (infno) => {
    expect(await problemOf(infno, inputOf(infno), { insuplc_admdvs: '' })).toContain('insuplc_admdvs: is missing');
    expect(requestOf('openVisit')).toBeUndefined();
  });

  it.each(['2201', '2206', '2207', '2303', '2304'])('%s names a person who is who the card says', async (infno) => {
    answers['findPerson'] = () => ({ ...person, personId: VISIT, maskedName: '' });
    const problem = await problemOf(infno, inputOf(infno));
    expect(problem).toContain('input.data.mdtrt_cert_no: is not that of psn_no');
    expect(problem).not.toContain(ID_NUMBER);
    expect(
      calls.map(({ method }) => method).filter((method) => method.endsWith('Visit') && method !== 'getVisit'),
    ).toEqual([]);
  });

  it('has the insurance that the person has', async () => {
    expect(await problemOf('2304', changed('2304', 'data.insutype', '390'))).toContain(
      'input.data.insutype: is not that of psn_no',
    );
  });
});

describe('a visit', () => {
  it('is opened as 1101 said the person is insured', async () => {
    const { output } = await send('2201', inputOf('2201'));
    expect(output).toEqual({ data: { mdtrt_id, psn_no, ipt_otp_no: 'OP1' } });
    expect(requestOf('openVisit')).toMatchObject({
      institutionCode: 'H11010100001',
      messageId: MSGID,
      personId: PERSON,
      insuredRegion: '131000',
      visitNumber: 'OP1',
      visitKind: 'VISIT_KIND_OUTPATIENT',
      insurance: 'INSURANCE_EMPLOYEE',
      personType: 'PERSON_TYPE_RETIREE',
    });
  });

  it.each<[string, Node, Node]>([
    ['ordinary', { med_type: '11' }, { visitKind: 'VISIT_KIND_OUTPATIENT', emergency: false, trauma: undefined }],
    ['an emergency', { med_type: '13' }, { visitKind: 'VISIT_KIND_OUTPATIENT', emergency: true }],
    [
      'chronic',
      { med_type: '140104', dise_codg: 'M03900' },
      { visitKind: 'VISIT_KIND_CHRONIC', diseaseCode: 'M03900' },
    ],
    ['a purchase', { med_type: '41' }, { visitKind: 'VISIT_KIND_OUTPATIENT', diseaseCode: '' }],
    [
      'a chronic purchase',
      { med_type: '41', dise_codg: 'M03900' },
      { visitKind: 'VISIT_KIND_CHRONIC', diseaseCode: 'M03900' },
    ],
    ['an injury', { med_type: '19' }, { trauma: { thirdParty: false, pledgedAt: undefined } }],
    [
      'an injury with a pledge, told in a text',
      { med_type: '11', exp_content: '{"trum_flag":"1","rel_ttp_flag":"0","trum_pledge_time":"2026-11-22 12:00:00"}' },
      { trauma: { thirdParty: false, pledgedAt: expect.objectContaining({ seconds: 1_795_320_000n }) } },
    ],
    ['no injury, with the flag left empty', { med_type: '11', exp_content: '{"trum_flag":""}' }, { trauma: undefined }],
    [
      'an injury by somebody else, told in an object',
      { med_type: '11', exp_content: { trum_flag: '1', rel_ttp_flag: '1' } },
      { trauma: { thirdParty: true } },
    ],
    ['of another directory’s disease', { med_type: '11', dise_codg: 'DRG1' }, { diseaseCode: '' }],
  ])('is told to be %s', async (_, told, expected) => {
    const mdtrtinfo = { ...(inputOf('2203')['mdtrtinfo'] as Node), ...told };
    await send('2203', { mdtrtinfo, diseinfo: [outpatientDiagnosis, { ...outpatientDiagnosis, vali_flag: '0' }] });
    expect(requestOf('changeVisit')).toMatchObject({
      visitId: VISIT,
      personId: PERSON,
      endedAt: undefined,
      diagnoses: [{ code: 'I10', name: '高血压' }],
      ...expected,
    });
  });

  it('has its main diagnosis first, and the others as they are numbered', async () => {
    const row = (diag_srt_no: number, diag_code: string, maindiag_flag: string) => ({
      ...stayDiagnosis,
      diag_srt_no,
      diag_code,
      maindiag_flag,
    });
    const diseinfo = [row(3, 'I11', '0'), row(1, 'I12', '0'), row(2, 'I13', '1')];
    await send('2401', { ...inputOf('2401'), diseinfo });
    const { diagnoses } = requestOf('openVisit') as { diagnoses: { code: string }[] };
    expect(diagnoses.map(({ code }) => code)).toEqual(['I13', 'I12', 'I11']);
  });

  it.each<[string, string, Node]>([
    ['2402', 'changeVisit', { endedAt: expect.objectContaining({ seconds: 1_795_316_400n }), reopen: false }],
    ['2403', 'changeVisit', { emergency: false, endedAt: undefined }],
    ['2405', 'changeVisit', { reopen: true, endedAt: undefined, diagnoses: [] }],
    ['2404', 'cancelVisit', {}],
    ['2202', 'cancelVisit', {}],
    ['2205', 'removeFees', { batch: 'B1', serials: [], all: false }],
    ['2302', 'removeFees', { batch: '', serials: ['F1'], all: false }],
  ])('%s becomes a %s', async (infno, method, expected) => {
    expect((await send(infno, inputOf(infno))).output).toEqual({});
    expect(requestOf(method)).toMatchObject({ messageId: MSGID, visitId: VISIT, personId: PERSON, ...expected });
  });

  it.each([
    ['2205', changed('2205', 'data.chrg_bchno', '0000'), { all: true, batch: '', serials: [] }],
    ['2302', changed('2302', 'data.feedetl_sn', '0000'), { all: true, batch: '', serials: [] }],
    [
      '2302',
      { data: ['F1', 'F2'].map((feedetl_sn) => ({ feedetl_sn, mdtrt_id, psn_no })) },
      { all: false, batch: '', serials: ['F1', 'F2'] },
    ],
  ])('%s takes out more at once', async (infno, input, expected) => {
    await send(infno, input);
    expect(requestOf('removeFees')).toMatchObject(expected);
  });
});

describe('a fee', () => {
  it('is told exactly, and answered as the catalogue takes it', async () => {
    const row = { ...fee, chrg_bchno: 'B1', rx_circ_flag: '0', hosp_appr_flag: '1', dise_codg: 'M03900' };
    const { output, json } = await send('2204', { feedetail: [row] });
    expect(requestOf('addFees')).toMatchObject({
      fees: [
        {
          serial: 'F1',
          refundsSerial: '',
          batch: 'B1',
          line: {
            nationalCode: 'XA01AAA001A001010100001',
            hospitalCode: 'A1',
            quantityE4: 20_000n,
            unitPriceMicroYuan: 5_000_000n,
            amountFen: 1_000n,
            approved: true,
            diseaseCode: 'M03900',
            examiningInstitutionCode: '',
          },
        },
      ],
    });
    expect(json).toContain('"cnt":2.0000,"pric":5.000000,"pric_uplmt_amt":4.500000,"selfpay_prop":0.1000');
    expect(output['result']).toMatchObject([
      {
        feedetl_sn: 'F1',
        overlmt_amt: 1,
        preselfpay_amt: 0.9,
        inscp_scp_amt: 8.1,
        chrgitm_lv: '02',
        lmt_used_flag: '1',
      },
    ]);
  });

  it('of a stay may take another back, and be examined elsewhere', async () => {
    const back = { ...fee, med_type: '21', init_feedetl_sn: 'F0', cnt: -2, det_item_fee_sumamt: '-10.00' };
    await send('2301', { feedetail: [{ ...back, etip_flag: '1', etip_hosp_code: 'H11010100009' }] });
    expect(requestOf('addFees')).toMatchObject({
      fees: [
        {
          refundsSerial: 'F0',
          batch: '',
          line: { quantityE4: -20_000n, amountFen: -1_000n, examiningInstitutionCode: 'H11010100009' },
        },
      ],
    });
  });
});

describe('a settlement', () => {
  it('is asked for with what the hospital sums up, exactly', async () => {
    await send('2207', inputOf('2207'));
    expect(requestOf('settleVisit')).toEqual({
      institutionCode: 'H11010100001',
      messageId: MSGID,
      bill: {
        visitId: VISIT,
        personId: PERSON,
        batch: 'B1',
        diseaseCode: '',
        unrelated: false,
        ordinary: true,
        useAccount: true,
        midStay: false,
        endedAt: undefined,
        declaredTotalFen: 9007199254740993n,
        declaredSplit: { fullSelfPayFen: 1n, overCeilingFen: 2n, firstSelfPayFen: 3n, inScopeFen: 9007199254740987n },
        hospitalPartFen: 0n,
      },
    });
  });

  const visitOf = (kind: string) => () => ({
    visit: { visitKind: `VISIT_KIND_${kind}`, diseaseCode: kind === 'CHRONIC' ? 'M03900' : '' },
  });

  it.each<[string, string, string, object]>([
    ['chronic fees of a chronic visit, whose batch says which', 'CHRONIC', '14', { diseaseCode: '', ordinary: false }],
    ['a chronic purchase', 'CHRONIC', '41', { diseaseCode: '', ordinary: false }],
    ['other fees of a chronic visit', 'CHRONIC', '11', { diseaseCode: '', ordinary: true }],
    ['an ordinary visit', 'OUTPATIENT', '1105', { diseaseCode: '', ordinary: true }],
  ])('of %s', async (_, kind, med_type, expected) => {
    answers['getVisit'] = visitOf(kind);
    await send('2207', changed('2207', 'data.med_type', med_type));
    expect(requestOf('settleVisit')?.['bill']).toMatchObject(expected);
  });

  it.each([
    ['OUTPATIENT', '14'],
    ['OUTPATIENT', '21'],
    ['INPATIENT', '11'],
  ])('of an %s visit is none of %s', async (kind, med_type) => {
    answers['getVisit'] = visitOf(kind);
    const problem = await problemOf('2207', changed('2207', 'data.med_type', med_type));
    expect(problem).toContain('input.data.med_type: is not what 2203 said');
    expect(requestOf('settleVisit')).toBeUndefined();
  });

  it.each<[string, unknown, unknown]>([
    ['a time', '2026-11-22 11:00:00', expect.objectContaining({ seconds: 1_795_316_400n })],
    ['a day alone, which says no time,', '2026-11-22', undefined],
    ['nothing', '', undefined],
  ])('of a stay ends it where dscgTime is %s', async (_, dscgTime, endedAt) => {
    await send('2304', changed('2304', 'data.dscgTime', dscgTime));
    expect(requestOf('settleVisit')?.['bill']).toMatchObject({ endedAt, declaredSplit: undefined });
  });

  it('is shown with all fields of the form', async () => {
    const { output, json } = await send('2304', inputOf('2304'));
    expect(Object.keys(output['setlinfo'] as object).toSorted()).toEqual(SETLINFO_FIELDS);
    expect(json).toContain('"medfee_sumamt":90071992547409.93');
    expect(json).toContain('"act_pay_dedc":800.00');
    expect(output['setlinfo']).toMatchObject({
      setl_id,
      mdtrt_id,
      psn_no,
      psn_name: '张*',
      certno: '1****************X',
      insutype: '310',
      psn_type: '12',
      cvlserv_flag: '1',
      med_type: '21',
      pool_prop_selfpay: 0.9,
      medins_setl_id: MSGID,
      clr_optins: '110101',
      clr_way: '1',
      clr_type: '21',
      balc: 0.77,
    });
    expect(output['setldetail']).toMatchObject([
      { fund_pay_type: '310100', crt_payb_lmt_amt: '', setl_proc_info: '统筹' },
      { fund_pay_type: '320100', crt_payb_lmt_amt: 0.06, fund_payamt: 0.07 },
      { fund_pay_type: '310200', fund_payamt: 150 },
      { fund_pay_type: '999996', fund_payamt: 9.86 },
    ]);
  });

  it.each(['110101', '430502', '440106'])('read by a hospital of %s is what was settled', async (region) => {
    answers['settleVisit'] = settledIn(region);
    const { json } = await send('2304', inputOf('2304'));
    expect(readSettlementAnswer(json, region)).toMatchObject({
      outcome: 'SETTLED',
      settlement: { total: 9007199254740993n, fundTotal: 9007199254700007n, account: 10_000n, cash: 25_000n },
    });
    expect(json.includes('"fund_pay_sumamt":90071992547100.07')).toBe(region === '440106');
  });

  it.each(['2206', '2303'])('that is only tried (%s) has no id, and is answered as of now', async (infno) => {
    const { output } = await send(infno, inputOf(infno));
    expect(output['setlinfo']).not.toHaveProperty('setl_id');
    expect(output['setlinfo']).toMatchObject({ mdtrt_id, setl_time: '2026-11-22 12:00:00' });
    expect(requestOf('settleVisit')).toBeUndefined();
  });

  it('whose account nobody asked has no balance', async () => {
    answers['settleVisit'] = () => ({ settlement: { ...settlement, accountBalanceFen: undefined } });
    expect((await send('2304', inputOf('2304'))).output['setlinfo']).toMatchObject({ balc: null });
  });

  it('of residents has their funds’ codes', async () => {
    const details = [{ fund: 'FUND_CRITICAL_ILLNESS', baseFen: 5n, limitFen: undefined, amountFen: 5n, process: '' }];
    answers['settleVisit'] = () => ({ settlement: { ...settlement, insurance: 'INSURANCE_RESIDENT', details } });
    expect((await send('2304', inputOf('2304'))).output['setldetail']).toMatchObject([
      { fund_pay_type: '390200' },
      { fund_pay_type: '390500' },
      { fund_pay_type: '999996' },
    ]);
  });

  it.each<[string, string, string]>([
    ['2207', 'CHRONIC', '14'],
    ['2207', 'CHRONIC', '11'],
    ['2304', 'INPATIENT', ''],
  ])('that is repeated (%s) gets its first answer, whatever is known today', async (infno, kind, med_type) => {
    const input = changed(infno, 'data.med_type', med_type);
    answers['getVisit'] = visitOf(kind);
    answers['getOutcome'] = () => ({ state: 'OUTCOME_STATE_SETTLED', kind: 'SETTLE' });
    const first = await send(infno, input);
    const asked = requestOf('settleVisit');
    calls = [];
    // The visit is an ordinary one by now, and the person insured otherwise.
    answers['getVisit'] = visitOf('OUTPATIENT');
    answers['findPerson'] = () => ({ ...person, insurance: 'INSURANCE_RESIDENT', maskedName: '张*' });
    const again = await send(infno, input);
    const shown = ['medfee_sumamt', 'setl_id', 'psn_name', 'psn_type', 'insutype', 'med_type', 'medins_setl_id'];
    const pick = ({ output }: Shown) => shown.map((name) => (output['setlinfo'] as Node)[name]);
    expect(pick(again)).toEqual(pick(first));
    expect(requestOf('settleVisit')).toEqual(asked);
  });

  it('that is repeated gets its first answer though nobody knows the person any more', async () => {
    answers['getOutcome'] = () => ({ state: 'OUTCOME_STATE_SETTLED', kind: 'SETTLE' });
    answers['findPerson'] = answers['getPerson'] = () => {
      throw new Rejection('PERSON_UNKNOWN');
    };
    const { output } = await send('2304', inputOf('2304'));
    expect(output['setlinfo']).toMatchObject({ setl_id, psn_no, psn_name: '', psn_type: '12', insutype: '310' });
  });

  it.each<[string, string, () => object]>([
    ['another insurance', '2304', () => ({ ...person, insurance: 'INSURANCE_RESIDENT', maskedName: '张*' })],
    ['another person’s card', '2207', () => ({ ...person, personId: CANCELLATION, maskedName: '李*' })],
  ])('that never came is refused for %s', async (_, infno, found) => {
    answers['findPerson'] = found;
    expect(await problemOf(infno, inputOf(infno))).toContain('is not that of psn_no');
    expect(requestOf('settleVisit')).toBeUndefined();
  });

  it('does not begin while the patient can’t be looked up', async () => {
    answers['findPerson'] = () => {
      throw new Rejection('SERVICE_UNAVAILABLE');
    };
    expect(await problemOf('2304', inputOf('2304'))).toContain('SERVICE_UNAVAILABLE');
    expect(requestOf('settleVisit')).toBeUndefined();
  });
});

const SETLINFO_FIELDS = `
  mdtrt_id setl_id psn_no psn_name psn_cert_type certno gend naty brdy age insutype psn_type cvlserv_flag
  setl_time mdtrt_cert_type med_type medfee_sumamt fulamt_ownpay_amt overlmt_selfpay preselfpay_amt
  inscp_scp_amt act_pay_dedc hifp_pay pool_prop_selfpay cvlserv_pay hifes_pay hifmi_pay hifob_pay maf_pay
  hosp_part_amt oth_pay fund_pay_sumamt psn_part_amt acct_pay psn_cash_pay balc acct_mulaid_pay
  medins_setl_id clr_optins clr_way clr_type
`
  .trim()
  .split(/\s+/)
  .toSorted();

describe('a cancellation', () => {
  it('is carried out though nobody knows the person any more', async () => {
    answers['getPerson'] = () => {
      throw new Rejection('PERSON_UNKNOWN');
    };
    const { output } = await send('2305', inputOf('2305'));
    expect(output['setlinfo']).toMatchObject({ setl_id: nationalIdOf(CANCELLATION), psn_no, psn_name: '' });
  });

  const outpatient = () => ({ settlement: { ...settlement, visitKind: 'VISIT_KIND_OUTPATIENT' } });

  it('of a stay shows every amount negative under an id of its own', async () => {
    const { json, output, warning } = await send('2305', inputOf('2305'));
    expect(warning).toBeUndefined();
    expect(requestOf('cancel')).toMatchObject({ messageId: MSGID, settlementId: SETTLEMENT });
    expect(output['setlinfo']).toMatchObject({
      setl_id: nationalIdOf(CANCELLATION),
      mdtrt_id,
      hifdm_pay: 0,
      balc: null,
    });
    expect(readSettlementAnswer(json, '110101')).toMatchObject({
      outcome: 'SETTLED',
      settlement: { total: -9007199254740993n, cash: -25_000n, deductible: -80_000n, hospitalPart: -986n },
    });
  });

  it('of a visit spells cash as the form does', async () => {
    answers['getSettlement'] = outpatient;
    const { json, output } = await send('2208', inputOf('2208'));
    expect(output['setlinfo']).toMatchObject({ pdn_cash_pay: -250 });
    expect(output['setlinfo']).not.toHaveProperty('psn_cash_pay');
    expect(readSettlementAnswer(json, '110101')).toMatchObject({ outcome: 'SETTLED', settlement: { cash: -25_000n } });
  });

  it('that others counted on warns', async () => {
    answers['cancel'] = () => ({
      cancellation: { cancellationId: CANCELLATION, settlement, laterSettlementIds: ['a', 'b'], cancelledAt: AT },
    });
    expect((await send('2305', inputOf('2305'))).warning).toContain('2 笔');
  });

  it.each<[string, string, () => object, string]>([
    ['of a stay by 2208', '2208', () => ({ settlement }), 'input.data.setl_id: a stay is taken back by 2305'],
    ['of a visit by 2305', '2305', outpatient, 'input.data.setl_id: a stay is taken back by 2305'],
    [
      'of another visit',
      '2305',
      () => ({ settlement: { ...settlement, visitId: CANCELLATION } }),
      'SETTLEMENT_NOT_FOUND',
    ],
    ['of another person', '2305', () => ({ settlement: { ...settlement, personId: VISIT } }), 'SETTLEMENT_NOT_FOUND'],
  ])('%s is refused', async (_, infno, read, problem) => {
    answers['getSettlement'] = read;
    expect(await problemOf(infno, inputOf(infno))).toContain(problem);
    expect(requestOf('cancel')).toBeUndefined();
  });
});

describe('2001 待遇检查', () => {
  const chronic = (change: Node = {}) => ({
    data: { psn_no, med_type: '14', begntime: '2026-11-20 09:00:00', ...change },
  });

  it('says that a visit is covered', async () => {
    const { output } = await send('2001', inputOf('2001'));
    expect(output['trtinfo']).toEqual([
      {
        fund_pay_type: '310100',
        trt_enjymnt_flag: '1',
        begndate: '2026-11-20',
        enddate: '',
        trt_chk_rslt: expect.any(String),
        dise_codg: '',
      },
    ]);
  });

  it('says why one is not', async () => {
    answers['decideEligibility'] = () => ({ answer: { rejection: { reason: 'FILING_REQUIRED', params: {} } } });
    expect((await send('2001', inputOf('2001'))).output['trtinfo']).toMatchObject([
      { trt_enjymnt_flag: '0', trt_chk_rslt: expect.stringMatching(/^FILING_REQUIRED \[备案\] /) },
    ]);
  });

  it('looks at each disease that is opened, or at the one that is named', async () => {
    const entitlement = { diseaseCode: 'M03900', validFrom: '2026-01-01', validTo: '2026-12-31', opened: true };
    answers['listEntitlements'] = () => ({
      entitlements: [entitlement, { ...entitlement, diseaseCode: 'M99900', opened: false }],
    });
    expect((await send('2001', chronic())).output['trtinfo']).toMatchObject([
      { dise_codg: 'M03900', begndate: '2026-01-01', enddate: '2026-12-31' },
    ]);
    expect((await send('2001', chronic({ dise_codg: 'M01600' }))).output['trtinfo']).toMatchObject([
      { dise_codg: 'M01600' },
    ]);
    expect(
      calls.filter(({ method }) => method === 'decideEligibility').map(({ request }) => request['diseaseCode']),
    ).toEqual(['M03900', 'M01600']);
  });
});
