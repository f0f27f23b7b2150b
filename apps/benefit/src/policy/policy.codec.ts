import { readPolicy, type PolicyDocument } from '@yiditong/adjudication';
import { encodeProposal, insuranceCodec } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import type { PolicyProposal } from './policy.service.js';

/** Reads a policy document. Rejects with POLICY_INVALID, which names the first place that is wrong. */
export function decodePolicy(text: string): PolicyDocument {
  const reading = readPolicy(parseJson(text));
  if ('problem' in reading) throw new Rejection('POLICY_INVALID', { problem: reading.problem });
  return reading.policy;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Rejection('POLICY_INVALID', { problem: 'not JSON' });
  }
}

export function encodePolicyProposal(proposal: PolicyProposal): benefitV1.PolicyProposal {
  const { scope, summary, outcome } = proposal;
  const { insurance, title, validFrom, validTo } = summary;
  return {
    proposal: encodeProposal(proposal),
    region: scope,
    insurance: insuranceCodec.encode(insurance),
    title,
    validFrom,
    validTo: validTo ?? '',
    policyId: outcome?.policyId ?? '',
  };
}
