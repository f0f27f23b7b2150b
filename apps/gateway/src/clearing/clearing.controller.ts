import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE, RECORD } from '@yiditong/access';
import { required, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { clearingV1, settlementV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { businessDate, region, uuid } from '../http/fields.js';
import { decisionBody, encodeDecision, type DecisionBody } from '../reference/proposal.dto.js';
import { decodeSettlement, settlementsAnswer, type SettlementAnswer } from '../settlement/settlement.dto.js';
import {
  bilateralAnswer,
  closeDecisionAnswer,
  closeProposalAnswer,
  cycleAnswer,
  decodeBilateral,
  decodeCloseDecision,
  decodeCloseProposal,
  decodeCycle,
  decodeNetPosition,
  netPositionsAnswer,
  settlementsQuery,
  type BilateralAnswer,
  type CloseDecisionAnswer,
  type CloseProposalAnswer,
  type CycleAnswer,
  type NetPositionsAnswer,
  type SettlementsQuery,
} from './clearing.dto.js';
import {
  decodeObligations,
  decodePairCell,
  encodeObligationsQuery,
  obligationsAnswer,
  obligationsQuery,
  pairAnswer,
  type ObligationsAnswer,
  type ObligationsQuery,
  type PairAnswer,
} from './drill-down.dto.js';
import {
  decodeNetSettlement,
  netSettlementAnswer,
  netSettlementTrial,
  type NetSettlementAnswer,
  type NetSettlementTrial,
} from './net-settlement.dto.js';

@ApiTags('清算 Clearing')
@Controller('v1/cycles/:date')
export class ClearingController {
  constructor(
    @Inject(TARGETS.clearing.token) private readonly clearing: RpcClient<clearingV1.ClearingServiceClient>,
    @Inject(TARGETS.settlement.token) private readonly settlement: RpcClient<settlementV1.SettlementServiceClient>,
  ) {}

  @Endpoint({
    method: 'POST',
    path: 'close',
    access: { operator: ANYONE },
    summary: '申请关账，待复核 Propose that the cycle be closed now',
    answer: closeProposalAnswer,
    status: 202,
    keyed: true,
  })
  async proposeClose(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('date', { schema: businessDate }) date: string,
  ): Promise<CloseProposalAnswer> {
    const { proposal } = await this.clearing.call('proposeClose', { requestId, businessDate: date }, actor);
    return decodeCloseProposal(proposal);
  }

  @Endpoint({
    method: 'POST',
    path: 'close/proposals/:proposalId/decision',
    access: { operator: ANYONE, supervisor: true },
    summary: '复核：通过即关账，或驳回 Approve the close, which the worker then does, or reject it',
    answer: closeDecisionAnswer,
  })
  async decideClose(
    @CurrentActor() actor: Actor,
    @Param('date', { schema: businessDate }) date: string,
    @Param('proposalId', { schema: uuid }) proposalId: string,
    @Body({ schema: decisionBody }) body: DecisionBody,
  ): Promise<CloseDecisionAnswer> {
    const request = { businessDate: date, proposalId, ...encodeDecision(body) };
    return decodeCloseDecision(await this.clearing.call('decideClose', request, actor));
  }

  @Endpoint({
    method: 'GET',
    path: '',
    access: { operator: ANYONE, bureau: ANYONE },
    summary: '查询清算日 Read a cycle',
    answer: cycleAnswer,
  })
  async get(@CurrentActor() actor: Actor, @Param('date', { schema: businessDate }) date: string): Promise<CycleAnswer> {
    const { cycle } = await this.clearing.call('getCycle', { businessDate: date }, actor);
    return decodeCycle(required(cycle, 'cycle'));
  }

  @Endpoint({
    method: 'GET',
    path: 'net-positions',
    access: { operator: RECORD, bureau: RECORD, provincial: true },
    summary: '查询净头寸 Gross and multilateral net per province, of the own province for a bureau',
    answer: netPositionsAnswer,
  })
  async netPositions(
    @CurrentActor() actor: Actor,
    @Param('date', { schema: businessDate }) date: string,
  ): Promise<NetPositionsAnswer> {
    const { positions } = await this.clearing.call('getNetPositions', { businessDate: date }, actor);
    return { positions: positions.map(decodeNetPosition) };
  }

  @Endpoint({
    method: 'POST',
    path: 'net-settlement-trials',
    access: { operator: ANYONE },
    summary:
      '净额结算试算：给定各省备付与除外省份，不写入 What would move if the cycle were settled net with this cover; nothing is written',
    answer: netSettlementAnswer,
  })
  async tryNetSettlement(
    @CurrentActor() actor: Actor,
    @Param('date', { schema: businessDate }) date: string,
    @Body({ schema: netSettlementTrial }) { cover, excluded }: NetSettlementTrial,
  ): Promise<NetSettlementAnswer> {
    const request = {
      businessDate: date,
      cover: cover.map(({ province, amountFen }) => ({ province, amountFen: BigInt(amountFen) })),
      excluded: [...excluded],
    };
    return decodeNetSettlement(await this.clearing.call('tryNetSettlement', request, actor));
  }

  @Endpoint({
    method: 'GET',
    path: 'bilateral-positions',
    access: { operator: RECORD, bureau: RECORD, provincial: true },
    summary: '查询双边头寸 Gross per directed pair, largest first',
    answer: bilateralAnswer,
  })
  async bilateralPositions(
    @CurrentActor() actor: Actor,
    @Param('date', { schema: businessDate }) date: string,
  ): Promise<BilateralAnswer> {
    const { positions } = await this.clearing.call('getBilateralPositions', { businessDate: date }, actor);
    return { positions: positions.map(decodeBilateral) };
  }

  @Endpoint({
    method: 'GET',
    path: 'pairs/:payer/:payee',
    access: { operator: RECORD, bureau: RECORD, provincial: true },
    summary: '下钻：一对省份的头寸由哪些险种、基金构成 What a pair’s position is made of, by insurance and fund',
    answer: pairAnswer,
  })
  async pair(
    @CurrentActor() actor: Actor,
    @Param('date', { schema: businessDate }) date: string,
    @Param('payer', { schema: region }) payer: string,
    @Param('payee', { schema: region }) payee: string,
  ): Promise<PairAnswer> {
    const { cells } = await this.clearing.call('getPairPosition', { businessDate: date, payer, payee }, actor);
    return { cells: cells.map(decodePairCell) };
  }

  @Endpoint({
    method: 'GET',
    path: 'pairs/:payer/:payee/obligations',
    access: { operator: RECORD, bureau: RECORD, provincial: true },
    summary: '下钻：一对省份某险种（某基金）的逐笔应付应收 What it is made of, obligation by obligation, page by page',
    answer: obligationsAnswer,
  })
  async obligations(
    @CurrentActor() actor: Actor,
    @Param('date', { schema: businessDate }) date: string,
    @Param('payer', { schema: region }) payer: string,
    @Param('payee', { schema: region }) payee: string,
    @Query({ schema: obligationsQuery }) query: ObligationsQuery,
  ): Promise<ObligationsAnswer> {
    const request = { businessDate: date, payer, payee, ...encodeObligationsQuery(query) };
    return decodeObligations(await this.clearing.call('listObligations', request, actor));
  }

  @Endpoint({
    method: 'GET',
    path: 'settlements',
    access: { operator: RECORD, bureau: RECORD },
    summary: '逐页列出清算日的结算 The cycle’s settlements, page by page',
    answer: settlementsAnswer,
  })
  async settlements(
    @CurrentActor() actor: Actor,
    @Param('date', { schema: businessDate }) date: string,
    @Query({ schema: settlementsQuery }) { after, limit }: SettlementsQuery,
  ): Promise<{ settlements: SettlementAnswer[]; nextAfter: string | null }> {
    const page = await this.settlement.call(
      'listSettlements',
      { businessDate: date, after: after ?? '', limit },
      actor,
    );
    return { settlements: page.settlements.map(decodeSettlement), nextAfter: page.nextAfter || null };
  }
}
