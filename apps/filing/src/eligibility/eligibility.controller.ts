import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, uuidField } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { filingV1 } from '@yiditong/contracts';
import { decodeDecided, decodeVisit, decodeWish, encodeAnswer, encodeGuide } from './eligibility.codec.js';
import { EligibilityService } from './eligibility.service.js';
import { OptionsService } from './options.service.js';

/** Each person is locked while he is decided about, and the table of locks is everybody's. */
const MAX_CHECKS = 200;

@Controller()
@filingV1.EligibilityServiceControllerMethods()
export class EligibilityController implements filingV1.EligibilityServiceController {
  constructor(
    private readonly eligibility: EligibilityService,
    private readonly options: OptionsService,
  ) {}

  async checkEligibility({ checks }: filingV1.CheckEligibilityRequest): Promise<filingV1.CheckEligibilityResponse> {
    if (checks.length === 0 || checks.length > MAX_CHECKS)
      throw new Rejection('REQUEST_MALFORMED', { problem: `checks must be 1 to ${MAX_CHECKS}` });
    return { answers: (await this.eligibility.check(checks.map(decodeVisit))).map(encodeAnswer) };
  }

  async decideEligibility(
    request: filingV1.DecideEligibilityRequest,
    metadata: Metadata,
  ): Promise<filingV1.DecideEligibilityResponse> {
    const visit = decodeDecided(request);
    const { forPersonId, insuredRegion } = request;
    const named = {
      personId: visit.personId,
      forPersonId: forPersonId && uuidField(forPersonId, 'for_person_id'),
      insuredRegion,
    };
    return { answer: encodeAnswer(await this.eligibility.decide(actorOf(metadata), named, visit)) };
  }

  async getFilingOptions(
    request: filingV1.GetFilingOptionsRequest,
    metadata: Metadata,
  ): Promise<filingV1.GetFilingOptionsResponse> {
    return encodeGuide(await this.options.guide(actorOf(metadata), decodeWish(request)));
  }
}
