import { Controller } from '@nestjs/common';
import { required, uuidField } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { benefitV1 } from '@yiditong/contracts';
import { encodeAdjudication, encodeAnswer, encodeCancellation, encodeState } from './adjudication.codec.js';
import type { RecordedAdjudication } from './adjudication.entity.js';
import { AdjudicationService } from './adjudication.service.js';
import { CancellationService } from './cancellation.service.js';
import { decodeClaim, decodeIdentity, decodeUndone } from './claim.codec.js';

const MAX_CLAIMS = 100;

@Controller()
@benefitV1.HomeProvinceServiceControllerMethods()
export class AdjudicationController implements benefitV1.HomeProvinceServiceController {
  constructor(
    private readonly adjudications: AdjudicationService,
    private readonly cancellations: CancellationService,
  ) {}

  async trial(request: benefitV1.TrialRequest): Promise<benefitV1.TrialResponse> {
    return {
      adjudication: encodeAdjudication(await this.adjudications.trial(decodeClaim(required(request.claim, 'claim')))),
    };
  }

  async adjudicate(request: benefitV1.AdjudicateRequest): Promise<benefitV1.AdjudicateResponse> {
    const { length } = request.claims;
    if (length === 0 || length > MAX_CLAIMS)
      throw new Rejection('REQUEST_MALFORMED', { problem: `claims must be 1 to ${MAX_CLAIMS}` });
    const answers: benefitV1.AdjudicateAnswer[] = [];
    for (const claim of request.claims) answers.push(encodeAnswer(await this.adjudicateOne(claim)));
    return { answers };
  }

  async cancel(request: benefitV1.CancelRequest): Promise<benefitV1.CancelResponse> {
    const cancellationId = uuidField(request.cancellationId, 'cancellation_id');
    return encodeCancellation(await this.cancellations.cancel(decodeIdentity(request), cancellationId));
  }

  async reverse(request: benefitV1.ReverseRequest): Promise<benefitV1.ReverseResponse> {
    const identity = decodeIdentity(request);
    const { hadAdjudication, laterSettlementIds } = await (request.cancellationId === ''
      ? this.adjudications.reverse(identity)
      : this.cancellations.reverse(identity, decodeUndone(request)));
    return { hadAdjudication, laterSettlementIds: [...laterSettlementIds] };
  }

  async queryAdjudication(request: benefitV1.QueryAdjudicationRequest): Promise<benefitV1.QueryAdjudicationResponse> {
    return encodeState(await this.adjudications.query(decodeIdentity(request)));
  }

  /** A refusal of one claim is its own answer; a fault fails the batch, which is asked again. */
  private async adjudicateOne(claim: benefitV1.Claim): Promise<RecordedAdjudication | Rejection> {
    try {
      return await this.adjudications.adjudicate(decodeClaim(claim));
    } catch (error) {
      if (error instanceof Rejection && error.reason !== 'SERVICE_UNAVAILABLE') return error;
      throw error;
    }
  }
}
