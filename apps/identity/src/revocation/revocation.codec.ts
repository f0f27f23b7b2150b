import { decodeInstant, encodeInstant } from '@yiditong/chassis';
import { findProvince, NATION, Rejection, type RevocationReason, type Role } from '@yiditong/codes';
import type { identityV1 } from '@yiditong/contracts';
import { revocationReasonCodec } from '../key/key.codec.js';
import type { Revocation } from './revocation.store.js';

/** Services' certificates are not revoked here; they are made anew. */
const ROLES_WITH_CREDENTIALS = ['insured', 'hospital', 'bureau', 'operator'] as const;
/** What the issuers of this field put there: accounts, codes, UUIDs; never a person's name or number with spaces. */
const NAME = /^[\w:.@/-]{1,128}$/;

/** What a supervisor asks for. */
export type RevocationOrder = {
  readonly region: string;
  readonly role: Role;
  readonly subject: string | null;
  readonly tokenId: string | null;
  /** Null for now. */
  readonly until: Date | null;
  readonly reason: RevocationReason;
};

/** Rejects with REQUEST_MALFORMED. */
export function decodeOrder(wire: identityV1.RevokeCredentialRequest): RevocationOrder {
  const role = ROLES_WITH_CREDENTIALS.find((one) => one === wire.role);
  if (role === undefined) throw malformed(`role is one of ${ROLES_WITH_CREDENTIALS.join(', ')}`);
  const tenant = role === 'operator' ? NATION : findProvince(wire.region)?.code;
  if (tenant !== wire.region)
    throw malformed('region is the tenant of the credential: a province, or the nation for operators');
  const named = [wire.subject, wire.tokenId].filter((name) => name !== '');
  if (named.length !== 1 || !named.every((name) => NAME.test(name)))
    throw malformed('exactly one of subject and token_id is given, of letters, digits and :.@/_-');
  return {
    region: wire.region,
    role,
    subject: wire.subject || null,
    tokenId: wire.tokenId || null,
    until: wire.until ? decodeInstant(wire.until, 'until') : null,
    reason: revocationReasonCodec.decode(wire.reason),
  };
}

/** A position that an earlier answer gave, or null. Rejects with REQUEST_MALFORMED. */
export function decodePosition(after: string): string | null {
  if (after === '') return null;
  if (!/^\d{1,19}$/.test(after)) throw malformed('after is the next_after of an earlier answer');
  return after;
}

export function encodeRevocation(row: Revocation): identityV1.Revocation {
  return {
    revocationId: row.revocationId,
    region: row.region,
    role: row.role,
    subject: row.subject ?? '',
    tokenId: row.tokenId ?? '',
    issuedUntil: row.issuedUntil === null ? undefined : encodeInstant(new Date(row.issuedUntil)),
    forgottenAt: encodeInstant(new Date(row.forgottenAt)),
  };
}

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
