import { randomUUID } from 'node:crypto';
import { provinceOf } from '@yiditong/codes';
import { generateDay, loadSample } from '@yiditong/tools';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { rowsOf } from './books.js';
import { FilingDesk, newIdNumber, type Filed } from './filing-desk.js';
import { HospitalDesk, newMessageId } from './hospital-desk.js';
import { connected, shanghaiTime, type NationalDesk, type NationalReply } from './national-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, databases, issuers, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const filings = new FilingDesk(desk, issuers.nation);
const today = shanghaiTime(Date.now()).slice(0, 10);

/** Insured in one province, treated in another; nothing is filed for them. */
let insuredRegion: string;
let bureau: string;
let link: NationalDesk;
let neighbour: NationalDesk;

type Patient = { readonly personId: string; readonly idNumber: string; readonly psn_no: string };

beforeAll(async () => {
  const { visit, insuredRegion: region } = await filings.newcomer();
  insuredRegion = region;
  bureau = desk.bureauToken(region);
  link = await connected(desk, visit.institutionCode);
  neighbour = await connected(desk, desk.otherHospital(visit, true));
});

/** A UUID in 25 digits and letters. */
function nationalId(id: string): string {
  return BigInt(`0x${id.replaceAll('-', '')}`)
    .toString(36)
    .toUpperCase()
    .padStart(25, '0');
}

async function insured(tags: readonly string[] = []): Promise<Patient> {
  const [personId, idNumber] = [randomUUID(), newIdNumber(insuredRegion)];
  const kind = { insurance: 'EMPLOYEE', personType: 'ACTIVE', active: true, name: '国标测试', tags };
  const person = { personId, idNumber, insuredRegion, ...kind };
  await filings.write('PUT', '/v1/insured-persons', { persons: [person] }, bureau);
  return { personId, idNumber, psn_no: nationalId(personId) };
}

const reasonOf = ({ infcode, err_msg: text }: NationalReply): string =>
  infcode === 0 ? 'done' : (text?.split(' ')[0] ?? `infcode ${infcode}`);

function nodeOf<T>({ err_msg: text, output }: NationalReply, node: string): T {
  if (output?.[node] === undefined) throw new Error(`no ${node}: ${text}`);
  return output[node] as T;
}

const numberOf = (reply: NationalReply): string =>
  nodeOf<{ trt_dcla_detl_sn: string }>(reply, 'result').trt_dcla_detl_sn;

async function trailOf(objectType: string, personId: string): Promise<unknown[]> {
  const rows = await rowsOf(
    databases['filing'] ?? '',
    `SELECT action, actor, purpose FROM audit_record
     WHERE province = $1 AND object_type = $2 AND after_text LIKE '%' || $3 || '%' ORDER BY sequence`,
    [provinceOf(insuredRegion), objectType, personId],
  );
  return rows.map(({ action, actor, purpose }) => [
    action,
    JSON.stringify(actor).includes(link.institutionCode),
    purpose,
  ]);
}

describe('a referral', () => {
  const refer = ({ psn_no }: Patient, change: object = {}): Promise<NationalReply> =>
    link.done('2501', { refmedin: referral(psn_no) }, insuredRegion, change);
  const takeBack = (by: NationalDesk, { psn_no }: Patient, sn: string, change: object = {}): Promise<NationalReply> =>
    by.tried('2502', { data: { trt_dcla_detl_sn: sn, psn_no, memo: '患者不转院了' } }, insuredRegion, change);
  const standing = async ({ personId }: Patient): Promise<string[]> =>
    (await desk.api.get<{ filings: readonly Filed[] }>(`/v1/persons/${personId}/filings`, bureau)).filings.map(
      ({ state }) => state,
    );

  function referral(psn_no: string): object {
    return {
      psn_no,
      diag_code: 'I10.x00x002',
      diag_name: '高血压病',
      reflin_medins_no: link.institutionCode,
      reflin_medins_name: '示例医院',
      mdtrtarea_admdvs: link.institutionCode.slice(1, 7),
      hosp_agre_refl_flag: '1',
      refl_type: '1',
      refl_date: today,
      refl_rea: '需专科治疗',
      refl_opnn: '同意',
    };
  }

  it('is taken back by the hospital that sent it, once, however often the message comes', async () => {
    const patient = await insured();
    const sn = numberOf(await refer(patient));
    expect(await standing(patient)).toEqual(['SUBMITTED']);
    expect(reasonOf(await takeBack(neighbour, patient, sn))).toBe('FILING_NOT_FOUND');
    expect(reasonOf(await takeBack(link, await insured(), sn))).toBe('FILING_NOT_FOUND');
    expect(reasonOf(await takeBack(link, patient, nationalId(randomUUID())))).toBe('FILING_NOT_FOUND');
    expect(await standing(patient)).toEqual(['SUBMITTED']);

    const msgid = newMessageId(link.institutionCode);
    const [first, again] = [
      await takeBack(link, patient, sn, { msgid }),
      await takeBack(link, patient, sn, { msgid, dev_no: '2' }),
    ];
    expect([reasonOf(first), reasonOf(again)]).toEqual(['done', 'done']);
    expect(await standing(patient)).toEqual(['CANCELLED']);
    expect(reasonOf(await takeBack(link, patient, sn))).toBe('FILING_STATE_CONFLICT');
    expect(await trailOf('filing', patient.personId)).toEqual([
      ['REGISTER_FILING', true, 'TREATMENT'],
      ['CANCEL_FILING', true, 'TREATMENT'],
    ]);
    // Nothing of it stands in the way of another.
    await refer(patient);
    expect((await standing(patient)).toSorted()).toEqual(['CANCELLED', 'SUBMITTED']);
  });

  it('that the insured place has accepted is the person’s and the bureau’s to end', async () => {
    const patient = await insured();
    const sn = numberOf(await refer(patient));
    const { filings: listed } = await desk.api.get<{ filings: readonly Filed[] }>(
      `/v1/persons/${patient.personId}/filings`,
      bureau,
    );
    const path = `/v1/persons/${patient.personId}/filings/${listed[0]?.filingId}/review`;
    expect((await filings.post<Filed>(path, { decision: 'ACCEPT', reason: '' }, bureau)).body.state).toBe('ACTIVE');
    expect(reasonOf(await takeBack(link, patient, sn))).toBe('FILING_ENDS_AT_HOME');
    expect(await standing(patient)).toEqual(['ACTIVE']);
  });
});

type Application = {
  readonly applicationId: string;
  readonly personId: string;
  readonly diseaseCode: string;
  readonly state: string;
  readonly entitlementId: string | null;
};

describe('a chronic disease', () => {
  const apply = ({ psn_no }: Patient, disease: string, change: object = {}): Promise<NationalReply> => {
    const found = { opsp_dise_code: disease, opsp_dise_name: '慢特病', hosp_ide_date: today, begndate: today };
    const by = { ide_fixmedins_no: link.institutionCode, ide_fixmedins_name: '示例医院' };
    const physician = { diag_dr_codg: 'D110101000001', diag_dr_name: '医师甲' };
    const data = { psn_no, insutype: '310', insu_optins: insuredRegion, ...found, ...by, ...physician };
    return link.tried('2503', { data }, insuredRegion, change);
  };
  const withdraw = (by: NationalDesk, { psn_no }: Patient, sn: string, change: object = {}): Promise<NationalReply> =>
    by.tried('2504', { data: { trt_dcla_detl_sn: sn, psn_no, memo: '误报' } }, insuredRegion, change);
  const recognised = async ({ psn_no, idNumber }: Patient): Promise<string[]> => {
    const shown = { psn_no, mdtrt_cert_type: '02', mdtrt_cert_no: idNumber };
    const reply = await link.done('5301', { data: shown }, insuredRegion);
    return nodeOf<{ opsp_dise_code: string }[]>(reply, 'feedetail').map(({ opsp_dise_code: code }) => code);
  };
  const waiting = async ({ personId }: Patient, token = bureau): Promise<Application[]> => {
    const query = `insuredRegion=${insuredRegion}&limit=200`;
    const { applications } = await desk.api.get<{ applications: Application[] }>(
      `/v1/entitlement-applications?${query}`,
      token,
    );
    return applications.filter((application) => application.personId === personId);
  };
  const decide = ({ personId }: Patient, applicationId: string, body: object, token = bureau) =>
    filings.post<Application>(
      `/v1/persons/${personId}/entitlement-applications/${applicationId}/decision`,
      body,
      token,
    );

  it('that a hospital found is recognised when the insured place accepts the application, and not before', async () => {
    const patient = await insured();
    const msgid = newMessageId(link.institutionCode);
    const [applied, again] = [
      await apply(patient, 'M03900', { msgid }),
      await apply(patient, 'M03900', { msgid, dev_no: '2' }),
    ];
    expect(applied.warn_msg).toContain('参保地认定');
    expect(numberOf(again)).toBe(numberOf(applied));
    expect(reasonOf(await apply(patient, 'M03902'))).toBe('ENTITLEMENT_APPLIED');
    expect(await recognised(patient)).toEqual([]);

    const [application, ...others] = await waiting(patient);
    expect([application?.diseaseCode, application?.state, others]).toEqual(['M03900', 'SUBMITTED', []]);
    const applicationId = application?.applicationId ?? '';
    expect(nationalId(applicationId)).toBe(numberOf(applied));
    const elsewhere = desk.bureauToken(link.institutionCode.slice(1, 7));
    expect(await decide(patient, applicationId, { decision: 'ACCEPT', reason: '' }, elsewhere)).toMatchObject({
      status: 404,
      body: { reason: 'ENTITLEMENT_APPLICATION_NOT_FOUND' },
    });
    expect((await decide(patient, applicationId, { decision: 'REJECT', reason: ' ' })).status).toBe(400);
    const accepted = await decide(patient, applicationId, { decision: 'ACCEPT', reason: '' });
    expect(accepted).toMatchObject({ status: 200, body: { state: 'ACCEPTED', entitlementId: expect.any(String) } });
    expect(await recognised(patient)).toEqual(['M03900']);
    expect(reasonOf(await withdraw(link, patient, numberOf(applied)))).toBe('ENTITLEMENT_AT_HOME');
    expect(await trailOf('entitlement_application', patient.personId)).toEqual([
      ['APPLY_FOR_ENTITLEMENT', true, 'TREATMENT'],
      ['DECIDE_ENTITLEMENT_APPLICATION', false, expect.anything()],
    ]);
  });

  it('that a hospital applied for is withdrawn by that hospital while it waits, and by no other', async () => {
    const patient = await insured();
    const sn = numberOf(await apply(patient, 'M01600'));
    expect(reasonOf(await withdraw(neighbour, patient, sn))).toBe('ENTITLEMENT_APPLICATION_NOT_FOUND');
    const [application] = await waiting(patient);
    const msgid = newMessageId(link.institutionCode);
    expect(reasonOf(await withdraw(link, patient, sn, { msgid }))).toBe('done');
    expect(reasonOf(await withdraw(link, patient, sn, { msgid, dev_no: '2' }))).toBe('done');
    expect(reasonOf(await withdraw(link, patient, sn))).toBe('ENTITLEMENT_APPLICATION_DECIDED');
    expect(await waiting(patient)).toEqual([]);
    const late = await decide(patient, application?.applicationId ?? '', { decision: 'ACCEPT', reason: '' });
    expect(late).toMatchObject({ status: 409, body: { reason: 'ENTITLEMENT_APPLICATION_DECIDED' } });
    expect(await recognised(patient)).toEqual([]);
  });
});

describe('1101', () => {
  const shownTo = async (by: NationalDesk, data: object): Promise<Record<string, unknown>> => {
    const reply = await by.done('1101', { data }, '');
    const [insurance] = nodeOf<Record<string, unknown>[]>(reply, 'insuinfo');
    return {
      balc: insurance?.['balc'],
      cvlserv_flag: insurance?.['cvlserv_flag'],
      idetinfo: nodeOf(reply, 'idetinfo'),
    };
  };

  it('shows the balance and what the home province knows a patient by, and the trail says who looked', async () => {
    const { personId, idNumber } = await insured(['公务员', '低保']);
    const card = { mdtrt_cert_type: '02', mdtrt_cert_no: idNumber };
    const lowIncome = { psn_idet_type: '', psn_type_lv: '', memo: '低保', begntime: '', endtime: '' };
    expect(await shownTo(link, card)).toEqual({ balc: null, cvlserv_flag: '1', idetinfo: [lowIncome] });
    const credit = { entryId: randomUUID(), personId, kind: 'OWN', amountFen: '40050' };
    await filings.write('POST', '/v1/account-entries', { entries: [credit] }, bureau);
    expect(await shownTo(link, card)).toMatchObject({ balc: 400.5 });
    const rows = await rowsOf(
      databases['benefit'] ?? '',
      `SELECT action FROM audit_record WHERE object_id = $1 AND action = 'READ_ACCOUNT' AND actor::text LIKE '%' || $2 || '%'`,
      [personId, link.institutionCode],
    );
    expect(rows).toHaveLength(2);
  });

  it('shows the same for an e-credential, once decoded', async () => {
    const { personId } = await insured(['特困']);
    const { token } = await filings.asPerson(personId, insuredRegion);
    const credential = await filings.post<{ token: string }>('/v1/e-credentials', {}, token);
    expect(credential.status).toBe(201);
    const data = { mdtrt_cert_type: '01', mdtrt_cert_no: credential.body.token };
    expect(await shownTo(link, data)).toMatchObject({ cvlserv_flag: '0', idetinfo: [{ memo: '特困' }] });
    expect(reasonOf(await neighbour.tried('1101', { data }, ''))).toBe('E_CREDENTIAL_USED');
  });
});

describe('a mapping of an own item', () => {
  it('that 3301 made is taken back by 3302, by its own hospital alone', async () => {
    const codes = sample.nationalItems.csv.split('\n').map((line) => line.split(',')[0] ?? '');
    const code = codes.find((one) => /^T\d+$/.test(one)) ?? '';
    const item = `OWN-${randomUUID().slice(0, 8)}`;
    const mapped = { fixmedins_hilist_id: item, list_type: '103', med_list_codg: code };
    await link.done('3301', { data: { ...mapped, fixmedins_hilist_name: '饮片', begndate: today } }, '');
    const token = desk.token(link.institutionCode);
    const history = async (): Promise<unknown[]> => {
      const path = `/v1/item-mappings/history?institutionCode=${link.institutionCode}&itemCode=${item}`;
      const { mappings } = await desk.api.get<{ mappings: { nationalCode: string | null }[] }>(path, token);
      return mappings.map(({ nationalCode }) => nationalCode);
    };
    expect(await history()).toEqual([code]);
    const taken = { ...mapped, fixmedins_code: neighbour.institutionCode };
    expect(reasonOf(await neighbour.tried('3302', { catalogcompin: taken }, ''))).toBe('MAPPING_NOT_FOUND');
    expect(reasonOf(await link.tried('3302', { catalogcompin: taken }, ''))).toBe('REQUEST_MALFORMED');
    const own = { catalogcompin: { ...mapped, fixmedins_code: link.institutionCode } };
    const msgid = newMessageId(link.institutionCode);
    expect(reasonOf(await link.tried('3302', own, '', { msgid }))).toBe('done');
    expect(reasonOf(await link.tried('3302', own, '', { msgid, dev_no: '2' }))).toBe('done');
    expect(reasonOf(await link.tried('3302', own, ''))).toBe('MAPPING_NOT_FOUND');
    expect(await history()).toEqual([null, code]);
  });
});
