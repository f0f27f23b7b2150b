import { Inject, Injectable } from '@nestjs/common';
import { Rejection } from '@yiditong/codes';
import type { Outcome } from './national-answer.js';
import { SignInNumbers } from './sign-in-numbers.js';
import type { Exchange, Transaction, TransactionGroup } from './transaction.js';

/** All groups of transactions. */
export const TRANSACTION_GROUPS = Symbol('transaction groups');

/** The national transactions that are offered, each told to the service that owns it. */
@Injectable()
export class Transactions {
  private readonly table: ReadonlyMap<string, Transaction>;

  constructor(
    @Inject(TRANSACTION_GROUPS) groups: readonly TransactionGroup[],
    private readonly signIns: SignInNumbers,
  ) {
    const entries = groups.flatMap(({ transactions }) => Object.entries(transactions));
    this.table = new Map(entries);
    if (this.table.size < entries.length) throw new Error('two groups have the same transaction');
  }

  /** Rejects with TRANSACTION_NOT_OFFERED, SIGN_IN_INVALID, REQUEST_MALFORMED, or as the service does. */
  async carryOut(exchange: Exchange): Promise<Outcome> {
    const { infno } = exchange.envelope;
    const transaction = this.table.get(infno);
    if (!transaction) throw new Rejection('TRANSACTION_NOT_OFFERED', { infno });
    this.signIns.check(exchange.envelope);
    return transaction(exchange);
  }
}
