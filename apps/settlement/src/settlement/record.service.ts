import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  PersonalDataVault,
  type Actor,
  type AuditEntry,
  type SealedColumns,
} from '@yiditong/chassis';
import { provinceOf } from '@yiditong/codes';
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
import { claimSettle } from './request.store.js';
import { composeSettlement, diagnosedIn } from './settlement.codec.js';
import type { SettleIntent, Settlement } from './settlement.entity.js';
import { diagnosisContext, insertLines, insertSettlement } from './settlement.store.js';

export const IN_DOUBT_MS = Symbol('IN_DOUBT_MS');

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

  /**
   * The intent: on the institution's shard, so that every message can be accounted for. Its hash is keyed: beside the lines
   * of the bill a plain one would give way to trying all diagnoses. `repeated`: the message was claimed before.
   */
  async claim(
    actor: Actor,
    institutionCode: string,
    messageId: string,
    bill: Bill,
  ): Promise<{ intent: SettleIntent; repeated: boolean; found: Institution | null }> {
    const receivedAt = this.clock.now();
    const claim = {
      institutionCode,
      messageId,
      treatingProvince: actor.region,
      bodyHash: this.vault.bodyHash(bill),
      receivedAt,
      deadlineAt: new Date(receivedAt.getTime() + this.inDoubtMs),
    };
    const { personId, insuredRegion } = bill;
    const settlementId = uuidv7();
    return this.database.transaction(actor, async (tx) => {
      const intent = await claimSettle(tx, claim, { settlementId, personId, insuredRegion });
      const found = await findInstitution(tx, institutionCode);
      return { intent, repeated: intent.settlementId !== settlementId, found };
    });
  }

  /** One short transaction on the person's shard: the outcome, the record, the obligation on its way, the audit. */
  async record(
    actor: Actor,
    intent: SettleIntent,
    bill: Bill,
    institution: Institution,
    facts: Facts,
    decided: Decided,
  ): Promise<Settlement> {
    const now = this.clock.now();
    const diagnosis = this.sealedDiagnosis(intent, bill, institution);
    const outcome = await this.database.transaction(actor, async (tx) => {
      // First, because the date is part of the answer. The lock is shared: it holds back nothing but the cycle's seal.
      const businessDate = await holdOpenCycle(tx);
      const identity = {
        settlementId: intent.settlementId,
        messageId: intent.messageId,
        businessDate,
        settledAt: now.toISOString(),
      };
      const settlement = composeSettlement(identity, bill, institution, facts, decided);
      const settled = { outcome: 'SETTLED' as const, answer: settlement };
      const standing = await decideOutcome(tx, this.outcomes.keyOf(intent), settled, now);
      if (standing) return standing;
      await insertSettlement(tx, settlement, diagnosis);
      await insertLines(tx, settlement, facts.lines);
      await recordObligation(tx, settlement.personId, obligationOf(settlement), now);
      await appendAudit(tx, actor, settlementRecord(settlement));
      return settled;
    });
    this.relay.nudge();
    this.concludeBehind(intent);
    return settledAnswer(outcome);
  }

  /** Behind the answer: it is committed and needs nothing more, and what fails here the worker does at the deadline. */
  concludeBehind(intent: SettleIntent): void {
    this.outcomes.conclude(intent).catch((error: unknown) => {
      this.logger.warn({
        msg: 'left for the worker to conclude',
        cause: error instanceof Error ? error.message : String(error),
      });
    });
  }

  private sealedDiagnosis(intent: SettleIntent, bill: Bill, institution: Institution): SealedColumns {
    const place = { ...intent, insuredRegion: bill.insuredRegion, treatingRegion: institution.region };
    return this.vault.seal(diagnosisContext(place), diagnosedIn(bill));
  }
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
    kind: 'SETTLEMENT',
    insuredProvince: provinceOf(settlement.insuredRegion),
    treatingProvince: provinceOf(settlement.treatingRegion),
    insurance,
    visitKind,
    businessDate,
    funds: fromAccounts.amountFen === 0n ? funds : [...funds, fromAccounts],
  };
}
