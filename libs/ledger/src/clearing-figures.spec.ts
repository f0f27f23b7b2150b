import { CLEARED_FUNDS, INSURANCES, PROVINCES } from '@yiditong/codes';
import { fen, magnitude, sumFen, type Fen } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  monthlyClearing,
  nationalClearing,
  noticeName,
  noticeParts,
  noticesOf,
  type ClearingRow,
  type NoticeLine,
} from './clearing-figures.js';

const [HENAN, SHANGHAI, ANHUI] = ['410000', '310000', '340000'] as const;

function row(payer: string, payee: string, amount: number, of: Partial<ClearingRow> = {}): ClearingRow {
  const amountFen = fen(BigInt(amount));
  return { payer, payee, insurance: 'EMPLOYEE', fund: 'POOLING', costMonth: '2026-10', kind: 'COST', amountFen, ...of };
}
const DEDUCTION = { kind: 'AUDIT_DEDUCTION' } as const;
const RESIDENT = { insurance: 'RESIDENT' } as const;
const text = (lines: readonly NoticeLine[]): string[] => lines.map((line) => `${noticeName(line)} ${line.amountFen}`);

const ROWS = [
  row(HENAN, SHANGHAI, 900),
  row(HENAN, SHANGHAI, 40, { fund: 'CRITICAL_ILLNESS' }),
  row(HENAN, SHANGHAI, 500, RESIDENT),
  row(HENAN, SHANGHAI, 70, { costMonth: '2026-09' }),
  row(HENAN, SHANGHAI, -30, { ...RESIDENT, costMonth: '2026-09' }),
  row(HENAN, SHANGHAI, 100, DEDUCTION),
  row(HENAN, SHANGHAI, 20, { ...DEDUCTION, ...RESIDENT }),
  row(SHANGHAI, HENAN, 80),
  row(ANHUI, SHANGHAI, 10),
  row(ANHUI, SHANGHAI, 60, DEDUCTION),
];

describe('a month’s clearing', () => {
  const month = monthlyClearing(ROWS);

  it('divides a pair by insurance, fund and cost month, less deductions', () =>
    expect(month.pairs.find(({ payer }) => payer === HENAN)).toEqual({
      payer: HENAN,
      payee: SHANGHAI,
      costFen: 1_480n,
      deductionFen: 120n,
      totalFen: 1_360n,
      insurances: {
        EMPLOYEE: { costFen: 1_010n, deductionFen: 100n, totalFen: 910n },
        RESIDENT: { costFen: 470n, deductionFen: 20n, totalFen: 450n },
      },
      funds: [
        { insurance: 'EMPLOYEE', fund: 'CRITICAL_ILLNESS', costFen: 40n, deductionFen: 0n, totalFen: 40n },
        { insurance: 'EMPLOYEE', fund: 'POOLING', costFen: 970n, deductionFen: 100n, totalFen: 870n },
        { insurance: 'RESIDENT', fund: 'POOLING', costFen: 470n, deductionFen: 20n, totalFen: 450n },
      ],
      months: [
        { costMonth: '2026-09', costFen: 40n, deductionFen: 0n, totalFen: 40n },
        { costMonth: '2026-10', costFen: 1_440n, deductionFen: 120n, totalFen: 1_320n },
      ],
    }));

  it('nets neither the two directions of a pair nor a return against what is owed', () => {
    expect(month.provinces).toEqual([
      { region: SHANGHAI, payableFen: 130n, receivableFen: 1_360n },
      { region: ANHUI, payableFen: 0n, receivableFen: 50n },
      { region: HENAN, payableFen: 1_360n, receivableFen: 80n },
    ]);
    expect(month.total).toEqual({ costFen: 1_570n, deductionFen: 180n, totalFen: 1_390n });
  });

  it('puts a return into the treating province’s payments and the insured one’s receipts, with "*"', () => {
    const shanghai = noticesOf(SHANGHAI, month.pairs);
    expect([text(shanghai.payments), text(shanghai.receipts)]).toEqual([['河南 80', '*安徽 50'], ['河南 1360']]);
    const anhui = noticesOf(ANHUI, month.pairs);
    expect([text(anhui.payments), text(anhui.receipts)]).toEqual([[], ['*上海 50']]);
  });

  it('of the nation has every province’s payments and receipts, which balance, returns too', () => {
    const { provinces, total } = nationalClearing(month.pairs);
    expect(provinces).toHaveLength(PROVINCES.length);
    const told = provinces
      .filter(({ paymentFen, receiptFen }) => paymentFen + receiptFen > 0n)
      .map(({ region, ...figures }) => [region, ...Object.values(figures)]);
    expect(told).toEqual([
      [SHANGHAI, 80n, 50n, 130n, 1_360n, 0n, 1_360n],
      [ANHUI, 0n, 0n, 0n, 0n, 50n, 50n],
      [HENAN, 1_360n, 0n, 1_360n, 80n, 0n, 80n],
    ]);
    expect(Object.values(total)).toEqual([1_440n, 50n, 1_490n, 1_440n, 50n, 1_490n]);
    expect(() => nationalClearing([{ payer: HENAN, payee: '310115', totalFen: fen(0n) }])).toThrow(
      '310115 is not a province',
    );
  });

  it('divides a notice by insurance and fund, as who pays counts it', () => {
    const parts = (payer: string, payee: string): unknown[] =>
      month.pairs
        .filter((pair) => pair.payer === payer && pair.payee === payee)
        .flatMap(noticeParts)
        .map(({ insurance, fund, amountFen }) => [insurance, fund, amountFen]);
    expect(parts(HENAN, SHANGHAI)).toEqual([
      ['EMPLOYEE', 'CRITICAL_ILLNESS', 40n],
      ['EMPLOYEE', 'POOLING', 870n],
      ['RESIDENT', 'POOLING', 450n],
    ]);
    // 上海 gives 安徽 back 60 of deductions, less the 10 that 安徽 owes.
    expect(parts(ANHUI, SHANGHAI)).toEqual([['EMPLOYEE', 'POOLING', 50n]]);
    const [mixed] = monthlyClearing([row(ANHUI, HENAN, 60, DEDUCTION), row(ANHUI, HENAN, 10, RESIDENT)]).pairs;
    expect(mixed && noticeParts(mixed).map(({ amountFen }) => amountFen)).toEqual([60n, -10n]);
    const [nothing] = monthlyClearing([row(ANHUI, HENAN, 60, DEDUCTION), row(ANHUI, HENAN, 60)]).pairs;
    expect(nothing && noticeParts(nothing)).toEqual([]);
  });

  it('has no line in a notice for a pair that comes to nothing, but has it in the tables', () => {
    const { pairs, provinces } = monthlyClearing([row(HENAN, ANHUI, 5), row(HENAN, ANHUI, 5, DEDUCTION)]);
    expect(pairs).toMatchObject([{ costFen: 5n, deductionFen: 5n, totalFen: 0n }]);
    expect(provinces.map(({ payableFen, receivableFen }) => [payableFen, receivableFen])).toEqual([
      [0n, 0n],
      [0n, 0n],
    ]);
    expect(noticesOf(HENAN, pairs)).toEqual({ payments: [], receipts: [] });
  });

  it('of nothing is nothing', () =>
    expect(monthlyClearing([])).toEqual({
      pairs: [],
      provinces: [],
      insurances: {
        EMPLOYEE: { costFen: 0n, deductionFen: 0n, totalFen: 0n },
        RESIDENT: { costFen: 0n, deductionFen: 0n, totalFen: 0n },
      },
      total: { costFen: 0n, deductionFen: 0n, totalFen: 0n },
    }));

  it('has two parties in each row', () =>
    expect(() => monthlyClearing([row(HENAN, HENAN, 1)])).toThrow('410000 has one party'));

  it('names provinces only', () =>
    expect(() => noticeName({ counterparty: '999999', amountFen: fen(1n), isReturn: true })).toThrow(
      '999999 is not a province',
    ));
});

describe('whatever the rows', () => {
  const code = fc.constantFrom(...PROVINCES.map((province) => province.code));
  const rows = fc.array(
    fc
      .record({
        payer: code,
        payee: code,
        insurance: fc.constantFrom(...INSURANCES),
        fund: fc.constantFrom(...CLEARED_FUNDS),
        costMonth: fc.constantFrom('2026-08', '2026-09', '2026-10'),
        kind: fc.constantFrom('COST' as const, 'AUDIT_DEDUCTION' as const),
        amountFen: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }).map(fen),
      })
      .filter(({ payer, payee }) => payer !== payee),
    { maxLength: 60 },
  );
  const total = (of: readonly { readonly totalFen: Fen }[]): Fen => sumFen(of.map(({ totalFen }) => totalFen));
  const signed = ({ kind, amountFen }: ClearingRow): Fen => fen(kind === 'COST' ? amountFen : -amountFen);

  it('what all pay is what all receive, and no figure of a province is negative', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const { provinces, pairs } = monthlyClearing(all);
        const payable = sumFen(provinces.map(({ payableFen }) => payableFen));
        expect(payable).toBe(sumFen(provinces.map(({ receivableFen }) => receivableFen)));
        expect(payable).toBe(pairs.reduce((sum, { totalFen }) => sum + (totalFen < 0n ? -totalFen : totalFen), 0n));
        expect(provinces.every(({ payableFen, receivableFen }) => payableFen >= 0n && receivableFen >= 0n)).toBe(true);
      }),
    );
  });

  it('the nation’s figures are the provinces’, and its payments its receipts', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const { provinces, pairs } = monthlyClearing(all);
        const nation = nationalClearing(pairs);
        expect([nation.total.paymentFen, nation.total.returnPayableFen]).toEqual([
          nation.total.receiptFen,
          nation.total.returnReceivableFen,
        ]);
        for (const { region, payableFen, receivableFen } of provinces)
          expect(nation.provinces.find((one) => one.region === region)).toMatchObject({
            paymentFen: payableFen,
            receiptFen: receivableFen,
          });
      }),
    );
  });

  it('the parts of a notice sum to it', () => {
    fc.assert(
      fc.property(rows, (all) => {
        for (const pair of monthlyClearing(all).pairs)
          expect(sumFen(noticeParts(pair).map(({ amountFen }) => amountFen))).toBe(magnitude(pair.totalFen));
      }),
    );
  });

  it('each payment of a notice is a receipt of the other’s, and the other way round', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const { provinces, pairs } = monthlyClearing(all);
        const notices = provinces.map(({ region }) => ({ region, ...noticesOf(region, pairs) }));
        const line = (from: string, to: string, of: NoticeLine): string =>
          `${from} ${to} ${of.amountFen} ${of.isReturn}`;
        const paid = notices.flatMap(({ region, payments }) => payments.map((of) => line(region, of.counterparty, of)));
        const received = notices.flatMap(({ region, receipts }) =>
          receipts.map((of) => line(of.counterparty, region, of)),
        );
        expect(paid.toSorted()).toEqual(received.toSorted());
      }),
    );
  });

  it('sums agree at every level with the rows themselves', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const month = monthlyClearing(all);
        const sum = sumFen(all.map(signed));
        expect([month.total.totalFen, total(month.pairs), total(Object.values(month.insurances))]).toEqual([
          sum,
          sum,
          sum,
        ]);
        for (const pair of month.pairs) {
          const own = all.filter(({ payer, payee }) => payer === pair.payer && payee === pair.payee);
          expect(pair.totalFen).toBe(sumFen(own.map(signed)));
          expect(pair.totalFen).toBe(pair.costFen - pair.deductionFen);
          const levels = [Object.values(pair.insurances), pair.funds, pair.months].map(total);
          expect(levels).toEqual([pair.totalFen, pair.totalFen, pair.totalFen]);
        }
      }),
    );
  });

  it('order changes nothing, nor does dividing an amount', () => {
    fc.assert(
      fc.property(rows, fc.nat(), (all, at) => {
        const cut = all.length === 0 ? 0 : at % all.length;
        const divided = [...all.slice(cut), ...all.slice(0, cut)].toReversed().flatMap((of) => [
          { ...of, amountFen: fen(of.amountFen / 3n) },
          { ...of, amountFen: fen(of.amountFen - of.amountFen / 3n) },
        ]);
        expect(monthlyClearing(divided)).toEqual(monthlyClearing(all));
      }),
    );
  });
});
