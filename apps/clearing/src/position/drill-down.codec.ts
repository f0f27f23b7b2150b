import { clearedFundCodec, encodeFunds, insuranceCodec, visitKindCodec } from '@yiditong/chassis';
import { isCalendarDate, Rejection } from '@yiditong/codes';
import type { clearingV1 } from '@yiditong/contracts';
import type { BookedObligation, CyclePair, ObligationsAsked, PairCell } from './drill-down.store.js';
import type { ComparedPosition } from './cost-month.service.js';
import { decodeProvinces } from './net-settlement.codec.js';

const MAX_PAGE = 1_000;

/** Rejects with REQUEST_MALFORMED. */
export function decodePair(
  request: Pick<clearingV1.GetPairPositionRequest, 'businessDate' | 'payer' | 'payee'>,
): CyclePair {
  if (!isCalendarDate(request.businessDate)) throw malformed('business_date is not a date');
  const [[payer = ''], [payee = '']] = [
    [...decodeProvinces([request.payer], 'payer')],
    [...decodeProvinces([request.payee], 'payee')],
  ];
  return { businessDate: request.businessDate, payer, payee };
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

/** Rejects with REQUEST_MALFORMED. */
export function decodeCostMonth(costMonth: string): string {
  if (!isCalendarDate(`${costMonth}-01`)) throw malformed('cost_month is not a month');
  return costMonth;
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

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
