import { join } from 'node:path';
import type { benefitV1 } from '@yiditong/contracts';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../stack/paths.js';
import { Books } from './adapter/books.js';
import { homeProvince } from './adapter/home-province.js';
import { loadTestProvince } from './adapter/test-province.js';
import { loadCases, personOf, type CaseClaim } from './cases.js';
import { IDENTITY_COUNT, problemsOf } from './identities.js';
import { freshClaim } from './wire.js';

type Adjudication = benefitV1.Adjudication;
type Change = (of: Adjudication) => Partial<Adjudication>;

const cases = loadCases(join(ROOT, 'tools', 'province', 'cases.json'));
const BILL: CaseClaim = { ...cases.growing.claim, inScope: cases.growing.inScope.at(-1) ?? cases.accumulating.inScope };
const claim = freshClaim(personOf(cases, 'insured'), BILL);
const answer = await adjudicated();

/** Each with what alone tells of it, if nothing else is looked at. */
const BROKEN: readonly (readonly [identity: string, change: Change])[] = [
  ['settlement_id is the claim’s', ({ policyId }) => ({ settlementId: policyId })],
  ['total_fen is the claim’s', ({ totalFen }) => ({ totalFen: totalFen + 1n })],
  ['the split is the claim’s', ({ split }) => ({ split: split && { ...split, overCeilingFen: 1n } })],
  ['no amount is negative', () => ({ cashFen: -1n })],
  ['no amount is negative', () => ({ accountBalanceFen: -1n })],
  ['total = fund_total + personal + hospital_part', ({ personalFen }) => ({ personalFen: personalFen - 1n })],
  ['fund_total = sum of funds', ({ funds }) => ({ funds: funds.slice(1) })],
  ['each fund is one of the seven, named once', ({ funds }) => ({ funds: [...funds, ...funds] })],
  [
    'each fund is one of the seven, named once',
    ({ funds }) => ({ funds: funds.map((paid) => ({ ...paid, fund: 'FUND_PERSONAL_ACCOUNT' as const })) }),
  ],
  ['personal = account + mutual_aid + cash', ({ cashFen }) => ({ cashFen: cashFen + 1n })],
  ['no account pays unless asked', ({ cashFen }) => ({ cashFen: cashFen - 1n, accountFen: 1n })],
  ['hospital_part is at most the claim’s', () => ({ hospitalPartFen: 1n })],
  ['deductible is at most what is in scope', ({ totalFen }) => ({ deductibleFen: totalFen })],
  ['the details are the funds', ({ details }) => ({ details: details.slice(1) })],
  ['no fund pays more than it could', (of) => inDetails(of, ({ amountFen }) => ({ limitFen: amountFen - 1n }))],
  ['every fund that pays says how', (of) => inDetails(of, () => ({ process: 'by rule' }))],
  ['pooling_ratio_e4 is what the pooling fund paid', ({ poolingRatioE4 }) => ({ poolingRatioE4: poolingRatioE4 + 2 })],
  ['the years sum to the whole', (of) => inYears(of, ({ deductibleFen }) => ({ deductibleFen: deductibleFen + 1n }))],
  ['the years sum to the whole', (of) => inYears(of, ({ fundTotalFen }) => ({ fundTotalFen: fundTotalFen - 1n }))],
  [
    'the years ascend, up to the discharge’s',
    (of) => inYears(of, ({ benefitYear }) => ({ benefitYear: benefitYear + 1 })),
  ],
  ['the years ascend, up to the discharge’s', ({ years }) => ({ years: [...years, ...years] })],
  ['policy_id is a UUID', () => ({ policyId: '131000' })],
  ['insurance and person type are said', () => ({ personType: 'PERSON_TYPE_UNSPECIFIED' })],
  ['the explanation says something, in both languages', () => ({ explanation: [] })],
  ['the explanation says something, in both languages', (of) => inSteps(of, () => ({ textEn: '' }))],
  [
    'the explanation’s lines are the answer’s figures',
    (of) => inSteps(of, ({ resultFen }) => ({ resultFen: resultFen - 1n })),
  ],
  [
    'no line of the explanation yields more than its rate',
    (of) => inSteps(of, ({ resultFen }) => ({ rate: '1%', baseFen: resultFen })),
  ],
  ['no line of the explanation yields more than its rate', (of) => inSteps(of, () => ({ rate: 'most of it' }))],
];

describe('an answer', () => {
  it('that several funds pay holds in everything', () => {
    expect(answer.funds.length).toBe(2);
    expect(problemsOf(claim, answer)).toEqual([]);
  });

  it.each(BROKEN)('is told by “%s” (%#)', (identity, change) => {
    expect(problemsOf(claim, { ...answer, ...change(answer) })).toContain(identity);
  });

  it('is looked at for nothing that no example here breaks', () => {
    expect(new Set(BROKEN.map(([identity]) => identity)).size).toBe(IDENTITY_COUNT);
  });

  it('may yield a fen more than its rate, and a rate may be a fraction', () => {
    const [first, ...rest] = answer.explanation;
    if (!first) throw new Error('no explanation');
    const step = { ...first, rule: 'OTHER', baseFen: 100n, rate: '2/3' };
    const withResult = (resultFen: bigint): Adjudication => ({
      ...answer,
      explanation: [...rest, { ...step, resultFen }],
    });
    expect(problemsOf(claim, withResult(67n))).toEqual([]);
    expect(problemsOf(claim, withResult(68n))).toEqual(['no line of the explanation yields more than its rate']);
  });
});

async function adjudicated(): Promise<Adjudication> {
  const home = homeProvince(loadTestProvince(), new Books(':memory:'), () => new Date());
  const { adjudication } = await home.trial({ claim });
  if (!adjudication) throw new Error('nothing adjudicated');
  return adjudication;
}

function inDetails(of: Adjudication, change: (detail: benefitV1.FundDetail) => Partial<benefitV1.FundDetail>) {
  return { details: of.details.map((detail) => ({ ...detail, ...change(detail) })) };
}

function inYears(of: Adjudication, change: (year: benefitV1.BenefitYearPart) => Partial<benefitV1.BenefitYearPart>) {
  return { years: of.years.map((year) => ({ ...year, ...change(year) })) };
}

function inSteps(of: Adjudication, change: (step: Adjudication['explanation'][number]) => object) {
  return { explanation: of.explanation.map((step) => ({ ...step, ...change(step) })) };
}
