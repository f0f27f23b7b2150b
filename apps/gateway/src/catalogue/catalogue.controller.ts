import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { OWN } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { catalogueV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import {
  catalogueBody,
  catalogueProposalAnswer,
  catalogueProposalDetailAnswer,
  catalogueProposalsAnswer,
  decodeCatalogueChange,
  decodeCatalogueProposal,
  encodeEntries,
  rollbackBody,
  type CatalogueBody,
  type CatalogueProposalAnswer,
  type CatalogueProposalDetailAnswer,
  type CatalogueProposalsAnswer,
  type RollbackBody,
} from './catalogue.dto.js';
import {
  decisionBody,
  encodeDecision,
  encodeProposalsQuery,
  proposalsQuery,
  withdrawalBody,
  type DecisionBody,
  type ProposalsQuery,
  type WithdrawalBody,
} from '../reference/proposal.dto.js';

/** A whole catalogue is read, compared or written. */
const CATALOGUE_DEADLINE_MS = 30_000;
/** An approval writes all that a version changes; a rollback compares two whole versions. */
const PUBLICATION_DEADLINE_MS = 120_000;
/** The province's catalogue for its bureau, the nation's for the operator: whose it is is not said, it is the caller's tenant. */
const ACCESS = { bureau: OWN, operator: OWN, provincial: true } as const;

/** A province's catalogue: proposed by one account (经办), published by another's approval (复核). */
@ApiTags('医保目录 Catalogues')
@Controller('v1/catalogues')
export class CatalogueController {
  constructor(
    @Inject(TARGETS.catalogue.token) private readonly catalogue: RpcClient<catalogueV1.CatalogueServiceClient>,
    @Inject(TARGETS.catalogueDraft.token) private readonly drafts: RpcClient<catalogueV1.CatalogueDraftServiceClient>,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '',
    access: { bureau: OWN, provincial: true },
    summary: '提交本省医保目录版本，待复核 Propose a catalogue version of the own province',
    answer: catalogueProposalAnswer,
    status: 202,
    keyed: true,
  })
  async propose(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: catalogueBody }) body: CatalogueBody,
  ): Promise<CatalogueProposalAnswer> {
    const { effectiveFrom } = body;
    const request = { requestId, province: actor.region, effectiveFrom, entries: encodeEntries(body) };
    const { proposal } = await this.catalogue.call('proposeCatalogue', request, actor, CATALOGUE_DEADLINE_MS);
    return decodeCatalogueProposal(proposal);
  }

  @Endpoint({
    method: 'POST',
    path: 'rollbacks',
    access: ACCESS,
    summary: '申请回退到以往版本的内容，自某日起生效，待复核 Propose to restore what an earlier version said',
    answer: catalogueProposalAnswer,
    status: 202,
    keyed: true,
  })
  async rollBack(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: rollbackBody }) body: RollbackBody,
  ): Promise<CatalogueProposalAnswer> {
    const request = { requestId, province: actor.region, ...body };
    const { proposal } = await this.drafts.call('proposeRollback', request, actor, PUBLICATION_DEADLINE_MS);
    return decodeCatalogueProposal(proposal);
  }

  @Endpoint({
    method: 'POST',
    path: 'proposals/:proposalId/decision',
    access: { ...ACCESS, supervisor: true },
    summary: '复核：通过即发布，或驳回 Approve a proposal, which publishes it, or reject it',
    answer: catalogueProposalAnswer,
  })
  async decide(
    @CurrentActor() actor: Actor,
    @Param('proposalId', { schema: uuid }) proposalId: string,
    @Body({ schema: decisionBody }) body: DecisionBody,
  ): Promise<CatalogueProposalAnswer> {
    const request = { province: actor.region, proposalId, ...encodeDecision(body) };
    const { proposal } = await this.catalogue.call('decideCatalogueProposal', request, actor, PUBLICATION_DEADLINE_MS);
    return decodeCatalogueProposal(proposal);
  }

  @Endpoint({
    method: 'POST',
    path: 'proposals/:proposalId/withdrawal',
    access: ACCESS,
    summary: '经办人撤回 Take back an own proposal',
    answer: catalogueProposalAnswer,
  })
  async withdraw(
    @CurrentActor() actor: Actor,
    @Param('proposalId', { schema: uuid }) proposalId: string,
    @Body({ schema: withdrawalBody }) { remark }: WithdrawalBody,
  ): Promise<CatalogueProposalAnswer> {
    const request = { province: actor.region, proposalId, remark };
    const { proposal } = await this.catalogue.call('withdrawCatalogueProposal', request, actor);
    return decodeCatalogueProposal(proposal);
  }

  @Endpoint({
    method: 'GET',
    path: 'proposals',
    access: ACCESS,
    summary: '列出本省目录变更申请 The own province’s proposals, newest first',
    answer: catalogueProposalsAnswer,
  })
  async list(
    @CurrentActor() actor: Actor,
    @Query({ schema: proposalsQuery }) query: ProposalsQuery,
  ): Promise<CatalogueProposalsAnswer> {
    const request = { province: actor.region, ...encodeProposalsQuery(query) };
    const { proposals, nextAfter } = await this.catalogue.call('listCatalogueProposals', request, actor);
    return { proposals: proposals.map(decodeCatalogueProposal), nextAfter: nextAfter || null };
  }

  @Endpoint({
    method: 'GET',
    path: 'proposals/:proposalId',
    access: ACCESS,
    summary: '查询目录变更申请及其影响 Read a proposal and what it would change',
    answer: catalogueProposalDetailAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('proposalId', { schema: uuid }) proposalId: string,
  ): Promise<CatalogueProposalDetailAnswer> {
    const request = { province: actor.region, proposalId };
    const found = await this.catalogue.call('getCatalogueProposal', request, actor, CATALOGUE_DEADLINE_MS);
    return { ...decodeCatalogueProposal(found.proposal), change: decodeCatalogueChange(found.change) };
  }
}
