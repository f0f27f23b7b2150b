import { encodeInstant } from '@yiditong/chassis';
import type { settlementV1 } from '@yiditong/contracts';
import { describe, expect, it } from 'vitest';
import { decodeTrial, encodeBill, trialAnswer, trialBody } from './settlement.dto.js';

const AT = '2026-03-01T04:00:00Z';
const line = { lineNumber: 1, nationalCode: '001102000050000', quantity: '1', unitPriceYuan: '1', occurredAt: AT };
const bill = {
  personId: '0191f2a6-7a4e-7c3e-8d7c-3f5a1c2b4d6e',
  insuredRegion: '131000',
  visitNumber: 'V1',
  visitKind: 'OUTPATIENT',
  admittedAt: AT,
  endedAt: AT,
  totalFen: '100',
  lines: [{ ...line, amountFen: '100' }],
};

describe('a bill over REST', () => {
  it.each<[object, string, string]>([
    [{}, 'INSURANCE_UNSPECIFIED', 'PERSON_TYPE_UNSPECIFIED'],
    [{ insurance: null, personType: null }, 'INSURANCE_UNSPECIFIED', 'PERSON_TYPE_UNSPECIFIED'],
    [{ insurance: 'EMPLOYEE', personType: 'RETIREE' }, 'INSURANCE_EMPLOYEE', 'PERSON_TYPE_RETIREE'],
  ])('with %j says how the person is insured, or leaves it open', (named, insurance, personType) => {
    const { bill: taken } = trialBody.parse({ bill: { ...bill, ...named } });
    expect(encodeBill(taken)).toMatchObject({ insurance, personType });
  });

  it.each<[object, boolean]>([
    [{}, false],
    [{ useAccount: false }, false],
    [{ useAccount: true }, true],
  ])('with %j lets accounts pay: %s', (said, useAccount) => {
    const { bill: taken } = trialBody.parse({ bill: { ...bill, ...said } });
    expect(encodeBill(taken).useAccount).toBe(useAccount);
  });

  it('says who examined, what is pledged and what the hospital bears, or nothing of it', () => {
    const { bill: plain } = trialBody.parse({ bill });
    expect(encodeBill(plain)).toMatchObject({ trauma: undefined, midStay: false, hospitalPartFen: 0n });
    const said = {
      trauma: { thirdParty: false, pledgedAt: AT },
      midStay: true,
      hospitalPartFen: '7',
      lines: [{ ...bill.lines[0], examiningInstitutionCode: 'H11010500002', diseaseCode: 'M03900' }],
    };
    const { bill: taken } = trialBody.parse({ bill: { ...bill, ...said } });
    expect(encodeBill(taken)).toMatchObject({
      trauma: { thirdParty: false, pledgedAt: encodeInstant(new Date(AT)) },
      midStay: true,
      hospitalPartFen: 7n,
      lines: [{ examiningInstitutionCode: 'H11010500002', diseaseCode: 'M03900' }],
    });
  });

  it('doesn’t take a word for whether accounts may pay', () => {
    const { error } = trialBody.safeParse({ bill: { ...bill, useAccount: 'false' } });
    expect(error?.issues.map(({ path }) => path)).toEqual([['bill', 'useAccount']]);
  });

  it.each([
    { insurance: 'EMPLOYEE' },
    { personType: 'ACTIVE' },
    { insurance: 'EMPLOYEE', personType: 'MINOR' },
    { insurance: 'RESIDENT', personType: 'RETIREE' },
  ])('with %j is refused at the person type', (named) => {
    const { error } = trialBody.safeParse({ bill: { ...bill, ...named } });
    expect(error?.issues.map(({ path }) => path)).toEqual([['bill', 'personType']]);
  });
});

describe('a settlement over REST', () => {
  const step = { rule: 'ACCOUNT', source: '通知', rate: '', textZh: '个人账户支付', textEn: 'The account pays' };
  const settled: settlementV1.Settlement = {
    settlementId: '',
    institutionCode: 'H11010500001',
    messageId: '',
    personId: bill.personId,
    insuredRegion: '131000',
    treatingRegion: '110105',
    visitNumber: 'V1',
    visitKind: 'VISIT_KIND_OUTPATIENT',
    filingCategory: 'FILING_CATEGORY_REFERRAL',
    benefitLevel: 'BENEFIT_LEVEL_REFERRAL',
    eligibilityBasis: 'FILED',
    insurance: 'INSURANCE_EMPLOYEE',
    personType: 'PERSON_TYPE_RETIREE',
    totalFen: 10_000n,
    split: { fullSelfPayFen: 0n, overCeilingFen: 0n, firstSelfPayFen: 0n, inScopeFen: 10_000n },
    deductibleFen: 0n,
    funds: [{ fund: 'FUND_POOLING', amountFen: 6_000n }],
    fundTotalFen: 6_000n,
    personalFen: 4_000n,
    businessDate: '',
    settledAt: undefined,
    state: 'SETTLEMENT_STATE_UNSPECIFIED',
    reversalBusinessDate: '',
    policyId: bill.personId,
    filingId: '',
    explanation: [{ ...step, baseFen: 4_000n, resultFen: 1_000n }],
    diseaseCode: '',
    diagnoses: [],
    accountFen: 1_000n,
    mutualAidFen: 500n,
    cashFen: 2_500n,
    hospitalPartFen: 0n,
    accountBalanceFen: undefined,
    poolingRatioE4: 6_000,
    details: [{ fund: 'FUND_POOLING', baseFen: 10_000n, limitFen: undefined, amountFen: 6_000n, process: '统筹支付' }],
    admittedAt: encodeInstant(new Date(AT)),
    endedAt: encodeInstant(new Date(AT)),
    emergency: false,
    trauma: false,
    stayPart: 0,
    midStay: false,
    cancellationId: '',
    cancellationMessageId: '',
    cancellationBusinessDate: '',
    cancelledAt: undefined,
    remainderOf: '',
    visitId: '',
    institutionName: '',
  };

  it('says what of the person’s part accounts paid and what is cash, and why in both languages', () => {
    const answer = trialAnswer.parse(decodeTrial(settled));
    const { personalFen, accountFen, mutualAidFen, cashFen, explanation } = answer;
    expect([personalFen, accountFen, mutualAidFen, cashFen]).toEqual(['4000', '1000', '500', '2500']);
    expect(explanation).toEqual([{ ...step, baseFen: '4000', resultFen: '1000' }]);
  });
});
