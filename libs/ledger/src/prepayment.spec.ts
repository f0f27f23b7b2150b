import { PROVINCES } from '@yiditong/codes';
import { fen, formatYuan, parseYuan, rate, ZERO_FEN, type Fen, type Rate } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  increaseDeadline,
  nextWarning,
  nextWarnings,
  NOTHING_TOLD,
  usageFigures,
  usageKey,
  usageOf,
  WARNING_LEVELS,
  warningLevel,
  yearlyQuota,
  yearlyQuotas,
  type PairUsage,
  type WarningLevel,
  type WarningState,
} from './prepayment.js';

const [HENAN, SHANGHAI, ANHUI] = ['410000', '310000', '340000'] as const;
const codes = PROVINCES.map(({ code }) => code);

function yuan(text: string): Fen {
  const amount = parseYuan(text);
  if (amount === null) throw new Error(`${text} is no amount`);
  return amount;
}

/** Of a usage, in hundredths of a per cent, cut off. */
function basisPoints(usage: Rate | null): bigint | null {
  return usage && (usage.numerator * 10_000n) / usage.denominator;
}

describe('the yearly quota', () => {
  it.each([
    ['40000000.00', '44000000.00', '48000000.00', '88000000.00'],
    ['0.00', '0.00', '0.00', '0.00'],
    ['0.01', '0.00', '0.00', '0.01'],
    ['0.02', '0.00', '0.00', '0.01'],
    ['0.01', '0.01', '0.02', '0.03'],
    ['100.00', '0.00', '0.00', '66.67'],
    ['100.00', '-400.00', '0.00', '0.00'],
    ['100.00', '-10.00', '0.00', '60.00'],
  ])('of %s, %s and %s yuan is %s', (october, november, december, quota) =>
    expect(formatYuan(yearlyQuota([yuan(october), yuan(november), yuan(december)]))).toBe(quota),
  );

  it('is never half a fen away from twice the exact mean', () => {
    const month = fc.bigInt({ min: 0n, max: 10n ** 13n }).map(fen);
    fc.assert(
      fc.property(month, month, month, (a, b, c) => {
        const threefold = 3n * yearlyQuota([a, b, c]) - 2n * (a + b + c);
        return 2n * (threefold < 0n ? -threefold : threefold) <= 3n;
      }),
    );
  });

  it('is set per directed pair, from the last quarter of the year before and no other month', () => {
    const settled = [
      { payer: HENAN, payee: SHANGHAI, month: '2025-09', amountFen: fen(999n) },
      { payer: HENAN, payee: SHANGHAI, month: '2025-10', amountFen: fen(100n) },
      { payer: SHANGHAI, payee: HENAN, month: '2025-11', amountFen: fen(9n) },
      { payer: HENAN, payee: SHANGHAI, month: '2025-12', amountFen: fen(150n) },
      { payer: HENAN, payee: SHANGHAI, month: '2025-12', amountFen: fen(50n) },
      { payer: HENAN, payee: SHANGHAI, month: '2026-10', amountFen: fen(999n) },
      { payer: ANHUI, payee: SHANGHAI, month: '2024-12', amountFen: fen(999n) },
      { payer: ANHUI, payee: SHANGHAI, month: '2025-09', amountFen: fen(999n) },
    ];
    const quotas = [
      { payer: SHANGHAI, payee: HENAN, quotaFen: 6n },
      { payer: HENAN, payee: SHANGHAI, quotaFen: 200n },
    ];
    expect(yearlyQuotas(settled, '2026')).toEqual(quotas);
    expect(yearlyQuotas(settled.toReversed(), '2026')).toEqual(quotas);
  });
});

describe('usage', () => {
  it.each([
    ['63000000.00', '88000000.00', 7159n, 'YELLOW'],
    ['80000000.00', '88000000.00', 9090n, 'RED'],
    ['61599999.99', '88000000.00', 6999n, 'NONE'],
    ['61600000.00', '88000000.00', 7000n, 'YELLOW'],
    ['79199999.99', '88000000.00', 8999n, 'YELLOW'],
    ['79200000.00', '88000000.00', 9000n, 'RED'],
    ['88000000.01', '88000000.00', 10000n, 'RED'],
    ['0.07', '0.10', 7000n, 'YELLOW'],
    ['0.00', '88000000.00', 0n, 'NONE'],
    ['-1.00', '88000000.00', 0n, 'NONE'],
    ['0.00', '0.00', 0n, 'NONE'],
    ['-0.01', '0.00', 0n, 'NONE'],
    ['0.01', '0.00', null, 'RED'],
  ])('of %s yuan with %s prepaid is %s basis points: %s', (cleared, prepaid, points, level) => {
    const usage = usageOf(yuan(cleared), yuan(prepaid));
    expect([basisPoints(usage), warningLevel(usage)]).toEqual([points, level]);
  });

  it('is told as 71.59 % and 90.91 % in the worked example', () => {
    const percent = (of: Rate | null): string =>
      of ? formatYuan(fen((of.numerator * 20_000n + of.denominator) / (of.denominator * 2n))) : '';
    expect(percent(usageOf(yuan('63000000.00'), yuan('88000000.00')))).toBe('71.59');
    expect(percent(usageOf(yuan('80000000.00'), yuan('88000000.00')))).toBe('90.91');
  });

  it('has no negative prepayment', () =>
    expect(() => usageOf(ZERO_FEN, fen(-1n))).toThrow('a prepayment is not negative'));

  it('is known for each pair and for the treating province as a whole, where either may warn', () => {
    const figures = usageFigures([
      { payer: HENAN, payee: SHANGHAI, clearingFen: fen(90n), prepaymentFen: fen(100n) },
      { payer: ANHUI, payee: SHANGHAI, clearingFen: fen(20n), prepaymentFen: fen(100n) },
      { payer: SHANGHAI, payee: ANHUI, clearingFen: fen(69n), prepaymentFen: fen(100n) },
      { payer: HENAN, payee: ANHUI, clearingFen: fen(5n), prepaymentFen: fen(0n) },
    ]);
    expect(figures.map((figure) => `${usageKey(figure)} ${basisPoints(figure.usage)} ${figure.level}`)).toEqual([
      '310000>340000 6900 NONE',
      '340000>310000 2000 NONE',
      '410000>310000 9000 RED',
      '410000>340000 null RED',
      '>310000 5500 NONE',
      '>340000 7400 YELLOW',
    ]);
  });

  it('of a total isn’t lowered by a pair that gets money back', () => {
    const figures = usageFigures([
      { payer: HENAN, payee: SHANGHAI, clearingFen: fen(150n), prepaymentFen: fen(100n) },
      { payer: ANHUI, payee: SHANGHAI, clearingFen: fen(-150n), prepaymentFen: fen(100n) },
    ]);
    expect(figures.at(-1)).toMatchObject({ payer: null, payee: SHANGHAI, clearingFen: 150n, level: 'YELLOW' });
  });

  it('adds up over the pairs, whatever their order and however they are divided', () => {
    const pair = fc.record({
      payer: fc.constantFrom(...codes),
      payee: fc.constantFrom(...codes),
      clearingFen: fc.bigInt({ min: 0n, max: 10n ** 12n }).map(fen),
      prepaymentFen: fc.bigInt({ min: 0n, max: 10n ** 12n }).map(fen),
    });
    const halves = (of: PairUsage): PairUsage[] => {
      const [clearingFen, prepaymentFen] = [fen(of.clearingFen / 2n), fen(of.prepaymentFen / 3n)];
      const rest = {
        clearingFen: fen(of.clearingFen - clearingFen),
        prepaymentFen: fen(of.prepaymentFen - prepaymentFen),
      };
      return [
        { ...of, clearingFen, prepaymentFen },
        { ...of, ...rest },
      ];
    };
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const figures = usageFigures(pairs);
        expect(usageFigures(pairs.toReversed().flatMap(halves))).toEqual(figures);
        const sum = (isTotal: boolean): bigint =>
          figures.filter(({ payer }) => (payer === null) === isTotal).reduce((all, of) => all + of.clearingFen, 0n);
        expect(sum(true)).toBe(sum(false));
      }),
    );
  });
});

describe('a warning', () => {
  const tell = (usages: readonly number[]): (WarningLevel | null)[] => {
    let state: WarningState = NOTHING_TOLD;
    return usages.map((percent) => {
      const next = nextWarning(state, rate(BigInt(percent), 100n));
      ({ state } = next);
      return next.tell;
    });
  };

  it.each<[string, number[], (WarningLevel | null)[]]>([
    ['once while usage stays', [69, 70, 71, 89], [null, 'YELLOW', null, null]],
    ['again when it turns red', [75, 90, 99, 120], ['YELLOW', 'RED', null, null]],
    ['red alone when it jumps', [10, 95, 95], [null, 'RED', null]],
    ['red again after it fell to yellow, but not yellow', [95, 80, 95], ['RED', null, 'RED']],
    ['both again after it fell below both', [95, 0, 70, 90], ['RED', null, 'YELLOW', 'RED']],
    ['never below 70 %', [0, 69, 0, 69], [null, null, null, null]],
  ])('is told %s', (_, usages, told) => expect(tell(usages)).toEqual(told));

  it('is told exactly when a threshold is crossed upwards', () => {
    const level = (percent: number): number => (percent >= 90 ? 2 : percent >= 70 ? 1 : 0);
    fc.assert(
      fc.property(fc.array(fc.nat(120)), (usages) => {
        const crossed = usages.map((percent, index) => {
          const [now, before] = [level(percent), level(usages[index - 1] ?? 0)];
          return now > before ? WARNING_LEVELS[now] : null;
        });
        expect(tell(usages)).toEqual(crossed);
      }),
    );
  });

  it('is told for a pair and for a total, each by its own state', () => {
    const figures = (henan: bigint, anhui: bigint) =>
      usageFigures([
        { payer: HENAN, payee: SHANGHAI, clearingFen: fen(henan), prepaymentFen: fen(100n) },
        { payer: ANHUI, payee: SHANGHAI, clearingFen: fen(anhui), prepaymentFen: fen(100n) },
      ]);
    const keys = (of: readonly { payer: string | null; payee: string }[]) => of.map(usageKey);
    const first = nextWarnings(new Map(), figures(70n, 0n));
    expect(keys(first.tell)).toEqual(['410000>310000']);
    const second = nextWarnings(first.states, figures(80n, 65n));
    expect(keys(second.tell)).toEqual(['>310000']);
    const third = nextWarnings(second.states, figures(90n, 95n));
    expect(keys(third.tell)).toEqual(['340000>310000', '410000>310000', '>310000']);
    expect(nextWarnings(third.states, figures(90n, 95n)).tell).toEqual([]);
  });

  it('is told again when a month without any use lies between', () => {
    const red = usageFigures([{ payer: HENAN, payee: SHANGHAI, clearingFen: fen(1n), prepaymentFen: ZERO_FEN }]);
    const { states } = nextWarnings(new Map(), red);
    expect(nextWarnings(nextWarnings(states, []).states, red).tell).toHaveLength(2);
  });
});

describe('an emergency increase', () => {
  /** As "2026-11-25 +3", so that each term is seen with what it begins on. */
  const plus = (date: string, days: number): string => `${date} +${days}`;
  const next = (date: string): string => `after ${date}`;

  it.each([
    [null, null, [null, null, null]],
    ['2026-12-01', null, ['2026-12-01 +5', '2026-12-01 +5 +10', '2026-12-01 +5 +10 +5']],
    ['2026-12-01', '2026-12-04', ['2026-12-01 +5', '2026-12-04 +10', '2026-12-04 +10 +5']],
  ])('with the notice of %s and the review of %s', (noticedOn, reviewedOn, [submitBy, payBy, feedbackBy]) =>
    expect(increaseDeadline({ signedOn: '2026-11-25', noticedOn, reviewedOn }, plus, next)).toEqual({
      applyBy: '2026-11-25 +3',
      submitBy,
      payBy,
      feedbackBy,
      nextClearingOn: 'after 2026-11-25',
    }),
  );
});
