import { decodeInstant, required } from '@yiditong/chassis';
import { isChronicDiseaseCode } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { businessDate, instant, region, uuid } from '../http/fields.js';
import { freeText } from './filing.dto.js';

export const entitlementBody = z.strictObject({
  personId: uuid.describe('人员编号'),
  insuredRegion: region.describe('参保地（统筹区）'),
  diseaseCode: z.string().refine(isChronicDiseaseCode, 'M and five digits').describe('门诊慢特病病种编码'),
  validFrom: businessDate,
  validTo: businessDate.nullable().default(null).describe('截止日；长期有效为空'),
});
export const entitlementEndBody = z.strictObject({
  validTo: businessDate.describe('新的截止日，当日或以后'),
  reason: freeText,
});
export const entitlementAnswer = z.object({
  entitlementId: uuid,
  personId: uuid,
  insuredRegion: region,
  diseaseCode: z.string(),
  diseaseNameZh: z.string(),
  validFrom: businessDate,
  validTo: businessDate.nullable(),
  opened: z.boolean().describe('该病种已开通跨省直接结算 / opened for direct settlement across provinces'),
  recordedAt: instant,
});
export const entitlementsAnswer = z.object({ entitlements: z.array(entitlementAnswer) });
export type EntitlementBody = z.infer<typeof entitlementBody>;
export type EntitlementEndBody = z.infer<typeof entitlementEndBody>;
export type EntitlementAnswer = z.infer<typeof entitlementAnswer>;

export function encodeEntitlement(requestId: string, body: EntitlementBody): filingV1.RecordEntitlementRequest {
  return { ...body, requestId, validTo: body.validTo ?? '' };
}

export function decodeEntitlement(wire: filingV1.Entitlement | null | undefined): EntitlementAnswer {
  const entitlement = required(wire, 'entitlement');
  return {
    ...entitlement,
    validTo: entitlement.validTo || null,
    recordedAt: decodeInstant(entitlement.recordedAt, 'recorded_at').toISOString(),
  };
}
