import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf } from '@yiditong/chassis';
import { filingV1 } from '@yiditong/contracts';
import { decodeNewFiling, decodeVisit, encodeAnswer, encodeFiling } from './filing.codec.js';
import { FilingService } from './filing.service.js';

@Controller()
@filingV1.FilingServiceControllerMethods()
export class FilingController implements filingV1.FilingServiceController {
  constructor(private readonly filings: FilingService) {}

  async registerFiling(
    request: filingV1.RegisterFilingRequest,
    metadata: Metadata,
  ): Promise<filingV1.RegisterFilingResponse> {
    const filing = await this.filings.register(actorOf(metadata), request.requestId, decodeNewFiling(request));
    return { filing: encodeFiling(filing) };
  }

  async getFiling(request: filingV1.GetFilingRequest, metadata: Metadata): Promise<filingV1.GetFilingResponse> {
    return { filing: encodeFiling(await this.filings.get(actorOf(metadata), request.personId, request.filingId)) };
  }

  async listFilings(request: filingV1.ListFilingsRequest, metadata: Metadata): Promise<filingV1.ListFilingsResponse> {
    return { filings: (await this.filings.list(actorOf(metadata), request.personId)).map(encodeFiling) };
  }

  async checkEligibility(request: filingV1.CheckEligibilityRequest): Promise<filingV1.CheckEligibilityResponse> {
    return { answers: (await this.filings.checkEligibility(request.checks.map(decodeVisit))).map(encodeAnswer) };
  }
}
