import { serviceActor, type Actor } from '@yiditong/chassis';
import { auditTrail, createTestDatabase, endOf, FixedClock, type TestDatabase } from '@yiditong/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { DowntimeService } from './downtime.service.js';
import { EndpointService, type ProposedEndpoint } from './endpoint.service.js';
import { HomeLines } from './home-lines.service.js';
import { plainClient, plaintext } from './misbehaving-province.js';
import { RouteBook } from './route-book.service.js';
import { RouteDirectory } from './route-directory.service.js';

const SHANGHAI = '310000';
const NOW = new Date('2026-03-01T04:00:00Z');
const HOUR_MS = 60 * 60 * 1000;
const bureau = (subject: string, region = SHANGHAI): Actor => ({ role: 'bureau', region, subject, rank: 'supervisor' });
const [MAKER, CHECKER, OTHERS] = [bureau('maker'), bureau('checker'), bureau('other', '610000')];
const OWN: ProposedEndpoint = {
  province: SHANGHAI,
  kind: 'OWN',
  address: 'core.sh.example:8443',
  maxConcurrent: 50,
  timeoutMs: 3_000,
};
const APPROVE = { decision: 'APPROVE', remark: '' } as const;

let db: TestDatabase;
let routes: RouteBook;
let directory: RouteDirectory;
let endpoints: EndpointService;
let downtimes: DowntimeService;
let clock: FixedClock;

beforeAll(async () => {
  db = await createTestDatabase('settlement', migrations);
});
afterAll(() => db.drop());
beforeEach(() => {
  clock = new FixedClock(NOW);
  routes = new RouteBook(db.database, clock);
  directory = new RouteDirectory(routes, new HomeLines(plainClient('127.0.0.1:1'), plaintext()));
  endpoints = new EndpointService(db.database, clock, routes);
  downtimes = new DowntimeService(db.database, clock, routes);
});

const routeOf = async (province: string, actor: Actor) =>
  (await directory.list(actor)).find(({ endpoint }) => endpoint.province === province);

describe('where a province’s claims go', () => {
  it('is hosted here until it says otherwise', async () => {
    expect((await routeOf('440000', OTHERS))?.endpoint).toMatchObject({ kind: 'HOSTED', address: '', changedAt: null });
  });

  it('is changed by the approval of another than who proposed it, at once and audited', async () => {
    const { id, digest } = await endpoints.propose(MAKER, randomUUID(), OWN);
    expect(await routes.endpointOf(SHANGHAI)).toMatchObject({ kind: 'HOSTED' });
    expect(await endOf(endpoints.decide(MAKER, SHANGHAI, id, digest, APPROVE), 'changed')).toBe('MAKER_IS_CHECKER');
    expect(await endpoints.decide(CHECKER, SHANGHAI, id, digest, APPROVE)).toMatchObject({ state: 'APPROVED' });
    expect(await routes.endpointOf(SHANGHAI)).toEqual({ ...OWN, changedAt: NOW.toISOString() });
    const trail = (await auditTrail(db, id)).map(({ action, province }) => [action, province]);
    expect(trail).toEqual([
      ['PROPOSE_ENDPOINT', SHANGHAI],
      ['CHANGE_ENDPOINT', SHANGHAI],
    ]);
    // Again: as it was decided.
    expect(await endpoints.decide(CHECKER, SHANGHAI, id, digest, APPROVE)).toMatchObject({ state: 'APPROVED' });
    expect(await auditTrail(db, id)).toHaveLength(2);
  });

  it('is not changed by who read another proposal', async () => {
    const { id } = await endpoints.propose(MAKER, randomUUID(), { ...OWN, timeoutMs: 9_000 });
    const other = await endpoints.propose(MAKER, randomUUID(), OWN);
    const decided = endpoints.decide(CHECKER, SHANGHAI, id, other.digest, APPROVE);
    expect(await endOf(decided, 'changed')).toBe('PROPOSAL_NOT_FOUND');
  });

  it('is proposed once per request id, by its own province, and taken back by its maker alone', async () => {
    const requestId = randomUUID();
    const { id } = await endpoints.propose(MAKER, requestId, OWN);
    expect((await endpoints.propose(MAKER, requestId, OWN)).id).toBe(id);
    const changed = endpoints.propose(MAKER, requestId, { ...OWN, timeoutMs: 4_000 });
    expect(await endOf(changed, 'proposed')).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await endOf(endpoints.propose(OTHERS, randomUUID(), OWN), 'proposed')).toBe('NOT_PERMITTED');
    const invalid = endpoints.propose(MAKER, randomUUID(), { ...OWN, address: 'nowhere' });
    expect(await endOf(invalid, 'proposed')).toBe('ENDPOINT_INVALID');
    expect(await endOf(endpoints.withdraw(CHECKER, SHANGHAI, id, ''), 'withdrawn')).toBe('NOT_PERMITTED');
    expect(await endpoints.withdraw(MAKER, SHANGHAI, id, '')).toMatchObject({ state: 'WITHDRAWN' });
  });

  it('is known to all, its address to its own province alone', async () => {
    const { id, digest } = await endpoints.propose(MAKER, randomUUID(), OWN);
    await endpoints.decide(CHECKER, SHANGHAI, id, digest, APPROVE);
    expect((await routeOf(SHANGHAI, CHECKER))?.isOwn).toBe(true);
    for (const actor of [
      OTHERS,
      serviceActor('x', SHANGHAI),
      { ...OTHERS, role: 'operator' as const, region: '000000' },
    ])
      expect((await routeOf(SHANGHAI, actor))?.isOwn).toBe(false);
  });
});

describe('a downtime', () => {
  const inHours = (hours: number): Date => new Date(NOW.getTime() + hours * HOUR_MS);
  const announce = (from: number, until: number, requestId: string = randomUUID(), actor = MAKER) =>
    downtimes.announce(actor, requestId, {
      province: SHANGHAI,
      from: inHours(from),
      until: inHours(until),
      notice: '升级',
    });

  it('is announced once per request id, counts at once, and is audited', async () => {
    const requestId = randomUUID();
    const announced = await announce(1, 2, requestId);
    expect(await announce(1, 2, requestId)).toEqual(announced);
    expect(await routes.downtimesOf(SHANGHAI)).toContainEqual(announced);
    expect(await auditTrail(db, announced.downtimeId)).toMatchObject([{ action: 'ANNOUNCE_DOWNTIME' }]);
    await downtimes.end(MAKER, SHANGHAI, announced.downtimeId);
  });

  it('must be one, and the own province’s', async () => {
    expect(await endOf(announce(2, 2), 'announced')).toBe('DOWNTIME_INVALID');
    expect(await endOf(announce(1, 2, randomUUID(), OTHERS), 'announced')).toBe('NOT_PERMITTED');
  });

  it('ends when it is ended, or as it begins where it is taken back, and then stays so', async () => {
    const [on, toCome] = [await announce(-1, 2), await announce(3, 4)];
    const ended = await downtimes.end(CHECKER, SHANGHAI, on.downtimeId);
    expect(ended.until).toBe(NOW.toISOString());
    expect((await downtimes.end(CHECKER, SHANGHAI, toCome.downtimeId)).until).toBe(toCome.from);
    expect(await routes.downtimesOf(SHANGHAI)).toEqual([]);
    clock.moveTo(inHours(1));
    expect(await downtimes.end(CHECKER, SHANGHAI, on.downtimeId)).toEqual(ended);
    expect((await auditTrail(db, on.downtimeId)).map(({ action }) => action)).toEqual([
      'ANNOUNCE_DOWNTIME',
      'END_DOWNTIME',
    ]);
  });

  it('that another province announced is not there', async () => {
    const { downtimeId } = await announce(1, 2);
    expect(await endOf(downtimes.end(OTHERS, SHANGHAI, downtimeId), 'ended')).toBe('NOT_PERMITTED');
    expect(await endOf(downtimes.end(OTHERS, '610000', downtimeId), 'ended')).toBe('DOWNTIME_NOT_FOUND');
  });
});

describe('what a replica knows', () => {
  it('is read again after a few seconds, so that another’s change counts', async () => {
    const elsewhere = new DowntimeService(db.database, clock, new RouteBook(db.database, clock));
    expect((await routes.downtimesOf('500000')).length).toBe(0);
    const chongqing = bureau('maker', '500000');
    const [from, until] = [NOW, new Date(NOW.getTime() + HOUR_MS)];
    await elsewhere.announce(chongqing, randomUUID(), { province: '500000', from, until, notice: '升级' });
    await expect
      .poll(async () => (await routes.downtimesOf('500000')).length, { timeout: 30_000, interval: 250 })
      .toBe(1);
  });
});
