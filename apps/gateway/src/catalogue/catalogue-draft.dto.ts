import { decodeInstant, draftFormCodec, draftStateCodec, required } from '@yiditong/chassis';
import { DRAFT_FORMS, DRAFT_STATE_NAMES, DRAFT_STATES } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { bilingual } from '../filing/filing-names.js';
import { businessDate, instant, uuid } from '../http/fields.js';
import { changeAnswer, decodeCatalogueChange, effectiveFrom } from './catalogue.dto.js';
import { scopeName } from './catalogue-names.js';

export const draftBody = z.strictObject({
  form: z
    .enum(DRAFT_FORMS)
    .describe('全量 WHOLE：未列出的即停用；增量 CHANGES：只列新增、变更和停用的 / the whole, or what changes'),
  effectiveFrom,
});
export const draftAnswer = z.object({
  draftId: uuid,
  province: z.string().describe('省份；000000 为国家目录'),
  provinceName: bilingual,
  form: z.enum(DRAFT_FORMS),
  effectiveFrom: businessDate,
  state: z
    .enum(DRAFT_STATES)
    .describe(
      '待上传 OPEN、校验中 CHECKING、可提交 READY、有错误 FAULTY、待复核 SUBMITTED、已发布 PUBLISHED、已放弃 DISCARDED',
    ),
  stateName: bilingual,
  rows: z.int().describe('已收行数'),
  faultyRows: z.int().describe('有错误的行数'),
  warnings: z.int().describe('提醒数：不妨碍发布'),
  checkedRows: z.int().describe('校验进度：已校验的行数'),
  openedAt: instant,
  updatedAt: instant,
  proposalId: uuid.nullable().describe('提交后的申请编号'),
});
export const draftDetailAnswer = draftAnswer.extend({
  change: changeAnswer.nullable().describe('将带来的变化；校验完成前为空 / null before it is checked'),
});
export type DraftBody = z.infer<typeof draftBody>;
export type DraftAnswer = z.infer<typeof draftAnswer>;
export type DraftDetailAnswer = z.infer<typeof draftDetailAnswer>;

export function encodeDraft(requestId: string, province: string, body: DraftBody): catalogueV1.OpenDraftRequest {
  return { requestId, province, form: draftFormCodec.encode(body.form), effectiveFrom: body.effectiveFrom };
}

export function decodeDraft(wire: catalogueV1.Draft | null | undefined): DraftAnswer {
  const draft = required(wire, 'draft');
  const state = draftStateCodec.decode(draft.state);
  return {
    draftId: draft.draftId,
    province: draft.province,
    provinceName: scopeName(draft.province),
    form: draftFormCodec.decode(draft.form),
    effectiveFrom: draft.effectiveFrom,
    state,
    stateName: DRAFT_STATE_NAMES[state],
    rows: draft.rows,
    faultyRows: draft.faultyRows,
    warnings: draft.warnings,
    checkedRows: draft.checkedRows,
    openedAt: decodeInstant(draft.openedAt, 'opened_at').toISOString(),
    updatedAt: decodeInstant(draft.updatedAt, 'updated_at').toISOString(),
    proposalId: draft.proposalId || null,
  };
}

export function decodeDraftDetail({ draft, change }: catalogueV1.GetDraftResponse): DraftDetailAnswer {
  return { ...decodeDraft(draft), change: change ? decodeCatalogueChange(change) : null };
}
