import { link, type ChainHead } from '@yiditong/ledger';
import type { Actor } from '../actor.js';
import { currentCaller, type Caller } from '../caller.js';
import { auditMacOf, queryPrepared, type Tx } from '../database.js';
import { freeze } from '../exact-json.js';
import { currentTraceId } from '../telemetry/continue-trace.js';
import { textOfRecord, type AuditEntry, type AuditFacts, type AuditPurpose, type AuditRecord } from './audit-record.js';

type LockedHead = ChainHead & { readonly recordedAt: string };

const PURPOSE_OF: Record<Actor['role'], AuditPurpose> = {
  insured: 'SELF_SERVICE',
  hospital: 'TREATMENT',
  bureau: 'ADMINISTRATION',
  operator: 'OPERATION',
  service: 'SYSTEM',
};

/**
 * Appends to a province's chain, in the transaction of what is recorded and as its last act: the chain's head is locked
 * from here to the commit, so whoever locked anything after it could deadlock, and would hold up all others of the province. All
 * entries are of one province. Two round trips, however many entries. When it throws, the transaction must fail.
 */
export async function appendAudit(tx: Tx, actor: Actor, ...entries: readonly AuditEntry[]): Promise<void> {
  const [first] = entries;
  if (!first) return;
  const mac = auditMacOf(tx);
  const { recordedAt, ...head } = await lockHead(tx, first.province);
  const shared = { province: first.province, recordedAt, ...circumstances(actor, currentCaller()) };
  const records: AuditRecord[] = [];
  let { sequence, hash } = head;
  for (const { province, action, objectType, objectId, before, after, purpose } of entries) {
    if (province !== first.province) throw new RangeError('one transaction appends to one chain');
    sequence += 1n;
    const content = {
      ...shared,
      sequence,
      action,
      objectType,
      objectId,
      before: textOf(before),
      after: textOf(after),
      purpose: purpose ?? shared.purpose,
    };
    const previousHash = hash;
    hash = link(previousHash, textOfRecord(content), mac);
    records.push({ ...content, previousHash, hash });
  }
  await insertRecords(tx, records, { sequence, hash });
}

/** Who acts, at whose request, called by whom, in which trace. */
function circumstances(actor: Actor, caller: Caller | undefined) {
  const endUser = caller?.actor.role === 'service' ? caller.origin : (caller?.actor ?? null);
  const origin = actor.role === 'service' ? endUser : null;
  return {
    actor: freeze(actor),
    origin: origin && freeze(origin),
    via: caller?.via ?? null,
    purpose: PURPOSE_OF[(origin ?? actor).role],
    traceId: currentTraceId(),
  };
}

function textOf(facts: AuditFacts | undefined): string | null {
  if (facts === undefined) return null;
  // Nobody computes with it again, so amounts stand as people write them.
  const text = JSON.stringify(facts, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  return freeze(JSON.parse(text));
}

const LOCK_HEAD = `SELECT sequence, hash, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "recordedAt"
  FROM audit_head WHERE province = $1 FOR UPDATE`;

/** The database's clock, which all replicas share. */
async function lockHead(tx: Tx, province: string): Promise<LockedHead> {
  type Row = Omit<LockedHead, 'sequence'> & { readonly sequence: string };
  const [head] = await queryPrepared<Row>(tx, 'audit_lock_head', LOCK_HEAD, [province]);
  if (!head) throw new Error(`the actor has no audit chain for ${province}`);
  return { ...head, sequence: BigInt(head.sequence) };
}

const APPEND = `WITH appended AS (
    INSERT INTO audit_record (province, recorded_at, actor, origin, via, trace_id,
      sequence, purpose, action, object_type, object_id, before_text, after_text, previous_hash, hash)
    SELECT $1, $2::timestamptz, $3, $4, $5, $6, * FROM unnest($7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[],
      $12::text[], $13::text[], $14::text[], $15::text[])
  )
  UPDATE audit_head SET sequence = $16, hash = $17 WHERE province = $1`;

async function insertRecords(tx: Tx, records: readonly AuditRecord[], head: ChainHead): Promise<void> {
  const [shared] = records;
  if (!shared) return;
  await queryPrepared(tx, 'audit_append', APPEND, [
    shared.province,
    shared.recordedAt,
    shared.actor,
    shared.origin,
    shared.via,
    shared.traceId,
    records.map((record) => record.sequence.toString()),
    records.map((record) => record.purpose),
    records.map((record) => record.action),
    records.map((record) => record.objectType),
    records.map((record) => record.objectId),
    records.map((record) => record.before),
    records.map((record) => record.after),
    records.map((record) => record.previousHash),
    records.map((record) => record.hash),
    head.sequence.toString(),
    head.hash,
  ]);
}
