import { randomUUID } from 'node:crypto';
import { addDeltas, type Accumulators } from '@yiditong/adjudication';
import { thaw, type Actor, type RpcClient } from '@yiditong/chassis';
import { idNumberCheck, provinceOf } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { fen, formatYuan, rateOfBps, share, subtractFen, sumFen } from '@yiditong/money';
import {
  atOnce,
  createTestDatabase,
  FixedClock,
  patiently,
  queryAs,
  rowCounts,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { InsuranceRelay } from '../person/insurance-relay.service.js';
import { PersonService, type PersonEntry } from '../person/person.service.js';
import { PolicyService } from '../policy/policy.service.js';
import type { PresentedClaim } from './adjudication.codec.js';
import type { RecordedAdjudication } from './adjudication.entity.js';
import { AdjudicationService } from './adjudication.service.js';

const BUREAU: Actor = { role: 'bureau', region: '610000', subject: 'bureau' };
const DEDUCTIBLE_FEN = 100_000n;
const CAP_FEN = 500_000n;
const YEAR = 2026;

let db: TestDatabase;
let persons: PersonService;
let policies: PolicyService;
let adjudications: AdjudicationService;
let sequence = 0;
const requestId = (): string => `request-${++sequence}`;

beforeAll(async () => {
  db = await createTestDatabase('benefit', migrations);
  const clock = new FixedClock(new Date('2026-05-01T00:00:00Z'));
  persons = new PersonService(db.database, clock, testVault(), untold());
  policies = new PolicyService(db.database, clock);
  adjudications = new AdjudicationService(db.database, clock);
  await publish('610100');
});
afterAll(() => db.drop());

/** Never started, so that what filing is to be told stays in the outbox. */
function untold(): InsuranceRelay {
  return new InsuranceRelay(db.database, {} as unknown as RpcClient<filingV1.FactServiceClient>);
}

/** Proposed by one account and approved by another, as every policy is. */
async function publish(region: string): Promise<void> {
  const clerk: Actor = { ...BUREAU, region: provinceOf(region), subject: 'clerk' };
  const document = policyDocument({ validFrom: '2026-01-01', validTo: null }, region);
  const { id } = await policies.propose(clerk, requestId(), region, document);
  await policies.decide({ ...clerk, subject: 'supervisor' }, region, id, { decision: 'APPROVE', remark: '' });
}

/** 西安 employees: a deductible of 1,000 a year, then 80 %, up to 5,000 a year. */
function policyDocument(change: { validFrom: string; validTo: string | null }, region: string): string {
  return JSON.stringify({
    region,
    insurance: 'EMPLOYEE',
    title: 'spec',
    source: 'spec',
    trust: 'D',
    ...change,
    visits: {
      INPATIENT: {
        deductible: { basis: 'PER_YEAR', standard: formatYuan(fen(DEDUCTIBLE_FEN)) },
        bands: [{ upTo: null, ratio: '80%' }],
        bandsFrom: 'AFTER_DEDUCTIBLE',
      },
    },
    adjustments: [
      { when: { benefitLevels: ['REFERRAL'] }, mode: 'POINTS_LESS', points: '10%' },
      { when: { benefitLevels: ['OTHER_TEMPORARY'] }, mode: 'POINTS_LESS', points: '20%' },
    ],
    poolingCap: { period: 'YEAR', on: 'FUND', most: formatYuan(fen(CAP_FEN)) },
  });
}

function freshIdNumber(): string {
  const first17 = `61010119800101${String(++sequence).padStart(3, '0')}`;
  return first17 + idNumberCheck(first17);
}

async function insure(change: Partial<PersonEntry> = {}): Promise<PersonEntry> {
  const entry: PersonEntry = {
    personId: randomUUID(),
    idNumber: freshIdNumber(),
    insuredRegion: '610100',
    insurance: 'EMPLOYEE',
    personType: 'ACTIVE',
    active: true,
    name: '张三',
    phone: null,
    ...change,
  };
  await persons.register(BUREAU, requestId(), '610000', [entry]);
  return entry;
}

function claimOf(personId: string, inScopeFen: bigint, change: Partial<PresentedClaim> = {}): PresentedClaim {
  const zero = fen(0n);
  return {
    settlementId: randomUUID(),
    personId,
    insuredRegion: '610100',
    visitKind: 'INPATIENT',
    hospitalLevel: 'TERTIARY',
    benefitLevel: 'LOCAL',
    diseaseCode: null,
    treatingRegion: '110105',
    institutionCode: 'H11010500001',
    split: { fullSelfPayFen: zero, overCeilingFen: zero, firstSelfPayFen: zero, inScopeFen: fen(inScopeFen) },
    endedOn: '2026-04-20',
    ...change,
  };
}

const totalsOf = (personId: string, year = YEAR): Promise<Accumulators> =>
  adjudications.accumulators(BUREAU, personId, year);

/** The totals as the recorded adjudications that stand add up to. */
async function recount(personId: string): Promise<Accumulators> {
  const rows = await queryAs<{ deltas: string }>(
    db.superuserUrl,
    "SELECT deltas FROM adjudication WHERE person_id = $1 AND state = 'ADJUDICATED'",
    [personId],
  );
  return rows.map(({ deltas }) => thaw<Accumulators>(deltas)).reduce<Accumulators>(addDeltas, {});
}

async function settle(claim: PresentedClaim): Promise<RecordedAdjudication> {
  return patiently(() => adjudications.adjudicate(claim));
}

describe('forty adjudications of one person at once', () => {
  it('never take more deductible than the year’s standard nor pay more than the year’s cap, and the totals are their sum', async () => {
    const { personId } = await insure();
    const results = await atOnce(40, (index) => settle(claimOf(personId, 20_000n + BigInt(index) * 101n)));
    const totals = await totalsOf(personId);
    expect(totals).toEqual(await recount(personId));
    expect(totals['INPATIENT_VISITS']).toBe(40n);
    expect(sumFen(results.map(({ deductibleFen }) => deductibleFen))).toBe(DEDUCTIBLE_FEN);
    expect(sumFen(results.map(({ fundTotalFen }) => fundTotalFen))).toBe(CAP_FEN);
    expect(totals['INPATIENT_DEDUCTIBLE']).toBe(DEDUCTIBLE_FEN);
    expect(totals['POOLING_PAID']).toBe(CAP_FEN);
    for (const { totalFen, fundTotalFen, personalFen } of results) expect(fundTotalFen + personalFen).toBe(totalFen);
  });

  it('give every bill what one after another would have given it', async () => {
    const { personId } = await insure();
    await atOnce(40, (index) => settle(claimOf(personId, 3_000n + BigInt(index) * 7n)));
    const rows = await queryAs<{ result: string }>(
      db.superuserUrl,
      'SELECT result FROM adjudication WHERE person_id = $1',
      [personId],
    );
    const results = rows.map(({ result }) => thaw<RecordedAdjudication>(result));
    expect(sumFen(results.map(({ deductibleFen }) => deductibleFen))).toBe(DEDUCTIBLE_FEN);
    // At most one bill straddles the deductible; all others lie wholly below or above it.
    const straddling = results.filter(
      ({ deductibleFen, split }) => deductibleFen > 0n && deductibleFen < split.inScopeFen,
    );
    expect(straddling.length).toBeLessThanOrEqual(1);
    for (const { split, deductibleFen, fundTotalFen } of results)
      expect(fundTotalFen).toBe(share(subtractFen(split.inScopeFen, deductibleFen), rateOfBps(8000)));
  });

  it('mixed with reversals still leave totals that are the sum of what stands', async () => {
    const { personId } = await insure();
    const claims = Array.from({ length: 20 }, (_, index) => claimOf(personId, 15_000n + BigInt(index)));
    await atOnce(20, async (index) => {
      const claim = claims[index] ?? claimOf(personId, 1n);
      await settle(claim);
      if (index % 2 === 0) await patiently(() => adjudications.reverse(claim));
    });
    const totals = await totalsOf(personId);
    expect(totals).toEqual(await recount(personId));
    expect(totals['INPATIENT_VISITS']).toBe(10n);
  });
});

describe('one settlement id', () => {
  it('presented ten times at once is booked once, and all get the same answer', async () => {
    const { personId } = await insure();
    const claim = claimOf(personId, 150_000n);
    const results = await atOnce(10, () => settle(claim));
    for (const result of results) expect(result).toEqual(results[0]);
    expect(await totalsOf(personId)).toEqual({
      INPATIENT_VISITS: 1n,
      INPATIENT_DEDUCTIBLE: 100_000n,
      INPATIENT_POOLING: 40_000n,
      POOLING_PAID: 40_000n,
    });
  });

  it('with another claim under it is refused, and nothing is booked', async () => {
    const { personId } = await insure();
    const claim = claimOf(personId, 150_000n);
    await settle(claim);
    const before = await totalsOf(personId);
    await expect(settle({ ...claimOf(personId, 150_001n), settlementId: claim.settlementId })).rejects.toMatchObject({
      reason: 'IDEMPOTENCY_KEY_REUSED',
    });
    expect(await totalsOf(personId)).toEqual(before);
  });

  it('that was refused stays refused, even when the reason is gone', async () => {
    const person = await insure({ active: false });
    const claim = claimOf(person.personId, 150_000n);
    await expect(settle(claim)).rejects.toMatchObject({ reason: 'INSURANCE_INACTIVE' });
    await persons.register(BUREAU, requestId(), '610000', [{ ...person, active: true }]);
    await expect(settle(claim)).rejects.toMatchObject({ reason: 'INSURANCE_INACTIVE' });
    expect(await totalsOf(person.personId)).toEqual({});
    await expect(settle(claimOf(person.personId, 150_000n))).resolves.toMatchObject({ fundTotalFen: 40_000n });
  });
});

describe('a person who moves to another province within the year', () => {
  it('has totals in each, and neither province’s stand in the other’s way', async () => {
    const hubei: Actor = { ...BUREAU, region: '420000' };
    await publish('420100');
    const person = await insure();
    await settle(claimOf(person.personId, 150_000n));
    await persons.register(hubei, requestId(), '420000', [{ ...person, insuredRegion: '420100' }]);
    await settle(claimOf(person.personId, 30_000n, { insuredRegion: '420100' }));
    expect(await adjudications.accumulators(hubei, person.personId, YEAR)).toEqual({
      INPATIENT_VISITS: 1n,
      INPATIENT_DEDUCTIBLE: 30_000n,
    });
    expect(await totalsOf(person.personId)).toMatchObject({ INPATIENT_VISITS: 1n, POOLING_PAID: 40_000n });
  });
});

describe('a reversal', () => {
  it.each([
    ['first', 0],
    ['middle', 1],
    ['last', 2],
  ] as const)('of the %s of three takes back exactly what it added, and recomputes no other', async (_, index) => {
    const { personId } = await insure();
    const claims = [80_000n, 90_000n, 300_000n].map((inScopeFen) => claimOf(personId, inScopeFen));
    const results: RecordedAdjudication[] = [];
    for (const claim of claims) results.push(await settle(claim));
    const [claim, result] = [claims[index], results[index]];
    if (!claim || !result) throw new Error('there are three');

    expect(await adjudications.reverse(claim)).toBe(true);
    const others = results.filter((other) => other !== result).map(({ deltas }) => deltas);
    expect(await totalsOf(personId)).toEqual(others.reduce<Accumulators>(addDeltas, {}));
    for (const [at, other] of claims.entries()) {
      const row = await adjudications.query(other);
      expect(row).toEqual({ state: at === index ? 'REVERSED' : 'ADJUDICATED', result: results[at] });
    }
  });

  it('leaves the totals as they were before the settlement', async () => {
    const { personId } = await insure();
    await settle(claimOf(personId, 130_000n));
    const before = await totalsOf(personId);
    const claim = claimOf(personId, 40_000n);
    await settle(claim);
    expect(await totalsOf(personId)).not.toEqual(before);
    await adjudications.reverse(claim);
    expect(await totalsOf(personId)).toEqual(before);
  });

  it('ten times at once takes back once, and each is told that there was one', async () => {
    const { personId } = await insure();
    const claim = claimOf(personId, 150_000n);
    await settle(claim);
    const told = await atOnce(10, () => patiently(() => adjudications.reverse(claim)));
    expect(told).toEqual(Array<boolean>(10).fill(true));
    expect(await totalsOf(personId)).toEqual({});
  });

  it('goes to the benefit year of its settlement', async () => {
    const { personId } = await insure();
    const lastYear = claimOf(personId, 150_000n, { endedOn: '2026-12-31' });
    const newYear = claimOf(personId, 150_000n, { endedOn: '2027-01-01' });
    await settle(lastYear);
    await settle(newYear);
    await adjudications.reverse(lastYear);
    expect(await totalsOf(personId, 2026)).toEqual({});
    expect(await totalsOf(personId, 2027)).toMatchObject({ INPATIENT_DEDUCTIBLE: 100_000n, POOLING_PAID: 40_000n });
  });

  it('frees the deductible for the next bill', async () => {
    const { personId } = await insure();
    const first = claimOf(personId, 100_000n);
    await settle(first);
    await adjudications.reverse(first);
    expect(await settle(claimOf(personId, 100_000n))).toMatchObject({ deductibleFen: 100_000n, fundTotalFen: 0n });
  });

  it.each([1, 10])('that comes before its original, %i at once, bars it for ever', async (count) => {
    const { personId } = await insure();
    const claim = claimOf(personId, 150_000n);
    const told = await atOnce(count, () => patiently(() => adjudications.reverse(claim)));
    expect(told).toEqual(Array<boolean>(count).fill(false));
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(settle(claim)).rejects.toMatchObject({ reason: 'SETTLEMENT_REVERSED' });
    expect(await adjudications.reverse(claim)).toBe(false);
    expect(await totalsOf(personId)).toEqual({});
    expect(await adjudications.query(claim)).toEqual({ state: 'BARRED', result: null });
  });

  it('of a person whom nobody knows is answered too, ten times at once', async () => {
    const claim = claimOf(randomUUID(), 150_000n);
    const told = await atOnce(10, () => patiently(() => adjudications.reverse(claim)));
    expect(told).toEqual(Array<boolean>(10).fill(false));
    await expect(settle(claim)).rejects.toMatchObject({ reason: 'SETTLEMENT_REVERSED' });
  });

  it('in a race with its original leaves nothing booked, whoever was first', async () => {
    const { personId } = await insure();
    for (let round = 0; round < 10; round++) {
      const claim = claimOf(personId, 150_000n);
      const [settled, had] = await Promise.all([
        settle(claim).then(
          () => true,
          () => false,
        ),
        patiently(() => adjudications.reverse(claim)),
      ]);
      expect(had).toBe(settled);
      expect(await totalsOf(personId)).toEqual({});
    }
  });
});

describe('a trial', () => {
  it('says what an adjudication would, and writes nothing', async () => {
    const { personId } = await insure();
    await settle(claimOf(personId, 70_000n));
    const claim = claimOf(personId, 80_000n);
    const totals = await totalsOf(personId);
    const before = await rowCounts(db);
    const trial = await adjudications.trial(claim);
    expect(await rowCounts(db)).toEqual(before);
    expect(await totalsOf(personId)).toEqual(totals);
    expect(trial).toMatchObject({ deductibleFen: 30_000n, fundTotalFen: 40_000n, personalFen: 40_000n });
    expect(await settle(claim)).toEqual(trial);
  });

  it('that is refused writes nothing either', async () => {
    const before = await rowCounts(db);
    await expect(adjudications.trial(claimOf(randomUUID(), 1n))).rejects.toMatchObject({ reason: 'PERSON_UNKNOWN' });
    expect(await rowCounts(db)).toEqual(before);
  });
});

describe('a claim is refused, and no total moves,', () => {
  it.each<[string, string, Partial<PersonEntry>, Partial<PresentedClaim>]>([
    ['whom nobody entered', 'PERSON_UNKNOWN', {}, { personId: randomUUID() }],
    ['of another province', 'PERSON_UNKNOWN', {}, { insuredRegion: '420100' }],
    ['of another city', 'INSURED_REGION_MISMATCH', {}, { insuredRegion: '610300' }],
    ['whose insurance has ended', 'INSURANCE_INACTIVE', { active: false }, {}],
    ['whose insurance has no policy', 'POLICY_NOT_FOUND', { insurance: 'RESIDENT', personType: 'RESIDENT' }, {}],
    ['treated before there was a policy', 'POLICY_NOT_FOUND', {}, { endedOn: '2025-12-31' }],
    ['on a visit that is not covered', 'VISIT_KIND_NOT_COVERED', {}, { visitKind: 'OUTPATIENT' }],
  ])('for a person %s: %s', async (_, reason, person, change) => {
    const { personId } = await insure(person);
    const claim = claimOf(personId, 150_000n, change);
    await expect(adjudications.trial(claim)).rejects.toMatchObject({ reason });
    await expect(settle(claim)).rejects.toMatchObject({ reason });
    expect(await queryAs(db.superuserUrl, 'SELECT * FROM accumulator WHERE person_id = $1', [personId])).toEqual([]);
  });
});

describe('what is kept of a person', () => {
  it('is shown to the person and to the bureau of the province alone', async () => {
    const { personId } = await insure();
    await settle(claimOf(personId, 150_000n));
    const self: Actor = { role: 'insured', region: '610000', subject: 'app', person: personId };
    expect(await adjudications.accumulators(self, personId, YEAR)).toEqual(await totalsOf(personId));
    const other = { ...self, person: randomUUID() };
    await expect(adjudications.accumulators(other, personId, YEAR)).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
    const hubei = { ...BUREAU, region: '420000' };
    await expect(adjudications.accumulators(hubei, personId, YEAR)).rejects.toMatchObject({ reason: 'PERSON_UNKNOWN' });
  });
});

describe('the database itself', () => {
  it('lets no total fall below zero', async () => {
    const { personId } = await insure();
    await settle(claimOf(personId, 150_000n));
    const tooMuch = db.database.transaction(BUREAU, (tx) =>
      tx.query('UPDATE accumulator SET value = value - 200000 WHERE person_id = $1', [personId]),
    );
    await expect(tooMuch).rejects.toThrow('accumulator_not_negative');
  });
});
