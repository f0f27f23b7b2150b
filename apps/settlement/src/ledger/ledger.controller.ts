import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, encodeInstant, uuidField } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { settlementV1 } from '@yiditong/contracts';
import { validate as isUuid } from 'uuid';
import { encodeSettlement } from '../settlement/settlement.codec.js';
import { KeptFileService } from './kept-file.service.js';
import * as codec from './ledger.codec.js';
import { LedgerService } from './ledger.service.js';
import { MonthService } from './month.service.js';

const MAX_PAGE = 100;
const MAX_FILE_BYTES = 4 * 1024 * 1024;

@Controller()
@settlementV1.HospitalLedgerServiceControllerMethods()
export class LedgerController implements settlementV1.HospitalLedgerServiceController {
  constructor(
    private readonly ledgers: LedgerService,
    private readonly months: MonthService,
    private readonly files: KeptFileService,
  ) {}

  async findSettlements(
    request: settlementV1.FindSettlementsRequest,
    metadata: Metadata,
  ): Promise<settlementV1.FindSettlementsResponse> {
    const { institutionCode, settlementId, visitId } = request;
    const found = await this.ledgers.find(actorOf(metadata), {
      institutionCode,
      personId: uuidField(request.personId, 'person_id'),
      recordId: settlementId === '' ? null : uuidField(settlementId, 'settlement_id'),
      visitId: visitId === '' ? null : uuidField(visitId, 'visit_id'),
    });
    return { settlements: found.map(encodeSettlement) };
  }

  async checkPatient(
    { institutionCode, personId }: settlementV1.CheckPatientRequest,
    metadata: Metadata,
  ): Promise<settlementV1.CheckPatientResponse> {
    const of = { institutionCode, personId: uuidField(personId, 'person_id') };
    return { isPatient: await this.ledgers.isPatient(actorOf(metadata), of) };
  }

  async compareTotals(
    request: settlementV1.CompareTotalsRequest,
    metadata: Metadata,
  ): Promise<settlementV1.CompareTotalsResponse> {
    const scope = codec.decodeTotalsScope(request);
    const { equal, ours } = await this.ledgers.compareTotals(actorOf(metadata), scope, codec.decodeTotals(request));
    return { equal, ...ours };
  }

  async compareDetails(
    request: settlementV1.CompareDetailsRequest,
    metadata: Metadata,
  ): Promise<settlementV1.CompareDetailsResponse> {
    const scope = codec.decodeScope(request);
    const messageId = codec.ownMessageId(request.messageId, request.institutionCode);
    const rows = codec.decodeRows(request.rows);
    const { differences, equalCount } = await this.ledgers.compareDetails(actorOf(metadata), messageId, scope, rows);
    return { rows: differences.map(codec.encodeCompared), equalCount };
  }

  async listMonth(request: settlementV1.ListMonthRequest, metadata: Metadata): Promise<settlementV1.ListMonthResponse> {
    const { institutionCode, startRow, limit } = request;
    const month = codec.decodeMonth(request.month);
    if (startRow < 1 || limit < 1 || limit > MAX_PAGE)
      throw codec.malformed(`start_row is from 1 on, limit 1 to ${MAX_PAGE}`);
    const page = await this.months.list(actorOf(metadata), institutionCode, month, { startRow, limit });
    return { rows: page.rows.map(codec.encodeMonthRow), totalRows: page.total, digest: page.digest };
  }

  async confirmMonth(
    request: settlementV1.ConfirmMonthRequest,
    metadata: Metadata,
  ): Promise<settlementV1.ConfirmMonthResponse> {
    return this.months.confirm(actorOf(metadata), messageOf(request), codec.decodeConfirmed(request.rows));
  }

  async withdrawMonth(
    request: settlementV1.WithdrawMonthRequest,
    metadata: Metadata,
  ): Promise<settlementV1.WithdrawMonthResponse> {
    const original = codec.ownMessageId(request.originalMessageId, request.institutionCode);
    await this.months.withdraw(actorOf(metadata), messageOf(request), original);
    return {};
  }

  async keepFile(request: settlementV1.KeepFileRequest, metadata: Metadata): Promise<settlementV1.KeepFileResponse> {
    const { institutionCode, fileName } = request;
    const messageId = codec.ownMessageId(request.messageId, institutionCode);
    const content = Buffer.from(request.content);
    if (!/^[^\p{Cc}/\\]{1,200}$/u.test(fileName))
      throw codec.malformed('file_name must be a name of 1 to 200 characters');
    if (content.length === 0) throw codec.malformed('content is empty');
    if (content.length > MAX_FILE_BYTES) throw new Rejection('PAYLOAD_TOO_LARGE');
    const { fileId, expiresAt } = await this.files.keep(actorOf(metadata), {
      institutionCode,
      messageId,
      fileName,
      content,
    });
    return { fileId, expiresAt: encodeInstant(expiresAt) };
  }

  async getFile(request: settlementV1.GetFileRequest, metadata: Metadata): Promise<settlementV1.GetFileResponse> {
    if (!isUuid(request.fileId)) throw new Rejection('KEPT_FILE_NOT_FOUND');
    const found = await this.files.get(actorOf(metadata), request.institutionCode, request.fileId);
    const { fileName, content, expiresAt } = found;
    return { fileName, content, expiresAt: encodeInstant(expiresAt) };
  }
}

function messageOf(request: { readonly institutionCode: string; readonly messageId: string; readonly month: string }): {
  readonly institutionCode: string;
  readonly messageId: string;
  readonly month: string;
} {
  const { institutionCode } = request;
  const messageId = codec.ownMessageId(request.messageId, institutionCode);
  return { institutionCode, messageId, month: codec.decodeMonth(request.month) };
}
