import { readPolicy, type PolicyDocument, type PolicyEffect } from '@yiditong/adjudication';
import {
  benefitLevelCodec,
  encodeInstant,
  encodeProposal,
  hospitalLevelCodec,
  insuranceCodec,
  itemClassCodec,
  personTypeCodec,
  uuidField,
  visitKindCodec,
} from '@yiditong/chassis';
import { findProvince, isCalendarDate, Rejection } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import type { PolicyChange } from './policy-rules.js';
import type { PolicyProposal } from './policy.service.js';
import type { PolicyLine, PolicyPage } from './policy.store.js';

const MAX_PAGE = 500;

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

/** Rejects with REQUEST_MALFORMED. */
export function decodePolicyPage({ region, onDate, after, limit }: benefitV1.ListPoliciesRequest): PolicyPage {
  if (region !== '' && findProvince(region) === null) throw new Rejection('REQUEST_MALFORMED', { problem: 'region' });
  if (onDate !== '' && !isCalendarDate(onDate)) throw new Rejection('REQUEST_MALFORMED', { problem: 'on_date' });
  if (limit < 1 || limit > MAX_PAGE) throw new Rejection('REQUEST_MALFORMED', { problem: `limit: 1 to ${MAX_PAGE}` });
  return {
    region: region || null,
    onDate: onDate || null,
    after: after === '' ? null : uuidField(after, 'after'),
    limit,
  };
}

export function encodePolicyVersion(policy: PolicyLine): benefitV1.PolicyVersion {
  const { policyId, region, insurance, title, validFrom, validTo, supersededFrom, source, trust, publishedAt, digest } =
    policy;
  return {
    policyId,
    region,
    insurance: insuranceCodec.encode(insurance),
    title,
    validFrom,
    validTo: validTo ?? '',
    source,
    trust,
    publishedAt: encodeInstant(publishedAt),
    digest,
    supersededFrom: supersededFrom ?? '',
  };
}

export function encodePolicyChange({ standingPolicyId, parts, effects }: PolicyChange): benefitV1.PolicyChange {
  return { standingPolicyId: standingPolicyId ?? '', parts: [...parts], effects: effects.map(encodeEffect) };
}

function encodeEffect(effect: PolicyEffect): benefitV1.PolicyEffect {
  return {
    visitKind: visitKindCodec.encode(effect.visitKind),
    personType: personTypeCodec.encode(effect.personType),
    age: effect.age ?? undefined,
    personTags: [...effect.personTags],
    hospitalLevel: hospitalLevelCodec.encode(effect.hospitalLevel),
    hospitalTags: [...effect.hospitalTags],
    benefitLevel: benefitLevelCodec.encode(effect.benefitLevel),
    byHand: effect.settledBy === 'MANUAL',
    place: effect.place,
    diseaseCode: effect.diseaseCode ?? '',
    itemClass: itemClassCodec.encodeOptional(effect.itemClass),
    itemKind: effect.itemKind ?? '',
    unitPriceFen: effect.unitPriceFen ?? undefined,
    inScopeFen: effect.inScopeFen,
    fullSelfPayFen: effect.fullSelfPayFen,
    overCeilingFen: effect.overCeilingFen,
    firstSelfPayFen: effect.firstSelfPayFen,
    startedOn: effect.startedOn ?? '',
    endedOn: effect.endedOn ?? '',
    earlierVisits: effect.earlierVisits,
    earlierOn: effect.earlierOn ?? '',
    earlierElsewhere: effect.earlierElsewhere,
    paidEarlierFen: effect.paidEarlierFen,
    accountFen: effect.account?.balanceFen,
    mutualAidFen: effect.account?.mutualAidFen,
    fundBeforeFen: effect.fundBeforeFen ?? undefined,
    fundAfterFen: effect.fundAfterFen ?? undefined,
    accountBeforeFen: effect.accountBeforeFen ?? undefined,
    accountAfterFen: effect.accountAfterFen ?? undefined,
  };
}
