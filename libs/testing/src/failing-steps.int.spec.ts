import { serviceActor } from '@yiditong/chassis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DemoTables1763740800000 } from './demo-tables.js';
import { FailingSteps, FAILURES, type FailureKind } from './failing-steps.js';
import { createTestDatabase, queryAs, type TestDatabase } from './test-database.js';

const ACTOR = serviceActor('spec', '110000');
let db: TestDatabase;

beforeAll(async () => {
  db = await createTestDatabase('chassis', [DemoTables1763740800000]);
  await queryAs(db.superuserUrl, 'CREATE TABLE mark (name text); GRANT ALL ON mark TO chassis_app');
});
afterAll(() => db.drop());
beforeEach(() => queryAs(db.superuserUrl, 'TRUNCATE mark'));

/** Two transactions with a statement each, in a process that carries on after a failure as long as it lives. */
async function work(steps: FailingSteps): Promise<number> {
  const database = steps.database(db.database);
  let failures = 0;
  for (const name of ['one', 'two'])
    await database
      .transaction(ACTOR, (tx) => tx.query('INSERT INTO mark VALUES ($1)', [name]))
      .catch(() => (failures += 1));
  return failures;
}

const marks = async (): Promise<string[]> =>
  (await queryAs<{ name: string }>(db.superuserUrl, 'SELECT name FROM mark ORDER BY name')).map(({ name }) => name);

describe('a process whose steps fail', () => {
  it('takes all of them where none does', async () => {
    const steps = new FailingSteps();
    expect(await work(steps)).toBe(0);
    expect(steps.taken).toHaveLength(6);
    expect(await marks()).toEqual(['one', 'two']);
  });

  it.each<[at: number, how: FailureKind, failures: number, marks: string[]]>([
    [0, 'BEFORE', 1, ['two']],
    [1, 'AFTER', 1, ['two']],
    [2, 'BEFORE', 1, ['two']],
    [2, 'AFTER', 1, ['one', 'two']],
    [1, 'CRASH_AFTER', 2, []],
    [2, 'CRASH_BEFORE', 2, []],
    [2, 'CRASH_AFTER', 2, ['one']],
    [5, 'CRASH_BEFORE', 1, ['one']],
  ])('whose step %i fails %s has %i failures and leaves %j', async (at, how, failures, left) => {
    expect(await work(new FailingSteps({ at, how }))).toBe(failures);
    expect(await marks()).toEqual(left);
  });

  it.each(FAILURES)('leaves no transaction open when a statement fails %s', async (how) => {
    await work(new FailingSteps({ at: 1, how }));
    const open = await queryAs(
      db.superuserUrl,
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    );
    expect(open).toEqual([]);
  });
});
