import { inspect } from 'node:util';
import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Clock, TARGETS, type Actor } from '@yiditong/chassis';
import { Rejection, type Reason } from '@yiditong/codes';
import type { identityV1 } from '@yiditong/contracts';
import { FixedClock } from '@yiditong/testing';
import { LoggerModule } from 'nestjs-pino';
import { sm2 } from 'sm-crypto-v2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { REVOCATIONS } from '../auth/authenticator.js';
import { RefusalAudit } from '../auth/refusal-audit.js';
import { recordRefusals } from '../auth/refused-credential.js';
import { Revocations } from '../auth/revocations.js';
import { CatalogueDownloadService } from '../catalogue/catalogue-download.service.js';
import { edgeProviders } from '../http/edge-providers.js';
import { requestLimitsText } from '../http/request-limits.js';
import { createServer } from '../http/server.js';
import { nationalIdOf } from './national-codes.js';
import { NationalController } from './national.controller.js';
import { keepSignedBodies } from './raw-body.js';
import { SignedMessageGuard } from './signed-message.guard.js';
import { SigningKeys } from './signing-keys.js';
import { FILE_NUMBER_KEY } from './catalogue-files.js';
import { SignInNumbers } from './sign-in-numbers.js';
import { transactionProviders } from './transaction-groups.js';

const NOON = new Date('2026-11-22T04:00:00Z');
const INSTITUTION = 'H11010100001';
const PERSON = '01890a5d-ac96-774b-bcce-b302099a8057';
const ID_NUMBER = '11010519491231002X';
const ORIGINAL = `${INSTITUTION}202611221159590001`;

type Call = { readonly method: string; readonly request: Record<string, unknown>; readonly actor: Actor };

const [own, second] = [sm2.generateKeyPairHex(), sm2.generateKeyPairHex()];
const clock = new FixedClock(NOON);
let app: NestFastifyApplication;
let calls: Call[];
let registered: identityV1.VerificationKey[];
let revoked: readonly string[];
/** What a method of a service behind answers, or throws. */
let answers: Record<string, () => object>;

/** All services behind the gateway in one. */
const services = {
  call: async (method: string, request: Record<string, unknown>, actor: Actor) => {
    calls.push({ method, request, actor });
    return answers[method]?.() ?? {};
  },
};

beforeAll(async () => {
  const limits = requestLimitsText.parse(JSON.stringify({ hospital: 40, failed: 40, windowSeconds: 1 }));
  @Module({
    imports: [DiscoveryModule, LoggerModule.forRoot({ pinoHttp: { level: 'silent' } })],
    controllers: [NationalController],
    providers: [
      { provide: Clock, useValue: clock },
      ...Object.values(TARGETS).map(({ token }) => ({ provide: token, useValue: services })),
      { provide: Revocations, useValue: { isRevoked: ({ subject }: Actor) => revoked.includes(subject) } },
      { provide: REVOCATIONS, useExisting: Revocations },
      RefusalAudit,
      SigningKeys,
      ...transactionProviders,
      CatalogueDownloadService,
      { provide: FILE_NUMBER_KEY, useValue: Buffer.alloc(32) },
      { provide: SignInNumbers, useValue: new SignInNumbers('secret', clock) },
      { provide: APP_GUARD, useClass: SignedMessageGuard },
      ...edgeProviders({ issuers: [], limits }),
    ],
  })
  class TestModule {}
  app = await createServer(TestModule, {});
  app.useLogger(false);
  recordRefusals(app);
  keepSignedBodies(app);
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());

beforeEach(() => {
  // Beyond the window of the limits, and of what is kept of keys.
  clock.moveTo(new Date(clock.now().getTime() + 10_000));
  calls = [];
  revoked = [];
  registered = [{ keyId: 'key-1', publicKey: own.publicKey }];
  answers = {
    findInstitutionKeys: () => ({ keys: registered }),
    findPerson: () => ({
      personId: PERSON,
      insuredRegion: '131000',
      insurance: 'INSURANCE_EMPLOYEE',
      personType: 'PERSON_TYPE_RETIREE',
      active: true,
      maskedName: '张*',
    }),
    listRoutes: () => ({ routes: [{ endpoint: { province: '130000', kind: 'ENDPOINT_KIND_HOSTED' } }] }),
    readPatient: () => ({ personId: PERSON, balanceFen: 40_050n, civilServant: true, identities: ['低保'] }),
    reverse: () => ({ outcome: 'REVERSAL_OUTCOME_REVERSED', settlementId: '' }),
  };
});

function message(change: Readonly<Record<string, unknown>> = {}, privateKey = own.privateKey): string {
  const text = JSON.stringify({
    infno: '1101',
    msgid: `${INSTITUTION}202611221200000001`,
    mdtrtarea_admvs: '110101',
    recer_sys_code: 'YDT',
    cainfo: '',
    signtype: 'SM2',
    infver: 'V1.0',
    opter_type: '1',
    opter: '001',
    opter_name: '经办甲',
    inf_time: '2026-11-22 12:00:00',
    fixmedins_code: INSTITUTION,
    fixmedins_name: '北京示例医院',
    input: { data: { mdtrt_cert_type: '02', mdtrt_cert_no: ID_NUMBER } },
    ...change,
  });
  const signature = Buffer.from(sm2.doSignature(Buffer.from(text), privateKey, { hash: true }), 'hex');
  return text.replace('"cainfo":""', `"cainfo":"${signature.toString('base64')}"`);
}

const reversal = (data: object = {}, change: object = {}): string =>
  message({
    infno: '2601',
    input: { data: { psn_no: nationalIdOf(PERSON), omsgid: ORIGINAL, oinfno: '2304', ...data } },
    ...change,
  });

type Answer = { readonly status: number; readonly body: Record<string, unknown> };

async function send(payload: string | Buffer, infno = '1101'): Promise<Answer> {
  const answer = await app.inject({
    method: 'POST',
    url: `/national/${infno}`,
    headers: { 'content-type': 'application/json', authorization: 'Bearer of.no.use' },
    payload,
  });
  return { status: answer.statusCode, body: JSON.parse(answer.body) as Record<string, unknown> };
}

const methodsCalled = (): string[] => calls.map(({ method }) => method);
const callOf = (name: string): Call | undefined => calls.find(({ method }) => method === name);

describe('1101 in a signed message', () => {
  it('is answered in the national form, masked as everywhere', async () => {
    const { status, body } = await send(message());
    expect([status, body['infcode'], body['err_msg']]).toEqual([200, 0, '']);
    expect(body['output']).toEqual({
      baseinfo: {
        psn_no: nationalIdOf(PERSON),
        psn_cert_type: '01',
        certno: '1****************X',
        psn_name: '张*',
        gend: '2',
        naty: '',
        brdy: '1949-12-31',
        age: 76,
        expContent: '',
      },
      insuinfo: [
        {
          balc: 400.5,
          insutype: '310',
          psn_type: '12',
          psn_insu_stas: '1',
          psn_insu_date: '',
          paus_insu_date: '',
          cvlserv_flag: '1',
          insuplc_admdvs: '131000',
          emp_name: '',
        },
      ],
      idetinfo: [{ psn_idet_type: '', psn_type_lv: '', memo: '低保', begntime: '', endtime: '' }],
    });
  });

  it('asks for what the screen shows with what the patient showed, after it is known who he is', async () => {
    await send(message());
    expect(methodsCalled().slice(-3)).toEqual(['findPerson', 'listRoutes', 'readPatient']);
    expect(callOf('readPatient')?.request).toEqual({ institutionCode: INSTITUTION, idNumber: ID_NUMBER, token: '' });
    const card = { mdtrt_cert_type: '03', mdtrt_cert_no: 'A1', card_sn: 's', certno: ID_NUMBER };
    calls = [];
    await send(message({ input: { data: card } }));
    expect(callOf('readPatient')?.request).toEqual({ institutionCode: INSTITUTION, idNumber: ID_NUMBER, token: '' });
    answers['decodeCredential'] = () => ({ ...answers['findPerson']?.(), maskedIdNumber: '1****************X' });
    calls = [];
    await send(message({ input: { data: { mdtrt_cert_type: '01', mdtrt_cert_no: 'token-1' } } }));
    expect(methodsCalled().slice(-3)).toEqual(['decodeCredential', 'listRoutes', 'readPatient']);
    expect(callOf('readPatient')?.request).toEqual({ institutionCode: INSTITUTION, idNumber: '', token: 'token-1' });
  });

  it('shows no balance of who has no account, and of a province with a core of its own asks nothing', async () => {
    const shown = async (): Promise<unknown[]> => {
      const output = (await send(message())).body['output'] as {
        insuinfo: Record<string, unknown>[];
        idetinfo: unknown;
      };
      return [output.insuinfo[0]?.['balc'], output.insuinfo[0]?.['cvlserv_flag'], output.idetinfo];
    };
    answers['readPatient'] = () => ({ personId: PERSON, civilServant: false, identities: [] });
    expect(await shown()).toEqual([null, '0', []]);
    answers['listRoutes'] = () => ({ routes: [{ endpoint: { province: '130000', kind: 'ENDPOINT_KIND_OWN' } }] });
    calls = [];
    expect(await shown()).toEqual([null, '', []]);
    expect(callOf('readPatient')).toBeUndefined();
  });

  it('is asked for by the hospital, through its operator', async () => {
    await send(message());
    expect(callOf('findPerson')?.actor).toEqual({
      role: 'hospital',
      region: '110000',
      subject: `${INSTITUTION}:001`,
      institution: INSTITUTION,
    });
    expect(callOf('admitMessage')).toMatchObject({
      request: { institutionCode: INSTITUTION, keyId: 'key-1', messageDigest: expect.any(Buffer) },
      actor: { role: 'service', region: '000000' },
    });
  });

  it.each([
    [{ mdtrt_cert_type: '03', mdtrt_cert_no: '1' }, 'input.data.card_sn: is missing'],
    [{ mdtrt_cert_type: '03', mdtrt_cert_no: '1', card_sn: 's' }, 'input.data.certno: is missing'],
    [
      { mdtrt_cert_type: '03', mdtrt_cert_no: '1', card_sn: 's', certno: ID_NUMBER, psn_cert_type: '08' },
      'input.data.psn_cert_type',
    ],
    [{ mdtrt_cert_type: '02', mdtrt_cert_no: '' }, 'input.data.mdtrt_cert_no: is missing'],
    [{ mdtrt_cert_type: '02', mdtrt_cert_no: null }, 'input.data.mdtrt_cert_no: is missing'],
    [{ mdtrt_cert_type: '09', mdtrt_cert_no: ID_NUMBER }, 'input.data.mdtrt_cert_type'],
    [{ mdtrt_cert_no: ID_NUMBER }, 'input.data.mdtrt_cert_type: is missing'],
  ])('with %j is refused in the national form, and nobody is asked', async (data, problem) => {
    const { status, body } = await send(message({ input: { data } }));
    expect([status, body['infcode']]).toEqual([200, -2]);
    expect(body['err_msg']).toContain(problem);
    expect(body['err_msg']).not.toContain(ID_NUMBER);
    expect(callOf('findPerson')).toBeUndefined();
  });

  it('takes a card by the ID number printed on it, and fields that it does not know', async () => {
    const data = { mdtrt_cert_type: '03', mdtrt_cert_no: 'A1', card_sn: 's', certno: ID_NUMBER, more: 1 };
    const { body } = await send(message({ input: { data } }));
    expect(body['infcode']).toBe(0);
    expect(callOf('findPerson')?.request).toEqual({ idNumber: ID_NUMBER });
  });

  it('of a person whom nobody knows says so', async () => {
    answers['findPerson'] = () => {
      throw new Rejection('PERSON_UNKNOWN');
    };
    const { status, body } = await send(message());
    expect([status, body['infcode'], body['output']]).toEqual([200, -2, {}]);
    expect(body['err_msg']).toMatch(/^PERSON_UNKNOWN /);
  });

  it('that ends in a fault says that nothing is known, and nothing else', async () => {
    answers['findPerson'] = () => {
      throw new Error('secret');
    };
    const { status, body } = await send(message());
    expect([status, body['infcode']]).toEqual([200, -1]);
    expect(JSON.stringify(body)).not.toContain('secret');
  });
});

describe('2601 in a signed message', () => {
  it('reverses the original under its own message id', async () => {
    const { body } = await send(reversal(), '2601');
    expect([body['infcode'], body['warn_msg'], body['output']]).toEqual([0, '', {}]);
    expect(callOf('reverse')?.request).toEqual({
      institutionCode: INSTITUTION,
      messageId: `${INSTITUTION}202611221200000001`,
      originalMessageId: ORIGINAL,
      personId: PERSON,
      originalKind: 'ORIGINAL_KIND_SETTLEMENT',
    });
  });

  it('of what was never settled warns', async () => {
    answers['reverse'] = () => ({ outcome: 'REVERSAL_OUTCOME_NOTHING_SETTLED', settlementId: '' });
    const { body } = await send(reversal(), '2601');
    expect([body['infcode'], body['warn_msg']]).toEqual([0, expect.stringContaining('未结算')]);
  });

  it.each([
    ['2207', 'SETTLEMENT'],
    ['2208', 'WITHDRAWAL'],
    ['2304', 'SETTLEMENT'],
    ['2305', 'WITHDRAWAL'],
    ['2401', 'VISIT'],
  ])('of a %s is let pass, and says that it was a %s', async (oinfno, kind) => {
    expect((await send(reversal({ oinfno }), '2601')).body['infcode']).toBe(0);
    expect(callOf('reverse')?.request).toMatchObject({ originalKind: `ORIGINAL_KIND_${kind}` });
  });

  it('of another person’s or another transaction’s message says so', async () => {
    answers['reverse'] = () => {
      throw new Rejection('REVERSAL_MISMATCH');
    };
    const { body } = await send(reversal(), '2601');
    expect([body['infcode'], body['err_msg']]).toEqual([-2, expect.stringMatching(/^REVERSAL_MISMATCH \[结算\] /)]);
  });

  it.each([{ oinfno: '2402' }, { omsgid: 'x' }, { psn_no: PERSON }])('with %j is refused', async (data) => {
    const { body } = await send(reversal(data), '2601');
    expect(body['infcode']).toBe(-2);
    expect(callOf('reverse')).toBeUndefined();
  });

  it('whose outcome is unknown says so', async () => {
    answers['reverse'] = () => {
      throw new Rejection('OUTCOME_UNKNOWN', { until: '2026-11-22T04:01:00Z' });
    };
    const { status, body } = await send(reversal(), '2601');
    expect([status, body['infcode']]).toEqual([200, -1]);
  });
});

describe('numbers in a signed message', () => {
  const visitId = '01890a5d-ac96-774b-8cce-b302099a8058';
  const settlementId = '01890a5d-ac96-774b-8cce-b302099a8059';
  const bill = (medfee_sumamt: string): string =>
    message({
      infno: '2304',
      input: {
        data: {
          psn_no: nationalIdOf(PERSON),
          mdtrt_id: nationalIdOf(visitId),
          mdtrt_cert_type: '02',
          mdtrt_cert_no: ID_NUMBER,
          medfee_sumamt,
          psn_setlway: '01',
          insutype: '310',
          acct_used_flag: '0',
          mid_setl_flag: '0',
        },
      },
    });

  it('are read from the bytes that were signed, and written to the last digit', async () => {
    answers['settleVisit'] = () => ({
      settlement: {
        settlementId,
        visitId,
        institutionCode: INSTITUTION,
        treatingRegion: '110101',
        visitKind: 'VISIT_KIND_INPATIENT',
        insurance: 'INSURANCE_EMPLOYEE',
        personType: 'PERSON_TYPE_RETIREE',
        totalFen: 9007199254740993n,
        split: { fullSelfPayFen: 0n, overCeilingFen: 0n, firstSelfPayFen: 0n, inScopeFen: 9007199254740993n },
        deductibleFen: 0n,
        funds: [],
        fundTotalFen: 0n,
        personalFen: 9007199254740993n,
        accountFen: 0n,
        mutualAidFen: 0n,
        cashFen: 9007199254740993n,
        hospitalPartFen: 0n,
        poolingRatioE4: 0,
        details: [],
        settledAt: { seconds: 1_795_233_600n, nanos: 0 },
      },
    });
    const text = JSON.stringify(JSON.parse(bill('0'))).replace(
      '"medfee_sumamt":"0"',
      '"medfee_sumamt":90071992547409.93',
    );
    const unsigned = text.replace(/"cainfo":"[^"]*"/, '"cainfo":""');
    const signature = Buffer.from(sm2.doSignature(Buffer.from(unsigned), own.privateKey, { hash: true }), 'hex');
    const answer = await app.inject({
      method: 'POST',
      url: '/national/2304',
      headers: { 'content-type': 'application/json' },
      payload: unsigned.replace('"cainfo":""', `"cainfo":"${signature.toString('base64')}"`),
    });
    expect(answer.body).toContain('"infcode":0');
    expect(callOf('settleVisit')?.request).toMatchObject({ bill: { declaredTotalFen: 9007199254740993n } });
    expect(answer.body).toContain('"psn_cash_pay":90071992547409.93');
  });

  it('that no amount is are refused by name', async () => {
    const { body } = await send(bill('1e3'), '2304');
    expect(body['err_msg']).toMatch(/^REQUEST_MALFORMED \[参数\] .*input\.data\.medfee_sumamt: /);
    expect(callOf('settleVisit')).toBeUndefined();
  });
});

describe('a message', () => {
  it('may have a quarter of a mebibyte, and no more', async () => {
    const filled = (length: number): string => message({ input: { data: { more: 'x'.repeat(length) } } });
    expect((await send(filled(250 * 1024))).status).toBe(200);
    expect((await send(filled(256 * 1024))).status).toBe(413);
  });

  it('with a sign-in number that is not its operator’s is refused', async () => {
    const { body } = await send(message({ sign_no: 'S0001' }));
    expect(body['err_msg']).toMatch(/^SIGN_IN_INVALID \[权限\] /);
    expect(callOf('findPerson')).toBeUndefined();
  });

  it('of 9001 gets one that is good', async () => {
    const input = { signIn: { opter_no: '001', ip: '10.0.0.1' } };
    const { body } = await send(message({ infno: '9001', input }), '9001');
    const { signinoutb } = body['output'] as { signinoutb: { sign_no: string } };
    expect((await send(message({ sign_no: signinoutb.sign_no }))).body['infcode']).toBe(0);
    const other = message({ infno: '9001', input: { signIn: { ...input.signIn, opter_no: '002' } } });
    expect((await send(other, '9001')).body['err_msg']).toContain('input.signIn.opter_no');
  });
});

describe('another transaction', () => {
  it('is not offered', async () => {
    const { status, body } = await send(message({ infno: '9999' }), '9999');
    expect([status, body['infcode'], String(body['err_msg']).split(' ')[0]]).toEqual([
      200,
      -2,
      'TRANSACTION_NOT_OFFERED',
    ]);
  });
});

describe('a message that is refused', () => {
  const nothing = (): void => undefined;
  const barred = (): void => {
    revoked = [`${INSTITUTION}:001`];
  };
  const admits = (reason: Reason) => (): void => {
    answers['admitMessage'] = () => {
      throw new Rejection(reason);
    };
  };
  const elsewhere = { fixmedins_code: 'H11010100002', msgid: 'H11010100002202611221200000001' };

  it.each<[string, () => string, () => void, number, string]>([
    [
      'without a signature',
      () => message().replace(/"cainfo":"[^"]*"/, '"cainfo":""'),
      nothing,
      401,
      'SIGNATURE_MISSING',
    ],
    ['changed', () => message().replace('经办甲', '经办乙'), nothing, 401, 'SIGNATURE_INVALID'],
    ['of another key', () => message({}, second.privateKey), nothing, 401, 'SIGNATURE_INVALID'],
    ['of an institution without a key', () => message(elsewhere), () => (registered = []), 401, 'SIGNING_KEY_UNKNOWN'],
    ['of a revoked operator', () => message(), barred, 401, 'CREDENTIAL_REVOKED'],
    ['of a revoked key', () => message(), admits('CREDENTIAL_REVOKED'), 401, 'CREDENTIAL_REVOKED'],
    ['seen before', () => message(), admits('MESSAGE_REPEATED'), 401, 'MESSAGE_REPEATED'],
    ['that nobody can tell is new', () => message(), admits('SERVICE_UNAVAILABLE'), 503, 'SERVICE_UNAVAILABLE'],
    ['for another transaction than the address says', () => reversal(), nothing, 400, 'REQUEST_MALFORMED'],
    ['that is an empty envelope', () => '{}', nothing, 401, 'SIGNATURE_MISSING'],
    ['that is empty', () => '', nothing, 400, 'REQUEST_MALFORMED'],
  ])('%s is answered as HTTP says, and reaches nobody', async (_, made, arrange, status, reason) => {
    arrange();
    const answer = await send(made());
    expect([answer.status, answer.body['reason']]).toEqual([status, reason]);
    expect(methodsCalled().filter((method) => ['findPerson', 'reverse'].includes(method))).toEqual([]);
  });

  it('leaves a record that says whose it was, and whether that is certain', async () => {
    await send(message({}, second.privateKey));
    barred();
    await send(message());
    const records = calls.flatMap(({ request }) => (request['refusals'] ?? []) as identityV1.Refusal[]);
    expect(records).toMatchObject([
      { reason: 'SIGNATURE_INVALID', genuine: false },
      { reason: 'CREDENTIAL_REVOKED', genuine: true },
    ]);
    for (const record of records)
      expect(record).toMatchObject({
        credentialKind: 'signature',
        claimedSubject: `${INSTITUTION}:001`,
        claimedRole: 'hospital',
        claimedRegion: '110000',
        source: '127.0.0.1',
        route: 'POST /national/:infno',
      });
  });

  it('is not a reason to record anything of the person', async () => {
    await send(message().replace('经办甲', '经办乙'));
    expect(inspect(callOf('recordRefusals'), { depth: 9 })).not.toMatch(/1101051949|经办/);
  });

  it('in bytes that are no UTF-8, though they are shown alike', async () => {
    const body = Buffer.from(message({ opter_name: '\ufffd' }));
    expect((await send(body)).body['infcode']).toBe(0);
    const at = body.indexOf(Buffer.from('\ufffd'));
    const { status, body: problem } = await send(
      Buffer.concat([body.subarray(0, at), Buffer.of(0xff), body.subarray(at + 3)]),
    );
    expect([status, problem['reason']]).toEqual([400, 'REQUEST_MALFORMED']);
  });

  it('again and again is not even looked at any more', async () => {
    const bad = message({}, second.privateKey);
    const statuses = [];
    for (let count = 0; count < 42; count += 1) statuses.push((await send(bad)).status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
  });
});

describe('an institution’s keys', () => {
  it('are asked for once, and again when none of them made the signature, but not for every message', async () => {
    const asked = (): number => methodsCalled().filter((method) => method === 'findInstitutionKeys').length;
    await send(message());
    const before = asked();
    await send(message());
    expect(asked()).toBe(before);
    registered = [...registered, { keyId: 'key-2', publicKey: second.publicKey }];
    const late = message({}, second.privateKey);
    expect((await send(late)).status).toBe(200);
    expect(asked()).toBe(before + 1);
    const strange = message({}, sm2.generateKeyPairHex().privateKey);
    for (let count = 0; count < 3; count += 1) expect((await send(strange)).status).toBe(401);
    expect(asked()).toBe(before + 1);
    clock.moveTo(new Date(clock.now().getTime() + 2_000));
    expect((await send(strange)).status).toBe(401);
    expect(asked()).toBe(before + 2);
  });
});

describe('a hospital that sends very much', () => {
  it('is asked to wait like with a bearer token', async () => {
    const statuses = await Promise.all(Array.from({ length: 45 }, async () => (await send(message())).status));
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
  });
});
