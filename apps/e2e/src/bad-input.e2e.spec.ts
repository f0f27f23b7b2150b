import { randomUUID } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { generateDay, loadSample } from '@yiditong/tools';
import { decodeJwt, generateKeyPair, SignJWT } from 'jose';
import supertest, { type Test } from 'supertest';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { quietBooks, type Books } from './books.js';
import { againAsNewVisit, HospitalDesk, newMessageId, type Settled, type Visit } from './hospital-desk.js';
import { judged, refusal } from './refusals.js';
import { SHARED_DAY, UNREGISTERED } from './stack.global.js';
import { signToken } from './test-issuer.js';

const { document, databases, issuers, now } = inject('stack');
const { operator } = document.tokens;
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const gateway = supertest(document.gateway);
const forged = await forgeTokens();
const useless = await signUselessTokens();

/** The patient about whom all of this is, who has filed and whose bill would settle as it stands. */
const template = await desk.admit(13);
const { personId, insuredRegion } = template.bill;
const hospital = desk.token(template.institutionCode);
const insured = desk.insuredToken(personId);
/** A bureau whose province has no part in the patient's visit. */
const foreignBureau = desk.bureauToken(foreignProvince());
const [policy = { region: '', documentJson: '{}' }] = sample.policies;

type Row = readonly [title: string, status: number, reason: string, send: () => Test];

let before: Books;
beforeAll(async () => {
  before = await quietBooks(databases);
});

const MALFORMED: readonly Row[] = [
  ['a body that is not JSON', 400, 'REQUEST_MALFORMED', () => settleRaw('{"messageId": "H110')],
  ['an empty body', 400, 'REQUEST_MALFORMED', () => settleRaw('')],
  ['a body that is a list', 400, 'REQUEST_MALFORMED', () => settleRaw('[]')],
  ['a body that is null', 400, 'REQUEST_MALFORMED', () => settleRaw('null')],
  ['a body that would poison a prototype', 400, 'REQUEST_MALFORMED', () => settleRaw('{"__proto__": {"a": 1}}')],
  ['a body in XML', 400, 'REQUEST_MALFORMED', () => settleRaw('<bill/>', 'application/xml')],
  ['a body from a form', 400, 'REQUEST_MALFORMED', () => settleRaw('a=b', 'application/x-www-form-urlencoded')],
  ['a body with other content', 400, 'REQUEST_MALFORMED', () => settleRaw('{"hello": "world"}')],
  ['an unknown field', 400, 'REQUEST_MALFORMED', () => billWith({ discountFen: '1' })],
  ['a missing field', 400, 'REQUEST_MALFORMED', () => billWith({ totalFen: undefined })],
  ['an amount that is a number', 400, 'REQUEST_MALFORMED', () => billWith({ totalFen: 6429 })],
  ['a negative amount', 400, 'REQUEST_MALFORMED', () => billWith({ totalFen: '-1' })],
  ['an amount in yuan', 400, 'REQUEST_MALFORMED', () => billWith({ totalFen: '64.29' })],
  ['a date for an instant', 400, 'REQUEST_MALFORMED', () => billWith({ endedAt: '2026-11-20' })],
  ['an instant that no calendar has', 400, 'REQUEST_MALFORMED', () => billWith({ endedAt: '2026-02-30T00:00:00Z' })],
  ['a person who is no UUID', 400, 'REQUEST_MALFORMED', () => billWith({ personId: '42' })],
  ['a kind of visit that there is not', 400, 'REQUEST_MALFORMED', () => billWith({ visitKind: 'SPA' })],
  [
    'a disease on another kind of visit',
    400,
    'REQUEST_MALFORMED',
    () => billWith({ visitKind: 'OUTPATIENT', diseaseCode: 'M01600' }),
  ],
  ['a bill without lines', 400, 'REQUEST_MALFORMED', () => billWith({ lines: [] })],
  ['a division that there is not', 400, 'REQUEST_MALFORMED', () => billWith({ insuredRegion: '990000' })],
  ['a visit number with a NUL in it', 400, 'REQUEST_MALFORMED', () => billWith({ visitNumber: 'E2E\u0000' })],
  ['a code of no national format', 400, 'REQUEST_MALFORMED', () => lineWith({ nationalCode: 'ASPIRIN-500' })],
  ['a line that names its item by no code', 400, 'REQUEST_MALFORMED', () => lineWith({ nationalCode: '' })],
  ['an own item code with a NUL in it', 400, 'REQUEST_MALFORMED', () => lineWith({ hospitalItemCode: 'YP\u0000' })],
  ['a quantity of five decimals', 400, 'REQUEST_MALFORMED', () => lineWith({ quantity: '1.00001' })],
  ['a quantity of a hundred digits', 400, 'REQUEST_MALFORMED', () => lineWith({ quantity: '9'.repeat(100) })],
  ['fees of the year 0', 400, 'REQUEST_MALFORMED', () => lineWith({ occurredAt: '0000-01-01T00:00:00Z' })],
  ['fees of the year 9999', 400, 'REQUEST_MALFORMED', () => lineWith({ occurredAt: '9999-12-31T23:00:00Z' })],
  ['a line number that is no number', 400, 'REQUEST_MALFORMED', () => lineWith({ lineNumber: '1' })],
  ['a message id of another length', 400, 'REQUEST_MALFORMED', () => settle({ ...visit(), messageId: 'H110105' })],
  ['a settlement id that is no UUID', 400, 'REQUEST_MALFORMED', () => get('/v1/settlements/42', operator)],
  ['a cycle that is no date', 400, 'REQUEST_MALFORMED', () => get('/v1/cycles/tomorrow', operator)],
  ['a cycle on a day that no calendar has', 400, 'REQUEST_MALFORMED', () => get('/v1/cycles/2026-02-30', operator)],
  ['a cycle in the year 0', 400, 'REQUEST_MALFORMED', () => get('/v1/cycles/0000-01-01', operator)],
  ['a proposal that is no UUID', 400, 'REQUEST_MALFORMED', () => decideClose('42', { decision: 'APPROVE' })],
  [
    'a rejection that doesn’t say why',
    400,
    'REQUEST_MALFORMED',
    () => decideClose(randomUUID(), { decision: 'REJECT' }),
  ],
  ['a page of no length', 400, 'REQUEST_MALFORMED', () => get('/v1/cycles/2026-01-01/settlements?limit=0', operator)],
  [
    'a page of two lengths',
    400,
    'REQUEST_MALFORMED',
    () => get('/v1/cycles/2026-01-01/settlements?limit=1&limit=2', operator),
  ],
  ['a page after nothing', 400, 'REQUEST_MALFORMED', () => get('/v1/cycles/2026-01-01/settlements?after=x', operator)],
  [
    'a benefit year that is none',
    400,
    'REQUEST_MALFORMED',
    () => get(`/v1/persons/${personId}/accumulators/soon`, insured),
  ],
  ['an address that is no text', 400, 'REQUEST_MALFORMED', () => get('/v1/cycles/%zz', operator)],
  ['an ID number of seventeen digits', 400, 'REQUEST_MALFORMED', () => search('11010519491231002')],
  ['a filing on a day that no calendar has', 400, 'REQUEST_MALFORMED', () => file({ validFrom: '2026-13-01' })],
  ['a filing that begins in the year 0', 400, 'REQUEST_MALFORMED', () => file({ validFrom: '0000-01-01' })],
  ['a hospital whose name has a NUL in it', 400, 'REQUEST_MALFORMED', () => register({ name: '北京\u0000医院' })],
  ['a catalogue with a NUL in it', 400, 'REQUEST_MALFORMED', () => proposeCatalogue({ name: '阿司匹林\u0000' })],
  ['a ceiling of a hundred digits', 400, 'REQUEST_MALFORMED', () => proposeCatalogue({ ceilingYuan: '9'.repeat(100) })],
  ['a decision that is none', 400, 'REQUEST_MALFORMED', () => decide({ decision: 'MAYBE' })],
  ['a rejection without a word', 400, 'REQUEST_MALFORMED', () => decide({ decision: 'REJECT', remark: ' ' })],
  ['a remark with a NUL in it', 400, 'REQUEST_MALFORMED', () => decide({ decision: 'APPROVE', remark: '同意\u0000' })],
  ['a remark of a page', 400, 'REQUEST_MALFORMED', () => decide({ decision: 'APPROVE', remark: '好'.repeat(501) })],
  ['a decision on what is no proposal', 400, 'REQUEST_MALFORMED', () => decide({ decision: 'APPROVE' }, '42')],
];

const IMPOSSIBLE: readonly Row[] = [
  [
    'a message id of the right length and no form',
    400,
    'MESSAGE_ID_INVALID',
    () => settle({ ...visit(), messageId: 'H'.repeat(30) }),
  ],
  [
    'a message id of another institution',
    400,
    'MESSAGE_ID_INVALID',
    () => settle({ ...visit(), messageId: newMessageId(desk.otherHospital(template, true)) }),
  ],
  [
    'a question for the outcome of no message id',
    400,
    'MESSAGE_ID_INVALID',
    () => get(`/v1/messages/${'H'.repeat(30)}/outcome`, hospital),
  ],
  [
    'a reversal of another institution’s message',
    400,
    'MESSAGE_ID_INVALID',
    () =>
      send('post', '/v1/settlements/reversals', hospital, {
        messageId: newMessageId(template.institutionCode),
        originalMessageId: newMessageId(desk.otherHospital(template, true)),
      }),
  ],
  ['an ID number that fails its check', 400, 'ID_NUMBER_INVALID', () => search('110105194912310021')],
  ['an ID number that nobody has', 404, 'PERSON_UNKNOWN', () => search('11010519491231002X')],
  ['a filing without Idempotency-Key', 400, 'IDEMPOTENCY_KEY_MISSING', () => file({}).unset('idempotency-key')],
  [
    'a filing for a place that can’t be one',
    400,
    'FILING_DESTINATION_INVALID',
    () => file({ destinationRegion: `${foreignProvince().slice(0, 2)}0103` }),
  ],
  ['a filing for emergency care', 400, 'FILING_EMERGENCY_NOT_REGISTRABLE', () => file({ category: 'EMERGENCY' })],
  [
    'a filing in the own province',
    400,
    'FILING_SAME_PROVINCE',
    () => file({ destinationRegion: `${insuredRegion.slice(0, 4)}00` }),
  ],
  [
    'a hospital code that isn’t one',
    400,
    'INSTITUTION_CODE_INVALID',
    () => register({ institutionCode: 'X12345678901' }),
  ],
  [
    'a policy that isn’t one',
    400,
    'POLICY_INVALID',
    () => proposePolicy(policy.region, { region: policy.region }, desk.bureauToken(policy.region)),
  ],
  ['an unknown hospital', 422, 'INSTITUTION_UNKNOWN', () => settleAt(UNREGISTERED.institutionCode)],
  ['a hospital that is not networked', 422, 'INSTITUTION_NOT_NETWORKED', () => settleAt(notNetworked())],
  ['a person without a filing', 422, 'FILING_REQUIRED', () => settle(desk.admitUnfiled())],
  ['a person whom nobody has heard of', 404, 'PERSON_UNKNOWN', () => billWith({ personId: randomUUID() })],
  [
    'an unheard-of person in an emergency',
    404,
    'PERSON_UNKNOWN',
    () => billWith({ personId: randomUUID(), emergency: true }),
  ],
  [
    'lines that don’t sum to the total',
    422,
    'BILL_TOTAL_MISMATCH',
    () => billWith({ totalFen: String(BigInt(template.bill.totalFen) + 1n) }),
  ],
  ['a total beyond every bill', 422, 'BILL_TOTAL_MISMATCH', () => billWith({ totalFen: '9'.repeat(15) })],
  ['a line that isn’t price times quantity', 422, 'BILL_LINE_MISMATCH', () => lineWith({ unitPriceYuan: '0.000001' })],
  [
    'the largest quantity that can be written',
    422,
    'BILL_LINE_MISMATCH',
    () => lineWith({ quantity: '999999999999.9999', unitPriceYuan: '999999999999.999999' }),
  ],
  [
    'two lines of one number',
    422,
    'BILL_LINE_MISMATCH',
    () => billWith({ lines: [...template.bill.lines, ...template.bill.lines] }),
  ],
  [
    'a visit that ended before it began',
    422,
    'BILL_PERIOD_INVALID',
    () => billWith({ endedAt: '2020-01-01T00:00:00Z' }),
  ],
  ['a visit that ends in the future', 422, 'BILL_PERIOD_INVALID', () => billWith({ endedAt: '2999-01-01T00:00:00Z' })],
  ['fees from before the visit', 422, 'BILL_PERIOD_INVALID', () => lineWith({ occurredAt: '1949-10-01T00:00:00Z' })],
];

const CREDENTIALS: readonly Row[] = [
  ['no token', 401, 'CREDENTIAL_MISSING', () => gateway.get('/v1/cycles/2026-01-01')],
  ['a password', 401, 'CREDENTIAL_MISSING', () => gateway.get('/v1/cycles/2026-01-01').auth('operator', 'operator')],
  ['a token that is none', 401, 'CREDENTIAL_INVALID', () => get('/v1/cycles/2026-01-01', 'garbage')],
  ['a token of three meaningless parts', 401, 'CREDENTIAL_INVALID', () => get('/v1/cycles/2026-01-01', 'gar.ba.ge')],
  ['a token that has expired', 401, 'CREDENTIAL_EXPIRED', () => get('/v1/cycles/2026-01-01', useless.expired)],
  ['a token of another issuer', 401, 'CREDENTIAL_INVALID', () => get('/v1/cycles/2026-01-01', forged.otherKey)],
  [
    'a token signed with a shared secret',
    401,
    'CREDENTIAL_INVALID',
    () => get('/v1/cycles/2026-01-01', forged.sharedSecret),
  ],
  ['a token that nobody signed', 401, 'CREDENTIAL_INVALID', () => get('/v1/cycles/2026-01-01', forged.unsigned)],
  ['a token with a claim changed', 401, 'CREDENTIAL_INVALID', () => get('/v1/cycles/2026-01-01', forged.tampered)],
  [
    'the role of a service, from outside',
    401,
    'CREDENTIAL_INVALID',
    () => get('/v1/cycles/2026-01-01', useless.service),
  ],
  ['a role that there is not', 401, 'CREDENTIAL_INVALID', () => get('/v1/cycles/2026-01-01', useless.roleless)],
  ['a patient’s token to settle', 403, 'NOT_PERMITTED', () => settle(visit(), insured)],
  ['an operator’s token to settle', 403, 'NOT_PERMITTED', () => settle(visit(), operator)],
  ['a hospital’s token to file', 403, 'NOT_PERMITTED', () => file({}, hospital)],
  [
    'a hospital’s token to read the day',
    403,
    'NOT_PERMITTED',
    () => get('/v1/cycles/2026-01-01/settlements', hospital),
  ],
  [
    'a bureau’s token to close the day',
    403,
    'NOT_PERMITTED',
    () => send('post', '/v1/cycles/2026-01-01/close', foreignBureau),
  ],
  ['a patient’s token to file for another', 403, 'NOT_PERMITTED', () => file({ personId: randomUUID() })],
  [
    'a patient’s token to read another’s totals',
    403,
    'NOT_PERMITTED',
    () => get(`/v1/persons/${randomUUID()}/accumulators/2026`, insured),
  ],
  ['another province’s token to file', 403, 'NOT_PERMITTED', () => file({}, foreignBureau)],
  ['another province’s token to enter a hospital', 400, 'INSTITUTION_CODE_INVALID', () => register({}, foreignBureau)],
  [
    'another province’s token to propose a policy',
    403,
    'NOT_PERMITTED',
    () =>
      proposePolicy(policy.region, JSON.parse(policy.documentJson), desk.bureauToken(provinceBesides([policy.region]))),
  ],
];

const NOWHERE: readonly Row[] = [
  ['an address that there is not', 404, 'ROUTE_NOT_FOUND', () => get('/v1/unicorns', operator)],
  ['a method that the address doesn’t have', 404, 'ROUTE_NOT_FOUND', () => send('delete', '/v1/filings', insured)],
  [
    'a settlement that there is not',
    404,
    'SETTLEMENT_NOT_FOUND',
    () => get(`/v1/settlements/${randomUUID()}`, operator),
  ],
  [
    'a filing that there is not',
    404,
    'FILING_NOT_FOUND',
    () => get(`/v1/persons/${personId}/filings/${randomUUID()}`, insured),
  ],
  ['a proposal that there is not', 404, 'PROPOSAL_NOT_FOUND', () => decide({ decision: 'APPROVE', remark: '' })],
  ['a cycle that there is not', 404, 'CYCLE_NOT_FOUND', () => get('/v1/cycles/2001-01-01', operator)],
  [
    'a cycle that there is not, to close it',
    404,
    'CYCLE_NOT_FOUND',
    () => send('post', '/v1/cycles/2001-01-01/close', operator),
  ],
  ['a close that nobody proposed', 404, 'PROPOSAL_NOT_FOUND', () => decideClose(randomUUID(), { decision: 'APPROVE' })],
];

describe.each([
  ['is malformed', MALFORMED],
  ['is well formed and can’t be done', IMPOSSIBLE],
  ['lacks the right credential', CREDENTIALS],
  ['is for what is not there', NOWHERE],
])('a request that %s', (_, rows) => {
  it.each(rows)('%s: %i %s, in Chinese and in English', async (_title, status, reason, request) => {
    expect(judged(await request())).toEqual(refusal(status, reason, 'zh'));
    const english = await request().set('Accept-Language', 'en-GB,en;q=0.9,zh;q=0.5');
    expect(judged(english)).toEqual(refusal(status, reason, 'en'));
  });
});

describe('a refused request', () => {
  it('leaves nothing half-written', async () => {
    expect(await quietBooks(databases)).toEqual(before);
  });

  it('with a body that is too large is refused before it is read', async () => {
    expect(judged(await announceBody(64 * 1024 * 1024))).toEqual(refusal(413, 'PAYLOAD_TOO_LARGE', 'zh'));
  });

  it('with another body under a used message id leaves the first answer as it was', async () => {
    const first = visit();
    const { text } = await settle(first).expect(201);
    const other = { ...first, bill: { ...first.bill, visitNumber: 'E2E-another' } };
    expect(judged(await settle(other))).toEqual(refusal(409, 'IDEMPOTENCY_KEY_REUSED', 'zh'));
    expect((await settle(first).expect(201)).text).toBe(text);
  });

  it('names each place that is malformed', async () => {
    const { body } = (await billWith({ totalFen: 6429, personId: 'x' })) as { body: { errors: { path: string }[] } };
    expect(body.errors.map(({ path }) => path).sort()).toEqual(['bill.personId', 'bill.totalFen']);
  });

  it('without a credential is told which kind to bring', async () => {
    const { headers } = await gateway.get('/v1/cycles/2026-01-01').expect(401);
    expect(headers['www-authenticate']).toBe('Bearer realm="yiditong"');
  });
});

describe('the bureau of a province', () => {
  it('that has no part in a settlement sees neither it, nor the person, nor the filing', async () => {
    const { body } = (await settle(visit()).expect(201)) as { body: Settled };
    expect(judged(await get(`/v1/settlements/${body.settlementId}`, foreignBureau))).toEqual(
      refusal(404, 'SETTLEMENT_NOT_FOUND', 'zh'),
    );
    expect(judged(await get(`/v1/persons/${personId}/accumulators/2026`, foreignBureau))).toEqual(
      refusal(404, 'PERSON_UNKNOWN', 'zh'),
    );
    const filings = await get(`/v1/persons/${personId}/filings`, foreignBureau).expect(200);
    expect(filings.body).toEqual({ filings: [] });
    const listed = await get(`/v1/cycles/${body.businessDate}/settlements?limit=1000`, foreignBureau).expect(200);
    expect(listed.text).not.toContain(body.settlementId);
  });

  it('that pays for it, or that is paid, sees all of it but what the patient has', async () => {
    const { body } = (await settle(visit()).expect(201)) as { body: Settled };
    for (const region of [body.insuredRegion, body.treatingRegion]) {
      const read = await get(`/v1/settlements/${body.settlementId}`, desk.bureauToken(region)).expect(200);
      expect(read.body).toEqual({ ...body, diagnoses: [{ code: '***', name: '***' }] });
    }
  });
});

function send(method: 'get' | 'post' | 'put' | 'delete', path: string, token: string, body?: object): Test {
  const request = gateway[method](path).auth(token, { type: 'bearer' }).set('idempotency-key', `e2e-${randomUUID()}`);
  return body === undefined ? request : request.send(body);
}

function decideClose(proposalId: string, body: object): Test {
  return send('post', `/v1/cycles/2001-01-01/close/proposals/${proposalId}/decision`, operator, body);
}

function get(path: string, token: string): Test {
  return send('get', path, token);
}

function visit(): Visit {
  return againAsNewVisit(template);
}

function settle({ institutionCode, ...request }: Visit, token = desk.token(institutionCode)): Test {
  return send('post', '/v1/settlements', token, request);
}

function settleAt(institutionCode: string): Test {
  return settle(againAsNewVisit({ ...template, institutionCode }));
}

function settleRaw(body: string, contentType = 'application/json'): Test {
  return send('post', '/v1/settlements', hospital).set('content-type', contentType).send(body);
}

function billWith(changes: Readonly<Record<string, unknown>>): Test {
  const good = visit();
  return settle({ ...good, bill: { ...good.bill, ...changes } });
}

function lineWith(changes: Readonly<Record<string, unknown>>): Test {
  const [first, ...others] = template.bill.lines;
  return billWith({ lines: [{ ...first, ...changes }, ...others] });
}

function file(changes: Readonly<Record<string, unknown>>, token = insured): Test {
  const { requestId: _, ...filing } = desk.day.filings.find((one) => one.personId === personId) ?? { requestId: '' };
  return send('post', '/v1/filings', token, { ...filing, ...changes });
}

function search(idNumber: string): Test {
  return send('post', '/v1/insured-persons/search', hospital, { idNumber });
}

function register(changes: Readonly<Record<string, unknown>>, token?: string): Test {
  const own = sample.institutions.find(({ institutionCode }) => institutionCode === template.institutionCode);
  const institutions = [{ ...own, ...changes }];
  return send('put', '/v1/institutions', token ?? desk.bureauToken(own?.region ?? ''), { institutions });
}

function proposeCatalogue(changes: Readonly<Record<string, unknown>>): Test {
  const [{ province, entries } = { province: '', entries: [] }] = sample.catalogues;
  const [{ nationalCode, name, itemClass, firstSelfPayBps, ceilingYuan, chargeCategory } = {} as (typeof entries)[0]] =
    entries;
  const entry = { nationalCode, name, itemClass, firstSelfPayBps, ceilingYuan, chargeCategory, ...changes };
  const catalogue = { effectiveFrom: '2031-01-01', entries: [entry] };
  return send('post', '/v1/catalogues', desk.bureauToken(province), catalogue);
}

function decide(decision: object, proposalId: string = randomUUID()): Test {
  return send('post', `/v1/catalogues/proposals/${proposalId}/decision`, foreignBureau, decision);
}

function proposePolicy(region: string, content: unknown, token: string): Test {
  return send('post', `/v1/pooling-areas/${region}/policies`, token, { document: content });
}

function notNetworked(): string {
  return sample.institutions.find(({ networked }) => !networked)?.institutionCode ?? '';
}

function foreignProvince(): string {
  return provinceBesides([insuredRegion, template.institutionCode.slice(1, 7)]);
}

function provinceBesides(regions: readonly string[]): string {
  const codes = Object.keys(document.tokens.bureau);
  return codes.find((code) => regions.every((region) => !region.startsWith(code.slice(0, 2)))) ?? '';
}

/** Tokens that the right issuer signed and that must open nothing. */
async function signUselessTokens(): Promise<Record<'expired' | 'service' | 'roleless', string>> {
  const nation = { sub: 'operator', role: 'operator', region: '000000', rank: 'supervisor' };
  const hourAgo = Math.floor(Date.now() / 1_000) - 3_600;
  return {
    expired: await signToken(issuers.nation, { ...nation, iat: hourAgo, exp: hourAgo + 900 }),
    service: await signToken(issuers.nation, { sub: 'settlement', role: 'service', region: '000000' }),
    roleless: await signToken(issuers.nation, { ...nation, role: 'emperor' }),
  };
}

/** Tokens with the operator's own claims that the right issuer never signed. */
async function forgeTokens(): Promise<Record<'otherKey' | 'sharedSecret' | 'unsigned' | 'tampered', string>> {
  const claims = decodeJwt(operator);
  const { privateKey } = await generateKeyPair('EdDSA');
  const [header = '', , signature = ''] = operator.split('.');
  const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  return {
    otherKey: await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: 'dev' }).sign(privateKey),
    sharedSecret: await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'dev' }).sign(Buffer.alloc(32, 1)),
    unsigned: `${encoded({ alg: 'none', kid: 'dev' })}.${encoded(claims)}.AA`,
    tampered: `${header}.${encoded({ ...claims, role: 'bureau', region: '110000' })}.${signature}`,
  };
}

/** Says how long a body it would send, and waits for the answer without sending it. */
async function announceBody(
  bytes: number,
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  const request = httpRequest(`${document.gateway}/v1/settlements`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hospital}`, 'content-type': 'application/json', 'content-length': bytes },
  });
  request.flushHeaders();
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  request.destroy();
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString() };
}
