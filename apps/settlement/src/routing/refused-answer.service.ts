import { Injectable, Logger } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  describeFault,
  nationalActor,
  PersonalDataVault,
  sha256,
} from '@yiditong/chassis';
import { answerContext, insertRefusedAnswer, type RefusedAnswer } from './refused-answer.store.js';

/** Of an answer that is longer so much is kept; the digest is of all of it. */
const MAX_KEPT = 64 * 1024;

/** Keeps what home provinces answered and nobody could take, for the argument about it, and reports it. */
@Injectable()
export class RefusedAnswers {
  private readonly logger = new Logger('RefusedAnswer');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: PersonalDataVault,
  ) {}

  /** Never throws: the answer is refused whether or not it could be kept. */
  async keep(of: Omit<RefusedAnswer, 'digest' | 'receivedAt'>, answer: unknown): Promise<void> {
    const { operation, insuredProvince, problem } = of;
    this.logger.warn({ msg: 'answer of a home province refused', operation, insuredProvince, problem });
    try {
      await this.write(of, textOf(answer));
    } catch (error) {
      this.logger.error({ ...describeFault(error), exchangeId: of.exchangeId });
    }
  }

  private async write(of: Omit<RefusedAnswer, 'digest' | 'receivedAt'>, text: string): Promise<void> {
    const { exchangeId, insuredProvince, operation, settlementId, problem } = of;
    const digest = sha256(Buffer.from(text)).toString('hex');
    const refused = { ...of, digest, receivedAt: this.clock.now() };
    const sealed = this.vault.seal(answerContext(refused), { answer: text.slice(0, MAX_KEPT) });
    const actor = nationalActor('settlement');
    await this.database.transaction(actor, async (tx) => {
      await insertRefusedAnswer(tx, refused, sealed);
      await appendAudit(tx, actor, {
        province: insuredProvince,
        action: 'REFUSE_HOME_ANSWER',
        objectType: 'exchange',
        objectId: exchangeId,
        after: { operation, settlementId, problem, digest },
      });
    });
  }
}

function textOf(answer: unknown): string {
  return JSON.stringify(answer ?? null, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}
