import {
  createTestDatabase,
  DemoTables1763740800000,
  gate,
  queryAs,
  rowCounts,
  waitingForLocks,
  type TestDatabase,
} from '@yiditong/testing';
import { Rejection } from '@yiditong/codes';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nationalActor, serviceActor, type Actor } from './actor.js';
import { databaseOptions } from './chassis.module.js';
import { Database, violatedConstraint, type Statement, type Tx } from './database.js';
import { appendOutbox } from './outbox.js';

const BEIJING = serviceActor('spec', '110000');
const SHAANXI = serviceActor('spec', '610000');
const UNAVAILABLE = { reason: 'SERVICE_UNAVAILABLE', params: { service: 'database' } };

let db: TestDatabase;

beforeAll(async () => {
  db = await createTestDatabase('chassis', [DemoTables1763740800000]);
});
afterAll(() => db.drop());

async function insert(tx: Tx, province: string, id: number, value = 0): Promise<void> {
  await tx.query('INSERT INTO demo (province, id, value) VALUES ($1, $2, $3)', [province, id, value]);
}

async function idsSeen(tx: Tx): Promise<number[]> {
  const rows: { id: number }[] = await tx.query('SELECT id FROM demo ORDER BY id');
  return rows.map(({ id }) => id);
}

async function valueOf(id: number): Promise<number | undefined> {
  const [row] = await queryAs<{ value: number }>(db.superuserUrl, 'SELECT value FROM demo WHERE id = $1', [id]);
  return row?.value;
}

describe('a row of another province', () => {
  beforeAll(() => db.database.transaction(BEIJING, (tx) => insert(tx, '110000', 100)));

  it('is seen by its own province and by the nation, and by no other', async () => {
    expect(await db.database.transaction(BEIJING, idsSeen)).toContain(100);
    expect(await db.database.transaction(nationalActor('spec'), idsSeen)).toContain(100);
    expect(await db.database.transaction(SHAANXI, idsSeen)).not.toContain(100);
  });

  it('cannot be inserted', async () => {
    const foreign = db.database.transaction(SHAANXI, (tx) => insert(tx, '110000', 101));
    await expect(foreign).rejects.toThrow('row-level security');
    expect(await valueOf(101)).toBeUndefined();
  });

  it('is not changed by an update that names it', async () => {
    await db.database.transaction(SHAANXI, (tx) => tx.query('UPDATE demo SET value = 7 WHERE id = 100'));
    expect(await valueOf(100)).toBe(0);
  });

  it('is not made out of an own one', async () => {
    await db.database.transaction(SHAANXI, (tx) => insert(tx, '610000', 102));
    const givenAway = db.database.transaction(SHAANXI, (tx) =>
      tx.query("UPDATE demo SET province = '110000' WHERE id = 102"),
    );
    await expect(givenAway).rejects.toThrow('row-level security');
  });

  it('is not seen without an actor, not even by the owner of the table', async () => {
    expect(await queryAs(db.appUrl, 'SELECT * FROM demo')).toEqual([]);
    expect(await queryAs(db.ownerUrl, 'SELECT * FROM demo')).toEqual([]);
    await expect(queryAs(db.appUrl, "INSERT INTO demo VALUES ('110000', 103, 0)")).rejects.toThrow(
      'row-level security',
    );
  });
});

describe('a tenant', () => {
  it.each<Partial<Actor>>([
    { region: '610000; DROP TABLE demo' },
    { region: "'" },
    { region: '' },
    { region: '61' },
    { area: "6101'--" },
    { institution: "H61010100901' OR true" },
    { institution: 'H6101' },
    { person: "'; SET app.region = '000000" },
    { person: '42' },
  ])('is never read out of %j', async (wrong) => {
    await expect(db.database.transaction({ ...SHAANXI, ...wrong }, idsSeen)).rejects.toThrow('made of codes');
  });

  it.each<[string, (tx: Tx) => Promise<unknown>]>([
    ['commits', (tx) => insert(tx, '110000', 200)],
    ['rolls back', () => Promise.reject(new Error('rolled back'))],
    ['fails in the database', (tx) => tx.query('SELECT 1/0')],
  ])('is forgotten by a pooled connection when its transaction %s', async (_, work) => {
    const pool = await poolOfOne();
    try {
      await new Database(pool).transaction(BEIJING, work).catch(() => undefined);
      const [left] = await pool.query("SELECT current_setting('app.region', true) AS region");
      expect(left).toEqual({ region: '' });
      expect(await pool.query('SELECT * FROM demo')).toEqual([]);
      expect(await new Database(pool).transaction(SHAANXI, idsSeen)).not.toContain(100);
    } finally {
      await pool.destroy();
    }
  });
});

describe('transactions in each other’s way', () => {
  it('both succeed when they lock two rows in opposite order', async () => {
    await db.database.transaction(BEIJING, async (tx) => {
      await insert(tx, '110000', 300);
      await insert(tx, '110000', 301);
    });
    let attempts = 0;
    const holdsFirst = [gate(), gate()] as const;
    const crossing = async (self: 0 | 1): Promise<void> =>
      db.database.transaction(BEIJING, async (tx) => {
        attempts += 1;
        await tx.query('UPDATE demo SET value = value + 1 WHERE id = $1', [300 + self]);
        holdsFirst[self].open();
        await holdsFirst[self === 0 ? 1 : 0].passed;
        await tx.query('UPDATE demo SET value = value + 1 WHERE id = $1', [301 - self]);
      });
    await Promise.all([crossing(0), crossing(1)]);
    expect([await valueOf(300), await valueOf(301)]).toEqual([2, 2]);
    expect(attempts).toBe(3);
  });

  it.each(['40001', '40P01'])('tell the caller to retry when %s never ends', async (code) => {
    let attempts = 0;
    const hopeless = db.database.transaction(BEIJING, async (tx) => {
      attempts += 1;
      await tx.query(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '${code}'; END $$`);
    });
    await expect(hopeless).rejects.toMatchObject(UNAVAILABLE);
    expect(attempts).toBe(4);
  });
});

describe('a transaction that loses the database', () => {
  const moments: [string, (tx: Tx, kill: () => Promise<void>) => Promise<void>][] = [
    [
      'in the middle of a statement',
      async (tx, kill) => {
        const statement = tx.query('SELECT pg_sleep(60)');
        await Promise.all([expect(statement).rejects.toThrow(), kill()]);
        await statement;
      },
    ],
    [
      'between two statements',
      async (tx, kill) => {
        await kill();
        await tx.query('SELECT 1');
      },
    ],
    ['before its commit', async (_, kill) => kill()],
  ];

  it.each(moments)('%s is told SERVICE_UNAVAILABLE, leaves nothing, and the next one works', async (_, work) => {
    const before = await rowCounts(db);
    const lost = db.database.transaction(BEIJING, async (tx) => {
      await insert(tx, '110000', 400);
      const [{ pid }] = await tx.query('SELECT pg_backend_pid() AS pid');
      await work(tx, async () => {
        await queryAs(db.superuserUrl, 'SELECT pg_terminate_backend($1, 10000)', [pid]);
      });
    });
    await expect(lost).rejects.toMatchObject(UNAVAILABLE);
    expect(await rowCounts(db)).toEqual(before);
    expect(await db.database.transaction(BEIJING, idsSeen)).not.toContain(400);
  });

  it('because it sat idle too long is told so too', async () => {
    const idle = db.database.transaction(BEIJING, async (tx) => {
      await tx.query("SET LOCAL idle_in_transaction_session_timeout = '50ms'");
      const [{ pid }] = await tx.query('SELECT pg_backend_pid() AS pid');
      await expect
        .poll(() => queryAs(db.superuserUrl, 'SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid]), {
          timeout: 20_000,
        })
        .toEqual([]);
      await tx.query('SELECT 1');
    });
    await expect(idle).rejects.toMatchObject(UNAVAILABLE);
  });

  it.each(['statement_timeout', 'lock_timeout'])('to its own %s is told so too', async (limit) => {
    const [locked, finish] = [gate(), gate()];
    const holder = db.database.transaction(BEIJING, async (tx) => {
      await tx.query('LOCK TABLE demo IN SHARE MODE');
      locked.open();
      await finish.passed;
    });
    await locked.passed;
    const late = db.database.transaction(BEIJING, async (tx) => {
      await tx.query(`SET LOCAL ${limit} = '50ms'`);
      await insert(tx, '110000', 401);
    });
    await expect(late).rejects.toMatchObject(UNAVAILABLE);
    finish.open();
    await holder;
  });

  it('because every connection is taken is told so too', async () => {
    const pool = await poolOfOne({ connectionTimeoutMillis: 100 });
    try {
      const database = new Database(pool);
      const crowdedOut = database.transaction(BEIJING, () =>
        expect(database.transaction(BEIJING, idsSeen)).rejects.toMatchObject(UNAVAILABLE),
      );
      await crowdedOut;
    } finally {
      await pool.destroy();
    }
  });
});

describe('a transaction that fails half-way', () => {
  const failures: [string, (tx: Tx) => Promise<unknown>, string][] = [
    ['a check', (tx) => insert(tx, '110000', 501, -1), 'demo_not_negative'],
    ['a unique key', (tx) => insert(tx, '110000', 500), 'demo_pk'],
    ['row-level security', (tx) => insert(tx, '610000', 501), 'row-level security'],
    ['a grant', (tx) => tx.query('DELETE FROM demo'), 'permission denied'],
    ['a malformed value', (tx) => tx.query("SELECT 'x'::int"), 'invalid input syntax'],
    ['a rejection', () => Promise.reject(new Rejection('PERSON_UNKNOWN')), 'no such person'],
    ['a fault', () => Promise.reject(new Error('our bug')), 'our bug'],
  ];

  it.each(failures)('by %s leaves nothing half-written', async (_, fail, message) => {
    const before = await rowCounts(db);
    const failing = db.database.transaction(BEIJING, async (tx) => {
      await insert(tx, '110000', 500);
      await appendOutbox(tx, { scope: 's', region: '110000', topic: 't', payload: 1 });
      await fail(tx);
    });
    await expect(failing).rejects.toThrow(message);
    expect(await rowCounts(db)).toEqual(before);
  });

  it('is not reported as done when its work swallowed what the database said', async () => {
    const before = await rowCounts(db);
    const swallowed = db.database.transaction(BEIJING, async (tx) => {
      await insert(tx, '110000', 502);
      await tx.query('SELECT 1/0').catch(() => undefined);
      return 'done';
    });
    await expect(swallowed).rejects.toThrow('current transaction is aborted');
    expect(await rowCounts(db)).toEqual(before);
  });

  it('names the constraint it violated', async () => {
    const violating = db.database.transaction(BEIJING, (tx) => insert(tx, '110000', 503, -1));
    const error = await violating.catch((caught: unknown) => caught);
    expect(violatedConstraint(error)).toBe('demo_not_negative');
    expect(violatedConstraint(new Error('none'))).toBeNull();
  });
});

describe('a read at once', () => {
  const statement = (text: string, ...values: unknown[]): Statement => ({ name: `spec ${text}`, text, values });
  const SEEN = statement('SELECT id FROM demo WHERE id BETWEEN 600 AND 699 ORDER BY id');
  beforeAll(async () => {
    await db.database.transaction(BEIJING, (tx) => insert(tx, '110000', 600));
    await db.database.transaction(SHAANXI, (tx) => insert(tx, '610000', 601));
  });

  it('answers each statement’s rows in order, as its actor sees them', async () => {
    const asked = [SEEN, statement('SELECT $1::int AS n', 7)];
    expect(await db.database.readAtOnce(BEIJING, asked)).toEqual([[{ id: 600 }], [{ n: 7 }]]);
    expect(await db.database.readAtOnce(SHAANXI, asked)).toEqual([[{ id: 601 }], [{ n: 7 }]]);
  });

  it('holds its locks until it is over and no longer, and sees what was committed before it got them', async () => {
    const [locked, finish] = [gate(), gate()];
    const recording = db.database.transaction(BEIJING, async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(600)');
      await insert(tx, '110000', 610);
      locked.open();
      await finish.passed;
    });
    await locked.passed;
    const reading = db.database.readAtOnce(BEIJING, [statement('SELECT pg_advisory_xact_lock_shared(600)'), SEEN]);
    await expect.poll(() => waitingForLocks(db)).toBeGreaterThan(0);
    finish.open();
    await recording;
    expect((await reading)[1]).toEqual([{ id: 600 }, { id: 610 }]);
    const [[taken]] = (await db.database.readAtOnce(BEIJING, [
      statement('SELECT pg_try_advisory_xact_lock(600) AS free'),
    ])) as [[{ free: boolean }]];
    expect(taken.free).toBe(true);
  });

  it('fails with what failed first, and leaves its connection fit for the next', async () => {
    const pool = await poolOfOne();
    try {
      const database = new Database(pool);
      const failing = database.readAtOnce(BEIJING, [statement('SELECT 1 / $1::int', 0), SEEN]);
      await expect(failing).rejects.toThrow('division by zero');
      expect(await database.readAtOnce(SHAANXI, [SEEN])).toEqual([[{ id: 601 }]]);
      expect(await pool.query("SELECT current_setting('app.region', true) AS region")).toEqual([{ region: '' }]);
    } finally {
      await pool.destroy();
    }
  });

  it('that loses the database is told SERVICE_UNAVAILABLE', async () => {
    const lost = db.database.readAtOnce(BEIJING, [statement('SELECT pg_terminate_backend(pg_backend_pid())'), SEEN]);
    await expect(lost).rejects.toMatchObject(UNAVAILABLE);
  });
});

async function poolOfOne(extra: Record<string, unknown> = {}): Promise<DataSource> {
  const options = databaseOptions('chassis', db.appUrl);
  return new DataSource({ ...options, poolSize: 1, extra: { ...options.extra, ...extra } }).initialize();
}
