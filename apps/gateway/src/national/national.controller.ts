import { Body, Controller, Logger, Req } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Clock, describeFault, type Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { FastifyRequest } from 'fastify';
import { CurrentActor } from '../auth/current-actor.js';
import { refusedInside } from '../auth/refused-credential.js';
import { Endpoint, PUBLIC } from '../http/endpoint.js';
import { envelopeSchema } from './envelope.js';
import { answerOf, nationalAnswer, refusalAnswer, type NationalAnswer } from './national-answer.js';
import { admittedMessageOf, Signed } from './signed-message.guard.js';
import { Transactions } from './transactions.js';

/**
 * The national interface for hospitals' own systems (医疗保障信息平台定点医药机构接口规范). Once a message is known to be its
 * sender's, every answer is HTTP 200 with the outcome in `infcode`, as those systems expect; their HTTP clients take another
 * status for a line that is down. What is wrong with the message as a credential is answered before, by the guard.
 */
@ApiTags('国家接口 National interface')
@Controller('national')
@Signed()
export class NationalController {
  private readonly logger = new Logger('National');

  constructor(
    private readonly transactions: Transactions,
    private readonly clock: Clock,
  ) {}

  @Endpoint({
    method: 'POST',
    path: ':infno',
    access: PUBLIC,
    summary:
      '国家接口交易（国密签名报文） A national transaction in a signed message: persons, visits, fees, settlement, reconciliation',
    answer: nationalAnswer,
  })
  @ApiParam({ name: 'infno', description: '交易编号，与报文一致', example: '1101' })
  async exchange(
    @CurrentActor() actor: Actor,
    // What the documentation shows. The handler reads the signed bytes, whose numbers are exact.
    @Body({ schema: envelopeSchema }) _body: unknown,
    @Req() request: FastifyRequest,
  ): Promise<NationalAnswer> {
    const receivedAt = this.clock.now();
    const envelope = admittedMessageOf(request);
    const answer = await this.transactions.carryOut({ actor, envelope }).then(
      (outcome) => answerOf(outcome, receivedAt, this.clock.now()),
      (error: unknown) => {
        const rejection = this.rejectionOf(error);
        refusedInside(request, rejection.reason);
        return refusalAnswer(rejection, receivedAt, this.clock.now());
      },
    );
    this.logger.log({ msg: 'transaction', infno: envelope.infno, infcode: answer.infcode });
    return answer;
  }

  private rejectionOf(error: unknown): Rejection {
    if (error instanceof Rejection) return error;
    this.logger.error(describeFault(error));
    return new Rejection('INTERNAL_FAULT');
  }
}
