import { Body, Controller, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE } from '@yiditong/access';
import { Clock, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import { placeName } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import {
  basketAnswer,
  basketBody,
  decodeBasket,
  encodeBasket,
  type BasketAnswer,
  type BasketBody,
} from './basket.dto.js';
import {
  coverageAnswer,
  coverageQuery,
  decodeCoverage,
  decodeVersion,
  versionsAnswer,
  versionsQuery,
  type CoverageAnswer,
  type CoverageQuery,
  type VersionsAnswer,
  type VersionsQuery,
} from './catalogue-version.dto.js';
import {
  comparisonAnswer,
  decodeComparison,
  provinceComparisonAnswer,
  provinceComparisonQuery,
  versionComparisonQuery,
  type ComparisonAnswer,
  type ProvinceComparisonAnswer,
  type ProvinceComparisonQuery,
  type VersionComparisonQuery,
} from './comparison.dto.js';

const ACCESS = { hospital: ANYONE, bureau: ANYONE, operator: ANYONE } as const;
/** Whole catalogues are read. */
const DEADLINE_MS = 30_000;
/** It is about every entry of every province. */
const COVERAGE_DEADLINE_MS = 120_000;

/** What is published: versions, what differs between two of them and between two provinces, and what it means for a patient. */
@ApiTags('目录版本与比较 Published catalogues')
@Controller('v1/catalogues')
export class CatalogueVersionController {
  constructor(
    @Inject(TARGETS.catalogueVersion.token)
    private readonly versions: RpcClient<catalogueV1.CatalogueVersionServiceClient>,
    private readonly clock: Clock,
  ) {}

  @Endpoint({
    method: 'GET',
    path: 'versions',
    access: ACCESS,
    summary: '列出已发布的目录版本 A catalogue’s published versions, newest first',
    answer: versionsAnswer,
  })
  async list(
    @CurrentActor() actor: Actor,
    @Query({ schema: versionsQuery }) { province, beforeSequence = 0, limit }: VersionsQuery,
  ): Promise<VersionsAnswer> {
    const { versions } = await this.versions.call('listVersions', { province, beforeSequence, limit }, actor);
    return { versions: versions.map(decodeVersion) };
  }

  @Endpoint({
    method: 'GET',
    path: 'versions/comparison',
    access: ACCESS,
    summary: '比较同一目录的两个版本 What differs between two versions of a catalogue',
    answer: comparisonAnswer,
  })
  async compareVersions(
    @CurrentActor() actor: Actor,
    @Query({ schema: versionComparisonQuery }) query: VersionComparisonQuery,
  ): Promise<ComparisonAnswer> {
    const { province, first: firstVersionId, second: secondVersionId, after = '', limit } = query;
    const request = { province, firstVersionId, secondVersionId, after, limit };
    return decodeComparison(await this.versions.call('compareVersions', request, actor, DEADLINE_MS));
  }

  @Endpoint({
    method: 'GET',
    path: 'comparison',
    access: ACCESS,
    summary: '比较两省某日的目录 What differs between two provinces on a day',
    answer: provinceComparisonAnswer,
  })
  async compareProvinces(
    @CurrentActor() actor: Actor,
    @Query({ schema: provinceComparisonQuery }) query: ProvinceComparisonQuery,
  ): Promise<ProvinceComparisonAnswer> {
    const { first: firstProvince, second: secondProvince, on = this.clock.businessDate(), after = '', limit } = query;
    const request = { firstProvince, secondProvince, on, after, limit };
    const compared = await this.versions.call('compareProvinces', request, actor, DEADLINE_MS);
    return {
      ...decodeComparison(compared),
      on,
      firstVersionId: compared.firstVersionId,
      secondVersionId: compared.secondVersionId,
      firstName: placeName(firstProvince),
      secondName: placeName(secondProvince),
    };
  }

  @Endpoint({
    method: 'POST',
    path: 'basket',
    access: { insured: ANYONE, hospital: ANYONE, bureau: ANYONE, operator: ANYONE },
    summary: '一组项目在各省要自己负担多少 What a basket of items would cost the patient in each province',
    answer: basketAnswer,
  })
  async priceBasket(
    @CurrentActor() actor: Actor,
    @Body({ schema: basketBody }) body: BasketBody,
  ): Promise<BasketAnswer> {
    const on = body.on ?? this.clock.businessDate();
    return decodeBasket(await this.versions.call('priceBasket', encodeBasket(body, on), actor, DEADLINE_MS), on);
  }

  @Endpoint({
    method: 'GET',
    path: 'coverage',
    access: { bureau: ANYONE, operator: ANYONE },
    summary:
      '各省目录覆盖与差异 How much each province has of the national catalogue, and how far it is from the others',
    answer: coverageAnswer,
  })
  async coverage(
    @CurrentActor() actor: Actor,
    @Query({ schema: coverageQuery }) { on = this.clock.businessDate() }: CoverageQuery,
  ): Promise<CoverageAnswer> {
    return decodeCoverage(await this.versions.call('getCoverage', { on }, actor, COVERAGE_DEADLINE_MS), on);
  }
}
