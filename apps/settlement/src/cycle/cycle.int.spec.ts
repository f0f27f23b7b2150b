import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { groupBy, nationalActor, serviceActor, type Tx } from '@yiditong/chassis';
import type { CellTotals, Obligation } from '@yiditong/ledger';
import { fen, sumFen } from '@yiditong/money';
import {
  atOnce,
  createTestDatabase,
  FixedClock,
  gate,
  patiently,
  PATIENCE,
  queryAs,
  rowCounts,
  waitingForLocks,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordObligation } from '../clearing/obligation.store.js';
import { migrations } from '../migrations/index.js';
import { CycleService } from './cycle.service.js';
import { holdOpenCycle } from './cycle.store.js';

const BEIJING = serviceActor('settlement', '110000');
const CELL = { insuredProvince: '610000', treatingProvince: '110000', insurance: 'EMPLOYEE' } as const;
const TODAY = '2026-03-01';
const TOMORROW = '2026-03-02';

let db: TestDatabase;
let clock: FixedClock;
let cycles: CycleService;

beforeAll(async () => {
  db = await createTestDatabase('settlement', migrations);
  clock = new FixedClock(new Date(`${TODAY}T12:00:00Z`));
  cycles = new CycleService(db.database, clock);
});
beforeEach(async () => {
  await queryAs(db.superuserUrl, 'TRUNCATE cycle, obligation, outbox');
  clock.moveTo(new Date(`${TODAY}T12:00:00Z`));
  await cycles.onApplicationBootstrap();
});
afterAll(() => db.drop());

/** Records an obligation of an amount in whatever cycle is open, as settling a bill does. */
async function record(tx: Tx, amountFen = 100n): Promise<string> {
  const businessDate = await holdOpenCycle(tx);
  const obligation: Obligation = {
    obligationId: randomUUID(),
    settlementId: randomUUID(),
    operationId: randomUUID(),
    kind: 'SETTLEMENT',
    ...CELL,
    visitKind: 'INPATIENT',
    businessDate,
    costMonth: businessDate.slice(0, 7),
    funds: [{ fund: 'POOLING', amountFen: fen(amountFen) }],
  };
  await recordObligation(tx, randomUUID(), obligation, clock.now());
  return businessDate;
}

/** Records in a transaction of its own, which takes its time to commit. */
const recordNow = (amountFen?: bigint, takesMs = 0): Promise<string> =>
  db.database.transaction(BEIJING, async (tx) => {
    const businessDate = await record(tx, amountFen);
    if (takesMs > 0) await tx.query('SELECT pg_sleep($1)', [takesMs / 1000]);
    return businessDate;
  });

/** A transaction that has recorded in the open cycle, and so holds it until it is told to finish. */
async function inFlight(amountFen: bigint): Promise<{ finish: () => Promise<string> }> {
  const [holding, finish] = [gate(), gate()];
  const transaction = db.database.transaction(BEIJING, async (tx) => {
    const businessDate = await record(tx, amountFen);
    holding.open();
    await finish.passed;
    return businessDate;
  });
  await holding.passed;
  return {
    finish: () => {
      finish.open();
      return transaction;
    },
  };
}

/** The cells counted anew, row by row. All obligations of these specs are of one cell. */
async function recount(businessDate: string): Promise<CellTotals[]> {
  const rows = await queryAs<{ amount_fen: string; leaf_hash: Buffer }>(
    db.superuserUrl,
    'SELECT amount_fen, leaf_hash FROM obligation WHERE business_date = $1',
    [businessDate],
  );
  if (rows.length === 0) return [];
  return [
    {
      ...CELL,
      obligationCount: BigInt(rows.length),
      amountFen: sumFen(rows.map((row) => fen(BigInt(row.amount_fen)))),
      digestSum: rows.reduce((sum, row) => sum + row.leaf_hash.readBigInt64BE(), 0n),
    },
  ];
}

describe('the first cycle', () => {
  it('is today in Shanghai, and there is one however often the service starts', async () => {
    await atOnce(5, () => cycles.listOpen());
    expect(await cycles.listOpen()).toEqual([TODAY]);
  });

  it('is tomorrow’s already when it is four in the afternoon in Greenwich', async () => {
    await queryAs(db.superuserUrl, 'TRUNCATE cycle');
    clock.moveTo(new Date(`${TODAY}T16:00:00Z`));
    expect(await cycles.listOpen()).toEqual([TOMORROW]);
  });
});

describe('the next cycle', () => {
  it('is the day after, and asking again opens no other', async () => {
    expect(await atOnce(5, () => cycles.openNext(TODAY))).toEqual(Array<string>(5).fill(TOMORROW));
    expect(await cycles.listOpen()).toEqual([TODAY, TOMORROW]);
  });

  it('is today where days were missed', async () => {
    clock.moveTo(new Date('2026-03-10T12:00:00Z'));
    expect(await cycles.openNext(TODAY)).toBe('2026-03-10');
    expect(await cycles.openNext(TODAY)).toBe('2026-03-10');
  });

  it('takes what begins after it was opened, while the old one is still open', async () => {
    expect(await recordNow()).toBe(TODAY);
    await cycles.openNext(TODAY);
    expect(await recordNow()).toBe(TOMORROW);
  });
});

describe('sealing', () => {
  it('is refused while there is no next cycle, and the cycle stays open', async () => {
    await expect(cycles.seal(TODAY)).rejects.toMatchObject({
      reason: 'CYCLE_NEXT_NOT_OPEN',
      params: { date: TODAY },
    });
    expect(await recordNow()).toBe(TODAY);
  });

  it('waits for a transaction that holds the cycle and counts it, while new work goes on in the next one at once', async () => {
    const work = await inFlight(777n);
    await cycles.openNext(TODAY);
    let sealed = false;
    const seal = cycles.seal(TODAY).then((totals) => {
      sealed = true;
      return totals;
    });
    await expect.poll(() => waitingForLocks(db), PATIENCE).toBe(1);
    expect(await recordNow(5n)).toBe(TOMORROW);
    expect(await waitingForLocks(db)).toBe(1);
    expect(sealed).toBe(false);
    expect(await work.finish()).toBe(TODAY);
    expect(await seal).toMatchObject([{ obligationCount: 1n, amountFen: 777n }]);
    expect(await recount(TOMORROW)).toMatchObject([{ obligationCount: 1n, amountFen: 5n }]);
  });

  it('does not wait for a transaction in flight that holds the next cycle', async () => {
    await cycles.openNext(TODAY);
    const work = await inFlight(100n);
    await expect(cycles.seal(TODAY)).resolves.toEqual([]);
    expect(await work.finish()).toBe(TOMORROW);
  });

  it('twice gives the same totals, and so does sealing ten times at once', async () => {
    await atOnce(7, (index) => recordNow(BigInt(index + 1)));
    await cycles.openNext(TODAY);
    const first = await cycles.seal(TODAY);
    expect(first).toEqual(await recount(TODAY));
    expect(first).toMatchObject([{ obligationCount: 7n, amountFen: 28n }]);
    await recordNow();
    expect(await atOnce(10, () => patiently(() => cycles.seal(TODAY)))).toEqual(Array<CellTotals[]>(10).fill(first));
  });

  it('of an empty day has no cells', async () => {
    await cycles.openNext(TODAY);
    expect(await cycles.seal(TODAY)).toEqual([]);
  });
});

describe('a sealed cycle', () => {
  it('takes nothing more: what comes after is the next one’s', async () => {
    await cycles.openNext(TODAY);
    await cycles.seal(TODAY);
    const before = await recount(TODAY);
    expect(await atOnce(10, () => patiently(() => recordNow()))).toEqual(Array<string>(10).fill(TOMORROW));
    expect(await recount(TODAY)).toEqual(before);
  });

  it('takes nothing from a transaction that saw it open and waited while it was sealed', async () => {
    const [locked, seal] = [gate(), gate()];
    const sealing = db.database.transaction(nationalActor('spec'), async (tx) => {
      await tx.query('SELECT 1 FROM cycle WHERE business_date = $1 FOR UPDATE', [TODAY]);
      locked.open();
      await seal.passed;
      await tx.query("UPDATE cycle SET state = 'SEALED', sealed_at = now() WHERE business_date = $1", [TODAY]);
    });
    await locked.passed;
    // It looks before the next cycle is there, and so can only see the one that is about to be sealed.
    const late = recordNow();
    await expect.poll(() => waitingForLocks(db), PATIENCE).toBe(1);
    await cycles.openNext(TODAY);
    seal.open();
    await sealing;
    expect(await late).toBe(TOMORROW);
    expect(await recount(TODAY)).toEqual([]);
  });

  it('with none after it is a fault, and nothing is recorded anywhere', async () => {
    await queryAs(db.superuserUrl, "UPDATE cycle SET state = 'SEALED', sealed_at = now()");
    const before = await rowCounts(db);
    await expect(recordNow()).rejects.toThrow('no cycle is open');
    expect(await rowCounts(db)).toEqual(before);
  });

  it('has the instant of its seal, by a constraint', async () => {
    await expect(queryAs(db.superuserUrl, "UPDATE cycle SET state = 'SEALED'")).rejects.toThrow('cycle_state');
  });
});

const CLOSES = 1_000;
const CLERKS = 4;

describe('a storm of settlements over a thousand closes', () => {
  it('leaves every obligation in exactly one cycle, and every sealed total what a recount gives', async () => {
    const committed: { businessDate: string; amountFen: bigint }[] = [];
    const storm = { over: false };
    const clerk = async (seed: number): Promise<void> => {
      for (let turn = 0; !storm.over; turn++) {
        const amountFen = BigInt((seed + 1) * 1_000_000 + turn);
        committed.push({ businessDate: await patiently(() => recordNow(amountFen, turn % 7 ? 0 : 5)), amountFen });
        await sleep(turn % 11);
      }
    };
    const sealed = new Map<string, CellTotals[]>();
    const operator = async (): Promise<void> => {
      let current = TODAY;
      for (let day = 0; day < CLOSES; day++) {
        await sleep(day % 7);
        clock.moveTo(new Date(clock.now().getTime() + 24 * 60 * 60 * 1000));
        const next = await patiently(() => cycles.openNext(current));
        sealed.set(current, await patiently(() => cycles.seal(current)));
        current = next;
      }
      storm.over = true;
    };
    await Promise.all([operator(), atOnce(CLERKS, clerk)]);

    expect(sealed.size).toBe(CLOSES);
    // A clerk has at least one behind him for most of the closes, or this was no storm.
    expect(committed.length).toBeGreaterThan(CLOSES);
    const byDay = groupBy(committed, ({ businessDate }) => businessDate);
    for (const [businessDate, cells] of sealed) {
      const own = byDay.get(businessDate) ?? [];
      expect(cells.map(({ obligationCount, amountFen }) => [obligationCount, amountFen])).toEqual(
        own.length === 0 ? [] : [[BigInt(own.length), own.reduce((sum, { amountFen }) => sum + amountFen, 0n)]],
      );
    }
    const days = await queryAs<{ date: string }>(
      db.superuserUrl,
      "SELECT to_char(business_date, 'YYYY-MM-DD') AS date FROM obligation",
    );
    expect(days).toHaveLength(committed.length);
    const [open] = await cycles.listOpen();
    expect(days.filter(({ date }) => !sealed.has(date) && date !== open)).toEqual([]);
  }, 300_000);
});
