import { accumulatorEntries, type Accumulators } from '@yiditong/adjudication';
import { freeze, thaw, type Tx } from '@yiditong/chassis';
import type { Insurance } from '@yiditong/codes';
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
    `INSERT INTO adjudication (person_id, settlement_id, province, state, insurance, benefit_year, deltas, result, recorded_at)
     VALUES ($1, $2, $3, 'ADJUDICATED', $4, $5, $6, $7, $8)`,
    [
      personId,
      result.settlementId,
      province,
      result.insurance,
      result.benefitYear,
      freeze(result.deltas),
      freeze(result),
      recordedAt,
    ],
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

/** To be called under the person's row lock, or where a moment's reading is enough. */
export async function accumulatorsOf(
  tx: Tx,
  personId: string,
  benefitYear: number,
  insurance: Insurance,
): Promise<Accumulators> {
  const rows: { kind: string; value: string }[] = await tx.query(
    'SELECT kind, value FROM accumulator WHERE person_id = $1 AND benefit_year = $2 AND insurance = $3 AND value <> 0 ORDER BY kind',
    [personId, benefitYear, insurance],
  );
  return Object.fromEntries(rows.map((row) => [row.kind, BigInt(row.value)]));
}

/**
 * Adds deltas, under the person's row lock, and answers the totals that they made. A total below zero violates a constraint and
 * undoes everything.
 */
export async function addToAccumulators(
  tx: Tx,
  key: {
    readonly personId: string;
    readonly province: string;
    readonly benefitYear: number;
    readonly insurance: Insurance;
  },
  deltas: Accumulators,
): Promise<Accumulators> {
  const kinds = accumulatorEntries(deltas);
  if (kinds.length === 0) return {};
  await tx.query(
    `INSERT INTO accumulator (person_id, benefit_year, insurance, kind, province, value)
     SELECT $1, $2, $3, kind, $4, 0 FROM unnest($5::text[]) AS kind ON CONFLICT DO NOTHING`,
    [key.personId, key.benefitYear, key.insurance, key.province, kinds.map(([kind]) => kind)],
  );
  const [rows]: [{ kind: string; value: string }[]] = await tx.query(
    `UPDATE accumulator SET value = accumulator.value + delta.value
     FROM unnest($4::text[], $5::bigint[]) AS delta(kind, value)
     WHERE accumulator.person_id = $1 AND accumulator.benefit_year = $2 AND accumulator.insurance = $3 AND accumulator.kind = delta.kind
     RETURNING accumulator.kind, accumulator.value`,
    [
      key.personId,
      key.benefitYear,
      key.insurance,
      kinds.map(([kind]) => kind),
      kinds.map(([, value]) => String(value)),
    ],
  );
  return Object.fromEntries(rows.map((row) => [row.kind, BigInt(row.value)]));
}
