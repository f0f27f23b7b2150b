import { decodeInstant, enumCodec, required } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { businessDate, instant, region, uuid } from '../http/fields.js';
import { freeText } from './filing.dto.js';

const STATES = ['SUBMITTED', 'ACCEPTED', 'REJECTED', 'WITHDRAWN'] as const;
const DECISIONS = ['ACCEPT', 'REJECT'] as const;
const stateCodec = enumCodec('ENTITLEMENT_APPLICATION_STATE', STATES);
const decisionCodec = enumCodec('ENTITLEMENT_DECISION', DECISIONS);

export const applicationsQuery = z.strictObject({
  insuredRegion: region.describe('参保地：本省、本统筹区或其中一部分'),
  after: uuid.optional().describe('上一页的 nextAfter / of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const applicationDecisionBody = z
  .strictObject({ decision: z.enum(DECISIONS).describe('认定 ACCEPT、不予认定 REJECT'), reason: freeText })
  .refine(({ decision, reason }) => decision === 'ACCEPT' || reason.trim() !== '', {
    path: ['reason'],
    message: 'rejecting says why',
  });
export const applicationAnswer = z.object({
  applicationId: uuid.describe('待遇申报明细流水号'),
  personId: uuid,
  insuredRegion: region,
  institutionCode: z.string().describe('申请的医疗机构 / who applied'),
  diseaseCode: z.string().describe('门诊慢特病病种编码'),
  identifiedBy: z.string().describe('鉴定定点医药机构编号'),
  identifiedOn: businessDate.describe('医院鉴定日期'),
  physicianCode: z.string().describe('诊断医师编码'),
  validFrom: businessDate,
  validTo: businessDate.nullable(),
  state: z.enum(STATES).describe('待认定、已认定、不予认定、已撤销'),
  reason: z.string(),
  entitlementId: uuid.nullable().describe('认定后的待遇资格 / of an accepted one'),
  createdAt: instant,
  updatedAt: instant,
});
export const applicationsAnswer = z.object({
  applications: z.array(applicationAnswer),
  nextAfter: z.string().nullable(),
});
export type ApplicationsQuery = z.infer<typeof applicationsQuery>;
export type ApplicationDecisionBody = z.infer<typeof applicationDecisionBody>;
export type ApplicationAnswer = z.infer<typeof applicationAnswer>;
export type ApplicationsAnswer = z.infer<typeof applicationsAnswer>;

export function encodeDecision(
  target: { readonly requestId: string; readonly personId: string; readonly applicationId: string },
  { decision, reason }: ApplicationDecisionBody,
): filingV1.DecideEntitlementApplicationRequest {
  return { ...target, decision: decisionCodec.encode(decision), reason };
}

export function decodeApplication(wire: filingV1.EntitlementApplication | null | undefined): ApplicationAnswer {
  const application = required(wire, 'application');
  return {
    ...application,
    validTo: application.validTo || null,
    state: stateCodec.decode(application.state),
    entitlementId: application.entitlementId || null,
    createdAt: decodeInstant(application.createdAt, 'created_at').toISOString(),
    updatedAt: decodeInstant(application.updatedAt, 'updated_at').toISOString(),
  };
}
