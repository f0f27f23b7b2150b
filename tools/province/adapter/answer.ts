import {
  benefitYearOf,
  explain,
  fundProcess,
  poolingRatioE4,
  type Policy,
  type StayAdjudication,
} from '@yiditong/adjudication';
import { encodeFunds, fundCodec, insuranceCodec, personTypeCodec } from '@yiditong/chassis';
import type { benefitV1 } from '@yiditong/contracts';
import type { PresentedClaim } from './claim.js';
import type { TestPerson } from './test-province.js';

/** What was decided, in the words of the contract. */
export function encodeAdjudication(
  { settlementId, endedOn }: PresentedClaim,
  { insurance, personType }: TestPerson,
  policy: Policy,
  decided: StayAdjudication,
): benefitV1.Adjudication {
  const { funds, steps, years, accountBalanceFen, split } = decided;
  return {
    settlementId,
    insurance: insuranceCodec.encode(insurance),
    personType: personTypeCodec.encode(personType),
    totalFen: decided.totalFen,
    split,
    deductibleFen: decided.deductibleFen,
    funds: encodeFunds(funds),
    fundTotalFen: decided.fundTotalFen,
    personalFen: decided.personalFen,
    policyId: policy.policyId,
    benefitYear: benefitYearOf(policy.benefitYear, endedOn),
    explanation: explain(steps),
    accountFen: decided.accountFen,
    mutualAidFen: decided.mutualAidFen,
    cashFen: decided.cashFen,
    hospitalPartFen: decided.hospitalPartFen,
    accountBalanceFen: accountBalanceFen ?? undefined,
    poolingRatioE4: poolingRatioE4(decided),
    details: funds.map(({ fund, amountFen, baseFen, limitFen }) => ({
      fund: fundCodec.encode(fund),
      baseFen,
      limitFen: limitFen ?? undefined,
      amountFen,
      process: fundProcess(steps, fund),
    })),
    years: years.map(({ benefitYear, inScopeFen, deductibleFen, fundTotalFen }) => ({
      benefitYear,
      inScopeFen,
      deductibleFen,
      fundTotalFen,
    })),
  };
}
