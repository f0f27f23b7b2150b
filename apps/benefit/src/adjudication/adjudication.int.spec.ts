import { randomUUID } from 'node:crypto';
import { addDeltas, type Accumulators } from '@yiditong/adjudication';
import { thaw, type Actor } from '@yiditong/chassis';
import { rateOfBps, share, subtractFen, sumFen } from '@yiditong/money';
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
import type { PersonEntry } from '../person/person.service.js';
import type { RecordedAdjudication } from './adjudication.entity.js';
import type { AdjudicationService } from './adjudication.service.js';
import type { PresentedClaim } from './claim.codec.js';
import { BUREAU, claimOf, SpecHome, YEAR } from './spec-home.js';

const DEDUCTIBLE_FEN = 100_000n;
const CAP_FEN = 500_000n;

let db: TestDatabase;
let home: SpecHome;
let adjudications: AdjudicationService;

beforeAll(async () => {
  db = await createTestDatabase('benefit', migrations);
  home = new SpecHome(db.database, new FixedClock(new Date('2026-05-01T00:00:00Z')), testVault());
  ({ adjudications } = home);
  await home.publish();
});
afterAll(() => db.drop());

const insure = (change: Partial<PersonEntry> = {}): Promise<PersonEntry> => home.insure(change);
const totalsOf = (personId: string, year = YEAR): Promise<Accumulators> => home.totalsOf(personId, year);

/** The totals as the recorded adjudications that stand add up to. */
async function recount(personId: string): Promise<Accumulators> {
  const rows = await queryAs<{ result: string }>(
    db.superuserUrl,
    "SELECT result FROM adjudication WHERE person_id = $1 AND state = 'ADJUDICATED'",
    [personId],
  );
  return rows.flatMap(({ result }) => deltasOf(thaw(result))).reduce<Accumulators>(addDeltas, {});
}

function deltasOf({ years }: RecordedAdjudication): Accumulators[] {
  return years.map(({ deltas }) => deltas);
}

async function settle(claim: PresentedClaim): Promise<RecordedAdjudication> {
  return patiently(() => adjudications.adjudicate(claim));
}

async function hadAdjudication(claim: PresentedClaim): Promise<boolean> {
  return (await patiently(() => adjudications.reverse(claim))).hadAdjudication;
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
    await home.persons.register(BUREAU, home.requestId(), '610000', [{ ...person, active: true }]);
    await expect(settle(claim)).rejects.toMatchObject({ reason: 'INSURANCE_INACTIVE' });
    expect(await totalsOf(person.personId)).toEqual({});
    await expect(settle(claimOf(person.personId, 150_000n))).resolves.toMatchObject({ fundTotalFen: 40_000n });
  });
});

describe('a person who moves to another province within the year', () => {
  it('has totals in each, and neither province’s stand in the other’s way', async () => {
    const hubei: Actor = { ...BUREAU, region: '420000' };
    await home.publish({}, '420100');
    const person = await insure();
    await settle(claimOf(person.personId, 150_000n));
    await home.persons.register(hubei, home.requestId(), '420000', [{ ...person, insuredRegion: '420100' }]);
    await settle(claimOf(person.personId, 30_000n, { insuredRegion: '420100' }));
    expect(await home.totals.get(hubei, person.personId, YEAR, null)).toEqual([
      { insurance: 'EMPLOYEE', accumulators: { INPATIENT_VISITS: 1n, INPATIENT_DEDUCTIBLE: 30_000n } },
    ]);
    await home.persons.register(BUREAU, home.requestId(), '610000', [{ ...person, active: false }]);
    // A hospital, which reads nationwide, is shown those of the province where he is insured, not the sum.
    const hospital: Actor = { role: 'hospital', region: '110000', subject: 'H11010100001' };
    expect(await home.totals.get(hospital, person.personId, YEAR, null)).toEqual(
      await home.totals.get(hubei, person.personId, YEAR, null),
    );
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

    expect(await adjudications.reverse(claim)).toMatchObject({ hadAdjudication: true });
    const others = results.filter((other) => other !== result).flatMap(deltasOf);
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
    const told = await atOnce(10, () => hadAdjudication(claim));
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
    const told = await atOnce(count, () => hadAdjudication(claim));
    expect(told).toEqual(Array<boolean>(count).fill(false));
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(settle(claim)).rejects.toMatchObject({ reason: 'SETTLEMENT_REVERSED' });
    expect(await hadAdjudication(claim)).toBe(false);
    expect(await totalsOf(personId)).toEqual({});
    expect(await adjudications.query(claim)).toEqual({ state: 'BARRED', result: null });
  });

  it('of a person whom nobody knows is answered too, ten times at once', async () => {
    const claim = claimOf(randomUUID(), 150_000n);
    const told = await atOnce(10, () => hadAdjudication(claim));
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
        hadAdjudication(claim),
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
    expect(await home.totals.get(self, personId, YEAR, null)).toEqual([
      { insurance: 'EMPLOYEE', accumulators: await totalsOf(personId) },
    ]);
    const other = { ...self, person: randomUUID() };
    await expect(home.totals.get(other, personId, YEAR, null)).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
    const hubei = { ...BUREAU, region: '420000' };
    await expect(home.totals.get(hubei, personId, YEAR, null)).rejects.toMatchObject({ reason: 'PERSON_UNKNOWN' });
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
