import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { OWN } from '@yiditong/access';
import { required, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import {
  decodeSettlement,
  decodeTrial,
  settlementAnswer,
  trialAnswer,
  type SettlementAnswer,
  type TrialAnswer,
} from '../settlement/settlement.dto.js';
import {
  cancelVisitBody,
  changeBody,
  decodeFee,
  decodeVisit,
  encodeChange,
  encodeFees,
  encodeOpening,
  encodeVisitBill,
  feePageAnswer,
  feesAnswer,
  feesBody,
  openBody,
  removalAnswer,
  removalBody,
  serial,
  settleVisitBody,
  visitAnswer,
  visitTrialBody,
  type CancelVisitBody,
  type ChangeBody,
  type FeePageAnswer,
  type FeesAnswer,
  type FeesBody,
  type OpenBody,
  type RemovalAnswer,
  type RemovalBody,
  type SettleVisitBody,
  type VisitAnswer,
  type VisitTrialBody,
} from './visit.dto.js';

/** Longer than the deadlines inside, so that settlement can say what happened. */
const SETTLE_DEADLINE_MS = 20_000;

const feesQuery = z.strictObject({
  after: serial.optional().describe('上一页最后的流水号 / the last serial of the page before'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
type FeesQuery = z.infer<typeof feesQuery>;

@ApiTags('就诊 Visits')
@Controller('v1/visits')
export class VisitController {
  constructor(@Inject(TARGETS.visit.token) private readonly visits: RpcClient<settlementV1.VisitServiceClient>) {}

  @Endpoint({
    method: 'POST',
    path: '',
    access: { hospital: OWN },
    summary: '挂号、入院登记 Open a visit or admit a patient, once for ever per message id',
    answer: visitAnswer,
    status: 201,
  })
  async open(@CurrentActor() actor: Actor, @Body({ schema: openBody }) body: OpenBody): Promise<VisitAnswer> {
    const request = { institutionCode: institutionOf(actor), ...encodeOpening(body) };
    return decodeVisit((await this.visits.call('openVisit', request, actor, SETTLE_DEADLINE_MS)).visit);
  }

  @Endpoint({
    method: 'POST',
    path: ':visitId/changes',
    access: { hospital: OWN },
    summary: '就诊信息变更、出院、出院撤销 Change a visit, end it, or take its end back',
    answer: visitAnswer,
  })
  async change(
    @CurrentActor() actor: Actor,
    @Param('visitId', { schema: uuid }) visitId: string,
    @Body({ schema: changeBody }) body: ChangeBody,
  ): Promise<VisitAnswer> {
    const request = { institutionCode: institutionOf(actor), visitId, ...encodeChange(body) };
    return decodeVisit((await this.visits.call('changeVisit', request, actor, SETTLE_DEADLINE_MS)).visit);
  }

  @Endpoint({
    method: 'POST',
    path: ':visitId/cancellation',
    access: { hospital: OWN },
    summary: '挂号撤销、入院撤销 Cancel a visit that has no fees',
    answer: visitAnswer,
  })
  async cancel(
    @CurrentActor() actor: Actor,
    @Param('visitId', { schema: uuid }) visitId: string,
    @Body({ schema: cancelVisitBody }) body: CancelVisitBody,
  ): Promise<VisitAnswer> {
    const request = { institutionCode: institutionOf(actor), visitId, ...body };
    return decodeVisit((await this.visits.call('cancelVisit', request, actor, SETTLE_DEADLINE_MS)).visit);
  }

  @Endpoint({
    method: 'POST',
    path: ':visitId/fees',
    access: { hospital: OWN },
    summary: '费用明细上传 Add fees, all or none, each divided by the catalogue',
    answer: feesAnswer,
    status: 201,
  })
  async addFees(
    @CurrentActor() actor: Actor,
    @Param('visitId', { schema: uuid }) visitId: string,
    @Body({ schema: feesBody }) body: FeesBody,
  ): Promise<FeesAnswer> {
    const { messageId, personId } = body;
    const request = { institutionCode: institutionOf(actor), messageId, visitId, personId, fees: encodeFees(body) };
    const { fees } = await this.visits.call('addFees', request, actor, SETTLE_DEADLINE_MS);
    return { fees: fees.map(decodeFee) };
  }

  @Endpoint({
    method: 'POST',
    path: ':visitId/fee-removals',
    access: { hospital: OWN },
    summary: '费用明细撤销 Take unsettled fees out',
    answer: removalAnswer,
  })
  async removeFees(
    @CurrentActor() actor: Actor,
    @Param('visitId', { schema: uuid }) visitId: string,
    @Body({ schema: removalBody }) body: RemovalBody,
  ): Promise<RemovalAnswer> {
    const request = { institutionCode: institutionOf(actor), visitId, ...body };
    const { removed } = await this.visits.call('removeFees', request, actor, SETTLE_DEADLINE_MS);
    return { removed };
  }

  @Endpoint({
    method: 'GET',
    path: ':visitId',
    access: { hospital: OWN },
    summary: '查询就诊 Read a visit',
    answer: visitAnswer,
  })
  async get(@CurrentActor() actor: Actor, @Param('visitId', { schema: uuid }) visitId: string): Promise<VisitAnswer> {
    const request = { institutionCode: institutionOf(actor), visitId };
    return decodeVisit((await this.visits.call('getVisit', request, actor)).visit);
  }

  @Endpoint({
    method: 'GET',
    path: ':visitId/fees',
    access: { hospital: OWN },
    summary: '查询费用明细 List the fees of a visit by serial',
    answer: feePageAnswer,
  })
  async listFees(
    @CurrentActor() actor: Actor,
    @Param('visitId', { schema: uuid }) visitId: string,
    @Query({ schema: feesQuery }) { after, limit }: FeesQuery,
  ): Promise<FeePageAnswer> {
    const request = { institutionCode: institutionOf(actor), visitId, after: after ?? '', limit };
    const { fees, nextAfter } = await this.visits.call('listFees', request, actor);
    return { fees: fees.map(decodeFee), nextAfter: nextAfter || null };
  }

  @Endpoint({
    method: 'POST',
    path: ':visitId/trial',
    access: { hospital: OWN },
    summary: '就诊预结算 What settling a visit would come to; leaves no trace',
    answer: trialAnswer,
  })
  async trial(
    @CurrentActor() actor: Actor,
    @Param('visitId', { schema: uuid }) visitId: string,
    @Body({ schema: visitTrialBody }) body: VisitTrialBody,
  ): Promise<TrialAnswer> {
    const request = { institutionCode: institutionOf(actor), bill: encodeVisitBill(visitId, body) };
    const { settlement } = await this.visits.call('preSettleVisit', request, actor, SETTLE_DEADLINE_MS);
    return decodeTrial(required(settlement, 'settlement'));
  }

  @Endpoint({
    method: 'POST',
    path: ':visitId/settlements',
    access: { hospital: OWN },
    summary: '就诊结算 Settle what is unsettled of a visit, a batch or a disease, once for ever per message id',
    answer: settlementAnswer,
    status: 201,
  })
  async settle(
    @CurrentActor() actor: Actor,
    @Param('visitId', { schema: uuid }) visitId: string,
    @Body({ schema: settleVisitBody }) body: SettleVisitBody,
  ): Promise<SettlementAnswer> {
    const { messageId } = body;
    const request = { institutionCode: institutionOf(actor), messageId, bill: encodeVisitBill(visitId, body) };
    const { settlement } = await this.visits.call('settleVisit', request, actor, SETTLE_DEADLINE_MS);
    return decodeSettlement(required(settlement, 'settlement'));
  }
}

function institutionOf(actor: Actor): string {
  if (actor.institution === undefined) throw new Rejection('NOT_PERMITTED');
  return actor.institution;
}
