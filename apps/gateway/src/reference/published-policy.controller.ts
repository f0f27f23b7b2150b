import { Controller, Header, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { policyJsonSchema } from '@yiditong/adjudication';
import { nationalActor, TARGETS, type RpcClient } from '@yiditong/chassis';
import type { benefitV1 } from '@yiditong/contracts';
import { Endpoint, PUBLIC } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import {
  comparisonQuery,
  decodePolicies,
  decodePolicy,
  decodePolicyChange,
  encodePoliciesQuery,
  policiesQuery,
  policyChange,
  publishedPoliciesAnswer,
  publishedPolicyAnswer,
  type ComparisonQuery,
  type PoliciesQuery,
  type PolicyChangeAnswer,
  type PublishedPoliciesAnswer,
  type PublishedPolicyAnswer,
} from './published-policy.dto.js';

const SCHEMA_TYPE = 'application/schema+json';
const SCHEMA = JSON.stringify(policyJsonSchema(), null, 2);
/** Who asks isn't known and doesn't matter. */
const GATEWAY = nationalActor('gateway');

/** The published benefit policies, which anybody may read. */
@ApiTags('待遇政策 Benefit policies')
@Controller('v1/policies')
export class PublishedPolicyController {
  constructor(@Inject(TARGETS.policy.token) private readonly policies: RpcClient<benefitV1.PolicyServiceClient>) {}

  @Endpoint({
    method: 'GET',
    path: '',
    access: PUBLIC,
    summary: '列出已发布的待遇政策 Published benefit policies by area, insurance and date',
    answer: publishedPoliciesAnswer,
  })
  async list(@Query({ schema: policiesQuery }) query: PoliciesQuery): Promise<PublishedPoliciesAnswer> {
    return decodePolicies(await this.policies.call('listPolicies', encodePoliciesQuery(query), GATEWAY));
  }

  // Before the routes that take an id, of which it would be one.
  @Endpoint({
    method: 'GET',
    path: 'schema',
    access: PUBLIC,
    summary: '待遇政策文件的 JSON Schema The JSON Schema of a policy document',
    produces: [SCHEMA_TYPE],
  })
  @Header('content-type', SCHEMA_TYPE)
  schema(): string {
    return SCHEMA;
  }

  @Endpoint({
    method: 'GET',
    path: ':policyId',
    access: PUBLIC,
    summary: '查询一份待遇政策及其文件 One published policy with its document',
    answer: publishedPolicyAnswer,
  })
  async get(@Param('policyId', { schema: uuid }) policyId: string): Promise<PublishedPolicyAnswer> {
    return decodePolicy(await this.policies.call('getPolicy', { policyId }, GATEWAY));
  }

  @Endpoint({
    method: 'GET',
    path: ':policyId/comparison',
    access: PUBLIC,
    summary: '与另一份政策比较：有何不同、影响谁 What a policy changes in comparison with another, and for whom',
    answer: policyChange,
  })
  async compare(
    @Param('policyId', { schema: uuid }) policyId: string,
    @Query({ schema: comparisonQuery }) { with: otherPolicyId }: ComparisonQuery,
  ): Promise<PolicyChangeAnswer> {
    const { change } = await this.policies.call('comparePolicies', { policyId, otherPolicyId }, GATEWAY);
    return decodePolicyChange(change);
  }
}
