import { nextDay, type Tx } from '@yiditong/chassis';
import { NATION, PROVINCES } from '@yiditong/codes';

/** A province that somebody looks for conflicts in, his until an instant. */
export type ScanLease = { readonly province: string; readonly until: Date };

/** How the looking stands: what the last scan that was finished came to, and whether another is due or under way. */
export type ScanState = { readonly found: number; readonly gone: number; readonly scanning: boolean };

const NEVER_SCANNED: ScanState = { found: 0, gone: 0, scanning: false };

/** Has a province's conflicts looked for from an instant on, or those of all where it is the nation's catalogue that changed. */
export async function askForScan(tx: Tx, scope: string, dueAt: Date): Promise<void> {
  const provinces = scope === NATION ? PROVINCES.map(({ code }) => code) : [scope];
  await tx.query(
    `INSERT INTO conflict_scan (province, due_at) SELECT province, $2 FROM unnest($1::text[]) AS asked (province)
     ON CONFLICT (province) DO UPDATE SET due_at = least(conflict_scan.due_at, $2), is_awaited = true`,
    [provinces.toSorted(), dueAt],
  );
}

/** Takes the province that has waited longest; null where none does. */
export async function takeScan(tx: Tx, now: Date, until: Date): Promise<ScanLease | null> {
  const taken: { province: string }[] = await tx.query(
    `WITH due AS (SELECT province FROM conflict_scan WHERE due_at <= $1 ORDER BY due_at, province LIMIT 1 FOR UPDATE SKIP LOCKED),
     taken AS (UPDATE conflict_scan SET due_at = $2, is_awaited = true FROM due WHERE conflict_scan.province = due.province RETURNING conflict_scan.province)
     SELECT province FROM taken`,
    [now, until],
  );
  const [found] = taken;
  return found ? { province: found.province, until } : null;
}

/**
 * Keeps what a scan came to. It looks again when the next business day begins, since items end by date too; or at once where that was
 * asked for meanwhile.
 */
export async function finishScan(
  tx: Tx,
  { province, until }: ScanLease,
  { found, gone }: { readonly found: number; readonly gone: number },
  today: string,
): Promise<void> {
  await tx.query(
    `UPDATE conflict_scan SET found = $4, gone = $5, is_awaited = due_at <> $2, due_at = CASE WHEN due_at = $2 THEN $3 ELSE due_at END
     WHERE province = $1`,
    [province, until, new Date(`${nextDay(today)}T00:00:00+08:00`), found, gone],
  );
}

export async function scanStateOf(tx: Tx, province: string, now: Date): Promise<ScanState> {
  const [state]: ScanState[] = await tx.query(
    'SELECT found, gone, is_awaited OR due_at <= $2 AS scanning FROM conflict_scan WHERE province = $1',
    [province, now],
  );
  return state ?? NEVER_SCANNED;
}
