import { violatedConstraint, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { Downtime, Endpoint } from './endpoint-rules.js';

type EndpointRow = Omit<Endpoint, 'changedAt'> & { readonly changedAt: Date };
type DowntimeRow = Omit<Downtime, 'from' | 'until'> & { readonly from: Date; readonly until: Date };

const COLUMNS =
  'province, kind, address, max_concurrent AS "maxConcurrent", timeout_ms AS "timeoutMs", changed_at AS "changedAt"';

/** Where claims go by their province; those of a province without a row go to the hosted core. */
export async function listEndpoints(tx: Tx): Promise<Endpoint[]> {
  const rows: EndpointRow[] = await tx.query(
    `SELECT DISTINCT ON (province) ${COLUMNS} FROM home_endpoint ORDER BY province, version DESC`,
  );
  return rows.map(endpointOf);
}

export async function findEndpoint(tx: Tx, province: string): Promise<Endpoint | null> {
  const rows: EndpointRow[] = await tx.query(
    `SELECT ${COLUMNS} FROM home_endpoint WHERE province = $1 ORDER BY version DESC LIMIT 1`,
    [province],
  );
  return rows[0] ? endpointOf(rows[0]) : null;
}

/** What stood before stays as it was. Rejects with SERVICE_UNAVAILABLE where another changed it in this very moment. */
export async function saveEndpoint(
  tx: Tx,
  endpoint: Endpoint,
  by: { readonly proposalId: string; readonly digest: string; readonly at: Date },
): Promise<void> {
  const { province, kind, address, maxConcurrent, timeoutMs } = endpoint;
  try {
    await tx.query(
      `INSERT INTO home_endpoint (province, version, kind, address, max_concurrent, timeout_ms, changed_at, proposal_id, digest)
       SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM home_endpoint WHERE province = $1`,
      [province, kind, address, maxConcurrent, timeoutMs, by.at, by.proposalId, by.digest],
    );
  } catch (error) {
    const isTaken = violatedConstraint(error) === 'home_endpoint_pk';
    throw isTaken ? new Rejection('SERVICE_UNAVAILABLE', { service: 'database' }) : error;
  }
}

const DOWNTIME = 'downtime_id AS "downtimeId", province, begins_at AS "from", until, notice';

/** Those that are not over, earliest first. */
export async function downtimesToCome(tx: Tx, now: Date): Promise<Downtime[]> {
  const rows: DowntimeRow[] = await tx.query(
    `SELECT ${DOWNTIME} FROM downtime WHERE ended_at IS NULL AND until > $1 ORDER BY begins_at, downtime_id`,
    [now],
  );
  return rows.map(downtimeOf);
}

export async function insertDowntime(tx: Tx, downtime: Downtime, announcedAt: Date): Promise<void> {
  const { province, downtimeId, from, until, notice } = downtime;
  await tx.query(
    'INSERT INTO downtime (province, downtime_id, begins_at, until, notice, announced_at) VALUES ($1, $2, $3, $4, $5, $6)',
    [province, downtimeId, from, until, notice, announcedAt],
  );
}

/** Locked. With when it was ended, or null. */
export async function lockDowntime(
  tx: Tx,
  province: string,
  downtimeId: string,
): Promise<{ readonly downtime: Downtime; readonly endedAt: Date | null } | null> {
  const rows: (DowntimeRow & { readonly endedAt: Date | null })[] = await tx.query(
    `SELECT ${DOWNTIME}, ended_at AS "endedAt" FROM downtime WHERE province = $1 AND downtime_id = $2 FOR UPDATE`,
    [province, downtimeId],
  );
  const [row] = rows;
  if (!row) return null;
  const { endedAt, ...downtime } = row;
  return { downtime: downtimeOf(downtime), endedAt };
}

export async function markEnded(tx: Tx, { province, downtimeId }: Downtime, at: Date): Promise<void> {
  await tx.query('UPDATE downtime SET ended_at = $3 WHERE province = $1 AND downtime_id = $2', [
    province,
    downtimeId,
    at,
  ]);
}

function endpointOf(row: EndpointRow): Endpoint {
  return { ...row, changedAt: row.changedAt.toISOString() };
}

function downtimeOf(row: DowntimeRow): Downtime {
  return { ...row, from: row.from.toISOString(), until: row.until.toISOString() };
}
