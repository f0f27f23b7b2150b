import { explain, fundProcess, poolingRatioE4, type StayAdjudication } from '@yiditong/adjudication';
import { encodeFunds, encodeRejection, fundCodec, insuranceCodec, personTypeCodec } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { encodePolicyVersion } from '../policy/policy.codec.js';
import type { ModelAnswer, ModelRequest } from './estimate.service.js';

export function encodeModelAnswer({ version, unsaid, outcome }: ModelAnswer, of: ModelRequest): benefitV1.ModelAnswer {
  const isRefused = outcome instanceof Rejection;
  return {
    adjudication: isRefused || version === null ? undefined : encodeModelResult(outcome, of, version.policy.policyId),
    rejection: isRefused ? encodeRejection(outcome) : undefined,
    policy: version === null ? undefined : encodePolicyVersion(version.line),
    notSaid: [...unsaid],
  };
}

function encodeModelResult(
  result: StayAdjudication,
  { insurance, personType }: ModelRequest,
  policyId: string,
): benefitV1.Adjudication {
  const { funds, steps, years } = result;
  return {
    settlementId: '',
    insurance: insuranceCodec.encode(insurance),
    personType: personTypeCodec.encode(personType),
    totalFen: result.totalFen,
    split: result.split,
    deductibleFen: result.deductibleFen,
    funds: encodeFunds(funds),
    fundTotalFen: result.fundTotalFen,
    personalFen: result.personalFen,
    policyId,
    benefitYear: years.at(-1)?.benefitYear ?? 0,
    explanation: explain(steps),
    accountFen: result.accountFen,
    mutualAidFen: result.mutualAidFen,
    cashFen: result.cashFen,
    hospitalPartFen: result.hospitalPartFen,
    accountBalanceFen: result.accountBalanceFen ?? undefined,
    poolingRatioE4: poolingRatioE4(result),
    details: funds.map(({ fund, baseFen, limitFen, amountFen }) => ({
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
