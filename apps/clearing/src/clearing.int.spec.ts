import { randomUUID } from 'node:crypto';
import { encodeInstant, nationalActor, sha256, type Actor, type Tx } from '@yiditong/chassis';
import { CLEARED_FUNDS, NATION, PROVINCES } from '@yiditong/codes';
import type { clearingV1 } from '@yiditong/contracts';
import {
  accountBalances,
  bilateralPositions,
  frontierRoot,
  netPositions,
  netsOf,
  obligationAmount,
  reverseObligation,
  type Posting,
  type Seal,
} from '@yiditong/ledger';
import { fen, sumFen, type Fen } from '@yiditong/money';
import {
  atOnce,
  createTestDatabase,
  gate,
  patiently,
  PATIENCE,
  queryAs,
  rowCounts,
  waitingForLocks,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CYCLE_STATES, type CycleState } from './cycle/cycle.entity.js';
import { advanceCycle, closeCycle, findCycle, holdCycle, openCycle } from './cycle/cycle.store.js';
import { migrations } from './migrations/index.js';
import { decodeObligation, type ArrivedObligation } from './obligation/obligation.codec.js';
import { ObligationService } from './obligation/obligation.service.js';
import { PositionService } from './position/position.service.js';
import { matrixOf } from './position/matrix.store.js';
import { bilateralOf, insertNets, netPositionsOf } from './position/position.store.js';
import { wrongCells } from './position/recount.js';
import { countObligations, countPostings } from './position/recount.store.js';
import { DAY, NOW, obligation } from './spec-obligation.js';

const CLEARING = nationalActor('spec');
const OPERATOR: Actor = { role: 'operator', region: NATION, subject: 'operator' };

let db: TestDatabase;
let obligations: ObligationService;
let positions: PositionService;

beforeAll(async () => {
  db = await createTestDatabase('clearing', migrations);
  obligations = new ObligationService(db.database);
  positions = new PositionService(db.database);
});
beforeEach(async () => {
  await queryAs(
    db.superuserUrl,
    'TRUNCATE cycle, control_total, obligation, posting, position, fund_position, net_position, fund_net_position, inbox',
  );
});
afterAll(() => db.drop());

const as = <T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> => db.database.transaction(actor, work);
const bureauOf = (region: string): Actor => ({ role: 'bureau', region, subject: 'bureau' });

const undoneOf = (one: ArrivedObligation) =>
  reverseObligation(one, {
    obligationId: randomUUID(),
    businessDate: DAY,
    operationId: one.operationId,
    kind: 'REVERSAL',
  });

/** As it arrives: the pooling fund paid 60.00 and accounts 15.00. */
const ACCOUNT_PAID: clearingV1.Obligation = {
  obligationId: randomUUID(),
  settlementId: randomUUID(),
  operationId: randomUUID(),
  kind: 'OBLIGATION_KIND_SETTLEMENT',
  insuredProvince: '610000',
  treatingProvince: '110000',
  insurance: 'INSURANCE_EMPLOYEE',
  visitKind: 'VISIT_KIND_INPATIENT',
  businessDate: DAY,
  costMonth: '2026-02',
  amountFen: 7_500n,
  funds: [
    { fund: 'FUND_POOLING', amountFen: 6_000n },
    { fund: 'FUND_PERSONAL_ACCOUNT', amountFen: 1_500n },
  ],
  recordedAt: encodeInstant(NOW),
  traceparent: '',
};

/** Obligations among four provinces, of both insurances, several funds and accounts, one in ten reversed at once. */
function busyDay(count: number): ArrivedObligation[] {
  const parties = ['110000', '310000', '610000', '660000'];
  return Array.from({ length: count }, (_, index) => {
    const one = obligation({
      insuredProvince: parties[index % 4] ?? '',
      treatingProvince: parties[(index + 1 + (index % 3)) % 4] ?? '',
      insurance: index % 2 ? 'EMPLOYEE' : 'RESIDENT',
      funds: [
        { fund: 'POOLING', amountFen: fen(1_000n + BigInt(index)) },
        ...(index % 3 ? [{ fund: 'CRITICAL_ILLNESS' as const, amountFen: fen(BigInt(index) * 7n) }] : []),
        ...(index % 5 ? [{ fund: 'PERSONAL_ACCOUNT' as const, amountFen: fen(BigInt(index) * 3n) }] : []),
      ],
    });
    const undone = { ...one, ...undoneOf(one) };
    return index % 10 === 9 ? [one, undone] : [one];
  }).flat();
}

const grossOf = (day: readonly ArrivedObligation[]) =>
  bilateralPositions(
    day.map((one) => ({ payer: one.insuredProvince, payee: one.treatingProvince, grossFen: obligationAmount(one) })),
  );

async function postings(): Promise<Posting[]> {
  const rows = await queryAs<Omit<Posting, 'amountFen'> & { amount: string }>(
    db.superuserUrl,
    'SELECT fund, debit_account AS "debitAccount", credit_account AS "creditAccount", amount_fen AS amount FROM posting',
  );
  return rows.map(({ amount, ...posting }) => ({ ...posting, amountFen: fen(BigInt(amount)) }));
}

const SEAL: Seal = { sequence: 1n, previousRoot: '', root: '0'.repeat(64), treeSize: 33, signatures: [] };

/** Takes a step as a worker does; answers whether it was this one that took it. */
const step = (tx: Tx, from: CycleState, to: CycleState): Promise<boolean> =>
  from === 'VERIFIED' && to === 'CLOSED' ? closeCycle(tx, DAY, SEAL, NOW) : advanceCycle(tx, DAY, from, to);

async function bringTo(state: CycleState): Promise<void> {
  await as(CLEARING, async (tx) => {
    await openCycle(tx, DAY);
    for (const [index, to] of CYCLE_STATES.entries()) {
      const from = CYCLE_STATES[index - 1];
      if (from && index <= CYCLE_STATES.indexOf(state)) await step(tx, from, to);
    }
  });
}

const wrong = (businessDate = DAY): Promise<string[]> =>
  as(CLEARING, async (tx) =>
    wrongCells(
      await matrixOf(tx, businessDate),
      await countObligations(tx, businessDate),
      await countPostings(tx, businessDate),
    ),
  );

const netTheDay = (): Promise<void> =>
  as(CLEARING, async (tx) => {
    const cells = (await matrixOf(tx, DAY)).map((cell) => ({ ...cell, root: frontierRoot(cell.frontier, sha256) }));
    await insertNets(
      tx,
      DAY,
      netsOf(
        cells,
        PROVINCES.map(({ code }) => code),
      ),
    );
  });

describe('a batch of obligations', () => {
  it('posted three times is booked once', async () => {
    const day = busyDay(40);
    expect(await obligations.post(day)).toBe(day.length);
    const before = await rowCounts(db);
    expect(await obligations.post(day)).toBe(0);
    expect(await obligations.post([...day].reverse())).toBe(0);
    expect(await rowCounts(db)).toEqual(before);
    expect(before).toMatchObject({ obligation: day.length, inbox: day.length });
  });

  it('posted with others that overlap it, all at once, books each obligation once, and the matrix is their sum', async () => {
    const day = busyDay(60);
    const batches = [day, day.slice(0, 40), day.slice(20), [...day].reverse(), day.slice(10, 50), day];
    const posted = await atOnce(batches.length, (index) => patiently(() => obligations.post(batches[index] ?? [])));
    expect(posted.reduce((sum, count) => sum + count, 0)).toBe(day.length);
    expect(await rowCounts(db)).toMatchObject({ obligation: day.length, inbox: day.length });
    const matrix = await as(CLEARING, (tx) => bilateralOf(tx, DAY));
    expect(matrix.map(({ payer, payee, grossFen }) => ({ payer, payee, grossFen }))).toEqual(grossOf(day));
    expect(matrix.reduce((sum, { obligationCount }) => sum + obligationCount, 0n)).toBe(BigInt(day.length));
    expect(await wrong()).toEqual([]);
  });

  it('that holds an obligation twice books it once', async () => {
    const one = obligation();
    expect(await obligations.post([one, obligation(), one])).toBe(2);
    expect(await wrong()).toEqual([]);
  });

  it('leaves the books balanced, account by account', async () => {
    const day = busyDay(60);
    await obligations.post(day);
    const booked = await postings();
    const balances = accountBalances(booked);
    expect(sumFen(balances.values())).toBe(0n);
    expect(booked).toHaveLength(day.reduce((count, one) => count + one.funds.length, 0));
    for (const { region, payableFen, receivableFen } of netPositions(grossOf(day))) {
      const of = (side: string): Fen =>
        sumFen(
          [...balances].filter(([account]) => account.startsWith(`${side}:${region}:`)).map(([, amount]) => amount),
        );
      expect(of('receivable')).toBe(payableFen);
      expect(of('payable')).toBe(-receivableFen);
    }
  });

  it('with its reversals comes to nothing', async () => {
    const day = busyDay(20)
      .filter(({ kind }) => kind === 'SETTLEMENT')
      .slice(0, 9);
    await obligations.post(day);
    await obligations.post(day.map((one) => ({ ...one, ...undoneOf(one) })));
    const matrix = await as(CLEARING, (tx) => bilateralOf(tx, DAY));
    expect(matrix.map(({ grossFen }) => grossFen).filter((gross) => gross !== 0n)).toEqual([]);
    expect([...accountBalances(await postings()).values()].filter((balance) => balance !== 0n)).toEqual([]);
  });

  it('books what accounts paid beside the funds, and its reversal against it', async () => {
    const { amountFen, funds } = ACCOUNT_PAID;
    const undone = {
      ...ACCOUNT_PAID,
      obligationId: randomUUID(),
      kind: 'OBLIGATION_KIND_REVERSAL' as const,
      amountFen: -amountFen,
      funds: funds.map((payment) => ({ ...payment, amountFen: -payment.amountFen })),
    };
    await obligations.post([decodeObligation(ACCOUNT_PAID)]);
    const [first] = await as(CLEARING, (tx) => bilateralOf(tx, DAY));
    expect([first?.payer, first?.payee, first?.grossFen]).toEqual(['610000', '110000', 7_500n]);
    await obligations.post([decodeObligation(undone)]);
    const booked = (await postings()).filter(({ fund }) => fund === 'PERSONAL_ACCOUNT');
    const accounts = {
      debitAccount: 'receivable:610000:EMPLOYEE:PERSONAL_ACCOUNT',
      creditAccount: 'payable:110000:EMPLOYEE:PERSONAL_ACCOUNT',
    };
    expect(booked.sort((one, other) => (one.amountFen > other.amountFen ? -1 : 1))).toEqual(
      [1_500n, -1_500n].map((amount) => ({ fund: 'PERSONAL_ACCOUNT', ...accounts, amountFen: amount })),
    );
    expect((await as(CLEARING, (tx) => bilateralOf(tx, DAY))).map(({ grossFen }) => grossFen)).toEqual([0n]);
    expect(await wrong()).toEqual([]);
  });

  it.each<[string, Partial<clearingV1.Obligation>]>([
    ['leaves the accounts’ part out of its amount', { amountFen: 6_000n }],
    ['has a cost month that is none', { costMonth: '2026-13' }],
    ['has a cost month after its cycle', { costMonth: '2026-04' }],
  ])('that %s is refused', (_, change) => {
    const refusal = expect.objectContaining({ reason: 'REQUEST_MALFORMED' }) as Error;
    expect(() => decodeObligation({ ...ACCOUNT_PAID, ...change })).toThrow(refusal);
  });

  it.each<[string, Partial<ArrivedObligation>, string]>([
    ['is owed by a province to itself', { treatingProvince: '610000' }, 'obligation_parties'],
    ['is of a month to come', { costMonth: '2026-04' }, 'obligation_cost_month'],
    ['has the sign of a reversal', { funds: [{ fund: 'POOLING', amountFen: fen(-1n) }] }, 'obligation_sign'],
  ])('of which one %s books none of its province', async (_, change, constraint) => {
    const before = await rowCounts(db);
    const bad = obligation(change);
    const right = obligation({ insuredProvince: '310000', treatingProvince: bad.treatingProvince });
    await expect(obligations.post([right, bad])).rejects.toThrow(constraint);
    expect(await rowCounts(db)).toEqual(before);
  });

  it('of each kind is taken once for what made it, with the sign of its kind', async () => {
    const one = obligation();
    const refund = { ...one, ...undoneOf(one), operationId: randomUUID(), kind: 'REFUND' as const };
    const again = {
      ...one,
      obligationId: randomUUID(),
      operationId: refund.operationId,
      kind: 'REINSTATEMENT' as const,
    };
    await obligations.post([one, refund, again]);
    for (const kind of ['REFUND', 'REINSTATEMENT'] as const) {
      const twice = { ...(kind === 'REFUND' ? refund : again), obligationId: randomUUID() };
      await expect(obligations.post([twice])).rejects.toThrow('obligation_once');
      const bad = {
        ...(kind === 'REFUND' ? again : refund),
        obligationId: randomUUID(),
        kind,
        operationId: randomUUID(),
      };
      await expect(obligations.post([bad])).rejects.toThrow('obligation_sign');
    }
  });

  it('for a settlement that has its obligation already is refused', async () => {
    const one = obligation();
    await obligations.post([one]);
    await expect(obligations.post([obligation({ operationId: one.operationId })])).rejects.toThrow('obligation_once');
  });
});

describe('a cycle', () => {
  it.each(['OPEN', 'SEALING', 'SEALED'] as const)('that is %s takes what is still under way', async (state) => {
    await bringTo(state);
    expect(await obligations.post([obligation()])).toBe(1);
    expect(await as(CLEARING, (tx) => findCycle(tx, DAY))).toMatchObject({ state });
  });

  it.each(['VERIFIED', 'CLOSED'] as const)(
    'that is %s takes nothing more, and the message stays new',
    async (state) => {
      await bringTo(state);
      const before = await rowCounts(db);
      await expect(obligations.post([obligation()])).rejects.toMatchObject({
        reason: 'CYCLE_CLOSED',
        params: { date: DAY },
      });
      expect(await rowCounts(db)).toEqual(before);
    },
  );

  it('is not verified under an obligation that is being booked', async () => {
    await bringTo('SEALED');
    const [holding, finish] = [gate(), gate()];
    const booking = as(CLEARING, async (tx) => {
      await holdCycle(tx, DAY);
      holding.open();
      await finish.passed;
    });
    await holding.passed;
    const verified = as(CLEARING, (tx) => advanceCycle(tx, DAY, 'SEALED', 'VERIFIED'));
    await expect.poll(() => waitingForLocks(db), PATIENCE).toBe(1);
    expect(await obligations.post([obligation()])).toBe(1);
    finish.open();
    await booking;
    expect(await verified).toBe(true);
  });

  it('takes each step once, though ten workers race for it', async () => {
    await as(CLEARING, (tx) => openCycle(tx, DAY));
    for (const [index, to] of CYCLE_STATES.entries()) {
      const from = CYCLE_STATES[index - 1];
      if (!from) continue;
      const taken = await atOnce(10, () => patiently(() => as(CLEARING, (tx) => step(tx, from, to))));
      expect(taken.filter(Boolean)).toHaveLength(1);
    }
    expect(await as(CLEARING, (tx) => findCycle(tx, DAY))).toMatchObject({ state: 'CLOSED', closedAt: NOW });
  });

  it('skips no step and takes none back', async () => {
    await bringTo('SEALED');
    for (const from of CYCLE_STATES.filter((state) => state !== 'SEALED'))
      for (const to of CYCLE_STATES) expect(await as(CLEARING, (tx) => step(tx, from, to))).toBe(false);
    expect(await as(CLEARING, (tx) => findCycle(tx, DAY))).toMatchObject({ state: 'SEALED' });
  });

  it('is there once, though many obligations open it at once', async () => {
    await atOnce(10, () => patiently(() => obligations.post([obligation()])));
    expect(await rowCounts(db)).toMatchObject({ cycle: 1, obligation: 10 });
  });
});

describe('the recount', () => {
  beforeEach(() => obligations.post(busyDay(30)));

  it('agrees with books that nobody touched, also of a day without obligations', async () => {
    expect(await wrong()).toEqual([]);
    expect(await wrong('2026-03-02')).toEqual([]);
  });

  const someCell = 'ctid = (SELECT ctid FROM position WHERE amount_fen <> 0 LIMIT 1)';
  it.each<[string, string]>([
    ['a cell has a fen too many', `UPDATE position SET amount_fen = amount_fen + 1 WHERE ${someCell}`],
    [
      'a cell has counted one too many',
      `UPDATE position SET obligation_count = obligation_count + 1 WHERE ${someCell}`,
    ],
    ['a cell is missing', `DELETE FROM position WHERE ${someCell}`],
    [
      'a cell has come from nowhere',
      `INSERT INTO position SELECT '330000', '${DAY}', '340000', 'EMPLOYEE', 0, 0, frontier FROM position LIMIT 1`,
    ],
    [
      'money was moved between two payers',
      "UPDATE position SET insured_province = '340000' WHERE insured_province = '610000'",
    ],
    ['an obligation has another amount', 'UPDATE obligation SET amount_fen = amount_fen + sign(amount_fen)::bigint'],
    ['an obligation is gone', 'DELETE FROM obligation WHERE ctid = (SELECT ctid FROM obligation LIMIT 1)'],
    [
      'a posting has another amount',
      'UPDATE posting SET amount_fen = amount_fen + 1 WHERE ctid = (SELECT ctid FROM posting LIMIT 1)',
    ],
    [
      'a fund of a cell has another amount',
      'UPDATE fund_position SET amount_fen = amount_fen + 1 WHERE ctid = (SELECT ctid FROM fund_position LIMIT 1)',
    ],
    [
      'a fund of a cell is gone',
      'DELETE FROM fund_position WHERE ctid = (SELECT ctid FROM fund_position WHERE amount_fen <> 0 LIMIT 1)',
    ],
    [
      'a cell’s tree is another’s',
      `UPDATE position SET frontier = (SELECT frontier FROM position ORDER BY obligation_count DESC LIMIT 1)
       WHERE ctid = (SELECT ctid FROM position ORDER BY obligation_count LIMIT 1)`,
    ],
    ['a posting is gone', 'DELETE FROM posting WHERE ctid = (SELECT ctid FROM posting WHERE amount_fen <> 0 LIMIT 1)'],
  ])('finds that %s', async (_, tampering) => {
    await queryAs(db.superuserUrl, tampering);
    expect(await wrong()).not.toEqual([]);
  });
});

describe('netting', () => {
  it('keeps a row for each of the 32 parties; they sum to nothing and are what the ledger’s rule gives', async () => {
    const day = busyDay(50);
    await obligations.post(day);
    await netTheDay();
    const kept = await as(CLEARING, (tx) => netPositionsOf(tx, DAY));
    expect(kept.map(({ region }) => region)).toEqual(PROVINCES.map(({ code }) => code).sort());
    expect(sumFen(kept.map(({ netFen }) => netFen))).toBe(0n);
    const moved = netPositions(grossOf(day));
    expect(kept.filter(({ region }) => moved.some((position) => position.region === region))).toEqual(moved);
    expect(kept.filter(({ payableFen, receivableFen }) => payableFen !== 0n || receivableFen !== 0n)).toEqual(moved);
  });

  it('of a day without obligations keeps 32 zeros', async () => {
    await netTheDay();
    const kept = await as(CLEARING, (tx) => netPositionsOf(tx, DAY));
    expect(kept).toHaveLength(32);
    expect(new Set(kept.map(({ netFen }) => netFen))).toEqual(new Set([0n]));
  });

  it('cannot be done twice', async () => {
    await netTheDay();
    await expect(netTheDay()).rejects.toThrow('net_position_pk');
  });
});

/** What other switches got wrong, so that money moved twice. */
describe('nothing is counted twice', () => {
  it('where obligations are delivered again after their cycle was closed', async () => {
    const day = busyDay(50);
    await obligations.post(day);
    await netTheDay();
    const before = await rowCounts(db);
    const [matrix, nets] = await as(CLEARING, async (tx) => [await matrixOf(tx, DAY), await netPositionsOf(tx, DAY)]);
    await bringTo('CLOSED');
    expect(await obligations.post(day)).toBe(0);
    expect(await rowCounts(db)).toEqual(before);
    expect(await as(CLEARING, (tx) => matrixOf(tx, DAY))).toEqual(matrix);
    expect(await as(CLEARING, (tx) => netPositionsOf(tx, DAY))).toEqual(nets);
  });

  it('where a bill is paid by every fund at once, in a cell that has others', async () => {
    const funds = CLEARED_FUNDS.map((fund, at) => ({ fund, amountFen: fen(BigInt(10 ** at)) }));
    const others = [obligation(), obligation({ insurance: 'RESIDENT' })];
    await obligations.post([...others, obligation({ funds })]);
    const [pair, ...rest] = await as(CLEARING, (tx) => bilateralOf(tx, DAY));
    expect([pair?.grossFen, rest]).toEqual([11_111_111n + 20_000n, []]);
    expect(await wrong()).toEqual([]);
  });
});

describe('a bureau', () => {
  it('sees the cells that its province is a party to, and its own net alone', async () => {
    const day = busyDay(50);
    await obligations.post(day);
    await netTheDay();
    await bringTo('CLOSED');
    const all = await positions.bilateral(OPERATOR, DAY);
    expect(all.length).toBeGreaterThan(4);
    const own = all.filter(({ payer, payee }) => payer === '110000' || payee === '110000');
    expect(own.length).toBeLessThan(all.length);
    expect(await positions.bilateral(bureauOf('110000'), DAY)).toEqual(own);
    expect(await positions.bilateral(bureauOf('440000'), DAY)).toEqual([]);
    const nets = await positions.net(bureauOf('110000'), DAY);
    expect(nets).toEqual(netPositions(grossOf(day)).filter(({ region }) => region === '110000'));
    expect(await positions.net(OPERATOR, DAY)).toHaveLength(32);
  });

  it('sees no obligation and no posting between two others', async () => {
    await obligations.post([obligation(), obligation({ insuredProvince: '310000', treatingProvince: '320000' })]);
    const seen = (region: string): Promise<unknown[]> =>
      as(bureauOf(region), (tx) =>
        tx.query('SELECT o.obligation_id FROM obligation o JOIN posting p USING (treating_province, obligation_id)'),
      );
    expect(await seen('110000')).toHaveLength(1);
    expect(await seen('310000')).toHaveLength(1);
    expect(await seen('440000')).toEqual([]);
    expect(await seen(NATION)).toHaveLength(2);
  });

  it.each(['OPEN', 'SEALING', 'SEALED', 'VERIFIED'] as const)(
    'is not shown the net of a cycle that is %s',
    async (state) => {
      await bringTo(state);
      await expect(positions.net(bureauOf('110000'), DAY)).rejects.toMatchObject({ reason: 'CYCLE_NOT_CLOSED' });
    },
  );

  it('is told of a day that never was', async () => {
    await expect(positions.net(OPERATOR, DAY)).rejects.toMatchObject({ reason: 'CYCLE_NOT_FOUND' });
    await expect(positions.bilateral(OPERATOR, DAY)).rejects.toMatchObject({ reason: 'CYCLE_NOT_FOUND' });
  });
});

describe('the books', () => {
  it.each(
    [
      ['obligation', 'amount_fen'],
      ['posting', 'amount_fen'],
      ['net_position', 'net_fen'],
      ['fund_net_position', 'payable_fen'],
      ['control_total', 'amount_fen'],
      ['inbox', 'region'],
    ].flatMap(([table = '', column = '']) => [
      [table, 'update', `UPDATE ${table} SET ${column} = ${column}`],
      [table, 'delete', `DELETE FROM ${table}`],
      [table, 'truncate', `TRUNCATE ${table}`],
    ]),
  )('are append-only: of %s the service may not %s', async (table, _, statement = '') => {
    await expect(queryAs(db.appUrl, statement)).rejects.toThrow(`permission denied for table ${table}`);
  });
});
