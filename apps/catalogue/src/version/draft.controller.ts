import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf } from '@yiditong/chassis';
import { catalogueV1 } from '@yiditong/contracts';
import { encodeCatalogueProposal, encodeChange } from '../catalogue/catalogue.codec.js';
import { limitField } from '../reading/reading-fields.js';
import {
  decodeDraftKey,
  decodeNewDraft,
  decodePosition,
  decodeRollback,
  decodeRowCount,
  decodeRows,
  decodeUpload,
  encodeDraft,
  encodeFindings,
  requestIdField,
} from './draft.codec.js';
import { DraftService } from './draft.service.js';
import { SubmissionService } from './submission.service.js';

const MAX_PAGE = 1_000;

@Controller()
@catalogueV1.CatalogueDraftServiceControllerMethods()
export class DraftController implements catalogueV1.CatalogueDraftServiceController {
  constructor(
    private readonly drafts: DraftService,
    private readonly submissions: SubmissionService,
  ) {}

  async openDraft(request: catalogueV1.OpenDraftRequest, metadata: Metadata): Promise<catalogueV1.OpenDraftResponse> {
    const requestId = requestIdField(request.requestId);
    return { draft: encodeDraft(await this.drafts.open(actorOf(metadata), requestId, decodeNewDraft(request))) };
  }

  async stageDraftRows(
    request: catalogueV1.StageDraftRowsRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.StageDraftRowsResponse> {
    const [upload, rows] = [decodeUpload(request), decodeRows(request.rows)];
    return { draft: encodeDraft(await this.drafts.stage(actorOf(metadata), upload, request.header, rows)) };
  }

  async completeDraft(
    request: catalogueV1.CompleteDraftRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.CompleteDraftResponse> {
    const rows = decodeRowCount(request.rows);
    return { draft: encodeDraft(await this.drafts.complete(actorOf(metadata), decodeUpload(request), rows)) };
  }

  async getDraft(request: catalogueV1.GetDraftRequest, metadata: Metadata): Promise<catalogueV1.GetDraftResponse> {
    const draft = await this.drafts.get(actorOf(metadata), decodeDraftKey(request));
    return { draft: encodeDraft(draft), change: draft.change === null ? undefined : encodeChange(draft.change) };
  }

  async listDraftFindings(
    request: catalogueV1.ListDraftFindingsRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.ListDraftFindingsResponse> {
    const limit = limitField(request.limit, MAX_PAGE);
    const after = decodePosition(request.after);
    return encodeFindings(await this.drafts.findings(actorOf(metadata), decodeDraftKey(request), after, limit), limit);
  }

  async discardDraft(
    request: catalogueV1.DiscardDraftRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.DiscardDraftResponse> {
    return { draft: encodeDraft(await this.drafts.discard(actorOf(metadata), decodeDraftKey(request))) };
  }

  async submitDraft(
    request: catalogueV1.SubmitDraftRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.SubmitDraftResponse> {
    const requestId = requestIdField(request.requestId);
    const proposal = await this.submissions.submit(actorOf(metadata), requestId, decodeDraftKey(request));
    return { proposal: encodeCatalogueProposal(proposal) };
  }

  async proposeRollback(
    request: catalogueV1.ProposeRollbackRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.ProposeRollbackResponse> {
    const requestId = requestIdField(request.requestId);
    const proposal = await this.submissions.rollBack(actorOf(metadata), requestId, decodeRollback(request));
    return { proposal: encodeCatalogueProposal(proposal) };
  }
}
