import { Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RECORD } from '@yiditong/access';
import { decodeInstant, encodeInstant, insuranceCodec, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import { INSURANCES } from '@yiditong/codes';
import type { clearingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { answerFen, instant, month, region } from '../http/fields.js';

const costMonthQuery = z.strictObject({
  asOf: instant.optional().describe('截至何时已记录的，不得晚于现在；不填为现在 / as recorded by then; unset for now'),
  since: instant.optional().describe('同时给出较早时刻的数，以便比较 / with the figures of an earlier instant'),
});
type CostMonthQuery = z.infer<typeof costMonthQuery>;
const costMonthAnswer = z.object({
  asOf: instant,
  positions: z.array(
    z.object({
      payer: region,
      payee: region,
      insurance: z.enum(INSURANCES),
      obligationCount: z.string().describe('结算及其更正的笔数 / settlements and what corrects them'),
      amountFen: answerFen,
      earlierCount: z.string().nullable().describe('since 时的笔数；未问为空'),
      earlierFen: answerFen.nullable().describe('since 时的金额；未问为空'),
    }),
  ),
});
type CostMonthAnswer = z.infer<typeof costMonthAnswer>;

@ApiTags('清算 Clearing')
@Controller('v1/cost-months/:month')
export class CostMonthController {
  constructor(@Inject(TARGETS.clearing.token) private readonly clearing: RpcClient<clearingV1.ClearingServiceClient>) {}

  @Endpoint({
    method: 'GET',
    path: '',
    access: { operator: RECORD, bureau: RECORD, provincial: true },
    summary:
      '按费款所属期查询双边应付，截至任一时刻并可比较两个时刻 What a month’s costs come to per pair, as known at any instant, and at an earlier one',
    answer: costMonthAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('month', { schema: month }) costMonth: string,
    @Query({ schema: costMonthQuery }) { asOf, since }: CostMonthQuery,
  ): Promise<CostMonthAnswer> {
    const request = { costMonth, asOf: instantOf(asOf), since: instantOf(since) };
    const answer = await this.clearing.call('getCostMonth', request, actor);
    return {
      asOf: decodeInstant(answer.asOf, 'as_of').toISOString(),
      positions: answer.positions.map(decodePosition),
    };
  }
}

function instantOf(text: string | undefined) {
  return text === undefined ? undefined : encodeInstant(new Date(text));
}

function decodePosition(wire: clearingV1.CostMonthPosition): CostMonthAnswer['positions'][number] {
  const { payer, payee, insurance, obligationCount, amountFen, earlierCount, earlierFen } = wire;
  return {
    payer,
    payee,
    insurance: insuranceCodec.decode(insurance),
    obligationCount: String(obligationCount),
    amountFen: String(amountFen),
    earlierCount: earlierCount === undefined ? null : String(earlierCount),
    earlierFen: earlierFen === undefined ? null : String(earlierFen),
  };
}
