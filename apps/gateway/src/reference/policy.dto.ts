import { insuranceCodec, required } from '@yiditong/chassis';
import { INSURANCES } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { businessDate, region, uuid } from '../http/fields.js';
import { decodeProposal, proposalAnswer } from './proposal.dto.js';
import { decodePolicyChange, parseDocument, policyChange, policyDocument } from './published-policy.dto.js';

export const policyBody = z.strictObject({ document: policyDocument });
export const policyProposalAnswer = proposalAnswer.extend({
  region,
  insurance: z.enum(INSURANCES),
  title: z.string(),
  validFrom: businessDate,
  validTo: businessDate.nullable(),
  policyId: uuid.nullable().describe('通过后发布的政策'),
});
export const policyProposalDetailAnswer = policyProposalAnswer.extend({
  change: policyChange.describe('与生效前在用政策相比的变化 / what differs from the policy in force until then'),
  document: policyDocument,
});
export const policyProposalsAnswer = z.object({
  proposals: z.array(policyProposalAnswer),
  nextAfter: uuid.nullable(),
});
export type PolicyBody = z.infer<typeof policyBody>;
export type PolicyProposalAnswer = z.infer<typeof policyProposalAnswer>;
export type PolicyProposalDetailAnswer = z.infer<typeof policyProposalDetailAnswer>;
export type PolicyProposalsAnswer = z.infer<typeof policyProposalsAnswer>;

export function decodePolicyProposal(wire: benefitV1.PolicyProposal | null | undefined): PolicyProposalAnswer {
  const { proposal, region: area, insurance, title, validFrom, validTo, policyId } = required(wire, 'proposal');
  return {
    ...decodeProposal(proposal),
    region: area,
    insurance: insuranceCodec.decode(insurance),
    title,
    validFrom,
    validTo: validTo || null,
    policyId: policyId || null,
  };
}

export function decodePolicyDetail(wire: benefitV1.GetPolicyProposalResponse): PolicyProposalDetailAnswer {
  return {
    ...decodePolicyProposal(wire.proposal),
    change: decodePolicyChange(wire.change),
    document: parseDocument(wire.policyJson),
  };
}
