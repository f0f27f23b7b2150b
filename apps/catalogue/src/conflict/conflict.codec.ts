import { conflictKindCodec, conflictStateCodec, encodeInstant, uuidField, type Actor } from '@yiditong/chassis';
import { isInstitutionCode, Rejection } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { limitField, malformed, provinceField } from '../reading/reading-fields.js';
import type { Resolution } from './conflict-review.service.js';
import { conflictText } from './conflict-text.js';
import type { ConflictRow } from './conflict.entity.js';
import type { ConflictPage } from './conflict.store.js';

const MAX_PAGE = 200;
const RESOLUTION_MAX = 500;
/** What can be an account, and never a number of a person. */
const ACCOUNT = /^(?!.*\d{15})[\w:.@/-]{1,64}$/;

/** The caller's own province. Rejects with REGION_UNKNOWN or NOT_PERMITTED. */
export function ownProvince(actor: Actor, { province }: { readonly province: string }): string {
  if (provinceField(province) !== actor.region) throw new Rejection('NOT_PERMITTED');
  return province;
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeConflictPage(wire: catalogueV1.ListConflictsRequest): ConflictPage {
  const { institutionCode } = wire;
  if (institutionCode !== '' && !isInstitutionCode(institutionCode))
    throw malformed('institution_code is not one of an institution');
  return {
    kind: conflictKindCodec.decodeOptional(wire.kind),
    state: conflictStateCodec.decodeOptional(wire.state),
    institutionCode,
    before: wire.after === '' ? null : uuidField(wire.after, 'after'),
    limit: limitField(wire.limit, MAX_PAGE),
  };
}

/** Empty for the caller. Rejects with REQUEST_MALFORMED. */
export function decodeOwnerOfConflict(owner: string): string {
  if (owner !== '' && !ACCOUNT.test(owner)) throw malformed('owner is not an account');
  return owner;
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeResolution(wire: catalogueV1.ResolveConflictRequest): Resolution {
  const state = conflictStateCodec.decode(wire.state);
  if (state !== 'ACCEPTED' && state !== 'CORRECTED') throw malformed('state is neither ACCEPTED nor CORRECTED');
  const resolution = wire.resolution.trim();
  if (resolution.length < 1 || resolution.length > RESOLUTION_MAX || /\p{Cc}/u.test(resolution))
    throw malformed(`resolution is not text of 1 to ${RESOLUTION_MAX} characters`);
  return { state, resolution };
}

/** A page that isn't full is the last one. */
export function encodeConflicts(
  conflicts: readonly ConflictRow[],
  limit: number,
  scanning: boolean,
): catalogueV1.ListConflictsResponse {
  const last = conflicts.at(-1);
  return {
    conflicts: conflicts.map(encodeConflict),
    nextAfter: last && conflicts.length === limit ? last.conflictId : '',
    scanning,
  };
}

export function encodeConflict(conflict: ConflictRow): catalogueV1.Conflict {
  const text = conflictText(conflict.kind, conflict);
  return {
    conflictId: conflict.conflictId,
    province: conflict.province,
    kind: conflictKindCodec.encode(conflict.kind),
    state: conflictStateCodec.encode(conflict.state),
    institutionCode: conflict.institutionCode,
    itemCode: conflict.itemCode,
    nationalCode: conflict.nationalCode,
    textZh: text.zh,
    textEn: text.en,
    foundAt: encodeInstant(conflict.foundAt),
    lastSeenAt: encodeInstant(conflict.lastSeenAt),
    owner: conflict.owner ?? '',
    resolution: conflict.resolution,
    resolvedBy: conflict.resolvedBy ?? '',
    resolvedAt: conflict.resolvedAt === null ? undefined : encodeInstant(conflict.resolvedAt),
  };
}
