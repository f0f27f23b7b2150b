import { fen } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDeltas, type Accumulators } from './accumulators.js';
import type { Adjudication, Claim } from './claim.js';
import type { Policy } from './policy.js';
import { claim, documentOf, paid, read, split, yuan, type Json } from './spec-policies.js';
import { adjudicateStay } from './stay.js';

const asking = (deductible: Json = {}, change: Json = {}): Policy =>
  read(documentOf({ deductible: { basis: 'PER_VISIT', standard: '1000', ...deductible } }, change));

/** Settles bills one after another as parts of one stay. */
function inParts(bills: readonly Claim[], policy: Policy, before: Accumulators = {}): Adjudication[] {
  let totals = before;
  let paidFen = fen(0n);
  return bills.map((bill, at) => {
    const part = paid(at === 0 ? bill : { ...bill, stayDeductibleFen: paidFen }, policy, totals);
    totals = addDeltas(totals, part.deltas);
    paidFen = fen(paidFen + part.deductibleFen);
    return part;
  });
}

const deductiblesOf = (parts: readonly Adjudication[]) => parts.map(({ deductibleFen }) => deductibleFen);
const bills = (...amounts: readonly string[]): Claim[] => amounts.map((inScope) => claim({ split: split(inScope) }));

describe('the deductible of a stay in parts', () => {
  it.each<[string, Json, string[], string[]]>([
    ['is paid by the first that has so much', {}, ['5000', '3000'], ['1000', '0']],
    ['goes on where the first had less', {}, ['400', '3000'], ['400', '600']],
    ['goes on over as many as there are', {}, ['400', '0', '300', '200', '5000'], ['400', '0', '300', '200', '100']],
    [
      'of a year is counted by the year’s totals alone',
      { basis: 'PER_YEAR' },
      ['400', '300', '5000'],
      ['400', '300', '300'],
    ],
    ['of a hospital and year too', { basis: 'PER_HOSPITAL_AND_YEAR' }, ['400', '300', '5000'], ['400', '300', '300']],
    ['is within what a year asks for at most', { yearlyMost: '700' }, ['400', '3000'], ['400', '300']],
    ['is of each part’s own bill where it is a share', { standard: share() }, ['4000', '6000'], ['400', '600']],
    ['asks once for what a share is at least', { standard: share({ least: '500' }) }, ['4000', '6000'], ['500', '600']],
    ['asks once for what a share is at most', { standard: share({ most: '700' }) }, ['4000', '6000'], ['400', '300']],
    [
      'asks for an adjusted share at most once',
      { standard: share({ most: '700' }), adjustments: [{ mode: 'FACTOR', factor: '0.5' }] },
      ['6000', '6000'],
      ['300', '50'],
    ],
    ['is none where nobody pays one', { basis: 'NONE' }, ['4000', '6000'], ['0', '0']],
  ])('%s', (_, deductible, amounts, expected) =>
    expect(deductiblesOf(inParts(bills(...amounts), asking(deductible)))).toEqual(expected.map(yuan)),
  );

  it('is never less than nothing, whatever was paid before', () =>
    expect(paid(claim({ stayDeductibleFen: yuan('1200') }), asking()).deductibleFen).toBe(0n));

  it('of two is that of the whole, where it is an amount a visit', () => {
    const amount = fc.bigInt({ min: 0n, max: yuan('3000') }).map(fen);
    const adjustments = fc.constantFrom<Json[]>(
      [],
      [{ mode: 'LESS_BY_VISIT', amount: '300' }],
      [{ mode: 'FACTORS_BY_VISIT', factors: ['1', '0.8', '1/3'] }],
      [
        { mode: 'SHARE_LESS_BY_VISIT', ratio: '20%' },
        { mode: 'FLOOR', least: '200' },
      ],
    );
    const property = fc.property(
      amount,
      amount,
      adjustments,
      fc.bigInt({ min: 0n, max: 4n }),
      (one, other, adjust, n) => {
        const policy = asking({ adjustments: adjust });
        const of = (inScopeFen: bigint): Claim => claim({ split: { ...split('0'), inScopeFen: fen(inScopeFen) } });
        const before: Accumulators = { INPATIENT_VISITS: n };
        const whole = paid(of(one + other), policy, before).deductibleFen;
        const [first = fen(0n), second = fen(0n)] = deductiblesOf(inParts([of(one), of(other)], policy, before));
        expect(first + second).toBe(whole);
      },
    );
    fc.assert(property);
  });
});

describe('a later part of a stay', () => {
  it('is no admission: the count stays, and the next stay is the second', () => {
    const policy = asking({ adjustments: [{ mode: 'LESS_BY_VISIT', amount: '300' }] });
    const parts = inParts(bills('400', '300', '5000'), policy);
    expect(parts.map(({ deltas }) => deltas['INPATIENT_VISITS'])).toEqual([1n, undefined, undefined]);
    const totals = parts.map(({ deltas }) => deltas).reduce<Accumulators>(addDeltas, {});
    expect(paid(claim(), policy, totals).deductibleFen).toBe(yuan('700'));
  });

  it('is decided as the visit that the stay is, where rules ask which', () => {
    const second = { when: { visitNumber: { from: 2, upTo: 2 } }, mode: 'ABSOLUTE', ratio: '50%' };
    const policy = asking({ basis: 'NONE' }, { adjustments: [second] });
    const parts = inParts(bills('1000', '1000'), policy, { INPATIENT_VISITS: 1n });
    expect(parts.map(({ fundTotalFen }) => fundTotalFen)).toEqual([yuan('500'), yuan('500')]);
  });

  it('in a year of which nothing is counted yet is its first visit, and counts none', () => {
    const policy = asking({ adjustments: [{ mode: 'FACTORS_BY_VISIT', factors: ['1', '0.5'] }] });
    const part = paid(claim({ stayDeductibleFen: yuan('300') }), policy);
    expect([part.deductibleFen, part.deltas['INPATIENT_VISITS']]).toEqual([yuan('700'), undefined]);
  });

  it('begins its bands anew', () => {
    const bands = [
      { upTo: '3000', ratio: '50%' },
      { upTo: null, ratio: '90%' },
    ];
    const policy = read(documentOf({ deductible: { basis: 'NONE', standard: '0' }, bands }));
    const parts = inParts(bills('3000', '3000'), policy);
    expect(parts.map(({ fundTotalFen }) => fundTotalFen)).toEqual([yuan('1500'), yuan('1500')]);
    expect(paid(claim({ split: split('6000') }), policy).fundTotalFen).toBe(yuan('4200'));
  });
});

describe('a later part that goes on into another benefit year', () => {
  // Seven nights and three.
  const over = claim({
    split: split('1200'),
    startedOn: '2026-12-25',
    endedOn: '2027-01-04',
    stayDeductibleFen: yuan('100'),
  });
  it.each([
    ['ONCE', ['840', '60'], [undefined, undefined]],
    ['EACH_YEAR', ['840', '360'], [undefined, 1n]],
  ])('where the deductible is paid %s', (crossYearDeductible, deductibles, visits) => {
    const benefitYear = { startsOn: '01-01', crossYear: 'BY_NIGHTS', crossYearDeductible };
    const result = adjudicateStay(over, asking({}, { benefitYear }), () => ({}));
    const { years } = result.ok ? result.adjudication : { years: [] };
    expect(years.map(({ deductibleFen }) => deductibleFen)).toEqual(deductibles.map(yuan));
    expect(years.map(({ deltas }) => deltas['INPATIENT_VISITS'])).toEqual(visits);
  });
});

function share(bounds: Json = {}): Json {
  return { shareOf: 'BILL', ratio: '10%', ...bounds };
}
