import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { OWN, RECORD } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { settlementV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import { encodeDecision } from '../reference/proposal.dto.js';
import * as dto from './routing.dto.js';

/** Where claims go by their province, when a province is down, and what was exchanged. */
@ApiTags('参保地路由 Routing')
@Controller('v1')
export class RoutingController {
  constructor(@Inject(TARGETS.routing.token) private readonly routing: RpcClient<settlementV1.RoutingServiceClient>) {}

  @Endpoint({
    method: 'GET',
    path: 'routes',
    access: { hospital: 'anyone', bureau: 'anyone', operator: 'anyone' },
    summary: '各省接入方式、熔断状态和停机公告 Where each province’s claims go, and what downtime is announced',
    answer: dto.routesAnswer,
  })
  async list(@CurrentActor() actor: Actor): Promise<dto.RoutesAnswer> {
    return dto.decodeRoutes(await this.routing.call('listRoutes', {}, actor));
  }

  @Endpoint({
    method: 'POST',
    path: 'routes/:province/proposals',
    access: { bureau: 'province', provincial: true },
    summary: '提交本省接入地址变更，待复核 Propose where the own province’s claims shall go',
    answer: dto.endpointProposalAnswer,
    status: 202,
    keyed: true,
  })
  async propose(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('province', { schema: dto.province }) province: string,
    @Body({ schema: dto.endpointBody }) body: dto.EndpointBody,
  ): Promise<dto.EndpointProposalAnswer> {
    const request = { requestId, province, endpoint: dto.encodeEndpoint(province, body) };
    const { proposal } = await this.routing.call('proposeEndpoint', request, actor);
    return dto.decodeEndpointProposal(proposal);
  }

  @Endpoint({
    method: 'GET',
    path: 'routes/:province/proposals/:proposalId',
    access: { bureau: 'province', provincial: true },
    summary: '查询接入地址变更申请 Read a proposal',
    answer: dto.endpointProposalAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('province', { schema: dto.province }) province: string,
    @Param('proposalId', { schema: uuid }) proposalId: string,
  ): Promise<dto.EndpointProposalAnswer> {
    const { proposal } = await this.routing.call('getEndpointProposal', { province, proposalId }, actor);
    return dto.decodeEndpointProposal(proposal);
  }

  @Endpoint({
    method: 'POST',
    path: 'routes/:province/proposals/:proposalId/decision',
    access: { bureau: 'province', supervisor: true, provincial: true },
    summary: '复核：通过即生效，或驳回 Approve a proposal, which takes effect, or reject it',
    answer: dto.endpointProposalAnswer,
  })
  async decide(
    @CurrentActor() actor: Actor,
    @Param('province', { schema: dto.province }) province: string,
    @Param('proposalId', { schema: uuid }) proposalId: string,
    @Body({ schema: dto.endpointDecisionBody }) body: dto.EndpointDecisionBody,
  ): Promise<dto.EndpointProposalAnswer> {
    const request = { province, proposalId, digest: body.digest, ...encodeDecision(body) };
    const { proposal } = await this.routing.call('decideEndpointProposal', request, actor);
    return dto.decodeEndpointProposal(proposal);
  }

  @Endpoint({
    method: 'POST',
    path: 'routes/:province/proposals/:proposalId/withdrawal',
    access: { bureau: 'province', provincial: true },
    summary: '经办人撤回 Take back an own proposal',
    answer: dto.endpointProposalAnswer,
  })
  async withdraw(
    @CurrentActor() actor: Actor,
    @Param('province', { schema: dto.province }) province: string,
    @Param('proposalId', { schema: uuid }) proposalId: string,
  ): Promise<dto.EndpointProposalAnswer> {
    const { proposal } = await this.routing.call('withdrawEndpointProposal', { province, proposalId }, actor);
    return dto.decodeEndpointProposal(proposal);
  }

  @Endpoint({
    method: 'POST',
    path: 'downtimes',
    access: { bureau: OWN, provincial: true },
    summary: '发布本省停机公告 Announce that the own province’s core will not answer',
    answer: dto.downtimeAnswer,
    status: 201,
    keyed: true,
  })
  async announce(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: dto.downtimeBody }) body: dto.DowntimeBody,
  ): Promise<dto.DowntimeAnswer> {
    const request = { requestId, province: actor.region, ...dto.encodeDowntime(body) };
    const { downtime } = await this.routing.call('announceDowntime', request, actor);
    return dto.decodeDowntime(downtime);
  }

  @Endpoint({
    method: 'POST',
    path: 'downtimes/:downtimeId/end',
    access: { bureau: OWN, provincial: true },
    summary: '提前结束或撤回停机公告 End a downtime now, or take it back',
    answer: dto.downtimeAnswer,
  })
  async end(
    @CurrentActor() actor: Actor,
    @Param('downtimeId', { schema: uuid }) downtimeId: string,
  ): Promise<dto.DowntimeAnswer> {
    const { downtime } = await this.routing.call('endDowntime', { province: actor.region, downtimeId }, actor);
    return dto.decodeDowntime(downtime);
  }

  @Endpoint({
    method: 'GET',
    path: 'exchanges',
    access: { bureau: RECORD, operator: RECORD, provincial: true },
    summary: '交换日志：本省为一方的交换，最新在前 Exchanges that the own province was a party to, newest first',
    answer: dto.exchangesAnswer,
  })
  async exchanges(
    @CurrentActor() actor: Actor,
    @Query({ schema: dto.exchangesQuery }) query: dto.ExchangesQuery,
  ): Promise<dto.ExchangesAnswer> {
    return dto.decodeExchanges(await this.routing.call('listExchanges', dto.encodeExchangesQuery(query), actor));
  }

  @Endpoint({
    method: 'GET',
    path: 'refused-answers',
    access: { bureau: RECORD, operator: RECORD, provincial: true },
    summary: '被拒收的参保地应答 Answers of home provinces that were refused, newest first',
    answer: dto.refusedAnswersAnswer,
  })
  async refusedAnswers(
    @CurrentActor() actor: Actor,
    @Query({ schema: dto.refusedAnswersQuery }) { after, limit }: dto.RefusedAnswersQuery,
  ): Promise<dto.RefusedAnswersAnswer> {
    return dto.decodeRefusedAnswers(
      await this.routing.call('listRefusedAnswers', { after: after ?? '', limit }, actor),
    );
  }
}
