import { loadSample, runDay } from '@yiditong/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holdSeal, withSession } from './books.js';
import { ClearingDesk } from './clearing-desk.js';
import { personalDataOf, searchAndRemove } from './left-behind.js';
import { startOwnStack, type OwnStack } from './own-stack.js';
import { findRedis, startRedis, type RunningRedis } from './redis-server.js';

const program = await findRedis();
const MISSING =
  'No redis-server on PATH, and none could be unpacked from Debian’s packages: the queues were NOT tried on Redis. ' +
  'Install one (apt-get install redis-server) and run this again.';

describe('Redis', () => {
  it('is here to be tried', ({ skip }) => {
    if (program === null && (process.env['CI'] ?? '') === '') skip(MISSING);
    expect(program, MISSING).not.toBeNull();
  });
});

describe.skipIf(program === null)('with REDIS_URL', () => {
  let redis: RunningRedis;
  let stack: OwnStack;

  beforeAll(async () => {
    if (program === null) throw new Error(MISSING);
    redis = await startRedis(program);
    stack = await startOwnStack({ persons: 12, bills: 20, seed: 3, environment: { REDIS_URL: redis.url } });
  });
  afterAll(async () => {
    await stack?.stop();
    await redis?.stop();
    if (stack && redis) searchAndRemove(redis.files, 'yiditong-clearing', personalDataOf(stack.desk.day, loadSample()));
  });

  it('a day is closed by a job on Redis, and none on PostgreSQL', async () => {
    const jobs: string[] = [];
    const monitor = await redis.client.monitor();
    monitor.on('monitor', (_: string, args: readonly string[]) => jobs.push(args.join(' ')));
    const report = await runDay(stack.document, stack.desk.day, { begin: () => () => undefined });
    monitor.disconnect();

    expect(report.checks).toEqual({ netsSumToZero: true, positionsMatchRecount: true, billsHold: true });
    expect((await redis.client.keys('yiditong-clearing:cycle-close:*')).length).toBeGreaterThan(0);
    const [date = ''] = report.businessDates;
    expect(jobs.filter((command) => command.includes(`close-${date}`)).length).toBeGreaterThan(0);
    expect(await queueRows(stack)).toEqual([]);
  });

  it('a Redis that forgets everything in the middle of a close loses nothing', async () => {
    const clearing = new ClearingDesk(stack.document);
    const { businessDate } = await stack.desk.settled(await stack.desk.admit(1));
    const letGo = await holdSeal(stack.databases.appUrl('settlement'), businessDate);
    try {
      await clearing.requestClose(businessDate);
      await clearing.untilIn(businessDate, 'SEALING');
      await redis.client.flushall();
    } finally {
      await letGo();
    }
    const cycle = await clearing.untilIn(businessDate, 'CLOSED');
    expect(cycle.obligationCount).toBe('1');
  });

  it('a Redis that forgets a close before anybody heard the bell loses nothing either', async () => {
    const clearing = new ClearingDesk(stack.document);
    const { businessDate } = await stack.desk.settled(await stack.desk.admit(2));
    // With its worker's process gone the job can only lie there.
    const letGo = await holdSeal(stack.databases.appUrl('settlement'), businessDate);
    try {
      await clearing.requestClose(businessDate);
      await stack.service('clearing').kill();
      await redis.client.flushall();
    } finally {
      await letGo();
    }
    stack.service('clearing').start();
    await stack.ready();
    const cycle = await clearing.untilIn(businessDate, 'CLOSED');
    expect(cycle.obligationCount).toBe('1');
  });
});

/** What lies in BullMQ's tables on PostgreSQL, but its own record of their version. */
async function queueRows({ databases }: OwnStack): Promise<string[]> {
  return withSession(databases.appUrl('clearing'), async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'bullmq' AND table_name NOT LIKE '%migration%'",
    );
    if (tables.length === 0) throw new Error('BullMQ has no tables on PostgreSQL: look for them elsewhere');
    const filled: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query(`SELECT 1 FROM bullmq.${client.escapeIdentifier(name)} LIMIT 1`);
      if (rows.length > 0) filled.push(name);
    }
    return filled;
  });
}
