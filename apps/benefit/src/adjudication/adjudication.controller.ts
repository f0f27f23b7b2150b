import { Controller } from '@nestjs/common';
import { required } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { benefitV1 } from '@yiditong/contracts';
import { decodeClaim, decodeIdentity, encodeAdjudication, encodeAnswer } from './adjudication.codec.js';
import type { AdjudicationRow, RecordedAdjudication } from './adjudication.entity.js';
import { AdjudicationService } from './adjudication.service.js';

const MAX_CLAIMS = 100;

@Controller()
@benefitV1.HomeProvinceServiceControllerMethods()
export class AdjudicationController implements benefitV1.HomeProvinceServiceController {
  constructor(private readonly adjudications: AdjudicationService) {}

  async trial(request: benefitV1.TrialRequest): Promise<benefitV1.TrialResponse> {
    return {
      adjudication: encodeAdjudication(await this.adjudications.trial(decodeClaim(required(request.claim, 'claim')))),
    };
  }

  async adjudicate(request: benefitV1.AdjudicateRequest): Promise<benefitV1.AdjudicateResponse> {
    if (request.claims.length > MAX_CLAIMS)
      throw new Rejection('REQUEST_MALFORMED', { problem: `claims must be at most ${MAX_CLAIMS}` });
    const answers: benefitV1.AdjudicateAnswer[] = [];
    for (const claim of request.claims) answers.push(encodeAnswer(await this.adjudicateOne(claim)));
    return { answers };
  }

  async reverse(request: benefitV1.ReverseRequest): Promise<benefitV1.ReverseResponse> {
    return { hadAdjudication: await this.adjudications.reverse(decodeIdentity(request)) };
  }

  async queryAdjudication(request: benefitV1.QueryAdjudicationRequest): Promise<benefitV1.QueryAdjudicationResponse> {
    const row = await this.adjudications.query(decodeIdentity(request));
    return {
      state: STATE[row?.state ?? 'NONE'],
      adjudication: row?.result ? encodeAdjudication(row.result) : undefined,
    };
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

const STATE: Record<AdjudicationRow['state'] | 'NONE', benefitV1.AdjudicationState> = {
  NONE: 'ADJUDICATION_STATE_NONE',
  ADJUDICATED: 'ADJUDICATION_STATE_ADJUDICATED',
  REVERSED: 'ADJUDICATION_STATE_REVERSED',
  BARRED: 'ADJUDICATION_STATE_REVERSED',
};
