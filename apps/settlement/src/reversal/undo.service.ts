import { Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, type Actor, type AuditEntry, type AuditFacts, type Tx } from '@yiditong/chassis';
import { obligationAmount, reverseObligation } from '@yiditong/ledger';
import { v7 as uuidv7 } from 'uuid';
import { ObligationRelay } from '../clearing/obligation-relay.service.js';
import { recordObligation } from '../clearing/obligation.store.js';
import { holdOpenCycle } from '../cycle/cycle.store.js';
import { HomeProvinces } from '../routing/home-provinces.service.js';
import { obligationOf } from '../settlement/record.service.js';
import type { OperationIntent, Settlement, SettlementState } from '../settlement/settlement.entity.js';
import { advance } from '../settlement/settlement-state.store.js';
import { lockSettlement } from '../settlement/settlement.store.js';
import { freeFees } from '../visit/fee.store.js';

type Key = Pick<OperationIntent, 'personId' | 'settlementId' | 'treatingProvince' | 'deadlineAt'>;

/** Undoes a settlement exactly. Every step can be run again. */
@Injectable()
export class UndoService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly homes: HomeProvinces,
    private readonly relay: ObligationRelay,
  ) {}

  /** After this commit the settlement will be reversed, whatever fails. Rejects as the state table says. */
  async begin(tx: Tx, actor: Actor, original: Key): Promise<void> {
    const settlement = await lockSettlement(tx, original.personId, original.settlementId);
    if (!settlement) return;
    const marked = await advance(tx, settlement, 'REVERSE', original.deadlineAt);
    if (marked.state === settlement.state) return;
    await appendAudit(tx, actor, reversalRecord(original, settlement.state, { state: marked.state }));
  }

  /** Whether {@link begin} has done its work, under its lock. */
  async isBegun(tx: Tx, { personId, settlementId }: Key): Promise<boolean> {
    const settlement = await lockSettlement(tx, personId, settlementId);
    return !settlement || settlement.state === 'REVERSING' || settlement.state === 'REVERSED';
  }

  /** The home province takes back what it booked, or bars the id. */
  async undoAtHome(original: OperationIntent): Promise<void> {
    await this.homes.reverse(original);
  }

  /** A negative obligation in the cycle that is open now, linked to the original (art. 42); closed cycles never change. */
  async finish(actor: Actor, original: Key): Promise<void> {
    await this.database.transaction(actor, async (tx) => {
      const settlement = await lockSettlement(tx, original.personId, original.settlementId);
      if (settlement?.state !== 'REVERSING') return;
      await freeFees(tx, original.personId, original.settlementId);
      const businessDate = await holdOpenCycle(tx);
      const after = await reversedIn(tx, settlement, businessDate, original.deadlineAt, this.clock.now());
      await appendAudit(tx, actor, reversalRecord(original, 'REVERSING', after));
    });
    this.relay.nudge();
  }
}

/** Makes a locked settlement that is being reversed REVERSED, with the negation of its obligation. */
export async function reversedIn(
  tx: Tx,
  settlement: Settlement,
  businessDate: string,
  until: Date,
  now: Date,
): Promise<AuditFacts> {
  const { state } = await advance(tx, settlement, 'REVERSED', until, { reversalBusinessDate: businessDate });
  const obligation = reverseObligation(obligationOf(settlement), {
    obligationId: uuidv7(),
    businessDate,
    operationId: settlement.settlementId,
    kind: 'REVERSAL',
  });
  await recordObligation(tx, settlement.personId, obligation, now);
  return { state, businessDate, obligationFen: obligationAmount(obligation) };
}

export function reversalRecord(
  { treatingProvince: province, settlementId, personId }: Omit<Key, 'deadlineAt'>,
  state: SettlementState,
  after: AuditFacts,
): AuditEntry {
  const object = { objectType: 'settlement', objectId: settlementId };
  return { province, action: 'REVERSE_SETTLEMENT', ...object, before: { state }, after: { ...after, personId } };
}
