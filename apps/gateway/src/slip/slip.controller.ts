import { Controller, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RECORD } from '@yiditong/access';
import type { Actor } from '@yiditong/chassis';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import { SettledBillService } from './settled-bill.service.js';
import { slipOf, type Slip } from './slip.js';
import { answerSlip, slipAnswer, slipQuery, type SlipAnswer, type SlipQuery } from './slip.dto.js';
import { SlipPrinter } from './slip-printer.js';

const ACCESS = { insured: RECORD, hospital: RECORD, bureau: RECORD } as const;
const PDF_TYPE = 'application/pdf';

/** 结算单: for the patient, the hospital and both agencies. */
@ApiTags('结算 Settlement')
@Controller('v1/settlements/:settlementId')
export class SlipController {
  constructor(
    private readonly bills: SettledBillService,
    private readonly printer: SlipPrinter,
  ) {}

  @Endpoint({
    method: 'GET',
    path: 'slip',
    access: ACCESS,
    summary: '结算单 The settlement slip: what it came to, by category and payer',
    answer: slipAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('settlementId', { schema: uuid }) settlementId: string,
    @Query({ schema: slipQuery }) query: SlipQuery,
  ): Promise<SlipAnswer> {
    return answerSlip(await this.slip(actor, settlementId, query));
  }

  @Endpoint({
    method: 'GET',
    path: 'slip.pdf',
    access: ACCESS,
    summary: '结算单（PDF，A4 可打印） The settlement slip to print on A4',
    produces: [PDF_TYPE],
  })
  async pdf(
    @CurrentActor() actor: Actor,
    @Param('settlementId', { schema: uuid }) settlementId: string,
    @Query({ schema: slipQuery }) query: SlipQuery,
  ): Promise<StreamableFile> {
    const printed = await this.printer.print(await this.slip(actor, settlementId, query));
    const disposition = `attachment; filename="settlement-slip-${settlementId}.pdf"`;
    return new StreamableFile(printed, { type: PDF_TYPE, disposition, length: printed.length });
  }

  private async slip(actor: Actor, settlementId: string, { lang, lines }: SlipQuery): Promise<Slip> {
    return slipOf(await this.bills.read(actor, settlementId), lang, lines === 'true');
  }
}
