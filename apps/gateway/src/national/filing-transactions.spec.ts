import { TARGETS, type Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { Test } from '@nestjs/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Envelope } from './envelope.js';
import { FilingTransactions } from './filing-transactions.js';
import { nationalIdOf } from './national-codes.js';
import type { Transaction } from './transaction.js';

const HOSPITAL = 'H11010500001';
const [PERSON, FILING, APPLICATION] = [0, 4, 5].map((n) => `01890a5d-ac96-774b-bcce-b302099a805${n}`) as [
  string,
  string,
  string,
];
const MESSAGE = `${HOSPITAL}202611221200000001`;
const psn_no = nationalIdOf(PERSON);

type Call = { readonly method: string; readonly request: Record<string, unknown> };
let calls: Call[];
let answers: Record<string, () => object>;
let transactions: Readonly<Record<string, Transaction>>;

const services = {
  call: async (method: string, request: Record<string, unknown>) => {
    calls.push({ method, request });
    return answers[method]?.() ?? {};
  },
};

beforeAll(async () => {
  const module = await Test.createTestingModule({
    providers: [
      ...[TARGETS.filing, TARGETS.entitlement].map(({ token }) => ({ provide: token, useValue: services })),
      FilingTransactions,
    ],
  }).compile();
  transactions = module.get(FilingTransactions).transactions;
});

beforeEach(() => {
  calls = [];
  answers = {};
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

/** The fields that, left out or spoilt, aren't refused by name; `called` where something was asked for all the same. */
async function passing(infno: string, good: object, spoilt: Readonly<Record<string, unknown>>): Promise<string[]> {
  const bad = [...Object.keys(good).map((field) => [field, undefined] as const), ...Object.entries(spoilt)];
  const passed: string[] = [];
  for (const [field, value] of bad)
    if (!(await names(infno, { ...good, [field]: value }, '610100', `input.data.${field}`))) passed.push(field);
  if (!(await names(infno, good, '', 'insuplc_admdvs'))) passed.push('insuplc_admdvs');
  return calls.length > 0 ? [...passed, 'called'] : passed;
}

async function names(infno: string, data: object, insured: string, place: string): Promise<boolean> {
  const error: unknown = await send(infno, { data }, insured).catch((thrown: unknown) => thrown);
  return error instanceof Rejection && String(error.params['problem']).includes(place);
}

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

describe('2502', () => {
  const declared = { trt_dcla_detl_sn: nationalIdOf(FILING), psn_no };

  it('takes back what 2501 filed, under the message’s own id, and doesn’t pass on why', async () => {
    expect(await send('2502', { data: { ...declared, memo: '患者张三改去上海' } })).toEqual({ output: {} });
    expect(calls).toEqual([
      {
        method: 'cancelFiling',
        request: {
          requestId: MESSAGE,
          personId: PERSON,
          filingId: FILING,
          forPersonId: '',
          reason: '原申请医院撤销转院备案（2502）',
          insuredRegion: '610100',
          institutionCode: HOSPITAL,
        },
      },
    ]);
  });

  it('refuses what is missing or malformed, naming it', async () =>
    expect(await passing('2502', declared, { trt_dcla_detl_sn: FILING, psn_no: 'x', memo: 'x'.repeat(501) })).toEqual(
      [],
    ));

  it.each(['FILING_NOT_FOUND', 'FILING_ENDS_AT_HOME', 'FILING_STATE_CONFLICT'] as const)(
    'is refused with %s as the insured place refuses it',
    async (reason) => {
      answers['cancelFiling'] = () => {
        throw new Rejection(reason);
      };
      await expect(send('2502', { data: declared })).rejects.toMatchObject({ reason });
    },
  );
});

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
  begndate: '2026-11-23',
};

describe('2503', () => {
  beforeEach(() => {
    answers['applyForEntitlement'] = () => ({ application: { applicationId: APPLICATION } });
  });

  it('applies to the insured place for recognition, and says that it has to decide', async () => {
    expect(await send('2503', { data: { ...chronic, tel: '13800000000', enddate: '2027-11-22' } })).toEqual({
      output: { result: { trt_dcla_detl_sn: nationalIdOf(APPLICATION) } },
      warning: '已提交参保地认定，认定通过后享受待遇',
    });
    expect(calls).toEqual([
      {
        method: 'applyForEntitlement',
        request: {
          requestId: MESSAGE,
          personId: PERSON,
          insuredRegion: '610100',
          institutionCode: HOSPITAL,
          diseaseCode: 'M03900',
          identifiedBy: HOSPITAL,
          identifiedOn: '2026-11-22',
          physicianCode: 'D110105000001',
          validFrom: '2026-11-23',
          validTo: '2027-11-22',
        },
      },
    ]);
    calls = [];
    await send('2503', { data: chronic });
    expect(calls[0]?.request['validTo']).toBe('');
  });

  it('refuses what is missing or malformed, naming it', async () =>
    expect(
      await passing('2503', chronic, {
        insutype: '510',
        opsp_dise_code: 'I10',
        hosp_ide_date: '22.11.2026',
        begndate: '2026-02-30',
        enddate: '2027',
      }),
    ).toEqual([]));
});

describe('2504', () => {
  const declared = { trt_dcla_detl_sn: nationalIdOf(APPLICATION), psn_no, memo: '误报' };

  it('takes the application back, under the message’s own id', async () => {
    expect(await send('2504', { data: declared })).toEqual({ output: {} });
    expect(calls).toEqual([
      {
        method: 'withdrawEntitlementApplication',
        request: {
          requestId: MESSAGE,
          personId: PERSON,
          applicationId: APPLICATION,
          insuredRegion: '610100',
          institutionCode: HOSPITAL,
          reason: '原申请医院撤销慢特病备案（2504）',
        },
      },
    ]);
  });

  it('refuses what is missing or malformed, naming it', async () =>
    expect(await passing('2504', declared, { trt_dcla_detl_sn: APPLICATION, psn_no: 'x' })).toEqual([]));

  it('of a recognised disease is refused as the insured place refuses it', async () => {
    answers['withdrawEntitlementApplication'] = () => {
      throw new Rejection('ENTITLEMENT_AT_HOME');
    };
    await expect(send('2504', { data: declared })).rejects.toMatchObject({ reason: 'ENTITLEMENT_AT_HOME' });
  });
});

describe('2505', () => {
  it('is refused once it is well formed: care across provinces has no chosen institution', async () => {
    const chosen = {
      psn_no,
      biz_appy_type: '03',
      begndate: '2026-11-22',
      fix_srt_no: '1',
      fixmedins_code: HOSPITAL,
      fixmedins_name: '北京示例医院',
    };
    await expect(send('2505', { data: chosen })).rejects.toMatchObject({ reason: 'CHOSEN_INSTITUTION_NEEDLESS' });
    for (const field of Object.keys(chosen))
      await expect(send('2505', { data: { ...chosen, [field]: undefined } }), field).rejects.toMatchObject({
        reason: 'REQUEST_MALFORMED',
      });
    expect(calls).toEqual([]);
  });
});
