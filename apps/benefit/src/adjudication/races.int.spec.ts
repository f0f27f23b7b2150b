import { randomUUID } from 'node:crypto';
import { addDeltas, type Accumulators } from '@yiditong/adjudication';
import { thaw } from '@yiditong/chassis';
import { sumFen } from '@yiditong/money';
import {
  atOnce,
  createTestDatabase,
  endOf,
  FixedClock,
  patiently,
  queryAs,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import type { RecordedAdjudication } from './adjudication.entity.js';
import { BUREAU, claimOf, SPEC_POLICY, SpecHome } from './spec-home.js';

let db: TestDatabase;
let home: SpecHome;

beforeAll(async () => {
  db = await createTestDatabase('benefit', migrations);
  home = new SpecHome(db.database, new FixedClock(new Date('2026-05-01T00:00:00Z')), testVault());
  await home.publish({ ...SPEC_POLICY, account: { pays: ['IN_SCOPE'], mutualAid: true } });
});
afterAll(() => db.drop());

describe('two bills of one person at once', () => {
  it('share one deductible, one cap and one account, whichever is first', async () => {
    for (let round = 0; round < 8; round++) {
      const { personId } = await home.insure();
      await home.credit(personId, 150_000n);
      await home.credit(personId, 30_000n, 'MUTUAL_AID');
      const [one, other] = await atOnce(2, (index) =>
        patiently(() =>
          home.adjudications.adjudicate(claimOf(personId, 600_000n + BigInt(index), { useAccount: true })),
        ),
      );
      if (!one || !other) throw new Error('there are two');
      const sum = (of: 'deductibleFen' | 'fundTotalFen' | 'accountFen' | 'mutualAidFen') =>
        sumFen([one[of], other[of]]);
      expect([sum('deductibleFen'), sum('fundTotalFen')]).toEqual([100_000n, 500_000n]);
      expect([sum('accountFen'), sum('mutualAidFen')]).toEqual([150_000n, 30_000n]);
      // The first leaves 20 % and the deductible to the person, more than the account has; the second finds it empty.
      expect(new Set([one.accountFen, other.accountFen])).toEqual(new Set([0n, 150_000n]));
      expect(await home.accounts.get(BUREAU, personId)).toEqual({ balanceFen: 0n, mutualAidFen: 0n });
    }
  });
});

describe('twenty things at once with one person', () => {
  it('leave totals and accounts that are the sum of what stands, and no two bookings of one instant', async () => {
    const { personId } = await home.insure();
    await home.credit(personId, 1_000_000n);
    const settled = Array.from({ length: 8 }, (_, index) =>
      claimOf(personId, 40_000n + BigInt(index), { useAccount: index % 2 === 0 }),
    );
    for (const claim of settled) await home.adjudications.adjudicate(claim);
    const fresh = Array.from({ length: 6 }, (_, index) =>
      claimOf(personId, 9_000n + BigInt(index), { useAccount: true }),
    );
    await atOnce(20, (index) => patiently(() => endOf(operation(index), 'done')));

    async function operation(index: number): Promise<void> {
      const claim = index < 8 ? settled[index] : fresh[(index - 8) % fresh.length];
      if (!claim) throw new Error('there are so many');
      // Of the settled ones every third is reversed and the others cancelled; the fresh ones race with their own reversal.
      if (index < 8 && index % 3 === 0) await home.adjudications.reverse(claim);
      else if (index < 8) await home.cancellations.cancel(claim, randomUUID());
      else if (index < 14) await home.adjudications.adjudicate(claim);
      else if (index % 2 === 0) await home.adjudications.reverse(claim);
      else await home.credit(personId, 1_000n);
    }

    const rows = await queryAs<{ result: string }>(
      db.superuserUrl,
      "SELECT result FROM adjudication WHERE person_id = $1 AND state = 'ADJUDICATED'",
      [personId],
    );
    const standing = rows.map(({ result }) => thaw<RecordedAdjudication>(result));
    const totals = await home.totalsOf(personId);
    const sum = standing.flatMap(({ years }) => years.map(({ deltas }) => deltas));
    expect(totals).toEqual(sum.reduce<Accumulators>(addDeltas, {}));
    const journal = await queryAs<{ deltas: string; at: Date }>(
      db.superuserUrl,
      'SELECT deltas, booked_at AS at FROM accumulator_entry WHERE person_id = $1',
      [personId],
    );
    expect(totals).toEqual(journal.map(({ deltas }) => thaw<Accumulators>(deltas)).reduce(addDeltas, {}));
    expect(new Set(journal.map(({ at }) => at.getTime())).size).toBe(journal.length);
    const paid = sumFen(standing.map(({ accountFen }) => accountFen));
    expect((await home.accounts.get(BUREAU, personId)).balanceFen).toBe(1_003_000n - paid);
    // All eight are undone, and three of the fresh ones can’t be.
    expect(standing.length).toBeGreaterThanOrEqual(3);
    expect(standing.length).toBeLessThanOrEqual(6);
  });
});
