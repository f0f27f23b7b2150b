import { appendAudit, type Tx } from '@yiditong/chassis';
import { barRecord, reversedWhileCancelledRecord, undoRecord } from './adjudication-audit.js';
import type { Reversal } from './adjudication.entity.js';
import {
  barAdjudication,
  findAdjudication,
  laterSettlements,
  markCancelledReversed,
  markReversed,
} from './adjudication.store.js';
import { homeOf, move } from './booking.js';
import type { ClaimIdentity } from './claim.codec.js';

/**
 * Takes back what an adjudication booked, or bars an id that never came. What was cancelled is taken back already, and then doesn't stand
 * again when its cancellation is undone. To be called under the person's row lock.
 */
export async function reverseAdjudication(tx: Tx, identity: ClaimIdentity, now: Date): Promise<Reversal> {
  const home = homeOf(identity);
  const { personId, settlementId } = identity;
  if (await barAdjudication(tx, personId, home.region, settlementId, now)) {
    await appendAudit(tx, home, barRecord(identity));
    return { hadAdjudication: false, laterSettlementIds: [] };
  }
  const found = await findAdjudication(tx, personId, settlementId);
  if (found?.state === 'ADJUDICATED') {
    const operation = { direction: 'REVERSED', operationId: settlementId } as const;
    const effects = await move(tx, identity, operation, found.result, now);
    await markReversed(tx, personId, settlementId, now);
    await appendAudit(tx, home, undoRecord(identity, 'REVERSED', effects));
  }
  if (await markCancelledReversed(tx, personId, settlementId, now))
    await appendAudit(tx, home, reversedWhileCancelledRecord(identity));
  const laterSettlementIds = await laterSettlements(tx, personId, settlementId);
  return { hadAdjudication: found !== null && found.state !== 'BARRED', laterSettlementIds };
}
