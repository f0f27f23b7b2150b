import { serviceActor, type Actor, type Tx } from '@yiditong/chassis';
import { createTestDatabase, queryAs, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { outlivedFilings } from './expiry.store.js';
import { searchFilings, filingsWaiting, type FilingFilter } from './search.store.js';

const ROWS = 200_000;
const BUREAU: Actor = { role: 'bureau', region: '610000', subject: 'xian-01', rank: 'clerk' };
const EVERYTHING: FilingFilter = {
  insuredRegion: '610000',
  state: null,
  category: null,
  destinationRegion: null,
  validOn: null,
  personId: null,
  owing: false,
  importId: null,
};
/** As the rows below are made. */
const PERSON = '00000000-0000-7000-8000-000000000777';
const IMPORT = '00000000-0000-7000-8000-0000000000ff';

/** Version 7, made on the day before the filing's first one: 2020 began 1,577,836,800 and 2026 1,767,225,600 seconds after 1970. */
const ID = `(overlay(lpad(to_hex((CASE WHEN n <= 30 THEN 1577836800 ELSE 1767225600 END - 86400 + n)::bigint * 1000), 12, '0')
  PLACING '-' FROM 9 FOR 0) || '-7000-8000-' || lpad(n::text, 12, '0'))`;

let db: TestDatabase;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  // Rare states, categories, places and debts among the oldest, where a search that only follows the ids would come last.
  await queryAs(
    db.superuserUrl,
    `INSERT INTO filing (person_id, filing_id, insured_province, insured_region, category, destination_region, valid_from, valid_to,
       state, version, source, materials, pledged, owed, review_due_on, import_id, reason, created_at, updated_at)
     SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, ${ID}::uuid,
       '610000', CASE WHEN n <= 30 THEN '610900' ELSE '61010' || n % 2 END,
       CASE WHEN n <= 30 THEN 'REFERRAL' ELSE 'RETIREE_RESETTLED' END,
       CASE WHEN n <= 30 THEN '320100' ELSE '110000' END, CASE WHEN n <= 30 THEN date '2020-01-01' ELSE date '2026-01-01' END,
       CASE WHEN n <= 30 THEN date '2020-07-01' END, CASE WHEN n <= 10 THEN 'SUBMITTED' ELSE 'ACTIVE' END, 1, 'ONLINE', '[]', n <= 30,
       CASE WHEN n <= 30 THEN '{RESIDENCE_PROOF}'::text[] ELSE '{}' END, CASE WHEN n <= 10 THEN date '2026-03-03' END,
       CASE WHEN n <= 30 THEN '${IMPORT}'::uuid END, '', now(), now()
     FROM generate_series(1, ${ROWS}) AS n`,
  );
  await queryAs(db.superuserUrl, 'ANALYZE filing');
}, 180_000);
afterAll(() => db.drop());

/** The statement that a search runs, explained instead of run, and how many rows it looked at. */
async function rowsVisited(search: (tx: Tx) => Promise<unknown>): Promise<number> {
  return db.database.transaction(BUREAU, async (tx) => {
    const run = tx.query.bind(tx);
    let plan: unknown;
    tx.query = async (sql: string, values?: unknown[]) => {
      if (!sql.startsWith('SELECT')) return run(sql, values);
      plan = await run(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, values);
      return [] as never;
    };
    await search(tx);
    return visitedBy((plan as { 'QUERY PLAN': { Plan: PlanNode }[] }[])[0]?.['QUERY PLAN'][0]?.Plan);
  });
}

type PlanNode = {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
};

function visitedBy(node: PlanNode | undefined): number {
  if (!node) throw new Error('nothing was explained');
  const own = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
  return own + (node.Plans ?? []).reduce((sum, child) => sum + visitedBy(child), 0);
}

describe('a page of a search among 200,000 filings', () => {
  it.each<[string, Partial<FilingFilter>]>([
    ['by nothing but the province', {}],
    ['by a pooling area', { insuredRegion: '610100' }],
    ['by a pooling area with few filings', { insuredRegion: '610900' }],
    ['by a frequent state', { state: 'ACTIVE' }],
    ['by a rare state', { state: 'SUBMITTED' }],
    ['by a state that none is in', { state: 'REJECTED' }],
    ['by a rare category', { category: 'REFERRAL' }],
    ['by a rare destination', { destinationRegion: '320100' }],
    ['by a whole province as the destination', { destinationRegion: '320000' }],
    ['by a frequent destination', { destinationRegion: '110000' }],
    ['by a day on which most are in force', { validOn: '2026-03-01' }],
    ['by a day on which few were in force', { validOn: '2020-03-01' }],
    ['by a day before all', { validOn: '2019-03-01' }],
    ['by a person', { personId: PERSON }],
    ['by an import', { importId: IMPORT }],
    ['by what is owed', { owing: true }],
  ])('%s looks at few rows', async (_, filter) => {
    const visited = await rowsVisited((tx) => searchFilings(tx, { ...EVERYTHING, ...filter }, null, 100));
    expect(visited).toBeLessThan(2_000);
  });

  it('looks at few rows on a page from the middle', async () => {
    const after = '019b77aa-2d00-7000-8000-000000000000';
    expect(await rowsVisited((tx) => searchFilings(tx, EVERYTHING, after, 100))).toBeLessThan(2_000);
  });

  it('of reviews looks at what waits only', async () => {
    expect(await rowsVisited((tx) => filingsWaiting(tx, '610000', null, null, 100))).toBeLessThan(200);
  });

  it('of what is over looks at that only', async () => {
    expect(await rowsVisited((tx) => outlivedFilings(tx, '2026-03-01', 200))).toBeLessThan(200);
  });

  it('is not shown to another province, whatever it asks for', async () => {
    const found = await db.database.transaction(serviceActor('spec', '420000'), (tx) =>
      searchFilings(tx, EVERYTHING, null, 10),
    );
    expect(found).toEqual([]);
  });
});
