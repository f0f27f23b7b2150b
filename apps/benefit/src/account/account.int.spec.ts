import { randomUUID } from 'node:crypto';
import type { Actor } from '@yiditong/chassis';
import type { AccountKind } from '@yiditong/codes';
import { fen } from '@yiditong/money';
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
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUREAU, claimOf, SPEC_POLICY, SpecHome, undoOf } from '../adjudication/spec-home.js';
import { migrations } from '../migrations/index.js';
import type { NewAccountEntry } from './account.entity.js';

const WITHOUT_ACCOUNT = '610200';

let db: TestDatabase;
let home: SpecHome;

beforeAll(async () => {
  db = await createTestDatabase('benefit', migrations);
  home = new SpecHome(db.database, new FixedClock(new Date('2026-05-01T00:00:00Z')), testVault());
  await home.publish({ ...SPEC_POLICY, account: { pays: ['IN_SCOPE'], mutualAid: true } });
  await home.publish({}, WITHOUT_ACCOUNT);
});
afterAll(() => db.drop());

function entry(personId: string, amountFen: bigint, kind: AccountKind = 'OWN'): NewAccountEntry {
  return { entryId: randomUUID(), personId, kind, amountFen: fen(amountFen) };
}

const post = (...entries: readonly NewAccountEntry[]): Promise<number> => home.accounts.post(BUREAU, '610000', entries);

async function person(): Promise<string> {
  return (await home.insure()).personId;
}

async function balances(personId: string): Promise<readonly [bigint, bigint]> {
  const { balanceFen, mutualAidFen } = await home.accounts.get(BUREAU, personId);
  return [balanceFen, mutualAidFen];
}

describe('entries that the bureau posts', () => {
  it('credit and debit each account, each entry once for ever', async () => {
    const [one, other] = [await person(), await person()];
    const first = [entry(one, 500n), entry(other, 70n, 'MUTUAL_AID')];
    expect(await post(...first)).toBe(2);
    expect(await post(...first)).toBe(0);
    expect(await post(...first, entry(one, -200n), entry(one, 9n, 'MUTUAL_AID'))).toBe(2);
    expect([await balances(one), await balances(other)]).toEqual([
      [300n, 9n],
      [0n, 70n],
    ]);
  });

  it.each<[string, (of: NewAccountEntry, other: string) => NewAccountEntry]>([
    ['another amount', (of) => ({ ...of, amountFen: fen(of.amountFen + 1n) })],
    ['another account', (of) => ({ ...of, kind: 'MUTUAL_AID' })],
    ['another person', (of, personId) => ({ ...of, personId })],
  ])('under an id that was used for %s are refused, and nothing of the batch is posted', async (_, change) => {
    const [one, other] = [await person(), await person()];
    const first = entry(one, 500n);
    await post(first);
    const before = await rowCounts(db);
    await expect(post(entry(one, 1n), change(first, other))).rejects.toMatchObject({
      reason: 'IDEMPOTENCY_KEY_REUSED',
    });
    expect(await rowCounts(db)).toEqual(before);
    expect([await balances(one), await balances(other)]).toEqual([
      [500n, 0n],
      [0n, 0n],
    ]);
  });

  it('that overdraw an account are refused by their place, and nothing of the batch is posted', async () => {
    const [one, other] = [await person(), await person()];
    await post(entry(one, 500n));
    const before = await rowCounts(db);
    const overdrawn = post(entry(other, 900n), entry(one, -300n), entry(one, -201n), entry(one, 1_000n));
    await expect(overdrawn).rejects.toMatchObject({ reason: 'ACCOUNT_INSUFFICIENT', params: { position: '3' } });
    await expect(post(entry(one, -1n, 'MUTUAL_AID'))).rejects.toMatchObject({ reason: 'ACCOUNT_INSUFFICIENT' });
    expect(await rowCounts(db)).toEqual(before);
    expect(await balances(one)).toEqual([500n, 0n]);
    expect(await post(entry(one, -500n))).toBe(1);
  });

  it('of somebody unknown, or of another province, are refused, and the id stays free', async () => {
    const known = await person();
    const unknown = entry(randomUUID(), 5n);
    await expect(post(entry(known, 5n), unknown)).rejects.toMatchObject({ reason: 'PERSON_UNKNOWN' });
    expect(await balances(known)).toEqual([0n, 0n]);
    const hubei: Actor = { ...BUREAU, region: '420000' };
    const foreign = home.accounts.post(hubei, '420000', [entry(known, 5n)]);
    await expect(foreign).rejects.toMatchObject({ reason: 'PERSON_UNKNOWN' });
    await expect(home.accounts.post(BUREAU, '420000', [entry(known, 5n)])).rejects.toMatchObject({
      reason: 'NOT_PERMITTED',
    });
    expect(await post({ ...unknown, personId: known })).toBe(1);
  });

  it('of a thousand are posted together', async () => {
    const people = [await person(), await person(), await person()];
    const entries = Array.from({ length: 1_000 }, (_, n) => entry(people[n % 3] ?? '', BigInt(n + 1)));
    expect(await post(...entries)).toBe(1_000);
    const sums = await Promise.all(people.map(balances));
    expect(sums.reduce((sum, [own]) => sum + own, 0n)).toBe(500_500n);
  });

  it('at once, the same ten times and in other orders, count once', async () => {
    const people = [await person(), await person(), await person()];
    const entries = people.flatMap((personId) => [entry(personId, 100n), entry(personId, 7n, 'MUTUAL_AID')]);
    const posted = await atOnce(10, (index) =>
      patiently(() => post(...(index % 2 === 0 ? entries : entries.toReversed()))),
    );
    expect(posted.reduce((sum, count) => sum + count, 0)).toBe(6);
    for (const personId of people) expect(await balances(personId)).toEqual([100n, 7n]);
  });

  it('at once for two persons under one id post one of them', async () => {
    for (let round = 0; round < 5; round++) {
      const people = [await person(), await person()];
      const entryId = randomUUID();
      const ends = await Promise.all(
        people.map((personId) =>
          endOf(
            patiently(() => post({ ...entry(personId, 10n), entryId })),
            'posted',
          ),
        ),
      );
      expect(ends.toSorted()).toEqual(['IDEMPOTENCY_KEY_REUSED', 'posted']);
    }
  });
});

describe('an account', () => {
  it('is shown to the person and to the bureau of the province alone', async () => {
    const personId = await person();
    await post(entry(personId, 5n));
    const self: Actor = { role: 'insured', region: '610000', subject: 'app', person: personId };
    expect(await home.accounts.get(self, personId)).toEqual({ balanceFen: 5n, mutualAidFen: 0n });
    const other = { ...self, person: randomUUID() };
    await expect(home.accounts.get(other, personId)).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
    const hubei: Actor = { ...BUREAU, region: '420000' };
    await expect(home.accounts.get(hubei, personId)).rejects.toMatchObject({ reason: 'PERSON_UNKNOWN' });
  });

  it('pays what the policy lets it, relatives’ after the own, and gets it back exactly', async () => {
    const personId = await person();
    await post(entry(personId, 70_000n), entry(personId, 20_000n, 'MUTUAL_AID'));
    // The person’s part is the deductible of 1,000 and 20 % of another 1,000.
    const claim = claimOf(personId, 200_000n, { useAccount: true });
    const trial = await home.adjudications.trial(claim);
    expect(await balances(personId)).toEqual([70_000n, 20_000n]);
    const result = await home.adjudications.adjudicate(claim);
    expect(result).toEqual(trial);
    const paid = { accountFen: 70_000n, mutualAidFen: 20_000n, cashFen: 30_000n, accountBalanceFen: 0n };
    expect(result).toMatchObject({ personalFen: 120_000n, ...paid });
    expect(await home.adjudications.adjudicate(claim)).toEqual(result);
    expect(await balances(personId)).toEqual([0n, 0n]);
    await post(entry(personId, 3n));
    for (let time = 0; time < 2; time++) await home.cancellations.cancel(claim, claim.settlementId);
    await home.adjudications.reverse(claim);
    expect(await balances(personId)).toEqual([70_003n, 20_000n]);
    expect(await entriesOf(personId)).toEqual([
      'MUTUAL_AID 20000 CANCELLATION',
      'MUTUAL_AID 20000 POSTED',
      'MUTUAL_AID -20000 SETTLEMENT',
      'OWN 70000 CANCELLATION',
      'OWN 3 POSTED',
      'OWN 70000 POSTED',
      'OWN -70000 SETTLEMENT',
    ]);
  });

  it('pays again where its cancellation is undone, as soon as it has the money, and never falls below zero', async () => {
    const { personId } = await home.insure();
    await post(entry(personId, 70_000n));
    const claim = claimOf(personId, 200_000n, { useAccount: true });
    await home.adjudications.adjudicate(claim);
    const cancellationId = randomUUID();
    await home.cancellations.cancel(claim, cancellationId);
    await post(entry(personId, -1n));
    const totals = await home.totalsOf(personId);
    const undone = (): Promise<unknown> => home.cancellations.reverse(claim, undoOf(cancellationId));
    await expect(undone()).rejects.toMatchObject({ reason: 'ACCOUNT_REFUND_SPENT' });
    expect(await home.adjudications.query(claim)).toMatchObject({ state: 'CANCELLED', cancellationId });
    expect([await home.totalsOf(personId), await balances(personId)]).toEqual([totals, [69_999n, 0n]]);
    await post(entry(personId, 1n));
    for (let time = 0; time < 2; time++) expect(await undone()).toMatchObject({ hadAdjudication: true });
    expect(await balances(personId)).toEqual([0n, 0n]);
    expect(await entriesOf(personId)).toContain('OWN -70000 REINSTATEMENT');
    await home.adjudications.reverse(claim);
    expect(await balances(personId)).toEqual([70_000n, 0n]);
  });

  it('isn’t asked again by a reversal that was refused, however late a call of it comes', async () => {
    const { personId } = await home.insure();
    await post(entry(personId, 70_000n));
    const claim = claimOf(personId, 200_000n, { useAccount: true });
    await home.adjudications.adjudicate(claim);
    const cancellationId = randomUUID();
    await home.cancellations.cancel(claim, cancellationId);
    await post(entry(personId, -1n));
    const reversal = undoOf(cancellationId);
    const refused = { reason: 'ACCOUNT_REFUND_SPENT' };
    await expect(home.cancellations.reverse(claim, reversal)).rejects.toMatchObject(refused);
    await post(entry(personId, 1n));
    await expect(home.cancellations.reverse(claim, reversal)).rejects.toMatchObject(refused);
    expect(await home.adjudications.query(claim)).toMatchObject({ state: 'CANCELLED', cancellationId });
    expect(await balances(personId)).toEqual([70_000n, 0n]);
  });

  it('gets back what a refund settled anew before it pays for the whole again, and keeps both where that isn’t enough', async () => {
    const { personId } = await home.insure();
    await post(entry(personId, 70_000n));
    const claim = claimOf(personId, 200_000n, { useAccount: true });
    await home.adjudications.adjudicate(claim);
    const cancellationId = randomUUID();
    await home.cancellations.cancel(claim, cancellationId);
    const rest = claimOf(personId, 150_000n, { useAccount: true });
    await home.adjudications.adjudicate(rest);
    expect(await balances(personId)).toEqual([0n, 0n]);
    const stateOf = async (of: typeof claim): Promise<string | undefined> =>
      (await home.adjudications.query(of))?.state;
    const remainderSettlementId = rest.settlementId;
    await post(entry(personId, 5n));
    await expect(home.cancellations.reverse(claim, undoOf(cancellationId))).rejects.toMatchObject({
      reason: 'ACCOUNT_REFUND_SPENT',
    });
    expect([await stateOf(claim), await stateOf(rest)]).toEqual(['CANCELLED', 'ADJUDICATED']);
    await home.cancellations.reverse(claim, undoOf(cancellationId, { remainderSettlementId }));
    expect([await stateOf(claim), await stateOf(rest)]).toEqual(['ADJUDICATED', 'REVERSED']);
    expect(await balances(personId)).toEqual([5n, 0n]);
  });

  it.each<[string, object, object]>([
    ['nobody asks for it', { useAccount: false }, { cashFen: 120_000n, accountFen: 0n, accountBalanceFen: null }],
    [
      'the policy has no rule for it',
      { useAccount: true, insuredRegion: WITHOUT_ACCOUNT },
      { cashFen: 120_000n, accountFen: 0n, accountBalanceFen: 90_000n },
    ],
  ])('is left alone where %s', async (_, change, expected) => {
    const { personId } = await home.insure('insuredRegion' in change ? { insuredRegion: WITHOUT_ACCOUNT } : {});
    await post(entry(personId, 90_000n));
    expect(await home.adjudications.adjudicate(claimOf(personId, 200_000n, change))).toMatchObject(expected);
    expect(await balances(personId)).toEqual([90_000n, 0n]);
  });
});

describe('the database itself', () => {
  it.each<[string, string]>([
    ['lets no balance fall below zero', 'UPDATE personal_account SET balance_fen = -1 WHERE person_id = $1'],
    [
      'books a settlement once in an account',
      `INSERT INTO account_entry SELECT person_id, gen_random_uuid(), province, kind, amount_fen, cause, settlement_id, operation_id, booked_at
       FROM account_entry WHERE person_id = $1 AND cause = 'SETTLEMENT'`,
    ],
    [
      'takes nothing by an undoing',
      `INSERT INTO account_entry SELECT person_id, gen_random_uuid(), province, kind, amount_fen, 'REVERSAL', settlement_id, operation_id, booked_at
       FROM account_entry WHERE person_id = $1 AND cause = 'SETTLEMENT'`,
    ],
    ['changes no entry', 'UPDATE account_entry SET amount_fen = amount_fen - 1 WHERE person_id = $1'],
  ])('%s', async (_, sql) => {
    const personId = await person();
    await post(entry(personId, 50_000n));
    await home.adjudications.adjudicate(claimOf(personId, 200_000n, { useAccount: true }));
    const tried = db.database.transaction(BUREAU, (tx) => tx.query(sql, [personId]));
    await expect(tried).rejects.toThrow(
      /personal_account_not_negative|account_entry_once|account_entry_cause|permission denied/,
    );
  });
});

describe('the audit trail has', () => {
  it('each entry with the balance before and after, each reading, and what a settlement took and its undoing gave back', async () => {
    const personId = await person();
    const posted = [entry(personId, 500n), entry(personId, -200n)];
    for (let time = 0; time < 2; time++) await post(...posted);
    await balances(personId);
    const trail = (await auditTrail(db, personId)).slice(1);
    expect(trail.map(({ action, before, after }) => [action, before, after])).toEqual([
      ['POST_ACCOUNT_ENTRY', { balanceFen: '0' }, factsOf(posted[0], '500')],
      ['POST_ACCOUNT_ENTRY', { balanceFen: '500' }, factsOf(posted[1], '300')],
      ['READ_ACCOUNT', null, null],
    ]);
    const claim = claimOf(personId, 100_000n, { useAccount: true });
    await home.adjudications.adjudicate(claim);
    await home.cancellations.cancel(claim, claim.settlementId);
    const [booked, cancelled] = await auditTrail(db, claim.settlementId);
    expect(booked).toMatchObject({ before: { accounts: { OWN: '300' } }, after: { accounts: { OWN: '0' } } });
    expect(cancelled).toMatchObject({
      action: 'CANCEL_ADJUDICATION',
      before: { state: 'ADJUDICATED', accounts: { OWN: '0' } },
      after: { state: 'CANCELLED', personId, cancellationId: claim.settlementId, accounts: { OWN: '300' } },
    });
  });

  it('and is sound', async () => expect(await auditFaults(db)).toEqual([]));
});

function factsOf(of: NewAccountEntry | undefined, balanceFen: string): object {
  return { entryId: of?.entryId, kind: of?.kind, amountFen: String(of?.amountFen), balanceFen };
}

async function entriesOf(personId: string): Promise<string[]> {
  const rows = await queryAs<{ text: string }>(
    db.superuserUrl,
    `SELECT kind || ' ' || amount_fen || ' ' || cause AS text FROM account_entry WHERE person_id = $1
     ORDER BY kind, cause, amount_fen`,
    [personId],
  );
  return rows.map(({ text }) => text);
}
