import {
  atOnce,
  createTestDatabase,
  DemoTables1763740800000,
  endOf,
  gate,
  patiently,
  PATIENCE,
  rowCounts,
  waitingForLocks,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceActor } from './actor.js';
import type { Tx } from './database.js';
import { freeze } from './exact-json.js';
import { decideOnce } from './idempotency.js';

const BEIJING = serviceActor('spec', '110000');
const SHAANXI = serviceActor('spec', '610000');

let db: TestDatabase;
let keys = 0;
const freshKey = (): string => `key-${++keys}`;

beforeAll(async () => {
  db = await createTestDatabase('chassis', [DemoTables1763740800000]);
});
afterAll(() => db.drop());

/** A write of 北京 in a transaction of its own, which leaves a row behind when it is decided. */
async function write<T>(key: string, body: unknown, decide: (tx: Tx) => Promise<T>, actor = BEIJING): Promise<T> {
  const identity = { scope: 'spec', region: actor.region, key, body };
  return db.database.transaction(actor, (tx) => decideOnce(tx, identity, () => decide(tx)));
}

async function recordDecision(tx: Tx, province: string, value: number): Promise<void> {
  await tx.query(
    'INSERT INTO demo (province, id, value) SELECT $1, coalesce(max(id), 0) + 1, $2 FROM demo WHERE province = $1',
    [province, value],
  );
}

describe('a write under an idempotency key', () => {
  it('gets the first answer again, byte for byte', async () => {
    const answer = {
      z: [{ amountFen: 9_007_199_254_740_993n, none: null }],
      a: '原样 ~bigint',
      at: new Date('2026-03-01T04:05:06.789Z'),
    };
    const key = freshKey();
    const first = await write(key, { n: 1 }, async () => answer);
    const again = await write(key, { n: 1 }, async () => ({ ...answer, a: 'decided anew' }));
    expect(freeze(first)).toBe(freeze(answer));
    expect(freeze(again)).toBe(freeze(answer));
    expect(again).toEqual({ ...answer, at: '2026-03-01T04:05:06.789Z' });
  });

  it('takes a body whose fields come in another order for the same body', async () => {
    const key = freshKey();
    await write(key, { a: 1n, b: { c: 2, d: [3] } }, async () => 'first');
    expect(await write(key, { b: { d: [3], c: 2 }, a: 1n }, async () => 'second')).toBe('first');
  });

  it.each<[string, unknown]>([
    ['another amount', { amountFen: 101n }],
    ['the same digits as text', { amountFen: '100' }],
    ['a field more', { amountFen: 100n, note: '' }],
  ])('is refused with %s under the same key, and the first answer stands', async (_, other) => {
    const key = freshKey();
    await write(key, { amountFen: 100n }, async () => 'first');
    await expect(write(key, other, async () => 'second')).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await write(key, { amountFen: 100n }, async () => 'third')).toBe('first');
  });

  it('decides once when twenty come at once, and all get the same answer', async () => {
    const key = freshKey();
    const before = await rowCounts(db);
    let decisions = 0;
    const answers = await atOnce(20, (caller) =>
      patiently(() =>
        write(key, 'same', async (tx) => {
          decisions += 1;
          await recordDecision(tx, '110000', caller);
          return { decidedBy: caller };
        }),
      ),
    );
    expect(decisions).toBe(1);
    expect(new Set(answers.map(freeze)).size).toBe(1);
    expect((await rowCounts(db))['demo']).toBe((before['demo'] ?? 0) + 1);
  });

  it('of twenty different bodies at once decides one and refuses nineteen', async () => {
    const key = freshKey();
    const ends = await atOnce(20, (caller) =>
      endOf(
        patiently(() => write(key, { caller }, async () => 'decided')),
        'decided',
      ),
    );
    expect(ends.filter((end) => end === 'decided')).toHaveLength(1);
    expect(ends.filter((end) => end === 'IDEMPOTENCY_KEY_REUSED')).toHaveLength(19);
  });

  it('leaves nothing when its decision throws, and the key can be tried again, even with another body', async () => {
    const key = freshKey();
    const before = await rowCounts(db);
    const failing = write(key, 'first body', async (tx) => {
      await recordDecision(tx, '110000', 1);
      throw new Error('the rule broke');
    });
    await expect(failing).rejects.toThrow('the rule broke');
    expect(await rowCounts(db)).toEqual(before);
    expect(await write(key, 'second body', async () => 'decided')).toBe('decided');
  });

  it('decides itself when the one it waited for fails', async () => {
    const key = freshKey();
    const [claimed, fail] = [gate(), gate()];
    const first = write(key, 'same', async () => {
      claimed.open();
      await fail.passed;
      throw new Error('too late');
    });
    const failed = first.catch((error: unknown) => error);
    await claimed.passed;
    const second = write(key, 'same', async () => 'second');
    await expect.poll(() => waitingForLocks(db), PATIENCE).toBe(1);
    fail.open();
    expect(await failed).toEqual(new Error('too late'));
    expect(await second).toBe('second');
  });
});

describe('the same key in another tenancy', () => {
  it('is a write of its own, with another body and another answer', async () => {
    const key = freshKey();
    await write(key, 'of 北京', async () => 'answer to 北京');
    expect(await write(key, 'of 陕西', async () => 'answer to 陕西', SHAANXI)).toBe('answer to 陕西');
    expect(await write(key, 'of 北京', async () => 'anew')).toBe('answer to 北京');
  });

  it('does not even wait for one that is being decided next door', async () => {
    const key = freshKey();
    const [claimed, finish] = [gate(), gate()];
    const nextDoor = write(key, 'same', async () => {
      claimed.open();
      await finish.passed;
      return '北京';
    });
    await claimed.passed;
    expect(await write(key, 'same', async () => '陕西', SHAANXI)).toBe('陕西');
    finish.open();
    expect(await nextDoor).toBe('北京');
  });

  it('cannot be written on behalf of another', async () => {
    const identity = { scope: 'spec', region: '110000', key: freshKey(), body: null };
    const foreign = db.database.transaction(SHAANXI, (tx) => decideOnce(tx, identity, async () => 'mine'));
    await expect(foreign).rejects.toThrow('row-level security');
  });
});
