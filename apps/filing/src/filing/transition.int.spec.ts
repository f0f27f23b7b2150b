import { STATE_NAMES, type FilingEvent, type FilingState } from '@yiditong/codes';
import {
  atOnce,
  auditFaults,
  auditTrail,
  createTestDatabase,
  endOf,
  FixedClock,
  patiently,
  queryAs,
  rowCounts,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import type { Registration } from './filing.codec.js';
import type { FilingRow } from './filing.entity.js';
import { BUREAU, FilingDesk, paper, proposal, requestId, REVIEWER, self, targetOf } from './filing-desk.js';

const NOW = new Date('2026-03-01T02:00:00Z');
const LATER = new Date('2026-03-01T03:00:00Z');
/** After the last day of every temporary filing here. */
const OVER = new Date('2026-12-01T02:00:00Z');

let db: TestDatabase;
let desk: FilingDesk;
let clock: FixedClock;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  clock = new FixedClock(NOW);
  desk = new FilingDesk(db.database, clock);
});
beforeEach(() => clock.moveTo(NOW));
afterAll(() => db.drop());

/** Does what brings an event about, and gives the filing's state then. */
const BRINGS: Record<Exclude<FilingEvent, 'DRAFT'>, (filing: FilingRow) => Promise<unknown>> = {
  SUBMIT: (filing) =>
    desk.filings.submit(self(filing.personId), requestId(), {
      ...targetOf(filing),
      materials: [paper('RESIDENCE_PROOF', '6'), paper('REFERRAL_CERTIFICATE', '6')],
      pledged: false,
      reason: '',
    }),
  ACCEPT: (filing) => desk.review(filing, 'ACCEPT', ''),
  RETURN: (filing) => desk.review(filing, 'RETURN'),
  REJECT: (filing) => desk.review(filing, 'REJECT'),
  CHANGE: (filing) => change(filing, { destinationRegion: '310000' }),
  SUPPLY: (filing) => supply(filing),
  CANCEL: (filing) => desk.cancel(filing),
  EXPIRE: () => (clock.moveTo(OVER), desk.expiry.expire()),
  INVALIDATE: ({ personId }) => desk.insure(personId, { active: false, at: '2026-03-01T02:30:00Z' }),
};

function change(
  filing: FilingRow,
  to: { destinationRegion?: string; validTo?: string },
  actor = self(filing.personId),
) {
  const { destinationRegion = null, validTo = null } = to;
  return desk.transitions.change(actor, requestId(), { ...targetOf(filing), destinationRegion, validTo, reason: '' });
}

function supply(filing: FilingRow, kind = 'RESIDENCE_PROOF' as const) {
  return desk.transitions.supply(self(filing.personId), requestId(), {
    ...targetOf(filing),
    materials: [paper(kind, '7')],
  });
}

async function standing({ personId, filingId }: FilingRow): Promise<FilingRow> {
  return desk.reading.get(BUREAU, { personId }, filingId);
}

/** Temporary where only those get there, and pledged where something has to be owed. */
async function filingFor(state: FilingState, event: FilingEvent): Promise<FilingRow> {
  if (state === 'EXPIRED') {
    const filing = await desk.filingIn('ACTIVE', { category: 'OTHER_TEMPORARY', materials: [] });
    clock.moveTo(OVER);
    await desk.expiry.expire();
    return standing(filing);
  }
  if (state === 'INVALIDATED') {
    const filing = await desk.filingIn('ACTIVE');
    await desk.insure(filing.personId, { active: false, at: '2026-02-01T00:00:00Z' });
    await desk.insure(filing.personId, { active: true, at: '2026-02-02T00:00:00Z' });
    return standing(filing);
  }
  if (event === 'EXPIRE') return desk.filingIn(state, { category: 'REFERRAL' });
  if (event === 'SUPPLY' && state === 'ACTIVE') return desk.filingIn(state, { pledged: true, materials: [] });
  return desk.filingIn(state);
}

const TABLE = `
              SUBMIT     ACCEPT  RETURN    REJECT    CHANGE  SUPPLY  CANCEL     EXPIRE   INVALIDATE
  DRAFT       SUBMITTED  -       -         -         -       -       CANCELLED  -        INVALIDATED
  SUBMITTED   -          ACTIVE  RETURNED  REJECTED  -       -       CANCELLED  -        INVALIDATED
  RETURNED    SUBMITTED  -       -         -         -       -       CANCELLED  -        INVALIDATED
  REJECTED    -          -       -         -         -       -       -          -        -
  ACTIVE      -          -       -         -         ACTIVE  ACTIVE  CANCELLED  EXPIRED  INVALIDATED
  CANCELLED   -          -       -         -         -       -       -          -        -
  EXPIRED     -          -       -         -         -       -       -          -        -
  INVALIDATED -          -       -         -         -       -       -          -        -`;

const [columns = [], ...lines] = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));
const CELLS = lines.flatMap(([state = '', ...next]) =>
  columns.map((event, at) => [state as FilingState, event as keyof typeof BRINGS, next[at] ?? ''] as const),
);
/** Nobody asks for these, so nobody is refused them. */
const UNASKED: readonly FilingEvent[] = ['EXPIRE', 'INVALIDATE'];

describe('a transition', () => {
  it.each(CELLS.filter(([, , next]) => next !== '-'))('of %s by %s leads to %s', async (state, event, next) => {
    const before = await filingFor(state, event);
    expect(before.state).toBe(state);
    await BRINGS[event](before);
    expect(await standing(before)).toMatchObject({ state: next, version: before.version + 1 });
  });

  it.each(CELLS.filter(([, , next]) => next === '-'))('of %s by %s is not there', async (state, event) => {
    const before = await filingFor(state, event);
    expect(before.state).toBe(state);
    const end = await endOf(BRINGS[event](before), 'nothing');
    expect(end).toBe(UNASKED.includes(event) ? 'nothing' : 'FILING_STATE_CONFLICT');
    expect(await standing(before)).toEqual(before);
  });

  it('is looked at for every state and event', () => expect(CELLS).toHaveLength(8 * 9));

  it('that is refused says how the filing stands, and leaves nothing', async () => {
    const filing = await desk.filingIn('REJECTED');
    const before = await rowCounts(db);
    const { zh, en } = STATE_NAMES.REJECTED;
    await expect(desk.cancel(filing)).rejects.toMatchObject({
      reason: 'FILING_STATE_CONFLICT',
      params: { state: `${zh} ${en}` },
    });
    expect(await rowCounts(db)).toEqual(before);
  });
});

describe('a version', () => {
  it('says what was done, by whom, when and why, the oldest first', async () => {
    const draft = await desk.filingIn('DRAFT', { reason: '随子女居住' });
    const { personId } = draft;
    await BRINGS.SUBMIT(draft);
    clock.moveTo(LATER);
    await desk.review(draft, 'RETURN', '证明不清晰');
    await desk.filings.submit(BUREAU, requestId(), {
      ...targetOf(draft),
      materials: [],
      pledged: false,
      reason: '窗口补正',
    });
    await desk.insure(personId, { active: false, at: '2026-03-01T02:30:00Z' });
    const versions = await desk.reading.history(BUREAU, { personId }, draft.filingId);
    expect(versions.map((of) => [of.version, of.event, of.state, of.actorRole, of.actorSubject, of.reason])).toEqual([
      [1, 'DRAFT', 'DRAFT', 'insured', 'app', '随子女居住'],
      [2, 'SUBMIT', 'SUBMITTED', 'insured', 'app', ''],
      [3, 'RETURN', 'RETURNED', 'bureau', 'shaanxi-02', '证明不清晰'],
      [4, 'ACCEPT', 'ACTIVE', 'bureau', 'shaanxi-01', '窗口补正'],
      [5, 'INVALIDATE', 'INVALIDATED', 'service', 'filing', '参保关系终止或变更 Insurance ended or moved'],
    ]);
    expect(versions.map(({ recordedAt }) => recordedAt)).toEqual([NOW, NOW, LATER, LATER, LATER]);
    expect(versions.map(({ source, reviewDueOn }) => [source, reviewDueOn])).toEqual([
      ['ONLINE', null],
      ['ONLINE', '2026-03-03'],
      ['ONLINE', null],
      ['BUREAU', null],
      ['BUREAU', null],
    ]);
  });

  it('is told of as an event and in the audit, without what anybody said', async () => {
    const filing = await desk.filingIn('SUBMITTED', { reason: '随子女居住' });
    await desk.review(filing, 'REJECT', '不符合条件');
    const events = await queryAs<{ type: string; content: string }>(
      db.superuserUrl,
      'SELECT type, content FROM filing_event WHERE person_id = $1 ORDER BY sequence',
      [filing.personId],
    );
    expect(events.map(({ type, content }) => [type, JSON.parse(content)])).toEqual([
      ['filing.submit', eventContent(filing, { version: 1, state: 'SUBMITTED' })],
      ['filing.reject', eventContent(filing, { version: 2, state: 'REJECTED' })],
    ]);
    const trail = await auditTrail(db, filing.filingId);
    expect(trail.map(({ action, actor, purpose }) => [action, actor.subject, purpose])).toEqual([
      ['REGISTER_FILING', 'app', 'SELF_SERVICE'],
      ['REJECT_FILING', 'shaanxi-02', 'ADMINISTRATION'],
    ]);
    expect(trail[1]).toMatchObject({
      before: { state: 'SUBMITTED', version: 1 },
      after: { state: 'REJECTED', version: 2 },
    });
    expect(JSON.stringify([trail, events])).not.toMatch(/随子女|不符合/);
  });
});

function eventContent({ filingId, category, destinationRegion, validFrom, validTo }: FilingRow, of: object): object {
  return { filingId, category, destinationRegion, validFrom, validTo, ...of };
}

describe('a pledge', () => {
  it('takes effect on signing, owes the papers, and is made good by any one of them', async () => {
    const filing = await desk.filingIn('ACTIVE', { category: 'LONG_TERM_WORKER', pledged: true, materials: [] });
    const owed = ['DISPATCH_CERTIFICATE', 'EMPLOYER_CERTIFICATE', 'EMPLOYMENT_CONTRACT'];
    expect(filing).toMatchObject({ state: 'ACTIVE', version: 1, pledged: true, owed });
    await expect(supply(filing)).rejects.toMatchObject({ reason: 'FILING_MATERIALS_MISSING' });
    const request = { ...targetOf(filing), materials: [paper('EMPLOYMENT_CONTRACT')] };
    const supplied = await desk.transitions.supply(self(filing.personId), requestId(), request);
    expect(supplied).toMatchObject({
      state: 'ACTIVE',
      version: 2,
      pledged: true,
      owed: [],
      materials: request.materials,
    });
    await expect(supply(supplied)).rejects.toMatchObject({ reason: 'FILING_STATE_CONFLICT' });
  });

  it.each([
    ['that was drafted takes effect when it is handed in', { draft: true, pledged: true }, false],
    ['can be signed when a draft is handed in', { draft: true }, true],
  ])('%s', async (_, drafted, pledged) => {
    const draft = await desk.register(desk.person(), drafted);
    const request = { ...targetOf(draft), materials: [], pledged, reason: '' };
    const filing = await desk.filings.submit(self(draft.personId), requestId(), request);
    expect(filing).toMatchObject({ state: 'ACTIVE', pledged: true, owed: ['RESIDENCE_PROOF'], version: 2 });
  });

  it('is nothing to a referral, which needs its certificate', async () => {
    const referral = { category: 'REFERRAL', pledged: true } as const;
    await expect(desk.register(desk.person(), referral)).rejects.toMatchObject({
      reason: 'FILING_PLEDGE_NOT_POSSIBLE',
    });
    const certified = await desk.register(desk.person(), { ...referral, materials: [paper('REFERRAL_CERTIFICATE')] });
    expect(certified).toMatchObject({ state: 'SUBMITTED', pledged: false, owed: [] });
  });
});

describe('a lock-in', () => {
  const LOCKED = '2026-08-31';
  const LAST_DAY = new Date('2026-08-31T15:59:59Z');
  const DAY_AFTER = new Date('2026-08-31T16:00:00Z');

  /** In 湖北, which locks long-term filings in for six months. */
  async function locked(how: Partial<Registration> = {}): Promise<FilingRow> {
    const personId = desk.person('420100');
    const pledged = proposal(personId, { insuredRegion: '420100', pledged: true, ...how });
    return desk.filings.register(self(personId, '420000'), requestId(), pledged);
  }

  beforeAll(async () => {
    clock.moveTo(new Date('2026-02-01T02:00:00Z'));
    const policy = { kind: 'PROVINCE_POLICY', lockInMonths: 6, temporaryMonths: 6 } as const;
    const rule = { content: policy, source: '湖北省规定', validFrom: '2026-02-10', validTo: null };
    await desk.rules.publish({ ...BUREAU, region: '420000', rank: 'supervisor' }, requestId(), '420000', rule);
  });

  it.each([
    ['the person', (of: FilingRow) => self(of.personId, '420000')],
    ['the bureau', () => ({ ...BUREAU, region: '420000' })],
  ])('holds %s until its last day, and not a second longer', async (_, actorOf) => {
    const filing = await locked();
    expect(filing.lockedUntil).toBe(LOCKED);
    clock.moveTo(LAST_DAY);
    const refused = { reason: 'FILING_LOCKED_IN', params: { until: LOCKED } };
    await expect(desk.cancel(filing, actorOf(filing))).rejects.toMatchObject(refused);
    await expect(change(filing, { destinationRegion: '310000' }, actorOf(filing))).rejects.toMatchObject(refused);
    clock.moveTo(DAY_AFTER);
    const changed = await change(filing, { destinationRegion: '310000' }, actorOf(filing));
    expect(changed.destinationRegion).toBe('310000');
    expect((await desk.cancel(filing, actorOf(filing))).state).toBe('CANCELLED');
  });

  it('can’t be got round by beginning in the past: it runs from the day on which the filing takes effect', async () => {
    expect(await locked({ validFrom: '2025-07-01' })).toMatchObject({ validFrom: '2025-07-01', lockedUntil: LOCKED });
  });

  it('does not hold the bureau where the insurance changed after the filing took effect, but still the person', async () => {
    const filing = await locked();
    await desk.insure(filing.personId, { region: '420100', at: '2026-04-01T00:00:00Z' });
    clock.moveTo(LAST_DAY);
    await expect(desk.cancel(filing, self(filing.personId, '420000'))).rejects.toMatchObject({
      reason: 'FILING_LOCKED_IN',
    });
    expect((await desk.cancel(filing, { ...BUREAU, region: '420000' })).state).toBe('CANCELLED');
  });

  it('does not hold a draft', async () => {
    const personId = desk.person('420100');
    const drafted = { insuredRegion: '420100', draft: true };
    const draft = await desk.filings.register(self(personId, '420000'), requestId(), proposal(personId, drafted));
    expect((await desk.cancel(draft, self(personId, '420000'))).state).toBe('CANCELLED');
  });
});

describe('a change', () => {
  const temporary = { category: 'OTHER_TEMPORARY', materials: [] } as const;

  it.each([
    ['longer', '2027-09-30'],
    ['shorter, but six months from its first day', '2026-08-31'],
  ])('makes a temporary filing %s', async (_, validTo) => {
    const filing = await desk.filingIn('ACTIVE', temporary);
    expect(await change(filing, { validTo })).toMatchObject({ validTo, version: 2, state: 'ACTIVE' });
  });

  it('does not make a temporary filing shorter than six months', async () => {
    const filing = await desk.filingIn('ACTIVE', temporary);
    await expect(change(filing, { validTo: '2026-08-30' })).rejects.toMatchObject({ reason: 'FILING_PERIOD_INVALID' });
  });

  it('does not end a filing before today', async () => {
    const filing = await desk.filingIn('ACTIVE', { ...temporary, validTo: '2027-03-01' });
    clock.moveTo(new Date('2026-10-15T02:00:00Z'));
    await expect(change(filing, { validTo: '2026-10-14' })).rejects.toMatchObject({ reason: 'FILING_PERIOD_INVALID' });
    expect(await change(filing, { validTo: '2026-10-15' })).toMatchObject({ validTo: '2026-10-15' });
  });

  it.each([
    ['that changes nothing', { destinationRegion: '110000' }, 'REQUEST_MALFORMED'],
    ['that gives a long-term filing an end', { validTo: '2027-03-01' }, 'FILING_PERIOD_INVALID'],
    ['to a place in the insured province', { destinationRegion: '610300' }, 'FILING_SAME_PROVINCE'],
    ['to a whole province that is not pooled as one', { destinationRegion: '320000' }, 'FILING_DESTINATION_INVALID'],
  ])('%s is refused', async (_, to, reason) => {
    const filing = await desk.filingIn('ACTIVE');
    await expect(change(filing, to)).rejects.toMatchObject({ reason });
    expect(await standing(filing)).toEqual(filing);
  });

  it('of a filing made years ago is judged by its own first day', async () => {
    const filing = await desk.filingIn('ACTIVE');
    clock.moveTo(new Date('2028-10-15T02:00:00Z'));
    expect(await change(filing, { destinationRegion: '310000' })).toMatchObject({ destinationRegion: '310000' });
  });

  it('to the destination of another filing in force is refused', async () => {
    const filing = await desk.filingIn('ACTIVE');
    await desk.register(filing.personId, { destinationRegion: '310000', pledged: true });
    const onto = change(filing, { destinationRegion: '310000' });
    await expect(onto).rejects.toMatchObject({ reason: 'FILING_OVERLAPS' });
  });
});

describe('a review', () => {
  it.each([
    ['on a Monday is due on Wednesday', '2026-03-02T02:00:00Z', '2026-03-04'],
    ['on a Friday is due on Tuesday', '2026-03-06T02:00:00Z', '2026-03-10'],
    ['before the National Day holiday is due after it', '2026-09-29T02:00:00Z', '2026-10-08'],
    ['in the holiday counts from its end', '2026-10-03T02:00:00Z', '2026-10-09'],
  ])('asked for %s', async (_, at, dueOn) => {
    clock.moveTo(new Date(at));
    expect((await desk.filingIn('SUBMITTED')).reviewDueOn).toBe(dueOn);
  });

  it('is not accepted where the insurance has ended or moved since', async () => {
    for (const since of [{ active: false }, { region: '610300' }]) {
      const filing = await desk.filingIn('SUBMITTED');
      await desk.insure(filing.personId, { ...since, at: '2026-03-01T00:00:00Z' });
      await expect(desk.review(filing, 'ACCEPT')).rejects.toMatchObject({ reason: 'FILING_STATE_CONFLICT' });
      expect(await standing(filing)).toMatchObject({ state: 'INVALIDATED', reviewDueOn: null });
    }
  });

  it('goes by the insurance itself too', async () => {
    const filing = await desk.filingIn('SUBMITTED');
    // What is told of the insurance ends the filing with it; the rule holds whatever becomes of that.
    await queryAs(db.superuserUrl, 'UPDATE insurance_fact SET active = false WHERE person_id = $1', [filing.personId]);
    await expect(desk.review(filing, 'ACCEPT')).rejects.toMatchObject({ reason: 'INSURANCE_INACTIVE' });
  });

  it('is not made by the account that handed the filing in', async () => {
    const filing = await desk.filingIn('SUBMITTED');
    // A bureau's papers take effect at once today; the rule holds whatever becomes of that.
    await queryAs(
      db.superuserUrl,
      "UPDATE filing_version SET actor_role = 'bureau', actor_subject = $2 WHERE filing_id = $1",
      [filing.filingId, REVIEWER.subject],
    );
    await expect(desk.review(filing, 'ACCEPT')).rejects.toMatchObject({ reason: 'MAKER_IS_CHECKER' });
    const { personId, filingId } = filing;
    const accepted = await desk.transitions.review(BUREAU, requestId(), {
      personId,
      filingId,
      decision: 'ACCEPT',
      reason: '',
    });
    expect(accepted.state).toBe('ACTIVE');
  });
});

describe('transitions at once', () => {
  it('of contradictory ones one wins, the other finds the filing changed', async () => {
    for (let round = 0; round < 5; round++) {
      const filing = await desk.filingIn('SUBMITTED');
      const ends = await Promise.all([
        endOf(
          patiently(() => desk.review(filing, 'REJECT')),
          'rejected',
        ),
        endOf(
          patiently(() => desk.cancel(filing)),
          'cancelled',
        ),
      ]);
      const { state, version } = await standing(filing);
      expect([...ends, version]).toEqual(
        state === 'REJECTED' ? ['rejected', 'FILING_STATE_CONFLICT', 2] : ['FILING_STATE_CONFLICT', 'cancelled', 2],
      );
    }
  });

  it('under one key are one, and all get its answer', async () => {
    const filing = await desk.filingIn('ACTIVE');
    const key = requestId();
    const request = { ...targetOf(filing), insuredRegion: null, reason: '' };
    const answers = await atOnce(6, () =>
      patiently(() => desk.transitions.cancel(self(filing.personId), key, request)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await standing(filing)).toMatchObject({ version: filing.version + 1, state: 'CANCELLED' });
  });

  it('of another kind under a used key are refused', async () => {
    const filing = await desk.filingIn('DRAFT');
    const key = requestId();
    await desk.transitions.cancel(self(filing.personId), key, { ...targetOf(filing), insuredRegion: null, reason: '' });
    const other = desk.transitions.supply(self(filing.personId), key, { ...targetOf(filing), materials: [] });
    await expect(other).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });
});

it('the audit trail of all this is sound', async () => expect(await auditFaults(db)).toEqual([]));
