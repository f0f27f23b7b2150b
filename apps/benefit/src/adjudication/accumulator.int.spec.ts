import { randomUUID } from 'node:crypto';
import { addDeltas, type Accumulators } from '@yiditong/adjudication';
import { thaw, type Actor } from '@yiditong/chassis';
import { sumFen } from '@yiditong/money';
import {
  createTestDatabase,
  FixedClock,
  PATIENCE,
  queryAs,
  testVault,
  waitingForLocks,
  type TestDatabase,
} from '@yiditong/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import type { RecordedAdjudication } from './adjudication.entity.js';
import type { PresentedClaim } from './claim.codec.js';
import { BUREAU, claimOf, SPEC_POLICY, SpecHome, undoOf } from './spec-home.js';

const BEGAN = Date.parse('2027-05-01T00:00:00Z');
const YEARS = [2026, 2027];
const CREDIT_FEN = 5_000_000n;

/** Stays over the year’s end are divided, accounts pay, and a layer looks at the whole year. */
const POLICY = {
  ...SPEC_POLICY,
  benefitYear: { startsOn: '01-01', crossYear: 'BY_NIGHTS' },
  layers: [
    {
      fund: 'LARGE_SUM',
      base: 'YEAR_SELF_PAY',
      countsDeductible: true,
      threshold: '3000',
      bands: [{ upTo: null, ratio: '50%' }],
    },
  ],
  account: { pays: ['IN_SCOPE'], mutualAid: true },
};

const STAYS = {
  inTheFirst: { startedOn: '2026-11-01', endedOn: '2026-11-09' },
  over: { startedOn: '2026-12-28', endedOn: '2027-01-05' },
  inTheSecond: { startedOn: '2027-02-01', endedOn: '2027-02-03' },
} as const;
type When = keyof typeof STAYS;

let db: TestDatabase;
let home: SpecHome;
const clock = new FixedClock(new Date(BEGAN));

beforeAll(async () => {
  db = await createTestDatabase('benefit', migrations);
  home = new SpecHome(db.database, clock, testVault());
  await home.publish(POLICY);
});
afterAll(() => db.drop());

type Bill = { readonly fen: number; readonly when: When; readonly useAccount: boolean };
type UndoneBy = 'cancel' | 'reverse' | 'reverse-cancellation';
type Step = { readonly bill: Bill } | { readonly undo: number; readonly by: UndoneBy };

const bill = fc.record({
  fen: fc.integer({ min: 1, max: 900_000 }),
  when: fc.constantFrom<When>('inTheFirst', 'over', 'inTheSecond'),
  useAccount: fc.boolean(),
});
const undo = fc.record({
  undo: fc.nat({ max: 4 }),
  by: fc.constantFrom<UndoneBy>('cancel', 'cancel', 'reverse', 'reverse-cancellation', 'reverse-cancellation'),
});
const history = fc.array(
  fc.oneof({ weight: 3, arbitrary: bill.map((one) => ({ bill: one })) }, { weight: 4, arbitrary: undo }),
  {
    minLength: 3,
    maxLength: 16,
  },
);

/** What a spec knows of one settlement. `cancellationIds`: the latest last, which may be undone by now. */
type Settled = {
  readonly claim: PresentedClaim;
  readonly result: RecordedAdjudication;
  readonly cancellationIds: string[];
  /** Those that were decided while it stood. */
  readonly countedOn: Set<string>;
  /** Those that were decided since its latest cancellation. */
  meanwhile: string[];
  state: 'STANDS' | 'CANCELLED' | 'CANCELLED_AND_REVERSED' | 'REVERSED';
};

/** One person’s history, with what stands of it counted beside the database. */
class Book {
  readonly settled: Settled[] = [];
  /** The totals of both years after each booking, by its instant. */
  readonly seen: { readonly at: Date; readonly totals: readonly Accumulators[] }[] = [];

  constructor(readonly personId: string) {}

  static async open(): Promise<Book> {
    const { personId } = await home.insure();
    await home.credit(personId, CREDIT_FEN);
    await home.credit(personId, CREDIT_FEN, 'MUTUAL_AID');
    return new Book(personId);
  }

  async settle({ fen, when, useAccount }: Bill): Promise<void> {
    const claim = claimOf(this.personId, BigInt(fen), { ...STAYS[when], useAccount });
    const result = await home.adjudications.adjudicate(claim);
    for (const earlier of this.settled.filter((one) => sharesYear(one.result, result)))
      if (earlier.state === 'STANDS') earlier.countedOn.add(claim.settlementId);
      else earlier.meanwhile.push(claim.settlementId);
    const fresh = { cancellationIds: [], countedOn: new Set<string>(), meanwhile: [] };
    this.settled.push({ claim, result, state: 'STANDS', ...fresh });
  }

  /** What can be done with a settlement as it is; a step that can't be done is left out. */
  can(index: number, by: UndoneBy): boolean {
    const { state, cancellationIds } = this.settled[index] ?? {};
    if (state === undefined) return false;
    if (by === 'reverse-cancellation') return (cancellationIds?.length ?? 0) > 0;
    return by === 'reverse' || state === 'STANDS';
  }

  /** Answers the settlements that are told of, and by hand those that should be. */
  async undo(index: number, by: UndoneBy): Promise<Named> {
    const entry = this.settled[index];
    if (!entry) throw new Error('there is none');
    const { claim, cancellationIds } = entry;
    if (by === 'cancel') {
      // A cancellation may have any id, even the settlement's own.
      const cancellationId = cancellationIds.length === 0 ? claim.settlementId : randomUUID();
      const { laterSettlementIds } = await home.cancellations.cancel(claim, cancellationId);
      cancellationIds.push(cancellationId);
      Object.assign(entry, { state: 'CANCELLED', meanwhile: [] });
      return { is: laterSettlementIds, shouldBe: this.standingAmong([...entry.countedOn]) };
    }
    if (by === 'reverse') {
      const { laterSettlementIds } = await home.adjudications.reverse(claim);
      entry.state = entry.state.startsWith('CANCELLED') ? 'CANCELLED_AND_REVERSED' : 'REVERSED';
      return { is: laterSettlementIds, shouldBe: this.standingAmong([...entry.countedOn]) };
    }
    const { hadAdjudication, laterSettlementIds } = await home.cancellations.reverse(
      claim,
      undoOf(cancellationIds.at(-1) ?? ''),
    );
    if (!hadAdjudication) throw new Error('there was one');
    const isUndoneNow = entry.state === 'CANCELLED';
    if (isUndoneNow) entry.state = 'STANDS';
    if (entry.state === 'CANCELLED_AND_REVERSED') entry.state = 'REVERSED';
    return {
      is: isUndoneNow ? laterSettlementIds : [],
      shouldBe: isUndoneNow ? this.standingAmong(entry.meanwhile) : [],
    };
  }

  /** What stands, in the order in which it was decided. */
  standing(): RecordedAdjudication[] {
    return this.settled.filter(({ state }) => state === 'STANDS').map(({ result }) => result);
  }

  /** Latest first. */
  private standingAmong(ids: readonly string[]): string[] {
    return this.standing()
      .map(({ settlementId }) => settlementId)
      .filter((id) => ids.includes(id))
      .reverse();
  }

  /** Totals, journal and accounts as they are, and as what stands has them. */
  async compare(): Promise<{ readonly is: object; readonly shouldBe: object }> {
    const totals = await Promise.all(YEARS.map((year) => home.totalsOf(this.personId, year)));
    const at = await lastBooking(this.personId);
    if (at) this.seen.push({ at, totals });
    const expected = YEARS.map((year) => sumOf(this.standing(), year));
    const left = (of: 'accountFen' | 'mutualAidFen') =>
      CREDIT_FEN - sumFen(this.standing().map((result) => result[of]));
    return {
      is: [totals, await journalOf(this.personId), await home.accounts.get(BUREAU, this.personId)],
      shouldBe: [expected, expected, { balanceFen: left('accountFen'), mutualAidFen: left('mutualAidFen') }],
    };
  }
}

type Named = { readonly is: readonly string[]; readonly shouldBe: readonly string[] };

function sharesYear(one: RecordedAdjudication, other: RecordedAdjudication): boolean {
  return one.years.some(({ benefitYear }) => other.years.some((year) => year.benefitYear === benefitYear));
}

function sumOf(results: readonly RecordedAdjudication[], year: number): Accumulators {
  return results
    .flatMap(({ years }) => years.filter(({ benefitYear }) => benefitYear === year))
    .reduce<Accumulators>((sum, { deltas }) => addDeltas(sum, deltas), {});
}

async function journalOf(personId: string): Promise<Accumulators[]> {
  const rows = await queryAs<{ year: number; deltas: string }>(
    db.superuserUrl,
    'SELECT benefit_year AS year, deltas FROM accumulator_entry WHERE person_id = $1',
    [personId],
  );
  return YEARS.map((of) =>
    rows.filter(({ year }) => year === of).reduce<Accumulators>((sum, { deltas }) => addDeltas(sum, thaw(deltas)), {}),
  );
}

async function lastBooking(personId: string): Promise<Date | null> {
  const [row] = await queryAs<{ at: Date | null }>(
    db.superuserUrl,
    'SELECT max(booked_at) AS at FROM accumulator_entry WHERE person_id = $1',
    [personId],
  );
  return row?.at ?? null;
}

describe('whatever is settled, cancelled and reversed', () => {
  it('the totals are what stands and what the journal sums to, accounts too, and each instant keeps the totals it had', async () => {
    const property = fc.asyncProperty(history, fc.array(fc.nat({ max: 3 })), async (steps: readonly Step[], pauses) => {
      const book = await Book.open();
      const named: Named[] = [];
      for (const [at, step] of steps.entries()) {
        // Some bookings fall into one millisecond of the clock.
        clock.moveTo(new Date(clock.now().getTime() + (pauses[at] ?? 0)));
        if ('bill' in step) await book.settle(step.bill);
        else if (book.can(step.undo, step.by)) named.push(await book.undo(step.undo, step.by));
        const { is, shouldBe } = await book.compare();
        expect(is).toEqual(shouldBe);
      }
      expect(named.map(({ is }) => is)).toEqual(named.map(({ shouldBe }) => shouldBe));
      clock.moveTo(new Date(clock.now().getTime() + 1_000));
      for (const { at, totals } of book.seen)
        expect(await Promise.all(YEARS.map((year) => home.totalsOf(book.personId, year, at)))).toEqual(totals);
    });
    await fc.assert(property, { numRuns: 15 });
  }, 300_000);

  it('the order in which it is undone changes nothing, and nothing is left when all of it is', async () => {
    const orders = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5, maxLength: 5 });
    const cases = fc.tuple(fc.array(bill, { minLength: 5, maxLength: 5 }), orders, orders, fc.nat({ max: 4 }));
    const property = fc.asyncProperty(cases, async ([bills, first, second, kept]) => {
      const totals: Accumulators[][] = [];
      for (const order of [first, second]) {
        const book = await Book.open();
        for (const one of bills) await book.settle(one);
        const undone = order.filter((index) => index !== kept);
        for (const index of undone) await book.undo(index, index % 2 === 0 ? 'cancel' : 'reverse');
        totals.push(await Promise.all(YEARS.map((year) => home.totalsOf(book.personId, year))));
        const partly = await book.compare();
        expect(partly.is).toEqual(partly.shouldBe);
        await book.undo(kept, 'cancel');
        const wholly = await book.compare();
        expect(wholly.is).toEqual(wholly.shouldBe);
        expect(book.seen.at(-1)?.totals).toEqual([{}, {}]);
      }
      expect(totals[0]).toEqual(totals[1]);
    });
    await fc.assert(property, { numRuns: 6 });
  }, 300_000);
});

describe('the totals as of an instant', () => {
  const at = (seconds: number): Date => new Date(Date.parse('2028-01-01T00:00:00Z') + seconds * 1000);

  async function threeBookings(): Promise<string> {
    const { personId } = await home.insure();
    const claims = [50_000n, 60_000n].map((inScopeFen) => claimOf(personId, inScopeFen));
    for (const [index, claim] of claims.entries()) {
      clock.moveTo(at(10 * (index + 1)));
      await home.adjudications.adjudicate(claim);
    }
    clock.moveTo(at(30));
    if (claims[0]) await home.adjudications.reverse(claims[0]);
    clock.moveTo(at(40));
    return personId;
  }

  it.each<[number, bigint | undefined, bigint | undefined]>([
    [9.999, undefined, undefined],
    [10, 1n, 50_000n],
    [19.999, 1n, 50_000n],
    [20, 2n, 100_000n],
    [30, 1n, 50_000n],
    [40, 1n, 50_000n],
  ])('at %d seconds are %s visits and %s fen of deductible', async (seconds, visits, deductible) => {
    const totals = await home.totalsOf(await threeBookings(), 2026, at(seconds));
    expect([totals['INPATIENT_VISITS'], totals['INPATIENT_DEDUCTIBLE']]).toEqual([visits, deductible]);
  });

  it('are those of the insurance that the person had then, whatever he has now', async () => {
    const residents = { ...SPEC_POLICY, insurance: 'RESIDENT', layers: [], account: undefined };
    await home.publish(residents);
    const person = await home.insure();
    const { personId } = person;
    clock.moveTo(at(10));
    await home.adjudications.adjudicate(claimOf(personId, 50_000n));
    await home.persons.register(BUREAU, home.requestId(), '610000', [
      { ...person, insurance: 'RESIDENT', personType: 'RESIDENT' },
    ]);
    clock.moveTo(at(20));
    await home.adjudications.adjudicate(claimOf(personId, 60_000n));
    const read = async (seconds: number | null) =>
      (await home.totals.get(BUREAU, personId, 2026, seconds === null ? null : at(seconds))).map(
        ({ insurance, accumulators }) => [insurance, accumulators['INPATIENT_DEDUCTIBLE']],
      );
    const both = [
      ['EMPLOYEE', 50_000n],
      ['RESIDENT', 60_000n],
    ];
    expect([await read(9), await read(19), await read(20), await read(null)]).toEqual([
      [],
      both.slice(0, 1),
      both,
      both,
    ]);
  });

  it('to come are refused', async () => {
    const personId = await threeBookings();
    const future = home.totalsOf(personId, 2026, new Date(clock.now().getTime() + 1));
    await expect(future).rejects.toMatchObject({ reason: 'REQUEST_MALFORMED' });
  });

  it('wait for a booking under way, and for no other reading', async () => {
    const personId = await threeBookings();
    const seen: string[] = [];
    const service: Actor = { role: 'service', region: '610000', subject: 'benefit' };
    const reading = await db.database.transaction(service, async (tx) => {
      await tx.query('SELECT 1 FROM insured_person WHERE person_id = $1 FOR NO KEY UPDATE', [personId]);
      await home.totalsOf(personId);
      seen.push('read now');
      const asOf = home.totalsOf(personId, 2026, clock.now()).then(() => seen.push('read as of'));
      await expect.poll(() => waitingForLocks(db), PATIENCE).toBe(1);
      seen.push('booked');
      return { asOf };
    });
    await reading.asOf;
    expect(seen).toEqual(['read now', 'booked', 'read as of']);
  });
});
