import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ServiceName } from '@yiditong/tools';
import { rowsOf } from './books.js';
import { ClearingDesk } from './clearing-desk.js';
import type { HospitalDesk, Visit } from './hospital-desk.js';
import { NationalDesk, newPair, registerKey } from './national-desk.js';
import { startOwnStack, type OwnStack } from './own-stack.js';
import { until } from './until.js';

let stack: OwnStack;
let desk: HospitalDesk;

beforeAll(async () => {
  // Longer than any restart here takes: a message must not be given up while its service comes back.
  vi.stubEnv('IN_DOUBT_SECONDS', '300');
  stack = await startOwnStack({ persons: 30, bills: 30, seed: 11 });
  ({ desk } = stack);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await stack?.stop();
});

describe('while catalogue is down', () => {
  let visit: Visit;

  it('a settlement’s outcome is unknown, and says when to ask again and until when', async () => {
    visit = await desk.admit(0);
    await stack.service('catalogue').kill();
    const answer = await desk.settle(visit);
    expect([answer.status, answer.body.reason]).toEqual([503, 'OUTCOME_UNKNOWN']);
    expect(answer.retryAfter).toBeGreaterThan(0);

    const { status, body } = await desk.outcome(visit);
    expect([status, body.state, body.settlementId]).toEqual([200, 'IN_DOUBT', null]);
    expect(answer.body.messages.zh).toContain(body.inDoubtUntil);
    expect(answer.body.messages.en).toContain(body.inDoubtUntil);
  });

  it('a trial says which service is missing', async () => {
    const answer = (await desk.trial(visit)) as Awaited<ReturnType<HospitalDesk['settle']>>;
    expect([answer.status, answer.body.reason]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(answer.body.messages.en).toContain('catalogue');
  });

  it('the gateway is not ready, and names it', async () => {
    const { status, services } = await readiness('catalogue', 'down');
    expect(status).toBe(503);
    const others = { filing: 'up', benefit: 'up', settlement: 'up', clearing: 'up', identity: 'up' };
    expect(services).toEqual({ ...others, catalogue: 'down' });
  });

  it('and once it is back, the same message settles', async () => {
    await startAgain('catalogue');
    const answer = await definite(() => desk.settle(visit));
    expect([answer.status, answer.body.messageId]).toEqual([201, visit.messageId]);
    expect((await desk.outcome(visit)).body.state).toBe('SETTLED');
    expect((await readiness('catalogue', 'up')).status).toBe(200);
  });
});

describe('while filing is down', () => {
  it('a filing is not taken, and once it is back, it is, under the same key', async () => {
    const [filing] = desk.day.filings.filter(({ personId }) => personId !== desk.day.bills[0]?.body.personId).slice(-1);
    if (!filing) throw new Error('the day has no filing');
    const { requestId, ...body } = filing;
    const file = () => desk.api.once('POST', '/v1/filings', body, desk.insuredToken(filing.personId), requestId);
    await stack.service('filing').kill();
    const refused = await file();
    expect([refused.status, refused.body]).toEqual([503, expect.objectContaining({ reason: 'SERVICE_UNAVAILABLE' })]);
    expect(refused.retryAfter).toBeGreaterThan(0);

    await startAgain('filing');
    const taken = await definite(file);
    expect(taken.status).toBe(201);
    expect((await file()).text).toBe(taken.text);
  });
});

describe('while settlement is down', () => {
  it('nothing is known of a message, and once it is back, the same message settles', async () => {
    const visit = await desk.admit(1);
    await stack.service('settlement').kill();
    for (const answer of [await desk.settle(visit), await desk.outcome(visit), await desk.reverse(visit)]) {
      expect([answer.status, answer.body.reason]).toEqual([503, 'SERVICE_UNAVAILABLE']);
      expect(answer.retryAfter).toBeGreaterThan(0);
    }
    await startAgain('settlement');
    expect((await definite(() => desk.settle(visit))).status).toBe(201);
  });
});

describe('while identity is down', () => {
  it('tokens open what they did, signed messages nothing, and what is refused is recorded once it is back', async () => {
    const visit = await desk.admit(9);
    const [person] = desk.day.persons;
    const link = new NationalDesk(visit.institutionCode, newPair(), stack.document.gateway);
    await registerKey(desk, link.institutionCode, link.pair);
    const ask = () => link.send(link.findPerson(person?.idNumber ?? ''));
    expect((await ask()).infcode).toBe(0);
    await stack.service('identity').kill();

    expect((await desk.settle(visit)).status).toBe(201);
    expect(await ask()).toMatchObject({ status: 503, reason: 'SERVICE_UNAVAILABLE' });
    const refused = await desk.api.once('GET', '/v1/cycles/2026-01-01', undefined, 'no.token.here');
    expect(refused.status).toBe(401);
    expect((await readiness('identity', 'down')).status).toBe(503);

    await startAgain('identity');
    expect((await definite(ask)).infcode).toBe(0);
    const recorded = () =>
      rowsOf(
        stack.databases.appUrl('identity'),
        "SELECT 1 FROM audit_record WHERE after_text LIKE '%GET /v1/cycles/:date%' AND action = 'REFUSE_CREDENTIAL'",
      );
    expect(await until(recorded, ({ length }) => length > 0)).toHaveLength(1);
  });
});

describe('while PostgreSQL is down', () => {
  it('every answer says so without telling more, and once it is back, the same message settles', async () => {
    const visit = await desk.admit(2);
    const other = await desk.admit(3);
    await stack.databases.cluster.kill();
    for (const answer of [await desk.settle(visit), await desk.outcome(visit), await desk.reverse(other)]) {
      expect([answer.status, answer.body.reason]).toEqual([503, 'SERVICE_UNAVAILABLE']);
      expect(answer.text).not.toMatch(/postgres|ECONN|\.js|\d+\.\d+\.\d+\.\d+/i);
    }
    expect((await readiness('settlement', 'down')).status).toBe(503);

    await stack.databases.startAgain();
    await stack.ready();
    expect((await definite(() => desk.settle(visit))).status).toBe(201);
  });
});

describe('services that start before PostgreSQL', () => {
  it('wait for it, and the day goes on', async () => {
    await stack.databases.cluster.kill();
    for (const service of ['settlement', 'clearing'] as const) {
      await stack.service(service).kill();
      stack.service(service).start();
    }
    // Long enough for a quick machine's services to try and fail; a slow one's try later.
    await sleep(2_000);
    await stack.databases.startAgain();
    await stack.ready();
    const visit = await desk.admit(7);
    expect((await definite(() => desk.settle(visit))).status).toBe(201);
    await until(waiting, (count) => count === 0);
  });
});

describe('while clearing is down', () => {
  it('settling goes on, obligations wait, and after its return the cycle closes and balances', async () => {
    const clearing = new ClearingDesk(stack.document);
    await until(waiting, (count) => count === 0);
    await stack.service('clearing').kill();
    const { businessDate, settlementId } = await desk.settled(await desk.admit(3));
    await desk.settled(await desk.admit(4));
    expect(await waiting()).toBe(2);
    expect((await clearing.requestClose(businessDate)).body.reason).toBe('SERVICE_UNAVAILABLE');

    await startAgain('clearing');
    await until(waiting, (count) => count === 0);
    const cycle = await clearing.close(businessDate);
    const listed = await clearing.settlements(businessDate);
    expect(listed.map((one) => one.settlementId)).toContain(settlementId);
    expect(cycle.obligationCount).toBe(String(listed.length));
    const { positions } = (await clearing.netPositions(businessDate)).body;
    const recount = await clearing.recount(businessDate);
    expect(positions.reduce((sum, { netFen }) => sum + BigInt(netFen), 0n)).toBe(0n);
    for (const { region, netFen } of positions) expect(BigInt(netFen)).toBe(recount.get(region) ?? 0n);
  });
});

describe('while benefit is down until after the deadline', () => {
  let visit: Visit;
  let before: Record<string, string>;
  let other: { visit: Visit; before: Record<string, string>; settlementId: string };

  beforeAll(async () => {
    const settledBefore = await desk.admit(6);
    const totals = await desk.accumulators(settledBefore);
    const { settlementId } = await desk.settled(settledBefore);
    other = { visit: settledBefore, before: totals, settlementId };
    vi.stubEnv('IN_DOUBT_SECONDS', '3');
    await stack.service('settlement').stop();
    await startAgain('settlement');
    visit = await desk.admit(5);
    before = await desk.accumulators(visit);
  });

  it('a message is in doubt no longer than it said: then it has never settled', async () => {
    await stack.service('benefit').kill();
    const answer = await desk.settle(visit);
    expect([answer.status, answer.body.reason]).toEqual([503, 'OUTCOME_UNKNOWN']);
    const outcome = await until(
      () => desk.outcome(visit),
      ({ body }) => body.state !== 'IN_DOUBT',
    );
    expect(outcome.body).toMatchObject({ state: 'NEVER_SETTLED', settlementId: null });
    expect(stack.service('benefit').running).toBe(false);
  });

  it('a reversal is carried on after its return, though nobody asks again', async () => {
    const answer = await desk.reverse(other.visit);
    expect([answer.status, answer.body.reason]).toEqual([503, 'OUTCOME_UNKNOWN']);
    await startAgain('benefit');
    const read = await until(
      () => desk.read(other.visit, other.settlementId),
      ({ body }) => body.state === 'REVERSED',
    );
    expect(read.body.reversalBusinessDate).not.toBeNull();
    expect(withoutZeros(await desk.accumulators(other.visit))).toEqual(withoutZeros(other.before));
  });

  it('the message stays given up when benefit is back, and the patient’s totals are untouched', async () => {
    const again = await definite(() => desk.settle(visit));
    expect([again.status, again.body.reason]).toEqual([409, 'SETTLEMENT_ABANDONED']);
    await until(() => isConcluded(visit), Boolean);
    expect(await desk.accumulators(visit)).toEqual(before);
    expect((await definite(() => desk.trial(visit))).status).toBe(200);
  });
});

async function startAgain(service: ServiceName): Promise<void> {
  stack.service(service).start();
  await stack.ready();
}

/** Asks as the 503 says to: again, until there is a definite answer. Its peers find a restarted service within a second or so. */
async function definite<T extends { readonly status: number }>(ask: () => Promise<T>): Promise<T> {
  return until(ask, ({ status }) => status !== 503);
}

/** What the gateway says of its services once it has noticed. */
async function readiness(
  service: string,
  state: 'up' | 'down',
): Promise<{ status: number; services: Record<string, string> }> {
  return until(
    async () => {
      const answer = await fetch(`${stack.document.gateway}/health/ready`);
      const { services } = (await answer.json()) as { services: Record<string, string> };
      return { status: answer.status, services };
    },
    ({ services }) => services[service] === state,
  );
}

async function waiting(): Promise<unknown> {
  const [row] = await rowsOf(stack.databases.appUrl('settlement'), 'SELECT count(*)::int AS count FROM outbox');
  return row?.['count'];
}

/** Whether nothing is left to do for the message. */
async function isConcluded({ messageId }: Visit): Promise<boolean> {
  const rows = await rowsOf(
    stack.databases.appUrl('settlement'),
    'SELECT 1 FROM settlement_request WHERE message_id = $1 AND concluded_at IS NOT NULL',
    [messageId],
  );
  return rows.length === 1;
}

function withoutZeros(accumulators: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(accumulators).filter(([, value]) => value !== '0'));
}
