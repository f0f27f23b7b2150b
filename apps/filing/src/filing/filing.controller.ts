import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, Clock } from '@yiditong/chassis';
import { filingV1 } from '@yiditong/contracts';
import { encodeReceipt, encodeVerification } from '../receipt/receipt.codec.js';
import { ReceiptService } from '../receipt/receipt.service.js';
import { requestIdField } from './fields.js';
import {
  decodeCancellation,
  decodeChange,
  decodePerson,
  decodeRegistration,
  decodeReview,
  decodeSubmission,
  decodeSupply,
  decodeTarget,
  encodeFiling,
  encodeVersion,
} from './filing.codec.js';
import { FilingService } from './filing.service.js';
import { ReadingService } from './reading.service.js';
import { decodeQueuePage, decodeSearch, encodePage, encodeQueue } from './search.codec.js';
import { TransitionService } from './transition.service.js';

@Controller()
@filingV1.FilingServiceControllerMethods()
export class FilingController implements filingV1.FilingServiceController {
  constructor(
    private readonly filings: FilingService,
    private readonly transitions: TransitionService,
    private readonly reading: ReadingService,
    private readonly receipts: ReceiptService,
    private readonly clock: Clock,
  ) {}

  async registerFiling(
    request: filingV1.RegisterFilingRequest,
    metadata: Metadata,
  ): Promise<filingV1.RegisterFilingResponse> {
    const filing = await this.filings.register(
      actorOf(metadata),
      requestIdField(request.requestId),
      decodeRegistration(request),
    );
    return { filing: encodeFiling(filing) };
  }

  async submitFiling(
    request: filingV1.SubmitFilingRequest,
    metadata: Metadata,
  ): Promise<filingV1.SubmitFilingResponse> {
    const filing = await this.filings.submit(
      actorOf(metadata),
      requestIdField(request.requestId),
      decodeSubmission(request),
    );
    return { filing: encodeFiling(filing) };
  }

  async reviewFiling(
    request: filingV1.ReviewFilingRequest,
    metadata: Metadata,
  ): Promise<filingV1.ReviewFilingResponse> {
    const filing = await this.transitions.review(
      actorOf(metadata),
      requestIdField(request.requestId),
      decodeReview(request),
    );
    return { filing: encodeFiling(filing) };
  }

  async changeFiling(
    request: filingV1.ChangeFilingRequest,
    metadata: Metadata,
  ): Promise<filingV1.ChangeFilingResponse> {
    const filing = await this.transitions.change(
      actorOf(metadata),
      requestIdField(request.requestId),
      decodeChange(request),
    );
    return { filing: encodeFiling(filing) };
  }

  async cancelFiling(
    request: filingV1.CancelFilingRequest,
    metadata: Metadata,
  ): Promise<filingV1.CancelFilingResponse> {
    const filing = await this.transitions.cancel(
      actorOf(metadata),
      requestIdField(request.requestId),
      decodeCancellation(request),
    );
    return { filing: encodeFiling(filing) };
  }

  async supplyMaterials(
    request: filingV1.SupplyMaterialsRequest,
    metadata: Metadata,
  ): Promise<filingV1.SupplyMaterialsResponse> {
    const filing = await this.transitions.supply(
      actorOf(metadata),
      requestIdField(request.requestId),
      decodeSupply(request),
    );
    return { filing: encodeFiling(filing) };
  }

  async getFiling(request: filingV1.GetFilingRequest, metadata: Metadata): Promise<filingV1.GetFilingResponse> {
    const { filingId, ...named } = decodeTarget(request);
    return {
      filing: encodeFiling(await this.reading.get(actorOf(metadata), named, filingId), this.clock.businessDate()),
    };
  }

  async listFilings(request: filingV1.ListFilingsRequest, metadata: Metadata): Promise<filingV1.ListFilingsResponse> {
    const filings = await this.reading.list(actorOf(metadata), decodePerson(request));
    return { filings: filings.map((filing) => encodeFiling(filing, this.clock.businessDate())) };
  }

  async getFilingHistory(
    request: filingV1.GetFilingHistoryRequest,
    metadata: Metadata,
  ): Promise<filingV1.GetFilingHistoryResponse> {
    const { filingId, ...named } = decodeTarget(request);
    return { versions: (await this.reading.history(actorOf(metadata), named, filingId)).map(encodeVersion) };
  }

  async searchFilings(
    request: filingV1.SearchFilingsRequest,
    metadata: Metadata,
  ): Promise<filingV1.SearchFilingsResponse> {
    return encodePage(await this.reading.search(actorOf(metadata), decodeSearch(request)), this.clock.businessDate());
  }

  async listReviews(request: filingV1.ListReviewsRequest, metadata: Metadata): Promise<filingV1.ListReviewsResponse> {
    return encodeQueue(
      await this.reading.reviews(actorOf(metadata), decodeQueuePage(request)),
      this.clock.businessDate(),
    );
  }

  async getReceipt(request: filingV1.GetReceiptRequest, metadata: Metadata): Promise<filingV1.GetReceiptResponse> {
    const { filingId, ...named } = decodeTarget(request);
    return encodeReceipt(await this.receipts.issue(actorOf(metadata), named, filingId));
  }

  async verifyReceipt(
    request: filingV1.VerifyReceiptRequest,
    metadata: Metadata,
  ): Promise<filingV1.VerifyReceiptResponse> {
    return encodeVerification(await this.receipts.verify(actorOf(metadata), request.token));
  }
}
