import { randomUUID } from 'node:crypto';
import type { Actor } from '@yiditong/chassis';
import {
  auditFaults,
  auditTrail,
  createTestDatabase,
  endOf,
  queryAs,
  rowCounts,
  type TestDatabase,
} from '@yiditong/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { BAOJI, ImportDesk, LEASE_MS, row, SHAANXI, SICHUAN, TITLES, XIAN } from './import-desk.js';

let db: TestDatabase;
let desk: ImportDesk;
beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  desk = new ImportDesk(db);
});
beforeEach(() => desk.clock.pass(60 * LEASE_MS));
afterAll(() => db.drop());

describe('discarding', () => {
  it('removes rows and errors, and can’t be done to what is applied', async () => {
    const [one = '', two = ''] = await desk.insured(2);
    const faulty = await desk.checked([row(2, one, { category: 'x' }), row(3, two)]);
    expect(await desk.imports.discard(SHAANXI, faulty.importId)).toMatchObject({ state: 'DISCARDED' });
    await desk.work.workOff();
    expect(await desk.staged(faulty.importId)).toBe(0);
    expect(await desk.imports.discard(SHAANXI, faulty.importId)).toMatchObject({ state: 'DISCARDED' });
    const trail = await auditTrail(db, faulty.importId);
    expect(trail.map(({ action }) => action)).toEqual(['OPEN_IMPORT', 'DISCARD_IMPORT']);

    const good = await desk.checked([row(2, one)]);
    await desk.imports.apply(SHAANXI, good.importId);
    await expect(desk.imports.discard(SHAANXI, good.importId)).rejects.toMatchObject({
      reason: 'IMPORT_STATE_CONFLICT',
    });
    await desk.work.workOff();
    await expect(desk.imports.discard(SHAANXI, good.importId)).rejects.toMatchObject({
      reason: 'IMPORT_STATE_CONFLICT',
    });
    await expect(desk.imports.apply(SHAANXI, faulty.importId)).rejects.toMatchObject({
      reason: 'IMPORT_STATE_CONFLICT',
    });
  });
});

describe('an import that can’t be worked off', () => {
  /** Something is wrong with the database, as it were, that neither a check nor an application gets over. */
  const BREAKING = `CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''disk full''; END'`;

  async function broken(importId: string, table: string, rounds: number): Promise<string[]> {
    const states: string[] = [];
    await queryAs(db.superuserUrl, BREAKING);
    await queryAs(
      db.superuserUrl,
      `CREATE TRIGGER broken BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION broken()`,
    );
    for (let round = 1; round <= rounds; round += 1) {
      await desk.work.workOff();
      states.push((await desk.imports.get(SHAANXI, importId)).state);
      desk.clock.pass(LEASE_MS);
    }
    await queryAs(db.superuserUrl, 'DROP FUNCTION broken CASCADE');
    return states;
  }

  it('comes back to where it was before it was applied, and may be applied again', async () => {
    const [one = ''] = await desk.insured(1);
    const { importId } = await desk.checked([row(2, one)]);
    await desk.imports.apply(SHAANXI, importId);
    expect(await broken(importId, 'filing', 7)).toEqual([
      ...Array.from({ length: 5 }, () => 'APPLYING'),
      'READY',
      'READY',
    ]);
    expect(await desk.imports.get(SHAANXI, importId)).toMatchObject({ appliedBy: null, appliedAt: null });
    expect(await desk.apply(importId)).toMatchObject({ state: 'APPLIED', appliedBy: SHAANXI });
  });

  it('comes back to where it was before it was checked, and takes another file', async () => {
    const upload = await desk.sent([row(2, randomUUID())]);
    await desk.imports.complete(SHAANXI, upload, 1);
    const states = await broken(upload.importId, 'filing_import_error', 6);
    expect(states).toEqual([...Array.from({ length: 5 }, () => 'CHECKING'), 'OPEN']);
    const [one = ''] = await desk.insured(1);
    const another = { ...upload, uploadId: uuidv7() };
    await desk.imports.stage(SHAANXI, another, TITLES, [row(2, one)]);
    await desk.imports.complete(SHAANXI, another, 1);
    await desk.work.workOff();
    expect(await desk.imports.get(SHAANXI, upload.importId)).toMatchObject({ state: 'READY', rows: 1 });
  });
});

describe('an import of somebody else', () => {
  it('is not there', async () => {
    const [one = ''] = await desk.insured(1);
    const uploadId = uuidv7();
    const ofProvince = (await desk.checked([row(2, one)])).importId;
    const ofXian = (await desk.checked([row(2, one)], XIAN, '610100')).importId;
    const touch = (actor: Actor, importId: string): Promise<string[]> =>
      Promise.all([
        endOf(desk.imports.get(actor, importId), 'seen'),
        endOf(desk.imports.errors(actor, importId, null, 10), 'seen'),
        endOf(desk.imports.stage(actor, { importId, uploadId }, TITLES, [row(9, one)]), 'staged'),
        endOf(desk.imports.complete(actor, { importId, uploadId }, 1), 'completed'),
        endOf(desk.imports.apply(actor, importId), 'applied'),
        endOf(desk.imports.discard(actor, importId), 'discarded'),
      ]);
    const missing = Array.from({ length: 6 }, () => 'IMPORT_NOT_FOUND');
    const before = await rowCounts(db);
    expect(await touch(XIAN, ofProvince)).toEqual(missing);
    expect(await touch(BAOJI, ofXian)).toEqual(missing);
    expect(await touch(SICHUAN, ofXian)).toEqual(missing);
    expect(await touch(SHAANXI, randomUUID())).toEqual(missing);
    expect(await rowCounts(db)).toEqual(before);
    expect(await desk.imports.get(SHAANXI, ofXian)).toMatchObject({ state: 'READY' });
  });
});

it('leaves sound audit chains', async () => expect(await auditFaults(db)).toEqual([]));
