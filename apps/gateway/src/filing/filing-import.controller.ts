import { Body, Controller, Inject, Param } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { RECORD } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import { IMPORT_STATE_NAMES, Rejection, type ImportState } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { v7 as uuidv7 } from 'uuid';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import { decodeImport, importAnswer, importBody, type ImportAnswer, type ImportBody } from './filing-import.dto.js';
import { stageInBatches } from '../spreadsheet/staged-rows.js';
import { describeUpload } from '../spreadsheet/upload-routes.js';
import { CSV_TYPE, UploadedSheet, uploadedRows, XLSX_TYPE, type Sheet } from '../spreadsheet/uploaded-sheet.js';

/** A batch is written, a whole import counted. */
const DEADLINE_MS = 30_000;

/** 批量导入: open it, upload the file, look at its errors, apply it as a whole or give it up. */
@ApiTags('批量导入 Bulk import')
@Controller('v1/filing-imports')
export class FilingImportController {
  constructor(
    @Inject(TARGETS.filingImport.token)
    private readonly imports: RpcClient<filingV1.FilingImportServiceClient>,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '',
    access: { bureau: 'insured_region' },
    summary: '新建批量导入 Open an import',
    answer: importAnswer,
    status: 201,
    keyed: true,
  })
  async open(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: importBody }) { insuredRegion }: ImportBody,
  ): Promise<ImportAnswer> {
    return decodeImport((await this.imports.call('openImport', { requestId, insuredRegion }, actor)).import);
  }

  /** Without an Idempotency-Key: until the check begins a file replaces whatever came of one before it, itself included; then it is refused. */
  @ApiConsumes(CSV_TYPE, XLSX_TYPE)
  @ApiBody({
    schema: { type: 'string', format: 'binary' },
    description: describeUpload('/v1/filing-imports/:importId/file'),
  })
  @Endpoint({
    method: 'PUT',
    path: ':importId/file',
    access: { bureau: RECORD },
    summary: '上传 CSV 或 XLSX 文件，随后检查 Upload the file, which is then checked as a whole',
    answer: importAnswer,
    status: 202,
  })
  async upload(
    @CurrentActor() actor: Actor,
    @Param('importId', { schema: uuid }) importId: string,
    @UploadedSheet() sheet: Sheet,
  ): Promise<ImportAnswer> {
    const { state } = decodeImport((await this.imports.call('getImport', { importId }, actor)).import);
    // Before the file is read; the service asks again for every batch.
    if (state !== 'OPEN') throw conflict(state);
    // By it the service tells this file from another that comes at the same time, or came before and broke off.
    const upload = { importId, uploadId: uuidv7() };
    const rows = await stageInBatches(uploadedRows(sheet), (batch) =>
      this.imports.call('stageRows', { ...upload, ...batch }, actor, DEADLINE_MS),
    );
    return decodeImport((await this.imports.call('completeImport', { ...upload, rows }, actor, DEADLINE_MS)).import);
  }

  @Endpoint({
    method: 'GET',
    path: ':importId',
    access: { bureau: RECORD },
    summary: '查询批量导入进度 How far an import is',
    answer: importAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('importId', { schema: uuid }) importId: string,
  ): Promise<ImportAnswer> {
    return decodeImport((await this.imports.call('getImport', { importId }, actor)).import);
  }

  @Endpoint({
    method: 'POST',
    path: ':importId/application',
    access: { bureau: RECORD },
    summary: '确认导入，整批生效或整批不生效 Apply an import without errors, all rows or none',
    answer: importAnswer,
    status: 202,
  })
  async apply(
    @CurrentActor() actor: Actor,
    @Param('importId', { schema: uuid }) importId: string,
  ): Promise<ImportAnswer> {
    return decodeImport((await this.imports.call('applyImport', { importId }, actor, DEADLINE_MS)).import);
  }

  @Endpoint({
    method: 'POST',
    path: ':importId/discard',
    access: { bureau: RECORD },
    summary: '放弃批量导入 Give an import up that isn’t applied',
    answer: importAnswer,
  })
  async discard(
    @CurrentActor() actor: Actor,
    @Param('importId', { schema: uuid }) importId: string,
  ): Promise<ImportAnswer> {
    return decodeImport((await this.imports.call('discardImport', { importId }, actor)).import);
  }
}

function conflict(state: ImportState): Rejection {
  const { zh, en } = IMPORT_STATE_NAMES[state];
  return new Rejection('IMPORT_STATE_CONFLICT', { state: `${zh} ${en}` });
}
