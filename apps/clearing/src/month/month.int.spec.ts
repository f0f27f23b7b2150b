import { nationalActor, type Actor } from '@yiditong/chassis';
import { NATION, type ClearedFund, type Insurance } from '@yiditong/codes';
import { clearingTables, nationalClearing } from '@yiditong/ledger';
import { fen, sumFen } from '@yiditong/money';
import {
  atOnce,
  auditTrail,
  createTestDatabase,
  FixedClock,
  queryAs,
  rowCounts,
  type TestDatabase,
} from '@yiditong/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import type { ArrivedObligation } from '../obligation/obligation.codec.js';
import { ObligationService } from '../obligation/obligation.service.js';
import { obligation } from '../spec-obligation.js';
import { MonthService } from './month.service.js';
import { NoticeService, type TimedNotice } from './notice.service.js';
import { payeeOf, payerOf } from './notice.store.js';

const OPERATOR: Actor = { role: 'operator', region: NATION, subject: 'operator', rank: 'supervisor' };
const NIGHTLY = nationalActor('monthly-clearing');
const bureauOf = (region: string): Actor => ({
  role: 'bureau',
  region,
  subject: `bureau-${region}`,
  rank: 'supervisor',
});
const at = (text: string): Date => new Date(`${text}:00+08:00`);
const CODES = ['110000', '310000', '610000'];

let db: TestDatabase;
let clock: FixedClock;
let obligations: ObligationService;
let months: MonthService;
let notices: NoticeService;
beforeAll(async () => {
  db = await createTestDatabase('clearing', migrations);
  clock = new FixedClock(at('2026-04-21T01:00'));
  obligations = new ObligationService(db.database);
  months = new MonthService(db.database, clock);
  notices = new NoticeService(db.database, clock);
});
afterAll(() => db.drop());
beforeEach(async () => {
  clock.moveTo(at('2026-04-21T01:00'));
  await emptied();
});

async function emptied(): Promise<void> {
  await queryAs(
    db.superuserUrl,
    `TRUNCATE cycle, obligation, posting, position, fund_position, inbox, clearing_month, clearing_line, clearing_count,
     clearing_confirmation, clearing_notice`,
  );
}

/** Books a batch and closes its days. */
async function booked(batch: readonly ArrivedObligation[]): Promise<void> {
  await obligations.post(batch);
  await closed(batch.map(({ businessDate }) => businessDate));
}

async function closed(dates: readonly string[]): Promise<void> {
  await queryAs(
    db.superuserUrl,
    `UPDATE cycle SET state = 'CLOSED', closed_at = business_date + interval '1 day', sequence = business_date - date '2000-01-01',
       previous_root = '', merkle_root = 'spec', tree_size = 1, signatures = '[]'
     WHERE state <> 'CLOSED' AND business_date IN (${dates.map((date) => `'${date}'`).join(', ')})`,
  );
}

const bill = (businessDate: string, amount: bigint, change: Partial<ArrivedObligation> = {}): ArrivedObligation =>
  obligation({ businessDate, funds: [{ fund: 'POOLING', amountFen: fen(amount) }], ...change });

describe('a month’s tables', () => {
  const anyObligation: fc.Arbitrary<ArrivedObligation> = fc
    .record({
      day: fc.constantFrom('2026-01-31', '2026-02-28', '2026-03-01', '2026-03-31', '2026-04-01'),
      monthsBack: fc.constantFrom(0, 0, 1),
      kind: fc.constantFrom('SETTLEMENT', 'REFUND', 'REINSTATEMENT', 'REVERSAL'),
      parties: fc.shuffledSubarray(CODES, { minLength: 2, maxLength: 2 }),
      insurance: fc.constantFrom<Insurance[]>('EMPLOYEE', 'RESIDENT'),
      funds: fc.uniqueArray(
        fc.record({
          fund: fc.constantFrom<ClearedFund[]>('POOLING', 'LARGE_SUM', 'MEDICAL_AID', 'PERSONAL_ACCOUNT'),
          amount: fc.bigInt({ min: 0n, max: 1_000_000n }),
        }),
        { selector: ({ fund }) => fund, minLength: 1, maxLength: 4 },
      ),
    })
    .map(({ day, monthsBack, kind, parties: [insuredProvince = '', treatingProvince = ''], insurance, funds }) => {
      const sign = kind === 'REFUND' || kind === 'REVERSAL' ? -1n : 1n;
      const own = Number(day.slice(5, 7));
      const month = kind === 'SETTLEMENT' ? own : Math.max(own - monthsBack, 1);
      return obligation({
        kind,
        businessDate: day,
        costMonth: `2026-0${month}`,
        insuredProvince,
        treatingProvince,
        insurance,
        funds: funds.map(({ fund, amount }) => ({ fund, amountFen: fen(sign * amount) })),
      });
    });

  it('are what pencil and paper make of the obligations of their days, of whatever month their costs are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyObligation, { minLength: 1, maxLength: 60 }), async (batch) => {
        await emptied();
        await booked(batch);
        await months.generate(NIGHTLY, '2026-04');
        const taken = batch.filter(({ businessDate }) => businessDate < '2026-04-01');
        for (const province of CODES) {
          const { lines, counts } = await months.tables(bureauOf(province), '2026-04', province);
          const own = taken.filter((one) => [one.insuredProvince, one.treatingProvince].includes(province));
          const sums = new Map<string, bigint>();
          const people = new Map<string, bigint>();
          for (const one of own) {
            const pair = `${one.insuredProvince} ${one.treatingProvince} ${one.insurance}`;
            const step = one.kind === 'REFUND' || one.kind === 'REVERSAL' ? -1n : 1n;
            people.set(pair, (people.get(pair) ?? 0n) + step);
            for (const { fund, amountFen } of one.funds) {
              const key = `${pair} ${fund} ${one.costMonth}`;
              sums.set(key, (sums.get(key) ?? 0n) + amountFen);
            }
          }
          const told = lines
            .map(
              (one) =>
                [`${one.payer} ${one.payee} ${one.insurance} ${one.fund} ${one.costMonth}`, one.amountFen] as const,
            )
            // A correction of another month leaves nothing in its own.
            .filter(([key, amount]) => amount !== 0n || sums.has(key));
          expect(new Map(told)).toEqual(sums);
          expect(
            new Map(counts.map((one) => [`${one.payer} ${one.payee} ${one.insurance}`, one.settlementCount])),
          ).toEqual(people);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('of the nation come to what the provinces’ own do, and balance', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyObligation, { minLength: 1, maxLength: 60 }), async (batch) => {
        await emptied();
        await booked(batch);
        await months.generate(NIGHTLY, '2026-04');
        const { pairs } = await months.nationalTable(OPERATOR, '2026-04');
        const { provinces, total } = nationalClearing(pairs);
        expect([total.paymentFen, total.returnPayableFen]).toEqual([total.receiptFen, total.returnReceivableFen]);
        for (const { region, paymentFen, receiptFen } of provinces.filter((one) => CODES.includes(one.region))) {
          const { lines, counts } = await months.tables(bureauOf(region), '2026-04', region);
          const own = clearingTables({
            clearingMonth: '2026-04',
            generatedOn: '2026-04-21',
            region,
            rows: lines.map((line) => ({ ...line, kind: 'COST' })),
            counts: counts.map(({ settlementCount, ...of }) => ({ ...of, count: settlementCount })),
          });
          const sumOf = (number: string): unknown => own.find((table) => table.number === number)?.total.at(-1);
          expect([sumOf('15'), sumOf('16')]).toEqual([
            { kind: 'AMOUNT', amountFen: paymentFen },
            { kind: 'AMOUNT', amountFen: receiptFen },
          ]);
        }
      }),
      { numRuns: 15 },
    );
    await expect(months.nationalTable(OPERATOR, '2026-05')).rejects.toMatchObject({
      reason: 'CLEARING_MONTH_NOT_FOUND',
    });
  });

  it('have each closed day once, whatever is generated when, by how many at once', async () => {
    await booked([bill('2026-02-10', 100n), bill('2026-03-10', 200n), bill('2026-04-10', 400n)]);
    await obligations.post([bill('2026-03-31', 800n)]);
    const ends = await atOnce(5, () => months.generate(NIGHTLY, '2026-04'));
    for (const { days } of ends) expect(days).toEqual({ count: 2, first: '2026-02-10', last: '2026-03-10' });
    await closed(['2026-03-31']);
    expect((await months.generate(NIGHTLY, '2026-04')).days.count).toBe(2);
    clock.moveTo(at('2026-05-21T00:05'));
    await months.generateDue();
    const { days } = (await months.get(OPERATOR, '2026-05')).month;
    expect(days).toEqual({ count: 2, first: '2026-03-31', last: '2026-04-10' });
    const amounts = await Promise.all(['2026-04', '2026-05'].map((month) => months.tables(OPERATOR, month, '110000')));
    expect(amounts.map(({ lines }) => sumFen(lines.map(({ amountFen }) => amountFen)))).toEqual([300n, 1_200n]);
  });

  it('are generated on the 21st, by the night or by hand, and no earlier', async () => {
    await booked([bill('2026-03-10', 200n)]);
    clock.moveTo(at('2026-04-20T23:59'));
    await months.generateDue();
    await expect(months.get(OPERATOR, '2026-04')).rejects.toMatchObject({ reason: 'CLEARING_MONTH_NOT_FOUND' });
    await expect(months.generate(OPERATOR, '2026-04')).rejects.toMatchObject({
      reason: 'CLEARING_MONTH_TOO_EARLY',
      params: { month: '2026-04', date: '2026-04-21' },
    });
    clock.moveTo(at('2026-04-21T00:05'));
    await months.generateDue();
    await months.generateDue();
    expect((await months.get(OPERATOR, '2026-04')).month).toMatchObject({
      generatedAt: clock.now(),
      dates: { confirmedBy: '2026-04-25', noticedBy: '2026-04-30', submittedBy: '2026-05-11' },
    });
  });

  it('are generated later where nobody was there on the 21st, of the days that they would have had', async () => {
    await booked([bill('2026-03-10', 200n), bill('2026-04-02', 50n)]);
    clock.moveTo(at('2026-05-03T00:05'));
    await months.generateDue();
    expect((await months.get(OPERATOR, '2026-04')).month.days).toEqual({
      count: 1,
      first: '2026-03-10',
      last: '2026-03-10',
    });
    await expect(months.get(OPERATOR, '2026-05')).rejects.toMatchObject({ reason: 'CLEARING_MONTH_NOT_FOUND' });
  });

  it('are not generated of a month that nobody generated when it was time, nor of one that is yet to come', async () => {
    await booked([bill('2026-01-10', 200n)]);
    await expect(months.generate(OPERATOR, '2026-02')).rejects.toMatchObject({ reason: 'CLEARING_MONTH_NOT_FOUND' });
    await expect(months.generate(OPERATOR, '2026-05')).rejects.toMatchObject({ reason: 'CLEARING_MONTH_TOO_EARLY' });
    expect((await months.generate(OPERATOR, '2026-03')).days.count).toBe(1);
  });

  it('refuse days that are more than two months late, or of a closed year, and name them', async () => {
    await booked([bill('2025-12-31', 1n), bill('2026-01-31', 2n), bill('2026-03-31', 4n)]);
    const { days, refusedDates } = await months.generate(NIGHTLY, '2026-04');
    expect([days.count, refusedDates]).toEqual([2, ['2025-12-31']]);
    clock.moveTo(at('2026-07-21T00:05'));
    await booked([bill('2026-03-30', 8n), bill('2026-04-30', 16n)]);
    const july = await months.generate(NIGHTLY, '2026-07');
    expect([july.days.count, july.refusedDates]).toEqual([1, ['2025-12-31', '2026-03-30']]);
  });

  it('show a bureau its own sums and pairs alone, and nothing of who neither pays nor is paid', async () => {
    await booked([
      bill('2026-03-10', 200n),
      bill('2026-03-11', 70n, { insuredProvince: '310000', treatingProvince: '610000' }),
    ]);
    await months.generate(NIGHTLY, '2026-04');
    const seen = async (actor: Actor): Promise<unknown> =>
      (await months.get(actor, '2026-04')).provinces.map(({ region, payableFen, receivableFen }) => [
        region,
        payableFen,
        receivableFen,
      ]);
    expect(await seen(OPERATOR)).toEqual([
      ['110000', 0n, 200n],
      ['310000', 70n, 0n],
      ['610000', 200n, 70n],
    ]);
    expect(await seen(bureauOf('610000'))).toEqual([['610000', 200n, 70n]]);
    expect(await seen(bureauOf('440000'))).toEqual([['440000', 0n, 0n]]);
    expect((await months.tables(bureauOf('110000'), '2026-04', '610000')).lines).toHaveLength(1);
    expect((await months.tables(bureauOf('440000'), '2026-04', '440000')).lines).toEqual([]);
  });
});

describe('a confirmation', () => {
  it('is kept once, as first said', async () => {
    await booked([bill('2026-03-10', 200n)]);
    await months.generate(NIGHTLY, '2026-04');
    const first = await months.confirm(bureauOf('110000'), '2026-04', '110000');
    clock.moveTo(at('2026-04-22T10:00'));
    const again = await atOnce(4, () => months.confirm(bureauOf('110000'), '2026-04', '110000'));
    expect(again).toEqual(Array(4).fill(first));
    const { provinces } = await months.get(OPERATOR, '2026-04');
    expect(provinces.map(({ region, confirmedAt }) => [region, confirmedAt])).toEqual([
      ['110000', first],
      ['610000', null],
    ]);
    await expect(months.confirm(bureauOf('110000'), '2026-05', '110000')).rejects.toMatchObject({
      reason: 'CLEARING_MONTH_NOT_FOUND',
    });
  });
});

describe('notices', () => {
  /** 陕西 owes 北京 300 yuan less a refund; 北京 owes 陕西 nothing but a refund, which 陕西 gives back. */
  async function generated(): Promise<void> {
    await booked([
      bill('2026-03-10', 30_000n),
      bill('2026-03-20', -1_000n, { kind: 'REFUND', costMonth: '2026-02' }),
      bill('2026-03-20', -2_500n, {
        kind: 'REFUND',
        costMonth: '2026-02',
        insuredProvince: '110000',
        treatingProvince: '610000',
      }),
      bill('2026-03-21', 500n, { insuredProvince: '310000', treatingProvince: '110000' }),
      bill('2026-03-22', -500n, { kind: 'REVERSAL', insuredProvince: '310000', treatingProvince: '110000' }),
    ]);
    await months.generate(NIGHTLY, '2026-04');
  }
  const confirmAll = (): Promise<unknown> =>
    Promise.all(CODES.map((code) => months.confirm(bureauOf(code), '2026-04', code)));
  const told = (notice: TimedNotice): unknown => [payerOf(notice), payeeOf(notice), notice.isReturn, notice.amountFen];

  it('wait for every province that pays or is paid, until the 25th is over', async () => {
    await generated();
    await months.confirm(bureauOf('110000'), '2026-04', '110000');
    await expect(notices.issue(OPERATOR, '2026-04')).rejects.toMatchObject({
      reason: 'TABLES_NOT_CONFIRMED',
      params: { provinces: '310000, 610000', date: '2026-04-25' },
    });
    expect(await notices.list(bureauOf('110000'), '2026-04', '110000')).toEqual([]);
    clock.moveTo(at('2026-04-25T23:59'));
    await expect(notices.issue(OPERATOR, '2026-04')).rejects.toMatchObject({ reason: 'TABLES_NOT_CONFIRMED' });
    clock.moveTo(at('2026-04-26T00:00'));
    expect(await notices.issue(OPERATOR, '2026-04')).toMatchObject({
      noticeCount: 2,
      month: { noticedAt: clock.now() },
    });
  });

  it('are issued once, of whatever isn’t nothing, a return to whom had paid', async () => {
    await generated();
    await confirmAll();
    const ends = await atOnce(4, () => notices.issue(OPERATOR, '2026-04'));
    expect(ends.map(({ noticeCount }) => noticeCount)).toEqual([2, 2, 2, 2]);
    const [ofPayer, ofPayee] = await Promise.all(
      ['610000', '110000'].map((code) => notices.list(bureauOf(code), '2026-04', code)),
    );
    expect(ofPayer?.map(told)).toEqual([
      ['610000', '110000', false, 29_000n],
      ['610000', '110000', true, 2_500n],
    ]);
    expect(ofPayee?.map(told)).toEqual(ofPayer?.map(told));
    expect(await notices.list(bureauOf('310000'), '2026-04', '310000')).toEqual([]);
  });

  const facts = { bank: '国家金库陕西省分库', bankSerial: '2026042700001', paidOn: '2026-04-27' };
  async function issued(): Promise<string> {
    await generated();
    await confirmAll();
    await notices.issue(OPERATOR, '2026-04');
    const [first] = await notices.list(bureauOf('610000'), '2026-04', '610000');
    return first?.noticeId ?? '';
  }
  const pay = (province: string, noticeId: string, said = facts): Promise<TimedNotice> =>
    notices.pay(bureauOf(province), '2026-04', province, noticeId, said);
  const arrive = (province: string, noticeId: string, on: string): Promise<TimedNotice> =>
    notices.arrive(bureauOf(province), '2026-04', province, noticeId, on);

  it('are paid by who pays, arrive with who is paid, and can be put right until then', async () => {
    const noticeId = await issued();
    clock.moveTo(at('2026-04-28T10:00'));
    await expect(pay('110000', noticeId)).rejects.toMatchObject({ reason: 'NOTICE_NOT_FOUND' });
    await expect(pay('310000', noticeId)).rejects.toMatchObject({ reason: 'NOTICE_NOT_FOUND' });
    await expect(arrive('110000', noticeId, '2026-04-28')).rejects.toMatchObject({ reason: 'PAYMENT_NOT_FOUND' });
    expect((await pay('610000', noticeId)).payment).toEqual({ ...facts, arrivedOn: null });
    const right = { ...facts, bankSerial: '2026042700002' };
    expect((await pay('610000', noticeId, right)).payment).toEqual({ ...right, arrivedOn: null });
    await expect(arrive('610000', noticeId, '2026-04-28')).rejects.toMatchObject({ reason: 'NOTICE_NOT_FOUND' });
    expect((await arrive('110000', noticeId, '2026-04-28')).payment).toEqual({ ...right, arrivedOn: '2026-04-28' });
    await arrive('110000', noticeId, '2026-04-28');
    await pay('610000', noticeId, right);
    await expect(arrive('110000', noticeId, '2026-04-27')).rejects.toMatchObject({ reason: 'PAYMENT_ARRIVED' });
    await expect(pay('610000', noticeId)).rejects.toMatchObject({
      reason: 'PAYMENT_ARRIVED',
      params: { date: '2026-04-28' },
    });
  });

  it('are shown to their two provinces and the operator, with the funds that they are the sum of', async () => {
    await booked([
      obligation({
        businessDate: '2026-03-09',
        insurance: 'RESIDENT',
        funds: [
          { fund: 'POOLING', amountFen: fen(4_000n) },
          { fund: 'MEDICAL_AID', amountFen: fen(600n) },
        ],
      }),
    ]);
    const noticeId = await issued();
    const [, returned] = await notices.list(bureauOf('610000'), '2026-04', '610000');
    clock.moveTo(at('2026-04-28T10:00'));
    await pay('610000', noticeId);
    for (const actor of [OPERATOR, bureauOf('610000'), bureauOf('110000')]) {
      const { month, notice, parts } = await notices.get(actor, '2026-04', noticeId);
      expect(month).toMatchObject({ clearingMonth: '2026-04', days: { first: '2026-03-09', last: '2026-03-22' } });
      expect(notice).toMatchObject({ amountFen: 33_600n, payment: { ...facts, arrivedOn: null }, daysLate: 0 });
      expect(parts).toEqual([
        { insurance: 'EMPLOYEE', fund: 'POOLING', amountFen: 29_000n },
        { insurance: 'RESIDENT', fund: 'MEDICAL_AID', amountFen: 600n },
        { insurance: 'RESIDENT', fund: 'POOLING', amountFen: 4_000n },
      ]);
    }
    expect(await notices.get(bureauOf('110000'), '2026-04', returned?.noticeId ?? '')).toMatchObject({
      notice: { isReturn: true, payment: null },
      parts: [{ insurance: 'EMPLOYEE', fund: 'POOLING', amountFen: 2_500n }],
    });
    await expect(notices.get(bureauOf('310000'), '2026-04', noticeId)).rejects.toMatchObject({
      reason: 'NOTICE_NOT_FOUND',
    });
    await expect(notices.get(OPERATOR, '2026-05', noticeId)).rejects.toMatchObject({
      reason: 'CLEARING_MONTH_NOT_FOUND',
    });
  });

  it.each([
    ['before the notice', '2026-04-20'],
    ['in the future', '2026-04-29'],
  ])('are not paid %s', async (_, paidOn) => {
    const noticeId = await issued();
    clock.moveTo(at('2026-04-28T10:00'));
    const before = await rowCounts(db);
    await expect(pay('610000', noticeId, { ...facts, paidOn })).rejects.toMatchObject({
      reason: 'PAYMENT_DATE_WRONG',
      params: { date: paidOn, from: '2026-04-21', until: '2026-04-28' },
    });
    expect(await rowCounts(db)).toEqual(before);
  });

  it('do not arrive before they are paid', async () => {
    const noticeId = await issued();
    clock.moveTo(at('2026-04-28T10:00'));
    await pay('610000', noticeId);
    await expect(arrive('110000', noticeId, '2026-04-26')).rejects.toMatchObject({ reason: 'PAYMENT_DATE_WRONG' });
  });

  it('tell how many days a payment is late, and an unpaid one so far', async () => {
    const noticeId = await issued();
    const late = async (): Promise<number[]> =>
      (await notices.list(bureauOf('610000'), '2026-04', '610000')).map(({ daysLate }) => daysLate);
    clock.moveTo(at('2026-05-25T23:59'));
    expect((await months.get(OPERATOR, '2026-04')).month.dates.paidBy).toBe('2026-05-25');
    expect(await late()).toEqual([0, 0]);
    clock.moveTo(at('2026-05-28T00:00'));
    expect(await late()).toEqual([3, 3]);
    await pay('610000', noticeId, { ...facts, paidOn: '2026-05-27' });
    clock.moveTo(at('2026-06-04T00:00'));
    expect(await late()).toEqual([2, 10]);
  });

  it('leave a trail of each step once, with those who took it', async () => {
    const steps = async (): Promise<string[]> =>
      (await auditTrail(db, '2026-04')).map(({ province, action }) => `${province} ${action}`);
    const left = await steps();
    const noticeId = await issued();
    clock.moveTo(at('2026-04-28T10:00'));
    await pay('610000', noticeId);
    await pay('610000', noticeId);
    await arrive('110000', noticeId, '2026-04-28');
    const taken = [
      '000000 GENERATE_CLEARING_MONTH',
      '000000 ISSUE_CLEARING_NOTICES',
      ...CODES.map((code) => `${code} CONFIRM_CLEARING_TABLES`),
      '110000 RECORD_CLEARING_ARRIVAL',
      '610000 RECORD_CLEARING_PAYMENT',
    ];
    expect((await steps()).sort()).toEqual([...left, ...taken].sort());
  });
});
