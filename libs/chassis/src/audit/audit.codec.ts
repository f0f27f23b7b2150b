import { Rejection } from '@yiditong/codes';
import type { auditV1 } from '@yiditong/contracts';
import type { ChainFault, ChainHead } from '@yiditong/ledger';
import { actorSchema } from '../actor.js';
import { encodeInstant } from '../codec.js';
import type { AuditRecord } from './audit-record.js';
import type { Verification } from './audit.service.js';

const MAX_PAGE = 1_000;

export function decodeLimit(limit: number): number {
  if (limit < 1 || limit > MAX_PAGE)
    throw new Rejection('REQUEST_MALFORMED', { problem: `limit must be 1 to ${MAX_PAGE}` });
  return limit;
}

/** Null where the caller kept none. Rejects with REQUEST_MALFORMED. */
export function decodeKnownHead(wire: auditV1.AuditHead | null | undefined): ChainHead | null {
  if (wire === null || wire === undefined) return null;
  if (wire.sequence < 0n || !/^[0-9a-f]{64}$/.test(wire.hash))
    throw new Rejection('REQUEST_MALFORMED', { problem: 'known_head is not a head' });
  return { sequence: wire.sequence, hash: wire.hash };
}

/** Shows what it can of a record that somebody tampered with; what is wrong with it the verifier says. */
export function encodeRecord(record: AuditRecord): auditV1.AuditRecord {
  const { before, after, actor, origin, via, recordedAt, ...rest } = record;
  const instant = new Date(recordedAt);
  return {
    ...rest,
    recordedAt: Number.isNaN(instant.getTime()) ? undefined : encodeInstant(instant),
    actor: encodeActor(actor),
    origin: encodeActor(origin),
    via: via ?? '',
    beforeJson: before ?? '',
    afterJson: after ?? '',
  };
}

export function encodeVerification({
  head,
  checked,
  faults,
  faultCount,
}: Verification): auditV1.VerifyAuditChainResponse {
  return {
    ok: faultCount === 0,
    head: head ?? undefined,
    checked,
    faults: faults.map(encodeFault),
    faultCount: BigInt(faultCount),
  };
}

function encodeFault({ kind, sequence, until }: ChainFault): auditV1.AuditFault {
  return { kind: `AUDIT_FAULT_KIND_${kind}`, sequence, until };
}

function encodeActor(text: string | null): auditV1.AuditActor | undefined {
  const actor = actorSchema.safeParse(parseJson(text ?? ''));
  if (!actor.success) return undefined;
  const { role, region, subject, rank = '', area = '', institution = '', person = '' } = actor.data;
  return { role, region, subject, rank, area, institution, person };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
