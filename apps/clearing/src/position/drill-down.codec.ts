import { clearedFundCodec, encodeFunds, insuranceCodec, visitKindCodec } from '@yiditong/chassis';
import type { clearingV1 } from '@yiditong/contracts';
import type { BookedObligation, CyclePair, ObligationsAsked, PairCell } from './drill-down.store.js';
import type { ComparedPosition } from './cost-month.service.js';
import { dateField, malformed, provinceField } from '../fields.js';

const MAX_PAGE = 1_000;

/** Rejects with REQUEST_MALFORMED. */
export function decodePair(
  request: Pick<clearingV1.GetPairPositionRequest, 'businessDate' | 'payer' | 'payee'>,
): CyclePair {
  return {
    businessDate: dateField(request.businessDate, 'business_date'),
    payer: provinceField(request.payer, 'payer'),
    payee: provinceField(request.payee, 'payee'),
  };
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeObligationsAsked(request: clearingV1.ListObligationsRequest): ObligationsAsked {
  const { fund, from, limit } = request;
  if (from < 0n || from > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed('from is not a place');
  if (limit < 1 || limit > MAX_PAGE) throw malformed(`limit: 1 to ${MAX_PAGE}`);
  return {
    ...decodePair(request),
    insurance: insuranceCodec.decode(request.insurance),
    fund: fund === 'FUND_UNSPECIFIED' ? null : clearedFundCodec.decode(fund),
    from: Number(from),
    limit,
  };
}

export function encodePairCell({ insurance, obligationCount, amountFen, funds }: PairCell): clearingV1.PairCell {
  return { insurance: insuranceCodec.encode(insurance), obligationCount, amountFen, funds: encodeFunds(funds) };
}

export function encodeCostMonthPosition({
  earlier,
  insurance,
  ...position
}: ComparedPosition): clearingV1.CostMonthPosition {
  return {
    ...position,
    insurance: insuranceCodec.encode(insurance),
    earlierCount: earlier?.obligationCount,
    earlierFen: earlier?.amountFen,
  };
}

/** A full page says where the next one begins, though it may be empty. */
export function encodeObligations(
  page: readonly BookedObligation[],
  { limit }: ObligationsAsked,
): clearingV1.ListObligationsResponse {
  const last = page.length < limit ? undefined : page.at(-1);
  return {
    obligations: page.map(({ kind, visitKind, funds, place: _place, ...booked }) => ({
      ...booked,
      kind: `OBLIGATION_KIND_${kind}`,
      visitKind: visitKindCodec.encode(visitKind),
      funds: encodeFunds(funds),
    })),
    nextFrom: last === undefined ? 0n : BigInt(last.place + 1),
  };
}
