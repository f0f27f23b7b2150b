import { fen, sumFen, type Fen } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import {
  adjudicateStay,
  benefitYearsOf,
  explain,
  nightsBetween,
  type Accumulators,
  type Claim,
  type StayAdjudication,
} from './index.js';
import fc from 'fast-check';
import { claim, documentOf, read, split, yuan, type Json } from './spec-policies.js';

const dividing = (change: Json = {}, inpatient: Json = {}) =>
  read(documentOf(inpatient, { benefitYear: { startsOn: '01-01', crossYear: 'BY_NIGHTS', ...change } }));
/** 2026-12-25 to 2027-01-04: seven nights and three. */
const overNewYear = (change: Partial<Claim> = {}): Claim =>
  claim({ split: split('30000'), startedOn: '2026-12-25', endedOn: '2027-01-04', ...change });
const settled = (
  of: Claim,
  policy: ReturnType<typeof read>,
  totals: Readonly<Record<number, Accumulators>> = {},
): StayAdjudication => {
  const result = adjudicateStay(of, policy, (year) => totals[year] ?? {});
  if (!result.ok) throw new Error(result.reason);
  return result.adjudication;
};
const perYear = ({ years }: StayAdjudication): (readonly [number, Fen, Fen, Fen])[] =>
  years.map((year) => [year.benefitYear, year.inScopeFen, year.deductibleFen, year.fundTotalFen]);

describe('nights', () => {
  it.each([
    ['2026-12-25', '2027-01-04', 10],
    ['2026-03-15', '2026-03-15', 0],
    ['2028-02-28', '2028-03-01', 2],
    ['2026-02-28', '2026-03-01', 1],
    ['2100-02-28', '2100-03-01', 1],
    ['2000-02-28', '2000-03-01', 2],
    ['2026-01-01', '2027-01-01', 365],
    ['2026-08-31', '2026-12-01', 92],
  ])('from %s to %s are %i', (from, to, nights) => expect(nightsBetween(from, to)).toBe(nights));
});

describe('the benefit years of a stay', () => {
  const BY_NIGHTS = { startsOn: '01-01', crossYear: 'BY_NIGHTS', crossYearDeductible: 'ONCE' } as const;
  it.each<
    [
      string,
      string,
      Partial<Omit<typeof BY_NIGHTS, 'startsOn' | 'crossYear'>> & { startsOn?: string; crossYear?: 'WHOLE' },
      number[],
    ]
  >([
    ['2026-12-25', '2027-01-04', { crossYear: 'WHOLE' }, [2027]],
    ['2026-12-25', '2027-01-04', {}, [2026, 2027]],
    ['2026-12-25', '2028-01-04', {}, [2026, 2027, 2028]],
    ['2027-01-01', '2027-01-04', {}, [2027]],
    // The day of the discharge has no night.
    ['2026-12-25', '2027-01-01', {}, [2026]],
    ['2027-01-01', '2027-01-01', {}, [2027]],
    ['2026-06-29', '2026-07-02', { startsOn: '07-01' }, [2025, 2026]],
    ['2026-12-25', '2027-01-04', { startsOn: '07-01' }, [2026]],
  ])('from %s to %s by %j are %j', (startedOn, endedOn, change, years) =>
    expect(benefitYearsOf({ startedOn, endedOn }, { ...BY_NIGHTS, ...change })).toEqual(years),
  );
});

describe('a stay over the end of the benefit year', () => {
  it('is divided the same however its bill is cut into lines', () => {
    const policy = dividing(
      {},
      { firstSelfPay: { ratio: [{ when: { itemClasses: ['B'] }, is: '7%' }, { is: '0%' }] } },
    );
    const of = (cut: readonly (readonly ['A' | 'B', bigint])[]): Claim => {
      const parts = cut.map(([itemClass, amount]) => ({
        itemClass,
        itemKind: null,
        unitPriceFen: null,
        inScopeFen: fen(amount),
      }));
      const inScopeFen = sumFen(parts.map((part) => part.inScopeFen));
      return overNewYear({ parts, split: { ...split('0'), inScopeFen } });
    };
    const line = fc.tuple(fc.constantFrom('A' as const, 'B' as const), fc.bigInt({ min: 0n, max: 999n }));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 300 }), (lines) => {
        const whole = (['A', 'B'] as const).map(
          (itemClass) =>
            [itemClass, lines.reduce((sum, [own, amount]) => sum + (own === itemClass ? amount : 0n), 0n)] as const,
        );
        expect(perYear(settled(of(lines), policy))).toEqual(perYear(settled(of(whole), policy)));
      }),
    );
  });

  it('belongs to the year of the discharge where it is settled whole', () =>
    expect(perYear(settled(overNewYear(), read(documentOf())))).toEqual([
      [2027, yuan('30000'), yuan('1000'), yuan('23200')],
    ]));

  it('is divided by nights, 7 and 3 of 30,000 yuan: 21,000 and 9,000; it pays one deductible, in the first', () =>
    expect(perYear(settled(overNewYear(), dividing()))).toEqual([
      [2026, yuan('21000'), yuan('1000'), yuan('16000')],
      [2027, yuan('9000'), yuan('0'), yuan('7200')],
    ]));

  it('pays a deductible in each year, if the policy says so', () =>
    expect(perYear(settled(overNewYear(), dividing({ crossYearDeductible: 'EACH_YEAR' })))).toEqual([
      [2026, yuan('21000'), yuan('1000'), yuan('16000')],
      [2027, yuan('9000'), yuan('1000'), yuan('6400')],
    ]));

  it('pays what the first part was too small for in the next', () => {
    const of = overNewYear({ split: split('1200') });
    expect(perYear(settled(of, dividing()))).toEqual([
      [2026, yuan('840'), yuan('840'), yuan('0')],
      [2027, yuan('360'), yuan('160'), yuan('160')],
    ]);
  });

  it('gives the last part what rounding leaves', () => {
    const of = overNewYear({ split: split('100.01', '0.05', '0.05', '0.05') });
    const { years, split: whole } = settled(of, dividing());
    expect(years.map(({ inScopeFen }) => inScopeFen)).toEqual([yuan('70.01'), yuan('30.00')]);
    expect(whole).toEqual(of.split);
  });

  it('gives out no more than there is, however small, over three years', () => {
    const of = overNewYear({
      split: split('0.01', '0.01', '0.02', '0.03'),
      startedOn: '2026-12-31',
      endedOn: '2028-12-30',
    });
    const { years, split: whole, totalFen } = settled(of, dividing());
    expect(years.map(({ inScopeFen }) => inScopeFen)).toEqual([yuan('0'), yuan('0.01'), yuan('0')]);
    expect([whole, totalFen]).toEqual([of.split, yuan('0.07')]);
  });

  it('counts the months of each year in that year', () => {
    const monthly = dividing({}, { caps: [{ period: 'MONTH', on: 'FUND', most: '10000' }] });
    const { years, fundTotalFen } = settled(overNewYear(), monthly, {
      2026: { 'INPATIENT_POOLING@2026-12': yuan('9000') },
      2027: { 'INPATIENT_POOLING@2027-01': yuan('3000') },
    });
    expect(fundTotalFen).toBe(yuan('8000'));
    expect(years.map(({ deltas }) => deltas)).toMatchObject([
      { 'INPATIENT_POOLING@2026-12': yuan('1000') },
      { 'INPATIENT_POOLING@2027-01': yuan('7000') },
    ]);
  });

  it('is decided by each year’s own totals, and by the visit’s number in the first', () => {
    const halved = {
      deductible: {
        basis: 'PER_VISIT',
        standard: '1000',
        adjustments: [{ mode: 'FACTORS_BY_VISIT', factors: ['1', '0.5'] }],
      },
    };
    const capped = dividing({}, { ...halved, caps: [{ period: 'YEAR', on: 'FUND', most: '10000' }] });
    const totals = { 2026: { INPATIENT_VISITS: 1n, INPATIENT_POOLING: yuan('9000') }, 2027: {} };
    expect(perYear(settled(overNewYear(), capped, totals))).toEqual([
      [2026, yuan('21000'), yuan('500'), yuan('1000')],
      [2027, yuan('9000'), yuan('0'), yuan('7200')],
    ]);
  });

  it('counts as one visit, of the year that it began in', () => {
    const visits = (policy: ReturnType<typeof read>) =>
      settled(overNewYear(), policy).years.map(({ deltas }) => deltas.INPATIENT_VISITS ?? 0n);
    expect(visits(dividing())).toEqual([1n, 0n]);
    expect(visits(dividing({ crossYearDeductible: 'EACH_YEAR' }))).toEqual([1n, 1n]);
  });

  it('divides each part of the bill, not only their sum', () => {
    const part = (itemClass: 'A' | 'B', amount: string) => ({
      itemClass,
      itemKind: null,
      unitPriceFen: null,
      inScopeFen: yuan(amount),
    });
    const parts = [part('A', '10000.01'), part('B', '20000.02')];
    const policy = dividing(
      {},
      { bands: [{ upTo: null, ratio: [{ when: { itemClasses: ['A'] }, is: '100%' }, { is: '50%' }] }] },
    );
    // 7,000.01 of A, less 1,000, and half of 14,000.01; then 3,000.00 and half of 6,000.01.
    expect(perYear(settled(overNewYear({ parts, split: split('30000.03') }), policy))).toEqual([
      [2026, yuan('21000.02'), yuan('1000'), yuan('13000.02')],
      [2027, yuan('9000.01'), yuan('0'), yuan('6000.01')],
    ]);
  });

  it('uses an account once, and says each fund once', () => {
    const policy = {
      ...dividing(),
      account: read(documentOf({}, { account: { pays: ['IN_SCOPE'], mutualAid: true } })).account,
    };
    const of = overNewYear({ account: { balanceFen: yuan('6000'), mutualAidFen: yuan('500') } });
    const result = settled(of, policy);
    // Personal 5,000 and 1,800.
    expect(result).toMatchObject({
      personalFen: yuan('6800'),
      accountFen: yuan('6000'),
      mutualAidFen: yuan('500'),
      cashFen: yuan('300'),
      accountBalanceFen: yuan('0'),
      funds: [{ fund: 'POOLING', amountFen: yuan('23200'), baseFen: yuan('29000'), limitFen: null }],
    });
  });

  it('pays the share of the whole bill where the deductible is a share, as if it weren’t divided', () => {
    const fifth = {
      deductible: { basis: 'PER_VISIT', standard: { shareOf: 'IN_SCOPE', ratio: '20%', least: '2000', most: '10000' } },
    };
    const of = overNewYear({ split: split('40000'), startedOn: '2026-12-30', endedOn: '2027-01-03' });
    expect(perYear(settled(of, dividing({}, fifth)))).toEqual([
      [2026, yuan('20000'), yuan('4000'), yuan('12800')],
      [2027, yuan('20000'), yuan('4000'), yuan('12800')],
    ]);
    const ofBill = { deductible: { ...fifth.deductible, standard: { shareOf: 'BILL', ratio: '20%', most: '10000' } } };
    expect(settled({ ...of, split: split('30000', '10000') }, dividing({}, ofBill)).deductibleFen).toBe(yuan('8000'));
  });

  it('is asked by the totals of the year that it began in for a deductible of the year', () => {
    const yearly = { deductible: { basis: 'PER_YEAR', standard: '1000', yearlyMost: '800' } };
    const deductibles = (before: Accumulators, change: Json = {}) =>
      settled(overNewYear({ split: split('1000') }), dividing(change, yearly), { 2026: before }).years.map(
        ({ deductibleFen }) => deductibleFen,
      );
    expect(deductibles({ INPATIENT_DEDUCTIBLE: yuan('1000') })).toEqual([yuan('0'), yuan('0')]);
    expect(deductibles({ INPATIENT_DEDUCTIBLE: yuan('50') })).toEqual([yuan('700'), yuan('50')]);
    expect(deductibles({ INPATIENT_DEDUCTIBLE: yuan('1000') }, { crossYearDeductible: 'EACH_YEAR' })).toEqual([
      yuan('0'),
      yuan('300'),
    ]);
  });

  it('is counted by the last month of the year where the discharge leaves nothing in the next', () => {
    const monthly = dividing({}, { caps: [{ period: 'MONTH', on: 'FUND', most: '3000' }] });
    const { years } = settled(overNewYear({ endedOn: '2027-01-01' }), monthly, {
      2026: { 'INPATIENT_POOLING@2026-12': yuan('2900') },
    });
    expect(years).toMatchObject([
      { benefitYear: 2026, fundTotalFen: yuan('100'), deltas: { 'INPATIENT_POOLING@2026-12': yuan('100') } },
    ]);
  });

  it('uses up what the hospital bears wherever something is unpaid', () => {
    const policy = dividing(
      {},
      { deductible: { basis: 'PER_VISIT', standard: '2000' }, bands: [{ upTo: null, ratio: '100%' }] },
    );
    const of = { split: split('4000'), startedOn: '2026-12-30', endedOn: '2027-01-03', hospitalPartFen: yuan('1500') };
    expect(settled(overNewYear(of), policy)).toMatchObject({ hospitalPartFen: yuan('1500'), personalFen: yuan('500') });
  });

  it('shares what the hospital bears', () =>
    expect(settled(overNewYear({ hospitalPartFen: yuan('100') }), dividing())).toMatchObject({
      hospitalPartFen: yuan('100'),
      personalFen: yuan('6700'),
    }));

  it('adds the limits of both years up', () => {
    const policy = dividing({}, { caps: [{ period: 'YEAR', on: 'FUND', most: '20000' }] });
    const [pooling] = settled(overNewYear(), policy, { 2026: { INPATIENT_POOLING: yuan('5000') } }).funds;
    expect(pooling).toMatchObject({ amountFen: yuan('22200'), limitFen: yuan('35000') });
  });

  it('is explained year by year', () => {
    const lines = explain(settled(overNewYear(), dividing()).steps);
    expect(lines.filter(({ rule }) => rule === 'CROSS_YEAR')).toEqual([
      {
        rule: 'CROSS_YEAR',
        source: '经办规程第四十一条',
        baseFen: yuan('30000'),
        rate: '',
        resultFen: yuan('21000'),
        textZh: '跨年度住院，按住院天数归入 2026 待遇年度的部分',
        textEn: 'The part of the stay that its nights give to the benefit year 2026',
      },
      expect.objectContaining({ resultFen: yuan('9000'), textZh: expect.stringContaining('2027') }),
    ]);
    expect(lines.filter(({ rule }) => rule === 'PERSONAL')).toHaveLength(2);
    expect(explain(settled(overNewYear(), read(documentOf())).steps).map(({ rule }) => rule)).not.toContain(
      'CROSS_YEAR',
    );
  });

  it('is refused where a part of it is', () =>
    expect(adjudicateStay(overNewYear({ visitKind: 'CHRONIC' }), dividing(), () => ({}))).toEqual({
      ok: false,
      reason: 'VISIT_KIND_NOT_COVERED',
    }));
});
