import type { benefitV1 } from '@yiditong/contracts';
import { describe, expect, it } from 'vitest';
import { decodeAdjudication, type Decided } from './adjudication.codec.js';

const POLICY = '0191f2a6-7a4e-7c3e-8d7c-3f5a1c2b4d6e';
const split = { fullSelfPayFen: 1_000n, overCeilingFen: 200n, firstSelfPayFen: 300n, inScopeFen: 8_500n };
const claim = {
  settlementId: 'asked',
  totalFen: 10_000n,
  split,
  useAccount: true,
  hospitalPartFen: 0n,
} as unknown as benefitV1.Claim;
/** 100.00: funds pay 60.00, the account 10.00, relatives' 5.00, and 25.00 is cash. */
const answer: benefitV1.Adjudication = {
  settlementId: 'asked',
  insurance: 'INSURANCE_EMPLOYEE',
  personType: 'PERSON_TYPE_RETIREE',
  totalFen: 10_000n,
  split,
  deductibleFen: 800n,
  funds: [
    { fund: 'FUND_POOLING', amountFen: 5_000n },
    { fund: 'FUND_LARGE_SUM', amountFen: 1_000n },
  ],
  fundTotalFen: 6_000n,
  personalFen: 4_000n,
  policyId: POLICY,
  benefitYear: 2026,
  explanation: [
    { rule: 'PERSONAL', source: 's', baseFen: 1n, rate: '', resultFen: 4_000n, textZh: '个人负担', textEn: 'Yours' },
  ],
  accountFen: 1_000n,
  mutualAidFen: 500n,
  cashFen: 2_500n,
  hospitalPartFen: 0n,
  poolingRatioE4: 0,
  details: [],
  years: [],
};
const step = answer.explanation[0] as NonNullable<(typeof answer.explanation)[0]>;
/** The pooling fund's 50.00 in two parts. */
const details: benefitV1.FundDetail[] = [
  { fund: 'FUND_POOLING', baseFen: 4_000n, amountFen: 3_000n, process: '第一段' },
  { fund: 'FUND_POOLING', baseFen: 3_700n, limitFen: 1_000_000n, amountFen: 2_000n, process: '第二段' },
];
const decode = (change: Partial<benefitV1.Adjudication>): Decided =>
  decodeAdjudication({ ...answer, ...change }, claim);

describe('the home province’s answer', () => {
  it('that adds up is taken as it is', () => {
    expect(decode({})).toEqual({
      insurance: 'EMPLOYEE',
      personType: 'RETIREE',
      split,
      deductibleFen: 800n,
      funds: [
        { fund: 'POOLING', amountFen: 5_000n },
        { fund: 'LARGE_SUM', amountFen: 1_000n },
      ],
      fundTotalFen: 6_000n,
      personalFen: 4_000n,
      accountFen: 1_000n,
      mutualAidFen: 500n,
      cashFen: 2_500n,
      hospitalPartFen: 0n,
      accountBalanceFen: null,
      poolingRatioE4: 0,
      details: [],
      policyId: POLICY,
      explanation: answer.explanation,
    });
  });

  it.each<[string, Partial<benefitV1.Adjudication>, string]>([
    ['is of another settlement', { settlementId: 'other' }, 'settlement_id'],
    ['is of another bill', { totalFen: 10_001n }, 'total_fen'],
    ['divides the bill anew', { split: { ...split, fullSelfPayFen: 999n, inScopeFen: 8_501n } }, 'split'],
    ['has no split', { split: undefined }, 'split is missing'],
    [
      'has a fund that takes',
      {
        funds: [
          { fund: 'FUND_POOLING', amountFen: 6_001n },
          { fund: 'FUND_LARGE_SUM', amountFen: -1n },
        ],
      },
      'amounts >= 0',
    ],
    ['has an account that takes', { accountFen: -500n, cashFen: 4_000n }, 'amounts >= 0'],
    ['has cash paid out', { accountFen: 4_000n, mutualAidFen: 1_000n, cashFen: -1_000n }, 'amounts >= 0'],
    ['has a negative deductible', { deductibleFen: -1n }, 'amounts >= 0'],
    ['has the hospital paid', { hospitalPartFen: -1n, personalFen: 4_001n, cashFen: 2_501n }, 'amounts >= 0'],
    ['has a deductible of more than is in scope', { deductibleFen: 8_501n }, 'deductible_fen <= in_scope_fen'],
    [
      'names a fund twice',
      {
        funds: [
          { fund: 'FUND_POOLING', amountFen: 5_000n },
          { fund: 'FUND_POOLING', amountFen: 1_000n },
        ],
      },
      'each fund once',
    ],
    [
      'has funds that a fen is missing of',
      { funds: [{ fund: 'FUND_POOLING', amountFen: 5_999n }] },
      'fund_total_fen = sum of funds',
    ],
    [
      'pays a fen too many',
      { personalFen: 4_001n, cashFen: 2_501n },
      'total_fen = fund_total_fen + personal_fen + hospital_part_fen',
    ],
    ['has a fen of cash too few', { cashFen: 2_499n }, 'personal_fen = account_fen + mutual_aid_fen + cash_fen'],
    [
      'lets the hospital bear what it was not asked to',
      { hospitalPartFen: 1n, personalFen: 3_999n, cashFen: 2_499n },
      'hospital_part_fen',
    ],
    ['has no policy', { policyId: '' }, 'policy_id'],
    [
      'does not say as whom it took the person',
      { insurance: 'INSURANCE_UNSPECIFIED' },
      'insurance is missing or unknown',
    ],
    ['took the person as nobody is insured', { personType: 'PERSON_TYPE_MINOR' }, 'person_type'],
    ['explains at length', { explanation: Array(501).fill(step) as never }, 'explanation of at most 500 lines'],
    [
      'explains a line at length',
      { explanation: [{ ...step, textZh: '长'.repeat(2_001) }] },
      'texts of at most 2000 characters',
    ],
    [
      'tells a process at length',
      { details: [{ ...(details[0] as benefitV1.FundDetail), process: '长'.repeat(2_001) }] },
      'texts of at most 2000 characters',
    ],
    ['has details without end', { details: Array(101).fill(details[0]) as never }, 'details of at most 100'],
    ['details a part of what a fund paid', { details: details.slice(1) }, 'details of a fund sum to its payment'],
    [
      'details a fund that paid nothing',
      { details: [{ fund: 'FUND_CIVIL_SERVANT', baseFen: 1n, amountFen: 1n, process: '' }] },
      'details of a fund sum to its payment',
    ],
    [
      'has a detail that takes',
      { details: [{ ...(details[0] as benefitV1.FundDetail), amountFen: -1n }] },
      'amounts >= 0',
    ],
    ['has a balance beyond all measure', { accountBalanceFen: 10n ** 17n }, 'amounts in range'],
    [
      'explains with an amount beyond all measure',
      { explanation: [{ ...step, baseFen: 10n ** 17n }] },
      'amounts in range',
    ],
    [
      'counts an account among the funds',
      { funds: [{ fund: 'FUND_PERSONAL_ACCOUNT', amountFen: 6_000n }] },
      'fund is missing or unknown',
    ],
  ])('that %s is of no use', (_, change, problem) => {
    const refusal = expect.objectContaining({ reason: 'HOME_ANSWER_UNUSABLE', params: { problem } }) as Error;
    expect(() => decode(change)).toThrow(refusal);
  });

  it('may detail what a fund paid', () => {
    expect(decode({ details }).details).toMatchObject([
      { amountFen: 3_000n, limitFen: null },
      { limitFen: 1_000_000n },
    ]);
  });

  it('that is missing is of no use', () => {
    const refusal = expect.objectContaining({ reason: 'HOME_ANSWER_UNUSABLE' }) as Error;
    expect(() => decodeAdjudication(undefined, claim)).toThrow(refusal);
  });

  it('may let accounts pay only where the person wants it', () => {
    const unasked = { ...claim, useAccount: false };
    const refusal = expect.objectContaining({ params: { problem: 'use_account' } }) as Error;
    expect(() => decodeAdjudication(answer, unasked)).toThrow(refusal);
    const cash = { accountFen: 0n, mutualAidFen: 0n, cashFen: 4_000n };
    expect(decodeAdjudication({ ...answer, ...cash }, unasked)).toMatchObject(cash);
  });

  it('may let the hospital bear what it was asked to', () => {
    const asked = { ...claim, hospitalPartFen: 100n };
    const borne = { hospitalPartFen: 100n, personalFen: 3_900n, cashFen: 2_400n };
    expect(decodeAdjudication({ ...answer, ...borne }, asked)).toMatchObject({ personalFen: 3_900n });
  });
});
