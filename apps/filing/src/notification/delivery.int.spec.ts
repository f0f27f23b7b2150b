import { createPublicKey, randomUUID, verify, type JsonWebKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { Clock, nationalActor, serviceActor, type Actor } from '@yiditong/chassis';
import {
  auditTrail,
  createTestDatabase,
  FixedClock,
  gate,
  PATIENCE,
  privateJwks,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { DeliveryService } from './delivery.service.js';
import { leaseDeliveries, makeDeliveries, recordDelivered, recordFailure } from './delivery.store.js';
import { appendEvents } from './event.store.js';
import { NotificationService, NotificationSettings } from './notification.service.js';
import { SigningKeys } from '@yiditong/chassis';
import { webhookMessage } from './webhook-message.js';
import { WebhookSender } from './webhook-sender.js';

const START = new Date('2026-03-01T02:00:00Z');
const ANY = { state: null, before: null, limit: 100 };
const keys = new SigningKeys(privateJwks('one'));

type Got = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };
type Answer = (response: ServerResponse, got: Got) => void;
const status =
  (code: number): Answer =>
  (response) =>
    response.writeHead(code, code === 302 ? { location: '/inside' } : {}).end();

let db: TestDatabase;
let clock: FixedClock;
let notifications: NotificationService;
let receiver: Server;
let got: Got[];
let answer: Answer;
/** Each test has a province of its own. */
let province: string;
let provinces = 10;
const bureau = (region = province): Actor => ({ role: 'bureau', region, subject: 'boss', rank: 'supervisor' });

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await createTestDatabase('filing', migrations);
  receiver = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body };
      got.push(one);
      answer(response, one);
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await db.drop();
});
beforeEach(() => {
  province = `${['11', '12', '13', '14', '15', '21', '22', '23', '31', '32', '33', '34', '35', '36', '37', '41', '42'][provinces++ % 17]}0000`;
  clock = new FixedClock(START);
  notifications = new NotificationService(db.database, clock, new NotificationSettings('development'));
  got = [];
  answer = status(204);
});
afterEach(async () => {
  for (const { webhookId } of await notifications.list(bureau(), province))
    await notifications.remove(bureau(), province, webhookId);
});

function worker(settings: { timeoutMs?: number; clock?: Clock } = {}): DeliveryService {
  const sender = new WebhookSender({
    mode: 'development',
    ...(settings.timeoutMs && { timeoutMs: settings.timeoutMs }),
  });
  return new DeliveryService(db.database, settings.clock ?? clock, keys, sender);
}

async function register(path = '/hook', of = province): Promise<string> {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}${path}`;
  return (await notifications.register(bureau(of), randomUUID(), of, url)).webhookId;
}

async function happen(count = 1): Promise<void> {
  const one = {
    province,
    insuredRegion: province,
    type: 'filing.accept',
    personId: randomUUID(),
    content: { version: 2 },
    recordedAt: START,
  };
  await db.database.transaction(serviceActor('filing', province), (tx) =>
    appendEvents(
      tx,
      Array.from({ length: count }, () => one),
    ),
  );
}

const later = (ms: number): void => clock.moveTo(new Date(clock.now().getTime() + ms));
const deliveries = (webhookId: string) => notifications.deliveries(bureau(), { province, webhookId }, ANY);
const idsGot = (): unknown[] => got.map(({ headers }) => headers['webhook-id']);

describe('a notification', () => {
  it('arrives once, and is genuine by the published key', async () => {
    const webhookId = await register();
    await happen(3);
    await worker().deliverDue();
    await worker().deliverDue();
    expect(
      got
        .map(({ body }) => (JSON.parse(body) as { data: { sequence: number } }).data.sequence)
        .toSorted((a, b) => a - b),
    ).toEqual([1, 2, 3]);
    const [key] = (JSON.parse(keys.jwks) as { keys: JsonWebKey[] }).keys;
    for (const { headers, body } of got) {
      const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
      const signature = Buffer.from(String(headers['webhook-signature']).replace('v1a,', ''), 'base64');
      expect(verify(null, Buffer.from(signed), createPublicKey({ key: { ...key }, format: 'jwk' }), signature)).toBe(
        true,
      );
    }
    expect(await deliveries(webhookId)).toMatchObject(
      [3n, 2n, 1n].map((sequence) => ({
        sequence,
        state: 'DELIVERED',
        attempts: 1,
        lastStatus: 204,
        deliveredAt: START,
      })),
    );
  });

  it('goes to each webhook of its province and to no other', async () => {
    await register('/one');
    await register('/two');
    await register('/foreign', '650000');
    await happen();
    await worker().deliverDue();
    expect(got.map(({ path }) => path).toSorted()).toEqual(['/one', '/two']);
  });

  it('is tried again after 5 seconds when the receiver failed', async () => {
    const webhookId = await register();
    await happen();
    answer = status(500);
    await worker().deliverDue();
    expect(await deliveries(webhookId)).toMatchObject([
      { state: 'PENDING', attempts: 1, lastStatus: 500, lastProblem: 'http_500' },
    ]);
    answer = status(200);
    later(4_000);
    await worker().deliverDue();
    expect(got).toHaveLength(1);
    later(2_000);
    await worker().deliverDue();
    expect(new Set(idsGot()).size).toBe(1);
    expect(got[1]?.headers['webhook-timestamp']).not.toBe(got[0]?.headers['webhook-timestamp']);
    expect(await deliveries(webhookId)).toMatchObject([
      { state: 'DELIVERED', attempts: 2, lastStatus: 200, lastProblem: '' },
    ]);
  });

  it('is tried again when no answer came in time', async () => {
    const webhookId = await register();
    await happen();
    answer = () => undefined;
    await worker({ timeoutMs: 100 }).deliverDue();
    expect(await deliveries(webhookId)).toMatchObject([{ state: 'PENDING', lastStatus: null, lastProblem: 'timeout' }]);
  });

  it('is given up after the ninth attempt, stays visible, and can be begun again', async () => {
    const webhookId = await register();
    await happen(2);
    answer = status(503);
    for (let attempt = 1; attempt <= 9; attempt++) {
      await worker().deliverDue();
      later(14 * 3_600_000);
    }
    await worker().deliverDue();
    expect(got).toHaveLength(18);
    const failed = { state: 'FAILED' as const, before: null, limit: 1 };
    const [newest] = await notifications.deliveries(bureau(), { province, webhookId }, failed);
    expect(newest).toMatchObject({ state: 'FAILED', attempts: 9, lastStatus: 503, lastProblem: 'http_503' });
    expect(await notifications.list(bureau(), province)).toMatchObject([{ pending: 0, failed: 2 }]);

    const eventId = newest?.eventId ?? '';
    const redeliver = () => notifications.redeliver(bureau(), { province, webhookId }, eventId);
    expect(await redeliver()).toMatchObject({ state: 'PENDING', attempts: 0 });
    expect(await redeliver()).toMatchObject({ state: 'PENDING' });
    expect(await notifications.list(bureau(), province)).toMatchObject([{ pending: 1, failed: 1 }]);
    answer = status(200);
    await worker().deliverDue();
    expect(await redeliver()).toMatchObject({ state: 'DELIVERED', attempts: 1 });
    expect(got).toHaveLength(19);
    const trail = (await auditTrail(db, webhookId)).map(({ action, after }) => ({ action, after }));
    expect(trail.slice(1)).toEqual([{ action: 'REDELIVER', after: { eventId, sequence: '2' } }]);
  });

  it('is given up at once when the receiver says that it is gone', async () => {
    const webhookId = await register();
    await happen();
    answer = status(410);
    await worker().deliverDue();
    expect(await deliveries(webhookId)).toMatchObject([{ state: 'FAILED', attempts: 1, lastStatus: 410 }]);
  });

  it('is not carried on to where a redirect leads', async () => {
    const webhookId = await register();
    await happen();
    answer = status(302);
    await worker().deliverDue();
    expect(got.map(({ path }) => path)).toEqual(['/hook']);
    expect(await deliveries(webhookId)).toMatchObject([{ state: 'PENDING', lastProblem: 'http_302' }]);
  });

  it('does not go to a webhook that was removed, not even what had waited', async () => {
    const webhookId = await register();
    await happen();
    answer = status(500);
    await worker().deliverDue();
    await happen();
    await notifications.remove(bureau(), province, webhookId);
    answer = status(200);
    later(3_600_000);
    await happen();
    await worker().deliverDue();
    expect(got).toHaveLength(1);
  });

  it('is sent again under the same id when the sender died before it could record that it arrived', async () => {
    const webhookId = await register();
    await happen();
    await lease(); // and dies after sending
    await worker().deliverDue();
    expect(got).toHaveLength(1);
    later(59_000);
    await worker().deliverDue();
    expect(got).toHaveLength(1);
    later(2_000);
    await worker().deliverDue();
    expect(got).toHaveLength(2);
    expect(new Set(idsGot()).size).toBe(1);
    expect(await deliveries(webhookId)).toMatchObject([{ state: 'DELIVERED', attempts: 2 }]);
  });

  it('stays as who holds the lease records it, whatever one says whose lease is over', async () => {
    const webhookId = await register();
    await happen();
    const late = await lease();
    later(61_000);
    const current = await lease();
    const asNation = <T>(work: Parameters<typeof db.database.transaction<T>>[1]) =>
      db.database.transaction(nationalActor('filing'), work);
    await asNation((tx) => recordFailure(tx, late, { status: 500, problem: 'http_500', nextAttemptAt: null }));
    expect(await deliveries(webhookId)).toMatchObject([{ state: 'PENDING', attempts: 2, lastStatus: null }]);
    await asNation((tx) => recordDelivered(tx, late, 200, clock.now()));
    await asNation((tx) => recordFailure(tx, current, { status: 500, problem: 'http_500', nextAttemptAt: null }));
    expect(await deliveries(webhookId)).toMatchObject([{ state: 'DELIVERED', lastStatus: 200 }]);
  });

  it('arrives once from four workers at once', async () => {
    await register('/one');
    await register('/two');
    await happen(60);
    await Promise.all(Array.from({ length: 4 }, () => worker().deliverDue()));
    // One whose turn came while another held the last ones has ended early, and left them to that one.
    await worker().deliverDue();
    const arrived = got.map(({ path, headers }) => `${path} ${String(headers['webhook-id'])}`);
    expect(arrived).toHaveLength(120);
    expect(new Set(arrived).size).toBe(120);
  });
});

/** What a worker does that takes the only delivery and sends it, up to where it would record what came of it. */
async function lease() {
  const now = clock.now();
  const [leased] = await db.database.transaction(nationalActor('filing'), async (tx) => {
    await makeDeliveries(tx, now, 500);
    const { webhookId } = (await notifications.list(bureau(), province))[0] ?? { webhookId: '' };
    return leaseDeliveries(tx, [{ province, webhookId, places: 1 }], now, new Date(now.getTime() + 60_000));
  });
  if (!leased) throw new Error('nothing was due');
  const sender = new WebhookSender({ mode: 'development' });
  await sender.send(leased.url, webhookMessage(leased.event, now, keys), new AbortController().signal);
  return leased;
}

describe('a running worker', () => {
  it('lets a receiver that never answers hold up no other, and gives it two places', async () => {
    const released = gate();
    let held = 0;
    answer = (response, { path }) => {
      if (path === '/quick') status(200)(response, got[0] as Got);
      else {
        held += 1;
        void released.passed.then(() => response.writeHead(200).end());
      }
    };
    await register('/slow');
    await register('/quick');
    await happen(30);
    const running = worker({ clock: new Clock() });
    running.onApplicationBootstrap();
    try {
      await expect.poll(() => got.filter(({ path }) => path === '/quick').length, PATIENCE).toBe(30);
      expect(held).toBe(2);
      released.open();
      await expect.poll(() => got.filter(({ path }) => path === '/slow').length, PATIENCE).toBe(30);
    } finally {
      released.open();
      await running.beforeApplicationShutdown();
    }
    expect(await notifications.list(bureau(), province)).toMatchObject([{ pending: 0 }, { pending: 0 }]);
  });

  it('ends without waiting for a receiver that doesn’t answer, and leaves it to the lease', async () => {
    const webhookId = await register();
    await happen();
    answer = () => undefined;
    const running = worker({ clock: new Clock() });
    running.onApplicationBootstrap();
    await expect.poll(() => got.length, PATIENCE).toBe(1);
    await running.beforeApplicationShutdown();
    expect(await deliveries(webhookId)).toMatchObject([{ state: 'PENDING', attempts: 1, lastProblem: '' }]);
  });
});
