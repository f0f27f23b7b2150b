import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Allow, required, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { CurrentActor, IDEMPOTENCY_KEY_HEADER, IdempotencyKey } from '../auth/current-actor.js';
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

  @Post('filings')
  @HttpCode(201)
  @Allow('insured', 'bureau')
  @ApiHeader(IDEMPOTENCY_KEY_HEADER)
  @ApiOperation({ summary: '登记异地就医备案 Register a filing' })
  @ApiResponse({ status: 201, standardSchema: filingAnswer })
  async register(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: registerFilingBody }) body: RegisterFilingBody,
  ): Promise<FilingAnswer> {
    const { filing } = await this.filing.call('registerFiling', encodeRegistration(requestId, body), actor);
    return decodeFiling(required(filing, 'filing'));
  }

  @Get('persons/:personId/filings')
  @Allow('insured', 'bureau')
  @ApiOperation({ summary: '查询本人备案 List a person’s filings' })
  @ApiResponse({ status: 200, standardSchema: filingsAnswer })
  async list(
    @CurrentActor() actor: Actor,
    @Param('personId', { schema: uuid }) personId: string,
  ): Promise<{ filings: FilingAnswer[] }> {
    const { filings } = await this.filing.call('listFilings', { personId }, actor);
    return { filings: filings.map(decodeFiling) };
  }

  @Get('persons/:personId/filings/:filingId')
  @Allow('insured', 'bureau')
  @ApiOperation({ summary: '查询一条备案 Read one filing' })
  @ApiResponse({ status: 200, standardSchema: filingAnswer })
  async get(
    @CurrentActor() actor: Actor,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('filingId', { schema: uuid }) filingId: string,
  ): Promise<FilingAnswer> {
    const { filing } = await this.filing.call('getFiling', { personId, filingId }, actor);
    return decodeFiling(required(filing, 'filing'));
  }
}
