import { randomUUID } from 'node:crypto';
import type { Actor, RpcClient } from '@yiditong/chassis';
import { idNumberCheck } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import {
  auditFaults,
  auditTrail,
  createTestDatabase,
  FixedClock,
  rowCounts,
  tablesHolding,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { InsuranceRelay } from '../person/insurance-relay.service.js';
import { PersonService, type PersonEntry } from '../person/person.service.js';
import { insertPolicy } from '../policy/policy.store.js';
import { claimOf } from './spec-home.js';
import { AccumulatorService } from './accumulator.service.js';
import { AdjudicationService } from './adjudication.service.js';
import { AccountService } from '../account/account.service.js';

const BUREAU: Actor = { role: 'bureau', region: '610000', subject: 'shaanxi-01', rank: 'supervisor' };
const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: 'H11010500001' };
const HOME: Actor = { role: 'service', region: '610000', subject: 'benefit' };
const NOW = new Date('2026-05-01T00:00:00Z');

let db: TestDatabase;
let persons: PersonService;
let adjudications: AdjudicationService;
let totals: AccumulatorService;
let accounts: AccountService;
let sequence = 0;
const requestId = (): string => `request-${++sequence}`;

beforeAll(async () => {
  db = await createTestDatabase('benefit', migrations);
  const clock = new FixedClock(NOW);
  persons = new PersonService(db.database, clock, testVault(), untold());
  adjudications = new AdjudicationService(db.database, clock, testVault());
  totals = new AccumulatorService(db.database, clock);
  accounts = new AccountService(db.database, clock);
});
afterAll(() => db.drop());

/** Never started, so that what filing is to be told stays in the outbox. */
function untold(): InsuranceRelay {
  return new InsuranceRelay(db.database, {} as unknown as RpcClient<filingV1.FactServiceClient>);
}

function newEntry(change: Partial<PersonEntry> = {}): PersonEntry {
  const first17 = `61010119800101${String(++sequence).padStart(3, '0')}`;
  return {
    personId: randomUUID(),
    idNumber: first17 + idNumberCheck(first17),
    insuredRegion: '610100',
    insurance: 'EMPLOYEE',
    personType: 'ACTIVE',
    active: true,
    name: '欧阳审计',
    phone: '15400000001',
    tags: ['审计标签'],
    ...change,
  };
}

const self = (person: string): Actor => ({ role: 'insured', region: '610000', subject: 'app', person });
const MASKED = { name: 'masked', idNumber: 'masked', phone: 'masked' };
const DIGEST = expect.stringMatching(/^[0-9a-f]{64}$/) as string;

describe('of a person the audit trail has', () => {
  it('each registration with what was before and after, and of what is personal only whether it changed', async () => {
    const entry = newEntry();
    await persons.register(BUREAU, requestId(), '610000', [entry]);
    const key = requestId();
    const entries = [{ ...entry, active: false, tags: ['低保'] }, newEntry()];
    for (let time = 0; time < 2; time++) await persons.register(BUREAU, key, '610000', entries);
    const record = { province: '610000', actor: BUREAU, purpose: 'ADMINISTRATION', action: 'REGISTER_PERSON' };
    const facts = { insuredRegion: '610100', insurance: 'EMPLOYEE', personType: 'ACTIVE', personalDigest: DIGEST };
    const object = { objectType: 'person', objectId: entry.personId };
    const trail = await auditTrail(db, entry.personId);
    expect(trail).toEqual([
      { ...record, ...object, before: null, after: { ...facts, active: true } },
      { ...record, ...object, before: { ...facts, active: true }, after: { ...facts, active: false } },
    ]);
    const digestIn = (side: unknown): string => (side as { readonly personalDigest: string }).personalDigest;
    const [first, second] = trail.map(({ after }) => digestIn(after));
    expect(trail.map(({ before }) => before && digestIn(before))).toEqual([null, first]);
    expect(second).not.toBe(first);
  });

  it('a person who was entered under a key that is gone as one whose digest is not known', async () => {
    const entry = newEntry();
    await new PersonService(db.database, new FixedClock(NOW), testVault({ versions: [7] }), untold()).register(
      BUREAU,
      requestId(),
      '610000',
      [entry],
    );
    await persons.register(BUREAU, requestId(), '610000', [entry]);
    expect((await auditTrail(db, entry.personId))[1]).toMatchObject({ before: { personalDigest: null } });
  });

  it('who found, read and looked up what, why, and what was shown, in his own province’s chain', async () => {
    const entry = newEntry();
    const { personId } = entry;
    await persons.register(BUREAU, requestId(), '610000', [entry]);
    await persons.find(HOSPITAL, entry.idNumber);
    await persons.get(HOSPITAL, personId, 'POINT_OF_CARE');
    await persons.get(BUREAU, personId, 'CASE_REVIEW');
    await persons.get(BUREAU, personId, null);
    await totals.get(self(personId), personId, 2026, null);
    await totals.get(self(personId), personId, 2026, NOW);
    await totals.get(HOSPITAL, personId, 2026, null);
    await accounts.get(BUREAU, personId);
    const [, ...readings] = await auditTrail(db, personId);
    expect(new Set(readings.map(({ province }) => province))).toEqual(new Set(['610000']));
    const all = { name: 'clear', idNumber: 'clear', phone: 'clear' };
    expect(readings.map(({ actor, action, purpose, after }) => [actor, action, purpose, after])).toEqual([
      [HOSPITAL, 'READ_PERSON', 'TREATMENT', MASKED],
      [HOSPITAL, 'READ_PERSON', 'POINT_OF_CARE', { ...MASKED, name: 'clear' }],
      [BUREAU, 'READ_PERSON', 'CASE_REVIEW', all],
      [BUREAU, 'READ_PERSON', 'ADMINISTRATION', MASKED],
      [self(personId), 'READ_ACCUMULATORS', 'SELF_SERVICE', { benefitYear: 2026 }],
      [self(personId), 'READ_ACCUMULATORS', 'SELF_SERVICE', { asOf: NOW.toISOString(), benefitYear: 2026 }],
      [HOSPITAL, 'READ_ACCUMULATORS', 'TREATMENT', { benefitYear: 2026 }],
      [BUREAU, 'READ_ACCOUNT', 'ADMINISTRATION', null],
    ]);
    for (const text of [entry.idNumber, entry.name, '15400000001', '审计标签'])
      expect(await tablesHolding(db, text)).toEqual([]);
  });

  it('nothing of a reading that found nobody, nor of a registration that failed', async () => {
    const before = await rowCounts(db);
    await expect(persons.find(HOSPITAL, newEntry().idNumber)).rejects.toMatchObject({ reason: 'PERSON_UNKNOWN' });
    await expect(persons.get(BUREAU, randomUUID(), null)).rejects.toMatchObject({ reason: 'PERSON_UNKNOWN' });
    const twice = newEntry();
    await expect(persons.register(BUREAU, requestId(), '610000', [twice, twice])).rejects.toThrow();
    expect(await rowCounts(db)).toEqual(before);
  });
});

describe('of an adjudication the audit trail has', () => {
  beforeAll(() =>
    db.database.transaction(HOME, (tx) =>
      insertPolicy(tx, {
        region: '610100',
        policyId: randomUUID(),
        province: '610000',
        insurance: 'EMPLOYEE',
        validFrom: '2026-01-01',
        validTo: null,
        document: policyDocument(),
        publishedAt: NOW,
        proposalId: randomUUID(),
        digest: '0'.repeat(64),
      }),
    ),
  );

  it('the person’s totals before and after, and the same back again when it is reversed', async () => {
    const { personId } = await insured();
    const claim = claimOf(personId, 10_000n);
    for (let time = 0; time < 2; time++) await adjudications.adjudicate(claim);
    for (let time = 0; time < 2; time++) await adjudications.reverse(claim);
    const [booked, reversed, ...more] = await auditTrail(db, claim.settlementId);
    expect(more).toEqual([]);
    const object = {
      province: '610000',
      actor: HOME,
      purpose: 'SYSTEM',
      objectType: 'adjudication',
      objectId: claim.settlementId,
    };
    const booking = { INPATIENT_VISITS: '1', INPATIENT_POOLING: '8000', POOLING_PAID: '8000' };
    expect(booked).toMatchObject({ ...object, action: 'ADJUDICATE', before: { accumulators: { 2026: {} } } });
    expect(booked?.after).toMatchObject({
      state: 'ADJUDICATED',
      personId,
      totalFen: '10000',
      fundTotalFen: '8000',
      personalFen: '2000',
      accumulators: { 2026: booking },
    });
    expect(reversed).toMatchObject({
      ...object,
      action: 'REVERSE_ADJUDICATION',
      before: { state: 'ADJUDICATED', accumulators: { 2026: booking } },
    });
    expect(reversed?.after).toMatchObject({
      state: 'REVERSED',
      personId,
      accumulators: { 2026: { POOLING_PAID: '0' } },
    });
  });

  it('that an id was barred before it came', async () => {
    const { personId } = await insured();
    const claim = claimOf(personId, 10_000n);
    for (let time = 0; time < 2; time++) await adjudications.reverse(claim);
    const trail = await auditTrail(db, claim.settlementId);
    expect(trail.map(({ action, before, after }) => [action, before, after])).toEqual([
      ['REVERSE_ADJUDICATION', null, { state: 'BARRED', personId }],
    ]);
  });

  it('nothing of one that was refused, tried or asked for', async () => {
    const { personId } = await insured();
    const { audit_record: before } = await rowCounts(db);
    await expect(adjudications.adjudicate(claimOf(randomUUID(), 10_000n))).rejects.toMatchObject({
      reason: 'PERSON_UNKNOWN',
    });
    await adjudications.trial(claimOf(personId, 10_000n));
    await adjudications.query(claimOf(personId, 10_000n));
    expect((await rowCounts(db))['audit_record']).toBe(before);
  });
});

describe('the audit trail of benefit', () => {
  it('is sound', async () => expect(await auditFaults(db)).toEqual([]));
});

async function insured(): Promise<PersonEntry> {
  const entry = newEntry();
  await persons.register(BUREAU, requestId(), '610000', [entry]);
  return entry;
}

/** No deductible, 80 %, no caps. */
function policyDocument(): string {
  const deductible = { basis: 'NONE', standard: '0' };
  return JSON.stringify({
    region: '610100',
    insurance: 'EMPLOYEE',
    title: 'spec',
    source: 'spec',
    trust: 'D',
    validFrom: '2026-01-01',
    validTo: null,
    visits: { INPATIENT: { deductible, bands: [{ upTo: null, ratio: '80%' }], bandsFrom: 'ZERO' } },
    adjustments: [],
  });
}
