import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { OWN, RECORD } from '@yiditong/access';
import { required, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { messageId, uuid } from '../http/fields.js';
import {
  decodeSettledLines,
  settledLinesAnswer,
  settledLinesQuery,
  type SettledLinesAnswer,
  type SettledLinesQuery,
} from './settled-line.dto.js';
import {
  decodeOutcome,
  decodeSettlement,
  decodeTrial,
  encodeBill,
  outcomeAnswer,
  reversalAnswer,
  reverseBody,
  settleBody,
  settlementAnswer,
  trialAnswer,
  trialBody,
  type OutcomeAnswer,
  type ReversalAnswer,
  type ReverseBody,
  type SettleBody,
  type SettlementAnswer,
  type TrialAnswer,
  type TrialBody,
} from './settlement.dto.js';
import {
  cancelBody,
  cancellationAnswer,
  decodeCancellation,
  encodeRefundLines,
  refundAnswer,
  refundBody,
  type CancelBody,
  type CancellationAnswer,
  type RefundAnswer,
  type RefundBody,
} from './withdrawal.dto.js';

/** Longer than the deadlines inside, so that settlement can say what happened. */
const SETTLE_DEADLINE_MS = 20_000;
/** It asks the home province twice. */
const REFUND_DEADLINE_MS = 25_000;

@ApiTags('结算 Settlement')
@Controller('v1')
export class SettlementController {
  constructor(
    @Inject(TARGETS.settlement.token) private readonly settlement: RpcClient<settlementV1.SettlementServiceClient>,
  ) {}

  @Endpoint({
    method: 'POST',
    path: 'settlements/trial',
    access: { hospital: OWN },
    summary: '预结算 What the bill would come to; leaves no trace',
    answer: trialAnswer,
  })
  async preSettle(@CurrentActor() actor: Actor, @Body({ schema: trialBody }) body: TrialBody): Promise<TrialAnswer> {
    const request = { institutionCode: institutionOf(actor), bill: encodeBill(body.bill) };
    const { settlement } = await this.settlement.call('preSettle', request, actor, SETTLE_DEADLINE_MS);
    return decodeTrial(required(settlement, 'settlement'));
  }

  @Endpoint({
    method: 'POST',
    path: 'settlements',
    access: { hospital: OWN },
    summary: '结算 Settle a bill, once for ever per message id',
    answer: settlementAnswer,
    status: 201,
  })
  async settle(
    @CurrentActor() actor: Actor,
    @Body({ schema: settleBody }) body: SettleBody,
  ): Promise<SettlementAnswer> {
    const request = { institutionCode: institutionOf(actor), messageId: body.messageId, bill: encodeBill(body.bill) };
    const { settlement } = await this.settlement.call('settle', request, actor, SETTLE_DEADLINE_MS);
    return decodeSettlement(required(settlement, 'settlement'));
  }

  @Endpoint({
    method: 'POST',
    path: 'settlements/reversals',
    access: { hospital: OWN },
    summary: '冲正 Undo a message whose outcome is unknown',
    answer: reversalAnswer,
  })
  async reverse(
    @CurrentActor() actor: Actor,
    @Body({ schema: reverseBody }) body: ReverseBody,
  ): Promise<ReversalAnswer> {
    const answer = await this.settlement.call(
      'reverse',
      { institutionCode: institutionOf(actor), ...body, personId: '', originalKind: 'ORIGINAL_KIND_UNSPECIFIED' },
      actor,
      SETTLE_DEADLINE_MS,
    );
    return {
      outcome: answer.outcome === 'REVERSAL_OUTCOME_REVERSED' ? 'REVERSED' : 'NOTHING_SETTLED',
      settlementId: answer.settlementId || null,
    };
  }

  @Endpoint({
    method: 'POST',
    path: 'settlements/:settlementId/cancellation',
    access: { hospital: OWN },
    summary: '结算撤销（整单退费） Take a settlement back, however long ago it was made',
    answer: cancellationAnswer,
  })
  async cancel(
    @CurrentActor() actor: Actor,
    @Param('settlementId', { schema: uuid }) settlementId: string,
    @Body({ schema: cancelBody }) body: CancelBody,
  ): Promise<CancellationAnswer> {
    const request = { institutionCode: institutionOf(actor), settlementId, ...body };
    const { cancellation } = await this.settlement.call('cancel', request, actor, SETTLE_DEADLINE_MS);
    return decodeCancellation(required(cancellation, 'cancellation'));
  }

  @Endpoint({
    method: 'POST',
    path: 'settlements/:settlementId/refund',
    access: { hospital: OWN },
    summary: '部分退费 Take some lines back; what remains is settled anew, both or neither',
    answer: refundAnswer,
  })
  async refund(
    @CurrentActor() actor: Actor,
    @Param('settlementId', { schema: uuid }) settlementId: string,
    @Body({ schema: refundBody }) body: RefundBody,
  ): Promise<RefundAnswer> {
    const lines = encodeRefundLines(body.lines);
    const request = { institutionCode: institutionOf(actor), settlementId, ...body, lines };
    const { cancellation, remainder } = await this.settlement.call('refund', request, actor, REFUND_DEADLINE_MS);
    return {
      cancellation: decodeCancellation(required(cancellation, 'cancellation')),
      remainder: remainder ? decodeSettlement(remainder) : null,
    };
  }

  @Endpoint({
    method: 'GET',
    path: 'settlements/:settlementId/lines',
    access: { insured: RECORD, hospital: RECORD, bureau: RECORD, operator: RECORD },
    summary: '结算费用明细 The fee lines as the catalogue took them',
    answer: settledLinesAnswer,
  })
  async lines(
    @CurrentActor() actor: Actor,
    @Param('settlementId', { schema: uuid }) settlementId: string,
    @Query({ schema: settledLinesQuery }) { after, limit }: SettledLinesQuery,
  ): Promise<SettledLinesAnswer> {
    return decodeSettledLines(await this.settlement.call('listSettledLines', { settlementId, after, limit }, actor));
  }

  @Endpoint({
    method: 'GET',
    path: 'settlements/:settlementId',
    access: { insured: RECORD, hospital: RECORD, bureau: RECORD, operator: RECORD },
    summary: '查询结算 Read a settlement',
    answer: settlementAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('settlementId', { schema: uuid }) settlementId: string,
  ): Promise<SettlementAnswer> {
    const { settlement } = await this.settlement.call('getSettlement', { settlementId }, actor);
    return decodeSettlement(required(settlement, 'settlement'));
  }

  @Endpoint({
    method: 'GET',
    path: 'messages/:messageId/outcome',
    access: { hospital: OWN },
    summary: '查询报文结果 What became of a message; always answers',
    answer: outcomeAnswer,
  })
  async outcome(
    @CurrentActor() actor: Actor,
    @Param('messageId', { schema: messageId }) message: string,
  ): Promise<OutcomeAnswer> {
    return decodeOutcome(
      await this.settlement.call('getOutcome', { institutionCode: institutionOf(actor), messageId: message }, actor),
    );
  }
}

function institutionOf(actor: Actor): string {
  if (actor.institution === undefined) throw new Rejection('NOT_PERMITTED');
  return actor.institution;
}
