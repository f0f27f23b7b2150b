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
  rowCounts,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AskedVisit } from '../eligibility/answering.js';
import { EligibilityService } from '../eligibility/eligibility.service.js';
import { FactService } from '../fact/fact.service.js';
import { ActingService } from '../family/acting.service.js';
import { migrations } from '../migrations/index.js';
import { RuleService } from '../rule/rule.service.js';
import { EntitlementService, type Recognition } from './entitlement.service.js';
import { DISEASES } from './entitlement.store.js';

const BUREAU: Actor = { role: 'bureau', region: '610000', subject: 'xian-01', rank: 'clerk', area: '610100' };
const HUBEI: Actor = { role: 'bureau', region: '420000', subject: 'hubei', rank: 'clerk' };
const HOSPITAL = 'H11010500001';

let db: TestDatabase;
let clock: FixedClock;
let entitlements: EntitlementService;
let eligibility: EligibilityService;
let requests = 0;
const key = (): string => `request-${++requests}`;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  clock = new FixedClock(new Date('2026-03-02T02:00:00Z'));
  const changedAt = encodeInstant(new Date('2026-01-01T00:00:00Z'));
  const benefit = {
    call: (_: string, { personIds }: benefitV1.GetInsuranceRequest) =>
      Promise.resolve({
        persons: personIds.map((personId) => ({ personId, insuredRegion: '610100', active: true, changedAt })),
      }),
  };
  const hospital = { institutionCode: HOSPITAL, region: '110105', networked: true, changedAt };
  const opened = { visitKinds: ['VISIT_KIND_CHRONIC'], diseaseClasses: ['M039', 'M016'] };
  const directory = { call: () => Promise.resolve({ institutions: [{ ...hospital, ...opened }] }) };
  const facts = new FactService(db.database, clock, benefit as never, directory as never);
  const acting = new ActingService(db.database);
  entitlements = new EntitlementService(db.database, clock, testVault(), facts, acting);
  eligibility = new EligibilityService(
    db.database,
    clock,
    new RuleService(db.database, clock),
    facts,
    acting,
    testVault(),
  );
});
afterAll(() => db.drop());

function recognised(change: Partial<Recognition> = {}): Recognition {
  return {
    personId: randomUUID(),
    insuredRegion: '610100',
    diseaseCode: 'M03902',
    validFrom: '2026-01-01',
    validTo: null,
    ...change,
  };
}

async function covered(personId: string, diseaseCode: string, asOf: number | null = null): Promise<string> {
  const visit: AskedVisit = {
    personId,
    insuredRegion: '610100',
    treatingRegion: '110105',
    institutionCode: HOSPITAL,
    visitKind: 'CHRONIC',
    diseaseCode,
    emergency: false,
    admittedAt: Date.parse('2026-03-02T01:00:00Z'),
    admittedOn: '2026-03-02',
    asOf,
  };
  const [answer] = await eligibility.check([visit]);
  return answer?.eligibility.covered === false ? answer.eligibility.reason : 'covered';
}

describe('an entitlement', () => {
  it('opens visits for every sub-class of the disease and for no other, from when it was recorded', async () => {
    const recognition = recognised();
    const { personId } = recognition;
    expect(await covered(personId, 'M03900')).toBe('ENTITLEMENT_REQUIRED');
    clock.moveTo(new Date('2026-03-02T03:00:00Z'));
    await entitlements.record(BUREAU, key(), recognition);
    // What is left is the filing, which the person doesn’t have.
    expect(await covered(personId, 'M03900')).toBe('FILING_REQUIRED');
    expect(await covered(personId, 'M01600')).toBe('ENTITLEMENT_REQUIRED');
    expect(await covered(personId, 'M09900')).toBe('DISEASE_NOT_OPENED');
    expect(await covered(personId, 'M03900', Date.parse('2026-03-02T02:59:59Z'))).toBe('ENTITLEMENT_REQUIRED');
  });

  it('is recorded once however often the request is repeated, and not under the key of another', async () => {
    const recognition = recognised();
    const request = key();
    const answers = await atOnce(5, () => patiently(() => entitlements.record(BUREAU, request, recognition)));
    expect(new Set(answers.map(({ entitlementId }) => entitlementId)).size).toBe(1);
    const other = entitlements.record(BUREAU, request, { ...recognition, diseaseCode: 'M01600' });
    await expect(other).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('of the same class is one of five at once; another class is another matter', async () => {
    const recognition = recognised();
    const ends = await atOnce(5, () =>
      endOf(
        patiently(() => entitlements.record(BUREAU, key(), recognition)),
        'recorded',
      ),
    );
    expect(ends.toSorted()).toEqual([...Array<string>(4).fill('ENTITLEMENT_OVERLAPS'), 'recorded']);
    await expect(entitlements.record(BUREAU, key(), { ...recognition, diseaseCode: 'M03900' })).rejects.toMatchObject({
      reason: 'ENTITLEMENT_OVERLAPS',
    });
    await entitlements.record(BUREAU, key(), { ...recognition, diseaseCode: 'M01603' });
    expect(await entitlements.list(BUREAU, recognition)).toHaveLength(2);
  });

  it('is shown to a hospital that names its patient’s insured place, on record there, and to none that names another', async () => {
    const recognition = recognised();
    await entitlements.record(BUREAU, key(), recognition);
    const treating: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: HOSPITAL };
    const { personId } = recognition;
    expect(await entitlements.list(treating, { personId, insuredRegion: '610100' })).toHaveLength(1);
    expect(await entitlements.list(treating, { personId, insuredRegion: '420100' })).toEqual([]);
    await expect(entitlements.list(treating, { personId })).rejects.toMatchObject({ reason: 'REQUEST_MALFORMED' });
    const [last] = (await auditTrail(db, personId)).filter(({ province }) => province === '610000').slice(-1);
    expect(last).toMatchObject({ actor: treating, action: 'LIST_ENTITLEMENTS', purpose: 'TREATMENT' });
  });

  it('ends after a day that is not over, which changes nothing of what was', async () => {
    const recognition = recognised();
    const request = key();
    const recorded = await entitlements.record(BUREAU, request, recognition);
    const { entitlementId, personId } = recorded;
    const ending = { personId, entitlementId, reason: '复审未通过' };
    for (const validTo of ['2026-03-01', '2025-12-31'])
      await expect(entitlements.end(BUREAU, key(), { ...ending, validTo })).rejects.toMatchObject({
        reason: 'REQUEST_MALFORMED',
      });
    const before = clock.now().getTime();
    clock.moveTo(new Date(before + 1_000));
    const ended = await entitlements.end(BUREAU, key(), { ...ending, validTo: '2026-03-02' });
    expect(ended).toMatchObject({ validTo: '2026-03-02', version: 2 });
    // Whoever repeats the first request gets the first answer.
    expect(await entitlements.record(BUREAU, request, recognition)).toEqual(recorded);
    expect(await covered(personId, 'M03900')).toBe('FILING_REQUIRED');
    expect(await covered(personId, 'M03900', before)).toBe('FILING_REQUIRED');
    await expect(entitlements.end(BUREAU, key(), { ...ending, validTo: '2026-04-01' })).rejects.toMatchObject({
      reason: 'REQUEST_MALFORMED',
    });
  });

  it('is not there to a bureau of another province, and leaves nothing when it is refused', async () => {
    const { entitlementId, personId } = await entitlements.record(BUREAU, key(), recognised());
    const before = await rowCounts(db);
    const ending = entitlements.end(HUBEI, key(), { personId, entitlementId, validTo: '2026-12-31', reason: '' });
    await expect(ending).rejects.toMatchObject({ reason: 'ENTITLEMENT_NOT_FOUND' });
    await expect(entitlements.record(BUREAU, key(), recognised({ insuredRegion: '610900' }))).rejects.toMatchObject({
      reason: 'INSURED_REGION_MISMATCH',
    });
    const { insurance_fact: _known, ...rest } = await rowCounts(db);
    const { insurance_fact: _before, ...untouched } = before;
    expect(rest).toEqual(untouched);
  });

  it('says to nobody but who may read it what the disease is: not in rows, events, keys or the trail', async () => {
    const recognition = recognised({ diseaseCode: 'M07801' });
    const { entitlementId } = await entitlements.record(BUREAU, key(), recognition);
    expect(await findInDatabase('filing', db.superuserUrl, ['M07801'])).toEqual([]);
    expect(await entitlements.list(BUREAU, recognition)).toEqual([expect.objectContaining({ diseaseCode: 'M07801' })]);
    expect((await auditTrail(db, entitlementId)).map(({ action }) => action)).toEqual(['RECORD_ENTITLEMENT']);
  });

  it('can be read after the master key has changed', async () => {
    const recognition = recognised();
    await entitlements.record(BUREAU, key(), recognition);
    const vault = testVault({ versions: [1, 2] });
    await new RotationService(db.database, vault, [DISEASES]).rotate();
    const facts = new FactService(db.database, clock, {} as never, {} as never);
    const later = new EntitlementService(db.database, clock, vault, facts, new ActingService(db.database));
    expect(await later.list(BUREAU, recognition)).toEqual([expect.objectContaining({ diseaseCode: 'M03902' })]);
  });

  it('leaves a sound trail', async () => expect(await auditFaults(db)).toEqual([]));
});
