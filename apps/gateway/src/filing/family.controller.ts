import { Body, Controller, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RECORD } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import {
  accessGrantBody,
  decodeFamilyAccess,
  encodeGrant,
  familyAccessAnswer,
  familyAccessesAnswer,
  type AccessGrantBody,
  type FamilyAccessAnswer,
} from './family.dto.js';

/** 亲属代办: who may file for whom. */
@ApiTags('亲属代办 Family access')
@Controller('v1/persons/:personId/family-access')
export class FamilyController {
  constructor(@Inject(TARGETS.family.token) private readonly family: RpcClient<filingV1.FamilyServiceClient>) {}

  /** A bureau names the insured place in the body. */
  @Endpoint({
    method: 'POST',
    path: '',
    access: { insured: 'person_id', bureau: 'insured_region' },
    summary: '授权亲属代办备案 Let a family member act in filing matters',
    answer: familyAccessAnswer,
    status: 201,
    keyed: true,
  })
  async grant(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('personId', { schema: uuid }) personId: string,
    @Body({ schema: accessGrantBody }) body: AccessGrantBody,
  ): Promise<FamilyAccessAnswer> {
    const { access } = await this.family.call('grantFamilyAccess', encodeGrant(requestId, personId, body), actor);
    return decodeFamilyAccess(access);
  }

  @Endpoint({
    method: 'GET',
    path: '',
    access: { insured: 'person_id', bureau: RECORD },
    summary: '查询代办授权：谁可为本人办理、本人可为谁办理 Who may act for the person, and for whom the person may',
    answer: familyAccessesAnswer,
  })
  async list(
    @CurrentActor() actor: Actor,
    @Param('personId', { schema: uuid }) personId: string,
  ): Promise<{ accesses: FamilyAccessAnswer[] }> {
    const { accesses } = await this.family.call('listFamilyAccess', { personId }, actor);
    return { accesses: accesses.map(decodeFamilyAccess) };
  }

  @Endpoint({
    method: 'POST',
    path: ':accessId/revocation',
    access: { insured: 'person_id', bureau: RECORD },
    summary: '撤销代办授权，立即生效；双方都可撤销 Revoke it, at once; either of the two may',
    answer: familyAccessAnswer,
    keyed: true,
  })
  async revoke(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('accessId', { schema: uuid }) accessId: string,
  ): Promise<FamilyAccessAnswer> {
    const { access } = await this.family.call('revokeFamilyAccess', { requestId, personId, accessId }, actor);
    return decodeFamilyAccess(access);
  }
}
