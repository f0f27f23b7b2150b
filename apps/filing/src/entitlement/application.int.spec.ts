import { randomUUID } from 'node:crypto';
import { encodeInstant, RotationService, type Actor } from '@yiditong/chassis';
import type { benefitV1 } from '@yiditong/contracts';
import {
  atOnce,
  auditFaults,
  auditTrail,
  createTestDatabase,
  endOf,
  findInDatabase,
  FixedClock,
  patiently,
  queryAs,
  rowCounts,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FactService } from '../fact/fact.service.js';
import { ActingService } from '../family/acting.service.js';
import { migrations } from '../migrations/index.js';
import type { Asked } from './application.codec.js';
import type { Application } from './application.entity.js';
import { ApplicationService } from './application.service.js';
import { FINDINGS } from './application.store.js';
import { EntitlementService } from './entitlement.service.js';

const NOW = new Date('2026-03-02T02:00:00Z');
const BUREAU: Actor = { role: 'bureau', region: '610000', subject: 'xian-01', rank: 'clerk', area: '610100' };
const HUBEI: Actor = { role: 'bureau', region: '420000', subject: 'hubei', rank: 'clerk' };
const HERE = 'H11010500001';
const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: `${HERE}:001`, institution: HERE };
const NEIGHBOUR: Actor = { ...HOSPITAL, subject: 'H11010500002:001', institution: 'H11010500002' };

let db: TestDatabase;
let clock: FixedClock;
let facts: FactService;
let entitlements: EntitlementService;
let applications: ApplicationService;
let requests = 0;
const key = (): string => `request-${++requests}`;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  clock = new FixedClock(NOW);
  const benefit = {
    call: (_: string, { personIds }: benefitV1.GetInsuranceRequest) =>
      Promise.resolve({
        persons: personIds.map((personId) => ({
          personId,
          insuredRegion: '610100',
          active: true,
          changedAt: encodeInstant(new Date('2026-01-01T00:00:00Z')),
        })),
      }),
  };
  facts = new FactService(db.database, clock, benefit as never, {} as never);
  const acting = new ActingService(db.database);
  entitlements = new EntitlementService(db.database, clock, testVault(), facts, acting);
  applications = new ApplicationService(db.database, clock, testVault(), facts, acting, entitlements);
});
beforeEach(() => clock.moveTo(NOW));
afterAll(() => db.drop());

function asked(change: Partial<Asked> = {}): Asked {
  return {
    personId: randomUUID(),
    insuredRegion: '610100',
    institutionCode: HERE,
    diseaseCode: 'M03902',
    identifiedBy: HERE,
    identifiedOn: '2026-03-01',
    physicianCode: 'D110105000001',
    validFrom: '2026-03-02',
    validTo: null,
    ...change,
  };
}

const apply = (change: Partial<Asked> = {}): Promise<Application> => applications.apply(HOSPITAL, key(), asked(change));
const takingBack = ({ personId, applicationId }: Application, change: object = {}) => ({
  personId,
  applicationId,
  insuredRegion: '610100',
  reason: '误报',
  ...change,
});
const deciding = ({ personId, applicationId }: Application, decision: 'ACCEPT' | 'REJECT', reason = '') => ({
  personId,
  applicationId,
  decision,
  reason,
});
const decide = (of: Application, decision: 'ACCEPT' | 'REJECT', reason = ''): Promise<Application> =>
  applications.decide(BUREAU, key(), deciding(of, decision, reason));

async function waiting(actor = BUREAU, insuredRegion = '610100'): Promise<string[]> {
  const page = await applications.waiting(actor, { insuredRegion, after: null, limit: 200 });
  return page.map(({ applicationId }) => applicationId);
}

describe('a hospital’s application', () => {
  it('waits for the insured place and opens nothing until it is accepted', async () => {
    const request = asked();
    const applied = await applications.apply(HOSPITAL, key(), request);
    expect(applied).toMatchObject({ ...request, state: 'SUBMITTED', version: 1, entitlementId: null });
    expect(await entitlements.list(BUREAU, request)).toEqual([]);
    const page = await applications.waiting(BUREAU, { insuredRegion: '610100', after: null, limit: 200 });
    expect(page.find(({ applicationId }) => applicationId === applied.applicationId)).toEqual(applied);
    const accepted = await decide(applied, 'ACCEPT');
    expect(accepted).toMatchObject({ state: 'ACCEPTED', version: 2 });
    expect(await entitlements.list(BUREAU, request)).toMatchObject([
      { entitlementId: accepted.entitlementId, diseaseCode: 'M03902', validFrom: '2026-03-02', validTo: null },
    ]);
    expect(await waiting()).not.toContain(applied.applicationId);
  });

  it('that is rejected says why and records nothing', async () => {
    const rejected = await decide(await apply(), 'REJECT', '材料不符合认定标准');
    expect(rejected).toMatchObject({ state: 'REJECTED', reason: '材料不符合认定标准', entitlementId: null });
    expect(await entitlements.list(BUREAU, rejected)).toEqual([]);
  });

  it('is one however often the message comes, and not under the key of another', async () => {
    const [request, body] = [key(), asked()];
    const answers = await atOnce(5, () => patiently(() => applications.apply(HOSPITAL, request, body)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await expect(applications.apply(HOSPITAL, request, { ...body, diseaseCode: 'M01600' })).rejects.toMatchObject({
      reason: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  it('of a class waits once a hospital; another hospital isn’t told of it', async () => {
    const body = asked();
    const ends = await atOnce(3, () =>
      endOf(
        patiently(() => applications.apply(HOSPITAL, key(), body)),
        'applied',
      ),
    );
    expect(ends.toSorted()).toEqual(['ENTITLEMENT_APPLIED', 'ENTITLEMENT_APPLIED', 'applied']);
    await expect(applications.apply(HOSPITAL, key(), { ...body, diseaseCode: 'M03900' })).rejects.toMatchObject({
      reason: 'ENTITLEMENT_APPLIED',
    });
    await applications.apply(HOSPITAL, key(), { ...body, diseaseCode: 'M01600' });
    const other = { ...body, institutionCode: 'H11010500002' };
    expect(await applications.apply(NEIGHBOUR, key(), other)).toMatchObject({ state: 'SUBMITTED' });
  });

  it.each<[string, Partial<Asked>, string]>([
    ['in another’s name', { institutionCode: 'H11010500002' }, 'NOT_PERMITTED'],
    ['to another place than the person’s', { insuredRegion: '610900' }, 'INSURED_REGION_MISMATCH'],
    ['of a day to come', { identifiedOn: '2026-03-03' }, 'REQUEST_MALFORMED'],
  ])('%s is refused and leaves nothing', async (_, change, reason) => {
    const { insurance_fact: _before, ...before } = await rowCounts(db);
    await expect(apply(change)).rejects.toMatchObject({ reason });
    const { insurance_fact: _after, ...after } = await rowCounts(db);
    expect(after).toEqual(before);
  });

  it('of somebody who isn’t insured any more is refused, and can’t be accepted', async () => {
    const applied = await apply();
    const ended = { personId: applied.personId, province: '610000', insuredRegion: '610100', active: false };
    await facts.recordInsurance([{ ...ended, changedAt: new Date('2026-03-01T00:00:00Z') }]);
    await expect(apply({ personId: applied.personId, diseaseCode: 'M01600' })).rejects.toMatchObject({
      reason: 'INSURANCE_INACTIVE',
    });
    await expect(decide(applied, 'ACCEPT')).rejects.toMatchObject({ reason: 'INSURANCE_INACTIVE' });
    expect(await decide(applied, 'REJECT', '已停保')).toMatchObject({ state: 'REJECTED' });
  });

  it('for what is recognised already can’t be accepted, and goes on waiting', async () => {
    const applied = await apply();
    const { personId, insuredRegion, diseaseCode } = applied;
    const recognition = { personId, insuredRegion, diseaseCode, validFrom: '2026-01-01', validTo: null };
    await entitlements.record(BUREAU, key(), recognition);
    await expect(decide(applied, 'ACCEPT')).rejects.toMatchObject({ reason: 'ENTITLEMENT_OVERLAPS' });
    expect(await waiting()).toContain(applied.applicationId);
    expect(await entitlements.list(BUREAU, recognition)).toHaveLength(1);
  });
});

describe('the hospital that applied', () => {
  it('takes it back while it waits, once, and may apply again', async () => {
    const applied = await apply();
    const request = key();
    const answers = await atOnce(3, () =>
      patiently(() => applications.withdraw(HOSPITAL, request, takingBack(applied))),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ state: 'WITHDRAWN', reason: '误报', version: 2 });
    expect(await waiting()).not.toContain(applied.applicationId);
    await expect(decide(applied, 'ACCEPT')).rejects.toMatchObject({ reason: 'ENTITLEMENT_APPLICATION_DECIDED' });
    const again = await apply({ personId: applied.personId });
    expect(again.applicationId).not.toBe(applied.applicationId);
  });

  it('ends nothing that the insured place has decided', async () => {
    const accepted = await decide(await apply(), 'ACCEPT');
    await expect(applications.withdraw(HOSPITAL, key(), takingBack(accepted))).rejects.toMatchObject({
      reason: 'ENTITLEMENT_AT_HOME',
    });
    expect(await entitlements.list(BUREAU, accepted)).toMatchObject([{ version: 1, validTo: null }]);
    const rejected = await decide(await apply(), 'REJECT', '不符');
    await expect(applications.withdraw(HOSPITAL, key(), takingBack(rejected))).rejects.toMatchObject({
      reason: 'ENTITLEMENT_APPLICATION_DECIDED',
      params: { state: '不予认定 rejected' },
    });
  });

  it.each<[string, Actor, object]>([
    ['another hospital’s', NEIGHBOUR, {}],
    ['another province’s', HOSPITAL, { insuredRegion: '420100' }],
    ['another person’s', HOSPITAL, { personId: randomUUID() }],
    ['nobody’s', HOSPITAL, { applicationId: randomUUID() }],
  ])('finds nothing where it is %s', async (_, actor, change) => {
    const applied = await apply();
    await expect(applications.withdraw(actor, key(), takingBack(applied, change))).rejects.toMatchObject({
      reason: 'ENTITLEMENT_APPLICATION_NOT_FOUND',
      params: {},
    });
    expect(await waiting()).toContain(applied.applicationId);
  });

  it('and the bureau that decides at the same instant: one of them is first', async () => {
    for (let round = 0; round < 3; round += 1) {
      const applied = await apply();
      const ends = await Promise.all([
        endOf(
          patiently(() => applications.withdraw(HOSPITAL, key(), takingBack(applied))),
          'withdrawn',
        ),
        endOf(
          patiently(() => decide(applied, 'ACCEPT')),
          'accepted',
        ),
      ]);
      const listed = await entitlements.list(BUREAU, applied);
      expect([...ends, listed.length]).toEqual(
        listed.length === 1
          ? ['ENTITLEMENT_AT_HOME', 'accepted', 1]
          : ['withdrawn', 'ENTITLEMENT_APPLICATION_DECIDED', 0],
      );
    }
  });
});

describe('a bureau', () => {
  it.each<[string, Actor]>([
    ['of another province', HUBEI],
    ['of another pooling area', { ...BUREAU, area: '610300' }],
  ])('%s finds nothing of an application', async (_, stranger) => {
    const applied = await apply();
    await expect(applications.decide(stranger, key(), deciding(applied, 'REJECT', '不符'))).rejects.toMatchObject({
      reason: 'ENTITLEMENT_APPLICATION_NOT_FOUND',
    });
    await expect(waiting(stranger)).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
  });

  it('reads what waits page by page, oldest first, and each look is recorded', async () => {
    const made = [];
    for (const minute of [1, 2, 3]) {
      clock.moveTo(new Date(NOW.getTime() + 86_400_000 * 30 + minute * 60_000));
      made.push((await apply()).applicationId);
    }
    const seen: string[] = [];
    for (let after: string | null = null; ;) {
      const page: Application[] = await applications.waiting(BUREAU, { insuredRegion: '610100', after, limit: 2 });
      seen.push(...page.map(({ applicationId }) => applicationId));
      after = page.at(-1)?.applicationId ?? null;
      if (page.length < 2) break;
    }
    expect(seen.slice(-3)).toEqual(made);
    const looks = await queryAs(
      db.superuserUrl,
      "SELECT after_text FROM audit_record WHERE action = 'LIST_ENTITLEMENT_APPLICATIONS' ORDER BY sequence DESC LIMIT 2",
    );
    expect(JSON.stringify(looks)).toContain(made[2]);
  });
});

describe('what is found', () => {
  it('stands nowhere but sealed: not in rows, events, keys or the trail, which names who did what', async () => {
    const applied = await apply({ diseaseCode: 'M07801', physicianCode: 'D999888777666' });
    await decide(applied, 'ACCEPT');
    expect(await findInDatabase('filing', db.superuserUrl, ['M07801', 'D999888777666'])).toEqual([]);
    const trail = await auditTrail(db, applied.applicationId);
    expect(trail).toMatchObject([
      { action: 'APPLY_FOR_ENTITLEMENT', province: '610000', actor: HOSPITAL, purpose: 'TREATMENT' },
      {
        action: 'DECIDE_ENTITLEMENT_APPLICATION',
        actor: BUREAU,
        before: { state: 'SUBMITTED' },
        after: { state: 'ACCEPTED' },
      },
    ]);
  });

  it('is told of to who may read the events, by state', async () => {
    const { personId } = await decide(await apply(), 'REJECT', '不符');
    const events = await queryAs<{ type: string }>(
      db.superuserUrl,
      'SELECT type FROM filing_event WHERE person_id = $1 ORDER BY sequence',
      [personId],
    );
    expect(events.map(({ type }) => type)).toEqual([
      'entitlement_application.submit',
      'entitlement_application.reject',
    ]);
  });

  it('can be read after the master key has changed', async () => {
    const applied = await apply();
    const vault = testVault({ versions: [1, 2] });
    await new RotationService(db.database, vault, [FINDINGS]).rotate();
    const acting = new ActingService(db.database);
    const later = new ApplicationService(db.database, clock, vault, facts, acting, entitlements);
    const page = await later.waiting(BUREAU, { insuredRegion: '610100', after: null, limit: 200 });
    expect(page.find(({ applicationId }) => applicationId === applied.applicationId)).toEqual(applied);
  });
});

it('leaves a sound trail', async () => expect(await auditFaults(db)).toEqual([]));
