import { Body, Controller, Header, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE, RECORD } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import { familyQuery, type FamilyQuery } from './filing.dto.js';
import { receiptPage } from './receipt-page.js';
import {
  decodeReceipt,
  decodeVerification,
  receiptAnswer,
  receiptPageQuery,
  showReceipt,
  verificationAnswer,
  verificationBody,
  type ReceiptAnswer,
  type ReceiptPageQuery,
  type VerificationAnswer,
  type VerificationBody,
} from './receipt.dto.js';

const ACCESS = { insured: 'person_id', bureau: RECORD } as const;

/** 备案回执: what a person shows, and whether what is shown is genuine. */
@ApiTags('备案回执 Receipts')
@Controller('v1')
export class ReceiptController {
  constructor(@Inject(TARGETS.filing.token) private readonly filing: RpcClient<filingV1.FilingServiceClient>) {}

  @Endpoint({
    method: 'GET',
    path: 'persons/:personId/filings/:filingId/receipt',
    access: ACCESS,
    summary: '备案回执，含二维码 The receipt of a filing, with its QR code',
    answer: receiptAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('filingId', { schema: uuid }) filingId: string,
    @Query({ schema: familyQuery }) { forPersonId = '' }: FamilyQuery,
  ): Promise<ReceiptAnswer> {
    return showReceipt(decodeReceipt(await this.filing.call('getReceipt', { personId, filingId, forPersonId }, actor)));
  }

  @Endpoint({
    method: 'GET',
    path: 'persons/:personId/filings/:filingId/receipt.html',
    access: ACCESS,
    summary: '备案回执页面，可打印 The receipt as a page to print or to show',
    produces: ['text/html'],
  })
  @Header('content-type', 'text/html; charset=utf-8')
  async page(
    @CurrentActor() actor: Actor,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('filingId', { schema: uuid }) filingId: string,
    @Query({ schema: receiptPageQuery }) { forPersonId = '', lang }: ReceiptPageQuery,
  ): Promise<string> {
    const receipt = await this.filing.call('getReceipt', { personId, filingId, forPersonId }, actor);
    return receiptPage(decodeReceipt(receipt), lang);
  }

  @Endpoint({
    method: 'POST',
    path: 'filing-receipts/verification',
    access: { hospital: ANYONE, bureau: ANYONE },
    summary: '扫码核验备案回执 Whether a receipt is genuine, and how its filing stands now',
    answer: verificationAnswer,
  })
  async verify(
    @CurrentActor() actor: Actor,
    @Body({ schema: verificationBody }) body: VerificationBody,
  ): Promise<VerificationAnswer> {
    return decodeVerification(await this.filing.call('verifyReceipt', body, actor));
  }
}
