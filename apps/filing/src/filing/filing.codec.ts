import {
  businessDateOf,
  encodeInstant,
  filingCategoryCodec,
  filingEventCodec,
  filingSourceCodec,
  filingStateCodec,
  materialKindCodec,
  reviewDecisionCodec,
  uuidField,
} from '@yiditong/chassis';
import type { FilingCategory, ReviewDecision } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { dateField, institutionField, malformed, optional, regionField } from './fields.js';
import type { FilingRow, Material } from './filing.entity.js';
import type { KeptVersion } from './filing.store.js';
import { checkedReason } from './reason-text.js';

const MAX_MATERIALS = 10;

/** Whose filing: one's own, or that of the family member who is named. */
type OfPerson = { readonly personId: string; readonly forPersonId: string };
type OfFiling = OfPerson & { readonly filingId: string };

export type Registration = OfPerson & {
  /** Null where a person leaves it to us to know where he is insured. */
  readonly insuredRegion: string | null;
  readonly category: FilingCategory;
  readonly destinationRegion: string;
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly institutionCode: string | null;
  readonly materials: readonly Material[];
  readonly pledged: boolean;
  readonly draft: boolean;
  readonly reason: string;
};
export type Submission = OfFiling & {
  readonly materials: readonly Material[];
  readonly pledged: boolean;
  readonly reason: string;
};
export type Review = Omit<OfFiling, 'forPersonId'> & { readonly decision: ReviewDecision; readonly reason: string };
export type Change = OfFiling & {
  /** Null to keep them. */
  readonly destinationRegion: string | null;
  readonly validTo: string | null;
  readonly reason: string;
};
export type Cancellation = OfFiling & {
  /** By a hospital: the person's insured place; null where others cancel. */
  readonly insuredRegion: string | null;
  readonly reason: string;
};
export type Supply = OfFiling & { readonly materials: readonly Material[] };

/** Rejects with REQUEST_MALFORMED, REGION_UNKNOWN or INSTITUTION_CODE_INVALID, as all of these do. */
export function decodeRegistration(wire: filingV1.RegisterFilingRequest): Registration {
  return {
    ...decodePerson(wire),
    insuredRegion: optional(wire.insuredRegion, regionField),
    category: filingCategoryCodec.decode(wire.category),
    destinationRegion: regionField(wire.destinationRegion),
    validFrom: dateField(wire.validFrom, 'valid_from'),
    validTo: optional(wire.validTo, (text) => dateField(text, 'valid_to')),
    institutionCode: optional(wire.institutionCode, institutionField),
    materials: decodeMaterials(wire.materials),
    pledged: wire.pledged,
    draft: wire.draft,
    reason: checkedReason(wire.reason),
  };
}

export function decodeSubmission(wire: filingV1.SubmitFilingRequest): Submission {
  const { pledged, reason } = wire;
  return { ...decodeTarget(wire), materials: decodeMaterials(wire.materials), pledged, reason: checkedReason(reason) };
}

export function decodeReview(wire: filingV1.ReviewFilingRequest): Review {
  const decision = reviewDecisionCodec.decode(wire.decision);
  const reason = checkedReason(wire.reason);
  if (decision !== 'ACCEPT' && reason === '') throw malformed('reason is missing: the person is told why');
  const { personId, filingId } = decodeTarget({ ...wire, forPersonId: '' });
  return { personId, filingId, decision, reason };
}

export function decodeChange(wire: filingV1.ChangeFilingRequest): Change {
  return {
    ...decodeTarget(wire),
    destinationRegion: optional(wire.destinationRegion, regionField),
    validTo: optional(wire.validTo, (text) => dateField(text, 'valid_to')),
    reason: checkedReason(wire.reason),
  };
}

export function decodeCancellation(wire: filingV1.CancelFilingRequest): Cancellation {
  const insuredRegion = optional(wire.insuredRegion, regionField);
  return { ...decodeTarget(wire), insuredRegion, reason: checkedReason(wire.reason) };
}

export function decodeSupply(wire: filingV1.SupplyMaterialsRequest): Supply {
  const materials = decodeMaterials(wire.materials);
  if (materials.length === 0) throw malformed('materials are missing');
  return { ...decodeTarget(wire), materials };
}

export function decodePerson(wire: { readonly personId: string; readonly forPersonId: string }): OfPerson {
  const forPersonId = wire.forPersonId === '' ? '' : uuidField(wire.forPersonId, 'for_person_id');
  return { personId: uuidField(wire.personId, 'person_id'), forPersonId };
}

export function decodeTarget(wire: OfFiling): OfFiling {
  return { ...decodePerson(wire), filingId: uuidField(wire.filingId, 'filing_id') };
}

function decodeMaterials(wire: readonly filingV1.Material[]): Material[] {
  if (wire.length > MAX_MATERIALS) throw malformed(`materials are ${MAX_MATERIALS} at most`);
  return wire.map(({ kind, digest }) => {
    if (!/^[\da-f]{64}$/i.test(digest)) throw malformed('digest is not 64 hexadecimal digits');
    return { kind: materialKindCodec.decode(kind), digest: digest.toLowerCase() };
  });
}

/** As it stands on a business date: by default the day on which it was brought there, so that an answer is the same for ever. */
export function encodeFiling(row: FilingRow, today: string = businessDateOf(row.updatedAt)): filingV1.Filing {
  return {
    filingId: row.filingId,
    personId: row.personId,
    insuredRegion: row.insuredRegion,
    category: filingCategoryCodec.encode(row.category),
    destinationRegion: row.destinationRegion,
    validFrom: row.validFrom,
    validTo: row.validTo ?? '',
    createdAt: encodeInstant(row.createdAt),
    state: filingStateCodec.encode(row.state),
    version: row.version,
    source: filingSourceCodec.encode(row.source),
    materials: row.materials.map(({ kind, digest }) => ({ kind: materialKindCodec.encode(kind), digest })),
    pledged: row.pledged,
    owed: row.owed.map(materialKindCodec.encode),
    lockedUntil: row.lockedUntil ?? '',
    reviewDueOn: row.reviewDueOn ?? '',
    reviewOverdue: row.reviewDueOn !== null && today > row.reviewDueOn,
    updatedAt: encodeInstant(row.updatedAt),
    reason: row.reason,
  };
}

export function encodeVersion(version: KeptVersion): filingV1.FilingVersion {
  return {
    filing: encodeFiling({ ...version, updatedAt: version.recordedAt }),
    event: filingEventCodec.encode(version.event),
    actorRole: version.actorRole,
    actorSubject: version.actorSubject,
    reason: version.reason,
    recordedAt: encodeInstant(version.recordedAt),
  };
}
