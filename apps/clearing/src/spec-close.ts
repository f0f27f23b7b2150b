import type { Database, RpcClient } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { CLOSE_STAGES } from './cycle/cycle.entity.js';
import type { CycleService } from './cycle/cycle.service.js';
import { StatementRelay } from './statement/statement-relay.service.js';

/** For specs: every stage of a close, one after another, as the jobs of its flow take them. */
export async function closeWhole(cycles: CycleService, businessDate: string): Promise<void> {
  for (const stage of CLOSE_STAGES) await cycles.take(businessDate, stage);
}

/** For specs: it is never started, so that what it should carry stays in the outbox to be looked at. */
export function statementRelay(database: Database): StatementRelay {
  return new StatementRelay(database, {} as RpcClient<filingV1.FactServiceClient>);
}
