import fc from 'fast-check';
import { daysSince1970 } from '@yiditong/codes';
import { fen, sumFen, type Fen } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { TRIAL_CALENDARS, tryCalendar, type ClearingTrial, type TrialDay, type TrialRules } from './calendar-trial.js';

/** "2026-03-02 A>B 10 B>C 4". */
function day(text: string): TrialDay {
  const [businessDate = '', ...owed] = text.split(' ');
  const positions = owed.flatMap((pair, at) => {
    const [payer = '', payee = ''] = pair.split('>');
    return at % 2 === 0 ? [{ payer, payee, grossFen: fen(BigInt(owed[at + 1] ?? '0')) }] : [];
  });
  return { businessDate, positions };
}
/** Monday to Friday, but for the holiday of the third. */
const isWorkingDay = (date: string): boolean => date !== '2026-03-03' && (daysSince1970(date) + 3) % 7 < 5;
const rules = (change: Partial<TrialRules> = {}): TrialRules => ({
  calendar: 'DAILY',
  caps: new Map(),
  excluded: new Set(),
  isWorkingDay,
  ...change,
});
const turns = ({ turns: all }: ClearingTrial): string[] =>
  all.map(({ settledOn, dates }) => `${settledOn}: ${dates.map((date) => date.slice(8)).join(' ')}`);
const moved = ({ turns: all }: ClearingTrial): string[] =>
  all.map(({ movements }) =>
    movements.map(({ payer, payee, amountFen }) => `${payer}>${payee} ${amountFen}`).join(' '),
  );

describe('days are settled', () => {
  // 2026-03-01 is a Sunday.
  const days = ['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04', '2026-03-08'].map(
    (date) => day(`${date} A>B 1`),
  );

  it.each([
    ['DAILY', days.map(({ businessDate }) => `${businessDate}: ${businessDate.slice(8)}`)],
    ['WORKING_DAYS', ['2026-02-27: 27', '2026-03-02: 28 01 02', '2026-03-04: 03 04', '2026-03-09: 08']],
    ['WEEKLY', ['2026-03-01: 27 28 01', '2026-03-08: 02 03 04 08']],
    ['MONTHLY', ['2026-02-28: 27 28', '2026-03-31: 01 02 03 04 08']],
  ] as const)('%s', (calendar, expected) => {
    expect(turns(tryCalendar(days.toReversed(), rules({ calendar })))).toEqual(expected);
  });
});

describe('a trial', () => {
  const days = [day('2026-03-04 A>B 100'), day('2026-03-05 B>A 70 A>C 5')];

  it('by the real rules is what really came of it', () => {
    const trial = tryCalendar(days, rules());
    expect(moved(trial)).toEqual(['A>B 100', 'B>A 65 B>C 5']);
    expect(trial).toMatchObject({ realMovedFen: 170n, movedFen: 170n });
    expect(trial.regions).toEqual(
      [
        ['A', -35n, 100n],
        ['B', 30n, 70n],
        ['C', 5n, 0n],
      ].map(([region, net, peak]) => ({
        region,
        realNetFen: net,
        netFen: net,
        waitingFen: 0n,
        realPeakFen: peak,
        peakFen: peak,
      })),
    );
  });

  it('over more days moves less, and asks less at once', () => {
    const trial = tryCalendar(days, rules({ calendar: 'WEEKLY' }));
    expect(moved(trial)).toEqual(['A>B 30 A>C 5']);
    expect(trial).toMatchObject({ realMovedFen: 170n, movedFen: 35n });
    expect(trial.regions[0]).toMatchObject({ realNetFen: -35n, netFen: -35n, realPeakFen: 100n, peakFen: 35n });
  });

  it('with a limit lets wait what exceeds it, until it nets', () => {
    const trial = tryCalendar(days, rules({ caps: new Map([['A', fen(40n)]]) }));
    expect(trial.turns[0]).toMatchObject({
      movements: [],
      carried: [{ payer: 'A', payee: 'B', grossFen: 100n, reason: 'EXCLUDED', region: 'A', ageDays: 0 }],
      excluded: [{ region: 'A', reason: 'CANNOT_PAY', lackFen: 60n }],
    });
    expect(moved(trial)).toEqual(['', 'A>B 30 A>C 5']);
    expect(trial.turns[1]?.carried).toEqual([]);
  });

  it('without a province leaves all of its own waiting, ever older', () => {
    const trial = tryCalendar([...days, day('2026-03-08 B>C 3')], rules({ excluded: new Set(['A']) }));
    expect(moved(trial)).toEqual(['', '', 'B>C 3']);
    expect(
      trial.turns[2]?.carried.map(({ payer, payee, grossFen, ageDays }) => [payer, payee, grossFen, ageDays]),
    ).toEqual([
      ['A', 'B', 100n, 4],
      ['A', 'C', 5n, 3],
      ['B', 'A', 70n, 3],
    ]);
    expect(trial.regions.map(({ region, netFen, waitingFen }) => [region, netFen, waitingFen])).toEqual([
      ['A', 0n, -35n],
      ['B', -3n, 30n],
      ['C', 3n, 5n],
    ]);
  });

  it('of no days is nothing', () =>
    expect(tryCalendar([], rules())).toEqual({ turns: [], regions: [], realMovedFen: 0n, movedFen: 0n }));
});

const region = fc.constantFrom('A', 'B', 'C', 'D');
const positions = fc.array(
  fc
    .record({ payer: region, payee: region, grossFen: fc.bigInt({ min: -20n, max: 100n }).map(fen) })
    .filter(({ payer, payee }) => payer !== payee),
  { maxLength: 5 },
);
const anyDays = fc
  .array(positions, { maxLength: 12 })
  .map((all): TrialDay[] =>
    all.map((of, at) => ({ businessDate: `2026-03-${String(at + 1).padStart(2, '0')}`, positions: of })),
  );
const anyCaps = fc
  .dictionary(region, fc.bigInt({ min: 0n, max: 80n }).map(fen))
  .map((caps) => new Map<string, Fen>(Object.entries(caps)));

it('whatever is tried, nothing is lost: what settles and what waits are what really was', () => {
  fc.assert(
    fc.property(
      anyDays,
      fc.constantFrom(...TRIAL_CALENDARS),
      anyCaps,
      fc.uniqueArray(region),
      (days, calendar, caps, out) => {
        const trial = tryCalendar(days, rules({ calendar, caps, excluded: new Set(out) }));
        for (const { region: of, realNetFen, netFen, waitingFen, peakFen } of trial.regions) {
          expect([of, netFen + waitingFen]).toEqual([of, realNetFen]);
          const cap = caps.get(of);
          expect(cap === undefined || peakFen <= cap).toBe(true);
          expect(!out.some((one) => one === of) || netFen === 0n).toBe(true);
        }
        expect(sumFen(trial.regions.map(({ netFen }) => netFen))).toBe(0n);
        expect(trial.turns.flatMap(({ dates }) => dates)).toEqual(days.map(({ businessDate }) => businessDate));
        expect(trial.movedFen).toBe(
          sumFen(trial.turns.flatMap(({ movements }) => movements.map(({ amountFen }) => amountFen))),
        );
      },
    ),
    { numRuns: 300 },
  );
});

it('a longer calendar never moves more, where nothing limits it', () => {
  fc.assert(
    fc.property(anyDays, (days) => {
      const [daily, , weekly, monthly] = TRIAL_CALENDARS.map(
        (calendar) => tryCalendar(days, rules({ calendar })).movedFen,
      );
      expect([(weekly ?? 0n) <= (daily ?? 0n), (monthly ?? 0n) <= (daily ?? 0n)]).toEqual([true, true]);
    }),
  );
});
