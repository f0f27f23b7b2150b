import { Body, Controller, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Allow, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { benefitV1, catalogueV1, settlementV1 } from '@yiditong/contracts';
import { CurrentActor, IDEMPOTENCY_KEY_HEADER, IdempotencyKey } from '../auth/current-actor.js';
import { region } from '../http/fields.js';
import {
  catalogueAnswer,
  catalogueBody,
  encodeEntries,
  encodeInstitutions,
  institutionsBody,
  policyAnswer,
  policyBody,
  registeredAnswer,
  type CatalogueBody,
  type InstitutionsBody,
  type PolicyBody,
} from './reference.dto.js';

const UPLOAD_DEADLINE_MS = 30_000;

/** What bureaus keep: institutions, catalogues, benefit policies. */
@ApiTags('目录与政策 Reference data')
@Controller('v1')
export class ReferenceController {
  constructor(
    @Inject(TARGETS.institution.token) private readonly institutions: RpcClient<settlementV1.InstitutionServiceClient>,
    @Inject(TARGETS.catalogue.token) private readonly catalogue: RpcClient<catalogueV1.CatalogueServiceClient>,
    @Inject(TARGETS.benefit.token) private readonly benefit: RpcClient<benefitV1.BenefitServiceClient>,
  ) {}

  @Put('institutions')
  @Allow('bureau')
  @ApiHeader(IDEMPOTENCY_KEY_HEADER)
  @ApiOperation({ summary: '登记联网定点医药机构 Enter networked institutions of the own province' })
  @ApiResponse({ status: 200, standardSchema: registeredAnswer })
  async registerInstitutions(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: institutionsBody }) body: InstitutionsBody,
  ): Promise<{ registered: number }> {
    const request = { requestId, province: actor.region, institutions: encodeInstitutions(body) };
    return this.institutions.call('registerInstitutions', request, actor, UPLOAD_DEADLINE_MS);
  }

  @Post('catalogues')
  @HttpCode(201)
  @Allow('bureau')
  @ApiHeader(IDEMPOTENCY_KEY_HEADER)
  @ApiOperation({ summary: '发布本省医保目录版本 Publish a catalogue version of the own province' })
  @ApiResponse({ status: 201, standardSchema: catalogueAnswer })
  async publishCatalogue(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: catalogueBody }) body: CatalogueBody,
  ): Promise<{ versionId: string; entryCount: number }> {
    const request = {
      requestId,
      province: actor.region,
      effectiveFrom: body.effectiveFrom,
      entries: encodeEntries(body),
    };
    return this.catalogue.call('publishCatalogue', request, actor, UPLOAD_DEADLINE_MS);
  }

  @Post('pooling-areas/:region/policies')
  @HttpCode(201)
  @Allow('bureau')
  @ApiHeader(IDEMPOTENCY_KEY_HEADER)
  @ApiOperation({ summary: '发布统筹区待遇政策 Publish a benefit policy of a pooling area' })
  @ApiResponse({ status: 201, standardSchema: policyAnswer })
  async publishPolicy(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('region', { schema: region }) area: string,
    @Body({ schema: policyBody }) body: PolicyBody,
  ): Promise<{ policyId: string }> {
    const request = { requestId, region: area, policyJson: JSON.stringify(body.document) };
    const { policyId } = await this.benefit.call('publishPolicy', request, actor);
    return { policyId };
  }
}
