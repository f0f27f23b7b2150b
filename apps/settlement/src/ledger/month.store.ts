import { violatedConstraint, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { fen } from '@yiditong/money';
import type { MonthConfirmation, MonthEntry, Span } from './ledger.entity.js';

const SAME_SETTLEMENT = `o.person_id = s.person_id AND o.settlement_id = s.settlement_id AND o.insured_province = s.insured_province
  AND o.treating_province = s.treating_province`;
const COLUMNS =
  'o.kind, o.operation_id, o.obligation_id, o.amount_fen, s.settled_at, s.total_fen, s.visit_number, s.visit_id, s.insured_region';

/**
 * What was settled, taken back and put back in a span, of an institution. An obligation is written in the transaction of what it is of and
 * never changed, whereas a settlement's row changes with what becomes of it. When a correction was made its id says, which is a UUIDv7.
 */
export async function entriesOf(tx: Tx, institutionCode: string, { from, before }: Span): Promise<MonthEntry[]> {
  const rows: EntryRow[] = await tx.query(
    `SELECT ${COLUMNS} FROM settlement s JOIN obligation o ON ${SAME_SETTLEMENT}
     WHERE s.institution_code = $1 AND o.kind = 'SETTLEMENT' AND s.settled_at >= $2 AND s.settled_at < $3
     UNION ALL
     SELECT ${COLUMNS} FROM obligation o JOIN settlement s ON ${SAME_SETTLEMENT}
     WHERE s.institution_code = $1 AND o.kind <> 'SETTLEMENT' AND o.obligation_id >= $4 AND o.obligation_id < $5`,
    [institutionCode, from, before, firstIdAt(from), firstIdAt(before)],
  );
  return rows.map(entryOf);
}

type EntryRow = {
  readonly kind: MonthEntry['kind'];
  readonly operation_id: string;
  readonly obligation_id: string;
  readonly amount_fen: string;
  readonly settled_at: Date;
  readonly total_fen: string;
  readonly visit_number: string;
  readonly visit_id: string | null;
  readonly insured_region: string;
};

function entryOf(row: EntryRow): MonthEntry {
  const totalFen = BigInt(row.total_fen);
  const takesBack = row.kind === 'REVERSAL' || row.kind === 'REFUND';
  return {
    kind: row.kind,
    recordId: row.operation_id,
    at: row.kind === 'SETTLEMENT' ? row.settled_at : instantOfId(row.obligation_id),
    visitNumber: row.visit_number,
    visitId: row.visit_id,
    insuredRegion: row.insured_region,
    totalFen: fen(takesBack ? -totalFen : totalFen),
    agencyPaysFen: fen(BigInt(row.amount_fen)),
  };
}

/** Below every UUIDv7 of that millisecond: their first 48 bits are the Unix time. */
export function firstIdAt(instant: Date): string {
  const hex = instant.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

export function instantOfId(id: string): Date {
  return new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16));
}

/** Rejects with MONTH_CONFIRMED where the month has a confirmation that stands. */
export async function insertConfirmation(tx: Tx, confirmation: MonthConfirmation): Promise<void> {
  const { institutionCode, messageId, treatingProvince, month, monthDigest } = confirmation;
  const { confirmed, disputedIds, digest, confirmedAt } = confirmation;
  try {
    await tx.query(
      `INSERT INTO month_confirmation (institution_code, message_id, treating_province, month, month_digest, confirmed, disputed_ids, digest, confirmed_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [institutionCode, messageId, treatingProvince, month, monthDigest, confirmed, disputedIds, digest, confirmedAt],
    );
  } catch (error) {
    throw violatedConstraint(error) === 'month_confirmation_one_stands' ? new Rejection('MONTH_CONFIRMED') : error;
  }
}

/** False where the message confirmed no such month, or its confirmation was withdrawn. */
export async function withdrawConfirmation(
  tx: Tx,
  of: {
    readonly institutionCode: string;
    readonly month: string;
    readonly originalMessageId: string;
    readonly messageId: string;
    readonly at: Date;
  },
): Promise<boolean> {
  const [, count]: [unknown, number] = await tx.query(
    `UPDATE month_confirmation SET withdrawn_at = $4, withdrawn_by_message_id = $5
     WHERE institution_code = $1 AND message_id = $2 AND month = $3 AND withdrawn_at IS NULL`,
    [of.institutionCode, of.originalMessageId, of.month, of.at, of.messageId],
  );
  return count > 0;
}
