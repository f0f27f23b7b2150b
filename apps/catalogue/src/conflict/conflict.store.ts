import type { Tx } from '@yiditong/chassis';
import { NATION, Rejection, type ConflictKind, type ConflictState } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import type { ConflictRow, FoundOn } from './conflict.entity.js';

const COLUMNS = `conflict_id AS "conflictId", province, kind, state, institution_code AS "institutionCode", item_code AS "itemCode",
  national_code AS "nationalCode", finding, found_at AS "foundAt", last_seen_at AS "lastSeenAt", owner, resolution,
  resolved_by AS "resolvedBy", resolved_at AS "resolvedAt"`;
const STANDING = "state IN ('OPEN', 'ASSIGNED', 'ACCEPTED', 'CORRECTED')";

/**
 * One at a time looks for conflicts of a province, from here to the commit. The instant of the scan, which is later than that of every
 * one before, also where another replica's clock is ahead.
 */
export async function beginScan(tx: Tx, province: string, kind: ConflictKind, now: Date): Promise<Date> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('conflicts:' || $1::text, 0))`, [province]);
  const [row]: { last: Date | null }[] = await tx.query(
    'SELECT max(last_seen_at) AS last FROM catalogue_conflict WHERE province = $1 AND kind = $2',
    [province, kind],
  );
  return new Date(Math.max(now.getTime(), (row?.last?.getTime() ?? 0) + 1));
}

/**
 * The day from which the newest is in force that the province or the nation has published, so that who publishes hears at once of what
 * doesn't fit; null where it is in force already.
 */
export async function announcedDay(tx: Tx, province: string, today: string): Promise<string | null> {
  const [row]: { day: string | null }[] = await tx.query(
    `SELECT to_char(max(effective_from), 'YYYY-MM-DD') AS day FROM catalogue_version WHERE province IN ($1, $2) AND effective_from > $3`,
    [province, NATION, today],
  );
  return row?.day ?? null;
}

/** Keeps what was found. What was accepted stays so; what should have been corrected is open again. */
export async function recordFound(
  tx: Tx,
  province: string,
  kind: ConflictKind,
  found: readonly FoundOn[],
  now: Date,
): Promise<void> {
  await tx.query(
    `INSERT INTO catalogue_conflict AS known (province, kind, state, found_at, last_seen_at, conflict_id, institution_code, item_code,
       national_code, finding)
     SELECT $1, $2, 'OPEN', $3, $3, * FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::jsonb[])
     ON CONFLICT (province, kind, institution_code, item_code, national_code) WHERE ${STANDING} DO UPDATE SET
       last_seen_at = excluded.last_seen_at, finding = excluded.finding,
       state = CASE WHEN known.state = 'CORRECTED' THEN 'OPEN' ELSE known.state END,
       owner = CASE WHEN known.state = 'CORRECTED' THEN NULL ELSE known.owner END,
       resolution = CASE WHEN known.state = 'CORRECTED' THEN '' ELSE known.resolution END,
       resolved_by = CASE WHEN known.state = 'CORRECTED' THEN NULL ELSE known.resolved_by END,
       resolved_at = CASE WHEN known.state = 'CORRECTED' THEN NULL ELSE known.resolved_at END`,
    [
      province,
      kind,
      now,
      found.map(() => uuidv7()),
      found.map(({ institutionCode }) => institutionCode),
      found.map(({ itemCode }) => itemCode),
      found.map(({ nationalCode }) => nationalCode),
      found.map(({ finding }) => JSON.stringify(finding)),
    ],
  );
}

/** Ends what an earlier scan had found and this one, which began at an instant, didn't; says how many they were. */
export async function endUnseen(tx: Tx, province: string, kind: ConflictKind, now: Date): Promise<number> {
  const [gone]: { count: number }[] = await tx.query(
    `WITH gone AS (UPDATE catalogue_conflict SET state = 'GONE' WHERE province = $1 AND kind = $2 AND ${STANDING} AND last_seen_at < $3 RETURNING 1)
     SELECT count(*)::int AS count FROM gone`,
    [province, kind, now],
  );
  return gone?.count ?? 0;
}

export async function countUnresolved(tx: Tx, province: string): Promise<number> {
  const [row]: { count: number }[] = await tx.query(
    `SELECT count(*)::int AS count FROM catalogue_conflict WHERE province = $1 AND state IN ('OPEN', 'ASSIGNED')`,
    [province],
  );
  return row?.count ?? 0;
}

export type ConflictPage = {
  readonly kind: ConflictKind | null;
  readonly state: ConflictState | null;
  /** Empty for all. */
  readonly institutionCode: string;
  /** Null for the first page. */
  readonly before: string | null;
  readonly limit: number;
};

/** Newest first. */
export async function conflictsBefore(tx: Tx, province: string, page: ConflictPage): Promise<ConflictRow[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM catalogue_conflict WHERE province = $1 AND ($2::text IS NULL OR kind = $2)
       AND ($3::text IS NULL OR state = $3) AND ($4 = '' OR institution_code = $4) AND ($5::uuid IS NULL OR conflict_id < $5)
     ORDER BY conflict_id DESC LIMIT $6`,
    [province, page.kind, page.state, page.institutionCode, page.before, page.limit],
  );
}

/** Holds the conflict until the commit. Rejects with CONFLICT_NOT_FOUND. */
export async function lockConflict(tx: Tx, province: string, conflictId: string): Promise<ConflictRow> {
  const rows: ConflictRow[] = await tx.query(
    `SELECT ${COLUMNS} FROM catalogue_conflict WHERE province = $1 AND conflict_id = $2 FOR UPDATE`,
    [province, conflictId],
  );
  const [row] = rows;
  if (!row) throw new Rejection('CONFLICT_NOT_FOUND');
  return row;
}

/** Keeps what became of a conflict that is held. */
export async function updateConflict(tx: Tx, row: ConflictRow): Promise<void> {
  await tx.query(
    `UPDATE catalogue_conflict SET state = $3, owner = $4, resolution = $5, resolved_by = $6, resolved_at = $7
     WHERE province = $1 AND conflict_id = $2`,
    [row.province, row.conflictId, row.state, row.owner, row.resolution, row.resolvedBy, row.resolvedAt],
  );
}
