import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import {
  actorOf,
  decodeDecision,
  decodeProposalId,
  decodeProposalPage,
  decodeRemark,
  nextAfter,
} from '@yiditong/chassis';
import { benefitV1 } from '@yiditong/contracts';
import { encodePolicyProposal } from './policy.codec.js';
import { PolicyService } from './policy.service.js';

@Controller()
@benefitV1.PolicyServiceControllerMethods()
export class PolicyController implements benefitV1.PolicyServiceController {
  constructor(private readonly policies: PolicyService) {}

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
      change: { standingPolicyId: change.standingPolicyId ?? '', parts: [...change.parts] },
      policyJson: document,
    };
  }
}
