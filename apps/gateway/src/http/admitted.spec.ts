import { request as httpRequest, type ClientRequest } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Clock } from '@yiditong/chassis';
import { FixedClock } from '@yiditong/testing';
import { LoggerModule } from 'nestjs-pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REVOCATIONS } from '../auth/authenticator.js';
import { edgeProviders } from './edge-providers.js';
import { Endpoint, PUBLIC } from './endpoint.js';
import { requestLimitsText } from './request-limits.js';
import { createServer } from './server.js';

let waiting: (() => void)[] = [];

@Controller('open')
class SlowController {
  /** Answers when the test says so. */
  @Endpoint({ method: 'POST', path: 'slow', access: PUBLIC, summary: 's' })
  async slow(): Promise<object> {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return {};
  }

  @Endpoint({ method: 'GET', path: 'slow', access: PUBLIC, summary: 's' })
  async read(): Promise<object> {
    return this.slow();
  }
}

const limits = { anonymous: 10_000, atOnce: { exchanges: 1, resolving: 1, others: 2, waitingPercent: 50 } };

@Module({
  imports: [DiscoveryModule, LoggerModule.forRoot({ pinoHttp: { level: 'silent' } })],
  controllers: [SlowController],
  providers: [
    { provide: Clock, useValue: new FixedClock(new Date('2026-11-20T10:00:00Z')) },
    { provide: REVOCATIONS, useValue: { isRevoked: () => Promise.resolve(false) } },
    ...edgeProviders({ issuers: [], limits: requestLimitsText.parse(JSON.stringify(limits)) }),
  ],
})
class SlowModule {}

let app: NestFastifyApplication;
let port: number;

beforeEach(async () => {
  waiting = [];
  app = await createServer(SlowModule, {});
  app.useLogger(false);
  await app.listen(0, '127.0.0.1');
  ({ port } = app.getHttpServer().address() as AddressInfo);
});
afterEach(async () => {
  for (const answer of waiting) answer();
  await app.close();
});

type Sent = {
  readonly status: () => Promise<number>;
  readonly answer: () => Promise<Record<string, unknown>>;
  readonly hangUp: () => void;
};

function send(method: 'GET' | 'POST' = 'POST'): Sent {
  let sent: ClientRequest | undefined;
  let retryAfter: string | undefined;
  const text = new Promise<{ status: number; body: string }>((resolve, reject) => {
    sent = httpRequest({ port, host: '127.0.0.1', path: '/open/slow', method, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      retryAfter = answer.headers['retry-after'];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
    });
    sent.on('error', reject);
    if (method === 'POST') sent.setHeader('content-type', 'application/json');
    sent.end(method === 'POST' ? '{}' : undefined);
  });
  // Who hangs up wants no answer.
  text.catch(() => undefined);
  return {
    status: async () => (await text).status,
    answer: async () => ({ ...(JSON.parse((await text).body) as object), retryAfter }),
    hangUp: () => sent?.destroy(),
  };
}

async function untilWaiting(count: number): Promise<void> {
  await expect.poll(() => waiting.length).toBe(count);
}

describe('requests at once', () => {
  it('beyond those let in and those that may wait are refused at once, with when to come back', async () => {
    const [first, second, third] = [send(), send(), send()];
    await untilWaiting(2);
    const refused = send();
    expect(await refused.status()).toBe(503);
    const answer = await refused.answer();
    expect(answer).toMatchObject({ reason: 'SERVICE_BUSY' });
    expect(Number(answer['retryAfter'])).toBeGreaterThan(0);

    waiting.shift()?.();
    await untilWaiting(2);
    for (const go of waiting.splice(0)) go();
    expect(await Promise.all([first.status(), second.status(), third.status()])).toEqual([200, 200, 200]);
  });

  it('leave when they are answered', async () => {
    for (let round = 0; round < 5; round++) {
      const both = [send(), send()];
      await untilWaiting(2);
      for (const go of waiting.splice(0)) go();
      expect(await Promise.all(both.map(({ status }) => status()))).toEqual([200, 200]);
    }
  });

  it('that hang up leave when the work for them is done, and not before', async () => {
    const [first, second] = [send(), send()];
    await untilWaiting(2);
    first.hangUp();
    second.hangUp();
    const third = send();
    await sleep(50);
    expect(waiting).toHaveLength(2);
    for (const go of waiting.splice(0)) go();
    await untilWaiting(1);
    for (const go of waiting.splice(0)) go();
    expect(await third.status()).toBe(200);
  });

  it('that hang up while they wait leave the queue', async () => {
    const [first, second] = [send(), send()];
    await untilWaiting(2);
    const third = send();
    await sleep(50);
    third.hangUp();
    await sleep(50);
    for (const go of waiting.splice(0)) go();
    expect(await Promise.all([first.status(), second.status()])).toEqual([200, 200]);
    const again = [send(), send()];
    await untilWaiting(2);
    for (const go of waiting.splice(0)) go();
    expect(await Promise.all(again.map(({ status }) => status()))).toEqual([200, 200]);
  });

  it('hold no place while their body is on its way', async () => {
    const sockets = Array.from({ length: 10 }, () => connect(port, '127.0.0.1'));
    for (const socket of sockets)
      socket.write(
        'POST /open/slow HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
      );
    await sleep(50);
    const both = [send(), send()];
    await untilWaiting(2);
    for (const go of waiting.splice(0)) go();
    expect(await Promise.all(both.map(({ status }) => status()))).toEqual([200, 200]);
    for (const socket of sockets) socket.destroy();
  });

  it('that hang up while they wait are served no more, a body or none', async () => {
    const [first, second] = [send('GET'), send('GET')];
    await untilWaiting(2);
    const third = send('GET');
    await sleep(50);
    third.hangUp();
    await sleep(50);
    waiting.shift()?.();
    await sleep(50);
    expect(waiting).toHaveLength(1);
    for (const go of waiting.splice(0)) go();
    expect(await Promise.all([first.status(), second.status()])).toEqual([200, 200]);
  });

  it('that hang up in the middle of their body leave as well', async () => {
    for (let round = 0; round < 4; round++) {
      const socket = connect(port, '127.0.0.1');
      socket.write(
        'POST /open/slow HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
      );
      await sleep(30);
      socket.destroy();
    }
    const both = [send(), send()];
    await untilWaiting(2);
    for (const go of waiting.splice(0)) go();
    expect(await Promise.all(both.map(({ status }) => status()))).toEqual([200, 200]);
  });
});
