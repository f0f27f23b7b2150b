import { Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, decideOnce, type Tx } from '@yiditong/chassis';
import { provinceOf, Rejection, type Reason, type ReasonParams } from '@yiditong/codes';
import { lockPerson } from '../person/person.store.js';
import { barCancellationRecord, reinstateRecord, undoRecord, type Effects } from './adjudication-audit.js';
import type { Cancellation, Reversal } from './adjudication.entity.js';
import {
  findAdjudication,
  laterSettlements,
  markCancelled,
  markReinstated,
  settledMeanwhile,
} from './adjudication.store.js';
import { homeOf, move } from './booking.js';
import {
  addCancellation,
  findCancellation,
  markCancellationReversed,
  type CancellationKey,
} from './cancellation.store.js';
import type { ClaimIdentity, UndoneCancellation } from './claim.codec.js';
import { reverseAdjudication } from './reversing.js';

type UndoAnswer = Reversal | { readonly refused: Reason; readonly params: ReasonParams };

/** Takes adjudications back because their settlements were cancelled, and undoes that. Locks as AdjudicationService does. */
@Injectable()
export class CancellationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes an adjudication back because the settlement was cancelled: once per cancellation id, whose answer stands until it is undone
   * itself. A refusal is not remembered, for what isn't there may still come. Rejects with ADJUDICATION_NOT_FOUND, SETTLEMENT_REVERSED,
   * ADJUDICATION_CANCELLED, CANCELLATION_REVERSED or IDEMPOTENCY_KEY_REUSED.
   */
  async cancel(identity: ClaimIdentity, cancellationId: string): Promise<Cancellation> {
    const home = homeOf(identity);
    const { personId: scope } = identity;
    const write = { scope, region: home.region, key: `cancellation/${cancellationId}`, body: identity };
    const cancelled = await this.database.transaction(home, async (tx) => {
      const answer = await decideOnce(tx, write, () => this.cancelOnce(tx, identity, cancellationId));
      // The first answer is no longer true of one that was undone.
      const { state } = (await findCancellation(tx, scope, cancellationId)) ?? {};
      if (state === 'REVERSED') throw new Rejection('CANCELLATION_REVERSED');
      return answer;
    });
    // An instant that was frozen comes back as its text.
    return { ...cancelled, cancelledAt: new Date(cancelled.cancelledAt) };
  }

  /**
   * Undoes a cancellation exactly, once: the adjudication stands again with what it booked, unless it was reversed as well, and what a refund
   * settled anew is undone before it. Bars an id that never came. Rejects with IDEMPOTENCY_KEY_REUSED where it is another settlement's, or
   * with ACCOUNT_REFUND_SPENT, which changes nothing and is this reversal's answer for ever: a call of it that comes late must not do
   * what was answered as refused.
   */
  async reverse(identity: ClaimIdentity, asked: UndoneCancellation): Promise<Reversal> {
    const key = `reversal/${asked.reversalId}`;
    const write = { scope: identity.personId, region: homeOf(identity).region, key, body: { identity, asked } };
    const once = (decide: (tx: Tx) => Promise<UndoAnswer>): Promise<UndoAnswer> =>
      this.database.transaction(homeOf(identity), (tx) => decideOnce(tx, write, () => decide(tx)));
    const answer = await once((tx) => this.reverseBoth(tx, identity, asked)).catch((error: unknown) => {
      if (!(error instanceof Rejection) || error.reason !== 'ACCOUNT_REFUND_SPENT') throw error;
      return once(() => Promise.resolve({ refused: error.reason, params: error.params }));
    });
    if ('refused' in answer) throw new Rejection(answer.refused, answer.params);
    return answer;
  }

  private async reverseBoth(tx: Tx, identity: ClaimIdentity, asked: UndoneCancellation): Promise<Reversal> {
    const { personId, settlementId } = identity;
    const { cancellationId, remainderSettlementId } = asked;
    const key = keyOf(identity, cancellationId);
    await lockPerson(tx, personId);
    // First, so that the accounts have again what it took of them.
    if (remainderSettlementId)
      await reverseAdjudication(tx, { ...identity, settlementId: remainderSettlementId }, this.clock.now());
    if (await addCancellation(tx, key, 'BARRED', this.clock.now())) {
      await appendAudit(tx, homeOf(identity), barCancellationRecord(identity, cancellationId));
      return { hadAdjudication: false, laterSettlementIds: [] };
    }
    const found = await findCancellation(tx, personId, cancellationId);
    if (found?.settlementId !== settlementId) throw new Rejection('IDEMPOTENCY_KEY_REUSED');
    if (found.state === 'CANCELLED') await this.reinstate(tx, identity, key);
    const laterSettlementIds = await settledMeanwhile(tx, personId, settlementId, cancellationId);
    return { hadAdjudication: found.state !== 'BARRED', laterSettlementIds };
  }

  private async cancelOnce(tx: Tx, identity: ClaimIdentity, cancellationId: string): Promise<Cancellation> {
    const { personId, settlementId } = identity;
    await lockPerson(tx, personId);
    const barred = await findCancellation(tx, personId, cancellationId);
    if (barred !== null)
      throw new Rejection(barred.settlementId === settlementId ? 'CANCELLATION_REVERSED' : 'IDEMPOTENCY_KEY_REUSED');
    const found = await findAdjudication(tx, personId, settlementId);
    if (found === null) throw new Rejection('ADJUDICATION_NOT_FOUND');
    if (found.state === 'CANCELLED') throw new Rejection('ADJUDICATION_CANCELLED');
    if (found.state !== 'ADJUDICATED') throw new Rejection('SETTLEMENT_REVERSED');
    const { result } = found;
    const cancelledAt = this.clock.now();
    const effects = await move(
      tx,
      identity,
      { direction: 'CANCELLED', operationId: cancellationId },
      result,
      cancelledAt,
    );
    await addCancellation(tx, keyOf(identity, cancellationId), 'CANCELLED', cancelledAt);
    await markCancelled(tx, personId, settlementId, cancellationId, cancelledAt);
    const laterSettlementIds = await laterSettlements(tx, personId, settlementId);
    await appendAudit(tx, homeOf(identity), undoRecord(identity, 'CANCELLED', effects, cancellationId));
    return { result, laterSettlementIds, cancelledAt };
  }

  private async reinstate(tx: Tx, identity: ClaimIdentity, key: CancellationKey): Promise<void> {
    const { personId, settlementId, cancellationId } = key;
    const now = this.clock.now();
    await markCancellationReversed(tx, key, now);
    const state = await markReinstated(tx, personId, settlementId, cancellationId);
    const found = await findAdjudication(tx, personId, settlementId);
    // One that was reversed as well has nothing booked, and that stays so.
    let effects: Effects = { totals: [], accounts: [] };
    if (found?.state === 'ADJUDICATED')
      effects = await move(tx, identity, { direction: 'REINSTATED', operationId: cancellationId }, found.result, now);
    await appendAudit(tx, homeOf(identity), reinstateRecord(identity, state, effects, cancellationId));
  }
}

function keyOf({ personId, settlementId, insuredRegion }: ClaimIdentity, cancellationId: string): CancellationKey {
  return { personId, province: provinceOf(insuredRegion), settlementId, cancellationId };
}
