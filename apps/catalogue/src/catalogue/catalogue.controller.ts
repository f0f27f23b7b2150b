import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import {
  actorOf,
  decodeDecision,
  decodeProposalId,
  decodeProposalPage,
  decodeRemark,
  nextAfter,
} from '@yiditong/chassis';
import { catalogueV1 } from '@yiditong/contracts';
import { CatalogueProposalService } from './catalogue-proposal.service.js';
import { decodeLines, decodeNewCatalogue, encodeCatalogueProposal, encodeClassified } from './catalogue.codec.js';
import { CatalogueService } from './catalogue.service.js';

@Controller()
@catalogueV1.CatalogueServiceControllerMethods()
export class CatalogueController implements catalogueV1.CatalogueServiceController {
  constructor(
    private readonly catalogue: CatalogueService,
    private readonly proposals: CatalogueProposalService,
  ) {}

  async proposeCatalogue(
    request: catalogueV1.ProposeCatalogueRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.ProposeCatalogueResponse> {
    const proposal = await this.proposals.propose(actorOf(metadata), request.requestId, decodeNewCatalogue(request));
    return { proposal: encodeCatalogueProposal(proposal) };
  }

  async decideCatalogueProposal(
    request: catalogueV1.DecideCatalogueProposalRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.DecideCatalogueProposalResponse> {
    const id = decodeProposalId(request.proposalId);
    const said = decodeDecision(request);
    const proposal = await this.proposals.decide(actorOf(metadata), request.province, id, said);
    return { proposal: encodeCatalogueProposal(proposal) };
  }

  async withdrawCatalogueProposal(
    request: catalogueV1.WithdrawCatalogueProposalRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.WithdrawCatalogueProposalResponse> {
    const id = decodeProposalId(request.proposalId);
    const remark = decodeRemark(request.remark);
    const proposal = await this.proposals.withdraw(actorOf(metadata), request.province, id, remark);
    return { proposal: encodeCatalogueProposal(proposal) };
  }

  async listCatalogueProposals(
    request: catalogueV1.ListCatalogueProposalsRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.ListCatalogueProposalsResponse> {
    const page = decodeProposalPage(request);
    const proposals = await this.proposals.list(actorOf(metadata), request.province, page);
    return { proposals: proposals.map(encodeCatalogueProposal), nextAfter: nextAfter(proposals, page) };
  }

  async getCatalogueProposal(
    request: catalogueV1.GetCatalogueProposalRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.GetCatalogueProposalResponse> {
    const id = decodeProposalId(request.proposalId);
    const { proposal, change } = await this.proposals.get(actorOf(metadata), request.province, id);
    const standingVersionId = change.standingVersionId ?? '';
    return { proposal: encodeCatalogueProposal(proposal), change: { ...change, standingVersionId } };
  }

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
