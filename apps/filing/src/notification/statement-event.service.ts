import { Injectable } from '@nestjs/common';
import { acceptNew, Database, groupBy, serviceActor } from '@yiditong/chassis';
import type { Fen } from '@yiditong/money';
import { appendEvents, type NewEvent } from './event.store.js';

/** That a province's statement of a closed clearing day is there. */
export type StatementFact = {
  readonly factId: string;
  readonly province: string;
  readonly businessDate: string;
  /** Of the cycle in the chain of closed ones. */
  readonly sequence: bigint;
  readonly merkleRoot: string;
  readonly receivableFen: Fen;
  readonly payableFen: Fen;
  readonly closedAt: Date;
};

/** What clearing tells of becomes an event of each province that it is about. */
@Injectable()
export class StatementEventService {
  constructor(private readonly database: Database) {}

  /** Each fact once, however often it is told. */
  async record(facts: readonly StatementFact[]): Promise<void> {
    for (const [province, told] of groupBy(facts, (fact) => fact.province)) {
      const byId = new Map(told.map((fact) => [fact.factId, fact]));
      await this.database.transaction(serviceActor('filing', province), async (tx) => {
        const fresh = await acceptNew(tx, province, province, [...byId.keys()]);
        const events = [...byId.values()].filter(({ factId }) => fresh.has(factId)).map(eventOf);
        await appendEvents(tx, events);
      });
    }
  }
}

function eventOf(fact: StatementFact): NewEvent {
  const { province, businessDate, sequence, merkleRoot, receivableFen, payableFen, closedAt } = fact;
  return {
    province,
    insuredRegion: province,
    type: 'clearing.statement',
    personId: null,
    content: {
      businessDate,
      cycleSequence: String(sequence),
      merkleRoot,
      receivableFen: String(receivableFen),
      payableFen: String(payableFen),
    },
    recordedAt: closedAt,
  };
}
