import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Allow, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { benefitV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { CurrentActor, IDEMPOTENCY_KEY_HEADER, IdempotencyKey } from '../auth/current-actor.js';
import { uuid } from '../http/fields.js';
import { registeredAnswer } from './reference.dto.js';
import {
  accumulatorsAnswer,
  decodePerson,
  encodePersons,
  personAnswer,
  personsBody,
  personSearchBody,
  type AccumulatorsAnswer,
  type PersonAnswer,
  type PersonsBody,
  type PersonSearchBody,
} from './person.dto.js';

const benefitYear = z.string().regex(/^20\d{2}$/, 'a year');

@ApiTags('参保人 Insured persons')
@Controller('v1')
export class PersonController {
  constructor(@Inject(TARGETS.benefit.token) private readonly benefit: RpcClient<benefitV1.BenefitServiceClient>) {}

  @Put('insured-persons')
  @Allow('bureau')
  @ApiHeader(IDEMPOTENCY_KEY_HEADER)
  @ApiOperation({ summary: '登记本省参保人员 Enter insured persons of the own province' })
  @ApiResponse({ status: 200, standardSchema: registeredAnswer })
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
  @Post('insured-persons/search')
  @HttpCode(200)
  @Allow('hospital')
  @ApiOperation({ summary: '凭身份证号查询参保信息 Find a person by ID number' })
  @ApiResponse({ status: 200, standardSchema: personAnswer })
  async search(
    @CurrentActor() actor: Actor,
    @Body({ schema: personSearchBody }) body: PersonSearchBody,
  ): Promise<PersonAnswer> {
    return decodePerson(await this.benefit.call('findPerson', body, actor));
  }

  @Get('persons/:personId/accumulators/:benefitYear')
  @Allow('insured', 'bureau')
  @ApiOperation({ summary: '查询年度累计 A person’s accumulators of a benefit year' })
  @ApiResponse({ status: 200, standardSchema: accumulatorsAnswer })
  async accumulators(
    @CurrentActor() actor: Actor,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('benefitYear', { schema: benefitYear }) year: string,
  ): Promise<AccumulatorsAnswer> {
    const { accumulators } = await this.benefit.call('getAccumulators', { personId, benefitYear: Number(year) }, actor);
    return { accumulators: accumulators.map(({ kind, value }) => ({ kind, value: String(value) })) };
  }
}
