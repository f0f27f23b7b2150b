import { Injectable } from '@nestjs/common';
import { Clock } from '@yiditong/chassis';
import { z } from 'zod';
import { MalformedRequest } from '../http/request-pipe.js';
import type { Envelope } from './envelope.js';
import { text } from './input-fields.js';
import type { Outcome } from './national-answer.js';
import { shanghaiTime } from './shanghai-time.js';
import { SignInNumbers } from './sign-in-numbers.js';
import { transaction, type TransactionGroup } from './transaction.js';

const signIn = z.object({
  signIn: z.object({ opter_no: text(20), mac: text(20).optional(), ip: text(20) }),
});
const signOut = z.object({ signOut: z.object({ sign_no: text(30), opter_no: text(20) }) });

/** 9001 签到, 9002 签退. */
@Injectable()
export class SignInTransactions implements TransactionGroup {
  readonly transactions = {
    '9001': transaction(signIn, async (input, { envelope }) => this.signIn(input.signIn.opter_no, envelope)),
    '9002': transaction(signOut, async (input, { envelope }) => this.signOut(input.signOut, envelope)),
  };

  constructor(
    private readonly numbers: SignInNumbers,
    private readonly clock: Clock,
  ) {}

  private signIn(operator: string, envelope: Envelope): Outcome {
    checkOperator('signIn', operator, envelope);
    const { number, at } = this.numbers.issue(envelope);
    return { output: { signinoutb: { sign_time: shanghaiTime(at), sign_no: number } } };
  }

  /** Acknowledges; see {@link SignInNumbers}. */
  private signOut(input: z.infer<typeof signOut>['signOut'], envelope: Envelope): Outcome {
    checkOperator('signOut', input.opter_no, envelope);
    this.numbers.verify(input.sign_no, envelope);
    return { output: { signoutoutb: { sign_time: shanghaiTime(this.clock.now()) } } };
  }
}

function checkOperator(node: string, operator: string, { opter }: Envelope): void {
  if (operator !== opter)
    throw new MalformedRequest([{ path: `input.${node}.opter_no`, message: 'is not the operator of the envelope' }]);
}
