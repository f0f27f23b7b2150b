import { readPolicy, type PolicyDocument } from '@yiditong/adjudication';
import { describe, expect, it } from 'vitest';
import { changeBetween, differingParts } from './policy-rules.js';

const STAY = {
  deductible: { basis: 'PER_VISIT', standard: '1000' },
  bands: [{ upTo: null, ratio: '80%' }],
  bandsFrom: 'AFTER_DEDUCTIBLE',
};
const ALL = [
  'account',
  'adjustments',
  'benefitYear',
  'examples',
  'insurance',
  'layers',
  'poolingCap',
  'region',
  'source',
  'title',
  'trust',
  'validFrom',
  'validTo',
  'visits.INPATIENT',
];

function policy(change: Readonly<Record<string, unknown>> = {}): PolicyDocument {
  const reading = readPolicy({
    region: '610100',
    insurance: 'EMPLOYEE',
    title: 'test',
    source: 'test',
    trust: 'D',
    validFrom: '2026-01-01',
    validTo: null,
    visits: { INPATIENT: STAY },
    adjustments: [],
    ...change,
  });
  if ('problem' in reading) throw new Error(reading.problem);
  return reading.policy;
}

describe('the parts that differ', () => {
  it('are none of a policy and itself, however it is written', () => {
    expect(differingParts(policy(), policy())).toEqual([]);
    const same = { ...STAY, bands: [{ ratio: '0.8', upTo: null }], caps: [] };
    expect(differingParts(policy({ visits: { INPATIENT: same } }), policy())).toEqual([]);
  });

  it('are all of a policy that follows none', () => expect(differingParts(policy(), null)).toEqual(ALL));

  it.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
    ['a title', { title: 'other' }, ['title']],
    ['a cap', { poolingCap: { period: 'YEAR', on: 'FUND', most: '1' } }, ['poolingCap']],
    ['the end of its term', { validTo: '2026-12-31' }, ['validTo']],
    ['the order of rules', { adjustments: [{ mode: 'POINTS_MORE', points: '1%' }] }, ['adjustments']],
    ['a rule of one kind of visit', { visits: { INPATIENT: { ...STAY, bandsFrom: 'ZERO' } } }, ['visits.INPATIENT']],
    ['another kind of visit', { visits: { INPATIENT: STAY, OUTPATIENT: STAY } }, ['visits.OUTPATIENT']],
    // Each rule has the document's source where it says none of its own.
    ['a source', { source: 'other' }, ['source', 'visits.INPATIENT']],
    ['several', { title: 'other', account: { pays: ['IN_SCOPE'], mutualAid: true } }, ['account', 'title']],
  ])('name %s, whichever of the two has it', (_, change, parts) => {
    expect(differingParts(policy(change), policy())).toEqual(parts);
    expect(differingParts(policy(), policy(change))).toEqual(parts);
  });
});

describe('a change', () => {
  it('goes from the policy that stands to the one that follows it', () => {
    const standing = { policyId: 'standing', policy: policy() };
    const change = changeBetween(standing, policy({ adjustments: [{ mode: 'POINTS_MORE', points: '5%' }] }));
    expect(change).toMatchObject({ standingPolicyId: 'standing', parts: ['adjustments'] });
    // (200,000 − 1,000) × 80 % and × 85 %.
    expect(change.effects[0]).toMatchObject({ fundBeforeFen: 15_920_000n, fundAfterFen: 16_915_000n });
  });

  it('is everything where none stands', () => {
    const change = changeBetween(null, policy());
    expect(change).toMatchObject({ standingPolicyId: null, parts: ALL });
    expect(change.effects[0]).toMatchObject({ fundBeforeFen: null, fundAfterFen: 15_920_000n });
  });
});
