import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { ANYONE, OWN, RECORD, type Purpose } from '@yiditong/access';
import { encodeInstant, insuranceCodec, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { benefitV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import { PURPOSE_HEADER, ReadPurpose } from './purpose-header.js';
import { registeredAnswer } from './institution.dto.js';
import {
  accumulatorsAnswer,
  accumulatorsQuery,
  decodePerson,
  decodePersonDetail,
  encodePersons,
  personAnswer,
  personDetailAnswer,
  personsBody,
  personSearchBody,
  type AccumulatorsAnswer,
  type AccumulatorsQuery,
  type PersonAnswer,
  type PersonDetailAnswer,
  type PersonsBody,
  type PersonSearchBody,
} from './person.dto.js';

const benefitYear = z.string().regex(/^20\d{2}$/, 'a year');

@ApiTags('参保人 Insured persons')
@Controller('v1')
export class PersonController {
  constructor(@Inject(TARGETS.benefit.token) private readonly benefit: RpcClient<benefitV1.BenefitServiceClient>) {}

  @Endpoint({
    method: 'PUT',
    path: 'insured-persons',
    access: { bureau: OWN, provincial: true },
    summary: '登记本省参保人员 Enter insured persons of the own province',
    answer: registeredAnswer,
    keyed: true,
  })
  async register(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: personsBody }) body: PersonsBody,
  ): Promise<{ registered: number }> {
    return this.benefit.call(
      'registerPersons',
      { requestId, province: actor.region, persons: encodePersons(body) },
      actor,
    );
  }

  /** POST, because an ID number must not stand in an address. */
  @Endpoint({
    method: 'POST',
    path: 'insured-persons/search',
    access: { hospital: ANYONE },
    summary: '凭身份证号查询参保信息 Find a person by ID number',
    answer: personAnswer,
  })
  async search(
    @CurrentActor() actor: Actor,
    @Body({ schema: personSearchBody }) body: PersonSearchBody,
  ): Promise<PersonAnswer> {
    return decodePerson(await this.benefit.call('findPerson', body, actor));
  }

  @ApiHeader(PURPOSE_HEADER)
  @Endpoint({
    method: 'GET',
    path: 'persons/:personId',
    access: { insured: 'person_id', hospital: ANYONE, bureau: RECORD },
    summary: '查看参保人信息，按用途脱敏 Read a person’s record, masked but for the purpose',
    answer: personDetailAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @ReadPurpose() purpose: Purpose | null,
    @Param('personId', { schema: uuid }) personId: string,
  ): Promise<PersonDetailAnswer> {
    return decodePersonDetail(await this.benefit.call('getPerson', { personId, purpose: purpose ?? '' }, actor));
  }

  @Endpoint({
    method: 'GET',
    path: 'persons/:personId/accumulators/:benefitYear',
    access: { insured: 'person_id', bureau: RECORD },
    summary:
      '查询年度累计，现在的或某一时刻的 A person’s accumulators of a benefit year, now or as they stood at a time',
    answer: accumulatorsAnswer,
  })
  async accumulators(
    @CurrentActor() actor: Actor,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('benefitYear', { schema: benefitYear }) year: string,
    @Query({ schema: accumulatorsQuery }) { asOf }: AccumulatorsQuery,
  ): Promise<AccumulatorsAnswer> {
    const request = {
      personId,
      benefitYear: Number(year),
      asOf: asOf === undefined ? undefined : encodeInstant(new Date(asOf)),
    };
    const { accumulators } = await this.benefit.call('getAccumulators', request, actor);
    return {
      accumulators: accumulators.map(({ insurance, kind, value }) => ({
        insurance: insuranceCodec.decode(insurance),
        kind,
        value: String(value),
      })),
    };
  }
}
