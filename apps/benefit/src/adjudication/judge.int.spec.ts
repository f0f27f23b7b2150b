import { contextIn, nationalActor, thaw } from '@yiditong/chassis';
import {
  createTestDatabase,
  FixedClock,
  queryAs,
  tablesHolding,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { PERSONAL_DATA } from '../person/person.store.js';
import { encodeAdjudication } from './adjudication.codec.js';
import type { RecordedAdjudication } from './adjudication.entity.js';
import { AdjudicationService } from './adjudication.service.js';
import { claimOf, SpecHome } from './spec-home.js';

const clock = new FixedClock(new Date('2026-05-01T00:00:00Z'));
const ASKING = '610200';
const ASKED_TAG = '特困供养';

let db: TestDatabase;
let home: SpecHome;

beforeAll(async () => {
  db = await createTestDatabase('benefit', migrations);
  home = new SpecHome(db.database, clock, testVault());
  await home.publish();
  await home.publish(
    {
      adjustments: [
        { when: { age: { from: 60 } }, mode: 'POINTS_MORE', points: '5%' },
        { when: { personTags: [ASKED_TAG] }, mode: 'POINTS_MORE', points: '10%' },
        { when: { hospitalTags: ['中医医院'] }, mode: 'POINTS_MORE', points: '1%' },
      ],
    },
    ASKING,
  );
  await home.publish({ benefitYear: { startsOn: '01-01', crossYear: 'BY_NIGHTS' } }, '610300');
});
afterAll(() => db.drop());

describe('a policy that asks about age and tags', () => {
  it.each<[string, string, readonly string[], readonly string[], bigint]>([
    ['a person of 59', '19660421', [], [], 80_000n],
    ['a person of 60 on the day of the discharge', '19660420', [], [], 85_000n],
    ['a person with the tag', '19660421', ['低保', ASKED_TAG], [], 90_000n],
    ['a person with both, in a hospital with a tag', '19660420', [ASKED_TAG], ['中医医院'], 96_000n],
  ])('pays %s what is due', async (_, born, tags, hospitalTags, fundTotalFen) => {
    const idNumber = home.idNumber(born);
    const { personId } = await home.insure({ insuredRegion: ASKING, idNumber, tags });
    const claim = claimOf(personId, 200_000n, { insuredRegion: ASKING, hospitalTags });
    expect(await home.adjudications.trial(claim)).toMatchObject({ fundTotalFen });
    expect(await home.adjudications.adjudicate(claim)).toMatchObject({ fundTotalFen });
    const written = `${born.slice(0, 4)}-${born.slice(4, 6)}-${born.slice(6)}`;
    // The policy itself names the tag that it asks for.
    for (const text of [idNumber, born, written, ...tags])
      expect(await tablesHolding(db, text)).toEqual(text === ASKED_TAG ? ['policy', 'proposal'] : []);
  });

  it('finds none in a person who was sealed before there were tags', async () => {
    const person = await home.insure({ insuredRegion: ASKING, idNumber: home.idNumber('19660420') });
    const { personId, idNumber, name, phone } = person;
    const sealed = testVault().seal(contextIn(PERSONAL_DATA, personId, '610000'), { idNumber, name, phone });
    const set = 'UPDATE insured_person SET personal_sealed = $2 WHERE person_id = $1';
    await queryAs(db.superuserUrl, set, [personId, sealed.sealed]);
    const claim = claimOf(personId, 200_000n, { insuredRegion: ASKING });
    expect(await home.adjudications.adjudicate(claim)).toMatchObject({ fundTotalFen: 85_000n });
    const self = { role: 'insured', region: '610000', subject: 'app', person: personId } as const;
    expect(await home.persons.get(self, personId, 'OWN_RECORD')).toMatchObject({ tags: [] });
  });

  it('can’t be applied without the key, and one that doesn’t ask never needs it', async () => {
    const keyless = new AdjudicationService(db.database, clock, testVault({ versions: [7] }));
    const asking = await home.insure({ insuredRegion: ASKING });
    const claim = claimOf(asking.personId, 200_000n, { insuredRegion: ASKING });
    await expect(keyless.adjudicate(claim)).rejects.toMatchObject({ name: 'MasterKeyMissing' });
    expect(await keyless.query(claim)).toBeNull();
    expect(await home.totalsOf(asking.personId)).toEqual({});
    const other = await home.insure();
    expect(await keyless.adjudicate(claimOf(other.personId, 200_000n))).toMatchObject({ fundTotalFen: 80_000n });
    expect(await home.adjudications.adjudicate(claim)).toMatchObject({ fundTotalFen: 80_000n });
  });
});

describe('what is kept of an adjudication', () => {
  it('thaws to what was answered first: texts, ratio and processes are read, not made again', async () => {
    const { personId } = await home.insure();
    const claim = claimOf(personId, 200_000n);
    const first = encodeAdjudication(await home.adjudications.adjudicate(claim));
    expect(first).toMatchObject({ poolingRatioE4: 8_000, accountBalanceFen: undefined, cashFen: 120_000n });
    expect(first.details).toEqual([
      {
        fund: 'FUND_POOLING',
        baseFen: 100_000n,
        limitFen: 500_000n,
        amountFen: 80_000n,
        process: expect.stringContaining('1000.00 × 80% → 800.00') as string,
      },
    ]);
    for (const step of first.explanation) expect([step.textZh, step.textEn]).not.toContain('');
    expect(encodeAdjudication(await home.adjudications.adjudicate(claim))).toEqual(first);
    const reworded = "UPDATE adjudication SET result = replace(result, '× 80% →', '乘以') WHERE person_id = $1";
    await queryAs(db.superuserUrl, reworded, [personId]);
    const row = await home.adjudications.query(claim);
    expect(row?.result?.funds[0]?.process).toContain('1000.00 乘以 800.00');
  });

  it('of a stay over the year’s end has each year’s part, and goes to each year’s totals', async () => {
    const { personId } = await home.insure({ insuredRegion: '610300' });
    const stay = { insuredRegion: '610300', startedOn: '2026-12-29', endedOn: '2027-01-02' };
    const claim = claimOf(personId, 400_000n, stay);
    const result = await home.adjudications.adjudicate(claim);
    expect(result).toMatchObject({ benefitYear: 2027, deductibleFen: 100_000n, fundTotalFen: 240_000n });
    // Three of the four nights are of the old year.
    expect(encodeAdjudication(result).years).toEqual([
      { benefitYear: 2026, inScopeFen: 300_000n, deductibleFen: 100_000n, fundTotalFen: 160_000n },
      { benefitYear: 2027, inScopeFen: 100_000n, deductibleFen: 0n, fundTotalFen: 80_000n },
    ]);
    expect(await home.totalsOf(personId, 2026)).toMatchObject({ INPATIENT_VISITS: 1n, POOLING_PAID: 160_000n });
    expect(await home.totalsOf(personId, 2027)).toMatchObject({ POOLING_PAID: 80_000n });
    await home.cancellations.cancel(claim, claim.settlementId);
    for (const year of [2026, 2027]) expect(await home.totalsOf(personId, year)).toEqual({});
  });

  it('says what the hospital bears', async () => {
    const { personId } = await home.insure();
    const bill = claimOf(personId, 200_000n);
    const result = await home.adjudications.adjudicate({ ...bill, hospitalPartFen: bill.split.inScopeFen });
    expect(result).toMatchObject({ fundTotalFen: 80_000n, hospitalPartFen: 120_000n, personalFen: 0n, cashFen: 0n });
  });

  it('is the same as the answer that the idempotency row has', async () => {
    const { personId } = await home.insure();
    const claim = claimOf(personId, 200_000n);
    await home.adjudications.adjudicate(claim);
    const [row] = await db.database.transaction(nationalActor('spec'), (tx) =>
      tx.query<{ answer: string; result: string }[]>(
        'SELECT answer, result FROM idempotency JOIN adjudication ON key = settlement_id::text WHERE person_id = $1',
        [personId],
      ),
    );
    if (!row) throw new Error('there is one');
    expect(thaw<{ result: RecordedAdjudication }>(row.answer).result).toEqual(thaw(row.result));
  });
});
