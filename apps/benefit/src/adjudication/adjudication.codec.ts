import { splitTotal, type FeeSplit, type Step } from '@yiditong/adjudication';
import {
  benefitLevelCodec,
  businessDateOf,
  decodeInstant,
  decodeSplit,
  encodeFunds,
  encodeRejection,
  hospitalLevelCodec,
  insuranceCodec,
  personTypeCodec,
  visitKindCodec,
} from '@yiditong/chassis';
import { findProvince, Rejection, type BenefitLevel, type HospitalLevel, type VisitKind } from '@yiditong/codes';
import type { benefitV1, commonV1 } from '@yiditong/contracts';
import { validate as isUuid } from 'uuid';
import type { RecordedAdjudication } from './adjudication.entity.js';

/** A claim as it is adjudicated; the person's insurance and type are the home province's own knowledge. */
export type PresentedClaim = {
  readonly settlementId: string;
  readonly personId: string;
  readonly insuredRegion: string;
  readonly visitKind: VisitKind;
  readonly hospitalLevel: HospitalLevel;
  readonly benefitLevel: BenefitLevel;
  /** 门慢特病种; null but for a visit of that kind. */
  readonly diseaseCode: string | null;
  readonly treatingRegion: string;
  readonly institutionCode: string;
  readonly split: FeeSplit;
  /** The business date of discharge, or of the visit: it decides policy and benefit year (art. 41, whole stay). */
  readonly endedOn: string;
};

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeClaim(wire: benefitV1.Claim): PresentedClaim {
  if (!findProvince(wire.treatingRegion)) throw new Rejection('REGION_UNKNOWN', { region: wire.treatingRegion });
  const split = decodeSplit(wire.split);
  if (splitTotal(split) !== wire.totalFen)
    throw new Rejection('REQUEST_MALFORMED', { problem: 'the split does not sum to total_fen' });
  if (Object.values(split).some((part) => part < 0n))
    throw new Rejection('REQUEST_MALFORMED', { problem: 'the split has a negative part' });
  return {
    ...decodeIdentity(wire),
    visitKind: visitKindCodec.decode(wire.visitKind),
    hospitalLevel: hospitalLevelCodec.decode(wire.hospitalLevel),
    benefitLevel: benefitLevelCodec.decode(wire.benefitLevel),
    diseaseCode: wire.diseaseCode || null,
    treatingRegion: wire.treatingRegion,
    institutionCode: wire.institutionCode,
    split,
    endedOn: businessDateOf(decodeInstant(wire.endedAt, 'ended_at')),
  };
}

export type ClaimIdentity = {
  readonly settlementId: string;
  readonly personId: string;
  readonly insuredRegion: string;
};

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeIdentity(wire: ClaimIdentity): ClaimIdentity {
  if (!isUuid(wire.personId) || !isUuid(wire.settlementId))
    throw new Rejection('REQUEST_MALFORMED', { problem: 'an id is not a UUID' });
  if (!findProvince(wire.insuredRegion)) throw new Rejection('REGION_UNKNOWN', { region: wire.insuredRegion });
  return { settlementId: wire.settlementId, personId: wire.personId, insuredRegion: wire.insuredRegion };
}

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
    explanation: result.explanation.map(encodeStep),
  };
}

export function encodeAnswer(answer: RecordedAdjudication | Rejection): benefitV1.AdjudicateAnswer {
  return answer instanceof Rejection
    ? { adjudication: undefined, rejection: encodeRejection(answer) }
    : { adjudication: encodeAdjudication(answer), rejection: undefined };
}

function encodeStep(step: Step): commonV1.Step {
  return step;
}
