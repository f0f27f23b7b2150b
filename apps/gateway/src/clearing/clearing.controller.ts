import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Allow, required, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { clearingV1, settlementV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { businessDate } from '../http/fields.js';
import { decodeSettlement, settlementsAnswer, type SettlementAnswer } from '../settlement/settlement.dto.js';
import {
  bilateralAnswer,
  cycleAnswer,
  decodeBilateral,
  decodeCycle,
  decodeNetPosition,
  netPositionsAnswer,
  settlementsQuery,
  type BilateralAnswer,
  type CycleAnswer,
  type NetPositionsAnswer,
  type SettlementsQuery,
} from './clearing.dto.js';

@ApiTags('清算 Clearing')
@Controller('v1/cycles/:date')
export class ClearingController {
  constructor(
    @Inject(TARGETS.clearing.token) private readonly clearing: RpcClient<clearingV1.ClearingServiceClient>,
    @Inject(TARGETS.settlement.token) private readonly settlement: RpcClient<settlementV1.SettlementServiceClient>,
  ) {}

  @Post('close')
  @HttpCode(202)
  @Allow('operator')
  @ApiOperation({ summary: '申请关账 Ask for the cycle to be closed; the worker does the work' })
  @ApiResponse({ status: 202, standardSchema: cycleAnswer })
  async close(
    @CurrentActor() actor: Actor,
    @Param('date', { schema: businessDate }) date: string,
  ): Promise<CycleAnswer> {
    const { cycle } = await this.clearing.call('closeCycle', { businessDate: date }, actor);
    return decodeCycle(required(cycle, 'cycle'));
  }

  @Get()
  @Allow('operator', 'bureau')
  @ApiOperation({ summary: '查询清算日 Read a cycle' })
  @ApiResponse({ status: 200, standardSchema: cycleAnswer })
  async get(@CurrentActor() actor: Actor, @Param('date', { schema: businessDate }) date: string): Promise<CycleAnswer> {
    const { cycle } = await this.clearing.call('getCycle', { businessDate: date }, actor);
    return decodeCycle(required(cycle, 'cycle'));
  }

  @Get('net-positions')
  @Allow('operator', 'bureau')
  @ApiOperation({ summary: '查询净头寸 Gross and multilateral net per province, of the own province for a bureau' })
  @ApiResponse({ status: 200, standardSchema: netPositionsAnswer })
  async netPositions(
    @CurrentActor() actor: Actor,
    @Param('date', { schema: businessDate }) date: string,
  ): Promise<NetPositionsAnswer> {
    const { positions } = await this.clearing.call('getNetPositions', { businessDate: date }, actor);
    return { positions: positions.map(decodeNetPosition) };
  }

  @Get('bilateral-positions')
  @Allow('operator', 'bureau')
  @ApiOperation({ summary: '查询双边头寸 Gross per directed pair, largest first' })
  @ApiResponse({ status: 200, standardSchema: bilateralAnswer })
  async bilateralPositions(
    @CurrentActor() actor: Actor,
    @Param('date', { schema: businessDate }) date: string,
  ): Promise<BilateralAnswer> {
    const { positions } = await this.clearing.call('getBilateralPositions', { businessDate: date }, actor);
    return { positions: positions.map(decodeBilateral) };
  }

  @Get('settlements')
  @Allow('operator', 'bureau')
  @ApiOperation({ summary: '逐页列出清算日的结算 The cycle’s settlements, page by page' })
  @ApiResponse({ status: 200, standardSchema: settlementsAnswer })
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
