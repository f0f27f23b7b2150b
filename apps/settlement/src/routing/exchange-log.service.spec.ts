import { type Database } from '@yiditong/chassis';
import { gate } from '@yiditong/testing';
import { v7 as uuidv7 } from 'uuid';
import { expect, it } from 'vitest';
import { ExchangeLog } from './exchange-log.service.js';
import type { Exchange } from './exchange.store.js';

const exchange = (): Exchange => ({
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
});

it('keeps nobody waiting as long as there is room, and leaves nothing out where there is none', async () => {
  const { passed, open } = gate();
  const written: string[] = [];
  // PostgreSQL answers nothing until the gate is opened.
  const query = async (_sql: string, [ids]: readonly [string[]]): Promise<void> => {
    await passed;
    written.push(...ids);
  };
  const database = { transaction: (_: unknown, work: (tx: unknown) => Promise<void>) => work({ query }) };
  const log = new ExchangeLog(database as unknown as Database);
  log.onApplicationBootstrap();
  const exchanges = Array.from({ length: 5_001 }, exchange);
  for (const one of exchanges.slice(0, 5_000)) await log.record(one);
  expect(written).toEqual([]);
  let waits = true;
  const last = log.record(exchanges[5_000] ?? exchange()).finally(() => (waits = false));
  await new Promise((resolve) => setImmediate(resolve));
  expect(waits).toBe(true);
  open();
  await last;
  await log.beforeApplicationShutdown();
  expect(new Set(written)).toEqual(new Set(exchanges.map(({ exchangeId }) => exchangeId)));
});
