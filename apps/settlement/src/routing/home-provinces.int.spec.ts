import { randomUUID } from 'node:crypto';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { encodeInstant, nationalActor, serviceActor, TARGETS, type Actor, type Tx } from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import { contractDefinition, type benefitV1 } from '@yiditong/contracts';
import {
  auditTrail,
  createTestDatabase,
  endOf,
  FixedClock,
  PATIENCE,
  queryAs,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { insertDowntime, saveEndpoint } from './endpoint.store.js';
import { hostedEndpoint } from './endpoint-rules.js';
import { ExchangeLog } from './exchange-log.service.js';
import { listExchanges, type Exchange } from './exchange.store.js';
import { HomeLines } from './home-lines.service.js';
import { HomeProvinces } from './home-provinces.service.js';
import { measure } from './measured.js';
import { adjudicationOf, longest, MisbehavingProvince, plainClient, plaintext } from './misbehaving-province.js';
import { RefusedAnswers } from './refused-answer.service.js';
import { answerContext, listRefusedAnswers } from './refused-answer.store.js';
import { RouteBook } from './route-book.service.js';

const [SHANGHAI, SHAANXI, SICHUAN] = ['310000', '610000', '510000'];
const TREATING = '110000';
const INSTITUTION = 'H11010500001';
const NOW = new Date('2026-03-01T04:00:00Z');
const NATION = nationalActor('spec');
const DAY_MS = 24 * 60 * 60 * 1000;
const measured = measure();

let db: TestDatabase;
let home: MisbehavingProvince;
let other: MisbehavingProvince;
let routes: RouteBook;
let lines: HomeLines;
let log: ExchangeLog;
let homes: HomeProvinces;
const clock = new FixedClock(NOW);

beforeAll(async () => {
  db = await createTestDatabase('settlement', migrations);
});
afterAll(() => db.drop());
beforeEach(async () => {
  home = await new MisbehavingProvince().start();
  other = await new MisbehavingProvince().start();
  await route(SHANGHAI, home, { maxConcurrent: 20, timeoutMs: 10_000 });
  await route(SHAANXI, other, { maxConcurrent: 200, timeoutMs: 10_000 });
  routes = new RouteBook(db.database, clock);
  lines = new HomeLines(plainClient(other.address), plaintext());
  log = new ExchangeLog(db.database);
  log.onApplicationBootstrap();
  homes = new HomeProvinces(routes, lines, log, new RefusedAnswers(db.database, clock, testVault()), clock);
});
afterEach(async () => {
  home.stop();
  other.stop();
  lines.onModuleDestroy();
  await log.beforeApplicationShutdown();
  await queryAs(db.superuserUrl, 'DELETE FROM downtime');
});

const as = <T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> => db.database.transaction(actor, work);

async function route(
  province: string,
  to: MisbehavingProvince,
  settings: { readonly maxConcurrent: number; readonly timeoutMs: number },
): Promise<void> {
  const endpoint = { ...hostedEndpoint(province), kind: 'OWN' as const, address: to.address, ...settings };
  const by = { proposalId: randomUUID(), digest: '5e'.repeat(32), at: NOW };
  await as(NATION, (tx) => saveEndpoint(tx, endpoint, by));
}

function claimIn(insuredRegion: string): benefitV1.Claim {
  return {
    settlementId: uuidv7(),
    personId: randomUUID(),
    insuredRegion,
    treatingRegion: '110105',
    visitKind: 'VISIT_KIND_OUTPATIENT',
    hospitalLevel: 'HOSPITAL_LEVEL_TERTIARY',
    benefitLevel: 'BENEFIT_LEVEL_REFERRAL',
    diseaseCode: '',
    admittedAt: encodeInstant(NOW),
    endedAt: encodeInstant(NOW),
    totalFen: 10_000n,
    split: { fullSelfPayFen: 1_000n, overCeilingFen: 0n, firstSelfPayFen: 0n, inScopeFen: 9_000n },
    institutionCode: INSTITUTION,
    parts: [],
    useAccount: false,
    hospitalTags: [],
    hospitalPartFen: 0n,
    continuesStay: false,
    stayDeductibleFen: 0n,
  };
}

const undo = ({ settlementId, personId, insuredRegion }: benefitV1.Claim) => ({
  settlementId,
  personId,
  insuredRegion,
  institutionCode: INSTITUTION,
  treatingProvince: TREATING,
});

async function logged(settlementId: string, actor: Actor = NATION): Promise<Exchange[]> {
  await log.flush();
  const page = { from: new Date(NOW.getTime() - DAY_MS), until: new Date(NOW.getTime() + DAY_MS), failedOnly: false };
  return as(actor, (tx) => listExchanges(tx, { ...page, settlementId, after: null, limit: 100 }));
}

const refusedTo = (actor: Actor) => as(actor, (tx) => listRefusedAnswers(tx, { after: null, limit: 1_000 }));

describe('an exchange', () => {
  it('goes to the province’s own endpoint and is logged for both parties, without the person', async () => {
    const claim = claimIn('310100');
    expect(await homes.adjudicate(claim)).toMatchObject({ fundTotalFen: 4_500n, personalFen: 5_500n });
    expect(home.stateOf(claim.settlementId)).toBe('ADJUDICATED');
    const expected = {
      operation: 'adjudicate',
      insuredProvince: SHANGHAI,
      treatingProvince: TREATING,
      institutionCode: INSTITUTION,
      role: '2',
      outcome: 'OK',
      attempts: 1,
      beganAt: NOW,
    };
    const [exchange] = await logged(claim.settlementId);
    expect(exchange).toMatchObject(expected);
    for (const province of [SHANGHAI, TREATING])
      expect(await logged(claim.settlementId, serviceActor('spec', province))).toHaveLength(1);
    expect(await logged(claim.settlementId, serviceActor('spec', SICHUAN))).toEqual([]);
    const rows = await queryAs<object>(db.superuserUrl, 'SELECT * FROM exchange');
    expect(JSON.stringify(rows)).not.toContain(claim.personId);
  });

  it('of a province without an endpoint of its own goes to the hosted core', async () => {
    const claim = claimIn('510100');
    await homes.trial(claim);
    expect(other.received).toEqual([{ operation: 'trial', settlementId: claim.settlementId }]);
  });

  it.each(['UNAVAILABLE', 'FAULT'] as const)('that meets %s is repeated, and booked once', async (failure) => {
    const claim = claimIn('310100');
    home.next(failure);
    await homes.adjudicate(claim);
    expect(home.countOf('adjudicate')).toBe(2);
    expect(await logged(claim.settlementId)).toEqual([expect.objectContaining({ outcome: 'OK', attempts: 2 })]);
  });

  it('that is refused is not repeated', async () => {
    const claim = claimIn('310100');
    await homes.reverse({ ...undo(claim), cancellationId: '' });
    expect(await endOf(homes.adjudicate(claim), 'settled')).toBe('SETTLEMENT_REVERSED');
    expect(home.countOf('adjudicate')).toBe(1);
  });

  it('that was answered too late is unknown, and the late answer is nobody’s', async () => {
    await route(SHANGHAI, home, { maxConcurrent: 20, timeoutMs: 2_000 });
    const claim = claimIn('310100');
    home.always('LATE');
    expect(await endOf(homes.adjudicate(claim), 'settled')).toBe('SERVICE_UNAVAILABLE');
    home.always('PROPER');
    home.letGo();
    await route(SHANGHAI, home, { maxConcurrent: 20, timeoutMs: 10_000 });
    routes.forget();
    expect((await homes.query(undo(claim))).state).toBe('ADJUDICATION_STATE_ADJUDICATED');
  });

  it('with a province that falls silent after its commit comes to a definite end', async () => {
    await route(SHANGHAI, home, { maxConcurrent: 20, timeoutMs: 2_000 });
    const claim = claimIn('310100');
    home.next('SILENT_AFTER_COMMIT');
    expect(await endOf(homes.adjudicate(claim), 'settled')).toBe('SERVICE_UNAVAILABLE');
    await route(SHANGHAI, home, { maxConcurrent: 20, timeoutMs: 10_000 });
    routes.forget();
    expect((await homes.query(undo(claim))).state).toBe('ADJUDICATION_STATE_ADJUDICATED');
    await homes.reverse({ ...undo(claim), cancellationId: '' });
    expect((await homes.query(undo(claim))).state).toBe('ADJUDICATION_STATE_REVERSED');
    expect(await endOf(homes.adjudicate(claim), 'settled')).toBe('SETTLEMENT_REVERSED');
    const outcomes = (await logged(claim.settlementId)).map(({ operation, outcome }) => `${operation} ${outcome}`);
    expect(outcomes.toSorted()).toEqual([
      'adjudicate SERVICE_UNAVAILABLE',
      'adjudicate SETTLEMENT_REVERSED',
      'queryAdjudication OK',
      'queryAdjudication OK',
      'reverse OK',
    ]);
  });
});

describe('an answer that nobody can take', () => {
  it.each([
    ['WRONG', 'personal_fen = account_fen + mutual_aid_fen + cash_fen'],
    ['TWICE', 'one answer'],
    ['SOMEONE_ELSES', 'settlement_id'],
  ] as const)('(%s) is refused, kept sealed and reported', async (behaviour, problem) => {
    const claim = claimIn('310100');
    home.next(behaviour);
    const refusal = { reason: 'HOME_ANSWER_UNUSABLE', params: { problem } };
    await expect(homes.adjudicate(claim)).rejects.toMatchObject(refusal);
    expect(home.countOf('adjudicate')).toBe(1);

    const [kept] = (await refusedTo(NATION)).filter(({ settlementId }) => settlementId === claim.settlementId);
    expect(kept).toMatchObject({
      problem,
      operation: 'adjudicate',
      insuredProvince: SHANGHAI,
      treatingProvince: TREATING,
    });
    if (!kept) return;
    for (const province of [SHANGHAI, TREATING])
      expect(await refusedTo(serviceActor('spec', province))).toContainEqual(kept);
    expect(await refusedTo(serviceActor('spec', SICHUAN))).toEqual([]);

    const rows = await queryAs<{ answer_sealed: Buffer }>(
      db.superuserUrl,
      'SELECT answer_sealed FROM refused_answer WHERE exchange_id = $1',
      [kept.exchangeId],
    );
    const opened = testVault().open<{ answer: string }>(answerContext(kept), rows[0]?.answer_sealed ?? Buffer.of());
    expect(opened.answer).toContain('PERSON_TYPE_ACTIVE');
    const trail = await auditTrail(db);
    expect(trail).toContainEqual(
      expect.objectContaining({ action: 'REFUSE_HOME_ANSWER', objectId: kept.exchangeId, province: SHANGHAI }),
    );
  });

  it('is refused of a cancellation too', async () => {
    const claim = claimIn('310100');
    await homes.adjudicate(claim);
    home.next('SOMEONE_ELSES');
    const asked = { ...undo(claim), cancellationId: uuidv7() };
    await expect(homes.cancel(asked)).rejects.toMatchObject({ params: { problem: 'settlement_id' } });
    expect(await homes.cancel(asked)).toMatchObject({ adjudication: { totalFen: 10_000n } });
  });

  it('is a refusal that the contract does not know; what it says of a person goes no further', async () => {
    home.next('REFUSES');
    const refused = await homes.adjudicate(claimIn('310100')).catch((error: unknown) => error);
    expect(refused).toMatchObject({ reason: 'HOME_ANSWER_UNUSABLE', params: { problem: 'rejection.reason' } });
    expect(JSON.stringify(refused)).not.toContain('110101199003070000');
    expect(await refusedTo(NATION)).toContainEqual(expect.objectContaining({ problem: 'rejection.reason' }));
  });
});

describe('an answer’s length', () => {
  const sizeOf = (adjudication: benefitV1.Adjudication): number => {
    const contract = contractDefinition['yiditong.benefit.v1.HomeProvinceService'] as ServiceDefinition;
    const answer: benefitV1.AdjudicateResponse = { answers: [{ adjudication, rejection: undefined }] };
    return contract['Adjudicate']?.responseSerialize(answer).length ?? Infinity;
  };

  it('leaves room for more than anybody explains', async () => {
    const claim = claimIn('310100');
    const bytes = sizeOf(longest(adjudicationOf(claim)));
    expect(bytes).toBeGreaterThan(2 * 1024 * 1024);
    expect(bytes).toBeLessThan(TARGETS.homeProvince.maxAnswerBytes ?? 0);
    home.next('LONG');
    expect((await homes.adjudicate(claim)).explanation).toHaveLength(500);
  });

  it.each(['adjudicate', 'trial', 'queryAdjudication'] as const)(
    'of %s beyond 4 MiB is not read: refused, kept and reported, not asked for again, and no sign that the province is down',
    async (operation) => {
      const claim = claimIn('310100');
      if (operation === 'queryAdjudication') await homes.adjudicate(claim);
      const before = home.received.length;
      home.always('TOO_LONG');
      const ask = { adjudicate: () => homes.adjudicate(claim), trial: () => homes.trial(claim) };
      const asked = operation === 'queryAdjudication' ? () => homes.query(undo(claim)) : ask[operation];
      const problem = 'answer of at most 4194304 bytes';
      for (let times = 0; times < 8; times++)
        await expect(asked()).rejects.toMatchObject({ reason: 'HOME_ANSWER_UNUSABLE', params: { problem } });
      expect(home.received).toHaveLength(before + 8);
      expect(lines.circuitTo(SHANGHAI)).toBe('CLOSED');
      const refused = (await refusedTo(serviceActor('spec', SHANGHAI))).filter((one) => one.problem === problem);
      expect(refused.filter((one) => one.operation === operation)).toHaveLength(8);
      const trail = await auditTrail(db, refused[0]?.exchangeId ?? '');
      expect(trail.at(-1)).toMatchObject({ action: 'REFUSE_HOME_ANSWER', after: { problem } });
      expect(home.stateOf(claim.settlementId)).toBe(operation === 'trial' ? 'NONE' : 'ADJUDICATED');
    },
  );
});

describe('the metrics', () => {
  const inShanghai = async (name: string) =>
    (await measured.pointsOf(name)).filter(({ labels }) => labels['insured_province'] === SHANGHAI);

  it('count exchanges by province, operation, role and outcome with their time and attempts, and name nobody', async () => {
    const [claim, down] = [claimIn('440100'), claimIn('450100')];
    const until = new Date(NOW.getTime() + DAY_MS).toISOString();
    const downtime = { downtimeId: uuidv7(), province: '450000', from: NOW.toISOString(), until, notice: '系统升级' };
    await as(NATION, (tx) => insertDowntime(tx, downtime, NOW));
    await route('440000', home, { maxConcurrent: 20, timeoutMs: 10_000 });
    await homes.cancel({ ...undo(claim), cancellationId: uuidv7() }).catch(() => undefined);
    await homes.adjudicate(claim);
    home.next('UNAVAILABLE');
    await homes.adjudicate(claim);
    await homes.trial(down).catch(() => undefined);

    const durations = await measured.pointsOf('yiditong.exchange.duration');
    const labelled = (province: string, operation: string, outcome: string) => ({
      insured_province: province,
      operation,
      role: '2',
      outcome,
    });
    const of = (province: string) => durations.filter(({ labels }) => labels['insured_province'] === province);
    expect(of('440000')).toEqual([
      { labels: labelled('440000', 'cancel', 'ADJUDICATION_NOT_FOUND'), value: expect.objectContaining({ count: 1 }) },
      { labels: labelled('440000', 'adjudicate', 'OK'), value: expect.objectContaining({ count: 2 }) },
    ]);
    expect(of('450000')).toEqual([
      { labels: labelled('450000', 'trial', 'HOME_PROVINCE_DOWN'), value: expect.objectContaining({ count: 1 }) },
    ]);
    const [, adjudications] = of('440000').map(({ value }) => value as { readonly sum: number });
    // The second waited at least 50 ms before it was sent again.
    expect(adjudications?.sum).toBeGreaterThan(0.05);
    expect(adjudications?.sum).toBeLessThan(10);
    const attempts = await measured.pointsOf('yiditong.exchange.attempts');
    expect(attempts).toContainEqual({ labels: labelled('440000', 'adjudicate', 'OK'), value: 3 });
    expect(attempts).toContainEqual({ labels: labelled('450000', 'trial', 'HOME_PROVINCE_DOWN'), value: 0 });
    for (const personal of [claim.personId, claim.settlementId, INSTITUTION])
      expect(JSON.stringify([durations, attempts])).not.toContain(personal);
  });

  it('say how many places of a province are taken, and who waits', async () => {
    home.always('HANGS');
    const slow = Array.from({ length: 25 }, () => homes.trial(claimIn('310100')).catch(() => undefined));
    const value = async (name: string) => (await inShanghai(`yiditong.province.places.${name}`))[0]?.value;
    await expect.poll(() => value('waiting'), PATIENCE).toBe(5);
    expect([await value('taken'), await value('limit')]).toEqual([20, 20]);
    home.stop();
    await Promise.all(slow);
    expect([await value('taken'), await value('waiting')]).toEqual([0, 0]);
  });

  it('say which circuit is open', async () => {
    const circuit = async () => (await inShanghai('yiditong.province.circuit')).map(({ value }) => value);
    await homes.trial(claimIn('310100'));
    expect(await circuit()).toEqual([0]);
    home.always('UNAVAILABLE');
    await Promise.all(Array.from({ length: 10 }, () => homes.trial(claimIn('310100')).catch(() => undefined)));
    expect(await circuit()).toEqual([2]);
  });
});

describe('a province that hangs', () => {
  it('holds up nobody of another province, and no more callers of its own than have places', async () => {
    home.always('HANGS');
    let ended = 0;
    const refusals: unknown[] = [];
    const slow = Array.from({ length: 300 }, () =>
      homes
        .trial(claimIn('310100'))
        .catch((error: unknown) => refusals.push(error))
        .finally(() => (ended += 1)),
    );
    const fast = await Promise.all(Array.from({ length: 100 }, () => homes.trial(claimIn('610100'))));
    expect(fast).toHaveLength(100);
    // Twenty under way and twenty that wait; the others were told at once.
    await expect.poll(() => ended, PATIENCE).toBe(260);
    expect(home.received).toHaveLength(20);
    for (const refusal of refusals) expect(refusal).toMatchObject({ reason: 'HOME_PROVINCE_UNREACHABLE' });
    home.stop();
    await Promise.all(slow);
  });

  it('is asked no more once it is known, and the exchange says that nothing was sent', async () => {
    home.always('UNAVAILABLE');
    await Promise.all(Array.from({ length: 10 }, () => homes.trial(claimIn('310100')).catch(() => undefined)));
    expect(lines.circuitTo(SHANGHAI)).toBe('OPEN');
    expect(lines.circuitTo(SHAANXI)).toBe('CLOSED');
    const before = home.received.length;
    const claim = claimIn('310100');
    await expect(homes.adjudicate(claim)).rejects.toMatchObject({ reason: 'HOME_PROVINCE_UNREACHABLE' });
    await expect(homes.checkReachable('310100')).rejects.toMatchObject({ reason: 'HOME_PROVINCE_UNREACHABLE' });
    expect(home.received).toHaveLength(before);
    expect(await logged(claim.settlementId)).toEqual([
      expect.objectContaining({ outcome: 'HOME_PROVINCE_UNREACHABLE', attempts: 0 }),
    ]);
  });
});

describe('a downtime', () => {
  it('refuses every call at once and says until when; others go on', async () => {
    const until = new Date(NOW.getTime() + DAY_MS).toISOString();
    const downtime = { downtimeId: uuidv7(), province: SHANGHAI, from: NOW.toISOString(), until, notice: '系统升级' };
    await as(NATION, (tx) => insertDowntime(tx, downtime, NOW));
    const claim = claimIn('310100');
    const down = { reason: 'HOME_PROVINCE_DOWN', params: { until } };
    await expect(homes.adjudicate(claim)).rejects.toMatchObject(down);
    await expect(homes.checkReachable('310100')).rejects.toMatchObject(down);
    expect(home.received).toEqual([]);
    expect(await logged(claim.settlementId)).toEqual([
      expect.objectContaining({ outcome: 'HOME_PROVINCE_DOWN', attempts: 0 }),
    ]);
    await homes.trial(claimIn('610100'));
  });
});

describe('a new address', () => {
  it('takes effect, and what is under way at the old one comes to its end', async () => {
    home.next('LATE');
    const claim = claimIn('310100');
    const underWay = homes.adjudicate(claim);
    await expect.poll(() => home.received.length, PATIENCE).toBe(1);
    await route(SHANGHAI, other, { maxConcurrent: 20, timeoutMs: 10_000 });
    routes.forget();
    await homes.trial(claimIn('310100'));
    expect(other.countOf('trial')).toBe(1);
    home.letGo();
    expect(await underWay).toMatchObject({ fundTotalFen: 4_500n });
  });
});

describe('the log', () => {
  it('is whole after a shutdown, whatever still comes', async () => {
    const [before, after] = [claimIn('310100'), claimIn('310100')];
    await homes.trial(before);
    await log.beforeApplicationShutdown();
    await homes.reverse({ ...undo(after), cancellationId: '' });
    const rows = await queryAs<{ count: string }>(
      db.superuserUrl,
      `SELECT count(*) FROM exchange WHERE settlement_id = $1 OR (settlement_id IS NULL AND operation = 'trial')`,
      [after.settlementId],
    );
    expect(Number(rows[0]?.count)).toBeGreaterThanOrEqual(2);
  });

  it('never makes a call fail', async () => {
    const broken = new ExchangeLog({
      transaction: () => Promise.reject(new Rejection('SERVICE_UNAVAILABLE')),
    } as never);
    const claim = claimIn('310100');
    const parties = {
      insuredProvince: provinceOf(claim.insuredRegion),
      treatingProvince: TREATING,
      institutionCode: '',
    };
    const exchange = {
      ...parties,
      exchangeId: uuidv7(),
      operation: 'trial',
      role: '2',
      beganAt: NOW,
      timeCostMs: 1,
    } as const;
    await expect(
      broken.record({ ...exchange, settlementId: null, outcome: 'OK', attempts: 1 }),
    ).resolves.toBeUndefined();
  });
});
