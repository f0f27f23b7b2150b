import { Injectable, Logger } from '@nestjs/common';
import { Database, type Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { HomeProvinces } from '../routing/home-provinces.service.js';
import { cancelledAnswer, OutcomeService } from './outcome.service.js';
import { RecordService } from './record.service.js';
import type { Cancellation, DiagnosedSettlement, Outcome, Settlement } from './settlement.entity.js';
import { checkSender } from './settlement.service.js';
import { findSettlement } from './settlement.store.js';
import { finalRefusal } from './unanswered.js';
import { isWithdrawal, type WithdrawalIntent } from './withdrawal-intent.js';
import { WithdrawalService, type WithdrawalAnswer } from './withdrawal.service.js';

/** A message that takes a settlement back. */
export type AskedWithdrawal = {
  readonly kind: 'CANCEL' | 'REFUND';
  readonly institutionCode: string;
  readonly messageId: string;
  readonly settlementId: string;
  readonly remainderId: string | null;
  readonly body: unknown;
};

/** One try of it. It says when it has begun: from then on a refusal must be undone. */
export type Attempt = (intent: WithdrawalIntent, original: Settlement, begun: () => void) => Promise<WithdrawalAnswer>;

/** As the hospital that sent it is shown it. */
export type ShownWithdrawal = {
  readonly cancellation: Omit<Cancellation, 'settlement'> & { readonly settlement: DiagnosedSettlement };
  readonly remainder: DiagnosedSettlement | null;
};

/** What is the same of every message that takes a settlement back: once for ever per message id, as for a settlement. */
@Injectable()
export class WithdrawalMessages {
  private readonly logger = new Logger('Withdrawal');

  constructor(
    private readonly database: Database,
    private readonly homes: HomeProvinces,
    private readonly outcomes: OutcomeService,
    private readonly records: RecordService,
    private readonly withdrawals: WithdrawalService,
  ) {}

  /**
   * Claim the id, answer a repeat, try. Rejects with the reason, which is then this id's outcome for ever, with OUTCOME_UNKNOWN, or with
   * why nothing was sent to the home province. A settlement that isn't there claims no id: it may be another hospital's.
   */
  async once(actor: Actor, asked: AskedWithdrawal, attempt: Attempt): Promise<ShownWithdrawal> {
    const { institutionCode, messageId, settlementId } = asked;
    checkSender(actor, institutionCode, messageId);
    const original = await this.originalOf(actor, institutionCode, settlementId);
    if (!(await this.records.received(actor, institutionCode, messageId)))
      await this.homes.checkReachable(original.insuredRegion);
    const { personId, insuredRegion } = original;
    const operation = { ...asked, personId, insuredRegion, originalSettlementId: settlementId };
    const { intent, repeated } = await this.records.claimMessage(actor, operation);
    if (!isWithdrawal(intent)) throw new Error('a withdrawal was claimed without what it takes back');
    const known = repeated ? await this.outcomes.find(intent) : null;
    return this.shown(actor, known ? cancelledAnswer(known) : await this.carryOut(intent, original, repeated, attempt));
  }

  private async carryOut(
    intent: WithdrawalIntent,
    original: Settlement,
    repeated: boolean,
    attempt: Attempt,
  ): Promise<WithdrawalAnswer> {
    let begun = repeated;
    try {
      return await attempt(intent, original, () => {
        begun = true;
      });
    } catch (error) {
      const { reason, params } = finalRefusal(error, intent.deadlineAt, begun);
      return cancelledAnswer(await this.givenUp(intent, { outcome: 'REFUSED', answer: { reason, params } }));
    }
  }

  /** Rejects with OUTCOME_UNKNOWN where the home province can't be told now: the worker then goes on. */
  private async givenUp(intent: WithdrawalIntent, refused: Outcome): Promise<Outcome> {
    try {
      const outcome = await this.withdrawals.giveUp(intent, refused);
      this.records.concludeBehind(intent);
      return outcome;
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      this.logger.warn({ msg: 'left for the worker to undo', cause: error.reason });
      throw new Rejection('OUTCOME_UNKNOWN', { until: intent.deadlineAt.toISOString() });
    }
  }

  private async originalOf(actor: Actor, institutionCode: string, settlementId: string): Promise<Settlement> {
    const found = await this.database.transaction(actor, (tx) => findSettlement(tx, settlementId));
    if (found?.institutionCode !== institutionCode) throw new Rejection('SETTLEMENT_NOT_FOUND');
    return found;
  }

  private async shown(actor: Actor, { cancellation, remainder }: WithdrawalAnswer): Promise<ShownWithdrawal> {
    const settlement = await this.records.withDiagnosis(actor, cancellation.settlement);
    return {
      cancellation: { ...cancellation, settlement },
      remainder: remainder && (await this.records.withDiagnosis(actor, remainder)),
    };
  }
}
