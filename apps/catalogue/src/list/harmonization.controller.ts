import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, uuidField } from '@yiditong/chassis';
import { catalogueV1 } from '@yiditong/contracts';
import {
  decodeMappingPage,
  decodeRevision,
  decodeWithdrawal,
  encodeMapping,
  encodeMappings,
  itemCodeField,
} from '../mapping/mapping.codec.js';
import { MappingService } from '../mapping/mapping.service.js';
import { decodeMatchDecision, decodeMatchPage, encodeMatch, encodeMatches } from '../matching/match.codec.js';
import { MatchService } from '../matching/match.service.js';
import { dayField, limitField } from '../reading/reading-fields.js';
import {
  decodeListKey,
  decodeOwner,
  decodePosition,
  decodeRowCount,
  decodeRows,
  decodeUpload,
  encodeErrors,
  encodeList,
  encodeLists,
  requestIdField,
} from './list.codec.js';
import { ListService } from './list.service.js';

const MAX_LISTS = 200;
const MAX_ERRORS = 1_000;

@Controller()
@catalogueV1.HarmonizationServiceControllerMethods()
export class HarmonizationController implements catalogueV1.HarmonizationServiceController {
  constructor(
    private readonly lists: ListService,
    private readonly matches: MatchService,
    private readonly mappings: MappingService,
  ) {}

  async openList(request: catalogueV1.OpenListRequest, metadata: Metadata): Promise<catalogueV1.OpenListResponse> {
    const actor = actorOf(metadata);
    const [requestId, owner] = [requestIdField(request.requestId), decodeOwner(actor, request)];
    const effectiveFrom = dayField(request.effectiveFrom, 'effective_from');
    return { list: encodeList(await this.lists.open(actor, requestId, owner, effectiveFrom)) };
  }

  async stageListRows(
    request: catalogueV1.StageListRowsRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.StageListRowsResponse> {
    const [actor, rows] = [actorOf(metadata), decodeRows(request.rows)];
    return {
      list: encodeList(await this.lists.stage(actor, decodeUpload(actor, request), request.header, rows)),
    };
  }

  async completeList(
    request: catalogueV1.CompleteListRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.CompleteListResponse> {
    const [actor, rows] = [actorOf(metadata), decodeRowCount(request.rows)];
    return { list: encodeList(await this.lists.complete(actor, decodeUpload(actor, request), rows)) };
  }

  async getList(request: catalogueV1.GetListRequest, metadata: Metadata): Promise<catalogueV1.GetListResponse> {
    const actor = actorOf(metadata);
    return { list: encodeList(await this.lists.get(actor, decodeListKey(actor, request))) };
  }

  async listLists(request: catalogueV1.ListListsRequest, metadata: Metadata): Promise<catalogueV1.ListListsResponse> {
    const actor = actorOf(metadata);
    const [owner, limit] = [decodeOwner(actor, request), limitField(request.limit, MAX_LISTS)];
    const before = request.after === '' ? null : uuidField(request.after, 'after');
    return encodeLists(await this.lists.list(actor, owner, before, limit), limit);
  }

  async listListErrors(
    request: catalogueV1.ListListErrorsRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.ListListErrorsResponse> {
    const [actor, limit] = [actorOf(metadata), limitField(request.limit, MAX_ERRORS)];
    const after = decodePosition(request.after);
    return encodeErrors(await this.lists.errors(actor, decodeListKey(actor, request), after, limit), limit);
  }

  async discardList(
    request: catalogueV1.DiscardListRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.DiscardListResponse> {
    const actor = actorOf(metadata);
    return { list: encodeList(await this.lists.discard(actor, decodeListKey(actor, request))) };
  }

  async listMatches(
    request: catalogueV1.ListMatchesRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.ListMatchesResponse> {
    const [actor, page] = [actorOf(metadata), decodeMatchPage(request)];
    return encodeMatches(await this.matches.list(actor, decodeListKey(actor, request), page), page.limit);
  }

  async decideMatch(
    request: catalogueV1.DecideMatchRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.DecideMatchResponse> {
    const [actor, requestId] = [actorOf(metadata), requestIdField(request.requestId)];
    const said = decodeMatchDecision(request);
    const { rows, items } = await this.matches.decide(actor, requestId, decodeListKey(actor, request), said);
    return { match: rows[0] && encodeMatch(rows[0], items) };
  }

  async listMappings(
    request: catalogueV1.ListMappingsRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.ListMappingsResponse> {
    const [actor, page] = [actorOf(metadata), decodeMappingPage(request)];
    return encodeMappings(await this.mappings.list(actor, decodeOwner(actor, request), page), page.limit);
  }

  async getMappingHistory(
    request: catalogueV1.GetMappingHistoryRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.GetMappingHistoryResponse> {
    const [actor, itemCode] = [actorOf(metadata), itemCodeField(request.itemCode)];
    const history = await this.mappings.history(actor, decodeOwner(actor, request), itemCode);
    return { mappings: history.map(encodeMapping) };
  }

  async reviseMapping(
    request: catalogueV1.ReviseMappingRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.ReviseMappingResponse> {
    const [actor, requestId] = [actorOf(metadata), requestIdField(request.requestId)];
    const revision = decodeRevision(request);
    const mapping = await this.mappings.revise(actor, requestId, decodeOwner(actor, request), revision);
    return { mapping: encodeMapping(mapping) };
  }

  async withdrawMapping(
    request: catalogueV1.WithdrawMappingRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.WithdrawMappingResponse> {
    const [actor, requestId] = [actorOf(metadata), requestIdField(request.requestId)];
    const withdrawal = decodeWithdrawal(request);
    const mappings = await this.mappings.withdraw(actor, requestId, decodeOwner(actor, request), withdrawal);
    return { mappings: mappings.map(encodeMapping) };
  }
}
