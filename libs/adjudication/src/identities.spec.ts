import fc from 'fast-check';
import { fen, sumFen, type Fen } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import {
  addDeltas,
  adjudicate,
  adjudicateStay,
  negateDeltas,
  splitTotal,
  type Accumulators,
  type Claim,
  type ClaimPart,
  type FeeSplit,
  type Policy,
  type StayAdjudication,
} from './index.js';
import { MANIFOLD, WEINAN, XIAN } from './spec-cities.js';
import { claim, paid, paidBy } from './spec-policies.js';

describe('every adjudication', () => {
  const amount = fc.bigInt({ min: 0n, max: 10n ** 8n }).map(fen);
  const part = fc.record({
    itemClass: fc.constantFrom('A' as const, 'B' as const, null),
    itemKind: fc.constantFrom('WESTERN_DRUG' as const, 'CONSUMABLE' as const, null),
    unitPriceFen: fc.option(fc.bigInt({ min: 0n, max: 3_000_000n }).map(fen)),
    inScopeFen: fc.bigInt({ min: 0n, max: 5n * 10n ** 7n }).map(fen),
  });
  const withParts = (parts: readonly ClaimPart[], rest: FeeSplit): Pick<Claim, 'parts' | 'split'> => ({
    parts,
    split: parts.length === 0 ? rest : { ...rest, inScopeFen: sumFen(parts.map(({ inScopeFen }) => inScopeFen)) },
  });
  const anyClaim = fc
    .record({
      visitKind: fc.constantFrom('INPATIENT' as const, 'OUTPATIENT' as const),
      personType: fc.constantFrom('ACTIVE' as const, 'RETIREE' as const),
      hospitalLevel: fc.constantFrom('PRIMARY' as const, 'TERTIARY' as const),
      benefitLevel: fc.constantFrom(
        'LOCAL' as const,
        'REFERRAL' as const,
        'EMERGENCY' as const,
        'OTHER_TEMPORARY' as const,
      ),
      account: fc.option(fc.record({ balanceFen: amount, mutualAidFen: amount })),
      hospitalPartFen: fc.oneof(fc.constant(fen(0n)), amount),
      split: fc.record({ fullSelfPayFen: amount, overCeilingFen: amount, firstSelfPayFen: amount, inScopeFen: amount }),
      parts: fc.array(part, { maxLength: 5 }),
    })
    .map(({ parts, split: rest, ...of }) => claim({ ...of, ...withParts(parts, rest) }));
  const anyBefore = fc.record({
    INPATIENT_VISITS: fc.bigInt({ min: 0n, max: 9n }),
    INPATIENT_DEDUCTIBLE: fc.bigInt({ min: 0n, max: 1_600_000n }),
    INPATIENT_SCALE: fc.bigInt({ min: 0n, max: 6_000_000n }),
    'INPATIENT_EXPENSE@2026Q1': fc.bigInt({ min: 0n, max: 70_000_000n }),
    OUTPATIENT_DEDUCTIBLE: fc.bigInt({ min: 0n, max: 20_000n }),
    OUTPATIENT_POOLING: fc.bigInt({ min: 0n, max: 200_000n }),
    'OUTPATIENT_POOLING@2026-03': fc.bigInt({ min: 0n, max: 160_000n }),
    POOLING_PAID: fc.bigInt({ min: 0n, max: 40_000_000n }),
    LARGE_SUM_PAID: fc.bigInt({ min: 0n, max: 10_000_000n }),
    CRITICAL_ILLNESS_BASE: fc.bigInt({ min: 0n, max: 5_000_000n }),
  });
  const anyStay = fc
    .tuple(
      anyClaim,
      fc.constantFrom('2026-06-30', '2026-12-25', '2026-12-31'),
      fc.constantFrom('2027-01-01', '2027-01-04', '2028-02-29'),
    )
    .map(([of, startedOn, endedOn]) => ({ ...of, startedOn, endedOn }));
  const anyDivision = fc.record({ crossYearDeductible: fc.constantFrom('ONCE' as const, 'EACH_YEAR' as const) });
  const stayOf = (of: Claim, policy: Policy, totalsOf: (year: number) => Accumulators): StayAdjudication => {
    const result = adjudicateStay(of, policy, totalsOf);
    if (!result.ok) throw new Error(result.reason);
    return result.adjudication;
  };
  const anyPolicy = fc.constantFrom(XIAN, MANIFOLD, WEINAN);
  const inpatientIn = (of: Claim, policy: typeof XIAN): Claim =>
    policy === WEINAN ? { ...of, visitKind: 'INPATIENT' } : of;

  /** I3 to I7, I9 and I11 of every answer, whatever the policy. */
  const expectIdentities = (result: Omit<StayAdjudication, 'years' | 'steps'>, of: Claim): void => {
    const { totalFen, funds, fundTotalFen, personalFen, hospitalPartFen, deductibleFen, cashFen } = result;
    const { accountFen, mutualAidFen, accountBalanceFen, split: parts } = result;
    const paidByFunds = sumFen(funds.map(({ amountFen }) => amountFen));
    const all = {
      ...parts,
      fundTotalFen,
      personalFen,
      hospitalPartFen,
      deductibleFen,
      cashFen,
      accountFen,
      mutualAidFen,
    };
    expect(totalFen).toBe(splitTotal(of.split));
    expect(splitTotal(parts)).toBe(totalFen);
    expect(parts).toEqual(of.split);
    expect(totalFen).toBe(fundTotalFen + personalFen + hospitalPartFen);
    expect(personalFen).toBe(accountFen + mutualAidFen + cashFen);
    expect(fundTotalFen).toBe(paidByFunds);
    expect(totalFen - cashFen - hospitalPartFen).toBe(fundTotalFen + accountFen + mutualAidFen);
    expect(Object.values(all).filter((each) => each < 0n)).toEqual([]);
    expect(fundTotalFen <= of.split.inScopeFen && deductibleFen <= of.split.inScopeFen).toBe(true);
    expect(hospitalPartFen <= of.hospitalPartFen).toBe(true);
    expect(accountBalanceFen).toBe(of.account === null ? null : of.account.balanceFen - accountFen);
    expect(accountFen <= (of.account?.balanceFen ?? 0n) && mutualAidFen <= (of.account?.mutualAidFen ?? 0n)).toBe(true);
    expect(new Set(funds.map(({ fund }) => fund)).size).toBe(funds.length);
    expect(
      funds.every(({ amountFen, limitFen }) => amountFen > 0n && (limitFen === null || amountFen <= limitFen)),
    ).toBe(true);
  };

  it('divides the bill without creating or losing a fen, and no part is negative', () => {
    fc.assert(
      fc.property(anyClaim, anyBefore, anyPolicy, (any, before, policy) => {
        const of = inpatientIn(any, policy);
        expectIdentities(paid(of, policy, before), of);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does so of a stay over several benefit years too, whose parts are the whole', () => {
    fc.assert(
      fc.property(anyStay, anyBefore, anyBefore, anyPolicy, anyDivision, (any, before, after, of, division) => {
        const stay: Claim = { ...any, visitKind: 'INPATIENT' };
        const policy: Policy = { ...of, benefitYear: { startsOn: '01-01', crossYear: 'BY_NIGHTS', ...division } };
        const result = stayOf(stay, policy, (year) => (year === 2026 ? before : after));
        expectIdentities(result, stay);
        const { years, split: whole, deductibleFen, fundTotalFen } = result;
        expect(sumFen(years.map(({ inScopeFen }) => inScopeFen))).toBe(whole.inScopeFen);
        expect(sumFen(years.map((year) => year.deductibleFen))).toBe(deductibleFen);
        expect(sumFen(years.map((year) => year.fundTotalFen))).toBe(fundTotalFen);
        expect(years.map(({ deltas }) => deltas.INPATIENT_VISITS ?? 0n)).toEqual(
          years.map((_, at) => (at === 0 || division.crossYearDeductible === 'EACH_YEAR' ? 1n : 0n)),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves the deductible to the person where only pooling and large-sum funds pay', () => {
    fc.assert(
      fc.property(anyClaim, anyBefore, (of, before) => {
        const result = paid(of, XIAN, before);
        return result.fundTotalFen <= of.split.inScopeFen - result.deductibleFen;
      }),
      { numRuns: 2_000 },
    );
  });

  it('pays no less on a larger bill', () => {
    fc.assert(
      fc.property(anyClaim, anyBefore, anyPolicy, fc.nat(10_000_000), (any, before, policy, more) => {
        const of = inpatientIn(any, policy);
        const larger = fen(of.split.inScopeFen + BigInt(more));
        const whole = (inScopeFen: Fen): Claim => ({ ...of, parts: [], split: { ...of.split, inScopeFen } });
        const [less, greater] = [of.split.inScopeFen, larger].map((each) => paid(whole(each), policy, before));
        expect(greater && less && greater.fundTotalFen >= less.fundTotalFen).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('pays no less where one part of the bill is larger, whatever the others are', () => {
    fc.assert(
      fc.property(
        anyClaim.filter(({ parts }) => parts.length > 0),
        anyBefore,
        anyPolicy,
        fc.nat(4),
        fc.nat(10_000_000),
        (any, before, policy, which, more) => {
          const of = inpatientIn(any, policy);
          const grown = of.parts.map((each, at) =>
            at === which % of.parts.length ? { ...each, inScopeFen: fen(each.inScopeFen + BigInt(more)) } : each,
          );
          const [less, greater] = [of.parts, grown].map((parts) =>
            paid({ ...of, ...withParts(parts, of.split) }, policy, before),
          );
          expect(greater && less && greater.fundTotalFen >= less.fundTotalFen).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is the same of the same', () => {
    fc.assert(
      fc.property(anyClaim, anyBefore, anyPolicy, (any, before, policy) => {
        const of = inpatientIn(any, policy);
        expect(adjudicate(structuredClone(of), policy, { ...before })).toEqual(adjudicate(of, policy, before));
      }),
    );
  });

  it('doesn’t change by how the bill is cut into parts and in which order they come', () => {
    const cut = (parts: readonly ClaimPart[]): ClaimPart[] =>
      parts.flatMap((whole) => {
        const half = fen(whole.inScopeFen / 3n);
        return [
          { ...whole, inScopeFen: half },
          { ...whole, inScopeFen: fen(whole.inScopeFen - half) },
        ];
      });
    fc.assert(
      fc.property(
        anyClaim.filter(({ parts }) => parts.length > 0),
        anyBefore,
        fc.infiniteStream(fc.nat()),
        (of, before, order) => {
          const ranks = cut(of.parts).map((each) => [order.next().value, each] as const);
          const parts = ranks.toSorted(([one], [other]) => one - other).map(([, each]) => each);
          expect(paid({ ...of, parts }, MANIFOLD, before)).toEqual(paid(of, MANIFOLD, before));
        },
      ),
    );
  });

  it('is undone exactly by taking its deltas back', () => {
    fc.assert(
      fc.property(anyClaim, anyBefore, anyPolicy, (any, before, policy) => {
        const { deltas } = paid(inpatientIn(any, policy), policy, before);
        expect(addDeltas(addDeltas(before, deltas), negateDeltas(deltas))).toEqual(addDeltas(before, {}));
      }),
    );
  });

  it('adds to the year exactly what it paid', () => {
    fc.assert(
      fc.property(anyClaim, anyBefore, anyPolicy, (any, before, policy) => {
        const result = paid(inpatientIn(any, policy), policy, before);
        const {
          POOLING_PAID = 0n,
          LARGE_SUM_PAID = 0n,
          CRITICAL_ILLNESS_PAID = 0n,
          MEDICAL_AID_PAID = 0n,
        } = result.deltas;
        const added = POOLING_PAID + LARGE_SUM_PAID + CRITICAL_ILLNESS_PAID + MEDICAL_AID_PAID;
        expect([added, POOLING_PAID]).toEqual([result.fundTotalFen, paidBy('POOLING', result)]);
      }),
    );
  });
});
