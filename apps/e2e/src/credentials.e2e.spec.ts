import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { generateDay, loadSample } from '@yiditong/tools';
import { exportJWK, generateKeyPair, importJWK, exportSPKI, SignJWT } from 'jose';
import supertest, { type Test } from 'supertest';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { rowsOf } from './books.js';
import { HospitalDesk, newMessageId } from './hospital-desk.js';
import { judged, refusal } from './refusals.js';
import { SHARED_DAY } from './stack.global.js';
import { createTestIssuer, signToken, type TestIssuer } from './test-issuer.js';
import { until } from './until.js';

const { document, databases, issuers, now } = inject('stack');
const { nation, province } = issuers;
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const gateway = supertest(document.gateway);

const NOW = Math.floor(Date.now() / 1_000);
const OPERATOR = { sub: 'operator-supervisor', role: 'operator', region: '000000', rank: 'supervisor' };
const BUREAU = { sub: 'bureau-110000-supervisor', role: 'bureau', region: '110000', rank: 'supervisor' };
const HOSPITAL = { sub: 'H11010500901-01', role: 'hospital', region: '110000', institution: 'H11010500901' };

/** What stands in the Authorization header, and what is said of it. */
type Row = readonly [title: string, reason: string, header: () => Promise<string | null>];

const ROWS: readonly Row[] = [
  ['nothing', 'CREDENTIAL_MISSING', async () => null],
  ['a password', 'CREDENTIAL_MISSING', async () => `Basic ${Buffer.from('operator:operator').toString('base64')}`],
  ['the scheme alone', 'CREDENTIAL_MISSING', async () => 'Bearer'],
  ['what is no token', 'CREDENTIAL_INVALID', async () => 'Bearer hello'],
  ['a token that ran out', 'CREDENTIAL_EXPIRED', () => bearer(nation, { ...OPERATOR, iat: NOW - 900, exp: NOW - 60 })],
  ['a token for another system', 'CREDENTIAL_WRONG_AUDIENCE', () => bearer(nation, { ...OPERATOR, aud: 'e-health' })],
  ['a token of a stranger', 'CREDENTIAL_INVALID', async () => bearer(await createTestIssuer('stranger'), OPERATOR)],
  ['a token in the name of the nation’s issuer', 'CREDENTIAL_INVALID', async () => bearer(await impostor(), OPERATOR)],
  [
    'a token in the name of the development issuer',
    'CREDENTIAL_INVALID',
    () => bearer(nation, { ...OPERATOR, iss: DEV }),
  ],
  ['a token with its own key in it', 'CREDENTIAL_INVALID', async () => withOwnKey()],
  ['a token that nobody signed', 'CREDENTIAL_INVALID', async () => `Bearer ${unsigned({ alg: 'none' })}.`],
  ['a token “signed” with the public key', 'CREDENTIAL_INVALID', () => confused()],
  ['a token with a claim changed', 'CREDENTIAL_INVALID', () => tampered()],
  ['a token without an id', 'CREDENTIAL_INVALID', () => bearer(nation, { ...OPERATOR, jti: undefined })],
  ['a token without an expiry', 'CREDENTIAL_INVALID', () => bearer(nation, { ...OPERATOR, exp: undefined })],
  ['a token that lives too long', 'CREDENTIAL_INVALID', () => bearer(province, { ...BUREAU, exp: NOW + 3_700 })],
  [
    'a token of the future',
    'CREDENTIAL_INVALID',
    () => bearer(nation, { ...OPERATOR, iat: NOW + 600, exp: NOW + 900 }),
  ],
  ['a token of another kind', 'CREDENTIAL_INVALID', () => bearer(nation, OPERATOR, { typ: 'logout+jwt' })],
  ['a role that its issuer may not give', 'CREDENTIAL_INVALID', () => bearer(province, OPERATOR)],
  ['a person of an issuer for hospitals', 'CREDENTIAL_INVALID', () => bearer(province, personOf('110000'))],
  [
    'a province that its issuer may not speak for',
    'CREDENTIAL_INVALID',
    () => bearer(province, { ...BUREAU, region: '310000' }),
  ],
  [
    'a hospital of a province that its issuer may not speak for',
    'CREDENTIAL_INVALID',
    () => bearer(province, { ...HOSPITAL, region: '310000', institution: 'H31010100901' }),
  ],
  ['a role of services', 'CREDENTIAL_INVALID', () => bearer(nation, { ...OPERATOR, role: 'service' })],
  ['claims that contradict each other', 'CREDENTIAL_INVALID', () => bearer(nation, { ...HOSPITAL, region: '310000' })],
  ['a revoked token', 'CREDENTIAL_REVOKED', () => Promise.resolve(`Bearer ${revokedToken}`)],
  ['a revoked account', 'CREDENTIAL_REVOKED', () => Promise.resolve(`Bearer ${tokenOfRevokedAccount}`)],
];

const DEV = 'https://issuer.dev.yiditong.invalid';
let settlementId: string;
let revokedToken: string;
let tokenOfRevokedAccount: string;

beforeAll(async () => {
  ({ settlementId } = await desk.settled(await desk.admit(41)));
  const tokenId = randomUUID();
  const departed = { ...OPERATOR, sub: `operator-${randomUUID()}` };
  revokedToken = await signToken(nation, { ...OPERATOR, jti: tokenId });
  tokenOfRevokedAccount = await signToken(nation, departed);
  await revoke({ tokenId, reason: 'LOST' });
  await revoke({ subject: departed.sub, reason: 'DEPARTED' });
  for (const token of [revokedToken, tokenOfRevokedAccount])
    await until(
      async () => (await read(randomUUID(), `Bearer ${token}`)).status,
      (status) => status === 401,
    );
});

describe('a request with', () => {
  it.each(ROWS)('%s is refused: 401 %s, in Chinese and in English', async (_, reason, header) => {
    const authorization = await header();
    const chinese = await read(settlementId, authorization);
    expect(judged(chinese)).toEqual(refusal(401, reason, 'zh'));
    const english = await read(settlementId, authorization).set('accept-language', 'en');
    expect(judged(english)).toEqual(refusal(401, reason, 'en'));
    expect(chinese.headers['www-authenticate']).toBe(
      reason === 'CREDENTIAL_MISSING'
        ? 'Bearer realm="yiditong"'
        : `Bearer realm="yiditong", error="invalid_token", error_description="${reason}"`,
    );
  });

  it.each(ROWS)('%s is told the same, whether what it asks for exists', async (_, __, header) => {
    const authorization = await header();
    const [there, notThere] = [await read(settlementId, authorization), await read(randomUUID(), authorization)];
    expect(visible(there)).toEqual(visible(notThere));
  });

  it.each(ROWS)('%s learns nothing of what the route takes', async (_, reason, header) => {
    const authorization = await header();
    const answer = await settle({ hello: 'world' }, authorization);
    expect(judged(answer)).toEqual(refusal(401, reason, 'zh'));
  });
});

describe('the audit', () => {
  it.each(ROWS)('has a record of %s, with its reason', async (_, reason, header) => {
    const record = await recordOf(await header(), (trace, authorization) =>
      withTrace(read(settlementId, authorization), trace),
    );
    // What is genuine stands with its own tenant, here the nation's; what anybody may have written, with nobody's, the nation's too.
    expect(record).toMatchObject({ province: '000000', reason, route: 'GET /v1/settlements/:settlementId' });
  });

  it.each<[string, string, string, () => Promise<string>, (trace: string, authorization: string | null) => Test]>([
    [
      'a tenant who asks for another’s record by its id',
      '650000',
      'SETTLEMENT_NOT_FOUND',
      () => bearer(nation, stranger()),
      (trace, authorization) => withTrace(read(settlementId, authorization), trace),
    ],
    [
      'a tenant who names another',
      '110000',
      'NOT_PERMITTED',
      () => bearer(nation, BUREAU),
      (trace, authorization) =>
        withTrace(gateway.get('/v1/institutions/H31010100901/signing-keys'), trace).set(
          'authorization',
          authorization ?? '',
        ),
    ],
    [
      'a clerk who acts as a supervisor',
      '110000',
      'SUPERVISOR_REQUIRED',
      () => bearer(nation, { ...BUREAU, rank: 'clerk' }),
      (trace, authorization) =>
        withTrace(gateway.get('/v1/audit/filing/head?province=110000'), trace).set(
          'authorization',
          authorization ?? '',
        ),
    ],
  ])('has a record of %s, in his own province', async (_, ownProvince, reason, header, send) => {
    expect(await recordOf(await header(), send)).toMatchObject({ province: ownProvince, reason });
  });
});

describe('an issuer that speaks for one province', () => {
  it('is believed about the bureaus and hospitals of its own', async () => {
    for (const claims of [BUREAU, { ...BUREAU, rank: 'clerk' }, HOSPITAL]) {
      const answer = await read(randomUUID(), await bearer(province, claims));
      expect([claims, answer.status]).toEqual([claims, 404]);
    }
  });
});

describe('somebody who may not', () => {
  it.each<[string, number, string, () => Promise<string>, typeof read]>([
    ['of another role', 403, 'NOT_PERMITTED', () => bearer(nation, personOf('130000')), cancel],
    ['of another tenant', 404, 'SETTLEMENT_NOT_FOUND', () => bearer(nation, stranger()), read],
  ])('%s is told the same, whether what he asks for exists: %i %s', async (_, status, reason, header, ask) => {
    const authorization = await header();
    const [there, notThere] = [await ask(settlementId, authorization), await ask(randomUUID(), authorization)];
    expect(judged(there)).toEqual(refusal(status, reason, 'zh'));
    expect(visible(there)).toEqual(visible(notThere));
  });

  it('is told which kind of account it takes', async () => {
    const answer = await cancel(settlementId, await bearer(nation, personOf('130000')));
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer realm="yiditong", error="insufficient_scope", error_description="NOT_PERMITTED"',
    );
  });
});

describe('the development issuer', () => {
  it('gives tokens of fifteen minutes that open the gateway', async () => {
    const { id, secret } = document.accounts.clerk.operator;
    const answer = await supertest(document.issuer)
      .post('/token')
      .auth(id, secret)
      .type('form')
      .send({ grant_type: 'client_credentials' })
      .expect(200);
    const { access_token: token, expires_in: seconds } = answer.body as { access_token: string; expires_in: number };
    expect(seconds).toBe(900);
    expect((await read(randomUUID(), `Bearer ${token}`)).status).toBe(404);
  });
});

/** The record that a request left, found by the request's own trace. */
async function recordOf(
  authorization: string | null,
  send: (trace: string, authorization: string | null) => Test,
): Promise<Record<string, unknown>> {
  const trace = randomBytes(16).toString('hex');
  await send(trace, authorization);
  const [row] = await until(
    () =>
      rowsOf(
        databases['identity'] ?? '',
        "SELECT province, after_text FROM audit_record WHERE action = 'REFUSE_CREDENTIAL' AND strpos(after_text, $1) > 0",
        [trace],
      ),
    (rows) => rows.length > 0,
  );
  return { province: row?.['province'], ...(JSON.parse(String(row?.['after_text'])) as Record<string, unknown>) };
}

function withTrace(request: Test, trace: string): Test {
  return request.set('traceparent', `00-${trace}-${randomBytes(8).toString('hex')}-01`);
}

function read(id: string, authorization: string | null): Test {
  const request = gateway.get(`/v1/settlements/${id}`);
  return authorization === null ? request : request.set('authorization', authorization);
}

/** What only hospitals may. */
function cancel(id: string, authorization: string | null): Test {
  const request = gateway
    .post(`/v1/settlements/${id}/cancellation`)
    .send({ messageId: newMessageId('H11010500001'), reason: '退费' });
  return authorization === null ? request : request.set('authorization', authorization);
}

function settle(body: object, authorization: string | null): Test {
  const request = gateway.post('/v1/settlements').send(body);
  return authorization === null ? request : request.set('authorization', authorization);
}

async function revoke(what: Readonly<Record<string, string>>): Promise<void> {
  await gateway
    .post('/v1/revocations')
    .auth(document.tokens.operator, { type: 'bearer' })
    .set('idempotency-key', `e2e-${randomUUID()}`)
    .send({ region: '000000', role: 'operator', ...what })
    .expect(201);
}

/** All of an answer that doesn't change from one request to the next. */
function visible({
  status,
  headers,
  text,
}: {
  status: number;
  headers: Record<string, string>;
  text: string;
}): unknown {
  const { date: _, 'x-ratelimit-remaining': __, 'x-ratelimit-reset': ___, ...lasting } = headers;
  const { instance: ____, ...problem } = JSON.parse(text) as Record<string, unknown>;
  return { status, headers: lasting, problem };
}

async function bearer(issuer: TestIssuer, claims: object, header: Record<string, unknown> = {}): Promise<string> {
  return `Bearer ${await signToken(issuer, { ...claims }, header)}`;
}

function personOf(region: string): object {
  const person = randomUUID();
  return { sub: person, role: 'insured', region, person };
}

/** A hospital that the settlement is not of. */
function stranger(): object {
  return { sub: 'H65010100999-01', role: 'hospital', region: '650000', institution: 'H65010100999' };
}

/** Somebody else's key under the name of one that is trusted. */
async function impostor(): Promise<TestIssuer> {
  const { privateJwk } = await createTestIssuer('impostor');
  return { ...nation, privateJwk: { ...privateJwk, kid: nation.privateJwk.kid ?? '' } };
}

async function withOwnKey(): Promise<string> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const token = await new SignJWT(validClaims())
    .setProtectedHeader({ alg: 'EdDSA', jwk: await exportJWK(publicKey) })
    .sign(privateKey);
  return `Bearer ${token}`;
}

/** What every verifier knows, used as if it were a secret. */
async function confused(): Promise<string> {
  const { d: _, ...publicJwk } = nation.privateJwk;
  const key = await importJWK(publicJwk, 'EdDSA', { extractable: true });
  if (key instanceof Uint8Array) throw new Error('no key pair');
  const signed = unsigned({ alg: 'HS256', kid: nation.privateJwk.kid });
  return `Bearer ${signed}.${createHmac('sha256', await exportSPKI(key))
    .update(signed)
    .digest('base64url')}`;
}

async function tampered(): Promise<string> {
  const [header, , signature] = (await signToken(nation, { ...BUREAU })).split('.');
  return `Bearer ${header}.${encoded(validClaims())}.${signature}`;
}

function unsigned(header: object): string {
  return `${encoded(header)}.${encoded(validClaims())}`;
}

function validClaims(): Record<string, unknown> {
  return { ...OPERATOR, iss: nation.issuer, aud: nation.audience, jti: randomUUID(), iat: NOW, exp: NOW + 900 };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
