import {
  encodeFunds,
  encodeInstant,
  encodeRejection,
  fundCodec,
  insuranceCodec,
  personTypeCodec,
} from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import type { AdjudicationRow, Cancellation, RecordedAdjudication } from './adjudication.entity.js';

export function encodeAdjudication(result: RecordedAdjudication): benefitV1.Adjudication {
  return {
    settlementId: result.settlementId,
    insurance: insuranceCodec.encode(result.insurance),
    personType: personTypeCodec.encode(result.personType),
    totalFen: result.totalFen,
    split: result.split,
    deductibleFen: result.deductibleFen,
    funds: encodeFunds(result.funds),
    fundTotalFen: result.fundTotalFen,
    personalFen: result.personalFen,
    policyId: result.policyId,
    benefitYear: result.benefitYear,
    explanation: result.explanation.map((step) => ({ ...step })),
    accountFen: result.accountFen,
    mutualAidFen: result.mutualAidFen,
    cashFen: result.cashFen,
    hospitalPartFen: result.hospitalPartFen,
    accountBalanceFen: result.accountBalanceFen ?? undefined,
    poolingRatioE4: result.poolingRatioE4,
    details: result.funds.map(({ fund, baseFen, limitFen, amountFen, process }) => ({
      fund: fundCodec.encode(fund),
      baseFen,
      limitFen: limitFen ?? undefined,
      amountFen,
      process,
    })),
    years: result.years.map(({ benefitYear, inScopeFen, deductibleFen, fundTotalFen }) => ({
      benefitYear,
      inScopeFen,
      deductibleFen,
      fundTotalFen,
    })),
  };
}

export function encodeAnswer(answer: RecordedAdjudication | Rejection): benefitV1.AdjudicateAnswer {
  return answer instanceof Rejection
    ? { adjudication: undefined, rejection: encodeRejection(answer) }
    : { adjudication: encodeAdjudication(answer), rejection: undefined };
}

export function encodeCancellation(cancellation: Cancellation): benefitV1.CancelResponse {
  const { result, laterSettlementIds, cancelledAt } = cancellation;
  return {
    adjudication: encodeAdjudication(result),
    laterSettlementIds: [...laterSettlementIds],
    cancelledAt: encodeInstant(cancelledAt),
  };
}

/** Null where the id was never seen, or refused. */
export function encodeState(row: AdjudicationRow | null): benefitV1.QueryAdjudicationResponse {
  return {
    state: STATE[row?.state ?? 'NONE'],
    adjudication: row?.result ? encodeAdjudication(row.result) : undefined,
    cancellationId: row?.state === 'CANCELLED' ? row.cancellationId : '',
  };
}

const STATE: Record<AdjudicationRow['state'] | 'NONE', benefitV1.AdjudicationState> = {
  NONE: 'ADJUDICATION_STATE_NONE',
  ADJUDICATED: 'ADJUDICATION_STATE_ADJUDICATED',
  REVERSED: 'ADJUDICATION_STATE_REVERSED',
  BARRED: 'ADJUDICATION_STATE_REVERSED',
  CANCELLED: 'ADJUDICATION_STATE_CANCELLED',
};
