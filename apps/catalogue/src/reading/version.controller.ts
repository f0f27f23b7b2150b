import { Controller } from '@nestjs/common';
import { catalogueV1 } from '@yiditong/contracts';
import { BasketService } from './basket.service.js';
import { ComparisonService } from './comparison.service.js';
import { CoverageService } from './coverage.service.js';
import { encodeVersion } from './published.codec.js';
import { dayField } from './reading-fields.js';
import {
  decodeBasket,
  decodeDifferencePage,
  decodeProvincePair,
  decodeVersionPage,
  decodeVersionPair,
  encodeCoverage,
  encodeDifference,
  encodePrice,
} from './version.codec.js';

/** What is published is public among those who settle: nobody's answer depends on who asks. */
@Controller()
@catalogueV1.CatalogueVersionServiceControllerMethods()
export class VersionController implements catalogueV1.CatalogueVersionServiceController {
  constructor(
    private readonly comparisons: ComparisonService,
    private readonly baskets: BasketService,
    private readonly coverage: CoverageService,
  ) {}

  async listVersions(request: catalogueV1.ListVersionsRequest): Promise<catalogueV1.ListVersionsResponse> {
    const { scope, before, limit } = decodeVersionPage(request);
    const versions = await this.comparisons.versions(scope, before, limit);
    return { versions: versions.map(encodeVersion) };
  }

  async compareVersions(request: catalogueV1.CompareVersionsRequest): Promise<catalogueV1.CompareVersionsResponse> {
    const found = await this.comparisons.compareVersions(decodeVersionPair(request), decodeDifferencePage(request));
    const { differences, nextAfter, totals } = found;
    return { differences: differences.map(encodeDifference), nextAfter: nextAfter ?? '', totals: totals ?? undefined };
  }

  async compareProvinces(request: catalogueV1.CompareProvincesRequest): Promise<catalogueV1.CompareProvincesResponse> {
    const found = await this.comparisons.compareProvinces(decodeProvincePair(request), decodeDifferencePage(request));
    const { differences, nextAfter, totals, ...versions } = found;
    const page = { differences: differences.map(encodeDifference), nextAfter: nextAfter ?? '' };
    return { ...page, totals: totals ?? undefined, ...versions };
  }

  async priceBasket(request: catalogueV1.PriceBasketRequest): Promise<catalogueV1.PriceBasketResponse> {
    return { prices: (await this.baskets.price(decodeBasket(request))).map(encodePrice) };
  }

  async getCoverage(request: catalogueV1.GetCoverageRequest): Promise<catalogueV1.GetCoverageResponse> {
    return encodeCoverage(await this.coverage.cover(dayField(request.on, 'on')));
  }
}
