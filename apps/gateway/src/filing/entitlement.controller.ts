import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RECORD } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import {
  applicationAnswer,
  applicationDecisionBody,
  applicationsAnswer,
  applicationsQuery,
  decodeApplication,
  encodeDecision,
  type ApplicationAnswer,
  type ApplicationDecisionBody,
  type ApplicationsAnswer,
  type ApplicationsQuery,
} from './entitlement-application.dto.js';
import {
  decodeEntitlement,
  encodeEntitlement,
  entitlementAnswer,
  entitlementBody,
  entitlementEndBody,
  entitlementsAnswer,
  type EntitlementAnswer,
  type EntitlementBody,
  type EntitlementEndBody,
} from './entitlement.dto.js';
import { familyQuery, type FamilyQuery } from './filing.dto.js';

/** 门诊慢特病待遇资格. */
@ApiTags('门慢特资格 Entitlements')
@Controller('v1')
export class EntitlementController {
  constructor(
    @Inject(TARGETS.entitlement.token)
    private readonly entitlement: RpcClient<filingV1.EntitlementServiceClient>,
  ) {}

  @Endpoint({
    method: 'POST',
    path: 'entitlements',
    access: { bureau: 'insured_region' },
    summary: '登记门诊慢特病待遇资格 Enter that a disease of a person was recognised',
    answer: entitlementAnswer,
    status: 201,
    keyed: true,
  })
  async record(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: entitlementBody }) body: EntitlementBody,
  ): Promise<EntitlementAnswer> {
    const { entitlement } = await this.entitlement.call('recordEntitlement', encodeEntitlement(requestId, body), actor);
    return decodeEntitlement(entitlement);
  }

  @Endpoint({
    method: 'POST',
    path: 'persons/:personId/entitlements/:entitlementId/end',
    access: { bureau: RECORD },
    summary: '终止门诊慢特病待遇资格 End an entitlement after a day',
    answer: entitlementAnswer,
    keyed: true,
  })
  async end(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('entitlementId', { schema: uuid }) entitlementId: string,
    @Body({ schema: entitlementEndBody }) body: EntitlementEndBody,
  ): Promise<EntitlementAnswer> {
    const request = { requestId, personId, entitlementId, ...body };
    return decodeEntitlement((await this.entitlement.call('endEntitlement', request, actor)).entitlement);
  }

  @Endpoint({
    method: 'GET',
    path: 'persons/:personId/entitlements',
    access: { insured: 'person_id', bureau: RECORD },
    summary: '查询门诊慢特病待遇资格 A person’s entitlements, and which are opened across provinces',
    answer: entitlementsAnswer,
  })
  async list(
    @CurrentActor() actor: Actor,
    @Param('personId', { schema: uuid }) personId: string,
    @Query({ schema: familyQuery }) { forPersonId = '' }: FamilyQuery,
  ): Promise<{ entitlements: EntitlementAnswer[] }> {
    const request = { personId, forPersonId, insuredRegion: '' };
    const { entitlements } = await this.entitlement.call('listEntitlements', request, actor);
    return { entitlements: entitlements.map(decodeEntitlement) };
  }

  @Endpoint({
    method: 'GET',
    path: 'entitlement-applications',
    access: { bureau: 'insured_region' },
    summary: '待认定的门诊慢特病申请，先提交的在前 Hospitals’ applications that wait, oldest first',
    answer: applicationsAnswer,
  })
  async applications(
    @CurrentActor() actor: Actor,
    @Query({ schema: applicationsQuery }) { insuredRegion, after = '', limit }: ApplicationsQuery,
  ): Promise<ApplicationsAnswer> {
    const request = { insuredRegion, after, limit };
    const { applications, nextAfter } = await this.entitlement.call('listEntitlementApplications', request, actor);
    return { applications: applications.map(decodeApplication), nextAfter: nextAfter || null };
  }

  @Endpoint({
    method: 'POST',
    path: 'persons/:personId/entitlement-applications/:applicationId/decision',
    access: { bureau: RECORD },
    summary: '认定或不予认定门诊慢特病 Accept or reject an application',
    answer: applicationAnswer,
    keyed: true,
  })
  async decide(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('applicationId', { schema: uuid }) applicationId: string,
    @Body({ schema: applicationDecisionBody }) body: ApplicationDecisionBody,
  ): Promise<ApplicationAnswer> {
    const request = encodeDecision({ requestId, personId, applicationId }, body);
    return decodeApplication((await this.entitlement.call('decideEntitlementApplication', request, actor)).application);
  }
}
