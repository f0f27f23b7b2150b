import { Inject, Injectable } from '@nestjs/common';
import { TARGETS, type RpcClient } from '@yiditong/chassis';
import type { settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { messageId, nationalId } from './input-fields.js';
import type { Outcome } from './national-answer.js';
import { dataNode, transaction, type Exchange, type TransactionGroup } from './transaction.js';
import { WRITE_DEADLINE_MS } from './visit-settlement.js';

/** What each of the transactions that the form allows did. What else a hospital did it takes back by the transaction made for that. */
const ORIGINAL_KINDS = {
  '2207': 'ORIGINAL_KIND_SETTLEMENT',
  '2304': 'ORIGINAL_KIND_SETTLEMENT',
  '2208': 'ORIGINAL_KIND_WITHDRAWAL',
  '2305': 'ORIGINAL_KIND_WITHDRAWAL',
  '2401': 'ORIGINAL_KIND_VISIT',
} as const satisfies Readonly<Record<string, settlementV1.OriginalKind>>;

const reversal = dataNode({
  psn_no: nationalId,
  omsgid: messageId,
  oinfno: z.enum(
    ['2207', '2208', '2304', '2305', '2401'],
    'a transaction that can be reversed: 2207, 2208, 2304, 2305 or 2401',
  ),
});
type Reversal = z.infer<typeof reversal>['data'];

/** 2601 冲正. */
@Injectable()
export class ReversalTransactions implements TransactionGroup {
  readonly transactions = {
    '2601': transaction(reversal, async ({ data }, exchange) => this.reverse(data, exchange)),
  };

  constructor(
    @Inject(TARGETS.settlement.token) private readonly settlement: RpcClient<settlementV1.SettlementServiceClient>,
  ) {}

  /**
   * The same message id undoes once, however often it is sent: a retry gets the first answer. Rejects with REVERSAL_MISMATCH where the
   * original is of another person or did something else.
   */
  private async reverse(told: Reversal, { actor, envelope }: Exchange): Promise<Outcome> {
    const request = {
      institutionCode: envelope.fixmedins_code,
      messageId: envelope.msgid,
      originalMessageId: told.omsgid,
      personId: told.psn_no,
      originalKind: ORIGINAL_KINDS[told.oinfno],
    };
    const { outcome } = await this.settlement.call('reverse', request, actor, WRITE_DEADLINE_MS);
    if (outcome === 'REVERSAL_OUTCOME_REVERSED') return { output: {} };
    return { output: {}, warning: '原交易未办成（未结算），其报文编号不能再使用' };
  }
}
