import { Body, Controller, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RECORD } from '@yiditong/access';
import { required, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import {
  decodeFiling,
  encodeRegistration,
  filingAnswer,
  filingsAnswer,
  registerFilingBody,
  type FilingAnswer,
  type RegisterFilingBody,
} from './filing.dto.js';

@ApiTags('备案 Filing')
@Controller('v1')
export class FilingController {
  constructor(@Inject(TARGETS.filing.token) private readonly filing: RpcClient<filingV1.FilingServiceClient>) {}

  @Endpoint({
    method: 'POST',
    path: 'filings',
    access: { insured: 'person_id', bureau: 'insured_region' },
    summary: '登记异地就医备案 Register a filing',
    answer: filingAnswer,
    status: 201,
    keyed: true,
  })
  async register(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: registerFilingBody }) body: RegisterFilingBody,
  ): Promise<FilingAnswer> {
    const { filing } = await this.filing.call('registerFiling', encodeRegistration(requestId, body), actor);
    return decodeFiling(required(filing, 'filing'));
  }

  @Endpoint({
    method: 'GET',
    path: 'persons/:personId/filings',
    access: { insured: 'person_id', bureau: RECORD },
    summary: '查询本人备案 List a person’s filings',
    answer: filingsAnswer,
  })
  async list(
    @CurrentActor() actor: Actor,
    @Param('personId', { schema: uuid }) personId: string,
  ): Promise<{ filings: FilingAnswer[] }> {
    const { filings } = await this.filing.call('listFilings', { personId }, actor);
    return { filings: filings.map(decodeFiling) };
  }

  @Endpoint({
    method: 'GET',
    path: 'persons/:personId/filings/:filingId',
    access: { insured: 'person_id', bureau: RECORD },
    summary: '查询一条备案 Read one filing',
    answer: filingAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('filingId', { schema: uuid }) filingId: string,
  ): Promise<FilingAnswer> {
    const { filing } = await this.filing.call('getFiling', { personId, filingId }, actor);
    return decodeFiling(required(filing, 'filing'));
  }
}
