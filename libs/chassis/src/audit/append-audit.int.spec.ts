import { Metadata } from '@grpc/grpc-js';
import {
  atOnce,
  createTestDatabase,
  DemoTables1763740800000,
  patiently,
  privilegesOf,
  queryAs,
  rowCounts,
  type TestDatabase,
} from '@yiditong/testing';
import { NATION, PROVINCES } from '@yiditong/codes';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nationalActor, serviceActor, type Actor } from '../actor.js';
import { identifyCaller, serveKnowingCaller } from '../caller.js';
import { databaseOptions } from '../chassis.module.js';
import { Clock } from '../clock.js';
import { Database, type Tx } from '../database.js';
import { IdentityVerifier } from '../identity.js';
import { appendAudit } from './append-audit.js';
import type { AuditEntry } from './audit-record.js';
import { AuditService } from './audit.service.js';

const SHAANXI: Actor = { role: 'bureau', region: '610000', subject: 'shaanxi-01', rank: 'supervisor' };
const BEIJING = serviceActor('spec', '110000');
const HOSPITAL: Actor = { role: 'hospital', region: '610000', subject: 'h', institution: 'H61010000001' };

let db: TestDatabase;
let audit: AuditService;

beforeAll(async () => {
  db = await createTestDatabase('chassis', [DemoTables1763740800000]);
  audit = new AuditService(db.database);
});
afterAll(() => db.drop());

function entry(change: Partial<AuditEntry> = {}): AuditEntry {
  return { province: '610000', action: 'READ_PERSON', objectType: 'person', objectId: 'p-1', ...change };
}

function append(actor: Actor, ...entries: readonly AuditEntry[]): Promise<void> {
  return db.database.transaction(actor, (tx) => appendAudit(tx, actor, ...entries));
}

async function chain(province: string) {
  return audit.list(nationalActor('spec'), province, 0n, 1_000, { action: null, objectId: null });
}

async function isSound(province: string): Promise<boolean> {
  return (await audit.verify(nationalActor('spec'), province, null)).faultCount === 0;
}

describe('a record', () => {
  it('says who, why, what, before and after, and stands behind the one before it', async () => {
    await append(SHAANXI, entry());
    await append(
      SHAANXI,
      entry({
        action: 'PUBLISH_POLICY',
        objectType: 'policy',
        objectId: 'q',
        before: { b: 2n, a: null },
        after: { at: new Date(0) },
      }),
    );
    const [first, second] = await chain('610000');
    expect(second).toEqual({
      province: '610000',
      sequence: 2n,
      recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      actor: '{"rank":"supervisor","region":"610000","role":"bureau","subject":"shaanxi-01"}',
      origin: null,
      via: null,
      purpose: 'ADMINISTRATION',
      action: 'PUBLISH_POLICY',
      objectType: 'policy',
      objectId: 'q',
      before: '{"a":null,"b":"2"}',
      after: '{"at":"1970-01-01T00:00:00.000Z"}',
      traceId: '',
      previousHash: first?.hash,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(first).toMatchObject({ sequence: 1n, before: null, after: null, previousHash: '0'.repeat(64) });
    expect(await audit.head(SHAANXI, '610000')).toEqual({ sequence: 2n, hash: second?.hash });
  });

  it('is one of several that a transaction appends in order', async () => {
    await append(BEIJING, ...['a', 'b', 'c'].map((objectId) => entry({ province: '110000', objectId })));
    expect((await chain('110000')).map(({ sequence, objectId }) => [sequence, objectId])).toEqual([
      [1n, 'a'],
      [2n, 'b'],
      [3n, 'c'],
    ]);
    expect(await isSound('110000')).toBe(true);
  });

  it('goes into no chain that the actor has no part in, and into one chain only', async () => {
    const before = await rowCounts(db);
    await expect(append(BEIJING, entry())).rejects.toThrow('no audit chain for 610000');
    await expect(append(nationalActor('spec'), entry(), entry({ province: '110000' }))).rejects.toThrow('one chain');
    const forged = db.database.transaction(BEIJING, (tx) => tx.query(FORGED));
    await expect(forged).rejects.toThrow('row-level security');
    expect(await rowCounts(db)).toEqual(before);
  });

  it('of the nation’s own hand goes into the chain of the province that it is about, or its own', async () => {
    await append(nationalActor('spec'), entry({ province: '420000' }));
    await append(nationalActor('spec'), entry({ province: NATION, action: 'OPEN_CYCLE' }));
    expect(await chain('420000')).toHaveLength(1);
    expect(await chain(NATION)).toHaveLength(1);
  });

  it('is not there when its transaction rolled back, and neither is the transaction when the record fails', async () => {
    const before = await rowCounts(db);
    const undone = db.database.transaction(SHAANXI, async (tx) => {
      await appendAudit(tx, SHAANXI, entry());
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    const unrecorded = db.database.transaction(SHAANXI, async (tx) => {
      await tx.query("INSERT INTO demo VALUES ('610000', 1, 1)");
      await appendAudit(tx, SHAANXI, entry({ objectId: 'nul \u0000' }));
    });
    await expect(unrecorded).rejects.toThrow('0x00');
    expect(await rowCounts(db)).toEqual(before);
    expect(await isSound('610000')).toBe(true);
  });

  it('cannot be written without the key', async () => {
    const source = await new DataSource(databaseOptions('chassis', db.appUrl)).initialize();
    try {
      const keyless = new Database(source).transaction(SHAANXI, (tx) => appendAudit(tx, SHAANXI, entry()));
      await expect(keyless).rejects.toThrow('no key');
    } finally {
      await source.destroy();
    }
  });
});

describe('a record of a call', () => {
  const own = serviceActor('settlement', '610000');
  const work = serviceActor('benefit', '610000');
  const text = (actor: Actor): string => JSON.stringify(actor, Object.keys(actor).sort());

  it.each<[string, Actor | null, Actor | null, Actor, Record<string, unknown>]>([
    ['of a hospital itself', null, HOSPITAL, HOSPITAL, { origin: null, via: 'gateway', purpose: 'TREATMENT' }],
    [
      'that a service serves a hospital',
      null,
      HOSPITAL,
      work,
      { origin: text(HOSPITAL), via: 'gateway', purpose: 'TREATMENT' },
    ],
    [
      'at a bureau’s request',
      own,
      SHAANXI,
      work,
      { origin: text(SHAANXI), via: 'settlement', purpose: 'ADMINISTRATION' },
    ],
    ['that a service makes by itself', own, null, work, { origin: null, via: 'settlement', purpose: 'SYSTEM' }],
  ])('%s says at whose request and by which service', async (_, claim, endUser, actor, expected) => {
    await served(claim, endUser, () => append(actor, entry({ objectId: 'call' })));
    expect((await chain('610000')).at(-1)).toMatchObject({ actor: text(actor), ...expected });
  });

  it('says another purpose where the story knows better', async () => {
    await append(SHAANXI, entry({ purpose: 'SYSTEM' }));
    expect((await chain('610000')).at(-1)).toMatchObject({ purpose: 'SYSTEM' });
  });
});

/** As the chassis serves an RPC: by a service in its own name, or by the gateway for an end user. */
async function served<T>(claim: Actor | null, endUser: Actor | null, work: () => Promise<T>): Promise<T> {
  const metadata = new Metadata();
  if (claim) metadata.set('actor-bin', Buffer.from(JSON.stringify(claim)));
  if (endUser) metadata.set('identity-bin', Buffer.from('the gateway’s word'));
  const verifier = new IdentityVerifier('{"keys":[]}', new Clock());
  if (endUser) verifier.actorOf = async () => endUser;
  return serveKnowingCaller(async () => {
    await identifyCaller(metadata, claim?.subject ?? 'gateway', verifier);
    return work();
  });
}

describe('many transactions at once', () => {
  const ROWS = 5;
  const TRANSACTIONS = 60;

  it('that hold other locks too, some of which roll back, leave a chain without a gap and never deadlock', async () => {
    const province = '310000';
    const shanghai = serviceActor('spec', province);
    await db.database.transaction(shanghai, async (tx) => {
      for (let id = 0; id < ROWS; id++) await tx.query('INSERT INTO demo VALUES ($1, $2, 0)', [province, 700 + id]);
    });
    let attempts = 0;
    const committed = await atOnce(TRANSACTIONS, async (index) => {
      const work = async (tx: Tx): Promise<void> => {
        attempts += 1;
        // Two rows that many others want, in the order that stories keep; the head comes after them.
        for (const id of [index % ROWS, (index + 1) % ROWS].sort((a, b) => a - b))
          await tx.query('UPDATE demo SET value = value + 1 WHERE id = $1', [700 + id]);
        await appendAudit(tx, shanghai, entry({ province, objectId: String(index) }));
        if (index % 3 === 0) throw new Error('rolled back');
      };
      return patiently(() => db.database.transaction(shanghai, work)).then(
        () => true,
        (error: unknown) => error instanceof Error && error.message !== 'rolled back',
      );
    });
    const records = await chain(province);
    const expected = committed.filter(Boolean).length;
    expect(expected).toBe((TRANSACTIONS / 3) * 2);
    expect(attempts).toBe(TRANSACTIONS);
    expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => BigInt(index + 1)));
    expect(new Set(records.map(({ objectId }) => objectId)).size).toBe(expected);
    expect(await isSound(province)).toBe(true);
  });

  it('of different provinces do not wait for each other', async () => {
    await db.database.transaction(BEIJING, async (tx) => {
      await appendAudit(tx, BEIJING, entry({ province: '110000' }));
      await append(SHAANXI, entry());
    });
    expect(await isSound('110000')).toBe(true);
  });
});

describe('nobody who works for the service', () => {
  it('may do more than append and read, and move a head, nor give himself more', async () => {
    await queryAs(db.appUrl, 'GRANT ALL ON audit_record, audit_head TO chassis_app');
    const { audit_record, audit_head } = await privilegesOf('chassis', db);
    expect({ audit_record, audit_head }).toEqual({
      audit_record: ['INSERT', 'SELECT'],
      audit_head: ['SELECT', 'UPDATE'],
    });
    const movable = await queryAs<{ name: string }>(
      db.superuserUrl,
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'audit_head'::regclass AND attnum > 0
         AND has_column_privilege('chassis_app', attrelid, attnum, 'UPDATE') ORDER BY 1`,
    );
    expect(movable.map(({ name }) => name)).toEqual(['hash', 'sequence']);
  });

  it.each([
    'UPDATE audit_record SET action = action',
    "UPDATE audit_record SET object_id = 'x' WHERE sequence = 1",
    'DELETE FROM audit_record',
    'TRUNCATE audit_record',
    'DELETE FROM audit_head',
    'TRUNCATE audit_head',
    'UPDATE audit_head SET province = province',
    "INSERT INTO audit_head VALUES ('610100', 0, '')",
    'DROP TABLE audit_record',
    'ALTER TABLE audit_record DISABLE ROW LEVEL SECURITY',
    'CREATE POLICY mine ON audit_record USING (true)',
  ])('can %s', async (statement) => {
    for (const actor of [SHAANXI, nationalActor('spec')]) {
      const tampering = db.database.transaction(actor, (tx) => tx.query(statement));
      await expect(tampering).rejects.toThrow(/permission denied|must be owner|no privileges were granted/);
    }
  });

  // An owner may give himself again what was taken from him; this guards against his slips only.
  it.each([
    'UPDATE audit_record SET action = action',
    'DELETE FROM audit_record',
    'TRUNCATE audit_record',
    'TRUNCATE audit_head',
  ])('and no owner by accident can %s', async (statement) => {
    await expect(queryAs(db.ownerUrl, statement)).rejects.toThrow('permission denied');
  });
});

describe('a chain', () => {
  it('begins for each province and for the nation with the first migration', async () => {
    const heads = await queryAs<{ province: string }>(db.superuserUrl, 'SELECT province FROM audit_head');
    expect(heads.map(({ province }) => province).sort()).toEqual([...PROVINCES.map(({ code }) => code), NATION].sort());
  });

  it('is shown to its own province as a whole and to the nation only', async () => {
    await append(HOSPITAL, entry());
    const seenBy = async (actor: Actor): Promise<string[]> =>
      db.database.transaction(actor, async (tx) => {
        const rows: { province: string }[] = await tx.query('SELECT DISTINCT province FROM audit_record');
        return rows.map(({ province }) => province);
      });
    expect(await seenBy(SHAANXI)).toEqual(['610000']);
    expect((await seenBy(nationalActor('spec'))).length).toBeGreaterThan(2);
    expect(await seenBy({ ...SHAANXI, area: '610100' })).toEqual([]);
    expect(await seenBy(HOSPITAL)).toEqual([]);
    expect(await seenBy({ role: 'insured', region: '610000', subject: 'i', person: crypto.randomUUID() })).toEqual([]);
    expect(await queryAs(db.appUrl, 'SELECT * FROM audit_record')).toEqual([]);
    expect(await queryAs(db.ownerUrl, 'SELECT * FROM audit_record')).toEqual([]);
  });
});

const FORGED = `INSERT INTO audit_record VALUES ('610000', 99, now(), '{}', NULL, NULL, 'SYSTEM', 'READ_PERSON', 'person', 'x', NULL, NULL, '', '', '')`;
