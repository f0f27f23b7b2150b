import { describe, expect, it } from 'vitest';
import { balanced, reportOf, type ListedSettlement, type PositionsRead } from './report.js';
import type { SeenDay } from './run-day.js';

const DATE = '2026-11-22';

const settlement = (change: Partial<ListedSettlement> = {}): ListedSettlement => ({
  settlementId: 's1',
  insuredRegion: '131000',
  treatingRegion: '110101',
  totalFen: '6429',
  split: { fullSelfPayFen: '0', overCeilingFen: '0', firstSelfPayFen: '318', inScopeFen: '6111' },
  funds: [{ amountFen: '4889' }],
  fundTotalFen: '4889',
  personalFen: '1540',
  accountFen: '400',
  mutualAidFen: '100',
  cashFen: '1040',
  businessDate: DATE,
  reversalBusinessDate: null,
  ...change,
});

const undone = settlement({ settlementId: 's2', reversalBusinessDate: DATE });
const seen = (change: Partial<SeenDay> = {}): SeenDay => ({
  settled: new Map([
    ['s1', settlement()],
    ['s2', settlement({ settlementId: 's2' })],
  ]),
  refused: new Map([['FILING_REQUIRED', 2]]),
  reversed: new Set(['s2']),
  official: settlement(),
  ...change,
});
const read = (change: Partial<PositionsRead> = {}): PositionsRead => ({
  dates: [DATE],
  net: [
    { region: '110000', payableFen: '0', receivableFen: '5389', netFen: '5389' },
    { region: '130000', payableFen: '5389', receivableFen: '0', netFen: '-5389' },
  ],
  bilateral: [{ payer: '130000', payee: '110000', grossFen: '5389' }],
  listed: [settlement(), undone],
  ...change,
});

describe('the day’s report', () => {
  it('balances a day with a settlement and a reversed one', () => {
    const report = reportOf(seen(), read());
    expect(balanced(report)).toBe(true);
    expect({ settled: report.settled, refused: report.refused, reversed: report.reversed }).toEqual({
      settled: 2,
      refused: { FILING_REQUIRED: 2 },
      reversed: 1,
    });
    expect(report.officialCase).toEqual({ totalFen: '6429', inScopeFen: '6111', fundFen: '4889', personalFen: '1540' });
  });

  const [beijing, hebei] = read().net;
  const oneFenMore = { region: '110000', payableFen: '0', receivableFen: '5390', netFen: '5390' };
  it.each<[string, keyof ReturnType<typeof reportOf>['checks'], SeenDay, PositionsRead]>([
    ['a net that is a fen off', 'netsSumToZero', seen(), read({ net: [oneFenMore, ...(hebei ? [hebei] : [])] })],
    ['no positions at all', 'netsSumToZero', seen(), read({ net: [] })],
    [
      'a pair that is a fen off',
      'positionsMatchRecount',
      seen(),
      read({ bilateral: [{ payer: '130000', payee: '110000', grossFen: '5390' }] }),
    ],
    ['a province that is missing', 'positionsMatchRecount', seen(), read({ net: beijing ? [beijing] : [] })],
    ['a settlement that got lost', 'positionsMatchRecount', seen(), read({ listed: [settlement()] })],
    [
      'a settlement that nobody was told of',
      'positionsMatchRecount',
      seen({ settled: new Map([['s1', settlement()]]) }),
      read(),
    ],
    [
      'a reversal that got lost',
      'positionsMatchRecount',
      seen(),
      read({ listed: [settlement(), { ...undone, reversalBusinessDate: null }] }),
    ],
    [
      'an amount other than the one told',
      'positionsMatchRecount',
      seen({
        settled: new Map([
          ['s1', settlement({ personalFen: '1541' })],
          ['s2', undone],
        ]),
      }),
      read(),
    ],
    [
      'a split that lost a fen',
      'billsHold',
      seen(),
      read({ listed: [settlement({ split: { ...settlement().split, inScopeFen: '6110' } }), undone] }),
    ],
    [
      'funds that don’t sum',
      'billsHold',
      seen(),
      read({ listed: [settlement({ funds: [{ amountFen: '4888' }] }), undone] }),
    ],
    [
      'accounts and cash that don’t sum',
      'billsHold',
      seen(),
      read({ listed: [settlement({ accountFen: '401' }), undone] }),
    ],
    [
      'cash that is less than nothing',
      'billsHold',
      seen(),
      read({ listed: [settlement({ accountFen: '1441', cashFen: '-1' }), undone] }),
    ],
    [
      'what accounts paid left out of the positions',
      'positionsMatchRecount',
      seen(),
      read({ bilateral: [{ payer: '130000', payee: '110000', grossFen: '4889' }] }),
    ],
    [
      'a negative share',
      'billsHold',
      seen(),
      read({
        listed: [
          settlement({ fundTotalFen: '6430', funds: [{ amountFen: '6430' }], personalFen: '-1', cashFen: '-501' }),
          undone,
        ],
      }),
    ],
  ])('finds %s', (_, check, day, positions) => {
    const report = reportOf(day, positions);
    expect(report.checks[check]).toBe(false);
    expect(balanced(report)).toBe(false);
  });
});
