import { Logger } from '@nestjs/common';
import { Rejection } from '@yiditong/codes';
import {
  atOnce,
  createTestDatabase,
  DemoTables1763740800000,
  gate,
  PATIENCE,
  queryAs,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nationalActor, serviceActor } from './actor.js';
import { acceptNew } from './inbox.js';
import { appendOutbox, type PendingMessage } from './outbox.js';
import { OutboxRelay } from './outbox-relay.js';

const BEIJING = serviceActor('spec', '110000');
const CONSUMER = nationalActor('consumer');

let db: TestDatabase;
let topics = 0;
let topic: string;
const relays: OutboxRelay<number>[] = [];

beforeAll(async () => {
  Logger.overrideLogger(false); // Interruptions and refusals are what these specs are about.
  db = await createTestDatabase('chassis', [DemoTables1763740800000]);
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
});
afterAll(() => db.drop());

/** A relay on the test's own topic; it is stopped after the test. */
function startRelay(
  deliver: (payloads: number[], messages: readonly PendingMessage<number>[]) => Promise<void>,
  options: { batchSize?: number; pollMs?: number } = {},
): OutboxRelay<number> {
  const relay = new OutboxRelay<number>(db.database, {
    topic,
    batchSize: 10,
    pollMs: 10,
    ...options,
    deliver: (messages) =>
      deliver(
        messages.map(({ payload }) => payload),
        messages,
      ),
  });
  relays.push(relay);
  relay.start();
  return relay;
}

function newTopic(): void {
  topic = `topic-${++topics}`;
}

async function append(...payloads: readonly number[]): Promise<void> {
  await db.database.transaction(BEIJING, async (tx) => {
    for (const payload of payloads)
      await appendOutbox(tx, { scope: `s${payload % 3}`, region: '110000', topic, payload });
  });
}

type Waiting = { payload: string; refusals: number; last_refusal: string | null; due: boolean };

async function waiting(): Promise<Waiting[]> {
  return queryAs<Waiting>(
    db.superuserUrl,
    'SELECT payload, refusals, last_refusal, not_before <= recorded_at AS due FROM outbox WHERE topic = $1 ORDER BY id',
    [topic],
  );
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('the outbox relay', () => {
  it('carries everything in the order in which it was recorded, batch by batch, and removes what it carried', async () => {
    newTopic();
    await append(...upTo(23));
    const batches: number[][] = [];
    startRelay(async (payloads) => void batches.push(payloads));
    await expect.poll(waiting, PATIENCE).toEqual([]);
    expect(batches).toEqual([upTo(10), upTo(20).slice(10), [21, 22, 23]]);
  });

  it('carries the messages of every province', async () => {
    newTopic();
    for (const region of ['110000', '610000', '660000'])
      await db.database.transaction(serviceActor('spec', region), (tx) =>
        appendOutbox(tx, { scope: region, region, topic, payload: Number(region) }),
      );
    const carried: number[] = [];
    startRelay(async (payloads) => void carried.push(...payloads));
    await expect.poll(() => carried, PATIENCE).toEqual([110_000, 610_000, 660_000]);
  });

  it('leaves the messages of other topics alone', async () => {
    newTopic();
    await append(1);
    const other = topic;
    newTopic();
    await append(2);
    const carried: number[] = [];
    startRelay(async (payloads) => void carried.push(...payloads));
    await expect.poll(waiting, PATIENCE).toEqual([]);
    expect(carried).toEqual([2]);
    topic = other;
    expect(await waiting()).toHaveLength(1);
  });

  it('wakes when it is nudged, and stops at once, however seldom it looks by itself', async () => {
    newTopic();
    const carried: number[] = [];
    const relay = startRelay(async (payloads) => void carried.push(...payloads), { pollMs: 3_600_000 });
    await expect.poll(lockHolders, PATIENCE).toHaveLength(1);
    await append(1);
    await expect
      .poll(() => {
        relay.nudge();
        return carried;
      }, PATIENCE)
      .toEqual([1]);
    await relay.stop();
  });
});

describe('a consumer', () => {
  it.each<[string, () => Error]>([
    ['is down', () => new Rejection('SERVICE_UNAVAILABLE', { service: 'consumer' })],
    ['breaks', () => new Error('our bug')],
  ])('that %s is offered the same messages again, until it takes them', async (_, failure) => {
    newTopic();
    await append(...upTo(5));
    const offers: number[][] = [];
    startRelay(async (payloads) => {
      offers.push(payloads);
      if (offers.length <= 3) throw failure();
    });
    await expect.poll(waiting, PATIENCE).toEqual([]);
    expect(offers).toEqual([upTo(5), upTo(5), upTo(5), upTo(5)]);
  });

  it('that is down holds nothing against the messages', async () => {
    newTopic();
    await append(1);
    let offers = 0;
    startRelay(async () => {
      offers += 1;
      throw new Rejection('SERVICE_UNAVAILABLE');
    });
    await expect.poll(() => offers, PATIENCE).toBeGreaterThan(2);
    expect(await waiting()).toEqual([{ payload: '1', refusals: 0, last_refusal: null, due: true }]);
  });

  it('that refuses a message does not hold back those behind it; the refused one stays to be seen', async () => {
    newTopic();
    await append(...upTo(5));
    const taken: number[] = [];
    startRelay(async (payloads) => {
      if (payloads.includes(2)) throw new Rejection('REQUEST_MALFORMED', { problem: 'poison' });
      taken.push(...payloads);
    });
    await expect.poll(() => taken, PATIENCE).toEqual([1, 3, 4, 5]);
    await append(6);
    await expect.poll(() => taken, PATIENCE).toEqual([1, 3, 4, 5, 6]);
    const left = await waiting();
    expect(left).toEqual([
      { payload: '2', refusals: expect.any(Number), last_refusal: 'REQUEST_MALFORMED', due: false },
    ]);
    expect(left[0]?.refusals).toBeGreaterThan(0);
  });

  it('that refuses more than a batch at the head is still offered what is behind', async () => {
    newTopic();
    await append(...upTo(7));
    const taken: number[] = [];
    startRelay(
      async (payloads) => {
        if (payloads.some((payload) => payload <= 5)) throw new Rejection('CYCLE_CLOSED', { date: '2026-03-01' });
        taken.push(...payloads);
      },
      { batchSize: 2 },
    );
    await expect.poll(() => taken, PATIENCE).toEqual([6, 7]);
  });

  it('that takes back its refusal is given the message', async () => {
    newTopic();
    await append(1);
    let healed = false;
    const taken: number[] = [];
    startRelay(async (payloads) => {
      if (!healed) throw new Rejection('REQUEST_MALFORMED', { problem: 'not yet known' });
      taken.push(...payloads);
    });
    await expect.poll(async () => (await waiting())[0]?.refusals, PATIENCE).toBeGreaterThan(0);
    healed = true;
    await expect.poll(() => taken, PATIENCE).toEqual([1]);
    await expect.poll(waiting, PATIENCE).toEqual([]);
  });

  it('is given a message again after a crash before its removal, and its inbox makes the effect one', async () => {
    newTopic();
    await append(1);
    let deliveries = 0;
    let effects = 0;
    startRelay(async (_, messages) => {
      deliveries += 1;
      effects += await db.database.transaction(CONSUMER, async (tx) => {
        const ids = messages.map(({ id }) => id);
        return (await acceptNew(tx, topic, '110000', ids)).size;
      });
      if (deliveries === 1) throw new Error('killed after the consumer committed');
    });
    await expect.poll(waiting, PATIENCE).toEqual([]);
    expect({ deliveries, effects }).toEqual({ deliveries: 2, effects: 1 });
  });
});

describe('a message that commits late', () => {
  it('is carried although one recorded after it was carried before', async () => {
    newTopic();
    const [appended, commit] = [gate(), gate()];
    const late = db.database.transaction(BEIJING, async (tx) => {
      await appendOutbox(tx, { scope: 'late', region: '110000', topic, payload: 1 });
      appended.open();
      await commit.passed;
    });
    await appended.passed;
    const carried: PendingMessage<number>[] = [];
    startRelay(async (_, messages) => void carried.push(...messages));
    await append(2);
    await expect.poll(() => carried.map(({ payload }) => payload), PATIENCE).toEqual([2]);
    commit.open();
    await late;
    await expect.poll(() => carried.map(({ payload }) => payload), PATIENCE).toEqual([2, 1]);
    const ids = carried.map(({ id }) => id);
    expect([...ids].sort()).toEqual([...ids].reverse());
  });

  it('is never carried when its transaction rolls back', async () => {
    newTopic();
    const carried: number[] = [];
    startRelay(async (payloads) => void carried.push(...payloads));
    const undone = db.database.transaction(BEIJING, async (tx) => {
      await appendOutbox(tx, { scope: 'undone', region: '110000', topic, payload: 1 });
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    await append(2);
    await expect.poll(() => carried, PATIENCE).toEqual([2]);
  });
});

describe('two relays of one topic', () => {
  it('never carry at the same time, and give nothing twice', async () => {
    newTopic();
    let under = 0;
    let mostAtOnce = 0;
    const carried: number[] = [];
    const carry = async (payloads: number[]): Promise<void> => {
      mostAtOnce = Math.max(mostAtOnce, ++under);
      await new Promise((resolve) => setTimeout(resolve, 20));
      carried.push(...payloads);
      under -= 1;
    };
    startRelay(carry, { batchSize: 3 });
    startRelay(carry, { batchSize: 3 });
    await atOnce(10, (index) => append(index * 4, index * 4 + 1, index * 4 + 2, index * 4 + 3));
    await expect.poll(waiting, PATIENCE).toEqual([]);
    expect(mostAtOnce).toBe(1);
    expect([...carried].sort((a, b) => a - b)).toEqual(upTo(40).map((n) => n - 1));
  });

  it('follow each other: when one stops, the other carries on', async () => {
    newTopic();
    const carriedBy: string[] = [];
    const first = startRelay(async () => void carriedBy.push('first'));
    await append(1);
    await expect.poll(() => carriedBy, PATIENCE).toEqual(['first']);
    startRelay(async () => void carriedBy.push('second'));
    await first.stop();
    await append(2);
    await expect.poll(() => carriedBy, PATIENCE).toEqual(['first', 'second']);
  });
});

describe('a relay whose lock’s connection is killed', () => {
  it('takes the lock anew and resumes', async () => {
    newTopic();
    const carried: number[] = [];
    startRelay(async (payloads) => void carried.push(...payloads));
    await append(1);
    await expect.poll(() => carried, PATIENCE).toEqual([1]);
    const killed = await lockHolders();
    expect(killed).toHaveLength(1);
    await queryAs(db.superuserUrl, 'SELECT pg_terminate_backend($1, 10000)', [killed[0]]);
    await append(2);
    await expect.poll(() => carried, PATIENCE).toEqual([1, 2]);
    await expect.poll(lockHolders, PATIENCE).toHaveLength(1);
    expect(await lockHolders()).not.toEqual(killed);
  });

  it('in the middle of a delivery loses nothing', async () => {
    newTopic();
    const [delivering, killed] = [gate(), gate()];
    const carried = new Set<number>();
    startRelay(
      async (payloads) => {
        delivering.open();
        await killed.passed;
        for (const payload of payloads) carried.add(payload);
      },
      { batchSize: 2 },
    );
    await append(...upTo(6));
    await delivering.passed;
    const [pid] = await lockHolders();
    await queryAs(db.superuserUrl, 'SELECT pg_terminate_backend($1, 10000)', [pid]);
    killed.open();
    await expect.poll(() => [...carried], PATIENCE).toEqual(upTo(6));
    await expect.poll(waiting, PATIENCE).toEqual([]);
  });
});

async function lockHolders(): Promise<number[]> {
  const rows = await queryAs<{ pid: number }>(
    db.superuserUrl,
    `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rows.map(({ pid }) => pid);
}
