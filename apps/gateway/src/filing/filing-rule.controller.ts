import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE, OWN } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import {
  decodeRule,
  encodeKind,
  encodeRule,
  ruleAnswer,
  ruleBody,
  ruleEndBody,
  rulesAnswer,
  rulesQuery,
  type RuleAnswer,
  type RuleBody,
  type RuleEndBody,
  type RulesQuery,
} from './filing-rule.dto.js';

/** The province's own rules for its bureau, the nation's for the operator: whose they are is not said, it is the caller's tenant. */
const ACCESS = { bureau: OWN, operator: OWN, supervisor: true, provincial: true } as const;

/** What filing goes by, as data. */
@ApiTags('备案规则 Filing rules')
@Controller('v1/filing-rules')
export class FilingRuleController {
  constructor(@Inject(TARGETS.filingRule.token) private readonly rule: RpcClient<filingV1.RuleServiceClient>) {}

  @Endpoint({
    method: 'GET',
    path: '',
    access: { insured: ANYONE, hospital: ANYONE, bureau: ANYONE, operator: ANYONE },
    summary: '查询备案规则，含未生效和已终止的 All filing rules, also ended and coming ones',
    answer: rulesAnswer,
  })
  async list(
    @CurrentActor() actor: Actor,
    @Query({ schema: rulesQuery }) { kind }: RulesQuery,
  ): Promise<{ rules: RuleAnswer[] }> {
    const { rules } = await this.rule.call('listRules', { kind: encodeKind(kind) }, actor);
    return { rules: rules.map(decodeRule) };
  }

  @Endpoint({
    method: 'POST',
    path: '',
    access: ACCESS,
    summary: '发布备案规则，次日或以后生效 Publish a rule; it takes effect tomorrow or later',
    answer: ruleAnswer,
    status: 201,
    keyed: true,
  })
  async publish(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: ruleBody }) body: RuleBody,
  ): Promise<RuleAnswer> {
    return decodeRule((await this.rule.call('publishRule', encodeRule(requestId, actor.region, body), actor)).rule);
  }

  @Endpoint({
    method: 'POST',
    path: ':ruleId/end',
    access: ACCESS,
    summary: '终止备案规则 End a rule after a day that is not over yet',
    answer: ruleAnswer,
    keyed: true,
  })
  async end(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('ruleId', { schema: uuid }) ruleId: string,
    @Body({ schema: ruleEndBody }) { validTo }: RuleEndBody,
  ): Promise<RuleAnswer> {
    const request = { requestId, owner: actor.region, ruleId, validTo };
    return decodeRule((await this.rule.call('endRule', request, actor)).rule);
  }
}
