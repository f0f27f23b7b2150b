import { Controller } from '@nestjs/common';
import { benefitV1 } from '@yiditong/contracts';
import { decodeModelRequest } from './estimate.codec.js';
import { EstimateService } from './estimate.service.js';
import { encodeModelAnswer } from './model-answer.codec.js';

@Controller()
@benefitV1.EstimateServiceControllerMethods()
export class EstimateController implements benefitV1.EstimateServiceController {
  constructor(private readonly estimates: EstimateService) {}

  async estimateClaims(request: benefitV1.EstimateClaimsRequest): Promise<benefitV1.EstimateClaimsResponse> {
    const asked = decodeModelRequest(request);
    const answers = await this.estimates.estimate(asked);
    return { answers: answers.map((answer) => encodeModelAnswer(answer, asked)) };
  }
}
