import type { Tx } from '@yiditong/chassis';
import { fen } from '@yiditong/money';
import type { LedgerScope, OwnRow, Totals, TotalsScope } from './ledger.entity.js';

/**
 * An institution's records of days: each settlement that stands, by when it was settled, and each cancellation that stands, by when it was
 * made, with its amounts negative. What was reversed, or is about to be, neither side has.
 */
const SETTLED = `SELECT settlement_id AS record_id, message_id, person_id, insurance, visit_kind, total_fen, fund_total_fen, account_fen,
    false AS refund
  FROM settlement WHERE institution_code = $1 AND settled_at >= $2 AND settled_at < $3 AND state NOT IN ('REVERSING', 'REVERSED')`;
const CANCELLED = `SELECT cancellation_id AS record_id, cancellation_message_id AS message_id, person_id, insurance, visit_kind, -total_fen AS total_fen,
    -fund_total_fen AS fund_total_fen, -account_fen AS account_fen, true AS refund
  FROM settlement WHERE institution_code = $1 AND cancelled_at >= $2 AND cancelled_at < $3 AND state = 'CANCELLED'`;
const OF_KINDS = '(cardinality($4::text[]) = 0 OR visit_kind = ANY ($4))';

type Amounts = { readonly total_fen: string; readonly fund_total_fen: string; readonly account_fen: string };

const SUMS = `SELECT coalesce(sum(total_fen), 0)::text AS total_fen, coalesce(sum(fund_total_fen), 0)::text AS fund_total_fen,
  coalesce(sum(account_fen), 0)::text AS account_fen, count(*)::int AS count`;
const SUMS_SETTLED = `${SUMS} FROM (${SETTLED}) AS record WHERE ${OF_KINDS} AND insurance = $5`;
const SUMS_CANCELLED = `${SUMS} FROM (${CANCELLED}) AS record WHERE ${OF_KINDS} AND insurance = $5`;

export async function totalsOf(tx: Tx, scope: TotalsScope): Promise<Totals> {
  const rows: (Amounts & { count: number })[] = await tx.query(scope.refunds ? SUMS_CANCELLED : SUMS_SETTLED, [
    ...parametersOf(scope),
    scope.insurance,
  ]);
  const [row] = rows;
  if (!row) throw new Error('a sum without a row');
  return { ...amountsOf(row), count: row.count };
}

/** At most `limit`, in no order. */
export async function ownRows(tx: Tx, scope: LedgerScope, limit: number): Promise<OwnRow[]> {
  type Row = Amounts & { record_id: string; message_id: string; person_id: string; refund: boolean };
  const rows: Row[] = await tx.query(
    `SELECT record_id, message_id, person_id, total_fen, fund_total_fen, account_fen, refund
     FROM (${SETTLED} UNION ALL ${CANCELLED}) AS record WHERE ${OF_KINDS} LIMIT $5`,
    [...parametersOf(scope), limit],
  );
  return rows.map((row) => ({
    recordId: row.record_id,
    messageId: row.message_id,
    personId: row.person_id,
    ...amountsOf(row),
    refund: row.refund,
  }));
}

/** Newest first. The id may be of a settlement or of its cancellation. */
export async function settlementIdsOf(
  tx: Tx,
  of: {
    readonly institutionCode: string;
    readonly personId: string;
    readonly recordId: string | null;
    readonly visitId: string | null;
  },
  limit: number,
): Promise<string[]> {
  const rows: { settlement_id: string }[] = await tx.query(
    `SELECT settlement_id FROM settlement
     WHERE institution_code = $1 AND person_id = $2 AND ($3::uuid IS NULL OR $3 IN (settlement_id, cancellation_id))
       AND ($4::uuid IS NULL OR visit_id = $4)
     ORDER BY settled_at DESC, settlement_id DESC LIMIT $5`,
    [of.institutionCode, of.personId, of.recordId, of.visitId, limit],
  );
  return rows.map(({ settlement_id: id }) => id);
}

/** A visit that isn't cancelled and goes on or ended since, or a settlement since that wasn't reversed. */
export async function hasPatientSince(
  tx: Tx,
  { institutionCode, personId }: { readonly institutionCode: string; readonly personId: string },
  since: Date,
): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `SELECT 1 FROM visit WHERE person_id = $1 AND institution_code = $2 AND state <> 'CANCELLED' AND coalesce(ended_at, $3) >= $3
     UNION ALL
     SELECT 1 FROM settlement WHERE person_id = $1 AND institution_code = $2 AND state <> 'REVERSED' AND settled_at >= $3
     LIMIT 1`,
    [personId, institutionCode, since],
  );
  return rows.length > 0;
}

function parametersOf({ institutionCode, from, before, visitKinds }: LedgerScope): unknown[] {
  return [institutionCode, from, before, visitKinds];
}

function amountsOf(row: Amounts): Omit<Totals, 'count'> {
  return {
    totalFen: fen(BigInt(row.total_fen)),
    fundTotalFen: fen(BigInt(row.fund_total_fen)),
    accountFen: fen(BigInt(row.account_fen)),
  };
}
