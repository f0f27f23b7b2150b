import { nationalActor, type Actor } from '@yiditong/chassis';
import { NATION, type Insurance } from '@yiditong/codes';
import { obligationAmount } from '@yiditong/ledger';
import { fen, sumFen } from '@yiditong/money';
import { createTestDatabase, FixedClock, queryAs, type TestDatabase } from '@yiditong/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import type { ArrivedObligation } from '../obligation/obligation.codec.js';
import { ObligationService } from '../obligation/obligation.service.js';
import { obligation } from '../spec-obligation.js';
import { CostMonthService, type ComparedPosition } from './cost-month.service.js';

const OPERATOR: Actor = { role: 'operator', region: NATION, subject: 'operator' };
const NOW = new Date('2026-05-31T12:00:00Z');
const MONTHS = ['2026-02', '2026-03', '2026-04'];
/** The last is still open. */
const DAYS = ['2026-02-28', '2026-03-01', '2026-03-31', '2026-04-15', '2026-04-30'];
const PROVINCES = ['110000', '310000', '610000'];
const bureauOf = (region: string): Actor => ({ role: 'bureau', region, subject: 'bureau' });
/** Noon of the day in Shanghai, and half past midnight after it. */
const noonOf = (day: string): Date => new Date(`${day}T04:00:00Z`);
const closeOf = (day: string): Date => new Date(`${day}T16:30:00Z`);

/** Bills, and corrections of bills of their own month or an earlier one. */
const arrived: fc.Arbitrary<ArrivedObligation> = fc
  .record({
    day: fc.constantFrom(...DAYS),
    monthsBack: fc.constantFrom(0, 0, 0, 1),
    kind: fc.constantFrom('SETTLEMENT', 'REFUND', 'REINSTATEMENT', 'REVERSAL'),
    parties: fc.shuffledSubarray(PROVINCES, { minLength: 2, maxLength: 2 }),
    insurance: fc.constantFrom<Insurance[]>('EMPLOYEE', 'RESIDENT'),
    amount: fc.bigInt({ min: 0n, max: 100_000n }),
    minutes: fc.integer({ min: -240, max: 240 }),
  })
  .map(({ day, monthsBack, kind, parties, insurance, amount, minutes }) => {
    const month = MONTHS.indexOf(day.slice(0, 7)) - (kind === 'SETTLEMENT' ? 0 : monthsBack);
    return obligation({
      kind,
      businessDate: day,
      costMonth: MONTHS[month] ?? '2026-01',
      insuredProvince: parties[0] ?? '',
      treatingProvince: parties[1] ?? '',
      insurance,
      funds: [{ fund: 'POOLING', amountFen: fen(kind === 'REFUND' || kind === 'REVERSAL' ? -amount : amount) }],
      recordedAt: new Date(noonOf(day).getTime() + minutes * 60_000),
    });
  });

let db: TestDatabase;
let obligations: ObligationService;
let reports: CostMonthService;
beforeAll(async () => {
  db = await createTestDatabase('clearing', migrations);
  obligations = new ObligationService(db.database);
  reports = new CostMonthService(db.database, new FixedClock(NOW));
});
afterAll(() => db.drop());

async function booked(batch: readonly ArrivedObligation[]): Promise<void> {
  await queryAs(db.superuserUrl, 'TRUNCATE cycle, obligation, posting, position, fund_position, inbox');
  await obligations.post(batch);
  for (const [at, day] of DAYS.slice(0, -1).entries())
    await queryAs(
      db.superuserUrl,
      `UPDATE cycle SET state = 'CLOSED', closed_at = '${closeOf(day).toISOString()}', sequence = ${at + 1}, previous_root = '', merkle_root = 'spec', tree_size = 1, signatures = '[]' WHERE business_date = '${day}'`,
    );
}

const keyOf = (one: { readonly payer: string; readonly payee: string; readonly insurance: string }): string =>
  `${one.payer} ${one.payee} ${one.insurance}`;

/** Counted with pencil and paper. */
function stoodAt(batch: readonly ArrivedObligation[], costMonth: string, asOf: Date): Map<string, [bigint, bigint]> {
  const sums = new Map<string, [bigint, bigint]>();
  for (const one of batch.filter((each) => each.costMonth === costMonth && each.recordedAt <= asOf)) {
    const key = keyOf({ payer: one.insuredProvince, payee: one.treatingProvince, insurance: one.insurance });
    const [count, amount] = sums.get(key) ?? [0n, 0n];
    sums.set(key, [count + 1n, amount + obligationAmount(one)]);
  }
  return sums;
}

const told = (positions: readonly ComparedPosition[]): Map<string, [bigint, bigint]> =>
  new Map(positions.map((one) => [keyOf(one), [one.obligationCount, one.amountFen]]));

describe('the costs of a month', () => {
  it('are what had been recorded by any instant, whichever cycle it came in, and of two instants what lies between', async () => {
    const instants = [...DAYS.map(noonOf), ...DAYS.map(closeOf), NOW];
    await fc.assert(
      fc.asyncProperty(fc.array(arrived, { minLength: 1, maxLength: 60 }), async (batch) => {
        await booked(batch);
        for (const month of MONTHS)
          for (const [at, asOf] of instants.entries()) {
            const since = instants[(at * 7) % (at + 1)] ?? asOf;
            const [earlier, later] = since <= asOf ? [since, asOf] : [asOf, since];
            const { positions } = await reports.report(OPERATOR, month, later, earlier);
            expect(told(positions)).toEqual(stoodAt(batch, month, later));
            const before = stoodAt(batch, month, earlier);
            for (const one of positions) {
              const [count, amount] = before.get(keyOf(one)) ?? [0n, 0n];
              expect(one.earlier).toEqual({ obligationCount: count, amountFen: amount });
            }
          }
      }),
      { numRuns: 12 },
    );
  });

  it('keep a refund that a later month brought, and the later month is free of it', async () => {
    const bill = obligation({ businessDate: '2026-03-31', recordedAt: noonOf('2026-03-31') });
    const refund = obligation({
      kind: 'REFUND',
      settlementId: bill.settlementId,
      businessDate: '2026-04-15',
      costMonth: '2026-03',
      funds: [{ fund: 'POOLING', amountFen: fen(-10_000n) }],
      recordedAt: noonOf('2026-04-15'),
    });
    await booked([bill, refund]);
    const march = await reports.report(OPERATOR, '2026-03', null, closeOf('2026-03-31'));
    expect(march).toEqual({
      asOf: NOW,
      positions: [
        {
          payer: '610000',
          payee: '110000',
          insurance: 'EMPLOYEE',
          obligationCount: 2n,
          amountFen: 0n,
          earlier: { obligationCount: 1n, amountFen: 10_000n },
        },
      ],
    });
    expect((await reports.report(OPERATOR, '2026-04', null, null)).positions).toEqual([]);
    const before = await reports.report(OPERATOR, '2026-03', closeOf('2026-03-31'), null);
    expect(before.positions.map(({ amountFen, earlier }) => [amountFen, earlier])).toEqual([[10_000n, null]]);
  });

  it('are shown to a bureau of the pairs that it is a party to', async () => {
    const pairs = PROVINCES.flatMap((insuredProvince) =>
      PROVINCES.flatMap((treatingProvince) =>
        treatingProvince === insuredProvince ? [] : [{ insuredProvince, treatingProvince }],
      ),
    );
    await booked(pairs.map((pair) => obligation({ ...pair, recordedAt: noonOf('2026-03-01') })));
    const all = (await reports.report(OPERATOR, '2026-03', null, null)).positions;
    expect(sumFen(all.map(({ amountFen }) => amountFen))).toBe(60_000n);
    for (const region of PROVINCES) {
      const own = (await reports.report(bureauOf(region), '2026-03', null, null)).positions;
      expect(own).toEqual(all.filter(({ payer, payee }) => payer === region || payee === region));
      expect(own).toHaveLength(4);
    }
    expect((await reports.report(bureauOf('420000'), '2026-03', null, null)).positions).toEqual([]);
    expect((await reports.report(nationalActor('spec'), '2026-03', null, null)).positions).toEqual(all);
  });

  it.each<[string, Date | null, Date | null, string]>([
    ['of an instant to come', new Date(NOW.getTime() + 1), null, 'as_of is in the future'],
    ['since an instant to come', null, new Date(NOW.getTime() + 1), 'since is later than as_of'],
    ['since a later instant', noonOf('2026-03-01'), noonOf('2026-03-31'), 'since is later than as_of'],
  ])('%s are refused', async (_, asOf, since, problem) => {
    await expect(reports.report(OPERATOR, '2026-03', asOf, since)).rejects.toMatchObject({
      reason: 'REQUEST_MALFORMED',
      params: { problem },
    });
  });
});
