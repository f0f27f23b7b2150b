import { Body, Controller, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Clock, serviceActor, TARGETS, type RpcClient } from '@yiditong/chassis';
import { provinceOf } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { Endpoint, PUBLIC } from '../http/endpoint.js';
import { decodeEstimate } from './estimate-answer.codec.js';
import { estimateAnswer, type EstimateAnswer } from './estimate-answer.dto.js';
import { encodeEstimate, estimateBody, type EstimateBody } from './estimate.dto.js';

/** Longer than settlement waits for the three that it asks one after the other. */
const ESTIMATE_DEADLINE_MS = 15_000;

/** 医保计算器. It is asked by nobody in particular, about nobody in particular, and leaves nothing behind. */
@ApiTags('医保计算器 Calculator')
@Controller('v1/estimates')
export class EstimateController {
  constructor(
    @Inject(TARGETS.estimate.token) private readonly estimates: RpcClient<settlementV1.EstimateServiceClient>,
    private readonly clock: Clock,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '',
    access: PUBLIC,
    summary:
      '估算各就医地、备案方式下谁付多少，先备案能省多少 What each would pay in up to eight places and ways of filing',
    answer: estimateAnswer,
  })
  async estimate(@Body({ schema: estimateBody }) body: EstimateBody): Promise<EstimateAnswer> {
    const on = body.onDate ?? this.clock.businessDate();
    const home = serviceActor('gateway', provinceOf(body.home.insuredRegion));
    const answer = await this.estimates.call('estimate', encodeEstimate(body, on), home, ESTIMATE_DEADLINE_MS);
    return decodeEstimate(answer, body, on);
  }
}
