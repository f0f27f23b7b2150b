import { Logger } from '@nestjs/common';
import { createTestDatabase, queryAs, type TestDatabase } from '@yiditong/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { migrations } from '../migrations/index.js';
import { ExchangeLog } from './exchange-log.service.js';
import type { Exchange } from './exchange.store.js';
import { measure } from './measured.js';

const SECRET = '110101199003070000';
const measured = measure();

let db: TestDatabase;
let log: ExchangeLog;

beforeAll(async () => {
  db = await createTestDatabase('settlement', migrations);
});
afterAll(() => db.drop());
beforeEach(() => {
  log = new ExchangeLog(db.database);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await log.beforeApplicationShutdown();
});

const exchange = (change: Partial<Exchange> = {}): Exchange => ({
  exchangeId: uuidv7(),
  operation: 'trial',
  role: '2',
  insuredProvince: '310000',
  treatingProvince: '110000',
  institutionCode: '',
  settlementId: null,
  beganAt: new Date(),
  timeCostMs: 1,
  outcome: 'OK',
  attempts: 1,
  ...change,
});

async function waiting(...exchanges: readonly Exchange[]): Promise<void> {
  log.onApplicationBootstrap();
  for (const one of exchanges) await log.record(one);
}

async function written(exchanges: readonly Exchange[]): Promise<string[]> {
  const ids = exchanges.map(({ exchangeId }) => exchangeId);
  const sql = 'SELECT exchange_id FROM exchange WHERE exchange_id = ANY ($1) ORDER BY exchange_id';
  const rows = await queryAs<{ exchange_id: string }>(db.superuserUrl, sql, [ids]);
  return rows.map((row) => row.exchange_id);
}

const lostOf = async (kind: string): Promise<unknown> =>
  (await measured.pointsOf('yiditong.exchange_log.lost')).find(({ labels }) => labels['kind'] === kind)?.value ?? 0;

describe('a row that the database refuses', () => {
  const BAD: readonly (readonly [string, string, Partial<Exchange>])[] = [
    ['breaks a rule of the table', '23514', { operation: 'unheard of' as Exchange['operation'] }],
    ['has a text that can’t be stored', '22021', { institutionCode: `${SECRET}\0` }],
    ['has a text that is too long', '22001', { insuredProvince: SECRET }],
    ['has a number that is too large', '22003', { timeCostMs: 2 ** 40 }],
    ['has an id that is none', '22P02', { settlementId: SECRET }],
  ];
  it.each(BAD)('because it %s is left out, counted and logged; all others are written', async (_, kind, change) => {
    const logged = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const good = Array.from({ length: 250 }, () => exchange());
    const bad = exchange(change);
    const before = Number(await lostOf(kind));
    await waiting(...good.slice(0, 130), bad, ...good.slice(130));
    await log.flush();
    expect(await written(good)).toEqual(good.map(({ exchangeId }) => exchangeId));
    expect(await written([bad])).toEqual([]);
    expect(await lostOf(kind)).toBe(before + 1);
    expect(logged).toHaveBeenCalledOnce();
    expect(logged.mock.calls[0]?.[0]).toMatchObject({ sqlState: kind, lost: 1, exchangeIds: [bad.exchangeId] });
    expect(JSON.stringify(logged.mock.calls)).not.toContain(SECRET);
  });

  it('does not hold back those that come after it, however many there are', async () => {
    vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const bad = Array.from({ length: 40 }, () => exchange({ timeCostMs: -1 }));
    const good = Array.from({ length: 20 }, () => exchange());
    await waiting(...bad, ...good);
    await log.flush();
    expect(await written([...bad, ...good])).toEqual(good.map(({ exchangeId }) => exchangeId));
  });
});

describe('a database that can’t be reached', () => {
  /** Nobody gets in, and who is in is thrown out. */
  const shut = async (shutting: boolean): Promise<void> => {
    const name = new URL(db.superuserUrl).pathname.slice(1);
    const elsewhere = new URL(db.superuserUrl);
    elsewhere.pathname = '/postgres';
    await queryAs(elsewhere.href, `ALTER DATABASE ${name} ALLOW_CONNECTIONS ${shutting ? 'false' : 'true'}`);
    const others = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
    if (shutting) await queryAs(elsewhere.href, others, [name]);
  };
  afterEach(() => shut(false));

  it('costs no row: all wait, and are written when it is back', async () => {
    const waitingRows = [exchange(), exchange()];
    await shut(true);
    await waiting(...waitingRows);
    await expect(log.flush()).rejects.toThrow();
    await shut(false);
    await log.flush();
    expect(await written(waitingRows)).toEqual(waitingRows.map(({ exchangeId }) => exchangeId));
  });

  it('costs at a shutdown what waits, which is said and doesn’t stop the shutdown', async () => {
    const logged = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const waitingRows = [exchange(), exchange()];
    await shut(true);
    await waiting(...waitingRows);
    await log.beforeApplicationShutdown();
    await shut(false);
    expect(logged.mock.calls.at(-1)?.[0]).toMatchObject({ lost: 2 });
    await log.flush();
    expect(await written(waitingRows)).toEqual([]);
  });
});

it('a row is written once, though two flushes and the shutdown meet', async () => {
  const rows = Array.from({ length: 600 }, () => exchange());
  await waiting(...rows);
  await Promise.all([log.flush(), log.flush(), log.beforeApplicationShutdown()]);
  expect(await written(rows)).toEqual(rows.map(({ exchangeId }) => exchangeId));
});
