import { freeze, thaw, type Tx } from '@yiditong/chassis';
import type { AdjudicationRow, RecordedAdjudication } from './adjudication.entity.js';

export async function findAdjudication(
  tx: Tx,
  personId: string,
  settlementId: string,
): Promise<AdjudicationRow | null> {
  const rows: { state: AdjudicationRow['state']; result: string | null }[] = await tx.query(
    'SELECT state, result FROM adjudication WHERE person_id = $1 AND settlement_id = $2',
    [personId, settlementId],
  );
  const [row] = rows;
  if (!row) return null;
  if (row.state === 'BARRED' || row.result === null) return { state: 'BARRED', result: null };
  return { state: row.state, result: thaw<RecordedAdjudication>(row.result) };
}

export async function insertAdjudication(
  tx: Tx,
  personId: string,
  province: string,
  result: RecordedAdjudication,
  recordedAt: Date,
): Promise<void> {
  await tx.query(
    `INSERT INTO adjudication (person_id, settlement_id, province, state, result, recorded_at)
     VALUES ($1, $2, $3, 'ADJUDICATED', $4, $5)`,
    [personId, result.settlementId, province, freeze(result), recordedAt],
  );
}

/** Bars a settlement id that was never adjudicated nor barred; answers whether it did. No lock guards a person who isn't known. */
export async function barAdjudication(
  tx: Tx,
  personId: string,
  province: string,
  settlementId: string,
  at: Date,
): Promise<boolean> {
  const barred: unknown[] = await tx.query(
    `INSERT INTO adjudication (person_id, settlement_id, province, state, recorded_at)
     VALUES ($1, $2, $3, 'BARRED', $4) ON CONFLICT DO NOTHING RETURNING 1`,
    [personId, settlementId, province, at],
  );
  return barred.length > 0;
}

export async function markReversed(tx: Tx, personId: string, settlementId: string, at: Date): Promise<void> {
  await tx.query(
    "UPDATE adjudication SET state = 'REVERSED', reversed_at = $3 WHERE person_id = $1 AND settlement_id = $2 AND state = 'ADJUDICATED'",
    [personId, settlementId, at],
  );
}

export async function markCancelled(
  tx: Tx,
  personId: string,
  settlementId: string,
  cancellationId: string,
  at: Date,
): Promise<void> {
  await tx.query(
    `UPDATE adjudication SET state = 'CANCELLED', cancellation_id = $3, cancelled_at = $4
     WHERE person_id = $1 AND settlement_id = $2 AND state = 'ADJUDICATED'`,
    [personId, settlementId, cancellationId, at],
  );
}

/**
 * Adjudications of the same person that stand and were decided after this one, by the totals of one of its benefit years and of its
 * insurance. Latest first, at most 100.
 */
export async function laterSettlements(tx: Tx, personId: string, settlementId: string): Promise<string[]> {
  const rows: { settlementId: string }[] = await tx.query(
    `SELECT later.settlement_id AS "settlementId"
     FROM accumulator_entry AS undone
     JOIN accumulator_entry AS later ON later.person_id = undone.person_id AND later.province = undone.province
       AND later.benefit_year = undone.benefit_year AND later.insurance = undone.insurance AND later.booked_at > undone.booked_at
     JOIN adjudication ON adjudication.person_id = later.person_id AND adjudication.settlement_id = later.settlement_id
       AND adjudication.province = later.province
     WHERE undone.person_id = $1 AND undone.settlement_id = $2 AND undone.direction = 'BOOKED'
       AND later.direction = 'BOOKED' AND adjudication.state = 'ADJUDICATED'
     GROUP BY later.settlement_id ORDER BY max(later.booked_at) DESC LIMIT 100`,
    [personId, settlementId],
  );
  return rows.map((row) => row.settlementId);
}
