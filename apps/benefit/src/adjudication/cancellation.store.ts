import type { Tx } from '@yiditong/chassis';
import type { CancellationRow } from './adjudication.entity.js';

/** A cancellation, in the province whose rows the transaction sees. */
export type CancellationKey = {
  readonly personId: string;
  readonly province: string;
  readonly settlementId: string;
  readonly cancellationId: string;
};

export async function findCancellation(
  tx: Tx,
  personId: string,
  cancellationId: string,
): Promise<CancellationRow | null> {
  const rows: CancellationRow[] = await tx.query(
    `SELECT settlement_id AS "settlementId", state FROM cancellation WHERE person_id = $1 AND cancellation_id = $2`,
    [personId, cancellationId],
  );
  return rows[0] ?? null;
}

/** Records a cancellation, or bars one that never came; answers whether the id was free. No lock guards a person who isn't known. */
export async function addCancellation(
  tx: Tx,
  { personId, province, settlementId, cancellationId }: CancellationKey,
  state: 'CANCELLED' | 'BARRED',
  at: Date,
): Promise<boolean> {
  const added: unknown[] = await tx.query(
    `INSERT INTO cancellation (person_id, cancellation_id, province, settlement_id, state, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING 1`,
    [personId, cancellationId, province, settlementId, state, at],
  );
  return added.length > 0;
}

export async function markCancellationReversed(
  tx: Tx,
  { personId, cancellationId }: CancellationKey,
  at: Date,
): Promise<void> {
  await tx.query(
    `UPDATE cancellation SET state = 'REVERSED', reversed_at = $3
     WHERE person_id = $1 AND cancellation_id = $2 AND state = 'CANCELLED'`,
    [personId, cancellationId, at],
  );
}
