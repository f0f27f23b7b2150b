import { nationalActor, type Actor } from '@yiditong/chassis';
import { NATION, type ClearedFund } from '@yiditong/codes';
import type { clearingV1 } from '@yiditong/contracts';
import { obligationAmount } from '@yiditong/ledger';
import { fen, sumFen } from '@yiditong/money';
import { createTestDatabase, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { ObligationService } from '../obligation/obligation.service.js';
import { DAY, obligation } from '../spec-obligation.js';
import { decodeObligationsAsked, encodeObligations } from './drill-down.codec.js';
import { bookedObligations, pairCells, type BookedObligation, type ObligationsAsked } from './drill-down.store.js';
import { PositionService } from './position.service.js';

const OPERATOR: Actor = { role: 'operator', region: NATION, subject: 'operator' };
const PAIR = { businessDate: DAY, payer: '610000', payee: '110000' };
const EMPLOYEES: ObligationsAsked = { ...PAIR, insurance: 'EMPLOYEE', fund: null, from: 0, limit: 1_000 };
const bureauOf = (region: string): Actor => ({ role: 'bureau', region, subject: 'bureau' });
const funds = (...amounts: readonly (readonly [ClearedFund, bigint])[]) =>
  amounts.map(([fund, amount]) => ({ fund, amountFen: fen(amount) }));

const STAY = obligation({ funds: funds(['POOLING', 700n], ['CRITICAL_ILLNESS', 300n]) });
const BOOKED = [
  STAY,
  ...Array.from({ length: 9 }, (_, n) => obligation({ funds: funds(['POOLING', BigInt(n)]) })),
  obligation({
    kind: 'REFUND',
    settlementId: STAY.settlementId,
    costMonth: '2026-01',
    funds: funds(['POOLING', -700n], ['CRITICAL_ILLNESS', -300n]),
  }),
  obligation({ funds: funds(['PERSONAL_ACCOUNT', 50n]) }),
];

let db: TestDatabase;
let positions: PositionService;
beforeAll(async () => {
  db = await createTestDatabase('clearing', migrations);
  positions = new PositionService(db.database);
  const obligations = new ObligationService(db.database);
  await obligations.post(BOOKED);
  await obligations.post([
    obligation({ insurance: 'RESIDENT', funds: funds(['POOLING', 11n]) }),
    obligation({ insuredProvince: '110000', treatingProvince: '610000' }),
    obligation({ insuredProvince: '310000' }),
    obligation({ businessDate: '2026-03-02' }),
  ]);
});
afterAll(() => db.drop());

const listed = (change: Partial<ObligationsAsked> = {}, actor = OPERATOR): Promise<BookedObligation[]> =>
  positions.obligations(actor, { ...EMPLOYEES, ...change });
const sumOf = (booked: readonly BookedObligation[], fund: ClearedFund): bigint =>
  sumFen(booked.flatMap((one) => one.funds).flatMap((paid) => (paid.fund === fund ? [paid.amountFen] : [])));

describe('a pair’s position', () => {
  it('is the sum of its cells, a cell of its funds and of its obligations, by fund and in all', async () => {
    const [pair] = (await positions.bilateral(OPERATOR, DAY)).filter(
      ({ payer, payee }) => payer === '610000' && payee === '110000',
    );
    const cells = await positions.pair(OPERATOR, PAIR);
    expect(cells.map(({ insurance }) => insurance)).toEqual(['EMPLOYEE', 'RESIDENT']);
    expect(sumFen(cells.map(({ amountFen }) => amountFen))).toBe(pair?.grossFen);
    expect(cells.reduce((sum, { obligationCount }) => sum + obligationCount, 0n)).toBe(pair?.obligationCount);
    for (const cell of cells) {
      const booked = await listed({ insurance: cell.insurance });
      expect(BigInt(booked.length)).toBe(cell.obligationCount);
      expect(sumFen(booked.map(({ amountFen }) => amountFen))).toBe(cell.amountFen);
      expect(cell.funds.map(({ fund, amountFen }) => [fund, amountFen])).toEqual(
        cell.funds.map(({ fund }) => [fund, sumOf(booked, fund)]),
      );
      expect(sumFen(cell.funds.map(({ amountFen }) => amountFen))).toBe(cell.amountFen);
      for (const one of booked) expect(sumFen(one.funds.map(({ amountFen }) => amountFen))).toBe(one.amountFen);
    }
  });

  it('lists what was booked, in its order, with the bill that it is of and the month of its cost', async () => {
    const booked = await listed();
    expect(booked).toHaveLength(BOOKED.length);
    expect(new Map(booked.map((one) => [one.obligationId, one.amountFen]))).toEqual(
      new Map(BOOKED.map((one) => [one.obligationId, obligationAmount(one)])),
    );
    expect(booked.map(({ place }) => place)).toEqual(BOOKED.map((_, at) => at));
    expect(booked.find(({ kind }) => kind === 'REFUND')).toMatchObject({
      settlementId: STAY.settlementId,
      costMonth: '2026-01',
      amountFen: -1_000n,
      funds: funds(['CRITICAL_ILLNESS', -300n], ['POOLING', -700n]),
    });
  });

  it('lists those that a fund paid some of', async () => {
    const found = await listed({ fund: 'CRITICAL_ILLNESS' });
    expect(found.map(({ amountFen }) => amountFen)).toEqual([1_000n, -1_000n]);
    expect(await listed({ fund: 'MEDICAL_AID' })).toEqual([]);
  });

  it.each([null, 'POOLING'] as const)('lists each once, page by page, of fund %s', async (fund) => {
    const seen: string[] = [];
    for (let from = 0n, pages = 0; pages < 20; pages++) {
      const asked = { ...EMPLOYEES, fund, from: Number(from), limit: 3 };
      const page = encodeObligations(await positions.obligations(OPERATOR, asked), asked);
      seen.push(...page.obligations.map(({ obligationId }) => obligationId));
      from = page.nextFrom;
      if (from === 0n) break;
    }
    expect(seen).toEqual((await listed({ fund })).map(({ obligationId }) => obligationId));
  });

  it('is shown to both its provinces, and nothing of it to another', async () => {
    for (const region of ['610000', '110000']) {
      expect(await positions.pair(bureauOf(region), PAIR)).toEqual(await positions.pair(OPERATOR, PAIR));
      expect(await listed({}, bureauOf(region))).toEqual(await listed());
    }
    expect(await positions.pair(bureauOf('310000'), PAIR)).toEqual([]);
    expect(await listed({}, bureauOf('310000'))).toEqual([]);
  });

  it('of a day that has no cycle is refused', async () => {
    const refusal = { reason: 'CYCLE_NOT_FOUND' };
    await expect(positions.pair(OPERATOR, { ...PAIR, businessDate: '2001-01-01' })).rejects.toMatchObject(refusal);
    await expect(listed({ businessDate: '2001-01-01' })).rejects.toMatchObject(refusal);
  });

  it('is read by the nation as by the operator', async () => {
    const nation = nationalActor('spec');
    expect(await db.database.transaction(nation, (tx) => pairCells(tx, PAIR))).toHaveLength(2);
    expect(await db.database.transaction(nation, (tx) => bookedObligations(tx, EMPLOYEES))).toHaveLength(BOOKED.length);
  });
});

describe('a question for obligations', () => {
  const ASKED: clearingV1.ListObligationsRequest = {
    businessDate: DAY,
    payer: '610000',
    payee: '110000',
    insurance: 'INSURANCE_EMPLOYEE',
    fund: 'FUND_UNSPECIFIED',
    from: 0n,
    limit: 1_000,
  };

  it('is of all funds where none is named', () => {
    expect(decodeObligationsAsked(ASKED)).toEqual(EMPLOYEES);
    expect(decodeObligationsAsked({ ...ASKED, fund: 'FUND_PERSONAL_ACCOUNT' }).fund).toBe('PERSONAL_ACCOUNT');
  });

  it.each<[string, Partial<clearingV1.ListObligationsRequest>]>([
    ['a day that is none', { businessDate: '2026-02-30' }],
    ['a payer that is none', { payer: '610100' }],
    ['a payee that is none', { payee: '' }],
    ['no insurance', { insurance: 'INSURANCE_UNSPECIFIED' }],
    ['a place below the first', { from: -1n }],
    ['a place beyond all counting', { from: 2n ** 60n }],
    ['no page', { limit: 0 }],
    ['too long a page', { limit: 1_001 }],
  ])('of %s is refused', (_, change) => {
    const refusal = expect.objectContaining({ reason: 'REQUEST_MALFORMED' }) as Error;
    expect(() => decodeObligationsAsked({ ...ASKED, ...change })).toThrow(refusal);
  });
});
