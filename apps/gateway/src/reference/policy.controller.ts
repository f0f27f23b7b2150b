import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { benefitV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { region, uuid } from '../http/fields.js';
import {
  decodePolicyDetail,
  decodePolicyProposal,
  policyBody,
  policyProposalAnswer,
  policyProposalDetailAnswer,
  policyProposalsAnswer,
  type PolicyBody,
  type PolicyProposalAnswer,
  type PolicyProposalDetailAnswer,
  type PolicyProposalsAnswer,
} from './policy.dto.js';
import {
  decisionBody,
  encodeDecision,
  encodeProposalsQuery,
  proposalsQuery,
  withdrawalBody,
  type DecisionBody,
  type ProposalsQuery,
  type WithdrawalBody,
} from './proposal.dto.js';

/** A pooling area's benefit policies: proposed by one account (经办), published by another's approval (复核). */
@ApiTags('待遇政策 Benefit policies')
@Controller('v1/pooling-areas/:region/policies')
export class PolicyController {
  constructor(@Inject(TARGETS.policy.token) private readonly policies: RpcClient<benefitV1.PolicyServiceClient>) {}

  @Endpoint({
    method: 'POST',
    path: '',
    access: { bureau: 'region' },
    summary: '提交统筹区待遇政策，待复核 Propose a benefit policy of a pooling area',
    answer: policyProposalAnswer,
    status: 202,
    keyed: true,
  })
  async propose(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('region', { schema: region }) area: string,
    @Body({ schema: policyBody }) body: PolicyBody,
  ): Promise<PolicyProposalAnswer> {
    const request = { requestId, region: area, policyJson: JSON.stringify(body.document) };
    const { proposal } = await this.policies.call('proposePolicy', request, actor);
    return decodePolicyProposal(proposal);
  }

  @Endpoint({
    method: 'POST',
    path: 'proposals/:proposalId/decision',
    access: { bureau: 'region', supervisor: true },
    summary: '复核：通过即发布，或驳回 Approve a proposal, which publishes it, or reject it',
    answer: policyProposalAnswer,
  })
  async decide(
    @CurrentActor() actor: Actor,
    @Param('region', { schema: region }) area: string,
    @Param('proposalId', { schema: uuid }) proposalId: string,
    @Body({ schema: decisionBody }) body: DecisionBody,
  ): Promise<PolicyProposalAnswer> {
    const request = { region: area, proposalId, ...encodeDecision(body) };
    const { proposal } = await this.policies.call('decidePolicyProposal', request, actor);
    return decodePolicyProposal(proposal);
  }

  @Endpoint({
    method: 'POST',
    path: 'proposals/:proposalId/withdrawal',
    access: { bureau: 'region' },
    summary: '经办人撤回 Take back an own proposal',
    answer: policyProposalAnswer,
  })
  async withdraw(
    @CurrentActor() actor: Actor,
    @Param('region', { schema: region }) area: string,
    @Param('proposalId', { schema: uuid }) proposalId: string,
    @Body({ schema: withdrawalBody }) { remark }: WithdrawalBody,
  ): Promise<PolicyProposalAnswer> {
    const request = { region: area, proposalId, remark };
    const { proposal } = await this.policies.call('withdrawPolicyProposal', request, actor);
    return decodePolicyProposal(proposal);
  }

  @Endpoint({
    method: 'GET',
    path: 'proposals',
    access: { bureau: 'region' },
    summary: '列出统筹区政策变更申请 A pooling area’s proposals, newest first',
    answer: policyProposalsAnswer,
  })
  async list(
    @CurrentActor() actor: Actor,
    @Param('region', { schema: region }) area: string,
    @Query({ schema: proposalsQuery }) query: ProposalsQuery,
  ): Promise<PolicyProposalsAnswer> {
    const request = { region: area, ...encodeProposalsQuery(query) };
    const { proposals, nextAfter } = await this.policies.call('listPolicyProposals', request, actor);
    return { proposals: proposals.map(decodePolicyProposal), nextAfter: nextAfter || null };
  }

  @Endpoint({
    method: 'GET',
    path: 'proposals/:proposalId',
    access: { bureau: 'region' },
    summary: '查询政策变更申请及其影响 Read a proposal, its document and what it would change',
    answer: policyProposalDetailAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('region', { schema: region }) area: string,
    @Param('proposalId', { schema: uuid }) proposalId: string,
  ): Promise<PolicyProposalDetailAnswer> {
    return decodePolicyDetail(await this.policies.call('getPolicyProposal', { region: area, proposalId }, actor));
  }
}
