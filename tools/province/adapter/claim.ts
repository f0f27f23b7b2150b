import { splitTotal, type Claim } from '@yiditong/adjudication';
import {
  benefitLevelCodec,
  businessDateOf,
  decodeInstant,
  decodeSplit,
  hospitalLevelCodec,
  itemClassCodec,
  uuidField,
  visitKindCodec,
} from '@yiditong/chassis';
import { findProvince, ITEM_KINDS, provinceOf, Rejection } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { fen, ZERO_FEN } from '@yiditong/money';
import type { TestPerson } from './test-province.js';

/** Whose settlement a message is about. */
export type Identity = { readonly settlementId: string; readonly personId: string; readonly insuredRegion: string };

/** A claim as it came, read and found to be one. What the person's own record says is not in it. */
export type PresentedClaim = Identity &
  Omit<Claim, 'personType' | 'age' | 'personTags' | 'account' | 'settledBy'> & { readonly useAccount: boolean };

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function readIdentity({ settlementId, personId, insuredRegion }: Identity): Identity {
  if (!findProvince(insuredRegion)) throw new Rejection('REGION_UNKNOWN', { region: insuredRegion });
  return {
    settlementId: uuidField(settlementId, 'settlement_id'),
    personId: uuidField(personId, 'person_id'),
    insuredRegion,
  };
}

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. What is wrong with a claim is said before anybody is looked up. */
export function readClaim(wire: benefitV1.Claim): PresentedClaim {
  const identity = readIdentity(wire);
  if (!findProvince(wire.treatingRegion)) throw new Rejection('REGION_UNKNOWN', { region: wire.treatingRegion });
  const split = decodeSplit(wire.split);
  const parts = wire.parts.map(readPart);
  const problem = problemOf(
    [wire.hospitalPartFen, ...Object.values(split), ...parts.map(({ inScopeFen }) => inScopeFen)],
    splitTotal(split) === wire.totalFen,
    parts.length === 0 || parts.reduce((sum, part) => sum + part.inScopeFen, 0n) === split.inScopeFen,
    wire.hospitalPartFen <= wire.totalFen,
  );
  if (problem !== null) throw new Rejection('REQUEST_MALFORMED', { problem });
  const startedOn = businessDateOf(decodeInstant(wire.admittedAt, 'admitted_at'));
  const endedOn = businessDateOf(decodeInstant(wire.endedAt, 'ended_at'));
  const stayProblem = problemOfStay(wire);
  if (stayProblem !== null) throw new Rejection('REQUEST_MALFORMED', { problem: stayProblem });
  if (startedOn > endedOn) throw new Rejection('REQUEST_MALFORMED', { problem: 'admitted_at is after ended_at' });
  return {
    ...identity,
    visitKind: visitKindCodec.decode(wire.visitKind),
    hospitalLevel: hospitalLevelCodec.decode(wire.hospitalLevel),
    benefitLevel: benefitLevelCodec.decode(wire.benefitLevel),
    hospitalTags: wire.hospitalTags,
    place: provinceOf(wire.treatingRegion) === provinceOf(wire.insuredRegion) ? 'HOME_PROVINCE' : 'OTHER_PROVINCE',
    diseaseCode: wire.diseaseCode || null,
    split,
    parts,
    institutionCode: wire.institutionCode,
    startedOn,
    endedOn,
    hospitalPartFen: fen(wire.hospitalPartFen),
    stayDeductibleFen: wire.continuesStay ? fen(wire.stayDeductibleFen) : null,
    useAccount: wire.useAccount,
  };
}

/** The claim as a policy sees it. The test persons' ages are not known and their accounts are empty. */
export function claimOf(presented: PresentedClaim, { personType, tags }: TestPerson): Claim {
  const account = presented.useAccount ? { balanceFen: ZERO_FEN, mutualAidFen: ZERO_FEN } : null;
  return { ...presented, personType, age: null, personTags: tags, settledBy: 'DIRECT', account };
}

function readPart(wire: benefitV1.ClaimPart): Claim['parts'][number] {
  const itemKind = ITEM_KINDS.find((kind) => kind === wire.itemKind) ?? null;
  if (wire.itemKind !== '' && itemKind === null)
    throw new Rejection('REQUEST_MALFORMED', { problem: 'item_kind is unknown' });
  // proto-loader gives null where it isn't set.
  const price = wire.unitPriceFen ?? null;
  return {
    itemClass: itemClassCodec.decodeOptional(wire.itemClass),
    itemKind,
    unitPriceFen: price === null ? null : fen(price),
    inScopeFen: fen(wire.inScopeFen),
  };
}

function problemOfStay({ visitKind, continuesStay, stayDeductibleFen }: benefitV1.Claim): string | null {
  if (continuesStay && visitKind !== 'VISIT_KIND_INPATIENT') return 'only a stay is settled in parts';
  const isPlausible = stayDeductibleFen >= 0n && (continuesStay || stayDeductibleFen === 0n);
  return isPlausible ? null : 'stay_deductible_fen is nothing or more, and nothing where no stay is continued';
}

function problemOf(
  amounts: readonly bigint[],
  isWhole: boolean,
  hasAllParts: boolean,
  hospitalBearsAPart: boolean,
): string | null {
  if (amounts.some((amount) => amount < 0n)) return 'an amount is negative';
  if (!isWhole) return 'the split does not sum to total_fen';
  if (!hasAllParts) return 'the parts do not sum to what is in scope';
  return hospitalBearsAPart ? null : 'hospital_part_fen is more than the bill';
}
