import { freeze, thaw, type Tx } from '@yiditong/chassis';
import type { AdjudicationRow, RecordedAdjudication } from './adjudication.entity.js';

export async function findAdjudication(
  tx: Tx,
  personId: string,
  settlementId: string,
): Promise<AdjudicationRow | null> {
  const rows: {
    state: AdjudicationRow['state'];
    result: string | null;
    cancellationId: string | null;
  }[] = await tx.query(
    'SELECT state, result, cancellation_id AS "cancellationId" FROM adjudication WHERE person_id = $1 AND settlement_id = $2',
    [personId, settlementId],
  );
  const [row] = rows;
  if (!row) return null;
  if (row.state === 'BARRED' || row.result === null) return { state: 'BARRED', result: null };
  const result = thaw<RecordedAdjudication>(row.result);
  if (row.state === 'CANCELLED') return { state: row.state, result, cancellationId: row.cancellationId ?? '' };
  return { state: row.state, result };
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

/** Remembers of a cancelled one that it was reversed as well; answers whether that is new. */
export async function markCancelledReversed(
  tx: Tx,
  personId: string,
  settlementId: string,
  at: Date,
): Promise<boolean> {
  const [, marked]: [unknown[], number] = await tx.query(
    `UPDATE adjudication SET reversed_at = $3
     WHERE person_id = $1 AND settlement_id = $2 AND state = 'CANCELLED' AND reversed_at IS NULL`,
    [personId, settlementId, at],
  );
  return marked > 0;
}

/** Undoes a cancellation: the adjudication stands again, unless it was reversed as well. Answers which. */
export async function markReinstated(
  tx: Tx,
  personId: string,
  settlementId: string,
  cancellationId: string,
): Promise<'ADJUDICATED' | 'REVERSED'> {
  const [rows]: [{ state: 'ADJUDICATED' | 'REVERSED' }[]] = await tx.query(
    `UPDATE adjudication SET state = CASE WHEN reversed_at IS NULL THEN 'ADJUDICATED' ELSE 'REVERSED' END,
       cancellation_id = NULL, cancelled_at = NULL
     WHERE person_id = $1 AND settlement_id = $2 AND state = 'CANCELLED' AND cancellation_id = $3 RETURNING state`,
    [personId, settlementId, cancellationId],
  );
  const [row] = rows;
  if (!row) throw new Error('a cancellation that stands has its adjudication');
  return row.state;
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
 * Adjudications of the same person that stand and were decided while this one stood, by the totals of one of its benefit years and of its
 * insurance: it stood where an odd number of its bookings and undoings came before. Latest first, at most 100.
 */
export async function laterSettlements(tx: Tx, personId: string, settlementId: string): Promise<string[]> {
  return settlementIds(
    await tx.query(
      `SELECT later.settlement_id AS "settlementId" FROM accumulator_entry AS later ${STANDING}
       WHERE later.person_id = $1 AND later.settlement_id <> $2 AND later.direction = 'BOOKED' AND (
         SELECT count(*) % 2 = 1 FROM accumulator_entry AS undone
         WHERE undone.person_id = later.person_id AND undone.settlement_id = $2 AND undone.province = later.province
           AND undone.benefit_year = later.benefit_year AND undone.insurance = later.insurance AND undone.booked_at < later.booked_at)
       ${LATEST_FIRST}`,
      [personId, settlementId],
    ),
  );
}

/** The same of a cancellation that was undone: those that were decided while the adjudication was taken back by it. */
export async function settledMeanwhile(
  tx: Tx,
  personId: string,
  settlementId: string,
  cancellationId: string,
): Promise<string[]> {
  return settlementIds(
    await tx.query(
      `SELECT later.settlement_id AS "settlementId"
       FROM accumulator_entry AS cancelled
       JOIN accumulator_entry AS reinstated ON reinstated.person_id = cancelled.person_id AND reinstated.province = cancelled.province
         AND reinstated.settlement_id = cancelled.settlement_id AND reinstated.operation_id = cancelled.operation_id
         AND reinstated.benefit_year = cancelled.benefit_year AND reinstated.direction = 'REINSTATED'
       JOIN accumulator_entry AS later ON later.person_id = cancelled.person_id AND later.province = cancelled.province
         AND later.benefit_year = cancelled.benefit_year AND later.insurance = cancelled.insurance
         AND later.booked_at > cancelled.booked_at AND later.booked_at < reinstated.booked_at AND later.direction = 'BOOKED'
       ${STANDING}
       WHERE cancelled.person_id = $1 AND cancelled.settlement_id = $2 AND cancelled.operation_id = $3
         AND cancelled.direction = 'CANCELLED'
       ${LATEST_FIRST}`,
      [personId, settlementId, cancellationId],
    ),
  );
}

const STANDING = `JOIN adjudication ON adjudication.person_id = later.person_id AND adjudication.settlement_id = later.settlement_id
  AND adjudication.province = later.province AND adjudication.state = 'ADJUDICATED'`;
const LATEST_FIRST = 'GROUP BY later.settlement_id ORDER BY max(later.booked_at) DESC LIMIT 100';

function settlementIds(rows: readonly { readonly settlementId: string }[]): string[] {
  return rows.map((row) => row.settlementId);
}
