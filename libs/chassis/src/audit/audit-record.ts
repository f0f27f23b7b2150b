import { createHmac, createSecretKey } from 'node:crypto';
import { PURPOSES } from '@yiditong/access';
import { canonicalText, type ChainedRecord, type Mac } from '@yiditong/ledger';

/** What was done, from a closed list, so that a trail can be searched by it. */
export const AUDIT_ACTIONS = [
  'REGISTER_PERSON',
  'READ_PERSON',
  'ISSUE_E_CREDENTIAL',
  'DECODE_E_CREDENTIAL',
  'REFUSE_E_CREDENTIAL',
  'READ_ACCUMULATORS',
  'READ_ACCOUNT',
  'POST_ACCOUNT_ENTRY',
  'PROPOSE_POLICY',
  'PUBLISH_POLICY',
  'REJECT_POLICY',
  'WITHDRAW_POLICY',
  'ADJUDICATE',
  'REVERSE_ADJUDICATION',
  'CANCEL_ADJUDICATION',
  'REINSTATE_ADJUDICATION',
  'PROPOSE_CATALOGUE',
  'PUBLISH_CATALOGUE',
  'REJECT_CATALOGUE',
  'WITHDRAW_CATALOGUE',
  'OPEN_DRAFT',
  'DISCARD_DRAFT',
  'SUBMIT_DRAFT',
  'OPEN_LIST',
  'MATCH_LIST',
  'DISCARD_LIST',
  'DECIDE_MATCH',
  'REVISE_MAPPING',
  'ASSIGN_CONFLICT',
  'RESOLVE_CONFLICT',
  'REGISTER_FILING',
  'READ_FILING',
  'LIST_FILINGS',
  'SEARCH_FILINGS',
  'DRAFT_FILING',
  'SUBMIT_FILING',
  'ACCEPT_FILING',
  'RETURN_FILING',
  'REJECT_FILING',
  'CHANGE_FILING',
  'SUPPLY_FILING',
  'CANCEL_FILING',
  'EXPIRE_FILING',
  'INVALIDATE_FILING',
  'READ_FILING_OPTIONS',
  'DECIDE_ELIGIBILITY',
  'ISSUE_RECEIPT',
  'VERIFY_RECEIPT',
  'GRANT_FAMILY_ACCESS',
  'REVOKE_FAMILY_ACCESS',
  'LIST_FAMILY_ACCESS',
  'RECORD_ENTITLEMENT',
  'END_ENTITLEMENT',
  'LIST_ENTITLEMENTS',
  'APPLY_FOR_ENTITLEMENT',
  'WITHDRAW_ENTITLEMENT_APPLICATION',
  'DECIDE_ENTITLEMENT_APPLICATION',
  'LIST_ENTITLEMENT_APPLICATIONS',
  'PUBLISH_RULE',
  'END_RULE',
  'OPEN_IMPORT',
  'APPLY_IMPORT',
  'DISCARD_IMPORT',
  'REGISTER_WEBHOOK',
  'REMOVE_WEBHOOK',
  'REDELIVER',
  'REGISTER_INSTITUTION',
  'SETTLE',
  'REVERSE_SETTLEMENT',
  'CANCEL_SETTLEMENT',
  'REFUND_SETTLEMENT',
  'READ_SETTLEMENT',
  'READ_SETTLED_LINES',
  'LIST_SETTLEMENTS',
  'OPEN_VISIT',
  'CHANGE_VISIT',
  'CANCEL_VISIT',
  'READ_VISIT',
  'ADD_FEES',
  'REMOVE_FEES',
  'LIST_FEES',
  'COMPARE_LEDGER',
  'CONFIRM_MONTH',
  'WITHDRAW_MONTH',
  'PROPOSE_ENDPOINT',
  'CHANGE_ENDPOINT',
  'REJECT_ENDPOINT',
  'WITHDRAW_ENDPOINT',
  'ANNOUNCE_DOWNTIME',
  'END_DOWNTIME',
  'REFUSE_HOME_ANSWER',
  'OPEN_CYCLE',
  'PROPOSE_CLOSE',
  'REQUEST_CLOSE',
  'REJECT_CLOSE',
  'BEGIN_SEAL',
  'SEAL_CYCLE',
  'VERIFY_CYCLE',
  'CLOSE_CYCLE',
  'GENERATE_CLEARING_MONTH',
  'CONFIRM_CLEARING_TABLES',
  'ISSUE_CLEARING_NOTICES',
  'RECORD_CLEARING_PAYMENT',
  'RECORD_CLEARING_ARRIVAL',
  'POST_OBLIGATIONS',
  'REFUSE_CREDENTIAL',
  'REVOKE_CREDENTIAL',
  'REGISTER_KEY',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/**
 * Why: what somebody claimed who read a person's detail in clear, or else what follows from whose request it is: 就医结算,
 * 本人办理, 经办, 平台运营, and what services do by themselves.
 */
export const AUDIT_PURPOSES = [
  ...PURPOSES,
  'TREATMENT',
  'SELF_SERVICE',
  'ADMINISTRATION',
  'OPERATION',
  'SYSTEM',
] as const;
export type AuditPurpose = (typeof AUDIT_PURPOSES)[number];

/** Fields that changed or were read. Ids, regions, states, dates, amounts and digests; never a name, a number of a person or a diagnosis. */
export type AuditFacts = Readonly<Record<string, unknown>>;

/** What a story says of what it does. */
export type AuditEntry = {
  /** Whose chain: the province that the object belongs to, or the nation for what belongs to none. */
  readonly province: string;
  readonly action: AuditAction;
  readonly objectType: string;
  readonly objectId: string;
  readonly before?: AuditFacts;
  readonly after?: AuditFacts;
  /** What was claimed; null where nothing was. */
  readonly purpose?: AuditPurpose | null;
};

/** A row of `audit_record`; texts exactly as they stand there, the instant in UTC with microseconds. */
export type AuditRecord = {
  readonly province: string;
  readonly sequence: bigint;
  readonly recordedAt: string;
  /** Who did it, as canonical JSON of the actor. */
  readonly actor: string;
  /** The end user at whose request a service did it, or null. */
  readonly origin: string | null;
  /** The service that called, by its certificate, or null for the service's own work. */
  readonly via: string | null;
  readonly purpose: string;
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly traceId: string;
  readonly previousHash: string;
  readonly hash: string;
};

/** Everything that a record says but its hashes, which is what its hash is made of. */
export function textOfRecord(record: Omit<AuditRecord, 'previousHash' | 'hash'>): string {
  return canonicalText({
    province: record.province,
    sequence: record.sequence.toString(),
    recordedAt: record.recordedAt,
    actor: record.actor,
    origin: record.origin,
    via: record.via,
    purpose: record.purpose,
    action: record.action,
    objectType: record.objectType,
    objectId: record.objectId,
    before: record.before,
    after: record.after,
    traceId: record.traceId,
  });
}

export function chainedRecord(record: AuditRecord): ChainedRecord {
  const { sequence, previousHash, hash } = record;
  return { sequence, previousHash, hash, text: textOfRecord(record) };
}

/** HMAC-SM3 under a key that the database never sees: who has the database alone can't compute a chain anew. Takes 32 bytes in hexadecimal. */
export function auditMac(key: string): Mac {
  const bytes = Buffer.from(key, 'hex');
  if (bytes.length !== 32) throw new RangeError('the audit key has 32 bytes');
  // As a key object it is prepared once, which makes a hash three times faster.
  const secret = createSecretKey(bytes);
  return (text) => createHmac('sm3', secret).update(text).digest('hex');
}
