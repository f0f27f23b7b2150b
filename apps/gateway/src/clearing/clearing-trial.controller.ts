import { Body, Controller, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { clearingV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import {
  clearingTrial,
  clearingTrialAnswer,
  decodeClearingTrial,
  encodeClearingTrial,
  type ClearingTrial,
  type ClearingTrialAnswer,
} from './clearing-trial.dto.js';

@ApiTags('清算 Clearing')
@Controller('v1/clearing-trials')
export class ClearingTrialController {
  constructor(@Inject(TARGETS.clearing.token) private readonly clearing: RpcClient<clearingV1.ClearingServiceClient>) {}

  @Endpoint({
    method: 'POST',
    path: '',
    access: { operator: ANYONE },
    summary:
      '清算试算：换一种日历、除外省份或支付限额，与实际逐省对比，不写入 What if days were settled net otherwise, beside what really came of them; nothing is written',
    answer: clearingTrialAnswer,
  })
  async tryCalendar(
    @CurrentActor() actor: Actor,
    @Body({ schema: clearingTrial }) trial: ClearingTrial,
  ): Promise<ClearingTrialAnswer> {
    return decodeClearingTrial(await this.clearing.call('tryCalendar', encodeClearingTrial(trial), actor));
  }
}
