import { randomUUID } from 'node:crypto';
import {
  atOnce,
  createTestDatabase,
  endOf,
  FixedClock,
  patiently,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import type { AdjudicationService } from './adjudication.service.js';
import type { CancellationService } from './cancellation.service.js';
import { encodeCancellation } from './adjudication.codec.js';
import type { PresentedClaim } from './claim.codec.js';
import { claimOf, SpecHome } from './spec-home.js';

const clock = new FixedClock(new Date('2026-05-01T00:00:00Z'));

let db: TestDatabase;
let home: SpecHome;
let adjudications: AdjudicationService;
let cancellations: CancellationService;

beforeAll(async () => {
  db = await createTestDatabase('benefit', migrations);
  home = new SpecHome(db.database, clock, testVault());
  ({ adjudications, cancellations } = home);
  await home.publish();
});
afterAll(() => db.drop());

async function settled(...amounts: readonly bigint[]): Promise<PresentedClaim[]> {
  const { personId } = await home.insure();
  const claims = amounts.map((inScopeFen) => claimOf(personId, inScopeFen));
  for (const claim of claims) await adjudications.adjudicate(claim);
  return claims;
}

async function oneSettled(inScopeFen = 150_000n): Promise<PresentedClaim> {
  const [claim] = await settled(inScopeFen);
  if (!claim) throw new Error('there is one');
  return claim;
}

const refusalOf = (claim: PresentedClaim, cancellationId: string = randomUUID()): Promise<string> =>
  endOf(cancellations.cancel(claim, cancellationId), 'cancelled');

describe('a cancellation', () => {
  it('takes back what was booked, and answers what that was and when', async () => {
    const claim = await oneSettled();
    const { result } = (await adjudications.query(claim)) ?? {};
    const cancellation = await cancellations.cancel(claim, randomUUID());
    expect(cancellation).toEqual({ result, laterSettlementIds: [], cancelledAt: clock.now() });
    expect(cancellation.result).toMatchObject({ fundTotalFen: 40_000n, personalFen: 110_000n });
    expect(await home.totalsOf(claim.personId)).toEqual({});
    expect(await adjudications.query(claim)).toMatchObject({ state: 'CANCELLED', result });
  });

  it('names the later ones that stand, the latest first, and takes nothing of theirs', async () => {
    const [first, second, third, fourth] = await settled(80_000n, 90_000n, 30_000n, 20_000n);
    if (!first || !second || !third || !fourth) throw new Error('there are four');
    await adjudications.reverse(third);
    const { laterSettlementIds } = await cancellations.cancel(first, randomUUID());
    expect(laterSettlementIds).toEqual([fourth.settlementId, second.settlementId]);
    // The second paid the 200 that were left of the deductible, and 80 % of 700; the fourth 80 % of 200.
    expect(await home.totalsOf(first.personId)).toEqual({
      INPATIENT_VISITS: 2n,
      INPATIENT_DEDUCTIBLE: 20_000n,
      INPATIENT_POOLING: 72_000n,
      POOLING_PAID: 72_000n,
    });
  });

  it('of the middle of three comes out as docs/accumulators.md shows it', async () => {
    const [a, b, c] = await settled(60_000n, 90_000n, 100_000n);
    if (!a || !b || !c) throw new Error('there are three');
    const { result, laterSettlementIds } = await cancellations.cancel(b, randomUUID());
    expect(result).toMatchObject({ deductibleFen: 40_000n, fundTotalFen: 40_000n });
    expect(laterSettlementIds).toEqual([c.settlementId]);
    const totals = (deductible: bigint, pooling: bigint, visits: bigint) => ({
      INPATIENT_VISITS: visits,
      INPATIENT_DEDUCTIBLE: deductible,
      INPATIENT_POOLING: pooling,
      POOLING_PAID: pooling,
    });
    expect(await home.totalsOf(a.personId)).toEqual(totals(60_000n, 80_000n, 2n));
    const d = await adjudications.adjudicate(claimOf(a.personId, 100_000n));
    expect(d).toMatchObject({ deductibleFen: 40_000n, fundTotalFen: 48_000n });
    expect(await home.totalsOf(a.personId)).toEqual(totals(100_000n, 128_000n, 3n));
  });

  it('of another year’s or another person’s names none', async () => {
    const { personId } = await home.insure();
    const [last, next] = ['2026-12-31', '2027-01-01'].map((endedOn) => claimOf(personId, 50_000n, { endedOn }));
    if (!last || !next) throw new Error('there are two');
    for (const claim of [last, next]) await adjudications.adjudicate(claim);
    await oneSettled();
    expect(await adjudications.reverse(last)).toEqual({ hadAdjudication: true, laterSettlementIds: [] });
  });

  it('of another insurance’s names none, and takes nothing from its totals', async () => {
    await home.publish({ insurance: 'RESIDENT' });
    const person = await home.insure();
    const { personId } = person;
    const asEmployee = claimOf(personId, 150_000n);
    await adjudications.adjudicate(asEmployee);
    await home.insure({ ...person, insurance: 'RESIDENT', personType: 'RESIDENT' });
    const asResident = claimOf(personId, 120_000n);
    expect(await adjudications.adjudicate(asResident)).toMatchObject({
      deductibleFen: 100_000n,
      fundTotalFen: 16_000n,
    });
    const ofResident = {
      INPATIENT_DEDUCTIBLE: 100_000n,
      INPATIENT_POOLING: 16_000n,
      INPATIENT_VISITS: 1n,
      POOLING_PAID: 16_000n,
    };
    expect(await home.totalsOf(personId)).toMatchObject({ INPATIENT_POOLING: 40_000n });
    expect(await home.totalsOf(personId, 2026, null, 'RESIDENT')).toEqual(ofResident);
    expect(await adjudications.reverse(asEmployee)).toEqual({ hadAdjudication: true, laterSettlementIds: [] });
    expect(await home.totalsOf(personId)).toEqual({});
    expect(await home.totalsOf(personId, 2026, null, 'RESIDENT')).toEqual(ofResident);
  });

  it('of one before a hundred and three names the latest hundred', async () => {
    const { personId } = await home.insure();
    const claims = Array.from({ length: 104 }, () => claimOf(personId, 100n));
    for (const claim of claims) await adjudications.adjudicate(claim);
    const [first, ...later] = claims.map(({ settlementId }) => settlementId);
    const { laterSettlementIds } = await adjudications.reverse(claims[0] ?? claimOf(personId, 1n));
    expect(first).toBeDefined();
    expect(laterSettlementIds).toEqual(later.reverse().slice(0, 100));
  });

  it('repeated gets its first answer for ever, byte for byte, whatever came after it', async () => {
    const [claim, later] = await settled(150_000n, 20_000n);
    if (!claim || !later) throw new Error('there are two');
    const cancellationId = randomUUID();
    const first = await cancellations.cancel(claim, cancellationId);
    clock.moveTo(new Date(clock.now().getTime() + 60_000));
    await adjudications.reverse(later);
    await adjudications.reverse(claim);
    const again = await cancellations.cancel(claim, cancellationId);
    expect(encodeCancellation(again)).toEqual(encodeCancellation(first));
    expect(first.laterSettlementIds).toEqual([later.settlementId]);
  });

  it('frees the deductible for the next bill', async () => {
    const claim = await oneSettled(100_000n);
    await cancellations.cancel(claim, randomUUID());
    const next = await adjudications.adjudicate(claimOf(claim.personId, 100_000n));
    expect(next).toMatchObject({ deductibleFen: 100_000n, fundTotalFen: 0n });
  });

  it('leaves the settlement id its first answer, and books nothing by it again', async () => {
    const claim = await oneSettled();
    const { result } = await cancellations.cancel(claim, randomUUID());
    expect(await adjudications.adjudicate(claim)).toEqual(result);
    expect(await home.totalsOf(claim.personId)).toEqual({});
    expect(await adjudications.query(claim)).toMatchObject({ state: 'CANCELLED' });
  });

  it('then reversed is told of, undone no more, and stays cancelled', async () => {
    const [claim, later] = await settled(150_000n, 20_000n);
    if (!claim || !later) throw new Error('there are two');
    await cancellations.cancel(claim, randomUUID());
    const totals = await home.totalsOf(claim.personId);
    for (let time = 0; time < 2; time++)
      expect(await adjudications.reverse(claim)).toEqual({
        hadAdjudication: true,
        laterSettlementIds: [later.settlementId],
      });
    expect(await home.totalsOf(claim.personId)).toEqual(totals);
    expect(await adjudications.query(claim)).toMatchObject({ state: 'CANCELLED' });
  });
});

describe('a cancellation is refused', () => {
  it('under another id of one that is cancelled already: ADJUDICATION_CANCELLED', async () => {
    const claim = await oneSettled();
    await cancellations.cancel(claim, randomUUID());
    expect(await refusalOf(claim)).toBe('ADJUDICATION_CANCELLED');
  });

  it('of one that was reversed, and of one that was barred before it came: SETTLEMENT_REVERSED', async () => {
    const reversed = await oneSettled();
    const barred = claimOf(reversed.personId, 1n);
    for (const claim of [reversed, barred]) {
      await adjudications.reverse(claim);
      expect(await refusalOf(claim)).toBe('SETTLEMENT_REVERSED');
    }
  });

  it('of one that never came, was refused, or is another person’s: ADJUDICATION_NOT_FOUND', async () => {
    const claim = await oneSettled();
    const { personId } = await home.insure();
    const refused = claimOf(personId, 1n, { visitKind: 'OUTPATIENT' });
    await endOf(adjudications.adjudicate(refused), 'adjudicated');
    const absent = [refused, claimOf(personId, 1n), { ...claim, personId }, { ...claim, personId: randomUUID() }];
    for (const none of absent) expect(await refusalOf(none)).toBe('ADJUDICATION_NOT_FOUND');
    expect(await adjudications.query(claim)).toMatchObject({ state: 'ADJUDICATED' });
  });

  it('before its original comes is not remembered: the same cancellation succeeds afterwards', async () => {
    const { personId } = await home.insure();
    const claim = claimOf(personId, 150_000n);
    const cancellationId = randomUUID();
    expect(await refusalOf(claim, cancellationId)).toBe('ADJUDICATION_NOT_FOUND');
    await adjudications.adjudicate(claim);
    expect(await refusalOf(claim, cancellationId)).toBe('cancelled');
  });

  it('under an id that cancelled another settlement: IDEMPOTENCY_KEY_REUSED', async () => {
    const [one, other] = await settled(10_000n, 20_000n);
    if (!one || !other) throw new Error('there are two');
    const cancellationId = randomUUID();
    await cancellations.cancel(one, cancellationId);
    expect(await refusalOf(other, cancellationId)).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await adjudications.query(other)).toMatchObject({ state: 'ADJUDICATED' });
  });
});

describe('at once', () => {
  it('ten of the same cancellation take back once, and all get the same answer', async () => {
    const claim = await oneSettled();
    const cancellationId = randomUUID();
    const answers = await atOnce(10, () => patiently(() => cancellations.cancel(claim, cancellationId)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await home.totalsOf(claim.personId)).toEqual({});
  });

  it('ten cancellations of one settlement under ids of their own: one cancels', async () => {
    const claim = await oneSettled();
    const ends = await atOnce(10, () => patiently(() => refusalOf(claim)));
    expect(ends.filter((end) => end === 'cancelled')).toHaveLength(1);
    expect(ends.filter((end) => end === 'ADJUDICATION_CANCELLED')).toHaveLength(9);
    expect(await home.totalsOf(claim.personId)).toEqual({});
  });

  it('a cancellation and a reversal undo once, whoever is first', async () => {
    const ends: string[] = [];
    for (let round = 0; round < 10; round++) {
      const [claim, standing] = await settled(150_000n, 20_000n);
      if (!claim || !standing) throw new Error('there are two');
      const [end, { hadAdjudication }] = await Promise.all([
        patiently(() => refusalOf(claim)),
        patiently(() => adjudications.reverse(claim)),
      ]);
      const { state } = (await adjudications.query(claim)) ?? {};
      expect([end, hadAdjudication, state]).toEqual(
        end === 'cancelled' ? ['cancelled', true, 'CANCELLED'] : ['SETTLEMENT_REVERSED', true, 'REVERSED'],
      );
      expect(await home.totalsOf(claim.personId)).toMatchObject({ INPATIENT_VISITS: 1n, POOLING_PAID: 16_000n });
      ends.push(end);
    }
    expect(ends).toHaveLength(10);
  });
});
