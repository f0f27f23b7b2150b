import {
  benefitLevelCodec,
  encodeInstant,
  hospitalLevelCodec,
  itemClassCodec,
  visitKindCodec,
} from '@yiditong/chassis';
import type { benefitV1 } from '@yiditong/contracts';
import { v7 as uuidv7 } from 'uuid';
import type { CaseClaim, CasePerson } from './cases.js';

/** A claim under a settlement id that nobody has used, so that the suite can be run again and again on the same environment. */
export function freshClaim({ personId, insuredRegion }: CasePerson, claim: CaseClaim): benefitV1.Claim {
  const { inScope, fullSelfPay, overCeiling, firstSelfPay, startedOn, endedOn } = claim;
  return {
    settlementId: uuidv7(),
    personId,
    insuredRegion,
    treatingRegion: claim.treatingRegion,
    visitKind: visitKindCodec.encode(claim.visitKind),
    hospitalLevel: hospitalLevelCodec.encode(claim.hospitalLevel),
    benefitLevel: benefitLevelCodec.encode(claim.benefitLevel),
    diseaseCode: claim.diseaseCode,
    admittedAt: encodeInstant(noonOf(startedOn ?? endedOn)),
    endedAt: encodeInstant(noonOf(endedOn)),
    totalFen: inScope + fullSelfPay + overCeiling + firstSelfPay,
    split: {
      fullSelfPayFen: fullSelfPay,
      overCeilingFen: overCeiling,
      firstSelfPayFen: firstSelfPay,
      inScopeFen: inScope,
    },
    institutionCode: claim.institutionCode,
    parts: claim.parts.map((part) => ({
      itemClass: itemClassCodec.encodeOptional(part.itemClass ?? null),
      itemKind: part.itemKind ?? '',
      unitPriceFen: part.unitPrice,
      inScopeFen: part.inScope,
    })),
    useAccount: claim.useAccount,
    hospitalTags: claim.hospitalTags,
    hospitalPartFen: claim.hospitalPart,
    continuesStay: false,
    stayDeductibleFen: 0n,
  };
}

/** The same bill as another settlement. */
export function again(claim: benefitV1.Claim): benefitV1.Claim {
  return { ...claim, settlementId: uuidv7() };
}

/** The same bill as a later part of a stay of which so much of the deductible is paid. */
export function goingOn(claim: benefitV1.Claim, stayDeductibleFen: bigint): benefitV1.Claim {
  return { ...again(claim), continuesStay: true, stayDeductibleFen };
}

/** The bill with another amount in scope, under the same settlement id. */
export function withInScope(claim: benefitV1.Claim, inScopeFen: bigint): benefitV1.Claim {
  const split = claim.split ?? { fullSelfPayFen: 0n, overCeilingFen: 0n, firstSelfPayFen: 0n, inScopeFen: 0n };
  const totalFen = claim.totalFen - split.inScopeFen + inScopeFen;
  return { ...claim, totalFen, split: { ...split, inScopeFen } };
}

/** Business dates are Shanghai's; at noon no rounding of a clock changes them. */
function noonOf(date: string): Date {
  return new Date(`${date}T12:00:00+08:00`);
}
