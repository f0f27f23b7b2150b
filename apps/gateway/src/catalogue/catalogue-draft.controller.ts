import { Body, Controller, Inject, Param } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { OWN } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import { DRAFT_STATE_NAMES, Rejection, type DraftState } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { v7 as uuidv7 } from 'uuid';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import { stageInBatches } from '../spreadsheet/staged-rows.js';
import { describeUpload } from '../spreadsheet/upload-routes.js';
import { CSV_TYPE, UploadedSheet, uploadedRows, XLSX_TYPE, type Sheet } from '../spreadsheet/uploaded-sheet.js';
import {
  decodeDraft,
  decodeDraftDetail,
  draftAnswer,
  draftBody,
  draftDetailAnswer,
  encodeDraft,
  type DraftAnswer,
  type DraftBody,
  type DraftDetailAnswer,
} from './catalogue-draft.dto.js';
import { catalogueProposalAnswer, decodeCatalogueProposal, type CatalogueProposalAnswer } from './catalogue.dto.js';

/** A batch is written, a whole draft counted or proposed. */
const DEADLINE_MS = 30_000;
/** The province's catalogue for its bureau, the nation's for the operator: whose it is is not said, it is the caller's tenant. */
const ACCESS = { bureau: OWN, operator: OWN, provincial: true } as const;

/** 目录草稿: open it, upload the file, look at what is wrong, submit it for approval or give it up. */
@ApiTags('目录草稿 Catalogue drafts')
@Controller('v1/catalogue-drafts')
export class CatalogueDraftController {
  constructor(
    @Inject(TARGETS.catalogueDraft.token) private readonly drafts: RpcClient<catalogueV1.CatalogueDraftServiceClient>,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '',
    access: ACCESS,
    summary: '新建目录草稿：本省条目，或国家目录项目 Open a draft of the own catalogue',
    answer: draftAnswer,
    status: 201,
    keyed: true,
  })
  async open(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: draftBody }) body: DraftBody,
  ): Promise<DraftAnswer> {
    return decodeDraft((await this.drafts.call('openDraft', encodeDraft(requestId, actor.region, body), actor)).draft);
  }

  /** Without an Idempotency-Key: until the check begins a file replaces whatever came of one before it, itself included; then it is refused. */
  @ApiConsumes(CSV_TYPE, XLSX_TYPE)
  @ApiBody({
    schema: { type: 'string', format: 'binary' },
    description: describeUpload('/v1/catalogue-drafts/:draftId/file'),
  })
  @Endpoint({
    method: 'PUT',
    path: ':draftId/file',
    access: ACCESS,
    summary: '上传 CSV 或 XLSX 文件，随后校验 Upload the file, which is then checked as a whole',
    answer: draftAnswer,
    status: 202,
  })
  async upload(
    @CurrentActor() actor: Actor,
    @Param('draftId', { schema: uuid }) draftId: string,
    @UploadedSheet() sheet: Sheet,
  ): Promise<DraftAnswer> {
    const target = { province: actor.region, draftId };
    const { state } = decodeDraft((await this.drafts.call('getDraft', target, actor)).draft);
    // Before the file is read; the service asks again for every batch.
    if (state !== 'OPEN') throw conflict(state);
    // By it the service tells this file from another that comes at the same time, or came before and broke off.
    const upload = { ...target, uploadId: uuidv7() };
    const rows = await stageInBatches(uploadedRows(sheet), (batch) =>
      this.drafts.call('stageDraftRows', { ...upload, ...batch }, actor, DEADLINE_MS),
    );
    return decodeDraft((await this.drafts.call('completeDraft', { ...upload, rows }, actor, DEADLINE_MS)).draft);
  }

  @Endpoint({
    method: 'GET',
    path: ':draftId',
    access: ACCESS,
    summary: '查询草稿校验进度及其将带来的变化 How far a draft is, and what it would change',
    answer: draftDetailAnswer,
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param('draftId', { schema: uuid }) draftId: string,
  ): Promise<DraftDetailAnswer> {
    const request = { province: actor.region, draftId };
    return decodeDraftDetail(await this.drafts.call('getDraft', request, actor, DEADLINE_MS));
  }

  @Endpoint({
    method: 'POST',
    path: ':draftId/submission',
    access: ACCESS,
    summary: '提交无错误的草稿，待复核 Propose a draft without errors for publication',
    answer: catalogueProposalAnswer,
    status: 202,
    keyed: true,
  })
  async submit(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('draftId', { schema: uuid }) draftId: string,
  ): Promise<CatalogueProposalAnswer> {
    const request = { requestId, province: actor.region, draftId };
    return decodeCatalogueProposal((await this.drafts.call('submitDraft', request, actor, DEADLINE_MS)).proposal);
  }

  @Endpoint({
    method: 'POST',
    path: ':draftId/discard',
    access: ACCESS,
    summary: '放弃目录草稿 Give a draft up that isn’t submitted',
    answer: draftAnswer,
  })
  async discard(
    @CurrentActor() actor: Actor,
    @Param('draftId', { schema: uuid }) draftId: string,
  ): Promise<DraftAnswer> {
    const request = { province: actor.region, draftId };
    return decodeDraft((await this.drafts.call('discardDraft', request, actor, DEADLINE_MS)).draft);
  }
}

function conflict(state: DraftState): Rejection {
  const { zh, en } = DRAFT_STATE_NAMES[state];
  return new Rejection('DRAFT_STATE_CONFLICT', { state: `${zh} ${en}` });
}
