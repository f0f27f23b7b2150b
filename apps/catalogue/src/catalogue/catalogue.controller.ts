import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, Allow } from '@yiditong/chassis';
import { catalogueV1 } from '@yiditong/contracts';
import { decodeLines, decodeNewCatalogue, encodeClassified } from './catalogue.codec.js';
import { CatalogueService } from './catalogue.service.js';

@Controller()
@catalogueV1.CatalogueServiceControllerMethods()
export class CatalogueController implements catalogueV1.CatalogueServiceController {
  constructor(private readonly catalogue: CatalogueService) {}

  @Allow('bureau')
  async publishCatalogue(
    request: catalogueV1.PublishCatalogueRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.PublishCatalogueResponse> {
    return this.catalogue.publish(actorOf(metadata), request.requestId, decodeNewCatalogue(request));
  }

  @Allow('service')
  async classifyLines(
    request: catalogueV1.ClassifyLinesRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.ClassifyLinesResponse> {
    const { versionIds, lines } = await this.catalogue.classify(
      actorOf(metadata),
      request.province,
      decodeLines(request),
    );
    return { versionIds, lines: lines.map(({ line, entry, split }) => encodeClassified(line, entry, split)) };
  }
}
