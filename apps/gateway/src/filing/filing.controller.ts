import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RECORD } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import {
  decodeFiling,
  decodeHistory,
  encodeRegistration,
  familyQuery,
  filingAnswer,
  filingHistoryAnswer,
  filingsAnswer,
  registerFilingBody,
  type FamilyQuery,
  type FilingAnswer,
  type FilingHistoryAnswer,
  type RegisterFilingBody,
} from './filing.dto.js';

const ACCESS = { insured: 'person_id', bureau: RECORD } as const;

@ApiTags('备案 Filing')
@Controller('v1')
export class FilingController {
  constructor(@Inject(TARGETS.filing.token) private readonly filing: RpcClient<filingV1.FilingServiceClient>) {}

  @Endpoint({
    method: 'POST',
    path: 'filings',
    access: { insured: 'person_id', hospital: 'institution_code', bureau: 'insured_region' },
    summary: '登记异地就医备案：本人、亲属、医院床旁或经办机构 Register a filing',
    answer: filingAnswer,
    status: 201,
    keyed: true,
  })
  async register(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: registerFilingBody }) body: RegisterFilingBody,
  ): Promise<FilingAnswer> {
    return decodeFiling((await this.filing.call('registerFiling', encodeRegistration(requestId, body), actor)).filing);
  }

  @Endpoint({
    method: 'GET',
    path: 'persons/:personId/filings',
    access: ACCESS,
    summary: '查询本人或亲属的备案，最新的在前 List a person’s filings, newest first',
    answer: filingsAnswer,
  })
  async list(
    @CurrentActor() actor: Actor,
    @Param('personId', { schema: uuid }) personId: string,
    @Query({ schema: familyQuery }) { forPersonId = '' }: FamilyQuery,
  ): Promise<{ filings: FilingAnswer[] }> {
    const { filings } = await this.filing.call('listFilings', { personId, forPersonId }, actor);
    return { filings: filings.map(decodeFiling) };
  }

  @Endpoint({
    method: 'GET',
    path: 'persons/:personId/filings/:filingId',
    access: ACCESS,
    summary: '查询一条备案 Read one filing',
    answer: filingAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('filingId', { schema: uuid }) filingId: string,
    @Query({ schema: familyQuery }) { forPersonId = '' }: FamilyQuery,
  ): Promise<FilingAnswer> {
    return decodeFiling((await this.filing.call('getFiling', { personId, filingId, forPersonId }, actor)).filing);
  }

  @Endpoint({
    method: 'GET',
    path: 'persons/:personId/filings/:filingId/history',
    access: ACCESS,
    summary: '备案的全部版本：何人何时因何办理 All versions of a filing: what was done, by whom, when and why',
    answer: filingHistoryAnswer,
  })
  async history(
    @CurrentActor() actor: Actor,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('filingId', { schema: uuid }) filingId: string,
    @Query({ schema: familyQuery }) { forPersonId = '' }: FamilyQuery,
  ): Promise<FilingHistoryAnswer> {
    return decodeHistory(await this.filing.call('getFilingHistory', { personId, filingId, forPersonId }, actor));
  }
}
