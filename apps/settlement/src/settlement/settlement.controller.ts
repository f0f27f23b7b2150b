import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, encodeInstant, encodeRejection } from '@yiditong/chassis';
import { isCalendarDate, Rejection } from '@yiditong/codes';
import { settlementV1 } from '@yiditong/contracts';
import { validate as isUuid } from 'uuid';
import { ReversalService } from '../reversal/reversal.service.js';
import { CancelService } from './cancel.service.js';
import { OutcomeService, type MessageOutcome } from './outcome.service.js';
import { ReadingService } from './reading.service.js';
import { RefundService } from './refund.service.js';
import { decodeBill, encodeSettlement } from './settlement.codec.js';
import { SettlementService } from './settlement.service.js';
import {
  decodeCancel,
  decodeExpected,
  decodeRefund,
  encodeCancellation,
  encodeSettledLine,
} from './withdrawal.codec.js';

const MAX_PAGE = 1_000;

@Controller()
@settlementV1.SettlementServiceControllerMethods()
export class SettlementController implements settlementV1.SettlementServiceController {
  constructor(
    private readonly settlements: SettlementService,
    private readonly readings: ReadingService,
    private readonly outcomes: OutcomeService,
    private readonly reversals: ReversalService,
    private readonly cancellations: CancelService,
    private readonly refunds: RefundService,
  ) {}

  async preSettle(request: settlementV1.PreSettleRequest, metadata: Metadata): Promise<settlementV1.PreSettleResponse> {
    const trial = await this.settlements.preSettle(
      actorOf(metadata),
      request.institutionCode,
      decodeBill(request.bill),
    );
    return { settlement: { ...encodeSettlement(trial), state: 'SETTLEMENT_STATE_UNSPECIFIED' } };
  }

  async settle(request: settlementV1.SettleRequest, metadata: Metadata): Promise<settlementV1.SettleResponse> {
    const settlement = await this.settlements.settle(
      actorOf(metadata),
      request.institutionCode,
      request.messageId,
      decodeBill(request.bill),
    );
    return { settlement: encodeSettlement(settlement) };
  }

  async cancel(request: settlementV1.CancelRequest, metadata: Metadata): Promise<settlementV1.CancelResponse> {
    const { institutionCode, messageId } = request;
    const { settlementId, reason } = decodeCancel(request);
    const cancelled = await this.cancellations.cancel(
      actorOf(metadata),
      institutionCode,
      messageId,
      settlementId,
      reason,
    );
    return { cancellation: encodeCancellation(cancelled.cancellation) };
  }

  async refund(request: settlementV1.RefundRequest, metadata: Metadata): Promise<settlementV1.RefundResponse> {
    const { cancellation, remainder } = await this.refunds.refund(actorOf(metadata), decodeRefund(request));
    return {
      cancellation: encodeCancellation(cancellation),
      remainder: remainder ? encodeSettlement(remainder) : undefined,
    };
  }

  async reverse(request: settlementV1.ReverseRequest, metadata: Metadata): Promise<settlementV1.ReverseResponse> {
    const { institutionCode, messageId, originalMessageId } = request;
    const expected = decodeExpected(request);
    const actor = actorOf(metadata);
    const answer = await this.reversals.reverse(actor, institutionCode, messageId, originalMessageId, expected);
    return { outcome: `REVERSAL_OUTCOME_${answer.outcome}`, settlementId: answer.settlementId ?? '' };
  }

  async getSettlement(
    request: settlementV1.GetSettlementRequest,
    metadata: Metadata,
  ): Promise<settlementV1.GetSettlementResponse> {
    if (!isUuid(request.settlementId)) throw new Rejection('SETTLEMENT_NOT_FOUND');
    const { institutionName, ...settlement } = await this.readings.get(actorOf(metadata), request.settlementId);
    return { settlement: { ...encodeSettlement(settlement), institutionName } };
  }

  async listSettledLines(
    request: settlementV1.ListSettledLinesRequest,
    metadata: Metadata,
  ): Promise<settlementV1.ListSettledLinesResponse> {
    const { settlementId, after, limit } = request;
    if (!isUuid(settlementId)) throw new Rejection('SETTLEMENT_NOT_FOUND');
    if (after < 0 || limit < 1 || limit > MAX_PAGE)
      throw new Rejection('REQUEST_MALFORMED', { problem: `after or limit (1 to ${MAX_PAGE})` });
    const lines = await this.readings.lines(actorOf(metadata), settlementId, after, limit);
    const full = lines.length === limit;
    return { lines: lines.map(encodeSettledLine), nextAfter: full ? (lines.at(-1)?.lineNumber ?? 0) : 0 };
  }

  async getOutcome(
    request: settlementV1.GetOutcomeRequest,
    metadata: Metadata,
  ): Promise<settlementV1.GetOutcomeResponse> {
    return encodeOutcome(await this.outcomes.ofMessage(actorOf(metadata), request.institutionCode, request.messageId));
  }

  async listSettlements(
    request: settlementV1.ListSettlementsRequest,
    metadata: Metadata,
  ): Promise<settlementV1.ListSettlementsResponse> {
    const { businessDate, after, limit } = request;
    const wellFormed =
      isCalendarDate(businessDate) && (after === '' || isUuid(after)) && limit >= 1 && limit <= MAX_PAGE;
    if (!wellFormed)
      throw new Rejection('REQUEST_MALFORMED', { problem: `business_date, after or limit (1 to ${MAX_PAGE})` });
    const page = await this.readings.listOfCycle(actorOf(metadata), businessDate, after || null, limit);
    const full = page.length === limit;
    return { settlements: page.map(encodeSettlement), nextAfter: full ? (page.at(-1)?.settlementId ?? '') : '' };
  }
}

function encodeOutcome(outcome: MessageOutcome): settlementV1.GetOutcomeResponse {
  return {
    state: `OUTCOME_STATE_${outcome.state}`,
    inDoubtUntil: outcome.state === 'IN_DOUBT' ? encodeInstant(outcome.until) : undefined,
    settlementId: 'settlementId' in outcome ? outcome.settlementId : '',
    rejection: outcome.state === 'REFUSED' ? encodeRejection(outcome.rejection) : undefined,
    kind: outcome.kind ?? '',
  };
}
