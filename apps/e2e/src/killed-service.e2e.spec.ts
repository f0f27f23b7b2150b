import { setTimeout as sleep } from 'node:timers/promises';
import { businessDateOf } from '@yiditong/chassis';
import { addMonths } from '@yiditong/codes';
import { fen, formatYuan } from '@yiditong/money';
import { runDay, type ServiceName } from '@yiditong/tools';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { holdSeal, rowsOf } from './books.js';
import { ClearingDesk, type ClearingMonth, type ClearingNotice, type ClearingTables } from './clearing-desk.js';
import type { HospitalDesk } from './hospital-desk.js';
import { startOwnStack, type OwnStack } from './own-stack.js';
import { until } from './until.js';

const SEED = 2026;
const DOWN_FOR_MS = 300;
const VICTIMS = ['settlement', 'benefit', 'clearing', 'filing', 'catalogue', 'gateway', 'PostgreSQL'] as const;
type Victim = (typeof VICTIMS)[number];

let stack: OwnStack;
let desk: HospitalDesk;

beforeAll(async () => {
  // No message may be given up here however long a killed service takes to come back on a busy machine.
  vi.stubEnv('IN_DOUBT_SECONDS', '300');
  stack = await startOwnStack({ persons: 80, bills: 150, seed: 5 });
  ({ desk } = stack);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await stack?.stop();
});

describe('a day in which every process is killed once', () => {
  it(`loses nothing and balances (seed ${SEED})`, async () => {
    const { filings, bills } = desk.day;
    const chaos = new Chaos(filings.length + bills.length);
    const report = await runDay(stack.document, desk.day, { begin: () => () => chaos.step() });
    await chaos.over();

    expect(chaos.killed.toSorted()).toEqual([...VICTIMS].sort());
    expect(report.checks).toEqual({ netsSumToZero: true, positionsMatchRecount: true, billsHold: true });
    const refused = Object.values(report.refused).reduce((sum, count) => sum + count, 0);
    expect(report.settled + refused).toBe(bills.length);
    // Nothing but the patients who never filed is refused: no message was given up, none was taken for a repeat.
    const unfiled = bills.filter((bill) => !bill.body.emergency && !desk.isCovered(bill));
    expect(report.refused).toEqual({ FILING_REQUIRED: unfiled.length });
    expect(report.reversed).toBe(bills.filter(({ reverseWith }) => reverseWith !== null).length);
    expect(report.officialCase).toEqual({
      totalFen: '6429',
      inScopeFen: '6111',
      fundFen: '4889',
      personalFen: '1540',
    });
  });
});

describe('a close during which clearing is killed', () => {
  it('is carried on by the process started after it', async () => {
    const clearing = new ClearingDesk(stack.document);
    const { businessDate } = (
      await until(
        async () => desk.settle(await desk.admit(1)),
        ({ status }) => status === 201,
      )
    ).body;
    const letGo = await holdSeal(stack.databases.appUrl('settlement'), businessDate);
    try {
      await clearing.requestClose(businessDate);
      await clearing.untilIn(businessDate, 'SEALING');
      await stack.service('clearing').kill();
      stack.service('clearing').start();
      await stack.ready();
      expect((await clearing.cycle(businessDate)).body.state).toBe('SEALING');
    } finally {
      await letGo();
    }
    const cycle = await clearing.untilIn(businessDate, 'CLOSED');
    expect(cycle.obligationCount).not.toBe('0');
    const { positions } = (await clearing.netPositions(businessDate)).body;
    const recount = await clearing.recount(businessDate);
    for (const { region, netFen } of positions) expect(BigInt(netFen)).toBe(recount.get(region) ?? 0n);
  });
});

describe('the month of the closed day', () => {
  it('is put into tables, confirmed, noticed and paid', async () => {
    const clearing = new ClearingDesk(stack.document);
    const { tokens } = stack.document;
    // The days become ones of the month before the last, whose tables are those of last month and so not waited for.
    const month = addMonths(businessDateOf(new Date()), -1).slice(0, 7);
    const ownMonth = addMonths(`${month}-01`, -1).slice(0, 7);
    const superuser = stack.databases.superuserUrl('clearing');
    await rowsOf(superuser, movedTo(ownMonth));
    const [closed] = await rowsOf(
      superuser,
      `SELECT (SELECT count(*)::int FROM cycle WHERE state = 'CLOSED') AS count,
        (SELECT sum(p.amount_fen)::text FROM position p JOIN cycle USING (business_date) WHERE state = 'CLOSED') AS total`,
    );
    const total = BigInt(String(closed?.['total']));

    expect((await clearing.month('PUT', month)).body).toMatchObject({
      cycleCount: closed?.['count'],
      refusedDates: [],
    });
    const { provinces } = (await clearing.month<ClearingMonth>('GET', month)).body;
    expect(sumOf(provinces.map(({ payableFen }) => payableFen))).toBe(total);
    expect(sumOf(provinces.map(({ receivableFen }) => receivableFen))).toBe(total);

    const nation = (await clearing.month<NationalTable>('GET', `${month}/tables`)).body;
    expect([nation.total.paymentFen, nation.total.receiptFen]).toEqual([String(total), String(total)]);
    for (const { province, payableFen, receivableFen } of provinces)
      expect(nation.provinces.find((one) => one.province === province)).toMatchObject({
        paymentFen: payableFen,
        receiptFen: receivableFen,
      });

    const [{ province: first } = { province: '' }] = provinces;
    /** The status, and how the file begins. */
    const file = async (path: string, token = tokens.bureau[first]): Promise<[number, string]> => {
      const [status, text] = await get(`/v1/clearing-months/${month}/${path}`, token);
      return [status, text.slice(0, 4)];
    };
    expect(await file(`tables/${first}/tables.xlsx`)).toEqual([200, 'PK\u0003\u0004']);
    expect(await file(`tables/${first}/tables.pdf?lang=en`)).toEqual([200, '%PDF']);
    for (const [name, status] of Object.entries({ 'table=14-1': 200, '': 400, 'table=15': 409 }))
      expect((await file(`tables/${first}/tables.csv?${name}`))[0]).toBe(status);
    expect(await file('tables.xlsx', tokens.operator)).toEqual([200, 'PK\u0003\u0004']);
    expect(await file('tables.pdf?lang=en', tokens.operator)).toEqual([200, '%PDF']);
    expect((await get(`/v1/clearing-months/${month}/tables.csv`, tokens.operator))[1]).toContain(
      `合计,,${formatYuan(fen(total))},`,
    );
    expect((await file('tables'))[0]).toBe(403);

    // Until the 25th all must have confirmed.
    const mayIssue = businessDateOf(new Date()) > `${month}-25`;
    expect((await clearing.month('PUT', `${month}/notices`)).status).toBe(mayIssue ? 200 : 409);
    for (const { province, payableFen } of provinces) {
      const token = tokens.bureau[province] ?? '';
      const { lines } = (await clearing.month<ClearingTables>('GET', `${month}/tables/${province}`, token)).body;
      expect(sumOf(lines.flatMap(({ payer, amountFen }) => (payer === province ? [amountFen] : [])))).toBe(
        BigInt(payableFen),
      );
      expect(new Set(lines.map(({ costMonth }) => costMonth))).toEqual(new Set([ownMonth]));
      expect((await clearing.month('PUT', `${month}/tables/${province}/confirmation`, token)).status).toBe(200);
    }
    expect((await clearing.month<ClearingMonth>('PUT', `${month}/notices`)).body.noticedAt).not.toBeNull();

    const [{ province } = { province: '' }] = provinces.filter(({ payableFen }) => payableFen !== '0');
    const { notices } = (
      await clearing.month<{ notices: ClearingNotice[] }>(
        'GET',
        `${month}/notices/${province}`,
        tokens.bureau[province],
      )
    ).body;
    const notice = notices.find(({ payer }) => payer === province);
    const today = businessDateOf(new Date());
    const facts = { bank: '国家金库', bankSerial: '0001', paidOn: today };
    const path = (of: string, what: string): string => `${month}/notices/${of}/${notice?.noticeId}/${what}`;
    const paid = await clearing.month<ClearingNotice>('PUT', path(province, 'payment'), tokens.bureau[province], facts);
    expect(paid.body.payment).toEqual({ ...facts, arrivedOn: null });
    const payee = notice?.payee ?? '';
    const arrived = await clearing.month<ClearingNotice>('PUT', path(payee, 'arrival'), tokens.bureau[payee], {
      arrivedOn: today,
    });
    expect(arrived.body.payment).toEqual({ ...facts, arrivedOn: today });
    const address = `/fhir/PaymentReconciliation/${month}.${notice?.noticeId}`;
    const [status, resource] = await get(address, tokens.bureau[payee]);
    expect(status).toBe(200);
    expect(resource).toContain(`"paymentAmount":{"value":${formatYuan(fen(BigInt(notice?.amountFen ?? '0')))},`);
    const parts = [...resource.matchAll(/"amount":\{"value":(-?\d+)\.(\d\d),/g)].map(([, ...digits]) =>
      digits.join(''),
    );
    expect(sumOf(parts)).toBe(BigInt(notice?.amountFen ?? '0'));
    const stranger = Object.keys(tokens.bureau).find(
      (code) => code.endsWith('0000') && code !== province && code !== payee,
    );
    expect((await get(address, tokens.bureau[stranger ?? '']))[0]).toBe(404);
    expect((await get(address, tokens.operator))[0]).toBe(200);
    const wrong = await clearing.month('PUT', path(province, 'arrival'), tokens.bureau[province], { arrivedOn: today });
    expect([wrong.status, wrong.body.reason]).toEqual([404, 'NOTICE_NOT_FOUND']);
  });
});

type NationalTable = {
  readonly provinces: readonly Record<'province' | 'paymentFen' | 'receiptFen', string>[];
  readonly total: Record<'paymentFen' | 'receiptFen', string>;
};

async function get(path: string, token: string | undefined): Promise<[status: number, text: string]> {
  const answer = await fetch(`${stack.document.gateway}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return [answer.status, await answer.text()];
}

/** As many days back as bring the first one to the month's first day. */
function movedTo(costMonth: string): string {
  const shift = `(SELECT min(business_date) FROM cycle) - date '${costMonth}-01'`;
  const tables = ['position', 'fund_position', 'posting', 'cycle'];
  return [
    'BEGIN',
    `CREATE TEMP TABLE shift AS SELECT ${shift} AS days`,
    `UPDATE obligation SET cost_month = '${costMonth}', business_date = business_date - (SELECT days FROM shift)`,
    ...tables.map((table) => `UPDATE ${table} SET business_date = business_date - (SELECT days FROM shift)`),
    'COMMIT',
  ].join('; ');
}

function sumOf(amounts: readonly string[]): bigint {
  return amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);
}

/** Kills each victim once, at points of the day that the seed decides, and starts it again a moment later. */
class Chaos {
  readonly killed: Victim[] = [];
  private readonly plan: Map<number, Victim>;
  private readonly incidents: Promise<void>[] = [];
  private steps = 0;

  constructor(totalSteps: number) {
    const random = seeded(SEED);
    const order = VICTIMS.map((victim) => ({ victim, at: random() })).sort((a, b) => a.at - b.at);
    // One somewhere in each part of the day, so that no two fall on the same step.
    const part = totalSteps / VICTIMS.length;
    this.plan = new Map(order.map(({ victim }, index) => [Math.floor(part * (index + random())), victim]));
  }

  step(): void {
    const victim = this.plan.get(this.steps);
    this.steps += 1;
    if (victim !== undefined) this.incidents.push(this.strike(victim));
  }

  async over(): Promise<void> {
    await Promise.all(this.incidents);
  }

  private async strike(victim: Victim): Promise<void> {
    this.killed.push(victim);
    if (victim === 'PostgreSQL') await stack.databases.cluster.kill();
    else await stack.service(victim).kill();
    await sleep(DOWN_FOR_MS);
    if (victim === 'PostgreSQL') await stack.databases.startAgain();
    else stack.service(victim satisfies ServiceName).start();
  }
}

/** The same numbers between 0 and 1 at every run: a linear congruential generator. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
