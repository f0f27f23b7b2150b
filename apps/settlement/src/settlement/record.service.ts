import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  PersonalDataVault,
  type Actor,
  type AuditEntry,
  type SealedColumns,
  type Tx,
} from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import type { Obligation } from '@yiditong/ledger';
import { sumFen } from '@yiditong/money';
import { v7 as uuidv7 } from 'uuid';
import { ObligationRelay } from '../clearing/obligation-relay.service.js';
import { recordObligation } from '../clearing/obligation.store.js';
import { holdOpenCycle } from '../cycle/cycle.store.js';
import type { Institution } from '../institution/institution.entity.js';
import { findInstitution } from '../institution/institution.store.js';
import type { Decided } from './adjudication.codec.js';
import type { Bill } from './bill-rules.js';
import type { Facts } from './facts.service.js';
import { OutcomeService, settledAnswer } from './outcome.service.js';
import { decideOutcome } from './outcome.store.js';
import { claimOperation, findRequest, type ClaimedOperation } from './request.store.js';
import { composeSettlement, diagnosedIn, type Identity } from './settlement.codec.js';
import type { Diagnosed, DiagnosedSettlement, OperationIntent, SettledLine, Settlement } from './settlement.entity.js';
import { diagnosisContext, findSealedSettlement, insertLines, insertSettlement } from './settlement.store.js';
import { partOfStay, type Before } from './stay-parts.js';
import { lockVisitPlace } from './visit-place.store.js';

export const IN_DOUBT_MS = Symbol('IN_DOUBT_MS');

/** What a message asks for, and what it said: its keyed hash tells a repeat from another message. */
export type AskedOperation = Omit<ClaimedOperation, 'settlementId'> & {
  readonly institutionCode: string;
  readonly messageId: string;
  readonly body: unknown;
};

/** A bill and all that was found and decided of it. */
export type Settled = {
  readonly bill: Bill;
  readonly part: Pick<Identity, 'partKey' | 'stayPart' | 'visitId'>;
  /** What stood of the same stay when the home province was asked. */
  readonly before: Before;
  readonly institution: Institution;
  readonly facts: Facts;
  readonly decided: Decided;
};

/** What else belongs into the transaction that records a settlement. */
export type AlsoRecord = {
  /** First of all in that transaction: what is locked before the cycle. */
  readonly lock: (tx: Tx) => Promise<void>;
  readonly record: (tx: Tx, settlement: Settlement) => Promise<void>;
};

/** What is written down of a bill: the intent before anything else happens, and the settlement at the end. */
@Injectable()
export class RecordService {
  private readonly logger = new Logger('Record');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly outcomes: OutcomeService,
    private readonly relay: ObligationRelay,
    private readonly vault: PersonalDataVault,
    @Inject(IN_DOUBT_MS) private readonly inDoubtMs: number,
  ) {}

  /** Whether the message came before. */
  async received(actor: Actor, institutionCode: string, messageId: string): Promise<boolean> {
    return this.database.transaction(actor, async (tx) => (await findRequest(tx, institutionCode, messageId)) !== null);
  }

  /**
   * The intent: on the institution's shard, so that every message can be accounted for. Its hash is keyed: beside the lines
   * of the bill a plain one would give way to trying all diagnoses. `repeated`: the message was claimed before.
   */
  async claimMessage(
    actor: Actor,
    asked: AskedOperation,
  ): Promise<{ intent: OperationIntent; repeated: boolean; found: Institution | null }> {
    const receivedAt = this.clock.now();
    const { institutionCode, messageId } = asked;
    const claim = {
      institutionCode,
      messageId,
      treatingProvince: actor.region,
      bodyHash: this.vault.bodyHash(asked.body),
      receivedAt,
      deadlineAt: new Date(receivedAt.getTime() + this.inDoubtMs),
    };
    const settlementId = uuidv7();
    return this.database.transaction(actor, async (tx) => {
      const intent = await claimOperation(tx, claim, { ...asked, settlementId });
      const found = await findInstitution(tx, institutionCode);
      return { intent, repeated: intent.settlementId !== settlementId, found };
    });
  }

  /** One short transaction on the person's shard: the outcome, the record, the obligation on its way, the audit. */
  async record(
    actor: Actor,
    intent: OperationIntent,
    settled: Settled,
    also?: AlsoRecord,
  ): Promise<DiagnosedSettlement> {
    const now = this.clock.now();
    const diagnosis = this.sealedDiagnosis(intent.settlementId, settled.bill, settled.institution);
    const outcome = await this.database.transaction(actor, async (tx) => {
      await also?.lock(tx);
      await holdPlace(tx, settled);
      // Early, because the date is part of the answer. The lock is shared: it holds back nothing but the cycle's seal.
      const businessDate = await holdOpenCycle(tx);
      const settlement = composed(intent, settled, businessDate, now);
      const decided = { outcome: 'SETTLED' as const, answer: settlement };
      const standing = await decideOutcome(tx, this.outcomes.keyOf(intent), decided, now);
      if (standing) return standing;
      await also?.record(tx, settlement);
      await writeSettlement(tx, actor, settlement, settled.facts.lines, diagnosis, now);
      return decided;
    });
    this.relay.nudge();
    this.concludeBehind(intent);
    return { ...settledAnswer(outcome), ...diagnosedIn(settled.bill) };
  }

  /** With the diagnosis in clear, for the hospital that sent it. */
  async withDiagnosis(actor: Actor, settlement: Settlement): Promise<DiagnosedSettlement> {
    const row = await this.database.transaction(actor, (tx) => findSealedSettlement(tx, settlement.settlementId));
    if (!row) throw new Error('a settlement with an outcome is not there');
    return { ...settlement, ...this.vault.open<Diagnosed>(diagnosisContext(settlement), row.diagnosisSealed) };
  }

  /** Behind the answer: it is committed and needs nothing more, and what fails here the worker does at the deadline. */
  concludeBehind(intent: OperationIntent, when: 'ALWAYS' | 'UNLESS_REPEATED' = 'ALWAYS'): void {
    this.outcomes.conclude(intent, null, when).catch((error: unknown) => {
      this.logger.warn({
        msg: 'left for the worker to conclude',
        cause: error instanceof Error ? error.message : String(error),
      });
    });
  }

  /** Of a chronic bill: what tells its disease's settlement from another's of the same visit, and gives the disease away to nobody. */
  diseaseKey({ diseaseCode }: Pick<Bill, 'diseaseCode'>): string {
    return this.vault.bodyHash({ diseaseCode }).toString('hex').slice(0, 16);
  }

  sealedDiagnosis(settlementId: string, bill: Bill, institution: Institution): SealedColumns {
    const { personId, insuredRegion } = bill;
    const place = { personId, settlementId, insuredRegion, treatingRegion: institution.region };
    return this.vault.seal(diagnosisContext(place), diagnosedIn(bill));
  }
}

function composed(
  { settlementId, messageId }: OperationIntent,
  { part, before, bill, institution, facts, decided }: Settled,
  businessDate: string,
  now: Date,
): Settlement {
  const { continuesStay } = before;
  const settledAt = now.toISOString();
  const identity = { settlementId, messageId, businessDate, settledAt, remainderOf: null, continuesStay, ...part };
  return composeSettlement(identity, bill, institution, facts, decided);
}

/** Rejects with VISIT_ALREADY_SETTLED or VISIT_CHANGED where the bill's place isn't what it was when the home province was asked. */
async function holdPlace(tx: Tx, { bill, part, before, institution }: Settled): Promise<void> {
  const { institutionCode, region: treatingRegion } = institution;
  const standing = await lockVisitPlace(tx, { ...bill, institutionCode, treatingRegion });
  const found = partOfStay(bill, { visitKind: bill.visitKind, ...part }, standing);
  if ('refused' in found) throw new Rejection(found.refused.reason, found.refused.params);
  const { stayPart, continuesStay, stayDeductibleFen } = found;
  const isSame =
    stayPart === part.stayPart &&
    continuesStay === before.continuesStay &&
    stayDeductibleFen === before.stayDeductibleFen;
  if (!isSame) throw new Rejection('VISIT_CHANGED');
}

/** The record, its lines, the obligation on its way and the audit: in the transaction that decides the outcome. */
export async function writeSettlement(
  tx: Tx,
  actor: Actor,
  settlement: Settlement,
  lines: readonly SettledLine[],
  diagnosis: SealedColumns,
  now: Date,
): Promise<void> {
  await insertSettlement(tx, settlement, diagnosis);
  await insertLines(tx, settlement, lines);
  await recordObligation(tx, settlement.personId, obligationOf(settlement), now);
  await appendAudit(tx, actor, settlementRecord(settlement));
}

/** In the treating province's chain; the insured province's own has the adjudication that this rests on. */
function settlementRecord(settlement: Settlement): AuditEntry {
  const { settlementId, state, personId, institutionCode, businessDate } = settlement;
  const { totalFen, fundTotalFen, personalFen, cashFen } = settlement;
  return {
    province: provinceOf(settlement.treatingRegion),
    action: 'SETTLE',
    objectType: 'settlement',
    objectId: settlementId,
    after: { state, personId, institutionCode, businessDate, totalFen, fundTotalFen, personalFen, cashFen },
  };
}

/** What the insured province owes for a settlement: everything but what the person pays in cash. Accounts lie with it as its funds do. */
export function obligationOf(settlement: Settlement): Obligation {
  const { settlementId, insurance, visitKind, businessDate, funds } = settlement;
  const fromAccounts = {
    fund: 'PERSONAL_ACCOUNT' as const,
    amountFen: sumFen([settlement.accountFen, settlement.mutualAidFen]),
  };
  return {
    obligationId: uuidv7(),
    settlementId,
    operationId: settlementId,
    kind: 'SETTLEMENT',
    insuredProvince: provinceOf(settlement.insuredRegion),
    treatingProvince: provinceOf(settlement.treatingRegion),
    insurance,
    visitKind,
    businessDate,
    costMonth: businessDate.slice(0, 7),
    funds: fromAccounts.amountFen === 0n ? funds : [...funds, fromAccounts],
  };
}
