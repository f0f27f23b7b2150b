import { Controller, Header, Headers, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RECORD } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { clearingV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint, PUBLIC } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import { SettledBillService } from '../slip/settled-bill.service.js';
import { claimResponseOf, explanationOf } from './adjudication.js';
import { checkFormat, formatQuery, type FormatQuery } from './asked-format.js';
import { CAPABILITY_STATEMENT } from './capability-statement.js';
import { claimOf } from './claim.js';
import { FHIR_TYPE, fhirJson } from './fhir-json.js';
import { noticeIn, paymentId, paymentReconciliationOf } from './payment-reconciliation.js';

const ACCESS = { insured: RECORD, hospital: RECORD, bureau: RECORD } as const;
const PRODUCES = ['application/fhir+json'];

/** Settlements, and what provinces pay each other for them, as FHIR R4 resources, to read. */
@ApiTags('FHIR R4')
@Controller('fhir')
export class FhirController {
  constructor(
    private readonly bills: SettledBillService,
    @Inject(TARGETS.clearingMonth.token) private readonly months: RpcClient<clearingV1.ClearingMonthServiceClient>,
  ) {}

  @Endpoint({
    method: 'GET',
    path: 'metadata',
    access: PUBLIC,
    summary: 'FHIR 接口能力声明 What the façade can do: CapabilityStatement',
    produces: PRODUCES,
  })
  @Header('content-type', FHIR_TYPE)
  metadata(
    @Query({ schema: formatQuery }) { _format: format }: FormatQuery,
    @Headers('accept') accept: string | undefined,
  ): string {
    checkFormat(format, accept);
    return fhirJson(CAPABILITY_STATEMENT);
  }

  @Endpoint({
    method: 'GET',
    path: 'Claim/:settlementId',
    access: ACCESS,
    summary: '一次结算的账单 The bill of a settlement: Claim',
    produces: PRODUCES,
  })
  @Header('content-type', FHIR_TYPE)
  async claim(
    @CurrentActor() actor: Actor,
    @Param('settlementId', { schema: uuid }) settlementId: string,
    @Query({ schema: formatQuery }) { _format: format }: FormatQuery,
    @Headers('accept') accept: string | undefined,
  ): Promise<string> {
    checkFormat(format, accept);
    return fhirJson(claimOf(await this.bills.read(actor, settlementId)));
  }

  @Endpoint({
    method: 'GET',
    path: 'ClaimResponse/:settlementId',
    access: ACCESS,
    summary: '一次结算的结果 What was decided of it: ClaimResponse',
    produces: PRODUCES,
  })
  @Header('content-type', FHIR_TYPE)
  async claimResponse(
    @CurrentActor() actor: Actor,
    @Param('settlementId', { schema: uuid }) settlementId: string,
    @Query({ schema: formatQuery }) { _format: format }: FormatQuery,
    @Headers('accept') accept: string | undefined,
  ): Promise<string> {
    checkFormat(format, accept);
    return fhirJson(claimResponseOf(await this.bills.read(actor, settlementId)));
  }

  @Endpoint({
    method: 'GET',
    path: 'ExplanationOfBenefit/:settlementId',
    access: ACCESS,
    summary: '一次结算的账单与结果 Bill and decision in one: ExplanationOfBenefit',
    produces: PRODUCES,
  })
  @Header('content-type', FHIR_TYPE)
  async explanation(
    @CurrentActor() actor: Actor,
    @Param('settlementId', { schema: uuid }) settlementId: string,
    @Query({ schema: formatQuery }) { _format: format }: FormatQuery,
    @Headers('accept') accept: string | undefined,
  ): Promise<string> {
    checkFormat(format, accept);
    return fhirJson(explanationOf(await this.bills.read(actor, settlementId)));
  }

  @Endpoint({
    method: 'GET',
    path: 'PaymentReconciliation/:paymentId',
    access: { operator: RECORD, bureau: RECORD, provincial: true },
    summary: '一份通知书的付款及其构成 What a notice paid, and of what: PaymentReconciliation',
    produces: PRODUCES,
  })
  @Header('content-type', FHIR_TYPE)
  async paymentReconciliation(
    @CurrentActor() actor: Actor,
    @Param('paymentId', { schema: paymentId }) id: string,
    @Query({ schema: formatQuery }) { _format: format }: FormatQuery,
    @Headers('accept') accept: string | undefined,
  ): Promise<string> {
    checkFormat(format, accept);
    return fhirJson(paymentReconciliationOf(await this.months.call('getNotice', noticeIn(id), actor)));
  }
}
