import type { Tx } from '@yiditong/chassis';
import { leafDigest, obligationAmount, postingsOf } from '@yiditong/ledger';
import type { ArrivedObligation } from './obligation.codec.js';

export type HashedObligation = ArrivedObligation & { readonly leafHash: Uint8Array };
/** With its place in the tree of its cell, from 0. */
export type PlacedObligation = HashedObligation & { readonly leafIndex: number };

export async function insertObligations(tx: Tx, obligations: readonly PlacedObligation[]): Promise<void> {
  await tx.query(
    `INSERT INTO obligation (treating_province, obligation_id, settlement_id, operation_id, kind, insured_province, insurance, visit_kind,
       business_date, cost_month, amount_fen, leaf_hash, leaf_digest, leaf_index, recorded_at)
     SELECT treating_province, obligation_id, settlement_id, operation_id, kind, insured_province, insurance, visit_kind, business_date, cost_month, amount_fen,
       decode(leaf_hash, 'hex'), leaf_digest, leaf_index, recorded_at
     FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::date[], $10::text[], $11::bigint[],
         $12::text[], $13::bigint[], $14::bigint[], $15::timestamptz[])
       AS arrived(treating_province, obligation_id, settlement_id, operation_id, kind, insured_province, insurance, visit_kind, business_date,
         cost_month, amount_fen, leaf_hash, leaf_digest, leaf_index, recorded_at)`,
    [
      obligations.map((obligation) => obligation.treatingProvince),
      obligations.map((obligation) => obligation.obligationId),
      obligations.map((obligation) => obligation.settlementId),
      obligations.map((obligation) => obligation.operationId),
      obligations.map((obligation) => obligation.kind),
      obligations.map((obligation) => obligation.insuredProvince),
      obligations.map((obligation) => obligation.insurance),
      obligations.map((obligation) => obligation.visitKind),
      obligations.map((obligation) => obligation.businessDate),
      obligations.map((obligation) => obligation.costMonth),
      obligations.map((obligation) => String(obligationAmount(obligation))),
      obligations.map((obligation) => Buffer.from(obligation.leafHash).toString('hex')),
      obligations.map((obligation) => String(leafDigest(obligation.leafHash))),
      obligations.map((obligation) => obligation.leafIndex),
      obligations.map((obligation) => obligation.recordedAt),
    ],
  );
}

export async function insertPostings(tx: Tx, obligations: readonly ArrivedObligation[]): Promise<void> {
  const rows = obligations.flatMap((obligation) =>
    postingsOf(obligation).map((posting) => ({ ...posting, obligation })),
  );
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO posting (treating_province, obligation_id, fund, insured_province, insurance, business_date, amount_fen)
     SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::date[], $7::bigint[])`,
    [
      rows.map((row) => row.obligation.treatingProvince),
      rows.map((row) => row.obligation.obligationId),
      rows.map((row) => row.fund),
      rows.map((row) => row.obligation.insuredProvince),
      rows.map((row) => row.obligation.insurance),
      rows.map((row) => row.obligation.businessDate),
      rows.map((row) => String(row.amountFen)),
    ],
  );
}
