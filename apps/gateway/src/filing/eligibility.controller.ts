import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { encodeInstant, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import {
  decisionAnswer,
  decisionBody,
  decodeDecision,
  decodeOptions,
  encodeQuestion,
  optionsAnswer,
  optionsQuery,
  type DecisionAnswer,
  type DecisionBody,
  type OptionsAnswer,
  type OptionsQuery,
} from './eligibility.dto.js';
import { guidanceAnswer, guidanceBody, showGuidance, type GuidanceAnswer, type GuidanceBody } from './guidance.dto.js';

/** What can be filed, and whether a visit is covered. */
@ApiTags('就医资格 Eligibility')
@Controller('v1')
export class EligibilityController {
  constructor(
    @Inject(TARGETS.eligibility.token)
    private readonly eligibility: RpcClient<filingV1.EligibilityServiceClient>,
  ) {}

  @Endpoint({
    method: 'GET',
    path: 'persons/:personId/filing-options',
    access: { insured: 'person_id' },
    summary: '到某地就医可以怎样备案，或为何无需备案 How to file for a destination, or why nothing has to be filed',
    answer: optionsAnswer,
  })
  async options(
    @CurrentActor() actor: Actor,
    @Param('personId', { schema: uuid }) personId: string,
    @Query({ schema: optionsQuery }) { destinationRegion, forPersonId = '', admittedAt }: OptionsQuery,
  ): Promise<OptionsAnswer> {
    const request = {
      personId,
      forPersonId,
      insuredRegion: '',
      institutionCode: '',
      destinationRegion,
      admittedAt: admittedAt === undefined ? undefined : encodeInstant(new Date(admittedAt)),
    };
    return decodeOptions(await this.eligibility.call('getFilingOptions', request, actor));
  }

  @Endpoint({
    method: 'POST',
    path: 'filing-guidance',
    access: { hospital: 'institution_code' },
    summary: '床旁引导：患者出院结算前如何补办备案 What a patient files before discharge settlement',
    answer: guidanceAnswer,
  })
  async guide(
    @CurrentActor() actor: Actor,
    @Body({ schema: guidanceBody }) { admittedAt, ...named }: GuidanceBody,
  ): Promise<GuidanceAnswer> {
    const request = {
      ...named,
      forPersonId: '',
      destinationRegion: '',
      admittedAt: encodeInstant(new Date(admittedAt)),
    };
    return showGuidance(decodeOptions(await this.eligibility.call('getFilingOptions', request, actor)));
  }

  @Endpoint({
    method: 'POST',
    path: 'eligibility-decisions',
    access: { insured: 'person_id', hospital: 'institution_code', bureau: 'insured_region' },
    summary: '判断一次就医能否直接结算、按何待遇 Whether a visit is covered, as what and by which article',
    answer: decisionAnswer,
  })
  async decide(
    @CurrentActor() actor: Actor,
    @Body({ schema: decisionBody }) body: DecisionBody,
  ): Promise<DecisionAnswer> {
    return decodeDecision(await this.eligibility.call('decideEligibility', encodeQuestion(body), actor));
  }
}
