import { decodeClearedFunds, decodeInstant, insuranceCodec, visitKindCodec } from '@yiditong/chassis';
import type { clearingV1 } from '@yiditong/contracts';
import { obligationAmount, type Obligation } from '@yiditong/ledger';
import { validate as isUuid } from 'uuid';
import { dateField, malformed, monthField, provinceField } from '../fields.js';

/** An obligation as it arrived, with the trace of the request that settled the bill. */
export type ArrivedObligation = Obligation & { readonly recordedAt: Date; readonly traceparent: string };

const KINDS: Record<string, Obligation['kind']> = {
  OBLIGATION_KIND_SETTLEMENT: 'SETTLEMENT',
  OBLIGATION_KIND_REVERSAL: 'REVERSAL',
  OBLIGATION_KIND_REFUND: 'REFUND',
  OBLIGATION_KIND_REINSTATEMENT: 'REINSTATEMENT',
};

/** Rejects with REQUEST_MALFORMED. */
export function decodeObligation(wire: clearingV1.Obligation): ArrivedObligation {
  const kind = KINDS[wire.kind];
  if (!kind) throw malformed('obligation: kind');
  if (![wire.obligationId, wire.settlementId, wire.operationId].every((id) => isUuid(id)))
    throw malformed('obligation: an id is not a UUID');
  const obligation = {
    obligationId: wire.obligationId,
    settlementId: wire.settlementId,
    operationId: wire.operationId,
    kind,
    insuredProvince: provinceField(wire.insuredProvince, 'insured_province'),
    treatingProvince: provinceField(wire.treatingProvince, 'treating_province'),
    insurance: insuranceCodec.decode(wire.insurance),
    visitKind: visitKindCodec.decode(wire.visitKind),
    businessDate: dateField(wire.businessDate, 'business_date'),
    costMonth: monthField(wire.costMonth, 'cost_month'),
    funds: decodeClearedFunds(wire.funds),
  };
  if (obligation.costMonth > obligation.businessDate.slice(0, 7))
    throw malformed('obligation: cost_month is later than the cycle');
  if (obligationAmount(obligation) !== wire.amountFen)
    throw malformed('obligation: the funds do not sum to amount_fen');
  return { ...obligation, recordedAt: decodeInstant(wire.recordedAt, 'recorded_at'), traceparent: wire.traceparent };
}
