import { Body, Controller, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RECORD } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import { decodeFiling, filingAnswer, type FilingAnswer } from './filing.dto.js';
import {
  cancellationBody,
  changeBody,
  encodeCancellation,
  encodeChange,
  encodeSubmission,
  encodeSupply,
  materialsBody,
  submissionBody,
  type CancellationBody,
  type ChangeBody,
  type MaterialsBody,
  type SubmissionBody,
} from './filing-change.dto.js';

const ACCESS = { insured: 'person_id', bureau: RECORD } as const;

/** What becomes of a filing after it was registered, at the person's own or a family member's hand, or the bureau's. */
@ApiTags('备案 Filing')
@Controller('v1/persons/:personId/filings/:filingId')
export class FilingChangeController {
  constructor(@Inject(TARGETS.filing.token) private readonly filing: RpcClient<filingV1.FilingServiceClient>) {}

  @Endpoint({
    method: 'POST',
    path: 'submission',
    access: ACCESS,
    summary: '提交草稿，或补正后重新提交 Hand in a draft, or a returned filing again',
    answer: filingAnswer,
    keyed: true,
  })
  async submit(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('filingId', { schema: uuid }) filingId: string,
    @Body({ schema: submissionBody }) body: SubmissionBody,
  ): Promise<FilingAnswer> {
    const request = encodeSubmission({ requestId, personId, filingId }, body);
    return decodeFiling((await this.filing.call('submitFiling', request, actor)).filing);
  }

  @Endpoint({
    method: 'POST',
    path: 'change',
    access: ACCESS,
    summary: '变更就医地或截止日，自办理时起生效 Change the destination or the last day, from now on',
    answer: filingAnswer,
    keyed: true,
  })
  async change(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('filingId', { schema: uuid }) filingId: string,
    @Body({ schema: changeBody }) body: ChangeBody,
  ): Promise<FilingAnswer> {
    const request = encodeChange({ requestId, personId, filingId }, body);
    return decodeFiling((await this.filing.call('changeFiling', request, actor)).filing);
  }

  @Endpoint({
    method: 'POST',
    path: 'cancellation',
    access: ACCESS,
    summary: '取消备案，不影响此前入院的就医 Cancel; stays that began before are not touched',
    answer: filingAnswer,
    keyed: true,
  })
  async cancel(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('filingId', { schema: uuid }) filingId: string,
    @Body({ schema: cancellationBody }) body: CancellationBody,
  ): Promise<FilingAnswer> {
    const request = encodeCancellation({ requestId, personId, filingId }, body);
    return decodeFiling((await this.filing.call('cancelFiling', request, actor)).filing);
  }

  @Endpoint({
    method: 'POST',
    path: 'materials',
    access: ACCESS,
    summary: '补交承诺的材料 Supply the papers that the pledge owes',
    answer: filingAnswer,
    keyed: true,
  })
  async supply(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('personId', { schema: uuid }) personId: string,
    @Param('filingId', { schema: uuid }) filingId: string,
    @Body({ schema: materialsBody }) body: MaterialsBody,
  ): Promise<FilingAnswer> {
    const request = encodeSupply({ requestId, personId, filingId }, body);
    return decodeFiling((await this.filing.call('supplyMaterials', request, actor)).filing);
  }
}
