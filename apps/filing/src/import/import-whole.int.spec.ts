import { businessDateOf } from '@yiditong/chassis';
import { IMPORT_BATCH_MAX, IMPORT_ROWS_MAX } from '@yiditong/codes';
import { auditFaults, auditTrail, createTestDatabase, queryAs, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { ImportDesk, row, SHAANXI, TITLES } from './import-desk.js';

const LONG_MS = 300_000;

let db: TestDatabase;
let desk: ImportDesk;
beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  desk = new ImportDesk(db);
});
afterAll(() => db.drop());

/** As many as go into an import, insured by one statement. */
async function everybody(): Promise<string[]> {
  const persons = await queryAs<{ person: string }>(
    db.superuserUrl,
    `INSERT INTO insurance_fact (person_id, province, insured_region, active, changed_at, recorded_at)
     SELECT uuidv7(), '610000', '610100', true, '2025-01-01', '2025-01-01' FROM generate_series(1, $1) RETURNING person_id AS person`,
    [IMPORT_ROWS_MAX],
  );
  // As PostgreSQL does by itself before long; until then it reads all facts for every few persons.
  await queryAs(db.superuserUrl, 'ANALYZE insurance_fact');
  return persons.map(({ person }) => person);
}

it(
  'imports as many rows as a file may have, all at once',
  async () => {
    const persons = await everybody();
    const upload = await desk.opened();
    for (let from = 0; from < persons.length; from += IMPORT_BATCH_MAX) {
      const batch = persons.slice(from, from + IMPORT_BATCH_MAX);
      await desk.imports.stage(
        SHAANXI,
        upload,
        TITLES,
        batch.map((person, index) => row(from + index + 2, person)),
      );
    }
    await desk.imports.complete(SHAANXI, upload, IMPORT_ROWS_MAX);
    await desk.work.workOff();
    const { importId } = upload;
    expect(await desk.imports.get(SHAANXI, importId)).toMatchObject({
      state: 'READY',
      rows: IMPORT_ROWS_MAX,
      faultyRows: 0,
      checkedRows: IMPORT_ROWS_MAX,
      checkedOn: businessDateOf(desk.clock.now()),
    });
    expect(await desk.made(importId)).toBe('0/0');
    expect(await desk.apply(importId)).toMatchObject({ state: 'APPLIED', rows: IMPORT_ROWS_MAX });
    expect(await desk.made(importId)).toBe(`${IMPORT_ROWS_MAX}/${IMPORT_ROWS_MAX}`);
    expect(await desk.staged(importId)).toBe(0);
    const events = await queryAs(db.superuserUrl, 'SELECT type FROM filing_event');
    expect(events).toEqual([{ type: 'import.apply' }]);
    expect((await auditTrail(db, importId)).map(({ action }) => action)).toEqual(['OPEN_IMPORT', 'APPLY_IMPORT']);
    expect(await auditFaults(db)).toEqual([]);
  },
  LONG_MS,
);
