import { Database } from '@yiditong/chassis';
import {
  atOnce,
  auditFaults,
  auditTrail,
  createTestDatabase,
  FixedClock,
  queryAs,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { migrations } from '../migrations/index.js';
import { ExpiryService } from './expiry.service.js';
import { BUREAU, FilingDesk, proposal, requestId, self } from './filing-desk.js';

const NOW = new Date('2026-03-01T02:00:00Z');
/** The last second of the last day, and the next, in Shanghai. */
const LAST = new Date('2026-09-30T15:59:59Z');
const OVER = new Date('2026-09-30T16:00:00Z');

let db: TestDatabase;
let desk: FilingDesk;
let clock: FixedClock;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  clock = new FixedClock(NOW);
  desk = new FilingDesk(db.database, clock);
});
beforeEach(async () => {
  await queryAs(db.superuserUrl, 'TRUNCATE filing, filing_version');
  clock.moveTo(NOW);
});
afterAll(() => db.drop());

const TEMPORARY = { category: 'OTHER_TEMPORARY', validTo: '2026-09-30' } as const;

async function states(): Promise<Record<string, number>> {
  const rows = await queryAs<{ state: string; count: number }>(
    db.superuserUrl,
    'SELECT state, count(*)::int AS count FROM filing GROUP BY state ORDER BY state',
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

/** Temporary filings that end on 30 September, of people in two provinces. */
async function manyTemporary(count: number): Promise<void> {
  const [first] = [await desk.register(desk.person(), TEMPORARY)];
  for (const table of ['filing', 'filing_version']) {
    const own = table === 'filing' ? 'created_at, updated_at' : 'event, actor_role, actor_subject, recorded_at';
    const rest = `category, destination_region, valid_from, valid_to, state, version, source, materials, pledged, owed, reason, ${own}`;
    await queryAs(
      db.superuserUrl,
      `INSERT INTO ${table} (person_id, filing_id, insured_province, insured_region, ${rest})
       SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid,
         CASE WHEN n % 2 = 0 THEN '610000' ELSE '420000' END, CASE WHEN n % 2 = 0 THEN '610100' ELSE '420100' END, ${rest}
       FROM ${table}, generate_series(1, ${count - 1}) AS n WHERE filing_id = '${first.filingId}'`,
    );
  }
}

describe('a temporary filing', () => {
  it('expires when its last day is over, by the service, and others don’t', async () => {
    const temporary = await desk.register(desk.person(), TEMPORARY);
    await desk.register(desk.person(), { ...TEMPORARY, validTo: '2026-10-01' });
    await desk.register(desk.person(), { pledged: true });
    clock.moveTo(LAST);
    expect(await desk.expiry.expire()).toBe(0);
    clock.moveTo(OVER);
    expect(await desk.expiry.expire()).toBe(1);
    const { personId, filingId } = temporary;
    const versions = await desk.reading.history(self(personId), { personId }, filingId);
    expect(versions.at(-1)).toMatchObject({
      version: 2,
      event: 'EXPIRE',
      state: 'EXPIRED',
      actorRole: 'service',
      actorSubject: 'filing',
      recordedAt: OVER,
    });
    expect((await auditTrail(db, filingId)).at(1)).toMatchObject({ action: 'EXPIRE_FILING', purpose: 'SYSTEM' });
    const events = await queryAs(db.superuserUrl, "SELECT 1 FROM filing_event WHERE type = 'filing.expire'");
    expect(events).toHaveLength(1);
    expect(await states()).toEqual({ ACTIVE: 2, EXPIRED: 1 });
  });

  it('that waits for its review does not expire: nothing was in force', async () => {
    await desk.filingIn('SUBMITTED', { category: 'REFERRAL' });
    clock.moveTo(OVER);
    expect(await desk.expiry.expire()).toBe(0);
  });
});

describe('a round', () => {
  it('ends all that are over, of every province, and a second finds nothing', async () => {
    await manyTemporary(450);
    clock.moveTo(OVER);
    expect(await desk.expiry.expire()).toBe(450);
    expect(await states()).toEqual({ EXPIRED: 450 });
    expect(await desk.expiry.expire()).toBe(0);
  });

  it('that is killed in the middle is carried on by the next, and no filing expires twice', async () => {
    await manyTemporary(450);
    clock.moveTo(OVER);
    let transactions = 0;
    const dying = new Database(db.database.dataSource, db.database.auditMac);
    vi.spyOn(dying, 'transaction').mockImplementation(async (actor, work) => {
      transactions += 1;
      if (transactions === 4) throw new Error('killed');
      return db.database.transaction(actor, work);
    });
    await expect(new ExpiryService(dying, clock).expire()).rejects.toThrow('killed');
    const before = await states();
    expect(before['ACTIVE']).toBeGreaterThan(0);
    expect(before['EXPIRED']).toBeGreaterThan(0);
    await desk.expiry.expire();
    expect(await states()).toEqual({ EXPIRED: 450 });
    const twice = await queryAs(db.superuserUrl, 'SELECT 1 FROM filing_version WHERE version > 2');
    expect(twice).toEqual([]);
  });

  it('of several replicas at once ends each filing once', async () => {
    await manyTemporary(450);
    clock.moveTo(OVER);
    const rounds = await atOnce(3, () => new ExpiryService(db.database, clock).expire());
    await desk.expiry.expire();
    expect(rounds.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(450);
    expect(await states()).toEqual({ EXPIRED: 450 });
    const ended = await queryAs(db.superuserUrl, "SELECT 1 FROM filing_version WHERE event = 'EXPIRE'");
    expect(ended).toHaveLength(450);
  });

  it('does not end what was made longer meanwhile', async () => {
    const personId = desk.person();
    const filing = await desk.filings.register(self(personId), requestId(), proposal(personId, TEMPORARY));
    const change = { personId, filingId: filing.filingId, forPersonId: '', destinationRegion: null, reason: '' };
    clock.moveTo(LAST);
    await desk.transitions.change(BUREAU, requestId(), { ...change, validTo: '2027-03-31' });
    clock.moveTo(OVER);
    expect(await desk.expiry.expire()).toBe(0);
  });
});

describe('the service', () => {
  it('looks when it starts, and lets a round end before it stops', async () => {
    await manyTemporary(3);
    clock.moveTo(OVER);
    const service = new ExpiryService(db.database, clock);
    service.onApplicationBootstrap();
    await expect.poll(states, { timeout: 20_000 }).toEqual({ EXPIRED: 3 });
    await service.onApplicationShutdown();
  });

  it('warns once a day where the work calendar ends within a month', () => {
    const service = new ExpiryService(db.database, clock);
    const warn = vi.spyOn(service['logger'], 'warn').mockImplementation(() => undefined);
    service.warnOfCalendar();
    expect(warn).not.toHaveBeenCalled();
    for (const at of ['2090-11-30T15:59:00Z', '2090-12-01T02:00:00Z', '2090-12-01T03:00:00Z']) {
      clock.moveTo(new Date(at));
      service.warnOfCalendar();
    }
    expect(warn.mock.calls.map(([line]) => (line as { year: string }).year)).toEqual(['2090', '2091']);
  });
});

it('the audit trail of all this is sound', async () => expect(await auditFaults(db)).toEqual([]));
