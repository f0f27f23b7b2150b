import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import {
  atOnce,
  createTestDatabase,
  gate,
  PATIENCE,
  queryAs,
  tablesHolding,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { nationalActor, serviceActor } from '../actor.js';
import { tenancySql } from '../database.js';
import type { CipherSuiteName } from './cipher-suites.js';
import { RotationService } from './rotation.service.js';
import { contextIn, type SealedTable } from './sealed-table.js';
import type { PersonalDataVault } from './vault.js';

const SECRETS: SealedTable = { table: 'secret', column: 'secret_sealed', key: ['person_id', 'province'] };
const ROWS = 250;
const PROVINCES = ['110000', '610000', '650000'];

class Secrets1763740800000 implements MigrationInterface {
  readonly name = 'Secrets1763740800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE secret (
        person_id uuid NOT NULL,
        province char(6) NOT NULL,
        secret_sealed bytea NOT NULL,
        key_version int NOT NULL,
        CONSTRAINT secret_pk PRIMARY KEY (person_id, province)
      );
      CREATE INDEX secret_by_key_version ON secret (key_version, person_id, province);
      ${tenancySql('secret', 'province')}
      GRANT SELECT, INSERT, UPDATE ON secret TO chassis_app;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE secret');
  }
}

type Row = { readonly person_id: string; readonly province: string; readonly secret_sealed: Buffer };

let db: TestDatabase;
/** What each person's row holds, as it was written. */
let written: Map<string, string>;

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await createTestDatabase('chassis', [Secrets1763740800000]);
});
afterAll(() => db.drop());
beforeEach(async () => {
  await queryAs(db.superuserUrl, 'TRUNCATE secret');
  written = new Map();
});

const vaultOf = (current: number, known: readonly number[], suite?: CipherSuiteName): PersonalDataVault =>
  testVault({ current, versions: known, ...(suite ? { suite } : {}) });

const rotationWith = (vault: PersonalDataVault): RotationService => new RotationService(db.database, vault, [SECRETS]);

async function write(vault: PersonalDataVault, count = ROWS): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => {
    const [personId, province] = [randomUUID(), PROVINCES[index % PROVINCES.length] ?? ''];
    const secret = `机密-${personId}`;
    written.set(personId, secret);
    return { personId, province, ...vault.seal(contextIn(SECRETS, personId, province), { secret }) };
  });
  await db.database.transaction(nationalActor('spec'), (tx) =>
    tx.query(
      `INSERT INTO secret (person_id, province, secret_sealed, key_version)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::int[])`,
      [
        rows.map(({ personId }) => personId),
        rows.map(({ province }) => province),
        rows.map(({ sealed }) => sealed),
        rows.map(({ keyVersion }) => keyVersion),
      ],
    ),
  );
}

/** Opens every row with a vault and compares it with what was written. */
async function expectAllReadable(vault: PersonalDataVault): Promise<void> {
  const rows = await queryAs<Row>(db.superuserUrl, 'SELECT person_id, province, secret_sealed FROM secret');
  const read = rows.map(({ person_id, province, secret_sealed }): [string, string] => [
    person_id,
    vault.open<{ secret: string }>(contextIn(SECRETS, person_id, province), secret_sealed).secret,
  ]);
  expect(new Map(read)).toEqual(written);
}

async function rowsByVersion(): Promise<Record<string, number>> {
  const rows = await queryAs<{ key_version: number; count: string }>(
    db.superuserUrl,
    'SELECT key_version, count(*) FROM secret GROUP BY 1',
  );
  return Object.fromEntries(rows.map(({ key_version, count }) => [key_version, Number(count)]));
}

describe('a rotation', () => {
  it('reseals every row of every province under the current key; then the old one is not needed', async () => {
    await write(vaultOf(1, [1]));
    const report = await rotationWith(vaultOf(2, [1, 2])).rotate();
    expect(report).toEqual([{ table: 'secret', resealed: ROWS, unopenable: 0, left: 0 }]);
    expect(await rowsByVersion()).toEqual({ 2: ROWS });
    await expectAllReadable(vaultOf(2, [2]));
    expect(await tablesHolding(db, '机密')).toEqual([]);
  });

  it('finds nothing to do the second time, and takes several old versions at once', async () => {
    await write(vaultOf(1, [1]), 120);
    await write(vaultOf(2, [2]), 120);
    await write(vaultOf(4, [4]), 10);
    const rotation = rotationWith(vaultOf(4, [1, 2, 3, 4]));
    expect(await rotation.rotate()).toMatchObject([{ resealed: 240, left: 0 }]);
    expect(await rotation.rotate()).toMatchObject([{ resealed: 0, left: 0 }]);
    await expectAllReadable(vaultOf(4, [4]));
  });

  it('leaves the ciphertext alone, and changes it only where the suite changes', async () => {
    await write(vaultOf(1, [1]), 1);
    const tail = async (): Promise<string> => {
      const [row] = await queryAs<Row>(db.superuserUrl, 'SELECT * FROM secret');
      return row?.secret_sealed.subarray(-100).toString('hex') ?? '';
    };
    const before = await tail();
    await rotationWith(vaultOf(2, [1, 2])).rotate();
    expect(await tail()).toBe(before);
    await rotationWith(vaultOf(3, [2, 3], 'sm4-ctr-hmac-sm3')).rotate();
    expect(await tail()).not.toBe(before);
    await expectAllReadable(vaultOf(3, [3]));
  });

  it('killed in the middle of a batch loses nothing of the batches before and goes on where it was', async () => {
    await write(vaultOf(1, [1]));
    await killOnUpdate(157);
    await expect(rotationWith(vaultOf(2, [1, 2])).rotate()).rejects.toMatchObject({ reason: 'SERVICE_UNAVAILABLE' });
    // One batch of a hundred was committed; the second was lost with its connection, whole.
    expect(await rowsByVersion()).toEqual({ 1: ROWS - 100, 2: 100 });
    await expectAllReadable(vaultOf(2, [1, 2]));

    expect(await rotationWith(vaultOf(2, [1, 2])).rotate()).toMatchObject([{ resealed: ROWS - 100, left: 0 }]);
    await expectAllReadable(vaultOf(2, [2]));
  });

  it('by four at once does the work once', async () => {
    await write(vaultOf(1, [1]));
    const reports = await atOnce(4, () => rotationWith(vaultOf(2, [1, 2])).rotate());
    const resealed = reports.flat().reduce((sum, report) => sum + report.resealed, 0);
    expect(resealed).toBe(ROWS);
    expect(await rowsByVersion()).toEqual({ 2: ROWS });
    await expectAllReadable(vaultOf(2, [2]));
  });

  it('passes over rows that somebody else holds, says how many are left, and takes them next time', async () => {
    await write(vaultOf(1, [1]), 20);
    const [holding, finish] = [gate(), gate()];
    const other = db.database.transaction(serviceActor('spec', '110000'), async (tx) => {
      await tx.query('SELECT 1 FROM secret FOR UPDATE');
      holding.open();
      await finish.passed;
    });
    await holding.passed;
    const rotation = rotationWith(vaultOf(2, [1, 2]));
    expect(await rotation.rotate()).toMatchObject([{ resealed: 13, left: 7 }]);
    finish.open();
    await other;
    expect(await rotation.rotate()).toMatchObject([{ resealed: 7, left: 0 }]);
  });

  it('does not undo what a replica that is a step ahead has written', async () => {
    await write(vaultOf(2, [1, 2]), 5);
    expect(await rotationWith(vaultOf(1, [1, 2])).rotate()).toMatchObject([{ resealed: 0, left: 0 }]);
    expect(await rowsByVersion()).toEqual({ 2: 5 });
  });

  it('is not held up by a row that does not open, which stays under its key and is counted', async () => {
    await write(vaultOf(1, [1]), 120);
    const [copied] = await queryAs<Row>(db.superuserUrl, 'SELECT * FROM secret ORDER BY person_id LIMIT 1');
    await queryAs(
      db.superuserUrl,
      'UPDATE secret SET secret_sealed = $1 WHERE person_id = (SELECT max(person_id::text)::uuid FROM secret)',
      [copied?.secret_sealed],
    );
    expect(await rotationWith(vaultOf(2, [1, 2])).rotate()).toMatchObject([{ resealed: 119, unopenable: 1, left: 1 }]);
    expect(await rowsByVersion()).toEqual({ 1: 1, 2: 119 });
  });
});

describe('a service', () => {
  it('does not start without a key that rows are sealed under, and names the version', async () => {
    await write(vaultOf(1, [1]), 3);
    await write(vaultOf(3, [3]), 3);
    const rotation = rotationWith(vaultOf(4, [1, 4]));
    await expect(rotation.onApplicationBootstrap()).rejects.toThrow('secret has rows under master key version 3,');
    await rotation.onApplicationShutdown();
    expect(await rowsByVersion()).toEqual({ 1: 3, 3: 3 });
  });

  it('rotates from its start on, says which keys can go, and stops in order', async () => {
    await write(vaultOf(1, [1]), 30);
    const logged = vi.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    const rotation = rotationWith(vaultOf(2, [1, 2]));
    await rotation.onApplicationBootstrap();
    await expect.poll(rowsByVersion, PATIENCE).toEqual({ 2: 30 });
    await expect.poll(() => logged.mock.calls.length, PATIENCE).toBe(2);
    await rotation.onApplicationShutdown();
    const lines = logged.mock.calls.map(([line]: unknown[]) => line);
    logged.mockRestore();
    expect(lines).toEqual([
      { msg: 'resealed', table: 'secret', resealed: 30, unopenable: 0, left: 0, currentVersion: 2 },
      { msg: expect.stringContaining('take them away') as string, versions: [1], currentVersion: 2 },
    ]);
  });

  it('that stops while it rotates leaves whole batches behind', async () => {
    await write(vaultOf(1, [1]));
    const rotation = rotationWith(vaultOf(2, [1, 2]));
    const rotating = rotation.rotate();
    await rotation.onApplicationShutdown();
    await rotating;
    expect((await rowsByVersion())['2'] ?? 0).toBeLessThanOrEqual(100);
    await expectAllReadable(vaultOf(2, [1, 2]));
  });
});

/** Makes PostgreSQL end the connection that carries out the n-th update from now on, once, as a crash would. */
async function killOnUpdate(n: number): Promise<void> {
  // A sequence doesn't roll back, so that the n-th update is reached once only.
  await queryAs(
    db.superuserUrl,
    `CREATE SEQUENCE update_number;
     CREATE FUNCTION end_connection() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
       IF nextval('update_number') = ${n} THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
       RETURN NEW;
     END $$;
     CREATE TRIGGER end_connection AFTER UPDATE ON secret FOR EACH ROW EXECUTE FUNCTION end_connection()`,
  );
}
