import {
  appendOutbox,
  encodeFunds,
  encodeInstant,
  insuranceCodec,
  sha256,
  visitKindCodec,
  type Tx,
} from '@yiditong/chassis';
import type { clearingV1 } from '@yiditong/contracts';
import { leafDigest, merkleLeaf, obligationAmount, obligationLeaf, type Obligation } from '@yiditong/ledger';

export const OBLIGATION_TOPIC = 'obligation';

/** The obligation as it travels; the relay adds the trace that it was recorded in. */
export type OutgoingObligation = Omit<clearingV1.Obligation, 'traceparent'>;

/** Records an obligation for the control totals of its cycle and puts it on its way to clearing, in one transaction. */
export async function recordObligation(
  tx: Tx,
  personId: string,
  obligation: Obligation,
  recordedAt: Date,
): Promise<void> {
  const amountFen = obligationAmount(obligation);
  const leafHash = merkleLeaf(obligationLeaf(obligation), sha256);
  await tx.query(
    `INSERT INTO obligation (person_id, obligation_id, settlement_id, operation_id, kind, insured_province, treating_province, insurance, business_date, amount_fen, leaf_hash, leaf_digest)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      personId,
      obligation.obligationId,
      obligation.settlementId,
      obligation.operationId,
      obligation.kind,
      obligation.insuredProvince,
      obligation.treatingProvince,
      obligation.insurance,
      obligation.businessDate,
      String(amountFen),
      Buffer.from(leafHash),
      String(leafDigest(leafHash)),
    ],
  );
  const payload: OutgoingObligation = {
    obligationId: obligation.obligationId,
    settlementId: obligation.settlementId,
    operationId: obligation.operationId,
    kind: `OBLIGATION_KIND_${obligation.kind}`,
    insuredProvince: obligation.insuredProvince,
    treatingProvince: obligation.treatingProvince,
    insurance: insuranceCodec.encode(obligation.insurance),
    visitKind: visitKindCodec.encode(obligation.visitKind),
    businessDate: obligation.businessDate,
    costMonth: obligation.costMonth,
    amountFen,
    funds: encodeFunds(obligation.funds),
    recordedAt: encodeInstant(recordedAt),
  };
  await appendOutbox(tx, { scope: personId, region: obligation.treatingProvince, topic: OBLIGATION_TOPIC, payload });
}
