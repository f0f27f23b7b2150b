import { CLEARED_FUNDS, INSURANCES, PROVINCES } from '@yiditong/codes';
import { fen, sumFen, type Fen } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthlyClearing, type ClearingRow } from './clearing-figures.js';
import type { ClearingCell, ClearingTable, ClearingTableNumber } from './clearing-table.js';
import { clearingTables, nationalTable, type ClearingCount } from './clearing-tables.js';

const [HENAN, SHANGHAI, ANHUI] = ['410000', '310000', '340000'] as const;
const WHEN = { clearingMonth: '2026-11', generatedOn: '2026-11-21' } as const;
const DEDUCTION = { kind: 'AUDIT_DEDUCTION' } as const;
const RESIDENT = { insurance: 'RESIDENT' } as const;

function row(payer: string, payee: string, amount: number, of: Partial<ClearingRow> = {}): ClearingRow {
  const amountFen = fen(BigInt(amount));
  return { payer, payee, insurance: 'EMPLOYEE', fund: 'POOLING', costMonth: '2026-10', kind: 'COST', amountFen, ...of };
}

function visits(payer: string, payee: string, count: number, of: Partial<ClearingCount> = {}): ClearingCount {
  return { payer, payee, insurance: 'EMPLOYEE', count: BigInt(count), ...of };
}

const ROWS = [
  row(HENAN, SHANGHAI, 900),
  row(HENAN, SHANGHAI, 40, { fund: 'LARGE_SUM' }),
  row(HENAN, SHANGHAI, 500, RESIDENT),
  row(HENAN, SHANGHAI, 70, { costMonth: '2026-09' }),
  row(HENAN, SHANGHAI, -30, { ...RESIDENT, costMonth: '2026-09' }),
  row(HENAN, SHANGHAI, 100, DEDUCTION),
  row(HENAN, SHANGHAI, 20, { ...DEDUCTION, ...RESIDENT, fund: 'CRITICAL_ILLNESS' }),
  row(SHANGHAI, HENAN, 80),
  row(ANHUI, SHANGHAI, 10),
  row(ANHUI, SHANGHAI, 60, DEDUCTION),
];
const COUNTS = [
  visits(HENAN, SHANGHAI, 7),
  visits(HENAN, SHANGHAI, 3, RESIDENT),
  visits(HENAN, ANHUI, 1, RESIDENT),
  visits(SHANGHAI, HENAN, 2),
  visits(ANHUI, SHANGHAI, -1),
];

function tables(region: string | null, rows = ROWS, counts: readonly ClearingCount[] = COUNTS): ClearingTable[] {
  if (region === null) return [nationalTable(WHEN, monthlyClearing(rows).pairs)];
  return clearingTables({ ...WHEN, region, rows, counts });
}

function table(region: string | null, number: ClearingTableNumber): ClearingTable {
  const found = tables(region).find((one) => one.number === number);
  if (!found) throw new Error(`no table ${number}`);
  return found;
}

function shown(cell: ClearingCell): string {
  if (cell.kind === 'TEXT') return cell.text.zh;
  return String(cell.kind === 'COUNT' ? cell.count : cell.amountFen);
}

/** Headings, rows and total as lines of text. */
function lines({ columns, rows, total }: ClearingTable): string[] {
  return [columns.map(({ zh }) => zh), ...[...rows, total].map((cells) => cells.map(shown))].map((of) => of.join(' '));
}

describe('the tables of a month', () => {
  it('of the country are 14, of a province 14-1 to 14-7 and its notices', () => {
    expect(tables(null).map(({ number }) => number)).toEqual(['14']);
    const own = tables(HENAN);
    expect(own.map(({ number }) => number)).toEqual([
      '14-1',
      '14-2',
      '14-3',
      '14-4',
      '14-5',
      '14-6',
      '14-7',
      '15',
      '16',
    ]);
    for (const one of own) expect(one).toMatchObject({ ...WHEN, region: HENAN });
  });

  it('14 has every province, with returns apart and in the totals', () => {
    const [head, ...rows] = lines(table(null, '14'));
    expect(head).toBe('代码 省份 应付医疗费用 应退参保省 付款合计 应收医疗费用 应收就医省退回 收款合计');
    expect(rows).toHaveLength(PROVINCES.length + 1);
    expect(rows.filter((of) => !of.endsWith(' 0 0 0 0 0 0'))).toEqual([
      '310000 上海 80 50 130 1360 0 1360',
      '340000 安徽 0 0 0 0 50 50',
      '410000 河南 1360 0 1360 80 0 80',
      '合计  1440 50 1490 1440 50 1490',
    ]);
  });

  it('14-1 has visits, costs by fund and deductions of both insurances by treating province', () =>
    expect(lines(table(HENAN, '14-1'))).toEqual([
      '代码 就医省 职工人次 职工统筹基金 职工大额补助 职工小计 居民人次 居民统筹基金 居民小计 审核扣款 应付合计',
      '310000 上海 7 970 40 1010 3 470 470 120 1360',
      '340000 安徽 0 0 0 0 1 0 0 0 0',
      '合计  7 970 40 1010 4 470 470 120 1360',
    ]));

  it('14-2 and 14-3 have one insurance by treating province and cost month', () => {
    expect(lines(table(HENAN, '14-2'))).toEqual([
      '代码 就医省 费款所属期 职工统筹基金 职工大额补助 职工小计 审核扣款 应付合计',
      '310000 上海 2026-09 70 0 70 0 70',
      '310000 上海 2026-10 900 40 940 100 840',
      '合计   970 40 1010 100 910',
    ]);
    expect(lines(table(HENAN, '14-3'))).toEqual([
      '代码 就医省 费款所属期 居民统筹基金 居民小计 审核扣款 应付合计',
      '310000 上海 2026-09 -30 -30 0 -30',
      '310000 上海 2026-10 500 500 20 480',
      '合计   470 470 20 450',
    ]);
  });

  it('14-4 to 14-6 say of each deduction whether it comes off what is payable or off what is receivable', () => {
    expect(lines(table(SHANGHAI, '14-4'))).toEqual([
      '代码 对方省 方向 职工扣款 居民扣款 应付扣款 应收扣款',
      '340000 安徽 冲减应收 60 0 0 60',
      '410000 河南 冲减应收 100 20 0 120',
      '合计   160 20 0 180',
    ]);
    expect(lines(table(HENAN, '14-4')).slice(1)).toEqual(['310000 上海 冲减应付 100 20 120 0', '合计   100 20 120 0']);
    expect(lines(table(HENAN, '14-5'))).toEqual([
      '代码 对方省 方向 职工统筹基金 应付扣款 应收扣款',
      '310000 上海 冲减应付 100 100 0',
      '合计   100 100 0',
    ]);
    expect(lines(table(HENAN, '14-6'))).toEqual([
      '代码 对方省 方向 居民大病保险 应付扣款 应收扣款',
      '310000 上海 冲减应付 20 20 0',
      '合计   20 20 0',
    ]);
  });

  it('14-7 has what is receivable by insured province, also where it comes to a return', () =>
    expect(lines(table(SHANGHAI, '14-7'))).toEqual([
      '代码 参保省 职工人次 职工统筹基金 职工大额补助 职工小计 居民人次 居民统筹基金 居民小计 审核扣款 应收合计',
      '340000 安徽 -1 10 0 10 0 0 0 60 -50',
      '410000 河南 7 970 40 1010 3 470 470 120 1360',
      '合计  6 980 40 1020 3 470 470 180 1310',
    ]));

  it('15 and 16 mark returns with "*" and have their totals in words', () => {
    expect(lines(table(SHANGHAI, '15'))).toEqual([
      '代码 收款省 款项 金额',
      '410000 河南 医疗费用 80',
      '340000 *安徽 就医省退回 50',
      '合计   130',
    ]);
    expect(table(SHANGHAI, '15').totalInWords).toBe('壹元叁角整');
    expect(lines(table(ANHUI, '16'))).toEqual(['代码 付款省 款项 金额', '310000 *上海 就医省退回 50', '合计   50']);
    expect(table(ANHUI, '15').totalInWords).toBe('零元整');
    expect(table(ANHUI, '14-1').totalInWords).toBeNull();
  });

  it('say everything in English too, without a Chinese character', () => {
    for (const one of [...tables(null), ...tables(SHANGHAI)]) {
      const texts = [...one.rows, one.total].flat().map((cell) => (cell.kind === 'TEXT' ? cell.text.en : ''));
      const said = [one.titleEn, ...one.columns.map(({ en }) => en), ...texts].join('\n');
      expect(said).not.toMatch(/\p{Script=Han}/u);
      expect(one.columns.every(({ en }) => en.length > 2)).toBe(true);
    }
  });

  it('of nothing have no rows and come to nothing', () => {
    for (const one of tables(HENAN, [], [])) {
      expect(one.rows).toEqual([]);
      expect(one.total.map(shown).join('')).toMatch(/^合计0+$/);
    }
  });

  it('are of provinces only', () => {
    expect(() => tables('410100')).toThrow('410100 is not a province');
    expect(() => tables(null, [row(HENAN, '310115', 1)])).toThrow('310115 is not a province');
    expect(() => tables(HENAN, [row(HENAN, '999999', 1)])).toThrow('999999 is not a province');
    expect(() => tables(HENAN, [row(HENAN, HENAN, 1)])).toThrow('410000 has one party');
  });
});

describe('whatever the month', () => {
  const CODES = ['110000', '310000', '340000', '410000', '660000'] as const;
  const directed = fc
    .record({
      payer: fc.constantFrom(...CODES),
      payee: fc.constantFrom(...CODES),
      insurance: fc.constantFrom(...INSURANCES),
    })
    .filter(({ payer, payee }) => payer !== payee);
  const amounts = fc.record({
    fund: fc.constantFrom(...CLEARED_FUNDS),
    costMonth: fc.constantFrom('2026-08', '2026-09', '2026-10'),
    kind: fc.constantFrom('COST' as const, 'AUDIT_DEDUCTION' as const),
    amountFen: fc.bigInt({ min: -(10n ** 11n), max: 10n ** 11n }).map(fen),
  });
  const rows = fc.array(
    fc.tuple(directed, amounts).map(([pair, of]): ClearingRow => ({ ...pair, ...of })),
    { maxLength: 60 },
  );
  const counts = fc.array(
    fc
      .tuple(directed, fc.bigInt({ min: -9n, max: 10n ** 6n }))
      .map(([pair, count]): ClearingCount => ({ ...pair, count })),
    { maxLength: 20 },
  );
  type Month = { readonly of: ReadonlyMap<string, ClearingTable>; readonly national: ClearingTable };
  const month = fc.record({ rows, counts }).map((input) => ({
    ...input,
    of: new Map(
      CODES.flatMap((region) =>
        tables(region, input.rows, input.counts).map((one) => [`${region} ${one.number}`, one]),
      ),
    ),
    national: tables(null, input.rows, input.counts)[0] as ClearingTable,
  }));
  const tableIn = ({ of }: Month, region: string, number: ClearingTableNumber): ClearingTable => {
    const found = of.get(`${region} ${number}`);
    if (!found) throw new Error(`no table ${number}`);
    return found;
  };
  const at = ({ columns }: ClearingTable, key: string): number => columns.findIndex((column) => column.key === key);
  const figure = (cell: ClearingCell | undefined): bigint => {
    if (cell === undefined || cell.kind === 'TEXT') return 0n;
    return cell.kind === 'COUNT' ? cell.count : cell.amountFen;
  };
  const total = (of: ClearingTable, key: string): bigint => figure(of.total[at(of, key)]);
  const sum = (all: readonly bigint[]): bigint => all.reduce((one, other) => one + other, 0n);
  const codeOf = (cells: readonly ClearingCell[]): string => shown(cells[0] as ClearingCell);
  const signed = ({ kind, amountFen }: ClearingRow): Fen => fen(kind === 'COST' ? amountFen : -amountFen);

  it('each total is the sum of its rows, and each row has a cell of each column’s kind', () => {
    fc.assert(
      fc.property(month, (of) => {
        for (const { columns, rows: own, total: last } of [of.national, ...of.of.values()]) {
          expect(new Set(columns.map(({ key }) => key)).size).toBe(columns.length);
          for (const cells of [...own, last])
            expect(cells.map(({ kind }) => kind)).toEqual(columns.map(({ kind }) => kind));
          expect(last.map(figure)).toEqual(columns.map((_, column) => sum(own.map((cells) => figure(cells[column])))));
        }
      }),
    );
  });

  it('14-1 is what the amounts themselves come to, and so are 14-2 and 14-3 together', () => {
    fc.assert(
      fc.property(month, (of) => {
        for (const region of CODES) {
          const own = of.rows.filter(({ payer }) => payer === region);
          const [payable, employee, resident] = (['14-1', '14-2', '14-3'] as const).map((n) =>
            tableIn(of, region, n),
          ) as [ClearingTable, ClearingTable, ClearingTable];
          expect(total(payable, 'TOTAL')).toBe(sumFen(own.map(signed)));
          expect(total(payable, 'TOTAL')).toBe(total(employee, 'TOTAL') + total(resident, 'TOTAL'));
          expect(total(payable, 'DEDUCTION')).toBe(total(employee, 'DEDUCTION') + total(resident, 'DEDUCTION'));
          for (const [of1, one] of [
            ['EMPLOYEE', employee],
            ['RESIDENT', resident],
          ] as const)
            expect(total(payable, `${of1}_COST`)).toBe(total(one, `${of1}_COST`));
          const visited = of.counts.filter(({ payer }) => payer === region).map(({ count }) => count);
          expect(total(payable, 'EMPLOYEE_COUNT') + total(payable, 'RESIDENT_COUNT')).toBe(sum(visited));
        }
      }),
    );
  });

  it('a subtotal is the sum of its funds, and costs less deductions are the total, in each row', () => {
    fc.assert(
      fc.property(month, (of) => {
        for (const one of of.of.values()) {
          if (at(one, 'TOTAL') < 0) continue;
          for (const cells of [...one.rows, one.total]) {
            const value = (key: string): bigint => figure(cells[at(one, key)]);
            for (const insurance of INSURANCES)
              expect(sum(CLEARED_FUNDS.map((fund) => value(`${insurance}_${fund}`)))).toBe(value(`${insurance}_COST`));
            expect(value('EMPLOYEE_COST') + value('RESIDENT_COST') - value('DEDUCTION')).toBe(value('TOTAL'));
          }
        }
      }),
    );
  });

  it('what one province’s 14-1 has for another, the other’s 14-7 has for it', () => {
    fc.assert(
      fc.property(month, (of) => {
        const KEYS = ['EMPLOYEE_COUNT', 'EMPLOYEE_COST', 'RESIDENT_COUNT', 'RESIDENT_COST', 'DEDUCTION', 'TOTAL'];
        const pairs = (number: '14-1' | '14-7'): string[] =>
          CODES.flatMap((region) => {
            const one = tableIn(of, region, number);
            return one.rows.map((cells) => {
              const ends = number === '14-1' ? [region, codeOf(cells)] : [codeOf(cells), region];
              return [...ends, ...KEYS.map((key) => figure(cells[at(one, key)]))].join(' ');
            });
          });
        expect(pairs('14-1').toSorted()).toEqual(pairs('14-7').toSorted());
      }),
    );
  });

  it('14-4 is 14-5 and 14-6 together, and its two totals are the deductions of 14-1 and of 14-7', () => {
    fc.assert(
      fc.property(month, (of) => {
        for (const region of CODES) {
          const [all, employee, resident] = (['14-4', '14-5', '14-6'] as const).map((n) => tableIn(of, region, n)) as [
            ClearingTable,
            ClearingTable,
            ClearingTable,
          ];
          for (const key of ['PAYABLE_DEDUCTION', 'RECEIVABLE_DEDUCTION'])
            expect(total(all, key)).toBe(total(employee, key) + total(resident, key));
          expect(total(all, 'PAYABLE_DEDUCTION')).toBe(total(tableIn(of, region, '14-1'), 'DEDUCTION'));
          expect(total(all, 'RECEIVABLE_DEDUCTION')).toBe(total(tableIn(of, region, '14-7'), 'DEDUCTION'));
          for (const [insurance, one] of [
            ['EMPLOYEE', employee],
            ['RESIDENT', resident],
          ] as const)
            for (const cells of [...one.rows, one.total]) {
              const value = (key: string): bigint => figure(cells[at(one, key)]);
              expect(sum(CLEARED_FUNDS.map((fund) => value(`${insurance}_${fund}`)))).toBe(
                value('PAYABLE_DEDUCTION') + value('RECEIVABLE_DEDUCTION'),
              );
            }
        }
      }),
    );
  });

  it('all payment notices are all receipt notices, and 14 has each province’s, returns apart', () => {
    fc.assert(
      fc.property(month, (of) => {
        const notice = (number: '15' | '16', region: string): bigint => total(tableIn(of, region, number), 'AMOUNT');
        const all = (number: '15' | '16'): bigint => sum(CODES.map((region) => notice(number, region)));
        expect(all('15')).toBe(all('16'));
        expect([total(of.national, 'PAYMENT'), total(of.national, 'RECEIPT')]).toEqual([all('15'), all('16')]);
        expect(total(of.national, 'RETURN_PAYABLE')).toBe(total(of.national, 'RETURN_RECEIVABLE'));
        for (const cells of of.national.rows) {
          const region = CODES.find((code) => code === codeOf(cells));
          const value = (key: string): bigint => figure(cells[at(of.national, key)]);
          const starred = (number: '15' | '16', isReturn: boolean): bigint =>
            region === undefined
              ? 0n
              : sum(
                  tableIn(of, region, number)
                    .rows.filter(([, name]) => name?.kind === 'TEXT' && name.text.zh.startsWith('*') === isReturn)
                    .map((line) => figure(line[3])),
                );
          expect([value('PAYABLE'), value('RETURN_PAYABLE')]).toEqual([starred('15', false), starred('15', true)]);
          expect([value('RECEIVABLE'), value('RETURN_RECEIVABLE')]).toEqual([
            starred('16', false),
            starred('16', true),
          ]);
          expect(value('PAYMENT')).toBe(value('PAYABLE') + value('RETURN_PAYABLE'));
          expect(value('RECEIPT')).toBe(value('RECEIVABLE') + value('RETURN_RECEIVABLE'));
        }
      }),
    );
  });

  it('nothing depends on the order of rows or counts, nor on what others have with each other', () => {
    fc.assert(
      fc.property(month, fc.nat(), fc.constantFrom(...CODES), (of, cut, region) => {
        const turned = <T>(all: readonly T[]): T[] => {
          const place = all.length === 0 ? 0 : cut % all.length;
          return [...all.slice(place), ...all.slice(0, place)].toReversed();
        };
        expect(tables(null, turned(of.rows), turned(of.counts))).toEqual([of.national]);
        const own = <T extends { readonly payer: string; readonly payee: string }>(all: readonly T[]): T[] =>
          turned(all).filter(({ payer, payee }) => payer === region || payee === region);
        expect(tables(region, own(of.rows), own(of.counts))).toEqual(tables(region, of.rows, of.counts));
      }),
    );
  });

  it('rows of a table are by counterparty', () => {
    fc.assert(
      fc.property(month, (of) => {
        for (const { number, rows: own } of [of.national, ...of.of.values()]) {
          if (number === '15' || number === '16') continue;
          const keys = own.map((cells) => codeOf(cells));
          expect(keys).toEqual(keys.toSorted());
        }
      }),
    );
  });
});
