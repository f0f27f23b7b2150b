import type { Tx } from '@yiditong/chassis';
import { obligationAmount, postingsOf } from '@yiditong/ledger';
import type { ArrivedObligation } from './obligation.codec.js';

export type HashedObligation = ArrivedObligation & { readonly leafHash: Buffer };

export async function insertObligations(tx: Tx, obligations: readonly HashedObligation[]): Promise<void> {
  await tx.query(
    `INSERT INTO obligation (treating_province, obligation_id, settlement_id, operation_id, kind, insured_province, insurance, visit_kind,
       business_date, amount_fen, leaf_hash, recorded_at)
     SELECT treating_province, obligation_id, settlement_id, operation_id, kind, insured_province, insurance, visit_kind, business_date, amount_fen,
       decode(leaf_hash, 'hex'), recorded_at
     FROM unnest($1::text[], $2::uuid[], $3::uuid[], $12::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::date[], $9::bigint[], $10::text[], $11::timestamptz[])
       AS arrived(treating_province, obligation_id, settlement_id, operation_id, kind, insured_province, insurance, visit_kind, business_date, amount_fen, leaf_hash, recorded_at)`,
    [
      obligations.map((obligation) => obligation.treatingProvince),
      obligations.map((obligation) => obligation.obligationId),
      obligations.map((obligation) => obligation.settlementId),
      obligations.map((obligation) => obligation.kind),
      obligations.map((obligation) => obligation.insuredProvince),
      obligations.map((obligation) => obligation.insurance),
      obligations.map((obligation) => obligation.visitKind),
      obligations.map((obligation) => obligation.businessDate),
      obligations.map((obligation) => String(obligationAmount(obligation))),
      obligations.map((obligation) => obligation.leafHash.toString('hex')),
      obligations.map((obligation) => obligation.recordedAt),
      obligations.map((obligation) => obligation.operationId),
    ],
  );
}

export async function insertPostings(tx: Tx, obligations: readonly ArrivedObligation[]): Promise<void> {
  const rows = obligations.flatMap((obligation) =>
    postingsOf(obligation).map((posting) => ({ ...posting, obligation })),
  );
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO posting (treating_province, obligation_id, fund, insured_province, debit_account, credit_account, amount_fen)
     SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])`,
    [
      rows.map((row) => row.obligation.treatingProvince),
      rows.map((row) => row.obligation.obligationId),
      rows.map((row) => row.fund),
      rows.map((row) => row.obligation.insuredProvince),
      rows.map((row) => row.debitAccount),
      rows.map((row) => row.creditAccount),
      rows.map((row) => String(row.amountFen)),
    ],
  );
}

/** Moves the position matrix. The cells are locked in key order, so that two batches wait for each other instead of deadlocking. */
export async function movePositions(tx: Tx, obligations: readonly ArrivedObligation[]): Promise<void> {
  await tx.query(
    `INSERT INTO position (treating_province, business_date, insured_province, insurance, amount_fen, obligation_count)
     SELECT treating_province, business_date, insured_province, insurance, sum(amount_fen), count(*)
     FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::bigint[]) AS moved(treating_province, business_date, insured_province, insurance, amount_fen)
     GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
     ON CONFLICT (treating_province, business_date, insured_province, insurance) DO UPDATE
       SET amount_fen = position.amount_fen + excluded.amount_fen, obligation_count = position.obligation_count + excluded.obligation_count`,
    [
      obligations.map((obligation) => obligation.treatingProvince),
      obligations.map((obligation) => obligation.businessDate),
      obligations.map((obligation) => obligation.insuredProvince),
      obligations.map((obligation) => obligation.insurance),
      obligations.map((obligation) => String(obligationAmount(obligation))),
    ],
  );
}
