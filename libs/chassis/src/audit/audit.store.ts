import type { ChainHead } from '@yiditong/ledger';
import type { Tx } from '../database.js';
import type { AuditRecord } from './audit-record.js';

export type RecordFilter = { readonly action: string | null; readonly objectId: string | null };

type Row = Omit<AuditRecord, 'sequence'> & { readonly sequence: string };

const COLUMNS = `province, sequence, to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "recordedAt", actor, origin, via,
  purpose, action, object_type AS "objectType", object_id AS "objectId", before_text AS before, after_text AS after,
  trace_id AS "traceId", previous_hash AS "previousHash", hash`;

export async function headOfChain(tx: Tx, province: string): Promise<ChainHead | null> {
  const rows: { sequence: string; hash: string }[] = await tx.query(
    'SELECT sequence, hash FROM audit_head WHERE province = $1',
    [province],
  );
  return rows[0] ? { sequence: BigInt(rows[0].sequence), hash: rows[0].hash } : null;
}

/** The head, and the highest sequence there is, at one and the same moment: records that are appended later are none of this look. */
export async function endOfChain(tx: Tx, province: string): Promise<{ head: ChainHead | null; last: bigint }> {
  const rows: { sequence: string | null; hash: string | null; last: string }[] = await tx.query(
    `SELECT sequence, hash, last FROM (SELECT coalesce(max(sequence), 0) AS last FROM audit_record WHERE province = $1) AS end_of_chain
     LEFT JOIN audit_head ON province = $1`,
    [province],
  );
  const { sequence = null, hash = null, last = '0' } = rows[0] ?? {};
  const head = sequence === null || hash === null ? null : { sequence: BigInt(sequence), hash };
  return { head, last: BigInt(last) };
}

/** Records after a sequence, up to another, in order. Those of the last sequence all come, should there be several. */
export async function recordsBetween(
  tx: Tx,
  province: string,
  after: bigint,
  last: bigint,
  limit: number,
): Promise<AuditRecord[]> {
  const rows: Row[] = await tx.query(
    `SELECT ${COLUMNS} FROM audit_record WHERE province = $1 AND sequence > $2 AND sequence <= $3
     ORDER BY sequence FETCH FIRST $4 ROWS WITH TIES`,
    [province, String(after), String(last), limit],
  );
  return rows.map(recordOf);
}

/** A page of a chain, in order, of one action or object where the filter names one. */
export async function pageOfChain(
  tx: Tx,
  province: string,
  after: bigint,
  limit: number,
  filter: RecordFilter,
): Promise<AuditRecord[]> {
  const rows: Row[] = await tx.query(
    `SELECT ${COLUMNS} FROM audit_record WHERE province = $1 AND sequence > $2
       AND ($4::text IS NULL OR action = $4) AND ($5::text IS NULL OR object_id = $5)
     ORDER BY sequence LIMIT $3`,
    [province, String(after), limit, filter.action, filter.objectId],
  );
  return rows.map(recordOf);
}

function recordOf(row: Row): AuditRecord {
  return { ...row, sequence: BigInt(row.sequence) };
}
