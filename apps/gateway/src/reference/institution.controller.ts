import { Body, Controller, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { OWN } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { settlementV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { encodeInstitutions, institutionsBody, registeredAnswer, type InstitutionsBody } from './institution.dto.js';

const UPLOAD_DEADLINE_MS = 30_000;

@ApiTags('医药机构 Institutions')
@Controller('v1')
export class InstitutionController {
  constructor(
    @Inject(TARGETS.institution.token) private readonly institutions: RpcClient<settlementV1.InstitutionServiceClient>,
  ) {}

  @Endpoint({
    method: 'PUT',
    path: 'institutions',
    access: { bureau: OWN, provincial: true },
    summary: '登记联网定点医药机构 Enter networked institutions of the own province',
    answer: registeredAnswer,
    keyed: true,
  })
  async registerInstitutions(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: institutionsBody }) body: InstitutionsBody,
  ): Promise<{ registered: number }> {
    const request = { requestId, province: actor.region, institutions: encodeInstitutions(body) };
    return this.institutions.call('registerInstitutions', request, actor, UPLOAD_DEADLINE_MS);
  }
}
