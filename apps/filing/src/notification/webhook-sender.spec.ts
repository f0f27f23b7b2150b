import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSocketServer, type AddressInfo, type Server as SocketServer } from 'node:net';
import { lookup } from 'node:dns';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import { afterEach, describe, expect, it } from 'vitest';
import { WebhookSender, type SenderSettings } from './webhook-sender.js';

const MESSAGE = {
  body: '{"type":"filing.accept"}',
  headers: { 'content-type': 'application/json', 'webhook-id': 'event-1' },
};
const NEVER = new AbortController().signal;

const running: (Server | SocketServer)[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

async function listening<T extends Server | SocketServer>(server: T): Promise<number> {
  running.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const receiver = (answer: RequestListener): Promise<number> => listening(createServer(answer));

function send(url: string, settings: Partial<SenderSettings> = {}, stop: AbortSignal = NEVER) {
  return new WebhookSender({ mode: 'development', ...settings }).send(url, MESSAGE, stop);
}

/** A resolver that knows one answer, as somebody's own name server might be made to give it. */
function resolving(...addresses: readonly string[]): typeof lookup {
  const answer = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return ((_name: string, _options: object, done: (error: null, found: object[]) => void) =>
    done(null, answer)) as never;
}

describe('sending a notification', () => {
  it('posts it, and answers the status', async () => {
    const got: unknown[] = [];
    const port = await receiver((request, answer) => {
      const { method, url, headers } = request;
      request
        .setEncoding('utf8')
        .on('data', (body: string) => got.push({ method, url, id: headers['webhook-id'], body }));
      request.on('end', () => answer.writeHead(204).end());
    });
    expect(await send(`http://127.0.0.1:${port}/hook?of=filing`)).toEqual({ status: 204 });
    expect(got).toEqual([{ method: 'POST', url: '/hook?of=filing', id: 'event-1', body: MESSAGE.body }]);
  });

  it('follows no redirect', async () => {
    const paths: unknown[] = [];
    const port = await receiver((request, answer) => {
      paths.push(request.url);
      answer.writeHead(302, { location: '/inside' }).end();
    });
    expect(await send(`http://127.0.0.1:${port}/hook`)).toEqual({ status: 302 });
    expect(paths).toEqual(['/hook']);
  });

  it('reads little of an answer that has no end', async () => {
    let cut: () => void = () => undefined;
    const cutOff = new Promise<void>((resolve) => (cut = resolve));
    const port = await receiver((_request, answer) => {
      answer.on('close', cut).writeHead(200);
      const more = (): void => {
        while (answer.write('x'.repeat(10_000)));
      };
      answer.on('drain', more);
      more();
    });
    expect(await send(`http://127.0.0.1:${port}/`)).toEqual({ status: 200 });
    await cutOff;
  });

  it('takes the status of an answer whose rest doesn’t come', async () => {
    const port = await receiver((_request, answer) => answer.writeHead(202, { 'content-length': 10 }).write('x'));
    expect(await send(`http://127.0.0.1:${port}/`, { timeoutMs: 300 })).toEqual({ status: 202 });
  });

  it('waits for an answer so long and no longer', async () => {
    const port = await receiver(() => undefined);
    expect(await send(`http://127.0.0.1:${port}/`, { timeoutMs: 100 })).toEqual({ status: null, problem: 'timeout' });
  });

  it('waits for a name so long and no longer', async () => {
    const resolveName = (() => undefined) as never;
    const sent = await send('https://ybj.example.gov.cn/', { timeoutMs: 100, resolveName });
    expect(sent).toEqual({ status: null, problem: 'timeout' });
  });

  it('can be given up', async () => {
    const port = await receiver(() => undefined);
    const stop = new AbortController();
    const sending = send(`http://127.0.0.1:${port}/`, {}, stop.signal);
    stop.abort();
    expect(await sending).toEqual({ status: null, problem: 'stopped' });
  });

  it('says in a word why nothing came', async () => {
    const closed = await listening(createSocketServer());
    const gone = running.pop();
    gone?.close();
    const rude = await listening(createSocketServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
    const odd = await listening(createSocketServer((socket) => socket.once('data', () => socket.end('what?\r\n\r\n'))));
    const plain = await receiver((_request, answer) => answer.end());
    const problems = await Promise.all(
      [
        `http://127.0.0.1:${closed}/`,
        `http://127.0.0.1:${rude}/`,
        `http://127.0.0.1:${odd}/`,
        `https://127.0.0.1:${plain}/`,
      ].map((url) => send(url)),
    );
    expect(problems.map((attempt) => 'problem' in attempt && attempt.problem)).toEqual([
      'refused',
      'reset',
      'protocol',
      'tls',
    ]);
  });

  it('says that a name is unknown', async () => {
    const resolveName = ((_name: string, _options: object, done: (error: Error) => void) =>
      done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))) as never;
    expect(await send('https://ybj.example.gov.cn/', { resolveName })).toEqual({ status: null, problem: 'dns' });
  });
});

describe('an address', () => {
  it('is in no trace, because it may hold its owner’s secret', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    let suppressed = false;
    const resolveName = ((_name: string, _options: object, done: (error: Error) => void) => {
      suppressed = isTracingSuppressed(context.active());
      done(new Error('no such name'));
    }) as never;
    await send('https://ybj.example.gov.cn/?token=secret', { resolveName }).finally(() => context.disable());
    expect(suppressed).toBe(true);
  });
});

describe('where a name leads', () => {
  const REFUSED = { status: null, problem: 'address_not_allowed' };
  const connections = async (): Promise<{ port: number; count: () => number }> => {
    let made = 0;
    const port = await listening(createSocketServer((socket) => (made++, socket.destroy())));
    return { port, count: () => made };
  };

  it('is connected to, and looked up once', async () => {
    let asked = 0;
    const port = await receiver((request, answer) =>
      answer.writeHead(request.headers.host === `a.example.cn:${port}` ? 200 : 400).end(),
    );
    const resolved = resolving('127.0.0.1') as unknown as (...all: unknown[]) => void;
    const resolveName = ((...all: unknown[]) => (asked++, resolved(...all))) as never;
    expect(await send(`http://a.example.cn:${port}/`, { resolveName })).toEqual({ status: 200 });
    expect(asked).toBe(1);
  });

  it.each([
    ['this machine', ['127.0.0.1']],
    ['a private network', ['10.0.0.5']],
    ['a cloud’s metadata', ['169.254.169.254']],
    ['this machine by IPv6', ['::1']],
    ['a private network inside an IPv6 address', ['::ffff:10.0.0.5']],
    ['a public address and this machine', ['203.119.25.1', '127.0.0.1']],
    ['nowhere', []],
  ])('is not %s', async (_what, addresses) => {
    const { port, count } = await connections();
    const settings = { mode: 'production', resolveName: resolving(...addresses) } as const;
    expect(await send(`https://a.example.cn:${port}/`, settings)).toEqual(REFUSED);
    expect(count()).toBe(0);
  });

  it('is not this machine by its number, which is never looked up', async () => {
    const { port, count } = await connections();
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '[::1]'])
      expect(await send(`https://${host}:${port}/`, { mode: 'production' })).toEqual(REFUSED);
    expect(count()).toBe(0);
  });

  it('is not reached without encryption, whatever was registered in other days', async () => {
    expect(await send('http://a.example.cn/', { mode: 'production', resolveName: resolving('203.119.25.1') })).toEqual(
      REFUSED,
    );
  });
});
