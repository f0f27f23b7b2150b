import { fen, sumFen, ZERO_FEN, type Fen } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settleQueue, type QueuedPayment } from './liquidity.js';
import { netSettlement, type NetSettlement, type OwedPair } from './net-settlement.js';
import { netPositions, type BilateralPosition } from './positions.js';

/** "A>B 60" or "A>B 60 p1 d3": with priority 1, three days old. The id is the text. */
function payment(text: string): QueuedPayment {
  const [, payer = '', payee = '', amount = '', priority = '0', age = '0'] =
    /^(\w+)>(\w+) (\d+)(?: p(\d+))?(?: d(\d+))?/.exec(text) ?? [];
  return {
    paymentId: text,
    payer,
    payee,
    amountFen: fen(BigInt(amount)),
    priority: Number(priority),
    ageDays: Number(age),
  };
}
const queue = (...texts: readonly string[]): QueuedPayment[] => texts.map(payment);
const cover = (amounts: Readonly<Record<string, number>>): Map<string, Fen> =>
  new Map(Object.entries(amounts).map(([region, amount]) => [region, fen(BigInt(amount))]));
const ids = (payments: readonly QueuedPayment[]): string[] => payments.map(({ paymentId }) => paymentId);
const pair = (payer: string, payee: string, amount: number): BilateralPosition => ({
  payer,
  payee,
  grossFen: fen(BigInt(amount)),
});

const FOUR_PARTIES = [
  pair('A', 'B', 60),
  pair('A', 'C', 55),
  pair('D', 'A', 35),
  pair('B', 'D', 20),
  pair('C', 'B', 35),
  pair('C', 'D', 25),
];
const GRIDLOCK = queue('5>1 8000', '5>4 9000', '4>5 15000', '1>2 14000', '2>3 15000', '3>1 10000');
const GRIDLOCK_COVER = cover({ 1: 3000, 2: 4000, 3: 5000, 4: 8000, 5: 3000 });

const region = fc.constantFrom('A', 'B', 'C', 'D');
const parties = fc.tuple(region, region).filter(([payer, payee]) => payer !== payee);
const covers = fc.dictionary(region, fc.nat(25), { maxKeys: 4 }).map(cover);
const payments = (maxLength: number): fc.Arbitrary<QueuedPayment[]> =>
  fc.array(fc.tuple(parties, fc.integer({ min: 1, max: 30 }), fc.nat(1), fc.nat(2)), { maxLength }).map((all) =>
    all.map(([[payer, payee], amount, priority, ageDays], index) => ({
      paymentId: `p${index}`,
      payer,
      payee,
      amountFen: fen(BigInt(amount)),
      priority,
      ageDays,
    })),
  );

/** Cover after the payments, counted without the code under test. */
function after(before: ReadonlyMap<string, Fen>, settled: readonly QueuedPayment[]): Map<string, bigint> {
  const left = new Map<string, bigint>(before);
  for (const { payer, payee, amountFen } of settled) {
    left.set(payer, (left.get(payer) ?? 0n) - amountFen);
    left.set(payee, (left.get(payee) ?? 0n) + amountFen);
  }
  return left;
}
const isCovered = (left: ReadonlyMap<string, bigint>): boolean => [...left.values()].every((amount) => amount >= 0n);
const allSubsets = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: 2 ** all.length }, (_, bits) =>
    all.filter((__, index) => Math.floor(bits / 2 ** index) % 2 === 1),
  );

/** The rank, written a second time. */
const rankedFirst = (a: QueuedPayment, b: QueuedPayment): number =>
  a.priority - b.priority ||
  b.ageDays - a.ageDays ||
  (a.amountFen < b.amountFen ? 1 : a.amountFen > b.amountFen ? -1 : 0) ||
  (a.paymentId < b.paymentId ? -1 : 1);
const isOvertaken = (other: QueuedPayment, taken: readonly QueuedPayment[]): boolean =>
  !taken.includes(other) && taken.some((worse) => worse.payer === other.payer && rankedFirst(other, worse) < 0);

describe('a queue of payments', () => {
  it('that nobody could begin settles all at once: the gridlock', () => {
    for (const { payer, amountFen } of GRIDLOCK) expect(GRIDLOCK_COVER.get(payer)).toBeLessThan(amountFen);
    const { settled, queued, cover: left } = settleQueue(GRIDLOCK_COVER, GRIDLOCK);
    expect(new Set(ids(settled))).toEqual(new Set(ids(GRIDLOCK)));
    expect(queued).toEqual([]);
    expect([...left]).toEqual([
      ['1', 7000n],
      ['2', 3000n],
      ['3', 10000n],
      ['4', 2000n],
      ['5', 1000n],
    ]);
  });

  it('whose ring is short even together stays: the deadlock, and says who lacks how much', () => {
    // A gives 30 more than it gets, and has 20. Without its payment B has nothing to pay C with, nor C to pay A.
    const {
      settled,
      queued,
      cover: left,
    } = settleQueue(cover({ A: 20, B: 10, C: 10 }), queue('A>B 100', 'B>C 80', 'C>A 70'));
    expect(settled).toEqual([]);
    expect(queued.map(({ payment: { paymentId }, lacking, lackFen }) => [paymentId, lacking, lackFen])).toEqual([
      ['A>B 100', 'A', 80n],
      ['B>C 80', 'B', 70n],
      ['C>A 70', 'C', 60n],
    ]);
    expect(left).toEqual(cover({ A: 20, B: 10, C: 10 }));
  });

  it('whose ring lacks ten settles with ten more', () => {
    const ring = queue('A>B 100', 'B>C 80', 'C>A 70');
    expect(settleQueue(cover({ A: 29, B: 10, C: 10 }), ring).settled).toEqual([]);
    expect(settleQueue(cover({ A: 30 }), ring).queued).toEqual([]);
  });

  it.each<[string, Record<string, number>, string[], string[]]>([
    [
      'the better priority first, though it is younger and smaller',
      { A: 100 },
      ['A>B 60 p1 d9', 'A>C 50 p0 d0'],
      ['A>C 50 p0 d0'],
    ],
    [
      'of one priority the older first, though it is smaller',
      { A: 100 },
      ['A>B 60 p1 d1', 'A>C 50 p1 d2'],
      ['A>C 50 p1 d2'],
    ],
    ['of one age the larger first', { A: 100 }, ['A>C 50', 'A>B 60'], ['A>B 60']],
    ['of one amount the smaller id first', { A: 100 }, ['A>C 60', 'A>B 60'], ['A>B 60']],
    ['as many as the cover carries', { A: 100 }, ['A>B 50 d3', 'A>C 50 d2', 'A>D 1 d1'], ['A>B 50 d3', 'A>C 50 d2']],
    [
      'past one that is too large, what still fits',
      { A: 100 },
      ['A>B 70 d3', 'A>C 60 d2', 'A>D 30 d1'],
      ['A>B 70 d3', 'A>D 30 d1'],
    ],
    ['with what comes in', { A: 40 }, ['A>B 60 d2', 'C>A 20 d1'], []],
    [
      'with what comes in from one that has it',
      { A: 40, C: 20 },
      ['A>B 60 d2', 'C>A 20 d1'],
      ['A>B 60 d2', 'C>A 20 d1'],
    ],
    ['down a chain that one funds', { A: 10 }, ['C>D 10', 'B>C 10', 'A>B 10'], ['A>B 10', 'B>C 10', 'C>D 10']],
    [
      'a ring behind a payment that nobody can pay',
      {},
      ['A>C 500 p0', 'A>B 10 p1', 'B>A 10 p1'],
      ['A>B 10 p1', 'B>A 10 p1'],
    ],
    // A lacks 8 in all. To keep the 13 of the better priority it withdraws 19, though without 13 more would settle; then B its 3.
    [
      'a ring, from which the worst priority withdraws first',
      { A: 8, B: 2 },
      ['A>B 13 p0', 'A>B 4 p1', 'B>A 3 p1', 'B>A 17 p0', 'A>B 19 p1'],
      ['B>A 17 p0', 'A>B 13 p0', 'A>B 4 p1'],
    ],
    // C can't pay 19. Then B lacks 6, and withdraws 8, which C can spare, rather than 7, which A can't.
    [
      'a ring, from which the better priority withdraws where nothing settles otherwise',
      { A: 8 },
      ['B>C 8 p0', 'A>B 9 p1', 'B>A 7 p1', 'C>A 19 p0'],
      ['A>B 9 p1', 'B>A 7 p1'],
    ],
    // A lacks 19 and withdraws its 15, though C then lacks more. C withdraws its 18; A, which still lacks 4, its 4.
    [
      'a ring, from which an amount withdraws that its payee lacks, where nothing settles otherwise',
      {},
      ['A>C 15 p0', 'A>B 1 p0', 'B>A 1 p1', 'A>B 4 p1', 'C>B 18 p1'],
      ['A>B 1 p0', 'B>A 1 p1'],
    ],
    // The 99 is out of reach. Of three alike, for which there is cover for one, the older stays.
    [
      'behind it, of alike amounts the older',
      { A: 5 },
      ['A>C 99 d9', 'A>B 5 d1', 'A>B 5 d3', 'A>B 5 d2'],
      ['A>B 5 d3'],
    ],
    // A and D lack 1 each. A withdraws first, so that A can spare the 1 from D; else D would take its from C, and the ring were gone.
    [
      'a ring beside it, the earlier code first of equal shortfalls',
      {},
      ['D>A 1', 'A>B 2', 'C>D 1', 'D>C 1'],
      ['C>D 1', 'D>C 1'],
    ],
    // A lacks 6 and withdraws 10, for B's 5 seems to come: each attempt to settle more at once ends with neither.
    ['one alone, where nothing settles together', { A: 10 }, ['A>C 11', 'A>C 10', 'B>A 5'], ['A>C 10']],
  ])('settles %s', (_, has, texts, settles) => {
    expect(ids(settleQueue(cover(has), queue(...texts)).settled)).toEqual(settles);
  });

  it('of which nothing is covered keeps the names of those who lack', () => {
    const { queued } = settleQueue(new Map(), queue('A>B 5', 'C>B 7 d1'));
    expect(queued.map(({ lacking, lackFen }) => [lacking, lackFen])).toEqual([
      ['C', 7n],
      ['A', 5n],
    ]);
  });

  it('that is empty settles nothing', () =>
    expect(settleQueue(cover({ A: 1 }), [])).toEqual({ settled: [], queued: [], cover: cover({ A: 1 }) }));

  it('of ten thousand payments between 32 regions ends, whether cover is ample, tight or next to nothing', () => {
    const regions = Array.from({ length: 32 }, (_, index) => `R${index + 10}`);
    // A linear congruence, so that a failure can be repeated.
    let seed = 7;
    const next = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    const many = Array.from({ length: 10_000 }, (_, index): QueuedPayment => {
      const payer = next(32);
      const payee = (payer + 1 + next(31)) % 32;
      const [amountFen, priority, ageDays] = [fen(BigInt(1 + next(100_000))), next(3), next(30)];
      return {
        paymentId: `p${index}`,
        payer: regions[payer] ?? '',
        payee: regions[payee] ?? '',
        amountFen,
        priority,
        ageDays,
      };
    });
    const countWith = (each: bigint): number => {
      const has = new Map(regions.map((name) => [name, fen(each)]));
      const { settled, queued, cover: left } = settleQueue(has, many);
      expect(settled.length + queued.length).toBe(many.length);
      expect(queued.every(({ lackFen }) => lackFen > 0n)).toBe(true);
      expect(isCovered(after(has, settled))).toBe(true);
      expect(new Map(left)).toEqual(after(has, settled));
      return settled.length;
    };
    expect(countWith(10_000_000n)).toBe(10_000);
    expect(countWith(100_000n)).toBeGreaterThan(8_000);
    expect(countWith(10_000n)).toBeGreaterThan(8_000);
  });

  it.each<[string, Map<string, Fen>, QueuedPayment[], RegExp]>([
    ['a negative cover', cover({ A: -1 }), [], /cover of A/],
    ['an id twice', cover({}), queue('A>B 1', 'A>B 1'), /queued twice/],
    ['a payment of nothing', cover({}), queue('A>B 0'), /moves nothing/],
    ['a payment to oneself', cover({}), queue('A>A 1'), /one party/],
    ['an age below zero', cover({}), [{ ...payment('A>B 1'), ageDays: -1 }], /no rank/],
    ['no age', cover({}), [{ ...payment('A>B 1'), ageDays: Number.NaN }], /no rank/],
    ['a priority without end', cover({}), [{ ...payment('A>B 1'), priority: Infinity }], /no rank/],
  ])('with %s is refused', (_, has, texts, reason) => {
    expect(() => settleQueue(has, texts)).toThrow(RangeError);
    expect(() => settleQueue(has, texts)).toThrow(reason);
  });

  it('leaves no cover below zero, and none is lost', () => {
    fc.assert(
      fc.property(covers, payments(20), (has, all) => {
        const { settled, cover: left } = settleQueue(has, all);
        const counted = after(has, settled);
        expect(isCovered(counted)).toBe(true);
        for (const [name, amount] of left) expect(amount).toBe(counted.get(name) ?? 0n);
        expect(sumFen(left.values())).toBe(sumFen(has.values()));
      }),
    );
  });

  it('is either settled or held, each payment once, in rank order', () => {
    fc.assert(
      fc.property(covers, payments(20), (has, all) => {
        const { settled, queued } = settleQueue(has, all);
        const held = queued.map((entry) => entry.payment);
        expect([...ids(settled), ...ids(held)].sort()).toEqual(ids(all).sort());
        for (const line of [settled, held])
          for (const [index, later] of line.slice(1).entries()) {
            const earlier = line[index] ?? later;
            expect([earlier, later].toSorted(rankedFirst)).toEqual([earlier, later]);
          }
      }),
    );
  });

  it('settles whole where the whole is covered', () => {
    fc.assert(
      fc.property(covers, payments(12), (has, all) => {
        // Whoever is short gets exactly what it lacks.
        const enough = new Map(has);
        for (const [name, left] of after(has, all)) if (left < 0n) enough.set(name, fen((has.get(name) ?? 0n) - left));
        expect(settleQueue(enough, all).queued).toEqual([]);
      }),
    );
  });

  it('settles the same in whatever order it comes', () => {
    fc.assert(
      fc.property(
        covers,
        payments(20).chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        (has, [all, shuffled]) => {
          const other = new Map([...has].reverse());
          expect(settleQueue(other, shuffled)).toEqual(settleQueue(has, all));
          expect([...settleQueue(other, shuffled).cover]).toEqual([...settleQueue(has, all).cover]);
        },
      ),
    );
  });

  it('holds nothing that could be added alone, and says exactly what it lacks', () => {
    fc.assert(
      fc.property(covers, payments(20), (has, all) => {
        const { settled, queued } = settleQueue(has, all);
        const left = after(has, settled);
        for (const { payment: held, lacking, lackFen } of queued) {
          expect(isCovered(after(has, [...settled, held]))).toBe(false);
          expect([lacking, lackFen]).toEqual([held.payer, held.amountFen - (left.get(held.payer) ?? 0n)]);
        }
      }),
    );
  });

  it('that settles again at once settles nothing', () => {
    fc.assert(
      fc.property(covers, payments(20), (has, all) => {
        const first = settleQueue(has, all);
        const rest = first.queued.map((entry) => entry.payment);
        expect(settleQueue(first.cover, rest)).toEqual({ settled: [], queued: first.queued, cover: first.cover });
      }),
    );
  });

  it('of at most eight settles a feasible set that has every set without overtaking in it', () => {
    fc.assert(
      fc.property(covers, payments(8), (has, all) => {
        const settled = new Set(ids(settleQueue(has, all).settled));
        const feasible = allSubsets(all).filter((subset) => isCovered(after(has, subset)));
        expect(feasible.map((subset) => ids(subset).sort())).toContainEqual([...settled].sort());
        const inOrder = feasible.filter((subset) => !all.some((other) => isOvertaken(other, subset)));
        expect([...settled]).toEqual(expect.arrayContaining(inOrder.flatMap(ids)));
      }),
      { numRuns: 300 },
    );
  });
});

const figures = ({ regions }: NetSettlement) =>
  regions.map(({ region: name, netFen, drawnFen, missingFen, coverFen }) => [
    name,
    netFen,
    drawnFen,
    missingFen,
    coverFen,
  ]);
const amountsOf = (pairs: readonly BilateralPosition[]): Map<string, bigint> => {
  const sums = new Map<string, bigint>();
  for (const { payer, payee, grossFen } of pairs) {
    const key = `${payer}>${payee}`;
    sums.set(key, (sums.get(key) ?? 0n) + grossFen);
  }
  return new Map([...sums].filter(([, amount]) => amount !== 0n));
};
const positions = fc
  .array(fc.tuple(parties, fc.integer({ min: -30, max: 60 })), { maxLength: 14 })
  .map((all) => all.map(([[payer, payee], amount]) => pair(payer, payee, amount)));
const carriedOver: fc.Arbitrary<OwedPair[]> = fc
  .array(fc.tuple(parties, fc.integer({ min: -30, max: 60 }), fc.nat(1), fc.integer({ min: 1, max: 3 })), {
    maxLength: 6,
  })
  .map((all) =>
    all.map(([[payer, payee], amount, priority, ageDays]) => ({ ...pair(payer, payee, amount), priority, ageDays })),
  );
const decided = fc.subarray(['A', 'B', 'C', 'D'], { maxLength: 2 }).map((names) => new Set(names));

describe('net settlement', () => {
  it('of the four parties: A owes 80, C owes 5, D is owed 10 and B 75', () => {
    const netting = netSettlement(FOUR_PARTIES, cover({ A: 100, C: 5 }));
    expect(figures(netting)).toEqual([
      ['A', -80n, 80n, 0n, 20n],
      ['B', 75n, 0n, 0n, 75n],
      ['C', -5n, 5n, 0n, 0n],
      ['D', 10n, 0n, 0n, 10n],
    ]);
    expect(netting.movements).toEqual([
      { payer: 'A', payee: 'B', amountFen: 75n },
      { payer: 'A', payee: 'D', amountFen: 5n },
      { payer: 'C', payee: 'D', amountFen: 5n },
    ]);
    expect([netting.carried, netting.excluded]).toEqual([[], []]);
  });

  it('is partial where a region lacks cover, and says how much', () => {
    // A lacks 30. Without its 55, C could pay nobody; B can spare the 60.
    const netting = netSettlement(FOUR_PARTIES, cover({ A: 50, C: 5 }));
    expect(netting.carried).toEqual([
      { ...pair('A', 'B', 60), priority: 0, ageDays: 0, reason: 'LACKS_COVER', region: 'A', lackFen: 30n },
    ]);
    expect(netting.excluded).toEqual([]);
    expect(figures(netting)).toEqual([
      ['A', -20n, 20n, 30n, 30n],
      ['B', 15n, 0n, 0n, 15n],
      ['C', -5n, 5n, 0n, 0n],
      ['D', 10n, 0n, 0n, 10n],
    ]);
  });

  it('takes out a region that can pay nothing, with all it is owed, and catches up when it can', () => {
    // A has nothing and would lack 80. Without A: B owes 20 − 35, C owes 60, D is owed 45.
    const tonight = netSettlement(FOUR_PARTIES, cover({ C: 60 }));
    expect(tonight.excluded).toEqual([{ region: 'A', reason: 'CANNOT_PAY', lackFen: 80n }]);
    expect(
      tonight.carried.map(({ payer, payee, grossFen, reason, region: why }) => [payer, payee, grossFen, reason, why]),
    ).toEqual([
      ['A', 'B', 60n, 'EXCLUDED', 'A'],
      ['A', 'C', 55n, 'EXCLUDED', 'A'],
      ['D', 'A', 35n, 'EXCLUDED', 'A'],
    ]);
    expect(figures(tonight)).toEqual([
      ['A', 0n, 0n, 80n, 0n],
      ['B', 15n, 0n, 0n, 15n],
      ['C', -60n, 60n, 0n, 0n],
      ['D', 45n, 0n, 0n, 45n],
    ]);
    const carried = tonight.carried.map((entry) => ({ ...entry, ageDays: entry.ageDays + 1 }));
    const tomorrow = netSettlement([pair('A', 'D', 10)], cover({ A: 80, D: 45 }), { carried });
    // A owes 60 + 55 + 10 and is owed 35: it lacks ten, and what is new waits for what is old.
    expect(tomorrow.carried.map(({ payer, payee, ageDays }) => [payer, payee, ageDays])).toEqual([['A', 'D', 0]]);
    expect(tomorrow.settled.map(({ payer, payee, grossFen, ageDays }) => [payer, payee, grossFen, ageDays])).toEqual([
      ['A', 'B', 60n, 1],
      ['A', 'C', 55n, 1],
      ['D', 'A', 35n, 1],
    ]);
  });

  it('excludes the largest shortfall first, and nobody who can pay once it is gone', () => {
    // A lacks 50, B lacks 10 only because it pays A's ring; without A, B owes nothing.
    const netting = netSettlement([pair('A', 'C', 50), pair('B', 'A', 10), pair('C', 'D', 5)], cover({ A: 0, C: 5 }));
    expect(netting.excluded).toEqual([{ region: 'A', reason: 'CANNOT_PAY', lackFen: 40n }]);
    expect(netting.settled.map(({ payer, payee }) => [payer, payee])).toEqual([['C', 'D']]);
  });

  it('excludes one after another, ties by code', () => {
    const netting = netSettlement([pair('B', 'D', 50), pair('A', 'D', 50), pair('C', 'D', 60)], cover({ D: 1 }));
    expect(netting.excluded).toEqual([
      { region: 'C', reason: 'CANNOT_PAY', lackFen: 60n },
      { region: 'A', reason: 'CANNOT_PAY', lackFen: 50n },
      { region: 'B', reason: 'CANNOT_PAY', lackFen: 50n },
    ]);
    expect(netting.settled).toEqual([]);
  });

  it('does not exclude a region that is held up only because another does not pay it', () => {
    // What B owes D, whom a decision excludes, isn't counted: else B would lack 30.
    const owed = [pair('A', 'B', 100), pair('A', 'C', 10), pair('B', 'C', 50), pair('B', 'D', 80)];
    const netting = netSettlement(owed, cover({ A: 10 }), { excluded: new Set(['D']) });
    expect(netting.excluded).toEqual([{ region: 'D', reason: 'BY_DECISION' }]);
    expect(netting.carried.map(({ payer, payee, reason, region: why }) => [payer, payee, reason, why])).toEqual([
      ['A', 'B', 'LACKS_COVER', 'A'],
      ['B', 'C', 'LACKS_COVER', 'B'],
      ['B', 'D', 'EXCLUDED', 'D'],
    ]);
  });

  it('leaves out whom a decision excludes, however much cover it has', () => {
    const netting = netSettlement(FOUR_PARTIES, cover({ A: 1000, C: 60 }), { excluded: new Set(['A']) });
    expect(netting.excluded).toEqual([{ region: 'A', reason: 'BY_DECISION' }]);
    expect(amountsOf(netting.carried)).toEqual(
      amountsOf(FOUR_PARTIES.filter(({ payer, payee }) => payer === 'A' || payee === 'A')),
    );
    expect(figures(netting)[0]).toEqual(['A', 0n, 0n, 0n, 1000n]);
  });

  it('lets the payee pay where refunds exceed what is owed', () => {
    const netting = netSettlement([pair('A', 'B', -30)], cover({ B: 40 }));
    expect(netting.movements).toEqual([{ payer: 'B', payee: 'A', amountFen: 30n }]);
    expect(netSettlement([pair('A', 'B', -30)], cover({ A: 40 })).excluded).toEqual([
      { region: 'B', reason: 'CANNOT_PAY', lackFen: 30n },
    ]);
  });

  it('does not list a pair that comes to zero', () => {
    const netting = netSettlement([pair('A', 'B', 30), pair('A', 'B', -30)], cover({ A: 40 }));
    expect([netting.settled, netting.carried, netting.movements]).toEqual([[], [], []]);
  });

  const netting = fc.record({ positions, has: covers, carried: carriedOver, excluded: decided });

  it('settles or carries over all that came in, per pair, and its nets sum to zero', () => {
    fc.assert(
      fc.property(netting, ({ positions: all, has, carried, excluded }) => {
        const result = netSettlement(all, has, { carried, excluded });
        expect(amountsOf([...result.settled, ...result.carried])).toEqual(amountsOf([...all, ...carried]));
        expect(sumFen(result.regions.map(({ netFen }) => netFen))).toBe(0n);
        const nets = new Map(netPositions(result.settled).map((position) => [position.region, position.netFen]));
        for (const { region: name, netFen, drawnFen, coverFen } of result.regions) {
          expect(netFen).toBe(nets.get(name) ?? 0n);
          expect(drawnFen).toBe(netFen < 0n ? -netFen : 0n);
          expect(coverFen).toBe((has.get(name) ?? 0n) + netFen);
          expect(coverFen).toBeGreaterThanOrEqual(0n);
        }
      }),
    );
  });

  it('moves money only from net debtors to net creditors, to the fen, in fewer movements than parties', () => {
    fc.assert(
      fc.property(netting, ({ positions: all, has, carried, excluded }) => {
        const { regions, movements } = netSettlement(all, has, { carried, excluded });
        for (const { region: name, netFen } of regions) {
          const sum = (side: 'payer' | 'payee'): Fen =>
            sumFen(movements.filter((movement) => movement[side] === name).map(({ amountFen }) => amountFen));
          expect([sum('payee'), sum('payer')]).toEqual(netFen < 0n ? [0n, -netFen] : [netFen, ZERO_FEN]);
        }
        expect(movements.every(({ amountFen }) => amountFen > 0n)).toBe(true);
        const moving = regions.filter(({ netFen }) => netFen !== 0n).length;
        expect(movements.length).toBeLessThanOrEqual(Math.max(0, moving - 1));
      }),
    );
  });

  it('leaves every pair of an excluded region as it came', () => {
    fc.assert(
      fc.property(netting, ({ positions: all, has, carried, excluded }) => {
        const result = netSettlement(all, has, { carried, excluded });
        const out = new Set(result.excluded.map(({ region: name }) => name));
        expect([...out]).toEqual(expect.arrayContaining([...excluded]));
        const touched = <T extends BilateralPosition>(pairs: readonly T[]): T[] =>
          pairs.filter(({ payer, payee }) => out.has(payer) || out.has(payee));
        expect(amountsOf(touched(result.carried))).toEqual(amountsOf(touched([...all, ...carried])));
        expect(touched(result.settled)).toEqual([]);
        for (const { payer, payee, reason, region: why } of result.carried) {
          expect(reason === 'EXCLUDED').toBe(out.has(payer) || out.has(payee));
          expect([payer, payee]).toContain(why);
        }
      }),
    );
  });

  it('is the same in whatever order it comes, and however a pair is split', () => {
    fc.assert(
      fc.property(
        netting,
        fc.nat(13),
        fc.integer({ min: -40, max: 40 }),
        ({ positions: all, has, carried, excluded }, at, part) => {
          const whole = netSettlement(all, has, { carried, excluded });
          const split = all.flatMap((position, index) =>
            index === at
              ? [
                  { ...position, grossFen: fen(BigInt(part)) },
                  { ...position, grossFen: fen(position.grossFen - BigInt(part)) },
                ]
              : [position],
          );
          const other = netSettlement(split.reverse(), new Map([...has].reverse()), {
            carried: [...carried].reverse(),
            excluded: new Set([...excluded].reverse()),
          });
          expect(other).toEqual(whole);
        },
      ),
    );
  });

  it('settles all, but for decisions, once every region has what it missed', () => {
    fc.assert(
      fc.property(netting, ({ positions: all, has, carried, excluded }) => {
        const { regions } = netSettlement(all, has, { carried, excluded });
        const enough = new Map(
          regions.map(({ region: name, missingFen }) => [name, fen((has.get(name) ?? 0n) + missingFen)]),
        );
        const again = netSettlement(all, enough, { carried, excluded });
        expect(again.excluded.every(({ reason }) => reason === 'BY_DECISION')).toBe(true);
        expect(again.carried.every(({ reason }) => reason === 'EXCLUDED')).toBe(true);
        expect(again.regions.every(({ missingFen }) => missingFen === 0n)).toBe(true);
        // Nobody is asked for more than it lacks.
        const lacked = new Set(regions.filter(({ missingFen }) => missingFen > 0n).map(({ region: name }) => name));
        expect(again.regions.filter(({ region: name, coverFen }) => lacked.has(name) && coverFen > 0n)).toEqual([]);
      }),
    );
  });
});
