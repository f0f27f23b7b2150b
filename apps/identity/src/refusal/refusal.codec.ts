import { decodeInstant } from '@yiditong/chassis';
import { findProvince, isReason, NATION, Rejection, type Reason } from '@yiditong/codes';
import type { identityV1 } from '@yiditong/contracts';
import { validate as isUuid } from 'uuid';

const MAX_REFUSALS = 200;

/** A credential that opened nothing, as the gateway saw it. */
export type Refusal = {
  readonly refusalId: string;
  /** Whose chain it belongs to. */
  readonly province: string;
  readonly refusedAt: Date;
  readonly reason: Reason;
  readonly credentialKind: string;
  readonly genuine: boolean;
  readonly claimedSubject: string | null;
  readonly claimedRole: string | null;
  readonly claimedRegion: string | null;
  readonly source: string;
  readonly route: string;
  readonly traceId: string;
};

/** Rejects with REQUEST_MALFORMED. */
export function decodeRefusals({ refusals }: identityV1.RecordRefusalsRequest): Refusal[] {
  if (refusals.length === 0 || refusals.length > MAX_REFUSALS) throw malformed(`refusals must be 1 to ${MAX_REFUSALS}`);
  return refusals.map(decodeRefusal);
}

function decodeRefusal(wire: identityV1.Refusal): Refusal {
  if (!isUuid(wire.refusalId)) throw malformed('refusal_id is not a UUID');
  if (!isReason(wire.reason)) throw malformed('reason is no key of the reason table');
  return {
    refusalId: wire.refusalId,
    province: chainOf(wire),
    refusedAt: decodeInstant(wire.refusedAt, 'refused_at'),
    reason: wire.reason,
    credentialKind: wire.credentialKind,
    genuine: wire.genuine,
    claimedSubject: wire.claimedSubject || null,
    claimedRole: wire.claimedRole || null,
    claimedRegion: wire.claimedRegion || null,
    source: wire.source,
    route: wire.route,
    traceId: wire.traceId,
  };
}

/** A province's trail holds what was done in its name; what anybody may claim belongs to nobody. */
function chainOf({ genuine, claimedRegion }: identityV1.Refusal): string {
  const province = genuine ? findProvince(claimedRegion) : null;
  return province?.code === claimedRegion ? claimedRegion : NATION;
}

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
