import { Injectable } from '@nestjs/common';
import type { Actor } from '@yiditong/chassis';
import { cancelledAnswer } from './outcome.service.js';
import { WithdrawalMessages, type ShownWithdrawal } from './withdrawal-message.service.js';
import { WithdrawalService } from './withdrawal.service.js';

/** 结算撤销, and 退费 of a whole bill: the hospital undoes its business. Never mixed with reversing, which is technical. */
@Injectable()
export class CancelService {
  constructor(
    private readonly messages: WithdrawalMessages,
    private readonly withdrawals: WithdrawalService,
  ) {}

  /** However long ago it was settled: the correction goes to the cycle that is open now (规程 art. 42). */
  async cancel(
    actor: Actor,
    institutionCode: string,
    messageId: string,
    settlementId: string,
    reason: string,
  ): Promise<ShownWithdrawal> {
    const body = { cancel: settlementId, reason };
    const asked = { kind: 'CANCEL' as const, institutionCode, messageId, settlementId, remainderId: null, body };
    return this.messages.once(actor, asked, async (intent, _original, begun) => {
      const known = await this.withdrawals.begin(actor, intent, reason);
      if (known) return cancelledAnswer(known);
      begun();
      return this.withdrawals.finish(actor, intent, await this.withdrawals.cancelAtHome(intent));
    });
  }
}
