import { Injectable } from '@nestjs/common';
import { Database, type Actor, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { NetPosition } from '@yiditong/ledger';
import type { CycleState } from '../cycle/cycle.entity.js';
import { findCycle } from '../cycle/cycle.store.js';
import { bilateralOf, netPositionsOf, type CountedPosition } from './position.store.js';

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
