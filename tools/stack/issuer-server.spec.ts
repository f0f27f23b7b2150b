import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listAccounts, seedAccounts, type SeededAccount } from './issuer-accounts.js';
import { startIssuer } from './issuer-server.js';
import { AUDIENCE, bearersOf, ISSUER } from './tokens.js';

const DEVELOPMENT = { YIDITONG_MODE: 'development', LISTEN_ADDRESS: '127.0.0.1:0' };
const PERSON = '5f0c6cf6-6f2a-4a39-8c75-0d7a9bd8a6f3';

const accounts = seedAccounts({
  institutions: [{ institutionCode: 'H11010500901', region: '110105' }],
  persons: [{ personId: PERSON, insuredRegion: '131000' }],
});
const all = listAccounts(accounts);
const { operator } = accounts;

let server: Server;
let address: string;
beforeEach(async () => {
  server = await startIssuer(DEVELOPMENT, all);
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => server.close());

async function ask(form: Readonly<Record<string, string>> | string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(`${address}/token`, { method: 'POST', headers, body: new URLSearchParams(form) });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, string> };
}

function basic(id: string, secret: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

const GRANT = { grant_type: 'client_credentials' };

describe('the development issuer', () => {
  it('says where its keys and tokens are', async () => {
    const configuration = (await (await fetch(`${address}/.well-known/openid-configuration`)).json()) as object;
    expect(configuration).toMatchObject({
      issuer: ISSUER,
      jwks_uri: `${address}/jwks.json`,
      token_endpoint: `${address}/token`,
    });
  });

  it('shows the public half of its key, and not the other', async () => {
    const { keys } = (await (await fetch(`${address}/jwks.json`)).json()) as { keys: object[] };
    expect(keys).toEqual([
      { kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: expect.any(String), alg: 'EdDSA', use: 'sig' },
    ]);
  });

  it('has another key each time that it starts', async () => {
    const keyId = async (at: string) => JSON.stringify(await (await fetch(`${at}/jwks.json`)).json());
    const second = await startIssuer(DEVELOPMENT, all);
    try {
      expect(await keyId(`http://127.0.0.1:${(second.address() as AddressInfo).port}`)).not.toBe(await keyId(address));
    } finally {
      second.close();
    }
  });

  it.each(all.map((account): [string, SeededAccount] => [account.id, account]))(
    'gives %s a token of fifteen minutes with its claims',
    async (id, { secret, claims }) => {
      const { status, headers, body } = await ask(GRANT, basic(id, secret));
      expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(body).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 900 });
      const keys = createRemoteJWKSet(new URL(`${address}/jwks.json`));
      const { payload } = await jwtVerify(body['access_token'] ?? '', keys, { issuer: ISSUER, audience: AUDIENCE });
      expect(payload).toMatchObject({ ...claims, sub: id, client_id: id, jti: expect.any(String) });
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900);
      expect(decodeProtectedHeader(body['access_token'] ?? '')).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' });
    },
  );

  it('takes the account from the form, too', async () => {
    const { status } = await ask({ ...GRANT, client_id: operator.id, client_secret: operator.secret });
    expect(status).toBe(200);
  });

  it('gives no two tokens of one id', async () => {
    const tokens = [
      await ask(GRANT, basic(operator.id, operator.secret)),
      await ask(GRANT, basic(operator.id, operator.secret)),
    ];
    expect(new Set(tokens.map(({ body }) => body['access_token'])).size).toBe(2);
  });

  it.each<[string, number, string, Record<string, string> | string, Record<string, string>]>([
    ['a wrong secret', 401, 'invalid_client', GRANT, basic(operator.id, 'wrong')],
    ['no secret', 401, 'invalid_client', GRANT, basic(operator.id, '')],
    ['an account that there is not', 401, 'invalid_client', GRANT, basic('nobody', operator.secret)],
    ['another’s secret', 401, 'invalid_client', GRANT, basic(operator.id, accounts.clerk.operator.secret)],
    ['no account', 401, 'invalid_client', GRANT, {}],
    ['a bearer token for an account', 401, 'invalid_client', GRANT, { authorization: 'Bearer a.b.c' }],
    ['no grant', 400, 'invalid_request', {}, basic(operator.id, operator.secret)],
    ['another grant', 400, 'unsupported_grant_type', { grant_type: 'password' }, basic(operator.id, operator.secret)],
    ['two grants', 400, 'invalid_request', 'grant_type=a&grant_type=b', basic(operator.id, operator.secret)],
    [
      'two accounts',
      400,
      'invalid_request',
      { ...GRANT, client_id: operator.id, client_secret: operator.secret },
      basic(operator.id, operator.secret),
    ],
    [
      'a form without end',
      400,
      'invalid_request',
      { ...GRANT, x: 'y'.repeat(9_000) },
      basic(operator.id, operator.secret),
    ],
    ['a form that is JSON', 400, 'invalid_request', GRANT, { 'content-type': 'application/json' }],
  ])('gives nothing for %s: %i %s', async (_, status, error, form, headers) => {
    const answer = await ask(form, headers);
    expect(answer).toMatchObject({ status, body: { error } });
    expect(answer.body).not.toHaveProperty('access_token');
    expect(answer.headers.has('www-authenticate')).toBe(status === 401);
  });

  it('has nothing else', async () => {
    expect((await fetch(`${address}/token`)).status).toBe(404);
    expect((await fetch(`${address}/accounts`)).status).toBe(404);
  });
});

describe('outside development', () => {
  it.each<[string, Record<string, string>]>([
    ['no mode', { LISTEN_ADDRESS: '127.0.0.1:0' }],
    ['production mode', { ...DEVELOPMENT, YIDITONG_MODE: 'production' }],
    ['an address that others can reach', { ...DEVELOPMENT, LISTEN_ADDRESS: '0.0.0.0:0' }],
    ['no address', { YIDITONG_MODE: 'development' }],
  ])('with %s it doesn’t start', async (_, environment) => {
    await expect(startIssuer(environment, all)).rejects.toThrow(/development issuer/);
  });
});

describe('the accounts', () => {
  it('are the operator, every province’s bureau and one below a province by both ranks, two at a hospital, and the persons', () => {
    expect([all.length, new Set(all.map(({ id }) => id)).size, new Set(all.map(({ secret }) => secret)).size]).toEqual([
      2 + 32 * 2 + 2 + 2 + 1,
      2 + 32 * 2 + 2 + 2 + 1,
      2 + 32 * 2 + 2 + 2 + 1,
    ]);
    expect(accounts.clerk.area['131000']?.claims).toEqual({
      role: 'bureau',
      region: '130000',
      area: '131000',
      rank: 'clerk',
    });
  });
});

describe('a client of the issuer', () => {
  afterEach(() => vi.useRealTimers());

  it('asks again before its token runs out', async () => {
    const mine = bearersOf({ issuer: address, accounts }).operator;
    if (typeof mine === 'string') throw new Error('no renewing token');
    const first = await mine();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 12 * 60_000 });
    expect(await mine()).toBe(first);
    vi.setSystemTime(Date.now() + 2 * 60_000);
    expect(await mine()).not.toBe(first);
  });

  it('asks once for many requests, and again where it got none', async () => {
    const mine = bearersOf({ issuer: address, accounts }).operator;
    if (typeof mine === 'string') throw new Error('no renewing token');
    const [first, second] = await Promise.all([mine(), mine()]);
    expect(second).toBe(first);
    expect(await mine()).toBe(first);
    const nobody = bearersOf({ issuer: 'http://127.0.0.1:1', accounts }).operator;
    if (typeof nobody === 'string') throw new Error('no renewing token');
    await expect(nobody()).rejects.toThrow();
  });
});
