import { Injectable } from '@nestjs/common';
import { Database, isWorkingDay, type Actor, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import {
  netPositions,
  netSettlement,
  tryCalendar,
  type ClearingTrial,
  type NetPosition,
  type NetSettlement,
  type RegionSettlement,
} from '@yiditong/ledger';
import { ZERO_FEN, type Fen } from '@yiditong/money';
import type { CycleState } from '../cycle/cycle.entity.js';
import { findCycle } from '../cycle/cycle.store.js';
import {
  bookedObligations,
  pairCells,
  type BookedObligation,
  type CyclePair,
  type ObligationsAsked,
  type PairCell,
} from './drill-down.store.js';
import type { AskedTrial } from './calendar-trial.codec.js';
import { bilateralOf, bilateralOfEach, netPositionsOf, type CountedPosition } from './position.store.js';

export type TriedNetSettlement = Omit<NetSettlement, 'regions'> & {
  readonly regions: readonly (RegionSettlement & { readonly fullNetFen: Fen })[];
};

/** Reads positions as the caller's tenancy shows them: a bureau its own province, the operator all. */
@Injectable()
export class PositionService {
  constructor(private readonly database: Database) {}

  async net(actor: Actor, businessDate: string): Promise<NetPosition[]> {
    return this.database.transaction(actor, async (tx) => {
      if ((await stateOf(tx, businessDate)) !== 'CLOSED')
        throw new Rejection('CYCLE_NOT_CLOSED', { date: businessDate });
      return netPositionsOf(tx, businessDate);
    });
  }

  /** What would move if the cycle were settled net with this cover, beside what its net positions are. Writes nothing. */
  async tryNetSettlement(
    actor: Actor,
    businessDate: string,
    cover: ReadonlyMap<string, Fen>,
    excluded: ReadonlySet<string>,
  ): Promise<TriedNetSettlement> {
    const positions = await this.bilateral(actor, businessDate);
    const full = new Map(netPositions(positions).map(({ region, netFen }) => [region, netFen]));
    const settlement = netSettlement(positions, cover, { excluded });
    const regions = settlement.regions.map((one) => ({ ...one, fullNetFen: full.get(one.region) ?? ZERO_FEN }));
    return { ...settlement, regions };
  }

  /** What if closed days were settled net otherwise, beside what they really came to. Writes nothing. Rejects with CYCLE_NOT_CLOSED. */
  async tryCalendar(actor: Actor, { fromDate, toDate, ...rules }: AskedTrial): Promise<ClearingTrial> {
    const days = await this.database.transaction(actor, (tx) => bilateralOfEach(tx, fromDate, toDate));
    if (days.length === 0) throw new Rejection('CYCLE_NOT_CLOSED', { date: `${fromDate} – ${toDate}` });
    return tryCalendar(days, { ...rules, isWorkingDay });
  }

  /** What a pair's position is made of, by insurance and fund. */
  async pair(actor: Actor, pair: CyclePair): Promise<PairCell[]> {
    return this.database.transaction(actor, async (tx) => {
      await stateOf(tx, pair.businessDate);
      return pairCells(tx, pair);
    });
  }

  /** What a pair's cell is made of, a page of it. */
  async obligations(actor: Actor, asked: ObligationsAsked): Promise<BookedObligation[]> {
    return this.database.transaction(actor, async (tx) => {
      await stateOf(tx, asked.businessDate);
      return bookedObligations(tx, asked);
    });
  }

  async bilateral(actor: Actor, businessDate: string): Promise<CountedPosition[]> {
    return this.database.transaction(actor, async (tx) => {
      await stateOf(tx, businessDate);
      return bilateralOf(tx, businessDate);
    });
  }
}

async function stateOf(tx: Tx, businessDate: string): Promise<CycleState> {
  const cycle = await findCycle(tx, businessDate);
  if (!cycle) throw new Rejection('CYCLE_NOT_FOUND', { date: businessDate });
  return cycle.state;
}
