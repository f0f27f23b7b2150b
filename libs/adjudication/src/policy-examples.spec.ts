import { describe, expect, it } from 'vitest';
import { exampleProblem, problemOf, readPolicy, strangeness, type Claim, type Policy } from './index.js';
import { claim, documentOf, read, stay as stayRule, type Json } from './spec-policies.js';

/** Of 10,000 yuan in scope: a deductible of 1,000, then 80 % of 9,000, half of the rest by the civil servants' fund, 500 from an account. */
function withExample(example: Json, change: Json = {}): Json {
  return documentOf(undefined, {
    layers: [
      { fund: 'CIVIL_SERVANT', base: 'SELF_PAY', countsDeductible: true, bands: [{ upTo: null, ratio: '50%' }] },
    ],
    account: { pays: ['IN_SCOPE'], mutualAid: false },
    examples: [example],
    ...change,
  });
}
const CLAIM = {
  visitKind: 'INPATIENT',
  personType: 'ACTIVE',
  hospitalLevel: 'TERTIARY',
  endedOn: '2026-03-15',
  inScope: '10000',
  account: { balance: '500' },
};
const EXPECT = {
  fund: '8600',
  personal: '1400',
  deductible: '1000',
  funds: { POOLING: '7200', CIVIL_SERVANT: '1400' },
  account: '500',
  cash: '900',
};
const expecting = (change: Json): Json => ({ name: '在职 三级', claim: CLAIM, expect: { ...EXPECT, ...change } });

describe('an example in a policy', () => {
  it('is kept where all comes out as it says', () => expect(problemOf(read(withExample(expecting({}))))).toBeNull());

  it('needs to say no more than what funds and person pay', () =>
    expect(
      exampleProblem(read(withExample({ ...expecting({}), expect: { fund: '8600', personal: '1400' } }))),
    ).toBeNull());

  it.each<[string, Json, string]>([
    ['the funds together', { fund: '8600.01' }, 'fund should be 8600.01 but is 8600.00'],
    ['the deductible', { deductible: '0' }, 'deductible should be 0.00 but is 1000.00'],
    ['one fund', { funds: { POOLING: '7000', CIVIL_SERVANT: '1400' } }, 'POOLING should be 7000.00 but is 7200.00'],
    ['a fund that it doesn’t name', { funds: { POOLING: '7200' } }, 'CIVIL_SERVANT should be 0.00 but is 1400.00'],
    ['a fund that pays nothing', { funds: { ...EXPECT.funds, OTHER: '1' } }, 'OTHER should be 1.00 but is 0.00'],
    ['the person’s part', { personal: '1399' }, 'personal should be 1399.00 but is 1400.00'],
    ['the account’s part', { account: '0' }, 'account should be 0.00 but is 500.00'],
    ['the cash', { cash: '0' }, 'cash should be 0.00 but is 900.00'],
  ])('makes its policy refused where %s comes out otherwise', (_, change, problem) =>
    expect(problemOf(read(withExample(expecting(change))))).toBe(`examples.0 在职 三级: ${problem}`),
  );

  it('makes its policy refused where nothing is paid at all', () => {
    const outpatient = { ...expecting({}), claim: { ...CLAIM, visitKind: 'OUTPATIENT' } };
    expect(problemOf(read(withExample(outpatient)))).toMatch(/^examples\.0 .*is refused: VISIT_KIND_NOT_COVERED$/);
  });

  it('begins with the totals that it gives', () => {
    const second = { ...expecting({}), accumulators: { POOLING_PAID: '19990000' } };
    const cap = { poolingCap: { period: 'YEAR', on: 'FUND', most: '200000' } };
    expect(problemOf(read(withExample(second, cap)))).toMatch(
      /^examples\.0 .*: fund should be 8600\.00 but is 5050\.00$/,
    );
  });

  it('may lie in two benefit years, with the totals of each', () => {
    const stay = {
      name: '跨年度',
      claim: { ...CLAIM, startedOn: '2025-12-27', endedOn: '2026-01-06', account: null },
      accumulators: { POOLING_PAID: '0' },
      accumulatorsOfEarlierYear: { POOLING_PAID: '20000000' },
      expect: { fund: '4000', personal: '6000', deductible: '1000' },
    };
    const divided = {
      benefitYear: { startsOn: '01-01', crossYear: 'BY_NIGHTS' },
      poolingCap: { period: 'YEAR', on: 'FUND', most: '200000' },
      layers: [],
    };
    expect(problemOf(read(withExample(stay, divided)))).toBeNull();
  });

  it.each<[string, Json, RegExp]>([
    ['has no name', { ...expecting({}), name: '' }, /^examples\.0\.name/],
    ['expects nothing', { ...expecting({}), expect: {} }, /^examples\.0\.expect\.fund/],
    ['names an unknown fund', expecting({ funds: { GOLD: '1' } }), /^examples\.0\.expect\.funds/],
    [
      'has no bill',
      { ...expecting({}), claim: { ...CLAIM, inScope: undefined } },
      /^examples\.0\.claim: either inScope/,
    ],
    [
      'ends before it begins',
      { ...expecting({}), claim: { ...CLAIM, startedOn: '2026-03-16' } },
      /^examples\.0\.claim: startedOn is after endedOn/,
    ],
  ])('is not read where it %s', (_, example, problem) => {
    const reading = readPolicy(withExample(example));
    expect('problem' in reading ? reading.problem : '').toMatch(problem);
  });
});

describe('a policy says nothing of a claim', () => {
  const byDisease = {
    deductible: { basis: 'PER_DISEASE_AND_YEAR', standard: '1' },
    bands: [{ upTo: null, ratio: '80%' }],
    bandsFrom: 'ZERO',
  };
  const capped = { ...byDisease, deductible: { basis: 'NONE', standard: '0' } };
  const cap = { on: 'FUND', period: 'YEAR', most: '1' };
  const policy = (chronic: Json = byDisease): Policy =>
    read(documentOf(undefined, { validTo: '2026-12-31', visits: { INPATIENT: stayRule(), CHRONIC: chronic } }));

  it.each<[string, Partial<Claim>, string | null]>([
    ['on its first day', { endedOn: '2022-01-01' }, null],
    ['on its last day', { endedOn: '2026-12-31' }, null],
    ['before it', { endedOn: '2021-12-31' }, 'endedOn 2021-12-31 is outside of the policy’s 2022-01-01 to 2026-12-31'],
    ['after it', { endedOn: '2027-01-01' }, 'endedOn 2027-01-01 is outside of the policy’s 2022-01-01 to 2026-12-31'],
    ['of somebody else', { personType: 'MINOR' }, 'personType MINOR is none of EMPLOYEE: ACTIVE, RETIREE'],
    ['of no disease', { visitKind: 'CHRONIC' }, 'diseaseCode is missing, by which the policy counts'],
    ['of a disease', { visitKind: 'CHRONIC', diseaseCode: 'M01600' }, null],
    ['of a kind that isn’t counted by disease', { visitKind: 'INPATIENT' }, null],
    ['of a kind that it doesn’t settle', { visitKind: 'OUTPATIENT' }, null],
  ])('%s: %j', (_, change, expected) => expect(strangeness(claim(change), policy())).toBe(expected));

  it.each([
    [{ ...capped, caps: [cap] }, null],
    [{ ...capped, caps: [cap, { ...cap, perDisease: true }] }, 'diseaseCode is missing, by which the policy counts'],
  ])('of no disease where a limit is %j', (chronic, expected) =>
    expect(strangeness(claim({ visitKind: 'CHRONIC' }), policy(chronic))).toBe(expected),
  );
});
