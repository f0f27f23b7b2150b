import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { generateDay, loadSample } from '@yiditong/tools';
import supertest, { type Test } from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { HospitalDesk } from './hospital-desk.js';
import { personalDataOf, searchAndRemove } from './left-behind.js';
import { IN_EVERY_STACK, stackDirectory, startTestStack, type TestStack } from './own-stack.js';
import { judged, refusal } from './refusals.js';
import { SHARED_DAY } from './stack.global.js';
import { createTestIssuer, trusted } from './test-issuer.js';

const { document, now } = inject('stack');
const { tokens } = document;
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const gateway = supertest(document.gateway);

const GATEWAY = join(dirname(dirname(dirname(import.meta.dirname))), 'apps', 'gateway', 'dist', 'main.js');
const MOST_LINES = 5_000;

function send(method: 'get' | 'post' | 'put', path: string, token: string): Test {
  return gateway[method](path).auth(token, { type: 'bearer' }).set('idempotency-key', `e2e-${randomUUID()}`);
}

describe('a bill', () => {
  it(`of ${MOST_LINES} lines is read, and one that is as long as two is not`, async () => {
    const { institutionCode, bill } = await desk.admit(43);
    const [line] = bill.lines;
    if (!line) throw new Error('a bill has a line');
    const lines = Array.from({ length: MOST_LINES }, (_, index) => ({ ...line, lineNumber: index + 1 }));
    const long = { ...bill, lines, totalFen: String(BigInt(line.amountFen) * BigInt(MOST_LINES)) };
    const token = desk.token(institutionCode);
    const read = await send('post', '/v1/settlements/trial', token).send({ bill: long });
    expect([read.status, (read.body as { totalFen: string }).totalFen]).toEqual([200, long.totalFen]);

    const longer = { bill: { ...long, lines: [...lines, ...lines, ...lines, ...lines] } };
    const refused = await send('post', '/v1/settlements/trial', token).send(longer);
    expect(judged(refused)).toEqual(refusal(413, 'PAYLOAD_TOO_LARGE', 'zh'));
  });
});

describe('a large upload', () => {
  const large = JSON.stringify({ nonsense: 'x'.repeat(3 * 1024 * 1024) });
  const routes = [
    ['post', '/v1/catalogues'],
    ['put', '/v1/insured-persons'],
  ] as const;

  it.each(routes)('(%s %s) is read from a bureau', async (method, path) => {
    const token = tokens.clerk.bureau['110000'] ?? '';
    const answer = await send(method, path, token).type('json').send(large);
    expect(judged(answer)).toEqual(refusal(400, 'REQUEST_MALFORMED', 'zh'));
  });

  it.each(routes)('(%s %s) is not read from a stranger', async (method, path) => {
    const answer = await send(method, path, 'a.b.c').type('json').send(large);
    expect(judged(answer)).toEqual(refusal(401, 'CREDENTIAL_INVALID', 'zh'));
  });
});

describe('a request that', () => {
  const hospital = desk.token(sample.institutions[0]?.institutionCode ?? '');
  it.each<[string, number, string, () => Test]>([
    ['is nested too deep', 400, 'REQUEST_MALFORMED', () => settleRaw('['.repeat(100_000))],
    ['has more in its query than the route takes', 400, 'REQUEST_MALFORMED', () => cycle('?debug=true')],
    ['has more in its query than the schema knows', 400, 'REQUEST_MALFORMED', () => cycle('/settlements?offset=1')],
    ['has a body where none is expected', 400, 'REQUEST_MALFORMED', () => close({ force: true })],
    ['has an address without end', 414, 'ADDRESS_TOO_LONG', () => cycle(`?x=${'y'.repeat(4_096)}`)],
    ['has a path without end', 414, 'ADDRESS_TOO_LONG', () => cycle(`/${'y'.repeat(4_096)}`)],
    ['has a key that isn’t one', 400, 'IDEMPOTENCY_KEY_MISSING', () => file('no key!')],
    ['has a key without end', 400, 'IDEMPOTENCY_KEY_MISSING', () => file('k'.repeat(65))],
  ])('%s is refused: %i %s', async (_, status, reason, request) => {
    expect(judged(await request())).toEqual(refusal(status, reason, 'zh'));
    expect(judged(await request().set('accept-language', 'en'))).toEqual(refusal(status, reason, 'en'));
  });

  function settleRaw(body: string): Test {
    return send('post', '/v1/settlements', hospital).type('json').send(body);
  }

  function cycle(rest: string): Test {
    return send('get', `/v1/cycles/2001-01-01${rest}`, tokens.operator);
  }

  function close(body: object): Test {
    return send('post', '/v1/cycles/2001-01-01/close', tokens.operator).send(body);
  }

  function file(key: string): Test {
    const [{ requestId: _, ...filing } = { requestId: '', personId: '' }] = desk.day.filings;
    return send('post', '/v1/filings', desk.insuredToken(filing.personId)).set('idempotency-key', key).send(filing);
  }
});

describe('headers', () => {
  it.each<[string, number, () => Test]>([
    ['a success', 200, () => gateway.get('/health/live')],
    ['a refusal', 401, () => gateway.get('/v1/cycles/2001-01-01')],
    ['an object that there is not', 404, () => send('get', '/v1/cycles/2001-01-01', tokens.operator)],
    ['an address that there is not', 404, () => gateway.get('/nowhere')],
  ])('of %s leave a browser and a cache nothing to do', async (_, status, request) => {
    const { headers } = await request().set('origin', 'https://elsewhere.example').expect(status);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      'strict-transport-security': expect.stringMatching(/^max-age=\d{8}/),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    const names = Object.keys(headers);
    expect(names.filter((name) => /^(access-control-|x-powered-by$|server$)/.test(name))).toEqual([]);
  });

  it('of the documentation let it run what it brings, and nothing that stands in the page', async () => {
    const { headers, text } = await gateway.get('/docs').expect(200);
    const policy = (headers as Record<string, string>)['content-security-policy'];
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/script-src[^;]*(unsafe|data:|https?:)/);
    // With that policy a browser runs none of these.
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>[^<]*\S[^<]*<\/script>|\son\w+=/i);
  });
});

describe('a caller who asks too often', () => {
  const limits = { windowSeconds: 3_600, insured: 3, failed: 3, anonymous: 100_000 };
  let stack: TestStack;
  beforeAll(async () => {
    const persons = desk.day.persons.slice(0, 2);
    stack = await startTestStack(await createTestIssuer('limited'), {
      directory: stackDirectory(),
      accounts: { institutions: [], persons },
      environment: { RATE_LIMITS: JSON.stringify(limits) },
    });
  });
  afterAll(async () => {
    await stack?.stop();
    if (stack) searchAndRemove(stack.directory, IN_EVERY_STACK, personalDataOf(desk.day, sample));
  });

  const ask = (path: string, token: string): Test =>
    supertest(stack.document.gateway).get(path).auth(token, { type: 'bearer' });

  it('is told when to come back, in Chinese and in English, and others are served on', async () => {
    const { insured } = stack.document.tokens;
    const [person = '', other = ''] = Object.keys(insured);
    const [token = '', otherToken = ''] = Object.values(insured);
    const paths = [`/v1/persons/${person}/filings`, `/v1/persons/${other}/filings`, '/v1/cycles/2001-01-01'];
    const statuses: number[] = [];
    for (const path of paths) statuses.push((await ask(path, token)).status);
    // His own, another's, and nothing of his role: each counts.
    expect(statuses).toEqual([200, 403, 403]);
    const refused = await ask(paths[0] ?? '', token);
    expect(judged(refused)).toEqual(refusal(429, 'TOO_MANY_REQUESTS', 'zh'));
    const seconds = Number(refused.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(limits.windowSeconds);
    const english = await ask(paths[0] ?? '', token).set('accept-language', 'en');
    expect(judged(english)).toEqual(refusal(429, 'TOO_MANY_REQUESTS', 'en'));
    expect((await ask(`/v1/persons/${other}/filings`, otherToken)).status).toBe(200);
  });

  it('with credentials that are none is told so for a while only, and the good ones from there are served on', async () => {
    const statuses: number[] = [];
    for (let n = 0; n <= limits.failed; n += 1) statuses.push((await ask('/v1/cycles/2001-01-01', 'a.b.c')).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
    expect((await ask('/v1/cycles/2001-01-01', stack.document.tokens.operator)).status).toBe(404);
  });
});

describe('a gateway that is not told that it is for development', () => {
  const unnamed = trusted({ issuer: 'https://id.example', audience: 'yiditong', privateJwk: { kty: 'OKP', x: 'AA' } });
  const development = { issuer: 'https://issuer.dev.yiditong.invalid', audience: 'yiditong', jwksUrl: document.issuer };

  it.each<[string, object, object]>([
    ['the development issuer', {}, development],
    ['the development issuer, in production', { YIDITONG_MODE: 'production' }, development],
    ['an issuer without https', {}, { ...development, issuer: document.issuer }],
    ['inline keys', {}, unnamed],
  ])('does not start with %s', async (_, mode, issuer) => {
    const ended = await promisify(execFile)(process.execPath, [GATEWAY], {
      env: { ...gatewayEnvironment(), ...mode, AUTH_ISSUERS: JSON.stringify([issuer]) },
      timeout: 60_000,
    }).then(
      () => ({ code: 0, stderr: '' }),
      (error: unknown) => error as { readonly code: number; readonly stderr: string },
    );
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('AUTH_ISSUERS, in production mode');
  });

  /** All that the gateway needs, so that nothing else keeps it from starting. */
  function gatewayEnvironment(): NodeJS.ProcessEnv {
    const { privateKey } = generateKeyPairSync('ed25519');
    const peers = Object.entries(document.grpc).map(([name, address]) => [`${name.toUpperCase()}_ADDRESS`, address]);
    const file = (name: string): string => join(document.certificates, name);
    return {
      ...(Object.fromEntries(peers) as Record<string, string>),
      LISTEN_ADDRESS: '127.0.0.1:0',
      TLS_CA: file('ca.crt'),
      TLS_CERTIFICATE: file('gateway.crt'),
      TLS_KEY: file('gateway.key'),
      IDENTITY_PRIVATE_KEY: JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'edge' }),
    };
  }
});
