import { fen, sumFen, ZERO_FEN, type Fen } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjustDeposit, depositOf, remainingFen, type Advance } from './prepayment-deposit.js';
import { drawFor, fundingOf, returnFor, type DrawClaim, type LineageEntry } from './prepayment-draw.js';

/** "a1 A>T 2026-02-10 100". */
function advance(text: string): Advance {
  const [, advanceId = '', payer = '', payee = '', paidOn = '', amount = ''] =
    /^(\w+) (\w+)>(\w+) (\S+) (\d+)$/.exec(text) ?? [];
  return { advanceId, payer, payee, paidOn, amountFen: fen(BigInt(amount)), loweredFen: ZERO_FEN, drawnFen: ZERO_FEN };
}
/** "A>T 2026-10 30". */
function claim(text: string): DrawClaim {
  const [, payer = '', payee = '', costMonth = '', amount = ''] = /^(\w+)>(\w+) (\S+) (\d+)$/.exec(text) ?? [];
  return { payer, payee, costMonth, amountFen: fen(BigInt(amount)) };
}
const advances = (...texts: readonly string[]): Advance[] => texts.map(advance);
const claims = (...texts: readonly string[]): DrawClaim[] => texts.map(claim);
const told = (lineage: readonly LineageEntry[]): string[] =>
  lineage.map((e) => `${e.payer} ${e.costMonth} ${e.kind === 'DRAW' ? '' : '-'}${e.amountFen} ${e.advanceId}`);
const left = (of: readonly Advance[]): string[] => of.map((a) => `${a.advanceId} ${remainingFen(a)}`);

describe('a draw', () => {
  it('takes the pair’s own deposits first in, first out', () => {
    const all = advances(
      'a3 A>T 2026-03-01 50',
      'a2 A>T 2026-02-10 40',
      'a1 A>T 2026-02-10 30',
      'b1 B>T 2026-01-01 999',
    );
    const drawn = drawFor(claims('A>T 2026-10 75'), all);
    expect(told(drawn.lineage)).toEqual(['A 2026-10 30 a1', 'A 2026-10 40 a2', 'A 2026-10 5 a3']);
    expect(left(drawn.advances)).toEqual(['a3 45', 'a2 0', 'a1 0', 'b1 999']);
    expect(drawn.claims).toEqual([{ ...claim('A>T 2026-10 75'), drawnFen: 75n, unpaidFen: 0n }]);
  });

  it('then pools: the province with the most left, ties by code, each first in first out', () => {
    const all = advances(
      'a1 A>T 2026-02-01 10',
      'b1 B>T 2026-02-01 40',
      'c2 C>T 2026-03-01 25',
      'c1 C>T 2026-02-01 20',
      'd1 D>T 2026-02-01 40',
      'x1 B>U 2026-02-01 999',
      't1 T>A 2026-02-01 999',
    );
    const drawn = drawFor(claims('A>T 2026-10 100'), all);
    expect(told(drawn.lineage)).toEqual([
      'A 2026-10 10 a1',
      'A 2026-10 20 c1',
      'A 2026-10 25 c2',
      'A 2026-10 40 b1',
      'A 2026-10 5 d1',
    ]);
    expect(drawn.lineage.map(({ advancedBy }) => advancedBy)).toEqual(['A', 'C', 'C', 'B', 'D']);
    expect(left(drawn.advances).slice(-2)).toEqual(['x1 999', 't1 999']);
  });

  it('leaves unpaid what no deposit covers', () => {
    const drawn = drawFor(claims('A>T 2026-10 100'), advances('a1 A>T 2026-02-01 10', 'b1 B>T 2026-02-01 5'));
    expect(drawn.claims).toMatchObject([{ drawnFen: 15n, unpaidFen: 85n }]);
    expect(left(drawn.advances)).toEqual(['a1 0', 'b1 0']);
  });

  it('pools nothing that a province needs for its own claims', () => {
    const all = advances('a1 A>T 2026-02-01 10', 'b1 B>T 2026-02-01 50');
    const drawn = drawFor(claims('A>T 2026-10 40', 'B>T 2026-11 45'), all);
    expect(told(drawn.lineage)).toEqual(['A 2026-10 10 a1', 'B 2026-11 45 b1', 'A 2026-10 5 b1']);
  });

  it('pools for the oldest month, then the largest claim, then the lowest code', () => {
    const drawn = drawFor(
      claims('A>T 2026-10 3', 'B>T 2026-10 4', 'C>T 2026-10 4', 'D>T 2026-09 1'),
      advances('e1 E>T 2026-02-01 7'),
    );
    expect(told(drawn.lineage)).toEqual(['D 2026-09 1 e1', 'B 2026-10 4 e1', 'C 2026-10 2 e1']);
  });

  it.each([
    ['the claim 2026-10 A>T is negative', [{ ...claim('A>T 2026-10 1'), amountFen: fen(-1n) }]],
    ['the claim 2026-10 A>T comes twice', claims('A>T 2026-10 1', 'A>T 2026-10 2')],
  ])('is not made where %s', (message, wrong) => expect(() => drawFor(wrong, [])).toThrow(message));
});

describe('a return', () => {
  const before = advances('a1 A>T 2026-02-01 10', 'b1 B>T 2026-02-01 40', 'c1 C>T 2026-02-01 20');
  const drawn = drawFor(claims('A>T 2026-10 60', 'B>T 2026-10 5'), before);

  it('gives back what was borrowed first, the last draw before the others', () => {
    expect(told(drawn.lineage)).toEqual(['A 2026-10 10 a1', 'B 2026-10 5 b1', 'A 2026-10 35 b1', 'A 2026-10 15 c1']);
    const first = returnFor(claim('A>T 2026-10 18'), drawn.lineage, drawn.advances);
    expect(told(first.lineage)).toEqual(['A 2026-10 -15 c1', 'A 2026-10 -3 b1']);
    expect(first.lineage.map(({ kind, advancedBy }) => [kind, advancedBy])).toEqual([
      ['RETURN', 'C'],
      ['RETURN', 'B'],
    ]);
    const second = returnFor(claim('A>T 2026-10 40'), [...drawn.lineage, ...first.lineage], first.advances);
    expect(told(second.lineage)).toEqual(['A 2026-10 -32 b1', 'A 2026-10 -8 a1']);
    expect(left(second.advances)).toEqual(['a1 8', 'b1 35', 'c1 20']);
  });

  it('says what exceeds the draws', () => {
    const { excessFen, advances: after } = returnFor(claim('A>T 2026-10 61'), drawn.lineage, drawn.advances);
    expect(excessFen).toBe(1n);
    expect(left(after)).toEqual(['a1 10', 'b1 35', 'c1 20']);
    expect(returnFor(claim('A>T 2026-11 7'), drawn.lineage, drawn.advances)).toMatchObject({
      lineage: [],
      excessFen: 7n,
    });
  });

  it('is never negative', () =>
    expect(() => returnFor({ ...claim('A>T 2026-10 1'), amountFen: fen(-1n) }, drawn.lineage, drawn.advances)).toThrow(
      'is negative',
    ));

  it('needs the advances that the lineage names', () =>
    expect(() => returnFor(claim('A>T 2026-10 1'), drawn.lineage, before.slice(0, 1))).toThrow(
      'advance c1 is not given',
    ));
});

describe('the lineage', () => {
  it('says of each month what pays it, and of each advance what it pays', () => {
    const drawn = drawFor(
      claims('A>T 2026-10 12', 'A>T 2026-09 5'),
      advances('a1 A>T 2026-02-01 10', 'a2 A>T 2026-03-01 40'),
    );
    const back = returnFor(claim('A>T 2026-09 5'), drawn.lineage, drawn.advances);
    const more = drawFor(claims('A>T 2026-10 1'), back.advances);
    const funding = fundingOf([...drawn.lineage, ...back.lineage, ...more.lineage]);
    expect(told(funding)).toEqual(['A 2026-10 6 a1', 'A 2026-10 7 a2']);
  });

  it('is told by month and pair, whatever was drawn first', () => {
    const all = advances('a1 A>T 2026-02-01 10', 'b1 B>T 2026-02-01 10');
    const october = drawFor(claims('B>T 2026-10 6', 'A>T 2026-10 5'), all);
    const september = drawFor(claims('B>T 2026-09 4'), october.advances);
    const funding = fundingOf([...october.lineage, ...september.lineage]);
    expect(told(funding)).toEqual(['B 2026-09 4 b1', 'A 2026-10 5 a1', 'B 2026-10 6 b1']);
  });
});

describe('an adjustment', () => {
  const pair = { payer: 'A', payee: 'T' };
  const before = drawFor(claims('A>T 2026-10 15'), advances('a1 A>T 2026-02-01 10', 'a2 A>T 2026-03-01 20')).advances;
  const adjust = (by: bigint, of: readonly Advance[] = before) =>
    adjustDeposit({ ...pair, byFen: fen(by), advanceId: 'new', paidOn: '2026-12-01' }, of);

  it('upwards is a new advance', () => {
    const raised = adjust(7n);
    expect(raised).toMatchObject({
      outcome: 'RAISED',
      advance: { advanceId: 'new', paidOn: '2026-12-01', amountFen: 7n },
    });
    expect(raised.outcome === 'RAISED' && depositOf(pair, raised.advances)).toBe(37n);
  });

  it.each([
    ['2026-02-28', -1n, { a2: 1n }, ['a1 0', 'a2 14', 'a3 5']],
    ['2026-04-01', -5n, { a3: 5n }, ['a1 0', 'a2 15', 'a3 0']],
    ['2026-04-01', -20n, { a3: 5n, a2: 15n }, ['a1 0', 'a2 0', 'a3 0']],
  ])('with a third advance of %s, by %s fen is given back by the newest first', (paidOn, by, parts, after) => {
    const all = [...before, advance(`a3 A>T ${paidOn} 5`)];
    const lowered = adjust(by, [...all, advance('u1 A>U 2026-05-01 99'), advance('b1 B>T 2026-05-01 99')]);
    if (lowered.outcome !== 'LOWERED') throw new Error(lowered.outcome);
    expect(lowered.parts.map(({ advanceId, amountFen }) => [advanceId, amountFen])).toEqual(Object.entries(parts));
    expect(left(lowered.advances)).toEqual([...after, 'u1 99', 'b1 99']);
    expect(depositOf(pair, lowered.advances)).toBe(depositOf(pair, all) + by);
  });

  it('downwards leaves what is drawn, and says how far it may go', () =>
    expect(adjust(-16n)).toEqual({
      outcome: 'REFUSED',
      reason: 'PREPAYMENT_DRAWN',
      depositFen: 30n,
      drawnFen: 15n,
      lowerableFen: 15n,
    }));

  it('counts what was pooled for others as drawn', () => {
    const pooled = drawFor(claims('B>T 2026-10 4'), advances('a1 A>T 2026-02-01 10')).advances;
    expect(adjust(-7n, pooled)).toMatchObject({ outcome: 'REFUSED', drawnFen: 4n, lowerableFen: 6n });
    expect(adjust(-6n, pooled)).toMatchObject({ outcome: 'LOWERED' });
  });

  it('by nothing changes nothing', () => expect(adjust(0n)).toEqual({ outcome: 'UNCHANGED' }));

  it('of a pair without a deposit can only go up', () =>
    expect(adjust(-1n, [])).toMatchObject({ outcome: 'REFUSED', depositFen: 0n, lowerableFen: 0n }));
});

const province = fc.constantFrom('A', 'B', 'C', 'D');
const pairs = fc.tuple(province, fc.constantFrom('T', 'U')).map(([payer, payee]) => ({ payer, payee }));
const amount = fc.bigInt({ min: 0n, max: 60n }).map(fen);
const someClaims = fc.uniqueArray(
  fc
    .tuple(pairs, fc.constantFrom('2026-09', '2026-10'), amount)
    .map(([pair, costMonth, amountFen]) => ({ ...pair, costMonth, amountFen })),
  { selector: ({ payer, payee, costMonth }) => `${payer}${payee}${costMonth}`, maxLength: 8 },
);
const someAdvances = fc
  .array(fc.tuple(pairs, fc.constantFrom('2026-02-01', '2026-03-01'), fc.bigInt({ min: 1n, max: 60n })), {
    maxLength: 10,
  })
  .map((all) =>
    all.map(([pair, paidOn, of], index): Advance => ({
      ...pair,
      advanceId: `a${index}`,
      paidOn,
      amountFen: fen(of),
      loweredFen: ZERO_FEN,
      drawnFen: ZERO_FEN,
    })),
  );
const total = (of: Iterable<{ readonly amountFen: Fen }>): Fen => sumFen([...of].map(({ amountFen }) => amountFen));

describe('whatever is claimed and advanced', () => {
  it('lineage is the draw to the fen, per claim and per advance, and no advance pays more than it has', () => {
    fc.assert(
      fc.property(someClaims, someAdvances, (asked, given) => {
        const drawn = drawFor(asked, given);
        for (const of of drawn.claims) {
          const own = drawn.lineage.filter(
            (e) => e.payer === of.payer && e.payee === of.payee && e.costMonth === of.costMonth,
          );
          expect([total(own), of.drawnFen + of.unpaidFen]).toEqual([of.drawnFen, of.amountFen]);
        }
        for (const of of drawn.advances) {
          expect(total(drawn.lineage.filter(({ advanceId }) => advanceId === of.advanceId))).toBe(of.drawnFen);
          expect(remainingFen(of) >= 0n).toBe(true);
        }
        expect(drawn.claims).toHaveLength(asked.length);
        expect(drawn.lineage.every(({ amountFen }) => amountFen > 0n)).toBe(true);
      }),
    );
  });

  it('a claim is unpaid only where the treating province has nothing left', () => {
    fc.assert(
      fc.property(someClaims, someAdvances, (asked, given) => {
        const drawn = drawFor(asked, given);
        const short = new Set(drawn.claims.filter(({ unpaidFen }) => unpaidFen > 0n).map(({ payee }) => payee));
        expect(drawn.advances.filter((of) => short.has(of.payee) && remainingFen(of) > 0n)).toEqual([]);
      }),
    );
  });

  it('nobody’s deposit pays others while its own claims are unpaid', () => {
    fc.assert(
      fc.property(someClaims, someAdvances, (asked, given) => {
        const { claims: after, lineage } = drawFor(asked, given);
        for (const { payer, payee } of after.filter(({ unpaidFen }) => unpaidFen > 0n))
          expect(lineage.filter((e) => e.advancedBy === payer && e.payee === payee && e.payer !== payer)).toEqual([]);
      }),
    );
  });

  it('the order of claims and advances changes nothing', () => {
    fc.assert(
      fc.property(someClaims, someAdvances, (asked, given) => {
        const drawn = drawFor(asked, given);
        const other = drawFor(asked.toReversed(), given.toReversed());
        expect(other).toEqual({ ...drawn, advances: drawn.advances.toReversed() });
      }),
    );
  });

  it('a full return undoes the draws exactly', () => {
    fc.assert(
      fc.property(someClaims, someAdvances, (asked, given) => {
        const drawn = drawFor(asked, given);
        let state = { advances: drawn.advances, lineage: drawn.lineage };
        for (const of of drawn.claims) {
          const back = returnFor({ ...of, amountFen: of.drawnFen }, state.lineage, state.advances);
          expect(back.excessFen).toBe(0n);
          state = { advances: back.advances, lineage: [...state.lineage, ...back.lineage] };
        }
        expect(state.advances).toEqual(given);
        expect(fundingOf(state.lineage)).toEqual([]);
      }),
    );
  });

  it('a balance is opening + top-ups − draws + returns − lowerings, and never below zero', () => {
    const step = fc.oneof(
      fc.record({ act: fc.constant('DRAW' as const), of: someClaims }),
      fc.record({ act: fc.constant('RETURN' as const), of: someClaims }),
      fc.record({
        act: fc.constant('ADJUST' as const),
        pair: pairs,
        byFen: fc.bigInt({ min: -60n, max: 60n }).map(fen),
      }),
    );
    fc.assert(
      fc.property(someAdvances, fc.array(step, { maxLength: 12 }), (opening, steps) => {
        let [state, lineage, balance]: [readonly Advance[], readonly LineageEntry[], bigint] = [
          opening,
          [],
          total(opening),
        ];
        steps.forEach((next, index) => {
          if (next.act === 'ADJUST') {
            const adjusted = adjustDeposit(
              { ...next.pair, byFen: next.byFen, advanceId: `n${index}`, paidOn: '2026-12-01' },
              state,
            );
            if (adjusted.outcome !== 'RAISED' && adjusted.outcome !== 'LOWERED') return;
            state = adjusted.advances;
            balance += adjusted.outcome === 'RAISED' ? adjusted.advance.amountFen : -total(adjusted.parts);
          } else if (next.act === 'DRAW') {
            const drawn = drawFor(next.of, state);
            ({ advances: state } = drawn);
            lineage = [...lineage, ...drawn.lineage];
            balance -= total(drawn.lineage);
          } else
            for (const of of next.of) {
              const back = returnFor(of, lineage, state);
              ({ advances: state } = back);
              lineage = [...lineage, ...back.lineage];
              balance += of.amountFen - back.excessFen;
            }
          expect(sumFen(state.map(remainingFen))).toBe(balance);
          for (const a of state)
            expect([remainingFen(a) >= 0n, a.drawnFen >= 0n, a.loweredFen >= 0n]).toEqual([true, true, true]);
          expect(total(fundingOf(lineage))).toBe(sumFen(state.map(({ drawnFen }) => drawnFen)));
        });
      }),
      { numRuns: 400 },
    );
  });
});
