import { splitTotal, type Claim, type ClaimPart } from '@yiditong/adjudication';
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
import { findProvince, isCodeText, ITEM_KINDS, Rejection } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { fen, sumFen, type Fen } from '@yiditong/money';

/** Who and what is adjudicated. */
export type ClaimIdentity = {
  readonly settlementId: string;
  readonly personId: string;
  readonly insuredRegion: string;
};

/** Who undoes a cancellation, and what a refund in part settled anew, which is undone with it; empty where there is none. */
export type UndoneCancellation = {
  readonly cancellationId: string;
  readonly remainderSettlementId: string;
  /** The answer is given once per id, for ever. */
  readonly reversalId: string;
};

/**
 * A claim as it is adjudicated. The business date of the discharge decides policy and benefit year (经办规程 art. 41). The person's
 * insurance, type, age, tags and accounts are the home province's own knowledge.
 */
export type PresentedClaim = ClaimIdentity &
  Pick<
    Claim,
    | 'visitKind'
    | 'hospitalLevel'
    | 'hospitalTags'
    | 'benefitLevel'
    | 'diseaseCode'
    | 'institutionCode'
    | 'split'
    | 'parts'
    | 'startedOn'
    | 'endedOn'
    | 'hospitalPartFen'
    | 'stayDeductibleFen'
  > & {
    readonly treatingRegion: string;
    /** 个人账户使用标志. */
    readonly useAccount: boolean;
  };

const MAX_PARTS = 5_000;
const MAX_TAGS = 20;
const TAG = /^\P{Cc}{1,20}$/u;

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeClaim(wire: benefitV1.Claim): PresentedClaim {
  const identity = decodeIdentity(wire);
  if (!findProvince(wire.treatingRegion)) throw new Rejection('REGION_UNKNOWN', { region: wire.treatingRegion });
  const startedOn = businessDateOf(decodeInstant(wire.admittedAt, 'admitted_at'));
  const endedOn = businessDateOf(decodeInstant(wire.endedAt, 'ended_at'));
  if (startedOn > endedOn) throw malformed('admitted_at is after ended_at');
  if (wire.hospitalTags.length > MAX_TAGS || !wire.hospitalTags.every((tag) => TAG.test(tag)))
    throw malformed(`hospital_tags must be at most ${MAX_TAGS} names of 1 to 20 characters`);
  for (const [name, code] of [
    ['disease_code', wire.diseaseCode],
    ['institution_code', wire.institutionCode],
  ] as const)
    if (code !== '' && !isCodeText(code)) throw malformed(`${name} must be a code of at most 20 characters`);
  return {
    ...identity,
    ...decodeAmounts(wire),
    stayDeductibleFen: decodeStay(wire),
    visitKind: visitKindCodec.decode(wire.visitKind),
    hospitalLevel: hospitalLevelCodec.decode(wire.hospitalLevel),
    hospitalTags: wire.hospitalTags,
    benefitLevel: benefitLevelCodec.decode(wire.benefitLevel),
    diseaseCode: wire.diseaseCode || null,
    treatingRegion: wire.treatingRegion,
    institutionCode: wire.institutionCode,
    startedOn,
    endedOn,
    useAccount: wire.useAccount,
  };
}

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeIdentity(wire: ClaimIdentity): ClaimIdentity {
  const personId = uuidField(wire.personId, 'person_id');
  const settlementId = uuidField(wire.settlementId, 'settlement_id');
  if (!findProvince(wire.insuredRegion)) throw new Rejection('REGION_UNKNOWN', { region: wire.insuredRegion });
  return { settlementId, personId, insuredRegion: wire.insuredRegion };
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeUndone(wire: benefitV1.ReverseRequest): UndoneCancellation {
  const remainder = wire.remainderSettlementId;
  return {
    cancellationId: uuidField(wire.cancellationId, 'cancellation_id'),
    remainderSettlementId: remainder && uuidField(remainder, 'remainder_settlement_id'),
    reversalId: uuidField(wire.reversalId, 'reversal_id'),
  };
}

function decodeAmounts(wire: benefitV1.Claim): Pick<PresentedClaim, 'split' | 'parts' | 'hospitalPartFen'> {
  const split = decodeSplit(wire.split);
  const { totalFen, hospitalPartFen } = wire;
  if (splitTotal(split) !== totalFen) throw malformed('the split does not sum to total_fen');
  if (Object.values(split).some((part) => part < 0n)) throw malformed('the split has a negative part');
  if (hospitalPartFen < 0n || hospitalPartFen > totalFen)
    throw malformed('hospital_part_fen must be between nothing and total_fen');
  if (wire.parts.length > MAX_PARTS) throw malformed(`parts must be at most ${MAX_PARTS}`);
  const parts = wire.parts.map((part, index) => decodePart(part, `parts.${index}`));
  if (parts.length > 0 && sumFen(parts.map(({ inScopeFen }) => inScopeFen)) !== split.inScopeFen)
    throw malformed('the parts do not sum to what is in scope');
  return { split, parts, hospitalPartFen: fen(hospitalPartFen) };
}

/** Null of a bill that continues no stay. */
function decodeStay({ visitKind, continuesStay, stayDeductibleFen }: benefitV1.Claim): Fen | null {
  if (continuesStay && visitKind !== 'VISIT_KIND_INPATIENT') throw malformed('only a stay is settled in parts');
  if (stayDeductibleFen < 0n || (stayDeductibleFen > 0n && !continuesStay))
    throw malformed('stay_deductible_fen is nothing or more, and nothing where no stay is continued');
  return continuesStay ? fen(stayDeductibleFen) : null;
}

function decodePart({ itemClass, itemKind, unitPriceFen, inScopeFen }: benefitV1.ClaimPart, place: string): ClaimPart {
  const kind = ITEM_KINDS.find((known) => known === itemKind) ?? null;
  if (kind === null && itemKind !== '') throw malformed(`${place}.item_kind is unknown`);
  // proto-loader gives null where it isn't set.
  const price = unitPriceFen ?? null;
  if (inScopeFen < 0n || (price !== null && price < 0n)) throw malformed(`${place} has a negative amount`);
  return {
    itemClass: itemClassCodec.decodeOptional(itemClass),
    itemKind: kind,
    unitPriceFen: price === null ? null : fen(price),
    inScopeFen: fen(inScopeFen),
  };
}

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
