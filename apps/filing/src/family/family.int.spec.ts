import { randomUUID } from 'node:crypto';
import { encodeInstant, type Actor, type RpcClient } from '@yiditong/chassis';
import type { benefitV1, settlementV1 } from '@yiditong/contracts';
import {
  atOnce,
  auditFaults,
  auditTrail,
  createTestDatabase,
  endOf,
  FixedClock,
  patiently,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FactService } from '../fact/fact.service.js';
import { migrations } from '../migrations/index.js';
import { ActingService } from './acting.service.js';
import type { FamilyAccess } from './family.entity.js';
import { FamilyService } from './family.service.js';

const NOW = new Date('2026-03-01T02:00:00Z');
const LATER = new Date('2026-03-02T02:00:00Z');
const XIAN: Actor = { role: 'bureau', region: '610000', subject: 'xian-01', rank: 'clerk', area: '610100' };
const SHAANXI: Actor = { role: 'bureau', region: '610000', subject: 'shaanxi-01', rank: 'clerk' };
const BAOJI: Actor = { ...XIAN, subject: 'baoji-01', area: '610300' };
const WUHAN: Actor = { ...XIAN, region: '420000', subject: 'wuhan-01', area: '420100' };

let db: TestDatabase;
let clock: FixedClock;
let facts: FactService;
let family: FamilyService;
let acting: ActingService;
let sequence = 0;
/** What benefit knows and filing was not told yet. */
let untold: benefitV1.PersonInsurance[] = [];
const requestId = (): string => `request-${++sequence}`;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  clock = new FixedClock(NOW);
  const call = async (_method: string, { personIds }: benefitV1.GetInsuranceRequest) => ({
    persons: untold.filter(({ personId }) => personIds.includes(personId)),
  });
  const directory = {} as unknown as RpcClient<settlementV1.InstitutionServiceClient>;
  facts = new FactService(
    db.database,
    clock,
    { call } as unknown as RpcClient<benefitV1.BenefitServiceClient>,
    directory,
  );
  family = new FamilyService(db.database, clock, facts);
  acting = new ActingService(db.database);
});
beforeEach(() => clock.moveTo(NOW));
afterAll(() => db.drop());

/** A person insured there, of whom filing was told. */
async function insured(insuredRegion = '610100', active = true): Promise<Actor & { readonly person: string }> {
  const person = randomUUID();
  const province = `${insuredRegion.slice(0, 2)}0000`;
  await facts.recordInsurance([{ personId: person, province, insuredRegion, active, changedAt: NOW }]);
  return { role: 'insured', region: province, subject: 'app', person };
}

async function grant(granter: Actor, person: string, agent: string, id = requestId()): Promise<FamilyAccess> {
  const insuredRegion = granter.role === 'bureau' ? (granter.area ?? '610100') : null;
  return family.grant(granter, id, { personId: person, agentPersonId: agent, relation: 'CHILD', insuredRegion });
}

const reasonOf = (call: Promise<unknown>): Promise<string> => endOf(call, 'done');

describe('family access', () => {
  it('is granted by the person, lets the agent of another province act, and is in the person’s trail', async () => {
    const [mother, daughter] = [await insured(), await insured('420100')];
    const before = acting.of(daughter, { personId: daughter.person, forPersonId: mother.person });
    expect(await reasonOf(before)).toBe('FAMILY_ACCESS_MISSING');
    const access = await grant(mother, mother.person, daughter.person);
    const parties = { personId: mother.person, agentPersonId: daughter.person, relation: 'CHILD' };
    expect(access).toMatchObject({ ...parties, province: '610000', agentProvince: '420000', grantedAt: NOW });
    const { tenant } = await acting.of(daughter, { personId: daughter.person, forPersonId: mother.person });
    expect(tenant).toMatchObject({ role: 'insured', region: '610000', person: mother.person });
    expect(await auditTrail(db, access.accessId)).toMatchObject([
      {
        province: '610000',
        actor: mother,
        action: 'GRANT_FAMILY_ACCESS',
        after: { ...parties, agentProvince: '420000' },
      },
    ]);
  });

  it('is granted to somebody insured anywhere, of whom filing was never told', async () => {
    const [father, personId] = [await insured(), randomUUID()];
    untold = [{ personId, insuredRegion: '440300', active: true, changedAt: encodeInstant(NOW) }];
    expect(await grant(father, father.person, personId)).toMatchObject({ agentProvince: '440000' });
    expect(await reasonOf(grant(father, father.person, randomUUID()))).toBe('PERSON_UNKNOWN');
  });

  it('is granted once however often the request is repeated, at once too', async () => {
    const [mother, son] = [await insured(), await insured()];
    const id = requestId();
    const answers = await atOnce(5, () => patiently(() => grant(mother, mother.person, son.person, id)));
    expect(new Set(answers.map(({ accessId }) => accessId)).size).toBe(1);
    expect(answers[4]).toEqual(answers[0]);
    const other = grant(mother, mother.person, (await insured()).person, id);
    expect(await reasonOf(other)).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('is not granted to oneself, nor twice to the same person, also by two requests at once', async () => {
    const [mother, son] = [await insured(), await insured()];
    expect(await reasonOf(grant(mother, mother.person, mother.person))).toBe('FAMILY_ACCESS_INVALID');
    const ends = await atOnce(4, () => reasonOf(patiently(() => grant(mother, mother.person, son.person))));
    expect(ends.toSorted()).toEqual([
      'FAMILY_ACCESS_INVALID',
      'FAMILY_ACCESS_INVALID',
      'FAMILY_ACCESS_INVALID',
      'done',
    ]);
  });

  it('is granted to ten at most, and to one more once another was revoked', async () => {
    const mother = await insured();
    const agents = await Promise.all(Array.from({ length: 11 }, () => insured()));
    const granted: FamilyAccess[] = [];
    for (const { person } of agents.slice(0, 10)) granted.push(await grant(mother, mother.person, person));
    const last = agents[10]?.person ?? '';
    expect(await reasonOf(grant(mother, mother.person, last))).toBe('FAMILY_ACCESS_INVALID');
    await family.revoke(mother, requestId(), mother.person, granted[0]?.accessId ?? '');
    expect(await reasonOf(grant(mother, mother.person, last))).toBe('done');
  });

  it('is granted by nobody for another', async () => {
    const [mother, stranger] = [await insured(), await insured()];
    expect(await reasonOf(grant(stranger, mother.person, stranger.person))).toBe('NOT_PERMITTED');
  });
});

describe('a bureau', () => {
  it('grants it for whom it insures now, such as a minor, and for nobody else', async () => {
    const [minor, parent] = [await insured(), await insured('420100')];
    const access = await grant(XIAN, minor.person, parent.person);
    expect(await auditTrail(db, access.accessId)).toMatchObject([{ province: '610000', actor: XIAN }]);
    const child = (await insured()).person;
    expect(await reasonOf(grant(BAOJI, child, parent.person))).toBe('INSURED_REGION_MISMATCH');
    expect(await reasonOf(grant(WUHAN, child, parent.person))).toBe('PERSON_UNKNOWN');
    const ended = await insured('610100', false);
    expect(await reasonOf(grant(XIAN, ended.person, parent.person))).toBe('INSURANCE_INACTIVE');
    const elsewhere = family.grant(XIAN, requestId(), {
      personId: child,
      agentPersonId: parent.person,
      relation: 'PARENT',
      insuredRegion: '610300',
    });
    expect(await reasonOf(elsewhere)).toBe('NOT_PERMITTED');
  });

  it('does so no more once the person moved to another area', async () => {
    const [minor, parent] = [await insured(), await insured()];
    await grant(XIAN, minor.person, parent.person);
    const moved = { personId: minor.person, province: '610000', insuredRegion: '610300', active: true };
    await facts.recordInsurance([{ ...moved, changedAt: LATER }]);
    expect(await reasonOf(grant(XIAN, minor.person, (await insured()).person))).toBe('INSURED_REGION_MISMATCH');
    expect(await family.list(XIAN, minor.person)).toEqual([]);
    expect(await family.list(BAOJI, minor.person)).toHaveLength(1);
  });

  it('revokes what its own persons granted, and not what others granted to them', async () => {
    const [minor, parent] = [await insured(), await insured('420100')];
    const { accessId } = await grant(minor, minor.person, parent.person);
    const none = 'FAMILY_ACCESS_NOT_FOUND';
    expect(await reasonOf(family.revoke(BAOJI, requestId(), minor.person, accessId))).toBe(none);
    expect(await reasonOf(family.revoke(WUHAN, requestId(), parent.person, accessId))).toBe(none);
    expect(await reasonOf(family.revoke(WUHAN, requestId(), minor.person, accessId))).toBe(none);
    expect(await reasonOf(family.revoke(SHAANXI, requestId(), minor.person, accessId))).toBe('done');
  });
});

describe('a revocation', () => {
  it.each(['the person', 'the agent'])('by %s ends it from now on, and is in the person’s trail', async (who) => {
    const [mother, daughter] = [await insured(), await insured('420100')];
    const { accessId } = await grant(mother, mother.person, daughter.person);
    const actor = who === 'the agent' ? daughter : mother;
    clock.moveTo(LATER);
    const id = requestId();
    const revoked = await family.revoke(actor, id, actor.person, accessId);
    expect(revoked).toMatchObject({ accessId, grantedAt: NOW, revokedAt: LATER });
    expect(await family.revoke(actor, id, actor.person, accessId)).toEqual(revoked);
    // Ended is ended: whoever asks again is told since when, and nothing more is recorded.
    expect(await family.revoke(mother, requestId(), mother.person, accessId)).toEqual(revoked);
    const late = acting.of(daughter, { personId: daughter.person, forPersonId: mother.person });
    expect(await reasonOf(late)).toBe('FAMILY_ACCESS_MISSING');
    const trail = await auditTrail(db, accessId);
    expect(trail.map(({ province, action, actor: by }) => [province, action, by])).toEqual([
      ['610000', 'GRANT_FAMILY_ACCESS', mother],
      ['610000', 'REVOKE_FAMILY_ACCESS', actor],
    ]);
  });

  it('is nobody else’s, and of nothing that there isn’t', async () => {
    const [mother, daughter, stranger] = [await insured(), await insured(), await insured()];
    const { accessId } = await grant(mother, mother.person, daughter.person);
    const none = 'FAMILY_ACCESS_NOT_FOUND';
    expect(await reasonOf(family.revoke(stranger, requestId(), stranger.person, accessId))).toBe(none);
    expect(await reasonOf(family.revoke(stranger, requestId(), mother.person, accessId))).toBe('NOT_PERMITTED');
    expect(await reasonOf(family.revoke(mother, requestId(), mother.person, randomUUID()))).toBe(none);
  });
});

describe('the list', () => {
  it('has both directions and what was ended, and tells the trail who looked', async () => {
    const [mother, daughter, uncle] = [await insured(), await insured('420100'), await insured('440300')];
    const ended = await grant(mother, mother.person, uncle.person);
    await family.revoke(mother, requestId(), mother.person, ended.accessId);
    const forMother = await grant(mother, mother.person, daughter.person);
    const forDaughter = await grant(daughter, daughter.person, mother.person);
    const ids = async (actor: Actor, personId: string): Promise<string[]> =>
      (await family.list(actor, personId)).map(({ accessId }) => accessId);
    const ofMother = await ids(mother, mother.person);
    expect(ofMother.slice(0, 2).toSorted()).toEqual([forMother.accessId, forDaughter.accessId].toSorted());
    expect(ofMother.slice(2)).toEqual([ended.accessId]);
    expect((await ids(XIAN, mother.person)).toSorted()).toEqual(ofMother.toSorted());
    expect(await ids(uncle, uncle.person)).toEqual([ended.accessId]);
    expect(await reasonOf(family.list(uncle, mother.person))).toBe('NOT_PERMITTED');
    const listings = await auditTrail(db, mother.person);
    expect(listings.map(({ action, actor, province }) => [action, actor, province])).toEqual([
      ['LIST_FAMILY_ACCESS', mother, '610000'],
      ['LIST_FAMILY_ACCESS', XIAN, '610000'],
    ]);
  });

  it('still has everything for a person who moved to another province', async () => {
    const [mother, daughter] = [await insured(), await insured()];
    const { accessId } = await grant(mother, mother.person, daughter.person);
    const moved = { ...mother, region: '420000' };
    expect(await family.list(moved, mother.person)).toMatchObject([{ accessId }]);
    expect(await family.revoke(moved, requestId(), mother.person, accessId)).toMatchObject({ accessId });
  });
});

it('leaves a sound audit trail', async () => expect(await auditFaults(db)).toEqual([]));
