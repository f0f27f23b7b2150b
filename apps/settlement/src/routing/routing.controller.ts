import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, Database, decodeDecision, decodeInstant, decodeProposalId, uuidField } from '@yiditong/chassis';
import { settlementV1 } from '@yiditong/contracts';
import { DowntimeService } from './downtime.service.js';
import { EndpointService } from './endpoint.service.js';
import { listExchanges } from './exchange.store.js';
import { listRefusedAnswers } from './refused-answer.store.js';
import { RouteDirectory } from './route-directory.service.js';
import {
  decodeEndpoint,
  decodeExchangePage,
  decodePage,
  encodeDowntime,
  encodeEndpointProposal,
  encodeExchange,
  encodeRefusedAnswer,
  encodeRoute,
  nextExchange,
} from './routing.codec.js';

@Controller()
@settlementV1.RoutingServiceControllerMethods()
export class RoutingController implements settlementV1.RoutingServiceController {
  constructor(
    private readonly endpoints: EndpointService,
    private readonly downtimes: DowntimeService,
    private readonly directory: RouteDirectory,
    private readonly database: Database,
  ) {}

  async proposeEndpoint(
    request: settlementV1.ProposeEndpointRequest,
    metadata: Metadata,
  ): Promise<settlementV1.ProposeEndpointResponse> {
    const endpoint = decodeEndpoint(request.endpoint, request.province);
    const proposal = await this.endpoints.propose(actorOf(metadata), request.requestId, endpoint);
    return { proposal: encodeEndpointProposal(proposal) };
  }

  async decideEndpointProposal(
    request: settlementV1.DecideEndpointProposalRequest,
    metadata: Metadata,
  ): Promise<settlementV1.DecideEndpointProposalResponse> {
    const id = decodeProposalId(request.proposalId);
    const said = decodeDecision(request);
    const { province, digest } = request;
    const proposal = await this.endpoints.decide(actorOf(metadata), province, id, digest, said);
    return { proposal: encodeEndpointProposal(proposal) };
  }

  async withdrawEndpointProposal(
    request: settlementV1.WithdrawEndpointProposalRequest,
    metadata: Metadata,
  ): Promise<settlementV1.WithdrawEndpointProposalResponse> {
    const id = decodeProposalId(request.proposalId);
    const proposal = await this.endpoints.withdraw(actorOf(metadata), request.province, id, '');
    return { proposal: encodeEndpointProposal(proposal) };
  }

  async getEndpointProposal(
    request: settlementV1.GetEndpointProposalRequest,
    metadata: Metadata,
  ): Promise<settlementV1.GetEndpointProposalResponse> {
    const id = decodeProposalId(request.proposalId);
    return { proposal: encodeEndpointProposal(await this.endpoints.get(actorOf(metadata), request.province, id)) };
  }

  async listRoutes(
    _request: settlementV1.ListRoutesRequest,
    metadata: Metadata,
  ): Promise<settlementV1.ListRoutesResponse> {
    const routes = await this.directory.list(actorOf(metadata));
    return {
      routes: routes.map(({ endpoint, circuit, downtimes, isOwn }) => encodeRoute(endpoint, circuit, downtimes, isOwn)),
    };
  }

  async announceDowntime(
    request: settlementV1.AnnounceDowntimeRequest,
    metadata: Metadata,
  ): Promise<settlementV1.AnnounceDowntimeResponse> {
    const { requestId, province, notice } = request;
    const [from, until] = [decodeInstant(request.from, 'from'), decodeInstant(request.until, 'until')];
    const downtime = await this.downtimes.announce(actorOf(metadata), requestId, { province, from, until, notice });
    return { downtime: encodeDowntime(downtime) };
  }

  async endDowntime(
    { province, downtimeId }: settlementV1.EndDowntimeRequest,
    metadata: Metadata,
  ): Promise<settlementV1.EndDowntimeResponse> {
    const downtime = await this.downtimes.end(actorOf(metadata), province, uuidField(downtimeId, 'downtime_id'));
    return { downtime: encodeDowntime(downtime) };
  }

  async listExchanges(
    request: settlementV1.ListExchangesRequest,
    metadata: Metadata,
  ): Promise<settlementV1.ListExchangesResponse> {
    const page = decodeExchangePage(request);
    const found = await this.database.transaction(actorOf(metadata), (tx) => listExchanges(tx, page));
    return { exchanges: found.map(encodeExchange), nextAfter: nextExchange(found, page.limit) };
  }

  async listRefusedAnswers(
    request: settlementV1.ListRefusedAnswersRequest,
    metadata: Metadata,
  ): Promise<settlementV1.ListRefusedAnswersResponse> {
    const page = decodePage(request);
    const found = await this.database.transaction(actorOf(metadata), (tx) => listRefusedAnswers(tx, page));
    return { answers: found.map(encodeRefusedAnswer), nextAfter: nextExchange(found, page.limit) };
  }
}
