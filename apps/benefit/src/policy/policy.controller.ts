import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import {
  actorOf,
  decodeDecision,
  decodeProposalId,
  decodeProposalPage,
  decodeRemark,
  nextAfter,
  uuidField,
} from '@yiditong/chassis';
import { benefitV1 } from '@yiditong/contracts';
import { decodePolicyPage, encodePolicyChange, encodePolicyProposal, encodePolicyVersion } from './policy.codec.js';
import { PolicyService } from './policy.service.js';
import { PublishedPolicyService } from './published-policy.service.js';

@Controller()
@benefitV1.PolicyServiceControllerMethods()
export class PolicyController implements benefitV1.PolicyServiceController {
  constructor(
    private readonly policies: PolicyService,
    private readonly published: PublishedPolicyService,
  ) {}

  async proposePolicy(
    request: benefitV1.ProposePolicyRequest,
    metadata: Metadata,
  ): Promise<benefitV1.ProposePolicyResponse> {
    const { requestId, region, policyJson } = request;
    const proposal = await this.policies.propose(actorOf(metadata), requestId, region, policyJson);
    return { proposal: encodePolicyProposal(proposal) };
  }

  async decidePolicyProposal(
    request: benefitV1.DecidePolicyProposalRequest,
    metadata: Metadata,
  ): Promise<benefitV1.DecidePolicyProposalResponse> {
    const id = decodeProposalId(request.proposalId);
    const said = decodeDecision(request);
    const proposal = await this.policies.decide(actorOf(metadata), request.region, id, said);
    return { proposal: encodePolicyProposal(proposal) };
  }

  async withdrawPolicyProposal(
    request: benefitV1.WithdrawPolicyProposalRequest,
    metadata: Metadata,
  ): Promise<benefitV1.WithdrawPolicyProposalResponse> {
    const id = decodeProposalId(request.proposalId);
    const remark = decodeRemark(request.remark);
    const proposal = await this.policies.withdraw(actorOf(metadata), request.region, id, remark);
    return { proposal: encodePolicyProposal(proposal) };
  }

  async listPolicyProposals(
    request: benefitV1.ListPolicyProposalsRequest,
    metadata: Metadata,
  ): Promise<benefitV1.ListPolicyProposalsResponse> {
    const page = decodeProposalPage(request);
    const proposals = await this.policies.list(actorOf(metadata), request.region, page);
    return { proposals: proposals.map(encodePolicyProposal), nextAfter: nextAfter(proposals, page) };
  }

  async getPolicyProposal(
    request: benefitV1.GetPolicyProposalRequest,
    metadata: Metadata,
  ): Promise<benefitV1.GetPolicyProposalResponse> {
    const id = decodeProposalId(request.proposalId);
    const { proposal, change, document } = await this.policies.get(actorOf(metadata), request.region, id);
    return {
      proposal: encodePolicyProposal(proposal),
      change: encodePolicyChange(change),
      policyJson: document,
    };
  }

  async listPolicies(request: benefitV1.ListPoliciesRequest): Promise<benefitV1.ListPoliciesResponse> {
    const page = decodePolicyPage(request);
    const policies = await this.published.list(page);
    const after = policies.length < page.limit ? '' : (policies.at(-1)?.policyId ?? '');
    return { policies: policies.map(encodePolicyVersion), nextAfter: after };
  }

  async getPolicy({ policyId }: benefitV1.GetPolicyRequest): Promise<benefitV1.GetPolicyResponse> {
    const policy = await this.published.find(uuidField(policyId, 'policy_id'));
    return { policy: encodePolicyVersion(policy), policyJson: policy.document };
  }

  async comparePolicies(request: benefitV1.ComparePoliciesRequest): Promise<benefitV1.ComparePoliciesResponse> {
    const policyId = uuidField(request.policyId, 'policy_id');
    const otherPolicyId = uuidField(request.otherPolicyId, 'other_policy_id');
    return { change: encodePolicyChange(await this.published.compare(policyId, otherPolicyId)) };
  }
}
