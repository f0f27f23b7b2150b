import type { filingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { businessDate, region } from '../http/fields.js';
import { encodeMaterials, forPersonId, freeText, materials, pledged } from './filing.dto.js';

export const submissionBody = z.strictObject({
  forPersonId,
  materials: materials.default([]).describe('补充的材料，与此前提交的合并 / added to those handed in before'),
  pledged,
  reason: freeText,
});
export const changeBody = z
  .strictObject({
    forPersonId,
    destinationRegion: region.optional().describe('新的备案就医地；不变更则不填'),
    validTo: businessDate.optional().describe('临时备案新的截止日；不变更则不填'),
    reason: freeText,
  })
  .refine(({ destinationRegion, validTo }) => destinationRegion !== undefined || validTo !== undefined, {
    path: ['destinationRegion'],
    message: 'a change names a destination or a last day',
  });
export const cancellationBody = z.strictObject({ forPersonId, reason: freeText });
export const materialsBody = z.strictObject({ forPersonId, materials: materials.min(1) });
export type SubmissionBody = z.infer<typeof submissionBody>;
export type ChangeBody = z.infer<typeof changeBody>;
export type CancellationBody = z.infer<typeof cancellationBody>;
export type MaterialsBody = z.infer<typeof materialsBody>;

/** Which filing of whom, under which key. */
export type Target = { readonly requestId: string; readonly personId: string; readonly filingId: string };

export function encodeSubmission(target: Target, body: SubmissionBody): filingV1.SubmitFilingRequest {
  return {
    ...target,
    ...body,
    forPersonId: body.forPersonId ?? '',
    materials: encodeMaterials(body.materials),
  };
}

export function encodeChange(target: Target, body: ChangeBody): filingV1.ChangeFilingRequest {
  const { forPersonId: member = '', destinationRegion = '', validTo = '', reason } = body;
  return { ...target, forPersonId: member, destinationRegion, validTo, reason };
}

export function encodeCancellation(target: Target, body: CancellationBody): filingV1.CancelFilingRequest {
  return {
    ...target,
    forPersonId: body.forPersonId ?? '',
    insuredRegion: '',
    institutionCode: '',
    reason: body.reason,
  };
}

export function encodeSupply(target: Target, body: MaterialsBody): filingV1.SupplyMaterialsRequest {
  return { ...target, forPersonId: body.forPersonId ?? '', materials: encodeMaterials(body.materials) };
}
