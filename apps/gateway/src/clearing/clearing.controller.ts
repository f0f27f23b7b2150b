import { Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE, RECORD } from '@yiditong/access';
import { required, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { clearingV1, settlementV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
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

  @Endpoint({
    method: 'POST',
    path: 'close',
    access: { operator: ANYONE },
    summary: '申请关账 Ask for the cycle to be closed; the worker does the work',
    answer: cycleAnswer,
    status: 202,
  })
  async close(
    @CurrentActor() actor: Actor,
    @Param('date', { schema: businessDate }) date: string,
  ): Promise<CycleAnswer> {
    const { cycle } = await this.clearing.call('closeCycle', { businessDate: date }, actor);
    return decodeCycle(required(cycle, 'cycle'));
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
