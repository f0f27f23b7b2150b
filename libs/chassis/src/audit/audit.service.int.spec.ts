import { createTestDatabase, DemoTables1763740800000, queryAs, type TestDatabase } from '@yiditong/testing';
import { NATION } from '@yiditong/codes';
import { link, type ChainHead } from '@yiditong/ledger';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nationalActor, serviceActor, type Actor } from '../actor.js';
import { appendAudit } from './append-audit.js';
import { auditMac, chainedRecord } from './audit-record.js';
import { AuditService } from './audit.service.js';

const PROVINCE = '610000';
const SHAANXI: Actor = { role: 'bureau', region: PROVINCE, subject: 'shaanxi-01', rank: 'supervisor' };
const RECORDS = 12;
const ZERO = '0'.repeat(64);

let db: TestDatabase;
let audit: AuditService;

beforeAll(async () => {
  db = await createTestDatabase('chassis', [DemoTables1763740800000]);
  audit = new AuditService(db.database);
});
afterAll(() => db.drop());

async function fill(count: number, province = PROVINCE): Promise<void> {
  const actor = serviceActor('spec', province);
  const entries = Array.from({ length: count }, (_, index) => ({
    province,
    action: 'PUBLISH_POLICY' as const,
    objectType: 'policy',
    objectId: `policy-${index % 3}`,
    before: { amountFen: BigInt(index) },
    after: { amountFen: BigInt(index + 1) },
  }));
  await db.database.transaction(actor, (tx) => appendAudit(tx, actor, ...entries));
}

async function empty(): Promise<void> {
  await tamper(`TRUNCATE audit_record; UPDATE audit_head SET sequence = 0, hash = '${ZERO}'`);
}

/** As somebody who may do everything in the database. */
async function tamper(sql: string): Promise<void> {
  await queryAs(db.superuserUrl, sql);
}

async function faults(known: ChainHead | null = null): Promise<string[]> {
  const { faults: found } = await audit.verify(SHAANXI, PROVINCE, known);
  return found.map(({ kind, sequence, until }) => `${kind} ${sequence}${until === sequence ? '' : `-${until}`}`);
}

describe('the verifier', () => {
  beforeEach(() => fill(RECORDS));
  afterEach(empty);

  it('finds nothing wrong with a chain that nobody touched, also against every head of the past', async () => {
    const records = await audit.list(SHAANXI, PROVINCE, 0n, 100, { action: null, objectId: null });
    expect(await audit.verify(SHAANXI, PROVINCE, null)).toMatchObject({ checked: BigInt(RECORDS), faultCount: 0 });
    for (const { sequence, hash } of records) expect(await faults({ sequence, hash })).toEqual([]);
  });

  it('reads in batches, and what is appended meanwhile is none of its business', async () => {
    await fill(2_500);
    const verification = audit.verify(SHAANXI, PROVINCE, null);
    await fill(5);
    expect(await verification).toMatchObject({ faultCount: 0 });
    expect(await audit.verify(SHAANXI, PROVINCE, null)).toMatchObject({ faultCount: 0, checked: 2_517n });
  });

  it.each([
    ['recorded_at', "recorded_at + interval '1 microsecond'"],
    ['actor', "replace(actor, 'spec', 'Spec')"],
    ['origin', "'{}'"],
    ['via', "''"],
    ['purpose', "'TREATMENT'"],
    ['action', "'READ_PERSON'"],
    ['object_type', "object_type || ' '"],
    ['object_id', "'policy-9'"],
    ['before_text', 'NULL'],
    ['after_text', "replace(after_text, '6', '7')"],
    ['trace_id', "'0'"],
    ['previous_hash', "overlay(previous_hash PLACING 'g' FROM 64)"],
    ['hash', "overlay(hash PLACING 'g' FROM 1)"],
  ])('finds and locates a changed %s', async (column, value) => {
    await tamper(`UPDATE audit_record SET ${column} = ${value} WHERE province = '${PROVINCE}' AND sequence = 6`);
    expect((await faults())[0]).toBe('CHANGED 6');
  });

  it('has a column of the table in each of those cases, or its key', async () => {
    const columns = await queryAs<{ name: string }>(
      db.superuserUrl,
      "SELECT attname AS name FROM pg_attribute WHERE attrelid = 'audit_record'::regclass AND attnum > 0",
    );
    expect(columns).toHaveLength(15);
  });

  it.each<[string, string, string[]]>([
    [
      'a sequence',
      'UPDATE audit_record SET sequence = 99 WHERE sequence = 6',
      ['MISSING 6', 'MISSING 13-98', 'CHANGED 99', 'BEYOND_HEAD 13-99'],
    ],
    ['a province', "UPDATE audit_record SET province = '110000' WHERE sequence = 6", ['MISSING 6']],
    ['a deletion', 'DELETE FROM audit_record WHERE sequence IN (6, 7)', ['MISSING 6-7']],
    [
      'a deletion whose gap was closed',
      'DELETE FROM audit_record WHERE sequence = 11; UPDATE audit_record SET sequence = 11 WHERE sequence = 12',
      ['CHANGED 11', 'WRONG_PREVIOUS 11', 'CUT_OFF 12'],
    ],
    [
      'two records that changed places',
      'UPDATE audit_record SET sequence = -sequence WHERE sequence IN (6, 7); UPDATE audit_record SET sequence = sequence + 13 WHERE sequence < 0',
      ['CHANGED 6', 'WRONG_PREVIOUS 6', 'CHANGED 7', 'WRONG_PREVIOUS 7', 'WRONG_PREVIOUS 8'],
    ],
    [
      'a record that was put in behind the end',
      `INSERT INTO audit_record SELECT province, 13, recorded_at, actor, origin, via, purpose, action, object_type, object_id,
         before_text, after_text, trace_id, hash, hash FROM audit_record WHERE sequence = 12`,
      ['CHANGED 13', 'BEYOND_HEAD 13'],
    ],
    [
      'a record that was put in before the beginning',
      `INSERT INTO audit_record SELECT province, 0, recorded_at, actor, origin, via, purpose, action, object_type, object_id,
         before_text, after_text, trace_id, previous_hash, hash FROM audit_record WHERE sequence = 12`,
      ['REPEATED 0', 'CHANGED 0'],
    ],
    [
      'a record that was put in twice, where the key was taken away',
      `ALTER TABLE audit_record DROP CONSTRAINT audit_record_pk; INSERT INTO audit_record SELECT * FROM audit_record WHERE sequence = 6`,
      ['REPEATED 6'],
    ],
    ['a tail that was cut off', 'DELETE FROM audit_record WHERE sequence > 9', ['CUT_OFF 10-12']],
    ['everything that was taken away', 'TRUNCATE audit_record', ['CUT_OFF 1-12']],
    [
      'a head that was set back',
      `UPDATE audit_head SET sequence = 3 WHERE province = '${PROVINCE}'`,
      ['WRONG_HEAD 3', 'BEYOND_HEAD 4-12'],
    ],
    [
      'a head that was changed',
      `UPDATE audit_head SET hash = '${ZERO}' WHERE province = '${PROVINCE}'`,
      ['WRONG_HEAD 12'],
    ],
  ])('finds and locates %s', async (_, sql, expected) => {
    await tamper(sql);
    expect(await faults()).toEqual(expected);
    await tamper(
      'TRUNCATE audit_record; ALTER TABLE audit_record DROP CONSTRAINT IF EXISTS audit_record_pk; ALTER TABLE audit_record ADD CONSTRAINT audit_record_pk PRIMARY KEY (province, sequence)',
    );
  });

  it('finds a head that was taken away', async () => {
    const [head] = await queryAs<{ hash: string }>(
      db.superuserUrl,
      `SELECT hash FROM audit_head WHERE province = '${PROVINCE}'`,
    );
    await tamper(`DELETE FROM audit_head WHERE province = '${PROVINCE}'`);
    expect(await faults()).toEqual(['WRONG_HEAD 12']);
    await tamper(`INSERT INTO audit_head VALUES ('${PROVINCE}', 12, '${head?.hash}')`);
  });

  it('finds a tail that was cut off together with the head by a head that was kept, and only by that', async () => {
    const known = await audit.head(SHAANXI, PROVINCE);
    await tamper(`DELETE FROM audit_record WHERE sequence > 9;
      UPDATE audit_head SET sequence = 9, hash = (SELECT hash FROM audit_record WHERE sequence = 9) WHERE province = '${PROVINCE}'`);
    expect(await faults()).toEqual([]);
    expect(await faults(known)).toEqual(['CUT_OFF 10-12']);
  });

  it('finds a chain that was made anew with the key by a head that was kept, and only by that', async () => {
    const known = await audit.head(SHAANXI, PROVINCE);
    await makeAnew(auditMac('5e'.repeat(32)));
    expect(await faults()).toEqual([]);
    expect(await faults(known)).toEqual(['WRONG_KNOWN_HEAD 12']);
  });

  it('finds every record of a chain that was made anew without the key', async () => {
    await makeAnew(auditMac('00'.repeat(32)));
    expect(await faults()).toEqual(Array.from({ length: 7 }, (_, index) => `CHANGED ${index + 6}`));
  });

  it('names the first hundred faults and counts all', async () => {
    await fill(200);
    await tamper("UPDATE audit_record SET action = 'NONE'");
    const { faults: found, faultCount } = await audit.verify(SHAANXI, PROVINCE, null);
    expect([found.length, found[0]?.sequence, faultCount]).toEqual([100, 1n, RECORDS + 200]);
  });
});

describe('the trail', () => {
  beforeAll(() => fill(RECORDS));
  afterAll(empty);

  it('is listed page by page, and by action and object', async () => {
    const all = { action: null, objectId: null };
    const page = await audit.list(SHAANXI, PROVINCE, 4n, 3, all);
    expect(page.map(({ sequence }) => sequence)).toEqual([5n, 6n, 7n]);
    const ofObject = await audit.list(SHAANXI, PROVINCE, 0n, 100, { action: 'PUBLISH_POLICY', objectId: 'policy-2' });
    expect(ofObject.map(({ sequence }) => sequence)).toEqual([3n, 6n, 9n, 12n]);
    expect(await audit.list(SHAANXI, PROVINCE, 0n, 100, { action: 'READ_PERSON', objectId: null })).toEqual([]);
  });

  it.each<[string, Actor, string, string]>([
    ['a bureau that asks for another province’s', SHAANXI, '110000', 'NOT_PERMITTED'],
    ['a bureau that asks for the nation’s', SHAANXI, NATION, 'NOT_PERMITTED'],
    ['a bureau of a pooling area', { ...SHAANXI, area: '610100' }, PROVINCE, 'NOT_PERMITTED'],
    ['an operator that asks for what is no province', nationalActor('spec'), '610100', 'REGION_UNKNOWN'],
  ])('is not shown to %s, and not called sound either', async (_, actor, province, reason) => {
    const attempts = [
      () => audit.list(actor, province, 0n, 10, { action: null, objectId: null }),
      () => audit.head(actor, province),
      () => audit.verify(actor, province, null),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ reason });
  });

  it('is verified by the operator for every province and the nation', async () => {
    expect(await audit.verify(nationalActor('spec'), PROVINCE, null)).toMatchObject({
      checked: BigInt(RECORDS),
      faultCount: 0,
    });
    expect(await audit.verify(nationalActor('spec'), NATION, null)).toMatchObject({ checked: 0n, faultCount: 0 });
  });
});

/** What somebody does who knows how chains are made: changes the sixth record and computes all hashes from there on. */
async function makeAnew(mac: (text: string) => string): Promise<void> {
  await tamper(`UPDATE audit_record SET object_id = 'other' WHERE province = '${PROVINCE}' AND sequence = 6`);
  const records = await audit.list(nationalActor('spec'), PROVINCE, 5n, 1_000, { action: null, objectId: null });
  let previousHash = records[0]?.previousHash ?? '';
  for (const record of records) {
    const hash = link(previousHash, chainedRecord(record).text, mac);
    await tamper(`UPDATE audit_record SET previous_hash = '${previousHash}', hash = '${hash}' WHERE province = '${PROVINCE}' AND sequence = ${record.sequence};
      UPDATE audit_head SET hash = '${hash}' WHERE province = '${PROVINCE}'`);
    previousHash = hash;
  }
}
