import { readPolicy, type Accumulators, type Claim, type Policy } from '@yiditong/adjudication';
import { BENEFIT_LEVELS, HOSPITAL_LEVELS, Rejection, VISIT_KINDS } from '@yiditong/codes';
import { fen } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideModelClaim, statesManualClaims, unsaidOf } from './model-claim.js';
import { decodeTotals } from './model-totals.js';

const MANUAL = { when: { settledBy: 'MANUAL', benefitLevels: ['OTHER_TEMPORARY'] }, mode: 'FACTOR', factor: '0.5' };

/** Pays 80 % of what is in scope of a stay, and of a chronic visit 60 %. */
function policyWith(change: object = {}): Policy {
  const bands = (ratio: unknown): object[] => [{ upTo: null, ratio }];
  const none = { deductible: { basis: 'NONE', standard: '0' }, bandsFrom: 'ZERO' };
  const reading = readPolicy({
    region: '610100',
    insurance: 'EMPLOYEE',
    title: '西安市职工医保',
    source: 'spec',
    trust: 'D',
    validFrom: '2026-01-01',
    validTo: null,
    visits: { INPATIENT: { ...none, bands: bands('80%') }, CHRONIC: { ...none, bands: bands('60%') } },
    adjustments: [],
    ...change,
  });
  if ('problem' in reading) throw new Error(reading.problem);
  return { policyId: '0197a5f0-0000-7000-8000-000000000001', ...reading.policy };
}

function claimWith(change: Partial<Claim> = {}): Claim {
  return {
    visitKind: 'INPATIENT',
    personType: 'ACTIVE',
    age: null,
    personTags: [],
    hospitalLevel: 'TERTIARY',
    hospitalTags: [],
    benefitLevel: 'OTHER_TEMPORARY',
    settledBy: 'MANUAL',
    place: 'OTHER_PROVINCE',
    diseaseCode: null,
    split: { fullSelfPayFen: fen(0n), overCeilingFen: fen(0n), firstSelfPayFen: fen(0n), inScopeFen: fen(100_000n) },
    parts: [],
    institutionCode: '',
    startedOn: '2026-06-30',
    endedOn: '2026-06-30',
    account: null,
    hospitalPartFen: fen(0n),
    stayDeductibleFen: null,
    ...change,
  };
}

const outcomeOf = (claim: Claim, policy: Policy): bigint | string => {
  const outcome = decideModelClaim(claim, policy, {});
  return outcome instanceof Rejection ? outcome.reason : outcome.fundTotalFen;
};

describe('a claim by hand', () => {
  it('is paid as the policy says', () => {
    expect(outcomeOf(claimWith(), policyWith({ adjustments: [MANUAL] }))).toBe(40_000n);
  });

  it('is not guessed at where the policy says nothing of such claims', () => {
    expect(outcomeOf(claimWith(), policyWith())).toBe('MANUAL_CLAIM_NOT_STATED');
    expect(outcomeOf(claimWith({ settledBy: 'DIRECT' }), policyWith())).toBe(80_000n);
  });

  it.each([
    ['of another kind of visit', { ...MANUAL.when, visitKinds: ['CHRONIC'] }],
    ['of another benefit level', { ...MANUAL.when, benefitLevels: ['REFERRAL'] }],
    ['of other persons', { ...MANUAL.when, personTypes: ['RETIREE'] }],
    ['of an age that isn’t said', { ...MANUAL.when, age: { from: 60 } }],
    ['at home', { ...MANUAL.when, places: ['HOME_AREA'] }],
    ['of a later visit', { ...MANUAL.when, visitNumber: { from: 2 } }],
  ])('is not said by a rule %s', (_, when) => {
    expect(statesManualClaims(claimWith(), policyWith({ adjustments: [{ ...MANUAL, when }] }), {})).toBe(false);
  });

  it('is said by a rule for some parts of a bill, and for the visit that it is', () => {
    const ofClassB = { ...MANUAL, when: { ...MANUAL.when, itemClasses: ['B'] } };
    expect(statesManualClaims(claimWith(), policyWith({ adjustments: [ofClassB] }), {})).toBe(true);
    const second = { ...MANUAL, when: { ...MANUAL.when, visitNumber: { from: 2 } } };
    const totals: Accumulators = { INPATIENT_VISITS: 1n };
    expect(statesManualClaims(claimWith(), policyWith({ adjustments: [second] }), totals)).toBe(true);
  });

  it('of a kind of visit is not said by the rules of another', () => {
    const { visits } = policyWith();
    const byHand = [{ when: MANUAL.when, is: '500' }, { is: '100' }];
    const chronic = {
      deductible: { basis: 'PER_VISIT', standard: byHand },
      bandsFrom: 'ZERO',
      bands: [{ upTo: null, ratio: '60%' }],
    };
    const policy = policyWith({
      visits: { INPATIENT: { ...chronic, deductible: { basis: 'NONE', standard: '0' } }, CHRONIC: chronic },
    });
    expect(Object.keys(visits)).toHaveLength(2);
    expect(statesManualClaims(claimWith(), policy, {})).toBe(false);
    expect(statesManualClaims(claimWith({ visitKind: 'CHRONIC' }), policy, {})).toBe(true);
    // Where there is no rule for the visit at all, nothing is said of it by hand either.
    expect(outcomeOf(claimWith({ visitKind: 'OUTPATIENT' }), policy)).toBe('MANUAL_CLAIM_NOT_STATED');
    expect(outcomeOf(claimWith({ visitKind: 'OUTPATIENT', settledBy: 'DIRECT' }), policy)).toBe(
      'VISIT_KIND_NOT_COVERED',
    );
  });
});

describe('what a policy asks and a claim doesn’t say', () => {
  const asking = (when: object): Policy => policyWith({ adjustments: [{ when, mode: 'FACTOR', factor: '0.9' }] });

  it.each([
    ['AGE', { age: { from: 60 } }, { age: 59 }],
    ['PERSON_TAGS', { personTags: ['低保'] }, { personTags: ['公务员'] }],
    ['HOSPITAL_TAGS', { hospitalTags: ['社区'] }, { hospitalTags: ['省属'] }],
    ['DISEASE', { diseaseCodes: ['M016'] }, { diseaseCode: 'M03900' }],
    [
      'ITEMS',
      { itemClasses: ['B'] },
      { parts: [{ itemClass: 'A', itemKind: null, unitPriceFen: null, inScopeFen: fen(100_000n) }] },
    ],
  ] as const)('is %s, until it is said', (fact, when, said) => {
    const claim = claimWith({ visitKind: 'CHRONIC', settledBy: 'DIRECT' });
    expect(unsaidOf(claim, policyWith())).toEqual([]);
    expect(unsaidOf(claim, asking(when))).toEqual([fact]);
    expect(unsaidOf({ ...claim, ...said }, asking(when))).toEqual([]);
  });
});

describe('totals of a year', () => {
  it('are those that policies count', () => {
    const wire = [
      { kind: 'INPATIENT_VISITS', value: 2n },
      { kind: 'CRITICAL_ILLNESS_BASE', value: 5n },
      { kind: 'OUTPATIENT_POOLING@2026-03', value: 7n },
      { kind: 'CHRONIC_POOLING@M01600/2026Q1', value: 9n },
    ];
    expect(decodeTotals(wire)).toEqual(Object.fromEntries(wire.map(({ kind, value }) => [kind, value])));
  });

  it.each([
    ['an unknown kind', [{ kind: 'LOTTERY_PAID', value: 1n }], 'person.totals.0.kind'],
    ['the pooling fund as a layer', [{ kind: 'POOLING_BASE', value: 1n }], 'person.totals.0.kind'],
    ['nothing after the @', [{ kind: 'POOLING_PAID@', value: 1n }], 'person.totals.0.kind'],
    ['a sentence after the @', [{ kind: 'POOLING_PAID@张三 的', value: 1n }], 'person.totals.0.kind'],
    ['two @', [{ kind: 'POOLING_PAID@2026@03', value: 1n }], 'person.totals.0.kind'],
    ['a negative value', [{ kind: 'POOLING_PAID', value: -1n }], 'person.totals.0.value'],
    ['more than any bill', [{ kind: 'POOLING_PAID', value: 10_000_000_000_001n }], 'person.totals.0.value'],
    ['more visits than days', [{ kind: 'INPATIENT_VISITS', value: 1_001n }], 'person.totals.0.value'],
    [
      'a kind twice',
      [
        { kind: 'POOLING_PAID', value: 1n },
        { kind: 'POOLING_PAID', value: 1n },
      ],
      'person.totals.1.kind',
    ],
  ])('with %s are refused, the place named', (_, wire, place) => {
    expect(() => decodeTotals(wire)).toThrow(place);
  });
});

describe('any question at all', () => {
  it('is answered or refused, and what is answered adds up', () => {
    const rich = policyWith({
      adjustments: [MANUAL],
      poolingCap: { period: 'YEAR', on: 'FUND', most: '300' },
      layers: [
        {
          fund: 'LARGE_SUM',
          base: 'ABOVE_POOLING_CAP',
          countsDeductible: true,
          bands: [{ upTo: null, ratio: '90%' }],
          yearlyMost: '100',
        },
        {
          fund: 'CRITICAL_ILLNESS',
          base: 'YEAR_SELF_PAY',
          countsDeductible: true,
          threshold: '200',
          bands: [{ upTo: null, ratio: '60%' }],
        },
      ],
    });
    const amount = fc.bigInt({ min: 0n, max: 1_000_000n }).map(fen);
    const kinds = [
      'INPATIENT_VISITS',
      'INPATIENT_DEDUCTIBLE',
      'POOLING_PAID',
      'LARGE_SUM_PAID',
      'CRITICAL_ILLNESS_BASE',
      'CRITICAL_ILLNESS_PAID',
    ];
    const anyClaim = fc.record({
      visitKind: fc.constantFrom(...VISIT_KINDS),
      hospitalLevel: fc.constantFrom(...HOSPITAL_LEVELS),
      benefitLevel: fc.constantFrom(...BENEFIT_LEVELS),
      settledBy: fc.constantFrom('DIRECT', 'MANUAL'),
      split: fc.record({ fullSelfPayFen: amount, overCeilingFen: amount, firstSelfPayFen: amount, inScopeFen: amount }),
    });
    const anyTotals = fc.dictionary(fc.constantFrom(...kinds), fc.bigInt({ min: 0n, max: 1_000n }));
    fc.assert(
      fc.property(anyClaim, anyTotals, (of, totals) => {
        const outcome = decideModelClaim(claimWith(of), rich, totals);
        if (outcome instanceof Rejection) return;
        const paid = outcome.funds.reduce((sum, { amountFen }) => sum + amountFen, 0n);
        expect(paid).toBe(outcome.fundTotalFen);
        expect(outcome.fundTotalFen + outcome.personalFen).toBe(outcome.totalFen);
        expect(outcome.cashFen).toBe(outcome.personalFen);
      }),
    );
  });
});
