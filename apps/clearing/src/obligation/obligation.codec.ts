import { decodeClearedFunds, decodeInstant, insuranceCodec, visitKindCodec } from '@yiditong/chassis';
import { isCalendarDate, PROVINCES, Rejection } from '@yiditong/codes';
import type { clearingV1 } from '@yiditong/contracts';
import { obligationAmount, type Obligation } from '@yiditong/ledger';
import { validate as isUuid } from 'uuid';

/** An obligation as it arrived, with the trace of the request that settled the bill. */
export type ArrivedObligation = Obligation & { readonly recordedAt: Date; readonly traceparent: string };

const KINDS: Record<string, Obligation['kind']> = {
  OBLIGATION_KIND_SETTLEMENT: 'SETTLEMENT',
  OBLIGATION_KIND_REVERSAL: 'REVERSAL',
  OBLIGATION_KIND_REFUND: 'REFUND',
  OBLIGATION_KIND_REINSTATEMENT: 'REINSTATEMENT',
};
const PROVINCE_CODES = new Set(PROVINCES.map((province) => province.code));

/** Rejects with REQUEST_MALFORMED. */
export function decodeObligation(wire: clearingV1.Obligation): ArrivedObligation {
  const kind = KINDS[wire.kind];
  if (!kind) throw malformed('kind');
  if (![wire.obligationId, wire.settlementId, wire.operationId].every((id) => isUuid(id)))
    throw malformed('an id is not a UUID');
  if (!PROVINCE_CODES.has(wire.insuredProvince) || !PROVINCE_CODES.has(wire.treatingProvince))
    throw malformed('a party is not a province');
  if (!isCalendarDate(wire.businessDate)) throw malformed('business_date is not a date');
  if (!isCalendarDate(`${wire.costMonth}-01`) || wire.costMonth > wire.businessDate.slice(0, 7))
    throw malformed('cost_month is not a month, or later than the cycle');
  const obligation = {
    obligationId: wire.obligationId,
    settlementId: wire.settlementId,
    operationId: wire.operationId,
    kind,
    insuredProvince: wire.insuredProvince,
    treatingProvince: wire.treatingProvince,
    insurance: insuranceCodec.decode(wire.insurance),
    visitKind: visitKindCodec.decode(wire.visitKind),
    businessDate: wire.businessDate,
    costMonth: wire.costMonth,
    funds: decodeClearedFunds(wire.funds),
  };
  if (obligationAmount(obligation) !== wire.amountFen) throw malformed('the funds do not sum to amount_fen');
  return { ...obligation, recordedAt: decodeInstant(wire.recordedAt, 'recorded_at'), traceparent: wire.traceparent };
}

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem: `obligation: ${problem}` });
}
