import { Controller } from '@nestjs/common';
import { Clock } from '@yiditong/chassis';
import { settlementV1 } from '@yiditong/contracts';
import { decodeEstimate, encodeEstimate } from './estimate.codec.js';
import { EstimateService } from './estimate.service.js';

@Controller()
@settlementV1.EstimateServiceControllerMethods()
export class EstimateController implements settlementV1.EstimateServiceController {
  constructor(
    private readonly estimates: EstimateService,
    private readonly clock: Clock,
  ) {}

  async estimate(request: settlementV1.EstimateRequest): Promise<settlementV1.EstimateResponse> {
    const results = await this.estimates.estimate(decodeEstimate(request, this.clock.businessDate()));
    return { answers: results.map(encodeEstimate) };
  }
}
