import { request as httpRequest } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Body, Controller, Get, Module, Param, Query, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ANYONE, OWN } from '@yiditong/access';
import { Clock } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { FixedClock } from '@yiditong/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { LoggerModule } from 'nestjs-pino';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { REVOCATIONS } from '../auth/authenticator.js';
import { trustedIssuers } from '../auth/issuers.js';
import { BODY_LIMIT_BYTES } from './edge-limits.js';
import { edgeProviders } from './edge-providers.js';
import { Endpoint, PUBLIC } from './endpoint.js';
import { MAX_NESTING } from './json-body.js';
import { requestLimitsText } from './request-limits.js';
import { createServer } from './server.js';

const NOW = new Date('2026-11-20T10:00:00Z');
const ISSUER = { issuer: 'https://id.nhsa.example', audience: 'yiditong' };
const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
const jwks = { keys: [await exportJWK(publicKey)] };

const thing = z.strictObject({ name: z.string(), within: z.unknown().optional() });

@Controller('v1')
class ThingController {
  @Endpoint({ method: 'GET', path: 'things/:id', access: { bureau: ANYONE }, summary: 's' })
  get(@Param('id', { schema: z.string() }) id: string): { id: string } {
    if (id === 'refused-inside') throw new Rejection('NOT_PERMITTED');
    return { id };
  }

  @Endpoint({ method: 'GET', path: 'things', access: { bureau: ANYONE }, summary: 's' })
  list(@Query({ schema: z.strictObject({ limit: z.string().optional() }) }) query: object): object {
    return query;
  }

  @Endpoint({ method: 'POST', path: 'things', access: { bureau: OWN }, summary: 's' })
  post(@Body({ schema: thing }) body: z.infer<typeof thing>): { length: number } {
    return { length: body.name.length };
  }

  @Endpoint({ method: 'POST', path: 'things/close', access: { bureau: OWN, supervisor: true }, summary: 's' })
  close(): object {
    return {};
  }

  @Endpoint({ method: 'POST', path: 'catalogues', access: { bureau: OWN }, summary: 's' })
  upload(@Body({ schema: thing }) body: z.infer<typeof thing>): { length: number } {
    return { length: body.name.length };
  }

  @Endpoint({ method: 'PUT', path: 'regions/:region/things', access: { bureau: 'region' }, summary: 's' })
  put(@Param('region', { schema: z.string() }) region: string, @Body({ schema: z.unknown() }) body: unknown): object {
    return { region, body };
  }
}

@Controller('open')
class OpenController {
  @Endpoint({ method: 'GET', path: 'door', access: PUBLIC, summary: 's' })
  door(): object {
    return { open: true };
  }
}

/** At addresses that anybody may ask without a credential; one of the routes doesn't let everybody in all the same. */
@Controller('v1')
class UnnamedController {
  @Endpoint({ method: 'POST', path: 'estimates', access: PUBLIC, summary: 's' })
  estimate(@Body({ schema: thing }) body: z.infer<typeof thing>): { length: number } {
    return { length: body.name.length };
  }

  @Endpoint({ method: 'GET', path: 'policies/:id', access: PUBLIC, summary: 's' })
  policy(@Param('id', { schema: z.string() }) id: string): { id: string } {
    return { id };
  }

  @Endpoint({ method: 'GET', path: 'policies/drafts/:id', access: { bureau: ANYONE }, summary: 's' })
  draft(@Param('id', { schema: z.string() }) id: string): { id: string } {
    return { id };
  }
}

@Controller('v1')
class ForgottenController {
  @Get('forgotten')
  forgotten(): object {
    return {};
  }
}

@Controller('v1')
class NobodysController {
  // @ts-expect-error: nobody is let in.
  @Endpoint({ method: 'GET', path: 'nobodys', access: {}, summary: 's' })
  nobodys(): object {
    return {};
  }
}

let app: NestFastifyApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

type Setting = {
  readonly limits?: object;
  readonly revoked?: readonly string[];
  readonly controllers?: readonly Type[];
};

async function serve({ limits = {}, revoked = [], controllers = [] }: Setting = {}): Promise<NestFastifyApplication> {
  const issuers = trustedIssuers.parse(JSON.stringify([{ ...ISSUER, jwks }]));
  @Module({
    imports: [DiscoveryModule, LoggerModule.forRoot({ pinoHttp: { level: 'silent' } })],
    controllers: [ThingController, OpenController, ...controllers],
    providers: [
      { provide: Clock, useValue: new FixedClock(NOW) },
      {
        provide: REVOCATIONS,
        useValue: { isRevoked: ({ tokenId }: { tokenId: string }) => Promise.resolve(revoked.includes(tokenId)) },
      },
      ...edgeProviders({ issuers, limits: requestLimitsText.parse(JSON.stringify(limits)) }),
    ],
  })
  class TestModule {}
  app = await createServer(TestModule, {});
  app.useLogger(false);
  await app.listen(0, '127.0.0.1');
  return app;
}

function token(claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const iat = NOW.getTime() / 1_000;
  const bureau = {
    sub: 'bureau-1',
    role: 'bureau',
    region: '110000',
    rank: 'clerk',
    jti: 'token-1',
    iat,
    exp: iat + 900,
  };
  return new SignJWT({ iss: ISSUER.issuer, aud: ISSUER.audience, ...bureau, ...claims })
    .setProtectedHeader({ alg: 'EdDSA' })
    .sign(privateKey);
}

type Sent = { readonly bearer?: string; readonly body?: string; readonly headers?: Readonly<Record<string, string>> };
type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly reason: string | undefined;
  readonly text: string;
};

async function send(method: 'GET' | 'POST' | 'PUT' | 'OPTIONS', url: string, { bearer, body, headers }: Sent = {}) {
  if (!app) throw new Error('nothing is served');
  const answer = await app.inject({
    method,
    url,
    headers: {
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: body }),
  });
  const { reason } = JSON.parse(answer.body.startsWith('{') ? answer.body : '{}') as { reason?: string };
  return { status: answer.statusCode, headers: answer.headers, reason, text: answer.body } satisfies Answer;
}

describe('a request', () => {
  it('with a good token is served', async () => {
    await serve();
    expect(await send('GET', '/v1/things/1', { bearer: await token() })).toMatchObject({
      status: 200,
      text: '{"id":"1"}',
    });
  });

  it('without one is served where anybody may ask', async () => {
    await serve();
    expect(await send('GET', '/open/door')).toMatchObject({ status: 200 });
  });

  it.each<[string, string | undefined, string, string]>([
    ['no header', undefined, 'CREDENTIAL_MISSING', 'Bearer realm="yiditong"'],
    ['another scheme', 'Basic b3A6b3A=', 'CREDENTIAL_MISSING', 'Bearer realm="yiditong"'],
    ['no token after the scheme', 'Bearer ', 'CREDENTIAL_MISSING', 'Bearer realm="yiditong"'],
    ['what is no token', 'Bearer hello', 'CREDENTIAL_INVALID', invalidToken('CREDENTIAL_INVALID')],
    ['two tokens', 'Bearer a.b.c d.e.f', 'CREDENTIAL_INVALID', invalidToken('CREDENTIAL_INVALID')],
    ['an endless token', `Bearer ${'a'.repeat(4_090)}.b.c`, 'CREDENTIAL_INVALID', invalidToken('CREDENTIAL_INVALID')],
  ])('with %s is refused', async (_, authorization, reason, challenge) => {
    await serve();
    const answer = await send('GET', '/v1/things/1', { headers: authorization === undefined ? {} : { authorization } });
    expect(answer).toMatchObject({ status: 401, reason, headers: { 'www-authenticate': challenge } });
  });

  it('with a revoked token is refused, also when it was good a moment ago', async () => {
    const revoked: string[] = [];
    await serve({ revoked });
    const bearer = await token();
    expect(await send('GET', '/v1/things/1', { bearer })).toMatchObject({ status: 200 });
    revoked.push('token-1');
    expect(await send('GET', '/v1/things/1', { bearer })).toMatchObject({
      status: 401,
      reason: 'CREDENTIAL_REVOKED',
      headers: { 'www-authenticate': invalidToken('CREDENTIAL_REVOKED') },
    });
  });

  it.each<[string, string, object, string]>([
    ['of another role', '/v1/things/1', { role: 'operator', region: '000000' }, 'NOT_PERMITTED'],
    ['refused by a service', '/v1/things/refused-inside', {}, 'NOT_PERMITTED'],
  ])('%s is refused', async (_, url, claims, reason) => {
    await serve();
    expect(await send('GET', url, { bearer: await token({ ...claims }) })).toMatchObject({
      status: 403,
      reason,
      headers: {
        'www-authenticate': `Bearer realm="yiditong", error="insufficient_scope", error_description="${reason}"`,
      },
    });
  });

  it('for a supervisor’s work is refused to a clerk', async () => {
    await serve();
    expect(await send('POST', '/v1/things/close', { bearer: await token() })).toMatchObject({
      status: 403,
      reason: 'SUPERVISOR_REQUIRED',
    });
    const bearer = await token({ rank: 'supervisor' });
    expect(await send('POST', '/v1/things/close', { bearer })).toMatchObject({ status: 200 });
  });

  it('is for the tenant that its address names, whatever its body says', async () => {
    await serve();
    const bearer = await token();
    const put = (region: string, body: object) =>
      send('PUT', `/v1/regions/${region}/things`, { bearer, body: JSON.stringify(body) });
    expect(await put('110105', {})).toMatchObject({ status: 200 });
    expect(await put('130000', { region: '110105' })).toMatchObject({ status: 403, reason: 'NOT_PERMITTED' });
  });
});

describe('a gateway', () => {
  it('does not start with a route that says nothing of who may call it', async () => {
    await expect(serve({ controllers: [ForgottenController] })).rejects.toThrow(/ForgottenController\.forgotten/);
    app = undefined;
  });

  it('nor with one that lets nobody in', async () => {
    await expect(serve({ controllers: [NobodysController] })).rejects.toThrow(/NobodysController\.nobodys/);
    app = undefined;
  });
});

describe('what a route doesn’t declare', () => {
  it.each<[string, 'GET' | 'POST', string, string | undefined, number]>([
    ['nothing', 'GET', '/v1/things/1', undefined, 200],
    ['a query where there is none', 'GET', '/v1/things/1?debug=true', undefined, 400],
    ['a query’s field', 'GET', '/v1/things?limit=1&offset=2', undefined, 400],
    ['a query’s declared field', 'GET', '/v1/things?limit=1', undefined, 200],
    ['a query beside a body', 'POST', '/v1/things?force=1', '{"name":"a"}', 400],
    ['a body’s field', 'POST', '/v1/things', '{"name":"a","admin":true}', 400],
    ['a body where there is none', 'POST', '/v1/things/close', '{"name":"a"}', 400],
    ['a list where there is none', 'POST', '/v1/things/close', '[]', 400],
    ['an empty body where there is none', 'POST', '/v1/things/close', '{}', 200],
  ])('(%s) is refused', async (_, method, url, body, status) => {
    await serve();
    const answer = await send(method, url, {
      bearer: await token({ rank: 'supervisor' }),
      ...(body === undefined ? {} : { body }),
    });
    expect(answer).toMatchObject({ status, reason: status === 400 ? 'REQUEST_MALFORMED' : undefined });
  });

  it('is not looked at before the caller is known', async () => {
    await serve();
    expect(await send('GET', '/v1/things/1?debug=true')).toMatchObject({ status: 401, reason: 'CREDENTIAL_MISSING' });
  });
});

describe('a body', () => {
  const nested = (depth: number): string => `${'{"within":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;

  it.each<[string, string, number]>([
    ['as deep as any may be', `{"name":"a","within":${nested(MAX_NESTING - 1)}}`, 200],
    ['deeper', `{"name":"a","within":${nested(MAX_NESTING)}}`, 400],
    ['of a million lists', '['.repeat(1_000_000), 400],
    ['with brackets in its texts', JSON.stringify({ name: `${'['.repeat(100)}"\\{`.repeat(9) }), 200],
    ['that is empty', '', 400],
    ['that is no JSON', '{"name":', 400],
    ['that would poison a prototype', '{"name":"a","__proto__":{"admin":true}}', 400],
    ['that would poison a constructor', '{"name":"a","constructor":{"prototype":{"admin":true}}}', 400],
  ])('%s is answered as it deserves', async (_, body, status) => {
    await serve();
    const answer = await send('POST', '/v1/things', { bearer: await token(), body });
    expect(answer).toMatchObject({ status, reason: status === 400 ? 'REQUEST_MALFORMED' : undefined });
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'application/xml', 'multipart/form-data; boundary=x'])(
    'of the type %s is not read',
    async (type) => {
      await serve();
      const answer = await send('POST', '/v1/things', {
        bearer: await token(),
        body: 'name=a',
        headers: { 'content-type': type },
      });
      expect(answer).toMatchObject({ status: 400, reason: 'REQUEST_MALFORMED' });
    },
  );

  it('larger than the longest bill is refused, but where catalogues are uploaded', async () => {
    await serve();
    const bearer = await token();
    const body = JSON.stringify({ name: 'a'.repeat(BODY_LIMIT_BYTES) });
    expect(await send('POST', '/v1/things', { bearer, body })).toMatchObject({
      status: 413,
      reason: 'PAYLOAD_TOO_LARGE',
    });
    expect(await send('POST', '/v1/catalogues', { bearer, body })).toMatchObject({ status: 200 });
  });

  it('that may be large is not read from a stranger', async () => {
    await serve();
    const body = JSON.stringify({ name: 'a'.repeat(64 * 1024 * 1024) });
    expect(await send('POST', '/v1/catalogues', { body })).toMatchObject({ status: 401, reason: 'CREDENTIAL_MISSING' });
  });
});

describe('an address', () => {
  it.each<[string, string, number, string]>([
    ['that is too long', `/v1/things?limit=${'1'.repeat(2_048)}`, 414, 'ADDRESS_TOO_LONG'],
    ['with a part that is too long', `/v1/things/${'1'.repeat(101)}`, 414, 'ADDRESS_TOO_LONG'],
    ['that can’t be decoded', '/v1/things/%zz', 400, 'REQUEST_MALFORMED'],
    ['that there is not', '/v1/unicorns', 404, 'ROUTE_NOT_FOUND'],
  ])('%s is refused', async (_, url, status, reason) => {
    await serve();
    expect(await send('GET', url, { bearer: await token() })).toMatchObject({ status, reason });
  });
});

describe('an answer', () => {
  it.each<[string, string]>([
    ['of success', '/v1/things/1'],
    ['of refusal', '/v1/things/1?debug=1'],
    ['to nobody', '/v1/unicorns'],
    ['without a credential', '/open/door'],
  ])('%s tells browsers to do nothing with it and caches to forget it', async (_, url) => {
    await serve();
    const { headers } = await send('GET', url, { bearer: await token(), headers: { origin: 'https://evil.example' } });
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    const names = Object.keys(headers);
    expect(names.filter((name) => /^(access-control-|x-powered-by|server$)/.test(name))).toEqual([]);
  });

  it('to another origin’s preflight gives no leave', async () => {
    await serve();
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const answer = await send('OPTIONS', '/v1/things', { headers });
    expect(answer.status).toBe(404);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});

describe('too many requests', () => {
  it('of one actor are refused until the window ends, on all routes, and of others they aren’t', async () => {
    await serve({ limits: { bureau: 2 } });
    const [bearer, other] = [await token(), await token({ sub: 'bureau-2' })];
    await send('GET', '/v1/things/1', { bearer });
    // What is refused counts too: nobody finds out by trying for long.
    expect(await send('POST', '/v1/things/close', { bearer })).toMatchObject({ status: 403 });
    expect(await send('GET', '/v1/things', { bearer })).toMatchObject({
      status: 429,
      reason: 'TOO_MANY_REQUESTS',
      headers: { 'retry-after': '10' },
    });
    expect(await send('GET', '/v1/things/1', { bearer: other })).toMatchObject({ status: 200 });
    expect(await send('GET', '/v1/things/1', { bearer: await token({ region: '310000' }) })).toMatchObject({
      status: 200,
    });
  });

  it('with bad credentials are refused by source, and good ones from there aren’t', async () => {
    await serve({ limits: { failed: 2 } });
    for (const bearer of ['a', 'a.b.c'])
      expect(await send('GET', '/v1/things/1', { bearer })).toMatchObject({ status: 401 });
    expect(await send('GET', '/v1/things/1')).toMatchObject({ status: 429, headers: { 'retry-after': '10' } });
    expect(await send('GET', '/v1/things/1', { bearer: await token() })).toMatchObject({ status: 200 });
  });

  it('without a credential are refused by source, for routes that there are and those that there aren’t', async () => {
    await serve({ limits: { anonymous: 2 } });
    expect(await send('GET', '/open/door')).toMatchObject({ status: 200 });
    expect(await send('GET', '/v1/unicorns')).toMatchObject({ status: 404 });
    expect(await send('GET', '/open/door')).toMatchObject({ status: 429, reason: 'TOO_MANY_REQUESTS' });
    expect(await send('GET', '/v1/things/1', { bearer: await token() })).toMatchObject({ status: 200 });
  });

  it('that need no credential are counted by source, and small', async () => {
    await serve({ limits: { anonymous: 4 }, controllers: [UnnamedController] });
    const estimate = (name: string) => send('POST', '/v1/estimates', { body: JSON.stringify({ name }) });
    expect(await estimate('a')).toMatchObject({ status: 200 });
    expect(await send('GET', '/v1/policies/1', { bearer: 'no.such.token' })).toMatchObject({ status: 200 });
    expect(await estimate('a'.repeat(64 * 1024))).toMatchObject({ status: 413, reason: 'PAYLOAD_TOO_LARGE' });
    // The address alone lets nobody in.
    expect(await send('GET', '/v1/policies/drafts/1')).toMatchObject({ status: 401, reason: 'CREDENTIAL_MISSING' });
    expect(await estimate('a')).toMatchObject({ status: 429, reason: 'TOO_MANY_REQUESTS' });
  });

  it('are not made fewer by naming another source', async () => {
    await serve({ limits: { anonymous: 1 } });
    const from = (address: string) => send('GET', '/open/door', { headers: { 'x-forwarded-for': address } });
    expect(await from('192.0.2.1')).toMatchObject({ status: 200 });
    expect(await from('192.0.2.2')).toMatchObject({ status: 429 });
  });
});

describe('what is no request', () => {
  it.each<[string, string, number, string]>([
    ['nonsense', 'HELLO\r\n\r\n', 400, 'REQUEST_MALFORMED'],
    [
      'too many headers',
      `GET /open/door HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(17_000)}\r\n\r\n`,
      431,
      'HEADERS_TOO_LARGE',
    ],
  ])('(%s) gets a problem document and is hung up on', async (_, text, status, reason) => {
    const { port } = (await serve()).getHttpServer().address() as AddressInfo;
    const answer = await speak(port, text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [A-Z]`));
    expect(answer).toContain('content-type: application/problem+json');
    const problem = JSON.parse(answer.split('\r\n\r\n')[1] ?? '') as object;
    expect(problem).toMatchObject({ status, reason, messages: { zh: expect.any(String), en: expect.any(String) } });
  });

  it('(a header sent twice that can be there once) is not guessed at', async () => {
    const { port } = (await serve()).getHttpServer().address() as AddressInfo;
    const status = await new Promise<number>((resolve, reject) => {
      const headers = ['host', 'a', 'authorization', 'Bearer a', 'authorization', 'Bearer b'];
      httpRequest({ port, host: '127.0.0.1', path: '/v1/things/1', headers })
        .once('response', (response) => resolve(response.resume().statusCode ?? 0))
        .once('error', reject)
        .end();
    });
    expect(status).toBe(401);
  });
});

function speak(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => void socket.write(text));
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.once('close', () => resolve(heard)).once('error', reject);
  });
}

function invalidToken(reason: string): string {
  return `Bearer realm="yiditong", error="invalid_token", error_description="${reason}"`;
}
