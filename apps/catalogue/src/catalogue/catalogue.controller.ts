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
import { decodeBill, encodeBillAnswer } from '../image/classification.codec.js';
import { ClassificationService } from '../image/classification.service.js';
import { CatalogueProposalService } from './catalogue-proposal.service.js';
import { decodeNewCatalogue, encodeCatalogueProposal, encodeChange } from './catalogue.codec.js';

@Controller()
@catalogueV1.CatalogueServiceControllerMethods()
export class CatalogueController implements catalogueV1.CatalogueServiceController {
  constructor(
    private readonly classification: ClassificationService,
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
    const proposal = await this.proposals.get(actorOf(metadata), request.province, id);
    return { proposal: encodeCatalogueProposal(proposal), change: encodeChange(proposal.summary.change) };
  }

  async classifyLines(
    request: catalogueV1.ClassifyLinesRequest,
    metadata: Metadata,
  ): Promise<catalogueV1.ClassifyLinesResponse> {
    return encodeBillAnswer(await this.classification.classify(actorOf(metadata), decodeBill(request)));
  }
}
